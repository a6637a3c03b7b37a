//! Destinations in the file of the SQLite journal, over connections of their own.
//!
//! What people say is flushed before it is acknowledged. What the sender writes flushes nothing: cursor and
//! deliveries come and go together, and what is lost with the machine is put down and sent once more.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use uuid::Uuid;

use super::{
    Counts, DEAD_MAX, DESTINATIONS_MAX, DeadLetter, Delivery, Destination, Destinations, DestinationsError, Due,
    Failed, LISTED_MAX, Loss, Mark, Move, Secret, Settled, Told, WAITING_MAX,
};
use crate::domain::ids::{CentreId, CrisisId, DestinationId, Seq};
use crate::domain::vocabulary::{Channel, DeliveryFault, NoticeKind};
use crate::journal::JournalError;
use crate::journal::sqlite::open_connection;

/// What every selection of a destination names, in this order.
const COLUMNS: &str = "t.id, t.centre, t.channel, t.address, t.kinds, t.secret, t.made_at, t.since, t.paused_at";
/// The right to send.
const SENDER: &str = "sender";

/// Destinations in a file.
pub struct SqliteDestinations {
    keeping: Shared,
    sending: Shared,
}

type Shared = Arc<Mutex<Connection>>;

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> DestinationsError {
    DestinationsError(Box::new(error))
}

impl SqliteDestinations {
    /// Opens the destinations beside the journal at `path`.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let keeping = open_connection(path)?;
        let sending = open_connection(path)?;
        let flush = sending.pragma_update(None, "synchronous", "normal");
        flush.map_err(|error| JournalError::Unavailable(Box::new(error)))?;
        Ok(Self { keeping: Arc::new(Mutex::new(keeping)), sending: Arc::new(Mutex::new(sending)) })
    }
}

/// Works on a connection, off the event loop.
async fn on<T: Send + 'static>(
    connection: &Shared,
    work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, DestinationsError> {
    let connection = Arc::clone(connection);
    let working =
        tokio::task::spawn_blocking(move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner)));
    working.await.map_err(failed)?.map_err(failed)
}

fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn read_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let number: i64 = row.get(column)?;
    Timestamp::from_millisecond(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// A word that `parse` must know.
fn read_word<T>(row: &Row<'_>, column: usize, parse: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let word: String = row.get(column)?;
    let unknown = || rusqlite::Error::InvalidColumnType(column, word.clone(), rusqlite::types::Type::Text);
    parse(&word).ok_or_else(unknown)
}

fn read_kinds(words: &str) -> Option<BTreeSet<NoticeKind>> {
    words.split_whitespace().map(NoticeKind::parse).collect()
}

fn read_id(row: &Row<'_>, column: usize) -> rusqlite::Result<DestinationId> {
    Ok(DestinationId(Uuid::from_bytes(row.get(column)?)))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Destination> {
    Ok(Destination {
        id: read_id(row, 0)?,
        centre: read_word(row, 1, |word| CentreId::parse(word).ok())?,
        channel: read_word(row, 2, Channel::parse)?,
        address: row.get(3)?,
        kinds: read_word(row, 4, read_kinds)?,
        secret: row.get::<_, Option<String>>(5)?.map(Secret),
        made_at: read_time(row, 6)?,
        since: read_time(row, 7)?,
        paused_at: row.get::<_, Option<i64>>(8)?.map(|_| read_time(row, 8)).transpose()?,
    })
}

fn to_sql(seq: Seq) -> i64 {
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}

/// A number that is small as the store counts.
fn few(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn mark(transaction: &Connection, id: DestinationId, marks: &[Mark]) -> rusqlite::Result<()> {
    let upsert = "insert into destination_cursor (destination, crisis, seq) values (?1, ?2, ?3)
        on conflict (destination, crisis) do update set seq = excluded.seq";
    for (crisis, seq) in marks {
        transaction.prepare_cached(upsert)?.execute(params![id.0.into_bytes(), crisis.as_str(), to_sql(*seq)])?;
    }
    Ok(())
}

/// Puts a delivery down: to wait, or where too many do, among the dead.
fn put(transaction: &Connection, to: DestinationId, delivery: &Delivery, now: Timestamp) -> rusqlite::Result<()> {
    let (to, now) = (to.0.into_bytes(), now.as_millisecond());
    let count = "select count(*) from delivery where destination = ?1 and next_attempt is not null";
    let waiting: i64 = transaction.prepare_cached(count)?.query_row([to], |row| row.get(0))?;
    let (next, died, fault) = if waiting < few(WAITING_MAX) {
        (Some(now), None, None)
    } else {
        (None, Some(now), Some(DeliveryFault::TooMany.as_str()))
    };
    let insert = "insert into delivery (id, destination, kind, content, made_at, next_attempt, died_at, fault)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict (id) do nothing";
    let Delivery { id, kind, content } = delivery;
    let row = params![id, to, kind.as_str(), content, now, next, died, fault];
    transaction.prepare_cached(insert)?.execute(row)?;
    if died.is_some() { forget_old(transaction, to) } else { Ok(()) }
}

fn forget_old(transaction: &Connection, destination: [u8; 16]) -> rusqlite::Result<()> {
    let delete = "delete from delivery where destination = ?1 and died_at is not null and id not in (
        select id from delivery where destination = ?1 and died_at is not null
        order by died_at desc, id desc limit ?2)";
    transaction.prepare_cached(delete)?.execute(params![destination, few(DEAD_MAX)])?;
    Ok(())
}

fn exists(connection: &Connection, id: DestinationId) -> rusqlite::Result<bool> {
    connection.prepare_cached("select 1 from destination where id = ?1")?.exists([id.0.into_bytes()])
}

fn put_down(connection: &mut Connection, crisis: &CrisisId, moves: &[Move], now: Timestamp) -> rusqlite::Result<()> {
    let transaction = begin(connection)?;
    for Move { destination, from, to, deliveries } in moves {
        let place = params![destination.0.into_bytes(), crisis.as_str()];
        let select = "select seq from destination_cursor where destination = ?1 and crisis = ?2";
        let stands = transaction.prepare_cached(select)?.query_row(place, |row| row.get::<_, i64>(0)).optional()?;
        if stands.unwrap_or(0) != to_sql(*from) || !exists(&transaction, *destination)? {
            continue;
        }
        mark(&transaction, *destination, &[(crisis.clone(), *to)])?;
        for delivery in deliveries {
            put(&transaction, *destination, delivery, now)?;
        }
    }
    transaction.commit()
}

fn lose(connection: &mut Connection, losses: Vec<Loss>, now: Timestamp) -> rusqlite::Result<()> {
    let told = "select 1 from destination_loss where destination = ?1 and wall = ?2 and last_seen = ?3";
    let mut new = Vec::new();
    // Looked at first: most walls that are lost were lost a minute ago.
    for loss in losses {
        let Loss { destination, wall, last_seen, .. } = &loss;
        let row = params![destination.0.into_bytes(), wall.0.into_bytes(), last_seen.as_millisecond()];
        if !connection.prepare_cached(told)?.exists(row)? {
            new.push(loss);
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    let transaction = begin(connection)?;
    let upsert = "insert into destination_loss (destination, wall, last_seen) values (?1, ?2, ?3)
        on conflict (destination, wall) do update set last_seen = excluded.last_seen
        where destination_loss.last_seen <> excluded.last_seen";
    for Loss { destination, wall, last_seen, delivery } in new {
        if !exists(&transaction, destination)? {
            continue;
        }
        let row = params![destination.0.into_bytes(), wall.0.into_bytes(), last_seen.as_millisecond()];
        if transaction.prepare_cached(upsert)?.execute(row)? == 1 {
            put(&transaction, destination, &delivery, now)?;
        }
    }
    transaction.commit()
}

fn settle(
    connection: &mut Connection,
    delivery: &str,
    attempts: u32,
    settled: Settled,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let transaction = begin(connection)?;
    match settled {
        Settled::Arrived => {
            let delete = "delete from delivery where id = ?1 and attempts = ?2";
            transaction.prepare_cached(delete)?.execute(params![delivery, attempts])?;
        }
        Settled::Again(at, Failed { fault, status }) => {
            let update = "update delivery set attempts = attempts + 1, next_attempt = ?3, fault = ?4, status = ?5
                where id = ?1 and attempts = ?2";
            let row = params![delivery, attempts, at.as_millisecond(), fault.as_str(), status];
            transaction.prepare_cached(update)?.execute(row)?;
        }
        Settled::Dead(Failed { fault, status }) | Settled::Gone(Failed { fault, status }) => {
            let update = "update delivery set attempts = attempts + 1, next_attempt = null, died_at = ?3, fault = ?4,
                status = ?5 where id = ?1 and attempts = ?2 returning destination";
            let row = params![delivery, attempts, now.as_millisecond(), fault.as_str(), status];
            let of: Option<[u8; 16]> =
                transaction.prepare_cached(update)?.query_row(row, |row| row.get(0)).optional()?;
            if let Some(of) = of {
                forget_old(&transaction, of)?;
                if matches!(settled, Settled::Gone(_)) {
                    let pause = "update destination set paused_at = coalesce(paused_at, ?2) where id = ?1";
                    transaction.prepare_cached(pause)?.execute(params![of, now.as_millisecond()])?;
                }
            }
        }
    }
    transaction.commit()
}

fn read_due(row: &Row<'_>) -> rusqlite::Result<Due> {
    let delivery = Delivery { id: row.get(9)?, kind: read_word(row, 10, NoticeKind::parse)?, content: row.get(11)? };
    Ok(Due { destination: read(row)?, delivery, attempts: row.get(12)? })
}

fn read_dead(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    Ok(DeadLetter {
        id: row.get(0)?,
        kind: read_word(row, 1, NoticeKind::parse)?,
        made_at: read_time(row, 2)?,
        died_at: read_time(row, 3)?,
        attempts: row.get(4)?,
        failed: Failed { fault: read_word(row, 5, DeliveryFault::parse)?, status: row.get(6)? },
    })
}

#[async_trait]
impl Destinations for SqliteDestinations {
    async fn add(&self, destination: Destination, marks: Vec<Mark>) -> Result<bool, DestinationsError> {
        on(&self.keeping, move |connection| {
            let transaction = begin(connection)?;
            let Destination { id, centre, channel, address, kinds, secret, made_at, since, paused_at } = destination;
            let count = "select count(*) from destination where centre = ?1";
            let there: i64 = transaction.query_row(count, [centre.as_str()], |row| row.get(0))?;
            if there >= few(DESTINATIONS_MAX) {
                return Ok(false);
            }
            let insert = "insert into destination
                (id, centre, channel, address, kinds, secret, made_at, since, paused_at)
                values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
            transaction.execute(
                insert,
                params![
                    id.0.into_bytes(),
                    centre.as_str(),
                    channel.as_str(),
                    address,
                    kinds.join(" "),
                    secret.map(|Secret(secret)| secret),
                    made_at.as_millisecond(),
                    since.as_millisecond(),
                    paused_at.map(Timestamp::as_millisecond),
                ],
            )?;
            mark(&transaction, id, &marks)?;
            transaction.commit()?;
            Ok(true)
        })
        .await
    }

    async fn list(&self, centre: Option<CentreId>) -> Result<Vec<Destination>, DestinationsError> {
        on(&self.keeping, move |connection| {
            let select = format!(
                "select {COLUMNS} from destination t where ?1 is null or t.centre = ?1
                order by t.made_at desc, t.id desc limit {LISTED_MAX}"
            );
            let centre = centre.as_ref().map(CentreId::as_str);
            connection.prepare_cached(&select)?.query_map([centre], read)?.collect()
        })
        .await
    }

    async fn by_id(&self, id: DestinationId) -> Result<Option<Destination>, DestinationsError> {
        on(&self.keeping, move |connection| {
            let select = format!("select {COLUMNS} from destination t where t.id = ?1");
            connection.prepare_cached(&select)?.query_row([id.0.into_bytes()], read).optional()
        })
        .await
    }

    async fn pause(&self, id: DestinationId, at: Timestamp) -> Result<(), DestinationsError> {
        on(&self.keeping, move |connection| {
            let update = "update destination set paused_at = coalesce(paused_at, ?2) where id = ?1";
            connection.execute(update, params![id.0.into_bytes(), at.as_millisecond()]).map(|_| ())
        })
        .await
    }

    async fn resume(&self, id: DestinationId, at: Timestamp, marks: Vec<Mark>) -> Result<(), DestinationsError> {
        on(&self.keeping, move |connection| {
            let transaction = begin(connection)?;
            let update = "update destination set paused_at = null, since = ?2 where id = ?1 and paused_at is not null";
            if transaction.execute(update, params![id.0.into_bytes(), at.as_millisecond()])? == 1 {
                mark(&transaction, id, &marks)?;
            }
            transaction.commit()
        })
        .await
    }

    async fn remove(&self, id: DestinationId) -> Result<(), DestinationsError> {
        on(&self.keeping, move |connection| {
            connection.execute("delete from destination where id = ?1", [id.0.into_bytes()]).map(|_| ())
        })
        .await
    }

    async fn told(&self) -> Result<Vec<Told>, DestinationsError> {
        on(&self.sending, move |connection| {
            let select = format!("select {COLUMNS} from destination t where t.paused_at is null order by t.id");
            let active: Vec<Destination> =
                connection.prepare_cached(&select)?.query_map([], read)?.collect::<Result<_, _>>()?;
            if active.is_empty() {
                return Ok(Vec::new());
            }
            let mut marks: HashMap<DestinationId, Vec<Mark>> = HashMap::new();
            let mut cursors = connection.prepare_cached("select destination, crisis, seq from destination_cursor")?;
            let mut rows = cursors.query([])?;
            while let Some(row) = rows.next()? {
                let crisis = read_word(row, 1, |word| CrisisId::parse(word).ok())?;
                let seq = Seq(row.get::<_, i64>(2)?.unsigned_abs());
                marks.entry(read_id(row, 0)?).or_default().push((crisis, seq));
            }
            let told = |destination: Destination| {
                let marks = marks.remove(&destination.id).unwrap_or_default();
                Told { destination, marks }
            };
            Ok(active.into_iter().map(told).collect())
        })
        .await
    }

    async fn put_down(&self, crisis: CrisisId, moves: Vec<Move>, now: Timestamp) -> Result<(), DestinationsError> {
        on(&self.sending, move |connection| put_down(connection, &crisis, &moves, now)).await
    }

    async fn lose(&self, losses: Vec<Loss>, now: Timestamp) -> Result<(), DestinationsError> {
        on(&self.sending, move |connection| lose(connection, losses, now)).await
    }

    async fn due(&self, now: Timestamp, of_each: usize) -> Result<Vec<Due>, DestinationsError> {
        on(&self.sending, move |connection| {
            let select = format!(
                "select {COLUMNS}, d.id, d.kind, d.content, d.attempts from (
                    select id, row_number() over (
                        partition by destination order by next_attempt, made_at, id
                    ) as place
                    from delivery where next_attempt <= ?1
                ) first join delivery d on d.id = first.id join destination t on t.id = d.destination
                where first.place <= ?2 and t.paused_at is null order by d.next_attempt, d.made_at, d.id"
            );
            connection
                .prepare_cached(&select)?
                .query_map(params![now.as_millisecond(), few(of_each)], read_due)?
                .collect()
        })
        .await
    }

    async fn settle(
        &self,
        delivery: String,
        attempts: u32,
        settled: Settled,
        now: Timestamp,
    ) -> Result<(), DestinationsError> {
        on(&self.sending, move |connection| settle(connection, &delivery, attempts, settled, now)).await
    }

    async fn dead(&self, destination: DestinationId) -> Result<Vec<DeadLetter>, DestinationsError> {
        on(&self.keeping, move |connection| {
            let select = "select id, kind, made_at, died_at, attempts, fault, status from delivery
                where destination = ?1 and died_at is not null order by died_at desc, id desc";
            connection.prepare_cached(select)?.query_map([destination.0.into_bytes()], read_dead)?.collect()
        })
        .await
    }

    async fn retry(
        &self,
        destination: DestinationId,
        delivery: String,
        now: Timestamp,
    ) -> Result<bool, DestinationsError> {
        on(&self.keeping, move |connection| {
            let update = "update delivery set attempts = 0, next_attempt = ?3, died_at = null
                where destination = ?1 and id = ?2 and died_at is not null";
            let row = params![destination.0.into_bytes(), delivery, now.as_millisecond()];
            Ok(connection.execute(update, row)? == 1)
        })
        .await
    }

    async fn counts(&self) -> Result<HashMap<DestinationId, Counts>, DestinationsError> {
        on(&self.sending, |connection| {
            let select = "select destination, count(next_attempt), count(died_at) from delivery group by destination";
            let read = |row: &Row<'_>| Ok((read_id(row, 0)?, Counts { waiting: row.get(1)?, dead: row.get(2)? }));
            connection.prepare_cached(select)?.query_map([], read)?.collect()
        })
        .await
    }

    async fn lease(&self, holder: Uuid, now: Timestamp, until: Timestamp) -> Result<bool, DestinationsError> {
        on(&self.sending, move |connection| {
            let upsert = "insert into lease (name, holder, ends_at) values (?1, ?2, ?4)
                on conflict (name) do update set holder = excluded.holder, ends_at = excluded.ends_at
                where lease.holder = excluded.holder or lease.ends_at <= ?3";
            let row = params![SENDER, holder.into_bytes(), now.as_millisecond(), until.as_millisecond()];
            Ok(connection.execute(upsert, row)? == 1)
        })
        .await
    }

    async fn release(&self, holder: Uuid) -> Result<(), DestinationsError> {
        on(&self.sending, move |connection| {
            let delete = "delete from lease where name = ?1 and holder = ?2";
            connection.execute(delete, params![SENDER, holder.into_bytes()]).map(|_| ())
        })
        .await
    }
}
