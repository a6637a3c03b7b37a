//! `cargo bench --bench live`: how long from a post to its acknowledgement and to the last wall, and at what price.
//!
//! The release binary runs as a process on a real journal; desks post by the clock; walls are sockets.
//! docs/bench.md says how it measures. Exit codes: 0 met · 1 the target was missed or a wall missed
//! something · 2 it could not be measured.

mod figures;
mod machine;
mod posters;
mod server;
mod walls;
mod wire;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use clap::Parser;

use figures::{Machine, Memory, Row, Run, Spread};
use machine::{Cores, Look};
use posters::{Plan, Posted};
use server::Server;
use walls::Walls;

/// What can go wrong here ends the bench; nobody handles it but the reader of the message.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Where journals are made: on the disk that the build is on.
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");
/// Before the first post, so that every desk stands ready.
const HEAD_START: Duration = Duration::from_millis(200);
/// Faults of a row that are said; the JSON has all.
const FAULTS_SAID: usize = 10;

/// POST to acknowledged and POST to the last wall, in an open loop, over the real path.
#[derive(Parser)]
struct Options {
    /// Walls of each row.
    #[arg(long, value_delimiter = ',', default_value = "1,100,1000")]
    walls: Vec<usize>,
    /// Posts per second.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// Seconds that are measured in each row.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Seconds of posts before, which are shown and checked but not measured.
    #[arg(long, default_value_t = 2)]
    warm_up: u64,
    /// Centres that post; the walls are spread over them.
    #[arg(long, default_value_t = 30)]
    centres: usize,
    /// Milliseconds that the 99th percentile to the last wall stays under, in every row.
    #[arg(long, default_value_t = 50.0)]
    target_ms: f64,
    /// Where the figures go as JSON; target/bench/live.json unless given.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// What cargo adds to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            say(&format!("live: {error}"));
            ExitCode::from(2)
        }
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Measures every row; answers whether all is as it should be.
fn run(options: &Options) -> Outcome<bool> {
    let folder = Path::new(FOLDER);
    machine::allow_sockets(options.walls.iter().copied().max().unwrap_or(0))?;
    let total = std::thread::available_parallelism()?.get();
    let cores = machine::share_cores()?;
    let machine = Machine {
        processor: machine::processor(),
        cores: total,
        pinned: cores.is_some(),
        file_system: machine::file_system(folder)?,
        flush: machine::flush_price(folder)?,
    };
    say(&machine.line());
    let mut rows = Vec::new();
    for walls in &options.walls {
        say(&format!("{walls} walls: {} posts/s for {} + {} s", options.rate, options.warm_up, options.seconds));
        let row = measure(folder, cores, options, *walls)?;
        row.faults.iter().take(FAULTS_SAID).for_each(|fault| say(&format!("  {fault}")));
        rows.push(row);
    }
    let failures: Vec<String> = rows.iter().flat_map(|row| failures(row, options.target_ms)).collect();
    let run = Run {
        command: "cargo bench --bench live".to_owned(),
        machine,
        seconds: options.seconds,
        warm_up_seconds: options.warm_up,
        target_ms: options.target_ms,
        rows,
        failures,
    };
    say(&format!("\n{}\n{}", figures::table(&run.rows), figures::proof(&run.rows)));
    let json = options.json.clone().unwrap_or_else(|| folder.with_file_name("bench").join("live.json"));
    if let Some(folder) = json.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&json, serde_json::to_string_pretty(&run)?)?;
    say(&format!("figures in {}", json.display()));
    match &run.failures[..] {
        [] => say(&format!("met: p99 to the last wall is under {} ms and no wall missed anything", options.target_ms)),
        failures => failures.iter().for_each(|failure| say(&format!("MISSED: {failure}"))),
    }
    Ok(run.failures.is_empty())
}

fn failures(row: &Row, target_ms: f64) -> Vec<String> {
    let mut failures = Vec::new();
    if row.last_wall.p99_ms >= target_ms {
        let (walls, p99) = (row.walls, row.last_wall.p99_ms);
        let others = row.loads.others_share * 100.0;
        failures.push(format!(
            "{walls} walls: p99 to the last wall is {p99} ms, the target {target_ms} ms (others used {others:.0} % of a core)"
        ));
    }
    if !row.faults.is_empty() {
        failures.push(format!("{} walls: {}", row.walls, row.faults[0]));
    }
    failures
}

/// One row: a fresh server, its walls, and the posts.
fn measure(folder: &Path, cores: Option<Cores>, options: &Options, walls: usize) -> Outcome<Row> {
    let rate = u64::from(options.rate);
    let warm_up = usize::try_from(rate * options.warm_up)?;
    let posts = warm_up + usize::try_from(rate * options.seconds)?;
    let mut server = Server::start(folder, cores, options.centres, walls)?;
    let server_pid = server.pid();
    posters::fill_picture(&mut server.desks()?)?;
    let before = machine::resident_bytes(server_pid)?;
    let gathered = Walls::gather(server.address, std::mem::take(&mut server.seats), posts)?;
    let joined = machine::resident_bytes(server_pid)?;

    let plan = Plan { first: Instant::now() + HEAD_START, every: Duration::from_secs(1) / options.rate, posts };
    let mut desks = server.desks()?;
    let centres = desks.len();
    let looked = Barrier::new(centres + 1);
    let (posted, settled, loads) = std::thread::scope(|scope| {
        let posting = scope.spawn(|| posters::post_all(&mut desks, plan, &looked));
        posters::wait_until(plan.at(warm_up));
        let before = Look::at(server_pid);
        looked.wait();
        let settled = gathered.settle();
        let after = Look::at(server_pid);
        looked.wait();
        (posting.join(), settled, before.and_then(|before| Ok(after?.since(&before))))
    });
    let posted = posted.map_err(|_| "the desks panicked")??;
    let report = settled?.report()?;
    let loads = loads?;
    let after = machine::resident_bytes(server_pid)?;

    let measured = &posted[warm_up..];
    let deliveries = measured.len() * walls;
    let late = |post: &Posted, end: Instant| end.saturating_duration_since(plan.at(post.number));
    let shown = measured.iter().filter_map(|post| Some(late(post, report.shown[post.number]?)));
    Ok(Row {
        walls,
        centres,
        audiences: centres.min(walls),
        posts_per_second: options.rate,
        posts: measured.len(),
        deliveries,
        frames_per_wall: per(report.frames, walls),
        frame_bytes: per(report.bytes, report.frames),
        acknowledged: Spread::of_times(measured.iter().map(|post| late(post, post.acknowledged))),
        last_wall: Spread::of_times(shown),
        server_cpu_seconds_per_million_deliveries: loads.server.cpu_seconds / per(deliveries, 1_000_000),
        server_cpu_ms_per_post: loads.server.cpu_seconds * 1_000.0 / per(measured.len(), 1),
        loads,
        memory: Memory::new(before, joined, after, walls),
        sent_late: Spread::of_times(measured.iter().map(|post| late(post, post.sent))),
        read_late: Spread::of(&report.read_late),
        faults: report.faults,
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of a bench are exact in a float")]
fn per(count: usize, of: usize) -> f64 {
    count as f64 / of as f64
}
