//! Vigie: the shared live picture for Europe's crisis centres. ARCHITECTURE.md is the map.
pub mod domain;
