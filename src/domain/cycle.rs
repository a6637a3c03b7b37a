//! A reporting cycle: which centres report on which sectors, and when. The rhythm of the crisis as data.
//!
//! Its due times are planned ahead and written into the journal, some days at a time. A change holds from
//! then on: rounds that were due before keep the definition they were due under.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::ids::{CentreId, CycleId, SectorId};
use super::query::Said;
use super::recurrence::occurrences;
use super::slot::Round;

/// Most cycles of one crisis, ended ones included.
pub const CYCLES_MAX: usize = 32;
/// Most reminders of one round.
pub const REMINDERS_MAX: usize = 4;
/// Longest grace, cut-off and reminder, in minutes: a week.
pub const MINUTES_MAX: u32 = 7 * 24 * 60;
/// The same as a span.
pub const GRACE_MAX: SignedDuration = SignedDuration::from_mins(MINUTES_MAX as i64);
/// Least time between two due times: who reports more often than this does nothing else.
pub const GAP_MIN: SignedDuration = SignedDuration::from_mins(15);
/// How far ahead due times are planned, unless fewer than [`AHEAD_MIN`] would be.
const PLANNED_AHEAD: SignedDuration = SignedDuration::from_hours(48);
/// What is planned falls no shorter than this before more is planned.
const PLANNED_LEAST: SignedDuration = SignedDuration::from_hours(24);
/// Due times that are always planned: the next and what a wall shows after it.
const AHEAD_MIN: usize = 3;
/// How far ahead a rule is followed at the most.
const HORIZON: SignedDuration = SignedDuration::from_hours(24 * 366);
/// Due times that one entry plans, and that are looked at to see whether a rule is too quick, at the most.
pub const LOOKED_AT_MAX: usize = 500;
/// Rounds that may pass before the window that screens are shown moves on.
const PASSED_MAX: usize = 8;
/// Rounds before and after the last planning that screens are shown.
const SHOWN_BEFORE: usize = 2;
const SHOWN_AFTER: usize = PASSED_MAX + AHEAD_MIN;
/// Rounds of one cycle that screens are shown at the most.
pub const SHOWN_MAX: usize = SHOWN_BEFORE + SHOWN_AFTER;

/// What was decided about who reports on what, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycle {
    pub id: CycleId,
    pub name: String,
    pub sectors: BTreeSet<SectorId>,
    pub centres: BTreeSet<CentreId>,
    pub starts_at: Timestamp,
    /// A rule of RFC 5545 in UTC, whose start is `starts_at`.
    pub rrule: String,
    pub grace_minutes: u32,
    /// A report counts if it is true as of so long before the due time; absent: since the due time before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cutoff_minutes: Option<u32>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub reminder_minutes: BTreeSet<u32>,
}

/// Due times that were planned, and whether the rule names more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub due: Vec<Timestamp>,
    pub more: bool,
}

/// A cycle as the journal has made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CycleRecord {
    pub set_at: Timestamp,
    pub set_by: Actor,
    /// Oldest first; the last one holds now.
    definitions: Vec<Cycle>,
    dues: Vec<Due>,
    /// When due times were last planned: what screens are shown lies around it.
    planned_at: Timestamp,
    /// Where the due time before the first would be: so far back the first report may be true as of.
    first_from: Timestamp,
    /// After which time the rule is followed next.
    plan_from: Timestamp,
    more: bool,
    pub ended: Option<Said>,
}

/// A due time and which definition holds for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Due {
    at: Timestamp,
    definition: usize,
}

impl Cycle {
    /// The due times after `from`: for two days, and three at least. As the rule says, but never too quick.
    pub fn plan(&self, from: Timestamp, now: Timestamp) -> Result<Plan, String> {
        let far = now.saturating_add(HORIZON).unwrap_or(Timestamp::MAX);
        let near = now.saturating_add(PLANNED_AHEAD).unwrap_or(Timestamp::MAX);
        let mut due: Vec<Timestamp> = Vec::new();
        let mut more = false;
        for time in occurrences(&self.rrule, self.starts_at)?.skip_while(|time| *time <= from) {
            let ahead = due.iter().rev().take_while(|time| **time > now).count();
            if time > far {
                break;
            }
            if (time > near && ahead >= AHEAD_MIN) || due.len() == LOOKED_AT_MAX {
                more = true;
                break;
            }
            if due.last().is_none_or(|last| time.duration_since(*last) >= GAP_MIN) {
                due.push(time);
            }
        }
        Ok(Plan { due, more })
    }

    /// The least time between two due times, of those that are looked at; `None` where there are not two.
    pub fn least_gap(&self, from: Timestamp) -> Result<Option<SignedDuration>, String> {
        let far = from.saturating_add(HORIZON).unwrap_or(Timestamp::MAX);
        let times = occurrences(&self.rrule, self.starts_at)?.skip_while(|time| *time <= from);
        let times: Vec<Timestamp> = times.take_while(|time| *time <= far).take(LOOKED_AT_MAX).collect();
        Ok(times.windows(2).map(|pair| pair[1].duration_since(pair[0])).min())
    }

    /// How long before a due time it is due soon: the longest reminder.
    fn soon(&self) -> SignedDuration {
        minutes(self.reminder_minutes.last().copied().unwrap_or(0))
    }
}

impl CycleRecord {
    /// A cycle that has just been set.
    pub fn set(cycle: Cycle, at: Timestamp, by: Actor, plan: &Plan) -> Self {
        let mut record = Self {
            set_at: at,
            set_by: by,
            definitions: vec![cycle],
            dues: Vec::new(),
            planned_at: at,
            first_from: at,
            plan_from: at,
            more: false,
            ended: None,
        };
        record.extend(at, plan);
        record
    }

    /// The definition that holds now.
    pub fn now(&self) -> &Cycle {
        self.definitions.last().expect("a cycle is set with a definition")
    }

    /// From `at` on another definition holds.
    pub fn change(&mut self, cycle: Cycle, at: Timestamp, plan: &Plan) {
        self.dues.retain(|due| due.at <= at);
        self.definitions.push(cycle);
        self.plan_from = at;
        self.extend(at, plan);
    }

    /// More due times are planned.
    pub fn extend(&mut self, at: Timestamp, plan: &Plan) {
        let definition = self.definitions.len() - 1;
        if self.dues.is_empty()
            && let [first, second, ..] = plan.due[..]
        {
            let before = first.saturating_sub(second.duration_since(first)).unwrap_or(Timestamp::MIN);
            self.first_from = before.min(self.set_at);
        }
        self.dues.extend(plan.due.iter().map(|at| Due { at: *at, definition }));
        self.plan_from = plan.due.last().copied().unwrap_or(self.plan_from);
        self.planned_at = at;
        self.more = plan.more;
    }

    /// Nothing is due any more; what was due stays.
    pub fn end(&mut self, said: Said) {
        self.dues.retain(|due| due.at <= said.at);
        self.more = false;
        self.ended = Some(said);
    }

    /// Nothing is due while the crisis takes no reports.
    pub fn pause(&mut self, at: Timestamp) {
        let planned = self.dues.len();
        self.dues.retain(|due| due.at <= at);
        self.more |= self.dues.len() < planned;
    }

    /// What is due from now on is planned anew.
    pub fn resume(&mut self, at: Timestamp) {
        self.plan_from = at;
    }

    /// Whether any definition, of now or before, asks this centre about this sector.
    pub fn concerns(&self, centre: &CentreId, sector: &SectorId) -> bool {
        self.definitions.iter().any(|cycle| cycle.centres.contains(centre) && cycle.sectors.contains(sector))
    }

    /// Every centre that any definition asks.
    pub fn centres(&self) -> BTreeSet<&CentreId> {
        self.definitions.iter().flat_map(|cycle| &cycle.centres).collect()
    }

    /// Every round that is planned or past, oldest first.
    pub fn rounds(&self) -> impl DoubleEndedIterator<Item = Round<'_>> + ExactSizeIterator {
        (0..self.dues.len()).map(|place| self.round(place))
    }

    fn round(&self, place: usize) -> Round<'_> {
        let Due { at: due_at, definition } = self.dues[place];
        let cycle = &self.definitions[definition];
        let opens_at = place.checked_sub(1).map_or(self.set_at, |before| self.dues[before].at).min(due_at);
        let said_from = if place == 0 { self.first_from } else { opens_at };
        let before = |time: SignedDuration| due_at.saturating_sub(time).unwrap_or(Timestamp::MIN);
        Round {
            cycle,
            opens_at,
            soon_at: before(cycle.soon()),
            due_at,
            counts_from: cycle.cutoff_minutes.map_or(said_from, |cutoff| before(minutes(cutoff))),
            grace_until: due_at.saturating_add(minutes(cycle.grace_minutes)).unwrap_or(Timestamp::MAX),
        }
    }

    /// The round that is due then.
    pub fn round_due(&self, due_at: Timestamp) -> Option<Round<'_>> {
        self.dues.binary_search_by_key(&due_at, |due| due.at).ok().map(|place| self.round(place))
    }

    /// Which rounds screens are shown: some around the last planning, the same for all who may see it.
    pub fn shown(&self) -> Range<usize> {
        let passed = self.dues.partition_point(|due| due.at <= self.planned_at);
        passed.saturating_sub(SHOWN_BEFORE)..self.dues.len().min(passed + SHOWN_AFTER)
    }

    /// When more due times are to be planned, unless the rule has run out.
    pub fn plans_at(&self) -> Option<Timestamp> {
        if !self.more || self.ended.is_some() {
            return None;
        }
        let at = |place: usize| self.dues.get(place).map(|due| due.at);
        let few = self.dues.len().checked_sub(AHEAD_MIN).and_then(at);
        let short = self.dues.last().and_then(|last| last.at.checked_sub(PLANNED_LEAST).ok());
        // Past the last of those that screens are shown, the window moves on too.
        let passed = at(self.dues.partition_point(|due| due.at <= self.planned_at) + PASSED_MAX - 1);
        let (few, short) = (few.unwrap_or(Timestamp::MIN), short.unwrap_or(Timestamp::MIN));
        Some(few.min(short).min(passed.unwrap_or(Timestamp::MAX)))
    }

    /// What is to be planned now; `None` where enough is.
    pub fn plan(&self, now: Timestamp) -> Option<Plan> {
        self.plans_at().filter(|at| *at <= now)?;
        // A rule that was taken stays one; should the library think otherwise one day, the cycle ends.
        Some(self.now().plan(self.plan_from, now).unwrap_or(Plan { due: Vec::new(), more: false }))
    }
}

fn minutes(minutes: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;

    pub(crate) fn cycle(grace_minutes: u32, cutoff_minutes: Option<u32>) -> Cycle {
        Cycle {
            id: CycleId(Uuid::nil()),
            name: "Every four hours".to_owned(),
            sectors: [SectorId::parse("cyber").expect("a slug")].into(),
            centres: [CentreId::parse("be").expect("a slug")].into(),
            starts_at: Timestamp::UNIX_EPOCH,
            rrule: "FREQ=HOURLY;INTERVAL=4".to_owned(),
            grace_minutes,
            cutoff_minutes,
            reminder_minutes: [15, 60].into(),
        }
    }

    fn at(hour: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour)
    }

    fn of(rrule: &str) -> Cycle {
        Cycle { rrule: rrule.to_owned(), ..cycle(30, None) }
    }

    fn begun(cycle: Cycle, hour: i64) -> CycleRecord {
        let plan = cycle.plan(at(hour), at(hour)).expect("a rule");
        CycleRecord::set(cycle, at(hour), Actor::system(), &plan)
    }

    fn hours(record: &CycleRecord) -> Vec<i64> {
        record.rounds().map(|round| round.due_at.as_second() / 3_600).collect()
    }

    #[test]
    fn two_days_are_planned_and_three_rounds_at_least_and_what_runs_out_says_so() {
        let plan = |rrule: &str| {
            let plan = of(rrule).plan(at(1), at(1)).expect("a rule");
            (plan.due.iter().map(|due| due.as_second() / 3_600).collect::<Vec<_>>(), plan.more)
        };
        assert_eq!(plan("FREQ=HOURLY;INTERVAL=8"), (vec![8, 16, 24, 32, 40, 48], true));
        assert_eq!(plan("FREQ=WEEKLY"), (vec![168, 336, 504], true));
        assert_eq!(plan("FREQ=HOURLY;INTERVAL=8;COUNT=3"), (vec![8, 16], false));
        assert_eq!(plan("FREQ=YEARLY;INTERVAL=9"), (vec![], false), "not within a year");
        let quick = of("FREQ=MINUTELY;INTERVAL=15").plan(at(1), at(1)).expect("a rule");
        assert!(quick.due.windows(2).all(|pair| pair[1].duration_since(pair[0]) >= GAP_MIN));
        assert_eq!(of("FREQ=MINUTELY;INTERVAL=20").least_gap(at(1)), Ok(Some(SignedDuration::from_mins(20))));
    }

    #[test]
    fn whoever_plans_late_plans_the_same_rounds() {
        for rrule in ["FREQ=HOURLY;INTERVAL=4", "FREQ=HOURLY", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=6,7,8"] {
            let mut prompt = begun(of(rrule), 1);
            let mut entries = 0;
            for hour in 2..=400 {
                while let Some(plan) = prompt.plan(at(hour)) {
                    prompt.extend(at(hour), &plan);
                    entries += 1;
                    assert!(entries < 60, "{rrule} is planned over and over");
                }
                let ahead = prompt.rounds().filter(|round| round.due_at > at(hour)).count();
                assert!(ahead >= AHEAD_MIN, "{rrule} {hour}: {ahead}");
                let shown = &hours(&prompt)[prompt.shown()];
                assert!(shown.iter().filter(|due| **due > hour).count() >= AHEAD_MIN, "{rrule} {hour}: {shown:?}");
                assert!(shown.len() <= SHOWN_MAX);
            }
            let mut late = begun(of(rrule), 1);
            while let Some(plan) = late.plan(at(400)) {
                late.extend(at(400), &plan);
            }
            let upto = |record: &CycleRecord| hours(record).into_iter().filter(|due| *due <= 424).collect::<Vec<_>>();
            assert_eq!(upto(&late), upto(&prompt), "{rrule}");
        }
    }

    #[test]
    fn a_change_holds_from_then_on_and_leaves_the_past_as_it_was() {
        let mut record = begun(of("FREQ=HOURLY;INTERVAL=4"), 1);
        let new = Cycle { grace_minutes: 5, ..of("FREQ=HOURLY;INTERVAL=6") };
        let plan = new.plan(at(9), at(9)).expect("a rule");
        record.change(new, at(9), &plan);
        assert_eq!(hours(&record)[..4], [4, 8, 12, 18]);
        let graces: Vec<_> = record.rounds().map(|round| round.cycle.grace_minutes).take(3).collect();
        assert_eq!(graces, [30, 30, 5]);
        assert_eq!(record.round_due(at(12)).map(|round| round.opens_at), Some(at(8)), "nothing falls between the two");
        assert!(record.round_due(at(16)).is_none());
    }

    #[test]
    fn the_first_report_may_be_as_old_as_every_other() {
        let from = |hour: i64, cutoff| {
            let record = begun(Cycle { cutoff_minutes: cutoff, ..of("FREQ=HOURLY;INTERVAL=4") }, hour);
            record.rounds().take(2).map(|round| round.counts_from.as_second() / 3_600).collect::<Vec<_>>()
        };
        assert_eq!(from(3, None), [0, 4]);
        assert_eq!(from(3, Some(60)), [3, 7]);
        let mut once = begun(of("FREQ=HOURLY;INTERVAL=4;COUNT=2"), 3);
        assert_eq!(once.round_due(at(4)).map(|round| round.counts_from), Some(at(3)), "there is no interval");
        once = begun(of("FREQ=HOURLY;INTERVAL=4"), 3);
        once.end(Said { text: "Over".to_owned(), at: at(5), by: Actor::system() });
        assert_eq!(once.round_due(at(4)).map(|round| round.counts_from), Some(at(0)), "what was due stays as it was");
    }

    #[test]
    fn what_was_due_stays_when_a_cycle_ends_or_the_crisis_takes_no_reports() {
        let mut record = begun(of("FREQ=HOURLY;INTERVAL=4"), 1);
        record.pause(at(9));
        assert_eq!(hours(&record), [4, 8]);
        record.resume(at(21));
        let plan = record.plan(at(21)).expect("it goes on");
        record.extend(at(21), &plan);
        assert_eq!(hours(&record)[..4], [4, 8, 24, 28]);
        record.end(Said { text: "Over".to_owned(), at: at(25), by: Actor::system() });
        assert_eq!((hours(&record), record.plans_at()), (vec![4, 8, 24], None));
    }
}
