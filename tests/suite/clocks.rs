//! Escalations that cannot be forgotten: clocks run out by themselves, once, with the time they were due.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vigie::clock::Clock;
use vigie::domain::vocabulary::{Role, Tlp};

use crate::harness::app::{App, CRISIS};
use crate::harness::eventually;
use crate::harness::person::{Person, changed};

const PATH: &str = "/api/v1/crises/drill/escalations";

fn three_in_the_morning() -> Timestamp {
    "2026-03-29T03:00:00Z".parse().expect("a time")
}

fn minutes(minutes: i64) -> Timestamp {
    three_in_the_morning() + SignedDuration::from_mins(minutes)
}

fn matter() -> Value {
    json!({
        "title": "Buses are missing", "level": "watch", "severity": "severe", "reason": "Four hundred wait.",
        "asked_of": "nl-ncc", "tlp": "green",
    })
}

async fn raise(person: &Person) -> String {
    person.post(PATH, &matter()).await.must(201)["id"].as_str().expect("an id").to_owned()
}

async fn step(person: &Person, id: &str, step: &str, body: &Value) {
    person.post(&format!("{PATH}/{id}/{step}"), body).await.must(201);
}

async fn found(person: &Person, id: &str) -> Option<Value> {
    let picture = person.picture().await;
    let escalations = picture["escalations"].as_array().expect("escalations");
    escalations.iter().find(|escalation| escalation["id"] == id).cloned()
}

async fn shown(person: &Person, id: &str) -> Value {
    found(person, id).await.expect("it is shown")
}

/// Which clock ran out, when it was due, and the level from then on.
fn lapses(escalation: &Value) -> Vec<(String, String, String)> {
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    let lapses = escalation["lapses"].as_array().expect("lapses").iter();
    lapses.map(|lapse| (word(&lapse["which"]), word(&lapse["due"]), word(&lapse["level"]))).collect()
}

fn lapse(which: &str, due: i64, level: &str) -> (String, String, String) {
    (which.to_owned(), minutes(due).to_string(), level.to_owned())
}

/// Waits until as many clocks have run out.
async fn lapsed(person: &Person, id: &str, count: usize) -> Value {
    eventually("the clocks run out", async || {
        let escalation = found(person, id).await?;
        (lapses(&escalation).len() == count).then_some(escalation)
    })
    .await
}

/// Every lapse that the journal shows.
async fn journalled(person: &Person) -> Vec<Value> {
    let text = person.get(&format!("/api/v1/crises/{CRISIS}/journal")).await.text();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    lines.filter(|line| line["kind"] == "escalation_lapsed").collect()
}

#[actix_web::test]
async fn what_nobody_answers_goes_up_by_itself_and_every_wall_is_told() {
    let clock = Clock::held_at(three_in_the_morning());
    let app = App::at(&clock).await;
    let belgian = app.officer("be-nccn").await;
    let id = raise(&belgian).await;
    let raised = shown(&belgian, &id).await;
    for (field, due) in [("ack_due", 30), ("start_due", 120), ("resolve_due", 720)] {
        assert_eq!(raised[field], minutes(due).to_string(), "{field}");
    }
    let mut wall = app.wall("fr-ncc", Tlp::Green).await.listen(None).await;
    wall.next().await;

    clock.hold(minutes(30));
    let up = lapsed(&belgian, &id, 1).await;
    assert_eq!(lapses(&up), [lapse("ack", 30, "coordination")]);
    assert_eq!((&up["level"], &up["state"]), (&json!("coordination"), &json!("raised")));
    assert_eq!(up["ack_due"], minutes(50).to_string(), "twenty minutes at the next level");
    let key = ("escalation".to_owned(), id.clone());
    wall.until("the wall shows the level", |wall| wall.things[&key]["level"] == "coordination").await;
    let told = wall.entries.last().expect("a line of the feed").clone();
    assert_eq!((&told["kind"], &told["which"]), (&json!("escalation_lapsed"), &json!("ack")));
    assert_eq!(told["by"], json!({ "centre": "system", "role": "system", "position": "Vigie" }));

    clock.hold(minutes(50));
    lapsed(&belgian, &id, 2).await;
    step(&app.officer("nl-ncc").await, &id, "acknowledge", &will_do_by(90)).await;
    let answered = shown(&belgian, &id).await;
    assert_eq!(answered["answer"], json!({ "answer": "will_do", "until": minutes(90).to_string(), "note": null }));
    assert_eq!((&answered["level"], &answered["owner"]), (&json!("political"), &json!("nl-ncc")));
    clock.hold(minutes(119));
    assert_eq!(journalled(&belgian).await.len(), 2);
    clock.hold(minutes(120));
    let late = lapsed(&belgian, &id, 3).await;
    assert_eq!(lapses(&late)[2], lapse("start", 120, "political"), "it is told, and goes no further");
    app.stop().await;
}

fn will_do_by(minute: i64) -> Value {
    json!({ "answer": "will_do", "until": minutes(minute).to_string() })
}

#[actix_web::test]
async fn who_cannot_says_why_and_nobody_owns_it_until_another_is_assigned() {
    let clock = Clock::held_at(three_in_the_morning());
    let app = App::at(&clock).await;
    let (belgian, dutch) = (app.officer("be-nccn").await, app.officer("nl-ncc").await);
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let id = raise(&belgian).await;
    step(&dutch, &id, "acknowledge", &json!({ "answer": "cannot", "note": "Ours are in Poland" })).await;
    let declined = shown(&belgian, &id).await;
    assert_eq!(declined["owner"], Value::Null);
    assert_eq!(declined["answer"], json!({ "answer": "cannot", "until": null, "note": "Ours are in Poland" }));
    step(&coordinator, &id, "assign", &json!({ "assignee": "Transport cell" })).await;
    let taken = shown(&belgian, &id).await;
    assert_eq!((&taken["owner"], &taken["answer"]), (&json!("eu-ercc"), &Value::Null));
    app.stop().await;
}

#[actix_web::test]
async fn a_snooze_always_ends_and_what_ran_out_meanwhile_is_told_then() {
    let clock = Clock::held_at(three_in_the_morning());
    let app = App::at(&clock).await;
    let belgian = app.officer("be-nccn").await;
    let id = raise(&belgian).await;
    let until = json!({ "until": minutes(60).to_string() });
    step(&app.officer("nl-ncc").await, &id, "snooze", &until).await;
    clock.hold(minutes(60));
    let awake = lapsed(&belgian, &id, 1).await;
    assert_eq!(awake["snoozed_until"], Value::Null);
    assert_eq!(lapses(&awake), [lapse("ack", 30, "coordination")]);
    assert_eq!(awake["ack_due"], minutes(80).to_string());
    app.stop().await;
}

#[actix_web::test]
async fn two_servers_on_one_journal_tell_each_thing_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let clock = Clock::held_at(three_in_the_morning());
    let one = App::on_at(&journal, &[], &clock).await;
    one.open_crisis(CRISIS).await;
    let two = App::on_at(&journal, &[], &clock).await;
    let belgian = one.officer("be-nccn").await;
    let mut ids = Vec::new();
    for _ in 0..8 {
        ids.push(raise(&belgian).await);
    }
    clock.hold(minutes(30));
    for id in &ids {
        let shown = lapsed(&belgian, id, 1).await;
        assert_eq!(lapses(&shown), [lapse("ack", 30, "coordination")]);
        lapsed(&belgian.at(&two.base), id, 1).await;
    }
    // Both have looked, and both look again before they say that the next has run out.
    clock.hold(minutes(50));
    for id in &ids {
        lapsed(&belgian, id, 2).await;
        lapsed(&belgian.at(&two.base), id, 2).await;
    }
    assert_eq!(journalled(&belgian).await.len(), 16);
    two.stop().await;
    one.stop().await;
}

#[actix_web::test]
async fn a_server_that_was_away_tells_what_ran_out_meanwhile_with_the_times_it_was_due() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let clock = Clock::held_at(three_in_the_morning());
    let before = App::on_at(&journal, &[], &clock).await;
    before.open_crisis(CRISIS).await;
    let belgian = before.officer("be-nccn").await;
    let id = raise(&belgian).await;
    before.stop().await;

    clock.hold(minutes(24 * 60));
    let after = App::on_at(&journal, &[], &clock).await;
    let late = lapsed(&belgian.at(&after.base), &id, 4).await;
    let due = [
        lapse("ack", 30, "coordination"),
        lapse("ack", 50, "political"),
        lapse("ack", 65, "political"),
        lapse("resolve", 720, "political"),
    ];
    assert_eq!(lapses(&late), due);
    let noticed = late["lapses"].as_array().expect("lapses").iter().map(|lapse| &lapse["at"]);
    assert!(noticed.into_iter().all(|at| *at == minutes(24 * 60).to_string()), "and says when it was noticed");
    after.stop().await;
}

#[actix_web::test]
async fn whoever_raises_it_may_set_the_terms_and_a_level_chosen_by_hand_is_given_its_own() {
    let clock = Clock::held_at(three_in_the_morning());
    let app = App::at(&clock).await;
    let belgian = app.person("be-nccn", Role::CentreLead).await;
    let own = json!({ "ack_due": minutes(5).to_string(), "resolve_due": minutes(45).to_string() });
    let raised = belgian.post(PATH, &changed(matter(), own)).await.must(201);
    let id = raised["id"].as_str().expect("an id");
    clock.hold(minutes(5));
    assert_eq!(lapses(&lapsed(&belgian, id, 1).await), [lapse("ack", 5, "coordination")]);
    clock.hold(minutes(10));
    step(&belgian, id, "lower-level", &json!({ "note": "The watch has it" })).await;
    let lowered = shown(&belgian, id).await;
    assert_eq!((&lowered["level"], &lowered["ack_due"]), (&json!("watch"), &json!(minutes(40).to_string())));
    let dutch = app.officer("nl-ncc").await;
    step(&dutch, id, "acknowledge", &will_do_by(40)).await;
    clock.hold(minutes(45));
    let late = lapsed(&belgian, id, 3).await;
    assert_eq!(lapses(&late)[1..], [lapse("start", 45, "watch"), lapse("resolve", 45, "watch")]);
    app.stop().await;
}
