//! The handover of a shift: one officer offers it, another of the same centre signs that it was taken over.
//!
//! ```text
//! offered → signed
//! ```
//! What the system knows of the shift is not written into it: the journal up to the offer says it, for ever.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::ids::{AccountId, CentreId, HandoverId};
use super::mark::{Audience, Mark};
use super::vocabulary::Tlp;

/// Longest shift. What lies further back is in `changes` and in the log.
pub const SHIFT_MAX: SignedDuration = SignedDuration::from_hours(48);
/// Things to watch in one handover.
pub const WATCH_ITEMS_MAX: usize = 20;

/// From when to when somebody was on duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Shift {
    #[cfg_attr(test, ts(type = "string"))]
    pub from: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub to: Timestamp,
}

/// What the outgoing officer hands over, in his own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    pub id: HandoverId,
    pub centre: CentreId,
    pub shift: Shift,
    pub notes: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watch_items: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staffing: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub questions: Option<String>,
}

/// What later commands must know of a handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverFacts {
    pub centre: CentreId,
    pub shift: Shift,
    pub offered_by: AccountId,
    pub signed: bool,
}

/// The latest shift that a centre handed over and that somebody signed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    pub signed_at: Timestamp,
    /// The shift that was handed over.
    pub shift: Shift,
}

/// What a handover says is for the people of the centre.
pub fn audience(centre: &CentreId) -> Audience {
    Mark::of(Tlp::AmberStrict).audience(centre)
}

/// Who may know that a centre handed over, and no more: whoever may know who owes a report.
pub const OF_SIGNATURES: Audience = Audience::Community;

impl Shift {
    /// The one after it, as long as it was.
    #[must_use]
    pub fn next(self) -> Self {
        let length = self.to.duration_since(self.from);
        Self { from: self.to, to: self.to.saturating_add(length).unwrap_or(Timestamp::MAX) }
    }

    /// What is wrong with it as it is handed over at a moment, if anything: `(field, reason)`. It has begun, it
    /// ends within the length of a shift, and it ended no longer ago than that.
    pub fn fault(self, now: Timestamp) -> Option<(&'static str, &'static str)> {
        if self.from > now {
            return Some(("from", "must not lie in the future"));
        }
        if self.to <= self.from {
            return Some(("to", "must lie after from"));
        }
        if self.to.duration_since(self.from) > SHIFT_MAX {
            return Some(("to", "must lie within 48 hours of from"));
        }
        (now.duration_since(self.to) > SHIFT_MAX).then_some(("to", "must lie at most 48 hours back"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_has_begun_ends_after_it_began_and_is_followed_by_one_as_long() {
        let at = |hours| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        let shift = |from, to| Shift { from: at(from), to: at(to) };
        assert_eq!(shift(6, 14).next(), shift(14, 22));
        for (from, to, wrong) in [
            (0, 8, None),
            (8, 56, None),
            (9, 17, Some("from")),
            (8, 8, Some("to")),
            (8, 7, Some("to")),
            (0, 49, Some("to")),
            (-48, -40, None),
            (-49, -41, Some("to")),
        ] {
            assert_eq!(shift(from, to).fault(at(8)).map(|(field, _)| field), wrong, "{from} to {to}");
        }
    }
}
