//! A journal that dies with the process: for tests and simulation.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Append, Appended, Book, Cell, CrisisHead, Journal, JournalError, READ_ENTRIES_MAX, RawEntry, Receipt, RequestKey,
    chain, codec,
};
use crate::domain::event::Entry;
use crate::domain::ids::{AccountId, CrisisId, Epoch, Seq};

/// Entries in memory.
#[derive(Default)]
pub struct MemoryJournal(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    key: Option<[u8; 16]>,
    order: Vec<CrisisId>,
    crises: HashMap<CrisisId, Crisis>,
    requests: HashMap<(AccountId, String), Receipt>,
}

struct Crisis {
    epoch: Epoch,
    entries: Vec<(Arc<Entry>, RawEntry)>,
}

impl Kept {
    /// `after_moved`: an earlier entry of the crisis in the same hand-over did not take its place.
    fn append(&mut self, append: Append, after_moved: bool) -> Result<Appended, JournalError> {
        let Append { crisis, entry, request } = append;
        if let Some(RequestKey { account, key, digest }) = &request
            && let Some(receipt) = self.requests.get(&(*account, key.clone()))
        {
            let same = receipt.digest == *digest;
            return Ok(if same { Appended::Repeated(receipt.clone()) } else { Appended::KeyReused });
        }
        let head = self.crises.get(&crisis).map_or(0, |kept| kept.entries.len() as u64);
        if after_moved || entry.seq != Seq(head).next() {
            return Ok(Appended::Moved);
        }
        if head == 0 {
            self.order.push(crisis.clone());
            self.crises.insert(crisis.clone(), Crisis { epoch: super::fresh_epoch()?, entries: Vec::new() });
        }
        let kept = self.crises.get_mut(&crisis).expect("it was just put there");
        let previous = kept.entries.last().map_or_else(|| chain::genesis(&crisis), |(_, raw)| raw.hash);
        let stored = codec::encode(&crisis, &entry, request.as_ref());
        let raw = RawEntry { seq: entry.seq, hash: chain::link(&previous, &stored), stored };
        let (seq, subject) = (entry.seq, entry.event.subject());
        kept.entries.push((entry, raw));
        if let Some(RequestKey { account, key, digest }) = request {
            self.requests.insert((account, key), Receipt { crisis, seq, subject, digest });
        }
        Ok(Appended::At(seq))
    }
}

impl MemoryJournal {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn select<T>(&self, crisis: &CrisisId, pick: impl Fn(&(Arc<Entry>, RawEntry)) -> Option<T>) -> Vec<T> {
        let kept = self.kept();
        kept.crises.get(crisis).map(|kept| kept.entries.iter().filter_map(pick).collect()).unwrap_or_default()
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn crises(&self) -> Result<Vec<CrisisHead>, JournalError> {
        let kept = self.kept();
        let head = |crisis: &CrisisId| {
            let Crisis { epoch, entries } = &kept.crises[crisis];
            CrisisHead { crisis: crisis.clone(), epoch: *epoch, seq: Seq(entries.len() as u64) }
        };
        Ok(kept.order.iter().map(head).collect())
    }

    async fn position_key(&self) -> Result<[u8; 16], JournalError> {
        let mut kept = self.kept();
        if kept.key.is_none() {
            kept.key = Some(super::fresh_key()?);
        }
        Ok(kept.key.expect("it was just drawn"))
    }

    async fn append(&self, appends: Vec<Append>) -> Result<Vec<Appended>, JournalError> {
        let mut kept = self.kept();
        let mut moved = HashSet::new();
        let append = |append: Append| {
            let crisis = append.crisis.clone();
            let outcome = kept.append(append, moved.contains(&crisis))?;
            if outcome == Appended::Moved {
                moved.insert(crisis);
            }
            Ok(outcome)
        };
        appends.into_iter().map(append).collect()
    }

    async fn read(&self, crisis: &CrisisId, after: Seq, limit: usize) -> Result<Vec<Arc<Entry>>, JournalError> {
        let mut entries = self.select(crisis, |(entry, _)| (entry.seq > after).then(|| Arc::clone(entry)));
        entries.truncate(limit.min(READ_ENTRIES_MAX));
        Ok(entries)
    }

    async fn about(&self, crisis: &CrisisId, subject: Uuid) -> Result<Vec<Arc<Entry>>, JournalError> {
        Ok(self.select(crisis, |(entry, _)| {
            let replaces = entry.event.supersedes().is_some_and(|id| id.0 == subject);
            (replaces || entry.event.subject() == Some(subject)).then(|| Arc::clone(entry))
        }))
    }

    async fn cell(
        &self,
        crisis: &CrisisId,
        cell: Cell,
        before: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError> {
        let mut entries = self.select(crisis, |(entry, _)| {
            let here = entry.event.cell() == Some((&cell.centre, &cell.sector));
            (here && entry.seq < before).then(|| Arc::clone(entry))
        });
        entries.reverse();
        entries.truncate(limit.min(READ_ENTRIES_MAX));
        Ok(entries)
    }

    async fn book(
        &self,
        crisis: &CrisisId,
        book: Book,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError> {
        let mut entries =
            self.select(crisis, |(entry, _)| (entry.seq > after && book.has(&entry.event)).then(|| Arc::clone(entry)));
        entries.truncate(limit.min(READ_ENTRIES_MAX));
        Ok(entries)
    }

    async fn book_before(
        &self,
        crisis: &CrisisId,
        book: Book,
        before: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError> {
        let mut entries =
            self.select(crisis, |(entry, _)| (entry.seq < before && book.has(&entry.event)).then(|| Arc::clone(entry)));
        entries.reverse();
        entries.truncate(limit.min(READ_ENTRIES_MAX));
        Ok(entries)
    }

    async fn at(&self, crisis: &CrisisId, time: Timestamp) -> Result<Seq, JournalError> {
        let kept = self.kept();
        let entries = kept.crises.get(crisis).map(|kept| kept.entries.as_slice()).unwrap_or_default();
        Ok(Seq(entries.partition_point(|(entry, _)| entry.recorded_at <= time) as u64))
    }

    async fn receipt(&self, account: AccountId, key: &str) -> Result<Option<Receipt>, JournalError> {
        Ok(self.kept().requests.get(&(account, key.to_owned())).cloned())
    }

    async fn raw(&self, crisis: &CrisisId, after: Seq, limit: usize) -> Result<Vec<RawEntry>, JournalError> {
        let mut entries = self.select(crisis, |(_, raw)| (raw.seq > after).then(|| raw.clone()));
        entries.truncate(limit.min(READ_ENTRIES_MAX));
        Ok(entries)
    }

    async fn import(&self, crisis: &CrisisId, entries: Vec<RawEntry>) -> Result<(), JournalError> {
        let opened = super::open_import(crisis, &entries)?;
        let mut kept = self.kept();
        if kept.crises.contains_key(crisis) {
            return Err(JournalError::Import("there is already a crisis of this slug".to_owned()));
        }
        let used = |request: &RequestKey| kept.requests.contains_key(&(request.account, request.key.clone()));
        if opened.iter().any(|(_, request)| request.as_ref().is_some_and(used)) {
            return Err(JournalError::Import("one of its request keys was used here".to_owned()));
        }
        for (entry, request) in opened {
            kept.append(Append { crisis: crisis.clone(), entry, request }, false)?;
        }
        Ok(())
    }
}
