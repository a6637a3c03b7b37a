//! Holds the promise of [`super::view`]: what each viewer is shown of the one picture equals the fold
//! of only the entries that this viewer may see, and what it is told of changes leads there too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use uuid::Uuid;

use super::access::authorise;
use super::actor::Actor;
use super::centre::{Centre, Sector};
use super::command::{Command, OfferHandover, OpenCrisis, PostUpdate, RaiseEscalation, SetCycle, WriteLog};
use super::crisis::{Cadence, IpcrRecord};
use super::deadlines;
use super::decide::{Catalogue, Moment, decide};
use super::escalation::{LevelTerms, Step, Terms};
use super::event::{Entry, Event};
use super::handover::Shift;
use super::ids::{
    AccountId, CentreId, CrisisId, CycleId, EscalationId, HandoverId, IndicatorId, QueryId, SectorId, Seq, UpdateId,
};
use super::indicator::{Indicator, Reading, Value};
use super::mark::{Audience, Mark, Viewer};
use super::picture::Picture;
use super::view::{Change, Eye, PictureView};
use super::vocabulary::{
    Aggregation, CentreKind, Direction, Environment, EscalationAnswer, EscalationLevel, EscalationStep, IpcrMode,
    LogKind, Measure, Outlook, Quality, Role, Severity, Tlp,
};

const CENTRES: [&str; 4] = ["be", "nl", "fr", "xx"];
const SECTORS: [&str; 2] = ["cyber", "displacement"];
const INDICATORS: [&str; 2] = ["in", "out"];

/// One thing that somebody may try. Indices are into whatever there is by then.
#[derive(Debug, Clone)]
enum Try {
    Post {
        centre: usize,
        sector: usize,
        mark: Mark,
        minutes_ago: i64,
        readings: Vec<usize>,
        supersedes: Option<Index>,
    },
    Withdraw(Index),
    Raise {
        centre: usize,
        asked: usize,
        mark: Mark,
    },
    Step(Index, EscalationStep),
    Ask(Index),
    Answer(Index),
    Ipcr,
    /// A cycle of so many hours, or another in place of one that is there.
    Cycle {
        hours: u32,
        sector: usize,
        grace: u32,
        in_place_of: Option<Index>,
    },
    EndCycle(Index),
    /// The oldest or the newest round of a cycle that is known.
    Excuse {
        cycle: Index,
        centre: usize,
        newest: bool,
    },
    Log {
        centre: usize,
        mark: Mark,
        key_event: bool,
    },
    Offer(usize),
    Sign(Index),
    /// Nobody does anything for so many minutes, and then the timers look.
    Wait(i64),
}

fn centre(place: usize) -> CentreId {
    CentreId::parse(CENTRES[place]).expect("a slug")
}

fn catalogue() -> Catalogue {
    let centres = (0..CENTRES.len()).map(|place| Centre {
        id: centre(place),
        code: CENTRES[place].to_uppercase(),
        country: None,
        kind: CentreKind::National,
        name: BTreeMap::new(),
        timezone: "UTC".to_owned(),
        languages: Vec::new(),
    });
    let sectors = SECTORS.map(|id| Sector {
        id: SectorId::parse(id).expect("a slug"),
        name: BTreeMap::new(),
        cadence_minutes: 60,
    });
    let indicators = INDICATORS.map(|id| Indicator {
        id: IndicatorId::parse(id).expect("a slug"),
        name: BTreeMap::new(),
        definition: BTreeMap::new(),
        unit: "persons".to_owned(),
        measure: Measure::Flow,
        aggregation: Aggregation::Sum,
        direction: Direction::Neutral,
        decimals: false,
        not_summed_because: None,
        counted_twice: None,
    });
    let terms = |minutes| Terms {
        ack: SignedDuration::from_mins(minutes),
        start: SignedDuration::from_mins(2 * minutes),
        resolve: SignedDuration::from_mins(4 * minutes),
    };
    Catalogue {
        centres: centres.collect(),
        sectors: sectors.into(),
        indicators: indicators.into(),
        templates: Vec::new(),
        cadence: Cadence { none: 100, monitoring: 100, information_sharing: 50, full_activation: 25 },
        escalation: LevelTerms { watch: terms(30), coordination: terms(20), political: terms(10) },
    }
}

fn any_mark() -> impl Strategy<Value = Mark> {
    let recipients = subsequence((0..3).map(centre).collect::<Vec<_>>(), 0..=2);
    (select(Tlp::ALL), recipients).prop_map(|(tlp, recipients)| {
        let addressed = !matches!(tlp, Tlp::Green | Tlp::Clear);
        Mark { tlp, recipients: if addressed { recipients.into_iter().collect() } else { BTreeSet::new() } }
    })
}

fn any_try() -> impl Strategy<Value = Try> {
    let post = (
        // One centre speaks most, so that its cells and its share of the feed overflow.
        prop_oneof![4 => Just(0_usize), 1 => 1_usize..3],
        0..SECTORS.len(),
        any_mark(),
        0_i64..30,
        subsequence((0..INDICATORS.len()).collect::<Vec<_>>(), 0..=INDICATORS.len()),
        prop::option::weighted(0.3, any::<Index>()),
    )
        .prop_map(|(centre, sector, mark, minutes_ago, readings, supersedes)| Try::Post {
            centre,
            sector,
            mark,
            minutes_ago,
            readings,
            supersedes,
        });
    prop_oneof![
        12 => post,
        3 => any::<Index>().prop_map(Try::Withdraw),
        1 => (0_usize..3, 0_usize..3, any_mark()).prop_map(|(centre, asked, mark)| Try::Raise { centre, asked, mark }),
        3 => (any::<Index>(), select(EscalationStep::ALL)).prop_map(|(at, step)| Try::Step(at, step)),
        2 => any::<Index>().prop_map(Try::Ask),
        1 => any::<Index>().prop_map(Try::Answer),
        1 => Just(Try::Ipcr),
        3 => (0_usize..3, any_mark(), any::<bool>())
            .prop_map(|(centre, mark, key_event)| Try::Log { centre, mark, key_event }),
        1 => (0_usize..3).prop_map(Try::Offer),
        1 => any::<Index>().prop_map(Try::Sign),
        6 => (1_i64..90).prop_map(Try::Wait),
        1 => (1_u32..5, 0..SECTORS.len(), 0_u32..60, prop::option::of(any::<Index>())).prop_map(
            |(hours, sector, grace, in_place_of)| Try::Cycle { hours, sector, grace, in_place_of }
        ),
        1 => (any::<Index>(), 0_usize..3, any::<bool>())
            .prop_map(|(cycle, centre, newest)| Try::Excuse { cycle, centre, newest }),
        1 => prop_oneof![3 => Just(None), 1 => any::<Index>().prop_map(Some)]
            .prop_map(|at| at.map_or(Try::Ipcr, Try::EndCycle)),
    ]
}

/// Decides everything that is tried; what is refused does not happen.
struct Story {
    catalogue: Catalogue,
    picture: Option<Picture>,
    entries: Vec<Arc<Entry>>,
    updates: Vec<UpdateId>,
    escalations: Vec<EscalationId>,
    queries: Vec<QueryId>,
    cycles: Vec<CycleId>,
    handovers: Vec<HandoverId>,
    now: Timestamp,
}

impl Story {
    fn of(tries: Vec<Try>) -> Self {
        let mut story = Self {
            catalogue: catalogue(),
            picture: None,
            entries: Vec::new(),
            updates: Vec::new(),
            escalations: Vec::new(),
            queries: Vec::new(),
            cycles: Vec::new(),
            handovers: Vec::new(),
            now: Timestamp::UNIX_EPOCH,
        };
        let open = OpenCrisis {
            slug: CrisisId::parse("drill").expect("a slug"),
            name: "A drill".to_owned(),
            environment: Environment::Test,
            sectors: None,
            centres: Some((0..3).map(centre).collect()),
        };
        story.act(&actor(0, Role::Coordinator), Command::OpenCrisis(open));
        assert_eq!(story.entries.len(), 1);
        for one in tries {
            story.attempt(one);
        }
        story
    }

    fn attempt(&mut self, one: Try) {
        match one {
            Try::Post { centre: place, sector, mark, minutes_ago, readings, supersedes } => {
                let as_of = self.now - SignedDuration::from_mins(minutes_ago);
                let reading = |place: &usize| Reading {
                    indicator: IndicatorId::parse(INDICATORS[*place]).expect("a slug"),
                    value: Value::Figure(f64::from(u32::try_from(self.entries.len()).expect("few"))),
                    as_of,
                    quality: Quality::Measured,
                };
                let draft = PostUpdate {
                    centre: centre(place),
                    sector: SectorId::parse(SECTORS[sector]).expect("a slug"),
                    nil: minutes_ago % 5 == 0,
                    severity: Severity::Minor,
                    outlook: Outlook::Stable,
                    urgency: None,
                    certainty: None,
                    headline: format!("Entry {}", self.entries.len()),
                    body: None,
                    as_of,
                    valid_until: None,
                    mark,
                    source: None,
                    areas: Vec::new(),
                    readings: readings.iter().map(reading).collect(),
                    supersedes: supersedes.filter(|_| !self.updates.is_empty()).map(|at| *at.get(&self.updates)),
                    lang: None,
                };
                self.act(&actor(place, Role::DutyOfficer), Command::PostUpdate(Box::new(draft)));
            }
            Try::Withdraw(at) if !self.updates.is_empty() => {
                let update = *at.get(&self.updates);
                // Whoever it belongs to withdraws it; the others are refused.
                for place in 0..3 {
                    let command = Command::WithdrawUpdate { update, reason: "A drill".to_owned() };
                    self.act(&actor(place, Role::DutyOfficer), command);
                }
            }
            Try::Raise { centre: place, asked, mark } => {
                let raise = RaiseEscalation {
                    title: format!("Entry {}", self.entries.len()),
                    level: EscalationLevel::Watch,
                    severity: Severity::Minor,
                    reason: "A drill".to_owned(),
                    asked_of: centre(asked),
                    refs: Vec::new(),
                    ack_due: None,
                    resolve_due: None,
                    mark,
                };
                self.act(&actor(place, Role::DutyOfficer), Command::RaiseEscalation(Box::new(raise)));
            }
            Try::Step(at, step) if !self.escalations.is_empty() => {
                let escalation = *at.get(&self.escalations);
                let step = Step {
                    step,
                    note: Some("A drill".to_owned()),
                    assignee: (step == EscalationStep::Assign).then(|| "A cell".to_owned()),
                    until: matches!(step, EscalationStep::Snooze | EscalationStep::Acknowledge)
                        .then(|| self.now + SignedDuration::from_hours(1)),
                    answer: (step == EscalationStep::Acknowledge).then_some(EscalationAnswer::WillDo),
                    clocks: None,
                };
                for place in 0..3 {
                    let command = Command::StepEscalation { escalation, step: step.clone() };
                    if self.act(&actor(place, Role::Coordinator), command) {
                        break;
                    }
                }
            }
            Try::Ask(at) if !self.updates.is_empty() => {
                let update = *at.get(&self.updates);
                // Nobody asks about the own centre's words, nor about what is hidden from it.
                for place in 0..3 {
                    let question = format!("Entry {}", self.entries.len());
                    self.act(&actor(place, Role::Coordinator), Command::AskQuery { update, question });
                }
            }
            Try::Answer(at) if !self.queries.is_empty() => {
                let query = *at.get(&self.queries);
                for place in 0..3 {
                    let answer = format!("Entry {}", self.entries.len());
                    self.act(&actor(place, Role::DutyOfficer), Command::AnswerQuery { query, answer });
                }
            }
            Try::Ipcr => {
                let record = IpcrRecord {
                    mode: IpcrMode::Monitoring,
                    since: self.now,
                    decided_by: format!("Presidency {}", self.entries.len()),
                    source_url: None,
                };
                self.act(&actor(0, Role::Coordinator), Command::RecordIpcr(record));
            }
            Try::Log { centre: place, mark, key_event } => {
                let entry = WriteLog {
                    kind: LogKind::Fact,
                    text: format!("Entry {}", self.entries.len()),
                    event_time: self.now,
                    key_event,
                    refs: Vec::new(),
                    mark,
                    corrects: None,
                };
                self.act(&actor(place, Role::DutyOfficer), Command::WriteLog(Box::new(entry)));
            }
            Try::Offer(place) => {
                let offer = OfferHandover {
                    shift: Shift { from: self.now, to: self.now + SignedDuration::from_hours(8) },
                    notes: format!("Entry {}", self.entries.len()),
                    watch_items: Vec::new(),
                    staffing: None,
                    questions: None,
                };
                self.act(&actor(place, Role::DutyOfficer), Command::OfferHandover(Box::new(offer)));
            }
            Try::Sign(at) if !self.handovers.is_empty() => {
                let handover = *at.get(&self.handovers);
                for place in 0..3 {
                    let account = AccountId(Uuid::from_u128(100 + place as u128));
                    let relief = Actor { account, ..actor(place, Role::CentreLead) };
                    self.act(&relief, Command::SignHandover { handover, note: None });
                }
            }
            Try::Wait(minutes) => {
                self.now += SignedDuration::from_mins(minutes);
                for command in deadlines::due(self.picture(), &self.catalogue, self.now).commands {
                    assert!(self.happens(&Actor::system(), command), "what is due is done");
                }
            }
            Try::Cycle { hours, sector, grace, in_place_of } => {
                let draft = Box::new(SetCycle {
                    name: format!("Entry {}", self.entries.len()),
                    sectors: Some(vec![SectorId::parse(SECTORS[sector]).expect("a slug")]),
                    centres: Some((0..=sector + 1).map(centre).collect()),
                    starts_at: Timestamp::UNIX_EPOCH,
                    rrule: format!("FREQ=HOURLY;INTERVAL={hours}"),
                    grace_minutes: grace,
                    cutoff_minutes: (grace % 2 == 0).then_some(30),
                    reminder_minutes: vec![15, 45],
                });
                let command = match in_place_of.filter(|_| !self.cycles.is_empty()) {
                    Some(at) => Command::ChangeCycle { cycle: *at.get(&self.cycles), to: draft },
                    None => Command::SetCycle(draft),
                };
                self.act(&actor(0, Role::Coordinator), command);
            }
            Try::EndCycle(at) if !self.cycles.is_empty() => {
                let end = Command::EndCycle { cycle: *at.get(&self.cycles), reason: "A drill".to_owned() };
                self.act(&actor(0, Role::Coordinator), end);
            }
            Try::Excuse { cycle, centre: place, newest } if !self.cycles.is_empty() => {
                let cycle = *cycle.get(&self.cycles);
                let dues: Vec<_> = self.picture().cycles[&cycle].rounds().map(|round| round.due_at).collect();
                let Some(due_at) = if newest { dues.last() } else { dues.first() }.copied() else { return };
                let reason = format!("Entry {}", self.entries.len());
                let excuse = Command::ExcuseSlot { cycle, centre: centre(place), due_at, reason };
                self.act(&actor(0, Role::Coordinator), excuse);
            }
            Try::Withdraw(_)
            | Try::Step(..)
            | Try::Ask(_)
            | Try::Answer(_)
            | Try::EndCycle(_)
            | Try::Excuse { .. }
            | Try::Sign(_) => {}
        }
    }

    /// Whether it was allowed and happened, a minute after the last.
    fn act(&mut self, actor: &Actor, command: Command) -> bool {
        self.now += SignedDuration::from_mins(1);
        self.happens(actor, command)
    }

    fn happens(&mut self, actor: &Actor, command: Command) -> bool {
        let id = Uuid::from_u128(self.entries.len() as u128 + 1);
        let moment = Moment { now: self.now, id };
        let Ok(permit) = authorise(self.picture.as_ref(), actor, command) else { return false };
        let Ok(event) = decide(self.picture.as_ref(), &self.catalogue, permit, &moment) else { return false };
        match &event {
            Event::UpdatePosted { update } => self.updates.push(update.id),
            Event::EscalationRaised { escalation } => self.escalations.push(escalation.id),
            Event::QueryAsked { query } => self.queries.push(query.id),
            Event::CycleSet { cycle, .. } => self.cycles.push(cycle.id),
            Event::HandoverOffered { handover } => self.handovers.push(handover.id),
            _ => {}
        }
        let seq = Seq(self.entries.len() as u64).next();
        let entry = Arc::new(Entry { seq, recorded_at: self.now, actor: actor.clone(), event });
        match &mut self.picture {
            Some(picture) => drop(picture.evolve(&entry)),
            None => self.picture = Picture::open(&entry),
        }
        self.entries.push(entry);
        true
    }

    /// The picture of a journal that holds only what the viewer may see, with the words of the whole one.
    fn fold_of_the_visible(&self, viewer: &Viewer) -> PictureView {
        let crisis = &self.picture().crisis.centres;
        let visible: Vec<&Arc<Entry>> =
            self.entries.iter().filter(|entry| viewer.sees(&entry.event.audience(), crisis)).collect();
        let renumbered =
            visible.iter().zip(1..).map(|(entry, seq)| Arc::new(Entry { seq: Seq(seq), ..(***entry).clone() }));
        let mut own: Option<Picture> = None;
        for entry in renumbered {
            match &mut own {
                Some(picture) => drop(picture.evolve(&entry)),
                None => own = Picture::open(&entry),
            }
        }
        let own = own.expect("that a crisis exists is seen by all who see anything");
        let seal = |seq: Seq| {
            let place = usize::try_from(seq.0).expect("few") - 1;
            visible[place].seq.0.to_string()
        };
        let eye = Eye { picture: &own, centres: &self.catalogue.centres, viewer, seal: &seal };
        eye.whole().get().clone()
    }

    fn picture(&self) -> &Picture {
        self.picture.as_ref().expect("the crisis is open")
    }
}

fn actor(place: usize, role: Role) -> Actor {
    let account = AccountId(Uuid::from_u128(place as u128));
    Actor { account, centre: centre(place), role, position: "A position".to_owned() }
}

fn every_viewer() -> Vec<Viewer> {
    let mut viewers = Vec::new();
    for place in 0..CENTRES.len() {
        for (role, ceiling) in [
            (Role::Viewer, Tlp::Clear),
            (Role::WallDevice, Tlp::Clear),
            (Role::WallDevice, Tlp::Green),
            (Role::WallDevice, Tlp::Amber),
            (Role::Partner, Tlp::Clear),
        ] {
            viewers.push(Viewer::of(centre(place), role, ceiling));
        }
    }
    viewers
}

/// The things of a picture by kind and key, as JSON.
type Things = BTreeMap<(String, String), serde_json::Value>;

fn things(view: &PictureView) -> Things {
    let mut things = Things::new();
    let mut put = |kind: &str, key: String, value| things.insert((kind.to_owned(), key), value);
    put("crisis", view.crisis.slug.to_string(), json(&view.crisis));
    for cell in &view.cells {
        put("cell", format!("{}/{}", cell.centre, cell.sector), json(cell));
    }
    for reading in &view.readings {
        put("reading", format!("{}/{}", reading.centre, reading.indicator), json(reading));
    }
    for escalation in &view.escalations {
        put("escalation", escalation.id.to_string(), json(escalation));
    }
    for query in &view.queries {
        put("query", query.id.to_string(), json(query));
    }
    for cycle in &view.cycles {
        put("cycle", cycle.id.to_string(), json(cycle));
    }
    for slots in &view.slots {
        put("slots", format!("{}/{}", slots.cycle, slots.centre), json(slots));
    }
    for centre in &view.centres {
        put("centre", centre.centre.id.to_string(), json(centre));
    }
    things
}

fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("a view is JSON")
}

fn plain(seq: Seq) -> String {
    seq.0.to_string()
}

/// What a wall shows that was told of the entries in hand-overs of these sizes.
fn told(story: &Story, viewer: &Viewer, sizes: &[usize]) -> Things {
    let mut picture = Picture::open(&story.entries[0]).expect("the first entry opens a crisis");
    let centres = &story.catalogue.centres;
    let mut shown = things(Eye { picture: &picture, centres, viewer, seal: &plain }.whole().get());
    let mut rest = &story.entries[1..];
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let (entries, after) = rest.split_at((*sizes.next().expect("a cycle")).min(rest.len()));
        rest = after;
        let touched: Vec<_> = entries.iter().map(|entry| picture.evolve(entry)).collect();
        let eye = Eye { picture: &picture, centres, viewer, seal: &plain };
        let parts: BTreeSet<_> = entries
            .iter()
            .zip(touched)
            .filter(|(entry, _)| entry.event.is_told() && eye.sees_entry(entry))
            .flat_map(|(_, touched)| touched)
            .collect();
        for change in eye.changes(&parts) {
            match change.get() {
                Change::Set(key, item) => {
                    shown.insert((key.kind.to_owned(), key.key.clone()), json(&**item));
                }
                Change::Remove(key) => {
                    shown.remove(&(key.kind.to_owned(), key.key.clone()));
                }
            }
        }
    }
    shown
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_viewer_is_shown_the_fold_of_what_it_may_see(tries in prop::collection::vec(any_try(), 1..260)) {
        let story = Story::of(tries);
        for viewer in every_viewer() {
            let eye = Eye {
                picture: story.picture(),
                centres: &story.catalogue.centres,
                viewer: &viewer,
                seal: &plain,
            };
            let shown = eye.whole();
            prop_assert_eq!(shown.get(), &story.fold_of_the_visible(&viewer), "{:?}", viewer);
        }
    }

    #[test]
    fn wherever_one_begins_to_look_the_same_reports_fill_the_same_slots(
        tries in prop::collection::vec(any_try(), 1..200),
    ) {
        let story = Story::of(tries);
        let picture = story.picture();
        for record in picture.cycles.values() {
            for centre in record.centres() {
                for viewer in [None, Some(Viewer::of(super::eyes::centre(3), Role::Viewer, Tlp::Clear))] {
                    let sees = |audience: &Audience| {
                        viewer.as_ref().is_none_or(|viewer| viewer.sees(audience, &picture.crisis.centres))
                    };
                    let slots = |since| {
                        let slots = picture.slots_of(record, centre, since, sees).into_iter();
                        slots.map(|(round, fill)| (round.due_at, fill)).collect::<Vec<_>>()
                    };
                    let all = slots(Timestamp::MIN);
                    for (place, (due_at, _)) in all.iter().enumerate() {
                        prop_assert_eq!(&slots(*due_at)[..], &all[place..]);
                    }
                }
            }
        }
    }

    #[test]
    fn whoever_is_told_of_every_change_shows_the_whole_picture(
        tries in prop::collection::vec(any_try(), 1..120),
        sizes in prop::collection::vec(1_usize..9, 1..6),
    ) {
        let story = Story::of(tries);
        for viewer in every_viewer() {
            let centres = &story.catalogue.centres;
            let eye = Eye { picture: story.picture(), centres, viewer: &viewer, seal: &plain };
            let whole = eye.whole();
            prop_assert_eq!(told(&story, &viewer, &sizes), things(whole.get()), "{:?}", viewer);
        }
    }
}
