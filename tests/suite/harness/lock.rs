//! Holds the journal's file as another program might, so that nobody can write until it is let go.

use rusqlite::Connection;

pub struct Lock(Connection);

impl Lock {
    /// Takes the write lock of a `sqlite:` journal.
    pub fn of(journal: &str) -> Self {
        let path = journal.strip_prefix("sqlite:").expect("a journal in a file");
        let connection = Connection::open(path).expect("the file opens");
        connection.busy_timeout(super::PATIENCE).expect("SQLite takes a bound");
        connection.execute_batch("begin immediate").expect("the lock is free");
        Self(connection)
    }

    /// Lets it go.
    pub fn release(self) {
        self.0.execute_batch("rollback").expect("the lock is ours");
    }
}
