//! The way out: one task that follows the journals for those who asked to be told outside, and sends.
//!
//! It follows by a cursor of each destination and hooks into nothing: what it tells it has read back from the
//! journal, so a server that dies neither loses a notice nor invents one (docs/decisions/0032). Of several
//! servers one sends at a time, by a lease.

pub mod mail;
mod telling;
mod terms;
pub mod webhook;
mod words;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use self::mail::Postman;
use self::telling::Stand;
use self::webhook::{Courier, Post};
use crate::accounts::{Accounts, AccountsError};
use crate::clock::Clock;
use crate::destinations::{Destinations, DestinationsError, Due, Failed, Settled};
use crate::domain::ids::{CrisisId, DestinationId};
use crate::domain::vocabulary::{Channel, DeliveryFault};
use crate::health::{Health, chain};
use crate::journal::{Journal, JournalError};
use crate::live::hub::Hub;
use crate::past::{Past, PastError};
use crate::settings::outward::Outward as Settings;

/// How often it looks: what is to be told leaves within about this time.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Destinations that are being sent to at the same time.
const BUSY_MAX: usize = 32;
/// Deliveries that one destination is sent in one go; the first that fails ends it.
const IN_ONE_GO_MAX: usize = 16;

/// What the way out needs.
pub struct OutwardParts {
    pub destinations: Arc<dyn Destinations>,
    pub journal: Arc<dyn Journal>,
    pub accounts: Arc<dyn Accounts>,
    pub past: Arc<Past>,
    pub hub: Arc<Hub>,
    pub clock: Clock,
    pub health: Health,
    pub settings: Settings,
}

/// The task that tells those outside.
pub struct Outward {
    parts: OutwardParts,
    sender: Sender,
    holder: Uuid,
    /// Until when this server has the right to send.
    held_until: Option<Timestamp>,
    /// The pictures up to where was told last.
    stands: HashMap<CrisisId, Stand>,
    began_at: Timestamp,
    walls_looked_at: Option<Timestamp>,
    sending: JoinSet<DestinationId>,
    busy: HashSet<DestinationId>,
}

/// Why there is no way out, or not now.
#[derive(Debug, thiserror::Error)]
pub enum OutwardError {
    #[error("webhooks cannot be sent: {0}")]
    Webhooks(String),
    #[error("mail cannot be sent: {0}")]
    Mail(String),
    #[error(transparent)]
    Destinations(#[from] DestinationsError),
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Past(#[from] PastError),
}

/// What sends, as it is handed to each who is sent to.
#[derive(Clone)]
struct Sender {
    destinations: Arc<dyn Destinations>,
    courier: Courier,
    postman: Option<Postman>,
    settings: Arc<Settings>,
    clock: Clock,
    health: Health,
}

impl Outward {
    /// A way out on which nothing is yet.
    pub fn new(parts: OutwardParts) -> Result<Self, OutwardError> {
        let settings = &parts.settings;
        let postman = settings.smtp.as_ref().map(|smtp| Postman::new(settings, smtp)).transpose()?;
        let sender = Sender {
            destinations: Arc::clone(&parts.destinations),
            courier: Courier::start(settings)?,
            postman,
            settings: Arc::new(settings.clone()),
            clock: parts.clock.clone(),
            health: parts.health.clone(),
        };
        Ok(Self {
            holder: parts.clock.fresh_id(),
            began_at: parts.clock.now(),
            parts,
            sender,
            held_until: None,
            stands: HashMap::new(),
            walls_looked_at: None,
            sending: JoinSet::new(),
            busy: HashSet::new(),
        })
    }

    /// Tells and sends until the server stops; what is being sent then is sent again by whoever comes next.
    pub async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopped(&mut stopping) => break,
                Some(sent) = self.sending.join_next() => match sent {
                    Ok(destination) => { self.busy.remove(&destination); }
                    Err(error) => tracing::error!(%error, "sending to a destination ended in a fault of the program"),
                },
                _ = looks.tick() => {
                    let outcome = self.look().await;
                    self.parts.health.outward(outcome.as_ref().copied());
                }
            }
        }
        self.sending.shutdown().await;
        if self.held_until.is_some()
            && let Err(error) = self.parts.destinations.release(self.holder).await
        {
            tracing::warn!(error = %chain(&error), "the right to send ends by itself");
        }
    }

    async fn look(&mut self) -> Result<(), OutwardError> {
        let told = self.parts.destinations.told().await?;
        let counts = self.parts.destinations.counts().await?;
        self.parts.health.counts().deliveries_waiting.set(counts.values().map(|counts| counts.waiting).sum());
        self.parts.health.counts().deliveries_dead.set(counts.values().map(|counts| counts.dead).sum());
        if told.is_empty() {
            self.stands.clear();
            return Ok(());
        }
        if !self.has_the_right().await? {
            return Ok(());
        }
        // A crisis whose journal cannot be read keeps nobody from what is known of the others.
        let mut outcome = Ok(());
        for crisis in self.parts.hub.names() {
            outcome = outcome.and(self.tell(&crisis, &told).await);
        }
        outcome = outcome.and(self.look_for_walls(&told).await);
        self.send().await?;
        outcome
    }

    /// Whether this server sends. The lease is renewed when half of it is over.
    async fn has_the_right(&mut self) -> Result<bool, OutwardError> {
        let now = self.parts.clock.now();
        let term = self.parts.settings.lease;
        if self.held_until.is_some_and(|until| until.duration_since(now) > term / 2) {
            return Ok(true);
        }
        let until = now.saturating_add(term).unwrap_or(Timestamp::MAX);
        let has = self.parts.destinations.lease(self.holder, now, until).await?;
        self.held_until = has.then_some(until);
        Ok(has)
    }

    /// Sends what is due to everyone who is not being sent to.
    async fn send(&mut self) -> Result<(), OutwardError> {
        let mut of_each: Vec<(DestinationId, Vec<Due>)> = Vec::new();
        for due in self.parts.destinations.due(self.parts.clock.now(), IN_ONE_GO_MAX).await? {
            let id = due.destination.id;
            match of_each.iter_mut().find(|(there, _)| *there == id) {
                Some((_, waiting)) => waiting.push(due),
                None => of_each.push((id, vec![due])),
            }
        }
        for (id, due) in of_each {
            if self.busy.len() < BUSY_MAX && self.busy.insert(id) {
                let sender = self.sender.clone();
                self.sending.spawn(async move {
                    sender.send_all(due).await;
                    id
                });
            }
        }
        Ok(())
    }
}

impl Sender {
    /// One after the other, up to the first that fails: a receiver that is down is asked once.
    async fn send_all(&self, due: Vec<Due>) {
        for due in due {
            if !self.send_one(due).await {
                return;
            }
        }
    }

    /// Whether it arrived and that was written down.
    async fn send_one(&self, due: Due) -> bool {
        let Due { destination, delivery, attempts } = due;
        let now = self.clock.now();
        let sent = match destination.channel {
            Channel::Webhook => {
                let post = Post {
                    address: destination.address,
                    id: delivery.id.clone(),
                    secret: destination.secret,
                    body: delivery.content,
                    now,
                };
                self.courier.post(post).await
            }
            Channel::Mail => {
                self.mail(&destination.address, &delivery.id, &delivery.content, now).await.map_err(|why| (why, None))
            }
        };
        let arrived = sent.is_ok();
        let settled = match sent {
            Ok(()) => Settled::Arrived,
            Err((failed, asked)) => {
                tracing::info!(destination.id = %destination.id, delivery.id, attempts, fault = %failed.fault,
                    status = failed.status, "a delivery did not arrive");
                terms::after(&self.settings, attempts, failed, asked, self.clock.now(), chance())
            }
        };
        let written = self.destinations.settle(delivery.id, attempts, settled, self.clock.now()).await;
        let counts = self.health.counts();
        let count = if arrived { &counts.deliveries_sent } else { &counts.deliveries_failed };
        count.inc();
        if let Err(error) = &written {
            tracing::warn!(error = %chain(error), "what became of a delivery could not be written; it is sent again");
        }
        arrived && written.is_ok()
    }

    async fn mail(&self, to: &str, id: &str, content: &str, now: Timestamp) -> Result<(), Failed> {
        match &self.postman {
            Some(postman) => postman.send(to, id, content, now).await,
            None => Err(Failed { fault: DeliveryFault::MailOff, status: None }),
        }
    }
}

/// Until the server stops, or is gone.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// A number by chance, so that a hundred receivers are not tried in the same second; without chance they are.
fn chance() -> u8 {
    let mut byte = [0];
    getrandom::fill(&mut byte).map_or(u8::MAX, |()| byte[0])
}

/// How long a look for walls holds: it is written down once a minute that they live.
const WALLS_EVERY: SignedDuration = crate::accounts::device::SEEN_EVERY;
