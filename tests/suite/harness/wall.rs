//! A socket client that keeps a picture as the protocol says, and fails on any gap.

use std::collections::BTreeMap;

use actix_codec::Framed;
use awc::BoxedSocket;
use awc::error::WsClientError;
use awc::ws::{Codec, Frame, Message};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::PATIENCE;

pub struct Wall {
    socket: Framed<BoxedSocket, Codec>,
    pub position: String,
    pub things: BTreeMap<(String, String), Value>,
    pub entries: Vec<Value>,
    pub frames: Vec<Value>,
    pub snapshots: usize,
    pub closed: Option<u16>,
}

/// The wall's part of a picture, as things by kind and key.
pub fn things(picture: &Value) -> BTreeMap<(String, String), Value> {
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    let mut things = BTreeMap::new();
    let mut put = |kind: &str, key: String, value: &Value| {
        things.insert((kind.to_owned(), key), value.clone());
    };
    put("crisis", word(&picture["crisis"]["slug"]), &picture["crisis"]);
    for cell in picture["cells"].as_array().expect("cells") {
        put("cell", format!("{}/{}", word(&cell["centre"]), word(&cell["sector"])), cell);
    }
    for reading in picture["readings"].as_array().expect("readings") {
        put("reading", format!("{}/{}", word(&reading["centre"]), word(&reading["indicator"])), reading);
    }
    for escalation in picture["escalations"].as_array().expect("escalations") {
        put("escalation", word(&escalation["id"]), escalation);
    }
    for query in picture["queries"].as_array().expect("queries") {
        put("query", word(&query["id"]), query);
    }
    for centre in picture["centres"].as_array().expect("centres") {
        put("centre", word(&centre["id"]), centre);
    }
    things
}

impl Wall {
    /// Opens a socket; `None` when the server is not there.
    pub async fn listen(base: &str, token: &str, crisis: &str, after: Option<&str>) -> Option<Self> {
        let signed = [("Authorization", format!("Bearer {token}"))];
        Self::knock(base, crisis, after, &signed).await.ok()
    }

    /// Asks for a socket with these headers; answers the status when there is none (0: no server).
    pub async fn knock(base: &str, crisis: &str, after: Option<&str>, headers: &[(&str, String)]) -> Result<Self, u16> {
        let query = after.map(|after| format!("?after={after}")).unwrap_or_default();
        let mut asking = awc::Client::builder()
            .max_http_version(awc::http::Version::HTTP_11)
            .timeout(PATIENCE)
            .finish()
            .ws(format!("{base}/api/v1/crises/{crisis}/live{query}"))
            .max_frame_size(64 << 20);
        for (name, value) in headers {
            asking = asking.header(*name, value.as_str());
        }
        let (_, socket) = asking.connect().await.map_err(|error| match error {
            WsClientError::InvalidResponseStatus(status) => status.as_u16(),
            _ => 0,
        })?;
        Ok(Self {
            socket,
            position: after.unwrap_or_default().to_owned(),
            things: BTreeMap::new(),
            entries: Vec::new(),
            frames: Vec::new(),
            snapshots: 0,
            closed: None,
        })
    }

    /// Opens a socket again and carries on with what this wall knows.
    pub async fn resume(self, base: &str, token: &str, crisis: &str) -> Result<Self, Self> {
        let after = (!self.position.is_empty()).then_some(self.position.as_str());
        match Self::listen(base, token, crisis, after).await {
            Some(fresh) => Ok(Self { socket: fresh.socket, closed: None, ..self }),
            None => Err(self),
        }
    }

    /// Forgets what it was sent, but not what it shows: for walls that stay long.
    pub fn forget(&mut self) {
        self.frames.clear();
        self.entries.clear();
    }

    /// Takes in the next frame; `false` when the socket has ended.
    pub async fn next(&mut self) -> bool {
        let frame = timeout(PATIENCE, self.socket.next()).await.expect("a wall hears something in time");
        match frame {
            Some(Ok(Frame::Text(bytes))) => {
                self.take(serde_json::from_slice(&bytes).expect("frames are JSON"));
                true
            }
            Some(Ok(Frame::Ping(bytes))) => self.socket.send(Message::Pong(bytes)).await.is_ok(),
            Some(Ok(Frame::Close(reason))) => {
                self.closed = reason.map(|reason| reason.code.into());
                false
            }
            Some(Ok(Frame::Pong(_) | Frame::Binary(_) | Frame::Continuation(_))) => true,
            Some(Err(_)) | None => false,
        }
    }

    fn take(&mut self, frame: Value) {
        match frame["type"].as_str().expect("a type") {
            "snapshot" => {
                self.snapshots += 1;
                self.things = things(&frame["picture"]);
                frame["picture"]["position"].as_str().expect("a position").clone_into(&mut self.position);
            }
            "change" => {
                assert_eq!(frame["after"], json!(self.position), "a wall is told what follows what it has");
                for set in frame["set"].as_array().expect("set") {
                    self.things.insert(key(set), set["value"].clone());
                }
                for removed in frame["remove"].as_array().expect("remove") {
                    self.things.remove(&key(removed));
                }
                self.entries.extend(frame["entries"].as_array().expect("entries").iter().cloned());
                frame["upto"].as_str().expect("a position").clone_into(&mut self.position);
            }
            "beat" => assert_eq!(frame["position"], json!(self.position), "a beat names where the wall stands"),
            other => panic!("an unknown frame {other}"),
        }
        self.frames.push(frame);
    }

    /// Hears until something holds.
    pub async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let hearing = async {
            while !holds(self) {
                assert!(self.next().await, "the socket ended ({:?}) before: {what}", self.closed);
            }
        };
        assert!(timeout(PATIENCE, hearing).await.is_ok(), "a wall waited in vain: {what}");
    }

    /// Hears until the wall stands at a position.
    pub async fn reach(&mut self, position: &str) {
        self.until(position, |wall| wall.position == position).await;
    }

    /// Hears until the socket ends; answers the close code.
    pub async fn end(&mut self) -> Option<u16> {
        // Beats go on for ever: a socket that is not closed must not keep a test waiting for ever.
        let ending = async { while self.next().await {} };
        timeout(PATIENCE, ending).await.expect("the socket is closed in time");
        self.closed
    }

    pub async fn send(&mut self, text: &str) {
        self.socket.send(Message::Text(text.to_owned().into())).await.expect("the socket takes it");
    }

    /// What this wall shows of a cell.
    pub fn headline(&self, centre: &str, sector: &str) -> Option<String> {
        let cell = self.things.get(&("cell".to_owned(), format!("{centre}/{sector}")))?;
        Some(cell["update"]["headline"].as_str()?.to_owned())
    }
}

fn key(thing: &Value) -> (String, String) {
    let word = |name: &str| thing[name].as_str().expect("a word").to_owned();
    (word("kind"), word("key"))
}
