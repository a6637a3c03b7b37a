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
use crate::domain::ids::{CentreId, CycleId, EscalationId, HandoverId, IndicatorId, QueryId, SectorId, Seq, UpdateId};
use crate::domain::mark::Audience;
use crate::domain::picture::{Part, Picture, UpdateFacts};

/// Name of the field that says in which form the others are.
pub const FORMAT_FIELD: &str = "@format";
/// The form that is written: to be counted up when the shape of the picture changes.
pub const FORMAT: &str = "6";

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
    parts.extend(picture.cycles.keys().map(|id| Part::Cycle(*id)));
    parts.extend(picture.slots.keys().map(|(cycle, centre)| Part::Slots(*cycle, centre.clone())));
    parts.extend(picture.handovers.keys().map(|id| Part::Handover(*id)));
    parts.extend(picture.handed.keys().map(|centre| Part::Handed(centre.clone())));
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
        Part::Cycle(id) => (format!("cycle/{id}"), picture.cycles.get(id).map(json)),
        Part::Slots(cycle, centre) => {
            let marks = picture.slots.get(&(*cycle, centre.clone()));
            (format!("slots/{cycle}/{centre}"), marks.map(json))
        }
        Part::Centre(centre) => {
            let heard = picture.heard.get(centre).map(|heard| json(&heard.iter().collect::<Vec<_>>()));
            (format!("heard/{centre}"), heard)
        }
        Part::Handover(id) => (format!("handover/{id}"), picture.handovers.get(id).map(json)),
        Part::Handed(centre) => (format!("handed/{centre}"), picture.handed.get(centre).map(json)),
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
                let (id, facts): (_, UpdateFacts) = (UpdateId::parse(key).ok_or_else(|| damaged(name))?, read(value)?);
                picture.reports.insert((facts.centre.clone(), facts.recorded_at, id));
                picture.updates.insert(id, facts);
            }
            "escalation" => {
                picture.escalations.insert(EscalationId::parse(key).ok_or_else(|| damaged(name))?, read(value)?);
            }
            "query" => {
                picture.queries.insert(QueryId::parse(key).ok_or_else(|| damaged(name))?, read(value)?);
            }
            "cycle" => {
                picture.cycles.insert(CycleId::parse(key).ok_or_else(|| damaged(name))?, read(value)?);
            }
            "slots" => {
                let (first, second) = pair()?;
                let cycle = CycleId::parse(first).ok_or_else(|| damaged(name))?;
                picture.slots.insert((cycle, centre(second)?), read(value)?);
            }
            "handover" => {
                picture.handovers.insert(HandoverId::parse(key).ok_or_else(|| damaged(name))?, read(value)?);
            }
            "handed" => {
                picture.handed.insert(centre(key)?, read(value)?);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::SignedDuration;
    use uuid::Uuid;

    use super::*;
    use crate::domain::command::{Command, OfferHandover, Scope};
    use crate::domain::crisis::IpcrRecord;
    use crate::domain::event::Event;
    use crate::domain::given::{Drill, centre, coordinator, officer, sector};
    use crate::domain::handover::Shift;
    use crate::domain::ids::{AccountId, Epoch, Position};
    use crate::domain::mark::Mark;
    use crate::domain::vocabulary::{EscalationStep, IpcrMode, Tlp};

    /// One of everything a picture can hold; `each` sees it after every entry.
    fn eventful(mut each: impl FnMut(&Drill)) -> Drill {
        let mut drill = Drill::open();
        let named = Mark { tlp: Tlp::Amber, recipients: [centre("co")].into() };
        let update = drill.update("be", "cyber", named, "Phishing");
        each(&drill);
        let (answered, withdrawn) = (drill.query(update), drill.query(update));
        each(&drill);
        drill.query(update);
        let escalation = drill.escalation("be", Mark::of(Tlp::Green));
        drill.step(escalation, EscalationStep::Acknowledge);
        each(&drill);
        let ipcr = IpcrRecord {
            mode: IpcrMode::Monitoring,
            since: Timestamp::UNIX_EPOCH,
            decided_by: "Presidency".to_owned(),
            source_url: None,
        };
        let cycle = drill.cycle();
        let excuse =
            |due_at| Command::ExcuseSlot { cycle, centre: centre("be"), due_at, reason: "Evacuated".to_owned() };
        let first = drill.picture.cycles[&cycle].rounds().next().expect("a round is planned").due_at;
        drill.given(&coordinator(), excuse(first));
        for _ in 0..2 {
            // A reminder, then what was missed.
            drill.wait(200);
            drill.timers();
            each(&drill);
        }
        let shift = Shift { from: drill.now - SignedDuration::from_hours(8), to: drill.now };
        let notes = "Quiet".to_owned();
        let offer = OfferHandover { shift, notes, watch_items: Vec::new(), staffing: None, questions: None };
        let offer = Command::OfferHandover(Box::new(offer));
        drill.given(&officer("nl"), offer.clone());
        each(&drill);
        let Event::HandoverOffered { handover } = drill.given(&officer("be"), offer) else { panic!("it was offered") };
        let relief = Actor { account: AccountId(Uuid::from_u128(9)), ..officer("be") };
        drill.given(&relief, Command::SignHandover { handover: handover.id, note: None });
        each(&drill);
        let scope = Scope { sectors: Some(vec![sector("cyber")]), centres: None };
        for (actor, command) in [
            (officer("be"), Command::AnswerQuery { query: answered, answer: "By hand".to_owned() }),
            (coordinator(), Command::WithdrawQuery { query: withdrawn, reason: "Known".to_owned() }),
            (coordinator(), Command::RecordIpcr(ipcr)),
            (coordinator(), Command::ScopeCrisis(scope)),
            (coordinator(), Command::CloseCrisis { reason: "Over".to_owned() }),
        ] {
            drill.given(&actor, command);
            each(&drill);
        }
        drill
    }

    fn kept(picture: &Picture, fields: BTreeMap<String, Vec<u8>>) -> Kept {
        Kept { at: Position { epoch: Epoch(1), seq: picture.seq }, fields: fields.into_iter().collect() }
    }

    fn values(fields: Vec<Field>) -> BTreeMap<String, Vec<u8>> {
        fields.into_iter().filter_map(|field| Some((field.name, field.value?))).collect()
    }

    #[test]
    fn a_kept_picture_opens_to_the_same_picture() {
        let Drill { picture, .. } = eventful(|drill| {
            let opened = open(kept(&drill.picture, values(all_fields(&drill.picture)))).expect("it opens");
            assert_eq!(opened, drill.picture);
        });
        assert_eq!((picture.queries.len(), picture.ipcr_history.len()), (3, 1));
        let marks: Vec<_> = picture.slots.values().collect();
        assert_eq!((marks[0].excused.len(), marks[1].missed.len()), (1, 1), "{marks:?}");
        assert!(picture.closed.is_some());
        assert_eq!((picture.handovers.len(), picture.handed.len()), (2, 1));
    }

    #[test]
    fn the_fields_of_what_was_touched_bring_a_copy_to_where_the_picture_is() {
        let mut drill = Drill::open();
        let mut copy = values(all_fields(&drill.picture));
        let update = drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
        let follow = |drill: &Drill, copy: &mut BTreeMap<String, Vec<u8>>| {
            for Field { name, value } in fields_of(&drill.picture, &drill.touched.iter().cloned().collect()) {
                match value {
                    Some(value) => copy.insert(name, value),
                    None => copy.remove(&name),
                };
            }
            assert_eq!(*copy, values(all_fields(&drill.picture)));
        };
        follow(&drill, &mut copy);
        drill.cycle();
        follow(&drill, &mut copy);
        let query = drill.query(update);
        follow(&drill, &mut copy);
        drill.given(&officer("be"), Command::AnswerQuery { query, answer: "By hand".to_owned() });
        follow(&drill, &mut copy);
        drill.given(&coordinator(), Command::CloseCrisis { reason: "Over".to_owned() });
        follow(&drill, &mut copy);
        drill.given(&coordinator(), Command::ReopenCrisis { reason: "Not yet".to_owned() });
        follow(&drill, &mut copy);
    }

    #[test]
    fn another_form_is_not_opened() {
        let drill = Drill::open();
        let mut fields = values(all_fields(&drill.picture));
        fields.insert(FORMAT_FIELD.to_owned(), b"1".to_vec());
        assert!(open(kept(&drill.picture, fields)).is_err());
    }
}
