//! What handlers are given: who asks, what they sent, and under which key.

use std::future::Future;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, header};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{FromRequest, HttpRequest};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::App;
use super::problem::{Kind, Problem};
use crate::accounts::Account;
use crate::domain::actor::Actor;
use crate::domain::ids::CrisisId;
use crate::domain::mark::Viewer;
use crate::journal::RequestKey;
use crate::sign_in::Credential;

/// Name of the session cookie.
pub const SESSION_COOKIE: &str = "vigie_session";
/// Longest `Idempotency-Key`, in bytes.
const KEY_BYTES_MAX: usize = 200;

/// How long a body may take to come: the largest, over the slowest line that a desk may have.
const BODY_WITHIN: Duration = Duration::from_secs(15);

pub(super) type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// Somebody who is signed in.
pub struct Signed {
    pub account: Account,
    pub credential: Credential,
}

impl Signed {
    /// The eyes of this account.
    pub fn viewer(&self) -> Viewer {
        Viewer::of(self.account.centre.clone(), self.account.role, self.account.ceiling)
    }

    /// This account as the journal will name it.
    pub fn actor(&self) -> Actor {
        Actor {
            account: self.account.id,
            centre: self.account.centre.clone(),
            role: self.account.role,
            position: self.account.name.clone(),
        }
    }
}

impl FromRequest for Signed {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = request.app_data::<Data<App>>().expect("the app is registered");
            let credential = credential(&request)
                .ok_or_else(|| Problem::new(Kind::NotSignedIn, "send a bearer token or sign in with a browser"))?;
            if let Credential::Session(_) = credential {
                refuse_foreign_origin(&request, app)?;
            }
            let account = app.sign_in.who(credential).await?.ok_or_else(|| {
                Problem::new(Kind::NotSignedIn, "this token or session is unknown, revoked or has run out")
            })?;
            Ok(Self { account, credential })
        })
    }
}

fn credential(request: &HttpRequest) -> Option<Credential> {
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| Credential::token(token.trim()));
    }
    request.cookie(SESSION_COOKIE).map(|cookie| Credential::session(cookie.value()))
}

/// A browser session writes and listens only from this server's own pages: the `Origin` that the
/// browser names must be where the request went, or one that the configuration lists.
pub fn refuse_foreign_origin(request: &HttpRequest, app: &App) -> Result<(), Problem> {
    let upgrade = request.headers().contains_key(header::UPGRADE);
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if safe && !upgrade {
        return Ok(());
    }
    let Some(origin) = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) else {
        return Err(Problem::new(Kind::Forbidden, "a browser session needs an Origin header here"));
    };
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let own = origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
    if own || app.settings.server.public_origins.iter().any(|allowed| allowed == origin) {
        return Ok(());
    }
    Err(Problem::new(Kind::Forbidden, "this request comes from a page of another origin"))
}

/// The same where nobody is signed in yet: what is no browser names no origin and is let through.
pub fn refuse_foreign_page(request: &HttpRequest, app: &App) -> Result<(), Problem> {
    if request.headers().contains_key(header::ORIGIN) { refuse_foreign_origin(request, app) } else { Ok(()) }
}

/// A request body within the limit, declared as JSON if there is one.
pub struct Body(pub Bytes);

impl FromRequest for Body {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
                value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
            });
        let reading = Bytes::from_request(request, payload);
        Box::pin(async move {
            let late = |_| Problem::new(Kind::Malformed, "the body did not come in time");
            let read = timeout(BODY_WITHIN, reading).await.map_err(late)?;
            let bytes = read.map_err(|error| match error.as_error::<PayloadError>() {
                Some(PayloadError::Overflow) => Problem::new(Kind::TooLarge, "a request holds at most 64 KiB"),
                _ if error.as_response_error().status_code().as_u16() == 413 => {
                    Problem::new(Kind::TooLarge, "a request holds at most 64 KiB")
                }
                _ => Problem::new(Kind::Malformed, "the body could not be read"),
            })?;
            if !bytes.is_empty() && !is_json {
                return Err(Problem::new(Kind::UnsupportedMedia, "the body must be sent as application/json"));
            }
            Ok(Self(bytes))
        })
    }
}

/// The name of a crisis in the path. What cannot be a name is not found, like what is not there.
pub fn crisis(name: &str) -> Result<CrisisId, Problem> {
    CrisisId::parse(name).map_err(|_| Problem::not_found("crisis"))
}

/// The crisis of a path, and the thing of it that the path names.
pub fn thing<T>(
    path: Path<(String, String)>,
    what: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<(CrisisId, T), Problem> {
    let (crisis, id) = path.into_inner();
    Ok((self::crisis(&crisis)?, parse(&id).ok_or_else(|| Problem::not_found(what))?))
}

/// The `Idempotency-Key` of a request, with a digest of what it asks.
pub fn request_key(request: &HttpRequest, signed: &Signed, body: &Bytes) -> Result<Option<RequestKey>, Problem> {
    let Some(value) = request.headers().get("Idempotency-Key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > KEY_BYTES_MAX {
        let detail = format!("the Idempotency-Key must be 1 to {KEY_BYTES_MAX} visible ASCII characters");
        return Err(Problem::new(Kind::Malformed, detail));
    }
    let mut digest = Sha256::new();
    digest.update(request.path().as_bytes());
    digest.update([0]);
    digest.update(body);
    let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some(RequestKey { account: signed.account.id, key: key.to_owned(), digest }))
}

/// Where a request comes from: who is connected, or, where that is a proxy that the configuration trusts,
/// the last that the proxies name and that is none of them. What a stranger wrote before is not looked at; whom a
/// proxy names in a way that cannot be read, nobody knows.
pub fn peer(request: &HttpRequest, app: &App) -> Option<IpAddr> {
    let mut peer = request.peer_addr()?.ip().to_canonical();
    let trusted = &app.settings.server.trusted_proxies;
    let named: Vec<&HeaderValue> = request.headers().get_all("X-Forwarded-For").collect();
    let mut named = named.into_iter().rev().flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    while trusted.contains(&peer) {
        let Some(word) = named.next() else { break };
        peer = named_peer(word.trim())?.to_canonical();
    }
    Some(peer)
}

/// An address as proxies write it: alone, with a port, or of IPv6 in brackets.
fn named_peer(word: &str) -> Option<IpAddr> {
    let bracketed = || word.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
    let with_port = || word.parse::<SocketAddr>().ok().map(|address| address.ip());
    word.parse().ok().or_else(with_port).or_else(|| bracketed().map(IpAddr::V6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_proxies_write_it_and_nothing_else_is_one() {
        for (word, told) in [
            ("203.0.113.7", Some("203.0.113.7")),
            ("203.0.113.7:4711", Some("203.0.113.7")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:4711", Some("2001:db8::1")),
            ("", None),
            ("unknown", None),
            ("[203.0.113.7]", None),
            ("203.0.113.7:port", None),
        ] {
            assert_eq!(named_peer(word).map(|peer| peer.to_string()).as_deref(), told, "{word}");
        }
    }
}
