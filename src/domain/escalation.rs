//! An escalation: a matter raised to a centre, with a state, an owner and a clock.
//!
//! ```text
//! raised → acknowledged → assigned → in_progress → resolved → closed
//! raised → rejected(reason)            resolved | closed → raised (reopen)
//! any open state: level up, level down, snooze until
//! ```

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ids::{CentreId, EscalationId};
use super::mark::Mark;
use super::refusal::Refusal;
use super::vocabulary::{EscalationLevel, EscalationState, EscalationStep, Severity};

/// Most references of one escalation.
pub const REFS_MAX: usize = 32;
/// Longest snooze: a matter comes back within a shift.
pub const SNOOZE_MAX: SignedDuration = SignedDuration::from_hours(12);
/// Longest name of a position to which an escalation is assigned, in characters.
pub const ASSIGNEE_CHARS_MAX: usize = 80;

/// What was raised. Its mark and its words never change; its state does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    pub id: EscalationId,
    pub raised_by: CentreId,
    pub asked_of: CentreId,
    pub title: String,
    pub level: EscalationLevel,
    pub severity: Severity,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ack_due: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve_due: Option<Timestamp>,
    pub mark: Mark,
}

/// One step after raising, as recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub step: EscalationStep,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Where an escalation stands now: the fold of its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub state: EscalationState,
    pub level: EscalationLevel,
    /// The centre that answered, once one did.
    pub owner: Option<CentreId>,
    /// The position in the owning centre that has it in hand.
    pub assignee: Option<String>,
    pub snoozed_until: Option<Timestamp>,
    /// What was said when it was resolved or rejected.
    pub decision: Option<String>,
}

impl Standing {
    /// Where an escalation stands when it has just been raised.
    pub const fn raised(level: EscalationLevel) -> Self {
        Self { state: EscalationState::Raised, level, owner: None, assignee: None, snoozed_until: None, decision: None }
    }

    /// Whether somebody still has to do something.
    pub const fn is_open(&self) -> bool {
        match self.state {
            EscalationState::Raised
            | EscalationState::Acknowledged
            | EscalationState::Assigned
            | EscalationState::InProgress => true,
            EscalationState::Resolved | EscalationState::Closed | EscalationState::Rejected => false,
        }
    }

    /// The standing after a step of `by`, or why the step is not open from here.
    pub fn after(&self, step: &Step, by: &CentreId) -> Result<Self, Refusal> {
        use EscalationState as S;
        let mut next = self.clone();
        match (step.step, self.state) {
            (EscalationStep::Acknowledge, S::Raised) => {
                next.state = S::Acknowledged;
                next.owner = Some(by.clone());
            }
            (EscalationStep::Assign, S::Acknowledged | S::Assigned) => {
                next.state = S::Assigned;
                next.assignee.clone_from(&step.assignee);
            }
            (EscalationStep::Start, S::Assigned) => next.state = S::InProgress,
            (EscalationStep::Resolve, S::InProgress) => {
                next.state = S::Resolved;
                next.decision.clone_from(&step.note);
            }
            (EscalationStep::Close, S::Resolved) => next.state = S::Closed,
            (EscalationStep::Reject, S::Raised) => {
                next.state = S::Rejected;
                next.decision.clone_from(&step.note);
            }
            (EscalationStep::Reopen, S::Resolved | S::Closed) => next = Self::raised(self.level),
            (EscalationStep::RaiseLevel, _) if self.is_open() => {
                next.level = self.level.up().ok_or(Refusal::LevelEnds { level: self.level })?;
            }
            (EscalationStep::LowerLevel, _) if self.is_open() => {
                next.level = self.level.down().ok_or(Refusal::LevelEnds { level: self.level })?;
            }
            (EscalationStep::Snooze, _) if self.is_open() => next.snoozed_until = step.until,
            (
                EscalationStep::Acknowledge
                | EscalationStep::Assign
                | EscalationStep::Start
                | EscalationStep::Resolve
                | EscalationStep::Close
                | EscalationStep::Reject
                | EscalationStep::Reopen
                | EscalationStep::RaiseLevel
                | EscalationStep::LowerLevel
                | EscalationStep::Snooze,
                _,
            ) => return Err(Refusal::StepNotOpen { step: step.step, state: self.state }),
        }
        if step.step != EscalationStep::Snooze {
            next.snoozed_until = None;
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EscalationState as S;
    use EscalationStep as T;

    fn step(step: EscalationStep) -> Step {
        Step { step, note: None, assignee: None, until: None }
    }

    /// All states × all steps: what is not listed here is refused.
    #[test]
    fn every_state_allows_exactly_these_steps() {
        let by = CentreId::parse("be").expect("slug");
        let table: &[(EscalationState, &[(EscalationStep, EscalationState)])] = &[
            (
                S::Raised,
                &[
                    (T::Acknowledge, S::Acknowledged),
                    (T::Reject, S::Rejected),
                    (T::RaiseLevel, S::Raised),
                    (T::LowerLevel, S::Raised),
                    (T::Snooze, S::Raised),
                ],
            ),
            (
                S::Acknowledged,
                &[
                    (T::Assign, S::Assigned),
                    (T::RaiseLevel, S::Acknowledged),
                    (T::LowerLevel, S::Acknowledged),
                    (T::Snooze, S::Acknowledged),
                ],
            ),
            (
                S::Assigned,
                &[
                    (T::Assign, S::Assigned),
                    (T::Start, S::InProgress),
                    (T::RaiseLevel, S::Assigned),
                    (T::LowerLevel, S::Assigned),
                    (T::Snooze, S::Assigned),
                ],
            ),
            (
                S::InProgress,
                &[
                    (T::Resolve, S::Resolved),
                    (T::RaiseLevel, S::InProgress),
                    (T::LowerLevel, S::InProgress),
                    (T::Snooze, S::InProgress),
                ],
            ),
            (S::Resolved, &[(T::Close, S::Closed), (T::Reopen, S::Raised)]),
            (S::Closed, &[(T::Reopen, S::Raised)]),
            (S::Rejected, &[]),
        ];
        assert_eq!(table.len(), EscalationState::ALL.len());
        for (state, allowed) in table {
            for taken in EscalationStep::ALL {
                let standing = Standing { state: *state, ..Standing::raised(EscalationLevel::Coordination) };
                let next = standing.after(&step(*taken), &by).ok().map(|next| next.state);
                let expected = allowed.iter().find(|(t, _)| t == taken).map(|(_, next)| *next);
                assert_eq!(next, expected, "{state} × {taken}");
            }
        }
    }

    #[test]
    fn levels_end_at_both_ends() {
        let by = CentreId::parse("be").expect("slug");
        let top = Standing::raised(EscalationLevel::Political);
        assert_eq!(top.after(&step(T::RaiseLevel), &by), Err(Refusal::LevelEnds { level: EscalationLevel::Political }));
        let bottom = Standing::raised(EscalationLevel::Watch);
        assert_eq!(bottom.after(&step(T::LowerLevel), &by), Err(Refusal::LevelEnds { level: EscalationLevel::Watch }));
    }

    #[test]
    fn any_step_but_another_snooze_wakes_a_snoozed_escalation() {
        let by = CentreId::parse("be").expect("slug");
        let asleep =
            Standing { snoozed_until: Some(Timestamp::UNIX_EPOCH), ..Standing::raised(EscalationLevel::Watch) };
        assert_eq!(asleep.after(&step(T::Acknowledge), &by).expect("open").snoozed_until, None);
    }
}
