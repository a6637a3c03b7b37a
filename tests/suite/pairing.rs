//! A wall without a keyboard is signed in: it shows a code, an officer confirms it, the wall collects.

use awc::http::Method;
use serde_json::{Value, json};
use vigie::accounts::pairing::{OPEN_MAX_OF_ONE_PEER, WRONG_CODES_MAX};
use vigie::domain::vocabulary::Role;

use crate::harness::app::{App, CRISIS};
use crate::harness::person::{Answer, Person, changed};

const PAIRINGS: &str = "/api/v1/pairings";
const CONFIRM: &str = "/api/v1/pairings/confirm";

fn wall(base: &str) -> Person {
    Person::new(base, "")
}

fn confirmation(code: &str) -> Value {
    json!({
        "code": code, "name": "Wall in the crisis room", "ceiling": "green", "layout": "far", "distance_m": 5,
        "crisis": CRISIS,
    })
}

async fn open(base: &str) -> Value {
    wall(base).post(PAIRINGS, &json!({})).await.must(201)
}

async fn collect(base: &str, pairing: &Value) -> Answer {
    let id = pairing["id"].as_str().expect("an id");
    wall(base).post(&format!("{PAIRINGS}/{id}/collect"), &json!({ "secret": pairing["secret"] })).await
}

fn code(pairing: &Value) -> &str {
    pairing["code"].as_str().expect("a code")
}

/// The cookie of an answer as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().expect("a pair").to_owned()
}

#[actix_web::test]
async fn a_wall_waits_is_confirmed_and_is_then_signed_in_as_its_device() {
    let app = App::with_crisis().await;
    let pairing = open(&app.base).await;
    assert_eq!(code(&pairing).chars().count(), 6);
    let waiting = collect(&app.base, &pairing).await.must(202);
    assert_eq!(waiting, json!({ "state": "waiting", "expires_at": pairing["expires_at"] }));

    let officer = app.person("be-nccn", Role::DutyOfficer).await;
    let (left, right) = code(&pairing).split_at(3);
    let typed = format!("{} {}", left.to_lowercase(), right.to_lowercase());
    let device = officer.post(CONFIRM, &confirmation(&typed)).await.must(201)["device"].clone();
    assert_eq!(device["centre"], "be-nccn");
    assert_eq!(
        (&device["layout"], &device["distance_m"], &device["crisis"]),
        (&json!("far"), &json!(5), &json!(CRISIS))
    );
    assert_eq!((&device["last_seen"], &device["revoked_at"]), (&Value::Null, &Value::Null));
    officer.post(CONFIRM, &confirmation(code(&pairing))).await.problem(422);

    let collected = collect(&app.base, &pairing).await;
    let account = collected.must(201)["account"].clone();
    assert_eq!(
        (&account["id"], &account["role"], &account["ceiling"]),
        (&device["id"], &json!("wall_device"), &json!("green"))
    );
    let said = collected.header("set-cookie");
    for word in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(said.contains(word), "{word} in {said}");
    }
    let lasts: i64 =
        said.split("Max-Age=").nth(1).and_then(|rest| rest.split(';').next()?.parse().ok()).expect("a term");
    assert!((179 * 86_400..=180 * 86_400).contains(&lasts), "{lasts} s");

    let sent = [("Cookie", cookie(&collected))];
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let session = wall(&app.base).ask(Method::GET, "/api/v1/session", &sent, Vec::new()).await.must(200);
    assert_eq!(session["account"]["device"], json!({ "layout": "far", "distance_m": 5, "crisis": CRISIS }));
    let picture = format!("/api/v1/crises/{CRISIS}/picture");
    wall(&app.base).ask(Method::GET, &picture, &sent, Vec::new()).await.must(200);
    collect(&app.base, &pairing).await.problem(404);
}

#[actix_web::test]
async fn any_server_on_the_journal_answers_for_a_wall() {
    let here = App::with_crisis().await;
    let there = App::on(&here.journal, &[]).await;
    let pairing = open(&here.base).await;
    let officer = here.person("be-nccn", Role::CentreLead).await;
    let elsewhere = Person::new(&there.base, &officer.token);
    elsewhere.post(CONFIRM, &confirmation(code(&pairing))).await.must(201);
    collect(&here.base, &pairing).await.must(201);
    collect(&there.base, &pairing).await.problem(404);
}

#[actix_web::test]
async fn without_the_secret_nothing_is_collected() {
    let app = App::with_crisis().await;
    let pairing = open(&app.base).await;
    let officer = app.person("be-nccn", Role::DutyOfficer).await;
    officer.post(CONFIRM, &confirmation(code(&pairing))).await.must(201);
    let guessed = changed(pairing.clone(), json!({ "secret": "x".repeat(43) }));
    collect(&app.base, &guessed).await.problem(404);
    let other = changed(pairing.clone(), json!({ "id": "01a20dc8-de26-77bc-9fc2-3b130202497e" }));
    collect(&app.base, &other).await.problem(404);
    collect(&app.base, &changed(pairing.clone(), json!({ "id": "nothing" }))).await.problem(404);
    collect(&app.base, &pairing).await.must(201);
}

#[actix_web::test]
async fn officers_pair_for_their_own_centre_and_admins_for_the_one_they_name() {
    let app = App::with_crisis().await;
    for role in [Role::WallDevice, Role::Viewer, Role::Auditor, Role::Partner] {
        let person = app.person("be-nccn", role).await;
        person.post(CONFIRM, &confirmation("ACDEFH")).await.problem(403);
    }
    wall(&app.base).post(CONFIRM, &confirmation("ACDEFH")).await.problem(401);
    for role in [Role::DutyOfficer, Role::CentreLead, Role::Coordinator] {
        let person = app.person("be-nccn", role).await;
        let pairing = open(&app.base).await;
        let foreign = changed(confirmation(code(&pairing)), json!({ "centre": "nl-ncc" }));
        person.post(CONFIRM, &foreign).await.problem(403);
        let own = changed(confirmation(code(&pairing)), json!({ "centre": "be-nccn" }));
        person.post(CONFIRM, &own).await.must(201);
    }
    let admin = app.person("eu-ercc", Role::Admin).await;
    let pairing = open(&app.base).await;
    assert_eq!(admin.post(CONFIRM, &confirmation(code(&pairing))).await.problem(422), ["/centre"]);
    let for_nl = changed(confirmation(code(&pairing)), json!({ "centre": "nl-ncc" }));
    assert_eq!(admin.post(CONFIRM, &for_nl).await.must(201)["device"]["centre"], "nl-ncc");
}

#[actix_web::test]
async fn what_does_not_hold_of_a_wall_is_named() {
    let app = App::with_crisis().await;
    let officer = app.person("be-nccn", Role::DutyOfficer).await;
    let wrong = json!({
        "code": "1", "name": "", "ceiling": "amber_strict", "layout": "round", "distance_m": 4, "colour": "red",
    });
    let mut pointers = officer.post(CONFIRM, &wrong).await.problem(422);
    pointers.sort();
    assert_eq!(pointers, ["/ceiling", "/code", "/colour", "/distance_m", "/layout", "/name"]);
    let nowhere = changed(confirmation("ACDEFH"), json!({ "crisis": "no-such-crisis" }));
    assert_eq!(officer.post(CONFIRM, &nowhere).await.problem(422), ["/crisis"]);
    wall(&app.base).post(PAIRINGS, &json!({ "name": "mine" })).await.problem(422);
    let origin = [("Content-Type", "application/json"), ("Origin", "https://elsewhere.example")];
    wall(&app.base).ask(Method::POST, PAIRINGS, &origin, b"{}".to_vec()).await.problem(403);
}

#[actix_web::test]
async fn too_many_wrong_codes_shut_an_account_out_for_a_while() {
    let app = App::with_crisis().await;
    let officer = app.person("be-nccn", Role::DutyOfficer).await;
    for _ in 0..WRONG_CODES_MAX {
        assert_eq!(officer.post(CONFIRM, &confirmation("ACDEFH")).await.problem(422), ["/code"]);
    }
    let pairing = open(&app.base).await;
    let shut_out = officer.post(CONFIRM, &confirmation(code(&pairing))).await;
    shut_out.problem(429);
    let wait: i64 = shut_out.header("retry-after").parse().expect("seconds");
    assert!((580..=601).contains(&wait), "{wait} s");
    let colleague = app.person("be-nccn", Role::DutyOfficer).await;
    colleague.post(CONFIRM, &confirmation(code(&pairing))).await.must(201);
}

#[actix_web::test]
async fn one_address_has_so_many_walls_that_wait_and_keeps_nobody_else_from_pairing() {
    let app = App::with(&[("server.trusted_proxies", "127.0.0.1")]).await;
    let open_from = async |forwarded: &str| {
        let headers = [("Content-Type", "application/json"), ("X-Forwarded-For", forwarded)];
        wall(&app.base).ask(Method::POST, PAIRINGS, &headers, b"{}".to_vec()).await
    };
    for turn in 0..OPEN_MAX_OF_ONE_PEER {
        // What a client writes there itself stands before what the proxy adds, and is not believed.
        open_from(&format!("198.51.100.{turn}, 192.0.2.7")).await.must(201);
    }
    let full = open_from("192.0.2.7:4711").await;
    full.problem(429);
    let wait: i64 = full.header("retry-after").parse().expect("seconds");
    assert!((540..=601).contains(&wait), "{wait} s: until the first of them ends");
    open_from("192.0.2.8").await.must(201);
    open(&app.base).await;
    for _ in 0..OPEN_MAX_OF_ONE_PEER {
        open_from("unknown").await.must(201);
    }
    open_from("hidden").await.problem(429);
}

#[actix_web::test]
async fn who_is_no_trusted_proxy_is_not_believed() {
    let app = App::with(&[]).await;
    for turn in 0..=OPEN_MAX_OF_ONE_PEER {
        let forwarded = format!("192.0.2.{turn}");
        let headers = [("Content-Type", "application/json"), ("X-Forwarded-For", forwarded.as_str())];
        let answer = wall(&app.base).ask(Method::POST, PAIRINGS, &headers, b"{}".to_vec()).await;
        assert_eq!(answer.status, if turn < OPEN_MAX_OF_ONE_PEER { 201 } else { 429 }, "{}", answer.text());
    }
}

#[actix_web::test]
async fn what_is_open_to_this_machine_is_not_open_to_who_comes_through_its_proxy() {
    let app = App::with(&[("server.trusted_proxies", "127.0.0.1")]).await;
    for (forwarded, status) in [
        ("192.0.2.7", 403),
        ("127.0.0.1", 200),
        ("127.0.0.1, 192.0.2.7", 403),
        ("::1", 200),
        ("[::1]:4711", 200),
        ("192.0.2.7:4711", 403),
        ("[2001:db8::1]", 403),
        ("127.0.0.1, unknown", 403),
        ("127.0.0.1,", 403),
    ] {
        let answer = app.nobody().ask(Method::GET, "/readyz", &[("X-Forwarded-For", forwarded)], Vec::new()).await;
        assert_eq!(answer.status, status, "{forwarded}");
    }
}
