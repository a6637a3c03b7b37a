//! Accounts that die with the process: for tests.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use super::device::Changes;
use super::pairing::memory::Waiting;
use super::{Account, Accounts, AccountsError, Holders, LISTED_MAX, SecretHash};
use crate::domain::ids::{AccountId, CentreId};

/// Accounts in memory.
#[derive(Default)]
pub struct MemoryAccounts(Mutex<Kept>);

#[derive(Default)]
pub(super) struct Kept {
    pub(super) accounts: Vec<(SecretHash, Account)>,
    pub(super) sessions: HashMap<SecretHash, (AccountId, Timestamp)>,
    pub(super) pairings: Vec<Waiting>,
    pub(super) wrong_codes: Vec<(AccountId, Timestamp)>,
}

impl MemoryAccounts {
    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Accounts for MemoryAccounts {
    async fn add(&self, account: Account, token: SecretHash) -> Result<(), AccountsError> {
        self.kept().accounts.push((token, account));
        Ok(())
    }

    async fn by_token(&self, token: SecretHash) -> Result<Option<Account>, AccountsError> {
        Ok(self.kept().accounts.iter().find(|(hash, _)| *hash == token).map(|(_, account)| account.clone()))
    }

    async fn by_session(&self, session: SecretHash, now: Timestamp) -> Result<Option<Account>, AccountsError> {
        let kept = self.kept();
        let Some((id, ends_at)) = kept.sessions.get(&session) else { return Ok(None) };
        let account = kept.accounts.iter().find(|(_, account)| account.id == *id).map(|(_, account)| account);
        Ok(account.filter(|_| now < *ends_at).cloned())
    }

    async fn add_session(
        &self,
        session: SecretHash,
        account: AccountId,
        ends_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), AccountsError> {
        let mut kept = self.kept();
        kept.sessions.retain(|_, (_, ends_at)| now < *ends_at);
        kept.sessions.insert(session, (account, ends_at));
        Ok(())
    }

    async fn end_session(&self, session: SecretHash) -> Result<(), AccountsError> {
        self.kept().sessions.remove(&session);
        Ok(())
    }

    async fn revoke(&self, id: AccountId, at: Timestamp) -> Result<bool, AccountsError> {
        let mut kept = self.kept();
        kept.sessions.retain(|_, (account, _)| *account != id);
        let Some((_, account)) = kept.accounts.iter_mut().find(|(_, account)| account.id == id) else {
            return Ok(false);
        };
        account.revoked_at.get_or_insert(at);
        Ok(true)
    }

    async fn by_id(&self, id: AccountId) -> Result<Option<Account>, AccountsError> {
        let kept = self.kept();
        Ok(kept.accounts.iter().find(|(_, account)| account.id == id).map(|(_, account)| account.clone()))
    }

    async fn held(&self, holders: Holders, centre: Option<CentreId>) -> Result<Vec<Account>, AccountsError> {
        let asked = |account: &Account| {
            holders.have(account.role) && centre.as_ref().is_none_or(|centre| account.centre == *centre)
        };
        let mut held = self.list().await?;
        held.retain(asked);
        held.truncate(LISTED_MAX);
        Ok(held)
    }

    async fn set_device(&self, id: AccountId, changes: Changes) -> Result<Option<Account>, AccountsError> {
        let mut kept = self.kept();
        let found = kept.accounts.iter_mut().map(|(_, account)| account).find(|account| account.id == id);
        let Some(account) = found else { return Ok(None) };
        let Some(device) = &mut account.device else { return Ok(None) };
        device.setting = device.setting.clone().with(&changes);
        if let Some(name) = changes.name {
            account.name = name;
        }
        Ok(Some(account.clone()))
    }

    async fn seen(&self, id: AccountId, at: Timestamp) -> Result<(), AccountsError> {
        let mut kept = self.kept();
        let found = kept.accounts.iter_mut().map(|(_, account)| account).find(|account| account.id == id);
        if let Some(device) = found.and_then(|account| account.device.as_mut())
            && device.unseen_at(at)
        {
            device.last_seen = Some(at);
        }
        Ok(())
    }

    async fn list(&self) -> Result<Vec<Account>, AccountsError> {
        Ok(self.kept().accounts.iter().rev().map(|(_, account)| account.clone()).collect())
    }
}
