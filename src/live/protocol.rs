//! What is said on the socket. Only values that passed the marks ([`Visible`]) can be encoded.

use actix_ws::{CloseCode, CloseReason};
use jiff::Timestamp;
use serde::Serialize;

use crate::domain::view::{Change, FeedItem, Item, Key, PictureView, Visible};

/// The wall did not drain what it was sent. Come back with your position.
pub const TOO_SLOW: u16 = 4001;
/// The crisis was scoped anew, so that what this viewer may see of what was said before may have changed:
/// nothing that was told adds up to it. Come back; whatever position is brought, the whole picture follows.
pub const SCOPED: u16 = 4002;
/// The token or session behind this socket was revoked or ran out. Do not come back with it.
pub const REVOKED: u16 = 4003;
/// The server is restarting. Come back with your position, here or elsewhere.
pub const RESTARTING: u16 = 4010;
/// Clients do not speak on this socket.
pub const READ_ONLY: u16 = 1008;

/// Why a socket is closed, as both sides name it.
pub fn close_reason(code: u16) -> CloseReason {
    let text = match code {
        TOO_SLOW => "too slow, resume",
        SCOPED => "the crisis was scoped anew, take the whole picture",
        REVOKED => "revoked",
        RESTARTING => "restarting, resume",
        _ => "this socket is read-only",
    };
    CloseReason { code: CloseCode::from(code), description: Some(text.to_owned()) }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame<'a> {
    Change {
        after: &'a str,
        upto: &'a str,
        server_time: Timestamp,
        set: Vec<Set<'a>>,
        remove: Vec<&'a Key>,
        entries: Vec<&'a FeedItem>,
    },
    Beat {
        position: &'a str,
        server_time: Timestamp,
        build: &'a str,
    },
}

#[derive(Serialize)]
struct Set<'a> {
    #[serde(flatten)]
    key: &'a Key,
    value: &'a Item,
}

/// The picture moved from one position of this viewer to another.
pub fn change(
    after: &str,
    upto: &str,
    server_time: Timestamp,
    changes: &[Visible<Change>],
    entries: &[Visible<FeedItem>],
) -> String {
    let mut set = Vec::new();
    let mut remove = Vec::new();
    for change in changes {
        match change.get() {
            Change::Set(key, value) => set.push(Set { key, value }),
            Change::Remove(key) => remove.push(key),
        }
    }
    let entries = entries.iter().map(Visible::get).collect();
    encode(&Frame::Change { after, upto, server_time, set, remove, entries })
}

/// Nothing has been missed: here is where this viewer stands, what time it is, and which screens this
/// server has built in.
pub fn beat(position: &str, server_time: Timestamp, build: &str) -> String {
    encode(&Frame::Beat { position, server_time, build })
}

/// A picture, encoded once and then sent with the time of each sending.
#[derive(Debug, Clone)]
pub struct EncodedPicture {
    /// The JSON object without its opening brace.
    rest: String,
}

impl EncodedPicture {
    /// Encodes a picture that passed the marks.
    pub fn new(picture: &Visible<PictureView>) -> Self {
        let mut json = encode(picture);
        assert_eq!(json.remove(0), '{', "a picture is an object");
        Self { rest: json }
    }

    /// The answer of `GET …/picture`.
    pub fn document(&self, server_time: Timestamp) -> String {
        format!("{{\"server_time\":\"{server_time}\",{}", self.rest)
    }

    /// The answer of `GET …/picture?at=`: not now, but as it was at a time.
    pub fn replay(&self, server_time: Timestamp, at: Timestamp) -> String {
        format!("{{\"server_time\":\"{server_time}\",\"replay\":true,\"at\":\"{at}\",{}", self.rest)
    }

    /// The first frame of a socket.
    pub fn frame(&self, server_time: Timestamp, build: &str) -> String {
        let build = encode(&build);
        format!(
            "{{\"type\":\"snapshot\",\"server_time\":\"{server_time}\",\"build\":{build},\"picture\":{{{}}}",
            self.rest
        )
    }
}

fn encode(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("views have string keys and finite numbers")
}
