//! The slider of a replay: the moments to jump to and how much was said when, for one viewer.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Seal, Visible};
use crate::domain::ids::{CentreId, Seq};
use crate::domain::mark::Viewer;
use crate::domain::stretch::{Moment, Stretch};
use crate::domain::vocabulary::{IpcrMode, MomentKind, Severity};

/// Hours that a slider is divided into at the most; beyond, it is divided into days.
const HOURS_MAX: i64 = 31 * 24;
const HOUR_SECONDS: i64 = 3_600;
const DAY_SECONDS: i64 = 24 * HOUR_SECONDS;

/// What this viewer saw happen between two times.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TimelineView {
    #[cfg_attr(test, ts(type = "string"))]
    pub from: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub to: Timestamp,
    /// Oldest first: the newest of the span, as many as were asked for.
    pub moments: Vec<MomentView>,
    /// Where there are older ones in the span: what to ask for as `before`.
    pub earlier: Option<String>,
    /// Length of the parts of `density`: hours, or days where the span is longer than 31 of them.
    #[cfg_attr(test, ts(type = "number"))]
    pub part_minutes: i64,
    /// How much this viewer saw in each part that touches the span, oldest first; parts without entries are left out.
    pub density: Vec<DensityView>,
}

/// A moment to jump to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MomentView {
    pub position: String,
    #[cfg_attr(test, ts(type = "string"))]
    pub recorded_at: Timestamp,
    pub kind: MomentKind,
    pub centre: CentreId,
    pub severity: Option<Severity>,
    pub title: Option<String>,
    /// Of `ipcr_recorded` alone.
    pub mode: Option<IpcrMode>,
}

/// How much was said in one part of the span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DensityView {
    #[cfg_attr(test, ts(type = "string"))]
    pub from: Timestamp,
    #[cfg_attr(test, ts(type = "number"))]
    pub entries: u64,
}

/// What a timeline is to span.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
    /// Moments before this number alone are told: the page before another.
    pub before: Seq,
    /// Most moments told.
    pub limit: usize,
}

impl Span {
    /// Length of the parts it is divided into, in seconds.
    fn part(&self) -> i64 {
        if self.to.duration_since(self.from).as_hours() > HOURS_MAX { DAY_SECONDS } else { HOUR_SECONDS }
    }

    /// The times from and until which its parts last: what is needed to tell of it.
    pub fn whole(&self) -> (Timestamp, Timestamp) {
        let part = self.part();
        let edge = |time: Timestamp, more| (time.as_second().div_euclid(part) + more) * part;
        let first = Timestamp::from_second(edge(self.from, 0)).unwrap_or(Timestamp::MIN);
        let last = Timestamp::from_second(edge(self.to, 1)).unwrap_or(Timestamp::MAX);
        (first, last)
    }
}

/// The timeline of one viewer. `stretches` cover the span, in their order; what they have beyond it is left out.
pub fn timeline<'a>(
    stretches: impl DoubleEndedIterator<Item = &'a Stretch> + Clone,
    viewer: &Viewer,
    seal: Seal<'_>,
    span: Span,
) -> Visible<TimelineView> {
    let Span { from, to, before, limit } = span;
    let mut hours = BTreeMap::new();
    stretches.clone().for_each(|stretch| stretch.count(viewer, &mut hours));
    let inside = |moment: &&Moment| from <= moment.recorded_at && moment.recorded_at <= to && moment.seq < before;
    let mut newest_first = stretches.rev().flat_map(|stretch| stretch.moments(viewer).rev()).filter(inside);
    let mut moments: Vec<MomentView> = newest_first.by_ref().take(limit).map(|moment| view(moment, seal)).collect();
    moments.reverse();
    let earlier = newest_first.next().and(moments.first()).map(|oldest| oldest.position.clone());
    let part = span.part();
    let density = density(&hours, part, from, to);
    Visible(TimelineView { from, to, moments, earlier, part_minutes: part / 60, density })
}

fn view(moment: &Moment, seal: Seal<'_>) -> MomentView {
    let Moment { seq, recorded_at, kind, centre, severity, title, mode } = moment.clone();
    MomentView { position: seal(seq), recorded_at, kind, centre, severity, title, mode }
}

/// Hours put together into parts; those that touch the span.
fn density(hours: &BTreeMap<Timestamp, u64>, part: i64, from: Timestamp, to: Timestamp) -> Vec<DensityView> {
    let began = |time: Timestamp| time.as_second().div_euclid(part);
    let mut parts: BTreeMap<i64, u64> = BTreeMap::new();
    for (hour, entries) in hours {
        if (began(from)..=began(to)).contains(&began(*hour)) {
            *parts.entry(began(*hour)).or_default() += entries;
        }
    }
    let view = |(part_began, entries): (i64, u64)| {
        let from = Timestamp::from_second(part_began * part).ok()?;
        Some(DensityView { from, entries })
    };
    parts.into_iter().filter_map(view).collect()
}
