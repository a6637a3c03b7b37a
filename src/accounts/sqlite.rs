//! Accounts in the file of the SQLite journal. Each call is seen by every process at once.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{Account, Accounts, AccountsError, SecretHash};
use crate::domain::ids::{AccountId, CentreId};
use crate::domain::vocabulary::{Role, Tlp};
use crate::journal::JournalError;
use crate::journal::sqlite::open_connection;

const COLUMNS: &str = "id, centre, role, name, ceiling, created_at, expires_at, revoked_at";

/// Accounts in a file.
pub struct SqliteAccounts(Arc<Mutex<Connection>>);

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> AccountsError {
    AccountsError(Box::new(error))
}

impl SqliteAccounts {
    /// Opens or creates the accounts at `path`.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        Ok(Self(Arc::new(Mutex::new(open_connection(path)?))))
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, AccountsError> {
        let connection = Arc::clone(&self.0);
        let working =
            tokio::task::spawn_blocking(move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner)));
        working.await.map_err(failed)?.map_err(failed)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Account> {
    let word = |column: usize, error: String| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
    };
    let time = |column: usize| -> rusqlite::Result<Timestamp> {
        let number: i64 = row.get(column)?;
        Timestamp::from_millisecond(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
    };
    let id: [u8; 16] = row.get(0)?;
    let (centre, role, ceiling): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(4)?);
    let revoked: Option<i64> = row.get(7)?;
    Ok(Account {
        id: AccountId(Uuid::from_bytes(id)),
        centre: CentreId::parse(&centre).map_err(|error| word(1, error.to_owned()))?,
        role: role.parse::<Role>().map_err(|error| word(2, error))?,
        name: row.get(3)?,
        ceiling: ceiling.parse::<Tlp>().map_err(|error| word(4, error))?,
        created_at: time(5)?,
        expires_at: time(6)?,
        revoked_at: revoked.map(|_| time(7)).transpose()?,
    })
}

#[async_trait]
impl Accounts for SqliteAccounts {
    async fn add(&self, account: Account, token: SecretHash) -> Result<(), AccountsError> {
        self.with(move |connection| {
            let insert =
                format!("insert into account ({COLUMNS}, token_hash) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
            let Account { id, centre, role, name, ceiling, created_at, expires_at, revoked_at } = account;
            connection.execute(
                &insert,
                params![
                    id.0.into_bytes(),
                    centre.as_str(),
                    role.as_str(),
                    name,
                    ceiling.as_str(),
                    created_at.as_millisecond(),
                    expires_at.as_millisecond(),
                    revoked_at.map(Timestamp::as_millisecond),
                    token
                ],
            )?;
            Ok(())
        })
        .await
    }

    async fn by_token(&self, token: SecretHash) -> Result<Option<Account>, AccountsError> {
        let select = format!("select {COLUMNS} from account where token_hash = ?1");
        self.with(move |connection| connection.prepare_cached(&select)?.query_row([token], read).optional()).await
    }

    async fn by_session(&self, session: SecretHash, now: Timestamp) -> Result<Option<Account>, AccountsError> {
        let select = format!(
            "select {COLUMNS} from account where id = (select account from session where hash = ?1 and ends_at > ?2)"
        );
        self.with(move |connection| {
            let mut statement = connection.prepare_cached(&select)?;
            statement.query_row(params![session, now.as_millisecond()], read).optional()
        })
        .await
    }

    async fn add_session(
        &self,
        session: SecretHash,
        account: AccountId,
        ends_at: Timestamp,
    ) -> Result<(), AccountsError> {
        self.with(move |connection| {
            let insert = "insert into session (hash, account, ends_at) values (?1, ?2, ?3)";
            connection.execute(insert, params![session, account.0.into_bytes(), ends_at.as_millisecond()])?;
            Ok(())
        })
        .await
    }

    async fn end_session(&self, session: SecretHash) -> Result<(), AccountsError> {
        self.with(move |connection| {
            connection.execute("delete from session where hash = ?1", [session])?;
            Ok(())
        })
        .await
    }

    async fn revoke(&self, id: AccountId, at: Timestamp) -> Result<bool, AccountsError> {
        self.with(move |connection| {
            let id = id.0.into_bytes();
            let transaction = connection.transaction()?;
            transaction.execute("delete from session where account = ?1", [id])?;
            let update = "update account set revoked_at = coalesce(revoked_at, ?2) where id = ?1";
            let found = transaction.execute(update, params![id, at.as_millisecond()])?;
            transaction.commit()?;
            Ok(found == 1)
        })
        .await
    }

    async fn list(&self) -> Result<Vec<Account>, AccountsError> {
        self.with(|connection| {
            let select = format!("select {COLUMNS} from account order by created_at desc, id desc");
            connection.prepare(&select)?.query_map([], read)?.collect()
        })
        .await
    }
}
