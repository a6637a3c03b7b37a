//! A national crisis centre or body of the network, as configured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::{CentreId, SectorId};
use super::vocabulary::CentreKind;

/// A centre or body. No person is named here: contacts are functions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Centre {
    pub id: CentreId,
    /// What a tile shows: ISO 3166-1 alpha-2 for a country, the body's own short code otherwise.
    pub code: String,
    /// ISO 3166-1 alpha-2 of the country, if it is one; this is what the map colours.
    pub country: Option<String>,
    pub kind: CentreKind,
    /// Name by language (BCP 47).
    pub name: BTreeMap<String, String>,
    /// IANA time zone.
    pub timezone: String,
    pub languages: Vec<String>,
}

/// A sector as configured: name by language and how often it is to be reported on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Sector {
    pub id: SectorId,
    pub name: BTreeMap<String, String>,
    /// An update holds this many minutes unless its author says otherwise.
    #[cfg_attr(test, ts(type = "number"))]
    pub cadence_minutes: u32,
}
