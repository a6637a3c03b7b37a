//! A slot: what one centre owes of a cycle at one due time, and what became of it.
//!
//! ```text
//! open → due soon → submitted | nil | overdue → late | missed;   excused(reason)
//! ```
//! Nothing of it is stored: it follows from the times, from the reports that a viewer may see and from
//! now. The browser computes [`state`] too; `tests/fixtures/slots.json` holds the cases that both must pass.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::cycle::Cycle;
use super::ids::{SectorId, UpdateId};
use super::query::Said;
use super::vocabulary::SlotState;

/// One round of a cycle: its times, and the definition that holds for it.
#[derive(Debug, Clone, Copy)]
pub struct Round<'a> {
    pub cycle: &'a Cycle,
    /// The due time before: what was recorded up to then belongs there.
    pub opens_at: Timestamp,
    /// From when it is due soon.
    pub soon_at: Timestamp,
    pub due_at: Timestamp,
    /// What is true as of before then is too old for it.
    pub counts_from: Timestamp,
    /// Until when a report is late rather than missed.
    pub grace_until: Timestamp,
}

/// A report as a slot sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub update: UpdateId,
    pub sector: SectorId,
    pub recorded_at: Timestamp,
    pub as_of: Timestamp,
    pub nil: bool,
}

/// The report that fills a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    pub update: UpdateId,
    pub filled_at: Timestamp,
    pub nil: bool,
}

/// What a slot is now.
pub fn state(
    (soon_at, due_at, grace_until): (Timestamp, Timestamp, Timestamp),
    fill: Option<(Timestamp, bool)>,
    excused: bool,
    now: Timestamp,
) -> SlotState {
    match fill {
        Some((filled_at, _)) if filled_at > due_at => SlotState::Late,
        Some((_, true)) => SlotState::Nil,
        Some((_, false)) => SlotState::Submitted,
        None if excused => SlotState::Excused,
        None if now > grace_until => SlotState::Missed,
        None if now > due_at => SlotState::Overdue,
        None if now >= soon_at => SlotState::DueSoon,
        None => SlotState::Open,
    }
}

impl Round<'_> {
    /// What a slot of this round is now.
    pub fn state(&self, fill: Option<&Fill>, excused: bool, now: Timestamp) -> SlotState {
        let times = (self.soon_at, self.due_at, self.grace_until);
        state(times, fill.map(|fill| (fill.filled_at, fill.nil)), excused, now)
    }

    /// Whether one of these reports fills it on time, whichever of them was late for the round `before`: then none
    /// is late for this one.
    pub fn is_on_time(&self, before: Option<&Round<'_>>, reports: impl Iterator<Item = Report>) -> bool {
        let late_until = before.map_or(Timestamp::MIN, |before| before.grace_until);
        let on_time = reports.filter(|report| self.opens_at < report.recorded_at && report.recorded_at <= self.due_at);
        let mut counting = on_time.filter(|report| self.takes(report)).enumerate();
        // Of two, one at the most was late before.
        counting.any(|(place, report)| place > 0 || report.recorded_at > late_until)
    }

    fn takes(&self, report: &Report) -> bool {
        report.as_of >= self.counts_from && self.cycle.sectors.contains(&report.sector)
    }
}

/// What fills each round of one centre. Reports are in the order in which they were recorded.
///
/// On time, anything but a nil report counts before a nil one. After the due time the first report fills a
/// slot that nothing has filled, as late; every other counts for the next round.
pub fn fills<'a>(
    rounds: impl Iterator<Item = Round<'a>>,
    reports: &[Report],
    excused: &BTreeMap<Timestamp, Said>,
) -> Vec<Option<Fill>> {
    let upto = |time: Timestamp| reports.partition_point(|report| report.recorded_at <= time);
    let mut taken = None;
    let mut filled = Vec::new();
    for round in rounds {
        let (opens, due, end) = (upto(round.opens_at), upto(round.due_at), upto(round.grace_until));
        let counts = |report: &&Report| round.takes(report) && taken != Some(report.update);
        let on_time = || reports[opens..due].iter().filter(counts);
        let on_time = on_time().find(|report| !report.nil).or_else(|| on_time().next());
        let late = || {
            let report = reports[due..end].iter().find(counts)?;
            (!excused.contains_key(&round.due_at)).then_some(report)
        };
        let late = if on_time.is_none() { late() } else { None };
        taken = late.map(|report| report.update);
        filled.push(on_time.or(late).map(|report| Fill {
            update: report.update,
            filled_at: report.recorded_at,
            nil: report.nil,
        }));
    }
    filled
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use uuid::Uuid;

    use super::*;
    use crate::domain::cycle::tests::cycle;

    #[derive(serde::Deserialize)]
    struct Case {
        soon_at: Timestamp,
        due_at: Timestamp,
        grace_until: Timestamp,
        filled_at: Option<Timestamp>,
        nil: bool,
        excused: bool,
        now: Timestamp,
        state: SlotState,
    }

    #[test]
    fn the_shared_cases_hold() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../tests/fixtures/slots.json")).expect("the fixture parses");
        for case in &cases {
            let times = (case.soon_at, case.due_at, case.grace_until);
            let fill = case.filled_at.map(|filled_at| (filled_at, case.nil));
            assert_eq!(state(times, fill, case.excused, case.now), case.state, "{} {:?}", case.now, fill);
        }
        for state in SlotState::ALL {
            assert!(cases.iter().any(|case| case.state == *state), "no case for {state}");
        }
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    fn report(number: u128, minute: i64, nil: bool) -> Report {
        Report {
            update: UpdateId(Uuid::from_u128(number)),
            sector: SectorId::parse("cyber").expect("a slug"),
            recorded_at: at(minute),
            as_of: at(minute),
            nil,
        }
    }

    /// Rounds due at 60, 120 and 180 with twenty minutes of grace; which report fills each.
    fn filling(reports: &[Report], excused: &[i64]) -> [u128; 3] {
        let cycle = cycle(20, None);
        let round = |due: i64| Round {
            cycle: &cycle,
            opens_at: at(due - 60),
            soon_at: at(due - 15),
            due_at: at(due),
            counts_from: at(due - 60),
            grace_until: at(due + 20),
        };
        let said = Said { text: "A drill".to_owned(), at: at(0), by: crate::domain::actor::Actor::system() };
        let excused = excused.iter().map(|due| (at(*due), said.clone())).collect();
        let filled = fills([60, 120, 180].map(round).into_iter(), reports, &excused);
        let number = |fill: &Option<Fill>| fill.map_or(0, |fill| fill.update.0.as_u128());
        [number(&filled[0]), number(&filled[1]), number(&filled[2])]
    }

    #[test]
    fn a_report_fills_the_round_in_which_it_was_recorded() {
        assert_eq!(filling(&[report(1, 30, false), report(2, 90, false)], &[]), [1, 2, 0]);
        assert_eq!(filling(&[report(1, 60, false), report(2, 61, false)], &[]), [1, 2, 0], "up to the due time itself");
        assert_eq!(
            filling(&[report(1, 30, true), report(2, 40, false)], &[]),
            [2, 0, 0],
            "more than nothing to report"
        );
    }

    #[test]
    fn a_report_after_the_due_time_is_late_where_there_was_none_and_else_counts_for_the_next() {
        assert_eq!(filling(&[report(1, 70, false)], &[]), [1, 0, 0]);
        assert_eq!(filling(&[report(1, 70, false), report(2, 75, false)], &[]), [1, 2, 0], "late is late once");
        assert_eq!(filling(&[report(1, 30, false), report(2, 70, false)], &[]), [1, 2, 0]);
        assert_eq!(filling(&[report(1, 81, false)], &[]), [0, 1, 0], "the grace is over");
        assert_eq!(filling(&[report(1, 70, false), report(2, 130, false)], &[]), [1, 2, 0], "always late, each time");
    }

    #[test]
    fn a_report_of_another_sector_or_of_before_the_cut_off_does_not_count() {
        let mut old = report(1, 30, false);
        old.as_of = at(-1);
        let mut other = report(2, 30, false);
        other.sector = SectorId::parse("fire").expect("a slug");
        assert_eq!(filling(&[old, other], &[]), [0, 0, 0]);
    }

    #[test]
    fn who_is_excused_is_not_late_and_may_report_all_the_same() {
        assert_eq!(filling(&[report(1, 70, false)], &[60]), [0, 1, 0]);
        assert_eq!(filling(&[report(1, 30, false)], &[60]), [1, 0, 0]);
    }
}
