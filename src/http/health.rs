//! For operators and their tools: alive, ready, counted, described.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::App;
use super::extract::peer;
use super::problem::{Kind, Problem};
use crate::health::Devices;
use crate::settings::OpenTo;

type Answer = Result<HttpResponse, Problem>;

pub async fn live(app: Data<App>, request: HttpRequest) -> Answer {
    admit(&app, &request)?;
    Ok(HttpResponse::Ok().json(json!({ "status": "live" })))
}

pub async fn ready(app: Data<App>, request: HttpRequest) -> Answer {
    admit(&app, &request)?;
    let (reasons, degraded) = (app.health.not_ready(), app.health.degraded());
    if !reasons.is_empty() {
        let body = json!({ "status": "not_ready", "not_ready": reasons, "degraded": degraded });
        return Ok(HttpResponse::ServiceUnavailable().json(body));
    }
    let status = if degraded.is_empty() { "ready" } else { "degraded" };
    Ok(HttpResponse::Ok().json(json!({ "status": status, "degraded": degraded })))
}

pub async fn metrics(app: Data<App>, request: HttpRequest) -> Answer {
    admit(&app, &request)?;
    let counts = app.health.counts();
    counts.audiences.set(i64::try_from(app.hub.audiences()).unwrap_or(i64::MAX));
    if let Ok((live, silent)) = app.sign_in.walls().await {
        for (state, walls) in [("live", live), ("silent", silent)] {
            counts.devices.get_or_create(&Devices { state }).set(i64::try_from(walls).unwrap_or(i64::MAX));
        }
    }
    let text = app.health.metrics();
    Ok(HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(text))
}

pub async fn openapi(app: Data<App>, request: HttpRequest) -> Answer {
    admit(&app, &request)?;
    Ok(HttpResponse::Ok().content_type("application/json").body(include_str!("../../docs/openapi.json")))
}

fn admit(app: &App, request: &HttpRequest) -> Result<(), Problem> {
    let admitted = match app.settings.server.open_endpoints {
        OpenTo::Everyone => true,
        OpenTo::Loopback => peer(request, app).is_some_and(|peer| peer.is_loopback()),
        OpenTo::Nobody => false,
    };
    if admitted { Ok(()) } else { Err(Problem::new(Kind::Forbidden, "this is open to this machine only")) }
}
