//! A bell within the process: what one machine without Redis uses.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::{Doorbell, RINGS_WAITING_MAX};
use crate::domain::ids::CrisisId;

/// Rings for the relay of this process.
#[derive(Default)]
pub struct LocalBell(Mutex<Vec<mpsc::Sender<CrisisId>>>);

#[async_trait]
impl Doorbell for LocalBell {
    fn ring(&self, crisis: &CrisisId) {
        let mut listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A full queue means that the relay will look anyway; a closed one has nobody behind it.
        listeners
            .retain(|listener| !matches!(listener.try_send(crisis.clone()), Err(mpsc::error::TrySendError::Closed(_))));
    }

    fn listen(&self) -> mpsc::Receiver<CrisisId> {
        let (listener, rings) = mpsc::channel(RINGS_WAITING_MAX);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
        rings
    }
}
