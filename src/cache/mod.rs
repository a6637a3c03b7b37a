//! A disposable copy of each picture, so that a start reads only the tail of the journal.
//!
//! It may be empty, behind or gone; it is never ahead of the journal and never asked for truth.
//! Every implementation passes `tests/suite/contracts/cache.rs`. Only the relay writes here.

pub mod codec;
pub mod memory;
pub mod redis;

use async_trait::async_trait;

use crate::domain::ids::{CrisisId, Position};

/// Where pictures are kept between starts and beside other servers.
#[async_trait]
pub trait PictureCache: Send + Sync + 'static {
    /// What is kept for a crisis, with the position it stands at.
    async fn load(&self, crisis: &CrisisId) -> Result<Option<Kept>, CacheError>;

    /// Moves the copy from one position to a later one, if it stands exactly there. Atomic.
    async fn advance(
        &self,
        crisis: &CrisisId,
        from: Position,
        to: Position,
        fields: Vec<Field>,
    ) -> Result<Advanced, CacheError>;

    /// Puts a whole picture in place of whatever is kept, unless what is kept is of the same epoch and further.
    async fn replace(&self, crisis: &CrisisId, at: Position, fields: Vec<Field>) -> Result<Advanced, CacheError>;

    /// Whether it answers now.
    async fn ping(&self) -> Result<(), CacheError>;
}

/// One field of the copy: a part of the picture. `None` removes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub value: Option<Vec<u8>>,
}

/// A kept picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub at: Position,
    pub fields: Vec<(String, Vec<u8>)>,
}

/// What became of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advanced {
    /// It now stands at the position given.
    Done,
    /// It stands elsewhere; `None` when nothing is kept.
    Stands(Option<Position>),
}

/// Why the cache could not do it. Costs latency, never truth.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    #[error("the cache is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the cache did not answer in time")]
    TimedOut,
    #[error("what the cache holds cannot be read: {0}")]
    Damaged(String),
}
