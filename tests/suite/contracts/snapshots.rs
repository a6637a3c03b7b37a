//! Snapshots beside the journal, in memory and in a SQLite file.

use tempfile::TempDir;
use vigie::domain::ids::{CrisisId, Epoch, Seq};
use vigie::journal::snapshots::memory::MemorySnapshots;
use vigie::journal::snapshots::sqlite::SqliteSnapshots;
use vigie::journal::snapshots::{Made, Snapshot, Snapshots};
use vigie::journal::sqlite::SqliteJournal;

use crate::harness::app::CRISIS;
use crate::harness::long::grow;

/// Runs each test against each place for snapshots.
macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            $(#[actix_web::test]
            async fn $name() {
                super::$name(&super::MemorySnapshots::default()).await;
            })+
        }
        mod sqlite {
            $(#[actix_web::test]
            async fn $name() {
                let (_folder, snapshots) = super::in_a_file().await;
                super::$name(&snapshots).await;
            })+
        }
    };
}

contract!(
    what_was_kept_is_found_by_the_newest_number_before,
    only_what_was_made_alike_is_found,
    one_is_kept_in_place_of_another_and_forgotten_alone,
    stretches_are_found_by_where_they_end,
);

/// A snapshot is of a crisis that the journal holds.
async fn in_a_file() -> (TempDir, SqliteSnapshots) {
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let path = folder.path().join("vigie.db");
    grow(&SqliteJournal::open(&path).expect("it opens"), CRISIS, 1, 1).await;
    let snapshots = SqliteSnapshots::open(&path).expect("it opens");
    (folder, snapshots)
}

const MADE: Made = Made { epoch: Epoch(7), form: "1" };

fn crisis() -> CrisisId {
    CrisisId::parse(CRISIS).expect("a slug")
}

fn snapshot(seq: u64) -> Snapshot {
    Snapshot { seq: Seq(seq), picture: format!("picture {seq}").into(), stretch: format!("stretch {seq}").into() }
}

async fn keep(snapshots: &dyn Snapshots, made: Made, seqs: &[u64]) {
    for seq in seqs {
        snapshots.keep(&crisis(), made, snapshot(*seq)).await.expect("it is kept");
    }
}

async fn newest(snapshots: &dyn Snapshots, made: Made, upto: u64) -> Option<Snapshot> {
    snapshots.newest(&crisis(), made, Seq(upto)).await.expect("they answer")
}

async fn numbers(snapshots: &dyn Snapshots, made: Made) -> Vec<u64> {
    let numbers = snapshots.numbers(&crisis(), made).await.expect("they answer");
    numbers.into_iter().map(|seq| seq.0).collect()
}

async fn what_was_kept_is_found_by_the_newest_number_before(snapshots: &dyn Snapshots) {
    assert_eq!(newest(snapshots, MADE, 5_000).await, None);
    keep(snapshots, MADE, &[2_000, 1_000, 3_000]).await;
    assert_eq!(numbers(snapshots, MADE).await, [1_000, 2_000, 3_000]);
    for (upto, found) in [(999, None), (1_000, Some(1_000)), (2_999, Some(2_000)), (u64::MAX, Some(3_000))] {
        assert_eq!(newest(snapshots, MADE, upto).await, found.map(snapshot), "{upto}");
    }
    let other = CrisisId::parse("other").expect("a slug");
    assert_eq!(snapshots.newest(&other, MADE, Seq(5_000)).await.expect("they answer"), None);
}

async fn only_what_was_made_alike_is_found(snapshots: &dyn Snapshots) {
    keep(snapshots, MADE, &[1_000]).await;
    for other in [Made { epoch: Epoch(8), ..MADE }, Made { form: "2", ..MADE }] {
        assert_eq!(newest(snapshots, other, 5_000).await, None);
        assert_eq!(numbers(snapshots, other).await, Vec::<u64>::new());
        let stretches = snapshots.stretches(&crisis(), other, Seq::ZERO, Seq(5_000)).await.expect("they answer");
        assert_eq!(stretches, []);
    }
}

async fn one_is_kept_in_place_of_another_and_forgotten_alone(snapshots: &dyn Snapshots) {
    keep(snapshots, MADE, &[1_000, 2_000]).await;
    let newer = Made { form: "2", ..MADE };
    keep(snapshots, newer, &[2_000]).await;
    assert_eq!((numbers(snapshots, MADE).await, numbers(snapshots, newer).await), (vec![1_000], vec![2_000]));
    snapshots.forget(&crisis(), Seq(1_000)).await.expect("it is forgotten");
    snapshots.forget(&crisis(), Seq(1_000)).await.expect("there is none to forget");
    assert_eq!((numbers(snapshots, MADE).await, numbers(snapshots, newer).await), (vec![], vec![2_000]));
}

async fn stretches_are_found_by_where_they_end(snapshots: &dyn Snapshots) {
    keep(snapshots, MADE, &[1_000, 2_000, 3_000]).await;
    let stretches = snapshots.stretches(&crisis(), MADE, Seq(1_000), Seq(3_000)).await.expect("they answer");
    let expected = [2_000, 3_000].map(|seq| (Seq(seq), snapshot(seq).stretch));
    assert_eq!(stretches, expected);
}
