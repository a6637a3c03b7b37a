//! A crisis: the frame that everything else stands in, and the IPCR mode as a sourced record.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::centre::Sector;
use super::ids::{CentreId, CrisisId, SectorId};
use super::vocabulary::{CrisisPhase, CrisisState, Environment, IpcrMode};

/// Most sectors of one crisis.
pub const SECTORS_MAX: usize = 32;
/// Most centres of one crisis.
pub const CENTRES_MAX: usize = 128;
/// Records of the IPCR mode kept in the picture; the journal keeps all.
pub const IPCR_HISTORY_MAX: usize = 20;

/// How long an update holds in each IPCR mode, in percent of the cadence of its sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    pub none: u32,
    pub monitoring: u32,
    pub information_sharing: u32,
    pub full_activation: u32,
}

impl Cadence {
    /// The term of an update of a sector that is posted in this mode.
    pub fn term(&self, sector: &Sector, mode: IpcrMode) -> SignedDuration {
        let percent = match mode {
            IpcrMode::None => self.none,
            IpcrMode::Monitoring => self.monitoring,
            IpcrMode::InformationSharing => self.information_sharing,
            IpcrMode::FullActivation => self.full_activation,
        };
        SignedDuration::from_secs(i64::from(sector.cadence_minutes) * 60 * i64::from(percent) / 100)
    }
}

/// What was decided when the crisis was opened here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crisis {
    pub slug: CrisisId,
    pub name: String,
    pub environment: Environment,
    pub phase: CrisisPhase,
    pub state: CrisisState,
    pub opened_at: Timestamp,
    pub sectors: Vec<Sector>,
    pub centres: BTreeSet<CentreId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipcr: Option<IpcrRecord>,
}

/// Somebody else's decision, written down with its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct IpcrRecord {
    pub mode: IpcrMode,
    #[cfg_attr(test, ts(type = "string"))]
    pub since: Timestamp,
    pub decided_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
}

/// A record of the IPCR mode with who wrote it down, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedIpcr {
    pub ipcr: IpcrRecord,
    pub recorded_at: Timestamp,
    pub by: Actor,
}

/// Why and by whom a crisis was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    pub reason: String,
    pub at: Timestamp,
    pub by: Actor,
}

impl Crisis {
    /// The IPCR mode in force, as it was recorded here.
    pub fn mode(&self) -> IpcrMode {
        self.ipcr.as_ref().map_or(IpcrMode::None, |ipcr| ipcr.mode)
    }

    /// The sector of that name, if the crisis uses it.
    pub fn sector(&self, id: &SectorId) -> Option<&Sector> {
        self.sectors.iter().find(|sector| sector.id == *id)
    }

    /// Whether what this centre says of this sector belongs to the crisis as it is scoped now.
    pub fn includes(&self, centre: &CentreId, sector: &SectorId) -> bool {
        self.centres.contains(centre) && self.sector(sector).is_some()
    }
}
