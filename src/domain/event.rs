//! Everything that can have happened, and the entry that says when and by whom.
//!
//! The serde form of [`Event`] *is* version 1 of the stored form: names here are read for ever.
//! `tests/fixtures/journal/v1.jsonl` holds one of each and must always open.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::actor::Actor;
use super::crisis::{Crisis, IpcrRecord};
use super::escalation::{Escalation, Step};
use super::ids::{CentreId, EscalationId, SectorId, Seq, UpdateId};
use super::mark::{Audience, Mark};
use super::update::SituationUpdate;
use super::vocabulary::Tlp;

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    CrisisOpened { crisis: Box<Crisis> },
    IpcrRecorded { ipcr: IpcrRecord },
    UpdatePosted { update: Box<SituationUpdate> },
    UpdateWithdrawn { update: UpdateId, centre: CentreId, sector: SectorId, mark: Mark, reason: String },
    EscalationRaised { escalation: Box<Escalation> },
    EscalationStepped { escalation: EscalationId, raised_by: CentreId, mark: Mark, step: Step },
}

impl Event {
    /// Who may see this event; fixed for ever by the event itself.
    pub fn audience(&self) -> Audience {
        match self {
            Self::CrisisOpened { .. } | Self::IpcrRecorded { .. } => Audience::Everyone,
            Self::UpdatePosted { update } => update.mark.audience(&update.centre),
            Self::UpdateWithdrawn { centre, mark, .. } => mark.audience(centre),
            Self::EscalationRaised { escalation } => escalation.mark.audience(&escalation.raised_by),
            Self::EscalationStepped { raised_by, mark, .. } => mark.audience(raised_by),
        }
    }

    /// The label to print beside it.
    pub fn tlp(&self) -> Tlp {
        match self {
            Self::CrisisOpened { .. } | Self::IpcrRecorded { .. } => Tlp::Clear,
            Self::UpdatePosted { update } => update.mark.tlp,
            Self::UpdateWithdrawn { mark, .. } | Self::EscalationStepped { mark, .. } => mark.tlp,
            Self::EscalationRaised { escalation } => escalation.mark.tlp,
        }
    }

    /// The update or escalation this is about, if it is about one.
    pub fn subject(&self) -> Option<Uuid> {
        match self {
            Self::CrisisOpened { .. } | Self::IpcrRecorded { .. } => None,
            Self::UpdatePosted { update } => Some(update.id.0),
            Self::UpdateWithdrawn { update, .. } => Some(update.0),
            Self::EscalationRaised { escalation } => Some(escalation.id.0),
            Self::EscalationStepped { escalation, .. } => Some(escalation.0),
        }
    }

    /// The word of the serde tag.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::CrisisOpened { .. } => "crisis_opened",
            Self::IpcrRecorded { .. } => "ipcr_recorded",
            Self::UpdatePosted { .. } => "update_posted",
            Self::UpdateWithdrawn { .. } => "update_withdrawn",
            Self::EscalationRaised { .. } => "escalation_raised",
            Self::EscalationStepped { .. } => "escalation_stepped",
        }
    }
}

/// An event in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub seq: Seq,
    /// The server's time, unalterable, never before that of an earlier entry.
    pub recorded_at: Timestamp,
    pub actor: Actor,
    pub event: Event,
}
