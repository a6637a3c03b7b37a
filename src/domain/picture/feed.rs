//! The part of the picture that is the feed: the newest lines of each audience, and which of them are in scope.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{FEED_ENTRIES_MAX, Part, Picture};
use crate::domain::event::{Entry, Event};
use crate::domain::ids::Seq;
use crate::domain::mark::Audience;

impl Picture {
    /// The newest line of an audience. What is out of scope is kept for the day it comes back, and takes no place
    /// from what is shown: whoever has looked on shows the same lines as whoever comes anew.
    pub(super) fn head(&mut self, entry: &Arc<Entry>, audience: Audience, touched: &mut BTreeSet<Part>) {
        self.feed.entry(audience.clone()).or_default().push_back(Arc::clone(entry));
        touched.insert(Part::Feed(audience.clone(), entry.seq));
        for shown in [true, false] {
            while let Some(oldest) = self.one_too_many(&audience, shown) {
                self.feed.entry(audience.clone()).or_default().retain(|entry| entry.seq != oldest);
                touched.insert(Part::Feed(audience.clone(), oldest));
            }
        }
        self.heads.insert(audience.clone(), entry.seq);
        touched.insert(Part::Head(audience));
    }

    /// The oldest line in scope, or out of it, where there are too many of those.
    fn one_too_many(&self, audience: &Audience, shown: bool) -> Option<Seq> {
        let feed = self.feed.get(audience).filter(|feed| feed.len() > FEED_ENTRIES_MAX)?;
        let those = || feed.iter().filter(|entry| self.in_scope(entry) == shown);
        those().nth(FEED_ENTRIES_MAX)?;
        those().next().map(|entry| entry.seq)
    }

    /// Whether a line belongs into the feed: what centres and sectors out of scope said is in the journal.
    pub fn in_scope(&self, entry: &Entry) -> bool {
        let asked = |id| {
            let record = self.queries.get(id);
            record.is_some_and(|record| self.crisis.includes(&record.query.centre, &record.query.sector))
        };
        match &entry.event {
            Event::UpdatePosted { update } => self.crisis.includes(&update.centre, &update.sector),
            Event::LogEntered { entry } => self.crisis.centres.contains(&entry.centre),
            Event::HandoverOffered { handover } => self.crisis.centres.contains(&handover.centre),
            Event::QueryAsked { query } => asked(&query.id),
            Event::QueryAnswered { query, .. } | Event::QueryWithdrawn { query, .. } => asked(query),
            // That words were taken back is told even when they are no longer shown.
            Event::UpdateWithdrawn { .. }
            | Event::EscalationRaised { .. }
            | Event::EscalationStepped { .. }
            | Event::EscalationLapsed { .. }
            | Event::EscalationWoken { .. }
            | Event::CrisisOpened { .. }
            | Event::IpcrRecorded { .. }
            | Event::CrisisClosed { .. }
            | Event::CrisisReopened { .. }
            | Event::CrisisScoped { .. }
            | Event::CycleSet { .. }
            | Event::CycleChanged { .. }
            | Event::CyclePlanned { .. }
            | Event::CycleEnded { .. } => true,
            Event::SlotExcused { centre, .. }
            | Event::SlotReminded { centre, .. }
            | Event::SlotMissed { centre, .. }
            | Event::HandoverSigned { centre, .. } => self.crisis.centres.contains(centre),
        }
    }
}
