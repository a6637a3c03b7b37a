//! Pairing a wall: it asks for a code, an officer confirms the code, the wall collects its session.

use actix_web::cookie::time::Duration;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use uuid::Uuid;

use super::App;
use super::devices;
use super::extract::{Body, Signed, peer, refuse_foreign_page};
use super::problem::{Kind, Problem};
use super::session::cookie;
use super::wire::keeping;
use super::wire::shown::{AccountView, DeviceView, PairingView};
use crate::domain::access;
use crate::domain::refusal::FieldFault;
use crate::pairing::{NewWall, PairingError, Progress};

type Answer = Result<HttpResponse, Problem>;

/// A wall that is not signed in begins to wait.
pub async fn open(app: Data<App>, body: Body, request: HttpRequest) -> Answer {
    refuse_foreign_page(&request, &app)?;
    keeping::nothing(&body.0)?;
    let offer = app.pairing.open(peer(&request, &app)).await.map_err(|error| problem(&app, error))?;
    Ok(HttpResponse::Created().json(PairingView {
        id: offer.id.to_string(),
        code: offer.code.as_str().to_owned(),
        secret: offer.secret,
        expires_at: offer.expires_at,
    }))
}

/// A wall that waits asks whether it was confirmed, and is signed in once it was.
pub async fn collect(app: Data<App>, path: Path<String>, body: Body, request: HttpRequest) -> Answer {
    refuse_foreign_page(&request, &app)?;
    let id = Uuid::try_parse(&path).map_err(|_| Problem::not_found("pairing"))?;
    let secret = keeping::collect_pairing(&body.0)?;
    match app.pairing.collect(id, &secret).await? {
        Progress::Waiting { expires_at } => {
            Ok(HttpResponse::Accepted().json(json!({ "state": "waiting", "expires_at": expires_at })))
        }
        Progress::Gone => Err(Problem::not_found("pairing")),
        Progress::SignedIn(account, secret) => {
            let lasts = account.expires_at.duration_since(app.clock.now());
            Ok(HttpResponse::Created()
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .cookie(cookie(&app, secret, Duration::seconds(lasts.as_secs())))
                .json(json!({ "account": AccountView::from(&*account) })))
        }
    }
}

/// An officer confirms the wall that shows a code.
pub async fn confirm(app: Data<App>, signed: Signed, body: Body) -> Answer {
    access::keeps_devices(signed.account.role)?;
    let form = keeping::confirm_pairing(&body.0)?;
    let mut faults = Vec::new();
    let own = (!access::keeps_every_centre(signed.account.role)).then_some(&signed.account.centre);
    let centre = devices::kept_centre(&app, &signed, form.centre.as_ref().or(own), &mut faults)?;
    devices::check_pin(&app, form.setting.crisis.as_ref(), &mut faults).await;
    let Some(centre) = centre.filter(|_| faults.is_empty()) else { return Err(Problem::fields(faults)) };
    let wall = NewWall { centre, name: form.name, ceiling: form.ceiling, setting: form.setting };
    let confirmed = app.pairing.confirm(signed.account.id, &form.code, wall).await;
    let device = confirmed.map_err(|error| problem(&app, error))?;
    tracing::info!(account.id = %signed.account.id, device.id = %device.id, "a wall was paired");
    Ok(HttpResponse::Created().json(json!({ "device": DeviceView::of(&device) })))
}

fn problem(app: &App, error: PairingError) -> Problem {
    match error {
        PairingError::Accounts(error) => error.into(),
        PairingError::NoSuchCode => Problem::fields(vec![FieldFault::at("/code", "is not shown by any wall now")]),
        PairingError::Full { until } => {
            Problem::new(Kind::Busy, error.to_string()).after(until.duration_since(app.clock.now()))
        }
        PairingError::PeerFull { until } | PairingError::TooManyWrong { until } => {
            Problem::new(Kind::TooManyAttempts, error.to_string()).after(until.duration_since(app.clock.now()))
        }
    }
}
