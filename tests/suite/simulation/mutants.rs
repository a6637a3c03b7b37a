//! Five programs with one thing wrong each, to see that the checker catches it and says what it is.
//!
//! What is wrong is put around a port, in here; the program knows nothing of it. The same operations hold
//! without it.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use vigie::domain::event::Entry;
use vigie::domain::ids::{AccountId, Seq};
use vigie::domain::mark::{Eyes, Viewer};
use vigie::doorbell::Doorbell;
use vigie::journal::{Append, Appended, CrisisHead, Journal, JournalError, Receipt};

use super::operations::{Ask, Op, Share};
use super::play;
use super::ports::{Bend, BentJournal, SimBell};
use super::server::{Mutant, Sound};
use crate::checker::Rule;

/// Somebody of be-nccn posts.
pub fn posts(at: u8, share: Share) -> Op {
    let ask = Ask::Post { sector: 0, share, nil: false, figure: None, replaces: None };
    Op::Asks { who: 0, at, crisis: 0, key: true, hurry: false, ask }
}

fn withdraws(at: u8, which: u16) -> Op {
    Op::Asks { who: 0, at, crisis: 0, key: true, hurry: false, ask: Ask::Withdraw { which } }
}

#[track_caller]
fn catches(mutant: &dyn Mutant, ops: &[Op], rule: Rule, words: &str) {
    let sound = play(ops, &Sound);
    assert!(sound.holds(), "without the fault nothing is wrong:\n{}", sound.says());
    let outcome = play(ops, mutant);
    let caught = outcome.faults.iter().find(|fault| fault.rule == rule);
    let Some(fault) = caught else { panic!("not caught as {rule:?}:\n{}", outcome.says()) };
    assert!(fault.says.contains(words), "{}", fault.says);
}

fn bent(journal: Arc<dyn Journal>, bend: impl Bend) -> Arc<dyn Journal> {
    Arc::new(BentJournal { journal, bend: Arc::new(bend) })
}

/// The bell is not heard, and looking by oneself finds nothing.
struct Deaf;

#[async_trait]
impl Bend for Deaf {
    async fn crises(&self, journal: &dyn Journal) -> Result<Vec<CrisisHead>, JournalError> {
        let heads = journal.crises().await?.into_iter();
        Ok(heads.map(|head| CrisisHead { seq: Seq::ZERO, ..head }).collect())
    }
}

impl Mutant for Deaf {
    fn relay(&self, journal: Arc<dyn Journal>) -> Arc<dyn Journal> {
        bent(journal, Self)
    }

    fn bell(&self, bell: Arc<dyn Doorbell>) -> Arc<dyn Doorbell> {
        Arc::new(SimBell { lost: Arc::new(AtomicBool::new(true)), bell })
    }
}

#[test]
fn a_bell_and_a_poll_that_are_dropped_are_caught() {
    // By then every server has found the crisis by itself, as it stood then.
    let found = Op::Wait { ms: 1_500 };
    let ops = [found, posts(0, Share::Green), posts(0, Share::Green)];
    catches(&Deaf, &ops, Rule::Behind, "was never told of entry 3");
}

/// Whatever number a decision was made for, it is appended at the end.
struct Anywhere;

#[async_trait]
impl Bend for Anywhere {
    async fn append(&self, journal: &dyn Journal, appends: Vec<Append>) -> Result<Vec<Appended>, JournalError> {
        let mut outcomes = Vec::new();
        for append in appends {
            let heads = journal.crises().await?;
            let head = heads.iter().find(|head| head.crisis == append.crisis).map_or(Seq::ZERO, |head| head.seq);
            let entry = Arc::new(Entry { seq: head.next(), ..(*append.entry).clone() });
            outcomes.extend(journal.append(vec![Append { entry, ..append }]).await?);
        }
        Ok(outcomes)
    }
}

impl Mutant for Anywhere {
    fn desk(&self, journal: Arc<dyn Journal>) -> Arc<dyn Journal> {
        bent(journal, Self)
    }
}

#[test]
fn a_position_check_that_is_skipped_is_caught() {
    let ops = [posts(0, Share::Green), posts(1, Share::Green), withdraws(0, 1), withdraws(1, 1)];
    catches(&Anywhere, &ops, Rule::DecidedTwice, "came to its end twice, in entries 4 and 5");
}

/// It says that it is done, and does it when the next one comes.
#[derive(Default)]
struct Later(Mutex<Vec<Append>>);

#[async_trait]
impl Bend for Later {
    async fn append(&self, journal: &dyn Journal, appends: Vec<Append>) -> Result<Vec<Appended>, JournalError> {
        let done = appends.iter().map(|append| Appended::At(append.entry.seq)).collect();
        let opens = appends.iter().any(|append| append.entry.seq == Seq::ZERO.next());
        let before = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if !before.is_empty() {
            journal.append(before).await?;
        }
        if opens {
            return journal.append(appends).await;
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = appends;
        Ok(done)
    }
}

struct Hasty;

impl Mutant for Hasty {
    fn desk(&self, journal: Arc<dyn Journal>) -> Arc<dyn Journal> {
        bent(journal, Later::default())
    }
}

#[test]
fn an_answer_before_the_commit_is_caught() {
    let ops = [posts(0, Share::Green), Op::Crash { at: 0 }];
    catches(&Hasty, &ops, Rule::Lost, "was told that “words 2” is safe, and it is not in the journal");
}

/// A green wall is told what people of its centre may see.
struct Indiscreet;

impl Mutant for Indiscreet {
    fn eyes(&self, viewer: Viewer) -> Viewer {
        match viewer.eyes {
            Eyes::Wall { .. } => Viewer { eyes: Eyes::Member, ..viewer },
            _ => viewer,
        }
    }
}

#[test]
fn a_frame_for_other_eyes_is_caught() {
    let ops = [posts(0, Share::RedTo(1))];
    catches(&Indiscreet, &ops, Rule::OverShared, "of entry 2, which is TLP:RED");
}

/// No key is kept, and none is known.
struct Forgetful;

#[async_trait]
impl Bend for Forgetful {
    async fn append(&self, journal: &dyn Journal, appends: Vec<Append>) -> Result<Vec<Appended>, JournalError> {
        journal.append(appends.into_iter().map(|append| Append { request: None, ..append }).collect()).await
    }

    async fn receipt(&self, _: &dyn Journal, _: AccountId, _: &str) -> Result<Option<Receipt>, JournalError> {
        Ok(None)
    }
}

impl Mutant for Forgetful {
    fn desk(&self, journal: Arc<dyn Journal>) -> Arc<dyn Journal> {
        bent(journal, Self)
    }
}

#[test]
fn a_key_that_is_forgotten_is_caught() {
    let ops = [posts(0, Share::Green), Op::Again { which: 0, at: 1, hurry: false }];
    catches(&Forgetful, &ops, Rule::Doubled, "“words 2” was asked for once and stands in war as entries [2, 3]");
}
