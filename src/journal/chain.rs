//! The hash chain over stored bytes, so that an outsider can tell whether anything was changed.
//!
//! `genesis = SHA-256("vigie journal v1" ‖ 0 ‖ slug)`, `hash(n) = SHA-256(hash(n-1) ‖ stored bytes(n))`.

use sha2::{Digest, Sha256};

use super::{RawEntry, codec};
use crate::domain::event::Event;
use crate::domain::ids::{CrisisId, Seq};

/// What stands before the first entry.
pub fn genesis(crisis: &CrisisId) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(b"vigie journal v1\0");
    digest.update(crisis.as_str().as_bytes());
    digest.finalize().into()
}

/// The hash of an entry whose predecessor has hash `previous`.
pub fn link(previous: &[u8; 32], stored: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(previous);
    digest.update(stored.as_bytes());
    digest.finalize().into()
}

/// The first entry at which a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{crisis}: the chain breaks at entry {seq}: {reason}")]
pub struct Broken {
    pub crisis: String,
    pub seq: u64,
    pub reason: String,
}

/// Checks a chain from its beginning; answers the number of its last entry.
pub fn verify<'a>(crisis: &CrisisId, entries: impl IntoIterator<Item = &'a RawEntry>) -> Result<Seq, Broken> {
    let mut previous = genesis(crisis);
    let mut last = Seq::ZERO;
    for raw in entries {
        let seq = last.next();
        let broken = |reason: String| Broken { crisis: crisis.to_string(), seq: seq.0, reason };
        if raw.seq != seq {
            return Err(broken(format!("an entry numbered {} stands in its place", raw.seq.0)));
        }
        if link(&previous, &raw.stored) != raw.hash {
            return Err(broken("its bytes or those before it were changed".to_owned()));
        }
        let stored = codec::decode(&raw.stored).map_err(|error| broken(error.to_string()))?;
        if stored.crisis != *crisis || stored.entry.seq != seq {
            return Err(broken("it belongs to another place".to_owned()));
        }
        let opens = matches!(&stored.entry.event, Event::CrisisOpened { crisis: opened } if opened.slug == *crisis);
        if opens != (last == Seq::ZERO) {
            return Err(broken("the first entry, and no other, opens its own crisis".to_owned()));
        }
        previous = raw.hash;
        last = seq;
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frozen() -> (CrisisId, Vec<RawEntry>) {
        let crisis = CrisisId::parse("frozen").expect("a slug");
        let mut previous = genesis(&crisis);
        let lines = include_str!("../../tests/fixtures/journal/v1.jsonl").lines().zip(1..);
        let entries = lines.map(|(stored, seq)| {
            previous = link(&previous, stored);
            RawEntry { seq: Seq(seq), stored: stored.to_owned(), hash: previous }
        });
        (crisis.clone(), entries.collect())
    }

    #[test]
    fn a_whole_chain_holds() {
        let (crisis, entries) = frozen();
        assert_eq!(verify(&crisis, &entries), Ok(Seq(entries.len() as u64)));
    }

    #[test]
    fn a_chain_begins_by_opening_its_own_crisis_and_does_it_once() {
        let (crisis, entries) = frozen();
        let chained = |crisis: &CrisisId, lines: &[String]| {
            let mut previous = genesis(crisis);
            let entries = lines.iter().zip(1..).map(|(line, seq)| {
                let stored = line.replacen("\"crisis\":\"frozen\"", &format!("\"crisis\":\"{crisis}\""), 1);
                let (_, after) = stored.split_once(",\"recorded_at\"").expect("an entry");
                let stored = format!("{{\"v\":1,\"crisis\":\"{crisis}\",\"seq\":{seq},\"recorded_at\"{after}");
                previous = link(&previous, &stored);
                RawEntry { seq: Seq(seq), stored, hash: previous }
            });
            verify(crisis, &entries.collect::<Vec<_>>())
        };
        let lines: Vec<String> = entries.into_iter().map(|entry| entry.stored).collect();
        assert_eq!(chained(&crisis, &lines[..2]), Ok(Seq(2)));
        assert_eq!(chained(&crisis, &lines[1..2]).expect_err("nothing is opened").seq, 1);
        assert_eq!(chained(&crisis, &[lines[0].clone(), lines[0].clone()]).expect_err("it is open").seq, 2);
        let other = CrisisId::parse("other").expect("a slug");
        assert_eq!(chained(&other, &lines[..1]).expect_err("another crisis is opened").seq, 1);
    }

    #[test]
    fn the_first_broken_entry_is_named() {
        let (crisis, entries) = frozen();
        let check = |at: u64, entries: &[RawEntry]| {
            assert_eq!(verify(&crisis, entries).expect_err("it was changed").seq, at);
        };
        let mut changed = entries.clone();
        changed[2].stored = changed[2].stored.replace('a', "b");
        check(3, &changed);
        let mut missing = entries.clone();
        missing.remove(1);
        check(2, &missing);
        let mut swapped = entries.clone();
        swapped.swap(1, 2);
        check(2, &swapped);
        let mut forged = entries;
        forged[0].hash[0] ^= 1;
        check(1, &forged);
    }
}
