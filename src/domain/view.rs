//! The only way from the picture to an eye: everything that leaves has passed here as [`Visible`].
//!
//! What a viewer is shown equals the fold of the entries that this viewer may see. Positions are
//! handed out as opaque words by a [`Seal`], so that nobody can count what is hidden.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::actor::By;
use super::centre::{Centre, Sector};
use super::crisis::IpcrRecord;
use super::escalation::Step;
use super::event::{Entry, Event};
use super::ids::{CentreId, CrisisId, EscalationId, IndicatorId, SectorId, Seq, UpdateId};
use super::indicator::{Reading, Value};
use super::mark::{Audience, Mark, Viewer};
use super::picture::{EscalationRecord, FEED_ENTRIES_MAX, Part, Picture, Posted};
use super::update::{SituationUpdate, Source};
use super::vocabulary::{
    Certainty, CrisisPhase, CrisisState, Environment, EscalationLevel, EscalationState, EscalationStep, Outlook,
    Quality, Severity, Tlp, Urgency,
};

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

/// The whole picture of one viewer, but for the time of answering.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PictureView {
    pub crisis: CrisisView,
    pub position: String,
    pub cells: Vec<CellView>,
    pub escalations: Vec<EscalationView>,
    pub centres: Vec<CentreView>,
    pub readings: Vec<ReadingView>,
    /// Newest first.
    pub feed: Vec<FeedItem>,
}

/// The frame of the crisis.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CrisisView {
    pub slug: CrisisId,
    pub name: String,
    pub environment: Environment,
    pub phase: CrisisPhase,
    pub state: CrisisState,
    #[cfg_attr(test, ts(type = "string"))]
    pub opened_at: Timestamp,
    pub sectors: Vec<Sector>,
    pub centres: Vec<CentreId>,
    pub ipcr: Option<IpcrRecord>,
}

/// What one centre says of one sector, as far as this viewer may see.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CellView {
    pub centre: CentreId,
    pub sector: SectorId,
    pub update: UpdateView,
    /// What stood here before and still stands behind it.
    pub previous: Option<PreviousView>,
}

/// The statement behind the newest one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PreviousView {
    pub id: UpdateId,
    pub nil: bool,
    pub severity: Severity,
    #[cfg_attr(test, ts(type = "string"))]
    pub as_of: Timestamp,
}

/// A situation update.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UpdateView {
    pub id: UpdateId,
    pub centre: CentreId,
    pub sector: SectorId,
    pub nil: bool,
    pub severity: Severity,
    pub outlook: Outlook,
    pub urgency: Option<Urgency>,
    pub certainty: Option<Certainty>,
    pub headline: String,
    pub body: Option<String>,
    #[cfg_attr(test, ts(type = "string"))]
    pub as_of: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub recorded_at: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub valid_until: Timestamp,
    pub tlp: Tlp,
    pub recipients: Vec<CentreId>,
    pub source: Option<Source>,
    pub areas: Vec<String>,
    pub readings: Vec<Reading>,
    pub supersedes: Option<UpdateId>,
    pub lang: Option<String>,
    pub by: By,
}

/// A single update with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UpdateHistoryView {
    #[serde(flatten)]
    pub update: UpdateView,
    /// `published`, `superseded` or `withdrawn`.
    pub state: &'static str,
    pub superseded_by: Option<UpdateId>,
    pub withdrawn: Option<WithdrawalView>,
}

/// A withdrawal with its reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WithdrawalView {
    pub reason: String,
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    pub by: By,
}

/// An escalation with its steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EscalationView {
    pub id: EscalationId,
    pub title: String,
    pub level: EscalationLevel,
    pub severity: Severity,
    pub reason: String,
    pub raised_by: CentreId,
    pub asked_of: CentreId,
    pub refs: Vec<String>,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub ack_due: Option<Timestamp>,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub resolve_due: Option<Timestamp>,
    pub tlp: Tlp,
    pub recipients: Vec<CentreId>,
    pub state: EscalationState,
    /// The centre that answered; `null` means NOBODY.
    pub owner: Option<CentreId>,
    pub assignee: Option<String>,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub snoozed_until: Option<Timestamp>,
    pub decision: Option<String>,
    #[cfg_attr(test, ts(type = "string"))]
    pub raised_at: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub changed_at: Timestamp,
    /// Oldest first.
    pub steps: Vec<StepView>,
}

/// One step: who, when, note.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StepView {
    pub step: EscalationStep,
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    pub by: By,
    pub note: Option<String>,
    pub assignee: Option<String>,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub until: Option<Timestamp>,
}

/// A centre and when it was last heard by this viewer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CentreView {
    #[serde(flatten)]
    pub centre: Centre,
    #[cfg_attr(test, ts(type = "string | null"))]
    pub last_heard: Option<Timestamp>,
}

/// The newest figure of one indicator from one centre.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReadingView {
    pub centre: CentreId,
    pub indicator: IndicatorId,
    pub value: Value,
    #[cfg_attr(test, ts(type = "string"))]
    pub as_of: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub recorded_at: Timestamp,
    pub quality: Quality,
    pub tlp: Tlp,
    pub update: UpdateId,
}

/// One line of the feed and of the journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FeedItem {
    pub position: String,
    #[cfg_attr(test, ts(type = "string"))]
    pub recorded_at: Timestamp,
    pub by: By,
    pub tlp: Tlp,
    #[serde(flatten)]
    pub what: What,
}

/// What happened, as a viewer may read it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum What {
    CrisisOpened { name: String },
    IpcrRecorded { ipcr: IpcrRecord },
    UpdatePosted { update: Box<UpdateView> },
    UpdateWithdrawn { id: UpdateId, centre: CentreId, sector: SectorId, reason: String },
    EscalationRaised { id: EscalationId, title: String, level: EscalationLevel, severity: Severity, asked_of: CentreId },
    EscalationStepped { id: EscalationId, step: EscalationStep, note: Option<String>, assignee: Option<String> },
}

/// One thing of the picture that a wall must now show, or no longer.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Set(Key, Box<Item>),
    Remove(Key),
}

/// Names a thing of the picture: `kind` and `key` of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Key {
    pub kind: &'static str,
    pub key: String,
}

/// The value of a thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Item {
    Crisis(CrisisView),
    Centre(CentreView),
    Cell(CellView),
    Reading(ReadingView),
    Escalation(EscalationView),
}

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

    /// The whole picture.
    pub fn whole(&self) -> Visible<PictureView> {
        let picture = self.picture;
        Visible(PictureView {
            crisis: self.crisis(),
            position: (self.seal)(self.position()),
            cells: picture.cells.keys().filter_map(|(c, s)| self.cell(c, s)).collect(),
            escalations: picture.escalations.values().filter_map(|record| self.escalation(record)).collect(),
            centres: picture.crisis.centres.iter().filter_map(|id| self.centre(id)).collect(),
            readings: picture.readings.keys().filter_map(|(c, i)| self.reading(c, i)).collect(),
            feed: self.feed(),
        })
    }

    /// What a touched part has become, if it is one that viewers are told of.
    pub fn change(&self, part: &Part) -> Option<Visible<Change>> {
        let (key, item) = match part {
            Part::Crisis => (key("crisis", self.picture.crisis.slug.as_str()), Some(Item::Crisis(self.crisis()))),
            Part::Centre(id) => (key("centre", id.as_str()), self.centre(id).map(Item::Centre)),
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
            Part::Update(_) | Part::Feed(..) | Part::Head(_) => return None,
        };
        Some(Visible(match item {
            Some(item) => Change::Set(key, Box::new(item)),
            None => Change::Remove(key),
        }))
    }

    /// An entry as one line, if this viewer may see it.
    pub fn entry(&self, entry: &Entry) -> Option<Visible<FeedItem>> {
        self.sees_entry(entry).then(|| Visible(feed_item(entry, self.seal)))
    }

    /// One update from all entries about it, if this viewer may see it.
    pub fn history(&self, entries: &[Arc<Entry>]) -> Option<Visible<UpdateHistoryView>> {
        let visible: Vec<&Entry> = entries.iter().map(Arc::as_ref).filter(|entry| self.sees_entry(entry)).collect();
        let (posted, update) = visible.iter().find_map(|entry| match &entry.event {
            Event::UpdatePosted { update } => Some((entry, update)),
            _ => None,
        })?;
        let superseded_by = visible.iter().find_map(|entry| match &entry.event {
            Event::UpdatePosted { update: other } if other.supersedes == Some(update.id) => Some(other.id),
            _ => None,
        });
        let withdrawn = visible.iter().find_map(|entry| match &entry.event {
            Event::UpdateWithdrawn { reason, .. } => {
                Some(WithdrawalView { reason: reason.clone(), at: entry.recorded_at, by: By::from(&entry.actor) })
            }
            _ => None,
        });
        let state = match (&withdrawn, &superseded_by) {
            (Some(_), _) => "withdrawn",
            (None, Some(_)) => "superseded",
            (None, None) => "published",
        };
        let update = update_view(update, posted.recorded_at, By::from(&posted.actor));
        Some(Visible(UpdateHistoryView { update, state, superseded_by, withdrawn }))
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
        Some(CentreView { centre, last_heard: visible.map(|(_, at)| *at).max() })
    }

    fn cell(&self, centre: &CentreId, sector: &SectorId) -> Option<CellView> {
        let shelf = self.picture.cells.get(&(centre.clone(), sector.clone()))?;
        let mut standing = shelf.standing(|audience| self.sees(audience));
        let Posted { update, recorded_at, by } = &*standing.next()?.item;
        let previous = standing.next().map(|slot| {
            let before = &slot.item.update;
            PreviousView { id: before.id, nil: before.nil, severity: before.severity, as_of: before.as_of }
        });
        Some(CellView {
            centre: centre.clone(),
            sector: sector.clone(),
            update: update_view(update, *recorded_at, By::from(by)),
            previous,
        })
    }

    fn reading(&self, centre: &CentreId, indicator: &IndicatorId) -> Option<ReadingView> {
        let shelf = self.picture.readings.get(&(centre.clone(), indicator.clone()))?;
        let slot = shelf.standing(|audience| self.sees(audience)).next()?;
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

    fn escalation(&self, record: &EscalationRecord) -> Option<EscalationView> {
        let escalation = &record.escalation;
        if !self.sees(&escalation.mark.audience(&escalation.raised_by)) {
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
            refs: escalation.refs.iter().map(Uuid::to_string).collect(),
            ack_due: escalation.ack_due,
            resolve_due: escalation.resolve_due,
            tlp,
            recipients: recipients.into_iter().collect(),
            state: standing.state,
            owner: standing.owner,
            assignee: standing.assignee,
            snoozed_until: standing.snoozed_until,
            decision: standing.decision,
            raised_at: record.raised_at,
            changed_at: record.steps.back().map_or(record.raised_at, |step| step.at),
            steps: record.steps.iter().map(|taken| step_view(&taken.step, taken.at, By::from(&taken.by))).collect(),
        })
    }

    fn feed(&self) -> Vec<FeedItem> {
        let visible = self.picture.feed.iter().filter(|(audience, _)| self.sees(audience));
        let newest: BTreeMap<Seq, &Arc<Entry>> =
            visible.flat_map(|(_, entries)| entries).map(|entry| (entry.seq, entry)).collect();
        newest.values().rev().take(FEED_ENTRIES_MAX).map(|entry| feed_item(entry, self.seal)).collect()
    }
}

fn key(kind: &'static str, key: impl Into<String>) -> Key {
    Key { kind, key: key.into() }
}

fn step_view(step: &Step, at: Timestamp, by: By) -> StepView {
    let Step { step, note, assignee, until } = step.clone();
    StepView { step, at, by, note, assignee, until }
}

fn feed_item(entry: &Entry, seal: Seal<'_>) -> FeedItem {
    FeedItem {
        position: seal(entry.seq),
        recorded_at: entry.recorded_at,
        by: By::from(&entry.actor),
        tlp: entry.event.tlp(),
        what: what(entry),
    }
}

fn what(entry: &Entry) -> What {
    match &entry.event {
        Event::CrisisOpened { crisis } => What::CrisisOpened { name: crisis.name.clone() },
        Event::IpcrRecorded { ipcr } => What::IpcrRecorded { ipcr: ipcr.clone() },
        Event::UpdatePosted { update } => {
            What::UpdatePosted { update: Box::new(update_view(update, entry.recorded_at, By::from(&entry.actor))) }
        }
        Event::UpdateWithdrawn { update, centre, sector, mark: _, reason } => What::UpdateWithdrawn {
            id: *update,
            centre: centre.clone(),
            sector: sector.clone(),
            reason: reason.clone(),
        },
        Event::EscalationRaised { escalation } => What::EscalationRaised {
            id: escalation.id,
            title: escalation.title.clone(),
            level: escalation.level,
            severity: escalation.severity,
            asked_of: escalation.asked_of.clone(),
        },
        Event::EscalationStepped { escalation, raised_by: _, mark: _, step } => What::EscalationStepped {
            id: *escalation,
            step: step.step,
            note: step.note.clone(),
            assignee: step.assignee.clone(),
        },
    }
}

fn update_view(update: &SituationUpdate, recorded_at: Timestamp, by: By) -> UpdateView {
    let SituationUpdate {
        id,
        centre,
        sector,
        nil,
        severity,
        outlook,
        urgency,
        certainty,
        headline,
        body,
        as_of,
        valid_until,
        mark,
        source,
        areas,
        readings,
        supersedes,
        lang,
    } = update.clone();
    UpdateView {
        id,
        centre,
        sector,
        nil,
        severity,
        outlook,
        urgency,
        certainty,
        headline,
        body,
        as_of,
        recorded_at,
        valid_until,
        tlp: mark.tlp,
        recipients: mark.recipients.into_iter().collect(),
        source,
        areas,
        readings,
        supersedes,
        lang,
        by,
    }
}
