//! The rhythm over HTTP: who owes a report, when, and what became of it; the same late and on two servers.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vigie::clock::Clock;
use vigie::domain::vocabulary::{Role, Tlp};

use crate::harness::app::{App, CRISIS};
use crate::harness::eventually;
use crate::harness::person::{Person, changed};

const PATH: &str = "/api/v1/crises/drill/cycles";

fn minutes(minutes: i64) -> Timestamp {
    let midnight: Timestamp = "2026-03-29T00:00:00Z".parse().expect("a time");
    midnight + SignedDuration::from_mins(minutes)
}

/// Every four hours from two o'clock on; half an hour of grace; reminders an hour and a quarter before.
fn cycle() -> Value {
    json!({
        "name": "Situation report", "sectors": ["displacement", "cyber"], "centres": ["be-nccn", "nl-ncc", "fr-ncc", "bg-ncc"],
        "starts_at": minutes(120), "rrule": "FREQ=HOURLY;INTERVAL=4", "grace_minutes": 30, "reminder_minutes": [60, 15],
    })
}

async fn set(coordinator: &Person) -> String {
    coordinator.post(PATH, &cycle()).await.must(201)["id"].as_str().expect("an id").to_owned()
}

async fn report(person: &Person, centre: &str, at: Timestamp, changes: Value) -> String {
    let body = json!({
        "centre": centre, "sector": "cyber", "severity": "minor", "outlook": "stable", "headline": "As it is", "as_of": at,
        "tlp": "green",
    });
    person.post_update(&changed(body, changes)).await.must(201)["id"].as_str().expect("an id").to_owned()
}

async fn slots(person: &Person, query: &str) -> Vec<Value> {
    let answer = person.get(&format!("/api/v1/crises/{CRISIS}/slots{query}")).await.must(200);
    answer["slots"].as_array().expect("slots").clone()
}

/// What each centre's slot of a due time is to a viewer: `BE submitted, …`.
async fn states(person: &Person, due: i64) -> Vec<String> {
    let at = minutes(due).to_string();
    let slots = slots(person, &format!("?from={at}&to={at}")).await;
    let word = |slot: &Value, name: &str| slot[name].as_str().expect("a word").to_owned();
    slots.iter().map(|slot| format!("{} {}", &word(slot, "centre")[..2], word(slot, "state"))).collect()
}

async fn journalled(person: &Person, kind: &str) -> Vec<Value> {
    let text = person.get(&format!("/api/v1/crises/{CRISIS}/journal")).await.text();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    lines.filter(|line| line["kind"] == kind).collect()
}

/// Waits until the journal shows as many of a kind; answers their due times.
async fn told(person: &Person, kind: &str, count: usize) -> Vec<String> {
    eventually(kind, async || {
        let lines = journalled(person, kind).await;
        let due = |line: &Value| line["due_at"].as_str().expect("a due time").to_owned();
        (lines.len() >= count).then(|| lines.iter().map(due).collect::<Vec<_>>())
    })
    .await
}

#[actix_web::test]
async fn one_reports_one_has_nothing_to_report_one_is_late_and_one_misses_it() {
    let clock = Clock::held_at(minutes(60));
    let app = App::at(&clock).await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let (be, nl) = (app.officer("be-nccn").await, app.officer("nl-ncc").await);
    let (fr, bg) = (app.officer("fr-ncc").await, app.officer("bg-ncc").await);
    let id = set(&coordinator).await;
    let mut wall = app.wall("be-nccn", Tlp::Green).await.listen(None).await;
    wall.next().await;
    let shown = wall.things[&("cycle".to_owned(), id.clone())].clone();
    assert_eq!((&shown["name"], &shown["ended"]), (&json!("Situation report"), &Value::Null));
    let due: Vec<_> = shown["due"].as_array().expect("due times").iter().take(3).map(|due| &due["due_at"]).collect();
    assert_eq!(due, [120, 360, 600].map(|minute| json!(minutes(minute))).iter().collect::<Vec<_>>());
    assert_eq!(shown["due"][1]["soon_at"], json!(minutes(300)));
    assert_eq!(shown["due"][1]["grace_until"], json!(minutes(390)));

    clock.hold(minutes(130));
    let all = |state: &str| ["be", "bg", "fr", "nl"].map(|centre| format!("{centre} {state}"));
    assert_eq!(states(&be, 360).await, all("open"));
    clock.hold(minutes(300));
    assert_eq!(states(&be, 360).await, all("due_soon"));
    let update = report(&be, "be-nccn", minutes(300), json!({})).await;
    let key = ("slots".to_owned(), format!("{id}/be-nccn"));
    wall.until("the wall sees it filled", |wall| wall.things.contains_key(&key)).await;
    let filled = json!([{ "due_at": minutes(360), "filled_at": minutes(300), "nil": false, "update": update }]);
    assert_eq!(wall.things[&key]["filled"], filled);
    clock.hold(minutes(310));
    report(&nl, "nl-ncc", minutes(310), json!({ "nil": true, "severity": "unknown" })).await;
    clock.hold(minutes(361));
    assert_eq!(states(&be, 360).await, ["be submitted", "bg overdue", "fr overdue", "nl nil"]);
    report(&fr, "fr-ncc", minutes(361), json!({})).await;
    clock.hold(minutes(391));
    assert_eq!(states(&coordinator, 360).await, ["be submitted", "bg missed", "fr late", "nl nil"]);
    let due = told(&bg, "slot_missed", 2).await;
    assert_eq!(due, [minutes(120).to_string(), minutes(360).to_string()]);
    assert_eq!(journalled(&coordinator, "slot_missed").await, [Value::Null; 0], "its own people are told, nobody else");
    // What came too late for this round counts for the next.
    report(&bg, "bg-ncc", minutes(391), json!({})).await;
    assert_eq!(states(&be, 600).await, ["be open", "bg submitted", "fr open", "nl open"]);
    app.stop().await;
}

#[actix_web::test]
async fn a_centre_is_reminded_before_it_is_due_unless_it_has_reported() {
    let clock = Clock::held_at(minutes(130));
    let app = App::at(&clock).await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let (be, nl) = (app.officer("be-nccn").await, app.officer("nl-ncc").await);
    set(&coordinator).await;
    clock.hold(minutes(131));
    report(&be, "be-nccn", minutes(131), json!({})).await;
    clock.hold(minutes(300));
    assert_eq!(told(&nl, "slot_reminded", 1).await, [minutes(360).to_string()]);
    clock.hold(minutes(345));
    told(&nl, "slot_reminded", 2).await;
    let given: Vec<_> = journalled(&nl, "slot_reminded").await.iter().map(|line| line["minutes"].clone()).collect();
    assert_eq!(given, [json!(60), json!(15)]);
    assert_eq!(journalled(&be, "slot_reminded").await, [Value::Null; 0]);
    app.stop().await;
}

#[actix_web::test]
async fn a_slot_is_filled_by_what_a_viewer_may_see_and_opens_again_when_that_is_withdrawn() {
    let clock = Clock::held_at(minutes(130));
    let app = App::at(&clock).await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let (be, nl) = (app.officer("be-nccn").await, app.officer("nl-ncc").await);
    let partner = app.person("be-nccn", Role::Partner).await;
    set(&coordinator).await;
    clock.hold(minutes(131));
    let strict = json!({ "tlp": "amber_strict", "recipients": ["eu-ercc"] });
    let update = report(&be, "be-nccn", minutes(131), strict).await;
    let of_be = async |person: &Person| states(person, 360).await[0].clone();
    assert_eq!(of_be(&be).await, "be submitted");
    assert_eq!(of_be(&coordinator).await, "be submitted");
    assert_eq!(of_be(&nl).await, "be open", "what is hidden counts for nobody from whom it is hidden");
    assert_eq!(slots(&partner, "").await, [Value::Null; 0], "who owes what is for those who report");
    assert_eq!(partner.picture().await["cycles"], json!([]));
    let path = format!("/api/v1/crises/{CRISIS}/updates/{update}/withdraw");
    be.post(&path, &json!({ "reason": "Wrong file" })).await.must(201);
    assert_eq!(of_be(&be).await, "be open");
    app.stop().await;
}

#[actix_web::test]
async fn a_change_holds_from_then_on_an_excuse_says_why_and_an_end_leaves_the_past() {
    let clock = Clock::held_at(minutes(60));
    let app = App::at(&clock).await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let be = app.officer("be-nccn").await;
    let id = set(&coordinator).await;
    clock.hold(minutes(130));
    let excuse = json!({ "centre": "bg-ncc", "due_at": minutes(120), "reason": "Evacuated" });
    coordinator.post(&format!("{PATH}/{id}/excuse"), &excuse).await.must(201);
    let excused = &slots(&be, "").await[1];
    assert_eq!((&excused["state"], &excused["reason"]), (&json!("excused"), &json!("Evacuated")));
    assert_eq!(coordinator.post(&format!("{PATH}/{id}/excuse"), &excuse).await.problem(422), ["/due_at"]);

    let quicker =
        changed(cycle(), json!({ "rrule": "FREQ=HOURLY;INTERVAL=2", "centres": ["be-nccn"], "grace_minutes": 10 }));
    coordinator.post(&format!("{PATH}/{id}/change"), &quicker).await.must(201);
    assert_eq!(
        states(&be, 120).await,
        ["be overdue", "bg excused", "fr overdue", "nl overdue"],
        "the past keeps its own"
    );
    assert_eq!(states(&be, 240).await, ["be open"]);
    // So do screens, whatever holds now, and who looks back finds what held then.
    let shown = be.picture().await["cycles"][0].clone();
    let round =
        |at: usize| (&shown["due"][at]["due_at"], &shown["due"][at]["grace_until"], &shown["due"][at]["centres"]);
    assert_eq!(
        round(0),
        (&json!(minutes(120)), &json!(minutes(150)), &json!(["be-nccn", "bg-ncc", "fr-ncc", "nl-ncc"]))
    );
    assert_eq!(round(1), (&json!(minutes(240)), &json!(minutes(250)), &json!(["be-nccn"])));
    let then = be.get(&format!("/api/v1/crises/{CRISIS}/picture?at={}", minutes(129))).await.must(200);
    assert_eq!((&then["cycles"][0]["grace_minutes"], &shown["grace_minutes"]), (&json!(30), &json!(10)));
    assert_eq!(then["cycles"][0]["due"][1]["due_at"], json!(minutes(360)));
    assert_eq!(coordinator.post(&format!("{PATH}/{id}/change"), &quicker).await.problem(422), [""]);

    clock.hold(minutes(250));
    coordinator.post(&format!("{PATH}/{id}/end"), &json!({ "reason": "It is over" })).await.must(201);
    assert_eq!(states(&be, 360).await, [""; 0]);
    assert_eq!(states(&be, 240).await, ["be overdue"]);
    let ended = &be.picture().await["cycles"][0]["ended"];
    assert_eq!((&ended["reason"], &ended["by"]["centre"]), (&json!("It is over"), &json!("eu-ercc")));
    coordinator.post(&format!("{PATH}/{id}/change"), &cycle()).await.problem(409);
    coordinator.post(&format!("{PATH}/{id}/end"), &json!({ "reason": "Again" })).await.problem(409);
    app.stop().await;
}

#[actix_web::test]
async fn who_missed_a_report_in_a_shift_is_told_by_the_grace_that_held_for_it() {
    let clock = Clock::held_at(minutes(60));
    let app = App::at(&clock).await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let be = app.officer("be-nccn").await;
    let id = set(&coordinator).await;
    let missed_since = async |minute: i64| {
        let changes = be.get(&format!("/api/v1/crises/{CRISIS}/changes?since={}", minutes(minute))).await.must(200);
        let named = |slot: &Value| format!("{} {}", slot["centre"], slot["due_at"]).replace('"', "");
        changes["missed"].as_array().expect("slots").iter().map(named).collect::<Vec<_>>()
    };
    clock.hold(minutes(145));
    // Due before the shift, and owed in it.
    let draft = format!("/api/v1/crises/{CRISIS}/handovers/draft?from={}&to={}", minutes(140), minutes(145));
    let owed = be.get(&draft).await.must(200)["slots"][0].clone();
    assert_eq!((&owed["due_at"], &owed["state"]), (&json!(minutes(120)), &json!("overdue")));
    let stricter = changed(cycle(), json!({ "grace_minutes": 10 }));
    coordinator.post(&format!("{PATH}/{id}/change"), &stricter).await.must(201);
    clock.hold(minutes(150));
    assert_eq!(missed_since(140).await, [""; 0], "its grace holds to its end");
    clock.hold(minutes(155));
    let all = ["be-nccn", "bg-ncc", "fr-ncc", "nl-ncc"].map(|centre| format!("{centre} {}", minutes(120)));
    assert_eq!(missed_since(140).await, all);
    assert_eq!(missed_since(151).await, [""; 0], "whose shift began later finds it missed");
    assert_eq!(be.get(&draft).await.must(200)["changes"]["missed"].as_array().expect("slots").len(), all.len());
    app.stop().await;
}

#[actix_web::test]
async fn everything_that_is_wrong_with_a_cycle_is_named() {
    let clock = Clock::held_at(minutes(60));
    let app = App::at(&clock).await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    for (changes, pointers) in [
        (json!({ "rrule": "FREQ=SOMETIMES" }), &["/rrule"][..]),
        (json!({ "rrule": "FREQ=HOURLY\nEXDATE:20260329T080000Z" }), &["/rrule"]),
        (json!({ "rrule": "FREQ=MINUTELY;INTERVAL=10" }), &["/rrule"]),
        (json!({ "rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30" }), &["/rrule"]),
        (json!({ "rrule": "FREQ=HOURLY", "grace_minutes": 61 }), &["/grace_minutes"]),
        (json!({ "rrule": "FREQ=HOURLY", "reminder_minutes": [90] }), &["/reminder_minutes"]),
        (json!({ "starts_at": minutes(-1_500) }), &["/starts_at"]),
        (json!({ "starts_at": "2026-03-29T02:00:30Z" }), &["/starts_at"]),
        (json!({ "sectors": ["fire"], "centres": ["be-nccn", "xx"] }), &["/sectors/0", "/centres/1"]),
        (json!({ "sectors": [], "centres": [] }), &["/sectors", "/centres"]),
        (json!({ "reminder_minutes": [1, 2, 3, 4, 5] }), &["/reminder_minutes"]),
    ] {
        assert_eq!(
            coordinator.post(PATH, &changed(cycle(), changes.clone())).await.problem(422),
            pointers,
            "{changes}"
        );
    }
    let whole = json!({ "sectors": null, "centres": null, "reminder_minutes": null });
    coordinator.post(PATH, &changed(cycle(), whole)).await.must(201);
    let picture = coordinator.picture().await;
    assert_eq!(picture["cycles"][0]["centres"], picture["crisis"]["centres"], "all of the crisis, as it is now");
    for (query, pointers) in [
        ("?from=soon", &["/from"][..]),
        ("?from=2026-03-29T00:00:00Z&to=2026-03-28T00:00:00Z", &["/to"]),
        ("?from=2026-03-29T00:00:00Z&to=2026-04-30T00:00:00Z", &["/to"]),
    ] {
        let answer = coordinator.get(&format!("/api/v1/crises/{CRISIS}/slots{query}")).await;
        assert_eq!(answer.problem(422), pointers, "{query}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_server_that_was_away_and_a_second_one_plan_and_miss_each_round_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let clock = Clock::held_at(minutes(60));
    let before = App::on_at(&journal, &[], &clock).await;
    before.open_crisis(CRISIS).await;
    let bg = before.officer("bg-ncc").await;
    set(&before.person("eu-ercc", Role::Coordinator).await).await;
    before.stop().await;

    // Three days: longer than anything was planned.
    clock.hold(minutes(3 * 24 * 60));
    let one = App::on_at(&journal, &[], &clock).await;
    let two = App::on_at(&journal, &[], &clock).await;
    let expected: Vec<String> = (0..18).map(|round| minutes(120 + round * 240).to_string()).collect();
    assert_eq!(told(&bg.at(&one.base), "slot_missed", 18).await, expected);
    clock.hold(minutes(3 * 24 * 60 + 151));
    let later = [expected, vec![minutes(120 + 18 * 240).to_string()]].concat();
    assert_eq!(told(&bg.at(&one.base), "slot_missed", 19).await, later);
    assert_eq!(told(&bg.at(&two.base), "slot_missed", 19).await, later, "the second server shows the same, once");
    two.stop().await;
    one.stop().await;
}

#[actix_web::test]
async fn the_cadence_follows_the_ipcr_mode_and_what_was_posted_keeps_its_term() {
    let clock = Clock::held_at(minutes(0));
    let app = App::at(&clock).await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let be = app.officer("be-nccn").await;
    let term = async |id: &str| {
        let update = be.get(&format!("/api/v1/crises/{CRISIS}/updates/{id}")).await.must(200);
        update["valid_until"].clone()
    };
    let calm = report(&be, "be-nccn", minutes(0), json!({})).await;
    for (mode, valid) in [("information_sharing", 120), ("full_activation", 60), ("monitoring", 240)] {
        let ipcr = json!({ "mode": mode, "since": minutes(0), "decided_by": "Presidency" });
        coordinator.post(&format!("/api/v1/crises/{CRISIS}/ipcr"), &ipcr).await.must(201);
        let id = report(&be, "be-nccn", minutes(0), json!({})).await;
        assert_eq!(term(&id).await, json!(minutes(valid)), "{mode}");
    }
    assert_eq!(term(&calm).await, json!(minutes(240)));
    app.stop().await;
}
