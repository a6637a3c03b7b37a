//! What can happen, as plain data: each operation still means something when others are taken out of the list.
//!
//! Numbers are not names: `which` counts through what there is by then, `who`, `at` and `screen` through people,
//! servers and screens. A failure prints its operations in the form in which they are written in a named test.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Somebody asks a server for something; `hurry` does not wait for the answer before the next operation.
    Asks {
        who: u8,
        at: u8,
        crisis: u8,
        key: bool,
        hurry: bool,
        ask: Ask,
    },
    /// What was asked before is asked once more, under the same key.
    Again {
        which: u16,
        at: u8,
        hurry: bool,
    },
    /// A key is used for something else.
    Reuse {
        which: u16,
        at: u8,
    },
    /// Somebody reads the picture.
    Look {
        who: u8,
        at: u8,
        crisis: u8,
    },
    /// A wall loses its line, and comes back to a server: with its position, or as if it were new.
    Move {
        screen: u8,
        to: u8,
        fresh: bool,
    },
    /// A wall takes nothing from its line.
    Sleep {
        screen: u8,
    },
    Wake {
        screen: u8,
    },
    /// Nobody does anything.
    Wait {
        ms: u32,
    },
    /// A server dies and starts anew.
    Crash {
        at: u8,
    },
    /// A server dies when the journal has taken what it appends next, before anybody is answered.
    CrashAfterAppend {
        at: u8,
    },
    /// The journal takes what is appended next and its answer is lost.
    AnswerLost {
        at: u8,
    },
    /// The journal does not take what is appended next.
    AppendFails {
        at: u8,
    },
    /// The next append takes its time, half of it before the journal has it and half of it after.
    AppendSlow {
        at: u8,
        ms: u16,
    },
    JournalDown {
        at: u8,
    },
    JournalUp {
        at: u8,
    },
    /// What this server reads to tell its walls does not arrive.
    RelayStalls {
        at: u8,
    },
    RelayGoesOn {
        at: u8,
    },
    BellLost,
    BellBack,
    CacheDown,
    CacheUp,
    CacheEmptied,
    /// The cache holds the picture of another journal, further on than ours.
    CacheForeign,
    /// A field of what the cache holds cannot be read.
    CacheDamaged,
    /// The cache does what it is asked, and its answers are lost.
    CacheAnswersLost,
    /// The cache holds again what it held when everything was last looked at.
    CacheGoesBack,
    /// The clock of one server is put forward or back.
    ClockSteps {
        at: u8,
        minutes: i8,
    },
    /// Everything that is broken is mended, and everything is looked at.
    Check,
}

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    Post { sector: u8, share: Share, nil: bool, figure: Option<u8>, replaces: Option<u16> },
    Withdraw { which: u16 },
    Raise { asked: u8, share: Share, about: Option<u16> },
    Step { which: u16, step: u8 },
    Query { which: u16 },
    AnswerQuery { which: u16 },
    TakeBack { which: u16 },
    SetCycle { hours: u8, in_place_of: Option<u16> },
    EndCycle { which: u16 },
    Excuse { which: u16 },
    Log { share: Share, key_event: bool },
    Offer,
    Sign { which: u16 },
    Ipcr { mode: u8 },
    Scope { kind: u8 },
    Close,
    Reopen,
}

/// A label, with the centre that it names beside the author's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    Clear,
    Green,
    Amber,
    AmberTo(u8),
    StrictTo(u8),
    RedTo(u8),
}

/// The operations of a seed.
pub fn of_seed(seed: u64, count: usize) -> Vec<Op> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let ops = prop::collection::vec(any_op(), count).new_tree(&mut runner).expect("nothing is filtered");
    ops.current()
}

fn any_share() -> impl Strategy<Value = Share> {
    prop_oneof![
        2 => Just(Share::Clear),
        5 => Just(Share::Green),
        4 => Just(Share::Amber),
        2 => any::<u8>().prop_map(Share::AmberTo),
        2 => any::<u8>().prop_map(Share::StrictTo),
        2 => any::<u8>().prop_map(Share::RedTo),
    ]
}

fn any_ask() -> impl Strategy<Value = Ask> {
    let post = (
        any::<u8>(),
        any_share(),
        prop::bool::weighted(0.2),
        prop::option::weighted(0.4, any::<u8>()),
        prop::option::weighted(0.35, any::<u16>()),
    );
    let post =
        post.prop_map(|(sector, share, nil, figure, replaces)| Ask::Post { sector, share, nil, figure, replaces });
    let which = || any::<u16>();
    prop_oneof![
        14 => post,
        4 => which().prop_map(|which| Ask::Withdraw { which }),
        3 => (any::<u8>(), any_share(), prop::option::of(which()))
            .prop_map(|(asked, share, about)| Ask::Raise { asked, share, about }),
        8 => (which(), any::<u8>()).prop_map(|(which, step)| Ask::Step { which, step }),
        3 => which().prop_map(|which| Ask::Query { which }),
        3 => which().prop_map(|which| Ask::AnswerQuery { which }),
        1 => which().prop_map(|which| Ask::TakeBack { which }),
        1 => (any::<u8>(), prop::option::of(which()))
            .prop_map(|(hours, in_place_of)| Ask::SetCycle { hours, in_place_of }),
        1 => which().prop_map(|which| Ask::EndCycle { which }),
        1 => which().prop_map(|which| Ask::Excuse { which }),
        3 => (any_share(), any::<bool>()).prop_map(|(share, key_event)| Ask::Log { share, key_event }),
        1 => Just(Ask::Offer),
        2 => which().prop_map(|which| Ask::Sign { which }),
        1 => any::<u8>().prop_map(|mode| Ask::Ipcr { mode }),
        1 => any::<u8>().prop_map(|kind| Ask::Scope { kind }),
        1 => Just(Ask::Close),
        1 => Just(Ask::Reopen),
    ]
}

fn any_op() -> impl Strategy<Value = Op> {
    let at = || 0_u8..2;
    let crisis = || prop_oneof![5 => Just(0_u8), 1 => Just(1_u8)];
    let asks = (any::<u8>(), at(), crisis(), prop::bool::weighted(0.9), prop::bool::weighted(0.4), any_ask())
        .prop_map(|(who, at, crisis, key, hurry, ask)| Op::Asks { who, at, crisis, key, hurry, ask });
    let of_server = |make: fn(u8) -> Op| at().prop_map(make);
    prop_oneof![
        100 => asks,
        7 => (any::<u16>(), at(), prop::bool::weighted(0.4))
            .prop_map(|(which, at, hurry)| Op::Again { which, at, hurry }),
        1 => (any::<u16>(), at()).prop_map(|(which, at)| Op::Reuse { which, at }),
        6 => (any::<u8>(), at(), crisis()).prop_map(|(who, at, crisis)| Op::Look { who, at, crisis }),
        6 => (any::<u8>(), at(), prop::bool::weighted(0.2))
            .prop_map(|(screen, to, fresh)| Op::Move { screen, to, fresh }),
        2 => any::<u8>().prop_map(|screen| Op::Sleep { screen }),
        2 => any::<u8>().prop_map(|screen| Op::Wake { screen }),
        8 => prop_oneof![4 => 1_u32..400, 3 => 400_u32..3_000, 1 => 60_000_u32..7_200_000]
            .prop_map(|ms| Op::Wait { ms }),
        1 => of_server(|at| Op::Crash { at }),
        1 => of_server(|at| Op::CrashAfterAppend { at }),
        2 => of_server(|at| Op::AnswerLost { at }),
        1 => of_server(|at| Op::AppendFails { at }),
        3 => (at(), 1_u16..900).prop_map(|(at, ms)| Op::AppendSlow { at, ms }),
        1 => of_server(|at| Op::JournalDown { at }),
        6 => of_server(|at| Op::JournalUp { at }),
        2 => of_server(|at| Op::RelayStalls { at }),
        5 => of_server(|at| Op::RelayGoesOn { at }),
        2 => Just(Op::BellLost),
        3 => Just(Op::BellBack),
        1 => Just(Op::CacheDown),
        3 => Just(Op::CacheUp),
        1 => Just(Op::CacheEmptied),
        1 => Just(Op::CacheForeign),
        1 => Just(Op::CacheDamaged),
        1 => Just(Op::CacheAnswersLost),
        1 => Just(Op::CacheGoesBack),
        1 => (at(), -75_i8..75).prop_map(|(at, minutes)| Op::ClockSteps { at, minutes }),
        1 => Just(Op::Check),
    ]
}
