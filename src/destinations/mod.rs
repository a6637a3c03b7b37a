//! Where the notices of a centre go, and what is on its way there: in tables beside the journal.
//!
//! A destination stands in each crisis where a cursor says. It moves in the same step in which deliveries are put
//! down, and only from where it was believed to stand: whatever dies in between, none is lost and none is put
//! down twice. Every implementation passes `tests/suite/contracts/destinations.rs`.

pub mod memory;
pub mod reach;
pub mod sqlite;

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::ids::{AccountId, CentreId, CrisisId, DestinationId, Seq};
use crate::domain::vocabulary::{Channel, DeliveryFault, NoticeKind};

/// Most destinations of one centre.
pub const DESTINATIONS_MAX: usize = 20;
/// Most destinations that one listing answers, the newest.
pub const LISTED_MAX: usize = 1_000;
/// Deliveries that wait for one destination at the most; one more is put among the dead at once.
pub const WAITING_MAX: usize = 1_000;
/// Dead letters of one destination that are kept, the newest.
pub const DEAD_MAX: usize = 200;

/// Where notices go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub id: DestinationId,
    pub centre: CentreId,
    pub channel: Channel,
    /// An https address, or a function mailbox. Never a person's.
    pub address: String,
    pub kinds: BTreeSet<NoticeKind>,
    /// What webhooks are signed with. Kept as it is: who signs must have it.
    pub secret: Option<Secret>,
    pub made_at: Timestamp,
    /// Nothing older is told: when it was made, or last resumed.
    pub since: Timestamp,
    pub paused_at: Option<Timestamp>,
}

/// A secret that no log line shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a secret")
    }
}

/// Where a journal stands, or how far a destination was told of it.
pub type Mark = (CrisisId, Seq);

/// A destination that is not paused, with how far it was told. Of crises without a mark: nothing yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub destination: Destination,
    pub marks: Vec<Mark>,
}

/// A delivery that is put down. The same thing has the same id for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: String,
    pub kind: NoticeKind,
    /// What is sent, to the letter.
    pub content: String,
}

/// How a destination goes on in one crisis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub destination: DestinationId,
    pub from: Seq,
    pub to: Seq,
    pub deliveries: Vec<Delivery>,
}

/// A wall of which a destination is told that it is lost: once for each time it was last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    pub destination: DestinationId,
    pub wall: AccountId,
    pub last_seen: Timestamp,
    pub delivery: Delivery,
}

/// A delivery whose time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub destination: Destination,
    pub delivery: Delivery,
    /// How often it was tried.
    pub attempts: u32,
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It arrived, and is forgotten.
    Arrived,
    /// It is tried again then.
    Again(Timestamp, Failed),
    /// It is not tried again.
    Dead(Failed),
    /// Nor is anything else: the receiver has gone, and the destination is paused.
    Gone(Failed),
}

/// Why an attempt failed, with the receiver's status where it gave one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    pub fault: DeliveryFault,
    pub status: Option<u16>,
}

/// A delivery that is not tried again unless somebody asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub id: String,
    pub kind: NoticeKind,
    pub made_at: Timestamp,
    pub died_at: Timestamp,
    pub attempts: u32,
    pub failed: Failed,
}

/// How many deliveries there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub waiting: i64,
    pub dead: i64,
}

/// Where destinations and their deliveries are kept.
#[async_trait]
pub trait Destinations: Send + Sync + 'static {
    /// Adds one that is told what comes after these marks; `false` if its centre has [`DESTINATIONS_MAX`].
    async fn add(&self, destination: Destination, marks: Vec<Mark>) -> Result<bool, DestinationsError>;
    /// The newest [`LISTED_MAX`] of one centre, or of all.
    async fn list(&self, centre: Option<CentreId>) -> Result<Vec<Destination>, DestinationsError>;
    /// The one of that id.
    async fn by_id(&self, id: DestinationId) -> Result<Option<Destination>, DestinationsError>;
    /// Sends nothing to it from now on; what waits keeps waiting.
    async fn pause(&self, id: DestinationId, at: Timestamp) -> Result<(), DestinationsError>;
    /// Goes on with what comes after these marks. One that is not paused stays as it is.
    async fn resume(&self, id: DestinationId, at: Timestamp, marks: Vec<Mark>) -> Result<(), DestinationsError>;
    /// Removes it with everything that was on its way.
    async fn remove(&self, id: DestinationId) -> Result<(), DestinationsError>;

    /// Every destination that is not paused.
    async fn told(&self) -> Result<Vec<Told>, DestinationsError>;
    /// Moves cursors and puts down what goes with each, in one step. A cursor that stands elsewhere by now stays, and
    /// nothing is put down with it.
    async fn put_down(&self, crisis: CrisisId, moves: Vec<Move>, now: Timestamp) -> Result<(), DestinationsError>;
    /// Puts down that walls are lost, of which that was not told.
    async fn lose(&self, losses: Vec<Loss>, now: Timestamp) -> Result<(), DestinationsError>;

    /// What is due by now to destinations that are not paused: of each the first, up to `of_each`.
    async fn due(&self, now: Timestamp, of_each: usize) -> Result<Vec<Due>, DestinationsError>;
    /// Writes down what became of the attempt after `attempts`; of another, that is left to whoever made it.
    async fn settle(
        &self,
        delivery: String,
        attempts: u32,
        settled: Settled,
        now: Timestamp,
    ) -> Result<(), DestinationsError>;
    /// The dead letters of a destination, newest first.
    async fn dead(&self, destination: DestinationId) -> Result<Vec<DeadLetter>, DestinationsError>;
    /// Tries a dead letter again from now on, as often as a new one; `false` if there is none of that id.
    async fn retry(
        &self,
        destination: DestinationId,
        delivery: String,
        now: Timestamp,
    ) -> Result<bool, DestinationsError>;
    /// How many wait and how many are dead, of each destination that has any.
    async fn counts(&self) -> Result<HashMap<DestinationId, Counts>, DestinationsError>;

    /// Takes or keeps the right to send until then; `false` while another has it.
    async fn lease(&self, holder: Uuid, now: Timestamp, until: Timestamp) -> Result<bool, DestinationsError>;
    /// Gives the right back.
    async fn release(&self, holder: Uuid) -> Result<(), DestinationsError>;
}

/// The store behind destinations failed.
#[derive(Debug, thiserror::Error)]
#[error("destinations are not available")]
pub struct DestinationsError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
