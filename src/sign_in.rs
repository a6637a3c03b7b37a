//! Who is asking: from a bearer token or a browser session to an account, and whether it still holds.
//!
//! Secrets are 32 random bytes; only their SHA-256 is ever stored or kept in memory. Looked-up
//! accounts are kept for a second, so a revocation takes effect within that time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::accounts::device::{Changes, Device, Setting};
use crate::accounts::{Account, Accounts, AccountsError, Holders, SecretHash};
use crate::clock::Clock;
use crate::domain::ids::{AccountId, CentreId};
use crate::domain::vocabulary::{Layout, Role, Tlp};

/// How long a looked-up account is believed.
const BELIEVED_FOR: SignedDuration = SignedDuration::from_secs(1);
/// Most looked-up accounts kept; when full, all are looked up again.
const KEPT_MAX: usize = 65_536;
/// What every token begins with, so that a leaked one is recognised by scanners.
pub const TOKEN_PREFIX: &str = "vigie_";

/// What somebody showed to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Credential {
    Token(SecretHash),
    Session(SecretHash),
}

/// Looks up who shows a credential.
pub struct SignIn {
    accounts: Arc<dyn Accounts>,
    clock: Clock,
    kept: Mutex<HashMap<Credential, (Timestamp, Option<Account>)>>,
}

/// What a new account is to be.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub centre: CentreId,
    pub role: Role,
    pub name: String,
    pub ceiling: Tlp,
    pub expires_in: SignedDuration,
}

impl Credential {
    /// A bearer token as it was sent.
    pub fn token(secret: &str) -> Self {
        Self::Token(digest(secret))
    }

    /// A session cookie as it was sent.
    pub fn session(secret: &str) -> Self {
        Self::Session(digest(secret))
    }
}

impl SignIn {
    /// Looks up in `accounts`.
    pub fn new(accounts: Arc<dyn Accounts>, clock: Clock) -> Self {
        Self { accounts, clock, kept: Mutex::new(HashMap::new()) }
    }

    /// The account of a credential that holds now.
    pub async fn who(&self, credential: Credential) -> Result<Option<Account>, AccountsError> {
        let now = self.clock.now();
        if let Some(account) = self.believed(&credential, now) {
            return Ok(account);
        }
        let found = match credential {
            Credential::Token(hash) => self.accounts.by_token(hash).await?,
            Credential::Session(hash) => self.accounts.by_session(hash, now).await?,
        };
        let account = found.filter(|account| account.holds_at(now));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(credential, (now, account.clone()));
        Ok(account)
    }

    /// Whether a credential still holds. While accounts cannot be read, what held keeps holding.
    pub async fn holds(&self, credential: &Credential) -> bool {
        self.who(*credential).await.map_or(true, |account| account.is_some())
    }

    fn believed(&self, credential: &Credential, now: Timestamp) -> Option<Option<Account>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, account) = kept.get(credential)?;
        (now.duration_since(*at).abs() < BELIEVED_FOR).then(|| account.clone())
    }

    /// Makes an account and gives its token: the only time it is shown.
    pub async fn create(&self, new: NewAccount) -> Result<(Account, String), AccountsError> {
        self.create_with(new, Setting::of(Layout::Overview)).await
    }

    /// The same for a wall that is set to show something; for others the setting means nothing.
    pub async fn create_with(&self, new: NewAccount, setting: Setting) -> Result<(Account, String), AccountsError> {
        let account = new.account(&self.clock, setting);
        let token = format!("{TOKEN_PREFIX}{}", fresh_secret()?);
        let hash = digest(&token);
        self.accounts.add(account.clone(), hash).await?;
        Ok((account, token))
    }

    /// Begins a browser session of an account and gives the word for its cookie.
    pub async fn begin_session(&self, account: &Account, lasts: SignedDuration) -> Result<String, AccountsError> {
        let secret = fresh_secret()?;
        let hash = digest(&secret);
        let now = self.clock.now();
        let ends_at = now.saturating_add(lasts).unwrap_or(Timestamp::MAX).min(account.expires_at);
        self.accounts.add_session(hash, account.id, ends_at, now).await?;
        Ok(secret)
    }

    /// The walls or the positions of one centre, or of all; newest first.
    pub async fn held(&self, holders: Holders, centre: Option<CentreId>) -> Result<Vec<Account>, AccountsError> {
        self.accounts.held(holders, centre).await
    }

    /// How many walls may sign in, by whether their sockets live now.
    pub async fn walls(&self) -> Result<(usize, usize), AccountsError> {
        let now = self.clock.now();
        let walls = self.accounts.held(Holders::Walls, None).await?;
        let (live, silent): (Vec<_>, Vec<_>) = walls
            .iter()
            .filter(|wall| wall.revoked_at.is_none() && wall.expires_at > now)
            .filter_map(|wall| wall.device.as_ref())
            .partition(|device| device.lives_at(now));
        Ok((live.len(), silent.len()))
    }

    /// An account, whether or not it still holds.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, AccountsError> {
        self.accounts.by_id(id).await
    }

    /// Changes what a wall shows or is called; `None` if there is no such wall.
    pub async fn set_device(&self, id: AccountId, changes: Changes) -> Result<Option<Account>, AccountsError> {
        let changed = self.accounts.set_device(id, changes).await?;
        self.forget(id);
        Ok(changed)
    }

    /// Revokes an account: here at once, on other servers once they no longer believe what they looked up.
    pub async fn revoke(&self, account: &Account) -> Result<Account, AccountsError> {
        let at = account.revoked_at.unwrap_or_else(|| self.clock.now());
        self.accounts.revoke(account.id, at).await?;
        self.forget(account.id);
        Ok(Account { revoked_at: Some(at), ..account.clone() })
    }

    /// Writes down that the socket of a wall lives; a store that fails now is told again in a minute.
    pub async fn seen(&self, wall: AccountId) {
        if let Err(error) = self.accounts.seen(wall, self.clock.now()).await {
            tracing::warn!(account.id = %wall, error = %crate::health::chain(&error), "a wall could not be noted as seen");
        }
    }

    fn forget(&self, id: AccountId) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (_, account)| account.as_ref().is_none_or(|account| account.id != id));
    }

    /// Ends a browser session.
    pub async fn end_session(&self, credential: Credential) -> Result<(), AccountsError> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(&credential);
        match credential {
            Credential::Session(hash) => self.accounts.end_session(hash).await,
            Credential::Token(_) => Ok(()),
        }
    }
}

impl NewAccount {
    /// The account as it is made now.
    pub(crate) fn account(self, clock: &Clock, setting: Setting) -> Account {
        let now = clock.now();
        Account {
            id: AccountId(clock.fresh_id()),
            centre: self.centre,
            role: self.role,
            name: self.name,
            ceiling: self.ceiling,
            created_at: now,
            expires_at: now.saturating_add(self.expires_in).unwrap_or(Timestamp::MAX),
            revoked_at: None,
            device: (self.role == Role::WallDevice).then(|| Device::new(setting)),
        }
    }
}

/// What is kept in place of a secret.
pub(crate) fn digest(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// 32 random bytes as a word.
pub(crate) fn fresh_secret() -> Result<String, AccountsError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| AccountsError(Box::new(error)))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
