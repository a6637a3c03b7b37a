//! Looking back: the picture as each viewer's wall was, at any moment, and the slider that leads there.

use awc::http::Method;
use serde_json::{Value, json};
use vigie::domain::vocabulary::{Role, Tlp};
use vigie::past::STEP;
use vigie::server::open_stores;

use crate::harness::app::{App, CRISIS};
use crate::harness::eventually;
use crate::harness::fold::{Fold, timeless, viewer};
use crate::harness::long::{grow, recorded_at};
use crate::harness::person::{Answer, Person, address, changed, headline, update, will_do};

/// Centres that report in a long journal.
const CENTRES: usize = 8;

/// Looks back to a position or a time.
async fn back(person: &Person, at: &str) -> Answer {
    person.get(&format!("/api/v1/crises/{CRISIS}/picture?at={at}")).await
}

async fn timeline(person: &Person, query: &str) -> Value {
    person.get(&format!("/api/v1/crises/{CRISIS}/timeline?{query}")).await.must(200)
}

/// A replayed picture as it was answered, without what only a replay has.
fn then(answer: &Answer) -> Value {
    let mut picture = timeless(answer.must(200));
    let fields = picture.as_object_mut().expect("an object");
    assert_eq!(fields.remove("replay"), Some(json!(true)));
    assert!(fields.remove("at").is_some_and(|at| at.is_string()));
    picture
}

fn position(picture: &Value) -> String {
    picture["position"].as_str().expect("a position").to_owned()
}

/// A journal of this many entries, and a server on it that has kept all its snapshots.
async fn long(entries: u64) -> (App, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    grow(&*open_stores(&journal).expect("the stores open").journal, CRISIS, entries, CENTRES).await;
    let app = App::on(&journal, &[]).await;
    kept(&app, entries / STEP).await;
    (app, folder)
}

async fn kept(app: &App, snapshots: u64) {
    for next in 1..=snapshots {
        eventually("the next snapshot is kept", async || {
            (app.metric("vigie_past_snapshots_kept_total").await >= next).then_some(())
        })
        .await;
    }
}

#[actix_web::test]
async fn a_replay_shows_each_viewer_what_its_own_picture_was_at_that_position() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let neighbour = app.person("nl-ncc", Role::Viewer).await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let people = [&officer, &neighbour, &coordinator];
    let mut taken: Vec<[Value; 3]> = Vec::new();
    let crisis = format!("/api/v1/crises/{CRISIS}");
    let readings =
        json!({ "readings": [{ "indicator": "reception_places_free", "value": 12, "as_of": "2022-03-01T00:00:00Z" }] });
    let first = changed(update("be-nccn", "cyber", "green", "First"), readings);
    let first = officer.post_update(&first).await.must(201)["id"].clone();
    let secret = changed(update("be-nccn", "cyber", "red", "Secret"), json!({ "recipients": ["be-nccn"] }));
    let better = changed(update("be-nccn", "cyber", "amber", "Better"), json!({ "supersedes": first }));
    let raised = json!({
        "title": "Places", "level": "coordination", "severity": "severe", "reason": "Full", "asked_of": "eu-ercc",
        "tlp": "amber",
    });
    let mut escalation = String::new();
    for step in 0..8 {
        match step {
            0 => drop(officer.post_update(&secret).await.must(201)),
            1 => drop(officer.post_update(&better).await.must(201)),
            2 => {
                let receipt = officer.post(&format!("{crisis}/escalations"), &raised).await.must(201);
                escalation = receipt["id"].as_str().expect("an id").to_owned();
            }
            3 => {
                let path = format!("{crisis}/escalations/{escalation}/acknowledge");
                coordinator.post(&path, &will_do()).await.must(201);
            }
            4 => {
                let scope = json!({ "centres": ["be-nccn", "eu-ercc"] });
                coordinator.post(&format!("{crisis}/scope"), &scope).await.must(201);
            }
            5 => drop(officer.post_update(&update("be-nccn", "cyber", "amber", "Inside")).await.must(201)),
            6 => {
                let scope = json!({ "centres": ["be-nccn", "eu-ercc", "nl-ncc"] });
                coordinator.post(&format!("{crisis}/scope"), &scope).await.must(201);
            }
            _ => {
                let newest = officer.post_update(&update("be-nccn", "cyber", "green", "Wrong")).await.must(201);
                let path = format!("{}/withdraw", address(&newest));
                officer.post(&path, &json!({ "reason": "Wrong" })).await.must(201);
            }
        }
        let mut pictures = [const { Value::Null }; 3];
        for (person, place) in people.iter().zip(&mut pictures) {
            *place = timeless(person.picture().await);
        }
        taken.push(pictures);
    }
    for pictures in &taken {
        for (person, picture) in people.iter().zip(pictures) {
            assert_eq!(then(&back(person, &position(picture)).await), *picture);
        }
    }
    // AMBER is for the centres of the crisis: left out of it, the neighbour saw what stood before that.
    let neighbours = |taken: &[Value; 3]| headline(&taken[1], "be-nccn", "cyber");
    let said: Vec<_> = taken[3..].iter().map(neighbours).collect();
    assert_eq!(said, ["Better", "First", "First", "Inside", "Inside"].map(|said| Some(said.to_owned())));
    app.stop().await;
}

#[actix_web::test]
async fn any_moment_is_found_by_its_time_and_costs_a_thousand_entries_at_the_most() {
    let (app, _folder) = long(20_000).await;
    let eyes = [("be-nccn", Role::Viewer), ("eu-ercc", Role::Coordinator)];
    let people = [app.person(eyes[0].0, eyes[0].1).await, app.person(eyes[1].0, eyes[1].1).await];
    let whole = Fold::of(&app.journal, CRISIS).await;
    // Before, at and after where a snapshot stands; both ends; backwards, so that no picture is at hand.
    for seq in [20_000, 19_999, 17_321, 10_001, 10_000, 9_999, 1_500, 999, 2, 1] {
        let was = whole.upto(usize::try_from(seq).expect("small"));
        for (person, (centre, role)) in people.iter().zip(eyes) {
            let before = app.metric("vigie_past_entries_folded_total").await;
            let answer = back(person, &recorded_at(seq).to_string()).await;
            let folded = app.metric("vigie_past_entries_folded_total").await - before;
            assert!(folded <= STEP, "{folded} entries for {seq}");
            assert_eq!(answer.json()["at"], json!(recorded_at(seq)));
            assert_eq!(then(&answer), was.through(&viewer(centre, role, Tlp::Clear)), "{seq}");
            assert_eq!(then(&back(person, &whole.word(seq)).await), then(&answer), "{seq} by its word");
        }
    }
    app.stop().await;
}

#[actix_web::test]
async fn snapshots_that_are_damaged_lost_or_of_another_form_cost_time_and_are_made_again() {
    let (app, _folder) = long(3_000).await;
    let person = app.person("be-nccn", Role::Viewer).await;
    let expected =
        Fold::of(&app.journal, CRISIS).await.upto(2_500).through(&viewer("be-nccn", Role::Viewer, Tlp::Clear));
    let told = timeline(&person, "to=2022-03-03T00:00:00Z").await;
    let journal = app.journal.clone();
    app.stop().await;
    let spoilt = [
        "update snapshot set picture = zeroblob(length(picture))",
        "update snapshot set stretch = substr(stretch, 1, 40), picture = substr(picture, 1, 40)",
        "update snapshot set form = 'of old'",
        "update snapshot set epoch = epoch + 1",
        "delete from snapshot where seq < 3000",
        "delete from snapshot",
    ];
    for spoil in spoilt {
        let path = journal.strip_prefix("sqlite:").expect("a journal in a file");
        rusqlite::Connection::open(path).and_then(|file| file.execute_batch(spoil)).expect("it can be spoilt");
        let app = App::on(&journal, &[]).await;
        let person = person.at(&app.base);
        assert_eq!(then(&back(&person, &recorded_at(2_500).to_string()).await), expected, "{spoil}");
        assert_eq!(timeline(&person, "to=2022-03-03T00:00:00Z").await, told, "{spoil}");
        kept(&app, 2).await;
        // What was made again serves as before.
        app.stop().await;
        let app = App::on(&journal, &[]).await;
        let person = person.at(&app.base);
        assert_eq!(then(&back(&person, &recorded_at(2_500).to_string()).await), expected, "{spoil}");
        assert!(app.metric("vigie_past_entries_folded_total").await <= STEP, "{spoil}");
        app.stop().await;
    }
}

#[actix_web::test]
async fn what_is_no_moment_of_this_crisis_is_said_in_words_and_a_time_to_come_is_now() {
    let (app, _folder) = long(3).await;
    app.open_crisis("another").await;
    let person = app.person("be-nccn", Role::Viewer).await;
    let elsewhere = person.get("/api/v1/crises/another/picture").await.must(200);
    let foreign = position(&elsewhere);
    for wrong in ["", "yesterday", "12", "2022-03-01", "AAAAAAAAAAAAAAAAAAAAAA", foreign.as_str()] {
        assert_eq!(back(&person, wrong).await.problem(422), ["/at"], "{wrong}");
    }
    let early = back(&person, "2022-02-24T04:00:00Z").await;
    assert_eq!(early.problem(422), ["/at"]);
    assert!(early.text().contains("lies before the crisis began (2022-03-01T00:01:00Z)"), "{}", early.text());
    let now = timeless(person.picture().await);
    let answer = back(&person, "2100-01-01T00:00:00Z").await;
    assert_eq!(then(&answer), now);
    assert_eq!(answer.json()["at"], answer.json()["server_time"]);
    assert_eq!(
        person.get("/api/v1/crises/nowhere/picture?at=2100-01-01T00:00:00Z").await.problem(404),
        Vec::<String>::new()
    );
    app.stop().await;
}

#[actix_web::test]
async fn only_people_of_the_member_centres_look_back() {
    let (app, _folder) = long(3).await;
    for role in Role::ALL {
        let (_, person) = app.account("be-nccn", *role, Tlp::Green).await;
        let answer = back(&person, "2100-01-01T00:00:00Z").await;
        match role {
            Role::Viewer | Role::DutyOfficer | Role::CentreLead | Role::Coordinator => drop(answer.must(200)),
            Role::WallDevice | Role::Partner | Role::Auditor | Role::Admin | Role::System => drop(answer.problem(403)),
        }
    }
    assert_eq!(back(&app.nobody(), "2100-01-01T00:00:00Z").await.status.as_u16(), 401);
    app.stop().await;
}

#[actix_web::test]
async fn a_moment_is_not_sent_again_to_eyes_that_have_it_and_to_no_others() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let neighbour = app.person("nl-ncc", Role::Viewer).await;
    let secret =
        changed(update("be-nccn", "cyber", "red", "Behind closed doors"), json!({ "recipients": ["be-nccn"] }));
    officer.post_update(&secret).await.must(201);
    let seen = officer.post_update(&update("be-nccn", "displacement", "green", "Seen")).await.must(201);
    let at = seen["position"].as_str().expect("a position");
    for path in [format!("/api/v1/crises/{CRISIS}/picture?at={at}"), format!("/api/v1/crises/{CRISIS}/picture")] {
        let answer = officer.get(&path).await;
        assert_eq!(answer.header("cache-control"), "private, no-cache");
        assert_eq!(answer.header("vary"), "Authorization, Cookie");
        let tag = answer.header("etag");
        let known = [("If-None-Match", tag.as_str())];
        let again = officer.ask(Method::GET, &path, &known, Vec::new()).await;
        assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
        let other = neighbour.ask(Method::GET, &path, &known, Vec::new()).await;
        assert!(
            !other.must(200).to_string().contains("Behind closed doors"),
            "both stand at one position, and see different things"
        );
    }
    app.stop().await;
}

#[actix_web::test]
async fn the_timeline_pages_backwards_through_what_each_viewer_saw_and_counts_it_by_the_hour() {
    let (app, _folder) = long(2_600).await;
    let fold = Fold::of(&app.journal, CRISIS).await;
    for (centre, role) in [("be-nccn", Role::Viewer), ("eu-ercc", Role::Coordinator)] {
        let person = app.person(centre, role).await;
        let eyes = viewer(centre, role, Tlp::Clear);
        let centres = match &fold.entries[0].event {
            vigie::domain::event::Event::CrisisOpened { crisis } => crisis.centres.clone(),
            other => panic!("a crisis was opened, not {other:?}"),
        };
        let seen: Vec<u64> = fold
            .entries
            .iter()
            .filter(|entry| eyes.sees(&entry.event.audience(), &centres))
            .map(|entry| entry.seq.0)
            .collect();
        let severe: Vec<String> =
            seen.iter().filter(|seq| **seq == 1 || *seq % 10 == 0).map(|seq| fold.word(*seq)).collect();
        // Pages of 20, newest first, without a hole and without one twice.
        let mut told: Vec<String> = Vec::new();
        let mut before = String::new();
        loop {
            let page = timeline(&person, &format!("limit=20{before}")).await;
            let positions = page["moments"].as_array().expect("moments").iter().map(position);
            let mut positions: Vec<String> = positions.collect();
            positions.append(&mut told);
            told = positions;
            match page["earlier"].as_str() {
                Some(word) => before = format!("&before={word}"),
                None => break,
            }
        }
        assert_eq!(told, severe, "{centre}");
        // Hours: from 03:30 to 05:10 three whole ones are touched; the entries of minute m are numbered m.
        let page = timeline(&person, "from=2022-03-01T03:30:00Z&to=2022-03-01T05:10:00Z").await;
        assert_eq!(page["part_minutes"], 60);
        let expected: Vec<Value> = (3..=5)
            .map(|hour| {
                let entries = seen.iter().filter(|seq| (hour * 60..(hour + 1) * 60).contains(*seq)).count();
                json!({ "from": format!("2022-03-01T0{hour}:00:00Z"), "entries": entries })
            })
            .collect();
        assert_eq!(page["density"], json!(expected), "{centre}");
        let inside: Vec<String> =
            seen.iter().filter(|seq| *seq % 10 == 0 && (210..=310).contains(*seq)).map(|seq| fold.word(*seq)).collect();
        assert_eq!(page["moments"].as_array().expect("moments").iter().map(position).collect::<Vec<_>>(), inside);
        // Years: by the day, all that was seen.
        let all = timeline(&person, "limit=1").await;
        assert_eq!(all["part_minutes"], 24 * 60);
        let entries = all["density"].as_array().expect("density").iter().map(|part| part["entries"].as_u64());
        assert_eq!(entries.sum::<Option<u64>>(), Some(seen.len() as u64));
        let moment = &all["moments"][0];
        assert_eq!((moment["kind"].as_str(), moment["severity"].as_str()), (Some("update_posted"), Some("severe")));
        assert!(moment["title"].as_str().is_some_and(|title| title.starts_with("Report number")));
    }
    let person = app.person("be-nccn", Role::Viewer).await;
    let path = format!("/api/v1/crises/{CRISIS}/timeline?from=x&to=y&before=z&limit=501");
    assert_eq!(person.get(&path).await.problem(422), ["/from", "/to", "/before", "/limit"]);
    let path = format!("/api/v1/crises/{CRISIS}/timeline?from=2022-03-02T00:00:00Z&to=2022-03-01T12:00:00Z");
    assert_eq!(person.get(&path).await.problem(422), ["/to"]);
    app.stop().await;
}

#[actix_web::test]
async fn every_kind_of_key_moment_stands_on_the_timeline() {
    let app = App::with_crisis().await;
    let (officer, coordinator) = (app.officer("be-nccn").await, app.person("eu-ercc", Role::Coordinator).await);
    let crisis = format!("/api/v1/crises/{CRISIS}");
    let raised = json!({
        "title": "Places", "level": "coordination", "severity": "severe", "reason": "Full", "asked_of": "eu-ercc",
        "tlp": "green",
    });
    let receipt = officer.post(&format!("{crisis}/escalations"), &raised).await.must(201);
    let path = format!("{crisis}/escalations/{}", receipt["id"].as_str().expect("an id"));
    for (step, body) in [
        ("raise-level", json!({})),
        ("lower-level", json!({})),
        ("acknowledge", will_do()),
        ("assign", json!({ "assignee": "Logistics" })),
        ("start", json!({})),
        ("resolve", json!({ "note": "Found" })),
        ("close", json!({})),
    ] {
        coordinator.post(&format!("{path}/{step}"), &body).await.must(201);
    }
    let extreme = changed(update("be-nccn", "cyber", "green", "Down"), json!({ "severity": "extreme" }));
    officer.post_update(&extreme).await.must(201);
    let mode = json!({ "mode": "monitoring", "since": "2022-02-28T00:00:00Z", "decided_by": "The Presidency" });
    coordinator.post(&format!("{crisis}/ipcr"), &mode).await.must(201);
    coordinator.post(&format!("{crisis}/scope"), &json!({ "sectors": ["cyber"] })).await.must(201);
    coordinator.post(&format!("{crisis}/close"), &json!({ "reason": "Over" })).await.must(201);
    coordinator.post(&format!("{crisis}/reopen"), &json!({ "reason": "Not over" })).await.must(201);
    let entry = |text: &str, tlp: &str, key: bool| json!({ "kind": "decision", "text": text, "event_time": "2022-03-01T00:00:00Z", "tlp": tlp, "key_event": key });
    for body in [
        entry("Routine", "green", false),
        entry("The bridge closes\nfor lorries", "green", true),
        changed(entry("For two", "amber_strict", true), json!({ "recipients": ["nl-ncc"] })),
        changed(entry("Not theirs", "amber_strict", true), json!({ "recipients": ["fr-ncc"] })),
    ] {
        officer.post(&format!("{crisis}/log"), &body).await.must(201);
    }
    let told = timeline(&app.person("nl-ncc", Role::Viewer).await, "").await;
    let kinds = told["moments"].as_array().expect("moments").iter().map(|moment| {
        (
            moment["kind"].as_str().expect("a kind"),
            moment["centre"].as_str().expect("a centre"),
            moment["title"].as_str(),
        )
    });
    let expected = [
        ("crisis_opened", "eu-ercc", Some("A drill")),
        ("escalation_raised", "be-nccn", Some("Places")),
        ("escalation_level_raised", "eu-ercc", Some("Places")),
        ("escalation_level_lowered", "eu-ercc", Some("Places")),
        ("escalation_resolved", "eu-ercc", Some("Places")),
        ("update_posted", "be-nccn", Some("Down")),
        ("ipcr_recorded", "eu-ercc", None),
        ("crisis_scoped", "eu-ercc", None),
        ("crisis_closed", "eu-ercc", None),
        ("crisis_reopened", "eu-ercc", None),
        ("key_event", "be-nccn", Some("The bridge closes")),
        ("key_event", "be-nccn", Some("For two")),
    ];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
    assert_eq!(told["moments"][6]["mode"], "monitoring");
    assert_eq!(told["earlier"], Value::Null);
    app.stop().await;
}
