//! Receivers that fail in every way: what did not arrive is tried again, given up, and never sent astray.

use std::collections::BTreeSet;

use serde_json::json;
use vigie::clock::Clock;
use vigie::domain::vocabulary::Role;

use super::{PATH, Scene, failed, hook, hook_of, ids, minutes, raise, titles};
use crate::harness::app::App;
use crate::harness::eventually;
use crate::harness::outside::{Message, Mood, Receiver};

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
