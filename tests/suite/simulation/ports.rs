//! The ports of a simulated server: the memory ones, bent where a test wants them bent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::mpsc;
use uuid::Uuid;
use vigie::cache::memory::MemoryCache;
use vigie::cache::{Advanced, CacheError, Field, Kept, PictureCache};
use vigie::domain::event::Entry;
use vigie::domain::ids::{AccountId, CrisisId, Position, Seq};
use vigie::doorbell::Doorbell;
use vigie::journal::{Append, Appended, Book, Cell, CrisisHead, Journal, JournalError, RawEntry, Receipt};

/// What may become of a call on its way to the journal and back. As it stands, nothing does.
#[async_trait]
pub trait Bend: Send + Sync + 'static {
    async fn append(&self, journal: &dyn Journal, appends: Vec<Append>) -> Result<Vec<Appended>, JournalError> {
        journal.append(appends).await
    }

    async fn read(
        &self,
        journal: &dyn Journal,
        crisis: &CrisisId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError> {
        journal.read(crisis, after, limit).await
    }

    async fn crises(&self, journal: &dyn Journal) -> Result<Vec<CrisisHead>, JournalError> {
        journal.crises().await
    }

    async fn receipt(
        &self,
        journal: &dyn Journal,
        account: AccountId,
        key: &str,
    ) -> Result<Option<Receipt>, JournalError> {
        journal.receipt(account, key).await
    }
}

/// A journal behind a bend.
pub struct BentJournal {
    pub journal: Arc<dyn Journal>,
    pub bend: Arc<dyn Bend>,
}

#[async_trait]
impl Journal for BentJournal {
    async fn crises(&self) -> Result<Vec<CrisisHead>, JournalError> {
        self.bend.crises(&*self.journal).await
    }

    async fn position_key(&self) -> Result<[u8; 16], JournalError> {
        self.journal.position_key().await
    }

    async fn append(&self, appends: Vec<Append>) -> Result<Vec<Appended>, JournalError> {
        self.bend.append(&*self.journal, appends).await
    }

    async fn read(&self, crisis: &CrisisId, after: Seq, limit: usize) -> Result<Vec<Arc<Entry>>, JournalError> {
        self.bend.read(&*self.journal, crisis, after, limit).await
    }

    async fn about(&self, crisis: &CrisisId, subject: Uuid) -> Result<Vec<Arc<Entry>>, JournalError> {
        self.journal.about(crisis, subject).await
    }

    async fn cell(&self, c: &CrisisId, cell: Cell, before: Seq, n: usize) -> Result<Vec<Arc<Entry>>, JournalError> {
        self.journal.cell(c, cell, before, n).await
    }

    async fn book(&self, c: &CrisisId, book: Book, after: Seq, n: usize) -> Result<Vec<Arc<Entry>>, JournalError> {
        self.journal.book(c, book, after, n).await
    }

    async fn book_before(&self, c: &CrisisId, book: Book, to: Seq, n: usize) -> Result<Vec<Arc<Entry>>, JournalError> {
        self.journal.book_before(c, book, to, n).await
    }

    async fn at(&self, crisis: &CrisisId, time: Timestamp) -> Result<Seq, JournalError> {
        self.journal.at(crisis, time).await
    }

    async fn receipt(&self, account: AccountId, key: &str) -> Result<Option<Receipt>, JournalError> {
        self.bend.receipt(&*self.journal, account, key).await
    }

    async fn raw(&self, crisis: &CrisisId, after: Seq, limit: usize) -> Result<Vec<RawEntry>, JournalError> {
        self.journal.raw(crisis, after, limit).await
    }

    async fn import(&self, crisis: &CrisisId, entries: Vec<RawEntry>) -> Result<(), JournalError> {
        self.journal.import(crisis, entries).await
    }
}

/// A failure without a cause of its own.
pub fn unavailable() -> JournalError {
    JournalError::Unavailable("simulated".into())
}

/// The cache that all servers share: it may be down, and it may hold anything.
#[derive(Default)]
pub struct SimCache {
    pub down: AtomicBool,
    /// It does what it is asked and does not answer.
    pub answers_lost: AtomicBool,
    kept: Mutex<Arc<MemoryCache>>,
}

impl SimCache {
    /// What is behind it, whether or not it answers.
    pub fn behind(&self) -> Arc<MemoryCache> {
        Arc::clone(&self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What it holds, to be put back one day.
    pub async fn copy(&self, crises: &[CrisisId]) -> Arc<MemoryCache> {
        let copy = Arc::new(MemoryCache::default());
        for crisis in crises {
            if let Some(Kept { at, fields }) = self.behind().load(crisis).await.expect("memory answers") {
                let fields = fields.into_iter().map(|(name, value)| Field { name, value: Some(value) });
                copy.replace(crisis, at, fields.collect()).await.expect("memory answers");
            }
        }
        copy
    }

    /// It holds something else.
    pub fn put_back(&self, copy: Arc<MemoryCache>) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = copy;
    }

    fn answered<T>(&self, answer: T) -> Result<T, CacheError> {
        if self.answers_lost.load(Ordering::Relaxed) { Err(CacheError::TimedOut) } else { Ok(answer) }
    }

    fn answering(&self) -> Result<Arc<MemoryCache>, CacheError> {
        if self.down.load(Ordering::Relaxed) { Err(CacheError::TimedOut) } else { Ok(self.behind()) }
    }
}

#[async_trait]
impl PictureCache for SimCache {
    async fn load(&self, crisis: &CrisisId) -> Result<Option<Kept>, CacheError> {
        let kept = self.answering()?.load(crisis).await?;
        self.answered(kept)
    }

    async fn advance(
        &self,
        crisis: &CrisisId,
        from: Position,
        to: Position,
        fields: Vec<Field>,
    ) -> Result<Advanced, CacheError> {
        let moved = self.answering()?.advance(crisis, from, to, fields).await?;
        self.answered(moved)
    }

    async fn replace(&self, crisis: &CrisisId, at: Position, fields: Vec<Field>) -> Result<Advanced, CacheError> {
        let moved = self.answering()?.replace(crisis, at, fields).await?;
        self.answered(moved)
    }

    async fn ping(&self) -> Result<(), CacheError> {
        self.answering()?.ping().await
    }
}

/// The bell that all servers share: while it is lost nobody hears it.
pub struct SimBell {
    pub lost: Arc<AtomicBool>,
    pub bell: Arc<dyn Doorbell>,
}

#[async_trait]
impl Doorbell for SimBell {
    fn ring(&self, crisis: &CrisisId) {
        if !self.lost.load(Ordering::Relaxed) {
            self.bell.ring(crisis);
        }
    }

    fn listen(&self) -> mpsc::Receiver<CrisisId> {
        self.bell.listen()
    }
}
