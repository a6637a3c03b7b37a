//! Accounts that die with the process: for tests.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Account, Accounts, AccountsError, SecretHash};
use crate::domain::ids::AccountId;

/// Accounts in memory.
#[derive(Default)]
pub struct MemoryAccounts(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    accounts: Vec<(SecretHash, Account)>,
    sessions: HashMap<SecretHash, (AccountId, Timestamp)>,
}

impl MemoryAccounts {
    fn kept(&self) -> MutexGuard<'_, Kept> {
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
    ) -> Result<(), AccountsError> {
        self.kept().sessions.insert(session, (account, ends_at));
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

    async fn list(&self) -> Result<Vec<Account>, AccountsError> {
        Ok(self.kept().accounts.iter().rev().map(|(_, account)| account.clone()).collect())
    }
}
