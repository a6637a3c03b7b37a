//! What every implementation behind a trait must do: one set of tests for each trait, run against each.

mod cache;
mod destinations;
mod doorbell;
mod journal;
mod snapshots;
