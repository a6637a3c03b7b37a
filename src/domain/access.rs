//! Who may ask what (`domain.md` 4.4). The only maker of a [`Permit`], without which nothing is decided.
//!
//! The 404 rule: whoever may not know that a thing exists is told that it does not.

use super::actor::Actor;
use super::command::Command;
use super::ids::CentreId;
use super::picture::Picture;
use super::refusal::Refusal;
use super::vocabulary::{EscalationStep, Role};

/// Proof that the actor may ask this of this picture.
#[derive(Debug)]
pub struct Permit<'a> {
    pub(super) actor: &'a Actor,
    pub(super) command: Command,
}

/// Whether the actor may ask this. `picture` is absent only where there is no crisis yet.
pub fn authorise<'a>(picture: Option<&Picture>, actor: &'a Actor, command: Command) -> Result<Permit<'a>, Refusal> {
    match (&command, picture) {
        (Command::OpenCrisis(_), _) => coordinator(actor)?,
        (Command::RecordIpcr(_), Some(_)) => coordinator(actor)?,
        (Command::PostUpdate(draft), Some(_)) => reporter_of(actor, &draft.centre)?,
        (Command::WithdrawUpdate { update, .. }, Some(picture)) => {
            let facts = picture.updates.get(update).ok_or(Refusal::Unknown("update"))?;
            must_see(picture, actor, &facts.mark.audience(&facts.centre), "update")?;
            reporter_of(actor, &facts.centre)?;
        }
        (Command::RaiseEscalation(_), Some(_)) => reporter_of(actor, &actor.centre)?,
        (Command::StepEscalation { escalation, step }, Some(picture)) => {
            let record = picture.escalations.get(escalation).ok_or(Refusal::Unknown("escalation"))?;
            let escalation = &record.escalation;
            must_see(picture, actor, &escalation.mark.audience(&escalation.raised_by), "escalation")?;
            step_allowed(actor, step.step, &escalation.raised_by, &escalation.asked_of)?;
        }
        (_, None) => return Err(Refusal::Unknown("crisis")),
    }
    Ok(Permit { actor, command })
}

/// Whether the role may open and read pictures at all.
pub fn reads_content(role: Role) -> Result<(), Refusal> {
    match role {
        Role::WallDevice | Role::Viewer | Role::DutyOfficer | Role::CentreLead | Role::Coordinator | Role::Partner => {
            Ok(())
        }
        Role::Auditor | Role::Admin => Err(Refusal::Forbidden("this role sees no content")),
    }
}

/// Who may read single entries and updates: people, not walls, which have the picture.
pub fn reads_entries(role: Role) -> Result<(), Refusal> {
    match role {
        Role::Viewer | Role::DutyOfficer | Role::CentreLead | Role::Coordinator | Role::Partner => Ok(()),
        Role::WallDevice => Err(Refusal::Forbidden("a wall has the picture, not the journal")),
        Role::Auditor | Role::Admin => Err(Refusal::Forbidden("this role sees no content")),
    }
}

fn coordinator(actor: &Actor) -> Result<(), Refusal> {
    if actor.role == Role::Coordinator { Ok(()) } else { Err(Refusal::Forbidden("only a coordinator may do this")) }
}

fn reporter_of(actor: &Actor, centre: &CentreId) -> Result<(), Refusal> {
    if !is_reporter(actor.role) {
        return Err(Refusal::Forbidden("only duty officers, centre leads and coordinators speak for a centre"));
    }
    if actor.centre == *centre { Ok(()) } else { Err(Refusal::Forbidden("nobody speaks for another centre")) }
}

fn is_reporter(role: Role) -> bool {
    match role {
        Role::DutyOfficer | Role::CentreLead | Role::Coordinator => true,
        Role::WallDevice | Role::Viewer | Role::Auditor | Role::Admin | Role::Partner => false,
    }
}

fn step_allowed(actor: &Actor, step: EscalationStep, raiser: &CentreId, asked: &CentreId) -> Result<(), Refusal> {
    let raising = is_reporter(actor.role) && actor.centre == *raiser;
    let answering = is_reporter(actor.role) && actor.centre == *asked;
    let leading = actor.role == Role::CentreLead && actor.centre == *raiser;
    let allowed = actor.role == Role::Coordinator
        || match step {
            EscalationStep::Acknowledge
            | EscalationStep::Assign
            | EscalationStep::Start
            | EscalationStep::Resolve
            | EscalationStep::Snooze => answering,
            EscalationStep::Close => raising,
            EscalationStep::Reopen => raising || answering,
            EscalationStep::Reject | EscalationStep::RaiseLevel | EscalationStep::LowerLevel => leading,
        };
    if allowed { Ok(()) } else { Err(Refusal::Forbidden("this step belongs to another centre or role")) }
}

fn must_see(
    picture: &Picture,
    actor: &Actor,
    audience: &super::mark::Audience,
    what: &'static str,
) -> Result<(), Refusal> {
    if actor.viewer().sees(audience, &picture.crisis.centres) { Ok(()) } else { Err(Refusal::Unknown(what)) }
}
