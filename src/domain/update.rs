//! A situation update: what a centre says of one sector, at one moment, under one mark. Immutable.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::ids::{CentreId, SectorId, UpdateId};
use super::indicator::Reading;
use super::mark::Mark;
use super::vocabulary::{Certainty, Credibility, Outlook, Reliability, Severity, Urgency};

/// How far `as_of` may lie ahead of the server's clock: the difference of two honest clocks.
pub const AS_OF_GRACE: SignedDuration = SignedDuration::from_secs(60);
/// Longest term that an update may claim to hold.
pub const VALIDITY_MAX: SignedDuration = SignedDuration::from_hours(24 * 31);
/// Most areas in one update.
pub const AREAS_MAX: usize = 64;

/// The content of an update, as its centre wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SituationUpdate {
    pub id: UpdateId,
    pub centre: CentreId,
    pub sector: SectorId,
    /// "Nothing to report": a statement, neither silence nor `minor`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nil: bool,
    pub severity: Severity,
    pub outlook: Outlook,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    pub headline: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    pub as_of: Timestamp,
    pub valid_until: Timestamp,
    pub mark: Mark,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Reading>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<UpdateId>,
    /// BCP 47 tag of the language the texts are written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// The Admiralty pair: source and information are judged apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Source {
    pub reliability: Reliability,
    pub credibility: Credibility,
}

/// Why a text is not an area code, if it is not: ISO 3166-1 alpha-2, or a NUTS-like code of up to
/// five characters that begins with a country.
pub fn area_fault(area: &str) -> Option<&'static str> {
    let bytes = area.as_bytes();
    let country = bytes.len() >= 2 && bytes[..2].iter().all(u8::is_ascii_uppercase);
    let rest = bytes.len() <= 5 && bytes.iter().skip(2).all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if country && rest { None } else { Some("must be an ISO 3166-1 alpha-2 or NUTS code, such as PL or PL82") }
}

/// Why a text is not a language tag, if it is not. The shape of BCP 47, not its registry.
pub fn lang_fault(lang: &str) -> Option<&'static str> {
    let mut parts = lang.split('-');
    let primary = parts.next().unwrap_or_default();
    let fits = (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_lowercase())
        && lang.len() <= 35
        && parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    if fits { None } else { Some("must be a BCP 47 language tag, such as nl or fr-BE") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_and_languages_have_a_shape() {
        for good in ["PL", "PL82", "UKI31", "EL30"] {
            assert_eq!(area_fault(good), None, "{good}");
        }
        for bad in ["", "P", "pl", "PL8211", "P1", "PL 8"] {
            assert!(area_fault(bad).is_some(), "{bad}");
        }
        for good in ["nl", "fr-BE", "sr-Latn-RS"] {
            assert_eq!(lang_fault(good), None, "{good}");
        }
        for bad in ["", "NL", "english", "fr_BE", "fr-"] {
            assert!(lang_fault(bad).is_some(), "{bad}");
        }
    }
}
