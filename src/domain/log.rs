//! The watch log: what a centre's officers write down as it happens, for those who come after them.
//!
//! An entry is never changed: what was wrong is corrected by a new entry that names it, to the same eyes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ids::{CentreId, LogEntryId};
use super::mark::{Audience, Mark};
use super::text::HEADLINE_CHARS_MAX;
use super::vocabulary::{LogKind, Tlp};

/// Updates and escalations that one entry may refer to.
pub const REFS_MAX: usize = 20;

/// One entry. When it happened is the officer's; when it was recorded is the journal's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogEntry {
    pub id: LogEntryId,
    pub centre: CentreId,
    pub kind: LogKind,
    pub text: String,
    pub event_time: Timestamp,
    /// One that whoever takes over must have read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub key_event: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<Uuid>,
    pub mark: Mark,
    /// The entry of this centre that this one puts right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<LogEntryId>,
}

impl LogEntry {
    /// Who may read it.
    pub fn audience(&self) -> Audience {
        self.mark.audience(&self.centre)
    }

    /// Whether screens are told of it: a key event that all who report may know. The rest is only read.
    pub fn is_told(&self) -> bool {
        self.key_event && matches!(self.mark.tlp, Tlp::Green | Tlp::Clear)
    }

    /// Its first line, cut to what a line of a feed holds.
    pub fn headline(&self) -> String {
        let line = self.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
        if line.chars().count() <= HEADLINE_CHARS_MAX {
            return line.to_owned();
        }
        line.chars().take(HEADLINE_CHARS_MAX - 1).chain(['…']).collect()
    }
}

/// What the journal knows of an entry that another one corrects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    pub id: LogEntryId,
    /// `None` where there is none.
    pub found: Option<Found>,
}

/// What a correction must know of the entry that it puts right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub centre: CentreId,
    pub mark: Mark,
    pub key_event: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_is_the_first_line_with_words_and_no_longer_than_one() {
        let entry = |text: &str| LogEntry {
            id: LogEntryId(Uuid::nil()),
            centre: CentreId::parse("be").expect("a slug"),
            kind: LogKind::Fact,
            text: text.to_owned(),
            event_time: Timestamp::UNIX_EPOCH,
            key_event: false,
            refs: Vec::new(),
            mark: Mark::of(Tlp::Green),
            corrects: None,
        };
        assert_eq!(entry("\n  Border closed \nby order").headline(), "Border closed");
        assert_eq!(entry(&"é".repeat(160)).headline(), "é".repeat(160));
        let cut = entry(&"é".repeat(161)).headline();
        assert_eq!((cut.chars().count(), cut.ends_with("é…")), (160, true));
    }
}
