//! Accounts in the file of the SQLite journal. Each call is seen by every process at once.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use uuid::Uuid;

use super::device::{Changes, Device, Setting};
use super::{Account, Accounts, AccountsError, Holders, LISTED_MAX, SecretHash};
use crate::domain::ids::{AccountId, CentreId, CrisisId};
use crate::domain::vocabulary::{Layout, Role, Tlp};
use crate::journal::JournalError;
use crate::journal::sqlite::open_connection;

const COLUMNS: &str = "id, centre, role, name, ceiling, created_at, expires_at, revoked_at, layout, distance_m, \
     crisis, last_seen";

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

    pub(super) async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, AccountsError> {
        let connection = Arc::clone(&self.0);
        let working =
            tokio::task::spawn_blocking(move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner)));
        working.await.map_err(failed)?.map_err(failed)
    }
}

/// A moment that is stored as milliseconds since 1970.
pub(super) fn read_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let number: i64 = row.get(column)?;
    Timestamp::from_millisecond(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

fn read_optional_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(column)?.map(|_| read_time(row, column)).transpose()
}

fn read_word<T, E: std::fmt::Display>(
    row: &Row<'_>,
    column: usize,
    parse: impl Fn(&str) -> Result<T, E>,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parse(&text).map_err(|error| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(column, kind, error.to_string().into())
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<Account> {
    let id: [u8; 16] = row.get(0)?;
    let role = read_word(row, 2, str::parse::<Role>)?;
    Ok(Account {
        id: AccountId(Uuid::from_bytes(id)),
        centre: read_word(row, 1, CentreId::parse)?,
        role,
        name: row.get(3)?,
        ceiling: read_word(row, 4, str::parse::<Tlp>)?,
        created_at: read_time(row, 5)?,
        expires_at: read_time(row, 6)?,
        revoked_at: read_optional_time(row, 7)?,
        device: (role == Role::WallDevice).then(|| read_device(row)).transpose()?,
    })
}

fn read_device(row: &Row<'_>) -> rusqlite::Result<Device> {
    let pinned = row.get::<_, Option<String>>(10)?.is_some();
    let setting = Setting {
        layout: read_word(row, 8, str::parse::<Layout>)?,
        distance_m: row.get(9)?,
        crisis: pinned.then(|| read_word(row, 10, CrisisId::parse)).transpose()?,
    };
    Ok(Device { setting, last_seen: read_optional_time(row, 11)? })
}

/// Adds an account with the hash of its token.
pub(super) fn insert_account(connection: &Connection, account: &Account, token: &SecretHash) -> rusqlite::Result<()> {
    let insert = format!(
        "insert into account ({COLUMNS}, token_hash)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    );
    let Account { id, centre, role, name, ceiling, created_at, expires_at, revoked_at, device } = account;
    // Who is no wall has no use for these columns; they hold what a wall would begin with.
    let device = device.clone().unwrap_or_else(|| Device::new(Setting::of(Layout::Overview)));
    let Device { setting: Setting { layout, distance_m, crisis }, last_seen } = device;
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
            layout.as_str(),
            distance_m,
            crisis.as_ref().map(CrisisId::as_str),
            last_seen.map(Timestamp::as_millisecond),
            token
        ],
    )?;
    Ok(())
}

/// The account of an id that is known to be there.
pub(super) fn select_account(connection: &Connection, id: AccountId) -> rusqlite::Result<Account> {
    let select = format!("select {COLUMNS} from account where id = ?1");
    connection.prepare_cached(&select)?.query_row([id.0.into_bytes()], read)
}

#[async_trait]
impl Accounts for SqliteAccounts {
    async fn add(&self, account: Account, token: SecretHash) -> Result<(), AccountsError> {
        self.with(move |connection| insert_account(connection, &account, &token)).await
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
        now: Timestamp,
    ) -> Result<(), AccountsError> {
        self.with(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute("delete from session where ends_at <= ?1", [now.as_millisecond()])?;
            let insert = "insert into session (hash, account, ends_at) values (?1, ?2, ?3)";
            transaction.execute(insert, params![session, account.0.into_bytes(), ends_at.as_millisecond()])?;
            transaction.commit()
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

    async fn by_id(&self, id: AccountId) -> Result<Option<Account>, AccountsError> {
        self.with(move |connection| select_account(connection, id).optional()).await
    }

    async fn held(&self, holders: Holders, centre: Option<CentreId>) -> Result<Vec<Account>, AccountsError> {
        let role = match holders {
            Holders::Walls => "role = 'wall_device'",
            Holders::Positions => "role <> 'wall_device'",
        };
        let select = format!(
            "select {COLUMNS} from account where {role} and (?1 is null or centre = ?1)
            order by created_at desc, id desc limit {LISTED_MAX}"
        );
        self.with(move |connection| {
            let centre = centre.as_ref().map(CentreId::as_str);
            connection.prepare_cached(&select)?.query_map([centre], read)?.collect()
        })
        .await
    }

    async fn set_device(&self, id: AccountId, changes: Changes) -> Result<Option<Account>, AccountsError> {
        self.with(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let found = select_account(&transaction, id).optional()?;
            let Some((account, device)) = found.and_then(|account| Some((account.clone(), account.device?))) else {
                return Ok(None);
            };
            let name = changes.name.clone().unwrap_or_else(|| account.name.clone());
            let setting = device.setting.with(&changes);
            let update = "update account set name = ?2, layout = ?3, distance_m = ?4, crisis = ?5 where id = ?1";
            let Setting { layout, distance_m, crisis } = &setting;
            let crisis = crisis.as_ref().map(CrisisId::as_str);
            transaction.execute(update, params![id.0.into_bytes(), name, layout.as_str(), distance_m, crisis])?;
            transaction.commit()?;
            Ok(Some(Account { name, device: Some(Device { setting, ..device }), ..account }))
        })
        .await
    }

    async fn seen(&self, id: AccountId, at: Timestamp) -> Result<(), AccountsError> {
        self.with(move |connection| {
            // Looked at first, so that a wall which comes back and back does not take the writer's lock.
            let device = select_account(connection, id).optional()?.and_then(|account| account.device);
            if device.is_some_and(|device| device.unseen_at(at)) {
                let update = "update account set last_seen = ?2 where id = ?1";
                connection.execute(update, params![id.0.into_bytes(), at.as_millisecond()])?;
            }
            Ok(())
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

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::clock::Clock;
    use crate::sign_in::{NewAccount, SignIn};

    #[tokio::test]
    async fn sessions_that_have_ended_are_not_kept_for_ever() {
        let folder = tempfile::tempdir().expect("a folder");
        let accounts = Arc::new(SqliteAccounts::open(&folder.path().join("vigie.db")).expect("it opens"));
        let clock = Clock::held_at(Timestamp::UNIX_EPOCH);
        let sign_in = SignIn::new(accounts.clone(), clock.clone());
        let new = NewAccount {
            centre: CentreId::parse("be-nccn").expect("a slug"),
            role: Role::DutyOfficer,
            name: "Desk".to_owned(),
            ceiling: Tlp::Clear,
            expires_in: SignedDuration::from_hours(48),
        };
        let (account, _) = sign_in.create(new).await.expect("it is made");
        let begin = async |hours| {
            sign_in.begin_session(&account, SignedDuration::from_hours(hours)).await.expect("it begins");
        };
        let kept = async || {
            let count = |connection: &mut Connection| {
                connection.query_row("select count(*) from session", [], |row| row.get::<_, i64>(0))
            };
            accounts.with(count).await.expect("it answers")
        };
        for hours in [12, 12, 24] {
            begin(hours).await;
        }
        assert_eq!(kept().await, 3);
        clock.hold(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(13));
        begin(12).await;
        assert_eq!(kept().await, 2, "the two that ended are gone, the longer one is not");
    }
}
