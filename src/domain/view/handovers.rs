//! Handovers through the eyes of the centre whose they are: what was written, and what the journal knew by then.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::difference::Difference;
use super::log::{LogEntryView, Wanted};
use super::{EscalationView, Eye, PictureView, QueryView, SlotView, Visible};
use crate::domain::actor::By;
use crate::domain::cycle::GRACE_MAX;
use crate::domain::event::{Entry, Event};
use crate::domain::handover::{Handover, Shift};
use crate::domain::ids::{AccountId, CentreId, HandoverId};
use crate::domain::vocabulary::{EscalationState, HandoverState, QueryState, SlotState};

/// Key events that a shift is told of: the newest, when there are more.
pub const KEY_EVENTS_MAX: usize = 200;

/// What was handed over, in the words of the outgoing officer, and who signed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HandoverView {
    pub id: HandoverId,
    pub position: String,
    pub centre: CentreId,
    pub shift: Shift,
    pub state: HandoverState,
    pub notes: String,
    pub watch_items: Vec<String>,
    pub staffing: Option<String>,
    pub questions: Option<String>,
    #[cfg_attr(test, ts(type = "string"))]
    pub offered_at: Timestamp,
    pub offered_by: By,
    /// Whether the asker offered it, and so cannot sign it.
    pub own: bool,
    pub signed: Option<SignatureView>,
}

/// Who took over.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignatureView {
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    pub by: By,
    pub note: Option<String>,
}

/// What the journal knows of a shift, for those who take over.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ShiftView {
    /// For when this was looked at.
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    pub shift: Shift,
    /// The one that takes over, as long.
    pub next: Shift,
    /// Open ones that this centre raised, is asked about or owns.
    pub escalations: Vec<EscalationView>,
    /// Open ones to this centre.
    pub queries: Vec<QueryView>,
    /// What this centre owes in the next shift, and what it already owes.
    pub slots: Vec<SlotView>,
    /// What is otherwise than when the shift began.
    pub changes: Difference,
    /// Of every centre, as far as this one may read them; oldest first.
    pub key_events: Vec<LogEntryView>,
}

impl Eye<'_> {
    /// A handover from the entries about it, if this viewer may read it; `asker` is who looks.
    pub fn handover(&self, entries: &[Arc<Entry>], asker: AccountId) -> Option<Visible<HandoverView>> {
        let mut view = None;
        for entry in entries {
            match &entry.event {
                Event::HandoverOffered { handover } if self.sees_entry(entry) => {
                    let Handover { id, centre, shift, notes, watch_items, staffing, questions } = (**handover).clone();
                    view = Some(HandoverView {
                        id,
                        position: (self.seal)(entry.seq),
                        centre,
                        shift,
                        state: HandoverState::Offered,
                        notes,
                        watch_items,
                        staffing,
                        questions,
                        offered_at: entry.recorded_at,
                        offered_by: By::from(&entry.actor),
                        own: entry.actor.account == asker,
                        signed: None,
                    });
                }
                Event::HandoverSigned { note, .. } => {
                    if let Some(view) = &mut view {
                        view.state = HandoverState::Signed;
                        let (at, by) = (entry.recorded_at, By::from(&entry.actor));
                        view.signed = Some(SignatureView { at, by, note: note.clone() });
                    }
                }
                _ => {}
            }
        }
        view.map(Visible)
    }

    /// What this viewer's centre must know of a shift at a moment, from this picture, what changed since the
    /// shift began, and the key events since.
    pub fn shift(
        &self,
        shift: Shift,
        at: Timestamp,
        changes: &Visible<Difference>,
        key_events: &VecDeque<Arc<Entry>>,
    ) -> Visible<ShiftView> {
        let PictureView { escalations, queries, .. } = self.whole().0;
        let us = &self.viewer.centre;
        let concerns = |escalation: &EscalationView| {
            [Some(&escalation.raised_by), Some(&escalation.asked_of), escalation.owner.as_ref()].contains(&Some(us))
        };
        let is_open = |escalation: &EscalationView| {
            !matches!(escalation.state, EscalationState::Closed | EscalationState::Rejected)
        };
        let next = shift.next();
        let wanted = Wanted { key_events: true, ..Wanted::default() };
        // What was due before the shift may be owed in it.
        let since = shift.from.saturating_sub(GRACE_MAX).unwrap_or(Timestamp::MIN);
        let owed = |slot: &SlotView| slot.centre == *us && (slot.due_at >= at.min(next.from) || owes(slot.state));
        Visible(ShiftView {
            at,
            shift,
            next,
            escalations: escalations.into_iter().filter(|one| is_open(one) && concerns(one)).collect(),
            queries: queries.into_iter().filter(|one| one.state == QueryState::Open && one.centre == *us).collect(),
            slots: self.slots(&(since..=next.to), at).0.into_iter().filter(owed).collect(),
            changes: changes.get().clone(),
            key_events: key_events.iter().filter_map(|entry| Some(self.log_entry(entry, &wanted)?.0)).collect(),
        })
    }
}

/// Whether somebody still has to report.
const fn owes(state: SlotState) -> bool {
    match state {
        SlotState::Open | SlotState::DueSoon | SlotState::Overdue => true,
        SlotState::Submitted | SlotState::Nil | SlotState::Late | SlotState::Missed | SlotState::Excused => false,
    }
}
