//! Figures that mean the same in every centre: the catalogue, and one reading of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::IndicatorId;
use super::vocabulary::{Aggregation, Direction, Measure, Quality};

/// One entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Indicator {
    pub id: IndicatorId,
    pub name: BTreeMap<String, String>,
    pub definition: BTreeMap<String, String>,
    /// `persons`, `persons/day`, `places`, `hours`, `incidents`, ….
    pub unit: String,
    pub measure: Measure,
    pub aggregation: Aggregation,
    pub direction: Direction,
    /// Whether halves make sense; counts of people are whole.
    pub decimals: bool,
    /// Why figures of several centres are not brought together, by language; there where `aggregation` is `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub not_summed_because: Option<BTreeMap<String, String>>,
    /// The indicator that counts what a sum would count twice, where somebody publishes that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub counted_twice: Option<IndicatorId>,
}

/// What was read: a figure, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Value {
    Figure(f64),
    Missing(Missing),
}

impl Serialize for Value {
    /// A whole number is written without a fraction, as it was read.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            #[expect(clippy::cast_possible_truncation, reason = "a figure is at most FIGURE_MAX")]
            Self::Figure(figure) if figure.fract() == 0.0 => serializer.serialize_i64(*figure as i64),
            Self::Figure(figure) => serializer.serialize_f64(*figure),
            Self::Missing(missing) => missing.serialize(serializer),
        }
    }
}

/// Why there is no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Missing {
    NotAvailable,
    /// Below the smallest count that may be shown.
    Suppressed,
}

/// One figure of one centre, as an update brought it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Reading {
    pub indicator: IndicatorId,
    pub value: Value,
    #[cfg_attr(test, ts(type = "string"))]
    pub as_of: Timestamp,
    pub quality: Quality,
}

/// Largest figure a reading may carry: exact in every JSON reader.
pub const FIGURE_MAX: f64 = 9_007_199_254_740_991.0;
/// Most readings in one update.
pub const READINGS_MAX: usize = 32;

impl Indicator {
    /// Why this figure cannot be one of this indicator, if it cannot.
    pub fn fault(&self, figure: f64) -> Option<&'static str> {
        if !figure.is_finite() || figure > FIGURE_MAX {
            return Some("is too large to be exact");
        }
        if figure < 0.0 {
            return Some("must not be negative");
        }
        if !self.decimals && figure.fract() != 0.0 {
            return Some("must be a whole number: this indicator counts");
        }
        None
    }
}
