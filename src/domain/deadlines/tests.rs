//! What falls due, in time, late and for two at once.

use jiff::SignedDuration;

use super::*;
use crate::domain::actor::Actor;
use crate::domain::escalation::Step;
use crate::domain::event::Event;
use crate::domain::given::{Drill, centre, coordinator, officer};
use crate::domain::mark::Mark;
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::EscalationClock::{self, Ack, Resolve};
use crate::domain::vocabulary::EscalationLevel::{self, Coordination, Political};
use crate::domain::vocabulary::{EscalationStep, Tlp};

/// Clock, minute in which it was due, level from then on.
fn told(events: &[Event]) -> Vec<(EscalationClock, i64, EscalationLevel)> {
    let lapse = |event: &Event| match event {
        Event::EscalationLapsed { lapse, .. } => (lapse.which, lapse.due.as_second() / 60, lapse.level),
        other => panic!("{other:?}"),
    };
    events.iter().map(lapse).collect()
}

#[test]
fn a_server_that_comes_late_tells_the_same_with_the_same_due_times() {
    let expected = [(Ack, 30, Coordination), (Ack, 50, Political), (Ack, 60, Political), (Resolve, 240, Political)];
    let mut in_time = Drill::open();
    in_time.escalation("be", Mark::of(Tlp::Green));
    let mut events = Vec::new();
    for _ in 0..300 {
        in_time.wait(1);
        events.extend(in_time.timers());
    }
    assert_eq!(told(&events), expected);

    let mut late = Drill::open();
    late.escalation("be", Mark::of(Tlp::Green));
    late.wait(3_000);
    assert_eq!(told(&late.timers()), expected);
    let standing = |drill: &Drill| drill.picture.escalations.values().next().expect("one").standing.clone();
    assert_eq!(standing(&late), standing(&in_time));
    assert_eq!(late.due(), Deadlines::default(), "there is nothing more to come");
}

#[test]
fn of_two_servers_that_ask_the_second_is_told_that_it_is_not_due() {
    let mut drill = Drill::open();
    drill.escalation("be", Mark::of(Tlp::Green));
    drill.wait(31);
    let [command] = <[Command; 1]>::try_from(drill.due().commands).expect("one clock has run out");
    drill.given(&Actor::system(), command.clone());
    assert_eq!(drill.when(&Actor::system(), command.clone()), Err(Refusal::NotDue));
    let forbidden = drill.when(&coordinator(), command);
    assert!(matches!(forbidden, Err(Refusal::Forbidden(_))), "only the clock says what time it is");
}

#[test]
fn the_timers_may_ask_nothing_else() {
    let mut drill = Drill::open();
    let post = drill.post("be", "cyber", Mark::of(Tlp::Green), "Phishing");
    for command in [post, Command::CloseCrisis { reason: "Over".to_owned() }] {
        assert!(matches!(drill.when(&Actor::system(), command), Err(Refusal::Forbidden(_))));
    }
}

#[test]
fn when_to_look_again_is_when_the_next_clock_runs_out_and_never_while_the_crisis_is_closed() {
    let mut drill = Drill::open();
    let raised = drill.escalation("be", Mark::of(Tlp::Green));
    let minute = |at: Timestamp| at.as_second() / 60;
    assert_eq!(drill.due().next.map(minute), Some(30));
    let until = drill.picture.recorded_at + SignedDuration::from_hours(2);
    let note = Some("Tonight".to_owned());
    let snooze =
        Step { step: EscalationStep::Snooze, note, assignee: None, until: Some(until), answer: None, clocks: None };
    drill.given(&coordinator(), Command::StepEscalation { escalation: raised, step: snooze });
    assert_eq!(drill.due().next.map(minute), Some(120));

    drill.given(&coordinator(), Command::CloseCrisis { reason: "Over".to_owned() });
    drill.wait(3_000);
    assert_eq!(drill.due(), Deadlines::default());
    drill.given(&coordinator(), Command::ReopenCrisis { reason: "It is not".to_owned() });
    let events = drill.timers();
    assert!(matches!(events[0], Event::EscalationWoken { due, .. } if due == until), "{:?}", events[0]);
    assert_eq!(events.len(), 5);
}

#[test]
fn what_nobody_has_answered_is_put_off_once_for_each_time_by_which_it_must_be() {
    let mut drill = Drill::open();
    let raised = drill.escalation("be", Mark::of(Tlp::Green));
    let snooze = |drill: &Drill, minutes| Command::StepEscalation {
        escalation: raised,
        step: Step {
            step: EscalationStep::Snooze,
            note: None,
            assignee: None,
            until: Some(drill.now + SignedDuration::from_mins(minutes)),
            answer: None,
            clocks: None,
        },
    };
    drill.given(&coordinator(), snooze(&drill, 10));
    assert_eq!(drill.when(&coordinator(), snooze(&drill, 20)), Err(Refusal::SleptAlready));
    drill.wait(31);
    assert_eq!(drill.timers().len(), 2, "it woke, and went up a level");
    drill.given(&coordinator(), snooze(&drill, 60));
    assert_eq!(drill.when(&coordinator(), snooze(&drill, 20)), Err(Refusal::SleptAlready));
    drill.step(raised, EscalationStep::Acknowledge);
    for _ in 0..2 {
        drill.given(&coordinator(), snooze(&drill, 60));
    }
}

#[test]
fn one_that_was_reopened_has_its_clocks_anew() {
    let mut drill = Drill::open();
    let id = drill.escalation("be", Mark::of(Tlp::Green));
    for step in ["acknowledge", "assign", "start", "resolve"] {
        drill.step(id, EscalationStep::parse(step).expect("a step"));
    }
    drill.wait(1_000);
    assert_eq!(drill.due(), Deadlines::default());
    drill.step(id, EscalationStep::Reopen);
    assert_eq!((drill.timers(), drill.due().next.map(|at| at.as_second() / 60)), (Vec::new(), Some(1_030)));
    drill.wait(30);
    assert_eq!(told(&drill.timers()).len(), 1);
    assert!(drill.when(&officer("nl"), Command::CloseCrisis { reason: "No".to_owned() }).is_err());
}

/// Kind, centre and minute of each thing that the timers said of slots.
fn slots(events: &[Event]) -> Vec<(&'static str, String, i64)> {
    let slot = |event: &Event| match event {
        Event::SlotReminded { centre, due_at, .. } | Event::SlotMissed { centre, due_at, .. } => {
            Some((event.kind(), centre.to_string(), due_at.as_second() / 60))
        }
        _ => None,
    };
    events.iter().filter_map(slot).collect()
}

#[test]
fn who_has_not_reported_is_reminded_and_then_told_to_have_missed_it() {
    let mut drill = Drill::open();
    drill.cycle();
    drill.wait(60);
    drill.update("be", "cyber", Mark { tlp: Tlp::Red, recipients: [centre("co")].into() }, "Phishing");
    let nl = |kind: &'static str| vec![(kind, "nl".to_owned(), 240)];
    drill.wait(120);
    assert_eq!(slots(&drill.timers()), nl("slot_reminded"), "what is hidden from others is reported all the same");
    assert_eq!(drill.due().commands, []);
    drill.wait(44);
    assert_eq!(drill.due().commands, []);
    drill.wait(1);
    assert_eq!(slots(&drill.timers()), nl("slot_reminded"));
    drill.wait(44);
    assert_eq!(drill.due().commands, []);
    drill.wait(1);
    assert_eq!(slots(&drill.timers()), nl("slot_missed"));
    assert_eq!(drill.due().commands, []);
}

#[test]
fn of_reminders_that_come_late_only_the_last_is_given_and_none_once_it_is_due() {
    let mut drill = Drill::open();
    drill.cycle();
    drill.wait(230);
    let minutes = |events: &[Event]| {
        let minutes =
            |event: &Event| if let Event::SlotReminded { minutes, .. } = event { Some(*minutes) } else { None };
        events.iter().filter_map(minutes).collect::<Vec<_>>()
    };
    assert_eq!(minutes(&drill.timers()), [15, 15]);
    drill.wait(240 + 15);
    assert_eq!(slots(&drill.timers()).len(), 2, "the first was missed, the second is due");
}

#[test]
fn a_report_an_excuse_and_a_closed_crisis_leave_nothing_to_be_told() {
    let mut drill = Drill::open();
    let cycle = drill.cycle();
    drill.wait(100);
    let update = drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
    let due_at = drill.picture.cycles[&cycle].rounds().next().expect("a round").due_at;
    let excuse = Command::ExcuseSlot { cycle, centre: centre("nl"), due_at, reason: "Evacuated".to_owned() };
    drill.given(&coordinator(), excuse);
    drill.wait(171);
    assert_eq!(drill.timers(), []);
    let withdraw = Command::WithdrawUpdate { update, reason: "Wrong".to_owned() };
    drill.given(&officer("be"), withdraw);
    assert_eq!(slots(&drill.timers()), [("slot_missed", "be".to_owned(), 240)], "what fills it no longer does");

    drill.given(&coordinator(), Command::CloseCrisis { reason: "Over".to_owned() });
    drill.wait(3_000);
    drill.given(&coordinator(), Command::ReopenCrisis { reason: "It is not".to_owned() });
    let events = drill.timers();
    assert_eq!(slots(&events), [], "nobody owed a report while none could be posted");
    let Event::CyclePlanned { plan, .. } = &events[0] else { panic!("{events:?}") };
    assert!(plan.due[0] > drill.picture.recorded_at);
}

#[test]
fn what_is_due_says_when_to_look_again() {
    let mut drill = Drill::open();
    drill.cycle();
    let mut looked = 0;
    let mut told = Vec::new();
    let end = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(72);
    while let Some(next) = drill.due().next.filter(|next| *next < end) {
        drill.wait_until(next);
        told.extend(slots(&drill.timers()));
        looked += 1;
        assert!(looked < 200, "the timers never come to rest");
    }
    let missed = told.iter().filter(|(kind, ..)| *kind == "slot_missed").count();
    let reminded = told.len() - missed;
    assert_eq!((missed, reminded), (2 * 17, 2 * 2 * 18), "{looked} looks miss nothing");
}
