//! `vigie demo`: a server with a crisis that plays itself, and fresh sign-in links.
//!
//! It plays through the same HTTP API as everybody. Scenario time runs `--pace` times faster than
//! the clock on the wall; every update is true as of the moment it is posted, so that its age is honest.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use awc::Client;
use awc::http::StatusCode;
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::scenario::{Cycle, Deed, Escalate, Offered, Scenario, Step, Update, Written};
use super::serve::{Serving, announce, asked_to_stop};
use super::{Failure, say};
use crate::accounts::device::Setting;
use crate::clock::Clock;
use crate::domain::ids::{CentreId, CrisisId};
use crate::domain::vocabulary::{Layout, Role, Tlp};
use crate::server::Server;
use crate::sign_in::{NewAccount, SignIn};
use crate::telemetry;

/// Where the demonstration keeps its journal unless told otherwise; made afresh at every start.
const DEMO_JOURNAL: &str = "data/demo.db";
/// How long the links of a demonstration hold.
const LINKS_HOLD: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Shortest and longest term of a demonstration's update, whatever the pace.
const TERM_SECONDS: std::ops::RangeInclusive<i64> = 60..=31 * 24 * 3_600;
/// Before that nobody would see that a report is due.
const FIRST_DUE_LEAST: SignedDuration = SignedDuration::from_mins(2);

/// How long the player waits where it got no answer.
const ASKS_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Serve a demonstration.
#[derive(Args)]
pub struct Demo {
    #[command(flatten)]
    serving: Serving,
    /// How much faster than the clock the scenario runs; 600 shows ten hours in a minute.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pace: u32,
}

/// The ids that later steps refer to by name.
#[derive(Default)]
struct Named(HashMap<String, String>);

struct Player {
    client: Client,
    base: String,
    crisis: String,
    tokens: BTreeMap<(CentreId, Role), String>,
    pace: u32,
    clock: Clock,
    named: Named,
    /// When each cycle is first due, by its name.
    first_due: HashMap<String, Timestamp>,
}

impl Demo {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut layers = self.serving.layers()?;
        if self.serving.common.journal.is_none() {
            forget(DEMO_JOURNAL)?;
            layers = layers.flag("journal.url", Some(&format!("sqlite:{DEMO_JOURNAL}")), "of the demonstration")?;
        }
        let settings = layers.finish()?;
        telemetry::begin(&settings.log).map_err(Failure::Usage)?;
        let server = Server::build(settings, Clock::system()).await?;
        announce(&server, self.serving.print_address)?;
        let scenario = Scenario::embedded();
        let tokens = cast(&server.sign_in, &scenario).await?;
        greet(&server, &scenario.crisis.slug).await?;
        let base = format!("http://{}", server.address);
        let pace = self.pace;
        let playing = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let player = Player {
                    client: Client::default(),
                    base,
                    crisis: scenario.crisis.slug.clone(),
                    tokens,
                    pace,
                    clock: Clock::system(),
                    named: Named::default(),
                    first_due: HashMap::new(),
                };
                if let Err(failure) = player.play(scenario).await {
                    tracing::error!(error = %failure, "the demonstration stopped; the server goes on");
                }
            });
        });
        let outcome = server.run(asked_to_stop()).await;
        // The player ends with the process: what it has posted is in the journal.
        drop(playing);
        Ok(outcome?)
    }
}

/// Removes the journal of an earlier demonstration.
fn forget(path: &str) -> Result<(), Failure> {
    for suffix in ["", "-wal", "-shm"] {
        match std::fs::remove_file(PathBuf::from(format!("{path}{suffix}"))) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::Other(format!("{path}: {error}"))),
        }
    }
    Ok(())
}

async fn cast(sign_in: &SignIn, scenario: &Scenario) -> Result<BTreeMap<(CentreId, Role), String>, Failure> {
    let mut tokens = BTreeMap::new();
    let coordinator = (CentreId::parse("eu-ercc").expect("a slug"), Role::Coordinator);
    let cast = scenario.cast().into_iter().chain([coordinator]);
    for (centre, role) in cast {
        let token = fresh(sign_in, &centre, role, "Demonstration", Tlp::Clear).await?;
        tokens.insert((centre, role), token);
    }
    Ok(tokens)
}

async fn fresh(sign_in: &SignIn, centre: &CentreId, role: Role, name: &str, ceiling: Tlp) -> Result<String, Failure> {
    let new = NewAccount { centre: centre.clone(), role, name: name.to_owned(), ceiling, expires_in: LINKS_HOLD };
    Ok(sign_in.create(new).await?.1)
}

/// Who a link signs in as, and where it leads.
struct Link {
    what: &'static str,
    centre: &'static str,
    role: Role,
    position: &'static str,
    ceiling: Tlp,
    layout: Layout,
    screen: &'static str,
}

impl Link {
    const fn person(what: &'static str, centre: &'static str, role: Role, position: &'static str) -> Self {
        let (ceiling, layout) = (Tlp::Clear, Layout::Overview);
        Self { what, centre, role, position, ceiling, layout, screen: "desk" }
    }

    const fn wall(what: &'static str, ceiling: Tlp, layout: Layout) -> Self {
        let (centre, role, position) = ("be-nccn", Role::WallDevice, "Demonstration wall");
        Self { what, centre, role, position, ceiling, layout, screen: "wall" }
    }
}

const LINKS: [Link; 7] = [
    Link::wall("Wall, up to TLP:GREEN", Tlp::Green, Layout::Overview),
    Link::wall("Wall, up to TLP:AMBER", Tlp::Amber, Layout::Overview),
    Link::wall("Wall read from 5 m, up to TLP:AMBER", Tlp::Amber, Layout::Far),
    Link::person("Desk, duty officer of Belgium", "be-nccn", Role::DutyOfficer, "Duty officer"),
    Link {
        screen: "handover",
        ..Link::person("Handover to sign, shift lead of Belgium", "be-nccn", Role::CentreLead, "Shift lead")
    },
    Link::person("Desk, duty officer of Poland", "pl-ncc", Role::DutyOfficer, "Duty officer"),
    Link {
        screen: "coordination",
        ..Link::person("Coordination, at the ERCC", "eu-ercc", Role::Coordinator, "Coordinator")
    },
];

/// Prints where to look and how to sign in.
async fn greet(server: &Server, slug: &str) -> Result<(), Failure> {
    let base = format!("http://{}", server.address);
    say(&format!("\nVigie serves a demonstration crisis (EXERCISE) at {base}\n"))?;
    say("Each link signs a browser in once and forgets who it was before; open them in separate profiles")?;
    say("to see several screens side by side. The links are fresh at every start.\n")?;
    for Link { what, centre, role, position, ceiling, layout, screen } in LINKS {
        let centre = CentreId::parse(centre).expect("a slug");
        let crisis = Some(CrisisId::parse(slug).expect("the slug of the script"));
        let new = NewAccount { centre, role, name: position.to_owned(), ceiling, expires_in: LINKS_HOLD };
        let (_, token) = server.sign_in.create_with(new, Setting { crisis, ..Setting::of(layout) }).await?;
        say(&format!("  {what:<40} {base}/sign-in#token={token}&next=/{screen}/{slug}"))?;
    }
    say(&format!("\nTo pair a wall of your own: open {base}/wall in a browser that is not signed in; it shows a"))?;
    say("code. Confirm the code in the coordination screen, under the devices of your own body.")?;
    say("\nStop with Ctrl-C.")?;
    Ok(())
}

impl Player {
    async fn play(mut self, scenario: Scenario) -> Result<(), Failure> {
        let frame = &scenario.crisis;
        let body = json!({ "slug": frame.slug, "name": frame.name, "environment": frame.environment });
        let coordinator = (CentreId::parse("eu-ercc").expect("a slug"), Role::Coordinator);
        let token = self.tokens.get(&coordinator).cloned().unwrap_or_default();
        self.post(&token, "/api/v1/crises", &body).await?;
        let began = Instant::now();
        for step in scenario.steps {
            let due = Duration::from_mins(step.at_minutes) / self.pace;
            sleep_until(began + due).await;
            self.act(step).await?;
        }
        tracing::info!("the demonstration has played to its end; the picture stays and ages");
        Ok(())
    }

    async fn act(&mut self, step: Step) -> Result<(), Failure> {
        let Some(token) = self.tokens.get(&(step.centre.clone(), step.role)).cloned() else { return Ok(()) };
        let crisis = format!("/api/v1/crises/{}", self.crisis);
        let (path, body, name) = match step.deed {
            Deed::Update(update) => {
                (format!("{crisis}/updates"), self.update(&step.centre, &update), update.name.clone())
            }
            Deed::Nil { sector, tlp, lang, headline, valid_minutes } => {
                let now = self.clock.now();
                let body = json!({
                    "centre": step.centre, "sector": sector, "nil": true, "tlp": tlp, "as_of": now,
                    "headline": headline, "lang": lang, "valid_until": self.until(now, valid_minutes),
                });
                (format!("{crisis}/updates"), body, None)
            }
            Deed::Withdraw { update, reason } => {
                let id = self.named.get(&update)?;
                (format!("{crisis}/updates/{id}/withdraw"), json!({ "reason": reason }), None)
            }
            Deed::Escalate(escalate) => {
                (format!("{crisis}/escalations"), self.escalation(&escalate)?, escalate.name.clone())
            }
            Deed::Step { escalation, step, note, assignee, answer, until_minutes } => {
                let id = self.named.get(&escalation)?;
                let until = self.until(self.clock.now(), until_minutes);
                let body = json!({ "note": note, "assignee": assignee, "answer": answer, "until": until });
                (format!("{crisis}/escalations/{id}/{step}"), body, None)
            }
            Deed::Query { name, update, question } => {
                let id = self.named.get(&update)?;
                (format!("{crisis}/updates/{id}/queries"), json!({ "question": question }), Some(name))
            }
            Deed::Answer { query, answer } => {
                let id = self.named.get(&query)?;
                (format!("{crisis}/queries/{id}/answer"), json!({ "answer": answer }), None)
            }
            Deed::Cycle(cycle) => (format!("{crisis}/cycles"), self.cycle(&cycle), Some(cycle.name)),
            Deed::Excuse { cycle, whom, reason } => {
                let id = self.named.get(&cycle)?;
                let body = json!({ "centre": whom, "due_at": self.first_due.get(&cycle), "reason": reason });
                (format!("{crisis}/cycles/{id}/excuse"), body, None)
            }
            Deed::Log(entry) => (format!("{crisis}/log"), self.entry(&entry)?, entry.name),
            Deed::Handover(handover) => (format!("{crisis}/handovers"), self.handover(&handover), Some(handover.name)),
            Deed::Sign { handover, note } => {
                let id = self.named.get(&handover)?;
                (format!("{crisis}/handovers/{id}/sign"), json!({ "note": note }), None)
            }
            Deed::Ipcr { mode, since, decided_by, source_url } => {
                let body = json!({ "mode": mode, "since": since, "decided_by": decided_by, "source_url": source_url });
                (format!("{crisis}/ipcr"), body, None)
            }
        };
        let receipt = self.post(&token, &path, &body).await?;
        if let (Some(name), Some(id)) = (name, receipt["id"].as_str()) {
            self.named.0.insert(name, id.to_owned());
        }
        Ok(())
    }

    fn update(&self, centre: &CentreId, update: &Update) -> Value {
        let now = self.clock.now();
        let readings: Vec<Value> = update
            .readings
            .iter()
            .map(|figure| {
                // The figure keeps the day it was published for, whatever day it is here.
                let day = figure.csv.as_ref().map(|row| format!("{}T12:00:00Z", row.as_of));
                json!({
                    "indicator": figure.indicator, "value": figure.value,
                    "as_of": day.unwrap_or_else(|| now.to_string()), "quality": "provisional",
                })
            })
            .collect();
        json!({
            "centre": centre, "sector": update.sector, "severity": update.severity, "outlook": update.outlook,
            "headline": update.headline, "body": update.body, "as_of": now, "tlp": update.tlp,
            "valid_until": self.until(now, update.valid_minutes), "recipients": update.recipients,
            "lang": update.lang, "readings": readings,
            "supersedes": update.supersedes.as_ref().and_then(|name| self.named.0.get(name)),
        })
    }

    fn cycle(&mut self, cycle: &Cycle) -> Value {
        let now = self.clock.now();
        let first = SignedDuration::from_secs(cycle.first_minutes * 60 / i64::from(self.pace)).max(FIRST_DUE_LEAST);
        // A due time is a whole minute: the next one.
        let second = now.saturating_add(first).unwrap_or(now).as_second();
        let starts_at = Timestamp::from_second((second + 59) / 60 * 60).unwrap_or(now);
        self.first_due.insert(cycle.name.clone(), starts_at);
        json!({
            "name": cycle.title, "sectors": cycle.sectors, "centres": cycle.centres, "starts_at": starts_at,
            "rrule": format!("FREQ=MINUTELY;INTERVAL={}", cycle.every_minutes),
            "grace_minutes": cycle.grace_minutes, "reminder_minutes": cycle.reminder_minutes,
        })
    }

    fn entry(&self, entry: &Written) -> Result<Value, Failure> {
        let refs: Vec<&String> = entry.refs.iter().map(|name| self.named.get(name)).collect::<Result<_, _>>()?;
        let corrects = entry.corrects.as_ref().map(|name| self.named.get(name)).transpose()?;
        Ok(json!({
            "kind": entry.kind, "text": entry.text, "event_time": self.ago(SignedDuration::from_mins(entry.minutes_ago)),
            "key_event": entry.key_event, "tlp": entry.tlp, "recipients": entry.recipients, "refs": refs,
            "corrects": corrects,
        }))
    }

    fn handover(&self, handover: &Offered) -> Value {
        let ago = |hours| self.ago(SignedDuration::from_hours(hours));
        json!({
            "shift": { "from": ago(handover.from_hours), "to": ago(handover.to_hours) },
            "notes": handover.notes, "watch_items": handover.watch_items, "staffing": handover.staffing,
            "questions": handover.questions,
        })
    }

    /// So long before now, on the clock on the wall.
    fn ago(&self, span: SignedDuration) -> Timestamp {
        let now = self.clock.now();
        now.saturating_sub(span).unwrap_or(now)
    }

    fn escalation(&self, escalate: &Escalate) -> Result<Value, Failure> {
        let now = self.clock.now();
        let ack_due = self.until(now, escalate.ack_minutes);
        // At a high pace both terms shrink to the shortest; the second still follows the first.
        let resolve_due = self.until(ack_due.unwrap_or(now), escalate.resolve_minutes);
        let refs: Vec<&String> = escalate.refs.iter().map(|name| self.named.get(name)).collect::<Result<_, _>>()?;
        Ok(json!({
            "title": escalate.title, "level": escalate.level, "severity": escalate.severity,
            "reason": escalate.reason, "asked_of": escalate.asked_of, "tlp": escalate.tlp,
            "recipients": escalate.recipients, "refs": refs,
            "ack_due": ack_due, "resolve_due": resolve_due,
        }))
    }

    /// Minutes of scenario time from now, as a moment on the real clock.
    fn until(&self, now: Timestamp, minutes: Option<i64>) -> Option<Timestamp> {
        let seconds = (minutes? * 60 / i64::from(self.pace)).clamp(*TERM_SECONDS.start(), *TERM_SECONDS.end());
        now.saturating_add(SignedDuration::from_secs(seconds)).ok()
    }

    /// Asks until it is answered, under one key: what was taken and whose answer was lost is not written twice.
    async fn post(&self, token: &str, path: &str, body: &Value) -> Result<Value, Failure> {
        let key = self.clock.fresh_id().to_string();
        loop {
            let request = self
                .client
                .post(format!("{}{path}", self.base))
                .bearer_auth(token)
                .insert_header(("Idempotency-Key", key.as_str()));
            let unanswered = match request.send_json(body).await {
                Ok(mut answer) => match answer.body().await {
                    Ok(bytes) if answer.status().is_success() => {
                        return serde_json::from_slice(&bytes)
                            .map_err(|error| Failure::Other(format!("{path}: {error}")));
                    }
                    Ok(bytes) if answer.status() != StatusCode::SERVICE_UNAVAILABLE => {
                        let said = String::from_utf8_lossy(&bytes);
                        return Err(Failure::Other(format!("{path}: {} {said}", answer.status())));
                    }
                    Ok(_) => answer.status().to_string(),
                    Err(error) => error.to_string(),
                },
                Err(error) => error.to_string(),
            };
            tracing::warn!(path, unanswered, "the demonstration asks again");
            sleep_until(Instant::now() + ASKS_AGAIN_AFTER).await;
        }
    }
}

impl Named {
    fn get(&self, name: &str) -> Result<&String, Failure> {
        self.0.get(name).ok_or_else(|| Failure::Other(format!("the script refers to {name} before it is there")))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[actix_web::test]
    async fn what_was_not_answered_is_asked_again_under_the_same_key() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let server = actix_web::rt::spawn(async move {
            let mut keys = Vec::new();
            for answer in
                ["", "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", ACCEPTED]
            {
                let (mut socket, _) = listener.accept().await.expect("a caller");
                let mut asked = String::new();
                while !asked.contains("\r\n\r\n{}") {
                    let mut bytes = [0; 4_096];
                    let read = socket.read(&mut bytes).await.expect("a request");
                    asked.push_str(std::str::from_utf8(&bytes[..read]).expect("ASCII"));
                }
                socket.write_all(answer.as_bytes()).await.expect("it listens");
                let key = asked.lines().find_map(|line| line.strip_prefix("idempotency-key: ").map(str::to_owned));
                keys.push(key.expect("every write has one"));
            }
            keys
        });
        let player = Player {
            client: Client::default(),
            base,
            crisis: "drill".to_owned(),
            tokens: BTreeMap::new(),
            pace: 1,
            clock: Clock::system(),
            named: Named::default(),
            first_due: HashMap::new(),
        };
        let receipt = player.post("token", "/", &json!({})).await.expect("the third answer");
        assert_eq!(receipt["id"], "1");
        let keys = server.await.expect("it ends");
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    }

    const ACCEPTED: &str = "HTTP/1.1 201 Created\r\ncontent-length: 10\r\nconnection: close\r\n\r\n{\"id\":\"1\"}";
}
