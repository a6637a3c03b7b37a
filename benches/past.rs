//! `cargo bench --bench past`: how long a moment of a long journal takes, from the request to the last byte.
//!
//! A real server in this process, over HTTP, on a journal of 100,000 entries of 30 centres in a file. Each
//! moment lies far from the one before, so that no picture is at hand: a snapshot and up to 1,000 entries.
//! Then the same played forward, minute by minute. Exit codes: 0 met · 1 missed · 2 it could not be measured.

#[path = "../tests/suite/harness/long.rs"]
mod long;

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use hdrhistogram::Histogram;
use jiff::SignedDuration;
use tokio::sync::oneshot;
use vigie::clock::Clock;
use vigie::domain::ids::CentreId;
use vigie::domain::vocabulary::{Role, Tlp};
use vigie::past::STEP;
use vigie::server::{Server, open_stores};
use vigie::settings::Layers;
use vigie::sign_in::NewAccount;

/// What can go wrong here ends the bench; nobody handles it but the reader of the message.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const CRISIS: &str = "bench";
/// Where the journal is made: on the disk that the build is on.
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");
/// Steps between one moment and the next: has no part in common with usual lengths of a journal.
const STRIDE: u64 = 37;
/// Of the times in `/proc`, on every Linux.
const TICKS_PER_SECOND: u64 = 100;
/// How long the snapshots of a whole journal may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// Any moment of a long journal.
#[derive(Parser)]
struct Options {
    /// Entries of the journal.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(10_000..))]
    entries: u64,
    /// Centres that report in turn.
    #[arg(long, default_value_t = 30)]
    centres: usize,
    /// Moments asked for, of each sort.
    #[arg(long, default_value_t = 60)]
    moments: u64,
    /// Milliseconds that every moment stays under.
    #[arg(long, default_value_t = 200.0)]
    target_ms: f64,
    /// What cargo adds to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match actix_web::rt::System::new().block_on(run(&Options::parse())) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            say(&format!("past: {error}"));
            ExitCode::from(2)
        }
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

async fn run(options: &Options) -> Outcome<bool> {
    let folder = tempfile::Builder::new().prefix("past-").tempdir_in(FOLDER)?;
    let path = folder.path().join("vigie.db");
    let journal = format!("sqlite:{}", path.display());
    let began = Instant::now();
    long::grow(&*open_stores(&journal)?.journal, CRISIS, options.entries, options.centres).await;
    let bytes = std::fs::metadata(&path)?.len();
    say(&format!(
        "{} entries of {} centres in {:.1} s",
        options.entries,
        options.centres,
        began.elapsed().as_secs_f64()
    ));

    let layers = Layers::defaults().flag("server.listen", Some("127.0.0.1:0"), "of the bench")?;
    let settings = layers.flag("journal.url", Some(&journal), "of the bench")?.finish()?;
    let began = Instant::now();
    let server = Server::build(settings, Clock::system()).await?;
    say(&format!("started in {:.1} s", began.elapsed().as_secs_f64()));
    let base = format!("http://{}", server.address);
    let new = NewAccount {
        centre: CentreId::parse("be-nccn")?,
        role: Role::Viewer,
        name: "Bench".to_owned(),
        ceiling: Tlp::Clear,
        expires_in: SignedDuration::from_hours(1),
    };
    let (_, token) = server.sign_in.create(new).await?;
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    let viewer = Viewer { base, token };

    let began = Instant::now();
    let wanted = options.entries / STEP;
    while viewer.counted("vigie_past_snapshots_kept_total").await? < wanted {
        if began.elapsed() > PATIENCE {
            return Err("the snapshots take too long".into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let more = std::fs::metadata(&path)?.len().saturating_sub(bytes);
    say(&format!(
        "{wanted} snapshots in {:.1} s, {} kB each beside a journal of {} MB",
        began.elapsed().as_secs_f64(),
        more / wanted / 1_000,
        bytes / 1_000_000
    ));

    let steps = options.entries / STEP;
    // The last entry before a snapshot stands is the farthest from one.
    let far = (1..=options.moments).map(|n| (n * STRIDE % steps + 1) * STEP - 1);
    let played = (1..=options.moments).map(|n| options.entries / 2 + n);
    let met = viewer.measure("far apart", far, options.target_ms).await?;
    let played = viewer.measure("played", played, options.target_ms).await?;
    let _ = stop.send(());
    running.await??;
    Ok(met && played)
}

/// What this process has used of the CPUs so far, with the server and the client in it.
fn worked() -> Outcome<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').ok_or("/proc/self/stat has no name")?.1;
    let ticks: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = ticks[11].parse::<u64>()? + ticks[12].parse::<u64>()?;
    Ok(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
}

struct Viewer {
    base: String,
    token: String,
}

impl Viewer {
    async fn get(&self, path: &str) -> Outcome<Vec<u8>> {
        let client = awc::Client::builder().timeout(PATIENCE).finish();
        let request = client.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let mut answer = request.send().await.map_err(|error| error.to_string())?;
        let body = answer.body().limit(64 << 20).await?.to_vec();
        if answer.status().is_success() { Ok(body) } else { Err(String::from_utf8_lossy(&body).into_owned().into()) }
    }

    async fn counted(&self, name: &str) -> Outcome<u64> {
        let text = String::from_utf8(self.get("/metrics").await?)?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(line.ok_or("there is no such metric")?.parse()?)
    }

    /// Looks back to each entry by its time; answers whether all stayed under the target.
    async fn measure(&self, what: &str, moments: impl Iterator<Item = u64>, target_ms: f64) -> Outcome<bool> {
        let mut micros = Histogram::<u64>::new(3)?;
        let before = self.counted("vigie_past_entries_folded_total").await?;
        let worked = worked()?;
        for seq in moments {
            let began = Instant::now();
            let path = format!("/api/v1/crises/{CRISIS}/picture?at={}", long::recorded_at(seq));
            self.get(&path).await?;
            micros.record(u64::try_from(began.elapsed().as_micros())?)?;
        }
        let folded = self.counted("vigie_past_entries_folded_total").await? - before;
        let each = self::worked()?.saturating_sub(worked).as_secs_f64() * 1_000.0;
        let ms = |micros: u64| Duration::from_micros(micros).as_secs_f64() * 1_000.0;
        let (count, most) = (micros.len(), ms(micros.max()));
        say(&format!(
            "{what}: {count} moments, {} entries folded each, {:.0} ms of CPU each; median {:.1} ms, p95 {:.1} ms, most {most:.1} ms",
            folded / count,
            each / f64::from(u32::try_from(count)?),
            ms(micros.value_at_quantile(0.5)),
            ms(micros.value_at_quantile(0.95)),
        ));
        if most >= target_ms {
            say(&format!("MISSED: the target is {target_ms} ms"));
        }
        Ok(most < target_ms)
    }
}
