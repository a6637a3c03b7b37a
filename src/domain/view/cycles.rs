//! The rhythm through the eyes of one viewer: a slot is filled by what this viewer may see, and by nothing else.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use jiff::Timestamp;
use serde::Serialize;

use super::{Eye, Visible, WithdrawalView};
use crate::domain::actor::By;
use crate::domain::cycle::{Cycle, CycleRecord, GRACE_MAX};
use crate::domain::event::OF_CYCLES;
use crate::domain::ids::{CentreId, CycleId, SectorId, UpdateId};
use crate::domain::query::Said;
use crate::domain::slot::{Fill, Round};
use crate::domain::vocabulary::SlotState;

/// A reporting cycle with its rounds around now: enough to count down to the next without asking again.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CycleView {
    pub id: CycleId,
    pub name: String,
    pub sectors: Vec<SectorId>,
    pub centres: Vec<CentreId>,
    #[cfg_attr(test, ts(type = "string"))]
    pub starts_at: Timestamp,
    pub rrule: String,
    pub grace_minutes: u32,
    pub cutoff_minutes: Option<u32>,
    /// Shortest first.
    pub reminder_minutes: Vec<u32>,
    pub ended: Option<WithdrawalView>,
    /// Oldest first: two from before it was last planned, and three to come at least.
    pub due: Vec<DueView>,
}

/// One due time, with when it is due soon, until when a report is late, and who owes one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DueView {
    #[cfg_attr(test, ts(type = "string"))]
    pub soon_at: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub due_at: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub grace_until: Timestamp,
    pub centres: Vec<CentreId>,
}

/// What stands of the slots of one centre in one cycle, as far as this viewer may see.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SlotsView {
    pub cycle: CycleId,
    pub centre: CentreId,
    pub filled: Vec<FillView>,
    pub excused: Vec<ExcuseView>,
}

/// The report that fills a slot.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FillView {
    #[cfg_attr(test, ts(type = "string"))]
    pub due_at: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub filled_at: Timestamp,
    pub nil: bool,
    pub update: UpdateId,
}

/// Why nothing is owed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExcuseView {
    #[cfg_attr(test, ts(type = "string"))]
    pub due_at: Timestamp,
    pub reason: String,
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    pub by: By,
}

/// One slot as it is now.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SlotView {
    pub cycle: CycleId,
    pub centre: CentreId,
    #[cfg_attr(test, ts(type = "string"))]
    pub due_at: Timestamp,
    pub state: SlotState,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub filled_at: Option<Timestamp>,
    pub update: Option<UpdateId>,
    /// Why it is excused.
    pub reason: Option<String>,
}

impl Eye<'_> {
    pub(super) fn sees_cycles(&self) -> bool {
        self.sees(&OF_CYCLES)
    }

    pub(super) fn cycles(&self) -> Vec<CycleView> {
        self.picture.cycles.keys().filter_map(|id| self.cycle(*id)).collect()
    }

    pub(super) fn cycle(&self, id: CycleId) -> Option<CycleView> {
        let record = self.picture.cycles.get(&id).filter(|_| self.sees_cycles())?;
        let Cycle { id, name, sectors, centres, starts_at, rrule, grace_minutes, cutoff_minutes, reminder_minutes } =
            record.now().clone();
        let crisis = &self.picture.crisis;
        let in_scope = |centre: &&CentreId| crisis.centres.contains(*centre);
        let ended = record.ended.clone();
        Some(CycleView {
            id,
            name,
            sectors: sectors.into_iter().filter(|sector| crisis.sector(sector).is_some()).collect(),
            centres: centres.iter().filter(in_scope).cloned().collect(),
            starts_at,
            rrule,
            grace_minutes,
            cutoff_minutes,
            reminder_minutes: reminder_minutes.into_iter().collect(),
            ended: ended.map(|Said { text, at, by }| WithdrawalView { reason: text, at, by: By::from(&by) }),
            due: shown(record)
                .map(|round| DueView {
                    soon_at: round.soon_at,
                    due_at: round.due_at,
                    grace_until: round.grace_until,
                    centres: round.cycle.centres.iter().filter(in_scope).cloned().collect(),
                })
                .collect(),
        })
    }

    pub(super) fn all_slots(&self) -> Vec<SlotsView> {
        let of_cycle = |(id, record): (&CycleId, &CycleRecord)| {
            record.centres().into_iter().filter_map(|centre| self.slots_row(*id, centre)).collect::<Vec<_>>()
        };
        self.picture.cycles.iter().flat_map(of_cycle).collect()
    }

    /// What stands of the slots of a centre; `None` where nothing does.
    pub(super) fn slots_row(&self, id: CycleId, centre: &CentreId) -> Option<SlotsView> {
        let record = self.picture.cycles.get(&id)?;
        let shown: BTreeSet<Timestamp> = shown(record).map(|round| round.due_at).collect();
        let since = shown.first().copied()?;
        let mut row = SlotsView { cycle: id, centre: centre.clone(), filled: Vec::new(), excused: Vec::new() };
        for Slot { round: Round { due_at, .. }, fill, excuse } in self.slots_of(record, centre, since) {
            if !shown.contains(&due_at) {
                continue;
            }
            let filled = |Fill { update, filled_at, nil }| FillView { due_at, filled_at, nil, update };
            row.filled.extend(fill.map(filled));
            let excused =
                |said: &Said| ExcuseView { due_at, reason: said.text.clone(), at: said.at, by: By::from(&said.by) };
            row.excused.extend(excuse.map(excused));
        }
        (!row.filled.is_empty() || !row.excused.is_empty()).then_some(row)
    }

    /// Every slot that is due within a time, as it is now, in the order of the due times.
    pub fn slots(&self, due: &RangeInclusive<Timestamp>, now: Timestamp) -> Visible<Vec<SlotView>> {
        Visible(self.slots_where(*due.start(), now, |round| due.contains(&round.due_at)))
    }

    /// Every slot whose grace ended after a time and by now without a report, in the order of the due times: the grace
    /// that held for it, whatever holds now.
    pub fn missed(&self, after: Timestamp, now: Timestamp) -> Visible<Vec<SlotView>> {
        let since = after.saturating_sub(GRACE_MAX).unwrap_or(Timestamp::MIN);
        let mut slots = self.slots_where(since, now, |round| round.grace_until >= after);
        slots.retain(|slot| slot.state == SlotState::Missed);
        Visible(slots)
    }

    fn slots_where(&self, since: Timestamp, now: Timestamp, wanted: impl Fn(&Round<'_>) -> bool) -> Vec<SlotView> {
        let mut slots = Vec::new();
        for (id, record) in &self.picture.cycles {
            for centre in record.centres() {
                for Slot { round, fill, excuse } in self.slots_of(record, centre, since) {
                    if wanted(&round) {
                        slots.push(SlotView {
                            cycle: *id,
                            centre: centre.clone(),
                            due_at: round.due_at,
                            state: round.state(fill.as_ref(), excuse.is_some(), now),
                            filled_at: fill.map(|fill| fill.filled_at),
                            update: fill.map(|fill| fill.update),
                            reason: excuse.map(|said| said.text.clone()),
                        });
                    }
                }
            }
        }
        slots.sort_by(|a, b| (a.due_at, a.cycle, &a.centre).cmp(&(b.due_at, b.cycle, &b.centre)));
        slots
    }

    /// Nothing is shown of a centre that is out of scope, nor to whoever may not see the rhythm.
    fn slots_of<'a>(&'a self, record: &'a CycleRecord, centre: &CentreId, since: Timestamp) -> Vec<Slot<'a>> {
        if !self.sees_cycles() || !self.picture.crisis.centres.contains(centre) {
            return Vec::new();
        }
        let excused = self.picture.excused(record.now().id, centre);
        let slots = self.picture.slots_of(record, centre, since, |audience| self.sees(audience)).into_iter();
        slots.map(|(round, fill)| Slot { round, fill, excuse: excused.get(&round.due_at) }).collect()
    }
}

/// A round with what this viewer may know of one centre's part in it.
struct Slot<'a> {
    round: Round<'a>,
    fill: Option<Fill>,
    excuse: Option<&'a Said>,
}

/// The rounds that screens are shown.
fn shown(record: &CycleRecord) -> impl Iterator<Item = Round<'_>> {
    let Range { start, end } = record.shown();
    record.rounds().skip(start).take(end - start)
}
