//! `vigie post` and `vigie tail`: a server's own client, for programs and for eyes in a terminal.

use awc::http::header;
use awc::ws;
use clap::Args;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};

use super::{Failure, say};
use crate::clock::Clock;
use crate::domain::vocabulary::{Outlook, Severity, Tlp};

/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// Where to, and as whom.
#[derive(Args)]
struct Peer {
    /// Address of the server.
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    server: String,
    /// The token; better given as VIGIE_TOKEN than on the command line, where others can read it.
    #[arg(long, env = "VIGIE_TOKEN", hide_env_values = true)]
    token: String,
    /// The crisis, by its slug.
    #[arg(long)]
    crisis: String,
}

/// Post a situation update.
#[derive(Args)]
pub struct Post {
    #[command(flatten)]
    peer: Peer,
    #[arg(long)]
    centre: String,
    #[arg(long)]
    sector: String,
    #[arg(long)]
    severity: Severity,
    #[arg(long, default_value = "unknown")]
    outlook: Outlook,
    /// clear, green, amber, amber_strict or red; there is no default.
    #[arg(long)]
    tlp: Tlp,
    /// Centres it is addressed to, where the label needs them.
    #[arg(long, value_delimiter = ',')]
    recipients: Vec<String>,
    /// When it was true (RFC 3339); now unless given.
    #[arg(long)]
    as_of: Option<String>,
    #[arg(long)]
    body: Option<String>,
    /// Nothing to report.
    #[arg(long)]
    nil: bool,
    headline: String,
}

/// Follow the live stream.
#[derive(Args)]
pub struct Tail {
    #[command(flatten)]
    peer: Peer,
    /// Print every frame as it came instead of a line for each entry.
    #[arg(long)]
    frames: bool,
}

impl Peer {
    fn path(&self, rest: &str) -> String {
        format!("{}/api/v1/crises/{}/{rest}", self.server.trim_end_matches('/'), self.crisis)
    }
}

impl Post {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let clock = Clock::system();
        let body = json!({
            "centre": self.centre, "sector": self.sector, "severity": self.severity, "outlook": self.outlook,
            "tlp": self.tlp, "recipients": self.recipients, "headline": self.headline, "body": self.body,
            "as_of": self.as_of.unwrap_or_else(|| clock.now().to_string()), "nil": self.nil,
        });
        let request = awc::Client::default()
            .post(self.peer.path("updates"))
            .bearer_auth(&self.peer.token)
            .insert_header(("Idempotency-Key", clock.fresh_id().to_string()));
        let mut answer = request.send_json(&body).await.map_err(|error| Failure::Other(error.to_string()))?;
        let text = answer.body().limit(ANSWER_BYTES_MAX).await.map_err(|error| Failure::Other(error.to_string()))?;
        let text = String::from_utf8_lossy(&text).into_owned();
        if answer.status().is_success() {
            say(&text)?;
            Ok(())
        } else {
            Err(Failure::Other(format!("{}: {text}", answer.status())))
        }
    }
}

impl Tail {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let connecting = awc::Client::builder()
            .max_http_version(awc::http::Version::HTTP_11)
            .finish()
            .ws(self.peer.path("live"))
            .max_frame_size(ANSWER_BYTES_MAX)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.peer.token));
        let (_, mut socket) = connecting.connect().await.map_err(|error| Failure::Other(error.to_string()))?;
        while let Some(frame) = socket.next().await {
            match frame.map_err(|error| Failure::Other(error.to_string()))? {
                ws::Frame::Text(text) => self.show(&text)?,
                ws::Frame::Ping(bytes) => {
                    let pong = socket.send(ws::Message::Pong(bytes)).await;
                    pong.map_err(|error| Failure::Other(error.to_string()))?;
                }
                ws::Frame::Close(reason) => {
                    let why = reason.and_then(|reason| reason.description).unwrap_or_default();
                    return Err(Failure::Other(format!("the server closed the stream: {why}")));
                }
                ws::Frame::Pong(_) | ws::Frame::Binary(_) | ws::Frame::Continuation(_) => {}
            }
        }
        Err(Failure::Other("the stream ended".to_owned()))
    }

    fn show(&self, text: &[u8]) -> Result<(), Failure> {
        if self.frames {
            return say(&String::from_utf8_lossy(text));
        }
        let Ok(frame) = serde_json::from_slice::<Value>(text) else { return Ok(()) };
        let entries = match frame["type"].as_str() {
            Some("snapshot") => frame["picture"]["feed"].as_array().map(|feed| feed.iter().rev().collect()),
            Some("change") => frame["entries"].as_array().map(|entries| entries.iter().collect::<Vec<_>>()),
            _ => None,
        };
        for entry in entries.unwrap_or_default() {
            say(&line(entry))?;
        }
        Ok(())
    }
}

/// One entry as one line: time, label, who, what.
fn line(entry: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tlp = Tlp::parse(&word(&entry["tlp"])).map_or("TLP:?", Tlp::label);
    let what = match entry["kind"].as_str().unwrap_or_default() {
        "update_posted" => {
            let update = &entry["update"];
            let status = if update["nil"] == true { "nil".to_owned() } else { word(&update["severity"]) };
            format!("{} {status}: {}", word(&update["sector"]), word(&update["headline"]))
        }
        "escalation_raised" => format!("escalation raised to {}: {}", word(&entry["asked_of"]), word(&entry["title"])),
        "escalation_stepped" => format!("escalation {}: {}", word(&entry["step"]), word(&entry["note"])),
        "update_withdrawn" => format!("withdrawn: {}", word(&entry["reason"])),
        kind => kind.replace('_', " "),
    };
    format!("{}  {tlp}  {}  {what}", word(&entry["recorded_at"]), word(&entry["by"]["centre"]))
}
