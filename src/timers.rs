//! The clock's side: one task that asks the domain what has fallen due, and asks the desk for it as *system*.
//!
//! It decides nothing and remembers nothing that matters. Every server runs one; the decision sees to it
//! that two give one event, and that a late start gives the right events with the right due times.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock::Clock;
use crate::desk::{Desk, SubmitError};
use crate::domain::actor::Actor;
use crate::domain::command::Command;
use crate::domain::deadlines;
use crate::domain::decide::Catalogue;
use crate::domain::ids::{CrisisId, Position, Seq};
use crate::domain::refusal::Refusal;
use crate::live::hub::Hub;

/// How often the clock is looked at: what falls due is told within this time.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Asked of the desk at once, so that a server that was away for a day leaves room for people.
const ASKED_TOGETHER_MAX: usize = 64;

/// What the timers need.
pub struct TimersParts {
    pub desk: Desk,
    pub hub: Arc<Hub>,
    pub catalogue: Arc<Catalogue>,
    pub clock: Clock,
}

/// The task that looks at the clock.
pub struct Timers {
    parts: TimersParts,
    /// Up to when nothing falls due while a picture stands where it stood.
    quiet: HashMap<CrisisId, Quiet>,
}

struct Quiet {
    at: Seq,
    until: Option<Timestamp>,
}

impl Timers {
    /// Timers that have not looked yet.
    pub fn new(parts: TimersParts) -> Self {
        Self { parts, quiet: HashMap::new() }
    }

    /// Looks until its task is ended.
    pub async fn run(mut self) {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            for crisis in self.parts.hub.names() {
                self.look(&crisis).await;
            }
        }
    }

    async fn look(&mut self, crisis: &CrisisId) {
        let Some(Position { seq, .. }) = self.parts.hub.position(crisis) else { return };
        let now = self.parts.clock.now();
        if let Some(quiet) = self.quiet.get(crisis)
            && quiet.at == seq
            && quiet.until.is_none_or(|until| now < until)
        {
            return;
        }
        let Some((_, picture)) = self.parts.hub.picture(crisis) else { return };
        // As the desk will see it: the time of a crisis does not run backwards.
        let due = deadlines::due(&picture, &self.parts.catalogue, now.max(picture.recorded_at));
        if due.commands.is_empty() {
            self.quiet.insert(crisis.clone(), Quiet { at: picture.seq, until: due.next });
            return;
        }
        for commands in due.commands.chunks(ASKED_TOGETHER_MAX) {
            // All are put into the inbox in this order before the first is waited for.
            let asked = commands.iter().map(|command| self.ask(crisis, command.clone()));
            if !join_all(asked).await.into_iter().all(|done| done) {
                return;
            }
        }
    }

    /// Whether the desk has dealt with it: done, or seen that it is not due. What is not, is asked again.
    async fn ask(&self, crisis: &CrisisId, command: Command) -> bool {
        match self.parts.desk.submit(crisis.clone(), Actor::system(), command, None).await {
            Ok(_) | Err(SubmitError::Refused(Refusal::NotDue)) => true,
            Err(error) => {
                tracing::debug!(crisis.id = %crisis, %error, "what fell due is asked for again");
                false
            }
        }
    }
}
