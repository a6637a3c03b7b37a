//! Somebody with a token and an HTTP client.

use std::time::Duration;

use awc::http::header::HeaderMap;
use awc::http::{Method, StatusCode};
use bytes::Bytes;
use futures_util::Stream;
use serde_json::{Value, json};

use super::app::CRISIS;
use super::wall::Wall;
use super::{in_seconds, now};

#[derive(Clone)]
pub struct Person {
    pub base: String,
    pub token: String,
    client: awc::Client,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The JSON of an answer that must have this status.
    #[track_caller]
    pub fn must(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// A problem of this status; answers the pointers it names.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Vec<String> {
        let body = self.must(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["status"], status);
        for key in ["type", "title", "detail"] {
            assert!(body[key].as_str().is_some_and(|text| !text.is_empty()), "{key} in {body}");
        }
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["pointer"].as_str().expect("a pointer").to_owned()).collect()
    }

    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII").to_owned()).unwrap_or_default()
    }
}

/// How long a connection is kept for the next request.
const IDLE_MAX: Duration = Duration::from_secs(2);

impl Person {
    pub fn new(base: &str, token: &str) -> Self {
        // The server lets go of a connection that is idle for five seconds: one of nearly so long may go as it is taken.
        let connector = awc::Connector::new().conn_keep_alive(IDLE_MAX);
        let client = awc::Client::builder().connector(connector).timeout(super::PATIENCE).finish();
        Self { base: base.to_owned(), token: token.to_owned(), client }
    }

    /// The same person at another server.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// One request. `None` when the server could not be reached or broke off.
    pub async fn try_ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Option<Answer> {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).no_decompress();
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        let mut response = request.send_body(body).await.ok()?;
        let bytes = response.body().limit(64 << 20).await.ok()?.to_vec();
        Some(Answer { status: response.status(), headers: response.headers().clone(), bytes })
    }

    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        self.try_ask(method, path, headers, body).await.expect("the server answers")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], Vec::new()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, &[("Content-Type", "application/json")], body.to_string().into_bytes()).await
    }

    pub async fn post_with_key(&self, path: &str, key: &str, body: &Value) -> Answer {
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", key)];
        self.ask(Method::POST, path, &headers, body.to_string().into_bytes()).await
    }

    /// Posts JSON piece by piece, without saying how long it is.
    pub fn stream<S>(&self, path: &str, parts: S) -> impl Future<Output = Answer> + use<S>
    where
        S: Stream<Item = std::io::Result<Bytes>> + 'static,
    {
        let request = self.client.post(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let sending = request.content_type("application/json").send_stream(Box::pin(parts));
        async {
            let mut response = sending.await.expect("the server answers");
            let bytes = response.body().await.expect("the server answers").to_vec();
            Answer { status: response.status(), headers: response.headers().clone(), bytes }
        }
    }

    pub async fn post_update(&self, body: &Value) -> Answer {
        self.post(&format!("/api/v1/crises/{CRISIS}/updates"), body).await
    }

    pub async fn picture(&self) -> Value {
        self.get(&format!("/api/v1/crises/{CRISIS}/picture")).await.must(200)
    }

    pub async fn listen(&self, after: Option<&str>) -> Wall {
        Wall::listen(&self.base, &self.token, CRISIS, after).await.expect("the socket opens")
    }
}

/// The address of an update.
pub fn address(receipt: &Value) -> String {
    format!("/api/v1/crises/{CRISIS}/updates/{}", receipt["id"].as_str().expect("an id"))
}

/// An update that holds, to be changed where a test needs it otherwise.
pub fn update(centre: &str, sector: &str, tlp: &str, headline: &str) -> Value {
    json!({
        "centre": centre, "sector": sector, "severity": "moderate", "outlook": "stable",
        "headline": headline, "as_of": now(), "tlp": tlp,
    })
}

/// What an acknowledgement says: that it will be done within the hour.
pub fn will_do() -> Value {
    json!({ "answer": "will_do", "until": in_seconds(3_600) })
}

/// The same with some fields changed; `null` takes one out.
pub fn changed(mut body: Value, changes: Value) -> Value {
    let fields = body.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    body
}

/// What a picture says of a cell.
pub fn cell<'a>(picture: &'a Value, centre: &str, sector: &str) -> Option<&'a Value> {
    let cells = picture["cells"].as_array().expect("cells");
    cells.iter().find(|cell| cell["centre"] == centre && cell["sector"] == sector)
}

/// The headline of a cell.
pub fn headline(picture: &Value, centre: &str, sector: &str) -> Option<String> {
    Some(cell(picture, centre, sector)?["update"]["headline"].as_str()?.to_owned())
}
