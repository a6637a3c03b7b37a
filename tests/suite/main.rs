//! The one integration binary: Vigie as programs, people and walls meet it.

mod crash;
mod harness;
