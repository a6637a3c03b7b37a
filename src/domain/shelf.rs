//! What is known of one cell or figure, newest first, so that each viewer is shown the newest it may see.
//!
//! One shelf serves all viewers. It holds, per audience, the last few statements that still stand.
//! A statement replaced by one that fewer may see keeps standing for the others. Dropping the
//! oldest goes by audience, so it does the same to what a viewer sees as to a shelf that held only
//! what that viewer may see: the property test in `eyes` holds this.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::{CentreId, Seq, UpdateId};
use super::mark::{Audience, within};

/// Statements kept per audience: this many withdrawals in a row are survived without "no report".
pub const DEPTH_PER_AUDIENCE_MAX: usize = 8;

/// The statements of one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shelf<T> {
    /// Oldest first, by (`as_of`, `seq`).
    slots: Vec<Slot<T>>,
}

/// One statement on a shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slot<T> {
    pub update: UpdateId,
    pub as_of: Timestamp,
    pub seq: Seq,
    pub audience: Audience,
    /// Those who see the update that replaced this one no longer see this one.
    replaced_for: Option<Audience>,
    pub item: T,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { slots: Vec::new() }
    }
}

impl<T> Shelf<T> {
    /// Puts a statement in its place by the time it was true; a late one goes behind a newer one.
    pub fn put(&mut self, update: UpdateId, as_of: Timestamp, seq: Seq, audience: Audience, item: T) {
        let place = self.slots.partition_point(|slot| (slot.as_of, slot.seq) < (as_of, seq));
        let slot = Slot { update, as_of, seq, audience, replaced_for: None, item };
        let audience = slot.audience.clone();
        self.slots.insert(place, slot);
        let same = self.slots.iter().filter(|slot| slot.audience == audience).count();
        if same > DEPTH_PER_AUDIENCE_MAX
            && let Some(oldest) = self.slots.iter().position(|slot| slot.audience == audience)
        {
            self.slots.remove(oldest);
        }
    }

    /// The statement was replaced by one that `by` may see.
    pub fn replace(&mut self, update: UpdateId, by: &Audience) {
        for slot in self.slots.iter_mut().filter(|slot| slot.update == update) {
            slot.replaced_for = Some(by.clone());
        }
    }

    /// The statement no longer stands, for anybody.
    pub fn withdraw(&mut self, update: UpdateId) {
        self.slots.retain(|slot| slot.update != update);
    }

    /// What stands for the eyes that `sees` describes, newest first.
    pub fn standing<'a>(&'a self, sees: impl Fn(&Audience) -> bool + 'a) -> impl Iterator<Item = &'a Slot<T>> {
        self.slots
            .iter()
            .rev()
            .filter(move |slot| sees(&slot.audience) && !slot.replaced_for.as_ref().is_some_and(&sees))
    }

    /// Everything that stands here for somebody.
    pub fn slots(&self) -> impl Iterator<Item = &Slot<T>> {
        self.slots.iter()
    }

    /// Whether there may be eyes for which a statement still stands.
    pub fn stands_for_some(&self, update: UpdateId, crisis_centres: &BTreeSet<CentreId>) -> bool {
        let gone =
            |slot: &Slot<T>| slot.replaced_for.as_ref().is_some_and(|by| within(&slot.audience, by, crisis_centres));
        self.slots.iter().any(|slot| slot.update == update && !gone(slot))
    }

    /// Whether nothing is left on it.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }
}
