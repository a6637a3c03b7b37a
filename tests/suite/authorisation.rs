//! Who may do what: one table, role × route × ownership, that fails when a route has no row.

use std::collections::BTreeSet;

use awc::http::Method;
use serde_json::{Value, json};
use vigie::clock::Clock;
use vigie::destinations::{Delivery, Destination, Failed, Move, Settled};
use vigie::domain::ids::{CentreId, CrisisId, DestinationId, Seq};
use vigie::domain::vocabulary::{Channel, DeliveryFault, EscalationStep, NoticeKind, Role, Tlp};
use vigie::server::open_stores;

use crate::harness::app::{App, CRISIS};
use crate::harness::in_seconds;
use crate::harness::person::{Person, update, will_do};
use crate::harness::wall::Wall;

/// A centre by what it has to do with the thing: it made it, it was asked, or neither.
const PLACES: [(&str, &str); 3] = [("own", "be-nccn"), ("asked", "nl-ncc"), ("third", "fr-ncc")];

/// What a call needs to stand before it is made.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    /// A GREEN update of the own centre.
    Update,
    /// A GREEN escalation of the own centre to the asked one, taken so many steps on.
    Escalation(&'static [&'static str]),
    /// A query of the asked centre about a GREEN update of the own one.
    Query,
    /// A cycle of every centre, and its first due time.
    Cycle,
    /// A handover that the own centre offers.
    Handover,
    /// A crisis of its own, open or closed.
    OpenCrisis,
    ClosedCrisis,
    /// A wall that shows a code.
    Pairing,
    /// A wall, or a viewer's token, of the own centre.
    Wall,
    Token,
    /// Where notices of the own centre go, with one that did not arrive.
    Destination,
}

/// One row: a call, what stands before it, who may, and to whom it must not even exist.
struct Row {
    call: (&'static str, &'static str),
    step: &'static str,
    before: Before,
    /// `role@place`, where either may be `any`; `nobody` is somebody without a token.
    may: &'static str,
    /// Those who are told 404 rather than 403.
    knows_nothing: &'static str,
}

const EVERYONE: &str = "any@any";
const READERS: &str = "viewer@any duty_officer@any centre_lead@any coordinator@any partner@any";
const READERS_AND_WALLS: &str =
    "wall_device@any viewer@any duty_officer@any centre_lead@any coordinator@any partner@any";
const LOOKING_BACK: &str = "viewer@any duty_officer@any centre_lead@any coordinator@any";
const REPORTERS: &str = "duty_officer@any centre_lead@any coordinator@any";
const OWN_REPORTERS: &str = "duty_officer@own centre_lead@own coordinator@own";
const ANSWERING: &str = "duty_officer@asked centre_lead@asked coordinator@any";
const LEADING: &str = "centre_lead@own coordinator@any";
/// These see nothing that is marked GREEN; to the desk a wall has no eyes, since it may write nothing.
const BLIND: &str = "partner@any auditor@any admin@any wall_device@any";

/// People of other centres; and, to the desk, all who have no eyes for what is a centre's own.
const OTHER_MEMBERS: &str = "viewer@asked duty_officer@asked centre_lead@asked coordinator@asked viewer@third \
     duty_officer@third centre_lead@third coordinator@third";
const NOT_OF_US: &str = "any@asked any@third partner@own auditor@own admin@own wall_device@own";

/// Who keeps walls and tokens, and to whom those of another centre do not exist.
const KEEPERS: &str = "duty_officer@any centre_lead@any coordinator@any admin@any";
const OWN_KEEPERS: &str = "duty_officer@own centre_lead@own coordinator@own admin@any";
const OTHER_KEEPERS: &str = "duty_officer@asked centre_lead@asked coordinator@asked duty_officer@third \
     centre_lead@third coordinator@third";
const OWN_LEADS: &str = "centre_lead@own coordinator@own admin@any";
const OTHER_LEADS: &str = "centre_lead@asked coordinator@asked centre_lead@third coordinator@third";

const fn row(method: &'static str, path: &'static str, may: &'static str) -> Row {
    Row { call: (method, path), step: "", before: Before::Nothing, may, knows_nothing: "" }
}

const fn on(before: Before, knows_nothing: &'static str, row: Row) -> Row {
    Row { before, knows_nothing, ..row }
}

const fn step(step: &'static str, way: &'static [&'static str], may: &'static str) -> Row {
    Row {
        call: ("POST", "/api/v1/crises/{crisis}/escalations/{id}/{step}"),
        step,
        before: Before::Escalation(way),
        may,
        knows_nothing: BLIND,
    }
}

impl Row {
    const fn with(self, before: Before) -> Self {
        Self { before, ..self }
    }
}

/// domain.md 4.4, for the calls there are.
fn table() -> Vec<Row> {
    vec![
        row("GET", "/api/v1/session", EVERYONE),
        row("POST", "/api/v1/session", EVERYONE),
        row("DELETE", "/api/v1/session", EVERYONE),
        row("POST", "/api/v1/pairings", "nobody any@any"),
        row("POST", "/api/v1/pairings/confirm", OWN_KEEPERS).with(Before::Pairing),
        row("POST", "/api/v1/pairings/{id}/collect", "nobody any@any").with(Before::Pairing),
        row("GET", "/api/v1/devices", KEEPERS),
        on(Before::Wall, OTHER_KEEPERS, row("POST", "/api/v1/devices/{id}/settings", OWN_KEEPERS)),
        on(Before::Wall, OTHER_KEEPERS, row("POST", "/api/v1/devices/{id}/revoke", OWN_KEEPERS)),
        row("GET", "/api/v1/tokens", "centre_lead@any coordinator@any admin@any"),
        row("POST", "/api/v1/tokens", OWN_LEADS),
        on(Before::Token, OTHER_LEADS, row("POST", "/api/v1/tokens/{id}/revoke", OWN_LEADS)),
        row("GET", "/api/v1/destinations", "centre_lead@any coordinator@any admin@any"),
        row("POST", "/api/v1/destinations", OWN_LEADS).with(Before::Destination),
        on(Before::Destination, OTHER_LEADS, row("POST", "/api/v1/destinations/{id}/pause", OWN_LEADS)),
        on(Before::Destination, OTHER_LEADS, row("POST", "/api/v1/destinations/{id}/resume", OWN_LEADS)),
        on(Before::Destination, OTHER_LEADS, row("POST", "/api/v1/destinations/{id}/remove", OWN_LEADS)),
        on(Before::Destination, OTHER_LEADS, row("GET", "/api/v1/destinations/{id}/dead", OWN_LEADS)),
        on(Before::Destination, OTHER_LEADS, row("POST", "/api/v1/destinations/{id}/dead/{delivery}/retry", OWN_LEADS)),
        row("GET", "/api/v1/catalogue", EVERYONE),
        row("GET", "/api/v1/centres", EVERYONE),
        row("GET", "/api/v1/crises", EVERYONE),
        row("POST", "/api/v1/crises", "coordinator@any"),
        row("GET", "/api/v1/crises/{crisis}", EVERYONE),
        row("POST", "/api/v1/crises/{crisis}/ipcr", "coordinator@any"),
        row("POST", "/api/v1/crises/{crisis}/close", "coordinator@any").with(Before::OpenCrisis),
        row("POST", "/api/v1/crises/{crisis}/reopen", "coordinator@any").with(Before::ClosedCrisis),
        row("POST", "/api/v1/crises/{crisis}/cycles", "coordinator@any"),
        on(Before::Cycle, BLIND, row("POST", "/api/v1/crises/{crisis}/cycles/{id}/change", "coordinator@any")),
        on(Before::Cycle, BLIND, row("POST", "/api/v1/crises/{crisis}/cycles/{id}/end", "coordinator@any")),
        on(Before::Cycle, BLIND, row("POST", "/api/v1/crises/{crisis}/cycles/{id}/excuse", "coordinator@any")),
        row("GET", "/api/v1/crises/{crisis}/slots", READERS_AND_WALLS),
        row("POST", "/api/v1/crises/{crisis}/scope", "coordinator@any").with(Before::OpenCrisis),
        row("POST", "/api/v1/crises/{crisis}/updates", OWN_REPORTERS),
        Row {
            before: Before::Update,
            knows_nothing: "partner@any",
            ..row(
                "GET",
                "/api/v1/crises/{crisis}/updates/{id}",
                "viewer@any duty_officer@any centre_lead@any coordinator@any",
            )
        },
        Row {
            before: Before::Update,
            knows_nothing: BLIND,
            ..row("POST", "/api/v1/crises/{crisis}/updates/{id}/withdraw", OWN_REPORTERS)
        },
        on(
            Before::Update,
            BLIND,
            row("POST", "/api/v1/crises/{crisis}/updates/{id}/queries", "coordinator@asked coordinator@third"),
        ),
        on(Before::Query, BLIND, row("POST", "/api/v1/crises/{crisis}/queries/{id}/answer", OWN_REPORTERS)),
        on(Before::Query, BLIND, row("POST", "/api/v1/crises/{crisis}/queries/{id}/withdraw", "coordinator@asked")),
        row("GET", "/api/v1/crises/{crisis}/log", READERS),
        row("POST", "/api/v1/crises/{crisis}/log", REPORTERS),
        row("GET", "/api/v1/crises/{crisis}/handovers", LOOKING_BACK),
        row("POST", "/api/v1/crises/{crisis}/handovers", REPORTERS),
        row("GET", "/api/v1/crises/{crisis}/handovers/draft", LOOKING_BACK),
        on(
            Before::Handover,
            OTHER_MEMBERS,
            row(
                "GET",
                "/api/v1/crises/{crisis}/handovers/{id}",
                "viewer@own duty_officer@own centre_lead@own coordinator@own",
            ),
        ),
        on(Before::Handover, NOT_OF_US, row("POST", "/api/v1/crises/{crisis}/handovers/{id}/sign", OWN_REPORTERS)),
        row("GET", "/api/v1/crises/{crisis}/cells/{centre}/{sector}/history", READERS),
        row("POST", "/api/v1/crises/{crisis}/escalations", REPORTERS),
        step("acknowledge", &[], ANSWERING),
        step("assign", &["acknowledge"], ANSWERING),
        step("start", &["acknowledge", "assign"], ANSWERING),
        step("resolve", &["acknowledge", "assign", "start"], ANSWERING),
        step("snooze", &[], ANSWERING),
        step(
            "close",
            &["acknowledge", "assign", "start", "resolve"],
            "duty_officer@own centre_lead@own coordinator@any",
        ),
        step(
            "reopen",
            &["acknowledge", "assign", "start", "resolve"],
            "duty_officer@own centre_lead@own duty_officer@asked centre_lead@asked coordinator@any",
        ),
        step("reject", &[], LEADING),
        step("raise-level", &[], LEADING),
        step("lower-level", &[], LEADING),
        row("GET", "/api/v1/crises/{crisis}/picture", READERS_AND_WALLS),
        row("GET", "/api/v1/crises/{crisis}/timeline", LOOKING_BACK),
        row("GET", "/api/v1/crises/{crisis}/changes", LOOKING_BACK),
        row(
            "GET",
            "/api/v1/crises/{crisis}/journal",
            "viewer@any duty_officer@any centre_lead@any coordinator@any partner@any auditor@any",
        ),
        row("GET", "/api/v1/crises/{crisis}/live", READERS_AND_WALLS),
        row("GET", "/healthz", "nobody any@any"),
        row("GET", "/readyz", "nobody any@any"),
        row("GET", "/metrics", "nobody any@any"),
        row("GET", "/api/openapi.json", "nobody any@any"),
    ]
}

fn names(list: &str, role: &str, place: &str) -> bool {
    list.split_whitespace().any(|one| match one.split_once('@') {
        Some((r, p)) => role != "nobody" && (r == "any" || r == role) && (p == "any" || p == place),
        None => one == role,
    })
}

#[test]
fn every_route_has_a_row_and_every_step_its_own() {
    let calls: BTreeSet<(String, String)> =
        vigie::http::calls().into_iter().map(|call| (call.method.to_string(), call.path.to_owned())).collect();
    let table = table();
    let rows: BTreeSet<(String, String)> =
        table.iter().map(|row| (row.call.0.to_owned(), row.call.1.to_owned())).collect();
    let without: Vec<_> = calls.difference(&rows).collect();
    assert!(without.is_empty(), "who may call {without:?}? Give each a row");
    let gone: Vec<_> = rows.difference(&calls).collect();
    assert!(gone.is_empty(), "{gone:?} is no call any more");
    let steps: BTreeSet<&str> = table.iter().map(|row| row.step).filter(|step| !step.is_empty()).collect();
    assert_eq!(steps, EscalationStep::WORDS.iter().copied().collect());
    assert_eq!(READERS.split(' ').count() + 1, READERS_AND_WALLS.split(' ').count());
}

/// The stage on which every row is played.
struct Stage {
    app: App,
    owner: Person,
    coordinator: Person,
    /// The coordinator of the asked centre, who asks back.
    asker: Person,
}

impl Stage {
    /// Puts in place what a call needs; answers its id, and of a pairing its secret and code too.
    async fn prepare(&self, before: Before) -> String {
        let crisis = format!("/api/v1/crises/{CRISIS}");
        let receipt = match before {
            Before::Nothing => return String::new(),
            Before::Wall => return self.app.account("be-nccn", Role::WallDevice, Tlp::Green).await.0.to_string(),
            Before::Token => return self.app.account("be-nccn", Role::Viewer, Tlp::Clear).await.0.to_string(),
            Before::Destination => return self.destination().await,
            Before::Pairing => {
                let pairing = self.app.nobody().post("/api/v1/pairings", &json!({})).await.must(201);
                let word = |name: &str| pairing[name].as_str().expect("a word").to_owned();
                return [word("id"), word("secret"), word("code")].join(" ");
            }
            Before::OpenCrisis | Before::ClosedCrisis => {
                let slug = format!("life-{}", Clock::system().fresh_id());
                self.app.open_crisis(&slug).await;
                if before == Before::ClosedCrisis {
                    let close = format!("/api/v1/crises/{slug}/close");
                    self.coordinator.post(&close, &json!({ "reason": "A row" })).await.must(201);
                }
                return slug;
            }
            Before::Query => {
                let update = self.owner.post_update(&update("be-nccn", "cyber", "green", "A row")).await.must(201);
                let update = update["id"].as_str().expect("an id").to_owned();
                self.asker.post(&format!("{crisis}/updates/{update}/queries"), &json!({ "question": "A row" })).await
            }
            Before::Cycle => {
                let due = in_an_hour();
                let set = self.coordinator.post(&format!("{crisis}/cycles"), &cycle(&due, "A row")).await.must(201);
                return [set["id"].as_str().expect("an id"), &due].join(" ");
            }
            Before::Handover => self.owner.post(&format!("{crisis}/handovers"), &handover()).await,
            Before::Update => self.owner.post_update(&update("be-nccn", "cyber", "green", "A row")).await,
            Before::Escalation(_) => self.owner.post(&format!("{crisis}/escalations"), &matter("nl-ncc")).await,
        };
        let id = receipt.must(201)["id"].as_str().expect("an id").to_owned();
        if let Before::Escalation(way) = before {
            for taken in way {
                let path = format!("{crisis}/escalations/{id}/{taken}");
                self.coordinator.post(&path, &needs(taken)).await.must(201);
            }
        }
        id
    }

    /// In place of what is there, so that there are never too many; answers its id and that of a dead letter.
    async fn destination(&self) -> String {
        let store = open_stores(&self.app.journal).expect("the stores open").destinations;
        let (centre, now) = (CentreId::parse("be-nccn").expect("a slug"), Clock::system().now());
        for old in store.list(Some(centre.clone())).await.expect("they answer") {
            store.remove(old.id).await.expect("they answer");
        }
        let id = DestinationId(Clock::system().fresh_id());
        let destination = Destination {
            id,
            centre,
            channel: Channel::Webhook,
            address: "https://example.invalid/".to_owned(),
            kinds: [NoticeKind::SlotDue].into(),
            secret: None,
            made_at: now,
            since: now,
            paused_at: Some(now),
        };
        assert!(store.add(destination, Vec::new()).await.expect("they answer"));
        let letter = format!("msg_{id}");
        let delivery = Delivery { id: letter.clone(), kind: NoticeKind::SlotDue, content: "{}".to_owned() };
        let put = Move { destination: id, from: Seq::ZERO, to: Seq(1), deliveries: vec![delivery] };
        store.put_down(CrisisId::parse(CRISIS).expect("a slug"), vec![put], now).await.expect("they answer");
        let failed = Failed { fault: DeliveryFault::TimedOut, status: None };
        store.settle(letter.clone(), 0, Settled::Dead(failed), now).await.expect("they answer");
        format!("{id} {letter}")
    }

    /// Makes the call of a row; answers the status.
    async fn call(&self, row: &Row, person: &Person, id: &str, turn: usize) -> u16 {
        let (method, path) = row.call;
        let mut words = id.split(' ');
        let (id, secret, code) =
            (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let crisis = if [Before::OpenCrisis, Before::ClosedCrisis].contains(&row.before) { id } else { CRISIS };
        let path = path.replace("{crisis}", crisis).replace("{id}", id).replace("{step}", row.step);
        let path = path.replace("{centre}", "be-nccn").replace("{sector}", "cyber").replace("{delivery}", secret);
        if path.ends_with("/live") {
            let signed = [("Authorization", format!("Bearer {}", person.token))];
            let signed = if person.token.is_empty() { &[][..] } else { &signed };
            return match Wall::knock(&person.base, CRISIS, None, signed).await {
                Ok(_) => 101,
                Err(status) => status,
            };
        }
        // What a call cannot be made without.
        let path = if path.ends_with("/changes") { format!("{path}?since={}", in_seconds(-60)) } else { path };
        let path = if path.ends_with("/draft") {
            format!("{path}?from={}&to={}", in_seconds(-3_600), in_seconds(3_600))
        } else {
            path
        };
        let body = match row.call {
            ("POST", "/api/v1/session") if person.token.is_empty() => json!({ "token": "vigie_made_up" }),
            ("POST", "/api/v1/session") => json!({ "token": person.token }),
            ("POST", "/api/v1/crises") => {
                json!({ "slug": format!("row-{turn}"), "name": "A row", "environment": "test" })
            }
            ("POST", "/api/v1/crises/{crisis}/ipcr") => {
                json!({ "mode": "monitoring", "since": "2022-02-28T00:00:00Z", "decided_by": "Presidency" })
            }
            ("POST", "/api/v1/crises/{crisis}/updates") => update("be-nccn", "cyber", "green", "A row"),
            ("POST", "/api/v1/crises/{crisis}/updates/{id}/withdraw") => json!({ "reason": "A row" }),
            ("POST", "/api/v1/crises/{crisis}/escalations") => matter("nl-ncc"),
            ("POST", "/api/v1/pairings/{id}/collect") => json!({ "secret": secret }),
            ("POST", "/api/v1/pairings/confirm") => json!({
                "code": code, "name": "A row", "ceiling": "green", "layout": "far", "distance_m": 5,
                "centre": "be-nccn",
            }),
            ("POST", "/api/v1/tokens") => {
                json!({ "name": "A row", "role": "viewer", "expires_days": 1, "centre": "be-nccn" })
            }
            ("POST", "/api/v1/destinations") => json!({
                "channel": "webhook", "address": "https://example.invalid/", "kinds": ["slot_due"], "centre": "be-nccn",
            }),
            ("POST", "/api/v1/crises/{crisis}/cycles") => cycle(&in_an_hour(), "A row"),
            ("POST", "/api/v1/crises/{crisis}/cycles/{id}/change") => cycle(&in_an_hour(), "Another"),
            ("POST", "/api/v1/crises/{crisis}/cycles/{id}/excuse") => {
                json!({ "centre": "nl-ncc", "due_at": secret, "reason": "A row" })
            }
            ("POST", "/api/v1/crises/{crisis}/log") => {
                json!({ "kind": "fact", "text": "A row", "event_time": in_seconds(-1), "tlp": "green" })
            }
            ("POST", "/api/v1/crises/{crisis}/handovers") => handover(),
            ("POST", "/api/v1/crises/{crisis}/scope") => json!({ "sectors": ["cyber"] }),
            ("POST", "/api/v1/crises/{crisis}/updates/{id}/queries") => json!({ "question": "A row" }),
            ("POST", "/api/v1/crises/{crisis}/queries/{id}/answer") => json!({ "answer": "A row" }),
            (
                "POST",
                "/api/v1/crises/{crisis}/close"
                | "/api/v1/crises/{crisis}/reopen"
                | "/api/v1/crises/{crisis}/cycles/{id}/end"
                | "/api/v1/crises/{crisis}/queries/{id}/withdraw",
            ) => json!({ "reason": "A row" }),
            _ => needs(row.step),
        };
        let method: Method = method.parse().expect("a method");
        let json = [("Content-Type", "application/json")];
        let (headers, body) =
            if method == Method::POST { (&json[..], body.to_string().into_bytes()) } else { (&[][..], Vec::new()) };
        person.ask(method, &path, headers, body).await.status.as_u16()
    }
}

fn handover() -> Value {
    json!({ "shift": { "from": in_seconds(-3_600), "to": in_seconds(3_600) }, "notes": "A row" })
}

fn matter(asked_of: &str) -> Value {
    json!({
        "title": "A row", "level": "coordination", "severity": "minor", "reason": "A row", "asked_of": asked_of,
        "tlp": "green",
    })
}

fn cycle(starts_at: &str, name: &str) -> Value {
    json!({ "name": name, "starts_at": starts_at, "rrule": "FREQ=HOURLY;INTERVAL=4", "grace_minutes": 30 })
}

/// A whole minute, about an hour from now.
fn in_an_hour() -> String {
    format!("{}:00Z", &in_seconds(3_600)[..16])
}

/// What a step needs to be complete.
fn needs(step: &str) -> Value {
    match step {
        "acknowledge" => will_do(),
        "assign" => json!({ "assignee": "A cell" }),
        "reject" => json!({ "note": "Not ours" }),
        "snooze" => json!({ "until": in_seconds(3_600) }),
        _ => json!({}),
    }
}

#[actix_web::test]
async fn every_role_of_every_centre_may_do_exactly_what_the_table_says() {
    let app = App::with_crisis().await;
    let owner = app.person("be-nccn", Role::CentreLead).await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let asker = app.person("nl-ncc", Role::Coordinator).await;
    let mut cast = vec![("nobody".to_owned(), "", app.nobody())];
    for (place, centre) in PLACES {
        // The timers have no token: that nobody is given one, src/domain/access.rs holds.
        for role in Role::ALL.iter().filter(|role| **role != Role::System) {
            let (_, person) = app.account(centre, *role, Tlp::Green).await;
            cast.push((role.to_string(), place, person));
        }
    }
    let stage = Stage { app, owner, coordinator, asker };
    let mut turn = 0;
    let mut wrong = Vec::new();
    for row in table() {
        let mut id = stage.prepare(row.before).await;
        for (role, place, person) in &cast {
            turn += 1;
            let status = stage.call(&row, person, &id, turn).await;
            let expected = if names(row.may, role, place) {
                200
            } else if role == "nobody" {
                401
            } else if names(row.knows_nothing, role, place) {
                404
            } else {
                403
            };
            let done = (200..300).contains(&status) || status == 101;
            if done != (expected == 200) || (!done && status != expected) {
                wrong.push(format!("{} {} {} × {role}@{place}: {status}", row.call.0, row.call.1, row.step));
            }
            if done && row.before != Before::Nothing {
                id = stage.prepare(row.before).await;
            }
        }
    }
    assert!(turn > 700, "{turn} cells of the table were played");
    assert!(wrong.is_empty(), "{wrong:#?}");
    stage.app.stop().await;
}
