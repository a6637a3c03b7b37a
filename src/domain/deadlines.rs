//! What time itself asks for: which clocks have run out by now, as commands, and when to look again.
//!
//! Pure: whoever asks later is told the same, with the same due times. The decision looks again whether
//! each is due, so of two servers that ask at once the second changes nothing.

use jiff::{SignedDuration, Timestamp};

use super::command::Command;
use super::cycle::CycleRecord;
use super::decide::Catalogue;
use super::ids::{CentreId, CycleId, EscalationId};
use super::picture::Picture;
use super::vocabulary::CrisisState;

#[cfg(test)]
mod tests;

/// How far back slots are looked at: what nobody noticed for a week, nobody is told of any more.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What the system is to submit, and when there will be more if nobody does anything before.
#[derive(Debug, Default, PartialEq)]
pub struct Deadlines {
    /// In the order in which they fell due.
    pub commands: Vec<Command>,
    pub next: Option<Timestamp>,
}

/// Everything that has fallen due in a crisis by now. A closed crisis has no clocks.
pub fn due(picture: &Picture, catalogue: &Catalogue, now: Timestamp) -> Deadlines {
    if picture.crisis.state == CrisisState::Closed {
        return Deadlines::default();
    }
    let mut gathering = Gathering::default();
    for id in picture.escalations.keys() {
        escalation(picture, catalogue, *id, now, &mut gathering);
    }
    for (id, record) in &picture.cycles {
        cycle(picture, *id, record, now, &mut gathering);
    }
    gathering.into_deadlines()
}

/// Commands with when each fell due.
#[derive(Default)]
struct Gathering {
    commands: Vec<(Timestamp, Command)>,
    next: Option<Timestamp>,
}

impl Gathering {
    fn add(&mut self, due: Timestamp, command: Command) {
        self.commands.push((due, command));
    }

    fn look_again(&mut self, at: Option<Timestamp>) {
        self.next = [self.next, at].into_iter().flatten().min();
    }

    fn into_deadlines(mut self) -> Deadlines {
        // A stable order: what belongs together, one after the other, stays so.
        self.commands.sort_by_key(|(due, _)| *due);
        Deadlines { commands: self.commands.into_iter().map(|(_, command)| command).collect(), next: self.next }
    }
}

/// A snooze that ended, then every clock that ran out, one after the other as each follows from the last.
fn escalation(picture: &Picture, catalogue: &Catalogue, id: EscalationId, now: Timestamp, gathering: &mut Gathering) {
    let Some(record) = picture.escalations.get(&id) else { return };
    let mut standing = record.standing.clone();
    // What one of them needs must come first, even where its own time was later.
    let mut after = Timestamp::MIN;
    if let Some(due) = standing.wakes(now) {
        gathering.add(due, Command::WakeEscalation { escalation: id, due });
        standing = standing.woken(due);
        after = due;
    }
    while let Some(lapse) = standing.lapse(&catalogue.escalation, now) {
        after = after.max(lapse.due);
        gathering.add(after, Command::LapseEscalation { escalation: id, which: lapse.which, due: lapse.due });
        standing = standing.lapsed(&lapse);
    }
    gathering.look_again(standing.next_due());
}

/// What one centre is to be told of its slots in one cycle, and when there will be more.
#[derive(Debug, Default, PartialEq)]
pub struct Owed {
    /// Due time and minutes before it: of those that have come, the shortest that was not given.
    pub reminders: Vec<(Timestamp, u32)>,
    /// Due times whose grace is over, unfilled, and that nobody was told of.
    pub missed: Vec<Timestamp>,
    pub next: Option<Timestamp>,
}

/// Planning first: what has become due since cannot be missed before it was planned.
fn cycle(picture: &Picture, id: CycleId, record: &CycleRecord, now: Timestamp, gathering: &mut Gathering) {
    if let Some(at) = record.plans_at() {
        if at <= now {
            gathering.add(at, Command::PlanCycle { cycle: id });
        } else {
            gathering.look_again(Some(at));
        }
    }
    for centre in record.centres() {
        let owed = owed(picture, record, centre, now);
        for (due_at, minutes) in owed.reminders {
            let at = due_at.saturating_sub(SignedDuration::from_mins(minutes.into())).unwrap_or(due_at);
            gathering.add(at, Command::RemindSlot { cycle: id, centre: centre.clone(), due_at, minutes });
        }
        for due_at in owed.missed {
            gathering.add(due_at, Command::MissSlot { cycle: id, centre: centre.clone(), due_at });
        }
        gathering.look_again(owed.next);
    }
}

/// What has come of the slots of one centre. The timers see every report: nobody is told to have missed
/// what was reported to others.
pub fn owed(picture: &Picture, record: &CycleRecord, centre: &CentreId, now: Timestamp) -> Owed {
    let mut owed = Owed::default();
    if !picture.crisis.centres.contains(centre) {
        return owed;
    }
    let id = record.now().id;
    let marks = picture.slots.get(&(id, centre.clone()));
    let since = now.saturating_sub(LOOK_BACK).unwrap_or(Timestamp::MIN);
    let slots = picture.slots_of(record, centre, since, |_| true);
    let mut look_again = |at: Timestamp| owed.next = Some(owed.next.map_or(at, |next| next.min(at)));
    for (round, fill) in slots {
        let excused = marks.is_some_and(|marks| marks.excused.contains_key(&round.due_at));
        let told = marks.is_some_and(|marks| marks.missed.contains(&round.due_at));
        if fill.is_some() || excused || told {
            continue;
        }
        if now > round.grace_until {
            owed.missed.push(round.due_at);
            continue;
        }
        look_again(round.grace_until.saturating_add(SignedDuration::from_millis(1)).unwrap_or(Timestamp::MAX));
        if now >= round.due_at {
            continue;
        }
        let given = marks.and_then(|marks| marks.reminded.get(&round.due_at).copied()).unwrap_or(u32::MAX);
        let mut come = None;
        for minutes in round.cycle.reminder_minutes.iter().rev().filter(|minutes| **minutes < given) {
            let at = round.due_at.saturating_sub(SignedDuration::from_mins(i64::from(*minutes)));
            match at {
                Ok(at) if at > now => look_again(at),
                Ok(_) | Err(_) => come = Some(*minutes),
            }
        }
        owed.reminders.extend(come.map(|minutes| (round.due_at, minutes)));
    }
    owed
}
