//! Random crises for tests: whatever people can do to a picture, in any order, decided by the real rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use uuid::Uuid;

use super::access::authorise;
use super::actor::Actor;
use super::centre::{Centre, Sector};
use super::command::{Command, OpenCrisis, PostUpdate, RaiseEscalation, Scope};
use super::crisis::IpcrRecord;
use super::decide::{Catalogue, Moment, decide};
use super::escalation::Step;
use super::event::Entry;
use super::ids::{AccountId, CentreId, CrisisId, EscalationId, IndicatorId, QueryId, SectorId, Seq, UpdateId};
use super::indicator::{Indicator, Missing, Reading, Value};
use super::mark::{Mark, Viewer};
use super::picture::Picture;
use super::vocabulary::{
    Aggregation, CentreKind, Direction, Environment, EscalationLevel, EscalationStep, IpcrMode, Measure, Outlook,
    Quality, Role, Severity, Tlp,
};

const CENTRES: [&str; 4] = ["be", "nl", "fr", "eu"];
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
    let mark = move || prop_oneof![4 => mark(), 1 => open_amber.clone()];
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
        3 => (0..CENTRES.len(), 0..CENTRES.len(), mark()).prop_map(|(by, asked, mark)| Deed::Raise { by, asked, mark }),
        6 => (any::<Index>(), select(EscalationStep::ALL)).prop_map(|(which, step)| Deed::Step(which, step)),
        3 => any::<Index>().prop_map(Deed::Ask),
        2 => any::<Index>().prop_map(Deed::Answer),
        1 => any::<Index>().prop_map(Deed::TakeBack),
        1 => select(IpcrMode::ALL).prop_map(Deed::Ipcr),
        1 => (prop::collection::vec(0..SECTORS.len(), 1..=1), prop::collection::vec(0..CENTRES.len(), 2..=4))
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
    let named = |name: &str| BTreeMap::from([("en".to_owned(), name.to_owned())]);
    let centre = |name: &&str| Centre {
        id: centre(name),
        code: name.to_uppercase(),
        country: None,
        kind: CentreKind::National,
        name: named(name),
        timezone: "UTC".to_owned(),
        languages: Vec::new(),
    };
    CENTRES.iter().map(centre).collect()
}

fn play(deeds: &[Deed]) -> Vec<Arc<Entry>> {
    let mut stage = Stage { catalogue: catalogue(), picture: None, journal: Vec::new(), told: 0 };
    let open = OpenCrisis {
        slug: CrisisId::parse("drill").expect("a slug"),
        name: "A drill".to_owned(),
        environment: Environment::Test,
        sectors: None,
        centres: None,
    };
    stage.ask("eu", Role::Coordinator, Command::OpenCrisis(open));
    deeds.iter().for_each(|deed| stage.play(deed));
    stage.journal
}

struct Stage {
    catalogue: Catalogue,
    picture: Option<Picture>,
    journal: Vec<Arc<Entry>>,
    told: u32,
}

impl Stage {
    fn play(&mut self, deed: &Deed) {
        let picture = self.picture.clone().expect("the crisis is open");
        let mut updates: Vec<UpdateId> = picture.updates.keys().copied().collect();
        updates.sort_unstable();
        let escalations: Vec<EscalationId> = picture.escalations.keys().copied().collect();
        let queries: Vec<QueryId> = picture.queries.keys().copied().collect();
        match deed {
            Deed::Post { .. } => self.post(deed, &updates),
            Deed::Withdraw(which) => {
                let Some(update) = pick(&updates, *which) else { return };
                let owner = picture.updates[&update].centre.to_string();
                self.ask(&owner, Role::DutyOfficer, Command::WithdrawUpdate { update, reason: "Wrong".to_owned() });
            }
            Deed::Raise { by, asked, mark } => {
                let mut mark = named(mark);
                if !mark.recipients.is_empty() {
                    mark.recipients.insert(centre(CENTRES[*asked]));
                }
                let raise = RaiseEscalation {
                    title: format!("Help {}", self.told),
                    level: EscalationLevel::Coordination,
                    severity: Severity::Severe,
                    reason: "Too much".to_owned(),
                    asked_of: centre(CENTRES[*asked]),
                    refs: Vec::new(),
                    ack_due: None,
                    resolve_due: None,
                    mark,
                };
                self.ask(CENTRES[*by], Role::CentreLead, Command::RaiseEscalation(Box::new(raise)));
            }
            Deed::Step(which, step) => {
                let Some(escalation) = pick(&escalations, *which) else { return };
                let asked = picture.escalations[&escalation].escalation.asked_of.to_string();
                let until = (*step == EscalationStep::Snooze).then(|| self.now() + SignedDuration::from_hours(1));
                let step =
                    Step { step: *step, note: Some("So be it".to_owned()), assignee: Some("Desk".to_owned()), until };
                self.ask(&asked, Role::Coordinator, Command::StepEscalation { escalation, step });
            }
            Deed::Ask(which) => {
                let Some(update) = pick(&updates, *which) else { return };
                self.ask("eu", Role::Coordinator, Command::AskQuery { update, question: "Twice?".to_owned() });
            }
            Deed::Answer(which) => {
                let Some(query) = pick(&queries, *which) else { return };
                let asked = picture.queries[&query].query.centre.to_string();
                self.ask(&asked, Role::DutyOfficer, Command::AnswerQuery { query, answer: "Once".to_owned() });
            }
            Deed::TakeBack(which) => {
                let Some(query) = pick(&queries, *which) else { return };
                self.ask("eu", Role::Coordinator, Command::WithdrawQuery { query, reason: "Seen".to_owned() });
            }
            Deed::Ipcr(mode) => {
                let since = self.now();
                let record =
                    IpcrRecord { mode: *mode, since, decided_by: "The Presidency".to_owned(), source_url: None };
                self.ask("eu", Role::Coordinator, Command::RecordIpcr(record));
            }
            Deed::Scope { sectors, centres } => {
                let sectors = sectors.iter().map(|at| sector(SECTORS[*at])).collect();
                let centres = centres.iter().map(|at| centre(CENTRES[*at])).collect();
                let scope = Scope { sectors: Some(sectors), centres: Some(centres) };
                self.ask("eu", Role::Coordinator, Command::ScopeCrisis(scope));
            }
            Deed::Close => self.ask("eu", Role::Coordinator, Command::CloseCrisis { reason: "Over".to_owned() }),
            Deed::Reopen => self.ask("eu", Role::Coordinator, Command::ReopenCrisis { reason: "Not over".to_owned() }),
        }
    }

    fn post(&mut self, deed: &Deed, updates: &[UpdateId]) {
        let Deed::Post { centre: at, sector: of, mark, severity, age, replaces, figure } = deed else { return };
        let as_of = self.now() - SignedDuration::from_mins(*age);
        let value = |figure: u32| {
            if figure == 0 { Value::Missing(Missing::Suppressed) } else { Value::Figure(f64::from(figure)) }
        };
        let reading = |figure: u32| Reading {
            indicator: IndicatorId::parse(INDICATORS[figure as usize % 2]).expect("a slug"),
            value: value(figure),
            as_of,
            quality: Quality::Measured,
        };
        let post = PostUpdate {
            centre: centre(CENTRES[*at]),
            sector: sector(SECTORS[*of]),
            nil: false,
            severity: *severity,
            outlook: Outlook::Stable,
            urgency: None,
            certainty: None,
            headline: format!("Report {}", self.told),
            body: None,
            as_of,
            valid_until: None,
            mark: named(mark),
            source: None,
            areas: Vec::new(),
            readings: figure.map(reading).into_iter().collect(),
            supersedes: replaces.and_then(|which| pick(updates, which)),
            lang: None,
        };
        self.ask(CENTRES[*at], Role::DutyOfficer, Command::PostUpdate(Box::new(post)));
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + PACE * i32::try_from(self.told).expect("a short play")
    }

    fn ask(&mut self, of: &str, role: Role, command: Command) {
        self.told += 1;
        let account = AccountId(Uuid::from_u128(1));
        let actor = Actor { account, centre: centre(of), role, position: "Desk".to_owned() };
        let moment = Moment { now: self.now(), id: Uuid::from_u128(u128::from(self.told)) };
        let Ok(permit) = authorise(self.picture.as_ref(), &actor, command) else { return };
        let Ok(event) = decide(self.picture.as_ref(), &self.catalogue, permit, &moment) else { return };
        let seq = Seq(self.journal.len() as u64).next();
        let entry = Arc::new(Entry { seq, recorded_at: moment.now, actor, event });
        match &mut self.picture {
            Some(picture) => {
                picture.evolve(&entry);
            }
            None => self.picture = Picture::open(&entry),
        }
        self.journal.push(entry);
    }
}

fn pick<T: Copy>(things: &[T], which: Index) -> Option<T> {
    (!things.is_empty()).then(|| *which.get(things))
}

fn named((tlp, recipients): &(Tlp, Vec<usize>)) -> Mark {
    Mark { tlp: *tlp, recipients: recipients.iter().map(|at| centre(CENTRES[*at])).collect() }
}

fn centre(name: &str) -> CentreId {
    CentreId::parse(name).expect("a slug")
}

fn sector(name: &str) -> SectorId {
    SectorId::parse(name).expect("a slug")
}

fn catalogue() -> Catalogue {
    let sector = |name: &&str| Sector { id: sector(name), name: BTreeMap::new(), cadence_minutes: 120 };
    let indicator = |name: &&str| Indicator {
        id: IndicatorId::parse(name).expect("a slug"),
        name: BTreeMap::new(),
        definition: BTreeMap::new(),
        unit: "persons".to_owned(),
        measure: Measure::Stock,
        aggregation: Aggregation::Sum,
        direction: Direction::Neutral,
        decimals: false,
        not_summed_because: None,
    };
    Catalogue {
        centres: centres(),
        sectors: SECTORS.iter().map(sector).collect(),
        indicators: INDICATORS.iter().map(indicator).collect(),
        templates: Vec::new(),
    }
}
