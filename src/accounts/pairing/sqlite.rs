//! Pairings in the file of the SQLite journal, so that every process on it answers for them.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use uuid::Uuid;

use super::{
    Collected, Collection, Confirmation, Confirmed, NewPairing, OPEN_MAX, OPEN_MAX_OF_ONE_PEER, Opened, PAIRING_TERM,
    Pairings, WRONG_CODES_MAX, WRONG_CODES_WITHIN, ends,
};
use crate::accounts::sqlite::{SqliteAccounts, insert_account, read_time, select_account};
use crate::accounts::{AccountsError, SecretHash};
use crate::domain::ids::AccountId;

#[async_trait]
impl Pairings for SqliteAccounts {
    async fn open(&self, pairing: NewPairing, now: Timestamp) -> Result<Opened, AccountsError> {
        self.with(move |connection| open(connection, &pairing, now)).await
    }

    async fn confirm(&self, confirmation: Confirmation, now: Timestamp) -> Result<Confirmed, AccountsError> {
        self.with(move |connection| confirm(connection, &confirmation, now)).await
    }

    async fn collect(&self, collection: Collection, now: Timestamp) -> Result<Collected, AccountsError> {
        self.with(move |connection| collect(connection, &collection, now)).await
    }
}

fn open(connection: &mut Connection, pairing: &NewPairing, now: Timestamp) -> rusqlite::Result<Opened> {
    let NewPairing { id, code, secret, peer } = pairing;
    let peer = peer.map(|peer| peer.to_string());
    // Anybody may ask: whoever is turned away does not take the writer's lock from those who are at work.
    if let Some(full) = full(connection, peer.as_deref(), now)? {
        return Ok(full);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if let Some(full) = full(&transaction, peer.as_deref(), now)? {
        return Ok(full);
    }
    transaction.execute("delete from pairing where expires_at <= ?1", [now.as_millisecond()])?;
    let expires_at = ends(now, PAIRING_TERM);
    let insert = "insert into pairing (id, code_hash, secret_hash, expires_at, peer) values (?1, ?2, ?3, ?4, ?5)
        on conflict (code_hash) do nothing";
    let until = expires_at.as_millisecond();
    let made = transaction.execute(insert, params![id.into_bytes(), code, secret, until, peer])?;
    transaction.commit()?;
    Ok(if made == 1 { Opened::Until(expires_at) } else { Opened::CodeTaken })
}

/// Whether no further wall may wait, in all or at this address.
fn full(connection: &Connection, peer: Option<&str>, now: Timestamp) -> rusqlite::Result<Option<Opened>> {
    let select = "select count(*), coalesce(min(expires_at), 0) from pairing where account is null and expires_at > ?1";
    let now = now.as_millisecond();
    let (open, first) = connection.prepare_cached(select)?.query_row([now], count_and_first)?;
    if open >= i64::try_from(OPEN_MAX).expect("few") {
        return Ok(Some(Opened::Full { until: first }));
    }
    let select = format!("{select} and peer = ?2");
    let (of_peer, first) = connection.prepare_cached(&select)?.query_row(params![now, peer], count_and_first)?;
    Ok((of_peer >= i64::try_from(OPEN_MAX_OF_ONE_PEER).expect("few")).then_some(Opened::PeerFull { until: first }))
}

fn confirm(connection: &mut Connection, confirmation: &Confirmation, now: Timestamp) -> rusqlite::Result<Confirmed> {
    let Confirmation { code, by, account, token } = confirmation;
    let by = by.0.into_bytes();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let forgiven = now.as_millisecond() - i64::try_from(WRONG_CODES_WITHIN.as_millis()).expect("minutes are few");
    transaction.execute("delete from wrong_code where at <= ?1", [forgiven])?;
    let select = "select count(*), coalesce(min(at), 0) from wrong_code where account = ?1";
    let (wrong, first) = transaction.query_row(select, [by], count_and_first)?;
    if wrong >= i64::try_from(WRONG_CODES_MAX).expect("few") {
        transaction.commit()?;
        return Ok(Confirmed::TooManyWrong { until: ends(first, WRONG_CODES_WITHIN) });
    }
    let select = "select id from pairing where code_hash = ?1 and account is null and expires_at > ?2";
    let found = transaction.query_row(select, params![code, now.as_millisecond()], |row| row.get::<_, [u8; 16]>(0));
    let Some(pairing) = found.optional()? else {
        transaction
            .execute("insert into wrong_code (account, at) values (?1, ?2)", params![by, now.as_millisecond()])?;
        transaction.commit()?;
        return Ok(Confirmed::NoSuchCode);
    };
    insert_account(&transaction, account, token)?;
    let update = "update pairing set account = ?2, expires_at = ?3 where id = ?1";
    let until = ends(now, PAIRING_TERM).as_millisecond();
    transaction.execute(update, params![pairing, account.id.0.into_bytes(), until])?;
    transaction.commit()?;
    Ok(Confirmed::Done)
}

fn collect(connection: &mut Connection, collection: &Collection, now: Timestamp) -> rusqlite::Result<Collected> {
    let Collection { id, secret, session } = collection;
    // Walls ask every two seconds: only the one that was confirmed takes the writer's lock.
    match look(connection, *id, secret, now)? {
        None => return Ok(Collected::Gone),
        Some((expires_at, None)) => return Ok(Collected::Waiting { expires_at }),
        Some((_, Some(_))) => {}
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let Some((_, Some(account))) = look(&transaction, *id, secret, now)? else { return Ok(Collected::Gone) };
    let account = select_account(&transaction, account)?;
    if !account.holds_at(now) {
        return Ok(Collected::Gone);
    }
    let insert = "insert into session (hash, account, ends_at) values (?1, ?2, ?3)";
    let ends_at = account.expires_at.as_millisecond();
    transaction.execute(insert, params![session, account.id.0.into_bytes(), ends_at])?;
    transaction.execute("delete from pairing where id = ?1", [id.into_bytes()])?;
    transaction.commit()?;
    Ok(Collected::Done(Box::new(account)))
}

fn count_and_first(row: &Row<'_>) -> rusqlite::Result<(i64, Timestamp)> {
    Ok((row.get(0)?, read_time(row, 1)?))
}

/// A wall within its term, with the account it was given.
fn look(
    connection: &Connection,
    id: Uuid,
    secret: &SecretHash,
    now: Timestamp,
) -> rusqlite::Result<Option<(Timestamp, Option<AccountId>)>> {
    let select = "select expires_at, account from pairing where id = ?1 and secret_hash = ?2 and expires_at > ?3";
    let mut statement = connection.prepare_cached(select)?;
    let found = statement.query_row(params![id.into_bytes(), secret, now.as_millisecond()], |row| {
        let account: Option<[u8; 16]> = row.get(1)?;
        Ok((read_time(row, 0)?, account.map(|id| AccountId(Uuid::from_bytes(id)))))
    });
    found.optional()
}
