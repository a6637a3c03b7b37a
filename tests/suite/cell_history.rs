//! Everything that one centre said of one sector, as far as the asker may see it.

use serde_json::{Value, json};
use vigie::domain::vocabulary::{Role, Tlp};

use crate::harness::app::{App, CRISIS};
use crate::harness::person::{Person, changed, update};

fn path(centre: &str, sector: &str, query: &str) -> String {
    format!("/api/v1/crises/{CRISIS}/cells/{centre}/{sector}/history{query}")
}

async fn told(person: &Person, query: &str) -> Vec<(String, String)> {
    let answer = person.get(&path("pl-ncc", "cyber", query)).await.must(200);
    let word = |update: &Value, field: &str| update[field].as_str().expect("a word").to_owned();
    let updates = answer["updates"].as_array().expect("updates");
    updates.iter().map(|update| (word(update, "headline"), word(update, "state"))).collect()
}

fn own(told: &[(&str, &str)]) -> Vec<(String, String)> {
    told.iter().map(|(headline, state)| ((*headline).to_owned(), (*state).to_owned())).collect()
}

async fn post(officer: &Person, body: Value) -> String {
    officer.post_update(&body).await.must(201)["id"].as_str().expect("an id").to_owned()
}

/// The same story on a journal of each kind.
async fn on_each(story: impl AsyncFn(App)) {
    for app in [App::with(&[]).await, App::on("memory:", &[]).await] {
        app.open_crisis(CRISIS).await;
        story(app).await;
    }
}

#[actix_web::test]
async fn newest_first_with_what_became_of_each_and_nothing_that_is_hidden() {
    on_each(async |app| {
        let officer = app.person("pl-ncc", Role::DutyOfficer).await;
        let first = post(&officer, update("pl-ncc", "cyber", "green", "First")).await;
        post(&officer, update("pl-ncc", "displacement", "green", "Another sector")).await;
        post(&app.person("de-ncc", Role::DutyOfficer).await, update("de-ncc", "cyber", "green", "Another centre"))
            .await;
        let strict = json!({ "recipients": ["eu-ercc"], "supersedes": first });
        let second = post(&officer, changed(update("pl-ncc", "cyber", "amber_strict", "Second"), strict)).await;
        let third = post(&officer, update("pl-ncc", "cyber", "green", "Third")).await;
        let withdraw = format!("/api/v1/crises/{CRISIS}/updates/{third}/withdraw");
        officer.post(&withdraw, &json!({ "reason": "Wrong figure" })).await.must(201);

        let all = own(&[("Third", "withdrawn"), ("Second", "published"), ("First", "superseded")]);
        assert_eq!(told(&officer, "").await, all);
        assert_eq!(told(&app.person("eu-ercc", Role::Viewer).await, "").await, all);
        let stranger = app.person("be-nccn", Role::Viewer).await;
        assert_eq!(told(&stranger, "").await, own(&[("Third", "withdrawn"), ("First", "published")]));
        assert_eq!(told(&officer, "?limit=2").await, all[..2]);
        assert_eq!(told(&stranger, "?limit=2").await.len(), 2, "the hidden one takes no place");

        let history = officer.get(&path("pl-ncc", "cyber", "")).await.must(200);
        assert_eq!(history["updates"][0]["withdrawn"]["reason"], "Wrong figure");
        assert_eq!(history["updates"][2]["superseded_by"], json!(second));
        let one = officer.get(&format!("/api/v1/crises/{CRISIS}/updates/{first}")).await.must(200);
        assert_eq!(one, history["updates"][2], "as the update by itself says");
        let hidden = stranger.get(&format!("/api/v1/crises/{CRISIS}/updates/{second}")).await;
        hidden.problem(404);
    })
    .await;
}

#[actix_web::test]
async fn many_hidden_ones_do_not_keep_an_old_one_from_being_found() {
    on_each(async |app| {
        let officer = app.person("pl-ncc", Role::DutyOfficer).await;
        post(&officer, update("pl-ncc", "cyber", "green", "Long ago")).await;
        for number in 0..12 {
            let red = update("pl-ncc", "cyber", "red", &format!("Secret {number}"));
            post(&officer, changed(red, json!({ "recipients": ["eu-ercc"] }))).await;
        }
        let stranger = app.person("be-nccn", Role::Viewer).await;
        assert_eq!(told(&stranger, "?limit=1").await, own(&[("Long ago", "published")]));
        assert_eq!(told(&officer, "?limit=5").await.len(), 5);
        assert_eq!(told(&officer, "").await.len(), 13);
    })
    .await;
}

#[actix_web::test]
async fn people_ask_walls_do_not_and_bounds_are_named() {
    let app = App::with_crisis().await;
    let viewer = app.person("be-nccn", Role::Viewer).await;
    assert_eq!(viewer.get(&path("pl-ncc", "cyber", "")).await.must(200), json!({ "updates": [] }));
    for bad in ["0", "201", "x", "-1"] {
        assert_eq!(viewer.get(&path("pl-ncc", "cyber", &format!("?limit={bad}"))).await.problem(422), ["/limit"]);
    }
    viewer.get(&path("PL", "cyber", "")).await.problem(404);
    viewer.get(&path("pl-ncc", "cyber", "").replace(CRISIS, "no-such-crisis")).await.problem(404);
    app.wall("be-nccn", Tlp::Amber).await.get(&path("pl-ncc", "cyber", "")).await.problem(403);
    for role in [Role::Auditor, Role::Admin] {
        app.person("be-nccn", role).await.get(&path("pl-ncc", "cyber", "")).await.problem(403);
    }
}
