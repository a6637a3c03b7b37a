//! Vigie: the shared live picture for Europe's crisis centres.
//!
//! An update comes in over HTTP, is appended to a durable journal (the only truth), and every wall
//! that may see it is told over a WebSocket. ARCHITECTURE.md has the map and the life of an update.
//! Modules stand in the order of their ranks: each imports only from its own rank or above it here.

// Rank 0: words and rules, nothing else.
pub mod domain;
// Rank 1: what the outside provides, behind small traits.
pub mod accounts;
pub mod cache;
pub mod clock;
pub mod destinations;
pub mod doorbell;
pub mod health;
pub mod journal;
pub mod position;
pub mod settings;
pub mod telemetry;
// Rank 2: what the server does all day.
pub mod desk;
pub mod live;
pub mod opening;
pub mod outward;
pub mod pairing;
pub mod past;
pub mod reader;
pub mod relay;
pub mod sign_in;
pub mod timers;
// Rank 3: the request edge.
pub mod http;
// Rank 4: putting it together, and the command line.
pub mod cli;
pub mod server;
#[cfg(test)]
mod typescript;
