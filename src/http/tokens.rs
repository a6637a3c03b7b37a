//! Tokens of people and programs, as those who keep them see them: listed, made, revoked.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use serde_json::json;

use super::App;
use super::devices;
use super::extract::{Body, Signed};
use super::problem::Problem;
use super::wire::keeping;
use super::wire::shown::TokenView;
use crate::accounts::Holders;
use crate::domain::access;
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::Tlp;
use crate::sign_in::NewAccount;

type Answer = Result<HttpResponse, Problem>;

pub async fn list(app: Data<App>, signed: Signed) -> Answer {
    access::keeps_tokens(signed.account.role)?;
    let held = app.sign_in.held(Holders::Positions, devices::reach(&signed)).await?;
    let tokens: Vec<TokenView> = held.iter().map(TokenView::from).collect();
    Ok(HttpResponse::Ok().json(json!({ "tokens": tokens })))
}

/// Makes a token and shows it: the only time.
pub async fn create(app: Data<App>, signed: Signed, body: Body) -> Answer {
    access::keeps_tokens(signed.account.role)?;
    let form = keeping::create_token(&body.0)?;
    let mut faults = Vec::new();
    let centre = form.centre.as_ref().unwrap_or(&signed.account.centre);
    let centre = devices::kept_centre(&app, &signed, Some(centre), &mut faults)?;
    match access::grants(signed.account.role, form.role) {
        Ok(()) => {}
        Err(Refusal::Fields(more)) => faults.extend(more),
        Err(refusal) => return Err(refusal.into()),
    }
    let Some(centre) = centre.filter(|_| faults.is_empty()) else { return Err(Problem::fields(faults)) };
    let new = NewAccount { centre, role: form.role, name: form.name, ceiling: Tlp::Clear, expires_in: form.expires_in };
    let (account, token) = app.sign_in.create(new).await?;
    tracing::info!(account.id = %signed.account.id, made.id = %account.id, "somebody was let in");
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({ "token_info": TokenView::from(&account), "token": token })))
}

pub async fn revoke(app: Data<App>, signed: Signed, path: Path<String>, body: Body) -> Answer {
    access::keeps_tokens(signed.account.role)?;
    keeping::nothing(&body.0)?;
    let account = devices::kept(&app, &signed, &path, Holders::Positions, "token").await?;
    if account.id == signed.account.id {
        return Err(Refusal::Forbidden("a token does not revoke itself").into());
    }
    access::revokes(signed.account.role, account.role)?;
    let revoked = app.sign_in.revoke(&account).await?;
    tracing::info!(account.id = %signed.account.id, revoked.id = %account.id, "somebody was shut out");
    Ok(HttpResponse::Ok().json(json!({ "token_info": TokenView::from(&revoked) })))
}
