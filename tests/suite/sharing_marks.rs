//! Who sees what: as an item, in the picture, in the journal, on the socket, and in nothing that is counted.

use serde_json::{Value, json};
use vigie::domain::vocabulary::{Role, Tlp};

use crate::harness::app::{App, CRISIS};
use crate::harness::person::{Person, address, cell, changed, headline, update};
use crate::harness::{in_seconds, now};

/// Every way to mark an item of the Belgian centre, each in its own sector. The crisis is one of
/// Belgium, the Netherlands and France; Germany is outside it and Ukraine a partner.
const ITEMS: [(&str, &str, &[&str]); 6] = [
    ("displacement", "clear", &[]),
    ("civil_society", "green", &[]),
    ("public_communication", "amber", &[]),
    ("cyber", "amber", &["nl-ncc"]),
    ("eu_coordination", "amber_strict", &["nl-ncc"]),
    ("civil_protection", "red", &["nl-ncc"]),
];

/// Who sees how many of the items above: the first so many of them. The marks are a ladder.
const EYES: [(&str, Role, Tlp, usize); 13] = [
    ("be-nccn", Role::DutyOfficer, Tlp::Clear, 6),
    ("be-nccn", Role::WallDevice, Tlp::Amber, 4),
    ("be-nccn", Role::WallDevice, Tlp::Green, 2),
    ("nl-ncc", Role::Viewer, Tlp::Clear, 6),
    ("nl-ncc", Role::WallDevice, Tlp::Amber, 4),
    ("nl-ncc", Role::WallDevice, Tlp::Green, 2),
    ("nl-ncc", Role::WallDevice, Tlp::Clear, 1),
    ("fr-ncc", Role::CentreLead, Tlp::Clear, 3),
    ("fr-ncc", Role::WallDevice, Tlp::Amber, 3),
    ("eu-ercc", Role::Coordinator, Tlp::Clear, 2),
    ("de-ncc", Role::Viewer, Tlp::Clear, 2),
    ("de-ncc", Role::WallDevice, Tlp::Amber, 2),
    ("ua-ncc", Role::Partner, Tlp::Clear, 1),
];

async fn narrow_crisis() -> App {
    let app = App::with(&[]).await;
    let centres = ["be-nccn", "nl-ncc", "fr-ncc"];
    app.open(&json!({ "slug": CRISIS, "name": "A drill", "environment": "test", "centres": centres })).await;
    app
}

fn item((sector, tlp, recipients): (&str, &str, &[&str])) -> Value {
    let body = update("be-nccn", sector, tlp, &format!("Item {tlp} {}", recipients.len()));
    let readings = json!([{ "indicator": reading_of(sector), "value": 1, "as_of": now() }]);
    let body = changed(body, json!({ "readings": readings }));
    if recipients.is_empty() { body } else { changed(body, json!({ "recipients": recipients })) }
}

/// Each sector brings a figure of its own, so that figures show who sees which.
fn reading_of(sector: &str) -> &'static str {
    match sector {
        "displacement" => "border_crossings_in",
        "civil_society" => "border_crossings_out",
        "public_communication" => "helpline_contacts",
        "cyber" => "significant_cyber_incidents",
        "eu_coordination" => "new_rumours",
        _ => "beneficiaries_present",
    }
}

fn list<'a>(picture: &'a Value, name: &str) -> &'a Vec<Value> {
    picture[name].as_array().unwrap_or_else(|| panic!("{name} in {picture}"))
}

async fn journal(person: &Person) -> Vec<Value> {
    let text = person.get(&format!("/api/v1/crises/{CRISIS}/journal")).await.text();
    text.lines().map(|line| serde_json::from_str(line).expect("NDJSON")).collect()
}

#[actix_web::test]
async fn every_eye_sees_exactly_its_items_in_the_picture_the_feed_the_journal_by_address_and_on_the_socket() {
    let app = narrow_crisis().await;
    let officer = app.officer("be-nccn").await;
    let mut watching = Vec::new();
    for (centre, role, ceiling, many) in EYES {
        let (_, person) = app.account(centre, role, ceiling).await;
        let wall = person.listen(None).await;
        watching.push((person, wall, role, many));
    }
    let mut receipts = Vec::new();
    for marked in ITEMS {
        receipts.push(officer.post_update(&item(marked)).await.must(201));
    }
    for (person, wall, role, many) in &mut watching {
        let name = format!("{role} {many}");
        let sectors: Vec<&str> = ITEMS[..*many].iter().map(|(sector, ..)| *sector).collect();
        let picture = person.picture().await;
        assert_eq!(picture["position"], receipts[*many - 1]["position"], "{name}");
        for (place, (sector, ..)) in ITEMS.iter().enumerate() {
            assert_eq!(cell(&picture, "be-nccn", sector).is_some(), place < *many, "{name} × {sector}");
            let shown = list(&picture, "readings").iter().any(|reading| reading["indicator"] == reading_of(sector));
            assert_eq!(shown, place < *many, "{name} × the figure of {sector}");
        }
        let fed = list(&picture, "feed").iter().rev().filter_map(|line| line["update"]["sector"].as_str());
        assert_eq!(fed.collect::<Vec<_>>(), sectors, "{name}");

        wall.reach(receipts[*many - 1]["position"].as_str().expect("a position")).await;
        let told: Vec<&str> = wall.entries.iter().filter_map(|line| line["update"]["sector"].as_str()).collect();
        assert_eq!(told, sectors, "{name}");
        assert_eq!(wall.things.keys().filter(|(kind, _)| kind == "cell").count(), *many, "{name}");

        if *role == Role::WallDevice {
            person.get(&address(&receipts[0])).await.problem(403);
            continue;
        }
        let lines = journal(person).await;
        let read: Vec<&str> = lines.iter().filter_map(|line| line["update"]["sector"].as_str()).collect();
        assert_eq!(read, sectors, "{name}");
        for (place, receipt) in receipts.iter().enumerate() {
            let status = if place < *many { 200 } else { 404 };
            assert_eq!(person.get(&address(receipt)).await.status.as_u16(), status, "{name} × {place}");
        }
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_wall_is_never_sent_red_or_amber_strict_not_even_its_own_centres() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let mut wall = app.wall("be-nccn", Tlp::Amber).await.listen(None).await;
    for tlp in ["red", "amber_strict"] {
        let body = changed(update("be-nccn", "cyber", tlp, "In confidence"), json!({ "recipients": ["be-nccn"] }));
        officer.post_update(&body).await.must(201);
    }
    let matter = json!({
        "title": "In confidence", "level": "watch", "severity": "minor", "reason": "In confidence",
        "asked_of": "be-nccn", "tlp": "red", "recipients": ["be-nccn"],
    });
    officer.post(&format!("/api/v1/crises/{CRISIS}/escalations"), &matter).await.must(201);
    let last = officer.post_update(&update("be-nccn", "displacement", "green", "Open")).await.must(201);
    wall.reach(last["position"].as_str().expect("a position")).await;
    let heard = wall.frames.iter().map(Value::to_string).collect::<String>();
    assert!(heard.contains("Open") && !heard.contains("In confidence"), "{heard}");
    app.stop().await;
}

#[actix_web::test]
async fn when_the_newest_is_hidden_the_viewer_sees_the_newest_that_is_not() {
    let app = App::with_crisis().await;
    let (officer, french) = (app.officer("be-nccn").await, app.officer("fr-ncc").await);
    let reading = |value: u32| json!([{ "indicator": "border_crossings_in", "value": value, "as_of": now() }]);
    let said = |tlp: &str, text: &str, value: u32| {
        let body = changed(update("be-nccn", "displacement", tlp, text), json!({ "readings": reading(value) }));
        if tlp == "red" { changed(body, json!({ "recipients": ["nl-ncc"] })) } else { body }
    };
    officer.post_update(&said("green", "Oldest", 1)).await.must(201);
    officer.post_update(&said("red", "Between", 2)).await.must(201);
    officer.post_update(&said("green", "Newest that is open", 3)).await.must(201);
    let before = french.picture().await;
    officer.post_update(&said("red", "Newest", 4)).await.must(201);
    let after = french.picture().await;
    assert_eq!(headline(&after, "be-nccn", "displacement").as_deref(), Some("Newest that is open"));
    let oldest = &cell(&after, "be-nccn", "displacement").expect("a cell")["previous"]["id"];
    assert_eq!(*oldest, list(&after, "feed")[1]["update"]["id"], "what stood before skips what is hidden too");
    assert_eq!(list(&after, "readings")[0]["value"], 3);
    for part in ["cells", "readings", "centres", "feed", "position"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    let own = officer.picture().await;
    assert_eq!(headline(&own, "be-nccn", "displacement").as_deref(), Some("Newest"));
    assert_eq!(list(&own, "readings")[0]["value"], 4);
    app.stop().await;
}

#[actix_web::test]
async fn a_correction_that_fewer_may_see_leaves_the_others_with_what_was_said_before() {
    let app = App::with_crisis().await;
    let (officer, dutch, french) =
        (app.officer("be-nccn").await, app.officer("nl-ncc").await, app.officer("fr-ncc").await);
    let first = officer.post_update(&update("be-nccn", "cyber", "green", "Open")).await.must(201);
    let correction = changed(
        update("be-nccn", "cyber", "red", "In confidence"),
        json!({ "recipients": ["nl-ncc"], "supersedes": first["id"] }),
    );
    let second = officer.post_update(&correction).await.must(201);
    assert_eq!(headline(&dutch.picture().await, "be-nccn", "cyber").as_deref(), Some("In confidence"));
    assert_eq!(dutch.get(&address(&first)).await.must(200)["superseded_by"], second["id"]);
    assert_eq!(headline(&french.picture().await, "be-nccn", "cyber").as_deref(), Some("Open"));
    let read = french.get(&address(&first)).await.must(200);
    assert_eq!((read["state"].as_str(), &read["superseded_by"]), (Some("published"), &Value::Null));
    app.stop().await;
}

#[actix_web::test]
async fn a_withdrawal_is_told_to_those_who_saw_and_to_nobody_else() {
    let app = App::with_crisis().await;
    let (officer, dutch, french) =
        (app.officer("be-nccn").await, app.officer("nl-ncc").await, app.officer("fr-ncc").await);
    let body = changed(update("be-nccn", "cyber", "red", "In confidence"), json!({ "recipients": ["nl-ncc"] }));
    let posted = officer.post_update(&body).await.must(201);
    let mut sees = dutch.listen(None).await;
    let mut misses = french.listen(None).await;
    let withdraw = format!("{}/withdraw", address(&posted));
    let gone = officer.post(&withdraw, &json!({ "reason": "In confidence too" })).await.must(201);
    sees.reach(gone["position"].as_str().expect("a position")).await;
    assert_eq!(sees.entries[0]["kind"], "update_withdrawn");
    assert_eq!(sees.headline("be-nccn", "cyber"), None, "no report stands behind it");
    let last = officer.post_update(&update("be-nccn", "displacement", "green", "Open")).await.must(201);
    misses.reach(last["position"].as_str().expect("a position")).await;
    assert_eq!(misses.entries.len(), 1);
    let heard = misses.frames.iter().map(Value::to_string).collect::<String>();
    assert!(!heard.contains("In confidence") && !heard.contains(posted["id"].as_str().expect("an id")), "{heard}");
    french.post(&withdraw, &json!({ "reason": "Not mine" })).await.problem(404);
    dutch.post(&withdraw, &json!({ "reason": "Not mine" })).await.problem(403);
    app.stop().await;
}

#[actix_web::test]
async fn a_position_does_not_betray_what_is_hidden() {
    let app = App::with(&[("live.beat_seconds", "1")]).await;
    app.open_crisis(CRISIS).await;
    let (officer, french) = (app.officer("be-nccn").await, app.officer("fr-ncc").await);
    officer.post_update(&update("be-nccn", "cyber", "green", "Open")).await.must(201);
    let path = format!("/api/v1/crises/{CRISIS}/picture");
    let before = french.get(&path).await;
    let mut wall = french.listen(None).await;
    wall.until("the first beat", |wall| wall.frames.last().is_some_and(|frame| frame["type"] == "beat")).await;
    let at = wall.position.clone();
    for n in 0..3 {
        let secret = changed(update("be-nccn", "cyber", "red", &format!("{n}")), json!({ "recipients": ["nl-ncc"] }));
        officer.post_update(&secret).await.must(201);
    }
    officer.picture().await;
    let after = french.get(&path).await;
    assert_eq!(after.header("etag"), before.header("etag"));
    let asked = [("If-None-Match", before.header("etag"))];
    let asked: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(french.ask(awc::http::Method::GET, &path, &asked, Vec::new()).await.status.as_u16(), 304);
    let beats = |wall: &crate::harness::wall::Wall| wall.frames.iter().filter(|frame| frame["type"] == "beat").count();
    wall.until("another beat", |wall| beats(wall) >= 3).await;
    assert_eq!(wall.position, at, "a beat names the place where this wall stands");
    assert!(wall.frames.iter().all(|frame| frame["type"] != "change"), "nothing was sent");

    let open = officer.post_update(&update("be-nccn", "displacement", "green", "Open again")).await.must(201);
    wall.reach(open["position"].as_str().expect("a position")).await;
    let change = wall.frames.iter().find(|frame| frame["type"] == "change").expect("it was told");
    assert_eq!(change["after"], json!(at), "what follows follows what this wall has");
    assert_eq!(list(change, "entries").len(), 1);
    assert_eq!(at.len(), wall.position.len());
    let common = at.chars().zip(wall.position.chars()).take_while(|(a, b)| a == b).count();
    assert!(common < 8, "two words have nothing in common to count by: {at} {}", wall.position);
    app.stop().await;
}

#[actix_web::test]
async fn pages_of_the_journal_are_full_of_what_is_visible_and_lead_to_the_end() {
    let app = App::with_crisis().await;
    let (officer, french) = (app.officer("be-nccn").await, app.officer("fr-ncc").await);
    for n in 0..12 {
        let body = update("be-nccn", "cyber", "green", &format!("Open {n}"));
        officer.post_update(&body).await.must(201);
        let secret = changed(update("be-nccn", "cyber", "red", "Secret"), json!({ "recipients": ["nl-ncc"] }));
        officer.post_update(&secret).await.must(201);
    }
    let mut path = format!("/api/v1/crises/{CRISIS}/journal?limit=5");
    let mut pages = Vec::new();
    loop {
        let answer = french.get(&path).await;
        assert_eq!(answer.header("content-type"), "application/x-ndjson");
        pages.push(answer.text());
        let link = answer.header("link");
        let Some(next) = link.strip_prefix('<').and_then(|link| link.split_once('>')) else { break };
        assert_eq!(next.1, "; rel=\"next\"");
        path = next.0.to_owned();
    }
    let sizes: Vec<usize> = pages.iter().map(|page| page.lines().count()).collect();
    assert_eq!(sizes, [5, 5, 3], "thirteen visible lines: the crisis and twelve updates");
    let all = pages.concat();
    assert!(!all.contains("Secret") && !all.contains("\"seq\"") && !all.contains("\"hash\""), "{all}");
    let ends = all.lines().last().expect("a line");
    let ends: Value = serde_json::from_str(ends).expect("NDJSON");
    assert_eq!(ends["position"], french.picture().await["position"]);
    let after = format!("/api/v1/crises/{CRISIS}/journal?after={}", ends["position"].as_str().expect("a position"));
    assert_eq!(french.get(&after).await.text(), "");
    app.stop().await;
}

#[actix_web::test]
async fn an_auditor_reads_sequence_and_hashes_but_no_content() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let secret = changed(update("be-nccn", "cyber", "red", "Secret"), json!({ "recipients": ["nl-ncc"] }));
    officer.post_update(&secret).await.must(201);
    let auditor = app.person("eu-gsc", Role::Auditor).await;
    let lines = journal(&auditor).await;
    assert_eq!(lines.iter().map(|line| line["seq"].as_u64()).collect::<Vec<_>>(), [Some(1), Some(2)]);
    assert_eq!(lines[1]["kind"], "update_posted");
    assert_eq!(lines[1]["tlp"], "red");
    assert_eq!(lines[1]["hash"].as_str().map(str::len), Some(64));
    assert!(!lines[1].to_string().contains("Secret"));
    auditor.get(&format!("/api/v1/crises/{CRISIS}/picture")).await.problem(403);
    app.stop().await;
}

#[actix_web::test]
async fn when_a_centre_was_last_heard_counts_only_what_the_viewer_heard() {
    let app = App::with_crisis().await;
    let (officer, french) = (app.officer("be-nccn").await, app.officer("fr-ncc").await);
    let heard = async |person: &Person| {
        let picture = person.picture().await;
        let centres = list(&picture, "centres");
        centres.iter().find(|centre| centre["id"] == "be-nccn").expect("Belgium")["last_heard"].clone()
    };
    let secret = changed(update("be-nccn", "cyber", "red", "Secret"), json!({ "recipients": ["nl-ncc"] }));
    officer.post_update(&secret).await.must(201);
    assert_eq!(heard(&french).await, Value::Null, "silence, for all that France can know");
    assert_ne!(heard(&officer).await, Value::Null);
    officer
        .post_update(&changed(update("be-nccn", "cyber", "green", "Open"), json!({ "as_of": in_seconds(-60) })))
        .await
        .must(201);
    assert_ne!(heard(&french).await, Value::Null);
    app.stop().await;
}
