//! A coordinator asks a centre about an update; the centre answers; who may see the update sees both.

use serde_json::{Value, json};
use vigie::domain::vocabulary::{Role, Tlp};

use crate::harness::app::{App, CRISIS};
use crate::harness::person::{Person, changed, update};

fn queries(picture: &Value) -> Vec<Value> {
    picture["queries"].as_array().expect("queries").clone()
}

async fn post_update(person: &Person, body: &Value) -> String {
    person.post_update(body).await.must(201)["id"].as_str().expect("an id").to_owned()
}

async fn ask(coordinator: &Person, update: &str, question: &str) -> String {
    let path = format!("/api/v1/crises/{CRISIS}/updates/{update}/queries");
    let asked = coordinator.post(&path, &json!({ "question": question })).await.must(201);
    asked["id"].as_str().expect("an id").to_owned()
}

fn step(query: &str, step: &str) -> String {
    format!("/api/v1/crises/{CRISIS}/queries/{query}/{step}")
}

#[actix_web::test]
async fn a_query_and_its_answer_reach_every_wall_that_has_the_update() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let officer = app.person("pl-ncc", Role::DutyOfficer).await;
    let mut wall = app.wall("be-nccn", Tlp::Green).await.listen(None).await;
    wall.until("a snapshot", |wall| wall.snapshots == 1).await;

    let id = post_update(&officer, &update("pl-ncc", "displacement", "green", "Reception full")).await;
    let query = ask(&coordinator, &id, "Sports halls too?\nSince when?").await;
    let thing = ("query".to_owned(), query.clone());
    wall.until("the query", |wall| wall.things.contains_key(&thing)).await;
    let shown = &wall.things[&thing];
    assert_eq!((&shown["state"], &shown["answer"], &shown["tlp"]), (&json!("open"), &Value::Null, &json!("green")));
    assert_eq!(
        (&shown["centre"], &shown["update"], &shown["sector"]),
        (&json!("pl-ncc"), &json!(id), &json!("displacement"))
    );
    assert_eq!(shown["asked_by"]["centre"], "eu-ercc");
    assert!(shown["asked_by"].get("account").is_none(), "who asked is a position");

    let answered = officer.post(&step(&query, "answer"), &json!({ "answer": "Yes, since Monday." })).await.must(201);
    assert_eq!(answered["id"], json!(query));
    wall.until("the answer", |wall| wall.things[&thing]["state"] == "answered").await;
    assert_eq!(wall.things[&thing]["answer"]["text"], "Yes, since Monday.");
    let kinds: Vec<&str> = wall.entries.iter().filter_map(|line| line["kind"].as_str()).collect();
    assert_eq!(kinds, ["update_posted", "query_asked", "query_answered"]);
    assert_eq!(queries(&coordinator.picture().await), [wall.things[&thing].clone()]);
}

#[actix_web::test]
async fn a_query_about_an_update_for_named_centres_is_theirs_alone() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let officer = app.person("pl-ncc", Role::DutyOfficer).await;
    let named =
        changed(update("pl-ncc", "cyber", "amber_strict", "Intrusion"), json!({ "recipients": ["eu-ercc", "de-ncc"] }));
    let id = post_update(&officer, &named).await;
    let query = ask(&coordinator, &id, "Which operator?").await;
    officer.post(&step(&query, "answer"), &json!({ "answer": "Told by telephone." })).await.must(201);
    for (person, sees) in [
        (app.person("de-ncc", Role::Viewer).await, 1),
        (officer.clone(), 1),
        (coordinator.clone(), 1),
        (app.person("be-nccn", Role::Coordinator).await, 0),
        (app.person("pl-ncc", Role::Partner).await, 0),
        (app.wall("pl-ncc", Tlp::Amber).await, 0),
    ] {
        assert_eq!(queries(&person.picture().await).len(), sees);
    }
    let stranger = app.person("be-nccn", Role::Coordinator).await;
    let path = format!("/api/v1/crises/{CRISIS}/updates/{id}/queries");
    stranger.post(&path, &json!({ "question": "What is it?" })).await.problem(404);
    stranger.post(&step(&query, "withdraw"), &json!({ "reason": "Mine" })).await.problem(404);
}

#[actix_web::test]
async fn who_asks_answers_and_withdraws() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let officer = app.person("pl-ncc", Role::DutyOfficer).await;
    let id = post_update(&officer, &update("pl-ncc", "cyber", "green", "Phishing")).await;
    let question = json!({ "question": "How many?" });
    let path = format!("/api/v1/crises/{CRISIS}/updates/{id}/queries");
    for role in [Role::WallDevice, Role::Viewer, Role::DutyOfficer, Role::CentreLead, Role::Admin] {
        let status = app.person("be-nccn", role).await.post(&path, &question).await.status.as_u16();
        assert!([403, 404].contains(&status), "{role}: {status}");
    }
    app.person("pl-ncc", Role::Coordinator).await.post(&path, &question).await.problem(403);

    let query = ask(&coordinator, &id, "How many?").await;
    for other in
        [app.person("be-nccn", Role::DutyOfficer).await, app.person("pl-ncc", Role::Viewer).await, coordinator.clone()]
    {
        other.post(&step(&query, "answer"), &json!({ "answer": "Two" })).await.problem(403);
    }
    for other in [officer.clone(), app.person("be-nccn", Role::Coordinator).await] {
        other.post(&step(&query, "withdraw"), &json!({ "reason": "No" })).await.problem(403);
    }
    coordinator.post(&step(&query, "withdraw"), &json!({ "reason": "Known by now" })).await.must(201);
    let shown = queries(&officer.picture().await);
    assert_eq!((&shown[0]["state"], &shown[0]["withdrawn"]["reason"]), (&json!("withdrawn"), &json!("Known by now")));
    officer.post(&step(&query, "answer"), &json!({ "answer": "Two" })).await.problem(409);
    coordinator.post(&step(&query, "withdraw"), &json!({ "reason": "Again" })).await.problem(409);
}

#[actix_web::test]
async fn words_have_bounds_and_a_key_asks_once() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let officer = app.person("pl-ncc", Role::DutyOfficer).await;
    let id = post_update(&officer, &update("pl-ncc", "cyber", "green", "Phishing")).await;
    let path = format!("/api/v1/crises/{CRISIS}/updates/{id}/queries");
    for (body, pointers) in [
        (json!({}), vec!["/question"]),
        (json!({ "question": "é".repeat(2_001) }), vec!["/question"]),
        (json!({ "question": " ", "tlp": "red" }), vec!["/question", "/tlp"]),
    ] {
        assert_eq!(coordinator.post(&path, &body).await.problem(422), pointers);
    }
    let longest = json!({ "question": "é".repeat(2_000) });
    let asked = coordinator.post_with_key(&path, "once", &longest).await.must(201);
    assert_eq!(coordinator.post_with_key(&path, "once", &longest).await.must(200), asked);
    assert_eq!(queries(&officer.picture().await).len(), 1);
    let query = asked["id"].as_str().expect("an id");
    assert_eq!(officer.post(&step(query, "answer"), &json!({})).await.problem(422), ["/answer"]);
    assert_eq!(coordinator.post(&step(query, "withdraw"), &json!({})).await.problem(422), ["/reason"]);
    officer.post(&step("nothing", "answer"), &json!({ "answer": "Two" })).await.problem(404);
    coordinator.post(&path.replace(&id, "nothing"), &longest).await.problem(404);
}
