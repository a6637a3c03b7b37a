//! The only way from the picture to an eye: everything that leaves has passed here as [`Visible`].
//!
//! What a viewer is shown equals the fold of the entries that this viewer may see. Positions are
//! handed out as opaque words by a [`Seal`], so that nobody can count what is hidden.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::actor::By;
use super::centre::Centre;
use super::crisis::Closure;
use super::event::Entry;
use super::handover::OF_SIGNATURES;
use super::ids::{CentreId, EscalationId, IndicatorId, QueryId, SectorId, Seq, UpdateId};
use super::indicator::Reading;
use super::mark::{Audience, Mark, Viewer};
use super::picture::{EscalationRecord, FEED_ENTRIES_MAX, Part, Picture, Posted};
use super::query::{self, QueryRecord, Said};
use super::vocabulary::EscalationState;

mod cycles;
pub mod difference;
pub mod handovers;
mod history;
mod lines;
pub mod log;
pub mod notice;
mod shapes;
#[cfg(test)]
mod tests;
pub mod timeline;

pub use self::cycles::{CycleView, DueView, ExcuseView, FillView, SlotView, SlotsView};
pub use self::history::CellHistory;
use self::lines::{feed_item, ipcr_view, lapse_view, step_view, update_view};
pub use self::shapes::{
    AnswerView, CellView, CentreView, Change, ClosedView, CrisisView, EscalationView, FeedItem, IpcrHistoryView, Item,
    Key, LapseView, PictureView, PreviousView, QueryView, ReadingView, StepView, UpdateHistoryView, UpdateView, What,
    WithdrawalView,
};

/// Finished escalations, and ended queries, that a viewer is shown at the most; open ones are always shown.
pub const FINISHED_SHOWN_MAX: usize = 100;

/// Proof that a value has passed the marks. Only this module makes one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Visible<T>(T);

impl<T> Visible<T> {
    /// What may be shown.
    pub const fn get(&self) -> &T {
        &self.0
    }
}

/// Turns a number of this crisis's journal into the word a client may hold.
pub type Seal<'a> = &'a dyn Fn(Seq) -> String;

/// A picture through the eyes of one viewer.
pub struct Eye<'a> {
    pub picture: &'a Picture,
    pub centres: &'a [Centre],
    pub viewer: &'a Viewer,
    pub seal: Seal<'a>,
}

impl Eye<'_> {
    fn sees(&self, audience: &Audience) -> bool {
        self.viewer.sees(audience, &self.picture.crisis.centres)
    }

    /// Whether this viewer may see that the entry exists.
    pub fn sees_entry(&self, entry: &Entry) -> bool {
        self.sees(&entry.event.audience())
    }

    /// The number of the newest entry this viewer may see.
    pub fn position(&self) -> Seq {
        let visible = self.picture.heads.iter().filter(|(audience, _)| self.sees(audience));
        visible.map(|(_, seq)| *seq).max().unwrap_or(Seq::ZERO)
    }

    /// When the newest entry this viewer may see was recorded.
    pub fn recorded_at(&self) -> Option<Timestamp> {
        let visible = self.picture.feed.iter().filter(|(audience, _)| self.sees(audience));
        visible.filter_map(|(_, entries)| entries.back()).map(|entry| entry.recorded_at).max()
    }

    /// The whole picture.
    pub fn whole(&self) -> Visible<PictureView> {
        let picture = self.picture;
        Visible(PictureView {
            crisis: self.crisis(),
            position: (self.seal)(self.position()),
            cells: picture.cells.keys().filter_map(|(c, s)| self.cell(c, s)).collect(),
            escalations: self.escalations(),
            queries: self.queries(),
            cycles: self.cycles(),
            slots: self.all_slots(),
            centres: picture.crisis.centres.iter().filter_map(|id| self.centre(id)).collect(),
            readings: picture.readings.keys().filter_map(|(c, i)| self.reading(c, i)).collect(),
            feed: self.feed(),
        })
    }

    /// What the touched parts have become, as far as viewers are told of them.
    pub fn changes<'a>(&self, parts: impl IntoIterator<Item = &'a Part>) -> Vec<Visible<Change>> {
        let mut items = BTreeMap::new();
        let (mut escalations, mut queries) = (0, 0);
        for part in parts {
            match part {
                Part::Escalation(_) => escalations += 1,
                Part::Query(_) => queries += 1,
                Part::Crisis
                | Part::Cycle(_)
                | Part::Slots(..)
                | Part::Centre(_)
                | Part::Cell(..)
                | Part::Reading(..)
                | Part::Update(_)
                | Part::Handover(_)
                | Part::Handed(_)
                | Part::Feed(..)
                | Part::Head(_) => {}
            }
            items.extend(self.item(part));
        }
        for (id, shown) in around_the_edge(self.finished_escalations(), escalations) {
            let record = shown.then(|| self.picture.escalations.get(&id)).flatten();
            let item = record.and_then(|record| self.escalation(record)).map(Item::Escalation);
            items.insert(key("escalation", id.to_string()), item);
        }
        for (id, shown) in around_the_edge(self.ended_queries(), queries) {
            let record = shown.then(|| self.picture.queries.get(&id)).flatten();
            items.insert(key("query", id.to_string()), record.and_then(|record| self.query(record)).map(Item::Query));
        }
        let change = |(key, item): (Key, Option<Item>)| match item {
            Some(item) => Change::Set(key, Box::new(item)),
            None => Change::Remove(key),
        };
        items.into_iter().map(|item| Visible(change(item))).collect()
    }

    /// A part as viewers know it: its name, and what it is to this viewer, if anything.
    fn item(&self, part: &Part) -> Option<(Key, Option<Item>)> {
        Some(match part {
            Part::Crisis => (key("crisis", self.picture.crisis.slug.as_str()), Some(Item::Crisis(self.crisis()))),
            Part::Centre(id) | Part::Handed(id) => (key("centre", id.as_str()), self.centre(id).map(Item::Centre)),
            Part::Cell(centre, sector) => {
                (key("cell", format!("{centre}/{sector}")), self.cell(centre, sector).map(Item::Cell))
            }
            Part::Reading(centre, indicator) => {
                (key("reading", format!("{centre}/{indicator}")), self.reading(centre, indicator).map(Item::Reading))
            }
            Part::Escalation(id) => {
                let record = self.picture.escalations.get(id)?;
                (key("escalation", id.to_string()), self.escalation(record).map(Item::Escalation))
            }
            Part::Query(id) => {
                let record = self.picture.queries.get(id)?;
                (key("query", id.to_string()), self.query(record).map(Item::Query))
            }
            // To whoever may not see the rhythm, not even its names are told.
            Part::Cycle(_) | Part::Slots(..) if !self.sees_cycles() => return None,
            Part::Cycle(id) => (key("cycle", id.to_string()), self.cycle(*id).map(Item::Cycle)),
            Part::Slots(id, centre) => {
                (key("slots", format!("{id}/{centre}")), self.slots_row(*id, centre).map(Item::Slots))
            }
            Part::Update(_) | Part::Handover(_) | Part::Feed(..) | Part::Head(_) => return None,
        })
    }

    /// An entry as one line, if this viewer may see it.
    pub fn entry(&self, entry: &Entry) -> Option<Visible<FeedItem>> {
        self.sees_entry(entry).then(|| Visible(self.line(entry)))
    }

    fn line(&self, entry: &Entry) -> FeedItem {
        let mut line = feed_item(entry, self.seal);
        if let What::UpdatePosted { update } = &mut line.what {
            self.hush(update);
        }
        line
    }

    /// That an update replaces another is told only to those who may know of the other.
    fn hush(&self, view: &mut UpdateView) {
        view.supersedes = view.supersedes.filter(|id| {
            let facts = self.picture.updates.get(id);
            facts.is_some_and(|facts| self.sees(&facts.mark.audience(&facts.centre)))
        });
    }

    /// References, as far as this viewer may know of what they name: a scope may have hidden it since.
    fn refs(&self, refs: &[Uuid]) -> Vec<String> {
        let known = |id: &&Uuid| {
            let update = self.picture.updates.get(&UpdateId(**id));
            let update = update.is_some_and(|facts| self.sees(&facts.mark.audience(&facts.centre)));
            update
                || self.picture.escalations.get(&EscalationId(**id)).is_some_and(|raised| self.sees_escalation(raised))
        };
        refs.iter().filter(known).map(Uuid::to_string).collect()
    }

    fn crisis(&self) -> CrisisView {
        let crisis = &self.picture.crisis;
        CrisisView {
            slug: crisis.slug.clone(),
            name: crisis.name.clone(),
            environment: crisis.environment,
            phase: crisis.phase,
            state: crisis.state,
            opened_at: crisis.opened_at,
            sectors: crisis.sectors.clone(),
            centres: crisis.centres.iter().cloned().collect(),
            ipcr: crisis.ipcr.clone(),
            closed: self.picture.closed.as_ref().map(|Closure { reason, at, by }| ClosedView {
                reason: reason.clone(),
                at: *at,
                by: By::from(by),
            }),
            ipcr_history: self.picture.ipcr_history.iter().rev().map(ipcr_view).collect(),
        }
    }

    /// The frame of the crisis, which everyone signed in may know.
    pub fn frame(&self) -> Visible<CrisisView> {
        Visible(self.crisis())
    }

    fn centre(&self, id: &CentreId) -> Option<CentreView> {
        let centre = self.centres.iter().find(|centre| centre.id == *id)?.clone();
        let heard = self.picture.heard.get(id);
        let visible = heard.into_iter().flatten().filter(|(audience, _)| self.sees(audience));
        let handed = self.picture.handed.get(id).filter(|_| self.sees(&OF_SIGNATURES));
        Some(CentreView {
            centre,
            last_heard: visible.map(|(_, at)| *at).max(),
            last_handover: handed.map(|handed| handed.signed_at),
            next_handover: handed.map(|handed| handed.shift.next().to),
        })
    }

    fn cell(&self, centre: &CentreId, sector: &SectorId) -> Option<CellView> {
        if !self.picture.crisis.includes(centre, sector) {
            return None;
        }
        let shelf = self.picture.cells.get(&(centre.clone(), sector.clone()))?;
        let mut standing = shelf.standing(|audience| self.sees(audience));
        let Posted { update, recorded_at, by } = &*standing.next()?.item;
        let previous = standing.next().map(|slot| {
            let before = &slot.item.update;
            PreviousView { id: before.id, nil: before.nil, severity: before.severity, as_of: before.as_of }
        });
        let mut update = update_view(update, *recorded_at, By::from(by));
        self.hush(&mut update);
        Some(CellView { centre: centre.clone(), sector: sector.clone(), update, previous })
    }

    fn reading(&self, centre: &CentreId, indicator: &IndicatorId) -> Option<ReadingView> {
        let shelf = self.picture.readings.get(&(centre.clone(), indicator.clone()))?;
        let in_scope = |update| {
            let facts = self.picture.updates.get(update);
            facts.is_some_and(|facts| self.picture.crisis.includes(centre, &facts.sector))
        };
        let slot = shelf.standing(|audience| self.sees(audience)).find(|slot| in_scope(&slot.update))?;
        let Reading { indicator, value, as_of, quality } = slot.item.reading.clone();
        Some(ReadingView {
            centre: centre.clone(),
            indicator,
            value,
            as_of,
            recorded_at: slot.item.recorded_at,
            quality,
            tlp: slot.item.mark.tlp,
            update: slot.update,
        })
    }

    fn escalations(&self) -> Vec<EscalationView> {
        let past: BTreeSet<EscalationId> = self.finished_escalations().into_iter().skip(FINISHED_SHOWN_MAX).collect();
        let shown = self.picture.escalations.iter().filter(|(id, _)| !past.contains(id));
        shown.filter_map(|(_, record)| self.escalation(record)).collect()
    }

    /// What nobody has to act on any more, newest first.
    fn finished_escalations(&self) -> Vec<EscalationId> {
        newest_first(self.picture.escalations.iter().filter_map(|(id, record)| {
            let finished = matches!(record.standing.state, EscalationState::Closed | EscalationState::Rejected);
            (finished && self.sees_escalation(record)).then_some((record.changed_at, *id))
        }))
    }

    fn sees_escalation(&self, record: &EscalationRecord) -> bool {
        self.sees(&record.escalation.mark.audience(&record.escalation.raised_by))
    }

    fn escalation(&self, record: &EscalationRecord) -> Option<EscalationView> {
        let escalation = &record.escalation;
        if !self.sees_escalation(record) {
            return None;
        }
        let Mark { tlp, recipients } = escalation.mark.clone();
        let standing = record.standing.clone();
        Some(EscalationView {
            id: escalation.id,
            title: escalation.title.clone(),
            level: standing.level,
            severity: escalation.severity,
            reason: escalation.reason.clone(),
            raised_by: escalation.raised_by.clone(),
            asked_of: escalation.asked_of.clone(),
            refs: self.refs(&escalation.refs),
            ack_due: standing.clocks.ack_due,
            start_due: standing.clocks.start_due,
            resolve_due: standing.clocks.resolve_due,
            tlp,
            recipients: recipients.into_iter().collect(),
            state: standing.state,
            owner: standing.owner,
            assignee: standing.assignee,
            answer: standing.answer,
            snoozed_until: standing.snoozed_until,
            decision: standing.decision,
            raised_at: record.raised_at,
            changed_at: record.changed_at,
            steps: record.steps.iter().map(|taken| step_view(&taken.step, taken.at, By::from(&taken.by))).collect(),
            lapses: record.lapses.iter().map(lapse_view).collect(),
        })
    }

    fn queries(&self) -> Vec<QueryView> {
        let past: BTreeSet<QueryId> = self.ended_queries().into_iter().skip(FINISHED_SHOWN_MAX).collect();
        let shown = self.picture.queries.iter().filter(|(id, _)| !past.contains(id));
        shown.filter_map(|(_, record)| self.query(record)).collect()
    }

    /// What was answered or withdrawn, newest first.
    fn ended_queries(&self) -> Vec<QueryId> {
        newest_first(self.picture.queries.iter().filter_map(|(id, record)| {
            let ended_at = record.standing.ended_at()?;
            self.sees_query(record).then_some((ended_at, *id))
        }))
    }

    fn sees_query(&self, record: &QueryRecord) -> bool {
        let query = &record.query;
        self.sees(&query.audience()) && self.picture.crisis.includes(&query.centre, &query.sector)
    }

    fn query(&self, record: &QueryRecord) -> Option<QueryView> {
        if !self.sees_query(record) {
            return None;
        }
        let QueryRecord { query, asked_at, asked_by, standing } = record.clone();
        let state = standing.state();
        let (answer, withdrawn) = match standing {
            query::Standing::Open => (None, None),
            query::Standing::Answered(Said { text, at, by }) => {
                (Some(AnswerView { text, at, by: By::from(&by) }), None)
            }
            query::Standing::Withdrawn(Said { text, at, by }) => {
                (None, Some(WithdrawalView { reason: text, at, by: By::from(&by) }))
            }
        };
        Some(QueryView {
            id: query.id,
            update: query.update,
            centre: query.centre,
            sector: query.sector,
            question: query.question,
            asked_at,
            asked_by: By::from(&asked_by),
            state,
            answer,
            withdrawn,
            tlp: query.mark.tlp,
            recipients: query.mark.recipients.into_iter().collect(),
        })
    }

    fn feed(&self) -> Vec<FeedItem> {
        let visible = self.picture.feed.iter().filter(|(audience, _)| self.sees(audience));
        let visible = visible.flat_map(|(_, entries)| entries).filter(|entry| self.picture.in_scope(entry));
        let newest: BTreeMap<Seq, &Arc<Entry>> = visible.map(|entry| (entry.seq, entry)).collect();
        newest.values().rev().take(FEED_ENTRIES_MAX).map(|entry| self.line(entry)).collect()
    }
}

fn key(kind: &'static str, key: impl Into<String>) -> Key {
    Key { kind, key: key.into() }
}

/// Names in the order of their times, the newest first.
fn newest_first<K: Ord>(dated: impl Iterator<Item = (Timestamp, K)>) -> Vec<K> {
    let mut dated: Vec<(Timestamp, K)> = dated.collect();
    dated.sort_unstable_by(|a, b| b.cmp(a));
    dated.into_iter().map(|(_, name)| name).collect()
}

/// Where `touched` of a list have changed, what may have crossed the edge of what is shown of it.
fn around_the_edge<K>(finished: Vec<K>, touched: usize) -> impl Iterator<Item = (K, bool)> {
    let first = FINISHED_SHOWN_MAX.saturating_sub(touched);
    let numbered = finished.into_iter().enumerate().skip(first).take(2 * touched);
    numbered.map(|(at, name)| (name, at < FINISHED_SHOWN_MAX))
}
