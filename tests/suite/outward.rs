//! What leaves Vigie: to real receivers over real connections, which fail in every way, and nothing too much.

mod labels;
mod receivers;
mod servers;

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vigie::clock::Clock;
use vigie::domain::vocabulary::Role;

use crate::harness::app::{App, CRISIS};
use crate::harness::eventually;
use crate::harness::outside::{Message, Mood, Receiver};
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
