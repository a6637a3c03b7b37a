//! An independent checker: a recorded history of requests, answers and frames, against what Vigie promises.
//!
//! [`check`] is a pure function of a [`History`]. It judges from docs/protocol.md, TLP 2.0 and the stored
//! entries; of the program it uses the fold of the journal alone, and that only to say what a wall ought to show.

mod book;
mod fold;
pub mod history;
mod looks;
pub mod marks;
mod once;
pub mod wall;
mod writes;

use book::Book;
use history::History;

/// A promise that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The journal counts 1, 2, 3 … and its times do not run backwards.
    Numbers,
    /// What was acknowledged is in the journal, as what it was acknowledged as.
    Lost,
    /// What was asked for once is there once.
    Doubled,
    /// The journal knows under which key it was asked for.
    KeyForgotten,
    /// What was refused has not happened.
    RefusedAndDone,
    /// Nothing is there that nobody asked for.
    Unasked,
    /// What a client asked for later stands later.
    Reordered,
    /// What can happen once has happened once.
    DecidedTwice,
    /// Each frame begins where the last one ended, and each beat names where the wall stands.
    Gap,
    /// A frame tells all that its wall may see of what happened, in order.
    Untold,
    /// Nothing is shown to eyes that may not see it.
    OverShared,
    /// What is shown is the fold of the journal through those eyes.
    NotTheFold,
    /// What had the time to arrive has arrived.
    Behind,
    /// Who was told that it is safe sees it.
    NotReadBack,
}

/// One broken promise, in words for officers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub rule: Rule,
    pub says: String,
}

impl Fault {
    fn new(rule: Rule, says: String) -> Self {
        Self { rule, says }
    }
}

/// Every promise that this history breaks.
pub fn check(history: &History) -> Vec<Fault> {
    let (books, mut faults) = Book::all(history);
    if faults.is_empty() {
        once::check(&books, &mut faults);
        writes::check(history, &books, &mut faults);
        let claims = looks::check(history, &books, &mut faults);
        fold::check(claims, &books, &mut faults);
    }
    faults
}
