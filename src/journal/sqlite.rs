//! The journal in one SQLite file: WAL, `synchronous=FULL`, one writer that commits in groups.
//!
//! Everything that waits for the writer goes into one transaction, so a commit costs one flush for
//! all of them. Readers have their own connections and never wait for the writer.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, params};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    Append, Appended, Book, Cell, CrisisHead, Journal, JournalError, READ_ENTRIES_MAX, RawEntry, Receipt, chain, codec,
    open_entry,
};
use crate::domain::event::Entry;
use crate::domain::ids::{AccountId, CrisisId, Epoch, Seq};

#[cfg(test)]
mod tests;

/// Version of the tables that this program knows.
const SCHEMA_VERSION: i64 = 6;
/// Forward only: each brings the tables from the version before it to its own.
const MIGRATIONS: [&str; 6] = [
    include_str!("migrations/sqlite/0001_journal.sql"),
    include_str!("migrations/sqlite/0002_walls_and_cells.sql"),
    include_str!("migrations/sqlite/0003_snapshots.sql"),
    include_str!("migrations/sqlite/0004_peers_of_pairings.sql"),
    include_str!("migrations/sqlite/0005_books.sql"),
    include_str!("migrations/sqlite/0006_destinations.sql"),
];
/// Found by its index alone, whatever else the journal holds.
const CELL: &str = "select seq, stored, hash from entry where crisis = ?1 and cell = ?2 and seq < ?3
    order by seq desc limit ?4";
/// The same, of one book from the beginning.
const BOOK: &str = "select seq, stored, hash from entry where crisis = ?1 and book = ?2 and seq > ?3
    order by seq limit ?4";
/// The same, from the end.
const BOOK_BEFORE: &str = "select seq, stored, hash from entry where crisis = ?1 and book = ?2 and seq < ?3
    order by seq desc limit ?4";
/// One entry by its number.
const ONE: &str = "select seq, stored, hash from entry where crisis = ?1 and seq = ?2";
/// How long a connection waits for another process.
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);
/// Groups of appends that wait for the writer at the most; the desk hands over one at a time.
const WAITING_MAX: usize = 1_024;
/// Reading connections kept open.
const READERS_KEPT_MAX: usize = 4;

/// A journal in a file.
pub struct SqliteJournal {
    writer: mpsc::SyncSender<Job>,
    readers: Arc<Readers>,
}

/// Something for the writer.
struct Job {
    appends: Vec<Append>,
    /// An import takes only a crisis that is new here.
    import: bool,
    answer: oneshot::Sender<Result<Vec<Appended>, JournalError>>,
}

/// Connections that only read.
struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

/// Where a chain ends, as the writer last left it.
#[derive(Clone, Copy)]
struct Head {
    seq: Seq,
    hash: [u8; 32],
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> JournalError {
    JournalError::Unavailable(Box::new(error))
}

/// Opens a file for writing, with its tables up to date.
pub(crate) fn open_connection(path: &Path) -> Result<Connection, JournalError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(unavailable)?;
    }
    keep_private(path).map_err(unavailable)?;
    let mut connection = Connection::open(path).map_err(unavailable)?;
    prepare(&mut connection)?;
    Ok(connection)
}

fn prepare(connection: &mut Connection) -> Result<(), JournalError> {
    connection.busy_timeout(BUSY_TIMEOUT).map_err(unavailable)?;
    connection.pragma_update(None, "journal_mode", "wal").map_err(unavailable)?;
    connection.pragma_update(None, "synchronous", "full").map_err(unavailable)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(unavailable)?;
    let migrating = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate);
    let migrating = migrating.map_err(unavailable)?;
    let version: i64 = migrating.query_row("pragma user_version", [], |row| row.get(0)).map_err(unavailable)?;
    if version > SCHEMA_VERSION {
        let reason = format!("its tables are of version {version}, this program knows {SCHEMA_VERSION}");
        return Err(unavailable(std::io::Error::other(reason)));
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(0)) {
        migrating.execute_batch(migration).map_err(unavailable)?;
    }
    migrating.pragma_update(None, "user_version", SCHEMA_VERSION).map_err(unavailable)?;
    let key = super::fresh_key()?;
    let insert = "insert into meta (name, value) values ('position_key', ?1) on conflict do nothing";
    migrating.execute(insert, [key]).map_err(unavailable)?;
    migrating.commit().map_err(unavailable)
}

/// The file holds what was said in confidence and who may sign in: nobody else's to read. What SQLite puts
/// beside it is made as readable as the file is then; what an earlier start left there is made private too.
fn keep_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    std::fs::File::options().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    for beside in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(beside);
        match std::fs::set_permissions(name, std::fs::Permissions::from_mode(0o600)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

impl SqliteJournal {
    /// Opens or creates the journal at `path`.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let connection = open_connection(path)?;
        let (writer, jobs) = mpsc::sync_channel(WAITING_MAX);
        let readers = Arc::new(Readers { path: path.to_owned(), idle: Mutex::new(Vec::new()) });
        std::thread::Builder::new()
            .name("journal writer".to_owned())
            .spawn(move || Writer { connection, heads: HashMap::new() }.run(&jobs))
            .map_err(unavailable)?;
        Ok(Self { writer, readers })
    }

    async fn write(&self, appends: Vec<Append>, import: bool) -> Result<Vec<Appended>, JournalError> {
        let (answer, answered) = oneshot::channel();
        let gone = || unavailable(std::io::Error::other("the journal writer is gone or overwhelmed"));
        self.writer.try_send(Job { appends, import, answer }).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// Runs a query on a reading connection, off the event loop.
    async fn query<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let readers = Arc::clone(&self.readers);
        let asked = tokio::task::spawn_blocking(move || {
            let connection = readers.take()?;
            let answer = query(&connection);
            readers.put(connection);
            answer
        });
        asked.await.map_err(unavailable)?
    }
}

impl Readers {
    fn take(&self) -> Result<Connection, JournalError> {
        if let Some(connection) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(connection);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(unavailable)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(unavailable)?;
        connection.pragma_update(None, "query_only", true).map_err(unavailable)?;
        Ok(connection)
    }

    fn put(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < READERS_KEPT_MAX {
            idle.push(connection);
        }
    }
}

/// The one thread that writes.
struct Writer {
    connection: Connection,
    heads: HashMap<CrisisId, Head>,
}

impl Writer {
    fn run(mut self, jobs: &mpsc::Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let mut group = vec![first];
            group.extend(jobs.try_iter().take(WAITING_MAX));
            match self.commit(&group) {
                Ok(outcomes) => {
                    for (job, outcome) in group.into_iter().zip(outcomes) {
                        let _ = job.answer.send(Ok(outcome));
                    }
                }
                Err(error) => {
                    // Nothing of the group is in the file; what the writer remembered of it is not either.
                    self.heads.clear();
                    let reason = crate::health::chain(&error);
                    for job in group {
                        let _ = job.answer.send(Err(unavailable(std::io::Error::other(reason.clone()))));
                    }
                }
            }
        }
    }

    fn commit(&mut self, group: &[Job]) -> Result<Vec<Vec<Appended>>, JournalError> {
        let behavior = rusqlite::TransactionBehavior::Immediate;
        let mut transaction = self.connection.transaction_with_behavior(behavior).map_err(unavailable)?;
        let mut outcomes = Vec::new();
        for job in group {
            let savepoint = transaction.savepoint().map_err(unavailable)?;
            let mut answers = Vec::new();
            let mut moved = HashSet::new();
            for append in &job.appends {
                answers.push(append_one(&savepoint, &mut self.heads, &mut moved, append, job.import)?);
            }
            if job.import && answers.iter().any(|answer| !matches!(answer, Appended::At(_))) {
                // All of a crisis or nothing of it: dropping the savepoint takes it back.
                self.heads.clear();
            } else {
                savepoint.commit().map_err(unavailable)?;
            }
            outcomes.push(answers);
        }
        transaction.commit().map_err(unavailable)?;
        Ok(outcomes)
    }
}

/// `moved` are the crises of this hand-over of which an entry did not take its place: what follows it
/// was decided on a picture that never was, even where its number would fit.
fn append_one<'a>(
    transaction: &Connection,
    heads: &mut HashMap<CrisisId, Head>,
    moved: &mut HashSet<&'a CrisisId>,
    append: &'a Append,
    import: bool,
) -> Result<Appended, JournalError> {
    let Append { crisis, entry, request } = append;
    if let Some(request) = request
        && let Some(receipt) = find_receipt(transaction, request.account, &request.key)?
    {
        let same = receipt.digest == request.digest;
        return Ok(if same { Appended::Repeated(receipt) } else { Appended::KeyReused });
    }
    if moved.contains(crisis) {
        return Ok(Appended::Moved);
    }
    let head = match heads.get(crisis) {
        Some(head) => *head,
        None => find_head(transaction, crisis)?,
    };
    if entry.seq != head.seq.next() {
        // Another process may have written: look at the file, not at what is remembered.
        heads.remove(crisis);
        moved.insert(crisis);
        return Ok(Appended::Moved);
    }
    if head.seq == Seq::ZERO && !open_crisis(transaction, crisis)? {
        moved.insert(crisis);
        return Ok(Appended::Moved);
    }
    let stored = codec::encode(crisis, entry, request.as_ref());
    let hash = chain::link(&head.hash, &stored);
    match insert(transaction, append, &stored, &hash) {
        Ok(()) => {
            heads.insert(crisis.clone(), Head { seq: entry.seq, hash });
            Ok(Appended::At(entry.seq))
        }
        Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::ConstraintViolation && !import => {
            heads.remove(crisis);
            moved.insert(crisis);
            Ok(Appended::Moved)
        }
        Err(error) => Err(unavailable(error)),
    }
}

fn open_crisis(transaction: &Connection, crisis: &CrisisId) -> Result<bool, JournalError> {
    let epoch = i64::try_from(super::fresh_epoch()?.0).expect("an epoch has 63 bits");
    let insert = "insert into crisis (slug, epoch, opened)
        values (?1, ?2, (select coalesce(max(opened), 0) + 1 from crisis)) on conflict do nothing";
    let made = transaction.execute(insert, params![crisis.as_str(), epoch]).map_err(unavailable)?;
    Ok(made == 1)
}

fn insert(transaction: &Connection, append: &Append, stored: &str, hash: &[u8; 32]) -> rusqlite::Result<()> {
    let Append { crisis, entry, request } = append;
    let insert = "insert into entry (crisis, seq, stored, hash, subject, supersedes, account, request_key, digest)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    transaction.prepare_cached(insert)?.execute(params![
        crisis.as_str(),
        to_sql(entry.seq),
        stored,
        hash,
        entry.event.subject().map(Uuid::into_bytes),
        entry.event.supersedes().map(|id| id.0.into_bytes()),
        request.as_ref().map(|request| request.account.0.into_bytes()),
        request.as_ref().map(|request| &request.key),
        request.as_ref().map(|request| &request.digest),
    ])?;
    Ok(())
}

fn find_head(connection: &Connection, crisis: &CrisisId) -> Result<Head, JournalError> {
    let select = "select seq, hash from entry where crisis = ?1 order by seq desc limit 1";
    let mut statement = connection.prepare_cached(select).map_err(unavailable)?;
    let found = statement.query_row([crisis.as_str()], |row| Ok(Head { seq: from_sql(row, 0)?, hash: row.get(1)? }));
    let found = found.optional().map_err(unavailable)?;
    Ok(found.unwrap_or_else(|| Head { seq: Seq::ZERO, hash: chain::genesis(crisis) }))
}

fn find_receipt(connection: &Connection, account: AccountId, key: &str) -> Result<Option<Receipt>, JournalError> {
    let select = "select crisis, seq, subject, digest from entry where account = ?1 and request_key = ?2";
    let mut statement = connection.prepare_cached(select).map_err(unavailable)?;
    let found = statement.query_row(params![account.0.into_bytes(), key], |row| {
        let subject: Option<[u8; 16]> = row.get(2)?;
        Ok((row.get::<_, String>(0)?, from_sql(row, 1)?, subject, row.get(3)?))
    });
    let Some((crisis, seq, subject, digest)) = found.optional().map_err(unavailable)? else { return Ok(None) };
    Ok(Some(Receipt { crisis: read_slug(&crisis)?, seq, subject: subject.map(Uuid::from_bytes), digest }))
}

fn read_slug(slug: &str) -> Result<CrisisId, JournalError> {
    CrisisId::parse(slug).map_err(|reason| JournalError::Damaged {
        crisis: slug.to_owned(),
        seq: 0,
        reason: reason.to_owned(),
    })
}

fn to_sql(seq: Seq) -> i64 {
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}

fn from_sql(row: &Row<'_>, column: usize) -> rusqlite::Result<Seq> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map(Seq).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

fn raw_entry(row: &Row<'_>) -> rusqlite::Result<RawEntry> {
    Ok(RawEntry { seq: from_sql(row, 0)?, stored: row.get(1)?, hash: row.get(2)? })
}

/// By halves: the times of entries never run backwards, and their numbers have no hole.
fn newest_at(connection: &Connection, crisis: &CrisisId, time: Timestamp) -> Result<Seq, JournalError> {
    let mut statement = connection.prepare_cached(ONE).map_err(unavailable)?;
    let (mut before, mut after) = (Seq::ZERO, find_head(connection, crisis)?.seq.next());
    while before.next() < after {
        let middle = Seq(u64::midpoint(before.0, after.0));
        let raw = statement.query_row(params![crisis.as_str(), to_sql(middle)], raw_entry).map_err(unavailable)?;
        if open_entry(crisis, &raw)?.recorded_at <= time {
            before = middle;
        } else {
            after = middle;
        }
    }
    Ok(before)
}

fn select_raw(
    connection: &Connection,
    select: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<RawEntry>, JournalError> {
    let mut statement = connection.prepare_cached(select).map_err(unavailable)?;
    let rows = statement.query_map(parameters, raw_entry).map_err(unavailable)?;
    rows.collect::<Result<_, _>>().map_err(unavailable)
}

impl SqliteJournal {
    /// Entries of one book on one side of a number, as a statement picks and orders them.
    async fn select_book(
        &self,
        select: &'static str,
        crisis: &CrisisId,
        book: &Book,
        edge: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError> {
        let crisis = crisis.clone();
        let book = match book {
            Book::Log => "log".to_owned(),
            Book::Handovers(centre) => format!("handovers/{centre}"),
        };
        let limit = i64::try_from(limit.min(READ_ENTRIES_MAX)).expect("the cap is small");
        self.query(move |connection| {
            let raw = select_raw(connection, select, params![crisis.as_str(), book, to_sql(edge), limit])?;
            raw.iter().map(|raw| open_entry(&crisis, raw)).collect()
        })
        .await
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn crises(&self) -> Result<Vec<CrisisHead>, JournalError> {
        self.query(|connection| {
            let select = "select slug, epoch, (select max(seq) from entry where crisis = slug)
                from crisis order by opened";
            let mut statement = connection.prepare_cached(select).map_err(unavailable)?;
            let rows = statement.query_map([], |row| {
                let epoch: i64 = row.get(1)?;
                Ok((row.get::<_, String>(0)?, epoch, from_sql(row, 2)?))
            });
            let rows = rows.map_err(unavailable)?.collect::<Result<Vec<_>, _>>().map_err(unavailable)?;
            let head = |(slug, epoch, seq): (String, i64, Seq)| {
                Ok(CrisisHead { crisis: read_slug(&slug)?, epoch: Epoch(epoch.unsigned_abs()), seq })
            };
            rows.into_iter().map(head).collect()
        })
        .await
    }

    async fn position_key(&self) -> Result<[u8; 16], JournalError> {
        let select = "select value from meta where name = 'position_key'";
        self.query(|connection| connection.query_row(select, [], |row| row.get(0)).map_err(unavailable)).await
    }

    async fn append(&self, appends: Vec<Append>) -> Result<Vec<Appended>, JournalError> {
        self.write(appends, false).await
    }

    async fn read(&self, crisis: &CrisisId, after: Seq, limit: usize) -> Result<Vec<Arc<Entry>>, JournalError> {
        let raw = self.raw(crisis, after, limit).await?;
        raw.iter().map(|raw| open_entry(crisis, raw)).collect()
    }

    async fn about(&self, crisis: &CrisisId, subject: Uuid) -> Result<Vec<Arc<Entry>>, JournalError> {
        let crisis = crisis.clone();
        self.query(move |connection| {
            let select = "select seq, stored, hash from entry where crisis = ?1 and subject = ?2
                union select seq, stored, hash from entry where crisis = ?1 and supersedes = ?2 order by seq";
            let raw = select_raw(connection, select, params![crisis.as_str(), subject.into_bytes()])?;
            raw.iter().map(|raw| open_entry(&crisis, raw)).collect()
        })
        .await
    }

    async fn cell(
        &self,
        crisis: &CrisisId,
        cell: Cell,
        before: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError> {
        let crisis = crisis.clone();
        let cell = format!("{}/{}", cell.centre, cell.sector);
        let limit = i64::try_from(limit.min(READ_ENTRIES_MAX)).expect("the cap is small");
        self.query(move |connection| {
            let raw = select_raw(connection, CELL, params![crisis.as_str(), cell, to_sql(before), limit])?;
            raw.iter().map(|raw| open_entry(&crisis, raw)).collect()
        })
        .await
    }

    async fn book(
        &self,
        crisis: &CrisisId,
        book: Book,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError> {
        self.select_book(BOOK, crisis, &book, after, limit).await
    }

    async fn book_before(
        &self,
        crisis: &CrisisId,
        book: Book,
        before: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Entry>>, JournalError> {
        self.select_book(BOOK_BEFORE, crisis, &book, before, limit).await
    }

    async fn at(&self, crisis: &CrisisId, time: Timestamp) -> Result<Seq, JournalError> {
        let crisis = crisis.clone();
        self.query(move |connection| newest_at(connection, &crisis, time)).await
    }

    async fn receipt(&self, account: AccountId, key: &str) -> Result<Option<Receipt>, JournalError> {
        let key = key.to_owned();
        self.query(move |connection| find_receipt(connection, account, &key)).await
    }

    async fn raw(&self, crisis: &CrisisId, after: Seq, limit: usize) -> Result<Vec<RawEntry>, JournalError> {
        let crisis = crisis.clone();
        let limit = i64::try_from(limit.min(READ_ENTRIES_MAX)).expect("the cap is small");
        self.query(move |connection| {
            let select = "select seq, stored, hash from entry where crisis = ?1 and seq > ?2 order by seq limit ?3";
            select_raw(connection, select, params![crisis.as_str(), to_sql(after), limit])
        })
        .await
    }

    async fn import(&self, crisis: &CrisisId, entries: Vec<RawEntry>) -> Result<(), JournalError> {
        let opened = super::open_import(crisis, &entries)?;
        if self.crises().await?.iter().any(|head| head.crisis == *crisis) {
            return Err(JournalError::Import("there is already a crisis of this slug".to_owned()));
        }
        let append = |(entry, request)| Append { crisis: crisis.clone(), entry, request };
        let outcomes = self.write(opened.into_iter().map(append).collect(), true).await?;
        match outcomes.iter().find(|outcome| !matches!(outcome, Appended::At(_))) {
            None => Ok(()),
            Some(_) => Err(JournalError::Import("it, or one of its request keys, is here already".to_owned())),
        }
    }
}
