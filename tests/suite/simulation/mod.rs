//! The worst day, drawn by lot and played in no time: seeded, on one thread, under a paused clock.
//!
//! The real desk, relay, cache keeper, timers and hub of two servers run over memory ports that lose, stall and
//! die. After every step cheap invariants hold; at each [`Op::Check`] and at the end the independent checker
//! judges everything that was asked, answered and told. A failure prints its seed and the fewest operations that
//! still fail, to be pasted into `named.rs`. `VIGIE_SIMULATION=100000 cargo test --test suite simulation::` plays
//! that many operations (docs/decisions/0041).

mod faults;
mod invariants;
mod mutants;
mod named;
mod operations;
mod people;
mod ports;
mod recorder;
mod screens;
mod server;
mod shrink;
mod time;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::runtime::Builder;

use crate::checker::history::{History, Record};
use crate::checker::{Fault, Rule, check};
use invariants::Steps;
use operations::{Op, of_seed};
use server::{Mutant, Sound};
use shrink::shrink;
use world::World;

/// Operations of one seed.
const OPS: usize = 250;
/// Seeds of the short form.
const SEEDS: usize = 24;

/// What came of a list of operations.
struct Outcome {
    history: History,
    faults: Vec<Fault>,
    /// What did not hold beside the checker's rules.
    broken: Option<String>,
}

impl Outcome {
    fn holds(&self) -> bool {
        self.faults.is_empty() && self.broken.is_none()
    }

    fn says(&self) -> String {
        let faults = self.faults.iter().map(|Fault { rule, says }| format!("{rule:?}: {says}"));
        faults.chain(self.broken.clone()).take(8).collect::<Vec<_>>().join("\n")
    }

    /// The first thing that did not hold, by which a shorter list is known to fail as the longer one did.
    fn kind(&self) -> Option<Option<Rule>> {
        (!self.holds()).then(|| self.faults.first().map(|fault| fault.rule))
    }
}

/// Plays operations, and a check at the end.
fn play(ops: &[Op], mutant: &dyn Mutant) -> Outcome {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime starts");
    let playing = AssertUnwindSafe(|| runtime.block_on(play_all(ops, mutant)));
    catch_unwind(playing).unwrap_or_else(|panic| {
        let says = panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic".to_owned());
        Outcome { history: History::default(), faults: Vec::new(), broken: Some(says) }
    })
}

async fn play_all(ops: &[Op], mutant: &dyn Mutant) -> Outcome {
    let mut world = World::open(mutant).await;
    let mut steps = Steps::default();
    for op in ops.iter().chain([&Op::Check]) {
        world.happens(*op).await;
        let mut broken = steps.check(&world).await.err();
        if *op == Op::Check && broken.is_none() {
            broken = invariants::at_rest(&world).await.err();
        }
        if broken.is_some() {
            let history = recorded(&world).await;
            let faults = check(&history);
            return Outcome { history, faults, broken };
        }
    }
    let history = recorded(&world).await;
    let faults = check(&history);
    Outcome { history, faults, broken: None }
}

async fn recorded(world: &World<'_>) -> History {
    let mut lines = world.shared.recorder.lines();
    let at = lines.last().map_or(0, |line| line.at);
    lines.extend(world.entries().await.into_iter().map(|record| crate::checker::history::Line { at, record }));
    History { lines }
}

/// Plays seeds; a failure is shrunk and told.
fn play_seeds(seeds: impl Iterator<Item = u64>, ops: usize) -> usize {
    let mut appended = 0;
    for seed in seeds {
        let all = of_seed(seed, ops);
        let outcome = play(&all, &Sound);
        if let Some(kind) = outcome.kind() {
            let fewest = shrink(all, |ops| play(ops, &Sound).kind() == Some(kind));
            let said = play(&fewest, &Sound).says();
            panic!("seed {seed} fails:\n{}\nand at its shortest, with {fewest:#?}:\n{said}", outcome.says());
        }
        appended += outcome.history.lines.iter().filter(|line| matches!(line.record, Record::Entry { .. })).count();
    }
    appended
}

/// How many operations are to be played: a short form, or as many as somebody asks for.
fn asked_for() -> usize {
    std::env::var_os("VIGIE_SIMULATION").map_or(SEEDS * OPS, |asked| {
        asked.to_str().and_then(|asked| asked.parse().ok()).expect("VIGIE_SIMULATION is a number of operations")
    })
}

#[test]
fn whatever_breaks_nothing_is_lost_doubled_reordered_or_shown_to_others() {
    let seeds = asked_for().div_ceil(OPS) as u64;
    let appended = play_seeds(0..seeds, OPS);
    assert!(appended as u64 > seeds * OPS as u64 / 8, "so little happened that it says nothing: {appended}");
}

#[test]
fn a_seed_plays_the_same_each_time() {
    let ops = of_seed(7, OPS);
    let shape = |outcome: Outcome| -> Vec<String> {
        let line = |record: &Record| match record {
            Record::Asked { call, client, words, .. } => format!("{call} {client} {words:?}"),
            Record::Told { socket, frame } => format!("{socket} {} {:?}", frame["type"], frame["server_time"]),
            Record::Entry { crisis, stored, .. } => format!("{crisis} {} {}", stored["seq"], stored["event"]["type"]),
            Record::Ended { socket, code } => format!("{socket} {code:?}"),
            Record::Joined { socket, wall, .. } => format!("{socket} {wall}"),
            Record::Answered { call, .. } => format!("{call} is answered"),
            Record::Looked { look, .. } | Record::Shown { look, .. } => format!("{look}"),
            Record::Settled { crisis, seq } => format!("{crisis} {seq}"),
        };
        outcome.history.lines.iter().map(|noted| format!("{} {}", noted.at, line(&noted.record))).collect()
    };
    let (first, second) = (shape(play(&ops, &Sound)), shape(play(&ops, &Sound)));
    let differs = first.iter().zip(&second).find(|(first, second)| first != second);
    assert_eq!(differs, None);
    assert_eq!(first.len(), second.len());
}
