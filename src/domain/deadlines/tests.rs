//! What falls due, in time, late and for two at once.

use jiff::SignedDuration;

use super::*;
use crate::domain::actor::Actor;
use crate::domain::escalation::Step;
use crate::domain::event::Event;
use crate::domain::given::{Drill, coordinator, officer};
use crate::domain::mark::Mark;
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::{EscalationClock, EscalationLevel, EscalationStep, Tlp};

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
    use EscalationClock::{Ack, Resolve};
    use EscalationLevel::{Coordination, Political};
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
