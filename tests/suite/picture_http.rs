//! The picture as a document: its tag, its codings, and what is not sent twice.

use std::collections::HashMap;
use std::io::Read;

use awc::http::Method;
use serde_json::Value;

use crate::harness::app::{App, CRISIS};
use crate::harness::person::{Answer, Person, update};

async fn fetch(person: &Person, headers: &[(&str, &str)]) -> Answer {
    person.ask(Method::GET, &format!("/api/v1/crises/{CRISIS}/picture"), headers, Vec::new()).await
}

/// The document behind a coding.
fn decoded(answer: &Answer) -> Value {
    let mut text = Vec::new();
    match answer.header("content-encoding").as_str() {
        "" => text.clone_from(&answer.bytes),
        "gzip" => {
            flate2::read::GzDecoder::new(&*answer.bytes).read_to_end(&mut text).expect("gzip");
        }
        "br" => {
            brotli::Decompressor::new(&*answer.bytes, 4_096).read_to_end(&mut text).expect("brotli");
        }
        other => panic!("an unexpected coding {other}"),
    }
    serde_json::from_slice(&text).expect("JSON")
}

#[actix_web::test]
async fn the_picture_has_a_strong_tag_and_is_not_sent_again_while_it_stands() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let first = fetch(&officer, &[]).await;
    let tag = first.header("etag");
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag} is strong");
    assert_eq!(first.header("content-type"), "application/json");
    assert_eq!(first.header("cache-control"), "private, no-cache");
    for asked in [tag.clone(), format!("\"other\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let again = fetch(&officer, &[("If-None-Match", &asked)]).await;
        assert_eq!(again.status.as_u16(), 304, "{asked}");
        assert!(again.bytes.is_empty());
        assert_eq!(again.header("etag"), tag);
    }
    officer.post_update(&update("be-nccn", "cyber", "green", "It moves")).await.must(201);
    let moved = fetch(&officer, &[("If-None-Match", &tag)]).await;
    moved.must(200);
    assert_ne!(moved.header("etag"), tag);
    app.stop().await;
}

#[actix_web::test]
async fn a_tag_names_one_coding_whatever_a_client_prefers() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    officer.post_update(&update("be-nccn", "cyber", "green", "Compressed")).await.must(201);
    let mut coding_of: HashMap<String, String> = HashMap::new();
    for accepted in [
        "",
        "identity",
        "gzip",
        "br",
        "deflate",
        "zstd",
        "*",
        "gzip, br",
        "br, gzip",
        "gzip, deflate, br, zstd",
        "gzip;q=1, br;q=0.5",
        "br;q=0, gzip",
        "br;q=0, gzip;q=0",
        "GZIP",
        "identity;q=1, br;q=0.1",
        "gzip;q=0.2, identity;q=0",
    ] {
        let headers = [("Accept-Encoding", accepted)];
        let answer = fetch(&officer, if accepted.is_empty() { &[] } else { &headers }).await;
        assert_eq!(answer.status.as_u16(), 200, "{accepted}");
        let (tag, coding) = (answer.header("etag"), answer.header("content-encoding"));
        let known = coding_of.entry(tag.clone()).or_insert_with(|| coding.clone());
        assert_eq!(*known, coding, "Accept-Encoding: {accepted} → {tag}");
        let again = fetch(&officer, &[("Accept-Encoding", accepted), ("If-None-Match", &tag)]).await;
        assert_eq!(again.status.as_u16(), 304, "{accepted}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn every_coding_holds_the_same_picture() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    officer.post_update(&update("be-nccn", "cyber", "green", "Compressed")).await.must(201);
    let plain = fetch(&officer, &[]).await;
    let mut expected = plain.must(200);
    expected["server_time"] = Value::Null;
    for coding in ["gzip", "br"] {
        let answer = fetch(&officer, &[("Accept-Encoding", coding)]).await;
        assert_eq!(answer.header("content-encoding"), coding);
        let varies: Vec<String> =
            answer.headers.get_all("vary").map(|value| value.to_str().expect("ASCII").to_lowercase()).collect();
        assert!(varies.join(", ").contains("accept-encoding"), "{varies:?}");
        assert!(varies.join(", ").contains("authorization"), "{varies:?}");
        assert!(answer.bytes.len() < plain.bytes.len());
        let mut picture = decoded(&answer);
        picture["server_time"] = Value::Null;
        assert_eq!(picture, expected);
    }
    app.stop().await;
}

#[actix_web::test]
async fn the_picture_says_what_the_crisis_is_and_when_it_was_sent() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let picture = officer.picture().await;
    let mut names: Vec<&String> = picture.as_object().expect("an object").keys().collect();
    names.sort();
    let expected = [
        "cells",
        "centres",
        "crisis",
        "cycles",
        "escalations",
        "feed",
        "position",
        "queries",
        "readings",
        "server_time",
        "slots",
    ];
    assert_eq!(names, expected);
    assert_eq!(picture["crisis"]["environment"], "test");
    assert_eq!(picture["centres"].as_array().map(Vec::len), picture["crisis"]["centres"].as_array().map(Vec::len));
    assert!(picture["server_time"].as_str().is_some_and(|time| time.ends_with('Z')));
    app.stop().await;
}

#[actix_web::test]
async fn screens_come_with_a_policy_that_allows_nothing_from_elsewhere() {
    let app = App::with(&[]).await;
    let nobody = app.nobody();
    for path in ["/", "/wall/drill", "/desk/drill", "/sign-in"] {
        let answer = nobody.get(path).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
    app.stop().await;
}
