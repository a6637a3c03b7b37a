//! The same request key never does a thing twice: at once, later, after a restart, or on another server.

use futures_util::future::join_all;
use serde_json::{Value, json};
use vigie::domain::vocabulary::Role;

use crate::harness::app::{App, CRISIS};
use crate::harness::person::{Answer, Person, address, changed, update, will_do};

fn updates() -> String {
    format!("/api/v1/crises/{CRISIS}/updates")
}

fn body() -> Value {
    update("be-nccn", "cyber", "green", "Once")
}

async fn times_posted(person: &Person) -> usize {
    let lines = person.get(&format!("/api/v1/crises/{CRISIS}/journal")).await.text();
    lines.lines().filter(|line| line.contains("update_posted")).count()
}

fn is_key_reused(answer: &Answer) -> bool {
    answer.problem(409);
    answer.json()["type"] == "urn:vigie:problem:key-reused"
}

#[actix_web::test]
async fn the_same_key_and_body_answers_the_first_receipt_again() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let body = body();
    let first = officer.post_with_key(&updates(), "key-1", &body).await;
    officer.post_update(&update("be-nccn", "cyber", "green", "Between")).await.must(201);
    let again = officer.post_with_key(&updates(), "key-1", &body).await;
    assert_eq!(again.must(200), first.must(201), "same id, same position");
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(times_posted(&officer).await, 2);
    app.stop().await;
}

#[actix_web::test]
async fn the_same_key_with_another_body_or_path_is_a_conflict() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let receipt = officer.post_with_key(&updates(), "key-1", &body()).await.must(201);
    let other = changed(body(), json!({ "headline": "Something else" }));
    assert!(is_key_reused(&officer.post_with_key(&updates(), "key-1", &other).await));
    let withdraw = format!("{}/withdraw", address(&receipt));
    assert!(is_key_reused(&officer.post_with_key(&withdraw, "key-1", &json!({ "reason": "x" })).await));
    assert_eq!(times_posted(&officer).await, 1);
    app.stop().await;
}

#[actix_web::test]
async fn a_key_belongs_to_the_account_that_used_it() {
    let app = App::with_crisis().await;
    let (one, two) = (app.officer("be-nccn").await, app.officer("be-nccn").await);
    let body = body();
    let first = one.post_with_key(&updates(), "key-1", &body).await.must(201);
    let second = two.post_with_key(&updates(), "key-1", &body).await.must(201);
    assert_ne!(first["id"], second["id"]);
    app.stop().await;
}

#[actix_web::test]
async fn a_key_is_remembered_across_a_restart() {
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let app = App::on(&journal, &[]).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let body = body();
    let first = officer.post_with_key(&updates(), "key-1", &body).await.must(201);
    app.stop().await;
    let app = App::on(&journal, &[]).await;
    let officer = officer.at(&app.base);
    assert_eq!(officer.post_with_key(&updates(), "key-1", &body).await.must(200), first);
    let other = changed(body, json!({ "headline": "Something else" }));
    assert!(is_key_reused(&officer.post_with_key(&updates(), "key-1", &other).await));
    app.stop().await;
}

#[actix_web::test]
async fn many_at_once_under_one_key_do_it_once_and_all_hear_the_same() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let (path, body) = (updates(), body());
    let answers = join_all((0..24).map(|_| officer.post_with_key(&path, "key-1", &body))).await;
    let made = answers.iter().filter(|answer| answer.status.as_u16() == 201).count();
    assert_eq!(made, 1);
    let receipts: Vec<Value> = answers.iter().map(Answer::json).collect();
    assert!(receipts.windows(2).all(|pair| pair[0] == pair[1]), "{receipts:?}");
    assert_eq!(times_posted(&officer).await, 1);
    app.stop().await;
}

#[actix_web::test]
async fn of_two_different_bodies_at_once_under_one_key_exactly_one_is_done() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let bodies: Vec<Value> = (0..8).map(|n| changed(body(), json!({ "headline": format!("Body {n}") }))).collect();
    let path = updates();
    let answers = join_all(bodies.iter().map(|body| officer.post_with_key(&path, "key-1", body))).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status.as_u16() == 201);
    assert_eq!(made.len(), 1);
    assert!(refused.into_iter().all(is_key_reused));
    assert_eq!(times_posted(&officer).await, 1);
    app.stop().await;
}

#[actix_web::test]
async fn a_refused_request_leaves_its_key_free_and_a_key_has_a_form() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let wrong = changed(body(), json!({ "tlp": "red" }));
    officer.post_with_key(&updates(), "key-1", &wrong).await.problem(422);
    officer.post_with_key(&updates(), "key-1", &body()).await.must(201);
    officer.post_with_key(&updates(), &"k".repeat(201), &body()).await.problem(400);
    officer.post_with_key(&updates(), "", &body()).await.problem(400);
    officer.post_with_key(&updates(), &"k".repeat(200), &body()).await.must(201);
    app.stop().await;
}

#[actix_web::test]
async fn every_kind_of_write_takes_a_key() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let crisis = json!({ "slug": "other", "name": "Other", "environment": "test" });
    let first = coordinator.post_with_key("/api/v1/crises", "open", &crisis).await.must(201);
    assert_eq!(first["id"], "other");
    assert_eq!(coordinator.post_with_key("/api/v1/crises", "open", &crisis).await.must(200), first);
    let matter = json!({
        "title": "A matter", "level": "watch", "severity": "minor", "reason": "A drill", "asked_of": "nl-ncc",
        "tlp": "green",
    });
    let path = format!("/api/v1/crises/{CRISIS}/escalations");
    let raised = coordinator.post_with_key(&path, "raise", &matter).await.must(201);
    assert_eq!(coordinator.post_with_key(&path, "raise", &matter).await.must(200), raised);
    let step = format!("{path}/{}/acknowledge", raised["id"].as_str().expect("an id"));
    let answer = will_do();
    let stepped = coordinator.post_with_key(&step, "step", &answer).await.must(201);
    assert_eq!(coordinator.post_with_key(&step, "step", &answer).await.must(200), stepped, "not 409");
    app.stop().await;
}
