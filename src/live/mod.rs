//! The socket edge: walls listen here and write nothing.
//!
//! [`hub`] holds, per crisis, the picture and one log of frames per audience; the relay feeds it.
//! A change is encoded once per audience. [`session`] is one socket with a cursor into that log: a
//! wall whose cursor falls off the end is closed with "resume", and costs nobody anything.
//! [`protocol`] has the frames and the close codes; docs/protocol.md tells it in prose.

pub mod hub;
pub mod protocol;
pub mod session;
