//! Every write: read the body, ask the desk, answer with where it stands.

use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use uuid::Uuid;

use super::App;
use super::extract::{self, Body, Signed};
use super::problem::Problem;
use super::wire;
use crate::domain::command::Command;
use crate::domain::ids::{CrisisId, CycleId, EscalationId, QueryId, UpdateId};
use crate::domain::vocabulary::EscalationStep;

type Answer = Result<HttpResponse, Problem>;

pub async fn open_crisis(app: Data<App>, signed: Signed, body: Body, request: HttpRequest) -> Answer {
    let (crisis, command) = wire::open_crisis(&body.0)?;
    let location = Location::Crisis;
    submit(&app, &signed, crisis, command, &body, &request, location).await
}

pub async fn record_ipcr(
    app: Data<App>,
    signed: Signed,
    path: Path<String>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::record_ipcr(&body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Crisis).await
}

pub async fn close_crisis(
    app: Data<App>,
    signed: Signed,
    path: Path<String>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::close_crisis(&body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Crisis).await
}

pub async fn reopen_crisis(
    app: Data<App>,
    signed: Signed,
    path: Path<String>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::reopen_crisis(&body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Crisis).await
}

pub async fn scope_crisis(
    app: Data<App>,
    signed: Signed,
    path: Path<String>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::scope_crisis(&body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Crisis).await
}

pub async fn post_update(
    app: Data<App>,
    signed: Signed,
    path: Path<String>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::post_update(&body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Update).await
}

pub async fn withdraw(
    app: Data<App>,
    signed: Signed,
    path: Path<(String, String)>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let (crisis, id) = path.into_inner();
    let crisis = extract::crisis(&crisis)?;
    let id = UpdateId::parse(&id).ok_or_else(|| Problem::not_found("update"))?;
    let command = wire::withdraw(id, &body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Update).await
}

pub async fn ask_query(
    app: Data<App>,
    signed: Signed,
    path: Path<(String, String)>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let (crisis, id) = path.into_inner();
    let crisis = extract::crisis(&crisis)?;
    let id = UpdateId::parse(&id).ok_or_else(|| Problem::not_found("update"))?;
    let command = wire::ask_query(id, &body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Picture).await
}

pub async fn answer_query(
    app: Data<App>,
    signed: Signed,
    path: Path<(String, String)>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let (crisis, id) = path_to_query(path)?;
    let command = wire::answer_query(id, &body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Picture).await
}

pub async fn withdraw_query(
    app: Data<App>,
    signed: Signed,
    path: Path<(String, String)>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let (crisis, id) = path_to_query(path)?;
    let command = wire::withdraw_query(id, &body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Picture).await
}

fn path_to_query(path: Path<(String, String)>) -> Result<(CrisisId, QueryId), Problem> {
    let (crisis, id) = path.into_inner();
    Ok((extract::crisis(&crisis)?, QueryId::parse(&id).ok_or_else(|| Problem::not_found("query"))?))
}

pub async fn raise_escalation(
    app: Data<App>,
    signed: Signed,
    path: Path<String>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::raise_escalation(&body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Picture).await
}

pub async fn step_escalation(
    app: Data<App>,
    signed: Signed,
    path: Path<(String, String, String)>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let (crisis, id, step) = path.into_inner();
    let crisis = extract::crisis(&crisis)?;
    let id = EscalationId::parse(&id).ok_or_else(|| Problem::not_found("escalation"))?;
    let step = EscalationStep::parse(&step).ok_or_else(|| Problem::not_found("step"))?;
    let command = wire::step_escalation(id, step, &body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Picture).await
}

pub async fn set_cycle(app: Data<App>, signed: Signed, path: Path<String>, body: Body, request: HttpRequest) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::cycles::set(&body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Picture).await
}

pub async fn change_cycle(
    app: Data<App>,
    signed: Signed,
    path: Path<(String, String)>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let (crisis, id) = path_to_cycle(path)?;
    let command = wire::cycles::change(id, &body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Picture).await
}

pub async fn end_cycle(
    app: Data<App>,
    signed: Signed,
    path: Path<(String, String)>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let (crisis, id) = path_to_cycle(path)?;
    let command = wire::cycles::end(id, &body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Picture).await
}

pub async fn excuse_slot(
    app: Data<App>,
    signed: Signed,
    path: Path<(String, String)>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let (crisis, id) = path_to_cycle(path)?;
    let command = wire::cycles::excuse(id, &body.0)?;
    submit(&app, &signed, crisis, command, &body, &request, Location::Picture).await
}

fn path_to_cycle(path: Path<(String, String)>) -> Result<(CrisisId, CycleId), Problem> {
    let (crisis, id) = path.into_inner();
    Ok((extract::crisis(&crisis)?, CycleId::parse(&id).ok_or_else(|| Problem::not_found("cycle"))?))
}

/// Where the thing that was written can be read.
#[derive(Clone, Copy)]
pub(super) enum Location {
    Crisis,
    Update,
    Log,
    Handover,
    /// It is a part of the picture and has no address of its own.
    Picture,
}

pub(super) async fn submit(
    app: &App,
    signed: &Signed,
    crisis: CrisisId,
    command: Command,
    body: &Body,
    request: &HttpRequest,
    location: Location,
) -> Answer {
    let key = extract::request_key(request, signed, &body.0)?;
    let answer = app.desk.submit(crisis, signed.actor(), command, key).await?;
    let id = answer.subject.map_or_else(|| answer.crisis.to_string(), |id: Uuid| id.to_string());
    let here = format!("/api/v1/crises/{}", answer.crisis);
    let location = match location {
        Location::Crisis => here,
        Location::Update => format!("{here}/updates/{id}"),
        Location::Log => format!("{here}/log"),
        Location::Handover => format!("{here}/handovers/{id}"),
        Location::Picture => format!("{here}/picture"),
    };
    let mut response = if answer.repeated { HttpResponse::Ok() } else { HttpResponse::Created() };
    response.insert_header((header::LOCATION, location));
    Ok(response.json(json!({ "id": id, "position": app.hub.seal(answer.position) })))
}
