//! The folded state of one crisis: what is true once all entries up to a point have happened.
//!
//! `evolve` is the only way it changes and says what it touched. One picture serves every viewer:
//! [`super::view`] shows each the part it may see, which equals the fold of the entries it may see.
//! The maps share structure, so a clone costs nothing: a decision is tried on a copy before it is durable.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use imbl::{HashMap, OrdMap, OrdSet};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::centre::Sector;
use super::crisis::{Closure, Crisis, IPCR_HISTORY_MAX, IpcrRecord, RecordedIpcr};
use super::cycle::CycleRecord;
use super::escalation::{Escalation, Lapse, Standing, Step};
use super::event::{Entry, Event};
use super::handover::{Handed, Handover, HandoverFacts};
use super::ids::{CentreId, CycleId, EscalationId, HandoverId, IndicatorId, QueryId, SectorId, Seq, UpdateId};
use super::indicator::Reading;
use super::mark::{Audience, Mark};
use super::query::{self, Query, QueryRecord, Said};
use super::shelf::Shelf;
use super::update::SituationUpdate;
use super::vocabulary::{CrisisState, EscalationClock, EscalationStep};

mod cycles;
mod feed;

/// Entries kept in the feed, per audience; as many again that are out of scope.
pub const FEED_ENTRIES_MAX: usize = 50;
/// Steps, and lapses, of one escalation kept in the picture; the journal keeps all.
pub const STEPS_KEPT_MAX: usize = 100;

/// An update with what the server says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Posted {
    pub update: SituationUpdate,
    pub recorded_at: Timestamp,
    pub by: Actor,
}

/// A reading with the update that brought it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostedReading {
    pub reading: Reading,
    pub mark: Mark,
    pub recorded_at: Timestamp,
}

/// What later commands must know of an update.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UpdateFacts {
    pub centre: CentreId,
    pub sector: SectorId,
    pub mark: Mark,
    pub nil: bool,
    pub as_of: Timestamp,
    pub recorded_at: Timestamp,
    pub standing: UpdateStanding,
}

/// Whether an update still stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateStanding {
    Published,
    Superseded,
    Withdrawn,
}

/// An escalation with its steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EscalationRecord {
    pub escalation: Escalation,
    pub raised_at: Timestamp,
    pub raised_as: Actor,
    /// When something last happened to it, by somebody or by itself.
    pub changed_at: Timestamp,
    pub standing: Standing,
    pub steps: VecDeque<TakenStep>,
    pub lapses: VecDeque<NotedLapse>,
}

impl EscalationRecord {
    /// Whether it was put to sleep since it must be answered by the time that it has now.
    pub fn has_slept(&self) -> bool {
        let begins = |step: &&TakenStep| {
            matches!(step.step.step, EscalationStep::RaiseLevel | EscalationStep::LowerLevel | EscalationStep::Reopen)
        };
        let lapsed = |noted: &&NotedLapse| noted.lapse.which == EscalationClock::Ack;
        let begun = self.steps.iter().rev().find(begins).map(|step| step.at);
        let begun = begun.max(self.lapses.iter().rev().find(lapsed).map(|noted| noted.at));
        self.steps
            .iter()
            .any(|step| step.step.step == EscalationStep::Snooze && begun.is_none_or(|begun| step.at >= begun))
    }
}

/// A clock that ran out, with when that was noticed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotedLapse {
    pub lapse: Lapse,
    pub at: Timestamp,
}

/// A step with who and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TakenStep {
    pub step: Step,
    pub at: Timestamp,
    pub by: Actor,
}

/// What was said of the slots of one centre in one cycle. What became of each follows from the reports.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SlotMarks {
    pub excused: BTreeMap<Timestamp, Said>,
    /// The shortest reminder that was given for each due time to come.
    pub reminded: BTreeMap<Timestamp, u32>,
    pub missed: BTreeSet<Timestamp>,
}

/// One place of the picture that an entry can change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Crisis,
    Centre(CentreId),
    Cell(CentreId, SectorId),
    Reading(CentreId, IndicatorId),
    Escalation(EscalationId),
    Query(QueryId),
    Cycle(CycleId),
    /// What one centre owes of one cycle.
    Slots(CycleId, CentreId),
    Update(UpdateId),
    Handover(HandoverId),
    /// When a centre last handed over.
    Handed(CentreId),
    Feed(Audience, Seq),
    Head(Audience),
}

/// The state of one crisis.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub seq: Seq,
    pub recorded_at: Timestamp,
    pub crisis: Crisis,
    pub opened_by: Actor,
    /// Why the crisis takes no reports, while it does not.
    pub closed: Option<Closure>,
    /// Oldest first; the newest is the mode in force.
    pub ipcr_history: VecDeque<RecordedIpcr>,
    pub cells: OrdMap<(CentreId, SectorId), Shelf<Arc<Posted>>>,
    pub readings: OrdMap<(CentreId, IndicatorId), Shelf<PostedReading>>,
    pub updates: HashMap<UpdateId, UpdateFacts>,
    pub escalations: OrdMap<EscalationId, EscalationRecord>,
    pub queries: OrdMap<QueryId, QueryRecord>,
    pub cycles: OrdMap<CycleId, CycleRecord>,
    pub slots: OrdMap<(CycleId, CentreId), SlotMarks>,
    /// Every update by its centre and when it was recorded: which rounds of a cycle it fills follows from it.
    pub reports: OrdSet<(CentreId, Timestamp, UpdateId)>,
    /// Every handover that was offered: who may sign it follows from it.
    pub handovers: OrdMap<HandoverId, HandoverFacts>,
    pub handed: OrdMap<CentreId, Handed>,
    /// When each centre was last heard, per audience of what it said.
    pub heard: OrdMap<CentreId, OrdMap<Audience, Timestamp>>,
    /// Newest entry per audience: what a viewer's own position is made of.
    pub heads: OrdMap<Audience, Seq>,
    /// Newest entries, each audience with its own share so that none crowds out another.
    pub feed: OrdMap<Audience, VecDeque<Arc<Entry>>>,
}

impl Picture {
    /// The picture after the first entry; `None` unless that opens a crisis.
    pub fn open(entry: &Arc<Entry>) -> Option<Self> {
        let Event::CrisisOpened { crisis } = &entry.event else { return None };
        let mut picture = Self::empty((**crisis).clone(), entry.actor.clone(), entry.recorded_at);
        picture.evolve(entry);
        Some(picture)
    }

    /// A picture of a crisis in which nothing has happened.
    pub fn empty(crisis: Crisis, opened_by: Actor, recorded_at: Timestamp) -> Self {
        Self {
            seq: Seq::ZERO,
            recorded_at,
            crisis,
            opened_by,
            closed: None,
            ipcr_history: VecDeque::new(),
            cells: OrdMap::new(),
            readings: OrdMap::new(),
            updates: HashMap::new(),
            escalations: OrdMap::new(),
            queries: OrdMap::new(),
            cycles: OrdMap::new(),
            slots: OrdMap::new(),
            reports: OrdSet::new(),
            handovers: OrdMap::new(),
            handed: OrdMap::new(),
            heard: OrdMap::new(),
            heads: OrdMap::new(),
            feed: OrdMap::new(),
        }
    }

    /// Takes in the next entry and says which parts it touched.
    ///
    /// # Panics
    /// When the entry is not the next one: that would be a hole in the picture.
    pub fn evolve(&mut self, entry: &Arc<Entry>) -> BTreeSet<Part> {
        assert_eq!(entry.seq, self.seq.next(), "a picture takes entries one after the other");
        self.seq = entry.seq;
        self.recorded_at = self.recorded_at.max(entry.recorded_at);
        let audience = entry.event.audience();
        let mut touched = BTreeSet::new();
        match &entry.event {
            Event::CrisisOpened { .. } => {
                touched.insert(Part::Crisis);
            }
            Event::IpcrRecorded { ipcr } => self.record_ipcr(entry, ipcr, &mut touched),
            Event::UpdatePosted { update } => self.post(entry, update, &audience, &mut touched),
            Event::UpdateWithdrawn { update, centre, sector, .. } => {
                self.withdraw(*update, centre, sector, &mut touched);
            }
            Event::EscalationRaised { escalation } => self.raise(entry, escalation, &mut touched),
            Event::EscalationStepped { escalation, step, .. } => {
                self.step(entry, *escalation, step, &mut touched);
            }
            Event::EscalationLapsed { escalation, lapse, .. } => self.lapse(entry, *escalation, lapse, &mut touched),
            Event::EscalationWoken { escalation, due, .. } => {
                if let Some(record) = self.moved(entry, *escalation, &mut touched) {
                    record.standing = record.standing.woken(*due);
                }
            }
            Event::QueryAsked { query } => self.ask(entry, query, &mut touched),
            Event::QueryAnswered { query, answer, .. } => {
                self.end_query(*query, query::Standing::Answered(said(entry, answer)), &mut touched);
            }
            Event::QueryWithdrawn { query, reason, .. } => {
                self.end_query(*query, query::Standing::Withdrawn(said(entry, reason)), &mut touched);
            }
            Event::CrisisClosed { reason } => {
                let closure = Closure { reason: reason.clone(), at: entry.recorded_at, by: entry.actor.clone() };
                self.set_state(CrisisState::Closed, Some(closure), &mut touched);
                self.each_cycle(&mut touched, |cycle| cycle.pause(entry.recorded_at));
            }
            Event::CrisisReopened { .. } => {
                self.set_state(CrisisState::Open, None, &mut touched);
                self.each_cycle(&mut touched, |cycle| cycle.resume(entry.recorded_at));
            }
            Event::CrisisScoped { sectors, centres } => self.scope(sectors, centres, &mut touched),
            Event::CycleSet { cycle, plan } => self.set_cycle(entry, cycle, plan, &mut touched),
            Event::CycleChanged { cycle, plan } => {
                let at = entry.recorded_at;
                self.one_cycle(cycle.id, &mut touched, |record| record.change((**cycle).clone(), at, plan));
            }
            Event::CyclePlanned { cycle, plan } => {
                self.one_cycle(*cycle, &mut touched, |record| record.extend(entry.recorded_at, plan));
            }
            Event::CycleEnded { cycle, reason } => {
                self.one_cycle(*cycle, &mut touched, |record| record.end(said(entry, reason)));
            }
            Event::SlotExcused { cycle, centre, due_at, reason } => {
                self.slot(*cycle, centre, &mut touched).excused.insert(*due_at, said(entry, reason));
            }
            Event::SlotReminded { cycle, centre, due_at, minutes } => {
                let marks = self.slot(*cycle, centre, &mut touched);
                marks.reminded.retain(|due, _| *due > entry.recorded_at);
                marks.reminded.insert(*due_at, *minutes);
            }
            Event::SlotMissed { cycle, centre, due_at } => {
                self.slot(*cycle, centre, &mut touched).missed.insert(*due_at);
            }
            // The log is read, not held.
            Event::LogEntered { .. } => {}
            Event::HandoverOffered { handover } => {
                let Handover { id, centre, shift, .. } = &**handover;
                let offered_by = entry.actor.account;
                let facts = HandoverFacts { centre: centre.clone(), shift: *shift, offered_by, signed: false };
                self.handovers.insert(*id, facts);
                touched.insert(Part::Handover(*id));
            }
            Event::HandoverSigned { handover, centre, shift, .. } => {
                if let Some(facts) = self.handovers.get_mut(handover) {
                    facts.signed = true;
                    touched.insert(Part::Handover(*handover));
                }
                // Who signs for an older shift afterwards does not bring it back.
                if self.handed.get(centre).is_none_or(|handed| handed.shift.to <= shift.to) {
                    let handed = Handed { signed_at: entry.recorded_at, shift: *shift };
                    self.handed.insert(centre.clone(), handed);
                    touched.insert(Part::Handed(centre.clone()));
                }
            }
        }
        if entry.event.is_told() {
            self.head(entry, audience, &mut touched);
        }
        touched
    }

    /// The same to every eye, without the facts of updates that nothing shown needs, and without those of
    /// handovers: both grow with the journal, and only decisions need all of them. To go on from it, [`Self::forgotten`] comes first.
    #[must_use]
    pub fn to_look_at(&self) -> Self {
        let cells = || self.cells.values().flat_map(Shelf::slots);
        let mut shown: BTreeSet<UpdateId> = cells().map(|slot| slot.update).collect();
        shown.extend(cells().filter_map(|slot| slot.item.update.supersedes));
        shown.extend(self.readings.values().flat_map(Shelf::slots).map(|slot| slot.update));
        shown.extend(self.feed.values().flatten().filter_map(|entry| entry.event.supersedes()));
        shown.extend(self.filling());
        let facts: HashMap<_, _> = shown.iter().filter_map(|id| Some((*id, self.updates.get(id)?.clone()))).collect();
        let reports = facts.iter().map(|(id, facts)| (facts.centre.clone(), facts.recorded_at, *id)).collect();
        Self { updates: facts, reports, handovers: OrdMap::new(), ..self.clone() }
    }

    /// The updates that the next entries replace and of which this picture has no facts.
    pub fn forgotten(&self, entries: &[Arc<Entry>]) -> BTreeSet<UpdateId> {
        let posted: BTreeSet<UpdateId> =
            entries.iter().filter_map(|entry| entry.event.subject().map(UpdateId)).collect();
        let replaced = entries.iter().filter_map(|entry| entry.event.supersedes());
        replaced.filter(|id| !posted.contains(id) && !self.updates.contains_key(id)).collect()
    }

    /// Learns of an update; or again, of one that is on no shelf any more.
    pub fn recall(&mut self, update: &SituationUpdate, recorded_at: Timestamp) {
        let facts = UpdateFacts {
            centre: update.centre.clone(),
            sector: update.sector.clone(),
            mark: update.mark.clone(),
            nil: update.nil,
            as_of: update.as_of,
            recorded_at,
            standing: UpdateStanding::Published,
        };
        self.updates.insert(update.id, facts);
        self.reports.insert((update.centre.clone(), recorded_at, update.id));
    }

    fn record_ipcr(&mut self, entry: &Entry, ipcr: &IpcrRecord, touched: &mut BTreeSet<Part>) {
        self.crisis.ipcr = Some(ipcr.clone());
        if self.ipcr_history.len() == IPCR_HISTORY_MAX {
            self.ipcr_history.pop_front();
        }
        let recorded = RecordedIpcr { ipcr: ipcr.clone(), recorded_at: entry.recorded_at, by: entry.actor.clone() };
        self.ipcr_history.push_back(recorded);
        touched.insert(Part::Crisis);
    }

    fn post(&mut self, entry: &Entry, update: &SituationUpdate, audience: &Audience, touched: &mut BTreeSet<Part>) {
        if let Some(replaced) = update.supersedes {
            self.replace(replaced, audience, touched);
        }
        let posted =
            Arc::new(Posted { update: update.clone(), recorded_at: entry.recorded_at, by: entry.actor.clone() });
        let place = (update.centre.clone(), update.sector.clone());
        touched.insert(Part::Cell(place.0.clone(), place.1.clone()));
        self.cells.entry(place).or_default().put(update.id, update.as_of, entry.seq, audience.clone(), posted);
        for reading in &update.readings {
            let place = (update.centre.clone(), reading.indicator.clone());
            touched.insert(Part::Reading(place.0.clone(), place.1.clone()));
            let posted =
                PostedReading { reading: reading.clone(), mark: update.mark.clone(), recorded_at: entry.recorded_at };
            let shelf = self.readings.entry(place).or_default();
            shelf.put(update.id, reading.as_of, entry.seq, audience.clone(), posted);
        }
        self.recall(update, entry.recorded_at);
        self.touch_slots(&update.centre, &update.sector, touched);
        touched.insert(Part::Update(update.id));
        self.heard.entry(update.centre.clone()).or_default().insert(audience.clone(), entry.recorded_at);
        touched.insert(Part::Centre(update.centre.clone()));
    }

    fn replace(&mut self, replaced: UpdateId, by: &Audience, touched: &mut BTreeSet<Part>) {
        let Some(facts) = self.updates.get_mut(&replaced) else { return };
        facts.standing = UpdateStanding::Superseded;
        touched.insert(Part::Update(replaced));
        let place = (facts.centre.clone(), facts.sector.clone());
        let centre = facts.centre.clone();
        if let Some(shelf) = self.cells.get_mut(&place) {
            shelf.replace(replaced, by);
            touched.insert(Part::Cell(place.0, place.1));
        }
        self.each_reading_of(&centre, touched, |shelf| shelf.replace(replaced, by));
    }

    fn withdraw(&mut self, update: UpdateId, centre: &CentreId, sector: &SectorId, touched: &mut BTreeSet<Part>) {
        if let Some(facts) = self.updates.get_mut(&update) {
            facts.standing = UpdateStanding::Withdrawn;
            touched.insert(Part::Update(update));
        }
        self.touch_slots(centre, sector, touched);
        let place = (centre.clone(), sector.clone());
        if let Some(shelf) = self.cells.get_mut(&place) {
            shelf.withdraw(update);
            if shelf.is_empty() {
                self.cells.remove(&place);
            }
            touched.insert(Part::Cell(place.0, place.1));
        }
        self.each_reading_of(centre, touched, |shelf| shelf.withdraw(update));
    }

    fn each_reading_of(
        &mut self,
        centre: &CentreId,
        touched: &mut BTreeSet<Part>,
        change: impl Fn(&mut Shelf<PostedReading>),
    ) {
        let places: Vec<_> = self.readings.keys().filter(|place| place.0 == *centre).cloned().collect();
        for place in places {
            let Some(before) = self.readings.get(&place) else { continue };
            let mut shelf = before.clone();
            change(&mut shelf);
            if shelf == *before {
                continue;
            }
            if shelf.is_empty() {
                self.readings.remove(&place);
            } else {
                self.readings.insert(place.clone(), shelf);
            }
            touched.insert(Part::Reading(place.0, place.1));
        }
    }

    fn raise(&mut self, entry: &Entry, escalation: &Escalation, touched: &mut BTreeSet<Part>) {
        let record = EscalationRecord {
            escalation: escalation.clone(),
            raised_at: entry.recorded_at,
            raised_as: entry.actor.clone(),
            changed_at: entry.recorded_at,
            standing: Standing::raised(escalation.level, escalation.clocks()),
            steps: VecDeque::new(),
            lapses: VecDeque::new(),
        };
        self.escalations.insert(escalation.id, record);
        touched.insert(Part::Escalation(escalation.id));
    }

    fn step(&mut self, entry: &Entry, id: EscalationId, step: &Step, touched: &mut BTreeSet<Part>) {
        let Some(record) = self.moved(entry, id, touched) else { return };
        if let Ok(next) = record.standing.after(step, &entry.actor.centre) {
            record.standing = next;
        }
        if record.steps.len() == STEPS_KEPT_MAX {
            record.steps.pop_front();
        }
        record.steps.push_back(TakenStep { step: step.clone(), at: entry.recorded_at, by: entry.actor.clone() });
    }

    fn lapse(&mut self, entry: &Entry, id: EscalationId, lapse: &Lapse, touched: &mut BTreeSet<Part>) {
        let Some(record) = self.moved(entry, id, touched) else { return };
        record.standing = record.standing.lapsed(lapse);
        if record.lapses.len() == STEPS_KEPT_MAX {
            record.lapses.pop_front();
        }
        record.lapses.push_back(NotedLapse { lapse: lapse.clone(), at: entry.recorded_at });
    }

    /// An escalation to which something happens with this entry.
    fn moved(
        &mut self,
        entry: &Entry,
        id: EscalationId,
        touched: &mut BTreeSet<Part>,
    ) -> Option<&mut EscalationRecord> {
        let record = self.escalations.get_mut(&id)?;
        record.changed_at = entry.recorded_at;
        touched.insert(Part::Escalation(id));
        Some(record)
    }

    fn ask(&mut self, entry: &Entry, query: &Query, touched: &mut BTreeSet<Part>) {
        let record = QueryRecord {
            query: query.clone(),
            asked_at: entry.recorded_at,
            asked_by: entry.actor.clone(),
            standing: query::Standing::Open,
        };
        self.queries.insert(query.id, record);
        touched.insert(Part::Query(query.id));
    }

    fn end_query(&mut self, id: QueryId, standing: query::Standing, touched: &mut BTreeSet<Part>) {
        let Some(record) = self.queries.get_mut(&id) else { return };
        record.standing = standing;
        touched.insert(Part::Query(id));
    }

    fn set_state(&mut self, state: CrisisState, closed: Option<Closure>, touched: &mut BTreeSet<Part>) {
        self.crisis.state = state;
        self.closed = closed;
        touched.insert(Part::Crisis);
    }

    /// What is left out of scope stays here and is no longer shown: it comes back when the scope does.
    fn scope(&mut self, sectors: &[Sector], centres: &BTreeSet<CentreId>, touched: &mut BTreeSet<Part>) {
        self.crisis.sectors = sectors.to_vec();
        self.crisis.centres.clone_from(centres);
        touched.insert(Part::Crisis);
    }
}

fn said(entry: &Entry, text: &str) -> Said {
    Said { text: text.to_owned(), at: entry.recorded_at, by: entry.actor.clone() }
}
