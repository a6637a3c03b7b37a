//! What was measured, as a table for people and as JSON for plots and comparisons.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::machine::{Load, Loads};

/// Longest time that is told apart, in microseconds.
const LONGEST_MICROS: u64 = 120_000_000;
/// Digits that hold of every recorded time.
const DIGITS: u8 = 3;
/// Fewest walls over which memory is shared out: below, a page more or less decides.
const MEMORY_WALLS_MIN: usize = 100;

/// An empty histogram of microseconds.
pub fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LONGEST_MICROS, DIGITS).expect("these bounds hold")
}

/// Records a time; what is longer than the longest counts as the longest.
pub fn record(histogram: &mut Histogram<u64>, time: Duration) {
    histogram.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1));
}

/// How times are spread, in milliseconds.
#[derive(Clone, Copy, Serialize)]
pub struct Spread {
    pub p50_ms: f64,
    pub p90_ms: f64,
    pub p99_ms: f64,
    pub p999_ms: f64,
    pub max_ms: f64,
    pub count: u64,
}

impl Spread {
    pub fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| millis(histogram.value_at_quantile(quantile));
        Self {
            p50_ms: at(0.5),
            p90_ms: at(0.9),
            p99_ms: at(0.99),
            p999_ms: at(0.999),
            max_ms: millis(histogram.max()),
            count: histogram.len(),
        }
    }

    pub fn of_times(times: impl Iterator<Item = Duration>) -> Self {
        let mut all = histogram();
        times.for_each(|time| record(&mut all, time));
        Self::of(&all)
    }

    fn three(&self) -> String {
        format!("{} / {} / {}", short(self.p50_ms), short(self.p99_ms), short(self.max_ms))
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of minutes are exact in a float")]
fn millis(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

/// One row: so many walls, what they waited, what it cost.
#[derive(Serialize)]
pub struct Row {
    pub walls: usize,
    /// Centres that post.
    pub centres: usize,
    /// Centres that have walls: each is encoded for once.
    pub audiences: usize,
    pub posts_per_second: u32,
    pub posts: usize,
    pub deliveries: usize,
    /// Posts that were told together share a frame.
    pub frames_per_wall: f64,
    pub frame_bytes: f64,
    pub acknowledged: Spread,
    pub last_wall: Spread,
    pub loads: Loads,
    pub server_cpu_seconds_per_million_deliveries: f64,
    pub server_cpu_ms_per_post: f64,
    pub memory: Memory,
    /// How much later than planned posts were sent.
    pub sent_late: Spread,
    /// How much later than it asked for the loop that reads the walls had its turn.
    pub read_late: Spread,
    /// Every wall that missed something, was told something else, or was shut out.
    pub faults: Vec<String>,
}

/// Resident memory of the server, in bytes.
#[derive(Serialize)]
pub struct Memory {
    pub before: u64,
    pub joined: u64,
    pub after: u64,
    /// While nothing is posted; nothing where there are too few walls to tell.
    pub per_wall: Option<u64>,
}

impl Memory {
    pub fn new(before: u64, joined: u64, after: u64, walls: usize) -> Self {
        let per_wall = (walls >= MEMORY_WALLS_MIN).then(|| joined.saturating_sub(before) / walls as u64);
        Self { before, joined, after, per_wall }
    }
}

/// A whole run.
#[derive(Serialize)]
pub struct Run {
    pub command: String,
    pub machine: Machine,
    pub seconds: u64,
    pub warm_up_seconds: u64,
    pub target_ms: f64,
    pub rows: Vec<Row>,
    pub failures: Vec<String>,
}

/// Where it ran.
#[derive(Serialize)]
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub pinned: bool,
    pub file_system: String,
    pub flush: Spread,
}

impl Machine {
    pub fn line(&self) -> String {
        let pinned = if self.pinned { "server on one, bench on another" } else { "shared by server and bench" };
        format!(
            "{}, {} cores ({pinned}); journal on {}, one fdatasync {} ms (p50 / p99 / max)",
            self.processor,
            self.cores,
            self.file_system,
            self.flush.three()
        )
    }
}

/// The table of the README.
pub fn table(rows: &[Row]) -> String {
    let head = [
        "walls",
        "POST → acknowledged, ms: p50 / p99 / max",
        "POST → last wall, ms: p50 / p99 / max",
        "server CPU s per million deliveries",
        "server CPU ms per post",
        "memory per wall",
    ];
    let cells = rows.iter().map(|row| {
        let memory = row.memory.per_wall.map_or_else(|| "–".to_owned(), |bytes| format!("{} KiB", bytes / 1_024));
        [
            thousands(row.walls),
            row.acknowledged.three(),
            row.last_wall.three(),
            short(row.server_cpu_seconds_per_million_deliveries),
            short(row.server_cpu_ms_per_post),
            memory,
        ]
    });
    grid(&head, &cells.collect::<Vec<_>>())
}

/// The table that shows whether the bench or others on the machine stood in the way.
pub fn proof(rows: &[Row]) -> String {
    let head = [
        "walls",
        "deliveries",
        "frame bytes",
        "server on its core / waiting for it",
        "bench on its core / waiting for it",
        "others on the machine",
        "posts sent late, ms: p50 / p99 / max",
        "walls read late, ms: p50 / p99 / max",
    ];
    let cells = rows.iter().map(|row| {
        [
            thousands(row.walls),
            thousands(row.deliveries),
            format!("{:.0}", row.frame_bytes),
            shares(&row.loads.server),
            shares(&row.loads.bench),
            percent(row.loads.others_share),
            row.sent_late.three(),
            row.read_late.three(),
        ]
    });
    grid(&head, &cells.collect::<Vec<_>>())
}

fn shares(load: &Load) -> String {
    format!("{} / {}", percent(load.cpu_share), percent(load.waited_share))
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// Three digits that count.
fn short(number: f64) -> String {
    match number {
        n if n >= 100.0 => format!("{n:.0}"),
        n if n >= 10.0 => format!("{n:.1}"),
        n => format!("{n:.2}"),
    }
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let places = digits.chars().enumerate();
    places.fold(String::new(), |mut text, (place, digit)| {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
        text
    })
}

fn grid<const N: usize>(head: &[&str; N], rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let line = |cells: [&str; N]| {
        let cells = cells.iter().enumerate().map(|(column, cell)| format!(" {cell:>width$} |", width = width(column)));
        format!("|{}\n", cells.collect::<String>())
    };
    let rule = (0..N).map(|column| format!(" {}: |", "-".repeat(width(column) - 1))).collect::<String>();
    let body = rows.iter().map(|row| line(std::array::from_fn(|column| row[column].as_str())));
    format!("{}|{rule}\n{}", line(*head), body.collect::<String>())
}
