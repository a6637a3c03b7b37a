//! A journal of many entries, made quickly: appended in big batches, one entry a minute since the spring of 2022.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use vigie::domain::actor::Actor;
use vigie::domain::crisis::Crisis;
use vigie::domain::event::{Entry, Event};
use vigie::domain::ids::{AccountId, CentreId, CrisisId, Seq, UpdateId};
use vigie::domain::indicator::{Reading, Value};
use vigie::domain::mark::Mark;
use vigie::domain::update::SituationUpdate;
use vigie::domain::vocabulary::{CrisisPhase, CrisisState, Environment, Outlook, Quality, Role, Severity, Tlp};
use vigie::journal::{Append, Appended, Journal};
use vigie::settings::Layers;

/// Rounds of reports after which an update is on no shelf.
const LONG_AGO: u64 = 30;
/// Entries handed over together.
const BATCH: u64 = 1_000;

/// When the entry of a number was recorded.
pub fn recorded_at(seq: u64) -> Timestamp {
    let began: Timestamp = "2022-03-01T00:00:00Z".parse().expect("a time");
    began + SignedDuration::from_mins(i64::try_from(seq).expect("a short journal"))
}

/// The entries of such a journal. Every third is GREEN, every third AMBER for its centre and the next, every
/// third RED for its centre alone; one in ten says severe. One in seven replaces what its centre said before: the
/// last time, or so long ago that it stands on no shelf any more.
fn entries(crisis: &CrisisId, count: u64, centres: usize) -> impl Iterator<Item = Arc<Entry>> + use<> {
    let catalogue = Layers::defaults().finish().expect("the defaults hold").catalogue;
    let centres: Vec<CentreId> = catalogue.centres.iter().map(|centre| centre.id.clone()).take(centres).collect();
    let reporting = centres.len();
    let (sectors, indicators) = (catalogue.sectors, catalogue.indicators);
    let crisis = Crisis {
        slug: crisis.clone(),
        name: "A long drill".to_owned(),
        environment: Environment::Test,
        phase: CrisisPhase::Response,
        state: CrisisState::Open,
        opened_at: recorded_at(1),
        sectors: sectors.clone(),
        centres: catalogue.centres.iter().map(|centre| centre.id.clone()).collect(),
        ipcr: None,
    };
    (1..=count).map(move |seq| {
        let turn = usize::try_from(seq).expect("a short journal");
        let centre = centres[turn % reporting].clone();
        let rounds = if seq.is_multiple_of(2) { 1 } else { LONG_AGO };
        let back = (reporting * sectors.len()) as u64 * rounds;
        let mark = match seq % 3 {
            0 => Mark::of(Tlp::Green),
            1 => Mark { tlp: Tlp::Amber, recipients: [centres[(turn + 1) % reporting].clone()].into() },
            _ => Mark { tlp: Tlp::Red, recipients: [centre.clone()].into() },
        };
        let as_of = recorded_at(seq);
        let reading = |_| Reading {
            indicator: indicators[turn % indicators.len()].id.clone(),
            value: Value::Figure(f64::from(u32::try_from(seq % 10_000).expect("small"))),
            as_of,
            quality: Quality::Measured,
        };
        let update = || SituationUpdate {
            id: id(seq),
            centre: centre.clone(),
            sector: sectors[(turn / reporting) % sectors.len()].id.clone(),
            nil: false,
            severity: if seq.is_multiple_of(10) { Severity::Severe } else { Severity::Moderate },
            outlook: Outlook::Stable,
            urgency: None,
            certainty: None,
            headline: format!("Report number {seq} of what is going on"),
            body: Some("Reception is under pressure and is being extended. ".repeat(6)),
            as_of,
            valid_until: as_of + SignedDuration::from_hours(6),
            mark: mark.clone(),
            source: None,
            areas: Vec::new(),
            readings: seq.is_multiple_of(4).then_some(seq).map(reading).into_iter().collect(),
            supersedes: seq.is_multiple_of(7).then(|| seq.checked_sub(back)).flatten().filter(|seq| *seq > 1).map(id),
            lang: None,
        };
        let event = match seq {
            1 => Event::CrisisOpened { crisis: Box::new(crisis.clone()) },
            _ => Event::UpdatePosted { update: Box::new(update()) },
        };
        let account = AccountId(Uuid::from_u128(1));
        let actor = Actor { account, centre: centre.clone(), role: Role::DutyOfficer, position: "Desk".to_owned() };
        Arc::new(Entry { seq: Seq(seq), recorded_at: recorded_at(seq), actor, event })
    })
}

fn id(seq: u64) -> UpdateId {
    UpdateId(Uuid::from_u128((1 << 100) | u128::from(seq)))
}

/// Appends so many entries, of so many centres in turn, to a journal that holds none of this crisis.
pub async fn grow(journal: &dyn Journal, crisis: &str, count: u64, centres: usize) {
    let crisis = CrisisId::parse(crisis).expect("a slug");
    let mut batch = Vec::new();
    for entry in entries(&crisis, count, centres) {
        let last = entry.seq.0 == count;
        batch.push(Append { crisis: crisis.clone(), entry, request: None });
        if last || batch.len() as u64 == BATCH {
            let outcomes = journal.append(std::mem::take(&mut batch)).await.expect("the journal answers");
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Appended::At(_))));
        }
    }
}
