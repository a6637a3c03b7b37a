//! The one integration binary: Vigie as programs, people and walls meet it.

mod authorisation;
mod cell_history;
mod configuration;
mod contracts;
mod crash;
mod crisis_life;
mod degraded;
mod devices;
mod escalating;
mod exporting;
mod harness;
mod idempotency;
mod licences;
mod live_wall;
mod openapi;
mod pairing;
mod picture_http;
mod posting;
mod problems;
mod queries;
mod resuming;
mod sharing_marks;
mod shutdown;
mod terminal;
mod tidy;
