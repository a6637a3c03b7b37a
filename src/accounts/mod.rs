//! Accounts, wall devices and their secrets: who holds a token, in tables beside the journal.
//!
//! A token is shown once and stored as a hash. This is the seam for single sign-on: another way to
//! come by an [`Account`] ends in the same place.

pub mod device;
pub mod memory;
pub mod pairing;
pub mod sqlite;

use async_trait::async_trait;
use jiff::Timestamp;

use self::device::{Changes, Device};
use crate::domain::ids::{AccountId, CentreId};
use crate::domain::vocabulary::{Role, Tlp};

/// Somebody or something that may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub centre: CentreId,
    pub role: Role,
    /// Title of the position, or name of the device. Never a person's name.
    pub name: String,
    /// What a wall may show at the most; only walls have one.
    pub ceiling: Tlp,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    /// What a wall shows; only walls have one.
    pub device: Option<Device>,
}

/// Longest name of a position or device, in characters.
pub const NAME_CHARS_MAX: usize = 80;
/// Longest term that a token is made for, in days.
pub const TOKEN_DAYS_MAX: i64 = 3_650;

/// Which accounts are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holders {
    Walls,
    /// People and programs.
    Positions,
}

/// Most accounts that one listing of a centre answers, the newest.
pub const LISTED_MAX: usize = 1_000;

/// SHA-256 of a secret: what is stored in its place.
pub type SecretHash = [u8; 32];

/// Where accounts are kept.
#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// Adds an account with the hash of its token.
    async fn add(&self, account: Account, token: SecretHash) -> Result<(), AccountsError>;
    /// The account of a token, whether or not it still holds.
    async fn by_token(&self, token: SecretHash) -> Result<Option<Account>, AccountsError>;
    /// The account of a browser session that has not ended.
    async fn by_session(&self, session: SecretHash, now: Timestamp) -> Result<Option<Account>, AccountsError>;
    /// Begins a browser session, and forgets those that have ended.
    async fn add_session(
        &self,
        session: SecretHash,
        account: AccountId,
        ends_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), AccountsError>;
    /// Ends a browser session.
    async fn end_session(&self, session: SecretHash) -> Result<(), AccountsError>;
    /// Revokes an account and ends its sessions; `false` if there is none of that id.
    async fn revoke(&self, id: AccountId, at: Timestamp) -> Result<bool, AccountsError>;
    /// The account of that id, whether or not it still holds.
    async fn by_id(&self, id: AccountId) -> Result<Option<Account>, AccountsError>;
    /// The newest [`LISTED_MAX`] of one centre, or of all.
    async fn held(&self, holders: Holders, centre: Option<CentreId>) -> Result<Vec<Account>, AccountsError>;
    /// Changes what a wall shows or is called; `None` if there is no wall of that id.
    async fn set_device(&self, id: AccountId, changes: Changes) -> Result<Option<Account>, AccountsError>;
    /// Writes down that a wall's socket lives, unless that was done within [`device::SEEN_EVERY`].
    async fn seen(&self, id: AccountId, at: Timestamp) -> Result<(), AccountsError>;
    /// All accounts, newest first.
    async fn list(&self) -> Result<Vec<Account>, AccountsError>;
}

/// The store behind accounts failed.
#[derive(Debug, thiserror::Error)]
#[error("accounts are not available")]
pub struct AccountsError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

impl Holders {
    /// Whether these are accounts of this role.
    pub fn have(self, role: Role) -> bool {
        (role == Role::WallDevice) == (self == Self::Walls)
    }
}

impl Account {
    /// Whether the token still holds.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}
