//! The one integration binary: Vigie as programs, people and walls meet it.

mod authorisation;
mod changes;
mod crash;
mod escalating;
mod harness;
mod idempotency;
mod licences;
mod live_wall;
mod openapi;
mod picture_http;
mod posting;
mod problems;
mod resuming;
mod sharing_marks;
mod travel;
