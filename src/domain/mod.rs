//! The vocabulary and the rules of a crisis picture: pure, synchronous, no I/O, no clock, no chance.
//!
//! - [`vocabulary`]: every enumeration once, with its one spelling.
//! - [`mark`]: TLP 2.0 and who may see what; [`view`] is the only way from the picture to an eye.
//! - [`crisis`], [`centre`], [`update`], [`query`], [`escalation`], [`cycle`], [`slot`], [`log`],
//!   [`handover`], [`indicator`], [`template`]: the nouns.
//! - [`command`] is what may be asked, [`event`] what can have happened.
//! - [`stretch`] is a part of the journal in short, for looking back.
//! - [`access`] says who may ask, [`decide`] what follows, [`picture`] what is then true.
//! - [`deadlines`] says what time itself asks for; [`actor::Actor::system`] asks it.
//!
//! `serde` is allowed here as a description of data; files, sockets, time and randomness are not.

pub mod access;
pub mod actor;
pub mod centre;
pub mod command;
pub mod crisis;
pub mod cycle;
pub mod deadlines;
pub mod decide;
pub mod escalation;
pub mod event;
#[cfg(test)]
mod eyes;
pub mod freshness;
#[cfg(test)]
pub(crate) mod given;
pub mod handover;
pub mod ids;
pub mod indicator;
pub mod log;
pub mod mark;
pub mod picture;
pub mod query;
pub mod recurrence;
pub mod refusal;
#[cfg(test)]
pub(crate) mod rehearsal;
pub mod shelf;
pub mod slot;
pub mod stretch;
pub mod template;
pub mod text;
pub mod update;
pub mod view;
pub mod vocabulary;
