//! Browser sessions: a token goes in once, a cookie that no script can read comes back.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::App;
use super::extract::{Body, SESSION_COOKIE, Signed, refuse_foreign_origin};
use super::problem::{Kind, Problem};
use super::wire;
use crate::accounts::Account;
use crate::domain::vocabulary::Role;
use crate::sign_in::Credential;

type Answer = Result<HttpResponse, Problem>;

pub async fn show(signed: Signed) -> Answer {
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({ "account": account(&signed.account) })))
}

pub async fn begin(app: Data<App>, body: Body, request: HttpRequest) -> Answer {
    if request.headers().contains_key(header::ORIGIN) {
        refuse_foreign_origin(&request, &app)?;
    }
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
        .json(json!({ "account": account(&found) })))
}

pub async fn end(app: Data<App>, signed: Signed) -> Answer {
    app.sign_in.end_session(signed.credential).await?;
    Ok(HttpResponse::NoContent().cookie(cookie(&app, String::new(), Duration::ZERO)).finish())
}

fn cookie(app: &App, value: String, lasts: Duration) -> Cookie<'static> {
    Cookie::build(SESSION_COOKIE, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(app.settings.server.secure_cookies)
        .max_age(lasts)
        .finish()
}

fn account(account: &Account) -> serde_json::Value {
    let ceiling = (account.role == Role::WallDevice).then_some(account.ceiling);
    json!({
        "id": account.id,
        "centre": account.centre,
        "role": account.role,
        "name": account.name,
        "ceiling": ceiling,
        "expires_at": account.expires_at,
    })
}
