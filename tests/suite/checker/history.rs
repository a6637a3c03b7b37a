//! What a recorded history is made of: one line for each thing that was asked, answered, told or kept.
//!
//! Nothing here says how it was recorded: the simulation fills it from within one process, a soak from real
//! HTTP answers and sockets. One [`Line`] is one line of JSON, in the order in which the recorder noticed it:
//! `asked` before the request is sent, `answered` when its answer has been read.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that was noticed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    pub lines: Vec<Line>,
}

/// One thing, and when it was noticed, in milliseconds of the recorder's own clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub at: u64,
    #[serde(flatten)]
    pub record: Record,
}

/// Whose eyes: centre, role and, for a wall, its ceiling, as the protocol spells them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Eyes {
    pub centre: String,
    pub role: String,
    pub ceiling: Option<String>,
}

/// What was noticed. Numbers of calls, looks and sockets are the recorder's own, each used once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// Somebody asks for something to be written.
    Asked {
        call: u64,
        client: String,
        account: String,
        /// Which server was asked, where the recorder knows.
        server: Option<String>,
        crisis: String,
        key: Option<String>,
        /// A text of the request that no other request of the recording has, unless it is the same one again.
        words: Option<String>,
    },
    /// The answer to it. A call that has none is of unknown outcome.
    Answered { call: u64, answer: Answer },
    /// Somebody asks for a picture.
    Looked { look: u64, client: String, server: Option<String>, eyes: Eyes, crisis: String },
    /// The picture that was answered.
    Shown { look: u64, picture: Value },
    /// A wall opens a socket, with the position that it holds.
    Joined { socket: u64, wall: String, server: Option<String>, eyes: Eyes, crisis: String, after: Option<String> },
    /// A frame arrived.
    Told { socket: u64, frame: Value },
    /// The socket is over.
    Ended { socket: u64, code: Option<u16> },
    /// Everything up to this number has had the time to arrive everywhere, and what is open shows it.
    Settled { crisis: String, seq: u64 },
    /// An entry as the journal keeps it when all is over, with the word that clients have for its position.
    Entry { crisis: String, position: String, stored: Value },
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Answer {
    /// It is durable: 201, or 200 where it had been asked before.
    Done { position: String, subject: Option<String>, repeated: bool },
    /// It was refused outright: nothing of it has happened.
    Refused { why: String },
    /// It may have happened or not: no answer, or one that says so.
    Unknown { why: String },
}

impl History {
    /// Reads what a recorder wrote, one line of JSON for each record.
    pub fn of_json_lines(text: &str) -> Result<Self, serde_json::Error> {
        let lines = text.lines().filter(|line| !line.trim().is_empty()).map(serde_json::from_str);
        Ok(Self { lines: lines.collect::<Result<_, _>>()? })
    }

    /// The same the other way.
    pub fn to_json_lines(&self) -> String {
        let line =
            |line: &Line| serde_json::to_string(line).expect("a record has string keys and finite numbers") + "\n";
        self.lines.iter().map(line).collect()
    }
}
