//! "The journal of this crisis has moved": a bell without content between servers.
//!
//! A lost ring costs at most one look of the relay, which also looks by itself every second.

pub mod local;
pub mod redis;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::domain::ids::CrisisId;

/// Most rings that wait for the relay; further ones are dropped, since one is enough.
pub const RINGS_WAITING_MAX: usize = 64;

/// Tells every server, this one too, that there is something to read.
#[async_trait]
pub trait Doorbell: Send + Sync + 'static {
    /// Rings for a crisis. Never fails and never waits for the network: a lost ring is harmless.
    fn ring(&self, crisis: &CrisisId);

    /// Listens for rings; called once per server.
    fn listen(&self) -> mpsc::Receiver<CrisisId>;
}
