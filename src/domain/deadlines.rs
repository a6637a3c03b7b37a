//! What time itself asks for: which clocks have run out by now, as commands, and when to look again.
//!
//! Pure: whoever asks later is told the same, with the same due times. The decision looks again whether
//! each is due, so of two servers that ask at once the second changes nothing.

use jiff::Timestamp;

use super::command::Command;
use super::decide::Catalogue;
use super::ids::EscalationId;
use super::picture::Picture;
use super::vocabulary::CrisisState;

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
