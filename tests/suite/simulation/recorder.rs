//! Writes down what is asked, answered and told in a simulation, in the order in which it happens.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use vigie::clock::Clock;

use crate::checker::history::{Line, Record};

/// The recording, and the time of everybody in it: that of the paused clock.
#[derive(Clone)]
pub struct Recorder {
    lines: Arc<Mutex<Vec<Line>>>,
    numbers: Arc<AtomicU64>,
    began: Instant,
    pub clock: Clock,
}

impl Recorder {
    /// Begins a recording at a time.
    pub fn at(now: Timestamp) -> Self {
        let clock = Clock::held_at(now);
        Self { lines: Arc::default(), numbers: Arc::default(), began: Instant::now(), clock }
    }

    pub fn note(&self, record: Record) {
        let at = u64::try_from(self.began.elapsed().as_millis()).expect("a simulation is not that long");
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(Line { at, record });
    }

    /// A number for a call, a look or a socket.
    pub fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    pub fn lines(&self) -> Vec<Line> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock on with the time that has passed.
    pub fn tick(&self, base: Timestamp) {
        let passed = SignedDuration::try_from(self.began.elapsed()).expect("a simulation is not that long");
        self.clock.hold(base + passed);
    }
}
