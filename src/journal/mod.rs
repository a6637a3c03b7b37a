//! The only truth: an append-only, hash-chained journal per crisis, behind one trait.
//!
//! Every implementation passes `tests/suite/contracts/journal.rs`. Guarantees:
//! - What `append` has answered [`Appended::At`] to survives the death of process and machine.
//! - Numbers of a crisis are 1, 2, 3 … without a hole, in the order of commit.
//! - Appends handed over together commit together. One that moved does not stop another crisis; what
//!   follows it in its own was decided on what did not happen, and moved too.
//! - A request key is used once per account: the second use is [`Appended::Repeated`] or [`Appended::KeyReused`].

pub mod chain;
pub mod codec;
pub mod memory;
pub mod snapshots;
pub mod sqlite;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::event::{Entry, Event};
use crate::domain::ids::{AccountId, CentreId, CrisisId, Epoch, SectorId, Seq};

/// Most entries that one read answers.
pub const READ_ENTRIES_MAX: usize = 1_024;

/// Where entries are kept.
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// Every crisis with its epoch and newest number, in the order they were opened.
    async fn crises(&self) -> Result<Vec<CrisisHead>, JournalError>;

    /// The key that positions are sealed with: drawn once, kept with the journal, the same for all servers.
    async fn position_key(&self) -> Result<[u8; 16], JournalError>;

    /// Appends, all in one durable commit; one answer each, in order.
    async fn append(&self, appends: Vec<Append>) -> Result<Vec<Appended>, JournalError>;

    /// Up to `limit` entries after a number, oldest first. `limit` is capped at [`READ_ENTRIES_MAX`].
    async fn read(&self, crisis: &CrisisId, after: Seq, limit: usize) -> Result<Vec<Arc<Entry>>, JournalError>;

    /// Every entry about one update or escalation, and every update that supersedes it, oldest first.
    async fn about(&self, crisis: &CrisisId, subject: Uuid) -> Result<Vec<Arc<Entry>>, JournalError>;

    /// Entries that put an update into one cell or took one out, before a number, newest first. Capped as `read` is.
    async fn cell(
        &self,
        crisis: &CrisisId,
        cell: Cell,
        before: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError>;

    /// Entries of one book after a number, oldest first. Capped as `read` is.
    async fn book(
        &self,
        crisis: &CrisisId,
        book: Book,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError>;

    /// Entries of one book before a number, newest first. Capped as `read` is.
    async fn book_before(
        &self,
        crisis: &CrisisId,
        book: Book,
        before: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError>;

    /// The number of the newest entry recorded at a time or before it; zero when all are later. Looks at a
    /// handful of entries: their times never run backwards.
    async fn at(&self, crisis: &CrisisId, time: Timestamp) -> Result<Seq, JournalError>;

    /// What an earlier request with this key was answered, if there was one.
    async fn receipt(&self, account: AccountId, key: &str) -> Result<Option<Receipt>, JournalError>;

    /// Stored entries as they stand, for export and verification: up to `limit` after a number.
    async fn raw(&self, crisis: &CrisisId, after: Seq, limit: usize) -> Result<Vec<RawEntry>, JournalError>;

    /// Takes in a whole crisis under a new epoch. The chain must hold and the crisis must be new here.
    async fn import(&self, crisis: &CrisisId, entries: Vec<RawEntry>) -> Result<(), JournalError>;
}

/// What one centre says of one sector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub centre: CentreId,
    pub sector: SectorId,
}

/// Entries that are read by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Book {
    /// The watch log of every centre.
    Log,
    /// The handovers of one centre, offered and signed.
    Handovers(CentreId),
}

impl Book {
    /// Whether an entry stands in it.
    pub fn has(&self, event: &Event) -> bool {
        match (self, event) {
            (Self::Log, Event::LogEntered { .. }) => true,
            (Self::Handovers(of), Event::HandoverOffered { handover }) => handover.centre == *of,
            (Self::Handovers(of), Event::HandoverSigned { centre, .. }) => centre == of,
            _ => false,
        }
    }
}

/// A crisis in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrisisHead {
    pub crisis: CrisisId,
    pub epoch: Epoch,
    pub seq: Seq,
}

/// One entry to append: the entry carries its number, which must be `expected + 1`.
#[derive(Debug, Clone)]
pub struct Append {
    pub crisis: CrisisId,
    pub entry: Arc<Entry>,
    pub request: Option<RequestKey>,
}

/// The key under which an account asks, and the digest of what it asked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RequestKey {
    pub account: AccountId,
    pub key: String,
    /// SHA-256 of route and body, in hexadecimal.
    pub digest: String,
}

/// What became of one append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It is durable, at its number.
    At(Seq),
    /// The journal of this crisis does not end where the entry expected; follow and decide again.
    Moved,
    /// The key was used for the same thing: this was the answer.
    Repeated(Receipt),
    /// The key was used for something else.
    KeyReused,
}

/// What a request was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub crisis: CrisisId,
    pub seq: Seq,
    /// The update or escalation it made or changed.
    pub subject: Option<Uuid>,
    pub digest: String,
}

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry {
    pub seq: Seq,
    /// The stored bytes: JSON in UTF-8, see [`codec`].
    pub stored: String,
    /// SHA-256 over the previous hash and the stored bytes, see [`chain`].
    pub hash: [u8; 32],
}

/// Why the journal could not do it.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The engine behind it failed; nothing of what was asked is known to have happened.
    #[error("the journal is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is stored cannot be what was written.
    #[error("the journal of {crisis} is damaged at entry {seq}: {reason}")]
    Damaged { crisis: String, seq: u64, reason: String },
    /// An import that cannot be taken.
    #[error("this crisis cannot be imported: {0}")]
    Import(String),
}

/// The entry that stored bytes are.
pub(crate) fn open_entry(crisis: &CrisisId, raw: &RawEntry) -> Result<Arc<Entry>, JournalError> {
    let damaged = |reason: String| JournalError::Damaged { crisis: crisis.to_string(), seq: raw.seq.0, reason };
    let stored = codec::decode(&raw.stored).map_err(|error| damaged(error.to_string()))?;
    if stored.entry.seq != raw.seq {
        return Err(damaged("it carries another number".to_owned()));
    }
    Ok(Arc::new(stored.entry))
}

/// A fresh epoch: 63 random bits, so that every engine can keep it as a number.
pub(crate) fn fresh_epoch() -> Result<Epoch, JournalError> {
    Ok(Epoch(u64::from_be_bytes(random()?) >> 1))
}

/// A fresh key for positions.
pub(crate) fn fresh_key() -> Result<[u8; 16], JournalError> {
    random()
}

fn random<const N: usize>() -> Result<[u8; N], JournalError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| JournalError::Unavailable(Box::new(error)))?;
    Ok(bytes)
}

/// Verifies what is to be imported and opens it.
pub(crate) fn open_import(crisis: &CrisisId, entries: &[RawEntry]) -> Result<Vec<Imported>, JournalError> {
    let refused = |error: &dyn std::error::Error| JournalError::Import(error.to_string());
    chain::verify(crisis, entries).map_err(|error| refused(&error))?;
    if entries.is_empty() {
        return Err(JournalError::Import("there are no entries".to_owned()));
    }
    let open = |raw: &RawEntry| {
        let stored = codec::decode(&raw.stored).map_err(|error| refused(&error))?;
        Ok((Arc::new(stored.entry), stored.request))
    };
    entries.iter().map(open).collect()
}

/// An entry of an import, with the request it answered.
pub(crate) type Imported = (Arc<Entry>, Option<RequestKey>);
