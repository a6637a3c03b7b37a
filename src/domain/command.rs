//! Everything that may be asked, as values that already hold their form.

use jiff::Timestamp;
use uuid::Uuid;

use super::crisis::IpcrRecord;
use super::escalation::Step;
use super::handover::Shift;
use super::ids::{CentreId, CrisisId, CycleId, EscalationId, HandoverId, QueryId, SectorId, UpdateId};
use super::indicator::Reading;
use super::log::Corrected;
use super::mark::Mark;
use super::update::Source;
use super::vocabulary::{
    Certainty, Environment, EscalationClock, EscalationLevel, LogKind, Outlook, Severity, Urgency,
};

/// One thing asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    OpenCrisis(OpenCrisis),
    RecordIpcr(IpcrRecord),
    CloseCrisis {
        reason: String,
    },
    ReopenCrisis {
        reason: String,
    },
    ScopeCrisis(Scope),
    PostUpdate(Box<PostUpdate>),
    WithdrawUpdate {
        update: UpdateId,
        reason: String,
    },
    RaiseEscalation(Box<RaiseEscalation>),
    StepEscalation {
        escalation: EscalationId,
        step: Step,
    },
    AskQuery {
        update: UpdateId,
        question: String,
    },
    AnswerQuery {
        query: QueryId,
        answer: String,
    },
    WithdrawQuery {
        query: QueryId,
        reason: String,
    },
    WriteLog(Box<WriteLog>),
    OfferHandover(Box<OfferHandover>),
    SignHandover {
        handover: HandoverId,
        note: Option<String>,
    },
    SetCycle(Box<SetCycle>),
    ChangeCycle {
        cycle: CycleId,
        to: Box<SetCycle>,
    },
    EndCycle {
        cycle: CycleId,
        reason: String,
    },
    ExcuseSlot {
        cycle: CycleId,
        centre: CentreId,
        due_at: Timestamp,
        reason: String,
    },
    /// More due times of a cycle are to be planned. Only the timers ask.
    PlanCycle {
        cycle: CycleId,
    },
    /// A centre owes a report soon. Only the timers ask.
    RemindSlot {
        cycle: CycleId,
        centre: CentreId,
        due_at: Timestamp,
        minutes: u32,
    },
    /// A centre has not reported, and the grace is over. Only the timers ask.
    MissSlot {
        cycle: CycleId,
        centre: CentreId,
        due_at: Timestamp,
    },
    /// A clock of an escalation has run out. Only the timers ask.
    LapseEscalation {
        escalation: EscalationId,
        which: EscalationClock,
        due: Timestamp,
    },
    /// The snooze of an escalation has ended. Only the timers ask.
    WakeEscalation {
        escalation: EscalationId,
        due: Timestamp,
    },
}

/// Open a crisis; sectors and centres default to all that are configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCrisis {
    pub slug: CrisisId,
    pub name: String,
    pub environment: Environment,
    pub sectors: Option<Vec<SectorId>>,
    pub centres: Option<Vec<CentreId>>,
}

/// Choose the sectors and centres of a crisis anew, each as a whole list; what is not named stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub sectors: Option<Vec<SectorId>>,
    pub centres: Option<Vec<CentreId>>,
}

/// Post a situation update; `valid_until` defaults from the cadence of the sector.
#[derive(Debug, Clone, PartialEq)]
pub struct PostUpdate {
    pub centre: CentreId,
    pub sector: SectorId,
    pub nil: bool,
    pub severity: Severity,
    pub outlook: Outlook,
    pub urgency: Option<Urgency>,
    pub certainty: Option<Certainty>,
    pub headline: String,
    pub body: Option<String>,
    pub as_of: Timestamp,
    pub valid_until: Option<Timestamp>,
    pub mark: Mark,
    pub source: Option<Source>,
    pub areas: Vec<String>,
    pub readings: Vec<Reading>,
    pub supersedes: Option<UpdateId>,
    pub lang: Option<String>,
}

/// Set a reporting cycle; sectors and centres default to those that the crisis has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCycle {
    pub name: String,
    pub sectors: Option<Vec<SectorId>>,
    pub centres: Option<Vec<CentreId>>,
    pub starts_at: Timestamp,
    pub rrule: String,
    pub grace_minutes: u32,
    pub cutoff_minutes: Option<u32>,
    pub reminder_minutes: Vec<u32>,
}

/// Write an entry into the watch log of one's own centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteLog {
    pub kind: LogKind,
    pub text: String,
    pub event_time: Timestamp,
    pub key_event: bool,
    pub refs: Vec<Uuid>,
    pub mark: Mark,
    pub corrects: Option<Corrected>,
}

/// Offer the handover of one's shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferHandover {
    pub shift: Shift,
    pub notes: String,
    pub watch_items: Vec<String>,
    pub staffing: Option<String>,
    pub questions: Option<String>,
}

/// Raise an escalation to a centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaiseEscalation {
    pub title: String,
    pub level: EscalationLevel,
    pub severity: Severity,
    pub reason: String,
    pub asked_of: CentreId,
    pub refs: Vec<Uuid>,
    pub ack_due: Option<Timestamp>,
    pub resolve_due: Option<Timestamp>,
    pub mark: Mark,
}
