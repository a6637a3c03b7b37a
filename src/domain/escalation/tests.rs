//! The clocks and steps of an escalation, each for itself.

use super::*;
use crate::domain::vocabulary::EscalationClock::{Ack, Resolve, Start};
use crate::domain::vocabulary::EscalationLevel::{Coordination, Political, Watch};
use crate::domain::vocabulary::{EscalationState as S, EscalationStep as T};

fn step(step: EscalationStep) -> Step {
    Step { step, note: None, assignee: None, until: None, answer: None, clocks: None }
}

fn raised(level: EscalationLevel) -> Standing {
    Standing::raised(level, Clocks::default())
}

fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

fn terms() -> LevelTerms {
    let of = |ack, start, resolve| Terms {
        ack: SignedDuration::from_mins(ack),
        start: SignedDuration::from_mins(start),
        resolve: SignedDuration::from_mins(resolve),
    };
    LevelTerms { watch: of(30, 60, 240), coordination: of(20, 40, 120), political: of(10, 20, 60) }
}

fn clocks(ack: i64, start: i64, resolve: i64) -> Clocks {
    Clocks { ack_due: Some(at(ack)), start_due: Some(at(start)), resolve_due: Some(at(resolve)) }
}

/// Everything that has run out by a minute, one after the other: clock, due, level from then on.
fn lapses(standing: &mut Standing, minute: i64) -> Vec<(EscalationClock, i64, EscalationLevel)> {
    let mut told = Vec::new();
    while let Some(lapse) = standing.lapse(&terms(), at(minute)) {
        told.push((lapse.which, lapse.due.as_second() / 60, lapse.level));
        *standing = standing.lapsed(&lapse);
    }
    told
}

/// All states × all steps: what is not listed here is refused.
#[test]
fn every_state_allows_exactly_these_steps() {
    let by = CentreId::parse("be").expect("slug");
    let table: &[(EscalationState, &[(EscalationStep, EscalationState)])] = &[
        (
            S::Raised,
            &[
                (T::Acknowledge, S::Acknowledged),
                (T::Reject, S::Rejected),
                (T::RaiseLevel, S::Raised),
                (T::LowerLevel, S::Raised),
                (T::Snooze, S::Raised),
            ],
        ),
        (
            S::Acknowledged,
            &[
                (T::Assign, S::Assigned),
                (T::RaiseLevel, S::Acknowledged),
                (T::LowerLevel, S::Acknowledged),
                (T::Snooze, S::Acknowledged),
            ],
        ),
        (
            S::Assigned,
            &[
                (T::Assign, S::Assigned),
                (T::Start, S::InProgress),
                (T::RaiseLevel, S::Assigned),
                (T::LowerLevel, S::Assigned),
                (T::Snooze, S::Assigned),
            ],
        ),
        (
            S::InProgress,
            &[
                (T::Resolve, S::Resolved),
                (T::RaiseLevel, S::InProgress),
                (T::LowerLevel, S::InProgress),
                (T::Snooze, S::InProgress),
            ],
        ),
        (S::Resolved, &[(T::Close, S::Closed), (T::Reopen, S::Raised)]),
        (S::Closed, &[(T::Reopen, S::Raised)]),
        (S::Rejected, &[]),
    ];
    assert_eq!(table.len(), EscalationState::ALL.len());
    for (state, allowed) in table {
        for taken in EscalationStep::ALL {
            let standing = Standing { state: *state, ..raised(EscalationLevel::Coordination) };
            let next = standing.after(&step(*taken), &by).ok().map(|next| next.state);
            let expected = allowed.iter().find(|(t, _)| t == taken).map(|(_, next)| *next);
            assert_eq!(next, expected, "{state} × {taken}");
        }
    }
}

#[test]
fn levels_end_at_both_ends() {
    let by = CentreId::parse("be").expect("slug");
    let top = raised(EscalationLevel::Political);
    assert_eq!(top.after(&step(T::RaiseLevel), &by), Err(Refusal::LevelEnds { level: EscalationLevel::Political }));
    let bottom = raised(EscalationLevel::Watch);
    assert_eq!(bottom.after(&step(T::LowerLevel), &by), Err(Refusal::LevelEnds { level: EscalationLevel::Watch }));
}

#[test]
fn any_step_but_another_snooze_wakes_a_snoozed_escalation() {
    let by = CentreId::parse("be").expect("slug");
    let asleep = Standing { snoozed_until: Some(Timestamp::UNIX_EPOCH), ..raised(EscalationLevel::Watch) };
    assert_eq!(asleep.after(&step(T::Acknowledge), &by).expect("open").snoozed_until, None);
}
#[test]
fn what_nobody_answers_goes_up_a_level_at_each_term_and_is_told_once_at_the_top() {
    let mut standing = Standing::raised(EscalationLevel::Watch, clocks(30, 60, 240));
    assert_eq!(lapses(&mut standing, 29), []);
    assert_eq!(lapses(&mut standing, 30), [(Ack, 30, Coordination)]);
    assert_eq!(standing.clocks.ack_due, Some(at(50)), "the next term counts from when the last ran out");
    assert_eq!(lapses(&mut standing, 49), []);
    assert_eq!(lapses(&mut standing, 239), [(Ack, 50, Political), (Ack, 60, Political)]);
    assert_eq!(lapses(&mut standing, 10_000), [(Resolve, 240, Political)]);
    assert_eq!((standing.next_due(), standing.state), (None, S::Raised));

    let mut late = Standing::raised(EscalationLevel::Watch, clocks(30, 60, 240));
    assert_eq!(lapses(&mut late, 10_000).len(), 4, "seen late, it is the same, with the same times");
    assert_eq!(late, standing);
}

#[test]
fn what_was_answered_is_not_raised_and_is_told_once_when_it_is_not_begun_and_not_resolved() {
    let by = CentreId::parse("be").expect("slug");
    let standing = Standing::raised(Watch, clocks(30, 60, 240));
    let mut standing = standing.after(&step(T::Acknowledge), &by).expect("open");
    assert_eq!(lapses(&mut standing, 60), [(Start, 60, Watch)]);
    assert_eq!(lapses(&mut standing, 239), []);
    let mut begun = standing.after(&step(T::Assign), &by).and_then(|s| s.after(&step(T::Start), &by)).expect("open");
    assert_eq!(lapses(&mut begun, 240), [(Resolve, 240, Watch)]);
    let mut resolved = standing.clone();
    resolved.state = S::Resolved;
    assert_eq!((lapses(&mut resolved, 10_000), resolved.next_due()), (Vec::new(), None));
}

#[test]
fn a_snooze_holds_every_clock_and_what_ran_out_meanwhile_begins_where_it_ended() {
    let by = CentreId::parse("be").expect("slug");
    let standing = Standing::raised(EscalationLevel::Watch, clocks(30, 60, 600));
    let snooze = Step { until: Some(at(120)), ..step(T::Snooze) };
    let mut asleep = standing.after(&snooze, &by).expect("open");
    assert_eq!((lapses(&mut asleep, 119), asleep.wakes(at(119)), asleep.next_due()), (Vec::new(), None, Some(at(120))));
    assert_eq!(asleep.wakes(at(200)), Some(at(120)));
    let mut awake = asleep.woken(at(120));
    assert_eq!(lapses(&mut awake, 120), [(Ack, 30, EscalationLevel::Coordination)]);
    assert_eq!(awake.clocks.ack_due, Some(at(140)), "not three levels at once for having slept");
}

#[test]
fn who_cannot_leaves_it_without_an_owner_until_another_is_assigned_or_it_can_after_all() {
    let (be, eu) = (CentreId::parse("be").expect("slug"), CentreId::parse("eu").expect("slug"));
    let cannot = Step { answer: Some(EscalationAnswer::Cannot), note: Some("No buses".into()), ..step(T::Acknowledge) };
    let declined = raised(EscalationLevel::Watch).after(&cannot, &be).expect("open");
    assert_eq!((declined.state, &declined.owner, declined.is_declined()), (S::Acknowledged, &None, true));
    let assign = Step { assignee: Some("Transport".to_owned()), ..step(T::Assign) };
    let taken = declined.after(&assign, &eu).expect("open");
    assert_eq!((taken.owner, taken.answer), (Some(eu), None));
    let will = Step { answer: Some(EscalationAnswer::WillDo), until: Some(at(60)), ..step(T::Acknowledge) };
    let can = declined.after(&will, &be).expect("it may say so");
    assert_eq!((can.owner.as_ref(), can.is_declined()), (Some(&be), false));
    assert!(can.after(&will, &be).is_err(), "an answer is given once");
}

#[test]
fn a_level_that_somebody_chose_is_given_its_own_term() {
    let by = CentreId::parse("be").expect("slug");
    let mut top = Standing::raised(EscalationLevel::Political, clocks(10, 20, 600));
    assert_eq!(lapses(&mut top, 10), [(Ack, 10, EscalationLevel::Political)]);
    let lower = Step { clocks: Some(clocks(35, 20, 600)), ..step(T::LowerLevel) };
    let mut lower = top.after(&lower, &by).expect("open");
    assert_eq!(lapses(&mut lower, 34), []);
    assert_eq!(lapses(&mut lower, 35), [(Ack, 35, EscalationLevel::Political)]);
}

#[test]
fn terms_that_nobody_chose_keep_the_order_of_those_that_somebody_did() {
    let terms = terms().watch;
    assert_eq!(terms.clocks(at(0), None, None), clocks(30, 60, 240));
    assert_eq!(terms.clocks(at(0), Some(at(90)), None), clocks(90, 90, 300));
    assert_eq!(terms.clocks(at(0), None, Some(at(20))), clocks(20, 20, 20));
    assert_eq!(terms.clocks(at(0), Some(at(10)), Some(at(40))), clocks(10, 40, 40));
}
