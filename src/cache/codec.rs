//! Picture ⇄ fields: one field for each part, so that a change writes what it touched and no more.
//!
//! The form is disposable: another [`FORMAT`] is treated as nothing kept.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{CacheError, Field, Kept};
use crate::domain::actor::Actor;
use crate::domain::crisis::{Closure, Crisis, RecordedIpcr};
use crate::domain::event::Entry;
use crate::domain::ids::{CentreId, EscalationId, IndicatorId, QueryId, SectorId, Seq, UpdateId};
use crate::domain::mark::Audience;
use crate::domain::picture::{Part, Picture};

/// Name of the field that says in which form the others are.
pub const FORMAT_FIELD: &str = "@format";
/// The form that is written: to be counted up when the shape of the picture changes.
pub const FORMAT: &str = "2";

/// What belongs to no single place.
#[derive(Serialize, Deserialize)]
struct Frame {
    crisis: Crisis,
    opened_by: Actor,
    recorded_at: Timestamp,
    closed: Option<Closure>,
    ipcr_history: VecDeque<RecordedIpcr>,
}

/// The fields of the parts that were touched.
pub fn fields_of(picture: &Picture, touched: &BTreeSet<Part>) -> Vec<Field> {
    let mut fields: Vec<Field> = touched.iter().map(|part| field(picture, part)).collect();
    // `recorded_at` moves with every entry.
    fields.push(field(picture, &Part::Crisis));
    fields
}

/// The fields of the whole picture.
pub fn all_fields(picture: &Picture) -> Vec<Field> {
    let mut parts: BTreeSet<Part> = BTreeSet::new();
    parts.extend(picture.cells.keys().map(|(centre, sector)| Part::Cell(centre.clone(), sector.clone())));
    parts.extend(picture.readings.keys().map(|(centre, indicator)| Part::Reading(centre.clone(), indicator.clone())));
    parts.extend(picture.updates.keys().map(|id| Part::Update(*id)));
    parts.extend(picture.escalations.keys().map(|id| Part::Escalation(*id)));
    parts.extend(picture.queries.keys().map(|id| Part::Query(*id)));
    parts.extend(picture.heard.keys().map(|centre| Part::Centre(centre.clone())));
    parts.extend(picture.heads.keys().map(|audience| Part::Head(audience.clone())));
    for (audience, entries) in &picture.feed {
        parts.extend(entries.iter().map(|entry| Part::Feed(audience.clone(), entry.seq)));
    }
    let mut fields = fields_of(picture, &parts);
    fields.push(Field { name: FORMAT_FIELD.to_owned(), value: Some(FORMAT.into()) });
    fields
}

fn field(picture: &Picture, part: &Part) -> Field {
    let (name, value) = match part {
        Part::Crisis => {
            let frame = Frame {
                crisis: picture.crisis.clone(),
                opened_by: picture.opened_by.clone(),
                recorded_at: picture.recorded_at,
                closed: picture.closed.clone(),
                ipcr_history: picture.ipcr_history.clone(),
            };
            ("crisis".to_owned(), Some(json(&frame)))
        }
        Part::Cell(centre, sector) => {
            let shelf = picture.cells.get(&(centre.clone(), sector.clone()));
            (format!("cell/{centre}/{sector}"), shelf.map(json))
        }
        Part::Reading(centre, indicator) => {
            let shelf = picture.readings.get(&(centre.clone(), indicator.clone()));
            (format!("reading/{centre}/{indicator}"), shelf.map(json))
        }
        Part::Update(id) => (format!("update/{id}"), picture.updates.get(id).map(json)),
        Part::Escalation(id) => (format!("escalation/{id}"), picture.escalations.get(id).map(json)),
        Part::Query(id) => (format!("query/{id}"), picture.queries.get(id).map(json)),
        Part::Centre(centre) => {
            let heard = picture.heard.get(centre).map(|heard| json(&heard.iter().collect::<Vec<_>>()));
            (format!("heard/{centre}"), heard)
        }
        Part::Head(audience) => (format!("head/{}", text(audience)), picture.heads.get(audience).map(json)),
        Part::Feed(audience, seq) => {
            let entries = picture.feed.get(audience).into_iter().flatten();
            let entry = entries.rev().find(|entry| entry.seq == *seq);
            (format!("feed/{}", seq.0), entry.map(json))
        }
    };
    Field { name, value }
}

/// The picture that was kept; an error means that it must be built from the journal.
pub fn open(kept: Kept) -> Result<Picture, CacheError> {
    let Kept { at, mut fields } = kept;
    let damaged = |what: &str| CacheError::Damaged(what.to_owned());
    let mut take = |name: &str| {
        let place = fields.iter().position(|(field, _)| field == name)?;
        Some(fields.swap_remove(place).1)
    };
    if take(FORMAT_FIELD).as_deref() != Some(FORMAT.as_bytes()) {
        return Err(damaged("it is in another form"));
    }
    let frame: Frame = read(&take("crisis").ok_or_else(|| damaged("there is no crisis"))?)?;
    let mut picture = Picture::empty(frame.crisis, frame.opened_by, frame.recorded_at);
    picture.seq = at.seq;
    picture.closed = frame.closed;
    picture.ipcr_history = frame.ipcr_history;
    let mut feed: Vec<Arc<Entry>> = Vec::new();
    for (name, value) in &fields {
        let (kind, key) = name.split_once('/').ok_or_else(|| damaged(name))?;
        let pair = || key.split_once('/').ok_or_else(|| damaged(name));
        let centre = |name: &str| CentreId::parse(name).map_err(|_| damaged(key));
        match kind {
            "cell" => {
                let (first, second) = pair()?;
                let sector = SectorId::parse(second).map_err(|_| damaged(name))?;
                picture.cells.insert((centre(first)?, sector), read(value)?);
            }
            "reading" => {
                let (first, second) = pair()?;
                let indicator = IndicatorId::parse(second).map_err(|_| damaged(name))?;
                picture.readings.insert((centre(first)?, indicator), read(value)?);
            }
            "update" => {
                picture.updates.insert(UpdateId::parse(key).ok_or_else(|| damaged(name))?, read(value)?);
            }
            "escalation" => {
                picture.escalations.insert(EscalationId::parse(key).ok_or_else(|| damaged(name))?, read(value)?);
            }
            "query" => {
                picture.queries.insert(QueryId::parse(key).ok_or_else(|| damaged(name))?, read(value)?);
            }
            "heard" => {
                let heard: Vec<(Audience, Timestamp)> = read(value)?;
                picture.heard.insert(centre(key)?, heard.into_iter().collect());
            }
            "head" => {
                let seq: Seq = read(value)?;
                picture.heads.insert(read(key.as_bytes())?, seq);
            }
            "feed" => feed.push(Arc::new(read(value)?)),
            _ => return Err(damaged(name)),
        }
    }
    feed.sort_by_key(|entry| entry.seq);
    for entry in feed {
        picture.feed.entry(entry.event.audience()).or_default().push_back(entry);
    }
    Ok(picture)
}

fn json(value: &(impl Serialize + ?Sized)) -> Vec<u8> {
    text(value).into_bytes()
}

fn text(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).expect("parts of a picture have string keys and finite numbers")
}

fn read<T: DeserializeOwned>(value: &[u8]) -> Result<T, CacheError> {
    serde_json::from_slice(value).map_err(|error| CacheError::Damaged(error.to_string()))
}
