//! A crisis is closed, opened again and scoped anew; screens are told which build the server holds.

use serde_json::{Value, json};
use vigie::domain::vocabulary::{Role, Tlp};

use crate::harness::app::{App, CRISIS};
use crate::harness::now;
use crate::harness::person::{Person, cell, update};

fn path(step: &str) -> String {
    format!("/api/v1/crises/{CRISIS}/{step}")
}

async fn frame(person: &Person) -> Value {
    person.get(&format!("/api/v1/crises/{CRISIS}")).await.must(200)
}

#[actix_web::test]
async fn a_closed_crisis_shows_its_picture_and_takes_nothing_until_it_is_opened_again() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let officer = app.person("pl-ncc", Role::DutyOfficer).await;
    let mut wall = app.wall("be-nccn", Tlp::Green).await.listen(None).await;
    let body = update("pl-ncc", "cyber", "green", "Phishing");
    officer.post_update(&body).await.must(201);
    officer.post(&path("close"), &json!({ "reason": "Over" })).await.problem(403);
    assert_eq!(coordinator.post(&path("close"), &json!({})).await.problem(422), ["/reason"]);
    coordinator.post(&path("reopen"), &json!({ "reason": "Why not" })).await.problem(409);

    let closed = coordinator.post(&path("close"), &json!({ "reason": "It is over" })).await.must(201);
    wall.reach(closed["position"].as_str().expect("a position")).await;
    let shown = wall.things[&("crisis".to_owned(), CRISIS.to_owned())].clone();
    assert_eq!((&shown["state"], &shown["closed"]["reason"]), (&json!("closed"), &json!("It is over")));
    assert_eq!(shown["closed"]["by"]["centre"], "eu-ercc");
    officer.post_update(&body).await.problem(409);
    let ipcr = json!({ "mode": "monitoring", "since": now(), "decided_by": "Presidency" });
    coordinator.post(&path("ipcr"), &ipcr).await.problem(409);
    coordinator.post(&path("scope"), &json!({ "sectors": ["cyber"] })).await.problem(409);
    coordinator.post(&path("close"), &json!({ "reason": "Again" })).await.problem(409);
    assert!(cell(&officer.picture().await, "pl-ncc", "cyber").is_some(), "what was said stays");

    coordinator.post(&path("reopen"), &json!({ "reason": "It is not over" })).await.must(201);
    officer.post_update(&body).await.must(201);
    assert_eq!((&frame(&officer).await["state"], &frame(&officer).await["closed"]), (&json!("open"), &Value::Null));
    coordinator.post(&path("ipcr"), &ipcr).await.must(201);
    let frame = frame(&officer).await;
    assert_eq!(frame["ipcr_history"][0]["decided_by"], "Presidency");
    assert_eq!(
        (&frame["ipcr_history"][0]["mode"], &frame["ipcr"]["mode"]),
        (&json!("monitoring"), &json!("monitoring"))
    );
    assert!(frame["ipcr_history"][0]["recorded_at"].is_string());
}

#[actix_web::test]
async fn a_new_scope_sends_every_wall_for_the_whole_picture_and_it_carries_on_from_there() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let officer = app.person("pl-ncc", Role::DutyOfficer).await;
    let eyes = app.wall("be-nccn", Tlp::Amber).await;
    let narrow = json!({ "sectors": ["cyber", "displacement"], "centres": ["pl-ncc", "be-nccn", "eu-ercc"] });
    coordinator.post(&path("scope"), &narrow).await.must(201);
    let mut wall = eyes.listen(None).await;
    officer.post_update(&update("pl-ncc", "cyber", "amber", "Phishing")).await.must(201);
    officer.post_update(&update("pl-ncc", "displacement", "green", "Full")).await.must(201);
    wall.until("both", |wall| wall.entries.len() == 2).await;

    // Without Belgium in it, what is for the centres of the crisis is no longer for its wall.
    let without = json!({ "centres": ["pl-ncc", "ro-ncc", "eu-ercc"] });
    let scoped = coordinator.post(&path("scope"), &without).await.must(201);
    assert_eq!(wall.end().await, Some(4002));
    let mut wall = wall.resume(&app.base, &eyes.token, CRISIS).await.unwrap_or_else(|_| panic!("the server is there"));
    wall.until("a second snapshot", |wall| wall.snapshots == 2).await;
    assert_eq!(wall.position, scoped["position"].as_str().expect("a position"));
    assert_eq!(
        (wall.headline("pl-ncc", "cyber"), wall.headline("pl-ncc", "displacement")),
        (None, Some("Full".to_owned()))
    );
    // Changes follow what the snapshot said; the harness fails on any gap.
    let more = officer.post_update(&update("pl-ncc", "displacement", "green", "Fuller")).await.must(201);
    wall.reach(more["position"].as_str().expect("a position")).await;
    wall.until("a beat", |wall| wall.frames.last().is_some_and(|frame| frame["type"] == "beat")).await;

    let romanian = app.wall("ro-ncc", Tlp::Amber).await;
    let picture = romanian.picture().await;
    assert!(cell(&picture, "pl-ncc", "cyber").is_some(), "who came in sees what was said before");
    let centres: Vec<&str> =
        picture["crisis"]["centres"].as_array().expect("centres").iter().filter_map(Value::as_str).collect();
    assert_eq!(centres, ["eu-ercc", "pl-ncc", "ro-ncc"]);
}

#[actix_web::test]
async fn what_is_left_out_is_in_the_journal_and_refused_from_then_on() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let officer = app.person("pl-ncc", Role::DutyOfficer).await;
    let body = update("pl-ncc", "cyber", "green", "Phishing");
    let id = officer.post_update(&body).await.must(201)["id"].as_str().expect("an id").to_owned();
    coordinator.post(&path("scope"), &json!({ "sectors": ["displacement"] })).await.must(201);
    let picture = officer.picture().await;
    assert!(cell(&picture, "pl-ncc", "cyber").is_none());
    assert!(!picture["feed"].to_string().contains("Phishing"));
    assert!(officer.get(&path("journal")).await.text().contains("Phishing"));
    officer.get(&format!("{}/{id}", path("updates"))).await.must(200);
    assert_eq!(officer.post_update(&body).await.problem(422), ["/sector"]);
    assert_eq!(officer.post(&path("scope"), &json!({ "sectors": ["cyber"] })).await.problem(403), [""; 0]);
    let wrong = json!({ "sectors": ["cyber", "cyber", "astrology"], "centres": ["nowhere"] });
    assert_eq!(coordinator.post(&path("scope"), &wrong).await.problem(422), ["/sectors/1", "/sectors/2", "/centres/0"]);
    assert_eq!(coordinator.post(&path("scope"), &json!({})).await.problem(422), [""]);

    // Another server, which reads all of it from the journal, shows the same.
    let other = App::on(&app.journal, &[]).await;
    let there = Person::new(&other.base, &officer.token).picture().await;
    let (here, there) = (officer.picture().await, there);
    for part in ["crisis", "cells", "queries", "escalations", "feed", "position"] {
        assert_eq!(here[part], there[part], "{part}");
    }
}

#[actix_web::test]
async fn a_centre_that_is_left_out_still_sees_its_own_words_and_nobody_elses() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let (polish, belgian) = (app.officer("pl-ncc").await, app.officer("be-nccn").await);
    let mut ids = Vec::new();
    for (officer, centre) in [(&polish, "pl-ncc"), (&belgian, "be-nccn")] {
        let receipt = officer.post_update(&update(centre, "cyber", "amber", &format!("Amber of {centre}"))).await;
        ids.push(receipt.must(201)["id"].as_str().expect("an id").to_owned());
        let matter = json!({
            "title": format!("Matter of {centre}"), "level": "watch", "severity": "minor", "reason": "A drill",
            "asked_of": "eu-ercc", "tlp": "amber",
        });
        officer.post(&path("escalations"), &matter).await.must(201);
    }
    coordinator.post(&path("scope"), &json!({ "centres": ["be-nccn", "eu-ercc"] })).await.must(201);
    polish.get(&format!("{}/{}", path("updates"), ids[0])).await.must(200);
    polish.get(&format!("{}/{}", path("updates"), ids[1])).await.problem(404);
    let told = polish.get(&path("journal")).await.text();
    assert!(told.contains("Amber of pl-ncc") && !told.contains("Amber of be-nccn"), "{told}");
    let shown = polish.picture().await["escalations"].to_string();
    assert!(shown.contains("Matter of pl-ncc") && !shown.contains("Matter of be-nccn"), "{shown}");
    let stranger = app.officer("nl-ncc").await;
    stranger.get(&format!("{}/{}", path("updates"), ids[0])).await.problem(404);
}

#[actix_web::test]
async fn a_scope_is_told_on_other_servers_too() {
    let here = App::with_crisis().await;
    let there = App::on(&here.journal, &[]).await;
    let coordinator = here.person("eu-ercc", Role::Coordinator).await;
    let eyes = here.wall("be-nccn", Tlp::Green).await;
    let mut wall = Person::new(&there.base, &eyes.token).listen(None).await;
    wall.until("a snapshot", |wall| wall.snapshots == 1).await;
    coordinator.post(&path("scope"), &json!({ "sectors": ["displacement"] })).await.must(201);
    assert_eq!(wall.end().await, Some(4002));
}

#[actix_web::test]
async fn snapshots_and_beats_name_the_build_of_the_screens() {
    let app = App::with(&[("live.beat_seconds", "1")]).await;
    app.open_crisis(CRISIS).await;
    let mut wall = app.wall("be-nccn", Tlp::Green).await.listen(None).await;
    wall.until("a beat", |wall| wall.frames.iter().any(|frame| frame["type"] == "beat")).await;
    let page = Person::new(&app.base, "").get("/wall").await;
    assert_eq!(page.status.as_u16(), 200);
    let page = page.text();
    for frame in &wall.frames {
        let build = frame["build"].as_str().expect("every frame of these kinds names it");
        let named = page.contains(&format!("/assets/{build}.js"));
        assert!(if build.is_empty() { !page.contains("/assets/") } else { named }, "{build} and {page}");
    }
}
