//! Browser sessions: a token goes in once, a cookie that no script can read comes back.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::App;
use super::extract::{Body, SESSION_COOKIE, Signed, refuse_foreign_page};
use super::problem::{Kind, Problem};
use super::wire;
use super::wire::shown::AccountView;
use crate::domain::vocabulary::Role;
use crate::sign_in::Credential;

type Answer = Result<HttpResponse, Problem>;

pub async fn show(signed: Signed) -> Answer {
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({ "account": AccountView::from(&signed.account) })))
}

pub async fn begin(app: Data<App>, body: Body, request: HttpRequest) -> Answer {
    refuse_foreign_page(&request, &app)?;
    let token = wire::sign_in(&body.0)?;
    let found = app.sign_in.who(Credential::token(&token)).await?;
    let found =
        found.ok_or_else(|| Problem::new(Kind::NotSignedIn, "this token is unknown, revoked or has run out"))?;
    // A wall stays signed in for as long as its token holds; people sign in for a shift.
    let lasts = if found.role == Role::WallDevice {
        found.expires_at.duration_since(app.clock.now())
    } else {
        app.settings.accounts.session
    };
    let secret = app.sign_in.begin_session(&found, lasts).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .cookie(cookie(&app, secret, Duration::seconds(lasts.as_secs())))
        .json(json!({ "account": AccountView::from(&found) })))
}

pub async fn end(app: Data<App>, signed: Signed) -> Answer {
    app.sign_in.end_session(signed.credential).await?;
    Ok(HttpResponse::NoContent().cookie(cookie(&app, String::new(), Duration::ZERO)).finish())
}

/// The cookie of a session; an empty one that lasts for nothing takes it away.
pub(super) fn cookie(app: &App, value: String, lasts: Duration) -> Cookie<'static> {
    Cookie::build(SESSION_COOKIE, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(app.settings.server.secure_cookies)
        .max_age(lasts)
        .finish()
}
