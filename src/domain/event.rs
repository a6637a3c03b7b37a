//! Everything that can have happened, and the entry that says when and by whom.
//!
//! The serde form of [`Event`] *is* the stored form: names here are read for ever. Each event is stored
//! under the version that first had all of it ([`Event::version`]), so that what is older stays as it was,
//! byte for byte. `tests/fixtures/journal` holds one of each under its version, and all must always open.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::actor::Actor;
use super::centre::Sector;
use super::crisis::{Crisis, IpcrRecord};
use super::cycle::{Cycle, Plan};
use super::escalation::{Escalation, Lapse, Step};
use super::handover::{self, Handover, Shift};
use super::ids::{CentreId, CycleId, EscalationId, HandoverId, QueryId, SectorId, Seq, UpdateId};
use super::log::LogEntry;
use super::mark::{Audience, Mark};
use super::query::Query;
use super::update::SituationUpdate;
use super::vocabulary::Tlp;

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    CrisisOpened {
        crisis: Box<Crisis>,
    },
    IpcrRecorded {
        ipcr: IpcrRecord,
    },
    UpdatePosted {
        update: Box<SituationUpdate>,
    },
    UpdateWithdrawn {
        update: UpdateId,
        centre: CentreId,
        sector: SectorId,
        mark: Mark,
        reason: String,
    },
    EscalationRaised {
        escalation: Box<Escalation>,
    },
    EscalationStepped {
        escalation: EscalationId,
        raised_by: CentreId,
        mark: Mark,
        step: Step,
    },
    EscalationLapsed {
        escalation: EscalationId,
        raised_by: CentreId,
        mark: Mark,
        lapse: Lapse,
    },
    EscalationWoken {
        escalation: EscalationId,
        raised_by: CentreId,
        mark: Mark,
        due: Timestamp,
    },
    QueryAsked {
        query: Box<Query>,
    },
    QueryAnswered {
        query: QueryId,
        centre: CentreId,
        mark: Mark,
        answer: String,
    },
    QueryWithdrawn {
        query: QueryId,
        centre: CentreId,
        mark: Mark,
        reason: String,
    },
    CrisisClosed {
        reason: String,
    },
    CrisisReopened {
        reason: String,
    },
    CrisisScoped {
        sectors: Vec<Sector>,
        centres: BTreeSet<CentreId>,
    },
    CycleSet {
        cycle: Box<Cycle>,
        plan: Plan,
    },
    CycleChanged {
        cycle: Box<Cycle>,
        plan: Plan,
    },
    CyclePlanned {
        cycle: CycleId,
        plan: Plan,
    },
    CycleEnded {
        cycle: CycleId,
        reason: String,
    },
    SlotExcused {
        cycle: CycleId,
        centre: CentreId,
        due_at: Timestamp,
        reason: String,
    },
    SlotReminded {
        cycle: CycleId,
        centre: CentreId,
        due_at: Timestamp,
        minutes: u32,
    },
    SlotMissed {
        cycle: CycleId,
        centre: CentreId,
        due_at: Timestamp,
    },
    LogEntered {
        entry: Box<LogEntry>,
    },
    HandoverOffered {
        handover: Box<Handover>,
    },
    HandoverSigned {
        handover: HandoverId,
        centre: CentreId,
        shift: Shift,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

/// Who may see the rhythm: who owes a report is for those who report, not for partners.
pub const OF_CYCLES: Audience = Audience::Community;

impl Event {
    /// Who may see this event; fixed for ever by the event itself.
    pub fn audience(&self) -> Audience {
        match self {
            Self::CrisisOpened { .. }
            | Self::IpcrRecorded { .. }
            | Self::CrisisClosed { .. }
            | Self::CrisisReopened { .. }
            | Self::CrisisScoped { .. } => Audience::Everyone,
            Self::CycleSet { .. }
            | Self::CycleChanged { .. }
            | Self::CyclePlanned { .. }
            | Self::CycleEnded { .. }
            | Self::SlotExcused { .. } => OF_CYCLES,
            // What the timers say of one centre is for its own people. Others see the slot, by their own marks.
            Self::SlotReminded { centre, .. } | Self::SlotMissed { centre, .. } => {
                Mark::of(Tlp::AmberStrict).audience(centre)
            }
            Self::LogEntered { entry } => entry.audience(),
            Self::HandoverOffered { handover } => handover::audience(&handover.centre),
            // That a shift was handed over; what was said of it is in the offer, and the note is shown with that.
            Self::HandoverSigned { .. } => handover::OF_SIGNATURES,
            Self::UpdatePosted { update } => update.mark.audience(&update.centre),
            Self::EscalationRaised { escalation } => escalation.mark.audience(&escalation.raised_by),
            Self::EscalationStepped { raised_by, mark, .. }
            | Self::EscalationLapsed { raised_by, mark, .. }
            | Self::EscalationWoken { raised_by, mark, .. } => mark.audience(raised_by),
            Self::QueryAsked { query } => query.audience(),
            Self::UpdateWithdrawn { centre, mark, .. }
            | Self::QueryAnswered { centre, mark, .. }
            | Self::QueryWithdrawn { centre, mark, .. } => mark.audience(centre),
        }
    }

    /// The label to print beside it.
    pub fn tlp(&self) -> Tlp {
        match self {
            Self::CrisisOpened { .. }
            | Self::IpcrRecorded { .. }
            | Self::CrisisClosed { .. }
            | Self::CrisisReopened { .. }
            | Self::CrisisScoped { .. } => Tlp::Clear,
            Self::CycleSet { .. }
            | Self::CycleChanged { .. }
            | Self::CyclePlanned { .. }
            | Self::CycleEnded { .. }
            | Self::SlotExcused { .. }
            | Self::HandoverSigned { .. } => Tlp::Green,
            Self::SlotReminded { .. } | Self::SlotMissed { .. } | Self::HandoverOffered { .. } => Tlp::AmberStrict,
            Self::LogEntered { entry } => entry.mark.tlp,
            Self::UpdatePosted { update } => update.mark.tlp,
            Self::EscalationRaised { escalation } => escalation.mark.tlp,
            Self::QueryAsked { query } => query.mark.tlp,
            Self::UpdateWithdrawn { mark, .. }
            | Self::EscalationStepped { mark, .. }
            | Self::EscalationLapsed { mark, .. }
            | Self::EscalationWoken { mark, .. }
            | Self::QueryAnswered { mark, .. }
            | Self::QueryWithdrawn { mark, .. } => mark.tlp,
        }
    }

    /// Whether screens are told of it: it is a line of their feed and moves where they stand. What is not told
    /// leaves no trace in the picture and is only read.
    pub fn is_told(&self) -> bool {
        match self {
            Self::LogEntered { entry } => entry.is_told(),
            Self::HandoverOffered { .. } => false,
            Self::CrisisOpened { .. }
            | Self::IpcrRecorded { .. }
            | Self::UpdatePosted { .. }
            | Self::UpdateWithdrawn { .. }
            | Self::EscalationRaised { .. }
            | Self::EscalationStepped { .. }
            | Self::EscalationLapsed { .. }
            | Self::EscalationWoken { .. }
            | Self::QueryAsked { .. }
            | Self::QueryAnswered { .. }
            | Self::QueryWithdrawn { .. }
            | Self::CrisisClosed { .. }
            | Self::CrisisReopened { .. }
            | Self::CrisisScoped { .. }
            | Self::CycleSet { .. }
            | Self::CycleChanged { .. }
            | Self::CyclePlanned { .. }
            | Self::CycleEnded { .. }
            | Self::SlotExcused { .. }
            | Self::SlotReminded { .. }
            | Self::SlotMissed { .. }
            | Self::HandoverSigned { .. } => true,
        }
    }

    /// The thing this is about, if it is about one: an update, escalation, query, cycle, log entry or handover.
    pub fn subject(&self) -> Option<Uuid> {
        match self {
            Self::CrisisOpened { .. }
            | Self::IpcrRecorded { .. }
            | Self::CrisisClosed { .. }
            | Self::CrisisReopened { .. }
            | Self::CrisisScoped { .. } => None,
            Self::CycleSet { cycle, .. } | Self::CycleChanged { cycle, .. } => Some(cycle.id.0),
            Self::CyclePlanned { cycle, .. }
            | Self::CycleEnded { cycle, .. }
            | Self::SlotExcused { cycle, .. }
            | Self::SlotReminded { cycle, .. }
            | Self::SlotMissed { cycle, .. } => Some(cycle.0),
            Self::UpdatePosted { update } => Some(update.id.0),
            Self::UpdateWithdrawn { update, .. } => Some(update.0),
            Self::EscalationRaised { escalation } => Some(escalation.id.0),
            Self::EscalationStepped { escalation, .. }
            | Self::EscalationLapsed { escalation, .. }
            | Self::EscalationWoken { escalation, .. } => Some(escalation.0),
            Self::QueryAsked { query } => Some(query.id.0),
            Self::QueryAnswered { query, .. } | Self::QueryWithdrawn { query, .. } => Some(query.0),
            Self::LogEntered { entry } => Some(entry.id.0),
            Self::HandoverOffered { handover } => Some(handover.id.0),
            Self::HandoverSigned { handover, .. } => Some(handover.0),
        }
    }

    /// The cell this puts an update into or takes one out of.
    pub fn cell(&self) -> Option<(&CentreId, &SectorId)> {
        match self {
            Self::UpdatePosted { update } => Some((&update.centre, &update.sector)),
            Self::UpdateWithdrawn { centre, sector, .. } => Some((centre, sector)),
            _ => None,
        }
    }

    /// The update that this one replaces.
    pub fn supersedes(&self) -> Option<UpdateId> {
        let Self::UpdatePosted { update } = self else { return None };
        update.supersedes
    }

    /// Whether this changes who may see what was said before: what was told no longer adds up then.
    pub const fn changes_who_sees(&self) -> bool {
        match self {
            Self::CrisisScoped { .. } => true,
            Self::CrisisOpened { .. }
            | Self::IpcrRecorded { .. }
            | Self::UpdatePosted { .. }
            | Self::UpdateWithdrawn { .. }
            | Self::EscalationRaised { .. }
            | Self::EscalationStepped { .. }
            | Self::EscalationLapsed { .. }
            | Self::EscalationWoken { .. }
            | Self::QueryAsked { .. }
            | Self::QueryAnswered { .. }
            | Self::QueryWithdrawn { .. }
            | Self::CrisisClosed { .. }
            | Self::CrisisReopened { .. }
            | Self::CycleSet { .. }
            | Self::CycleChanged { .. }
            | Self::CyclePlanned { .. }
            | Self::CycleEnded { .. }
            | Self::SlotExcused { .. }
            | Self::SlotReminded { .. }
            | Self::SlotMissed { .. }
            | Self::LogEntered { .. }
            | Self::HandoverOffered { .. }
            | Self::HandoverSigned { .. } => false,
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
            Self::EscalationLapsed { .. } => "escalation_lapsed",
            Self::EscalationWoken { .. } => "escalation_woken",
            Self::QueryAsked { .. } => "query_asked",
            Self::QueryAnswered { .. } => "query_answered",
            Self::QueryWithdrawn { .. } => "query_withdrawn",
            Self::CrisisClosed { .. } => "crisis_closed",
            Self::CrisisReopened { .. } => "crisis_reopened",
            Self::CrisisScoped { .. } => "crisis_scoped",
            Self::CycleSet { .. } => "cycle_set",
            Self::CycleChanged { .. } => "cycle_changed",
            Self::CyclePlanned { .. } => "cycle_planned",
            Self::CycleEnded { .. } => "cycle_ended",
            Self::SlotExcused { .. } => "slot_excused",
            Self::SlotReminded { .. } => "slot_reminded",
            Self::SlotMissed { .. } => "slot_missed",
            Self::LogEntered { .. } => "log_entered",
            Self::HandoverOffered { .. } => "handover_offered",
            Self::HandoverSigned { .. } => "handover_signed",
        }
    }

    /// The version of the stored form that this kind came with, or the newest field that it uses: what
    /// says nothing new is written as it always was.
    pub const fn version(&self) -> u32 {
        match self {
            Self::CrisisOpened { .. }
            | Self::IpcrRecorded { .. }
            | Self::UpdatePosted { .. }
            | Self::UpdateWithdrawn { .. } => 1,
            Self::EscalationRaised { escalation } => {
                if escalation.start_due.is_some() {
                    3
                } else {
                    1
                }
            }
            Self::EscalationStepped { step, .. } => {
                if step.is_of_version_3() {
                    3
                } else {
                    1
                }
            }
            Self::QueryAsked { .. }
            | Self::QueryAnswered { .. }
            | Self::QueryWithdrawn { .. }
            | Self::CrisisClosed { .. }
            | Self::CrisisReopened { .. }
            | Self::CrisisScoped { .. } => 2,
            Self::EscalationLapsed { .. }
            | Self::EscalationWoken { .. }
            | Self::CycleSet { .. }
            | Self::CycleChanged { .. }
            | Self::CyclePlanned { .. }
            | Self::CycleEnded { .. }
            | Self::SlotExcused { .. }
            | Self::SlotReminded { .. }
            | Self::SlotMissed { .. }
            | Self::LogEntered { .. }
            | Self::HandoverOffered { .. }
            | Self::HandoverSigned { .. } => 3,
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
