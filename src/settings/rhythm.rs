//! The settings of the rhythm: how long the clocks of an escalation run at each level, and how long an
//! update holds in each mode of the IPCR.

use jiff::SignedDuration;
use serde::Deserialize;

use super::{Layers, SettingsError};
use crate::domain::crisis::Cadence;
use crate::domain::escalation::{LevelTerms, Terms};

/// Longest term of a clock: a week, after which nothing is an escalation any more.
const TERM_MINUTES_MAX: i64 = 7 * 24 * 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEscalation {
    watch: RawTerms,
    coordination: RawTerms,
    political: RawTerms,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "a setting names its unit")]
struct RawTerms {
    ack_minutes: i64,
    start_minutes: i64,
    resolve_minutes: i64,
}

impl RawEscalation {
    pub(super) fn check(&self, layers: &Layers) -> Result<(), SettingsError> {
        for (level, terms) in
            [("watch", &self.watch), ("coordination", &self.coordination), ("political", &self.political)]
        {
            // One after the other: what must be begun is answered first, and resolved last.
            let mut least = 1;
            for (name, minutes) in [
                ("ack_minutes", terms.ack_minutes),
                ("start_minutes", terms.start_minutes),
                ("resolve_minutes", terms.resolve_minutes),
            ] {
                layers.within(&format!("escalation.{level}.{name}"), minutes, least, TERM_MINUTES_MAX)?;
                least = minutes;
            }
        }
        Ok(())
    }

    pub(super) fn terms(&self) -> LevelTerms {
        LevelTerms {
            watch: self.watch.terms(),
            coordination: self.coordination.terms(),
            political: self.political.terms(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCadence {
    none: u32,
    monitoring: u32,
    information_sharing: u32,
    full_activation: u32,
}

impl RawCadence {
    pub(super) fn check(&self, layers: &Layers) -> Result<(), SettingsError> {
        layers.within("cadence.none", self.none, 10, 400)?;
        layers.within("cadence.monitoring", self.monitoring, 10, 400)?;
        layers.within("cadence.information_sharing", self.information_sharing, 10, 400)?;
        layers.within("cadence.full_activation", self.full_activation, 10, 400)
    }

    pub(super) fn percent(&self) -> Cadence {
        let Self { none, monitoring, information_sharing, full_activation } = *self;
        Cadence { none, monitoring, information_sharing, full_activation }
    }
}

impl RawTerms {
    fn terms(&self) -> Terms {
        Terms {
            ack: SignedDuration::from_mins(self.ack_minutes),
            start: SignedDuration::from_mins(self.start_minutes),
            resolve: SignedDuration::from_mins(self.resolve_minutes),
        }
    }
}
