//! Coming back: what is still held is told, what is not is shown whole, and there is never a gap.

use serde_json::{Value, json};
use vigie::domain::vocabulary::Role;

use crate::harness::app::{App, CRISIS};
use crate::harness::person::{Person, changed, update};
use crate::harness::wall::{Wall, things};

fn position(receipt: &Value) -> String {
    receipt["position"].as_str().expect("a position").to_owned()
}

async fn post(officer: &Person, text: &str) -> String {
    position(&officer.post_update(&update("be-nccn", "cyber", "green", text)).await.must(201))
}

/// A wall that was there, saw where things stood, and went.
async fn been_and_gone(person: &Person) -> String {
    let mut wall = person.listen(None).await;
    assert!(wall.next().await);
    wall.position
}

async fn first_frame(person: &Person, after: &str) -> Wall {
    let mut wall = person.listen(Some(after)).await;
    assert!(wall.next().await);
    wall
}

#[actix_web::test]
async fn a_wall_that_comes_back_is_told_what_it_missed_and_nothing_else() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let at = been_and_gone(&officer).await;
    let mut last = String::new();
    for n in 0..5 {
        last = post(&officer, &format!("Missed {n}")).await;
        officer.picture().await;
    }
    let mut wall = officer.listen(Some(&at)).await;
    wall.reach(&last).await;
    assert_eq!(wall.snapshots, 0);
    let told: Vec<&str> = wall.entries.iter().filter_map(|entry| entry["update"]["headline"].as_str()).collect();
    assert_eq!(told, ["Missed 0", "Missed 1", "Missed 2", "Missed 3", "Missed 4"]);
    app.stop().await;
}

#[actix_web::test]
async fn a_wall_that_missed_nothing_is_sent_nothing() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let at = been_and_gone(&officer).await;
    let wall = first_frame(&officer, &at).await;
    assert_eq!(wall.frames[0]["type"], "beat");
    assert_eq!(wall.position, at);
    app.stop().await;
}

#[actix_web::test]
async fn a_wall_that_was_away_too_long_is_shown_the_whole_picture() {
    let app = App::with(&[("live.frames_kept", "3")]).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let mut between = been_and_gone(&officer).await;
    let away = between.clone();
    for n in 0..5 {
        let here = post(&officer, &format!("Missed {n}")).await;
        // Each is published on its own, so that each is a frame of its own.
        assert_eq!(officer.picture().await["position"], json!(here));
        if n == 1 {
            between = here;
        }
    }
    let wall = first_frame(&officer, &away).await;
    assert_eq!((wall.snapshots, wall.headline("be-nccn", "cyber").as_deref()), (1, Some("Missed 4")));
    let mut wall = officer.listen(Some(&between)).await;
    wall.until("three are still held", |wall| wall.entries.len() == 3).await;
    assert_eq!(wall.snapshots, 0);
    app.stop().await;
}

#[actix_web::test]
async fn a_position_that_means_nothing_here_is_answered_with_the_whole_picture() {
    let app = App::with_crisis().await;
    let other = App::with_crisis().await;
    app.open_crisis("another").await;
    let officer = app.officer("be-nccn").await;
    post(&officer, "Here").await;
    let foreign = position(&other.officer("be-nccn").await.picture().await);
    let another = officer.get("/api/v1/crises/another/picture").await.must(200);
    for after in [foreign.as_str(), &position(&another), "7", "", "AAAAAAAAAAAAAAAAAAAAAA", "%00"] {
        let wall = first_frame(&officer, after).await;
        assert_eq!((wall.snapshots, wall.headline("be-nccn", "cyber").as_deref()), (1, Some("Here")), "{after:?}");
    }
    app.stop().await;
    other.stop().await;
}

#[actix_web::test]
async fn a_position_that_only_others_may_have_tells_nothing_about_what_is_between() {
    let app = App::with_crisis().await;
    let (officer, french) = (app.officer("be-nccn").await, app.officer("fr-ncc").await);
    been_and_gone(&french).await;
    let secret = changed(update("be-nccn", "cyber", "red", "In confidence"), json!({ "recipients": ["nl-ncc"] }));
    let hidden = position(&officer.post_update(&secret).await.must(201));
    post(&officer, "Open").await;
    let wall = first_frame(&french, &hidden).await;
    assert_eq!(wall.snapshots, 1, "it is not a place where these eyes ever stood");
    assert!(!wall.frames[0].to_string().contains("In confidence"));
    app.stop().await;
}

#[actix_web::test]
async fn however_often_a_wall_goes_and_comes_it_ends_where_the_picture_is() {
    let app = App::with(&[("live.frames_kept", "6")]).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let viewer = app.person("nl-ncc", Role::Viewer).await;
    let mut wall = viewer.listen(None).await;
    assert!(wall.next().await);
    let mut last = String::new();
    for round in 0..12 {
        // Away for more rounds each time: sometimes within what is held, sometimes beyond it.
        for n in 0..=round {
            let sector = ["cyber", "displacement", "civil_society"][(round + n) % 3];
            let body = update("be-nccn", sector, "green", &format!("{round}.{n}"));
            last = position(&officer.post_update(&body).await.must(201));
            viewer.picture().await;
        }
        let Ok(back) = wall.resume(&app.base, &viewer.token, CRISIS).await else { panic!("it is let in again") };
        wall = back;
        wall.reach(&last).await;
    }
    assert!(wall.snapshots > 1, "it was away too long some times");
    assert!(wall.entries.len() > 12, "and not too long other times");
    let picture = viewer.picture().await;
    assert_eq!((picture["position"].as_str(), wall.things), (Some(&*last), things(&picture)));
    app.stop().await;
}
