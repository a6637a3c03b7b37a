//! Why something asked was not done: typed, without transport and without advice for programs.

use super::vocabulary::{CrisisState, EscalationLevel, EscalationState, EscalationStep, QueryState};

/// A refusal that is the asker's to read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One or more fields of what was asked do not hold.
    #[error("{} of what was sent cannot be taken", if .0.len() == 1 { "a part" } else { "several parts" })]
    Fields(Vec<FieldFault>),
    /// There is no such thing, or none that the asker may know of.
    #[error("there is no such {0} here")]
    Unknown(&'static str),
    /// The asker may know of it, but not do this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The state machine has no such step from here.
    #[error("an escalation that is {state} cannot {step}")]
    StepNotOpen { step: EscalationStep, state: EscalationState },
    /// Nobody has answered, and it cannot be put off again.
    #[error("an escalation that nobody has answered sleeps once for each time by which it must be")]
    SleptAlready,
    /// There is no level beyond.
    #[error("there is no level beyond {level}")]
    LevelEnds { level: EscalationLevel },
    /// The update was already replaced or withdrawn.
    #[error("this update was already {0}")]
    AlreadyGone(&'static str),
    /// The query has ended.
    #[error("this query is {0}")]
    QueryIs(QueryState),
    /// Somebody has signed it.
    #[error("this handover is signed")]
    HandoverIsSigned,
    /// The cycle has ended.
    #[error("this cycle has ended")]
    CycleHasEnded,
    /// The crisis does not take reports.
    #[error("the crisis is {0}")]
    CrisisIs(CrisisState),
    /// The time for it has not come, or has passed and been seen to: the answer to a timer that came second.
    #[error("this is not due")]
    NotDue,
    /// Another crisis has this slug.
    #[error("there is already a crisis of this slug")]
    SlugTaken,
}

/// One wrong field: JSON pointer (RFC 6901) and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldFault {
    pub pointer: String,
    pub detail: String,
}

impl FieldFault {
    /// A fault at `pointer`.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}
