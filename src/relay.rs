//! The tell side: one task that follows the journal and tells the hub; another keeps the cache.
//!
//! It wakes by the bell or by the second, so a lost ring costs a second at the most. What it tells
//! it has read back from the journal: nothing reaches a wall that is not durable.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};

use crate::cache::{self, Advanced, CacheError, PictureCache};
use crate::clock::Clock;
use crate::domain::ids::{CrisisId, Epoch, Position};
use crate::domain::picture::{Part, Picture};
use crate::doorbell::Doorbell;
use crate::health::Health;
use crate::journal::{Journal, JournalError};
use crate::live::hub::Hub;
use crate::opening;

/// How often the relay looks by itself.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Entries told together at the most: what is read at once becomes one frame per audience.
const TOLD_TOGETHER_MAX: usize = 256;
/// How often the cache is looked at, and tried again after a failure.
const CACHE_LOOK_EVERY: Duration = Duration::from_secs(1);

/// What the relay needs.
pub struct RelayParts {
    pub journal: Arc<dyn Journal>,
    pub cache: Arc<dyn PictureCache>,
    pub bell: Arc<dyn Doorbell>,
    pub hub: Arc<Hub>,
    pub clock: Clock,
    pub health: Health,
}

/// The task that follows the journal.
pub struct Relay {
    parts: RelayParts,
    moves: Arc<Moves>,
}

/// Where pictures stand and what they touched since the cache keeper last looked: merged, so never full.
#[derive(Default)]
struct Moves {
    waiting: Mutex<HashMap<CrisisId, Move>>,
    moved: Notify,
}

/// A picture that moved. Sharing makes the copy cheap.
struct Move {
    epoch: Epoch,
    picture: Picture,
    touched: BTreeSet<Part>,
}

impl Relay {
    /// A relay, and the task that keeps the cache behind it.
    pub fn new(parts: RelayParts) -> (Self, CacheKeeper) {
        let moves = Arc::new(Moves::default());
        let keeper = CacheKeeper {
            cache: Arc::clone(&parts.cache),
            health: parts.health.clone(),
            moves: Arc::clone(&moves),
            copies: HashMap::new(),
        };
        (Self { parts, moves }, keeper)
    }

    /// Opens every crisis of the journal; the server is ready after this.
    pub async fn open_all(&self) -> Result<(), JournalError> {
        for head in self.parts.journal.crises().await? {
            if self.parts.hub.position(&head.crisis).is_some() {
                continue;
            }
            let picture = opening::picture(&*self.parts.journal, &*self.parts.cache, &head).await?;
            if let Some(picture) = picture {
                tracing::info!(crisis.id = %head.crisis, journal.seq = picture.seq.0, "the crisis is open here");
                self.parts.hub.open(head.epoch, picture);
                self.moved(&head.crisis, BTreeSet::new());
            }
        }
        self.parts.health.started();
        Ok(())
    }

    /// Follows until the bell is gone, which is when the server stops.
    pub async fn run(self) {
        let mut rings = self.parts.bell.listen();
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let outcome = tokio::select! {
                ring = rings.recv() => match ring {
                    Some(crisis) => self.follow(&crisis).await,
                    None => return,
                },
                _ = looks.tick() => self.look().await,
            };
            self.parts.health.journal(outcome.as_ref().copied());
        }
    }

    async fn look(&self) -> Result<(), JournalError> {
        for head in self.parts.journal.crises().await? {
            match self.parts.hub.position(&head.crisis) {
                Some(Position { seq, .. }) if seq >= head.seq => {}
                Some(_) | None => self.follow(&head.crisis).await?,
            }
        }
        Ok(())
    }

    async fn follow(&self, crisis: &CrisisId) -> Result<(), JournalError> {
        loop {
            let Some(Position { seq, .. }) = self.parts.hub.position(crisis) else {
                return self.open_all().await;
            };
            let entries = self.parts.journal.read(crisis, seq, TOLD_TOGETHER_MAX).await?;
            if entries.is_empty() {
                return Ok(());
            }
            let touched = self.parts.hub.publish(crisis, &entries, self.parts.clock.now());
            self.moved(crisis, touched);
        }
    }

    /// Tells the cache keeper without waiting for it.
    fn moved(&self, crisis: &CrisisId, touched: BTreeSet<Part>) {
        let Some((epoch, picture)) = self.parts.hub.picture(crisis) else { return };
        let mut waiting = self.moves.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.entry(crisis.clone()) {
            Entry::Occupied(mut before) => {
                let before = before.get_mut();
                before.picture = picture;
                before.touched.extend(touched);
            }
            Entry::Vacant(place) => {
                place.insert(Move { epoch, picture, touched });
            }
        }
        drop(waiting);
        self.moves.moved.notify_one();
    }
}

/// The task that keeps the cache: always behind the pictures, never ahead.
pub struct CacheKeeper {
    cache: Arc<dyn PictureCache>,
    health: Health,
    moves: Arc<Moves>,
    copies: HashMap<CrisisId, Copy>,
}

/// How the copy of one crisis stands.
struct Copy {
    /// Where it is believed to stand; `None` when it must be put in place whole.
    at: Option<Position>,
    epoch: Epoch,
    picture: Picture,
}

impl CacheKeeper {
    /// Keeps until its task is ended.
    pub async fn run(mut self) {
        let mut looks = interval(CACHE_LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.moves.moved.notified() => {}
                _ = looks.tick() => self.check().await,
            }
            let moves = std::mem::take(&mut *self.moves.waiting.lock().unwrap_or_else(PoisonError::into_inner));
            for (crisis, moved) in moves {
                self.advance(&crisis, moved).await;
            }
        }
    }

    async fn advance(&mut self, crisis: &CrisisId, moved: Move) {
        let Move { epoch, picture, touched } = moved;
        let at = self.copies.get(crisis).and_then(|copy| copy.at);
        let to = Position { epoch, seq: picture.seq };
        let outcome = write(&*self.cache, crisis, at, to, &picture, &touched).await;
        self.health.cache(outcome.as_ref().map(|_| ()));
        // Where the copy stands after a failure is unknown: the next write puts it in place whole.
        let at = outcome.ok().flatten();
        self.copies.insert(crisis.clone(), Copy { at, epoch, picture });
    }

    /// Sees whether the cache answers and still holds what it was given: it may have been emptied.
    async fn check(&mut self) {
        for (crisis, copy) in &mut self.copies {
            let to = Position { epoch: copy.epoch, seq: copy.picture.seq };
            let stands = match copy.at {
                // A copy that is still ahead at a look is no other server's, which would not be so far ahead.
                Some(at) if at.seq > to.seq => Ok(Advanced::Stands(Some(at))),
                Some(at) => self.cache.advance(crisis, at, to, Vec::new()).await,
                None => self.cache.replace(crisis, to, cache::codec::all_fields(&copy.picture)).await,
            };
            self.health.cache(stands.as_ref().map(|_| ()));
            copy.at = match stands {
                Ok(Advanced::Done) => Some(to),
                Ok(Advanced::Stands(_)) | Err(_) => None,
            };
        }
    }
}

/// Moves the copy, or puts a whole one in place where it does not stand where it should. Answers where it
/// stands then; `None` when that is for the next look to find out.
async fn write(
    cache: &dyn PictureCache,
    crisis: &CrisisId,
    at: Option<Position>,
    to: Position,
    picture: &Picture,
    touched: &BTreeSet<Part>,
) -> Result<Option<Position>, CacheError> {
    if let Some(from) = at {
        if is_there(from, to) {
            return Ok(at);
        }
        match cache.advance(crisis, from, to, cache::codec::fields_of(picture, touched)).await? {
            Advanced::Done => return Ok(Some(to)),
            // Another server was as quick, or quicker.
            Advanced::Stands(Some(here)) if is_there(here, to) => return Ok(Some(here)),
            Advanced::Stands(_) => {}
        }
    }
    let replaced = cache.replace(crisis, to, cache::codec::all_fields(picture)).await?;
    Ok((replaced == Advanced::Done).then_some(to))
}

/// Whether a copy stands where it is to go, or beyond.
fn is_there(here: Position, to: Position) -> bool {
    here.epoch == to.epoch && here.seq >= to.seq
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Field;
    use crate::cache::memory::MemoryCache;
    use crate::domain::given::Drill;
    use crate::domain::mark::Mark;
    use crate::domain::vocabulary::Tlp;

    #[tokio::test]
    async fn a_copy_that_another_server_has_moved_as_far_is_left_as_it_is() {
        let mut drill = Drill::open();
        let crisis = drill.picture.crisis.slug.clone();
        let cache = MemoryCache::default();
        let from = Position { epoch: Epoch(1), seq: drill.picture.seq };
        cache.replace(&crisis, from, cache::codec::all_fields(&drill.picture)).await.expect("it answers");
        drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
        let to = Position { epoch: Epoch(1), seq: drill.picture.seq };
        let touched: BTreeSet<Part> = drill.touched.iter().cloned().collect();
        // The other one leaves something behind by which its work is known.
        let mut fields = cache::codec::fields_of(&drill.picture, &touched);
        fields.push(Field { name: "by".to_owned(), value: Some(b"the other".to_vec()) });
        cache.advance(&crisis, from, to, fields).await.expect("it answers");
        write(&cache, &crisis, Some(from), to, &drill.picture, &touched).await.expect("it answers");
        let kept = cache.load(&crisis).await.expect("it answers").expect("it is kept");
        assert_eq!(kept.at, to);
        assert!(kept.fields.iter().any(|(name, _)| name == "by"), "it was not written whole again");
    }
}
