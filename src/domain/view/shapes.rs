//! The shapes of what a viewer is shown. Making one shows nothing: only [`super::Visible`] leaves.

use jiff::Timestamp;
use serde::Serialize;

use super::{CycleView, SlotsView};
use crate::domain::actor::By;
use crate::domain::centre::{Centre, Sector};
use crate::domain::crisis::IpcrRecord;
use crate::domain::escalation::Answer;
use crate::domain::handover::Shift;
use crate::domain::ids::{
    CentreId, CrisisId, CycleId, EscalationId, HandoverId, IndicatorId, LogEntryId, QueryId, SectorId, UpdateId,
};
use crate::domain::indicator::{Reading, Value};
use crate::domain::update::Source;
use crate::domain::vocabulary::{
    Certainty, CrisisPhase, CrisisState, Environment, EscalationAnswer, EscalationClock, EscalationLevel,
    EscalationState, EscalationStep, LogKind, Outlook, Quality, QueryState, Severity, Tlp, Urgency,
};

/// The whole picture of one viewer, but for the time of answering.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PictureView {
    pub crisis: CrisisView,
    pub position: String,
    pub cells: Vec<CellView>,
    /// Every one that somebody still has to act on, and the newest that are closed or rejected.
    pub escalations: Vec<EscalationView>,
    /// Every open one, and the newest that were answered or withdrawn.
    pub queries: Vec<QueryView>,
    pub cycles: Vec<CycleView>,
    /// What stands of the slots, centre by centre; a centre of which nothing does has none.
    pub slots: Vec<SlotsView>,
    pub centres: Vec<CentreView>,
    pub readings: Vec<ReadingView>,
    /// Newest first.
    pub feed: Vec<FeedItem>,
}

/// The frame of the crisis.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CrisisView {
    pub slug: CrisisId,
    pub name: String,
    pub environment: Environment,
    pub phase: CrisisPhase,
    pub state: CrisisState,
    #[cfg_attr(test, ts(type = "string"))]
    pub opened_at: Timestamp,
    pub sectors: Vec<Sector>,
    pub centres: Vec<CentreId>,
    pub ipcr: Option<IpcrRecord>,
    /// Why it takes no reports, while it does not.
    pub closed: Option<ClosedView>,
    /// Newest first.
    pub ipcr_history: Vec<IpcrHistoryView>,
}

/// A closed crisis with its reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ClosedView {
    pub reason: String,
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    pub by: By,
}

/// A record of the IPCR mode with who wrote it down, and when.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct IpcrHistoryView {
    #[serde(flatten)]
    pub ipcr: IpcrRecord,
    #[cfg_attr(test, ts(type = "string"))]
    pub recorded_at: Timestamp,
    pub by: By,
}

/// What one centre says of one sector, as far as this viewer may see.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CellView {
    pub centre: CentreId,
    pub sector: SectorId,
    pub update: UpdateView,
    /// What stood here before and still stands behind it.
    pub previous: Option<PreviousView>,
}

/// The statement behind the newest one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PreviousView {
    pub id: UpdateId,
    pub nil: bool,
    pub severity: Severity,
    #[cfg_attr(test, ts(type = "string"))]
    pub as_of: Timestamp,
}

/// A situation update.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UpdateView {
    pub id: UpdateId,
    pub centre: CentreId,
    pub sector: SectorId,
    pub nil: bool,
    pub severity: Severity,
    pub outlook: Outlook,
    pub urgency: Option<Urgency>,
    pub certainty: Option<Certainty>,
    pub headline: String,
    pub body: Option<String>,
    #[cfg_attr(test, ts(type = "string"))]
    pub as_of: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub recorded_at: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub valid_until: Timestamp,
    pub tlp: Tlp,
    pub recipients: Vec<CentreId>,
    pub source: Option<Source>,
    pub areas: Vec<String>,
    pub readings: Vec<Reading>,
    pub supersedes: Option<UpdateId>,
    pub lang: Option<String>,
    pub by: By,
}

/// A single update with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UpdateHistoryView {
    #[serde(flatten)]
    pub update: UpdateView,
    /// `published`, `superseded` or `withdrawn`.
    pub state: &'static str,
    pub superseded_by: Option<UpdateId>,
    pub withdrawn: Option<WithdrawalView>,
}

/// A withdrawal with its reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WithdrawalView {
    pub reason: String,
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    pub by: By,
}

/// An escalation with its steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EscalationView {
    pub id: EscalationId,
    pub title: String,
    pub level: EscalationLevel,
    pub severity: Severity,
    pub reason: String,
    pub raised_by: CentreId,
    pub asked_of: CentreId,
    pub refs: Vec<String>,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub ack_due: Option<Timestamp>,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub start_due: Option<Timestamp>,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub resolve_due: Option<Timestamp>,
    pub tlp: Tlp,
    pub recipients: Vec<CentreId>,
    pub state: EscalationState,
    /// The centre that answered that it will; `null` means NOBODY.
    pub owner: Option<CentreId>,
    pub assignee: Option<String>,
    /// What was answered. `cannot` stands until somebody else is assigned.
    pub answer: Option<Answer>,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub snoozed_until: Option<Timestamp>,
    pub decision: Option<String>,
    #[cfg_attr(test, ts(type = "string"))]
    pub raised_at: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub changed_at: Timestamp,
    /// Oldest first.
    pub steps: Vec<StepView>,
    /// Clocks that ran out, oldest first.
    pub lapses: Vec<LapseView>,
}

/// A clock that ran out: when, when that was noticed, and the level from then on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LapseView {
    pub which: EscalationClock,
    #[cfg_attr(test, ts(type = "string"))]
    pub due: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    pub level: EscalationLevel,
}

/// One step: who, when, note.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StepView {
    pub step: EscalationStep,
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    pub by: By,
    pub note: Option<String>,
    pub assignee: Option<String>,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub until: Option<Timestamp>,
    pub answer: Option<EscalationAnswer>,
}

/// A question to a centre about one of its updates, with its answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct QueryView {
    pub id: QueryId,
    pub update: UpdateId,
    /// The centre that is asked.
    pub centre: CentreId,
    pub sector: SectorId,
    pub question: String,
    #[cfg_attr(test, ts(type = "string"))]
    pub asked_at: Timestamp,
    pub asked_by: By,
    pub state: QueryState,
    pub answer: Option<AnswerView>,
    pub withdrawn: Option<WithdrawalView>,
    pub tlp: Tlp,
    pub recipients: Vec<CentreId>,
}

/// What the centre answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AnswerView {
    pub text: String,
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    pub by: By,
}

/// A centre, when it was last heard by this viewer, and when it last handed over a shift.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CentreView {
    #[serde(flatten)]
    pub centre: Centre,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub last_heard: Option<Timestamp>,
    /// When somebody there last signed that a shift was taken over.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub last_handover: Option<Timestamp>,
    /// When the shift that took over ends: later without another handover, one is missing.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub next_handover: Option<Timestamp>,
}

/// The newest figure of one indicator from one centre.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReadingView {
    pub centre: CentreId,
    pub indicator: IndicatorId,
    pub value: Value,
    #[cfg_attr(test, ts(type = "string"))]
    pub as_of: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub recorded_at: Timestamp,
    pub quality: Quality,
    pub tlp: Tlp,
    pub update: UpdateId,
}

/// One line of the feed and of the journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FeedItem {
    pub position: String,
    #[cfg_attr(test, ts(type = "string"))]
    pub recorded_at: Timestamp,
    pub by: By,
    pub tlp: Tlp,
    #[serde(flatten)]
    pub what: What,
}

/// What happened, as a viewer may read it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum What {
    CrisisOpened {
        name: String,
    },
    IpcrRecorded {
        ipcr: IpcrRecord,
    },
    UpdatePosted {
        update: Box<UpdateView>,
    },
    UpdateWithdrawn {
        id: UpdateId,
        centre: CentreId,
        sector: SectorId,
        reason: String,
    },
    EscalationRaised {
        id: EscalationId,
        title: String,
        level: EscalationLevel,
        severity: Severity,
        asked_of: CentreId,
    },
    EscalationStepped {
        id: EscalationId,
        step: EscalationStep,
        note: Option<String>,
        assignee: Option<String>,
        answer: Option<EscalationAnswer>,
    },
    EscalationLapsed {
        id: EscalationId,
        which: EscalationClock,
        #[cfg_attr(test, ts(type = "string"))]
        due: Timestamp,
        level: EscalationLevel,
    },
    EscalationWoken {
        id: EscalationId,
        #[cfg_attr(test, ts(type = "string"))]
        due: Timestamp,
    },
    QueryAsked {
        id: QueryId,
        update: UpdateId,
        centre: CentreId,
        question: String,
    },
    QueryAnswered {
        id: QueryId,
        answer: String,
    },
    QueryWithdrawn {
        id: QueryId,
        reason: String,
    },
    CrisisClosed {
        reason: String,
    },
    CrisisReopened {
        reason: String,
    },
    CrisisScoped {
        sectors: Vec<SectorId>,
        centres: Vec<CentreId>,
    },
    CycleSet {
        id: CycleId,
        name: String,
    },
    CycleChanged {
        id: CycleId,
        name: String,
    },
    CyclePlanned {
        id: CycleId,
        #[cfg_attr(test, ts(type = "Array<string>"))]
        due: Vec<Timestamp>,
    },
    CycleEnded {
        id: CycleId,
        reason: String,
    },
    SlotExcused {
        id: CycleId,
        centre: CentreId,
        #[cfg_attr(test, ts(type = "string"))]
        due_at: Timestamp,
        reason: String,
    },
    SlotReminded {
        id: CycleId,
        centre: CentreId,
        #[cfg_attr(test, ts(type = "string"))]
        due_at: Timestamp,
        minutes: u32,
    },
    SlotMissed {
        id: CycleId,
        centre: CentreId,
        #[cfg_attr(test, ts(type = "string"))]
        due_at: Timestamp,
    },
    /// The entry itself is in the watch log.
    LogEntered {
        id: LogEntryId,
        centre: CentreId,
        log_kind: LogKind,
        headline: String,
        #[cfg_attr(test, ts(type = "string"))]
        event_time: Timestamp,
        key_event: bool,
        corrects: Option<LogEntryId>,
    },
    HandoverOffered {
        id: HandoverId,
        centre: CentreId,
        shift: Shift,
    },
    HandoverSigned {
        id: HandoverId,
        centre: CentreId,
        shift: Shift,
    },
}

/// One thing of the picture that a wall must now show, or no longer.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Set(Key, Box<Item>),
    Remove(Key),
}

/// Names a thing of the picture: `kind` and `key` of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Key {
    pub kind: &'static str,
    pub key: String,
}

/// The value of a thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Item {
    Crisis(CrisisView),
    Centre(CentreView),
    Cell(CellView),
    Reading(ReadingView),
    Escalation(EscalationView),
    Query(QueryView),
    Cycle(CycleView),
    Slots(SlotsView),
}
