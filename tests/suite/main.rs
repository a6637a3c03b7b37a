//! The one integration binary: Vigie as programs, people and walls meet it.

mod harness;
mod licences;
mod openapi;
