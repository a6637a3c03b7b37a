//! The one integration binary: Vigie as programs, people and walls meet it.

mod crash;
mod escalating;
mod harness;
mod idempotency;
mod picture_http;
mod posting;
mod problems;
