//! Walls as those who keep them see them: listed, set to show something else, revoked.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::json;

use super::App;
use super::extract::{Body, Signed};
use super::problem::{Kind, Problem};
use super::reads::caught_up;
use super::wire::keeping;
use super::wire::shown::DeviceView;
use crate::accounts::{Account, Holders};
use crate::domain::access;
use crate::domain::ids::{AccountId, CentreId, CrisisId};
use crate::domain::refusal::{FieldFault, Refusal};

type Answer = Result<HttpResponse, Problem>;

pub async fn list(app: Data<App>, signed: Signed) -> Answer {
    access::keeps_devices(signed.account.role)?;
    let walls = app.sign_in.held(Holders::Walls, reach(&signed)).await?;
    let devices: Vec<DeviceView> = walls.iter().filter_map(DeviceView::of).collect();
    Ok(HttpResponse::Ok().json(json!({ "devices": devices })))
}

pub async fn change(app: Data<App>, signed: Signed, path: Path<String>, body: Body) -> Answer {
    access::keeps_devices(signed.account.role)?;
    let device = kept(&app, &signed, &path, Holders::Walls, "device").await?;
    let changes = keeping::change_device(&body.0)?;
    let mut faults = Vec::new();
    check_pin(&app, changes.crisis.as_ref().and_then(Option::as_ref), &mut faults).await;
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    if device.revoked_at.is_some() {
        return Err(Problem::new(Kind::Conflict, "this wall was revoked"));
    }
    let changed = app.sign_in.set_device(device.id, changes).await?;
    let changed = changed.ok_or_else(|| Problem::not_found("device"))?;
    Ok(HttpResponse::Ok().json(json!({ "device": DeviceView::of(&changed) })))
}

pub async fn revoke(app: Data<App>, signed: Signed, path: Path<String>, body: Body) -> Answer {
    access::keeps_devices(signed.account.role)?;
    keeping::nothing(&body.0)?;
    let device = kept(&app, &signed, &path, Holders::Walls, "device").await?;
    let revoked = app.sign_in.revoke(&device).await?;
    tracing::info!(account.id = %signed.account.id, device.id = %device.id, "a wall was revoked");
    Ok(HttpResponse::Ok().json(json!({ "device": DeviceView::of(&revoked) })))
}

/// The centre whose walls and tokens this account keeps; `None` is every one.
pub(super) fn reach(signed: &Signed) -> Option<CentreId> {
    (!access::keeps_every_centre(signed.account.role)).then(|| signed.account.centre.clone())
}

/// The account of a path, if it is of that kind and this account's to keep. Others' do not exist here.
pub(super) async fn kept(
    app: &App,
    signed: &Signed,
    id: &str,
    holders: Holders,
    what: &'static str,
) -> Result<Account, Problem> {
    let unknown = || Problem::not_found(what);
    let id = AccountId::parse(id).ok_or_else(unknown)?;
    let found = app.sign_in.account(id).await?.filter(|account| holders.have(account.role));
    found.filter(|account| reach(signed).is_none_or(|centre| account.centre == centre)).ok_or_else(unknown)
}

/// The centre that something new is to be for; without one, what is missing is a fault.
pub(super) fn kept_centre(
    app: &App,
    signed: &Signed,
    centre: Option<&CentreId>,
    faults: &mut Vec<FieldFault>,
) -> Result<Option<CentreId>, Problem> {
    let Some(centre) = centre else {
        faults.push(FieldFault::at("/centre", "is required: say for which centre"));
        return Ok(None);
    };
    if reach(signed).is_some_and(|own| own != *centre) {
        return Err(Refusal::Forbidden("walls and tokens of another centre are that centre's to keep").into());
    }
    if !app.catalogue.has_centre(centre) {
        faults.push(FieldFault::at("/centre", "is not a configured centre"));
    }
    Ok(Some(centre.clone()))
}

/// A wall is pinned to a crisis that is there.
pub(super) async fn check_pin(app: &App, crisis: Option<&CrisisId>, faults: &mut Vec<FieldFault>) {
    let Some(crisis) = crisis else { return };
    caught_up(app, Some(crisis)).await;
    if app.hub.position(crisis).is_none() {
        faults.push(FieldFault::at("/crisis", "is not a crisis here"));
    }
}
