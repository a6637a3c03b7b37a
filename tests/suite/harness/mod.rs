//! People, walls and servers for tests. Nothing here sleeps: it waits for conditions, with a bound.

pub mod app;
pub mod binary;
pub mod fold;
pub mod lock;
pub mod long;
pub mod outside;
pub mod person;
pub mod proxy;
pub mod redis;
pub mod scene;
pub mod wall;

use std::time::Duration;

/// How long a test waits for what must happen before it fails: a bound, never a pause.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// The time now, as clients write it.
pub fn now() -> String {
    jiff_now().to_string()
}

/// The time some seconds from now.
pub fn in_seconds(seconds: i64) -> String {
    jiff_now().saturating_add(jiff::SignedDuration::from_secs(seconds)).expect("near now").to_string()
}

fn jiff_now() -> jiff::Timestamp {
    vigie::clock::Clock::system().now()
}

/// Asks again and again until the answer is there, giving others their turn in between.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let Ok(answer) = tokio::time::timeout(PATIENCE, asking).await else { panic!("waited in vain: {what}") };
    answer
}
