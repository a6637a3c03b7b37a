//! The watch log over HTTP: written by officers, read by whom each entry is for, never on the socket.

use serde_json::{Value, json};
use vigie::domain::vocabulary::{Role, Tlp};

use crate::harness::app::{App, CRISIS};
use crate::harness::in_seconds;
use crate::harness::person::{Person, changed, update};

const PATH: &str = "/api/v1/crises/drill/log";

fn entry(text: &str, changes: Value) -> Value {
    changed(json!({ "kind": "fact", "text": text, "event_time": in_seconds(-60), "tlp": "green" }), changes)
}

async fn write(person: &Person, text: &str, changes: Value) -> String {
    let answer = person.post(PATH, &entry(text, changes)).await;
    assert_eq!(answer.header("location"), PATH);
    answer.must(201)["id"].as_str().expect("an id").to_owned()
}

/// The lines of a page, and the address of the next.
async fn page(person: &Person, path: &str) -> (Vec<Value>, Option<String>) {
    let answer = person.get(path).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    let next = answer.header("link").split_once('>').map(|(address, _)| address[1..].to_owned());
    (answer.text().lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect(), next)
}

async fn texts(person: &Person, query: &str) -> Vec<String> {
    let (lines, _) = page(person, &format!("{PATH}{query}")).await;
    lines.iter().map(|line| line["text"].as_str().expect("a text").to_owned()).collect()
}

#[actix_web::test]
async fn an_entry_has_two_times_and_is_corrected_by_another() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let wrong = write(&officer, "Three halls", json!({ "kind": "decision", "key_event": true })).await;
    let right = write(&officer, "Two halls", json!({ "kind": "decision", "corrects": wrong })).await;
    let (lines, next) = page(&officer, PATH).await;
    assert_eq!((lines.len(), next), (2, None));
    assert_eq!((&lines[1]["id"], &lines[1]["corrects"]), (&json!(right), &json!(wrong)));
    assert_eq!(texts(&officer, "?key=true").await, ["Three halls", "Two halls"], "the right one as well as the wrong");
    let time = |name: &str| lines[0][name].as_str().expect("a time").parse::<jiff::Timestamp>().expect("a time");
    assert!(time("event_time") < time("recorded_at"), "{}", lines[0]);
    assert_eq!((&lines[0]["by"]["centre"], &lines[0]["kind"]), (&json!("be-nccn"), &json!("decision")));
    assert!(lines[0]["by"].get("account").is_none(), "who wrote is a position");

    let other = app.officer("nl-ncc").await;
    let of = |id: &str, tlp: &str| entry("Not so", json!({ "corrects": id, "tlp": tlp }));
    assert_eq!(other.post(PATH, &of(&wrong, "green")).await.problem(422), ["/corrects"]);
    assert_eq!(officer.post(PATH, &of(&wrong, "clear")).await.problem(422), ["/tlp"]);
    app.stop().await;
}

#[actix_web::test]
async fn each_reads_what_is_for_it_page_by_page_and_no_wall_reads_any() {
    let app = App::with_crisis().await;
    let (officer, neighbour) = (app.officer("be-nccn").await, app.officer("nl-ncc").await);
    write(&officer, "For all", json!({})).await;
    write(&officer, "For us", json!({ "tlp": "amber_strict", "recipients": ["be-nccn"], "key_event": true })).await;
    write(&officer, "For two", json!({ "tlp": "amber", "recipients": ["nl-ncc"], "key_event": true })).await;
    write(&neighbour, "Theirs", json!({})).await;
    assert_eq!(texts(&officer, "").await, ["For all", "For us", "For two", "Theirs"]);
    assert_eq!(texts(&neighbour, "").await, ["For all", "For two", "Theirs"]);
    assert_eq!(texts(&app.officer("fr-ncc").await, "").await, ["For all", "Theirs"]);
    assert_eq!(texts(&app.person("be-nccn", Role::Partner).await, "").await, [""; 0]);
    assert_eq!(texts(&officer, "?centre=nl-ncc").await, ["Theirs"]);
    assert_eq!(texts(&officer, "?key=true").await, ["For us", "For two"]);

    let mut read = Vec::new();
    let mut at = Some(format!("{PATH}?limit=1&key=true&centre=be-nccn"));
    while let Some(path) = at {
        let (lines, next) = page(&officer, &path).await;
        assert_eq!(lines.len(), 1);
        read.push(lines[0]["text"].clone());
        at = next;
    }
    assert_eq!(read, ["For us", "For two"], "the next page asks for the same");
    let faulty = officer.get(&format!("{PATH}?key=1&centre=B&kind=rumour&limit=0&after=x&before=y")).await;
    assert_eq!(faulty.problem(422), ["/after", "/limit", "/centre", "/before", "/kind", "/key"]);
    let both = officer.get(&format!("{PATH}?after=&before=")).await;
    assert_eq!(both.problem(422), ["/before"]);
    app.wall("be-nccn", Tlp::Amber).await.get(PATH).await.problem(403);
    app.stop().await;
}

#[actix_web::test]
async fn the_log_is_not_on_the_socket_but_a_key_event_that_all_may_know_is_a_line_of_the_feed() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let mut wall = app.wall("nl-ncc", Tlp::Green).await.listen(None).await;
    wall.until("a snapshot", |wall| wall.snapshots == 1).await;
    let before = officer.picture().await;
    write(&officer, "Routine", json!({})).await;
    write(&officer, "Confidential", json!({ "tlp": "amber", "key_event": true })).await;
    let after = officer.picture().await;
    assert_eq!((&before["position"], &before["feed"]), (&after["position"], &after["feed"]));
    write(&officer, "The border closes\nat noon", json!({ "key_event": true })).await;
    wall.until("the key event", |wall| !wall.entries.is_empty()).await;
    let line = &wall.entries[0];
    assert_eq!((&line["kind"], &line["headline"]), (&json!("log_entered"), &json!("The border closes")));
    assert_eq!(officer.picture().await["feed"][0]["headline"], "The border closes");
    // What came after the unseen entries is told to whoever resumes from before them.
    officer.post_update(&update("be-nccn", "cyber", "green", "Quiet")).await.must(201);
    wall.until("the update", |wall| wall.entries.len() == 2).await;
    assert_eq!(wall.snapshots, 1);
    app.stop().await;
}

#[actix_web::test]
async fn entries_have_bounds_and_a_key_writes_once() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    for (body, pointers) in [
        (entry("é", json!({ "event_time": in_seconds(120) })), vec!["/event_time"]),
        (entry(&"é".repeat(4_001), json!({ "tlp": "red" })), vec!["/text"]),
        (entry("x", json!({ "kind": "rumour", "refs": ["x"] })), vec!["/kind", "/refs/0"]),
        (entry("x", json!({ "tlp": "red" })), vec!["/recipients"]),
    ] {
        assert_eq!(officer.post(PATH, &body).await.problem(422), pointers);
    }
    let longest = entry(&"é".repeat(4_000), json!({}));
    let written = officer.post_with_key(PATH, "once", &longest).await.must(201);
    assert_eq!(officer.post_with_key(PATH, "once", &longest).await.must(200), written);
    assert_eq!(texts(&officer, "").await.len(), 1);
    let journal = officer.get(&format!("/api/v1/crises/{CRISIS}/journal")).await.text();
    assert!(journal.contains("\"log_entered\"") && !journal.contains(&"é".repeat(161)), "its line is short");
    app.stop().await;
}
