//! A bell over Redis pub/sub. Own rings are heard at once, whether Redis is there or not.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use redis::{Client, RedisError};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::local::LocalBell;
use super::{Doorbell, RINGS_WAITING_MAX};
use crate::domain::ids::CrisisId;

/// First pause before connecting again; doubled with each failure, with chance added.
const PAUSE_FIRST: Duration = Duration::from_millis(100);
/// Longest pause before connecting again.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Rings for the relays of all servers.
pub struct RedisBell {
    own: Arc<LocalBell>,
    outgoing: mpsc::Sender<CrisisId>,
    tasks: [AbortHandle; 2],
}

impl RedisBell {
    /// A bell at `url`; connects by itself and again whenever the connection is lost.
    pub fn connect(url: &str, prefix: &str, bound: Duration) -> Self {
        let channel = format!("{prefix}:bell");
        let own = Arc::new(LocalBell::default());
        let (outgoing, waiting) = mpsc::channel(RINGS_WAITING_MAX);
        let listening = tokio::spawn(hear_forever(url.to_owned(), channel.clone(), Arc::clone(&own)));
        let ringing = tokio::spawn(ring_forever(url.to_owned(), channel, waiting, bound));
        Self { own, outgoing, tasks: [listening.abort_handle(), ringing.abort_handle()] }
    }
}

impl Drop for RedisBell {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

#[async_trait]
impl Doorbell for RedisBell {
    fn ring(&self, crisis: &CrisisId) {
        self.own.ring(crisis);
        // A full queue means that Redis is slow; the others look by themselves.
        let _ = self.outgoing.try_send(crisis.clone());
    }

    fn listen(&self) -> mpsc::Receiver<CrisisId> {
        self.own.listen()
    }
}

async fn hear_forever(url: String, channel: String, own: Arc<LocalBell>) {
    let mut pause = PAUSE_FIRST;
    loop {
        if hear(&url, &channel, &own, &mut pause).await.is_err() {
            tracing::debug!("the bell is not heard; the relay looks by itself");
        }
        rest(&mut pause).await;
    }
}

async fn hear(url: &str, channel: &str, own: &LocalBell, pause: &mut Duration) -> Result<(), RedisError> {
    let mut heard = Client::open(url)?.get_async_pubsub().await?;
    heard.subscribe(channel).await?;
    *pause = PAUSE_FIRST;
    let mut rings = heard.on_message();
    while let Some(ring) = rings.next().await {
        if let Ok(slug) = ring.get_payload::<String>()
            && let Ok(crisis) = CrisisId::parse(&slug)
        {
            own.ring(&crisis);
        }
    }
    Ok(())
}

async fn ring_forever(url: String, channel: String, mut waiting: mpsc::Receiver<CrisisId>, bound: Duration) {
    let mut pause = PAUSE_FIRST;
    loop {
        if let Ok(client) = Client::open(url.as_str())
            && let Ok(Ok(mut connection)) = timeout(bound, client.get_multiplexed_async_connection()).await
        {
            pause = PAUSE_FIRST;
            while let Some(crisis) = waiting.recv().await {
                let mut publish = redis::cmd("PUBLISH");
                publish.arg(&channel).arg(crisis.as_str());
                if !matches!(timeout(bound, publish.query_async::<i64>(&mut connection)).await, Ok(Ok(_))) {
                    break;
                }
            }
        }
        if waiting.is_closed() {
            return;
        }
        rest(&mut pause).await;
    }
}

/// Pauses before connecting again, longer each time.
async fn rest(pause: &mut Duration) {
    let mut chance = [0; 1];
    let share = getrandom::fill(&mut chance).map_or(1.0, |()| f64::from(chance[0]) / 255.0);
    tokio::time::sleep(pause.mul_f64(0.5 + share / 2.0)).await;
    *pause = (*pause * 2).min(PAUSE_MAX);
}
