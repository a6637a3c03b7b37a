//! Posting, correcting and withdrawing situation updates over HTTP.

use serde_json::{Value, json};
use vigie::domain::vocabulary::Role;

use crate::harness::app::{App, CRISIS};
use crate::harness::person::{Person, address, cell, changed, headline, update};
use crate::harness::{in_seconds, now};

fn plain(text: &str) -> Value {
    update("be-nccn", "cyber", "green", text)
}

fn time(value: &Value) -> jiff::Timestamp {
    value.as_str().expect("a time").parse().expect("RFC 3339")
}

/// Posts a changed update that must be refused for exactly these fields.
async fn refused(officer: &Person, changes: Value, pointers: &[&str]) {
    let answer = officer.post_update(&changed(plain("Refused"), changes.clone())).await;
    assert_eq!(answer.problem(422), pointers, "{changes}");
}

/// Posts a changed update that must be taken; answers it as it can be read.
async fn taken(officer: &Person, changes: Value) -> Value {
    let receipt = officer.post_update(&changed(plain("Taken"), changes)).await.must(201);
    officer.get(&address(&receipt)).await.must(200)
}

#[actix_web::test]
async fn an_update_is_answered_with_its_address_and_the_position_where_the_picture_then_stands() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let answer = officer.post_update(&plain("Phones are down")).await;
    let receipt = answer.must(201);
    assert_eq!(answer.header("location"), address(&receipt));
    let picture = officer.picture().await;
    assert_eq!(picture["position"], receipt["position"]);
    assert_eq!(headline(&picture, "be-nccn", "cyber").as_deref(), Some("Phones are down"));
    assert_eq!(picture["feed"][0]["position"], receipt["position"]);
    app.stop().await;
}

#[actix_web::test]
async fn every_field_of_an_update_comes_back_as_it_was_sent() {
    let app = App::with_crisis().await;
    let lead = app.person("be-nccn", Role::CentreLead).await;
    let as_of = in_seconds(-600);
    let sent = json!({
        "centre": "be-nccn", "sector": "displacement", "severity": "severe", "outlook": "worsening",
        "urgency": "immediate", "certainty": "likely", "headline": "Réception: les places manquent",
        "body": "Première ligne.\nSeconde ligne.", "as_of": as_of, "valid_until": in_seconds(3_600),
        "tlp": "amber", "recipients": ["fr-ncc", "nl-ncc"], "source": { "reliability": "B", "credibility": "2" },
        "areas": ["BE", "BE1"], "lang": "fr-BE",
        "readings": [
            { "indicator": "reception_places_free", "value": 120, "as_of": as_of, "quality": "estimated" },
            { "indicator": "border_crossings_in", "value": "not_available", "as_of": as_of, "quality": "measured" },
        ],
    });
    let receipt = lead.post_update(&sent).await.must(201);
    let read = lead.get(&address(&receipt)).await.must(200);
    for (field, value) in sent.as_object().expect("an object") {
        assert_eq!(read[field], *value, "{field}");
    }
    assert_eq!(read["state"], "published");
    assert_eq!(read["nil"], false);
    assert_eq!(read["by"], json!({ "centre": "be-nccn", "role": "centre_lead", "position": "Position in a test" }));
    assert!(time(&read["recorded_at"]) >= time(&read["as_of"]));
    let picture = lead.picture().await;
    let readings = picture["readings"].as_array().expect("readings");
    let values: Vec<&Value> = readings.iter().map(|reading| &reading["value"]).collect();
    assert_eq!(values, [&json!("not_available"), &json!(120)]);
    app.stop().await;
}

#[actix_web::test]
async fn valid_until_defaults_to_the_cadence_of_the_sector_after_as_of() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    for (sector, minutes) in [("cyber", 240), ("public_communication", 480), ("civil_society", 720)] {
        let read = taken(&officer, json!({ "sector": sector, "as_of": in_seconds(-60) })).await;
        let holds = time(&read["valid_until"]).duration_since(time(&read["as_of"]));
        assert_eq!(holds.as_mins(), minutes, "{sector}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn as_of_may_lie_a_minute_ahead_and_no_more_and_valid_until_lies_after_it_within_a_month() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    taken(&officer, json!({ "as_of": in_seconds(59) })).await;
    refused(&officer, json!({ "as_of": in_seconds(600) }), &["/as_of"]).await;
    refused(&officer, json!({ "valid_until": in_seconds(-60) }), &["/valid_until"]).await;
    refused(&officer, json!({ "valid_until": in_seconds(32 * 86_400) }), &["/valid_until"]).await;
    refused(&officer, json!({ "as_of": "yesterday" }), &["/as_of"]).await;
    refused(&officer, json!({ "as_of": "2022-03-01T10:00:00" }), &["/as_of"]).await;
    let read = taken(&officer, json!({ "as_of": "2022-03-01T12:00:00.123987+02:00" })).await;
    assert_eq!(read["as_of"], "2022-03-01T10:00:00.123Z", "times come back in UTC");
    app.stop().await;
}

#[actix_web::test]
async fn texts_are_counted_in_characters_and_hold_no_control_characters() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let read = taken(&officer, json!({ "headline": "é".repeat(160), "body": "𝄞".repeat(4_000) })).await;
    assert_eq!(read["headline"], "é".repeat(160));
    refused(&officer, json!({ "headline": "é".repeat(161) }), &["/headline"]).await;
    refused(&officer, json!({ "body": "x".repeat(4_001) }), &["/body"]).await;
    for bad in ["", "   ", "two\nlines", "a\u{0}b", "a\u{7f}b", "a\u{202e}b"] {
        refused(&officer, json!({ "headline": bad }), &["/headline"]).await;
    }
    refused(&officer, json!({ "body": "a\u{1b}[2Jb" }), &["/body"]).await;
    refused(&officer, json!({ "headline": 7, "body": ["x"] }), &["/headline", "/body"]).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_mark_is_required_and_addressed_where_and_only_where_it_must_be() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    refused(&officer, json!({ "tlp": null }), &["/tlp"]).await;
    refused(&officer, json!({ "tlp": "AMBER" }), &["/tlp"]).await;
    for tlp in ["red", "amber_strict"] {
        refused(&officer, json!({ "tlp": tlp }), &["/recipients"]).await;
        refused(&officer, json!({ "tlp": tlp, "recipients": [] }), &["/recipients"]).await;
        taken(&officer, json!({ "tlp": tlp, "recipients": ["nl-ncc"] })).await;
    }
    for tlp in ["green", "clear"] {
        refused(&officer, json!({ "tlp": tlp, "recipients": ["nl-ncc"] }), &["/recipients"]).await;
    }
    refused(&officer, json!({ "tlp": "amber", "recipients": ["xx-ncc"] }), &["/recipients/0"]).await;
    refused(&officer, json!({ "tlp": "amber", "recipients": "nl-ncc" }), &["/recipients"]).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_reading_that_cannot_be_one_is_refused_by_its_place() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let one = |changes: Value| {
        let reading = json!({ "indicator": "border_crossings_in", "value": 5, "as_of": now() });
        json!({ "readings": [changed(reading, changes)] })
    };
    refused(&officer, one(json!({ "value": -1 })), &["/readings/0/value"]).await;
    refused(&officer, one(json!({ "value": 1.5 })), &["/readings/0/value"]).await;
    refused(&officer, one(json!({ "value": 1e300 })), &["/readings/0/value"]).await;
    refused(&officer, one(json!({ "value": "five" })), &["/readings/0/value"]).await;
    refused(&officer, one(json!({ "value": null })), &["/readings/0/value"]).await;
    refused(&officer, one(json!({ "indicator": "tanks" })), &["/readings/0/indicator"]).await;
    refused(&officer, one(json!({ "unit": "persons" })), &["/readings/0/unit"]).await;
    refused(&officer, one(json!({ "as_of": in_seconds(600) })), &["/readings/0/as_of"]).await;
    refused(&officer, one(json!({ "quality": "guessed" })), &["/readings/0/quality"]).await;
    let twice = json!({ "indicator": "border_crossings_in", "value": 5, "as_of": now() });
    refused(&officer, json!({ "readings": [twice, twice] }), &["/readings/1/indicator"]).await;
    refused(&officer, json!({ "readings": vec![twice; 33] }), &["/readings"]).await;
    for value in [json!("suppressed"), json!("not_available"), json!(0)] {
        let read = taken(&officer, one(json!({ "value": value }))).await;
        assert_eq!(read["readings"][0]["value"], value);
        assert_eq!(read["readings"][0]["quality"], "measured");
    }
    app.stop().await;
}

#[actix_web::test]
async fn areas_languages_sources_and_words_have_their_one_spelling() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    refused(&officer, json!({ "areas": ["BE", "be"] }), &["/areas/1"]).await;
    refused(&officer, json!({ "lang": "Dutch" }), &["/lang"]).await;
    refused(&officer, json!({ "source": { "reliability": "G" } }), &["/source/reliability", "/source/credibility"])
        .await;
    refused(&officer, json!({ "severity": "Severe", "outlook": "sideways" }), &["/severity", "/outlook"]).await;
    refused(&officer, json!({ "urgency": "now", "certainty": "sure" }), &["/urgency", "/certainty"]).await;
    refused(&officer, json!({ "nil": "yes" }), &["/nil"]).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_sector_and_a_centre_must_belong_to_the_crisis() {
    let app = App::with(&[]).await;
    app.open(&json!({
        "slug": CRISIS, "name": "A drill", "environment": "test", "sectors": ["cyber"], "centres": ["be-nccn"],
    }))
    .await;
    let belgian = app.officer("be-nccn").await;
    refused(&belgian, json!({ "sector": "displacement" }), &["/sector"]).await;
    let dutch = app.officer("nl-ncc").await;
    refused(&dutch, json!({ "centre": "nl-ncc" }), &["/centre"]).await;
    app.stop().await;
}

#[actix_web::test]
async fn nil_says_nothing_to_report_and_is_neither_silence_nor_minor() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    assert!(cell(&officer.picture().await, "be-nccn", "cyber").is_none(), "no report is no cell");
    let nil = json!({ "centre": "be-nccn", "sector": "cyber", "nil": true, "as_of": now(), "tlp": "green" });
    officer.post_update(&nil).await.must(201);
    let picture = officer.picture().await;
    let shown = &cell(&picture, "be-nccn", "cyber").expect("a nil report is a report")["update"];
    assert_eq!(shown["nil"], true);
    assert_eq!(shown["severity"], "unknown");
    refused(&officer, json!({ "nil": true, "severity": "severe" }), &["/severity"]).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_correction_takes_the_place_of_what_it_corrects_once() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let first = officer.post_update(&plain("Ten thousand")).await.must(201);
    let correction = changed(plain("One thousand"), json!({ "supersedes": first["id"] }));
    let second = officer.post_update(&correction).await.must(201);
    let old = officer.get(&address(&first)).await.must(200);
    assert_eq!(old["state"], "superseded");
    assert_eq!(old["superseded_by"], second["id"]);
    assert_eq!(old["headline"], "Ten thousand", "what was said is not unsaid");
    let picture = officer.picture().await;
    assert_eq!(headline(&picture, "be-nccn", "cyber").as_deref(), Some("One thousand"));
    assert_eq!(cell(&picture, "be-nccn", "cyber").expect("a cell")["previous"], Value::Null);
    assert_eq!(officer.post_update(&correction).await.problem(409), [""; 0]);
    let path = format!("{}/withdraw", address(&first));
    officer.post(&path, &json!({ "reason": "Too late" })).await.problem(409);
    app.stop().await;
}

#[actix_web::test]
async fn only_an_update_of_the_same_centre_and_sector_can_be_corrected() {
    let app = App::with_crisis().await;
    let belgian = app.officer("be-nccn").await;
    let dutch = app.officer("nl-ncc").await;
    let posted = belgian.post_update(&plain("Belgian")).await.must(201);
    let other = changed(update("nl-ncc", "cyber", "green", "Dutch"), json!({ "supersedes": posted["id"] }));
    assert_eq!(dutch.post_update(&other).await.problem(422), ["/supersedes"]);
    refused(&belgian, json!({ "supersedes": posted["id"], "sector": "displacement" }), &["/supersedes"]).await;
    refused(&belgian, json!({ "supersedes": "0190a5a0-0000-7000-8000-000000000000" }), &["/supersedes"]).await;
    refused(&belgian, json!({ "supersedes": "the last one" }), &["/supersedes"]).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_withdrawn_update_gives_way_to_what_stood_before_and_keeps_its_reason() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let reading = |value: u32| json!([{ "indicator": "border_crossings_in", "value": value, "as_of": now() }]);
    officer.post_update(&changed(plain("Before"), json!({ "readings": reading(1) }))).await.must(201);
    let posted = officer.post_update(&changed(plain("Wrong"), json!({ "readings": reading(2) }))).await.must(201);
    let path = format!("{}/withdraw", address(&posted));
    assert_eq!(officer.post(&path, &json!({})).await.problem(422), ["/reason"]);
    let answer = officer.post(&path, &json!({ "reason": "Wrong crisis" })).await;
    let receipt = answer.must(201);
    assert_eq!(receipt["id"], posted["id"]);
    assert_eq!(answer.header("location"), address(&posted));
    let picture = officer.picture().await;
    assert_eq!(picture["position"], receipt["position"]);
    assert_eq!(headline(&picture, "be-nccn", "cyber").as_deref(), Some("Before"));
    assert_eq!(picture["readings"][0]["value"], 1);
    let read = officer.get(&address(&posted)).await.must(200);
    assert_eq!(read["state"], "withdrawn");
    assert_eq!(read["withdrawn"]["reason"], "Wrong crisis");
    officer.post(&path, &json!({ "reason": "Again" })).await.problem(409);
    app.stop().await;
}

#[actix_web::test]
async fn a_late_report_goes_behind_a_newer_one() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    officer.post_update(&plain("Now")).await.must(201);
    let late = changed(plain("An hour ago"), json!({ "as_of": in_seconds(-3_600), "severity": "minor" }));
    officer.post_update(&late).await.must(201);
    let picture = officer.picture().await;
    let cell = cell(&picture, "be-nccn", "cyber").expect("a cell");
    assert_eq!(cell["update"]["headline"], "Now");
    assert_eq!(cell["previous"]["severity"], "minor");
    app.stop().await;
}

#[actix_web::test]
async fn a_crisis_opens_once_and_its_mode_is_a_sourced_record() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let again = json!({ "slug": CRISIS, "name": "Again", "environment": "test" });
    coordinator.post("/api/v1/crises", &again).await.problem(409);
    let wrong = json!({ "slug": "A b", "name": "", "environment": "war", "sectors": ["cyber", "x y"], "mood": 1 });
    let pointers = coordinator.post("/api/v1/crises", &wrong).await.problem(422);
    assert_eq!(pointers, ["/slug", "/name", "/environment", "/sectors/1", "/mood"]);
    let unknown = json!({
        "slug": "other", "name": "Other", "environment": "test",
        "sectors": ["cyber", "cyber", "weather"], "centres": ["be-nccn", "xx-ncc"],
    });
    let pointers = coordinator.post("/api/v1/crises", &unknown).await.problem(422);
    assert_eq!(pointers, ["/sectors/1", "/sectors/2", "/centres/1"]);

    let path = format!("/api/v1/crises/{CRISIS}/ipcr");
    let unsourced = json!({ "mode": "full_activation", "since": in_seconds(3_600), "source_url": "javascript:x" });
    assert_eq!(coordinator.post(&path, &unsourced).await.problem(422), ["/decided_by", "/source_url"]);
    let record = json!({
        "mode": "information_sharing", "since": "2022-02-28T00:00:00Z", "decided_by": "Presidency of the Council",
        "source_url": "https://www.consilium.europa.eu/",
    });
    coordinator.post(&path, &record).await.must(201);
    assert_eq!(coordinator.picture().await["crisis"]["ipcr"], record);
    let crises = coordinator.get("/api/v1/crises").await.must(200);
    assert_eq!(crises["crises"][0]["slug"], CRISIS);
    assert_eq!(crises["crises"][0]["ipcr"]["mode"], "information_sharing");
    assert_eq!(coordinator.get(&format!("/api/v1/crises/{CRISIS}")).await.must(200), crises["crises"][0]);
    app.stop().await;
}

#[actix_web::test]
async fn thirty_centres_and_eight_sectors_ship_with_names_in_four_languages() {
    let app = App::with_crisis().await;
    let viewer = app.person("be-nccn", Role::Viewer).await;
    let centres = viewer.get("/api/v1/centres").await.must(200);
    let catalogue = viewer.get("/api/v1/catalogue").await.must(200);
    let centres = centres["centres"].as_array().expect("centres");
    let sectors = catalogue["sectors"].as_array().expect("sectors");
    assert!(centres.len() >= 30);
    assert_eq!(sectors.len(), 8);
    assert!(catalogue["indicators"].as_array().expect("indicators").len() >= 13);
    for thing in centres.iter().chain(sectors) {
        for language in ["en", "nl", "fr", "de"] {
            assert!(thing["name"][language].as_str().is_some_and(|name| !name.is_empty()), "{thing}");
        }
    }
    app.stop().await;
}
