//! The watch log and the handover of shifts.
//!
//! What the system knows of a shift is kept nowhere: it is looked up in the journal as it stood when the
//! handover was offered, and so it is the same whenever it is read.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::App;
use super::extract::{self, Signed};
use super::form::parse_time;
use super::past::{self, Moment, Now};
use super::problem::Problem;
use super::reads::{Turn, caught_up, limit_within, ndjson, page_bounds, unavailable};
use super::wire;
use super::writes::{Asked, Location};
use crate::domain::access;
use crate::domain::command::Command;
use crate::domain::event::Entry;
use crate::domain::handover::Shift;
use crate::domain::ids::{CentreId, CrisisId, HandoverId, Seq};
use crate::domain::picture::Picture;
use crate::domain::refusal::FieldFault;
use crate::domain::view::Visible;
use crate::domain::view::handovers::{HandoverView, KEY_EVENTS_MAX, ShiftView};
use crate::domain::view::log::Wanted;
use crate::domain::vocabulary::LogKind;

/// Handovers that are listed unless asked otherwise, and at the most.
const HANDOVERS: usize = 20;
pub const HANDOVERS_MAX: usize = 100;

type Answer = Result<HttpResponse, Problem>;

pub async fn write(asked: Asked, path: Path<String>) -> Answer {
    let crisis = extract::crisis(&path)?;
    let mut draft = wire::duty::write(&asked.body)?;
    // An entry is never changed, so what is read here still holds when it is decided.
    if let Some(corrected) = &mut draft.corrects {
        *corrected = asked.app.reader.corrected(&crisis, corrected.id).await.map_err(unavailable)?;
    }
    let command = Command::WriteLog(Box::new(draft));
    asked.submit(crisis, command, Location::Log).await
}

#[derive(Deserialize)]
pub struct LogQuery {
    after: Option<String>,
    before: Option<String>,
    limit: Option<String>,
    centre: Option<String>,
    kind: Option<String>,
    key: Option<String>,
}

/// The log as far as the asker may read it, oldest first, page by page; with `before` from its end.
pub async fn log(app: Data<App>, signed: Signed, path: Path<String>, query: Query<LogQuery>) -> Answer {
    access::reads_entries(signed.account.role)?;
    let crisis = known(&app, &path).await?;
    let mut faults = Vec::new();
    let (after, limit) = page_bounds(&app, &crisis, query.after.as_deref(), query.limit.as_deref(), &mut faults);
    let centre = query
        .centre
        .as_deref()
        .and_then(|name| CentreId::parse(name).map_err(|fault| faults.push(FieldFault::at("/centre", fault))).ok());
    let before = query.before.as_deref().and_then(|word| position_before(&app, &crisis, word, &mut faults));
    if before.is_some() && query.after.is_some() {
        faults.push(FieldFault::at("/before", "must not stand beside after"));
    }
    let kind = query
        .kind
        .as_deref()
        .and_then(|word| word.parse::<LogKind>().map_err(|fault| faults.push(FieldFault::at("/kind", fault))).ok());
    let key_events = match query.key.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            faults.push(FieldFault::at("/key", "must be true or false"));
            false
        }
    };
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    let of = centre.as_ref().map_or_else(String::new, |centre| format!("centre={centre}&"));
    let like = kind.map_or_else(String::new, |kind| format!("kind={kind}&"));
    let key = if key_events { "key=true&" } else { "" };
    let path = format!("/api/v1/crises/{crisis}/log?{of}{like}{key}");
    let wanted = Wanted { centre, kind, key_events };
    let (viewer, reader) = (signed.viewer(), &app.reader);
    let (turn, read) = match before {
        None => (Turn::Next, reader.log(&crisis, &viewer, after, &wanted, limit).await),
        Some(before) => (Turn::Previous, reader.log_before(&crisis, &viewer, before, &wanted, limit).await),
    };
    Ok(ndjson(&app, &crisis, (&path, turn, limit), &read.map_err(unavailable)?))
}

/// Where a page from the end ends: before a position, or at the newest entry where it is empty.
fn position_before(app: &App, crisis: &CrisisId, word: &str, faults: &mut Vec<FieldFault>) -> Option<Seq> {
    if word.is_empty() {
        return Some(Seq::END);
    }
    let found = app.reader.unseal(crisis, word);
    if found.is_none() {
        faults.push(FieldFault::at("/before", "is not a position of this crisis"));
    }
    found
}

pub async fn offer(asked: Asked, path: Path<String>) -> Answer {
    let crisis = extract::crisis(&path)?;
    let command = wire::duty::offer(&asked.body)?;
    asked.submit(crisis, command, Location::Handover).await
}

pub async fn sign(asked: Asked, path: Path<(String, String)>) -> Answer {
    let (crisis, id) = extract::thing(path, "handover", HandoverId::parse)?;
    let command = wire::duty::sign(id, &asked.body)?;
    asked.submit(crisis, command, Location::Handover).await
}

#[derive(Deserialize)]
pub struct ListQuery {
    limit: Option<String>,
}

/// The handovers of the asker's own centre, newest first.
pub async fn handovers(app: Data<App>, signed: Signed, path: Path<String>, query: Query<ListQuery>) -> Answer {
    access::reads_the_past(signed.account.role)?;
    let crisis = known(&app, &path).await?;
    let mut faults = Vec::new();
    let limit = limit_within(query.limit.as_deref(), HANDOVERS, HANDOVERS_MAX, &mut faults);
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    let asker = signed.account.id;
    let handovers = app.reader.handovers(&crisis, &signed.viewer(), asker, limit).await.map_err(unavailable)?;
    Ok(HttpResponse::Ok().json(json!({ "handovers": handovers })))
}

/// A handover with what the system knew of the shift when it was offered.
#[derive(Serialize)]
struct Told {
    handover: Visible<HandoverView>,
    told: Visible<ShiftView>,
}

pub async fn handover(app: Data<App>, signed: Signed, path: Path<(String, String)>) -> Answer {
    access::reads_the_past(signed.account.role)?;
    let (crisis, id) = extract::thing(path, "handover", HandoverId::parse)?;
    let now = past::now(&app, &crisis).await?;
    let found = app.reader.handover(&now.crisis, &signed.viewer(), signed.account.id, id).await;
    let (seq, handover) = found.map_err(unavailable)?.ok_or_else(|| Problem::not_found("handover"))?;
    let picture = past::then(&app, &now, seq).await?;
    let (shift, at) = (handover.get().shift, handover.get().offered_at);
    let told = told(&app, &signed, &Now { time: at, ..now }, &picture, shift).await?;
    Ok(HttpResponse::Ok().json(Told { handover, told }))
}

#[derive(Deserialize)]
pub struct DraftQuery {
    from: Option<String>,
    to: Option<String>,
}

/// What the system would tell of a shift if it were handed over now.
pub async fn draft(app: Data<App>, signed: Signed, path: Path<String>, query: Query<DraftQuery>) -> Answer {
    access::reads_the_past(signed.account.role)?;
    let now = past::now(&app, &extract::crisis(&path)?).await?;
    let mut faults = Vec::new();
    let mut time = |field: &str, asked: Option<&str>| match asked.map(parse_time) {
        Some(Ok(time)) => time,
        Some(Err(fault)) => {
            faults.push(FieldFault::at(field, fault));
            now.time
        }
        None => {
            faults.push(FieldFault::at(field, "is required"));
            now.time
        }
    };
    let shift = Shift { from: time("/from", query.from.as_deref()), to: time("/to", query.to.as_deref()) };
    if let Some((field, fault)) = shift.fault(now.time).filter(|_| faults.is_empty()) {
        faults.push(FieldFault::at(format!("/{field}"), fault));
    }
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    let told = told(&app, &signed, &now, &now.picture, shift).await?;
    Ok(HttpResponse::Ok().json(told))
}

/// What a picture, at the time of `now`, says of a shift to the asker's centre.
async fn told(
    app: &App,
    signed: &Signed,
    now: &Now,
    picture: &Picture,
    shift: Shift,
) -> Result<Visible<ShiftView>, Problem> {
    let viewer = signed.viewer();
    let began = began(app, now, picture, shift.from).await?;
    let changes = past::since(app, &viewer, now, picture, &began).await?;
    let key_event = |entry: &Entry| {
        let wanted = Wanted { key_events: true, ..Wanted::default() };
        app.hub.show(now.epoch, picture, &viewer, |eye| eye.log_entry(entry, &wanted).is_some())
    };
    let read = app.reader.logged(&now.crisis, (began.seq, picture.seq), KEY_EVENTS_MAX, key_event).await;
    let key_events = read.map_err(unavailable)?;
    Ok(app.hub.show(now.epoch, picture, &viewer, |eye| eye.shift(shift, now.time, &changes, &key_events)))
}

/// Where the picture stood when a shift began.
async fn began(app: &App, now: &Now, picture: &Picture, from: Timestamp) -> Result<Moment, Problem> {
    let seq = app.past.at(&now.crisis, from).await.map_err(unavailable)?;
    Ok(Moment { seq: seq.min(picture.seq), time: Some(from) })
}

/// The crisis of a path, once this server's picture of it has reached what it acknowledged.
async fn known(app: &App, name: &str) -> Result<CrisisId, Problem> {
    let crisis = extract::crisis(name)?;
    caught_up(app, Some(&crisis)).await;
    app.hub.position(&crisis).map(|_| crisis).ok_or_else(|| Problem::not_found("crisis"))
}
