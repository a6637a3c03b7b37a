//! What leaves Vigie: to real receivers over real connections, which fail in every way, and nothing too much.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;
use vigie::clock::Clock;
use vigie::domain::vocabulary::{Role, Tlp};

use crate::harness::app::{App, CRISIS};
use crate::harness::binary::{Process, token};
use crate::harness::eventually;
use crate::harness::outside::{MailMood, MailServer, Message, Mood, Receiver};
use crate::harness::person::{Person, changed};

const PATH: &str = "/api/v1/destinations";
const ESCALATIONS: &str = "/api/v1/crises/drill/escalations";
const KINDS: [&str; 5] = ["escalation_asked", "slot_due", "slot_missed", "level_up", "device_lost"];
/// Receivers of tests stand on this machine, and whoever hangs is waited for one second.
const INSIDE: [(&str, &str); 4] = [
    ("outward.allow_private", "127.0.0.0/8"),
    ("outward.connect_seconds", "1"),
    ("outward.timeout_seconds", "1"),
    ("outward.origin", "https://vigie.example.org"),
];

fn minutes(minutes: i64) -> Timestamp {
    let three: Timestamp = "2026-03-29T03:00:00Z".parse().expect("a time");
    three + SignedDuration::from_mins(minutes)
}

/// A server with a crisis whose time stands still, and a journal that outlives it.
struct Scene {
    _folder: tempfile::TempDir,
    journal: String,
    clock: Clock,
    app: App,
}

impl Scene {
    async fn set(more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the journal");
        let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
        let clock = Clock::held_at(minutes(0));
        let app = App::on_at(&journal, &[&INSIDE, more].concat(), &clock).await;
        app.open_crisis(CRISIS).await;
        Self { _folder: folder, journal, clock, app }
    }

    async fn lead(&self, centre: &str) -> Person {
        self.app.person(centre, Role::CentreLead).await
    }
}

fn matter(title: &str, asked_of: &str, tlp: &str) -> Value {
    json!({
        "title": title, "level": "watch", "severity": "severe", "reason": format!("Because of {title}"),
        "asked_of": asked_of, "tlp": tlp,
    })
}

async fn raise(person: &Person, title: &str) -> String {
    let receipt = person.post(ESCALATIONS, &matter(title, "nl-ncc", "green")).await.must(201);
    receipt["id"].as_str().expect("an id").to_owned()
}

/// Makes a webhook of everything; answers its path and its secret.
async fn hook(lead: &Person, url: &str) -> (String, String) {
    hook_of(lead, url, &KINDS).await
}

/// The same of some kinds.
async fn hook_of(lead: &Person, url: &str, kinds: &[&str]) -> (String, String) {
    let body = json!({ "channel": "webhook", "address": url, "kinds": kinds });
    let made = lead.post(PATH, &body).await.must(201);
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    (format!("{PATH}/{}", word(&made["destination"]["id"])), word(&made["secret"]))
}

async fn failed(app: &App, count: u64) {
    eventually("attempts fail", async || (app.metric("vigie_deliveries_failed_total").await >= count).then_some(()))
        .await;
}

fn titles(heard: &[Message]) -> BTreeSet<String> {
    let title = |message: &Message| {
        message.json()["data"]["told"]["escalation"]["title"].as_str().unwrap_or_default().to_owned()
    };
    heard.iter().map(title).collect()
}

fn ids(heard: &[Message]) -> BTreeSet<String> {
    heard.iter().map(Message::id).collect()
}

/// HMAC by its definition (RFC 2104), so that what is signed is not held to what signs it.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

#[test]
fn the_hmac_of_this_test_is_that_of_rfc_4231() {
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let hex: String = hmac(b"Jefe", b"what do ya want for nothing?").iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, expected);
}

#[actix_web::test]
async fn what_is_asked_of_a_centre_arrives_signed_with_a_link_and_nowhere_else() {
    let scene = Scene::set(&[]).await;
    let (dutch, french) = (Receiver::open(Mood::Takes).await, Receiver::open(Mood::Takes).await);
    let (_, secret) = hook(&scene.lead("nl-ncc").await, &dutch.url).await;
    hook(&scene.lead("fr-ncc").await, &french.url).await;
    let belgian = scene.app.officer("be-nccn").await;
    let id = raise(&belgian, "Buses").await;
    let heard = dutch.hears(1).await;
    let message = &heard[0];
    let body = message.json();
    assert_eq!((&body["type"], &body["timestamp"]), (&json!("escalation_asked"), &json!(minutes(0).to_string())));
    assert_eq!(body["link"], format!("https://vigie.example.org/coordination/drill#escalations/{id}"));
    assert_eq!(body["data"]["crisis"], json!({ "slug": "drill", "name": "A drill", "environment": "test" }));
    assert_eq!((&body["data"]["tlp"], &body["data"]["centre"]), (&json!("green"), &json!("nl-ncc")));
    assert_eq!(body["data"]["told"]["escalation"]["title"], "Buses");
    assert_eq!(message.header("content-type"), "application/json");

    let seconds = minutes(0).as_second().to_string();
    assert_eq!(message.header("webhook-timestamp"), seconds);
    let signed = format!("{}.{seconds}.{}", message.id(), message.body);
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("it begins so")).expect("base64");
    let expected = format!("v1,{}", STANDARD.encode(hmac(&key, signed.as_bytes())));
    assert_eq!(message.header("webhook-signature"), expected);

    // Nobody answers: it goes up, and both are told who are concerned.
    scene.clock.hold(minutes(30));
    let heard = dutch.hears(2).await;
    assert_eq!(
        (heard[1].kind(), heard[1].json()["data"]["told"]["escalation"]["level"].clone()),
        ("level_up".to_owned(), json!("coordination"))
    );
    assert_eq!(french.heard().len(), 0, "France is not concerned");
    scene.app.stop().await;
}

#[actix_web::test]
async fn a_receiver_that_fails_in_every_way_is_tried_again_until_it_takes_the_same() {
    let scene = Scene::set(&[]).await;
    let (receiver, elsewhere) = (Receiver::open(Mood::Status(500)).await, Receiver::open(Mood::Takes).await);
    let path = hook_of(&scene.lead("nl-ncc").await, &receiver.url, &["escalation_asked"]).await.0;
    let belgian = scene.app.officer("be-nccn").await;
    raise(&belgian, "Buses").await;
    failed(&scene.app, 1).await;
    let moods = [
        Mood::Elsewhere(elsewhere.url.clone()),
        Mood::Status(204 + 96),
        Mood::Status(404),
        Mood::Hangs,
        Mood::Drips,
        Mood::BreaksOff,
        Mood::Later("3600"),
    ];
    // Each wait is the longest there is: whatever chance says, it is over then.
    let mut now = 0;
    for (mood, tried) in moods.into_iter().zip(2..) {
        receiver.turn(mood);
        now += 8 * 60;
        scene.clock.hold(minutes(now));
        failed(&scene.app, tried).await;
    }
    let heard = receiver.heard();
    let first = ids(&heard[..1]);
    let of_the_first: Vec<Message> = heard.iter().filter(|one| first.contains(&one.id())).cloned().collect();
    assert!(of_the_first.iter().all(|message| message.body == of_the_first[0].body), "it is the same to the letter");
    assert_eq!(elsewhere.heard().len(), 0, "nobody is followed elsewhere");

    // It is on its own again only when the hour is over for which it asked.
    receiver.turn(Mood::Takes);
    let before = receiver.heard().len();
    scene.clock.hold(minutes(now + 59));
    let other = Receiver::open(Mood::Takes).await;
    hook(&scene.lead("nl-ncc").await, &other.url).await;
    raise(&belgian, "Trains").await;
    other.hears(1).await;
    let waits = scene.lead("nl-ncc").await.get(PATH).await.must(200)["destinations"].clone();
    let own = waits.as_array().expect("a list").iter().find(|one| path.ends_with(one["id"].as_str().expect("an id")));
    assert!(own.is_some_and(|own| own["waiting"].as_i64() > Some(0)), "{own:?}");
    assert!(receiver.heard()[before..].iter().all(|one| !first.contains(&one.id())), "it is left alone");
    scene.clock.hold(minutes(now + 60));
    eventually("it takes it", async || {
        receiver.heard()[before..].iter().any(|one| first.contains(&one.id())).then_some(())
    })
    .await;
    scene.app.stop().await;
}

#[actix_web::test]
async fn a_receiver_that_does_not_stop_talking_has_taken_it_and_one_that_is_not_there_takes_it_later() {
    let scene = Scene::set(&[]).await;
    let receiver = Receiver::open(Mood::Talks).await;
    hook(&scene.lead("nl-ncc").await, &receiver.url).await;
    let belgian = scene.app.officer("be-nccn").await;
    raise(&belgian, "Buses").await;
    eventually("it is sent", async || (scene.app.metric("vigie_deliveries_sent_total").await == 1).then_some(())).await;

    let address = receiver.address();
    drop(receiver);
    raise(&belgian, "Trains").await;
    failed(&scene.app, 1).await;
    eventually("one waits", async || (scene.app.metric("vigie_deliveries_waiting").await == 1).then_some(())).await;
    let receiver = Receiver::open_at(&address, Mood::Takes).await;
    scene.clock.hold(minutes(1));
    let heard = receiver.hears(1).await;
    assert_eq!(titles(&heard), ["Trains".to_owned()].into());
    eventually("none waits", async || (scene.app.metric("vigie_deliveries_waiting").await == 0).then_some(())).await;
    scene.app.stop().await;
}

#[actix_web::test]
async fn after_twelve_attempts_it_is_a_dead_letter_until_somebody_tries_it_again() {
    let scene = Scene::set(&[]).await;
    let receiver = Receiver::open(Mood::Status(503)).await;
    let lead = scene.lead("nl-ncc").await;
    let (path, _) = hook_of(&lead, &receiver.url, &["escalation_asked"]).await;
    raise(&scene.app.officer("be-nccn").await, "Buses").await;
    failed(&scene.app, 1).await;
    for attempt in 2..=12 {
        scene.clock.hold(minutes(i64::try_from(attempt).expect("small") * 8 * 60));
        failed(&scene.app, attempt).await;
    }
    assert_eq!(lead.get(PATH).await.must(200)["destinations"][0]["dead"], 1);
    let letters = lead.get(&format!("{path}/dead")).await.must(200)["dead"].clone();
    let letter = &letters[0];
    assert_eq!((&letter["attempts"], &letter["fault"], &letter["status"]), (&json!(12), &json!("status"), &json!(503)));
    assert!(!letters.to_string().contains("Buses"), "what it says is not shown");
    scene.clock.hold(minutes(14 * 24 * 60 / 2));
    eventually("it is counted", async || (scene.app.metric("vigie_deliveries_dead").await == 1).then_some(())).await;
    assert_eq!(receiver.heard().len(), 12, "nobody tries it by itself");

    receiver.turn(Mood::Takes);
    let id = letter["id"].as_str().expect("an id");
    let retry = format!("{path}/dead/{id}/retry");
    assert_eq!(lead.post(&retry, &json!({})).await.must(200)["destination"]["dead"], 0);
    let heard = receiver.hears(13).await;
    assert_eq!(ids(&heard).len(), 1, "under the name that it always had");
    assert_eq!(heard[12].id(), id);
    lead.post(&retry, &json!({})).await.problem(404);
    assert_eq!(lead.get("/readyz").await.must(200)["status"], "ready");
    scene.app.stop().await;
}

#[actix_web::test]
async fn who_says_that_it_is_gone_is_sent_nothing_until_it_is_resumed_and_then_nothing_old() {
    let scene = Scene::set(&[]).await;
    let receiver = Receiver::open(Mood::Status(410)).await;
    let lead = scene.lead("nl-ncc").await;
    let belgian = scene.app.officer("be-nccn").await;
    raise(&belgian, "Before it was made").await;
    let (path, _) = hook(&lead, &receiver.url).await;
    raise(&belgian, "Buses").await;
    failed(&scene.app, 1).await;
    let shown = lead.get(PATH).await.must(200)["destinations"][0].clone();
    assert_eq!((&shown["paused_at"], &shown["dead"]), (&json!(minutes(0).to_string()), &json!(1)));
    receiver.turn(Mood::Takes);
    raise(&belgian, "While it was paused").await;
    scene.clock.hold(minutes(5));
    lead.post(&format!("{path}/resume"), &json!({})).await.must(200);
    raise(&belgian, "Trains").await;
    let heard = receiver.hears(2).await;
    assert_eq!(
        titles(&heard),
        ["Buses".to_owned(), "Trains".to_owned()].into(),
        "nothing of before and nothing of between"
    );

    lead.post(&format!("{path}/pause"), &json!({})).await.must(200);
    raise(&belgian, "While it was paused").await;
    lead.post(&format!("{path}/remove"), &json!({})).await.must(200);
    lead.post(&format!("{path}/remove"), &json!({})).await.problem(404);
    assert_eq!(lead.get(PATH).await.must(200)["destinations"], json!([]));
    scene.app.stop().await;
}

/// Raises one under each label, and waits for what the last of them must bring.
async fn under_each_label(belgian: &Person) {
    for tlp in ["red", "amber_strict"] {
        let recipients = json!({ "recipients": ["nl-ncc"] });
        belgian.post(ESCALATIONS, &changed(matter("Zugzwang", "nl-ncc", tlp), recipients)).await.must(201);
    }
    belgian.post(ESCALATIONS, &matter("Zwischenzug", "nl-ncc", "amber")).await.must(201);
    belgian.post(ESCALATIONS, &matter("Clear words", "nl-ncc", "clear")).await.must(201);
}

#[actix_web::test]
async fn nothing_leaves_that_its_label_keeps_by_webhook_or_mail() {
    let mail = MailServer::open(MailMood::Takes).await;
    let port = mail.port.to_string();
    let smtp = [
        ("smtp.host", "127.0.0.1"),
        ("smtp.port", port.as_str()),
        ("smtp.tls", "none"),
        ("smtp.from", "vigie@example.org"),
    ];
    let scene = Scene::set(&smtp).await;
    let receiver = Receiver::open(Mood::Takes).await;
    let lead = scene.lead("nl-ncc").await;
    hook(&lead, &receiver.url).await;
    let mailbox = json!({ "channel": "mail", "address": "duty@nl.example.org", "kinds": KINDS });
    let made = lead.post(PATH, &mailbox).await.must(201);
    assert_eq!(made["secret"], Value::Null);
    let belgian = scene.app.officer("be-nccn").await;
    under_each_label(&belgian).await;
    let heard = receiver.hears(2).await;
    let letters = mail.takes(2).await;
    // They go up too, with the same labels.
    scene.clock.hold(minutes(30));
    receiver.hears(4).await;
    mail.takes(4).await;
    raise(&belgian, "The last").await;
    let all = receiver.hears(5).await;
    let all_letters = mail.takes(5).await;
    assert_eq!((all.len(), all_letters.len()), (5, 5), "of RED and AMBER+STRICT not even that there is one");
    for secret in ["Zugzwang", "Zwischenzug", "\"red\"", "amber_strict", "TLP:RED", "STRICT"] {
        assert!(all.iter().all(|message| !message.body.contains(secret)), "{secret} left by webhook");
        assert!(
            all_letters
                .iter()
                .all(|letter| !letter.text().contains(secret) && !letter.header("Subject").contains(secret)),
            "{secret} left by mail"
        );
    }
    let amber = heard.iter().map(Message::json).find(|body| body["data"]["tlp"] == "amber").expect("that there is one");
    assert_eq!(amber["data"]["told"], Value::Null);
    let keys: Vec<&String> = amber["data"].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["at", "centre", "crisis", "kind", "subject", "tlp", "told"]);
    let link = amber["link"].as_str().expect("a link");
    let letter = letters.iter().find(|letter| letter.text().contains(link)).expect("it links to it");
    assert_eq!(letter.to, "duty@nl.example.org");
    assert_eq!(letter.header("Subject"), "TEST — Vigie: an escalation is asked of nl-ncc");
    assert!(letter.text().contains("TLP:AMBER") && letter.text().contains("does not leave Vigie"), "{}", letter.text());
    assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
    assert!(letter.header("From").contains("<vigie@example.org>"));
    let clear = letters.iter().find(|letter| letter.text().contains("Clear words")).expect("it may leave");
    assert_eq!(clear.header("Subject"), "TEST — Vigie: an escalation is asked of nl-ncc: Clear words");
    assert!(clear.text().contains("Reason: Because of Clear words"));
    let names: BTreeSet<String> = letters.iter().map(|letter| letter.header("Message-ID")).collect();
    assert_eq!(names.len(), 2);
    assert!(names.iter().all(|name| name.starts_with("<msg_") && name.ends_with("@example.org>")), "{names:?}");
    scene.app.stop().await;
}

#[actix_web::test]
async fn a_mail_server_that_refuses_hangs_or_breaks_off_is_tried_again() {
    let mail = MailServer::open(MailMood::Refuses(450)).await;
    let port = mail.port.to_string();
    let smtp = [
        ("smtp.host", "127.0.0.1"),
        ("smtp.port", port.as_str()),
        ("smtp.tls", "none"),
        ("smtp.from", "vigie@example.org"),
    ];
    let scene = Scene::set(&smtp).await;
    let lead = scene.lead("nl-ncc").await;
    let mailbox = json!({ "channel": "mail", "address": "duty@nl.example.org", "kinds": ["escalation_asked"] });
    lead.post(PATH, &mailbox).await.must(201);
    raise(&scene.app.officer("be-nccn").await, "Buses").await;
    failed(&scene.app, 1).await;
    let moods = [MailMood::Refuses(550), MailMood::BreaksOff, MailMood::Hangs];
    for (mood, tried) in moods.into_iter().zip(2_i64..) {
        mail.turn(mood);
        scene.clock.hold(minutes(tried * 8 * 60));
        failed(&scene.app, tried.unsigned_abs()).await;
    }
    assert_eq!(mail.letters().len(), 0);
    mail.turn(MailMood::Takes);
    scene.clock.hold(minutes(5 * 8 * 60));
    let letters = mail.takes(1).await;
    assert!(letters[0].text().contains("Title: Buses"));
    scene.app.stop().await;
}

#[actix_web::test]
async fn a_slot_is_told_when_it_is_due_and_when_it_was_missed() {
    let scene = Scene::set(&[]).await;
    let receiver = Receiver::open(Mood::Takes).await;
    hook(&scene.lead("nl-ncc").await, &receiver.url).await;
    let cycle = json!({
        "name": "Situation report", "sectors": ["cyber"], "centres": ["be-nccn", "nl-ncc"], "starts_at": minutes(120),
        "rrule": "FREQ=HOURLY;INTERVAL=4", "grace_minutes": 30, "reminder_minutes": [60],
    });
    let coordinator = scene.app.person("eu-ercc", Role::Coordinator).await;
    coordinator.post("/api/v1/crises/drill/cycles", &cycle).await.must(201);
    scene.clock.hold(minutes(60));
    let due = receiver.hears(1).await[0].json();
    assert_eq!((&due["type"], &due["link"]), (&json!("slot_due"), &json!("https://vigie.example.org/desk/drill")));
    let told = json!({ "slot": { "cycle": "Situation report", "due_at": minutes(120).to_string() } });
    assert_eq!(due["data"]["told"], told);
    scene.clock.hold(minutes(151));
    let missed = receiver.hears(2).await[1].json();
    assert_eq!((&missed["type"], &missed["data"]["told"]), (&json!("slot_missed"), &told));
    scene.app.stop().await;
}

#[actix_web::test]
async fn a_wall_that_is_not_seen_any_more_is_told_once_for_each_time() {
    let scene = Scene::set(&[]).await;
    let receiver = Receiver::open(Mood::Takes).await;
    let lead = scene.lead("be-nccn").await;
    hook(&lead, &receiver.url).await;
    let (id, wall) = scene.app.account("be-nccn", Role::WallDevice, Tlp::Green).await;
    let seen = async |at: i64| {
        let mut socket = wall.listen(None).await;
        socket.next().await;
        eventually("it is seen", async || {
            let devices = lead.get("/api/v1/devices").await.must(200)["devices"].clone();
            (devices[0]["last_seen"] == json!(minutes(at).to_string())).then_some(())
        })
        .await;
    };
    seen(0).await;
    scene.clock.hold(minutes(10));
    let lost = receiver.hears(1).await[0].json();
    assert_eq!((&lost["type"], &lost["data"]["crisis"]), (&json!("device_lost"), &Value::Null));
    assert_eq!(lost["data"]["subject"], json!(id.to_string()));
    assert_eq!(lost["data"]["told"]["wall"]["last_seen"], json!(minutes(0).to_string()));
    assert_eq!(lost["link"], "https://vigie.example.org/coordination#devices");
    scene.clock.hold(minutes(12));
    seen(12).await;
    scene.clock.hold(minutes(22));
    let heard = receiver.hears(2).await;
    assert_eq!((heard.len(), ids(&heard).len()), (2, 2), "once for each loss, not once a minute");
    scene.app.stop().await;
}

#[actix_web::test]
async fn of_two_servers_one_sends_and_what_one_leaves_the_other_takes_up() {
    let scene = Scene::set(&[]).await;
    let two = App::on_at(&scene.journal, &INSIDE, &scene.clock).await;
    let receiver = Receiver::open(Mood::Takes).await;
    hook(&scene.lead("nl-ncc").await, &receiver.url).await;
    let belgian = scene.app.officer("be-nccn").await;
    let names: Vec<String> = (0..8).map(|number| format!("Matter {number}")).collect();
    for name in &names {
        raise(&belgian, name).await;
    }
    let heard = receiver.hears(8).await;
    assert_eq!(titles(&heard), names.into_iter().collect());
    let Scene { app, clock, .. } = scene;
    let sent = app.metric("vigie_deliveries_sent_total").await;
    let other = two.metric("vigie_deliveries_sent_total").await;
    assert!(sent + other >= 8 && (sent == 0 || other == 0), "one of them sends: {sent} and {other}");
    // Whichever goes, the other takes over: at once, for it gave the right back.
    let (goes, stays) = if sent == 0 { (two, app) } else { (app, two) };
    goes.stop().await;
    raise(&belgian.at(&stays.base), "The ninth").await;
    let heard = receiver.hears(9).await;
    assert_eq!((heard.len(), ids(&heard).len()), (9, 9), "each of them once");
    drop(clock);
    stays.stop().await;
}

#[actix_web::test]
async fn a_server_that_is_killed_loses_no_notice_and_invents_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let config = folder.path().join("vigie.toml");
    let outward = "[outward]\nallow_private = [\"127.0.0.0/8\"]\nretry_first_seconds = 1\nlease_seconds = 3\n";
    std::fs::write(&config, outward).expect("it can be written");
    let config = config.display().to_string();
    let more = ["--config", config.as_str()];
    let mut process = Process::serve("127.0.0.1:0", &journal, &more);
    let coordinator = Person::new(&process.base, &token(&journal, "eu-ercc", "coordinator"));
    let crisis = json!({ "slug": CRISIS, "name": "A drill", "environment": "test" });
    coordinator.post("/api/v1/crises", &crisis).await.must(201);
    let lead = Person::new(&process.base, &token(&journal, "nl-ncc", "centre_lead"));
    let belgian = Person::new(&process.base, &token(&journal, "be-nccn", "duty_officer"));
    let receiver = Receiver::open(Mood::Takes).await;
    hook(&lead, &receiver.url).await;
    let mut raised = BTreeSet::new();
    for round in 0..4 {
        // Killed with one on its way, some put down and some only in the journal.
        receiver.turn(if round % 2 == 0 { Mood::Hangs } else { Mood::Takes });
        for number in 0..5 {
            let name = format!("Matter {round}.{number}");
            raise(&belgian.at(&process.base), &name).await;
            raised.insert(name);
        }
        let before = receiver.heard().len();
        receiver.hears(before.max(1)).await;
        process.kill();
        process = Process::serve("127.0.0.1:0", &journal, &more);
    }
    receiver.turn(Mood::Takes);
    let all = eventually("every one arrives", async || {
        let heard = receiver.heard();
        (titles(&heard) == raised).then_some(heard)
    })
    .await;
    assert_eq!(ids(&all).len(), raised.len(), "a second one has the name of the first");
    for message in &all {
        let alike = all.iter().filter(|other| other.id() == message.id());
        assert!(alike.into_iter().all(|other| other.body == message.body));
    }
    let base = process.base.clone();
    eventually("none waits", async || {
        let destinations = lead.at(&base).get(PATH).await.must(200)["destinations"].clone();
        (destinations[0]["waiting"] == 0).then_some(())
    })
    .await;
    assert_eq!(ids(&receiver.heard()), ids(&all), "nothing came that was not due");
}

/// TLS as a receiver has it, and the certificate that it shows.
fn shown_by_a_receiver() -> (TlsAcceptor, String) {
    let shown = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(shown.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has what they need")
        .with_no_client_auth()
        .with_single_cert(vec![shown.cert.der().clone()], key.into())
        .expect("key and certificate belong together");
    (TlsAcceptor::from(Arc::new(config)), shown.cert.pem())
}

#[actix_web::test]
async fn over_tls_only_what_this_machine_trusts_is_sent_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let config = folder.path().join("vigie.toml");
    std::fs::write(&config, "[outward]\nallow_private = [\"127.0.0.0/8\", \"::1\"]\nattempts = 1\n").expect("written");
    let ((trusted, pem), (stranger, _)) = (shown_by_a_receiver(), shown_by_a_receiver());
    let authorities = folder.path().join("authorities.pem");
    std::fs::write(&authorities, pem).expect("it can be written");
    let trusts = [("SSL_CERT_FILE", authorities.to_str().expect("UTF-8"))];
    let more = ["--config", config.to_str().expect("UTF-8")];
    let process = Process::serve_in(&trusts, "127.0.0.1:0", &journal, &more);
    let coordinator = Person::new(&process.base, &token(&journal, "eu-ercc", "coordinator"));
    let crisis = json!({ "slug": CRISIS, "name": "A drill", "environment": "test" });
    coordinator.post("/api/v1/crises", &crisis).await.must(201);
    let lead = Person::new(&process.base, &token(&journal, "nl-ncc", "centre_lead"));
    let (trusted, stranger) = (Receiver::over_tls(trusted).await, Receiver::over_tls(stranger).await);
    hook(&lead, &trusted.url).await;
    let (path, _) = hook(&lead, &stranger.url).await;
    raise(&Person::new(&process.base, &token(&journal, "be-nccn", "duty_officer")), "Buses").await;
    assert_eq!(titles(&trusted.hears(1).await), ["Buses".to_owned()].into());
    let dead = eventually("it dies", async || {
        let dead = lead.get(&format!("{path}/dead")).await.must(200)["dead"].clone();
        dead.as_array().is_some_and(|dead| !dead.is_empty()).then_some(dead)
    })
    .await;
    assert_eq!((&dead[0]["fault"], stranger.heard().len()), (&json!("no_connection"), 0));
}

#[actix_web::test]
async fn destinations_are_a_centres_own_and_everything_wrong_is_named() {
    let app = App::with_crisis().await;
    let lead = app.person("nl-ncc", Role::CentreLead).await;
    let good = json!({ "channel": "webhook", "address": "https://example.org/hooks", "kinds": ["slot_due"] });
    let made = lead.post(PATH, &good).await.must(201);
    let path = format!("{PATH}/{}", made["destination"]["id"].as_str().expect("an id"));
    let secret = made["secret"].as_str().expect("a secret");
    assert_eq!(STANDARD.decode(secret.strip_prefix("whsec_").expect("it begins so")).expect("base64").len(), 32);
    let listed = lead.get(PATH).await;
    assert_eq!(listed.must(200)["destinations"][0]["kinds"], json!(["slot_due"]));
    assert!(!listed.text().contains("whsec_"), "it is shown once");
    for role in [Role::WallDevice, Role::Viewer, Role::DutyOfficer, Role::Auditor, Role::Partner] {
        let person = app.person("nl-ncc", role).await;
        person.get(PATH).await.problem(403);
        person.post(PATH, &good).await.problem(403);
        person.post(&format!("{path}/pause"), &json!({})).await.problem(403);
    }
    let other = app.person("be-nccn", Role::CentreLead).await;
    assert_eq!(other.get(PATH).await.must(200)["destinations"], json!([]));
    for step in ["pause", "resume", "remove", "dead/msg_1/retry"] {
        other.post(&format!("{path}/{step}"), &json!({})).await.problem(404);
    }
    other.get(&format!("{path}/dead")).await.problem(404);
    other.post(PATH, &changed(good.clone(), json!({ "centre": "nl-ncc" }))).await.problem(403);
    let admin = app.person("eu-ercc", Role::Admin).await;
    assert_eq!(admin.get(PATH).await.must(200)["destinations"].as_array().map(Vec::len), Some(1));
    admin.post(&format!("{path}/pause"), &json!({})).await.must(200);
    admin.post(PATH, &changed(good.clone(), json!({ "centre": "be-nccn" }))).await.must(201);

    let wrong = json!({ "channel": "mail", "address": "x", "kinds": [], "extra": 1 });
    let mut pointers = lead.post(PATH, &wrong).await.problem(422);
    pointers.sort();
    assert_eq!(pointers, ["/address", "/channel", "/extra", "/kinds"]);
    for address in ["http://example.org/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/"] {
        assert_eq!(
            lead.post(PATH, &changed(good.clone(), json!({ "address": address }))).await.problem(422),
            ["/address"]
        );
    }
    app.stop().await;
}

/// A name says nothing of where it leads: it is looked at when it is connected to.
#[actix_web::test]
async fn a_name_that_leads_inside_is_not_followed() {
    let clock = Clock::held_at(minutes(0));
    let app = App::at(&clock).await;
    let receiver = Receiver::open(Mood::Takes).await;
    let lead = app.person("nl-ncc", Role::CentreLead).await;
    let url = receiver.url.replace("http://127.0.0.1", "https://localhost");
    let (path, _) = hook_of(&lead, &url, &["escalation_asked"]).await;
    raise(&app.officer("be-nccn").await, "Buses").await;
    failed(&app, 1).await;
    for attempt in 2..=12 {
        clock.hold(minutes(i64::try_from(attempt).expect("small") * 8 * 60));
        eventually("it is tried", async || {
            (app.metric("vigie_deliveries_failed_total").await >= attempt).then_some(())
        })
        .await;
    }
    let dead = eventually("it dies", async || {
        let dead = lead.get(&format!("{path}/dead")).await.must(200)["dead"].clone();
        dead.as_array().is_some_and(|dead| !dead.is_empty()).then_some(dead)
    })
    .await;
    let faults: BTreeSet<&str> =
        dead.as_array().expect("a list").iter().filter_map(|one| one["fault"].as_str()).collect();
    assert_eq!(faults, ["address_not_allowed"].into());
    assert_eq!(receiver.heard().len(), 0);
    app.stop().await;
}
