//! `vigie post` and `vigie tail`: a server's own client, for programs and for eyes in a terminal.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use awc::error::WsClientError;
use awc::http::{StatusCode, header};
use awc::ws;
use clap::Args;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::{Failure, say, say_error};
use crate::clock::Clock;
use crate::domain::picture::FEED_ENTRIES_MAX;
use crate::domain::update::Source;
use crate::domain::vocabulary::{Outlook, Severity, Tlp};
use crate::live::protocol::{READ_ONLY, REVOKED};

/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 << 20;
/// What is not heard of for so long is not live: two beats and something over, as for a wall.
const QUIET_MAX: Duration = Duration::from_secs(12);
/// The first pause before coming back is drawn below this, each further one below twice as much …
const PAUSE_FIRST: Duration = Duration::from_millis(500);
/// … and none is longer than this.
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// Entries that a picture lists at the most: so many of those that were printed are remembered.
const PRINTED_MAX: usize = FEED_ENTRIES_MAX;

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
    /// How bad it is.
    #[arg(long, required_unless_present = "nil")]
    severity: Option<Severity>,
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
    /// Until when it holds (RFC 3339); as long as its sector says unless given.
    #[arg(long)]
    valid_until: Option<String>,
    #[arg(long)]
    body: Option<String>,
    /// A figure, or why there is none: border_crossings_in=1200, reception_places_free=not_available. May be repeated.
    #[arg(long = "reading", value_name = "INDICATOR=VALUE", value_parser = reading)]
    readings: Vec<(String, Value)>,
    /// Where it is: PL, PL82. May be repeated.
    #[arg(long = "area", value_name = "AREA")]
    areas: Vec<String>,
    /// How source and information are judged, on the Admiralty scale: A1 to F6.
    #[arg(long, value_parser = source)]
    source: Option<Source>,
    /// The id of the update that this one replaces.
    #[arg(long, value_name = "ID")]
    supersedes: Option<String>,
    /// Language of the texts, such as nl or fr-BE.
    #[arg(long)]
    lang: Option<String>,
    /// Nothing to report; needs neither severity nor headline.
    #[arg(long)]
    nil: bool,
    #[arg(required_unless_present = "nil")]
    headline: Option<String>,
}

/// Follow the live stream, also beyond restarts of the server and losses of the line.
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
        let as_of = self.as_of.unwrap_or_else(|| clock.now().to_string());
        let reading = |(indicator, value)| json!({ "indicator": indicator, "value": value, "as_of": as_of });
        let body = json!({
            "centre": self.centre, "sector": self.sector, "severity": self.severity, "outlook": self.outlook,
            "tlp": self.tlp, "recipients": self.recipients, "headline": self.headline, "body": self.body,
            "as_of": as_of, "valid_until": self.valid_until, "nil": self.nil, "areas": self.areas,
            "readings": self.readings.into_iter().map(reading).collect::<Vec<_>>(),
            "source": self.source, "supersedes": self.supersedes, "lang": self.lang,
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

/// One figure as it is typed. Whether there is such an indicator, and whether it fits, is the server's to say.
fn reading(text: &str) -> Result<(String, Value), String> {
    let (indicator, value) = text.split_once('=').ok_or("must be INDICATOR=VALUE")?;
    let figure = serde_json::from_str(value).ok().filter(Value::is_number);
    Ok((indicator.to_owned(), figure.unwrap_or_else(|| value.into())))
}

fn source(text: &str) -> Result<Source, String> {
    let pair = text.split_at_checked(1).ok_or("must be a letter and a figure, such as B2")?;
    Ok(Source { reliability: pair.0.parse()?, credibility: pair.1.parse()? })
}

/// Why a stream ended.
enum End {
    /// Coming back would change nothing.
    Failed(Failure),
    /// It is worth coming back.
    Lost(String),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What is held from one stream to the next.
#[derive(Default)]
struct Held {
    /// Where this viewer stands; none when the whole picture is to be had anew.
    position: Option<String>,
    /// Positions of the entries that were printed last, for a picture lists them again.
    printed: VecDeque<String>,
    /// Whether anything was ever heard.
    heard: bool,
    /// Attempts since something was last heard.
    attempts: u32,
}

impl Tail {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut held = Held::default();
        loop {
            let Err(end) = self.follow(&mut held).await;
            let why = match end {
                End::Failed(failure) => return Err(failure),
                // An address that never answered is more likely wrong than down.
                End::Lost(why) if !held.heard => return Err(Failure::Other(why)),
                End::Lost(why) => why,
            };
            if held.attempts == 0 {
                say_error(&format!("vigie: not live: {why}; connecting again"));
            }
            let below = PAUSE_FIRST.saturating_mul(2_u32.saturating_pow(held.attempts)).min(PAUSE_MAX);
            held.attempts = held.attempts.saturating_add(1);
            sleep(drawn_below(below)?).await;
        }
    }

    /// One stream to its end.
    async fn follow(&self, held: &mut Held) -> Result<Infallible, End> {
        let lost = |error: &dyn std::fmt::Display| End::Lost(error.to_string());
        let silent = |_| End::Lost(format!("nothing was heard for {} s", QUIET_MAX.as_secs()));
        let after = held.position.as_ref().map(|position| format!("?after={position}")).unwrap_or_default();
        let connecting = awc::Client::builder()
            .max_http_version(awc::http::Version::HTTP_11)
            .finish()
            .ws(self.peer.path(&format!("live{after}")))
            .max_frame_size(ANSWER_BYTES_MAX)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.peer.token));
        let (_, mut socket) = timeout(QUIET_MAX, connecting.connect()).await.map_err(silent)?.map_err(refused)?;
        loop {
            let frame = timeout(QUIET_MAX, socket.next()).await.map_err(silent)?;
            match frame.ok_or_else(|| lost(&"the stream ended"))?.map_err(|error| lost(&error))? {
                ws::Frame::Text(text) => self.take(&text, held)?,
                ws::Frame::Ping(bytes) => {
                    socket.send(ws::Message::Pong(bytes)).await.map_err(|error| lost(&error))?;
                }
                ws::Frame::Close(reason) => return Err(closed(reason)),
                ws::Frame::Pong(_) | ws::Frame::Binary(_) | ws::Frame::Continuation(_) => {}
            }
        }
    }

    /// Prints what a frame says, if it follows on what is held: docs/protocol.md, "What a client must check".
    fn take(&self, text: &[u8], held: &mut Held) -> Result<(), End> {
        let frame: Value = serde_json::from_slice(text).unwrap_or_default();
        let word = |value: &Value| value.as_str().map(str::to_owned);
        let (from, to, entries) = match frame["type"].as_str() {
            Some("snapshot") => (held.position.clone(), &frame["picture"]["position"], held.unprinted(&frame)),
            Some("change") => (word(&frame["after"]), &frame["upto"], items(&frame["entries"])),
            Some("beat") => (word(&frame["position"]), &frame["position"], Vec::new()),
            _ => (None, &Value::Null, Vec::new()),
        };
        if from != held.position || !to.is_string() {
            held.position = None;
            return Err(End::Lost("what came does not follow on what was there".to_owned()));
        }
        if held.attempts > 0 {
            say_error("vigie: live again");
        }
        (held.heard, held.attempts, held.position) = (true, 0, word(to));
        if self.frames {
            say(&String::from_utf8_lossy(text))?;
        }
        for entry in entries {
            if !self.frames {
                say(&line(entry))?;
            }
            held.printed.extend(word(&entry["position"]));
        }
        held.printed.drain(..held.printed.len().saturating_sub(PRINTED_MAX));
        Ok(())
    }
}

impl Held {
    /// What a picture lists beyond what was printed, oldest first.
    fn unprinted<'a>(&self, frame: &'a Value) -> Vec<&'a Value> {
        let new = |entry: &&Value| !self.printed.iter().any(|printed| entry["position"] == **printed);
        let feed = items(&frame["picture"]["feed"]);
        let mut entries: Vec<&Value> = feed.iter().copied().take_while(new).collect();
        if !self.printed.is_empty() && entries.len() == feed.len() {
            say_error("vigie: more may have happened in between than is told here: see the journal");
        }
        entries.reverse();
        entries
    }
}

fn items(list: &Value) -> Vec<&Value> {
    list.as_array().into_iter().flatten().collect()
}

/// What a server that answers, but with no stream, means.
fn refused(error: WsClientError) -> End {
    match error {
        WsClientError::InvalidResponseStatus(status)
            if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS =>
        {
            End::Failed(Failure::Other(format!("the server refuses the stream: {status}")))
        }
        error => End::Lost(error.to_string()),
    }
}

fn closed(reason: Option<ws::CloseReason>) -> End {
    let code = reason.as_ref().map(|reason| u16::from(reason.code));
    let why = reason.and_then(|reason| reason.description).unwrap_or_default();
    let why = format!("the server closed the stream: {why}");
    if [Some(REVOKED), Some(READ_ONLY)].contains(&code) { End::Failed(Failure::Other(why)) } else { End::Lost(why) }
}

/// So that not everybody comes back at one moment.
fn drawn_below(most: Duration) -> Result<Duration, Failure> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|error| Failure::Other(error.to_string()))?;
    Ok(most.mul_f64(f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX)))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tail() -> Tail {
        let (server, token, crisis) = (String::new(), String::new(), String::new());
        Tail { peer: Peer { server, token, crisis }, frames: false }
    }

    fn frame(frame: &Value) -> Vec<u8> {
        frame.to_string().into_bytes()
    }

    fn snapshot(newest_first: &[&str]) -> Value {
        let feed: Vec<Value> = newest_first.iter().map(|position| json!({ "position": position })).collect();
        json!({ "type": "snapshot", "picture": { "position": newest_first[0], "feed": feed } })
    }

    #[test]
    fn what_was_printed_is_not_printed_again_when_a_picture_lists_it() {
        let mut held = Held::default();
        assert!(tail().take(&frame(&snapshot(&["b", "a"])), &mut held).is_ok());
        let change = json!({ "type": "change", "after": "b", "upto": "c", "entries": [{ "position": "c" }] });
        assert!(tail().take(&frame(&change), &mut held).is_ok());
        assert_eq!(held.printed, ["a", "b", "c"]);
        // What was said last is no longer listed, what was said before it is.
        let again = snapshot(&["e", "d", "b", "a"]);
        let unprinted = held.unprinted(&again);
        assert_eq!(unprinted, [&json!({ "position": "d" }), &json!({ "position": "e" })]);
    }

    #[test]
    fn what_does_not_follow_is_not_printed_and_the_whole_picture_is_asked_for() {
        for wrong in [
            json!({ "type": "change", "after": "x", "upto": "c", "entries": [{ "position": "c" }] }),
            json!({ "type": "beat", "position": "x" }),
            json!({ "type": "song" }),
        ] {
            let mut held = Held { position: Some("b".to_owned()), ..Held::default() };
            assert!(matches!(tail().take(&frame(&wrong), &mut held), Err(End::Lost(_))), "{wrong}");
            assert_eq!((held.position, held.printed.len()), (None, 0), "{wrong}");
        }
    }
}
