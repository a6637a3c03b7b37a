//! Entry ⇄ stored form. Versions are for ever: what stands in `tests/fixtures/journal` is never edited. A kind that comes
//! after a version is in use comes with the next, so that an older program refuses it by its number.

use serde::{Deserialize, Serialize};

use super::RequestKey;
use crate::domain::event::Entry;
use crate::domain::ids::CrisisId;

/// The newest version that is written; each event is written under the first that had all of it.
pub const VERSION_MAX: u32 = 3;

/// An entry as it is stored, with what belongs to it but is not its content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    pub v: u32,
    pub crisis: CrisisId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestKey>,
    #[serde(flatten)]
    pub entry: Entry,
}

/// Why stored bytes cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    #[error("it was written by a newer version ({0}) of this program")]
    Newer(u32),
    #[error("it is stored under version {0}, which has no {1}")]
    Misplaced(u32, &'static str),
    /// Where, but not what: the words of the parser repeat what is stored.
    #[error("it is not an entry: it cannot be read beyond byte {0}")]
    Malformed(usize),
}

/// The stored form of an entry.
pub fn encode(crisis: &CrisisId, entry: &Entry, request: Option<&RequestKey>) -> String {
    let stored =
        Stored { v: entry.event.version(), crisis: crisis.clone(), request: request.cloned(), entry: entry.clone() };
    serde_json::to_string(&stored).expect("entries have string keys and finite numbers")
}

/// Reads the stored form.
pub fn decode(stored: &str) -> Result<Stored, CodecError> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    let malformed = |error: serde_json::Error| CodecError::Malformed(error.column());
    let Version { v } = serde_json::from_str(stored).map_err(malformed)?;
    if v > VERSION_MAX {
        return Err(CodecError::Newer(v));
    }
    let stored: Stored = serde_json::from_str(stored).map_err(malformed)?;
    let event = &stored.entry.event;
    if v == event.version() { Ok(stored) } else { Err(CodecError::Misplaced(v, event.kind())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frozen_journals_open_and_would_be_written_the_same_again() {
        let frozen = [
            (1, 6, include_str!("../../tests/fixtures/journal/v1.jsonl")),
            (2, 6, include_str!("../../tests/fixtures/journal/v2.jsonl")),
            (3, 14, include_str!("../../tests/fixtures/journal/v3.jsonl")),
        ];
        for (version, count, lines) in frozen {
            let mut kinds = std::collections::BTreeSet::new();
            for line in lines.lines() {
                let stored = decode(line).expect("what was once written is read for ever");
                assert_eq!(encode(&stored.crisis, &stored.entry, stored.request.as_ref()), line);
                if stored.v == version {
                    kinds.insert(stored.entry.event.kind());
                }
            }
            assert_eq!(kinds.len(), count, "one of each kind of version {version}: {kinds:?}");
        }
    }

    #[test]
    fn a_kind_under_another_version_than_its_own_is_refused() {
        let line = include_str!("../../tests/fixtures/journal/v1.jsonl").lines().next().expect("a line");
        let error = decode(&line.replacen(r#""v":1"#, r#""v":2"#, 1)).expect_err("it is of version 1");
        assert!(matches!(error, CodecError::Misplaced(2, "crisis_opened")), "{error}");
    }

    #[test]
    fn why_bytes_cannot_be_read_is_said_without_their_text() {
        let line = include_str!("../../tests/fixtures/journal/v1.jsonl").lines().next().expect("a line");
        for spoilt in [line.replacen("\"name\"", "\"zebra\"", 1), line.replacen("\"seq\":1", "\"seq\":\"zebra\"", 1)] {
            assert_ne!(spoilt, line);
            let error = decode(&spoilt).expect_err("it is spoilt");
            assert!(!crate::health::chain(&error).contains("zebra"), "{error}");
        }
    }

    #[test]
    fn what_a_newer_version_wrote_is_refused_by_name() {
        let error = decode(r#"{"v":4,"crisis":"x","something":"new"}"#).expect_err("newer");
        assert!(matches!(error, CodecError::Newer(4)));
    }
}
