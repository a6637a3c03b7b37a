//! A shift is handed over: what the system tells of it, who signs, and what others learn of that.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vigie::clock::Clock;
use vigie::domain::vocabulary::{Role, Tlp};

use crate::harness::app::{App, CRISIS};
use crate::harness::person::{Person, changed, update};

const PATH: &str = "/api/v1/crises/drill/handovers";

fn minutes(minutes: i64) -> Timestamp {
    let midnight: Timestamp = "2026-03-29T00:00:00Z".parse().expect("a time");
    midnight + SignedDuration::from_mins(minutes)
}

/// The night: midnight to eight.
fn night() -> Value {
    json!({ "from": minutes(0), "to": minutes(480) })
}

fn handover() -> Value {
    json!({
        "shift": night(), "notes": "Quiet, but for the river", "watch_items": ["The Meuse at Liège"],
        "staffing": "Two until noon", "questions": "Who speaks Ukrainian?",
    })
}

fn crisis(path: &str) -> String {
    format!("/api/v1/crises/{CRISIS}/{path}")
}

async fn offer(person: &Person) -> String {
    let answer = person.post(PATH, &handover()).await;
    let id = answer.must(201)["id"].as_str().expect("an id").to_owned();
    assert_eq!(answer.header("location"), format!("{PATH}/{id}"));
    id
}

async fn sign(person: &Person, id: &str) -> crate::harness::person::Answer {
    person.post(&format!("{PATH}/{id}/sign"), &json!({ "note": "Read" })).await
}

async fn post(person: &Person, body: Value, at: Timestamp) -> String {
    person.post_update(&changed(body, json!({ "as_of": at }))).await.must(201)["id"].as_str().expect("an id").to_owned()
}

async fn handed(person: &Person) -> (Value, Value) {
    let picture = person.picture().await;
    let mut centres = picture["centres"].as_array().expect("centres").iter();
    let view = centres.find(|view| view["id"] == "be-nccn").expect("it is part of the crisis");
    (view["last_handover"].clone(), view["next_handover"].clone())
}

#[actix_web::test]
async fn what_the_system_tells_is_of_the_shift_and_of_this_centre_and_stays_as_it_was_offered() {
    let clock = Clock::held_at(minutes(-60));
    let app = App::at(&clock).await;
    let (officer, relief) = (app.officer("be-nccn").await, app.person("be-nccn", Role::CentreLead).await);
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let neighbour = app.officer("nl-ncc").await;
    post(&officer, update("be-nccn", "cyber", "green", "Before"), minutes(-60)).await;
    let cycle = json!({
        "name": "Reports", "sectors": ["displacement"], "centres": ["be-nccn", "nl-ncc"], "starts_at": minutes(540),
        "rrule": "FREQ=HOURLY;INTERVAL=4", "grace_minutes": 30,
    });
    coordinator.post(&crisis("cycles"), &cycle).await.must(201);
    let once = json!({
        "name": "Once", "sectors": ["cyber"], "centres": ["nl-ncc"], "starts_at": minutes(60),
        "rrule": "FREQ=DAILY;COUNT=1", "grace_minutes": 30,
    });
    coordinator.post(&crisis("cycles"), &once).await.must(201);

    clock.hold(minutes(120));
    let asked = post(&officer, update("be-nccn", "displacement", "green", "Reception full"), minutes(120)).await;
    coordinator.post(&crisis(&format!("updates/{asked}/queries")), &json!({ "question": "Which?" })).await.must(201);
    let log = |text: &str, key: bool| json!({ "kind": "fact", "text": text, "event_time": minutes(120), "tlp": "green", "key_event": key });
    officer.post(&crisis("log"), &log("Key", true)).await.must(201);
    officer.post(&crisis("log"), &log("Routine", false)).await.must(201);
    neighbour.post(&crisis("log"), &log("Theirs", true)).await.must(201);
    let matter = |title: &str, asked_of: &str| {
        json!({
            "title": title, "level": "watch", "severity": "minor", "reason": "So", "asked_of": asked_of, "tlp": "green",
            "ack_due": minutes(2_000), "resolve_due": minutes(3_000),
        })
    };
    neighbour.post(&crisis("escalations"), &matter("To us", "be-nccn")).await.must(201);
    neighbour.post(&crisis("escalations"), &matter("To others", "fr-ncc")).await.must(201);

    clock.hold(minutes(470));
    let path = format!("{PATH}/draft?from={}&to={}", minutes(0), minutes(480));
    let draft = officer.get(&path).await.must(200);
    let titles = |list: &Value, name: &str| -> Vec<Value> {
        list.as_array().expect("a list").iter().map(|one| one[name].clone()).collect()
    };
    assert_eq!(titles(&draft["escalations"], "title"), ["To us"]);
    assert_eq!(titles(&draft["queries"], "question"), ["Which?"]);
    assert_eq!(titles(&draft["key_events"], "text"), ["Key", "Theirs"]);
    assert_eq!(draft["next"], json!({ "from": minutes(480), "to": minutes(960) }));
    assert_eq!(titles(&draft["slots"], "due_at"), [json!(minutes(540)), json!(minutes(780))]);
    assert_eq!(titles(&draft["slots"], "centre"), ["be-nccn", "be-nccn"]);
    assert_eq!(titles(&draft["changes"]["missed"], "centre"), ["nl-ncc"], "of every centre");
    let cells = titles(&draft["changes"]["cells"], "sector");
    assert_eq!(cells, ["displacement"], "what was said before the shift is not told again");

    let id = offer(&officer).await;
    clock.hold(minutes(490));
    post(&officer, update("be-nccn", "cyber", "green", "After"), minutes(490)).await;
    neighbour.post(&crisis("log"), &log("Later", true)).await.must(201);
    let shown = relief.get(&format!("{PATH}/{id}")).await.must(200);
    assert_eq!(shown["told"], draft, "as it stood when it was offered");
    assert_eq!((&shown["handover"]["own"], &shown["handover"]["state"]), (&json!(false), &json!("offered")));
    assert_eq!(shown["handover"]["watch_items"], json!(["The Meuse at Liège"]));
    let since = relief.get(&crisis(&format!("changes?since={id}"))).await.must(200);
    assert_eq!(titles(&since["cells"], "sector"), ["cyber"]);
    assert_eq!(since["since_at"], json!(minutes(470)));
    assert_eq!(neighbour.get(&crisis(&format!("changes?since={id}"))).await.problem(422), ["/since"]);
    app.stop().await;
}

#[actix_web::test]
async fn another_of_the_same_centre_signs_once_and_coordination_learns_when_and_nothing_else() {
    let clock = Clock::held_at(minutes(470));
    let app = App::at(&clock).await;
    let (officer, relief) = (app.officer("be-nccn").await, app.officer("be-nccn").await);
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let mut wall = app.wall("fr-ncc", Tlp::Green).await.listen(None).await;
    wall.until("a snapshot", |wall| wall.snapshots == 1).await;
    let before = coordinator.picture().await["position"].clone();
    let id = offer(&officer).await;
    assert_eq!(coordinator.picture().await["position"], before, "an offer is the centre's own");
    sign(&officer, &id).await.problem(403);
    sign(&app.person("be-nccn", Role::Viewer).await, &id).await.problem(403);
    for stranger in [&coordinator, &app.officer("nl-ncc").await, &app.person("be-nccn", Role::Partner).await] {
        sign(stranger, &id).await.problem(404);
    }
    coordinator.get(&format!("{PATH}/{id}")).await.problem(404);
    assert_eq!(handed(&officer).await, (Value::Null, Value::Null), "offered is not taken over");

    clock.hold(minutes(485));
    sign(&relief, &id).await.must(201);
    sign(&relief, &id).await.problem(409);
    let expected = (json!(minutes(485)), json!(minutes(960)));
    for person in [&officer, &coordinator] {
        assert_eq!(handed(person).await, expected);
    }
    assert_eq!(handed(&app.wall("be-nccn", Tlp::Clear).await).await, (Value::Null, Value::Null), "that is not CLEAR");
    wall.until("the handover", |wall| !wall.entries.is_empty()).await;
    let centre = &wall.things[&("centre".to_owned(), "be-nccn".to_owned())];
    assert_eq!((&centre["last_handover"], &centre["next_handover"]), (&expected.0, &expected.1));
    let journal = coordinator.get(&crisis("journal")).await.text();
    assert!(journal.contains("handover_signed") && !journal.contains("handover_offered"), "{journal}");
    for words in ["river", "Meuse", "Read"] {
        assert!(!journal.contains(words), "{words} in {journal}");
    }

    let listed = relief.get(PATH).await.must(200);
    assert_eq!(listed["handovers"].as_array().expect("a list").len(), 1);
    let signed = &listed["handovers"][0]["signed"];
    assert_eq!((&signed["note"], &signed["at"]), (&json!("Read"), &json!(minutes(485))));
    assert_eq!(coordinator.get(PATH).await.must(200)["handovers"], json!([]));
    app.stop().await;
}

#[actix_web::test]
async fn every_wrong_field_of_a_handover_is_named() {
    let clock = Clock::held_at(minutes(470));
    let app = App::at(&clock).await;
    let officer = app.officer("be-nccn").await;
    for (changes, pointers) in [
        (json!({ "shift": null, "notes": null }), vec!["/shift", "/notes"]),
        (json!({ "shift": { "from": minutes(500), "to": minutes(600) } }), vec!["/shift/from"]),
        (json!({ "shift": { "from": minutes(0), "to": minutes(0) } }), vec!["/shift/to"]),
        (json!({ "shift": { "from": minutes(0), "to": minutes(2_881) } }), vec!["/shift/to"]),
        (json!({ "shift": { "from": minutes(-2_900), "to": minutes(-2_411) } }), vec!["/shift/to"]),
        (json!({ "watch_items": ["", "x"] }), vec!["/watch_items/0"]),
        (json!({ "staffing": "é".repeat(1_001), "names": [] }), vec!["/staffing", "/names"]),
    ] {
        assert_eq!(officer.post(PATH, &changed(handover(), changes)).await.problem(422), pointers);
    }
    assert_eq!(officer.get(&format!("{PATH}/draft?from=soon")).await.problem(422), ["/from", "/to"]);
    let backwards = format!("{PATH}/draft?from={}&to={}", minutes(0), minutes(-1));
    assert_eq!(officer.get(&backwards).await.problem(422), ["/to"]);
    let long_ago = format!("{PATH}/draft?from={}&to={}", minutes(-2_900), minutes(-2_411));
    assert_eq!(officer.get(&long_ago).await.problem(422), ["/to"]);
    officer.get(&format!("{PATH}/nothing")).await.problem(404);
    officer.post(&format!("{PATH}/nothing/sign"), &json!({})).await.problem(404);
    app.stop().await;
}
