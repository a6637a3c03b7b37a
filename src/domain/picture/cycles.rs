//! The part of the picture that is the rhythm: cycles, and what each centre owes of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::{Part, Picture, SlotMarks, UpdateStanding};
use crate::domain::cycle::{Cycle, CycleRecord, Plan};
use crate::domain::event::Entry;
use crate::domain::ids::{CentreId, CycleId, SectorId, UpdateId};
use crate::domain::mark::Audience;
use crate::domain::query::Said;
use crate::domain::slot::{Fill, Report, Round, fills};

impl Picture {
    pub(super) fn set_cycle(&mut self, entry: &Entry, cycle: &Cycle, plan: &Plan, touched: &mut BTreeSet<Part>) {
        let record = CycleRecord::set(cycle.clone(), entry.recorded_at, entry.actor.clone(), plan);
        self.cycles.insert(cycle.id, record);
        self.one_cycle(cycle.id, touched, |_| {});
    }

    /// Which rounds are shown changes with a cycle, and so what is shown of every centre that it asks.
    pub(super) fn one_cycle(
        &mut self,
        id: CycleId,
        touched: &mut BTreeSet<Part>,
        change: impl FnOnce(&mut CycleRecord),
    ) {
        let Some(record) = self.cycles.get_mut(&id) else { return };
        change(record);
        touched.insert(Part::Cycle(id));
        touched.extend(record.centres().into_iter().map(|centre| Part::Slots(id, centre.clone())));
    }

    pub(super) fn each_cycle(&mut self, touched: &mut BTreeSet<Part>, change: impl Fn(&mut CycleRecord)) {
        let ids: Vec<CycleId> = self.cycles.keys().copied().collect();
        for id in ids {
            self.one_cycle(id, touched, &change);
        }
    }

    pub(super) fn slot(&mut self, cycle: CycleId, centre: &CentreId, touched: &mut BTreeSet<Part>) -> &mut SlotMarks {
        touched.insert(Part::Slots(cycle, centre.clone()));
        self.slots.entry((cycle, centre.clone())).or_default()
    }

    /// What a centre said of a sector fills slots of every cycle that asks it about that.
    pub(super) fn touch_slots(&self, centre: &CentreId, sector: &SectorId, touched: &mut BTreeSet<Part>) {
        let asking = self.cycles.iter().filter(|(_, record)| record.concerns(centre, sector));
        touched.extend(asking.map(|(id, _)| Part::Slots(*id, centre.clone())));
    }

    /// What was said of the slots of a centre.
    pub fn excused(&self, cycle: CycleId, centre: &CentreId) -> &BTreeMap<Timestamp, Said> {
        static NOTHING: BTreeMap<Timestamp, Said> = BTreeMap::new();
        self.slots.get(&(cycle, centre.clone())).map_or(&NOTHING, |marks| &marks.excused)
    }

    /// The rounds of a cycle that ask a centre and are due from `since` on, with what fills each for the eyes that
    /// `sees` describes.
    pub fn slots_of<'a>(
        &self,
        record: &'a CycleRecord,
        centre: &CentreId,
        since: Timestamp,
        sees: impl Fn(&Audience) -> bool,
    ) -> Vec<(Round<'a>, Option<Fill>)> {
        let rounds = self.rounds_of(record, centre, since);
        let Some(first) = rounds.first() else { return Vec::new() };
        let reports = self.reports_after(centre, first.opens_at, sees);
        let filled = fills(rounds.iter().copied(), &reports, self.excused(record.now().id, centre));
        rounds.into_iter().zip(filled).filter(|(round, _)| round.due_at >= since).collect()
    }

    /// The rounds from `since` on, and those before that what fills them depends on.
    fn rounds_of<'a>(&self, record: &'a CycleRecord, centre: &CentreId, since: Timestamp) -> Vec<Round<'a>> {
        let mut rounds: Vec<Round<'a>> = Vec::new();
        for round in record.rounds().rev().filter(|round| round.cycle.centres.contains(centre)) {
            // What was late for one round is no report on time for the next: so it is looked back as far as
            // anything may have been late, and no further.
            if round.due_at < since && !self.has_report(centre, round.due_at, round.grace_until) {
                break;
            }
            rounds.push(round);
        }
        rounds.reverse();
        rounds
    }

    /// The updates that fill, or may fill, a slot that is shown or still to come.
    pub(super) fn filling(&self) -> impl Iterator<Item = UpdateId> {
        let slots = self.cycles.values().flat_map(|record| record.centres().into_iter().map(move |of| (record, of)));
        slots.flat_map(|(record, centre)| {
            let shown = record.rounds().nth(record.shown().start).map_or(Timestamp::MAX, |round| round.due_at);
            let opened = self.rounds_of(record, centre, shown).first().map_or(record.set_at, |round| round.opens_at);
            let from = (centre.clone(), opened, UpdateId(Uuid::nil()));
            self.reports.range(from..).take_while(move |(of, _, _)| of == centre).map(|(_, _, update)| *update)
        })
    }

    fn has_report(&self, centre: &CentreId, after: Timestamp, upto: Timestamp) -> bool {
        let from = (centre.clone(), after, UpdateId(Uuid::max()));
        self.reports.range(from..).next().is_some_and(|(of, at, _)| of == centre && *at <= upto)
    }

    fn reports_after(&self, centre: &CentreId, after: Timestamp, sees: impl Fn(&Audience) -> bool) -> Vec<Report> {
        let from = (centre.clone(), after, UpdateId(Uuid::nil()));
        let of_centre = self.reports.range(from..).take_while(|(of, _, _)| of == centre);
        let report = |(_, recorded_at, update): &(CentreId, Timestamp, UpdateId)| {
            let facts = self.updates.get(update)?;
            let shown = facts.standing != UpdateStanding::Withdrawn && sees(&facts.mark.audience(&facts.centre));
            shown.then(|| Report {
                update: *update,
                sector: facts.sector.clone(),
                recorded_at: *recorded_at,
                as_of: facts.as_of,
                nil: facts.nil,
            })
        };
        of_centre.filter_map(report).collect()
    }
}
