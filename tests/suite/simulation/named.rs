//! What the simulation found, each as short as it could be made, so that it stays mended.

use super::mutants::posts;
use super::operations::{Ask, Op, Share};
use super::play;
use super::server::Sound;

fn asks(who: u8, ask: Ask) -> Op {
    Op::Asks { who, at: 0, crisis: 0, key: true, hurry: false, ask }
}

#[track_caller]
fn holds(ops: &[Op]) {
    let outcome = play(ops, &Sound);
    assert!(outcome.holds(), "{}", outcome.says());
}

/// Walls that stayed told of it, walls that came back did not: the two stood side by side in one room.
#[test]
fn a_slot_of_a_centre_that_was_left_out_is_not_excused() {
    let cycle = asks(0, Ask::SetCycle { hours: 0, in_place_of: None });
    holds(&[cycle, asks(0, Ask::Scope { kind: 2 }), asks(0, Ask::Excuse { which: 0 })]);
}

/// The same of the signature under a handover.
#[test]
fn a_centre_that_was_left_out_signs_for_no_shift() {
    holds(&[asks(0, Ask::Offer), asks(0, Ask::Scope { kind: 2 }), asks(1, Ask::Sign { which: 0 })]);
}

/// A centre that was left out still saw, beside its own escalation, the id of an update that is not for it any more.
#[test]
fn an_escalation_names_only_what_its_reader_may_see() {
    let raise = asks(2, Ask::Raise { asked: 0, share: Share::Amber, about: Some(0) });
    holds(&[posts(0, Share::Amber), raise, asks(0, Ask::Scope { kind: 1 }), Op::Look { who: 2, at: 0, crisis: 0 }]);
}

/// Its server died, it asked the other one once more, was told that it is safe, and did not find it there.
#[test]
fn whoever_is_told_elsewhere_that_it_is_safe_reads_it_there() {
    let again = Op::Again { which: 0, at: 1, hurry: false };
    holds(&[Op::BellLost, posts(0, Share::Green), again, Op::Look { who: 0, at: 1, crisis: 0 }]);
}

/// Of two servers one had a clock that was an hour ahead: each reminded every centre of the same report.
#[test]
fn servers_whose_clocks_differ_remind_nobody_twice() {
    let at = |at, ask| Op::Asks { who: 0, at, crisis: 0, key: true, hurry: false, ask };
    let cycle = at(1, Ask::SetCycle { hours: 168, in_place_of: None });
    let ahead = Op::ClockSteps { at: 1, minutes: 53 };
    holds(&[ahead, cycle, posts(0, Share::Green), Op::Wait { ms: 1_090 }, Op::Wait { ms: 2_937_008 }]);
}

/// A wall that had stayed showed lines at the end of what happened that one which came back did not: what a scope
/// had left out, and nobody was shown, took their places.
#[test]
fn lines_that_are_out_of_scope_take_no_place_from_those_that_are_shown() {
    let of_nl = Ask::Post { sector: 0, share: Share::Clear, nil: false, figure: None, replaces: None };
    let mut ops = vec![asks(2, of_nl); 20];
    ops.extend([posts(0, Share::Clear); 20]);
    ops.push(asks(0, Ask::Scope { kind: 2 }));
    ops.extend([asks(2, of_nl); 15]);
    holds(&ops);
}
