//! The worst day, drawn by lot and played in no time: seeded, on one thread, under a paused clock.
//!
//! The real desk, relay, cache keeper, timers and hub of two servers run over memory ports that lose, stall and
//! die. After every step cheap invariants hold; at each [`Op::Check`] and at the end the independent checker
//! judges everything that was asked, answered and told. A failure prints its seed and the fewest operations that
//! still fail, to be pasted into `named.rs`. `VIGIE_SIMULATION=100000 cargo test --test suite simulation::` plays
//! that many operations, from seed `VIGIE_SIMULATION_SEED` on (docs/decisions/0041).

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
mod tampered;
mod time;
mod world;

use std::collections::BTreeMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::runtime::Builder;

use crate::checker::history::{Answer, History, Line, Record};
use crate::checker::{Fault, Rule, check};
use invariants::Steps;
use operations::{Op, of_seed};
use server::{Mutant, Sound};
use shrink::shrink;
use world::World;

/// Operations of one seed, and of every eighth, in which lists overflow that are long.
const OPS: usize = 200;
const OPS_LONG: usize = 1_200;
/// Operations of the short form.
const SHORT: usize = 6_000;

/// What happens in the short form at the least: every kind of event, and every way in which a line or request ends.
const MET: [&str; 37] = [
    "4001",
    "4002",
    "4010",
    "beat",
    "change",
    "crisis_closed",
    "crisis_opened",
    "crisis_reopened",
    "crisis_scoped",
    "cycle_changed",
    "cycle_ended",
    "cycle_planned",
    "cycle_set",
    "escalation_lapsed",
    "escalation_raised",
    "escalation_stepped",
    "escalation_woken",
    "handover_offered",
    "handover_signed",
    "ipcr_recorded",
    "log_entered",
    "query_answered",
    "query_asked",
    "query_withdrawn",
    "repeated",
    "replaced",
    "resumed",
    "slot_excused",
    "slot_missed",
    "slot_reminded",
    "snapshot",
    "the journal is not available",
    "this Idempotency-Key was used for another request",
    "this update was already withdrawn",
    "too many requests are waiting",
    "update_posted",
    "update_withdrawn",
];

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
    lines.extend(world.entries().await.into_iter().map(|record| Line { at, record }));
    History { lines }
}

/// Plays seeds; a failure is shrunk and told. Answers what was met, and how often.
fn play_seeds(first: u64, ops: usize) -> BTreeMap<String, usize> {
    let mut met = BTreeMap::new();
    let (mut seed, mut played) = (first, 0);
    while played < ops {
        let all = of_seed(seed, if seed % 8 == 7 { OPS_LONG } else { OPS });
        played += all.len();
        let outcome = play(&all, &Sound);
        if let Some(kind) = outcome.kind() {
            writeln!(std::io::stderr(), "seed {seed} fails:\n{}", outcome.says()).expect("somebody reads it");
            let fewest = shrink(all, |ops| play(ops, &Sound).kind() == Some(kind));
            let said = play(&fewest, &Sound).says();
            let listed: String = fewest.iter().map(|op| format!("    {op:?},\n")).collect();
            panic!("seed {seed} at its shortest, with [\n{listed}]:\n{said}");
        }
        for what in outcome.history.lines.iter().filter_map(|line| meets(&line.record)) {
            *met.entry(what).or_default() += 1;
        }
        seed += 1;
    }
    met
}

/// What is worth counting of a record.
fn meets(record: &Record) -> Option<String> {
    match record {
        Record::Answered { answer: Answer::Done { repeated: true, .. }, .. } => Some("repeated".to_owned()),
        Record::Answered { answer: Answer::Refused { why } | Answer::Unknown { why }, .. } => Some(why.clone()),
        Record::Joined { after: Some(_), .. } => Some("resumed".to_owned()),
        Record::Told { frame, .. } => frame["type"].as_str().map(str::to_owned),
        Record::Ended { code: Some(code), .. } => Some(code.to_string()),
        Record::Entry { stored, .. } => {
            let event = &stored["event"];
            let replaces = event["update"]["supersedes"].is_string();
            if replaces { Some("replaced".to_owned()) } else { event["type"].as_str().map(str::to_owned) }
        }
        _ => None,
    }
}

/// A number that somebody asks for by a variable of the environment.
fn asked_for(name: &str, otherwise: usize) -> usize {
    std::env::var_os(name).map_or(otherwise, |asked| {
        let asked = asked.to_str().and_then(|asked| asked.parse().ok());
        asked.unwrap_or_else(|| panic!("{name} must be a number"))
    })
}

#[test]
fn whatever_breaks_nothing_is_lost_doubled_reordered_or_shown_to_others() {
    let (ops, first) = (asked_for("VIGIE_SIMULATION", SHORT), asked_for("VIGIE_SIMULATION_SEED", 0) as u64);
    let met = play_seeds(first, ops);
    if ops > SHORT {
        writeln!(std::io::stderr(), "{ops} operations from seed {first}: {met:#?}").expect("somebody reads it");
    }
    if ops >= SHORT {
        let never: Vec<&str> = MET.into_iter().filter(|what| !met.contains_key(*what)).collect();
        assert_eq!(never, [""; 0], "so much never happened that it says little");
    }
}

/// Who of several that wait for the same thing goes on first is the runtime's to choose, so readers are left out.
#[test]
fn a_seed_plays_the_same_each_time() {
    let ops = of_seed(7, OPS);
    let shape = |outcome: Outcome| -> Vec<String> {
        let line = |record: &Record| match record {
            Record::Asked { call, client, words, .. } => Some(format!("{call} {client} {words:?}")),
            Record::Told { socket, frame } => Some(format!("{socket} {} {:?}", frame["type"], frame["server_time"])),
            Record::Entry { crisis, stored, .. } => {
                Some(format!("{crisis} {} {}", stored["seq"], stored["event"]["type"]))
            }
            Record::Ended { socket, code } => Some(format!("{socket} {code:?}")),
            Record::Joined { socket, wall, .. } => Some(format!("{socket} {wall}")),
            Record::Answered { call, .. } => Some(format!("{call} is answered")),
            Record::Looked { .. } | Record::Shown { .. } => None,
            Record::Settled { crisis, seq } => Some(format!("{crisis} {seq}")),
        };
        let lines = outcome.history.lines.iter();
        lines.filter_map(|noted| Some(format!("{} {}", noted.at, line(&noted.record)?))).collect()
    };
    let (first, second) = (shape(play(&ops, &Sound)), shape(play(&ops, &Sound)));
    let differs = first.iter().zip(&second).find(|(first, second)| first != second);
    assert_eq!(differs, None);
    assert_eq!(first.len(), second.len());
}
