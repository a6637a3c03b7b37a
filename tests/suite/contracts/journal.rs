//! The journal, in memory and in a SQLite file.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use vigie::domain::event::{Entry, Event};
use vigie::domain::ids::{AccountId, CentreId, CrisisId, Seq};
use vigie::journal::codec::{self, Stored};
use vigie::journal::memory::MemoryJournal;
use vigie::journal::sqlite::SqliteJournal;
use vigie::journal::{Append, Appended, Book, Journal, JournalError, READ_ENTRIES_MAX, RawEntry, RequestKey, chain};

/// Runs each test against each journal.
macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            $(#[actix_web::test]
            async fn $name() {
                super::$name(&super::MemoryJournal::default()).await;
            })+
        }
        mod sqlite {
            $(#[actix_web::test]
            async fn $name() {
                let (_folder, journal) = super::in_a_file();
                super::$name(&journal).await;
            })+
        }
    };
}

contract!(
    an_empty_journal_has_no_crises_and_a_key_that_stays,
    entries_are_numbered_without_a_hole_and_come_back_as_they_were,
    an_entry_that_does_not_follow_is_moved_and_not_written,
    what_follows_a_moved_entry_of_its_crisis_in_one_hand_over_is_moved_too,
    one_crisis_that_moved_does_not_stop_another,
    of_two_that_would_stand_in_the_same_place_one_does,
    a_key_is_used_once_and_answers_what_it_was_used_for,
    everything_about_a_subject_is_found,
    the_log_and_the_handovers_of_a_centre_are_found_by_themselves,
    pages_are_bounded,
    a_time_leads_to_the_newest_entry_that_had_happened_by_then,
    the_chain_holds_over_the_stored_bytes,
    an_import_keeps_the_chain_under_a_new_epoch,
    an_import_that_does_not_hold_leaves_nothing_behind,
    an_import_whose_key_was_used_here_leaves_nothing_behind,
);

fn in_a_file() -> (TempDir, SqliteJournal) {
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let journal = SqliteJournal::open(&folder.path().join("vigie.db")).expect("it opens");
    (folder, journal)
}

fn slug(name: &str) -> CrisisId {
    CrisisId::parse(name).expect("a slug")
}

/// One entry of each kind: the frozen journal.
fn frozen() -> Vec<Stored> {
    let lines = include_str!("../../fixtures/journal/v1.jsonl").lines();
    lines.map(|line| codec::decode(line).expect("version 1 is read for ever")).collect()
}

/// The first entries of a crisis of that name.
fn story(name: &str, many: u64) -> Vec<Append> {
    let opening = frozen().remove(0).entry;
    let Event::CrisisOpened { crisis } = opening.event.clone() else { panic!("the first entry opens a crisis") };
    let ipcr = frozen().into_iter().map(|stored| stored.entry).find(|entry| entry.event.kind() == "ipcr_recorded");
    let ipcr = ipcr.expect("one of each kind");
    (1..=many)
        .map(|seq| {
            let entry = if seq == 1 {
                let mut crisis = crisis.clone();
                crisis.slug = slug(name);
                Entry { event: Event::CrisisOpened { crisis }, ..opening.clone() }
            } else {
                Entry { seq: Seq(seq), ..ipcr.clone() }
            };
            Append { crisis: slug(name), entry: Arc::new(entry), request: None }
        })
        .collect()
}

fn keyed(mut append: Append, key: &str, digest: &str) -> Append {
    let account = AccountId::parse("0190a5a0-0000-7000-8000-000000000000").expect("an id");
    append.request = Some(RequestKey { account, key: key.to_owned(), digest: digest.to_owned() });
    append
}

async fn append(journal: &dyn Journal, appends: Vec<Append>) -> Vec<Appended> {
    journal.append(appends).await.expect("the journal answers")
}

async fn all_raw(journal: &dyn Journal, crisis: &CrisisId) -> Vec<RawEntry> {
    journal.raw(crisis, Seq::ZERO, READ_ENTRIES_MAX).await.expect("the journal answers")
}

async fn ends_at(journal: &dyn Journal, name: &str) -> Option<Seq> {
    let heads = journal.crises().await.expect("the journal answers");
    heads.into_iter().find(|head| head.crisis == slug(name)).map(|head| head.seq)
}

async fn an_empty_journal_has_no_crises_and_a_key_that_stays(journal: &dyn Journal) {
    assert_eq!(journal.crises().await.expect("the journal answers"), []);
    assert_eq!(all_raw(journal, &slug("a")).await, []);
    assert!(journal.read(&slug("a"), Seq::ZERO, 10).await.expect("the journal answers").is_empty());
    let key = journal.position_key().await.expect("the journal answers");
    assert_ne!(key, [0; 16]);
    assert_eq!(journal.position_key().await.expect("the journal answers"), key);
}

async fn entries_are_numbered_without_a_hole_and_come_back_as_they_were(journal: &dyn Journal) {
    let stored = frozen();
    let appends = stored.iter().map(|stored| Append {
        crisis: stored.crisis.clone(),
        entry: Arc::new(stored.entry.clone()),
        request: stored.request.clone(),
    });
    let outcomes = append(journal, appends.collect()).await;
    let expected: Vec<Appended> = (1..=stored.len() as u64).map(|seq| Appended::At(Seq(seq))).collect();
    assert_eq!(outcomes, expected);
    let read = journal.read(&stored[0].crisis, Seq::ZERO, 100).await.expect("the journal answers");
    assert_eq!(read.len(), stored.len());
    for (read, stored) in read.iter().zip(&stored) {
        assert_eq!(**read, stored.entry);
    }
    let tail = journal.read(&stored[0].crisis, Seq(3), 2).await.expect("the journal answers");
    assert_eq!(tail.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [Seq(4), Seq(5)]);
    let heads = journal.crises().await.expect("the journal answers");
    assert_eq!(heads.len(), 1);
    assert_eq!(heads[0].seq, Seq(stored.len() as u64));
}

async fn an_entry_that_does_not_follow_is_moved_and_not_written(journal: &dyn Journal) {
    let story = story("a", 4);
    assert_eq!(append(journal, vec![story[1].clone()]).await, [Appended::Moved], "nothing opens it");
    assert_eq!(ends_at(journal, "a").await, None);
    append(journal, story[..2].to_vec()).await;
    for wrong in [0, 1, 3] {
        assert_eq!(append(journal, vec![story[wrong].clone()]).await, [Appended::Moved]);
    }
    assert_eq!(ends_at(journal, "a").await, Some(Seq(2)));
    assert_eq!(append(journal, vec![story[2].clone()]).await, [Appended::At(Seq(3))]);
}

async fn what_follows_a_moved_entry_of_its_crisis_in_one_hand_over_is_moved_too(journal: &dyn Journal) {
    let story = story("a", 4);
    append(journal, story[..2].to_vec()).await;
    // Both were decided on a picture that ends at 1; somebody else wrote 2 meanwhile. That the second
    // has a number that would fit does not make it one that was decided on what now stands.
    let late = vec![story[1].clone(), story[2].clone()];
    assert_eq!(append(journal, late).await, [Appended::Moved, Appended::Moved]);
    assert_eq!(ends_at(journal, "a").await, Some(Seq(2)));
    assert_eq!(append(journal, story[2..].to_vec()).await, [Appended::At(Seq(3)), Appended::At(Seq(4))]);
}

async fn one_crisis_that_moved_does_not_stop_another(journal: &dyn Journal) {
    let (a, b) = (story("a", 3), story("b", 3));
    append(journal, vec![a[0].clone(), b[0].clone()]).await;
    let mixed = vec![a[2].clone(), b[1].clone(), b[2].clone()];
    assert_eq!(append(journal, mixed).await, [Appended::Moved, Appended::At(Seq(2)), Appended::At(Seq(3))]);
    let heads = journal.crises().await.expect("the journal answers");
    let names: Vec<&str> = heads.iter().map(|head| head.crisis.as_str()).collect();
    assert_eq!(names, ["a", "b"], "in the order they were opened");
    assert_ne!(heads[0].epoch, heads[1].epoch);
}

async fn of_two_that_would_stand_in_the_same_place_one_does(journal: &dyn Journal) {
    let story = story("a", 2);
    append(journal, vec![story[0].clone()]).await;
    let (one, two) = tokio::join!(append(journal, vec![story[1].clone()]), append(journal, vec![story[1].clone()]));
    let mut outcomes = [one, two].concat();
    outcomes.sort_by_key(|outcome| *outcome == Appended::Moved);
    assert_eq!(outcomes, [Appended::At(Seq(2)), Appended::Moved]);
}

async fn a_key_is_used_once_and_answers_what_it_was_used_for(journal: &dyn Journal) {
    let story = story("a", 3);
    append(journal, vec![story[0].clone(), keyed(story[1].clone(), "k", "d1")]).await;
    let account = AccountId::parse("0190a5a0-0000-7000-8000-000000000000").expect("an id");
    let receipt = journal.receipt(account, "k").await.expect("the journal answers").expect("it was used");
    assert_eq!((receipt.seq, receipt.digest.as_str(), &receipt.crisis), (Seq(2), "d1", &slug("a")));
    assert_eq!(journal.receipt(account, "other").await.expect("the journal answers"), None);
    let outcomes = append(
        journal,
        vec![
            keyed(story[2].clone(), "k", "d1"),
            keyed(story[2].clone(), "k", "d2"),
            keyed(story[2].clone(), "l", "d1"),
        ],
    )
    .await;
    assert_eq!(outcomes, [Appended::Repeated(receipt), Appended::KeyReused, Appended::At(Seq(3))]);
    let other = AccountId::parse("0190a5a0-0000-7000-8000-000000000001").expect("an id");
    assert_eq!(journal.receipt(other, "k").await.expect("the journal answers"), None);
}

async fn everything_about_a_subject_is_found(journal: &dyn Journal) {
    let stored = frozen();
    let appends = stored.iter().map(|stored| Append {
        crisis: stored.crisis.clone(),
        entry: Arc::new(stored.entry.clone()),
        request: None,
    });
    append(journal, appends.collect()).await;
    let crisis = &stored[0].crisis;
    let mut about_something = 0;
    for subject in stored.iter().filter_map(|stored| stored.entry.event.subject()) {
        let found = journal.about(crisis, subject).await.expect("the journal answers");
        let expected: Vec<Seq> = stored
            .iter()
            .filter(|stored| {
                let replaces = matches!(&stored.entry.event, Event::UpdatePosted { update }
                    if update.supersedes.is_some_and(|id| id.0 == subject));
                replaces || stored.entry.event.subject() == Some(subject)
            })
            .map(|stored| stored.entry.seq)
            .collect();
        assert_eq!(found.iter().map(|entry| entry.seq).collect::<Vec<_>>(), expected);
        about_something += found.len();
        assert!(journal.about(&slug("other"), subject).await.expect("the journal answers").is_empty());
    }
    assert!(about_something > 4);
}

async fn a_time_leads_to_the_newest_entry_that_had_happened_by_then(journal: &dyn Journal) {
    let at = async |time: Timestamp| journal.at(&slug("drill"), time).await.expect("the journal answers").0;
    let second = |seconds: i64| Timestamp::from_second(1_646_092_800 + seconds).expect("a time");
    assert_eq!(at(second(0)).await, 0, "where there is no entry, none has happened");
    // Several of one time, a long pause, and times with and without parts of a second.
    let times =
        [second(0), second(5), second(5), second(5) + SignedDuration::from_millis(120), second(900), second(900)];
    let mut appends = story("drill", times.len() as u64);
    for (append, time) in appends.iter_mut().zip(times) {
        append.entry = Arc::new(Entry { recorded_at: time, ..(*append.entry).clone() });
    }
    append(journal, appends).await;
    for (time, seq) in [
        (second(-1), 0),
        (second(0), 1),
        (second(4), 1),
        (second(5), 3),
        (second(5) + SignedDuration::from_millis(119), 3),
        (second(5) + SignedDuration::from_millis(120), 4),
        (second(899), 4),
        (second(900), 6),
        (second(90_000), 6),
    ] {
        assert_eq!(at(time).await, seq, "{time}");
    }
}

async fn pages_are_bounded(journal: &dyn Journal) {
    let many = READ_ENTRIES_MAX as u64 + 10;
    append(journal, story("a", many)).await;
    assert_eq!(ends_at(journal, "a").await, Some(Seq(many)));
    let read = journal.read(&slug("a"), Seq::ZERO, usize::MAX).await.expect("the journal answers");
    assert_eq!(read.len(), READ_ENTRIES_MAX);
    let raw = journal.raw(&slug("a"), Seq(READ_ENTRIES_MAX as u64), usize::MAX).await.expect("the journal answers");
    assert_eq!(raw.len(), 10);
    assert!(journal.read(&slug("a"), Seq(many), 10).await.expect("the journal answers").is_empty());
    assert!(journal.read(&slug("a"), Seq(u64::MAX), 10).await.expect("the journal answers").is_empty());
}

async fn the_chain_holds_over_the_stored_bytes(journal: &dyn Journal) {
    append(journal, story("a", 3)).await;
    append(journal, story("b", 2)).await;
    append(journal, story("a", 5)[3..].to_vec()).await;
    for (name, many) in [("a", 5), ("b", 2)] {
        let raw = all_raw(journal, &slug(name)).await;
        assert_eq!(chain::verify(&slug(name), &raw), Ok(Seq(many)));
    }
}

async fn an_import_keeps_the_chain_under_a_new_epoch(journal: &dyn Journal) {
    let source = MemoryJournal::default();
    let mut told = story("a", 3);
    told[1] = keyed(told[1].clone(), "k", "d");
    append(&source, told).await;
    let raw = all_raw(&source, &slug("a")).await;
    journal.import(&slug("a"), raw.clone()).await.expect("it holds");
    assert_eq!(all_raw(journal, &slug("a")).await, raw);
    let epoch = async |journal: &dyn Journal| journal.crises().await.expect("the journal answers")[0].epoch;
    assert_ne!(epoch(journal).await, epoch(&source).await);
    let account = AccountId::parse("0190a5a0-0000-7000-8000-000000000000").expect("an id");
    assert!(journal.receipt(account, "k").await.expect("the journal answers").is_some(), "keys come along");
    assert_eq!(append(journal, story("a", 4)[3..].to_vec()).await, [Appended::At(Seq(4))]);
    assert!(matches!(journal.import(&slug("a"), raw).await, Err(JournalError::Import(_))));
}

async fn an_import_that_does_not_hold_leaves_nothing_behind(journal: &dyn Journal) {
    let source = MemoryJournal::default();
    append(&source, story("a", 3)).await;
    let raw = all_raw(&source, &slug("a")).await;
    let mut changed = raw.clone();
    changed[2].stored = changed[2].stored.replace("\"v\":1", "\"v\": 1");
    for (name, entries) in [("a", changed), ("a", raw[1..].to_vec()), ("a", Vec::new()), ("b", raw)] {
        assert!(matches!(journal.import(&slug(name), entries).await, Err(JournalError::Import(_))));
    }
    assert_eq!(journal.crises().await.expect("the journal answers"), []);
}

async fn an_import_whose_key_was_used_here_leaves_nothing_behind(journal: &dyn Journal) {
    append(journal, vec![keyed(story("here", 1).remove(0), "k", "d")]).await;
    let source = MemoryJournal::default();
    let mut told = story("a", 3);
    told[1] = keyed(told[1].clone(), "k", "d");
    append(&source, told).await;
    let raw = all_raw(&source, &slug("a")).await;
    assert!(matches!(journal.import(&slug("a"), raw).await, Err(JournalError::Import(_))));
    assert_eq!(ends_at(journal, "a").await, None, "all of a crisis or nothing of it");
}

#[actix_web::test]
async fn what_one_process_writes_to_the_file_another_reads_and_never_overwrites() {
    let (folder, one) = in_a_file();
    let two = SqliteJournal::open(&folder.path().join("vigie.db")).expect("it opens");
    let story = story("a", 4);
    append(&one, story[..2].to_vec()).await;
    assert_eq!(append(&two, vec![story[1].clone()]).await, [Appended::Moved]);
    assert_eq!(append(&two, vec![story[2].clone()]).await, [Appended::At(Seq(3))]);
    assert_eq!(append(&one, vec![story[2].clone()]).await, [Appended::Moved], "what it remembers is not the file");
    assert_eq!(append(&one, vec![story[3].clone()]).await, [Appended::At(Seq(4))]);
    assert_eq!(chain::verify(&slug("a"), &all_raw(&two, &slug("a")).await), Ok(Seq(4)));
    let key = |journal| async move { Journal::position_key(journal).await.expect("the journal answers") };
    assert_eq!(key(&one).await, key(&two).await, "the same for all servers");
}

async fn the_log_and_the_handovers_of_a_centre_are_found_by_themselves(journal: &dyn Journal) {
    let (before, after) =
        (include_str!("../../fixtures/journal/v2.jsonl"), include_str!("../../fixtures/journal/v3.jsonl"));
    let lines = before.lines().chain(after.lines());
    let stored: Vec<Stored> = lines.map(|line| codec::decode(line).expect("it is read for ever")).collect();
    let crisis = stored[0].crisis.clone();
    let whole = |stored: &Stored| Append {
        crisis: stored.crisis.clone(),
        entry: Arc::new(stored.entry.clone()),
        request: None,
    };
    append(journal, stored.iter().map(whole).collect()).await;
    let found = async |book: Book, after: u64, limit: usize| {
        let entries = journal.book(&crisis, book, Seq(after), limit).await.expect("the journal answers");
        entries.iter().map(|entry| (entry.seq.0, entry.event.kind())).collect::<Vec<_>>()
    };
    let of = |centre: &str| Book::Handovers(CentreId::parse(centre).expect("a slug"));
    assert_eq!(found(Book::Log, 0, 10).await, [(29, "log_entered"), (30, "log_entered")]);
    assert_eq!(found(Book::Log, 0, 1).await, [(29, "log_entered")]);
    assert_eq!(found(Book::Log, 29, 10).await, [(30, "log_entered")]);
    assert_eq!(found(of("be-nccn"), 0, 10).await, [(31, "handover_offered"), (32, "handover_signed")]);
    assert_eq!(found(of("pl-ncc"), 0, 10).await, []);
    let back = async |book: Book, before: u64, limit: usize| {
        let entries = journal.book_before(&crisis, book, Seq(before), limit).await.expect("the journal answers");
        entries.iter().map(|entry| entry.seq.0).collect::<Vec<_>>()
    };
    assert_eq!(back(Book::Log, u64::MAX, 10).await, [30, 29]);
    assert_eq!(back(Book::Log, u64::MAX, 1).await, [30]);
    assert_eq!(back(Book::Log, 30, 10).await, [29]);
    assert_eq!(back(of("be-nccn"), 32, 10).await, [31]);
    assert_eq!(back(of("pl-ncc"), u64::MAX, 10).await, [0; 0]);
    assert!(journal.book(&slug("nowhere"), Book::Log, Seq::ZERO, 10).await.expect("it answers").is_empty());
}
