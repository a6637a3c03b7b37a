//! The promise that everything else serves: what was acknowledged is in the journal exactly once, and
//! whoever stayed on shows exactly what the journal says, whatever was killed meanwhile.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::{join, join_all};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use vigie::clock::Clock;
use vigie::domain::event::Event;
use vigie::domain::ids::CentreId;
use vigie::domain::mark::Viewer;
use vigie::domain::vocabulary::{Role, Tlp};
use vigie::server::open_stores;
use vigie::sign_in::{NewAccount, SignIn};

use crate::harness::app::CRISIS;
use crate::harness::binary::{Process, vigie};
use crate::harness::fold::{Fold, timeless, viewer};
use crate::harness::person::{Person, update};
use crate::harness::redis::Redis;
use crate::harness::wall::{Wall, things};
use crate::harness::{eventually, now};

const UPDATES: usize = 10_000;
const POSTERS_PER_CENTRE: usize = 6;
const KILLS: usize = 5;
const CENTRES: [&str; 30] = [
    "at-ncc", "be-nccn", "bg-ncc", "ch-ncc", "cy-ncc", "cz-ncc", "de-ncc", "dk-ncc", "ee-ncc", "es-ncc", "fi-ncc",
    "fr-ncc", "gr-ncc", "hr-ncc", "hu-ncc", "ie-ncc", "it-ncc", "lt-ncc", "lu-ncc", "lv-ncc", "mt-ncc", "nl-ncc",
    "no-ncc", "pl-ncc", "pt-ncc", "ro-ncc", "se-ncc", "si-ncc", "sk-ncc", "eu-gsc",
];
const SECTORS: [&str; 8] = [
    "displacement",
    "civil_society",
    "public_communication",
    "cyber",
    "information_integrity",
    "eu_coordination",
    "essential_services",
    "civil_protection",
];
/// Twenty different pairs of eyes.
const WALLS: [(&str, Role, Tlp); 20] = [
    ("be-nccn", Role::WallDevice, Tlp::Clear),
    ("be-nccn", Role::WallDevice, Tlp::Green),
    ("be-nccn", Role::WallDevice, Tlp::Amber),
    ("be-nccn", Role::Viewer, Tlp::Clear),
    ("nl-ncc", Role::WallDevice, Tlp::Clear),
    ("nl-ncc", Role::WallDevice, Tlp::Green),
    ("nl-ncc", Role::WallDevice, Tlp::Amber),
    ("nl-ncc", Role::DutyOfficer, Tlp::Clear),
    ("fr-ncc", Role::WallDevice, Tlp::Green),
    ("fr-ncc", Role::CentreLead, Tlp::Clear),
    ("pl-ncc", Role::WallDevice, Tlp::Amber),
    ("pl-ncc", Role::Viewer, Tlp::Clear),
    ("de-ncc", Role::WallDevice, Tlp::Green),
    ("de-ncc", Role::Viewer, Tlp::Clear),
    ("eu-ercc", Role::Coordinator, Tlp::Clear),
    ("eu-ercc", Role::WallDevice, Tlp::Amber),
    ("ua-ncc", Role::Partner, Tlp::Clear),
    ("ua-ncc", Role::WallDevice, Tlp::Green),
    ("md-ncc", Role::Partner, Tlp::Clear),
    ("se-ncc", Role::Viewer, Tlp::Clear),
];

/// What posters, walls and the one who kills share.
struct Drill {
    journal: String,
    sign_in: SignIn,
    base: RefCell<String>,
    /// Updates acknowledged so far.
    done: watch::Sender<usize>,
    /// Everything acknowledged: headline → id of the update.
    receipts: RefCell<HashMap<String, String>>,
    withdrawn: Cell<usize>,
    _folder: TempDir,
}

impl Drill {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the journal");
        let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
        let accounts = open_stores(&journal).expect("the stores open").accounts;
        Self {
            journal,
            sign_in: SignIn::new(accounts, Clock::system()),
            base: RefCell::default(),
            done: watch::Sender::new(0),
            receipts: RefCell::default(),
            withdrawn: Cell::new(0),
            _folder: folder,
        }
    }

    fn base(&self) -> String {
        self.base.borrow().clone()
    }

    async fn person(&self, centre: &str, role: Role, ceiling: Tlp) -> Person {
        let new = NewAccount {
            centre: CentreId::parse(centre).expect("a slug"),
            role,
            name: "Position in a drill".to_owned(),
            ceiling,
            expires_in: SignedDuration::from_hours(1),
        };
        Person::new("", &self.sign_in.create(new).await.expect("accounts answer").1)
    }

    /// Posts under a key until it is acknowledged, as a client that may not lose anything does.
    async fn insist(&self, person: &Person, path: &str, key: &str, body: &Value) -> Value {
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", key)];
        let bytes = body.to_string().into_bytes();
        eventually("a post is acknowledged", async || {
            let person = person.at(&self.base());
            let answer = person.try_ask(awc::http::Method::POST, path, &headers, bytes.clone()).await?;
            match answer.status.as_u16() {
                // Too much at once, or so much that the request was not even read in time: asked again, with its key.
                408 | 503 => None,
                200 => Some(answer.must(200)),
                _ => Some(answer.must(201)),
            }
        })
        .await
    }

    /// One of the posters of a centre: posts, corrects and withdraws its own until its share is done.
    async fn poster(&self, person: &Person, centre: &str, share: impl Iterator<Item = usize>) {
        let updates = format!("/api/v1/crises/{CRISIS}/updates");
        let mut last: HashMap<&str, String> = HashMap::new();
        for n in share {
            let sector = SECTORS[(n / CENTRES.len()) % SECTORS.len()];
            let headline = format!("Update {n}");
            let mut body = update(centre, sector, "clear", &headline);
            mark(&mut body, n);
            if n % 4 == 0 {
                let value = json!(n % 977);
                body["readings"] = json!([{ "indicator": "border_crossings_in", "value": value, "as_of": now() }]);
            }
            if n % 5 == 0
                && let Some(id) = last.remove(sector)
            {
                body["supersedes"] = json!(id);
            }
            let receipt = self.insist(person, &updates, &headline, &body).await;
            let id = receipt["id"].as_str().expect("an id").to_owned();
            assert!(self.receipts.borrow_mut().insert(headline, id.clone()).is_none());
            self.done.send_modify(|done| *done += 1);
            if n % 23 == 0 {
                let path = format!("{updates}/{id}/withdraw");
                self.insist(person, &path, &format!("withdraw {n}"), &json!({ "reason": "A drill" })).await;
                self.withdrawn.set(self.withdrawn.get() + 1);
            } else {
                last.insert(sector, id);
            }
        }
    }

    async fn reached(&self, updates: usize) {
        self.done.subscribe().wait_for(|done| *done >= updates).await.expect("the drill goes on");
    }

    /// Kills and empties what can be killed and emptied, spread over the drill. Ends with Redis dead.
    async fn havoc(&self, mut process: Process, redis: &mut Redis) -> Process {
        let arguments = ["--redis".to_owned(), redis.url()];
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        for blow in 0..KILLS {
            self.reached(UPDATES * (2 * blow + 1) / (2 * KILLS + 2)).await;
            match blow {
                0 | 3 => redis.flush().await,
                1 | 4 => redis.kill(),
                _ => redis.start_again().await,
            }
            self.reached(UPDATES * (2 * blow + 2) / (2 * KILLS + 2)).await;
            process.kill();
            process = Process::serve("127.0.0.1:0", &self.journal, &arguments);
            self.base.replace(process.base.clone());
        }
        process
    }

    /// Stays on until `end` names the position of the end: whenever the socket ends, it comes back.
    async fn stay(&self, person: &Person, mut wall: Wall, end: watch::Receiver<Option<String>>) -> Wall {
        loop {
            if end.borrow().as_deref() == Some(wall.position.as_str()) {
                return wall;
            }
            if !wall.next().await {
                let mut left = Some(wall);
                wall = eventually("a wall comes back", async || {
                    let wall = left.take().expect("it is put back");
                    match wall.resume(&self.base(), &person.token, CRISIS).await {
                        Ok(wall) => Some(wall),
                        Err(wall) => {
                            left = Some(wall);
                            None
                        }
                    }
                })
                .await;
            }
            wall.forget();
        }
    }
}

/// Every label in turn, addressed where it must be.
fn mark(body: &mut Value, n: usize) {
    let (tlp, recipients) = match n % 10 {
        0..=3 => ("green", None),
        4 | 5 => ("clear", None),
        6 => ("amber", None),
        7 => ("amber", Some(json!(["nl-ncc", "pl-ncc"]))),
        8 => ("amber_strict", Some(json!(["be-nccn", "fr-ncc"]))),
        _ => ("red", Some(json!(["de-ncc"]))),
    };
    body["tlp"] = json!(tlp);
    if let Some(recipients) = recipients {
        body["recipients"] = recipients;
    }
}

#[actix_web::test]
async fn nothing_acknowledged_is_lost_or_doubled_while_everything_is_killed_and_every_wall_shows_the_fold() {
    let mut redis = Redis::start().await;
    let drill = Drill::new();
    let process = Process::serve("127.0.0.1:0", &drill.journal, &["--redis", &redis.url()]);
    drill.base.replace(process.base.clone());
    let opener = drill.person("eu-ercc", Role::Coordinator, Tlp::Clear).await;
    let crisis = json!({ "slug": CRISIS, "name": "A drill", "environment": "test" });
    drill.insist(&opener, "/api/v1/crises", "open", &crisis).await;

    let mut posters = Vec::new();
    for (place, centre) in CENTRES.iter().enumerate() {
        let person = drill.person(centre, Role::DutyOfficer, Tlp::Clear).await;
        for lane in 0..POSTERS_PER_CENTRE {
            let share = (0..UPDATES).skip(place).step_by(CENTRES.len()).skip(lane).step_by(POSTERS_PER_CENTRE);
            posters.push((person.clone(), *centre, share));
        }
    }
    let mut watchers: Vec<(Viewer, Person, Wall, watch::Sender<Option<String>>)> = Vec::new();
    for (centre, role, ceiling) in WALLS {
        let person = drill.person(centre, role, ceiling).await;
        let wall = person.at(&drill.base()).listen(None).await;
        watchers.push((viewer(centre, role, ceiling), person, wall, watch::Sender::new(None)));
    }

    let mut eyes = Vec::new();
    let mut staying = Vec::new();
    for (viewer, person, wall, end) in watchers {
        staying.push((person.clone(), wall, end.subscribe()));
        eyes.push((viewer, person, end));
    }
    let drill = &drill;
    let walls = join_all(staying.into_iter().map(async |(person, wall, end)| drill.stay(&person, wall, end).await));
    let work = async {
        let posting = join_all(posters.into_iter().map(async |(person, centre, share)| {
            drill.poster(&person, centre, share).await;
        }));
        let (_, process) = join(posting, drill.havoc(process, &mut redis)).await;
        let mut pictures = Vec::new();
        for (_, person, end) in &eyes {
            let picture = person.at(&drill.base()).picture().await;
            end.send_replace(Some(picture["position"].as_str().expect("a position").to_owned()));
            pictures.push(timeless(picture));
        }
        (process, pictures)
    };
    let (walls, (process, pictures)) = join(walls, work).await;

    let fold = Fold::of(&drill.journal, CRISIS).await;
    every_receipt_is_in_the_journal_once(drill, &fold);
    for (((viewer, ..), wall), picture) in eyes.iter().zip(&walls).zip(&pictures) {
        let expected = fold.through(viewer);
        assert_eq!(*picture, expected, "what the server answers to {viewer:?}");
        assert_eq!(wall.things, things(&expected), "what the wall of {viewer:?} shows");
    }
    drop(process);
    let verified = vigie(&["verify", "--journal", &drill.journal]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

fn every_receipt_is_in_the_journal_once(drill: &Drill, fold: &Fold) {
    let receipts = drill.receipts.borrow();
    assert_eq!(receipts.len(), UPDATES);
    let mut posted: HashMap<String, String> = HashMap::new();
    let mut withdrawn = 0;
    for entry in fold.entries.iter().map(Arc::as_ref) {
        match &entry.event {
            Event::UpdatePosted { update } => {
                let twice = posted.insert(update.headline.clone(), update.id.to_string());
                assert_eq!(twice, None, "an update is in the journal once");
            }
            Event::UpdateWithdrawn { .. } => withdrawn += 1,
            Event::CrisisOpened { .. }
            | Event::IpcrRecorded { .. }
            | Event::EscalationRaised { .. }
            | Event::EscalationStepped { .. }
            | Event::EscalationLapsed { .. }
            | Event::EscalationWoken { .. }
            | Event::CycleSet { .. }
            | Event::CycleChanged { .. }
            | Event::CyclePlanned { .. }
            | Event::CycleEnded { .. }
            | Event::SlotExcused { .. }
            | Event::SlotReminded { .. }
            | Event::SlotMissed { .. }
            | Event::QueryAsked { .. }
            | Event::QueryAnswered { .. }
            | Event::QueryWithdrawn { .. }
            | Event::CrisisClosed { .. }
            | Event::CrisisReopened { .. }
            | Event::CrisisScoped { .. }
            | Event::LogEntered { .. }
            | Event::HandoverOffered { .. }
            | Event::HandoverSigned { .. } => {}
        }
    }
    assert_eq!(posted, *receipts, "the journal holds what was acknowledged, and nothing else");
    assert_eq!(withdrawn, drill.withdrawn.get());
}
