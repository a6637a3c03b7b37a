//! What follows for cycles: setting one with every check, changing it while it runs, and what time makes of slots.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Moment, refuse};
use crate::domain::command::SetCycle;
use crate::domain::cycle::{CYCLES_MAX, Cycle, CycleRecord, GAP_MIN};
use crate::domain::deadlines;
use crate::domain::event::Event;
use crate::domain::ids::{CentreId, CycleId, SectorId};
use crate::domain::picture::Picture;
use crate::domain::refusal::{FieldFault, Refusal};

/// How far back a rule may start: today's first report may be behind us.
const START_BEHIND: SignedDuration = SignedDuration::from_hours(24);
/// How far ahead a rule may start.
const START_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 365);

pub(super) fn set(picture: &Picture, mut draft: SetCycle, moment: &Moment) -> Result<Event, Refusal> {
    let mut faults = Vec::new();
    if picture.cycles.len() >= CYCLES_MAX {
        faults.push(FieldFault::at("", format!("a crisis has at most {CYCLES_MAX} cycles; change one that is there")));
    }
    check_start(&mut draft, moment.now, &mut faults);
    let cycle = check(picture, CycleId(moment.id), draft, moment, &mut faults);
    refuse(faults)?;
    let plan = cycle.plan(moment.now, moment.now).map_err(unruly)?;
    Ok(Event::CycleSet { cycle: Box::new(cycle), plan })
}

pub(super) fn change(picture: &Picture, id: CycleId, mut draft: SetCycle, moment: &Moment) -> Result<Event, Refusal> {
    let record = running(picture, id)?;
    let mut faults = Vec::new();
    // A rule that goes on from where it began has long been running.
    if draft.starts_at != record.now().starts_at {
        check_start(&mut draft, moment.now, &mut faults);
    }
    let cycle = check(picture, id, draft, moment, &mut faults);
    if faults.is_empty() && cycle == *record.now() {
        faults.push(FieldFault::at("", "must differ from what holds now"));
    }
    refuse(faults)?;
    let plan = cycle.plan(moment.now, moment.now).map_err(unruly)?;
    Ok(Event::CycleChanged { cycle: Box::new(cycle), plan })
}

/// A rule is followed from its start, and to do so through centuries would keep everybody else waiting: what else is
/// wrong is looked for as if it started now.
fn check_start(draft: &mut SetCycle, now: Timestamp, faults: &mut Vec<FieldFault>) {
    if !(-START_BEHIND..=START_AHEAD).contains(&draft.starts_at.duration_since(now)) {
        faults.push(FieldFault::at("/starts_at", "must lie between a day ago and a year from now"));
        draft.starts_at = Timestamp::from_second(now.as_second() / 60 * 60).unwrap_or(now);
    }
}

/// The cycle that was asked for, with everything that is wrong with it.
fn check(picture: &Picture, id: CycleId, draft: SetCycle, moment: &Moment, faults: &mut Vec<FieldFault>) -> Cycle {
    let crisis = &picture.crisis;
    let sectors = draft.sectors.unwrap_or_else(|| crisis.sectors.iter().map(|sector| sector.id.clone()).collect());
    let centres = draft.centres.unwrap_or_else(|| crisis.centres.iter().cloned().collect());
    let known = |sector: &SectorId| crisis.sector(sector).is_some();
    let sectors = chosen(sectors, known, ("/sectors", "is not a sector of this crisis"), faults);
    let centres = chosen(
        centres,
        |centre| crisis.centres.contains(centre),
        ("/centres", "is not a centre of this crisis"),
        faults,
    );
    if draft.starts_at.as_millisecond() % 60_000 != 0 {
        faults.push(FieldFault::at("/starts_at", "must be a whole minute"));
    }
    let cycle = Cycle {
        id,
        name: draft.name,
        sectors,
        centres,
        starts_at: draft.starts_at,
        rrule: draft.rrule,
        grace_minutes: draft.grace_minutes,
        cutoff_minutes: draft.cutoff_minutes,
        reminder_minutes: draft.reminder_minutes.into_iter().collect(),
    };
    check_rule(&cycle, moment.now, faults);
    cycle
}

fn chosen<T: Ord>(
    names: Vec<T>,
    known: impl Fn(&T) -> bool,
    (pointer, detail): (&str, &str),
    faults: &mut Vec<FieldFault>,
) -> BTreeSet<T> {
    if names.is_empty() {
        faults.push(FieldFault::at(pointer, "must name one at least"));
    }
    for (i, _) in names.iter().enumerate().filter(|(_, name)| !known(name)) {
        faults.push(FieldFault::at(format!("{pointer}/{i}"), detail));
    }
    names.into_iter().collect()
}

/// The rule must name a time to come, leave time between two, and a round must be over before the next is due.
fn check_rule(cycle: &Cycle, now: Timestamp, faults: &mut Vec<FieldFault>) {
    let mut fault = |at: &str, detail: String| faults.push(FieldFault::at(at, detail));
    match cycle.plan(now, now) {
        Err(detail) => return fault("/rrule", detail),
        Ok(plan) if plan.due.is_empty() => return fault("/rrule", "names no time within a year".to_owned()),
        Ok(_) => {}
    }
    let Ok(Some(gap)) = cycle.least_gap(now) else { return };
    if gap < GAP_MIN {
        return fault("/rrule", format!("must leave {} minutes between two reports", GAP_MIN.as_secs() / 60));
    }
    let minutes = gap.as_secs() / 60;
    if i64::from(cycle.grace_minutes) > minutes {
        fault("/grace_minutes", format!("must be at most {minutes}: the next report is due by then"));
    }
    if cycle.reminder_minutes.last().is_some_and(|longest| i64::from(*longest) > minutes) {
        fault("/reminder_minutes", format!("must be at most {minutes} each: before that another report is due"));
    }
}

fn unruly(detail: String) -> Refusal {
    Refusal::Fields(vec![FieldFault::at("/rrule", detail)])
}

pub(super) fn end(picture: &Picture, id: CycleId, reason: String) -> Result<Event, Refusal> {
    running(picture, id)?;
    Ok(Event::CycleEnded { cycle: id, reason })
}

/// Past slots too: that a centre could not report is often known only afterwards.
pub(super) fn excuse(
    picture: &Picture,
    id: CycleId,
    centre: CentreId,
    due_at: Timestamp,
    reason: String,
) -> Result<Event, Refusal> {
    let record = picture.cycles.get(&id).ok_or(Refusal::Unknown("cycle"))?;
    let fault = |at: &str, detail: &str| Err(Refusal::Fields(vec![FieldFault::at(at, detail)]));
    let Some(round) = record.round_due(due_at) else { return fault("/due_at", "is no due time of this cycle") };
    if !round.cycle.centres.contains(&centre) {
        return fault("/centre", "does not report at this due time");
    }
    if !picture.crisis.centres.contains(&centre) {
        return fault("/centre", "is not a centre of this crisis");
    }
    if picture.excused(id, &centre).contains_key(&due_at) {
        return fault("/due_at", "is excused already");
    }
    Ok(Event::SlotExcused { cycle: id, centre, due_at, reason })
}

pub(super) fn plan(picture: &Picture, id: CycleId, moment: &Moment) -> Result<Event, Refusal> {
    let record = picture.cycles.get(&id).ok_or(Refusal::Unknown("cycle"))?;
    let plan = record.plan(moment.now).ok_or(Refusal::NotDue)?;
    Ok(Event::CyclePlanned { cycle: id, plan })
}

pub(super) fn remind(
    picture: &Picture,
    id: CycleId,
    centre: CentreId,
    due_at: Timestamp,
    minutes: u32,
    moment: &Moment,
) -> Result<Event, Refusal> {
    let record = picture.cycles.get(&id).ok_or(Refusal::Unknown("cycle"))?;
    if deadlines::owed(picture, record, &centre, moment.now).reminders.contains(&(due_at, minutes)) {
        Ok(Event::SlotReminded { cycle: id, centre, due_at, minutes })
    } else {
        Err(Refusal::NotDue)
    }
}

pub(super) fn miss(
    picture: &Picture,
    id: CycleId,
    centre: CentreId,
    due_at: Timestamp,
    moment: &Moment,
) -> Result<Event, Refusal> {
    let record = picture.cycles.get(&id).ok_or(Refusal::Unknown("cycle"))?;
    if deadlines::owed(picture, record, &centre, moment.now).missed.contains(&due_at) {
        Ok(Event::SlotMissed { cycle: id, centre, due_at })
    } else {
        Err(Refusal::NotDue)
    }
}

fn running(picture: &Picture, id: CycleId) -> Result<&CycleRecord, Refusal> {
    let record = picture.cycles.get(&id).ok_or(Refusal::Unknown("cycle"))?;
    if record.ended.is_some() { Err(Refusal::CycleHasEnded) } else { Ok(record) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::Command;
    use crate::domain::given::{Drill, centre, coordinator};

    #[test]
    fn a_change_keeps_the_start_or_names_one_as_near_as_a_new_cycle_may() {
        let mut drill = Drill::open();
        let id = drill.cycle();
        drill.now += SignedDuration::from_hours(24 * 30);
        let Cycle { name, rrule, starts_at, .. } = drill.picture.cycles[&id].now().clone();
        let draft = |starts_at, grace_minutes| SetCycle {
            name: name.clone(),
            sectors: None,
            centres: Some(vec![centre("be")]),
            starts_at,
            rrule: rrule.clone(),
            grace_minutes,
            cutoff_minutes: None,
            reminder_minutes: Vec::new(),
        };
        let change = |starts_at, grace| Command::ChangeCycle { cycle: id, to: Box::new(draft(starts_at, grace)) };
        let typo: Timestamp = "0026-03-29T00:00:00Z".parse().expect("a time");
        for far in [typo, Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 28)] {
            for command in [change(far, 300), Command::SetCycle(Box::new(draft(far, 300)))] {
                let refused = drill.when(&coordinator(), command);
                let Err(Refusal::Fields(faults)) = refused else { panic!("{far}: {refused:?}") };
                let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
                assert_eq!(pointers, ["/starts_at", "/grace_minutes"], "{far}");
            }
        }
        let (mut followed, mut faults) = (draft(typo, 5), Vec::new());
        check_start(&mut followed, drill.now, &mut faults);
        let behind = drill.now.duration_since(followed.starts_at);
        assert!(behind < SignedDuration::from_mins(1), "nothing is followed from there: {behind:?}");
        drill.given(&coordinator(), change(starts_at, 5));
        drill.given(&coordinator(), change(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 30), 6));
    }
}
