//! An escalation: a matter raised to a centre, with a state, an owner and clocks that cannot be forgotten.
//!
//! ```text
//! raised → acknowledged (will do by | cannot, because) → assigned → in_progress → resolved → closed
//! raised → rejected(reason)            resolved | closed → raised (reopen)
//! any open state: level up, level down, snooze until (raised: once for each ack_due)
//! raised past ack_due: one level up by itself; past start_due and resolve_due: told once
//! ```

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ids::{CentreId, EscalationId};
use super::mark::Mark;
use super::refusal::Refusal;
use super::vocabulary::{
    EscalationAnswer, EscalationClock, EscalationLevel, EscalationState, EscalationStep, Severity,
};

#[cfg(test)]
mod tests;

/// Most references of one escalation.
pub const REFS_MAX: usize = 32;
/// Longest snooze: a matter comes back within a shift.
pub const SNOOZE_MAX: SignedDuration = SignedDuration::from_hours(12);
/// Longest that a centre may take by its own word: beyond that it is a plan, not an answer.
pub const WILL_DO_MAX: SignedDuration = SignedDuration::from_hours(24 * 31);
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
    /// Since version 3: what was raised before has no such clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_due: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve_due: Option<Timestamp>,
    pub mark: Mark,
}

impl Escalation {
    /// The clocks as they were set when it was raised.
    pub const fn clocks(&self) -> Clocks {
        Clocks { ack_due: self.ack_due, start_due: self.start_due, resolve_due: self.resolve_due }
    }
}

/// When an escalation must be answered, begun and resolved. What is absent has no clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clocks {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ack_due: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_due: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve_due: Option<Timestamp>,
}

/// How long each clock of one level runs, unless whoever raises says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    pub ack: SignedDuration,
    pub start: SignedDuration,
    pub resolve: SignedDuration,
}

/// The terms of every level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelTerms {
    pub watch: Terms,
    pub coordination: Terms,
    pub political: Terms,
}

impl LevelTerms {
    /// The terms of one level.
    pub const fn of(&self, level: EscalationLevel) -> Terms {
        match level {
            EscalationLevel::Watch => self.watch,
            EscalationLevel::Coordination => self.coordination,
            EscalationLevel::Political => self.political,
        }
    }
}

impl Terms {
    /// Clocks that begin now. What was chosen stands, and what was not keeps the order: answered before
    /// begun, begun before resolved.
    pub fn clocks(&self, now: Timestamp, ack_due: Option<Timestamp>, resolve_due: Option<Timestamp>) -> Clocks {
        let after = |from: Timestamp, term: SignedDuration| from.saturating_add(term).unwrap_or(Timestamp::MAX);
        let ack = ack_due.unwrap_or_else(|| after(now, self.ack).min(resolve_due.unwrap_or(Timestamp::MAX)));
        let resolve = resolve_due.unwrap_or_else(|| after(now, self.resolve).max(after(ack, self.resolve - self.ack)));
        let start = after(now, self.start).clamp(ack, resolve.max(ack));
        Clocks { ack_due: Some(ack), start_due: Some(start), resolve_due: Some(resolve) }
    }
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
    /// What an acknowledgement says. Since version 3: before, it was a bare tick.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<EscalationAnswer>,
    /// The clocks that begin with this step, where it begins some. Since version 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clocks: Option<Clocks>,
}

impl Step {
    /// Whether it says what version 1 could not.
    pub const fn is_of_version_3(&self) -> bool {
        self.answer.is_some() || self.clocks.is_some()
    }
}

/// What the asked centre has said: that it will, by a time, or that it cannot, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Answer {
    pub answer: EscalationAnswer,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub until: Option<Timestamp>,
    pub note: Option<String>,
}

/// A clock that has run out, as recorded: nobody did it, time did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lapse {
    pub which: EscalationClock,
    /// When it ran out, however much later that was noticed.
    pub due: Timestamp,
    /// The level from then on.
    pub level: EscalationLevel,
    /// When it must be answered at the next level, if it went up one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ack_due: Option<Timestamp>,
}

/// Where an escalation stands now: the fold of its steps and lapses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub state: EscalationState,
    pub level: EscalationLevel,
    /// The centre that answered that it will, once one did.
    pub owner: Option<CentreId>,
    /// The position in the owning centre that has it in hand.
    pub assignee: Option<String>,
    pub answer: Option<Answer>,
    pub snoozed_until: Option<Timestamp>,
    /// When a snooze last ended by itself: a clock that ran out meanwhile begins anew there.
    pub woken_at: Option<Timestamp>,
    /// What was said when it was resolved or rejected.
    pub decision: Option<String>,
    pub clocks: Clocks,
    /// Clocks that have run out and of which nothing more is to be told.
    pub lapsed: BTreeSet<EscalationClock>,
}

impl Standing {
    /// Where an escalation stands when it has just been raised.
    pub const fn raised(level: EscalationLevel, clocks: Clocks) -> Self {
        Self {
            state: EscalationState::Raised,
            level,
            owner: None,
            assignee: None,
            answer: None,
            snoozed_until: None,
            woken_at: None,
            decision: None,
            clocks,
            lapsed: BTreeSet::new(),
        }
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

    /// Whether the centre that was asked has said that it cannot, and nobody else has taken it.
    pub fn is_declined(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.answer == EscalationAnswer::Cannot)
    }

    /// The standing after a step of `by`, or why the step is not open from here.
    pub fn after(&self, step: &Step, by: &CentreId) -> Result<Self, Refusal> {
        use EscalationState as S;
        let mut next = self.clone();
        match (step.step, self.state) {
            (EscalationStep::Acknowledge, S::Raised) => next.acknowledge(step, by),
            // Who could not may yet say that it can.
            (EscalationStep::Acknowledge, S::Acknowledged) if self.is_declined() => next.acknowledge(step, by),
            (EscalationStep::Assign, S::Acknowledged | S::Assigned) => {
                next.state = S::Assigned;
                next.assignee.clone_from(&step.assignee);
                if self.is_declined() {
                    next.owner = Some(by.clone());
                    next.answer = None;
                }
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
            (EscalationStep::Reopen, S::Resolved | S::Closed) => {
                next = Self::raised(self.level, step.clocks.unwrap_or_default());
            }
            (EscalationStep::RaiseLevel, _) if self.is_open() => {
                next.level = self.level.up().ok_or(Refusal::LevelEnds { level: self.level })?;
                next.restart(step.clocks);
            }
            (EscalationStep::LowerLevel, _) if self.is_open() => {
                next.level = self.level.down().ok_or(Refusal::LevelEnds { level: self.level })?;
                next.restart(step.clocks);
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

    fn acknowledge(&mut self, step: &Step, by: &CentreId) {
        self.state = EscalationState::Acknowledged;
        self.answer = step.answer.map(|answer| Answer { answer, until: step.until, note: step.note.clone() });
        self.owner = (!self.is_declined()).then(|| by.clone());
    }

    /// Somebody chose the level anew: it is to be answered there, from then on.
    fn restart(&mut self, clocks: Option<Clocks>) {
        if let Some(clocks) = clocks {
            self.clocks = clocks;
            self.lapsed.remove(&EscalationClock::Ack);
        }
    }

    /// The clocks that run and of which something is still to be told, the next first.
    fn running(&self) -> Option<(Timestamp, EscalationClock)> {
        use EscalationState as S;
        let Clocks { ack_due, start_due, resolve_due } = self.clocks;
        let clocks = [
            (EscalationClock::Ack, ack_due, self.state == S::Raised),
            (EscalationClock::Start, start_due, matches!(self.state, S::Acknowledged | S::Assigned)),
            (EscalationClock::Resolve, resolve_due, self.is_open()),
        ];
        let running = clocks.into_iter().filter(|(which, _, runs)| *runs && !self.lapsed.contains(which));
        running.filter_map(|(which, due, _)| Some((due?, which))).min()
    }

    /// When time will next have something to say, if nobody does anything before.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.snoozed_until.filter(|_| self.is_open()).or_else(|| Some(self.running()?.0))
    }

    /// When the snooze ended, if it has by now.
    pub fn wakes(&self, now: Timestamp) -> Option<Timestamp> {
        self.snoozed_until.filter(|until| self.is_open() && *until <= now)
    }

    /// The first clock that has run out by now, with what follows. Nothing lapses that is asleep.
    pub fn lapse(&self, terms: &LevelTerms, now: Timestamp) -> Option<Lapse> {
        if self.snoozed_until.is_some() {
            return None;
        }
        let (due, which) = self.running().filter(|(due, _)| *due <= now)?;
        let up = if which == EscalationClock::Ack { self.level.up() } else { None };
        let ack_due = up.and_then(|level| {
            // Whoever slept over the term is given the next one from the waking on.
            let from = self.woken_at.map_or(due, |woken| woken.max(due));
            from.saturating_add(terms.of(level).ack).ok()
        });
        Some(Lapse { which, due, level: up.unwrap_or(self.level), ack_due })
    }

    /// The standing once a clock has run out.
    #[must_use]
    pub fn lapsed(&self, lapse: &Lapse) -> Self {
        let mut next = self.clone();
        if lapse.level == self.level {
            next.lapsed.insert(lapse.which);
        } else {
            next.level = lapse.level;
            next.clocks.ack_due = lapse.ack_due;
        }
        next
    }

    /// The standing once the snooze has ended.
    #[must_use]
    pub fn woken(&self, due: Timestamp) -> Self {
        Self { snoozed_until: None, woken_at: Some(due), ..self.clone() }
    }
}
