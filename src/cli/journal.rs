//! `vigie verify`, `vigie export`, `vigie import`: the journal as an outsider can check it.

use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::{Common, Failure, say};
use crate::domain::ids::{CrisisId, Seq};
use crate::journal::{CrisisHead, Journal, JournalError, READ_ENTRIES_MAX, RawEntry, chain};
use crate::server::open_stores;

/// Check every chain.
#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    common: Common,
}

/// Write a crisis.
#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    common: Common,
    /// The crisis, by its slug.
    crisis: String,
}

/// Take in a crisis.
#[derive(Args)]
pub struct Import {
    #[command(flatten)]
    common: Common,
}

/// First line of an export.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    vigie_export: u32,
    crisis: CrisisId,
    entries: u64,
}

/// Every further line of an export.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: Seq,
    hash: String,
    /// The stored bytes, as they were hashed.
    stored: String,
}

impl Verify {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let settings = self.common.settings()?;
        let journal = existing(&settings.journal_url)?;
        for head in journal.crises().await? {
            let entries = all(&*journal, &head.crisis).await?;
            let last = chain::verify(&head.crisis, &entries).map_err(|error| Failure::Broken(error.to_string()))?;
            if last != head.seq {
                return Err(Failure::Broken(format!(
                    "{}: {} entries, but the head says {}",
                    head.crisis, last.0, head.seq.0
                )));
            }
            say(&format!("{}: {} entries, the chain holds", head.crisis, last.0))?;
        }
        Ok(())
    }
}

impl Export {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let settings = self.common.settings()?;
        let journal = existing(&settings.journal_url)?;
        let head = find(&*journal, &self.crisis).await?;
        let heading = Heading { vigie_export: 1, crisis: head.crisis.clone(), entries: head.seq.0 };
        say(&to_line(&heading))?;
        let mut after = Seq::ZERO;
        while after < head.seq {
            for raw in journal.raw(&head.crisis, after, READ_ENTRIES_MAX).await? {
                after = raw.seq;
                if after <= head.seq {
                    say(&to_line(&Line { seq: raw.seq, hash: to_hex(&raw.hash), stored: raw.stored }))?;
                }
            }
        }
        Ok(())
    }
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let settings = self.common.settings()?;
        let mut lines = std::io::stdin().lock().lines();
        let unreadable = |line: usize, reason: String| Failure::Other(format!("line {line}: {reason}"));
        let first = lines.next().ok_or_else(|| unreadable(1, "there is nothing to read".to_owned()))?;
        let first = first.map_err(|error| unreadable(1, error.to_string()))?;
        let heading: Heading = serde_json::from_str(&first).map_err(|error| unreadable(1, error.to_string()))?;
        let mut entries = Vec::new();
        for (i, line) in lines.enumerate() {
            let line = line.map_err(|error| unreadable(i + 2, error.to_string()))?;
            let line: Line = serde_json::from_str(&line).map_err(|error| unreadable(i + 2, error.to_string()))?;
            let hash = from_hex(&line.hash).ok_or_else(|| unreadable(i + 2, "the hash is not one".to_owned()))?;
            entries.push(RawEntry { seq: line.seq, stored: line.stored, hash });
        }
        if entries.len() as u64 != heading.entries {
            let found = entries.len();
            return Err(Failure::Other(format!("the heading says {} entries, there are {found}", heading.entries)));
        }
        let journal = open_stores(&settings.journal_url)?.journal;
        journal.import(&heading.crisis, entries).await?;
        say(&format!("{}: {} entries, the chain holds", heading.crisis, heading.entries))?;
        Ok(())
    }
}

/// The journal of an address, if there is one: looking at what is not there does not make it.
fn existing(url: &str) -> Result<Arc<dyn Journal>, Failure> {
    match url.strip_prefix("sqlite:") {
        Some(path) if !Path::new(path).exists() => Err(Failure::Other(format!("there is no journal at {path}"))),
        Some(_) | None => Ok(open_stores(url)?.journal),
    }
}

async fn all(journal: &dyn Journal, crisis: &CrisisId) -> Result<Vec<RawEntry>, JournalError> {
    let mut entries: Vec<RawEntry> = Vec::new();
    loop {
        let after = entries.last().map_or(Seq::ZERO, |entry| entry.seq);
        let page = journal.raw(crisis, after, READ_ENTRIES_MAX).await?;
        if page.is_empty() {
            return Ok(entries);
        }
        entries.extend(page);
    }
}

async fn find(journal: &dyn Journal, name: &str) -> Result<CrisisHead, Failure> {
    let heads = journal.crises().await?;
    let found = heads.into_iter().find(|head| head.crisis.as_str() == name);
    found.ok_or_else(|| Failure::Other(format!("there is no crisis {name} in this journal")))
}

fn to_line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("lines of an export are texts and numbers")
}

fn to_hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> =
        (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect();
    bytes?.try_into().ok()
}
