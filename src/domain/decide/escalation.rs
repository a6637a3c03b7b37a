//! What follows for escalations: raising with every check, each step after it, and clocks that run out.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Catalogue, Moment, refuse};
use crate::domain::actor::Actor;
use crate::domain::command::RaiseEscalation;
use crate::domain::escalation::{Clocks, Escalation, SNOOZE_MAX, Step, WILL_DO_MAX};
use crate::domain::event::Event;
use crate::domain::ids::{CentreId, EscalationId, UpdateId};
use crate::domain::mark::{Mark, within};
use crate::domain::picture::{EscalationRecord, Picture};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::vocabulary::{EscalationAnswer, EscalationClock, EscalationState, EscalationStep};

pub(super) fn raise_escalation(
    picture: &Picture,
    catalogue: &Catalogue,
    actor: &Actor,
    raise: RaiseEscalation,
    moment: &Moment,
) -> Result<Event, Refusal> {
    let centres = &picture.crisis.centres;
    let mut faults = Vec::new();
    if !centres.contains(&actor.centre) {
        return Err(Refusal::Forbidden("your centre is not part of this crisis"));
    }
    if !centres.contains(&raise.asked_of) {
        faults.push(FieldFault::at("/asked_of", "is not a centre of this crisis"));
    }
    if let Some((field, fault)) = raise.mark.fault() {
        faults.push(FieldFault::at(format!("/{field}"), fault));
    }
    if !raise.mark.recipients.is_empty()
        && raise.asked_of != actor.centre
        && !raise.mark.recipients.contains(&raise.asked_of)
    {
        faults.push(FieldFault::at("/recipients", "must name the centre that is asked"));
    }
    for (i, recipient) in raise.mark.recipients.iter().enumerate() {
        if !centres.contains(recipient) {
            faults.push(FieldFault::at(
                format!("/recipients/{i}"),
                format!("{recipient} is not a centre of this crisis"),
            ));
        }
    }
    if raise.ack_due.is_some_and(|due| due <= moment.now) {
        faults.push(FieldFault::at("/ack_due", "must lie in the future"));
    }
    if let Some(resolve) = raise.resolve_due
        && resolve <= raise.ack_due.unwrap_or(moment.now)
    {
        faults.push(FieldFault::at("/resolve_due", "must lie in the future and after ack_due"));
    }
    check_refs(picture, actor, &raise.mark, &raise.refs, &mut faults);
    refuse(faults)?;
    let terms = catalogue.escalation.of(raise.level);
    let Clocks { ack_due, start_due, resolve_due } = terms.clocks(moment.now, raise.ack_due, raise.resolve_due);
    let escalation = Escalation {
        id: EscalationId(moment.id),
        raised_by: actor.centre.clone(),
        asked_of: raise.asked_of,
        title: raise.title,
        level: raise.level,
        severity: raise.severity,
        reason: raise.reason,
        refs: raise.refs,
        ack_due,
        start_due,
        resolve_due,
        mark: raise.mark,
    };
    Ok(Event::EscalationRaised { escalation: Box::new(escalation) })
}

/// References must exist for who makes them, and nobody may see what refers who may not see what it refers to.
pub(super) fn check_refs(picture: &Picture, actor: &Actor, mark: &Mark, refs: &[Uuid], faults: &mut Vec<FieldFault>) {
    let centres = &picture.crisis.centres;
    let own = mark.audience(&actor.centre);
    for (i, id) in refs.iter().enumerate() {
        let update = picture.updates.get(&UpdateId(*id)).map(|facts| facts.mark.audience(&facts.centre));
        let escalation = picture.escalations.get(&EscalationId(*id)).map(|record| {
            let escalation = &record.escalation;
            escalation.mark.audience(&escalation.raised_by)
        });
        match update.or(escalation).filter(|audience| actor.viewer().sees(audience, centres)) {
            None => faults.push(FieldFault::at(format!("/refs/{i}"), "is not an update or escalation of this crisis")),
            Some(audience) if !within(&own, &audience, centres) => {
                faults.push(FieldFault::at("/tlp", format!("must not be wider than the mark of refs/{i}")));
            }
            Some(_) => {}
        }
    }
}

pub(super) fn step_escalation(
    picture: &Picture,
    catalogue: &Catalogue,
    actor: &Actor,
    id: EscalationId,
    step: Step,
    moment: &Moment,
) -> Result<Event, Refusal> {
    let record = picture.escalations.get(&id).ok_or(Refusal::Unknown("escalation"))?;
    let mut faults = Vec::new();
    check_needs(&step, moment, &mut faults);
    check_strays(&step, &mut faults);
    refuse(faults)?;
    let mut step = step;
    let next = record.standing.after(&step, &actor.centre)?;
    if step.step == EscalationStep::Snooze && record.standing.state == EscalationState::Raised && record.has_slept() {
        return Err(Refusal::SleptAlready);
    }
    let terms = catalogue.escalation.of(next.level);
    step.clocks = match step.step {
        EscalationStep::Reopen => Some(terms.clocks(moment.now, None, None)),
        EscalationStep::RaiseLevel | EscalationStep::LowerLevel if next.state == EscalationState::Raised => {
            Some(Clocks { ack_due: moment.now.saturating_add(terms.ack).ok(), ..record.standing.clocks })
        }
        EscalationStep::RaiseLevel
        | EscalationStep::LowerLevel
        | EscalationStep::Acknowledge
        | EscalationStep::Assign
        | EscalationStep::Start
        | EscalationStep::Resolve
        | EscalationStep::Close
        | EscalationStep::Reject
        | EscalationStep::Snooze => None,
    };
    let (raised_by, mark) = belongs_to(record);
    Ok(Event::EscalationStepped { escalation: id, raised_by, mark, step })
}

/// What a step must say to be one.
fn check_needs(step: &Step, moment: &Moment, faults: &mut Vec<FieldFault>) {
    let mut fault = |at: &str, detail: &str| faults.push(FieldFault::at(at, detail));
    let within = |until: Timestamp, most| until > moment.now && until.duration_since(moment.now) <= most;
    match (step.step, step.answer) {
        (EscalationStep::Acknowledge, None) => {
            fault("/answer", "an acknowledgement is an answer: will_do with until, or cannot with a note");
        }
        (EscalationStep::Acknowledge, Some(EscalationAnswer::WillDo)) => match step.until {
            None => fault("/until", "must say by when it will be done"),
            Some(until) if !within(until, WILL_DO_MAX) => fault("/until", "must lie within the next 31 days"),
            Some(_) => {}
        },
        (EscalationStep::Acknowledge, Some(EscalationAnswer::Cannot)) if step.note.is_none() => {
            fault("/note", "must say why it cannot be done");
        }
        (EscalationStep::Reject, _) if step.note.is_none() => fault("/note", "a rejection needs its reason"),
        (EscalationStep::Assign, _) if step.assignee.is_none() => {
            fault("/assignee", "must name the position that takes it");
        }
        (EscalationStep::Snooze, _) => match step.until {
            None => fault("/until", "a snooze needs its end"),
            Some(until) if !within(until, SNOOZE_MAX) => fault("/until", "must lie within the next 12 hours"),
            Some(_) => {}
        },
        (
            EscalationStep::Acknowledge
            | EscalationStep::Assign
            | EscalationStep::Start
            | EscalationStep::Resolve
            | EscalationStep::Close
            | EscalationStep::Reject
            | EscalationStep::Reopen
            | EscalationStep::RaiseLevel
            | EscalationStep::LowerLevel,
            _,
        ) => {}
    }
}

/// What belongs to another step.
fn check_strays(step: &Step, faults: &mut Vec<FieldFault>) {
    let answers = step.step == EscalationStep::Acknowledge;
    let ends = step.step == EscalationStep::Snooze || (answers && step.answer != Some(EscalationAnswer::Cannot));
    if step.until.is_some() && !ends {
        faults.push(FieldFault::at("/until", "only a snooze, and the answer will_do, have an end"));
    }
    if step.answer.is_some() && !answers {
        faults.push(FieldFault::at("/answer", "only an acknowledgement is an answer"));
    }
    if step.assignee.is_some() && step.step != EscalationStep::Assign {
        faults.push(FieldFault::at("/assignee", "only an assignment names a position"));
    }
}

/// Of two servers that notice, the second is told that it is not due: the first has seen to it.
pub(super) fn lapse(
    picture: &Picture,
    catalogue: &Catalogue,
    id: EscalationId,
    which: EscalationClock,
    due: Timestamp,
    moment: &Moment,
) -> Result<Event, Refusal> {
    let record = picture.escalations.get(&id).ok_or(Refusal::Unknown("escalation"))?;
    let lapse = record.standing.lapse(&catalogue.escalation, moment.now).ok_or(Refusal::NotDue)?;
    if lapse.which != which || lapse.due != due {
        return Err(Refusal::NotDue);
    }
    let (raised_by, mark) = belongs_to(record);
    Ok(Event::EscalationLapsed { escalation: id, raised_by, mark, lapse })
}

pub(super) fn wake(picture: &Picture, id: EscalationId, due: Timestamp, moment: &Moment) -> Result<Event, Refusal> {
    let record = picture.escalations.get(&id).ok_or(Refusal::Unknown("escalation"))?;
    if record.standing.wakes(moment.now) != Some(due) {
        return Err(Refusal::NotDue);
    }
    let (raised_by, mark) = belongs_to(record);
    Ok(Event::EscalationWoken { escalation: id, raised_by, mark, due })
}

fn belongs_to(record: &EscalationRecord) -> (CentreId, Mark) {
    (record.escalation.raised_by.clone(), record.escalation.mark.clone())
}
