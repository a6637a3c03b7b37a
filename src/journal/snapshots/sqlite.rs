//! Snapshots in the file of the SQLite journal, over connections of their own.
//!
//! What is written here need not survive the machine, so its commits flush nothing: a post that commits at
//! the same time waits for a copy into the log, never for the disk.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Made, Snapshot, Snapshots};
use crate::domain::ids::{CrisisId, Epoch, Seq};
use crate::journal::JournalError;
use crate::journal::sqlite::open_connection;

/// Snapshots in a file.
pub struct SqliteSnapshots {
    reading: Shared,
    writing: Shared,
}

type Shared = Arc<Mutex<Connection>>;

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> JournalError {
    JournalError::Unavailable(Box::new(error))
}

fn number(seq: Seq) -> i64 {
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}

fn seq(row: &Row<'_>) -> rusqlite::Result<Seq> {
    Ok(Seq(row.get::<_, i64>(0)?.unsigned_abs()))
}

fn epoch(Made { epoch: Epoch(epoch), .. }: Made) -> i64 {
    i64::try_from(epoch).unwrap_or(i64::MAX)
}

impl SqliteSnapshots {
    /// Opens the snapshots beside the journal at `path`.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let writing = open_connection(path)?;
        writing.pragma_update(None, "synchronous", "normal").map_err(unavailable)?;
        let reading = open_connection(path)?;
        reading.pragma_update(None, "query_only", true).map_err(unavailable)?;
        Ok(Self { reading: Arc::new(Mutex::new(reading)), writing: Arc::new(Mutex::new(writing)) })
    }
}

/// Works on a connection, off the event loop.
async fn on<T: Send + 'static>(
    connection: &Shared,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, JournalError> {
    let connection = Arc::clone(connection);
    let working = tokio::task::spawn_blocking(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner)));
    working.await.map_err(unavailable)?.map_err(unavailable)
}

#[async_trait]
impl Snapshots for SqliteSnapshots {
    async fn numbers(&self, crisis: &CrisisId, made: Made) -> Result<Vec<Seq>, JournalError> {
        let crisis = crisis.clone();
        on(&self.reading, move |connection| {
            let select = "select seq from snapshot where crisis = ?1 and epoch = ?2 and form = ?3 order by seq";
            let mut statement = connection.prepare_cached(select)?;
            statement.query_map(params![crisis.as_str(), epoch(made), made.form], seq)?.collect()
        })
        .await
    }

    async fn newest(&self, crisis: &CrisisId, made: Made, upto: Seq) -> Result<Option<Snapshot>, JournalError> {
        let crisis = crisis.clone();
        on(&self.reading, move |connection| {
            let select = "select seq, picture, stretch from snapshot
                where crisis = ?1 and epoch = ?2 and form = ?3 and seq <= ?4 order by seq desc limit 1";
            let mut statement = connection.prepare_cached(select)?;
            let read = |row: &Row<'_>| Ok(Snapshot { seq: seq(row)?, picture: row.get(1)?, stretch: row.get(2)? });
            statement.query_row(params![crisis.as_str(), epoch(made), made.form, number(upto)], read).optional()
        })
        .await
    }

    async fn stretches(
        &self,
        crisis: &CrisisId,
        made: Made,
        after: Seq,
        upto: Seq,
    ) -> Result<Vec<(Seq, Vec<u8>)>, JournalError> {
        let crisis = crisis.clone();
        on(&self.reading, move |connection| {
            let select = "select seq, stretch from snapshot
                where crisis = ?1 and epoch = ?2 and form = ?3 and seq > ?4 and seq <= ?5 order by seq";
            let mut statement = connection.prepare_cached(select)?;
            let asked = params![crisis.as_str(), epoch(made), made.form, number(after), number(upto)];
            statement.query_map(asked, |row| Ok((seq(row)?, row.get(1)?)))?.collect()
        })
        .await
    }

    async fn keep(&self, crisis: &CrisisId, made: Made, snapshot: Snapshot) -> Result<(), JournalError> {
        let crisis = crisis.clone();
        on(&self.writing, move |connection| {
            let insert = "insert or replace into snapshot (crisis, seq, epoch, form, stretch, picture)
                values (?1, ?2, ?3, ?4, ?5, ?6)";
            let Snapshot { seq, picture, stretch } = snapshot;
            let row = params![crisis.as_str(), number(seq), epoch(made), made.form, stretch, picture];
            connection.prepare_cached(insert)?.execute(row).map(|_| ())
        })
        .await
    }

    async fn forget(&self, crisis: &CrisisId, seq: Seq) -> Result<(), JournalError> {
        let crisis = crisis.clone();
        on(&self.writing, move |connection| {
            let delete = "delete from snapshot where crisis = ?1 and seq = ?2";
            connection.prepare_cached(delete)?.execute(params![crisis.as_str(), number(seq)]).map(|_| ())
        })
        .await
    }
}
