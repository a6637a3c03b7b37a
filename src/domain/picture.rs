//! The folded state of one crisis: what is true once all entries up to a point have happened.
//!
//! `evolve` is the only way it changes and says what it touched. One picture serves every viewer:
//! [`super::view`] shows each the part it may see, which equals the fold of the entries it may see.
//! The maps share structure, so a clone costs nothing: a decision is tried on a copy before it is durable.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use imbl::{HashMap, OrdMap};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::centre::Sector;
use super::crisis::{Closure, Crisis, IPCR_HISTORY_MAX, IpcrRecord, RecordedIpcr};
use super::escalation::{Escalation, Standing, Step};
use super::event::{Entry, Event};
use super::ids::{CentreId, EscalationId, IndicatorId, QueryId, SectorId, Seq, UpdateId};
use super::indicator::Reading;
use super::mark::{Audience, Mark};
use super::query::{self, Query, QueryRecord, Said};
use super::shelf::Shelf;
use super::update::SituationUpdate;
use super::vocabulary::CrisisState;

/// Entries kept in the feed, per audience.
pub const FEED_ENTRIES_MAX: usize = 50;
/// Steps of one escalation kept in the picture; the journal keeps all.
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
    pub standing: Standing,
    pub steps: VecDeque<TakenStep>,
}

impl EscalationRecord {
    /// When something last happened to it.
    pub fn changed_at(&self) -> Timestamp {
        self.steps.back().map_or(self.raised_at, |step| step.at)
    }
}

/// A step with who and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TakenStep {
    pub step: Step,
    pub at: Timestamp,
    pub by: Actor,
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
    Update(UpdateId),
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
            }
            Event::CrisisReopened { .. } => self.set_state(CrisisState::Open, None, &mut touched),
            Event::CrisisScoped { sectors, centres } => self.scope(sectors, centres, &mut touched),
        }
        self.head(entry, audience, &mut touched);
        touched
    }

    /// The same to every eye, without the facts of updates that nothing shown needs: those grow with the
    /// journal, and only decisions need all of them. To go on from it, [`Self::forgotten`] comes first.
    #[must_use]
    pub fn to_look_at(&self) -> Self {
        let cells = || self.cells.values().flat_map(Shelf::slots);
        let mut shown: BTreeSet<UpdateId> = cells().map(|slot| slot.update).collect();
        shown.extend(cells().filter_map(|slot| slot.item.update.supersedes));
        shown.extend(self.readings.values().flat_map(Shelf::slots).map(|slot| slot.update));
        shown.extend(self.feed.values().flatten().filter_map(|entry| entry.event.supersedes()));
        let facts = shown.iter().filter_map(|id| Some((*id, self.updates.get(id)?.clone())));
        Self { updates: facts.collect(), ..self.clone() }
    }

    /// The updates that the next entries replace and of which this picture has no facts.
    pub fn forgotten(&self, entries: &[Arc<Entry>]) -> BTreeSet<UpdateId> {
        let posted: BTreeSet<UpdateId> =
            entries.iter().filter_map(|entry| entry.event.subject().map(UpdateId)).collect();
        let replaced = entries.iter().filter_map(|entry| entry.event.supersedes());
        replaced.filter(|id| !posted.contains(id) && !self.updates.contains_key(id)).collect()
    }

    /// Learns again of an update that was posted and is on no shelf any more.
    pub fn recall(&mut self, update: &SituationUpdate) {
        self.updates.insert(update.id, facts_of(update));
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
        self.updates.insert(update.id, facts_of(update));
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
            standing: Standing::raised(escalation.level),
            steps: VecDeque::new(),
        };
        self.escalations.insert(escalation.id, record);
        touched.insert(Part::Escalation(escalation.id));
    }

    fn step(&mut self, entry: &Entry, id: EscalationId, step: &Step, touched: &mut BTreeSet<Part>) {
        let Some(record) = self.escalations.get_mut(&id) else { return };
        if let Ok(next) = record.standing.after(step, &entry.actor.centre) {
            record.standing = next;
        }
        if record.steps.len() == STEPS_KEPT_MAX {
            record.steps.pop_front();
        }
        record.steps.push_back(TakenStep { step: step.clone(), at: entry.recorded_at, by: entry.actor.clone() });
        touched.insert(Part::Escalation(id));
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

    fn head(&mut self, entry: &Arc<Entry>, audience: Audience, touched: &mut BTreeSet<Part>) {
        let feed = self.feed.entry(audience.clone()).or_default();
        if feed.len() == FEED_ENTRIES_MAX
            && let Some(oldest) = feed.pop_front()
        {
            touched.insert(Part::Feed(audience.clone(), oldest.seq));
        }
        feed.push_back(Arc::clone(entry));
        touched.insert(Part::Feed(audience.clone(), entry.seq));
        self.heads.insert(audience.clone(), entry.seq);
        touched.insert(Part::Head(audience));
    }
}

fn facts_of(update: &SituationUpdate) -> UpdateFacts {
    UpdateFacts {
        centre: update.centre.clone(),
        sector: update.sector.clone(),
        mark: update.mark.clone(),
        standing: UpdateStanding::Published,
    }
}

fn said(entry: &Entry, text: &str) -> Said {
    Said { text: text.to_owned(), at: entry.recorded_at, by: entry.actor.clone() }
}
