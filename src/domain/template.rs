//! A template: words that an officer begins an update with, per sector, in every language of the desk.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::{IndicatorId, SectorId};
use super::vocabulary::Severity;

/// What an update of one kind usually says. The officer changes it before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Template {
    pub id: String,
    pub sector: SectorId,
    /// Each text by language (BCP 47).
    pub name: BTreeMap<String, String>,
    pub headline: BTreeMap<String, String>,
    pub body: BTreeMap<String, String>,
    /// The severity it begins with; `null` leaves it to the officer.
    pub severity: Option<Severity>,
    /// Figures that are usually read with it.
    pub indicators: Vec<IndicatorId>,
}
