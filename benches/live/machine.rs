//! The machine under the bench: cores to pin to, open files, the price of a flush, what the kernel counted.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::Outcome;
use crate::figures::{self, Spread};

/// Ticks of `/proc/stat` and `/proc/<pid>/stat` per second: what Linux shows to programs, whatever its own clock.
const TICKS_PER_SECOND: u64 = 100;
/// Open files beside one for each wall.
const OTHER_FILES: usize = 256;
/// Flushes that are tried to know what one costs.
const FLUSHES: usize = 200;
/// What is written before each of these flushes: one page of the journal's file.
const FLUSHED_BYTES: usize = 4_096;

/// Who runs where. On one core, or without `taskset`, nothing is pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cores {
    pub server: usize,
    pub client: usize,
}

/// Puts this process on one core and says which is left for the server.
pub fn share_cores() -> Outcome<Option<Cores>> {
    let allowed = cores(field("/proc/self/status", "Cpus_allowed_list")?.as_str());
    let (Some(&client), Some(&server)) = (allowed.first(), allowed.last()) else { return Ok(None) };
    if client == server {
        return Ok(None);
    }
    let (core, own) = (client.to_string(), std::process::id().to_string());
    Ok(run("taskset", &["-acp", &core, &own]).then_some(Cores { server, client }))
}

/// `0-1,4` as numbers.
fn cores(list: &str) -> Vec<usize> {
    let ends = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.trim().parse::<usize>().ok()?..=last.trim().parse::<usize>().ok()?)
    };
    list.split(',').filter_map(ends).flatten().collect()
}

/// Lets this process and the servers it starts hold that many sockets.
pub fn allow_sockets(walls: usize) -> Outcome<()> {
    let needed = walls + OTHER_FILES;
    let limits = fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap_or_default();
    let bound = |column: usize| line.split_whitespace().nth(column).and_then(|word| word.parse::<usize>().ok());
    let (soft, hard) = (bound(3).unwrap_or(usize::MAX), bound(4).unwrap_or(usize::MAX));
    if soft >= needed {
        return Ok(());
    }
    let (own, limit) = (std::process::id().to_string(), format!("--nofile={needed}:{hard}"));
    if hard >= needed && run("prlimit", &["--pid", &own, &limit]) {
        return Ok(());
    }
    Err(format!("{walls} walls need {needed} open files, {soft} are allowed; see ulimit -n").into())
}

fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// What one flush of a page costs where the journals will be.
pub fn flush_price(folder: &Path) -> Outcome<Spread> {
    let mut file = tempfile::tempfile_in(folder)?;
    let mut spread = figures::histogram();
    for _ in 0..FLUSHES {
        file.write_all(&[7; FLUSHED_BYTES])?;
        let began = Instant::now();
        file.sync_data()?;
        figures::record(&mut spread, began.elapsed());
    }
    Ok(Spread::of(&spread))
}

/// The kind of file system that a folder is on; a journal in memory would prove nothing.
pub fn file_system(folder: &Path) -> Outcome<String> {
    let folder = folder.canonicalize()?;
    let mounts = fs::read_to_string("/proc/mounts")?;
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    // Of mounts one over the other the last holds.
    let nearest = mounts.filter(|(place, _)| folder.starts_with(place)).max_by_key(|(place, _)| place.len());
    Ok(nearest.map_or_else(|| "unknown".to_owned(), |(_, kind)| kind.to_owned()))
}

/// The model of the processor, as the kernel names it.
pub fn processor() -> String {
    field("/proc/cpuinfo", "model name").unwrap_or_else(|_| std::env::consts::ARCH.to_owned())
}

/// What everything has used up to now.
pub struct Look {
    at: Instant,
    server: Used,
    bench: Used,
    /// All processes and what the machine's own host took, on all cores.
    all: Duration,
}

/// What one process has used.
struct Used {
    /// On a core, for itself and within the kernel.
    cpu: Duration,
    /// Ready to run, while something else had the core; of the threads that are there.
    waited: Duration,
}

/// What was used between two looks; shares are of one core.
#[derive(Serialize)]
pub struct Loads {
    pub server: Load,
    pub bench: Load,
    /// Whatever else ran on this machine.
    pub others_share: f64,
}

/// The part of one process.
#[derive(Serialize)]
pub struct Load {
    pub cpu_seconds: f64,
    pub cpu_share: f64,
    pub waited_share: f64,
}

impl Look {
    /// Looks now.
    pub fn at(server: u32) -> Outcome<Self> {
        let stat = fs::read_to_string("/proc/stat")?;
        let ticks: Vec<u64> = stat.split_whitespace().skip(1).map_while(|word| word.parse().ok()).collect();
        // user, nice, system, (idle, waiting for disks,) interrupts, soft interrupts, taken by the host.
        let busy = [0, 1, 2, 5, 6, 7].iter().filter_map(|column| ticks.get(*column)).sum();
        Ok(Self {
            at: Instant::now(),
            server: Used::by(server)?,
            bench: Used::by(std::process::id())?,
            all: from_ticks(busy),
        })
    }

    /// What was used since an earlier look.
    pub fn since(&self, before: &Self) -> Loads {
        let seconds = (self.at - before.at).as_secs_f64();
        let load = |now: &Used, before: &Used| Load {
            cpu_seconds: now.cpu.saturating_sub(before.cpu).as_secs_f64(),
            cpu_share: now.cpu.saturating_sub(before.cpu).as_secs_f64() / seconds,
            waited_share: now.waited.saturating_sub(before.waited).as_secs_f64() / seconds,
        };
        let (server, bench) = (load(&self.server, &before.server), load(&self.bench, &before.bench));
        let all = self.all.saturating_sub(before.all).as_secs_f64() / seconds;
        let others_share = (all - server.cpu_share - bench.cpu_share).max(0.0);
        Loads { server, bench, others_share }
    }
}

impl Used {
    fn by(pid: u32) -> Outcome<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name before the last bracket may hold blanks.
        let (_, numbers) = stat.rsplit_once(')').ok_or("the kernel shows no times")?;
        let ticks = |column: usize| numbers.split_whitespace().nth(column).and_then(|word| word.parse::<u64>().ok());
        let (own, kernel) = ticks(11).zip(ticks(12)).ok_or("the kernel shows no times")?;
        Ok(Self { cpu: from_ticks(own + kernel), waited: waited(pid)? })
    }
}

fn from_ticks(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND)
}

fn waited(pid: u32) -> Outcome<Duration> {
    let mut waited = Duration::ZERO;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread may end between the two looks.
        let Ok(line) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        let nanos = line.split_whitespace().nth(1).and_then(|word| word.parse().ok());
        waited += Duration::from_nanos(nanos.unwrap_or(0));
    }
    Ok(waited)
}

/// Bytes of memory that a process holds.
pub fn resident_bytes(pid: u32) -> Outcome<u64> {
    let shown = field(&format!("/proc/{pid}/status"), "VmRSS")?;
    let kib: u64 = shown.trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1_024)
}

fn field(path: &str, name: &str) -> Outcome<String> {
    let text = fs::read_to_string(path)?;
    let value = text.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == name);
    value.map(|(_, value)| value.trim().to_owned()).ok_or_else(|| format!("{path} does not tell {name}").into())
}
