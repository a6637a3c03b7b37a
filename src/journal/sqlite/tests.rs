//! Files of earlier, later and damaged forms; and that one cell is found without reading the others.

use super::*;
use crate::domain::ids::{CentreId, SectorId};

fn frozen() -> CrisisId {
    CrisisId::parse("frozen").expect("a slug")
}

/// A file as the first version of the tables left it, with the frozen journal in it.
fn of_version_1(path: &Path) {
    let connection = Connection::open(path).expect("it opens");
    connection.execute_batch(MIGRATIONS[0]).expect("the first tables");
    connection.pragma_update(None, "user_version", 1).expect("its version");
    connection.execute("insert into crisis values ('frozen', 7, 1)", []).expect("its crisis");
    let mut hash = chain::genesis(&frozen());
    for (stored, seq) in include_str!("../../../tests/fixtures/journal/v1.jsonl").lines().zip(1..) {
        hash = chain::link(&hash, stored);
        let insert = "insert into entry (crisis, seq, stored, hash) values ('frozen', ?1, ?2, ?3)";
        connection.execute(insert, params![seq, stored, hash]).expect("an entry");
    }
}

fn cell(sector: &str) -> Cell {
    let centre = CentreId::parse("pl-ncc").expect("a slug");
    Cell { centre, sector: SectorId::parse(sector).expect("a slug") }
}

#[tokio::test]
async fn a_file_of_the_first_version_opens_and_its_cells_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vigie.db");
    of_version_1(&path);
    let journal = SqliteJournal::open(&path).expect("it is brought forward");
    let seqs = async |sector: &str, before, limit| {
        let entries = journal.cell(&frozen(), cell(sector), before, limit).await.expect("it answers");
        entries.iter().map(|entry| entry.seq.0).collect::<Vec<_>>()
    };
    assert_eq!(seqs("displacement", Seq::END, 10).await, [6, 3]);
    assert_eq!(seqs("displacement", Seq(6), 10).await, [3]);
    assert_eq!(seqs("displacement", Seq::END, 1).await, [6]);
    assert_eq!(seqs("cyber", Seq::END, 10).await, [7]);
    assert_eq!(seqs("civil_society", Seq::END, 10).await, [0; 0]);
}

#[test]
fn a_cell_is_found_by_its_index_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = open_connection(&folder.path().join("vigie.db")).expect("it opens");
    let mut plan = connection.prepare(&format!("explain query plan {CELL}")).expect("it is prepared");
    let steps = plan.query_map(params!["frozen", "be/cyber", 9, 9], |row| row.get::<_, String>(3));
    let steps: Vec<String> = steps.expect("it is planned").collect::<Result<_, _>>().expect("text");
    assert_eq!(steps.len(), 1, "{steps:?}");
    assert!(steps[0].contains("USING INDEX entry_cell (crisis=? AND cell=? AND seq<?)"), "{steps:?}");
}

#[test]
fn bytes_that_are_no_json_any_more_do_not_keep_the_file_from_being_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vigie.db");
    of_version_1(&path);
    let connection = Connection::open(&path).expect("it opens");
    connection.execute_batch("drop trigger entry_is_never_changed").expect("a vandal may");
    connection.execute("update entry set stored = '{' where seq = 3", []).expect("a vandal may");
    drop(connection);
    assert!(open_connection(&path).is_ok(), "so that verify can name the entry");
}

#[test]
fn a_book_is_found_by_its_index_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = open_connection(&folder.path().join("vigie.db")).expect("it opens");
    let mut plan = connection.prepare(&format!("explain query plan {BOOK}")).expect("it is prepared");
    let steps = plan.query_map(params!["frozen", "log", 9, 9], |row| row.get::<_, String>(3));
    let steps: Vec<String> = steps.expect("it is planned").collect::<Result<_, _>>().expect("text");
    assert_eq!(steps.len(), 1, "{steps:?}");
    assert!(steps[0].contains("USING INDEX entry_book (crisis=? AND book=? AND seq>?)"), "{steps:?}");
}

#[test]
fn a_file_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vigie.db");
    let connection = Connection::open(&path).expect("it opens");
    connection.pragma_update(None, "user_version", SCHEMA_VERSION + 1).expect("its version");
    drop(connection);
    let error = open_connection(&path).expect_err("this program does not know it");
    assert!(crate::health::chain(&error).contains(&format!("version {}", SCHEMA_VERSION + 1)), "{error}");
}

#[test]
fn nobody_else_reads_the_file_nor_what_is_written_ahead_of_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vigie.db");
    let _open = open_connection(&path).expect("it opens");
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("a file")).collect();
    assert_eq!(names.len(), 3, "the file, what is written ahead of it, and their index: {names:?}");
    for file in names {
        let mode = file.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", file.file_name());
    }
}
