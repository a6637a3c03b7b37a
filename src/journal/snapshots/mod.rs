//! Pictures of the past beside the journal, so that any moment is found without folding all before it.
//!
//! Disposable: whatever is here was made from the journal and may be made again. What is kept comes back as
//! it was given or not at all; whether it can be read is for whoever wrote it to see.

pub mod memory;
pub mod sqlite;

use async_trait::async_trait;

use super::JournalError;
use crate::domain::ids::{CrisisId, Epoch, Seq};

/// Where snapshots are kept.
#[async_trait]
pub trait Snapshots: Send + Sync + 'static {
    /// The numbers at which there is one, oldest first.
    async fn numbers(&self, crisis: &CrisisId, made: Made) -> Result<Vec<Seq>, JournalError>;

    /// The newest that stands at a number or before it.
    async fn newest(&self, crisis: &CrisisId, made: Made, upto: Seq) -> Result<Option<Snapshot>, JournalError>;

    /// The stretches that end after one number and not after another, oldest first.
    async fn stretches(
        &self,
        crisis: &CrisisId,
        made: Made,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<(Seq, Vec<u8>)>, JournalError>;

    /// Keeps one, in place of any other at its number.
    async fn keep(&self, crisis: &CrisisId, made: Made, snapshot: Snapshot) -> Result<(), JournalError>;

    /// Removes the one at a number.
    async fn forget(&self, crisis: &CrisisId, seq: Seq) -> Result<(), JournalError>;
}

/// Of which journal and in which form: only what was made alike is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    pub epoch: Epoch,
    pub form: &'static str,
}

/// A picture as it stood after an entry, and the stretch of the journal that led there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub seq: Seq,
    pub picture: Vec<u8>,
    pub stretch: Vec<u8>,
}
