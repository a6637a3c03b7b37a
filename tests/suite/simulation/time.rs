//! Time in a simulation: it passes when everybody has done what there is to do, and only as far as is asked.

use std::time::Duration;

/// Lets time pass. Under a paused clock this waits until every task waits for something, and never for real.
pub async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Lets everybody do what there is to do.
pub async fn settle() {
    pass(Duration::from_millis(1)).await;
}
