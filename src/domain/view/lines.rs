//! From what is kept to what is shown, field by field: a new field does not compile until it is decided here.

use jiff::Timestamp;

use super::{FeedItem, IpcrHistoryView, LapseView, Seal, StepView, UpdateView, What};
use crate::domain::actor::By;
use crate::domain::crisis::RecordedIpcr;
use crate::domain::escalation::{Lapse, Step};
use crate::domain::event::{Entry, Event};
use crate::domain::picture::NotedLapse;
use crate::domain::update::SituationUpdate;

pub(super) fn ipcr_view(recorded: &RecordedIpcr) -> IpcrHistoryView {
    let RecordedIpcr { ipcr, recorded_at, by } = recorded.clone();
    IpcrHistoryView { ipcr, recorded_at, by: By::from(&by) }
}

pub(super) fn step_view(step: &Step, at: Timestamp, by: By) -> StepView {
    let Step { step, note, assignee, until, answer, clocks: _ } = step.clone();
    StepView { step, at, by, note, assignee, until, answer }
}

pub(super) fn lapse_view(noted: &NotedLapse) -> LapseView {
    let NotedLapse { lapse: Lapse { which, due, level, ack_due: _ }, at } = noted.clone();
    LapseView { which, due, at, level }
}

pub(super) fn feed_item(entry: &Entry, seal: Seal<'_>) -> FeedItem {
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
            answer: step.answer,
        },
        Event::EscalationLapsed { escalation, raised_by: _, mark: _, lapse } => {
            What::EscalationLapsed { id: *escalation, which: lapse.which, due: lapse.due, level: lapse.level }
        }
        Event::EscalationWoken { escalation, raised_by: _, mark: _, due } => {
            What::EscalationWoken { id: *escalation, due: *due }
        }
        Event::QueryAsked { query } => What::QueryAsked {
            id: query.id,
            update: query.update,
            centre: query.centre.clone(),
            question: query.question.clone(),
        },
        Event::QueryAnswered { query, centre: _, mark: _, answer } => {
            What::QueryAnswered { id: *query, answer: answer.clone() }
        }
        Event::QueryWithdrawn { query, centre: _, mark: _, reason } => {
            What::QueryWithdrawn { id: *query, reason: reason.clone() }
        }
        Event::CrisisClosed { reason } => What::CrisisClosed { reason: reason.clone() },
        Event::CrisisReopened { reason } => What::CrisisReopened { reason: reason.clone() },
        Event::CrisisScoped { sectors, centres } => What::CrisisScoped {
            sectors: sectors.iter().map(|sector| sector.id.clone()).collect(),
            centres: centres.iter().cloned().collect(),
        },
        Event::CycleSet { cycle, plan: _ } => What::CycleSet { id: cycle.id, name: cycle.name.clone() },
        Event::CycleChanged { cycle, plan: _ } => What::CycleChanged { id: cycle.id, name: cycle.name.clone() },
        Event::CyclePlanned { cycle, plan } => What::CyclePlanned { id: *cycle, due: plan.due.clone() },
        Event::CycleEnded { cycle, reason } => What::CycleEnded { id: *cycle, reason: reason.clone() },
        Event::SlotExcused { cycle, centre, due_at, reason } => {
            What::SlotExcused { id: *cycle, centre: centre.clone(), due_at: *due_at, reason: reason.clone() }
        }
        Event::SlotReminded { cycle, centre, due_at, minutes } => {
            What::SlotReminded { id: *cycle, centre: centre.clone(), due_at: *due_at, minutes: *minutes }
        }
        Event::SlotMissed { cycle, centre, due_at } => {
            What::SlotMissed { id: *cycle, centre: centre.clone(), due_at: *due_at }
        }
        Event::LogEntered { entry: logged } => What::LogEntered {
            id: logged.id,
            centre: logged.centre.clone(),
            log_kind: logged.kind,
            headline: logged.headline(),
            event_time: logged.event_time,
            key_event: logged.key_event,
            corrects: logged.corrects,
        },
        Event::HandoverOffered { handover } => {
            What::HandoverOffered { id: handover.id, centre: handover.centre.clone(), shift: handover.shift }
        }
        Event::HandoverSigned { handover, centre, shift, note: _ } => {
            What::HandoverSigned { id: *handover, centre: centre.clone(), shift: *shift }
        }
    }
}

pub(super) fn update_view(update: &SituationUpdate, recorded_at: Timestamp, by: By) -> UpdateView {
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
