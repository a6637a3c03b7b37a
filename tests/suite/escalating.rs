//! The life of an escalation over HTTP: every legal step, every illegal one, and what each needs.

use serde_json::{Value, json};
use vigie::domain::vocabulary::{EscalationState, EscalationStep, Role};

use crate::harness::app::{App, CRISIS};
use crate::harness::in_seconds;
use crate::harness::person::{Answer, Person, changed, update, will_do};

fn matter() -> Value {
    json!({
        "title": "Reception places run out", "level": "coordination", "severity": "severe",
        "reason": "Two days of arrivals fill what is left.", "asked_of": "nl-ncc", "tlp": "green",
    })
}

async fn raise(person: &Person, matter: &Value) -> Answer {
    person.post(&format!("/api/v1/crises/{CRISIS}/escalations"), matter).await
}

async fn raised(person: &Person) -> String {
    raise(person, &matter()).await.must(201)["id"].as_str().expect("an id").to_owned()
}

async fn step(person: &Person, id: &str, step: &str, body: Value) -> Answer {
    person.post(&format!("/api/v1/crises/{CRISIS}/escalations/{id}/{step}"), &body).await
}

/// What a step needs to be complete.
fn complete(step: &str) -> Value {
    match step {
        "acknowledge" => will_do(),
        "assign" => json!({ "assignee": "Reception cell" }),
        "reject" => json!({ "note": "Not ours" }),
        "snooze" => json!({ "until": in_seconds(600) }),
        _ => json!({}),
    }
}

async fn shown(person: &Person, id: &str) -> Value {
    let picture = person.picture().await;
    let escalations = picture["escalations"].as_array().expect("escalations");
    escalations.iter().find(|escalation| escalation["id"] == id).expect("it is shown").clone()
}

#[actix_web::test]
async fn an_escalation_goes_from_raised_to_closed_and_keeps_who_when_and_note_of_each_step() {
    let app = App::with_crisis().await;
    let belgian = app.officer("be-nccn").await;
    let dutch = app.officer("nl-ncc").await;
    let due = (in_seconds(600), in_seconds(3_600));
    let answer = raise(&belgian, &changed(matter(), json!({ "ack_due": due.0, "resolve_due": due.1 }))).await;
    let id = answer.must(201)["id"].as_str().expect("an id").to_owned();
    assert_eq!(answer.header("location"), format!("/api/v1/crises/{CRISIS}/picture"));
    let first = shown(&dutch, &id).await;
    assert_eq!(first["owner"], Value::Null, "nobody has it yet");
    assert_eq!((first["ack_due"].as_str(), first["resolve_due"].as_str()), (Some(&*due.0), Some(&*due.1)));
    for (by, name, body, state) in [
        (&dutch, "acknowledge", changed(will_do(), json!({ "note": "Seen" })), "acknowledged"),
        (&dutch, "assign", json!({ "assignee": "Reception cell" }), "assigned"),
        (&dutch, "start", json!({}), "in_progress"),
        (&dutch, "resolve", json!({ "note": "Two hundred places opened" }), "resolved"),
        (&belgian, "close", json!({ "note": "Thank you" }), "closed"),
    ] {
        let receipt = step(by, &id, name, body).await.must(201);
        assert_eq!(receipt["id"], id.as_str());
        let picture = by.picture().await;
        assert_eq!(picture["position"], receipt["position"]);
        assert_eq!(shown(by, &id).await["state"], state);
    }
    let closed = shown(&belgian, &id).await;
    assert_eq!(closed["owner"], "nl-ncc");
    assert_eq!(closed["assignee"], "Reception cell");
    assert_eq!(closed["decision"], "Two hundred places opened");
    let steps = closed["steps"].as_array().expect("steps");
    let told: Vec<_> = steps.iter().map(|step| (step["step"].as_str(), step["by"]["centre"].as_str())).collect();
    assert_eq!(
        told,
        [
            (Some("acknowledge"), Some("nl-ncc")),
            (Some("assign"), Some("nl-ncc")),
            (Some("start"), Some("nl-ncc")),
            (Some("resolve"), Some("nl-ncc")),
            (Some("close"), Some("be-nccn")),
        ]
    );
    assert_eq!(steps[0]["note"], "Seen");
    assert_eq!(closed["changed_at"], steps[4]["at"]);
    app.stop().await;
}

/// How to come from `raised` to each state.
fn way_to(state: EscalationState) -> &'static [&'static str] {
    match state {
        EscalationState::Raised => &[],
        EscalationState::Acknowledged => &["acknowledge"],
        EscalationState::Assigned => &["acknowledge", "assign"],
        EscalationState::InProgress => &["acknowledge", "assign", "start"],
        EscalationState::Resolved => &["acknowledge", "assign", "start", "resolve"],
        EscalationState::Closed => &["acknowledge", "assign", "start", "resolve", "close"],
        EscalationState::Rejected => &["reject"],
    }
}

/// What each state allows, and where that leads: domain.md 4.3.
fn allowed(state: EscalationState) -> &'static [(&'static str, &'static str)] {
    match state {
        EscalationState::Raised => &[
            ("acknowledge", "acknowledged"),
            ("reject", "rejected"),
            ("raise-level", "raised"),
            ("lower-level", "raised"),
            ("snooze", "raised"),
        ],
        EscalationState::Acknowledged => &[
            ("assign", "assigned"),
            ("raise-level", "acknowledged"),
            ("lower-level", "acknowledged"),
            ("snooze", "acknowledged"),
        ],
        EscalationState::Assigned => &[
            ("assign", "assigned"),
            ("start", "in_progress"),
            ("raise-level", "assigned"),
            ("lower-level", "assigned"),
            ("snooze", "assigned"),
        ],
        EscalationState::InProgress => &[
            ("resolve", "resolved"),
            ("raise-level", "in_progress"),
            ("lower-level", "in_progress"),
            ("snooze", "in_progress"),
        ],
        EscalationState::Resolved => &[("close", "closed"), ("reopen", "raised")],
        EscalationState::Closed => &[("reopen", "raised")],
        EscalationState::Rejected => &[],
    }
}

#[actix_web::test]
async fn each_state_takes_its_own_steps_and_answers_409_to_every_other() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let stand_at = async |state: EscalationState| {
        let id = raised(&coordinator).await;
        for taken in way_to(state) {
            step(&coordinator, &id, taken, complete(taken)).await.must(201);
        }
        id
    };
    for state in EscalationState::ALL {
        let unmoved = stand_at(*state).await;
        for name in EscalationStep::WORDS {
            match allowed(*state).iter().find(|(step, _)| step == name) {
                Some((_, next)) => {
                    let id = stand_at(*state).await;
                    step(&coordinator, &id, name, complete(name)).await.must(201);
                    assert_eq!(shown(&coordinator, &id).await["state"], *next, "{state} × {name}");
                }
                None => {
                    let answer = step(&coordinator, &unmoved, name, complete(name)).await;
                    assert_eq!(answer.problem(409), [""; 0], "{state} × {name}");
                }
            }
        }
        assert_eq!(shown(&coordinator, &unmoved).await["state"], state.as_str(), "a refused step moves nothing");
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_step_needs_what_it_needs_and_nothing_else() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let id = raised(&coordinator).await;
    for (name, body, pointers) in [
        ("reject", json!({}), &["/note"][..]),
        ("snooze", json!({}), &["/until"]),
        ("snooze", json!({ "until": in_seconds(-1) }), &["/until"]),
        ("snooze", json!({ "until": in_seconds(13 * 3_600) }), &["/until"]),
        ("acknowledge", json!({}), &["/answer"]),
        ("acknowledge", json!({ "answer": "seen" }), &["/answer"]),
        ("acknowledge", json!({ "answer": "will_do" }), &["/until"]),
        ("acknowledge", json!({ "answer": "will_do", "until": in_seconds(-1) }), &["/until"]),
        ("acknowledge", json!({ "answer": "will_do", "until": in_seconds(32 * 86_400) }), &["/until"]),
        ("acknowledge", json!({ "answer": "cannot" }), &["/note"]),
        ("acknowledge", json!({ "answer": "cannot", "note": "No", "until": in_seconds(60) }), &["/until"]),
        ("acknowledge", changed(will_do(), json!({ "assignee": "Cell" })), &["/assignee"]),
        ("acknowledge", changed(will_do(), json!({ "reason": "x" })), &["/reason"]),
        ("acknowledge", changed(will_do(), json!({ "note": "x".repeat(1_001) })), &["/note"]),
        ("raise-level", json!({ "answer": "will_do" }), &["/answer"]),
    ] {
        assert_eq!(step(&coordinator, &id, name, body.clone()).await.problem(422), pointers, "{name} {body}");
    }
    step(&coordinator, &id, "acknowledge", will_do()).await.must(201);
    assert_eq!(step(&coordinator, &id, "assign", json!({})).await.problem(422), ["/assignee"]);
    app.stop().await;
}

#[actix_web::test]
async fn levels_go_up_and_down_between_their_ends_and_a_snooze_ends_with_the_next_step() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let id = raised(&coordinator).await;
    for (name, level) in [("raise-level", "political"), ("lower-level", "coordination"), ("lower-level", "watch")] {
        step(&coordinator, &id, name, json!({})).await.must(201);
        assert_eq!(shown(&coordinator, &id).await["level"], level);
    }
    step(&coordinator, &id, "lower-level", json!({})).await.problem(409);
    let until = in_seconds(3_600);
    step(&coordinator, &id, "snooze", json!({ "until": until })).await.must(201);
    assert_eq!(shown(&coordinator, &id).await["snoozed_until"], until);
    step(&coordinator, &id, "acknowledge", will_do()).await.must(201);
    assert_eq!(shown(&coordinator, &id).await["snoozed_until"], Value::Null);
    app.stop().await;
}

#[actix_web::test]
async fn a_reopened_escalation_stands_as_raised_with_nobody_in_charge() {
    let app = App::with_crisis().await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let id = raised(&coordinator).await;
    for name in ["acknowledge", "assign", "start", "resolve", "reopen"] {
        step(&coordinator, &id, name, complete(name)).await.must(201);
    }
    let reopened = shown(&coordinator, &id).await;
    assert_eq!(reopened["state"], "raised");
    for field in ["owner", "assignee", "decision"] {
        assert_eq!(reopened[field], Value::Null, "{field}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn what_is_raised_is_addressed_to_a_centre_that_can_see_it_and_has_its_terms_in_order() {
    let app = App::with_crisis().await;
    let belgian = app.officer("be-nccn").await;
    for (changes, pointers) in [
        (json!({ "asked_of": "xx-ncc" }), &["/asked_of"][..]),
        (json!({ "tlp": "red" }), &["/recipients"]),
        (json!({ "tlp": "red", "recipients": ["fr-ncc"] }), &["/recipients"]),
        (json!({ "ack_due": in_seconds(-5) }), &["/ack_due"]),
        (json!({ "ack_due": in_seconds(600), "resolve_due": in_seconds(300) }), &["/resolve_due"]),
        (json!({ "refs": ["0190a5a0-0000-7000-8000-000000000000", "x"] }), &["/refs/1"]),
        (json!({ "refs": ["0190a5a0-0000-7000-8000-000000000000"] }), &["/refs/0"]),
        (json!({ "level": "world", "severity": "bad", "title": "" }), &["/title", "/level", "/severity"]),
    ] {
        assert_eq!(raise(&belgian, &changed(matter(), changes.clone())).await.problem(422), pointers, "{changes}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn an_escalation_is_never_wider_than_what_it_refers_to_and_refers_to_nothing_hidden_from_its_raiser() {
    let app = App::with_crisis().await;
    let belgian = app.officer("be-nccn").await;
    let french = app.officer("fr-ncc").await;
    let secret = changed(update("be-nccn", "cyber", "red", "Secret"), json!({ "recipients": ["nl-ncc"] }));
    let id = belgian.post_update(&secret).await.must(201)["id"].clone();
    let referring = changed(matter(), json!({ "refs": [id] }));
    assert_eq!(raise(&belgian, &referring).await.problem(422), ["/tlp"]);
    assert_eq!(raise(&french, &referring).await.problem(422), ["/refs/0"]);
    let marked = changed(referring, json!({ "tlp": "red", "recipients": ["nl-ncc"] }));
    let receipt = raise(&belgian, &marked).await.must(201);
    assert_eq!(shown(&belgian, receipt["id"].as_str().expect("an id")).await["refs"], json!([id]));
    assert_eq!(french.picture().await["escalations"], json!([]));
    app.stop().await;
}
