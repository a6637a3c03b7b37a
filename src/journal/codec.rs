//! Entry ⇄ stored form. Version 1 is for ever: `tests/fixtures/journal/v1.jsonl` is never edited.

use serde::{Deserialize, Serialize};

use super::RequestKey;
use crate::domain::event::Entry;
use crate::domain::ids::CrisisId;

/// The version that is written.
pub const VERSION: u32 = 1;

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
    #[error("it is not an entry: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// The stored form of an entry.
pub fn encode(crisis: &CrisisId, entry: &Entry, request: Option<&RequestKey>) -> String {
    let stored = Stored { v: VERSION, crisis: crisis.clone(), request: request.cloned(), entry: entry.clone() };
    serde_json::to_string(&stored).expect("entries have string keys and finite numbers")
}

/// Reads the stored form.
pub fn decode(stored: &str) -> Result<Stored, CodecError> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    let Version { v } = serde_json::from_str(stored)?;
    if v > VERSION {
        return Err(CodecError::Newer(v));
    }
    Ok(serde_json::from_str(stored)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frozen_journal_opens_and_would_be_written_the_same_again() {
        let mut kinds = std::collections::BTreeSet::new();
        for line in include_str!("../../tests/fixtures/journal/v1.jsonl").lines() {
            let stored = decode(line).expect("version 1 is read for ever");
            assert_eq!(encode(&stored.crisis, &stored.entry, stored.request.as_ref()), line);
            kinds.insert(stored.entry.event.kind());
        }
        assert_eq!(kinds.len(), 6, "one of each kind: {kinds:?}");
    }

    #[test]
    fn what_a_newer_version_wrote_is_refused_by_name() {
        let error = decode(r#"{"v":2,"crisis":"x","something":"new"}"#).expect_err("newer");
        assert!(matches!(error, CodecError::Newer(2)));
    }
}
