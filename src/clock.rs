//! Time and identifiers, asked for in one place so that tests can hold them still.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use uuid::Uuid;

/// Where the time comes from.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Milliseconds since 1970 when a test holds the time; `None` is the machine's clock.
    held: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `now` until [`Clock::hold`] moves it.
    pub fn held_at(now: Timestamp) -> Self {
        Self { held: Some(Arc::new(AtomicI64::new(now.as_millisecond()))) }
    }

    /// Moves a held clock; a system clock is not moved.
    pub fn hold(&self, now: Timestamp) {
        if let Some(held) = &self.held {
            held.store(now.as_millisecond(), Ordering::SeqCst);
        }
    }

    /// The time, in milliseconds: what is stored and sent has no finer parts.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    pub fn now(&self) -> Timestamp {
        let now = match &self.held {
            Some(held) => held.load(Ordering::SeqCst),
            None => Timestamp::now().as_millisecond(),
        };
        Timestamp::from_millisecond(now).expect("the clock stands between the years -9999 and 9999")
    }

    /// A fresh UUIDv7: later ids sort later.
    #[expect(clippy::disallowed_methods, reason = "the one place that draws identifiers")]
    pub fn fresh_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
