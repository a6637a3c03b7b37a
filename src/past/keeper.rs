//! The task that keeps a snapshot for every [`STEP`] entries: behind the journal, in nobody's way.
//!
//! It looks what is missing and makes it, so a table that was emptied, damaged or written in another form
//! heals by itself. It rests as long as it worked: it never takes more than half of one core.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{Outcome, Past, STEP, blocking, made, pack, shorten};
use crate::domain::ids::{CrisisId, Epoch, Position, Seq};
use crate::journal::snapshots::Snapshot;

/// How often it looks whether the journals have grown.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Keeps the snapshots.
pub struct SnapshotKeeper(Arc<Past>);

impl SnapshotKeeper {
    /// A keeper of the snapshots that `past` looks back with.
    pub fn new(past: Arc<Past>) -> Self {
        Self(past)
    }

    /// Keeps until its task is ended.
    pub async fn run(self) {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let outcome = self.look().await;
            self.0.health.snapshots(outcome.as_ref().copied());
        }
    }

    async fn look(&self) -> Outcome<()> {
        for head in self.0.journal.crises().await? {
            if head.seq.0 < STEP {
                continue;
            }
            let kept = self.0.snapshots.numbers(&head.crisis, made(head.epoch)).await?;
            let wanted = (1..=head.seq.0 / STEP).map(|step| Seq(step * STEP));
            for seq in wanted.filter(|seq| kept.binary_search(seq).is_err()) {
                let began = Instant::now();
                self.keep(&head.crisis, head.epoch, seq).await?;
                sleep(began.elapsed()).await;
            }
        }
        Ok(())
    }

    async fn keep(&self, crisis: &CrisisId, epoch: Epoch, seq: Seq) -> Outcome<()> {
        let past = &self.0;
        // Those who wait for a picture come in between two snapshots.
        let Ok(turn) = past.turn().await else { return Ok(()) };
        let after = Seq(seq.0 - STEP);
        let before = match after {
            Seq::ZERO => None,
            after => Some(past.build(crisis, Position { epoch, seq: after }).await?.0),
        };
        let entries = past.entries(crisis, after, seq).await?;
        let centres = before.as_ref().map(|picture| picture.crisis.centres.clone()).unwrap_or_default();
        let picture = past.go_on(crisis, before, entries.clone()).await?;
        let made_here = blocking(move || {
            let picture = picture?;
            let stretch = pack::stretch(&shorten(centres, &entries, &picture));
            let snapshot = Snapshot { seq: picture.seq, picture: pack::picture(&picture), stretch };
            Some((picture, snapshot))
        });
        if let Some((picture, snapshot)) = made_here.await? {
            past.remember(crisis, epoch, &picture);
            drop(turn);
            past.snapshots.keep(crisis, made(epoch), snapshot).await?;
            past.health.counts().past_snapshots.inc();
        }
        Ok(())
    }
}
