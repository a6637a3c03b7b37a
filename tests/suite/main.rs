//! The one integration binary: Vigie as programs, people and walls meet it.

mod cell_history;
mod crisis_life;
mod devices;
mod harness;
mod licences;
mod openapi;
mod pairing;
mod queries;
