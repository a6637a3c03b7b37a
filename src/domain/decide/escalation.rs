//! What follows for escalations: raising with every check, and each step after it.

use super::{Moment, refuse};
use crate::domain::actor::Actor;
use crate::domain::command::RaiseEscalation;
use crate::domain::escalation::{Escalation, SNOOZE_MAX, Step};
use crate::domain::event::Event;
use crate::domain::ids::{EscalationId, UpdateId};
use crate::domain::mark::within;
use crate::domain::picture::Picture;
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::vocabulary::EscalationStep;

pub(super) fn raise_escalation(
    picture: &Picture,
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
    check_refs(picture, actor, &raise, &mut faults);
    refuse(faults)?;
    let escalation = Escalation {
        id: EscalationId(moment.id),
        raised_by: actor.centre.clone(),
        asked_of: raise.asked_of,
        title: raise.title,
        level: raise.level,
        severity: raise.severity,
        reason: raise.reason,
        refs: raise.refs,
        ack_due: raise.ack_due,
        resolve_due: raise.resolve_due,
        mark: raise.mark,
    };
    Ok(Event::EscalationRaised { escalation: Box::new(escalation) })
}

/// References must exist for the raiser, and nobody may see the escalation who may not see what it refers to.
fn check_refs(picture: &Picture, actor: &Actor, raise: &RaiseEscalation, faults: &mut Vec<FieldFault>) {
    let centres = &picture.crisis.centres;
    let own = raise.mark.audience(&actor.centre);
    for (i, id) in raise.refs.iter().enumerate() {
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
    actor: &Actor,
    id: EscalationId,
    step: Step,
    moment: &Moment,
) -> Result<Event, Refusal> {
    let record = picture.escalations.get(&id).ok_or(Refusal::Unknown("escalation"))?;
    let mut faults = Vec::new();
    match step.step {
        EscalationStep::Reject if step.note.is_none() => {
            faults.push(FieldFault::at("/note", "a rejection needs its reason"));
        }
        EscalationStep::Assign if step.assignee.is_none() => {
            faults.push(FieldFault::at("/assignee", "must name the position that takes it"));
        }
        EscalationStep::Snooze => match step.until {
            None => faults.push(FieldFault::at("/until", "a snooze needs its end")),
            Some(until) if until <= moment.now || until.duration_since(moment.now) > SNOOZE_MAX => {
                faults.push(FieldFault::at("/until", "must lie within the next 12 hours"));
            }
            Some(_) => {}
        },
        EscalationStep::Acknowledge
        | EscalationStep::Assign
        | EscalationStep::Start
        | EscalationStep::Resolve
        | EscalationStep::Close
        | EscalationStep::Reject
        | EscalationStep::Reopen
        | EscalationStep::RaiseLevel
        | EscalationStep::LowerLevel => {}
    }
    if step.step != EscalationStep::Snooze && step.until.is_some() {
        faults.push(FieldFault::at("/until", "only a snooze has an end"));
    }
    if step.step != EscalationStep::Assign && step.assignee.is_some() {
        faults.push(FieldFault::at("/assignee", "only an assignment names a position"));
    }
    refuse(faults)?;
    record.standing.after(&step, &actor.centre)?;
    Ok(Event::EscalationStepped {
        escalation: id,
        raised_by: record.escalation.raised_by.clone(),
        mark: record.escalation.mark.clone(),
        step,
    })
}
