//! What works and what does not, as the parts themselves last saw it, and what they counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// How often a server that stops looks whether it may.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Shared by everything that can fail or be counted.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    journal_down: AtomicBool,
    writes_down: AtomicBool,
    cache_down: AtomicBool,
    snapshots_down: AtomicBool,
    outward_down: AtomicBool,
    stopping: AtomicBool,
    started: AtomicBool,
    registry: Registry,
    counts: Counts,
}

/// What is counted. Names and units as `/metrics` shows them.
pub struct Counts {
    pub appended: Counter,
    pub refused: Counter,
    pub inbox_full: Counter,
    pub append_seconds: Histogram,
    pub published: Counter,
    pub frames: Counter,
    pub requests: Gauge<i64, AtomicI64>,
    pub walls: Gauge<i64, AtomicI64>,
    pub walls_too_slow: Counter,
    pub snapshots: Counter<u64, AtomicU64>,
    pub cache_failures: Counter,
    pub past_pictures: Counter,
    pub past_entries: Counter,
    pub past_snapshots: Counter,
    pub deliveries_waiting: Gauge<i64, AtomicI64>,
    pub deliveries_dead: Gauge<i64, AtomicI64>,
    pub deliveries_sent: Counter,
    pub deliveries_failed: Counter,
    pub relay_lag_seconds: Histogram,
    pub wall_seconds: Histogram,
    pub walls_resumed: Counter,
    pub walls_begun: Counter,
    pub audiences: Gauge<i64, AtomicI64>,
    pub devices: Family<Devices, Gauge<i64, AtomicI64>>,
    up: Family<OfPart, Gauge<i64, AtomicI64>>,
}

/// Paired walls by whether their sockets live.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Devices {
    /// `live`, or `silent`: such a wall has greyed itself, or is off.
    pub state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPart {
    part: &'static str,
}

impl Default for Health {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("vigie");
        let counts = Counts {
            appended: Counter::default(),
            refused: Counter::default(),
            inbox_full: Counter::default(),
            append_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 16)),
            published: Counter::default(),
            frames: Counter::default(),
            requests: Gauge::default(),
            walls: Gauge::default(),
            walls_too_slow: Counter::default(),
            snapshots: Counter::default(),
            cache_failures: Counter::default(),
            past_pictures: Counter::default(),
            past_entries: Counter::default(),
            past_snapshots: Counter::default(),
            relay_lag_seconds: Histogram::new(exponential_buckets(0.000_5, 2.0, 18)),
            wall_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 18)),
            walls_resumed: Counter::default(),
            walls_begun: Counter::default(),
            audiences: Gauge::default(),
            devices: Family::default(),
            up: Family::default(),
            deliveries_waiting: Gauge::default(),
            deliveries_dead: Gauge::default(),
            deliveries_sent: Counter::default(),
            deliveries_failed: Counter::default(),
        };
        registry.register("entries_appended", "Entries made durable by this server", counts.appended.clone());
        registry.register("commands_refused", "Commands refused by the rules", counts.refused.clone());
        registry.register("inbox_full", "Commands answered 503 because the inbox was full", counts.inbox_full.clone());
        registry.register("append_seconds", "Time of one durable commit", counts.append_seconds.clone());
        registry.register("entries_published", "Entries told to this server's walls", counts.published.clone());
        registry.register("frames_encoded", "Change frames encoded, once per audience", counts.frames.clone());
        registry.register("requests", "Requests being answered now", counts.requests.clone());
        registry.register("walls", "Sockets open now", counts.walls.clone());
        registry.register("walls_too_slow", "Sockets closed because they did not drain", counts.walls_too_slow.clone());
        registry.register("snapshots_encoded", "Whole pictures encoded, once per audience", counts.snapshots.clone());
        registry.register("cache_failures", "Calls to the cache that failed", counts.cache_failures.clone());
        registry.register("past_pictures", "Pictures of the past that were asked for", counts.past_pictures.clone());
        registry.register(
            "past_entries_folded",
            "Entries folded for pictures of the past",
            counts.past_entries.clone(),
        );
        registry.register("past_snapshots_kept", "Snapshots written beside the journal", counts.past_snapshots.clone());
        registry.register(
            "relay_lag_seconds",
            "From when an entry was recorded, by whichever server, until it was told here",
            counts.relay_lag_seconds.clone(),
        );
        registry.register(
            "wall_seconds",
            "From when a frame was told until a socket had taken it; of every sixteenth",
            counts.wall_seconds.clone(),
        );
        registry.register("walls_resumed", "Sockets that went on where they left off", counts.walls_resumed.clone());
        registry.register("walls_begun", "Sockets that began with the whole picture", counts.walls_begun.clone());
        registry.register("audiences", "Kinds of eyes that are told", counts.audiences.clone());
        registry.register("devices", "Paired walls, by whether their sockets live", counts.devices.clone());
        registry.register("up", "Whether a part did what it was last asked", counts.up.clone());
        registry.register("deliveries_waiting", "Notices on their way outside", counts.deliveries_waiting.clone());
        registry.register("deliveries_dead", "Notices that are not tried again", counts.deliveries_dead.clone());
        registry.register("deliveries_sent", "Notices that arrived, of this server", counts.deliveries_sent.clone());
        registry.register(
            "deliveries_failed",
            "Attempts that did not arrive, of this server",
            counts.deliveries_failed.clone(),
        );
        Self(Arc::new(Inner {
            journal_down: AtomicBool::new(false),
            writes_down: AtomicBool::new(false),
            cache_down: AtomicBool::new(false),
            snapshots_down: AtomicBool::new(false),
            outward_down: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            started: AtomicBool::new(false),
            registry,
            counts,
        }))
    }
}

impl Health {
    /// The counters.
    pub fn counts(&self) -> &Counts {
        &self.0.counts
    }

    /// The relay has read every journal once.
    pub fn started(&self) {
        self.0.started.store(true, Ordering::Relaxed);
    }

    /// The server is going away.
    pub fn stopping(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the server is going away.
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }

    /// How the last reading of the journal went. Logged when it changes, not each time.
    pub fn journal<E: std::error::Error>(&self, outcome: Result<(), &E>) {
        turn(&self.0.journal_down, "journal", outcome);
    }

    /// How the last writing to the journal went, which can fail alone: a full disk is read as ever.
    pub fn journal_writes<E: std::error::Error>(&self, outcome: Result<(), &E>) {
        turn(&self.0.writes_down, "journal writer", outcome);
    }

    /// How the last call to the cache went: only the one in Redis can fail.
    pub fn cache<E: std::error::Error>(&self, outcome: Result<(), &E>) {
        if outcome.is_err() {
            self.0.counts.cache_failures.inc();
        }
        turn(&self.0.cache_down, "redis", outcome);
    }

    /// How the last look after the snapshots went: without them looking back is slow.
    pub fn snapshots<E: std::error::Error>(&self, outcome: Result<(), &E>) {
        turn(&self.0.snapshots_down, "keeping of snapshots", outcome);
    }

    /// How the last look after what is told outside went: what was not told is told when it goes again.
    pub fn outward<E: std::error::Error>(&self, outcome: Result<(), &E>) {
        turn(&self.0.outward_down, "way out", outcome);
    }

    /// Waits until no request is being answered and no socket is open.
    pub async fn quiet(&self) {
        let counts = self.counts();
        while counts.requests.get() > 0 || counts.walls.get() > 0 {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Why this server should not be sent traffic; empty when it should.
    pub fn not_ready(&self) -> Vec<&'static str> {
        let inner = &self.0;
        let mut reasons = Vec::new();
        if !inner.started.load(Ordering::Relaxed) {
            reasons.push("starting");
        }
        if inner.stopping.load(Ordering::Relaxed) {
            reasons.push("stopping");
        }
        if inner.journal_down.load(Ordering::Relaxed) {
            reasons.push("journal");
        }
        reasons
    }

    /// What is slower or less than it should be, though the server serves.
    pub fn degraded(&self) -> Vec<&'static str> {
        let parts = [(&self.0.writes_down, "journal"), (&self.0.cache_down, "redis")];
        parts.into_iter().filter(|(down, _)| down.load(Ordering::Relaxed)).map(|(_, part)| part).collect()
    }

    /// All counts in the text format of OpenMetrics.
    pub fn metrics(&self) -> String {
        let inner = &self.0;
        let parts = [
            ("journal", &inner.journal_down),
            ("journal_writes", &inner.writes_down),
            ("redis", &inner.cache_down),
            ("snapshots", &inner.snapshots_down),
        ];
        for (part, down) in parts {
            inner.counts.up.get_or_create(&OfPart { part }).set(i64::from(!down.load(Ordering::Relaxed)));
        }
        let mut text = String::new();
        encode(&mut text, &self.0.registry).expect("writing into a string cannot fail");
        text
    }
}

/// Remembers the state of a part and logs only when it turns.
fn turn<E: std::error::Error>(down: &AtomicBool, part: &'static str, outcome: Result<(), &E>) {
    match outcome {
        Ok(()) => {
            if down.swap(false, Ordering::Relaxed) {
                tracing::info!(part, "the {part} answers again");
            }
        }
        Err(error) => {
            if !down.swap(true, Ordering::Relaxed) {
                tracing::error!(part, error = %chain(error), "the {part} does not answer");
            }
        }
    }
}

/// An error with its causes, on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}
