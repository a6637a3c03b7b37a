//! What is wrong is said as problem+json, completely, and nothing else changes.

use awc::http::Method;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vigie::domain::vocabulary::Role;

use crate::harness::app::{App, CRISIS};
use crate::harness::lock::Lock;
use crate::harness::now;
use crate::harness::person::{Answer, Person, changed, headline, update, will_do};

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

fn updates() -> String {
    format!("/api/v1/crises/{CRISIS}/updates")
}

async fn post_text(person: &Person, path: &str, headers: &[(&str, &str)], text: &str) -> Answer {
    person.ask(Method::POST, path, headers, text.as_bytes().to_vec()).await
}

/// The end of a problem's type.
fn slug(answer: &Answer) -> String {
    let kind = answer.json()["type"].as_str().expect("a type").to_owned();
    kind.strip_prefix("urn:vigie:problem:").expect("a type of this program").to_owned()
}

#[actix_web::test]
async fn every_wrong_field_is_named_by_its_pointer_at_once() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let wrong = json!({
        "centre": "BE", "sector": 7, "severity": "bad", "headline": "", "as_of": "soon", "valid_until": "later",
        "recipients": ["nl-ncc", "N L"], "colour": "red", "a/b~c": 1,
        "readings": [{ "indicator": "x y", "value": {}, "unit": "kg" }, 7],
    });
    let answer = officer.post_update(&wrong).await;
    let mut pointers = answer.problem(422);
    pointers.sort();
    let mut expected = [
        "/centre",
        "/sector",
        "/severity",
        "/outlook",
        "/headline",
        "/as_of",
        "/valid_until",
        "/tlp",
        "/recipients/1",
        "/colour",
        "/a~1b~0c",
        "/readings/0/indicator",
        "/readings/0/value",
        "/readings/0/as_of",
        "/readings/0/unit",
        "/readings/1",
    ];
    expected.sort_unstable();
    assert_eq!(pointers, expected);
    assert_eq!(slug(&answer), "invalid-fields");
    for error in answer.json()["errors"].as_array().expect("errors") {
        assert!(error["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{error}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn faults_of_form_and_of_meaning_change_nothing() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let before = officer.picture().await["position"].clone();
    let body = changed(update("be-nccn", "cyber", "red", "Wrong"), json!({ "areas": ["x"], "lang": "x" }));
    assert_eq!(officer.post_update(&body).await.problem(422), ["/recipients", "/areas/0", "/lang"]);
    assert_eq!(officer.picture().await["position"], before);
    app.stop().await;
}

#[actix_web::test]
async fn a_body_that_is_not_a_json_object_is_refused() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    for text in ["{", "{\"a\":}", "\u{feff}{}", "NaN", "{\"value\":1e999}", deep.as_str()] {
        let answer = post_text(&officer, &updates(), &JSON, text).await;
        assert_eq!(answer.problem(400), [""; 0]);
        assert_eq!(slug(&answer), "malformed");
    }
    let invalid = officer.ask(Method::POST, &updates(), &JSON, b"{\"headline\":\"\xff\"}".to_vec()).await;
    invalid.problem(400);
    for text in ["[]", "\"x\"", "7", "null"] {
        assert_eq!(post_text(&officer, &updates(), &JSON, text).await.problem(422), [""]);
    }
    assert!(post_text(&officer, &updates(), &JSON, "").await.problem(422).contains(&"/tlp".to_owned()));
    app.stop().await;
}

#[actix_web::test]
async fn a_body_must_be_declared_as_json() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let body = update("be-nccn", "cyber", "green", "Declared").to_string();
    for headers in
        [&[][..], &[("Content-Type", "text/plain")], &[("Content-Type", "application/x-www-form-urlencoded")]]
    {
        let answer = post_text(&officer, &updates(), headers, &body).await;
        answer.problem(415);
    }
    let headers = [("Content-Type", "Application/JSON; charset=utf-8")];
    post_text(&officer, &updates(), &headers, &body).await.must(201);
    app.stop().await;
}

#[actix_web::test]
async fn a_body_over_64_kib_is_too_large_however_it_is_sent() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let fits = changed(update("be-nccn", "cyber", "green", "Fits"), json!({ "body": "𝄞".repeat(4_000) }));
    officer.post_update(&fits).await.must(201);
    let padded = |bytes: usize| {
        let text = update("be-nccn", "cyber", "green", "Padded").to_string();
        text.replacen('{', &format!("{{{}", " ".repeat(bytes - text.len())), 1)
    };
    post_text(&officer, &updates(), &JSON, &padded(65_536)).await.must(201);
    let answer = post_text(&officer, &updates(), &JSON, &padded(65_537)).await;
    answer.problem(413);
    assert_eq!(slug(&answer), "too-large");
    let long = padded(200_000).into_bytes();
    let parts: Vec<_> = long.chunks(10_000).map(|part| Ok(bytes::Bytes::copy_from_slice(part))).collect();
    officer.stream(&updates(), futures_util::stream::iter(parts)).await.problem(413);
    app.stop().await;
}

#[actix_web::test]
async fn a_known_path_with_another_method_says_405_and_which_methods_it_has() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    for (method, path, allow) in [
        (Method::DELETE, updates(), "POST"),
        (Method::PUT, format!("/api/v1/crises/{CRISIS}/picture"), "GET, HEAD"),
        (Method::PATCH, "/api/v1/crises".to_owned(), "GET, HEAD, POST"),
        (Method::POST, "/healthz".to_owned(), "GET, HEAD"),
        (Method::HEAD, updates(), "POST"),
        (Method::POST, "/wall/drill".to_owned(), "GET, HEAD"),
        (Method::DELETE, "/desk".to_owned(), "GET, HEAD"),
    ] {
        let answer = officer.ask(method, &path, &[], Vec::new()).await;
        assert_eq!(answer.header("allow"), allow, "{path}");
        if answer.bytes.is_empty() {
            assert_eq!(answer.status, 405, "{path}");
            continue;
        }
        answer.problem(405);
        assert_eq!(slug(&answer), "method-not-allowed");
    }
    app.stop().await;
}

#[actix_web::test]
async fn head_answers_what_get_answers_without_its_body() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let update = officer.post_update(&update("be-nccn", "cyber", "green", "Asked about")).await.must(201);
    let id = update["id"].as_str().expect("an id");
    let entry = json!({ "kind": "fact", "text": "A line to read", "event_time": now(), "tlp": "green" });
    officer.post(&format!("/api/v1/crises/{CRISIS}/log"), &entry).await.must(201);
    let mut asked = 0;
    for call in vigie::http::calls().iter().filter(|call| call.method == Method::GET) {
        let path = call.path.replace("{crisis}", CRISIS).replace("{id}", id);
        let path = path.replace("{centre}", "be-nccn").replace("{sector}", "cyber");
        let got = officer.get(&path).await;
        let head = officer.ask(Method::HEAD, &path, &[], Vec::new()).await;
        assert_eq!(head.status, got.status, "{path}");
        assert!(head.bytes.is_empty() && !got.bytes.is_empty(), "{path}");
        for name in ["content-type", "cache-control", "etag", "link", "x-content-type-options"] {
            assert_eq!(head.header(name), got.header(name), "{path} {name}");
        }
        asked += 1;
    }
    assert!(asked >= 16, "{asked} calls are read");

    // On the wire: the length that GET would have, and then nothing.
    let address = app.base.strip_prefix("http://").expect("an address");
    let mut wire = TcpStream::connect(address).await.expect("the server listens");
    wire.write_all(b"HEAD /readyz HTTP/1.1\r\nHost: vigie\r\nConnection: close\r\n\r\n").await.expect("it reads");
    let mut said = String::new();
    wire.read_to_string(&mut said).await.expect("it answers and hangs up");
    let length = officer.get("/readyz").await.bytes.len();
    assert!(said.starts_with("HTTP/1.1 200 OK\r\n") && said.ends_with("\r\n\r\n"), "{said}");
    assert!(said.to_lowercase().contains(&format!("content-length: {length}\r\n")), "{said}");
    app.stop().await;
}

#[actix_web::test]
async fn what_is_not_there_is_not_found_in_the_same_words_as_what_cannot_be_there() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    for path in [
        "/api",
        "/api/v2/crises",
        "/api/v1/nothing",
        "/api/v1/crises/none",
        "/api/v1/crises/NO%20NAME",
        "/api/v1/crises/%FF",
        "/api/v1/crises/none/picture",
        "/api/v1/crises/none/journal",
        "/api/v1/crises/none/updates/0190a5a0-0000-7000-8000-000000000000",
        "/api/v1/crises/drill/updates/0190a5a0-0000-7000-8000-000000000000",
        "/api/v1/crises/drill/updates/7",
        "/no/such/page",
        "/../etc/passwd",
        "/assets/none.js",
    ] {
        let answer = officer.get(path).await;
        assert_eq!(answer.problem(404), [""; 0], "{path}");
    }
    let body = update("be-nccn", "cyber", "green", "Nowhere");
    officer.post("/api/v1/crises/none/updates", &body).await.problem(404);
    let path = format!("/api/v1/crises/{CRISIS}/escalations/0190a5a0-0000-7000-8000-000000000000");
    officer.post(&format!("{path}/acknowledge"), &will_do()).await.problem(404);
    officer.post(&format!("{path}/applaud"), &json!({})).await.problem(404);
    app.stop().await;
}

#[actix_web::test]
async fn a_query_that_cannot_be_read_is_a_problem_too() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let journal = format!("/api/v1/crises/{CRISIS}/journal");
    assert_eq!(officer.get(&format!("{journal}?after=nowhere&limit=0")).await.problem(422), ["/after", "/limit"]);
    assert_eq!(officer.get(&format!("{journal}?limit=many")).await.problem(422), ["/limit"]);
    assert_eq!(officer.get(&format!("{journal}?limit=1001")).await.problem(422), ["/limit"]);
    officer.get(&format!("{journal}?limit=1&limit=2")).await.problem(400);
    app.stop().await;
}

#[actix_web::test]
async fn a_socket_that_is_asked_for_without_an_upgrade_is_a_problem_too() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    officer.get(&format!("/api/v1/crises/{CRISIS}/live")).await.problem(400);
    app.stop().await;
}

#[actix_web::test]
async fn whoever_is_not_signed_in_is_told_how() {
    let app = App::with_crisis().await;
    let path = format!("/api/v1/crises/{CRISIS}/picture");
    for person in [app.nobody(), Person::new(&app.base, "vigie_made_up")] {
        let answer = person.get(&path).await;
        answer.problem(401);
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let basic = [("Authorization", "Basic dXNlcjpwYXNz")];
    app.nobody().ask(Method::GET, &path, &basic, Vec::new()).await.problem(401);
    app.stop().await;
}

#[actix_web::test]
async fn a_full_inbox_says_503_and_when_to_come_back_and_takes_nothing() {
    let app = App::with(&[("limits.inbox", "1"), ("limits.batch", "1")]).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    officer.picture().await;
    // While the journal is held, one post is at the desk and one in the inbox: the others find it full.
    let lock = Lock::of(&app.journal);
    let posting = |n: usize| {
        let officer = officer.clone();
        async move {
            let body = update("be-nccn", "cyber", "green", &format!("Number {n}"));
            (n, officer.post_update(&body).await)
        }
    };
    let mut answers: FuturesUnordered<_> = (0..8).map(posting).collect();
    let mut lock = Some(lock);
    let (mut taken, mut full) = (Vec::new(), 0);
    while let Some((n, answer)) = answers.next().await {
        if answer.status.as_u16() == 201 {
            taken.push(format!("Number {n}"));
            continue;
        }
        answer.problem(503);
        assert_eq!(answer.header("retry-after"), "1");
        full += usize::from(slug(&answer) == "busy");
        if full == 6
            && let Some(lock) = lock.take()
        {
            lock.release();
        }
    }
    assert!(full >= 6, "{full} found the inbox full");
    let lines = officer.get(&format!("/api/v1/crises/{CRISIS}/journal")).await;
    let lines = lines.text();
    let posted = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("NDJSON"));
    let mut posted: Vec<String> =
        posted.filter_map(|line| Some(line["update"]["headline"].as_str()?.to_owned())).collect();
    posted.sort();
    taken.sort();
    assert_eq!(posted, taken, "what was answered 503 is not there, what was answered 201 is");
    app.stop().await;
}

#[actix_web::test]
async fn a_journal_that_cannot_write_is_a_503_and_turns_readiness_red_until_it_can() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let lock = Lock::of(&app.journal);
    let answer = officer.post_update(&update("be-nccn", "cyber", "green", "Lost")).await;
    answer.problem(503);
    assert_eq!(slug(&answer), "unavailable");
    assert_eq!(answer.header("retry-after"), "1");
    lock.release();
    officer.post_update(&update("be-nccn", "cyber", "green", "Kept")).await.must(201);
    assert_eq!(headline(&officer.picture().await, "be-nccn", "cyber").as_deref(), Some("Kept"));
    assert_eq!(app.nobody().get("/readyz").await.must(200)["status"], "ready");
    app.stop().await;
}

#[actix_web::test]
async fn health_and_metrics_are_open_to_this_machine_unless_configured_otherwise() {
    let app = App::with(&[]).await;
    let nobody = app.nobody();
    assert_eq!(nobody.get("/healthz").await.must(200), json!({ "status": "live" }));
    assert_eq!(nobody.get("/readyz").await.must(200), json!({ "status": "ready", "degraded": [] }));
    assert!(nobody.get("/metrics").await.text().ends_with("# EOF\n"));
    nobody.get("/api/openapi.json").await.must(200);
    app.stop().await;
    let app = App::with(&[("server.open_endpoints", "nobody")]).await;
    for path in ["/healthz", "/readyz", "/metrics", "/api/openapi.json"] {
        app.nobody().get(path).await.problem(403);
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_browser_session_is_made_from_a_token_and_ends_when_it_is_ended() {
    let app = App::with_crisis().await;
    let (_, officer) = app.account("be-nccn", Role::DutyOfficer, vigie::domain::vocabulary::Tlp::Clear).await;
    let nobody = app.nobody();
    nobody.post("/api/v1/session", &json!({ "token": "vigie_made_up" })).await.problem(401);
    assert_eq!(nobody.post("/api/v1/session", &json!({ "password": "x" })).await.problem(422), ["/token", "/password"]);
    let answer = nobody.post("/api/v1/session", &json!({ "token": officer.token })).await;
    let account = answer.must(201)["account"].clone();
    assert_eq!(account["centre"], "be-nccn");
    let cookie = answer.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(cookie.contains(part), "{part} in the cookie");
    }
    let cookie = cookie.split(';').next().expect("name and value").to_owned();
    let own = [("Cookie", cookie.as_str()), ("Origin", app.base.as_str()), ("Content-Type", "application/json")];
    assert_eq!(nobody.ask(Method::GET, "/api/v1/session", &own, Vec::new()).await.must(200)["account"], account);
    let body = || update("be-nccn", "cyber", "green", "By a browser").to_string().into_bytes();
    for headers in [vec![own[0], own[2]], vec![own[0], ("Origin", "https://evil.example"), own[2]]] {
        nobody.ask(Method::POST, &updates(), &headers, body()).await.problem(403);
    }
    nobody.ask(Method::POST, &updates(), &own, body()).await.must(201);
    assert_eq!(nobody.ask(Method::DELETE, "/api/v1/session", &own, Vec::new()).await.status.as_u16(), 204);
    nobody.ask(Method::POST, &updates(), &own, body()).await.problem(401);
    assert_eq!(headline(&officer.picture().await, "be-nccn", "cyber").as_deref(), Some("By a browser"));
    app.stop().await;
}

#[actix_web::test]
async fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let app = App::with(&[]).await;
    let address = app.base.strip_prefix("http://").expect("plain HTTP").to_owned();
    let mut wire = tokio::net::TcpStream::connect(&address).await.expect("it is taken");
    let head = format!(
        "POST /api/v1/pairings HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{{"
    );
    wire.write_all(head.as_bytes()).await.expect("it is taken");
    let mut answer = Vec::new();
    let reading = tokio::time::timeout(crate::harness::PATIENCE, wire.read_to_end(&mut answer)).await;
    reading.expect("nobody waits for a minute").expect("it is answered and ended");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    app.stop().await;
}
