//! Given, when, then: a crisis put together from what people ask, each thing as the desk would take it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::access::authorise;
use super::actor::Actor;
use super::centre::{Centre, Sector};
use super::command::{Command, OpenCrisis, PostUpdate, RaiseEscalation, SetCycle};
use super::crisis::Cadence;
use super::deadlines::{self, Deadlines};
use super::decide::{Catalogue, Moment, decide};
use super::escalation::{LevelTerms, Step, Terms};
use super::event::{Entry, Event};
use super::ids::{AccountId, CentreId, CrisisId, CycleId, EscalationId, IndicatorId, QueryId, SectorId, Seq, UpdateId};
use super::indicator::Indicator;
use super::mark::{Mark, Viewer};
use super::picture::{Part, Picture};
use super::refusal::Refusal;
use super::view::{Change, Eye, PictureView};
use super::vocabulary::{
    Aggregation, CentreKind, Direction, Environment, EscalationAnswer, EscalationLevel, EscalationStep, Measure,
    Outlook, Role, Severity, Tlp,
};

/// A crisis of `be`, `nl` and `co` (the coordinator's body) on `displacement` and `cyber`; `fr` and `fire`
/// are configured and not part of it.
pub(crate) struct Drill {
    pub(crate) picture: Picture,
    pub(crate) entries: Vec<Arc<Entry>>,
    /// What the last thing asked has touched.
    pub(crate) touched: Vec<Part>,
    pub(crate) catalogue: Catalogue,
    pub(crate) now: Timestamp,
    ids: u128,
}

pub(crate) fn centre(name: &str) -> CentreId {
    CentreId::parse(name).expect("a slug")
}

pub(crate) fn sector(name: &str) -> SectorId {
    SectorId::parse(name).expect("a slug")
}

pub(crate) fn actor(at: &str, role: Role) -> Actor {
    Actor { account: AccountId(Uuid::nil()), centre: centre(at), role, position: role.to_string() }
}

pub(crate) fn officer(at: &str) -> Actor {
    actor(at, Role::DutyOfficer)
}

pub(crate) fn coordinator() -> Actor {
    actor("co", Role::Coordinator)
}

fn catalogue() -> Catalogue {
    let terms = |ack, start, resolve| Terms {
        ack: SignedDuration::from_mins(ack),
        start: SignedDuration::from_mins(start),
        resolve: SignedDuration::from_mins(resolve),
    };
    let names = |name: &str| BTreeMap::from([("en".to_owned(), name.to_owned())]);
    let centre = |name: &str| Centre {
        id: centre(name),
        code: name.to_uppercase(),
        country: None,
        kind: CentreKind::National,
        name: names(name),
        timezone: "UTC".to_owned(),
        languages: Vec::new(),
    };
    let sector = |name: &str| Sector { id: sector(name), name: names(name), cadence_minutes: 60 };
    let indicator = |name: &str| Indicator {
        id: IndicatorId::parse(name).expect("a slug"),
        name: names(name),
        definition: BTreeMap::new(),
        unit: "incidents".to_owned(),
        measure: Measure::Stock,
        aggregation: Aggregation::Sum,
        direction: Direction::HigherIsWorse,
        decimals: false,
        not_summed_because: None,
        counted_twice: None,
    };
    Catalogue {
        centres: ["be", "nl", "fr", "co"].map(centre).into(),
        sectors: ["displacement", "cyber", "fire"].map(sector).into(),
        indicators: ["arrivals", "outages"].map(indicator).into(),
        templates: Vec::new(),
        cadence: Cadence { none: 100, monitoring: 100, information_sharing: 50, full_activation: 25 },
        escalation: LevelTerms {
            watch: terms(30, 60, 240),
            coordination: terms(20, 40, 120),
            political: terms(10, 20, 60),
        },
    }
}

impl Drill {
    pub(crate) fn open() -> Self {
        let open = Command::OpenCrisis(OpenCrisis {
            slug: CrisisId::parse("drill").expect("a slug"),
            name: "A drill".to_owned(),
            environment: Environment::Test,
            sectors: Some(vec![sector("displacement"), sector("cyber")]),
            centres: Some(vec![centre("be"), centre("nl"), centre("co")]),
        });
        let (actor, catalogue, now) = (coordinator(), catalogue(), Timestamp::UNIX_EPOCH);
        let permit = authorise(None, &actor, open).expect("a coordinator may");
        let event = decide(None, &catalogue, permit, &Moment { now, id: Uuid::nil() }).expect("it holds");
        let entry = Arc::new(Entry { seq: Seq(1), recorded_at: now, actor, event });
        let picture = Picture::open(&entry).expect("it opens a crisis");
        Self { picture, entries: vec![entry], touched: Vec::new(), catalogue, now, ids: 0 }
    }

    /// When `actor` asks this, a second after the last: what has happened, or why nothing has.
    pub(crate) fn when(&mut self, actor: &Actor, command: Command) -> Result<Event, Refusal> {
        self.now += SignedDuration::from_secs(1);
        self.ids += 1;
        let permit = authorise(Some(&self.picture), actor, command)?;
        let moment = Moment { now: self.now, id: Uuid::from_u128(self.ids) };
        let event = decide(Some(&self.picture), &self.catalogue, permit, &moment)?;
        let entry =
            Entry { seq: self.picture.seq.next(), recorded_at: self.now, actor: actor.clone(), event: event.clone() };
        self.entries.push(Arc::new(entry));
        self.touched = self.picture.evolve(self.entries.last().expect("it was just put there")).into_iter().collect();
        Ok(event)
    }

    /// Nobody does anything for so many minutes.
    pub(crate) fn wait(&mut self, minutes: i64) {
        self.now += SignedDuration::from_mins(minutes);
    }

    /// The same, up to a moment.
    pub(crate) fn wait_until(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// What has fallen due by now, as any server's timers would ask for it.
    pub(crate) fn due(&self) -> Deadlines {
        deadlines::due(&self.picture, &self.catalogue, self.now)
    }

    /// The timers ask for all that is due, and it happens.
    pub(crate) fn timers(&mut self) -> Vec<Event> {
        self.due().commands.into_iter().map(|command| self.given(&Actor::system(), command)).collect()
    }

    /// Given that this was asked and holds.
    #[track_caller]
    pub(crate) fn given(&mut self, actor: &Actor, command: Command) -> Event {
        self.when(actor, command).expect("what is given holds")
    }

    pub(crate) fn update(&mut self, of: &str, about: &str, mark: Mark, headline: &str) -> UpdateId {
        let post = self.post(of, about, mark, headline);
        let Event::UpdatePosted { update } = self.given(&officer(of), post) else { panic!("an update was posted") };
        update.id
    }

    pub(crate) fn post(&self, of: &str, about: &str, mark: Mark, headline: &str) -> Command {
        Command::PostUpdate(Box::new(PostUpdate {
            centre: centre(of),
            sector: sector(about),
            nil: false,
            severity: Severity::Moderate,
            outlook: Outlook::Stable,
            urgency: None,
            certainty: None,
            headline: headline.to_owned(),
            body: None,
            as_of: self.now,
            valid_until: None,
            mark,
            source: None,
            areas: Vec::new(),
            readings: Vec::new(),
            supersedes: None,
            lang: None,
        }))
    }

    pub(crate) fn query(&mut self, update: UpdateId) -> QueryId {
        let ask = Command::AskQuery { update, question: "Counted how?".to_owned() };
        let Event::QueryAsked { query } = self.given(&coordinator(), ask) else { panic!("a query was asked") };
        query.id
    }

    pub(crate) fn escalation(&mut self, by: &str, mark: Mark) -> EscalationId {
        let raise = Command::RaiseEscalation(Box::new(RaiseEscalation {
            title: "Places".to_owned(),
            level: EscalationLevel::Watch,
            severity: Severity::Severe,
            reason: "Full".to_owned(),
            asked_of: centre("co"),
            refs: Vec::new(),
            ack_due: None,
            resolve_due: None,
            mark,
        }));
        let Event::EscalationRaised { escalation } = self.given(&officer(by), raise) else { panic!("it was raised") };
        escalation.id
    }

    /// `be` and `nl` report on `cyber` every four hours, with half an hour of grace.
    pub(crate) fn cycle(&mut self) -> CycleId {
        let set = Command::SetCycle(Box::new(SetCycle {
            name: "Every four hours".to_owned(),
            sectors: Some(vec![sector("cyber")]),
            centres: Some(vec![centre("be"), centre("nl")]),
            starts_at: Timestamp::UNIX_EPOCH,
            rrule: "FREQ=HOURLY;INTERVAL=4".to_owned(),
            grace_minutes: 30,
            cutoff_minutes: None,
            reminder_minutes: vec![15, 60],
        }));
        let Event::CycleSet { cycle, .. } = self.given(&coordinator(), set) else { panic!("a cycle was set") };
        cycle.id
    }

    pub(crate) fn step(&mut self, escalation: EscalationId, step: EscalationStep) {
        let assignee = (step == EscalationStep::Assign).then(|| "Logistics".to_owned());
        let answer = (step == EscalationStep::Acknowledge).then_some(EscalationAnswer::WillDo);
        let until = answer.map(|_| self.now + SignedDuration::from_mins(60));
        let step = Step { step, note: Some("So it is".to_owned()), assignee, until, answer, clocks: None };
        self.given(&coordinator(), Command::StepEscalation { escalation, step });
    }

    /// A person of a centre, or a wall with that ceiling.
    pub(crate) fn viewer(at: &str, ceiling: Option<Tlp>) -> Viewer {
        let role = if ceiling.is_some() { Role::WallDevice } else { Role::Viewer };
        Viewer::of(centre(at), role, ceiling.unwrap_or(Tlp::Clear))
    }

    /// Then this is what a viewer is shown.
    pub(crate) fn then(&self, viewer: &Viewer) -> PictureView {
        self.look(viewer, |eye| eye.whole().get().clone())
    }

    pub(crate) fn look<T>(&self, viewer: &Viewer, look: impl FnOnce(&Eye<'_>) -> T) -> T {
        let seal = |seq: Seq| seq.0.to_string();
        look(&Eye { picture: &self.picture, centres: &self.catalogue.centres, viewer, seal: &seal })
    }

    /// What the last thing asked has changed for a viewer.
    pub(crate) fn changes(&self, viewer: &Viewer) -> Vec<Change> {
        let changes = self.look(viewer, |eye| eye.changes(&self.touched));
        changes.iter().map(|change| change.get().clone()).collect()
    }
}
