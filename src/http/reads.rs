//! Every read, through the marks of whoever asks.

use std::time::Duration;

use actix_web::http::header::{self, AcceptEncoding, Encoding, HeaderMap};
use actix_web::web::{Bytes, Data, Path, Payload, Query};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::App;
use super::assets;
use super::extract::{self, Signed};
use super::past;
use super::problem::{Kind, Problem};
use crate::domain::access;
use crate::domain::ids::{CentreId, CrisisId, SectorId, Seq, UpdateId};
use crate::domain::mark::Viewer;
use crate::domain::refusal::FieldFault;
use crate::domain::vocabulary::Role;
use crate::journal::{Cell, JournalError};
use crate::live::session;
use crate::reader::Page;

/// How long a read waits for the picture to reach what this server has acknowledged.
const CATCH_UP: Duration = Duration::from_secs(2);
/// Updates of a cell's history unless asked otherwise.
const HISTORY_UPDATES: usize = 50;
/// Updates of a cell's history at the most.
pub const HISTORY_UPDATES_MAX: usize = 200;
/// How far back and ahead slots are told unless asked otherwise, and within what time at the most.
const SLOTS_AROUND: SignedDuration = SignedDuration::from_hours(24);
const SLOTS_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 31);
/// Lines of a journal page unless asked otherwise.
const PAGE_LINES: usize = 200;

type Answer = Result<HttpResponse, Problem>;

pub async fn centres(app: Data<App>, _: Signed) -> Answer {
    Ok(HttpResponse::Ok().json(json!({ "centres": app.catalogue.centres })))
}

pub async fn catalogue(app: Data<App>, _: Signed) -> Answer {
    let catalogue = &app.catalogue;
    Ok(HttpResponse::Ok().json(
        json!({ "sectors": catalogue.sectors, "indicators": catalogue.indicators, "templates": catalogue.templates }),
    ))
}

pub async fn crises(app: Data<App>, signed: Signed) -> Answer {
    caught_up(&app, None).await;
    Ok(HttpResponse::Ok().json(json!({ "crises": app.hub.crises(&signed.viewer()) })))
}

pub async fn crisis(app: Data<App>, signed: Signed, path: Path<String>) -> Answer {
    let crisis = extract::crisis(&path)?;
    caught_up(&app, Some(&crisis)).await;
    let frame = app.hub.look(&crisis, &signed.viewer(), |eye| eye.frame());
    Ok(HttpResponse::Ok().json(frame.ok_or_else(|| Problem::not_found("crisis"))?))
}

pub async fn update(app: Data<App>, signed: Signed, path: Path<(String, String)>) -> Answer {
    access::reads_entries(signed.account.role)?;
    let (crisis, id) = extract::thing(path, "update", UpdateId::parse)?;
    caught_up(&app, Some(&crisis)).await;
    let update = app.reader.update(&crisis, &signed.viewer(), id).await.map_err(unavailable)?;
    Ok(HttpResponse::Ok().json(update.ok_or_else(|| Problem::not_found("update"))?))
}

#[derive(Deserialize)]
pub struct HistoryQuery {
    limit: Option<String>,
}

/// What one centre said of one sector, the withdrawn and the replaced too.
pub async fn cell_history(
    app: Data<App>,
    signed: Signed,
    path: Path<(String, String, String)>,
    query: Query<HistoryQuery>,
) -> Answer {
    access::reads_entries(signed.account.role)?;
    let (crisis, centre, sector) = path.into_inner();
    let crisis = extract::crisis(&crisis)?;
    let cell = (|| Some(Cell { centre: CentreId::parse(&centre).ok()?, sector: SectorId::parse(&sector).ok()? }))();
    let cell = cell.ok_or_else(|| Problem::not_found("cell"))?;
    caught_up(&app, Some(&crisis)).await;
    if app.hub.position(&crisis).is_none() {
        return Err(Problem::not_found("crisis"));
    }
    let mut faults = Vec::new();
    let limit = limit_within(query.limit.as_deref(), HISTORY_UPDATES, HISTORY_UPDATES_MAX, &mut faults);
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    let updates = app.reader.cell(&crisis, &signed.viewer(), cell, limit).await.map_err(unavailable)?;
    Ok(HttpResponse::Ok().json(json!({ "updates": updates })))
}

#[derive(Deserialize)]
pub struct PictureQuery {
    at: Option<String>,
}

/// The whole picture. The `ETag` names the position, so what is unchanged for this viewer is not sent
/// again; `server_time` alone differs between two answers of one position.
pub async fn picture(
    app: Data<App>,
    signed: Signed,
    path: Path<String>,
    query: Query<PictureQuery>,
    request: HttpRequest,
) -> Answer {
    access::reads_content(signed.account.role)?;
    let crisis = extract::crisis(&path)?;
    if let Some(at) = &query.at {
        return past::picture(&app, &signed, &crisis, at, &request).await;
    }
    caught_up(&app, Some(&crisis)).await;
    let (position, picture) = app.hub.whole(&crisis, &signed.viewer()).ok_or_else(|| Problem::not_found("crisis"))?;
    let now = || picture.document(app.clock.now());
    Ok(tagged(&request, &signed.viewer(), &position, now))
}

/// Answers with a picture, unless the asker has that of this tag already.
pub(super) fn tagged(
    request: &HttpRequest,
    viewer: &Viewer,
    tag: &str,
    document: impl FnOnce() -> String,
) -> HttpResponse {
    let etag = format!("\"{tag}-{:016x}{}\"", fingerprint(viewer), coding_suffix(request));
    let unchanged = matches_etag(request.headers(), &etag);
    let mut answer = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::VARY, "Authorization, Cookie"));
    if unchanged { answer.finish() } else { answer.content_type("application/json").body(document()) }
}

/// Two viewers may stand at one position and see different things: so a tag names whose picture it is, and whoever
/// signs in on a browser is never told that what it holds of the one before is still good.
fn fingerprint(viewer: &Viewer) -> u64 {
    let digest = Sha256::digest(format!("{} {:?}", viewer.centre, viewer.eyes));
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[derive(Deserialize)]
pub struct SlotsQuery {
    from: Option<String>,
    to: Option<String>,
}

/// What every centre owes, and what became of it, as far as this viewer may see.
pub async fn slots(app: Data<App>, signed: Signed, path: Path<String>, query: Query<SlotsQuery>) -> Answer {
    access::reads_content(signed.account.role)?;
    let crisis = extract::crisis(&path)?;
    caught_up(&app, Some(&crisis)).await;
    if app.hub.position(&crisis).is_none() {
        return Err(Problem::not_found("crisis"));
    }
    let now = app.clock.now();
    let mut faults = Vec::new();
    let mut time = |name: &str, asked: Option<&String>, usual: SignedDuration| match asked.map(|text| text.parse()) {
        None => now.saturating_add(usual).unwrap_or(now),
        Some(Ok(time)) => time,
        Some(Err(_)) => {
            faults.push(FieldFault::at(name, "must be an RFC 3339 time, such as 2022-03-29T14:30:00Z"));
            now
        }
    };
    let from: Timestamp = time("/from", query.from.as_ref(), -SLOTS_AROUND);
    let to: Timestamp = time("/to", query.to.as_ref(), SLOTS_AROUND);
    if to < from || to.duration_since(from) > SLOTS_WITHIN {
        faults.push(FieldFault::at("/to", "must lie after from, and at most 31 days after it"));
    }
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    let slots = app.hub.look(&crisis, &signed.viewer(), |eye| eye.slots(&(from..=to), now));
    Ok(HttpResponse::Ok().json(json!({ "server_time": now, "slots": slots })))
}

#[derive(Deserialize)]
pub struct PageQuery {
    after: Option<String>,
    limit: Option<String>,
}

pub async fn journal(app: Data<App>, signed: Signed, path: Path<String>, query: Query<PageQuery>) -> Answer {
    let audits = signed.account.role == Role::Auditor;
    if !audits {
        access::reads_entries(signed.account.role)?;
    }
    let crisis = extract::crisis(&path)?;
    caught_up(&app, Some(&crisis)).await;
    if app.hub.position(&crisis).is_none() {
        return Err(Problem::not_found("crisis"));
    }
    let mut faults = Vec::new();
    let (after, limit) = page_bounds(&app, &crisis, query.after.as_deref(), query.limit.as_deref(), &mut faults);
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    let next = format!("/api/v1/crises/{crisis}/journal?");
    if audits {
        let page = app.reader.audit(&crisis, after, limit).await.map_err(unavailable)?;
        Ok(ndjson(&app, &crisis, (&next, Turn::Next, limit), &page))
    } else {
        let page = app.reader.page(&crisis, &signed.viewer(), after, limit).await.map_err(unavailable)?;
        Ok(ndjson(&app, &crisis, (&next, Turn::Next, limit), &page))
    }
}

pub(super) fn page_bounds(
    app: &App,
    crisis: &CrisisId,
    after: Option<&str>,
    limit: Option<&str>,
    faults: &mut Vec<FieldFault>,
) -> (Seq, usize) {
    let after = match after {
        None | Some("") => Seq::ZERO,
        Some(word) => app.reader.unseal(crisis, word).unwrap_or_else(|| {
            faults.push(FieldFault::at("/after", "is not a position of this crisis"));
            Seq::ZERO
        }),
    };
    let most = app.settings.limits.page_entries;
    (after, limit_within(limit, PAGE_LINES.min(most), most, faults))
}

pub(super) fn limit_within(asked: Option<&str>, usual: usize, most: usize, faults: &mut Vec<FieldFault>) -> usize {
    match asked.map(str::parse) {
        None => usual,
        Some(Ok(limit)) if (1..=most).contains(&limit) => limit,
        Some(_) => {
            faults.push(FieldFault::at("/limit", format!("must be a number from 1 to {most}")));
            most
        }
    }
}

/// Which page follows on a page.
#[derive(Clone, Copy)]
pub(super) enum Turn {
    Next,
    Previous,
}

/// A page as lines, with the address of the one that follows: `path`, up to where its parameters follow.
pub(super) fn ndjson<T: Serialize>(
    app: &App,
    crisis: &CrisisId,
    (path, turn, limit): (&str, Turn, usize),
    page: &Page<T>,
) -> HttpResponse {
    let mut body = Vec::new();
    for line in &page.lines {
        serde_json::to_writer(&mut body, line).expect("views have string keys and finite numbers");
        body.push(b'\n');
    }
    let mut answer = HttpResponse::Ok();
    answer.content_type("application/x-ndjson");
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(word) = page.next.and_then(|seq| app.reader.seal(crisis, seq)) {
        let (edge, rel) = match turn {
            Turn::Next => ("after", "next"),
            Turn::Previous => ("before", "prev"),
        };
        answer.insert_header((header::LINK, format!("<{path}{edge}={word}&limit={limit}>; rel=\"{rel}\"")));
    }
    answer.body(Bytes::from(body))
}

#[derive(Deserialize)]
pub struct LiveQuery {
    after: Option<String>,
}

/// The socket. A position that is unknown here is no error: the wall gets the whole picture.
pub async fn live(
    app: Data<App>,
    signed: Signed,
    path: Path<String>,
    query: Query<LiveQuery>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, actix_web::Error> {
    access::reads_content(signed.account.role).map_err(Problem::from)?;
    let crisis = extract::crisis(&path)?;
    if app.health.counts().walls.get() >= app.settings.live.walls_max {
        return Err(Problem::new(Kind::Busy, "as many walls as this server takes are connected").into());
    }
    caught_up(&app, Some(&crisis)).await;
    let after = query.after.as_deref().and_then(|word| app.hub.unseal(word));
    if app.hub.position(&crisis).is_none() {
        return Err(Problem::not_found("crisis").into());
    }
    let (response, session, messages) =
        actix_ws::handle(&request, payload).map_err(|error| Problem::new(Kind::Malformed, error.to_string()))?;
    let Some(joined) = app.hub.join(&crisis, &signed.viewer(), after) else {
        return Err(Problem::not_found("crisis").into());
    };
    let messages = messages
        .max_frame_size(session::CLIENT_MESSAGE_BYTES_MAX)
        .aggregate_continuations()
        .max_continuation_size(session::CLIENT_MESSAGE_BYTES_MAX);
    let seat = session::Seat {
        credential: signed.credential,
        sign_in: app.sign_in.clone(),
        clock: app.clock.clone(),
        health: app.health.clone(),
        wall: signed.account.device.as_ref().map(|_| signed.account.id),
        build: assets::build(),
        beat: app.settings.live.beat,
        send_timeout: app.settings.live.send_timeout,
        stopping: app.stopping.clone(),
    };
    // Counted before it is answered, so that whoever is let in is known to the next who asks.
    app.health.counts().walls.inc();
    actix_web::rt::spawn(session::run(session, messages, joined, seat));
    Ok(response)
}

/// Waits until readers here see what writers here were told is done.
pub(super) async fn caught_up(app: &App, crisis: Option<&CrisisId>) {
    for (committed, seq) in app.desk.committed() {
        if crisis.is_none_or(|crisis| *crisis == committed) {
            // Whoever waits longer sees an older picture, with its own older position: late, not wrong.
            let _ = timeout(CATCH_UP, app.hub.reached(&committed, seq)).await;
        }
    }
}

/// What is wrong with the journal, and where, is not the asker's to know; it is logged where it is read.
pub(super) fn unavailable(_: JournalError) -> Problem {
    Problem::new(Kind::Unavailable, "the journal does not answer now")
}

/// A strong tag names the bytes, so each content coding has its own. Chosen as the compression that
/// wraps every answer chooses.
fn coding_suffix(request: &HttpRequest) -> String {
    let codings = [Encoding::identity(), Encoding::brotli(), Encoding::gzip(), Encoding::deflate()];
    let accepted = request.get_header::<AcceptEncoding>();
    match accepted.and_then(|accepted| accepted.negotiate(codings.iter())) {
        Some(coding) if coding != Encoding::identity() => format!("-{coding}"),
        _ => String::new(),
    }
}

fn matches_etag(headers: &HeaderMap, etag: &str) -> bool {
    let asked = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    asked.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*")
}
