//! What goes wrong between a simulated server and the journal, for a while or once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use vigie::domain::event::Entry;
use vigie::domain::ids::{AccountId, CrisisId, Seq};
use vigie::journal::{Append, Appended, CrisisHead, Journal, JournalError, Receipt};

use super::ports::{Bend, unavailable};
use super::time::pass;

/// What becomes of the next append.
#[derive(Debug, Clone, Copy)]
pub enum Next {
    Dies,
    AnswerLost,
    Fails,
    Slow(Duration),
}

/// Between the desk and the journal.
#[derive(Default)]
pub struct DeskFaults {
    pub down: AtomicBool,
    /// The journal has taken what this server appended, and it is to die before it answers.
    pub dying: AtomicBool,
    next: Mutex<Option<Next>>,
}

impl DeskFaults {
    pub fn next(&self, next: Next) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
    }

    pub fn mend(&self) {
        self.down.store(false, Ordering::Relaxed);
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn up(&self) -> Result<(), JournalError> {
        if self.down.load(Ordering::Relaxed) { Err(unavailable()) } else { Ok(()) }
    }
}

#[async_trait]
impl Bend for DeskFaults {
    async fn append(&self, journal: &dyn Journal, appends: Vec<Append>) -> Result<Vec<Appended>, JournalError> {
        self.up()?;
        let next = self.next.lock().unwrap_or_else(PoisonError::into_inner).take();
        match next {
            None => {
                // Others get their turn between a decision and its append, as they do around a disk.
                tokio::task::yield_now().await;
                let outcome = journal.append(appends).await;
                tokio::task::yield_now().await;
                outcome
            }
            Some(Next::Dies) => {
                journal.append(appends).await?;
                self.dying.store(true, Ordering::Relaxed);
                std::future::pending().await
            }
            Some(Next::AnswerLost) => {
                journal.append(appends).await?;
                Err(unavailable())
            }
            Some(Next::Fails) => Err(unavailable()),
            Some(Next::Slow(time)) => {
                pass(time / 2).await;
                let outcome = journal.append(appends).await;
                pass(time / 2).await;
                outcome
            }
        }
    }

    async fn read(
        &self,
        journal: &dyn Journal,
        crisis: &CrisisId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError> {
        self.up()?;
        tokio::task::yield_now().await;
        journal.read(crisis, after, limit).await
    }

    async fn crises(&self, journal: &dyn Journal) -> Result<Vec<CrisisHead>, JournalError> {
        self.up()?;
        journal.crises().await
    }

    async fn receipt(
        &self,
        journal: &dyn Journal,
        account: AccountId,
        key: &str,
    ) -> Result<Option<Receipt>, JournalError> {
        self.up()?;
        tokio::task::yield_now().await;
        journal.receipt(account, key).await
    }
}

/// Between the relay and the journal.
pub struct RelayFaults {
    pub desk: Arc<DeskFaults>,
    /// While this holds, what is read does not arrive.
    pub stalled: watch::Sender<bool>,
}

impl RelayFaults {
    async fn arrive(&self) -> Result<(), JournalError> {
        let mut stalled = self.stalled.subscribe();
        // Whoever holds the other end is gone with its server, and nothing arrives there any more.
        let _ = stalled.wait_for(|stalled| !stalled).await;
        self.desk.up()
    }
}

#[async_trait]
impl Bend for RelayFaults {
    async fn read(
        &self,
        journal: &dyn Journal,
        crisis: &CrisisId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError> {
        let entries = journal.read(crisis, after, limit).await?;
        self.arrive().await?;
        Ok(entries)
    }

    async fn crises(&self, journal: &dyn Journal) -> Result<Vec<CrisisHead>, JournalError> {
        let heads = journal.crises().await?;
        self.arrive().await?;
        Ok(heads)
    }
}
