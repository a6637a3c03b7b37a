//! The cache within the process: what one machine without Redis uses.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Advanced, CacheError, Field, Kept, PictureCache};
use crate::domain::ids::{CrisisId, Position};

/// Copies in memory.
#[derive(Default)]
pub struct MemoryCache(Mutex<HashMap<CrisisId, Copy>>);

struct Copy {
    at: Position,
    fields: BTreeMap<String, Vec<u8>>,
}

impl Copy {
    fn apply(&mut self, fields: Vec<Field>) {
        for Field { name, value } in fields {
            match value {
                Some(value) => self.fields.insert(name, value),
                None => self.fields.remove(&name),
            };
        }
    }
}

impl MemoryCache {
    fn copies(&self) -> MutexGuard<'_, HashMap<CrisisId, Copy>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl PictureCache for MemoryCache {
    async fn load(&self, crisis: &CrisisId) -> Result<Option<Kept>, CacheError> {
        let copies = self.copies();
        Ok(copies.get(crisis).map(|copy| Kept {
            at: copy.at,
            fields: copy.fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        }))
    }

    async fn advance(
        &self,
        crisis: &CrisisId,
        from: Position,
        to: Position,
        fields: Vec<Field>,
    ) -> Result<Advanced, CacheError> {
        let mut copies = self.copies();
        match copies.get_mut(crisis) {
            Some(copy) if copy.at == from => {
                copy.apply(fields);
                copy.at = to;
                Ok(Advanced::Done)
            }
            other => Ok(Advanced::Stands(other.map(|copy| copy.at))),
        }
    }

    async fn replace(&self, crisis: &CrisisId, at: Position, fields: Vec<Field>) -> Result<Advanced, CacheError> {
        let mut copies = self.copies();
        if let Some(copy) = copies.get(crisis)
            && copy.at.epoch == at.epoch
            && copy.at.seq > at.seq
        {
            return Ok(Advanced::Stands(Some(copy.at)));
        }
        let mut copy = Copy { at, fields: BTreeMap::new() };
        copy.apply(fields);
        copies.insert(crisis.clone(), copy);
        Ok(Advanced::Done)
    }

    async fn ping(&self) -> Result<(), CacheError> {
        Ok(())
    }
}
