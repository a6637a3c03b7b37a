//! Snapshots that die with the process, beside a journal that does.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Made, Snapshot, Snapshots};
use crate::domain::ids::{CrisisId, Seq};
use crate::journal::JournalError;

/// Snapshots in memory.
#[derive(Default)]
pub struct MemorySnapshots(Mutex<Kept>);

type Kept = HashMap<CrisisId, BTreeMap<Seq, (Made, Snapshot)>>;

impl MemorySnapshots {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn select<T>(&self, crisis: &CrisisId, made: Made, pick: impl Fn(&Snapshot) -> Option<T>) -> Vec<T> {
        let kept = self.kept();
        let alike = kept.get(crisis).into_iter().flat_map(BTreeMap::values).filter(|(kept, _)| *kept == made);
        alike.filter_map(|(_, snapshot)| pick(snapshot)).collect()
    }
}

#[async_trait]
impl Snapshots for MemorySnapshots {
    async fn numbers(&self, crisis: &CrisisId, made: Made) -> Result<Vec<Seq>, JournalError> {
        Ok(self.select(crisis, made, |snapshot| Some(snapshot.seq)))
    }

    async fn newest(&self, crisis: &CrisisId, made: Made, upto: Seq) -> Result<Option<Snapshot>, JournalError> {
        Ok(self.select(crisis, made, |snapshot| (snapshot.seq <= upto).then(|| snapshot.clone())).pop())
    }

    async fn stretches(
        &self,
        crisis: &CrisisId,
        made: Made,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<(Seq, Vec<u8>)>, JournalError> {
        Ok(self.select(crisis, made, |Snapshot { seq, stretch, .. }| {
            (after < *seq && *seq <= upto).then(|| (*seq, stretch.clone()))
        }))
    }

    async fn keep(&self, crisis: &CrisisId, made: Made, snapshot: Snapshot) -> Result<(), JournalError> {
        self.kept().entry(crisis.clone()).or_default().insert(snapshot.seq, (made, snapshot));
        Ok(())
    }

    async fn forget(&self, crisis: &CrisisId, seq: Seq) -> Result<(), JournalError> {
        if let Some(kept) = self.kept().get_mut(crisis) {
            kept.remove(&seq);
        }
        Ok(())
    }
}
