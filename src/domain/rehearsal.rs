//! Random crises for tests: whatever people can do to a picture, in any order, decided by the real rules.

use std::sync::Arc;

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;

use super::actor::Actor;
use super::centre::Centre;
use super::command::{Command, PostUpdate, RaiseEscalation, Scope};
use super::crisis::IpcrRecord;
use super::escalation::Step;
use super::event::Entry;
use super::given::{Drill, actor, centre, coordinator, officer, sector};
use super::ids::{EscalationId, IndicatorId, QueryId, UpdateId};
use super::indicator::{Missing, Reading, Value};
use super::mark::{Mark, Viewer};
use super::picture::Picture;
use super::vocabulary::{
    EscalationAnswer, EscalationLevel, EscalationStep, IpcrMode, Outlook, Quality, Role, Severity, Tlp,
};

const CENTRES: [&str; 4] = ["be", "nl", "fr", "co"];
const SECTORS: [&str; 2] = ["cyber", "displacement"];
const INDICATORS: [&str; 2] = ["arrivals", "outages"];
/// Between two deeds.
const PACE: SignedDuration = SignedDuration::from_mins(7);

/// Something that somebody tries; the rules may refuse it.
#[derive(Debug, Clone)]
pub enum Deed {
    Post {
        centre: usize,
        sector: usize,
        mark: (Tlp, Vec<usize>),
        severity: Severity,
        age: i64,
        replaces: Option<Index>,
        figure: Option<u32>,
    },
    Withdraw(Index),
    Raise {
        by: usize,
        asked: usize,
        mark: (Tlp, Vec<usize>),
    },
    Step(Index, EscalationStep),
    Ask(Index),
    Answer(Index),
    TakeBack(Index),
    Ipcr(IpcrMode),
    Scope {
        sectors: Vec<usize>,
        centres: Vec<usize>,
    },
    Close,
    Reopen,
}

/// Any deed, the frequent ones more often.
fn any_deed() -> impl Strategy<Value = Deed> {
    let mark = || {
        let recipients = prop::collection::vec(0..CENTRES.len(), 1..3);
        (select(Tlp::ALL), recipients).prop_map(|(tlp, recipients)| match tlp {
            Tlp::Green | Tlp::Clear => (tlp, Vec::new()),
            Tlp::Red | Tlp::AmberStrict | Tlp::Amber => (tlp, recipients),
        })
    };
    let open_amber = Just((Tlp::Amber, Vec::new()));
    let mark = move || prop_oneof![3 => mark(), 2 => open_amber.clone()];
    let post = (
        (0..CENTRES.len(), 0..SECTORS.len()),
        mark(),
        select(Severity::ALL),
        0_i64..600,
        prop::option::of(any::<Index>()),
        prop::option::of(0_u32..50),
    );
    let post = post.prop_map(|((centre, sector), mark, severity, age, replaces, figure)| Deed::Post {
        centre,
        sector,
        mark,
        severity,
        age,
        replaces,
        figure,
    });
    prop_oneof![
        12 => post,
        4 => any::<Index>().prop_map(Deed::Withdraw),
        5 => (0..CENTRES.len(), 0..CENTRES.len(), mark()).prop_map(|(by, asked, mark)| Deed::Raise { by, asked, mark }),
        6 => (any::<Index>(), select(EscalationStep::ALL)).prop_map(|(which, step)| Deed::Step(which, step)),
        3 => any::<Index>().prop_map(Deed::Ask),
        2 => any::<Index>().prop_map(Deed::Answer),
        1 => any::<Index>().prop_map(Deed::TakeBack),
        1 => select(IpcrMode::ALL).prop_map(Deed::Ipcr),
        3 => (prop::collection::vec(0..SECTORS.len(), 1..=1), prop::collection::vec(0..CENTRES.len(), 2..=4))
            .prop_map(|(sectors, centres)| Deed::Scope { sectors, centres }),
        1 => Just(Deed::Scope { sectors: vec![0, 1], centres: vec![0, 1, 2, 3] }),
        1 => Just(Deed::Close),
        2 => Just(Deed::Reopen),
    ]
}

/// The journal of a crisis in which this many deeds were tried.
pub fn any_journal(deeds: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<Arc<Entry>>> {
    prop::collection::vec(any_deed(), deeds).prop_map(|deeds| play(&deeds))
}

/// Everybody who may look: people, walls of every ceiling, partners.
pub fn every_viewer() -> Vec<Viewer> {
    let of = |name: &&str| {
        let wall = |ceiling| Viewer::of(centre(name), Role::WallDevice, ceiling);
        let walls = [Tlp::Clear, Tlp::Green, Tlp::Amber].map(wall);
        let people = [Role::Viewer, Role::Partner].map(|role| Viewer::of(centre(name), role, Tlp::Clear));
        walls.into_iter().chain(people)
    };
    CENTRES.iter().flat_map(of).collect()
}

/// The pictures after none, one, two … entries; the first is that of the opened crisis.
pub fn pictures(journal: &[Arc<Entry>]) -> Vec<Picture> {
    let mut picture = Picture::open(&journal[0]).expect("the first entry opens");
    let mut pictures = vec![picture.clone()];
    for entry in &journal[1..] {
        picture.evolve(entry);
        pictures.push(picture.clone());
    }
    pictures
}

/// The centres as they are configured here.
pub fn centres() -> Vec<Centre> {
    Drill::open().catalogue.centres
}

fn play(deeds: &[Deed]) -> Vec<Arc<Entry>> {
    let mut drill = Drill::open();
    for deed in deeds {
        drill.now += PACE;
        if let Some((actor, command)) = ask(&drill, deed) {
            // What the rules refuse leaves no trace.
            let _ = drill.when(&actor, command);
        }
    }
    drill.entries
}

/// Who would ask what; nothing where there is nothing to ask about.
fn ask(drill: &Drill, deed: &Deed) -> Option<(Actor, Command)> {
    let picture = &drill.picture;
    let mut updates: Vec<UpdateId> = picture.updates.keys().copied().collect();
    updates.sort_unstable();
    let escalations: Vec<EscalationId> = picture.escalations.keys().copied().collect();
    let queries: Vec<QueryId> = picture.queries.keys().copied().collect();
    Some(match deed {
        Deed::Post { centre: at, .. } => (officer(CENTRES[*at]), post(drill, deed, &updates)?),
        Deed::Withdraw(which) => {
            let update = pick(&updates, *which)?;
            let owner = picture.updates[&update].centre.as_str();
            (officer(owner), Command::WithdrawUpdate { update, reason: "Wrong".to_owned() })
        }
        Deed::Raise { by, asked, mark } => {
            let mut mark = named(mark);
            if !mark.recipients.is_empty() {
                mark.recipients.insert(centre(CENTRES[*asked]));
            }
            let raise = RaiseEscalation {
                title: format!("Help {}", drill.now),
                level: EscalationLevel::Coordination,
                severity: Severity::Severe,
                reason: "Too much".to_owned(),
                asked_of: centre(CENTRES[*asked]),
                refs: Vec::new(),
                ack_due: None,
                resolve_due: None,
                mark,
            };
            (officer(CENTRES[*by]), Command::RaiseEscalation(Box::new(raise)))
        }
        Deed::Step(which, step) => {
            let escalation = pick(&escalations, *which)?;
            let asked = picture.escalations[&escalation].escalation.asked_of.as_str();
            let answer = (*step == EscalationStep::Acknowledge).then_some(EscalationAnswer::WillDo);
            let until = matches!(step, EscalationStep::Snooze | EscalationStep::Acknowledge)
                .then(|| drill.now + SignedDuration::from_hours(1));
            let assignee = (*step == EscalationStep::Assign).then(|| "Desk".to_owned());
            let step = Step { step: *step, note: Some("So be it".to_owned()), assignee, until, answer, clocks: None };
            (actor(asked, Role::Coordinator), Command::StepEscalation { escalation, step })
        }
        Deed::Ask(which) => {
            (coordinator(), Command::AskQuery { update: pick(&updates, *which)?, question: "Twice?".to_owned() })
        }
        Deed::Answer(which) => {
            let query = pick(&queries, *which)?;
            let asked = picture.queries[&query].query.centre.as_str();
            (officer(asked), Command::AnswerQuery { query, answer: "Once".to_owned() })
        }
        Deed::TakeBack(which) => {
            (coordinator(), Command::WithdrawQuery { query: pick(&queries, *which)?, reason: "Seen".to_owned() })
        }
        Deed::Ipcr(mode) => {
            let decided_by = "The Presidency".to_owned();
            (
                coordinator(),
                Command::RecordIpcr(IpcrRecord { mode: *mode, since: drill.now, decided_by, source_url: None }),
            )
        }
        Deed::Scope { sectors, centres } => {
            let sectors = sectors.iter().map(|at| sector(SECTORS[*at])).collect();
            let centres = centres.iter().map(|at| centre(CENTRES[*at])).collect();
            (coordinator(), Command::ScopeCrisis(Scope { sectors: Some(sectors), centres: Some(centres) }))
        }
        Deed::Close => (coordinator(), Command::CloseCrisis { reason: "Over".to_owned() }),
        Deed::Reopen => (coordinator(), Command::ReopenCrisis { reason: "Not over".to_owned() }),
    })
}

fn post(drill: &Drill, deed: &Deed, updates: &[UpdateId]) -> Option<Command> {
    let Deed::Post { centre: at, sector: of, mark, severity, age, replaces, figure } = deed else { return None };
    let as_of = drill.now - SignedDuration::from_mins(*age);
    let value = |figure: u32| match figure {
        0 => Value::Missing(Missing::Suppressed),
        figure => Value::Figure(f64::from(figure)),
    };
    let reading = |figure: u32| Reading {
        indicator: IndicatorId::parse(INDICATORS[figure as usize % INDICATORS.len()]).expect("a slug"),
        value: value(figure),
        as_of,
        quality: Quality::Measured,
    };
    let Command::PostUpdate(update) = drill.post(CENTRES[*at], SECTORS[*of], named(mark), "Report") else {
        return None;
    };
    Some(Command::PostUpdate(Box::new(PostUpdate {
        severity: *severity,
        outlook: Outlook::Worsening,
        headline: format!("Report {}", drill.now),
        as_of,
        readings: figure.map(reading).into_iter().collect(),
        supersedes: replaces.and_then(|which| pick(updates, which)),
        ..*update
    })))
}

fn pick<T: Copy>(things: &[T], which: Index) -> Option<T> {
    (!things.is_empty()).then(|| *which.get(things))
}

fn named((tlp, recipients): &(Tlp, Vec<usize>)) -> Mark {
    Mark { tlp: *tlp, recipients: recipients.iter().map(|at| centre(CENTRES[*at])).collect() }
}

#[test]
fn a_rehearsal_reaches_everything_that_can_happen() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut met = std::collections::BTreeSet::new();
    for _ in 0..40 {
        let journal = any_journal(40..80).new_tree(&mut runner).expect("a journal").current();
        met.extend(journal.iter().map(|entry| entry.event.kind()));
        met.extend(journal.iter().filter_map(|entry| entry.event.supersedes().map(|_| "supersedes")));
    }
    assert_eq!(met.len(), 13, "{met:?}");
}
