//! The desks: they post when the plan says so, whether or not the server has answered others (an open loop).
//!
//! One thread and one connection for each centre, so that reading walls holds up no poster. Times count
//! from when a post was to be sent: a server that stalls is charged for all that should have been sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vigie::clock::Clock;

use crate::Outcome;
use crate::server::CRISIS;

/// How long an answer may take before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(30);
/// What every counted headline begins with; its number follows.
const MARK: &str = "Report ";
/// The rest of a headline and the text below it: as long as duty officers write.
const HEADLINE: &str = "reception near the border is filling up, onward transport is running";
const BODY: &str = "Two reception sites report less than a tenth of their places free. Buses leave every half \
    hour; the next site opens tonight. Volunteers at the stations ask for interpreters and for warm meals after \
    midnight. No incidents at the crossings.";

/// When posts are to be sent: number `n` at `first + n * every`.
#[derive(Clone, Copy)]
pub struct Plan {
    pub first: Instant,
    pub every: Duration,
    pub posts: usize,
}

impl Plan {
    pub fn at(&self, number: usize) -> Instant {
        self.first + self.every * u32::try_from(number).unwrap_or(u32::MAX)
    }
}

/// What became of one post.
pub struct Posted {
    pub number: usize,
    pub sent: Instant,
    pub acknowledged: Instant,
}

/// Somebody who may post.
pub struct Officer {
    pub centre: String,
    pub token: String,
    pub sectors: Vec<String>,
}

/// An officer's connection. The server closes one that is idle for seconds: open it when it is needed.
pub struct Desk<'a> {
    address: SocketAddr,
    officer: &'a Officer,
    wire: BufReader<TcpStream>,
    clock: Clock,
}

/// Fills every cell once, so that walls are told of a picture as full as in a crisis.
pub fn fill_picture(desks: &mut [Desk<'_>]) -> Outcome<()> {
    for desk in desks {
        for place in 0..desk.officer.sectors.len() {
            desk.report(place, "Earlier report", &format!("fill {place}"))?;
        }
    }
    Ok(())
}

/// Posts everything by the plan, each desk in its turn. Threads that are done meet at `looked` twice, and
/// stay in between, so that what they used can be looked at.
pub fn post_all(desks: &mut [Desk<'_>], plan: Plan, looked: &Barrier) -> Outcome<Vec<Posted>> {
    let turn = desks.len();
    let mut posted = std::thread::scope(|scope| {
        let desks = desks.iter_mut().enumerate();
        let threads = desks.map(|(first, desk)| {
            scope.spawn(move || {
                let posted = desk.work((first..plan.posts).step_by(turn), plan);
                looked.wait();
                looked.wait();
                posted
            })
        });
        let threads: Vec<_> = threads.collect();
        let mut posted = Vec::with_capacity(plan.posts);
        for thread in threads {
            posted.extend(thread.join().map_err(|_| "a desk panicked")??);
        }
        Outcome::Ok(posted)
    })?;
    posted.sort_by_key(|post| post.number);
    Ok(posted)
}

/// The number of a counted headline.
pub fn number(headline: &str) -> Option<usize> {
    headline.strip_prefix(MARK)?.split(':').next()?.parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "an open loop waits for the time, and for nothing else")]
pub fn wait_until(time: Instant) {
    std::thread::sleep(time.saturating_duration_since(Instant::now()));
}

impl<'a> Desk<'a> {
    pub fn open(address: SocketAddr, officer: &'a Officer) -> Outcome<Self> {
        let wire = TcpStream::connect(address)?;
        wire.set_nodelay(true)?;
        wire.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { address, officer, wire: BufReader::new(wire), clock: Clock::system() })
    }

    fn work(&mut self, numbers: impl Iterator<Item = usize>, plan: Plan) -> Outcome<Vec<Posted>> {
        let mut posted = Vec::new();
        for (place, number) in numbers.enumerate() {
            wait_until(plan.at(number));
            let sent = Instant::now();
            self.report(place, &format!("{MARK}{number}: {HEADLINE}"), &number.to_string())?;
            posted.push(Posted { number, sent, acknowledged: Instant::now() });
        }
        Ok(posted)
    }

    fn report(&mut self, place: usize, headline: &str, key: &str) -> Outcome<()> {
        let Officer { centre, sectors, .. } = self.officer;
        let now = self.clock.now().to_string();
        let body = json!({
            "centre": centre, "sector": sectors[place % sectors.len()],
            "severity": "moderate", "outlook": "worsening", "urgency": "immediate", "certainty": "observed",
            "headline": headline, "body": BODY, "as_of": now, "tlp": "green", "lang": "en",
            "source": { "reliability": "B", "credibility": "2" },
            "readings": [{ "indicator": "reception_places_free", "value": 240, "as_of": now }],
        });
        self.post(&format!("/api/v1/crises/{CRISIS}/updates"), key, &body)
    }

    /// Sends one request and reads the answer, which must say that it was made.
    pub fn post(&mut self, path: &str, key: &str, body: &Value) -> Outcome<()> {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.officer.token,
            body.len()
        );
        self.wire.get_mut().write_all(request.as_bytes())?;
        let mut status = String::new();
        self.wire.read_line(&mut status)?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.wire.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.wire.read_exact(&mut answer)?;
        if status.split(' ').nth(1) == Some("201") {
            return Ok(());
        }
        Err(format!("a post was answered {}: {}", status.trim(), String::from_utf8_lossy(&answer)).into())
    }
}
