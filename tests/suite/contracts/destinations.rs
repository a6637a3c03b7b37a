//! Destinations and their deliveries, in memory and in a SQLite file.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use vigie::destinations::memory::MemoryDestinations;
use vigie::destinations::sqlite::SqliteDestinations;
use vigie::destinations::{
    Counts, DEAD_MAX, DESTINATIONS_MAX, Delivery, Destination, Destinations, Failed, Loss, Move, Secret, Settled,
    WAITING_MAX,
};
use vigie::domain::ids::{AccountId, CentreId, CrisisId, DestinationId, Seq};
use vigie::domain::vocabulary::{Channel, DeliveryFault, NoticeKind};

/// Runs each test against each place for destinations.
macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            $(#[actix_web::test]
            async fn $name() {
                super::$name(&super::MemoryDestinations::default()).await;
            })+
        }
        mod sqlite {
            $(#[actix_web::test]
            async fn $name() {
                let folder = tempfile::tempdir().expect("a folder for the journal");
                let path = folder.path().join("vigie.db");
                super::$name(&super::SqliteDestinations::open(&path).expect("it opens")).await;
            })+
        }
    };
}

contract!(
    what_is_kept_comes_back_as_it_was_newest_first,
    a_centre_has_so_many_and_no_more,
    a_cursor_moves_with_what_is_put_down_and_only_from_where_it_stands,
    what_is_due_is_found_in_its_order_and_some_of_each,
    what_became_of_an_attempt_is_written_once,
    who_is_gone_is_paused_and_goes_on_from_now,
    a_dead_letter_is_tried_again_as_a_new_one,
    a_loss_is_told_once_for_each_time_a_wall_was_seen,
    nothing_grows_without_a_bound,
    one_has_the_right_to_send_until_its_term_ends,
    what_is_removed_takes_everything_with_it,
);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + seconds).expect("near 1970")
}

fn id(number: u128) -> DestinationId {
    DestinationId(Uuid::from_u128(number))
}

fn crisis() -> CrisisId {
    CrisisId::parse("drill").expect("a slug")
}

fn centre(name: &str) -> CentreId {
    CentreId::parse(name).expect("a slug")
}

fn destination(number: u128) -> Destination {
    Destination {
        id: id(number),
        centre: centre("be-nccn"),
        channel: Channel::Webhook,
        address: "https://example.org/hooks".to_owned(),
        kinds: BTreeSet::from([NoticeKind::SlotDue, NoticeKind::EscalationAsked]),
        secret: Some(Secret("whsec_c2VjcmV0".to_owned())),
        made_at: at(i64::try_from(number).expect("small")),
        since: at(0),
        paused_at: None,
    }
}

async fn add(store: &dyn Destinations, number: u128) {
    let marks = vec![(crisis(), Seq(5))];
    assert!(store.add(destination(number), marks).await.expect("they answer"));
}

fn delivery(name: &str) -> Delivery {
    Delivery { id: name.to_owned(), kind: NoticeKind::SlotDue, content: format!("of {name}") }
}

fn go(number: u128, from: u64, to: u64, names: &[&str]) -> Move {
    let deliveries = names.iter().map(|name| delivery(name)).collect();
    Move { destination: id(number), from: Seq(from), to: Seq(to), deliveries }
}

async fn put(store: &dyn Destinations, moves: Vec<Move>, seconds: i64) {
    store.put_down(crisis(), moves, at(seconds)).await.expect("they answer");
}

async fn due(store: &dyn Destinations, seconds: i64) -> Vec<String> {
    let due = store.due(at(seconds), 10).await.expect("they answer");
    due.into_iter().map(|due| due.delivery.id).collect()
}

async fn mark(store: &dyn Destinations, number: u128) -> Option<Seq> {
    let told = store.told().await.expect("they answer");
    let told = told.into_iter().find(|told| told.destination.id == id(number))?;
    told.marks.into_iter().find(|(marked, _)| *marked == crisis()).map(|(_, seq)| seq)
}

async fn settle(store: &dyn Destinations, name: &str, attempts: u32, settled: Settled, seconds: i64) {
    store.settle(name.to_owned(), attempts, settled, at(seconds)).await.expect("they answer");
}

async fn counts(store: &dyn Destinations, number: u128) -> (i64, i64) {
    let counts = store.counts().await.expect("they answer");
    let Counts { waiting, dead } = counts.get(&id(number)).copied().unwrap_or_default();
    (waiting, dead)
}

async fn dead(store: &dyn Destinations, number: u128) -> Vec<String> {
    let dead = store.dead(id(number)).await.expect("they answer");
    dead.into_iter().map(|letter| letter.id).collect()
}

const FAILED: Failed = Failed { fault: DeliveryFault::Status, status: Some(503) };

async fn what_is_kept_comes_back_as_it_was_newest_first(store: &dyn Destinations) {
    add(store, 1).await;
    let other = Destination { centre: centre("nl-ncc"), channel: Channel::Mail, secret: None, ..destination(2) };
    assert!(store.add(other.clone(), Vec::new()).await.expect("they answer"));
    assert_eq!(store.list(None).await.expect("they answer"), [other.clone(), destination(1)]);
    assert_eq!(store.list(Some(centre("nl-ncc"))).await.expect("they answer"), [other]);
    assert_eq!(store.by_id(id(1)).await.expect("they answer"), Some(destination(1)));
    assert_eq!(store.by_id(id(3)).await.expect("they answer"), None);
    assert_eq!((mark(store, 1).await, mark(store, 2).await), (Some(Seq(5)), None));
}

async fn a_centre_has_so_many_and_no_more(store: &dyn Destinations) {
    for number in 0..DESTINATIONS_MAX {
        add(store, number.try_into().expect("small")).await;
    }
    assert!(!store.add(destination(99), Vec::new()).await.expect("they answer"));
    let other = Destination { centre: centre("nl-ncc"), ..destination(99) };
    assert!(store.add(other, Vec::new()).await.expect("they answer"));
}

async fn a_cursor_moves_with_what_is_put_down_and_only_from_where_it_stands(store: &dyn Destinations) {
    add(store, 1).await;
    add(store, 2).await;
    put(store, vec![go(1, 5, 9, &["a", "b"]), go(2, 4, 9, &["c"]), go(3, 0, 9, &["d"])], 1).await;
    assert_eq!((mark(store, 1).await, mark(store, 2).await), (Some(Seq(9)), Some(Seq(5))));
    assert_eq!(due(store, 1).await, ["a", "b"], "nothing of who stands elsewhere, or is not there");
    // The same once more, as of a second server that read the same entries.
    put(store, vec![go(1, 5, 9, &["a", "b"])], 2).await;
    assert_eq!(due(store, 2).await, ["a", "b"]);
    // A crisis that was opened after the destination was made stands before its first entry.
    let other = CrisisId::parse("other").expect("a slug");
    store.put_down(other.clone(), vec![go(1, 0, 3, &["e"])], at(3)).await.expect("they answer");
    let told = store.told().await.expect("they answer");
    assert!(told[0].marks.contains(&(other, Seq(3))));
    assert_eq!(due(store, 3).await, ["a", "b", "e"]);
}

async fn what_is_due_is_found_in_its_order_and_some_of_each(store: &dyn Destinations) {
    add(store, 1).await;
    add(store, 2).await;
    put(store, vec![go(2, 5, 6, &["x"])], 0).await;
    put(store, vec![go(1, 5, 6, &["a", "b", "c"])], 1).await;
    settle(store, "a", 0, Settled::Again(at(60), FAILED), 2).await;
    assert_eq!(due(store, 0).await, ["x"], "b and c are put down later");
    assert_eq!(due(store, 59).await, ["x", "b", "c"]);
    assert_eq!(due(store, 60).await, ["x", "b", "c", "a"]);
    let first = store.due(at(60), 1).await.expect("they answer");
    assert_eq!(first.iter().map(|due| due.delivery.id.as_str()).collect::<Vec<_>>(), ["x", "b"]);
    let again = store.due(at(60), 10).await.expect("they answer").pop().expect("it is the last");
    assert_eq!((again.destination, again.delivery, again.attempts), (destination(1), delivery("a"), 1));
}

async fn what_became_of_an_attempt_is_written_once(store: &dyn Destinations) {
    add(store, 1).await;
    put(store, vec![go(1, 5, 6, &["a", "b"])], 0).await;
    settle(store, "a", 0, Settled::Again(at(10), FAILED), 0).await;
    settle(store, "a", 0, Settled::Arrived, 0).await;
    assert_eq!(due(store, 10).await, ["b", "a"], "that was another's attempt, of before");
    settle(store, "a", 1, Settled::Arrived, 10).await;
    settle(store, "b", 0, Settled::Dead(FAILED), 11).await;
    assert_eq!((due(store, 99).await, counts(store, 1).await), (vec![], (0, 1)));
    let letters = store.dead(id(1)).await.expect("they answer");
    let letter = &letters[0];
    assert_eq!((letter.id.as_str(), letter.kind, letter.attempts), ("b", NoticeKind::SlotDue, 1));
    assert_eq!((letter.made_at, letter.died_at, letter.failed), (at(0), at(11), FAILED));
}

async fn who_is_gone_is_paused_and_goes_on_from_now(store: &dyn Destinations) {
    add(store, 1).await;
    put(store, vec![go(1, 5, 6, &["a", "b"])], 0).await;
    let gone = Failed { fault: DeliveryFault::Gone, status: Some(410) };
    settle(store, "a", 0, Settled::Gone(gone), 7).await;
    let paused = Destination { paused_at: Some(at(7)), ..destination(1) };
    assert_eq!(store.by_id(id(1)).await.expect("they answer"), Some(paused));
    assert_eq!((due(store, 8).await, mark(store, 1).await), (vec![], None));
    assert_eq!(counts(store, 1).await, (1, 1), "what waits keeps waiting");
    store.pause(id(1), at(8)).await.expect("they answer");
    store.resume(id(1), at(9), vec![(crisis(), Seq(20))]).await.expect("they answer");
    let resumed = Destination { since: at(9), ..destination(1) };
    assert_eq!(store.by_id(id(1)).await.expect("they answer"), Some(resumed));
    assert_eq!((due(store, 9).await, mark(store, 1).await), (vec!["b".to_owned()], Some(Seq(20))));
    store.resume(id(1), at(10), vec![(crisis(), Seq(30))]).await.expect("they answer");
    assert_eq!(mark(store, 1).await, Some(Seq(20)), "who was not paused loses nothing");
}

async fn a_dead_letter_is_tried_again_as_a_new_one(store: &dyn Destinations) {
    add(store, 1).await;
    add(store, 2).await;
    put(store, vec![go(1, 5, 6, &["a"])], 0).await;
    let retry = async |number, name: &str| store.retry(id(number), name.to_owned(), at(20)).await.expect("they answer");
    assert!(!retry(1, "a").await, "it is not dead");
    settle(store, "a", 0, Settled::Dead(FAILED), 10).await;
    assert!(!retry(2, "a").await && !retry(1, "b").await);
    assert!(retry(1, "a").await);
    let again = store.due(at(20), 10).await.expect("they answer");
    assert_eq!((again.len(), again[0].attempts, dead(store, 1).await), (1, 0, vec![]));
}

async fn a_loss_is_told_once_for_each_time_a_wall_was_seen(store: &dyn Destinations) {
    add(store, 1).await;
    let loss = |number, seen, name: &str| Loss {
        destination: id(number),
        wall: AccountId(Uuid::from_u128(7)),
        last_seen: at(seen),
        delivery: delivery(name),
    };
    let lose = async |losses, seconds| store.lose(losses, at(seconds)).await.expect("they answer");
    lose(vec![loss(1, 0, "a"), loss(9, 0, "x")], 10).await;
    settle(store, "a", 0, Settled::Arrived, 11).await;
    lose(vec![loss(1, 0, "a")], 20).await;
    assert_eq!(due(store, 20).await, Vec::<String>::new(), "that it is lost was told");
    lose(vec![loss(1, 15, "b")], 30).await;
    assert_eq!(due(store, 30).await, ["b"]);
}

async fn nothing_grows_without_a_bound(store: &dyn Destinations) {
    add(store, 1).await;
    let many = WAITING_MAX + DEAD_MAX + 5;
    let names: Vec<String> = (0..many).map(|number| format!("{number:05}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    put(store, vec![go(1, 5, 6, &names)], 0).await;
    let (waiting, kept) = (i64::try_from(WAITING_MAX).expect("small"), i64::try_from(DEAD_MAX).expect("small"));
    assert_eq!(counts(store, 1).await, (waiting, kept));
    let letters = store.dead(id(1)).await.expect("they answer");
    assert_eq!(letters[0].id, format!("{:05}", many - 1), "the newest are kept");
    assert_eq!(letters[0].failed, Failed { fault: DeliveryFault::TooMany, status: None });
}

async fn one_has_the_right_to_send_until_its_term_ends(store: &dyn Destinations) {
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let lease = async |who, from, term: i64| {
        let until = at(from) + SignedDuration::from_secs(term);
        store.lease(who, at(from), until).await.expect("they answer")
    };
    assert!(lease(one, 0, 30).await);
    assert!(!lease(two, 29, 30).await);
    assert!(lease(one, 29, 30).await, "it is renewed");
    assert!(!lease(two, 30, 30).await);
    assert!(lease(two, 59, 30).await, "it ended");
    store.release(one).await.expect("they answer");
    assert!(!lease(one, 60, 30).await, "nobody gives back what another has");
    store.release(two).await.expect("they answer");
    assert!(lease(one, 60, 30).await);
}

async fn what_is_removed_takes_everything_with_it(store: &dyn Destinations) {
    add(store, 1).await;
    put(store, vec![go(1, 5, 6, &["a", "b"])], 0).await;
    settle(store, "a", 0, Settled::Dead(FAILED), 1).await;
    store.remove(id(1)).await.expect("they answer");
    store.remove(id(1)).await.expect("there is none to remove");
    assert_eq!(store.by_id(id(1)).await.expect("they answer"), None);
    assert_eq!((due(store, 9).await, dead(store, 1).await, counts(store, 1).await), (vec![], vec![], (0, 0)));
    put(store, vec![go(1, 6, 7, &["c"])], 2).await;
    settle(store, "b", 0, Settled::Arrived, 2).await;
    assert_eq!(due(store, 9).await, Vec::<String>::new());
}
