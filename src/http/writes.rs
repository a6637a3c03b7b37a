//! Every write: read the body, ask the desk, answer with where it stands.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use futures_util::future::try_join;
use serde_json::json;
use uuid::Uuid;

use super::App;
use super::extract::{self, Body, Extracting, Signed};
use super::problem::Problem;
use super::wire;
use crate::domain::command::Command;
use crate::domain::ids::{CrisisId, CycleId, EscalationId, QueryId, UpdateId};
use crate::domain::vocabulary::EscalationStep;

type Answer = Result<HttpResponse, Problem>;

pub async fn open_crisis(asked: Asked) -> Answer {
    let (crisis, command) = wire::open_crisis(&asked.body)?;
    asked.submit(crisis, command, Location::Crisis).await
}

pub async fn record_ipcr(asked: Asked, path: Path<String>) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::record_ipcr(&asked.body)?;
    asked.submit(crisis, command, Location::Crisis).await
}

pub async fn close_crisis(asked: Asked, path: Path<String>) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::close_crisis(&asked.body)?;
    asked.submit(crisis, command, Location::Crisis).await
}

pub async fn reopen_crisis(asked: Asked, path: Path<String>) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::reopen_crisis(&asked.body)?;
    asked.submit(crisis, command, Location::Crisis).await
}

pub async fn scope_crisis(asked: Asked, path: Path<String>) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::scope_crisis(&asked.body)?;
    asked.submit(crisis, command, Location::Crisis).await
}

pub async fn post_update(asked: Asked, path: Path<String>) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::post_update(&asked.body)?;
    asked.submit(crisis, command, Location::Update).await
}

pub async fn withdraw(asked: Asked, path: Path<(String, String)>) -> Answer {
    let (crisis, id) = extract::thing(path, "update", UpdateId::parse)?;
    let command = wire::withdraw(id, &asked.body)?;
    asked.submit(crisis, command, Location::Update).await
}

pub async fn ask_query(asked: Asked, path: Path<(String, String)>) -> Answer {
    let (crisis, id) = extract::thing(path, "update", UpdateId::parse)?;
    let command = wire::ask_query(id, &asked.body)?;
    asked.submit(crisis, command, Location::Picture).await
}

pub async fn answer_query(asked: Asked, path: Path<(String, String)>) -> Answer {
    let (crisis, id) = extract::thing(path, "query", QueryId::parse)?;
    let command = wire::answer_query(id, &asked.body)?;
    asked.submit(crisis, command, Location::Picture).await
}

pub async fn withdraw_query(asked: Asked, path: Path<(String, String)>) -> Answer {
    let (crisis, id) = extract::thing(path, "query", QueryId::parse)?;
    let command = wire::withdraw_query(id, &asked.body)?;
    asked.submit(crisis, command, Location::Picture).await
}

pub async fn raise_escalation(asked: Asked, path: Path<String>) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::raise_escalation(&asked.body)?;
    asked.submit(crisis, command, Location::Picture).await
}

pub async fn step_escalation(asked: Asked, path: Path<(String, String, String)>) -> Answer {
    let (crisis, id, step) = path.into_inner();
    let crisis = extract::crisis(&crisis)?;
    let id = EscalationId::parse(&id).ok_or_else(|| Problem::not_found("escalation"))?;
    let step = EscalationStep::parse(&step).ok_or_else(|| Problem::not_found("step"))?;
    let command = wire::step_escalation(id, step, &asked.body)?;
    asked.submit(crisis, command, Location::Picture).await
}

pub async fn set_cycle(asked: Asked, path: Path<String>) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::cycles::set(&asked.body)?;
    asked.submit(crisis, command, Location::Picture).await
}

pub async fn change_cycle(asked: Asked, path: Path<(String, String)>) -> Answer {
    let (crisis, id) = extract::thing(path, "cycle", CycleId::parse)?;
    let command = wire::cycles::change(id, &asked.body)?;
    asked.submit(crisis, command, Location::Picture).await
}

pub async fn end_cycle(asked: Asked, path: Path<(String, String)>) -> Answer {
    let (crisis, id) = extract::thing(path, "cycle", CycleId::parse)?;
    let command = wire::cycles::end(id, &asked.body)?;
    asked.submit(crisis, command, Location::Picture).await
}

pub async fn excuse_slot(asked: Asked, path: Path<(String, String)>) -> Answer {
    let (crisis, id) = extract::thing(path, "cycle", CycleId::parse)?;
    let command = wire::cycles::excuse(id, &asked.body)?;
    asked.submit(crisis, command, Location::Picture).await
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

/// A write as it came: who asks, and what they sent.
pub struct Asked {
    pub(super) app: Data<App>,
    signed: Signed,
    pub(super) body: Bytes,
    request: HttpRequest,
}

impl FromRequest for Asked {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let both = try_join(Signed::from_request(request, payload), Body::from_request(request, payload));
        let request = request.clone();
        Box::pin(async move {
            let (signed, Body(body)) = both.await?;
            let app = request.app_data::<Data<App>>().expect("the app is registered").clone();
            Ok(Self { app, signed, body, request })
        })
    }
}

impl Asked {
    pub(super) async fn submit(&self, crisis: CrisisId, command: Command, location: Location) -> Answer {
        let key = extract::request_key(&self.request, &self.signed, &self.body)?;
        let answer = self.app.desk.submit(crisis, self.signed.actor(), command, key).await?;
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
        Ok(response.json(json!({ "id": id, "position": self.app.hub.seal(answer.position) })))
    }
}
