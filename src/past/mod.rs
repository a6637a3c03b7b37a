//! The past: the picture as it stood at any entry, from the nearest snapshot before it.
//!
//! Costs one snapshot and [`STEP`] entries at the most, however long the journal is. One moment is made at
//! a time, off the event loop: looking back never takes what the live picture needs.

pub mod keeper;
mod pack;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::domain::event::{Entry, Event};
use crate::domain::ids::{CentreId, CrisisId, Epoch, Position, Seq};
use crate::domain::picture::Picture;
use crate::domain::stretch::Stretch;
use crate::health::Health;
use crate::journal::snapshots::{Made, Snapshots};
use crate::journal::{Journal, JournalError, READ_ENTRIES_MAX, open_entry};

/// Entries from one snapshot to the next.
pub const STEP: u64 = 1_000;
/// Pictures kept in memory: whoever plays the past goes on from the frame before.
const RECENT_MAX: usize = 8;
/// How long somebody waits for those who look back at the same time.
const TURN_WAIT_MAX: Duration = Duration::from_secs(5);

/// Makes pictures of the past.
pub struct Past {
    journal: Arc<dyn Journal>,
    snapshots: Arc<dyn Snapshots>,
    health: Health,
    recent: Mutex<VecDeque<Recent>>,
    turn: Semaphore,
}

/// A picture that was made lately.
struct Recent {
    crisis: CrisisId,
    epoch: Epoch,
    picture: Picture,
}

/// Why there is no picture of then.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("many are looking back at this moment")]
    Busy,
}

/// Read from the journal, or made from what was read.
type Outcome<T> = Result<T, JournalError>;

impl Past {
    /// Looks back into `journal` with the help of `snapshots`.
    pub fn new(journal: Arc<dyn Journal>, snapshots: Arc<dyn Snapshots>, health: Health) -> Self {
        Self { journal, snapshots, health, recent: Mutex::default(), turn: Semaphore::new(1) }
    }

    /// The number of the newest entry recorded at a time or before it.
    pub async fn at(&self, crisis: &CrisisId, time: Timestamp) -> Outcome<Seq> {
        self.heed(self.journal.at(crisis, time).await)
    }

    /// The picture after the entry at a position, which must be in the journal.
    pub async fn picture(&self, crisis: &CrisisId, at: Position) -> Result<Picture, PastError> {
        let _turn = self.turn().await?;
        let (picture, folded) = self.heed(self.build(crisis, at).await)?;
        self.health.counts().past_pictures.inc();
        self.health.counts().past_entries.inc_by(folded);
        Ok(picture)
    }

    /// What happened from one entry to another, in stretches that begin before and end after; `now` is the
    /// picture as it stands, and where the last of them ends at the latest.
    pub async fn stretches(
        &self,
        crisis: &CrisisId,
        now: (Epoch, &Picture),
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<Stretch>, PastError> {
        let _turn = self.turn().await?;
        let stretches = self.tell(crisis, now, after.0 / STEP, upto.0.div_ceil(STEP)).await;
        Ok(self.heed(stretches)?)
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, PastError> {
        let waited = timeout(TURN_WAIT_MAX, self.turn.acquire()).await.map_err(|_| PastError::Busy)?;
        Ok(waited.expect("it is never closed"))
    }

    /// The picture, and how many entries were folded for it.
    async fn build(&self, crisis: &CrisisId, at: Position) -> Outcome<(Picture, u64)> {
        let mut picture = self.base(crisis, at).await?;
        let began = picture.as_ref().map_or(Seq::ZERO, |picture| picture.seq);
        let mut stands = began;
        while stands < at.seq {
            let entries = self.entries(crisis, stands, at.seq).await?;
            stands = entries.last().map_or(at.seq, |entry| entry.seq);
            picture = self.go_on(crisis, picture, entries).await?;
        }
        let picture =
            picture.filter(|picture| picture.seq == at.seq).ok_or_else(|| Self::ends_early(crisis, at.seq))?;
        self.remember(crisis, at.epoch, &picture);
        Ok((picture, at.seq.0 - began.0))
    }

    /// The picture after the next entries.
    async fn go_on(
        &self,
        crisis: &CrisisId,
        mut picture: Option<Picture>,
        entries: Vec<Arc<Entry>>,
    ) -> Outcome<Option<Picture>> {
        if let Some(picture) = &mut picture {
            for id in picture.forgotten(&entries) {
                for entry in self.journal.about(crisis, id.0).await? {
                    if let Event::UpdatePosted { update } = &entry.event
                        && update.id == id
                    {
                        picture.recall(update, entry.recorded_at);
                    }
                }
            }
        }
        blocking(move || fold(picture, &entries)).await
    }

    fn ends_early(crisis: &CrisisId, seq: Seq) -> JournalError {
        let reason = "it was told of and is not there".to_owned();
        JournalError::Damaged { crisis: crisis.to_string(), seq: seq.0, reason }
    }

    /// The nearest picture at hand that does not lie after a position.
    async fn base(&self, crisis: &CrisisId, at: Position) -> Outcome<Option<Picture>> {
        let recent = self.recent(crisis, at);
        let mut upto = at.seq;
        // No snapshot is nearer than a picture of the same step.
        while recent.as_ref().is_none_or(|recent| recent.seq.0 / STEP < upto.0 / STEP) {
            let found = self.snapshots.newest(crisis, made(at.epoch), upto).await?;
            let Some(found) = found.filter(|found| recent.as_ref().is_none_or(|recent| recent.seq < found.seq)) else {
                break;
            };
            let stands = Position { epoch: at.epoch, seq: found.seq };
            match blocking(move || pack::open_picture(&found.picture, stands)).await? {
                Ok(picture) => {
                    self.remember(crisis, at.epoch, &picture);
                    return Ok(Some(picture));
                }
                Err(error) => self.forget(crisis, stands.seq, &error).await?,
            }
            upto = Seq(stands.seq.0 - 1);
        }
        Ok(recent)
    }

    /// What cannot be read is made again by the keeper.
    async fn forget(&self, crisis: &CrisisId, seq: Seq, error: &crate::cache::CacheError) -> Outcome<()> {
        tracing::warn!(crisis.id = %crisis, journal.seq = seq.0, %error, "a snapshot is damaged; it is made again");
        self.snapshots.forget(crisis, seq).await
    }

    fn recent(&self, crisis: &CrisisId, at: Position) -> Option<Picture> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let alike = recent.iter().filter(|recent| recent.crisis == *crisis && recent.epoch == at.epoch);
        let before = alike.filter(|recent| recent.picture.seq <= at.seq);
        before.max_by_key(|recent| recent.picture.seq).map(|recent| recent.picture.clone())
    }

    fn remember(&self, crisis: &CrisisId, epoch: Epoch, picture: &Picture) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.retain(|recent| recent.crisis != *crisis || recent.picture.seq != picture.seq);
        recent.truncate(RECENT_MAX - 1);
        recent.push_front(Recent { crisis: crisis.clone(), epoch, picture: picture.clone() });
    }

    /// The entries after one number and up to another, as many as one read answers.
    async fn entries(&self, crisis: &CrisisId, after: Seq, upto: Seq) -> Outcome<Vec<Arc<Entry>>> {
        let limit = usize::try_from(upto.0 - after.0).unwrap_or(READ_ENTRIES_MAX);
        let raw = self.journal.raw(crisis, after, limit).await?;
        let crisis = crisis.clone();
        blocking(move || raw.iter().map(|raw| open_entry(&crisis, raw)).collect()).await?
    }

    /// The stretches of the steps from `first` to before `end`, whether they are kept or not.
    async fn tell(
        &self,
        crisis: &CrisisId,
        (epoch, now): (Epoch, &Picture),
        first: u64,
        end: u64,
    ) -> Outcome<Vec<Stretch>> {
        let after = Seq((first * STEP).saturating_sub(1));
        let kept = self.snapshots.stretches(crisis, made(epoch), after, Seq(end * STEP)).await?;
        let mut kept = self.open_stretches(crisis, kept).await?;
        let mut before: Option<BTreeSet<CentreId>> = kept.remove(&Seq(first * STEP)).map(|stretch| stretch.centres);
        let mut told = Vec::new();
        for step in first..end {
            let (after, upto) = (Seq(step * STEP), Seq(((step + 1) * STEP).min(now.seq.0)));
            let stretch = match kept.remove(&upto) {
                Some(stretch) => stretch,
                None => {
                    let centres = match before {
                        Some(centres) => centres,
                        None => self.centres(crisis, Position { epoch, seq: after }).await?,
                    };
                    let (entries, now) = (self.entries(crisis, after, upto).await?, now.clone());
                    blocking(move || shorten(centres, &entries, &now)).await?
                }
            };
            before = Some(stretch.centres.clone());
            told.push(stretch);
        }
        Ok(told)
    }

    async fn open_stretches(&self, crisis: &CrisisId, kept: Vec<(Seq, Vec<u8>)>) -> Outcome<BTreeMap<Seq, Stretch>> {
        let opening = move || kept.into_iter().map(|(seq, bytes)| (seq, pack::open_stretch(&bytes))).collect();
        let opened: Vec<_> = blocking(opening).await?;
        let mut stretches = BTreeMap::new();
        for (seq, stretch) in opened {
            match stretch {
                Ok(stretch) => {
                    stretches.insert(seq, stretch);
                }
                Err(error) => self.forget(crisis, seq, &error).await?,
            }
        }
        Ok(stretches)
    }

    /// The centres that the crisis had then.
    async fn centres(&self, crisis: &CrisisId, at: Position) -> Outcome<BTreeSet<CentreId>> {
        if at.seq == Seq::ZERO {
            return Ok(BTreeSet::new());
        }
        Ok(self.build(crisis, at).await?.0.crisis.centres)
    }

    fn heed<T>(&self, outcome: Outcome<T>) -> Outcome<T> {
        self.health.journal(outcome.as_ref().map(|_| ()));
        outcome
    }
}

fn made(epoch: Epoch) -> Made {
    Made { epoch, form: &pack::FORM }
}

/// Works off the event loop.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
    spawn_blocking(work).await.map_err(|error| JournalError::Unavailable(Box::new(error)))
}

fn fold(mut picture: Option<Picture>, entries: &[Arc<Entry>]) -> Option<Picture> {
    for entry in entries {
        match &mut picture {
            Some(picture) => {
                picture.evolve(entry);
            }
            None => picture = Picture::open(entry),
        }
    }
    picture
}

fn shorten(centres: BTreeSet<CentreId>, entries: &[Arc<Entry>], picture: &Picture) -> Stretch {
    let mut stretch = Stretch::after(centres);
    for entry in entries {
        stretch.take(entry, picture);
    }
    stretch
}
