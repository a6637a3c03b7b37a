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
        let is_on_time = |round: &Round<'_>, before: Option<&Round<'_>>| {
            round.is_on_time(before, self.reports_within(centre, (round.opens_at, round.due_at), &sees))
        };
        let rounds = self.rounds_of(record, centre, since, is_on_time);
        let Some(first) = rounds.first() else { return Vec::new() };
        let reports: Vec<Report> = self.reports_within(centre, (first.opens_at, Timestamp::MAX), &sees).collect();
        let filled = fills(rounds.iter().copied(), &reports, self.excused(record.now().id, centre));
        rounds.into_iter().zip(filled).filter(|(round, _)| round.due_at >= since).collect()
    }

    /// The rounds from `since` on, and those before that what fills them depends on. `is_on_time` says whether a
    /// round is filled on time, whatever was late for the one before it.
    fn rounds_of<'a>(
        &self,
        record: &'a CycleRecord,
        centre: &CentreId,
        since: Timestamp,
        is_on_time: impl Fn(&Round<'a>, Option<&Round<'a>>) -> bool,
    ) -> Vec<Round<'a>> {
        let mut rounds: Vec<Round<'a>> = Vec::new();
        let mut asked = record.rounds().rev().filter(|round| round.cycle.centres.contains(centre)).peekable();
        while let Some(round) = asked.next() {
            // What was late for one round is no report on time for the next: so it is looked back as far as
            // anything may have been late, and no further.
            let may_be_late = || self.has_report(centre, round.due_at, round.grace_until);
            if round.due_at < since && (!may_be_late() || is_on_time(&round, asked.peek())) {
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
            // What is on time is so for some eyes, and until it is withdrawn: here it ends no looking back.
            let rounds = self.rounds_of(record, centre, shown, |_, _| false);
            let opened = rounds.first().map_or(record.set_at, |round| round.opens_at);
            let from = (centre.clone(), opened, UpdateId(Uuid::nil()));
            self.reports.range(from..).take_while(move |(of, _, _)| of == centre).map(|(_, _, update)| *update)
        })
    }

    fn has_report(&self, centre: &CentreId, after: Timestamp, upto: Timestamp) -> bool {
        let from = (centre.clone(), after, UpdateId(Uuid::max()));
        self.reports.range(from..).next().is_some_and(|(of, at, _)| of == centre && *at <= upto)
    }

    /// What a centre said after one time and up to another, as far as `sees` goes.
    fn reports_within(
        &self,
        centre: &CentreId,
        (after, upto): (Timestamp, Timestamp),
        sees: impl Fn(&Audience) -> bool,
    ) -> impl Iterator<Item = Report> {
        let from = (centre.clone(), after, UpdateId(Uuid::max()));
        let said = self.reports.range(from..).take_while(move |(of, at, _)| of == centre && *at <= upto);
        said.filter_map(move |(_, recorded_at, update)| {
            let facts = self.updates.get(update)?;
            let shown = facts.standing != UpdateStanding::Withdrawn && sees(&facts.mark.audience(&facts.centre));
            shown.then(|| Report {
                update: *update,
                sector: facts.sector.clone(),
                recorded_at: *recorded_at,
                as_of: facts.as_of,
                nil: facts.nil,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use jiff::SignedDuration;

    use crate::domain::given::{Drill, centre};
    use crate::domain::mark::Mark;
    use crate::domain::vocabulary::Tlp;

    #[test]
    fn of_a_centre_that_never_falls_silent_no_more_is_looked_at_as_time_goes_by() {
        let mut drill = Drill::open();
        let id = drill.cycle();
        let mut looked_at = Vec::new();
        for day in 1..=4 {
            for _ in 0..24 * 3 {
                drill.wait(20);
                drill.timers();
                drill.update("be", "cyber", Mark::of(Tlp::Green), "More");
            }
            let looked = Cell::new(0);
            let count = |_: &_| {
                looked.set(looked.get() + 1);
                true
            };
            let since = drill.now - SignedDuration::from_hours(6);
            let slots = drill.picture.slots_of(&drill.picture.cycles[&id], &centre("be"), since, count);
            assert!(slots[0].1.is_some(), "day {day}");
            looked_at.push(looked.get());
        }
        assert!(looked_at.iter().all(|looked| *looked <= 50), "{looked_at:?}");
    }
}
