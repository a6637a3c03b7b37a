//! The built frontend, embedded in the binary, and the headers that keep it to itself.

use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use rust_embed::RustEmbed;

use super::method_not_allowed;
use super::problem::Problem;

/// Only this server's own files, no inline script, no frame around it.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' \
     data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

#[derive(RustEmbed)]
#[folder = "frontend/dist"]
#[allow_missing = true]
struct Built;

/// What is served while the frontend was not built into this binary.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Vigie</title>\
     <h1>This binary has no screens built in</h1><p>The API works. To have the screens too, build them and \
     then the binary again:</p><pre>cd frontend &amp;&amp; npm ci &amp;&amp; npm run build &amp;&amp; cd .. \
     &amp;&amp; cargo build</pre><p>or simply <code>make run</code>.</p></html>";

/// A file of the frontend; a path of one of its screens answers the page that draws them all.
pub async fn serve(request: HttpRequest) -> HttpResponse {
    let path = request.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem::not_found("call").error_response();
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return method_not_allowed("GET, HEAD");
    }
    if let Some(file) = Built::get(path) {
        let hashed = path.starts_with("assets/");
        let caching = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        let kind = mime_guess::from_path(path).first_or_octet_stream();
        return page(file.data.into_owned(), kind.as_ref(), caching);
    }
    if !is_screen(path) {
        return Problem::not_found("page").error_response();
    }
    match Built::get("index.html") {
        Some(file) => page(file.data.into_owned(), "text/html; charset=utf-8", "no-cache"),
        None => page(NOT_BUILT.into(), "text/html; charset=utf-8", "no-cache"),
    }
}

/// Name of the script that the built screens begin with, such as `index-Bf3kQ1xZ`; empty while none are built
/// in. A screen that was loaded from another build knows by it that it is old.
pub fn build() -> String {
    let page = Built::get("index.html").map(|file| file.data).unwrap_or_default();
    entry_script(&String::from_utf8_lossy(&page)).unwrap_or_default().to_owned()
}

fn entry_script(page: &str) -> Option<&str> {
    let (_, after) = page.split_once("<script type=\"module\"")?;
    let (tag, _) = after.split_once('>')?;
    let (_, after) = tag.split_once("src=\"")?;
    let (address, _) = after.split_once('"')?;
    address.rsplit('/').next()?.strip_suffix(".js")
}

/// Screens are drawn in the browser from the path; anything else is not there.
fn is_screen(path: &str) -> bool {
    let mut parts = path.split('/');
    let first = parts.next().unwrap_or_default();
    match first {
        "" | "sign-in" => parts.next().is_none(),
        "wall" | "desk" | "coordination" | "sheet" | "replay" | "changes" | "log" | "handover" => parts.count() <= 1,
        _ => false,
    }
}

fn page(bytes: Vec<u8>, kind: &str, caching: &'static str) -> HttpResponse<BoxBody> {
    HttpResponse::build(StatusCode::OK)
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)))
        .content_type(kind)
        .body(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_is_named_after_the_entry_script_of_the_page() {
        let page = r#"<!doctype html><html><head><link rel="modulepreload" href="/assets/Wall-1.js">
            <script type="module" crossorigin src="/assets/index-CuI8fE7P.js"></script></head></html>"#;
        assert_eq!(entry_script(page), Some("index-CuI8fE7P"));
        assert_eq!(entry_script(NOT_BUILT), None);
        assert_eq!(entry_script(""), None);
    }

    #[test]
    fn screens_are_these_and_nothing_else() {
        for screen in [
            "",
            "sign-in",
            "wall",
            "wall/drill",
            "desk",
            "desk/drill",
            "coordination",
            "replay/drill",
            "changes/drill",
            "log/drill",
            "handover/drill",
        ] {
            assert!(is_screen(screen), "{screen}");
        }
        for other in [
            "walls",
            "sign-in/x",
            "wall/drill/x",
            "replay/drill/x",
            "coordination/drill/x",
            "index",
            "api/v1",
            "assets/x.js",
        ] {
            assert!(!is_screen(other), "{other}");
        }
    }
}
