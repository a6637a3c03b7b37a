//! What is answered: one of everything is written, refused and read, and each answer has exactly what
//! is described.

use std::cell::RefCell;
use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vigie::accounts::pairing::WRONG_CODES_MAX;
use vigie::clock::Clock;
use vigie::destinations::DESTINATIONS_MAX;
use vigie::domain::vocabulary::{Role, Tlp};

use super::schema::{Description, Met, each_schema};
use super::{NO_ID, Operation, description, fill, operations, request_schema};
use crate::harness::app::{App, CRISIS};
use crate::harness::outside::{Mood, Receiver};
use crate::harness::person::{Answer, Person, changed, update};
use crate::harness::{eventually, in_seconds, now};

/// What a server that serves cannot be made to answer.
const NOT_MET: [&str; 1] = ["NotReady"];
/// What is `null` only of an escalation that was raised before there were clocks: v1.jsonl has one.
const NULL_OF_OLD: [&str; 3] = ["Escalation/ack_due", "Escalation/start_due", "Escalation/resolve_due"];

/// A server whose every answer is held to the description.
struct Held {
    app: App,
    description: Description,
    met: RefCell<BTreeSet<Met>>,
}

impl Held {
    fn look(&self, schema: &Value, value: &Value, at: &str) {
        let finding = self.description.look(schema, value, at, "");
        assert!(finding.faults.is_empty(), "{at}: {:#?} in {value:#}", finding.faults);
        self.met.borrow_mut().extend(finding.met);
    }

    /// Calls by the name of the call. `parts` are of the path, what remains is the query.
    async fn call(
        &self,
        who: &Person,
        id: &str,
        status: u16,
        parts: &[(&str, &str)],
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let operations = operations(&self.description);
        let call = operations.iter().find(|call| call.id == id).expect("a described call");
        let mut path = fill(call.path, &[parts, &[("crisis", CRISIS)]].concat());
        for (i, (name, value)) in parts.iter().filter(|(name, _)| !call.path.contains(*name)).enumerate() {
            path.extend([if i == 0 { "?" } else { "&" }, name, "=", value]);
        }
        let mut headers = headers.to_vec();
        if body.is_some() && headers.iter().all(|(name, _)| *name != "Content-Type") {
            headers.push(("Content-Type", "application/json"));
        }
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let answer = who.ask(call.method.clone(), &path, &headers, bytes).await;
        assert_eq!(answer.status.as_u16(), status, "{id}: {}", answer.text());
        if let (Some(body), 200..300) = (body, status) {
            // The server took it, so the description must allow it.
            self.look(request_schema(&self.description, call).expect("a body is described"), body, id);
        }
        self.hold(call, &answer);
        answer
    }

    fn hold(&self, call: &Operation<'_>, answer: &Answer) {
        let status = answer.status.as_u16().to_string();
        let told = self.description.open(&call.told["responses"][&status]);
        assert!(told.is_object(), "{} does not describe {status}", call.id);
        for (name, header) in told["headers"].as_object().into_iter().flatten() {
            let required = self.description.open(header)["required"] == true;
            assert!(!required || !answer.header(name).is_empty(), "{} {status} has no {name}", call.id);
        }
        let kind = answer.header("content-type");
        let kind = kind.split(';').next().unwrap_or_default();
        let Some(content) = told.get("content") else {
            assert!(answer.bytes.is_empty(), "{} {status} answers {}", call.id, answer.text());
            return;
        };
        let content = content.get(kind).unwrap_or_else(|| panic!("{} {status} does not describe {kind}", call.id));
        match kind {
            "application/x-ndjson" => {
                for line in answer.text().lines() {
                    self.look(&content["schema"], &serde_json::from_str(line).expect("a line is JSON"), call.id);
                }
            }
            "application/openmetrics-text" => self.look(&content["schema"], &answer.text().into(), call.id),
            _ => self.look(&content["schema"], &answer.json(), call.id),
        }
    }

    async fn get(&self, who: &Person, id: &str, parts: &[(&str, &str)]) -> Answer {
        self.call(who, id, 200, parts, &[], None).await
    }

    /// Writes, and answers the id of what was written.
    async fn write(&self, who: &Person, id: &str, parts: &[(&str, &str)], body: Value) -> String {
        let receipt = self.call(who, id, 201, parts, &[], Some(&body)).await.json();
        receipt["id"].as_str().expect("an id").to_owned()
    }
}

/// An update that leaves nothing out.
fn whole_update() -> Value {
    changed(
        update("be-nccn", "displacement", "amber", "Reception is full"),
        json!({
            "nil": false, "urgency": "expected", "certainty": "observed", "body": "Two halls opened.\nA third follows.",
            "valid_until": in_seconds(3_600), "recipients": ["nl-ncc"], "areas": ["BE", "BE10"], "lang": "en",
            "source": { "reliability": "B", "credibility": "2" },
            "readings": [
                { "indicator": "reception_places_free", "value": 12, "as_of": now(), "quality": "estimated" },
                { "indicator": "first_reception_waiting_hours", "value": 1.5, "as_of": now() },
                { "indicator": "registrations_waiting", "value": "not_available", "as_of": now() },
                { "indicator": "unaccompanied_minors_registered", "value": "suppressed", "as_of": now() },
            ],
        }),
    )
}

#[actix_web::test]
async fn every_answer_has_exactly_what_is_described() {
    // What is sent outside is given up at once, and no mail server is there to take any.
    let outside = [("outward.attempts", "1"), ("outward.allow_private", "127.0.0.0/8")];
    let mail = [("smtp.host", "127.0.0.1"), ("smtp.port", "9"), ("smtp.tls", "none"), ("smtp.from", "v@example.org")];
    let app = App::with(&[&[("live.beat_seconds", "1")][..], &outside, &mail].concat()).await;
    app.open_crisis(CRISIS).await;
    let held = Held { app, description: description(), met: RefCell::default() };
    let coordinator = held.app.person("eu-ercc", Role::Coordinator).await;
    let duty = held.app.person("be-nccn", Role::DutyOfficer).await;
    let lead = held.app.person("nl-ncc", Role::CentreLead).await;
    let mut socket = duty.listen(None).await;

    write_one_of_everything(&held, &coordinator, &duty, &lead).await;
    live_the_life_of_a_crisis(&held, &coordinator, &duty).await;
    keep_walls_and_tokens(&held, &duty).await;
    keep_destinations(&held, &duty).await;
    refuse_one_of_everything(&held, &coordinator, &duty).await;
    hand_over(&held, &duty).await;
    read_everything(&held, &coordinator, &duty).await;

    let position = duty.picture().await["position"].as_str().expect("a position").to_owned();
    socket.reach(&position).await;
    socket.until("a beat", |wall| wall.frames.last().is_some_and(|frame| frame["type"] == "beat")).await;
    for frame in &socket.frames {
        held.look(held.description.schema("Frame"), frame, "Frame");
    }
    let rhythm = keep_the_rhythm().await;
    held.met.borrow_mut().extend(rhythm);
    // Scopes the crisis anew, which ends sockets.
    look_back(&held, &coordinator, &duty).await;
    nothing_is_described_in_vain(&held);
    held.app.stop().await;
}

async fn write_one_of_everything(held: &Held, coordinator: &Person, duty: &Person, lead: &Person) {
    let other = json!({
        "slug": "other", "name": "Another", "environment": "exercise", "sectors": ["cyber"], "centres": ["be-nccn"],
    });
    let key = [("Idempotency-Key", "once")];
    held.call(coordinator, "openCrisis", 201, &[], &key, Some(&other)).await;
    held.call(coordinator, "openCrisis", 200, &[], &key, Some(&other)).await;
    held.call(coordinator, "openCrisis", 409, &[], &[], Some(&other)).await;
    let ipcr = json!({ "mode": "monitoring", "since": now(), "decided_by": "Council Presidency" });
    held.write(coordinator, "recordIpcr", &[], ipcr.clone()).await;
    held.write(coordinator, "recordIpcr", &[], changed(ipcr, json!({ "source_url": "https://example.org/" }))).await;

    let first = held.write(duty, "postUpdate", &[], whole_update()).await;
    let plain = update("be-nccn", "displacement", "amber", "Reception has room again");
    let second = held.write(duty, "postUpdate", &[], changed(plain.clone(), json!({ "supersedes": first }))).await;
    held.write(duty, "postUpdate", &[], plain).await;
    let nil = json!({ "centre": "be-nccn", "sector": "cyber", "nil": true, "as_of": now(), "tlp": "green" });
    let nil = held.write(duty, "postUpdate", &[], nil).await;
    held.write(duty, "withdrawUpdate", &[("id", &nil)], json!({ "reason": "It was another sector" })).await;
    held.call(duty, "withdrawUpdate", 409, &[("id", &nil)], &[], Some(&json!({ "reason": "Again" }))).await;
    for (id, state) in [(&first, "superseded"), (&second, "published"), (&nil, "withdrawn")] {
        assert_eq!(held.get(duty, "showUpdate", &[("id", id)]).await.json()["state"], state);
    }

    let whole = json!({
        "title": "Places are needed", "level": "watch", "severity": "severe", "reason": "The halls fill up.",
        "asked_of": "nl-ncc", "refs": [second], "ack_due": in_seconds(600), "resolve_due": in_seconds(3_600),
        "tlp": "amber", "recipients": ["nl-ncc"],
    });
    let asked = held.write(duty, "raiseEscalation", &[], whole.clone()).await;
    let little = changed(whole, json!({ "refs": null, "ack_due": null, "resolve_due": null, "recipients": null }));
    let slept = held.write(duty, "raiseEscalation", &[], little.clone()).await;
    let soon = json!({ "ack_due": in_seconds(1), "resolve_due": in_seconds(2) });
    let unanswered = held.write(duty, "raiseEscalation", &[], changed(little, soon)).await;
    let nap = json!({ "until": in_seconds(1) });
    held.write(lead, "stepEscalation", &[("id", &slept), ("step", "snooze")], nap).await;
    for (step, body) in [
        ("acknowledge", json!({ "answer": "cannot", "note": "Our halls are full." })),
        ("acknowledge", json!({ "answer": "will_do", "until": in_seconds(600) })),
        ("assign", json!({ "assignee": "Reception desk" })),
        ("start", json!({})),
        ("snooze", json!({ "until": in_seconds(600) })),
    ] {
        held.write(lead, "stepEscalation", &[("id", &asked), ("step", step)], body).await;
    }
    held.get(duty, "showPicture", &[]).await;
    let note = json!({ "note": "Forty places from tomorrow." });
    held.write(lead, "stepEscalation", &[("id", &asked), ("step", "resolve")], note).await;
    held.call(lead, "stepEscalation", 409, &[("id", &asked), ("step", "start")], &[], Some(&json!({}))).await;
    eventually("a snooze ends, and two clocks run out", async || {
        let picture = duty.picture().await;
        let shown = |id: &str| {
            let mut all = picture["escalations"].as_array().expect("escalations").iter();
            all.find(|one| one["id"] == id).expect("it is shown").clone()
        };
        let awake = shown(&slept)["snoozed_until"].is_null();
        (awake && shown(&unanswered)["lapses"].as_array().expect("lapses").len() >= 2).then_some(())
    })
    .await;

    let question = json!({ "question": "Since when?\nWhich halls?" });
    let answered = held.write(coordinator, "askQuery", &[("id", &second)], question.clone()).await;
    held.get(duty, "showPicture", &[]).await;
    held.write(duty, "answerQuery", &[("id", &answered)], json!({ "answer": "Since noon; both." })).await;
    let withdrawn = held.write(coordinator, "askQuery", &[("id", &second)], question).await;
    held.write(coordinator, "withdrawQuery", &[("id", &withdrawn)], json!({ "reason": "Told by telephone" })).await;
    held.call(duty, "answerQuery", 409, &[("id", &withdrawn)], &[], Some(&json!({ "answer": "Late" }))).await;
}

/// On a server of its own, whose time stands where it is put: a day goes by.
async fn keep_the_rhythm() -> BTreeSet<Met> {
    let at = |minutes: i64| {
        let midnight: Timestamp = "2026-03-29T00:00:00Z".parse().expect("a time");
        midnight + SignedDuration::from_mins(minutes)
    };
    let clock = Clock::held_at(at(0));
    let held = Held { app: App::at(&clock).await, description: description(), met: RefCell::default() };
    let coordinator = held.app.person("eu-ercc", Role::Coordinator).await;
    let duty = held.app.person("be-nccn", Role::DutyOfficer).await;
    let mut socket = duty.listen(None).await;
    let position = async || duty.picture().await["position"].as_str().expect("a position").to_owned();
    let before = position().await;
    let whole = json!({
        "name": "Every four hours", "sectors": ["cyber"], "centres": ["be-nccn", "nl-ncc"], "starts_at": at(120),
        "rrule": "FREQ=HOURLY;INTERVAL=4", "grace_minutes": 30, "cutoff_minutes": 240, "reminder_minutes": [15, 60],
    });
    let id = held.write(&coordinator, "setCycle", &[], whole.clone()).await;
    let little = json!({ "sectors": null, "centres": null, "cutoff_minutes": null, "reminder_minutes": null });
    let other = held.write(&coordinator, "setCycle", &[], changed(whole.clone(), little)).await;
    let excuse = json!({ "centre": "nl-ncc", "due_at": at(120), "reason": "Evacuated" });
    held.write(&coordinator, "excuseSlot", &[("id", &id)], excuse).await;
    let seen = async |kind: &str| {
        eventually(kind, async || {
            let journal = duty.get(&format!("/api/v1/crises/{CRISIS}/journal?limit=1000")).await.text();
            journal.contains(&format!("\"{kind}\"")).then_some(())
        })
        .await;
    };
    clock.hold(at(60));
    seen("slot_reminded").await;
    held.write(
        &duty,
        "postUpdate",
        &[],
        changed(update("be-nccn", "cyber", "green", "As it is"), json!({ "as_of": at(60) })),
    )
    .await;
    let between = position().await;
    held.get(&duty, "showChanges", &[("since", &before)]).await;
    held.get(&duty, "readSlots", &[("from", "2026-03-29T00:00:00Z"), ("to", "2026-03-30T00:00:00Z")]).await;
    held.call(&duty, "readSlots", 422, &[("from", "soon")], &[], None).await;
    clock.hold(at(400));
    seen("slot_missed").await;
    clock.hold(at(26 * 60));
    seen("cycle_planned").await;
    held.write(&coordinator, "changeCycle", &[("id", &id)], changed(whole, json!({ "name": "As before" }))).await;
    held.write(&coordinator, "endCycle", &[("id", &other)], json!({ "reason": "One is enough" })).await;
    held.call(&coordinator, "endCycle", 409, &[("id", &other)], &[], Some(&json!({ "reason": "Again" }))).await;
    held.get(&duty, "showPicture", &[]).await;
    let all = [("limit", "1000")];
    held.get(&duty, "readJournal", &all).await;
    held.get(&held.app.person("eu-gsc", Role::Auditor).await, "readJournal", &all).await;
    socket.reach(&position().await).await;
    for frame in &socket.frames {
        held.look(held.description.schema("Frame"), frame, "Frame");
    }
    held.get(&duty, "showChanges", &[("since", &between)]).await;
    let Held { app, met, .. } = held;
    app.stop().await;
    met.into_inner()
}

async fn live_the_life_of_a_crisis(held: &Held, coordinator: &Person, duty: &Person) {
    let other = [("crisis", "other")];
    let scope = json!({ "sectors": ["cyber", "displacement"], "centres": ["be-nccn", "nl-ncc"] });
    held.write(coordinator, "scopeCrisis", &other, scope).await;
    held.write(coordinator, "closeCrisis", &other, json!({ "reason": "The exercise ended" })).await;
    held.get(duty, "showCrisis", &other).await;
    held.call(coordinator, "scopeCrisis", 409, &other, &[], Some(&json!({ "sectors": ["cyber"] }))).await;
    held.write(coordinator, "reopenCrisis", &other, json!({ "reason": "A second part follows" })).await;
    held.get(duty, "readJournal", &other).await;
    held.get(&held.app.person("eu-gsc", Role::Auditor).await, "readJournal", &other).await;
}

async fn keep_walls_and_tokens(held: &Held, duty: &Person) {
    let nobody = held.app.nobody();
    let pairing = held.call(&nobody, "openPairing", 201, &[], &[], Some(&json!({}))).await.json();
    let word = |name: &str| pairing[name].as_str().expect("a word");
    let (parts, secret) = ([("id", word("id"))], json!({ "secret": word("secret") }));
    held.call(&nobody, "collectPairing", 202, &parts, &[], Some(&secret)).await;
    let wall = json!({
        "code": word("code"), "name": "By the door", "ceiling": "green", "layout": "far", "distance_m": 8,
        "crisis": CRISIS, "centre": "be-nccn",
    });
    let device = held.call(duty, "confirmPairing", 201, &[], &[], Some(&wall)).await.json()["device"].clone();
    held.call(&nobody, "collectPairing", 201, &parts, &[], Some(&secret)).await;
    held.call(&nobody, "collectPairing", 404, &parts, &[], Some(&secret)).await;
    held.call(duty, "confirmPairing", 422, &[], &[], Some(&wall)).await;
    let guessing = held.app.officer("be-nccn").await;
    for _ in 0..WRONG_CODES_MAX {
        held.call(&guessing, "confirmPairing", 422, &[], &[], Some(&wall)).await;
    }
    held.call(&guessing, "confirmPairing", 429, &[], &[], Some(&wall)).await;

    let device = [("id", device["id"].as_str().expect("an id"))];
    let changes = json!({ "name": "By the window", "layout": "overview", "distance_m": 3, "crisis": null });
    held.call(duty, "changeDevice", 200, &device, &[], Some(&changes)).await;
    held.call(duty, "revokeDevice", 200, &device, &[], Some(&json!({}))).await;
    held.call(duty, "changeDevice", 409, &device, &[], Some(&changes)).await;
    let _socket = held.app.wall("be-nccn", Tlp::Green).await.listen(None).await;
    eventually("a wall is seen", async || {
        let devices = held.get(duty, "listDevices", &[]).await.json();
        let mut devices = devices["devices"].as_array().expect("a list").iter();
        devices.any(|device| device["last_seen"].is_string()).then_some(())
    })
    .await;

    let lead = held.app.person("be-nccn", Role::CentreLead).await;
    let token = json!({ "name": "Night desk", "role": "duty_officer", "expires_days": 30, "centre": "be-nccn" });
    let made = held.call(&lead, "createToken", 201, &[], &[], Some(&token)).await.json();
    let made = [("id", made["token_info"]["id"].as_str().expect("an id"))];
    held.call(&lead, "revokeToken", 200, &made, &[], Some(&json!({}))).await;
    held.get(&lead, "listTokens", &[]).await;
    held.call(duty, "listTokens", 403, &[], &[], None).await;
    held.call(&lead, "revokeToken", 404, &[("id", NO_ID)], &[], Some(&json!({}))).await;
}

/// Notices to a receiver that refuses and to a mail server that is not there, which die at once.
async fn keep_destinations(held: &Held, duty: &Person) {
    let receiver = Receiver::open(Mood::Status(500)).await;
    let lead = held.app.person("nl-ncc", Role::CentreLead).await;
    let kinds = json!(["escalation_asked", "slot_due", "slot_missed", "level_up", "device_lost"]);
    let hook = json!({ "channel": "webhook", "address": receiver.url, "kinds": kinds, "centre": "nl-ncc" });
    let mailbox = json!({ "channel": "mail", "address": "duty@example.org", "kinds": ["escalation_asked"] });
    let made = held.call(&lead, "createDestination", 201, &[], &[], Some(&hook)).await.json();
    let hook_id = made["destination"]["id"].as_str().expect("an id").to_owned();
    let made = held.call(&lead, "createDestination", 201, &[], &[], Some(&mailbox)).await.json();
    let mail_id = made["destination"]["id"].as_str().expect("an id").to_owned();
    let raise = json!({
        "title": "Outside", "level": "watch", "severity": "minor", "reason": "Told", "asked_of": "nl-ncc", "tlp": "green",
    });
    held.write(duty, "raiseEscalation", &[], raise).await;
    for id in [&hook_id, &mail_id] {
        let dead = eventually("it dies", async || {
            let dead = held.get(&lead, "listDeadLetters", &[("id", id)]).await.json()["dead"].clone();
            dead.as_array().is_some_and(|dead| !dead.is_empty()).then_some(dead)
        })
        .await;
        let delivery = dead[0]["id"].as_str().expect("an id");
        let parts = [("id", id.as_str()), ("delivery", delivery)];
        held.call(&lead, "pauseDestination", 200, &[("id", id)], &[], Some(&json!({}))).await;
        held.get(&lead, "listDestinations", &[]).await;
        held.call(&lead, "retryDeadLetter", 200, &parts, &[], Some(&json!({}))).await;
        held.call(&lead, "retryDeadLetter", 404, &parts, &[], Some(&json!({}))).await;
        held.call(&lead, "resumeDestination", 200, &[("id", id)], &[], Some(&json!({}))).await;
        held.call(&lead, "removeDestination", 200, &[("id", id)], &[], Some(&json!({}))).await;
        held.call(&lead, "listDeadLetters", 404, &[("id", id)], &[], None).await;
    }
    held.call(&lead, "createDestination", 422, &[], &[], Some(&json!({ "channel": "fax" }))).await;
    for _ in 0..DESTINATIONS_MAX {
        lead.post("/api/v1/destinations", &hook).await.must(201);
    }
    held.call(&lead, "createDestination", 409, &[], &[], Some(&hook)).await;
}

/// Looks back to before each thing was written, so that every change is met, with and without its sides.
async fn look_back(held: &Held, coordinator: &Person, duty: &Person) {
    let crisis = format!("/api/v1/crises/{CRISIS}");
    let reading =
        |value: Value| json!({ "readings": [{ "indicator": "new_rumours", "value": value, "as_of": now() }] });
    let rumours =
        |headline: &str, value| changed(update("be-nccn", "information_integrity", "green", headline), reading(value));
    let since = async |position: &Value| {
        held.get(duty, "showChanges", &[("since", position.as_str().expect("a position"))]).await.json()
    };
    let raise = json!({
        "title": "Once more", "level": "watch", "severity": "minor", "reason": "Rumours", "asked_of": "nl-ncc",
        "tlp": "green",
    });
    let ask = async |update: &str, question: &str| {
        let path = format!("{crisis}/updates/{update}/queries");
        let receipt = coordinator.post(&path, &json!({ "question": question })).await.must(201);
        receipt["id"].as_str().expect("an id").to_owned()
    };
    held.get(duty, "showChanges", &[("since", "2022-02-24T04:00:00Z")]).await;
    let before = duty.picture().await["position"].clone();
    let gone = held.write(duty, "postUpdate", &[], rumours("Rumours", json!(3))).await;
    let closed = held.write(duty, "raiseEscalation", &[], raise.clone()).await;
    let stepped = held.write(duty, "raiseEscalation", &[], raise.clone()).await;
    let (answered, withdrawn) = (ask(&gone, "Which?").await, ask(&gone, "Where?").await);
    let between = duty.picture().await["position"].clone();
    since(&before).await;
    held.write(duty, "postUpdate", &[], rumours("More", json!(5))).await;
    coordinator.post(&format!("{crisis}/queries/{answered}/answer"), &json!({ "answer": "x" })).await.must(403);
    duty.post(&format!("{crisis}/queries/{answered}/answer"), &json!({ "answer": "These" })).await.must(201);
    let reason = json!({ "reason": "Seen" });
    coordinator.post(&format!("{crisis}/queries/{withdrawn}/withdraw"), &reason).await.must(201);
    let note = json!({ "note": "Not ours" });
    coordinator.post(&format!("{crisis}/escalations/{closed}/reject"), &note).await.must(201);
    coordinator.post(&format!("{crisis}/escalations/{stepped}/raise-level"), &json!({})).await.must(201);
    held.write(coordinator, "recordIpcr", &[], json!({ "mode": "none", "since": now(), "decided_by": "Presidency" }))
        .await;
    let changes = since(&between).await;
    assert_eq!(changes["readings"][0]["difference"], json!(2.0));
    // Out of scope: cells, figures, centres and queries that were there and are no longer.
    let scope = |sectors: &[&str], centres: &[&str]| json!({ "sectors": sectors, "centres": centres });
    let few = scope(&["displacement", "cyber"], &["be-nccn", "nl-ncc", "eu-ercc"]);
    coordinator.post(&format!("{crisis}/scope"), &few).await.must(201);
    let changes = since(&between).await;
    assert_eq!(changes["queries"]["gone"].as_array().map(Vec::len), Some(2));
    // A centre that comes back, and an escalation that only the centres of the crisis see and one left.
    let out = duty.picture().await["position"].clone();
    let more = scope(&["displacement", "cyber"], &["be-nccn", "nl-ncc", "eu-ercc", "fr-ncc"]);
    coordinator.post(&format!("{crisis}/scope"), &more).await.must(201);
    since(&out).await;
    let amber = changed(raise, json!({ "tlp": "amber" }));
    let amber = held.write(duty, "raiseEscalation", &[], amber).await;
    let french = held.app.person("fr-ncc", Role::Viewer).await;
    let seen = french.picture().await["position"].as_str().expect("a position").to_owned();
    coordinator.post(&format!("{crisis}/scope"), &few).await.must(201);
    let changes = held.get(&french, "showChanges", &[("since", &seen)]).await.json();
    assert!(changes["escalations"]["gone"].as_array().is_some_and(|gone| gone.contains(&json!(amber))));
    held.get(duty, "showPicture", &[("at", &seen)]).await;
    let page = held.get(duty, "showTimeline", &[("limit", "1")]).await.json();
    held.get(duty, "showTimeline", &[("before", page["earlier"].as_str().expect("older ones"))]).await;
    held.call(duty, "showTimeline", 422, &[("limit", "501")], &[], None).await;
    held.call(duty, "showChanges", 422, &[("since", "yesterday")], &[], None).await;
    held.call(duty, "showPicture", 422, &[("at", "yesterday")], &[], None).await;
}

/// The log of a shift, and its handover, whole and with nothing that may be left out.
async fn hand_over(held: &Held, duty: &Person) {
    let relief = held.app.person("be-nccn", Role::CentreLead).await;
    let update = held.write(duty, "postUpdate", &[], whole_update()).await;
    let whole = json!({
        "kind": "fact", "text": "The halls are full", "event_time": now(), "key_event": true, "refs": [update],
        "tlp": "amber", "recipients": ["nl-ncc"],
    });
    let wrong = held.write(duty, "writeLog", &[], whole.clone()).await;
    held.write(duty, "writeLog", &[], changed(whole, json!({ "kind": "decision", "corrects": wrong }))).await;
    let little = json!({ "kind": "contact", "text": "Called the ministry", "event_time": now(), "tlp": "green" });
    held.write(duty, "writeLog", &[], little.clone()).await;
    held.write(duty, "writeLog", &[], changed(little.clone(), json!({ "kind": "action", "key_event": true }))).await;
    held.call(duty, "writeLog", 422, &[], &[], Some(&changed(little, json!({ "corrects": NO_ID })))).await;
    let page = held.get(duty, "readLog", &[("limit", "1")]).await;
    assert!(page.header("link").contains("/log?after="), "{}", page.header("link"));
    held.get(duty, "readLog", &[("centre", "be-nccn"), ("key", "true")]).await;
    held.call(duty, "readLog", 422, &[("key", "yes")], &[], None).await;

    let (from, to) = (in_seconds(-3_600), in_seconds(3_600));
    let shift = [("from", from.as_str()), ("to", to.as_str())];
    held.get(duty, "draftHandover", &shift).await;
    held.call(duty, "draftHandover", 422, &[], &[], None).await;
    let whole = json!({
        "shift": { "from": from, "to": to }, "notes": "Full.\nTwo halls.", "watch_items": ["The river"],
        "staffing": "Two", "questions": "Who pays?",
    });
    let id = held.write(duty, "offerHandover", &[], whole.clone()).await;
    held.call(duty, "signHandover", 403, &[("id", &id)], &[], Some(&json!({}))).await;
    held.write(&relief, "signHandover", &[("id", &id)], json!({ "note": "Read" })).await;
    held.call(&relief, "signHandover", 409, &[("id", &id)], &[], Some(&json!({}))).await;
    let bare = json!({ "watch_items": null, "staffing": null, "questions": null });
    let second = held.write(duty, "offerHandover", &[], changed(whole.clone(), bare)).await;
    held.write(&relief, "signHandover", &[("id", &second)], json!({})).await;
    held.write(duty, "offerHandover", &[], whole).await;
    held.get(duty, "listHandovers", &[]).await;
    held.call(duty, "listHandovers", 422, &[("limit", "101")], &[], None).await;
    held.get(duty, "showHandover", &[("id", &id)]).await;
    held.call(duty, "showHandover", 404, &[("id", NO_ID)], &[], None).await;
    held.get(duty, "showChanges", &[("since", &id)]).await;
    held.get(duty, "showPicture", &[]).await;
}

async fn refuse_one_of_everything(held: &Held, coordinator: &Person, duty: &Person) {
    let nobody = Person::new(&held.app.base, "");
    let good = update("be-nccn", "cyber", "green", "Nothing of note");
    held.call(&nobody, "showSession", 401, &[], &[], None).await;
    held.call(&nobody, "postUpdate", 401, &[], &[], Some(&good)).await;
    held.call(&nobody, "beginSession", 401, &[], &[], Some(&json!({ "token": "vigie_wrong" }))).await;
    held.call(coordinator, "postUpdate", 403, &[], &[], Some(&good)).await;
    held.call(duty, "openCrisis", 403, &[], &[], Some(&json!({ "slug": "x", "name": "X", "environment": "test" })))
        .await;
    held.call(duty, "postUpdate", 404, &[("crisis", "nowhere")], &[], Some(&good)).await;
    held.call(duty, "showCrisis", 404, &[("crisis", "nowhere")], &[], None).await;
    held.call(duty, "showUpdate", 404, &[("id", NO_ID)], &[], None).await;
    held.call(duty, "postUpdate", 400, &[], &[("Idempotency-Key", "")], Some(&good)).await;
    held.call(duty, "postUpdate", 413, &[], &[], Some(&json!({ "body": "a".repeat(70_000) }))).await;
    held.call(duty, "postUpdate", 415, &[], &[("Content-Type", "text/plain")], Some(&good)).await;
    held.call(duty, "postUpdate", 422, &[], &[], Some(&json!({}))).await;
    held.call(duty, "readJournal", 422, &[("after", "nowhere"), ("limit", "0")], &[], None).await;
}

async fn read_everything(held: &Held, coordinator: &Person, duty: &Person) {
    let wall = held.app.wall("be-nccn", Tlp::Green).await;
    let auditor = held.app.person("eu-gsc", Role::Auditor).await;
    held.get(&wall, "showSession", &[]).await;
    let (pinned, screen) = held.app.account("be-nccn", Role::WallDevice, Tlp::Green).await;
    let pin = json!({ "crisis": CRISIS });
    held.call(duty, "changeDevice", 200, &[("id", &pinned.to_string())], &[], Some(&pin)).await;
    held.get(&screen, "showSession", &[]).await;
    held.get(coordinator, "showSession", &[]).await;
    let session = json!({ "token": duty.token });
    held.call(duty, "beginSession", 201, &[], &[], Some(&session)).await;
    held.call(duty, "endSession", 204, &[], &[], None).await;
    for id in ["showCatalogue", "listCentres", "listCrises", "showCrisis", "showPicture"] {
        held.get(duty, id, &[]).await;
    }
    held.get(duty, "showCrisis", &[("crisis", "other")]).await;
    let cell = [("centre", "be-nccn"), ("sector", "displacement")];
    held.get(duty, "showCellHistory", &cell).await;
    held.call(duty, "showCellHistory", 422, &[&cell[..], &[("limit", "201")]].concat(), &[], None).await;
    held.call(&wall, "showCellHistory", 403, &cell, &[], None).await;
    let etag = held.get(&wall, "showPicture", &[]).await.header("etag");
    held.call(&wall, "showPicture", 304, &[], &[("If-None-Match", &etag)], None).await;
    held.call(&auditor, "showPicture", 403, &[], &[], None).await;
    held.call(&wall, "readJournal", 403, &[], &[], None).await;
    held.get(duty, "readJournal", &[]).await;
    let page = held.get(&auditor, "readJournal", &[("limit", "2")]).await;
    assert!(page.header("link").contains("rel=\"next\""), "{}", page.header("link"));
    held.get(&auditor, "readJournal", &[]).await;
    for id in ["live", "ready", "metrics", "describe"] {
        held.get(duty, id, &[]).await;
    }
}

/// Every property of every answer was met: with a value, as `null` where it may be that, and absent
/// where it need not be there. So no description outlives its field.
fn nothing_is_described_in_vain(held: &Held) {
    let description = &held.description;
    let met = held.met.borrow();
    let mut answers = BTreeSet::from(["Frame".to_owned()]);
    let mut waiting: Vec<&Value> = vec![description.schema("Frame")];
    waiting.extend(
        operations(description)
            .iter()
            .flat_map(|call| {
                let answers = call.told["responses"].as_object().expect("responses").values();
                answers.flat_map(|answer| description.open(answer)["content"].as_object().into_iter().flatten())
            })
            .map(|(_, content)| &content["schema"]),
    );
    while let Some(schema) = waiting.pop() {
        each_schema(schema, "", &mut |schema, _| {
            let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) else { return };
            if !NOT_MET.contains(&name) && answers.insert(name.to_owned()) {
                waiting.push(description.schema(name));
            }
        });
    }
    let mut missed = Vec::new();
    for name in &answers {
        each_schema(description.schema(name), name, &mut |schema, _| {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            for (property, described) in schema["properties"].as_object().into_iter().flatten() {
                let place = format!("{name}/{property}");
                let mut expected = vec![Met::Value(place.clone())];
                let nullable = description.look(described, &Value::Null, "", "").faults.is_empty();
                if nullable && !NULL_OF_OLD.contains(&place.as_str()) {
                    expected.push(Met::Null(place.clone()));
                }
                if !required.contains(&json!(property)) {
                    expected.push(Met::Absent(place));
                }
                missed.extend(expected.into_iter().filter(|expected| !met.contains(expected)));
            }
        });
    }
    for name in ["UpdateState", "EntryKind", "ThingKind"] {
        let words = description.schema(name)["enum"].as_array().expect("words").iter().filter_map(Value::as_str);
        missed.extend(words.map(|word| Met::Word(format!("{name}={word}"))).filter(|word| !met.contains(word)));
    }
    assert!(missed.is_empty(), "described, but not met: {missed:#?}");
    assert!(answers.len() > 40, "{} schemas are answers", answers.len());
}
