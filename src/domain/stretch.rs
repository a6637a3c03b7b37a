//! A stretch of the journal in short: its key moments, and how much was said in each hour.
//!
//! One stretch serves every viewer: each thing in it carries the audience that it had when it was told, in
//! the scope of that time. Stretches are kept beside the snapshots, so that the slider of a replay reads
//! some hundred of them and not the whole journal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::event::{Entry, Event};
use super::ids::{CentreId, EscalationId, Seq};
use super::mark::{Audience, Viewer};
use super::picture::Picture;
use super::vocabulary::{EscalationStep, IpcrMode, MomentKind, Severity};

/// What happened between two numbers of the journal, without what was said.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Stretch {
    /// The centres of the crisis at its end: the next stretch begins with them.
    pub centres: BTreeSet<CentreId>,
    /// Named by their place, because a whole stretch has few.
    audiences: Vec<Audience>,
    /// Oldest first.
    moments: Vec<(usize, Moment)>,
    /// Entries by hour and audience.
    counts: Vec<(Timestamp, usize, u64)>,
}

/// Something that whoever looks back wants to jump to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    pub seq: Seq,
    pub recorded_at: Timestamp,
    pub kind: MomentKind,
    pub centre: CentreId,
    pub severity: Option<Severity>,
    pub title: Option<String>,
    pub mode: Option<IpcrMode>,
}

impl Stretch {
    /// Nothing has happened yet after a point at which the crisis had these centres.
    pub fn after(centres: BTreeSet<CentreId>) -> Self {
        Self { centres, ..Self::default() }
    }

    /// Takes in the next entry. `picture` is of this crisis, at the entry or later: it knows what a step is about.
    pub fn take(&mut self, entry: &Entry, picture: &Picture) {
        match &entry.event {
            Event::CrisisOpened { crisis } => self.centres.clone_from(&crisis.centres),
            Event::CrisisScoped { centres, .. } => self.centres.clone_from(centres),
            _ => {}
        }
        let audience = self.audience(entry);
        if let Some(moment) = key_moment(entry, picture) {
            self.moments.push((audience, moment));
        }
        let hour = hour_of(entry.recorded_at);
        match self.counts.iter_mut().rev().find(|(began, whose, _)| (*began, *whose) == (hour, audience)) {
            Some((_, _, entries)) => *entries += 1,
            None => self.counts.push((hour, audience, 1)),
        }
    }

    /// The key moments that these eyes saw, oldest first.
    pub fn moments(&self, viewer: &Viewer) -> impl DoubleEndedIterator<Item = &Moment> {
        let seen = self.seen(viewer);
        self.moments.iter().filter(move |(audience, _)| seen[*audience]).map(|(_, moment)| moment)
    }

    /// Adds to each hour the entries that these eyes saw.
    pub fn count(&self, viewer: &Viewer, hours: &mut BTreeMap<Timestamp, u64>) {
        let seen = self.seen(viewer);
        for (hour, _, entries) in self.counts.iter().filter(|(_, audience, _)| seen[*audience]) {
            *hours.entry(*hour).or_default() += entries;
        }
    }

    fn seen(&self, viewer: &Viewer) -> Vec<bool> {
        self.audiences.iter().map(|audience| viewer.sees(audience, &self.centres)).collect()
    }

    /// The place of an entry's audience. "The centres of the crisis" are those it had then, by name.
    fn audience(&mut self, entry: &Entry) -> usize {
        let audience = match entry.event.audience() {
            Audience::CrisisCentres(owner) => {
                let mut centres = self.centres.clone();
                centres.insert(owner);
                Audience::Centres(Arc::new(centres))
            }
            other @ (Audience::Everyone | Audience::Community | Audience::Centres(_) | Audience::PeopleOf(_)) => other,
        };
        let known = self.audiences.iter().position(|known| *known == audience);
        known.unwrap_or_else(|| {
            self.audiences.push(audience);
            self.audiences.len() - 1
        })
    }
}

/// The beginning of the hour, UTC.
pub fn hour_of(time: Timestamp) -> Timestamp {
    let past = time.as_second().rem_euclid(SignedDuration::from_hours(1).as_secs());
    Timestamp::from_second(time.as_second() - past).unwrap_or(time)
}

/// What an entry is on the slider, if it is anything: bad news, escalations, missed reports, key events of the
/// watch log, the IPCR mode and the crisis itself.
fn key_moment(entry: &Entry, picture: &Picture) -> Option<Moment> {
    let moment = |kind, centre: &CentreId| Moment {
        seq: entry.seq,
        recorded_at: entry.recorded_at,
        kind,
        centre: centre.clone(),
        severity: None,
        title: None,
        mode: None,
    };
    let by = &entry.actor.centre;
    Some(match &entry.event {
        Event::UpdatePosted { update } => match update.severity {
            Severity::Extreme | Severity::Severe => Moment {
                severity: Some(update.severity),
                title: Some(update.headline.clone()),
                ..moment(MomentKind::UpdatePosted, &update.centre)
            },
            Severity::Moderate | Severity::Minor | Severity::Unknown => return None,
        },
        Event::EscalationRaised { escalation } => Moment {
            severity: Some(escalation.severity),
            title: Some(escalation.title.clone()),
            ..moment(MomentKind::EscalationRaised, &escalation.raised_by)
        },
        Event::EscalationStepped { escalation, step, .. } => {
            let kind = match step.step {
                EscalationStep::RaiseLevel => MomentKind::EscalationLevelRaised,
                EscalationStep::LowerLevel => MomentKind::EscalationLevelLowered,
                EscalationStep::Resolve => MomentKind::EscalationResolved,
                EscalationStep::Acknowledge
                | EscalationStep::Assign
                | EscalationStep::Start
                | EscalationStep::Close
                | EscalationStep::Reject
                | EscalationStep::Reopen
                | EscalationStep::Snooze => return None,
            };
            about(moment(kind, by), *escalation, picture)
        }
        // Time itself went up a level where nobody answered.
        Event::EscalationLapsed { escalation, lapse, .. } if lapse.ack_due.is_some() => {
            about(moment(MomentKind::EscalationLevelRaised, by), *escalation, picture)
        }
        Event::IpcrRecorded { ipcr } => Moment { mode: Some(ipcr.mode), ..moment(MomentKind::IpcrRecorded, by) },
        Event::CrisisOpened { crisis } => {
            Moment { title: Some(crisis.name.clone()), ..moment(MomentKind::CrisisOpened, by) }
        }
        Event::CrisisClosed { .. } => moment(MomentKind::CrisisClosed, by),
        Event::CrisisReopened { .. } => moment(MomentKind::CrisisReopened, by),
        Event::CrisisScoped { .. } => moment(MomentKind::CrisisScoped, by),
        Event::SlotMissed { centre, .. } => moment(MomentKind::SlotMissed, centre),
        Event::LogEntered { entry } if entry.key_event => {
            Moment { title: Some(entry.headline()), ..moment(MomentKind::KeyEvent, &entry.centre) }
        }
        Event::UpdateWithdrawn { .. }
        | Event::EscalationLapsed { .. }
        | Event::EscalationWoken { .. }
        | Event::QueryAsked { .. }
        | Event::QueryAnswered { .. }
        | Event::QueryWithdrawn { .. }
        | Event::CycleSet { .. }
        | Event::CycleChanged { .. }
        | Event::CyclePlanned { .. }
        | Event::CycleEnded { .. }
        | Event::SlotExcused { .. }
        | Event::SlotReminded { .. }
        | Event::LogEntered { .. }
        | Event::HandoverOffered { .. }
        | Event::HandoverSigned { .. } => return None,
    })
}

/// A step says which escalation it is of, the picture what that one is called: its words never change.
fn about(moment: Moment, escalation: EscalationId, picture: &Picture) -> Moment {
    let Some(record) = picture.escalations.get(&escalation) else { return moment };
    let (severity, title) = (record.escalation.severity, record.escalation.title.clone());
    Moment { severity: Some(severity), title: Some(title), ..moment }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::rehearsal::{any_journal, every_viewer, pictures};

    fn told(entries: &[Arc<Entry>], centres: BTreeSet<CentreId>, picture: &Picture) -> Stretch {
        let mut stretch = Stretch::after(centres);
        for entry in entries {
            stretch.take(entry, picture);
        }
        stretch
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_stretch_tells_each_viewer_of_what_it_saw_then_and_of_nothing_else(
            journal in any_journal(1..60), cut in 0_usize..60,
        ) {
            let pictures = pictures(&journal);
            let now = pictures.last().expect("the crisis is open");
            let cut = cut.min(journal.len());
            let first = told(&journal[..cut], BTreeSet::new(), now);
            let second = told(&journal[cut..], first.centres.clone(), now);
            for viewer in every_viewer() {
                // An entry was seen if it is there in the scope right after it.
                let saw = |entry: &Entry, after: &Picture| viewer.sees(&entry.event.audience(), &after.crisis.centres);
                let seen = journal.iter().zip(&pictures).filter(|(entry, after)| saw(entry, after));
                let seen: Vec<&Arc<Entry>> = seen.map(|(entry, _)| entry).collect();
                let mut hours = BTreeMap::new();
                first.count(&viewer, &mut hours);
                second.count(&viewer, &mut hours);
                let mut expected: BTreeMap<Timestamp, u64> = BTreeMap::new();
                for entry in &seen {
                    *expected.entry(hour_of(entry.recorded_at)).or_default() += 1;
                }
                prop_assert_eq!(hours, expected);
                let moments: Vec<Seq> =
                    first.moments(&viewer).chain(second.moments(&viewer)).map(|moment| moment.seq).collect();
                let key = seen.iter().filter(|entry| key_moment(entry, now).is_some());
                prop_assert_eq!(moments, key.map(|entry| entry.seq).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn hours_begin_at_the_hour_even_before_1970() {
        let time = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert_eq!(hour_of(time("2022-03-01T03:14:15.9Z")), time("2022-03-01T03:00:00Z"));
        assert_eq!(hour_of(time("1969-12-31T23:59:59Z")), time("1969-12-31T23:00:00Z"));
    }
}
