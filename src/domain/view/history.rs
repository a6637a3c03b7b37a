//! What became of updates, told from the newest entry backwards.

use std::collections::HashMap;
use std::sync::Arc;

use super::lines::update_view;
use super::{Eye, UpdateHistoryView, Visible, WithdrawalView};
use crate::domain::actor::By;
use crate::domain::event::{Entry, Event};
use crate::domain::ids::UpdateId;

/// Updates with what became of them, gathered from the newest entry backwards: whatever happened to an
/// update was told before the update itself is met.
pub struct CellHistory {
    pub updates: Vec<Visible<UpdateHistoryView>>,
    limit: usize,
    superseded_by: HashMap<UpdateId, UpdateId>,
    withdrawn: HashMap<UpdateId, WithdrawalView>,
}

impl CellHistory {
    /// Nothing told yet, of `limit` updates at the most.
    pub fn of(limit: usize) -> Self {
        Self { updates: Vec::new(), limit, superseded_by: HashMap::new(), withdrawn: HashMap::new() }
    }

    /// Whether as many as asked for were told.
    pub fn is_full(&self) -> bool {
        self.updates.len() >= self.limit
    }
}

impl Eye<'_> {
    /// One update from all entries about it, if this viewer may see it.
    pub fn history(&self, id: UpdateId, entries: &[Arc<Entry>]) -> Option<Visible<UpdateHistoryView>> {
        let mut history = CellHistory::of(usize::MAX);
        let newest_first: Vec<Arc<Entry>> = entries.iter().rev().cloned().collect();
        self.tell_history(&newest_first, &mut history);
        history.updates.into_iter().find(|update| update.get().update.id == id)
    }

    /// Adds the updates of these entries, newest first, to what was told of newer ones.
    pub fn tell_history(&self, entries: &[Arc<Entry>], history: &mut CellHistory) {
        for entry in entries.iter().filter(|entry| self.sees_entry(entry)) {
            if history.is_full() {
                return;
            }
            match &entry.event {
                Event::UpdatePosted { update } => {
                    if let Some(replaced) = update.supersedes {
                        history.superseded_by.insert(replaced, update.id);
                    }
                    let superseded_by = history.superseded_by.get(&update.id).copied();
                    let withdrawn = history.withdrawn.remove(&update.id);
                    let state = match (&withdrawn, &superseded_by) {
                        (Some(_), _) => "withdrawn",
                        (None, Some(_)) => "superseded",
                        (None, None) => "published",
                    };
                    let mut update = update_view(update, entry.recorded_at, By::from(&entry.actor));
                    self.hush(&mut update);
                    history.updates.push(Visible(UpdateHistoryView { update, state, superseded_by, withdrawn }));
                }
                Event::UpdateWithdrawn { update, reason, .. } => {
                    let by = By::from(&entry.actor);
                    let withdrawal = WithdrawalView { reason: reason.clone(), at: entry.recorded_at, by };
                    history.withdrawn.insert(*update, withdrawal);
                }
                _ => {}
            }
        }
    }
}
