//! What each eye is shown after queries, scopes and many finished things; and that telling adds up to it.

use std::collections::BTreeMap;

use super::*;
use crate::domain::command::{Command, Scope};
use crate::domain::given::{Drill, centre, coordinator, officer, sector};
use crate::domain::vocabulary::EscalationStep as S;
use crate::domain::vocabulary::{EscalationStep, QueryState, Tlp};

fn scope(sectors: Option<&[&str]>, centres: Option<&[&str]>) -> Command {
    Command::ScopeCrisis(Scope {
        sectors: sectors.map(|names| names.iter().map(|name| sector(name)).collect()),
        centres: centres.map(|names| names.iter().map(|name| centre(name)).collect()),
    })
}

/// A wall that is told of changes and keeps what it was told.
struct Told {
    viewer: Viewer,
    things: BTreeMap<Key, Item>,
}

impl Told {
    fn begin(drill: &Drill, viewer: Viewer) -> Self {
        let things = Self::whole(drill, &viewer);
        Self { viewer, things }
    }

    fn whole(drill: &Drill, viewer: &Viewer) -> BTreeMap<Key, Item> {
        let picture = drill.then(viewer);
        let escalations = picture.escalations.into_iter();
        let escalations = escalations.map(|one| (key("escalation", one.id.to_string()), Item::Escalation(one)));
        let queries = picture.queries.into_iter().map(|one| (key("query", one.id.to_string()), Item::Query(one)));
        escalations.chain(queries).collect()
    }

    /// Hears of the last thing asked, and must then hold what a fresh picture holds.
    #[track_caller]
    fn hears(&mut self, drill: &Drill) {
        let last = drill.entries.last().expect("something was asked");
        if drill.look(&self.viewer, |eye| eye.sees_entry(last)) {
            for change in drill.changes(&self.viewer) {
                match change {
                    Change::Set(key, item) if ["escalation", "query"].contains(&key.kind) => {
                        self.things.insert(key, *item);
                    }
                    Change::Remove(key) => {
                        self.things.remove(&key);
                    }
                    Change::Set(..) => {}
                }
            }
        }
        assert_eq!(self.things, Self::whole(drill, &self.viewer));
    }
}

#[test]
fn of_finished_escalations_only_the_newest_are_shown_and_what_is_told_adds_up_to_that() {
    let mut drill = Drill::open();
    let hidden = Mark { tlp: Tlp::AmberStrict, recipients: [centre("co")].into() };
    let open = drill.escalation("be", Mark::of(Tlp::Green));
    let mut told = Told::begin(&drill, Drill::viewer("nl", None));
    let mut closed = None;
    for number in 0..FINISHED_SHOWN_MAX + 20 {
        let mark = if number % 3 == 0 { hidden.clone() } else { Mark::of(Tlp::Green) };
        let id = drill.escalation("be", mark);
        told.hears(&drill);
        let steps =
            if number == 1 { &[S::Acknowledge, S::Assign, S::Start, S::Resolve, S::Close][..] } else { &[S::Reject] };
        for step in steps {
            drill.step(id, *step);
            told.hears(&drill);
        }
        if number == 1 {
            closed = Some(id);
        }
    }
    let shown = |drill: &Drill, at: &str| {
        let escalations = drill.then(&Drill::viewer(at, None)).escalations;
        let open = escalations.iter().filter(|one| one.state == EscalationState::Raised).count();
        (open, escalations.len() - open)
    };
    assert_eq!(shown(&drill, "nl"), (1, 80), "a third is hidden, and takes no place away");
    assert_eq!(shown(&drill, "co"), (1, FINISHED_SHOWN_MAX));

    let mut told = Told::begin(&drill, Drill::viewer("co", None));
    // One that is no longer shown comes back when it is opened again, and the rest move up by nobody.
    drill.step(closed.expect("one was closed"), EscalationStep::Reopen);
    told.hears(&drill);
    assert_eq!(shown(&drill, "co"), (2, FINISHED_SHOWN_MAX));
    drill.step(open, EscalationStep::Reject);
    told.hears(&drill);
    assert_eq!(shown(&drill, "co"), (1, FINISHED_SHOWN_MAX));
}

#[test]
fn one_that_is_opened_again_makes_room_for_the_next_finished_one() {
    let mut drill = Drill::open();
    let rejected: Vec<_> = (0..=FINISHED_SHOWN_MAX)
        .map(|_| {
            let id = drill.escalation("be", Mark::of(Tlp::Green));
            drill.step(id, EscalationStep::Reject);
            id
        })
        .collect();
    let id = drill.escalation("be", Mark::of(Tlp::Green));
    for step in ["acknowledge", "assign", "start", "resolve", "close"] {
        drill.step(id, EscalationStep::parse(step).expect("a step"));
    }
    let viewer = Drill::viewer("nl", None);
    let shows = |drill: &Drill, id| drill.then(&viewer).escalations.iter().any(|one| one.id == id);
    assert!(!shows(&drill, rejected[0]) && !shows(&drill, rejected[1]) && shows(&drill, rejected[2]));
    let mut told = Told::begin(&drill, viewer.clone());
    drill.step(id, EscalationStep::Reopen);
    told.hears(&drill);
    assert!(!shows(&drill, rejected[0]) && shows(&drill, rejected[1]));
}

#[test]
fn of_ended_queries_only_the_newest_are_shown_and_open_ones_always() {
    let mut drill = Drill::open();
    let update = drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
    let open = drill.query(update);
    let mut told = Told::begin(&drill, Drill::viewer("nl", Some(Tlp::Green)));
    for _ in 0..FINISHED_SHOWN_MAX + 5 {
        let query = drill.query(update);
        told.hears(&drill);
        drill.given(&officer("be"), Command::AnswerQuery { query, answer: "Yes".to_owned() });
        told.hears(&drill);
    }
    let queries = drill.then(&told.viewer).queries;
    assert_eq!(queries.len(), FINISHED_SHOWN_MAX + 1);
    assert!(queries.iter().any(|query| query.id == open && query.state == QueryState::Open));
}

#[test]
fn what_is_left_out_of_scope_is_not_shown_and_comes_back_with_the_scope() {
    let mut drill = Drill::open();
    for (of, about) in [("be", "cyber"), ("be", "displacement"), ("nl", "cyber")] {
        let update = drill.update(of, about, Mark::of(Tlp::Green), "Something");
        drill.query(update);
    }
    let viewer = Drill::viewer("be", None);
    let before = drill.then(&viewer);
    assert_eq!((before.cells.len(), before.queries.len(), before.centres.len()), (3, 3, 3));

    drill.given(&coordinator(), scope(Some(&["cyber"]), Some(&["be", "co"])));
    let narrow = drill.then(&viewer);
    let cells: Vec<_> = narrow.cells.iter().map(|cell| (cell.centre.as_str(), cell.sector.as_str())).collect();
    assert_eq!(cells, [("be", "cyber")]);
    assert_eq!(narrow.queries.len(), 1);
    assert_eq!(narrow.centres.len(), 2);
    let lines = |picture: &PictureView| {
        picture
            .feed
            .iter()
            .filter(|line| matches!(line.what, What::UpdatePosted { .. } | What::QueryAsked { .. }))
            .count()
    };
    assert_eq!((lines(&before), lines(&narrow)), (6, 2));

    drill.given(&coordinator(), scope(Some(&["displacement", "cyber"]), Some(&["be", "nl", "co"])));
    let after = drill.then(&viewer);
    assert_eq!((after.cells, after.queries, after.centres), (before.cells, before.queries, before.centres));
}

#[test]
fn amber_is_for_the_centres_that_the_crisis_has_now_and_positions_only_move_forward() {
    let mut drill = Drill::open();
    drill.update("be", "cyber", Mark::of(Tlp::Amber), "Phishing");
    let position = |drill: &Drill, at: &str| drill.look(&Drill::viewer(at, None), |eye| eye.position());
    let cells = |drill: &Drill, at: &str| drill.then(&Drill::viewer(at, None)).cells.len();
    let (nl, fr) = (position(&drill, "nl"), position(&drill, "fr"));
    assert_eq!((cells(&drill, "nl"), cells(&drill, "fr")), (1, 0));
    assert!(nl > fr, "fr is not part of it and has seen nothing yet");

    drill.given(&coordinator(), scope(None, Some(&["be", "fr", "co"])));
    assert_eq!((cells(&drill, "nl"), cells(&drill, "fr")), (0, 1));
    assert!(position(&drill, "nl") > nl && position(&drill, "fr") > fr);
    assert_eq!(position(&drill, "nl"), drill.picture.seq, "the scope itself is everyone's");
}

#[test]
fn the_history_of_a_cell_tells_of_each_update_what_this_viewer_may_know_became_of_it() {
    let mut drill = Drill::open();
    let first = drill.update("be", "cyber", Mark::of(Tlp::Green), "First");
    let strict = Mark { tlp: Tlp::AmberStrict, recipients: [centre("co")].into() };
    let Command::PostUpdate(mut next) = drill.post("be", "cyber", strict, "Second") else { panic!("a post") };
    next.supersedes = Some(first);
    drill.given(&officer("be"), Command::PostUpdate(next));
    let third = drill.update("be", "cyber", Mark::of(Tlp::Green), "Third");
    drill.given(&officer("be"), Command::WithdrawUpdate { update: third, reason: "Wrong".to_owned() });
    let newest_first: Vec<_> = drill.entries.iter().rev().cloned().collect();
    let history = |at: &str, limit| {
        let mut history = CellHistory::of(limit);
        drill.look(&Drill::viewer(at, None), |eye| eye.tell_history(&newest_first, &mut history));
        let told = history.updates.iter().map(|update| (update.get().update.headline.clone(), update.get().state));
        told.collect::<Vec<_>>()
    };
    let own = |told: &[(&str, &'static str)]| told.iter().map(|(h, s)| ((*h).to_owned(), *s)).collect::<Vec<_>>();
    assert_eq!(history("be", 10), own(&[("Third", "withdrawn"), ("Second", "published"), ("First", "superseded")]));
    assert_eq!(history("nl", 10), own(&[("Third", "withdrawn"), ("First", "published")]), "the second is hidden");
    assert_eq!(history("be", 1), own(&[("Third", "withdrawn")]));
}

#[test]
fn whoever_may_not_know_of_what_was_replaced_is_not_told_that_it_was() {
    let mut drill = Drill::open();
    let strict = Mark { tlp: Tlp::AmberStrict, recipients: [centre("co")].into() };
    let hidden = drill.update("be", "cyber", strict, "Intrusion");
    let Command::PostUpdate(mut next) = drill.post("be", "cyber", Mark::of(Tlp::Green), "Phishing") else {
        panic!("a post")
    };
    next.supersedes = Some(hidden);
    drill.given(&officer("be"), Command::PostUpdate(next));
    let newest_first: Vec<_> = drill.entries.iter().rev().cloned().collect();
    for (at, told) in [("be", Some(hidden)), ("co", Some(hidden)), ("nl", None)] {
        let viewer = Drill::viewer(at, None);
        let picture = drill.then(&viewer);
        assert_eq!(picture.cells[0].update.supersedes, told, "the cell at {at}");
        let What::UpdatePosted { update } = &picture.feed[0].what else { panic!("an update is the newest") };
        assert_eq!(update.supersedes, told, "the feed at {at}");
        let mut history = CellHistory::of(1);
        drill.look(&viewer, |eye| eye.tell_history(&newest_first, &mut history));
        assert_eq!(history.updates[0].get().update.supersedes, told, "the history at {at}");
    }
}
