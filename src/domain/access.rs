//! Who may ask what (`domain.md` 4.4). The only maker of a [`Permit`], without which nothing is decided.
//!
//! The 404 rule: whoever may not know that a thing exists is told that it does not.

use super::actor::Actor;
use super::command::Command;
use super::event::OF_CYCLES;
use super::handover;
use super::ids::{CentreId, QueryId};
use super::picture::Picture;
use super::query::QueryRecord;
use super::refusal::{FieldFault, Refusal};
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
        (
            Command::RecordIpcr(_)
            | Command::CloseCrisis { .. }
            | Command::ReopenCrisis { .. }
            | Command::ScopeCrisis(_)
            | Command::SetCycle(_),
            Some(_),
        ) => coordinator(actor)?,
        (
            Command::ChangeCycle { cycle, .. } | Command::EndCycle { cycle, .. } | Command::ExcuseSlot { cycle, .. },
            Some(picture),
        ) => {
            let known = picture.cycles.contains_key(cycle).then_some(()).ok_or(Refusal::Unknown("cycle"));
            known.and_then(|()| must_see(picture, actor, &OF_CYCLES, "cycle"))?;
            coordinator(actor)?;
        }
        (Command::PostUpdate(draft), Some(_)) => reporter_of(actor, &draft.centre)?,
        (Command::WithdrawUpdate { update, .. }, Some(picture)) => {
            let facts = picture.updates.get(update).ok_or(Refusal::Unknown("update"))?;
            must_see(picture, actor, &facts.mark.audience(&facts.centre), "update")?;
            reporter_of(actor, &facts.centre)?;
        }
        (Command::RaiseEscalation(_) | Command::WriteLog(_) | Command::OfferHandover(_), Some(_)) => {
            reporter_of(actor, &actor.centre)?;
        }
        (Command::SignHandover { handover, .. }, Some(picture)) => {
            let facts = picture.handovers.get(handover).ok_or(Refusal::Unknown("handover"))?;
            must_see(picture, actor, &handover::audience(&facts.centre), "handover")?;
            reporter_of(actor, &facts.centre)?;
            if facts.offered_by == actor.account {
                return Err(Refusal::Forbidden("who hands over does not sign for it"));
            }
        }
        (Command::StepEscalation { escalation, step }, Some(picture)) => {
            let record = picture.escalations.get(escalation).ok_or(Refusal::Unknown("escalation"))?;
            let escalation = &record.escalation;
            must_see(picture, actor, &escalation.mark.audience(&escalation.raised_by), "escalation")?;
            step_allowed(actor, step.step, &escalation.raised_by, &escalation.asked_of)?;
        }
        (Command::AskQuery { update, .. }, Some(picture)) => {
            let facts = picture.updates.get(update).ok_or(Refusal::Unknown("update"))?;
            must_see(picture, actor, &facts.mark.audience(&facts.centre), "update")?;
            coordinator(actor)?;
            if facts.centre == actor.centre {
                return Err(Refusal::Forbidden("this is your own centre's update: correct it, do not query it"));
            }
        }
        (Command::AnswerQuery { query, .. }, Some(picture)) => {
            let record = visible_query(picture, actor, *query)?;
            reporter_of(actor, &record.query.centre)?;
        }
        (Command::WithdrawQuery { query, .. }, Some(picture)) => {
            let record = visible_query(picture, actor, *query)?;
            coordinator(actor)?;
            if record.asked_by.centre != actor.centre {
                return Err(Refusal::Forbidden("only the body that asked withdraws a query"));
            }
        }
        (
            Command::LapseEscalation { .. }
            | Command::WakeEscalation { .. }
            | Command::PlanCycle { .. }
            | Command::RemindSlot { .. }
            | Command::MissSlot { .. },
            Some(_),
        ) => timers(actor)?,
        (
            Command::RecordIpcr(_)
            | Command::CloseCrisis { .. }
            | Command::ReopenCrisis { .. }
            | Command::ScopeCrisis(_)
            | Command::PostUpdate(_)
            | Command::WithdrawUpdate { .. }
            | Command::RaiseEscalation(_)
            | Command::StepEscalation { .. }
            | Command::AskQuery { .. }
            | Command::AnswerQuery { .. }
            | Command::WithdrawQuery { .. }
            | Command::WriteLog(_)
            | Command::OfferHandover(_)
            | Command::SignHandover { .. }
            | Command::LapseEscalation { .. }
            | Command::WakeEscalation { .. }
            | Command::SetCycle(_)
            | Command::ChangeCycle { .. }
            | Command::EndCycle { .. }
            | Command::ExcuseSlot { .. }
            | Command::PlanCycle { .. }
            | Command::RemindSlot { .. }
            | Command::MissSlot { .. },
            None,
        ) => return Err(Refusal::Unknown("crisis")),
    }
    Ok(Permit { actor, command })
}

/// Whether the role may open and read pictures at all.
pub fn reads_content(role: Role) -> Result<(), Refusal> {
    match role {
        Role::WallDevice | Role::Viewer | Role::DutyOfficer | Role::CentreLead | Role::Coordinator | Role::Partner => {
            Ok(())
        }
        Role::Auditor | Role::Admin | Role::System => Err(Refusal::Forbidden("this role sees no content")),
    }
}

/// Who may read single entries and updates: people, not walls, which have the picture.
pub fn reads_entries(role: Role) -> Result<(), Refusal> {
    match role {
        Role::Viewer | Role::DutyOfficer | Role::CentreLead | Role::Coordinator | Role::Partner => Ok(()),
        Role::WallDevice => Err(Refusal::Forbidden("a wall has the picture, not the journal")),
        Role::Auditor | Role::Admin | Role::System => Err(Refusal::Forbidden("this role sees no content")),
    }
}

/// Who may look back: people of the member centres. A wall shows what is, and a partner what is published.
pub fn reads_the_past(role: Role) -> Result<(), Refusal> {
    match role {
        Role::Viewer | Role::DutyOfficer | Role::CentreLead | Role::Coordinator => Ok(()),
        Role::WallDevice => Err(Refusal::Forbidden("a wall shows what is, not what was")),
        Role::Partner => Err(Refusal::Forbidden("only people of the member centres look back")),
        Role::Auditor | Role::Admin | Role::System => Err(Refusal::Forbidden("this role sees no content")),
    }
}

/// Whether the role keeps walls: pairs them, sets them, revokes them.
pub fn keeps_devices(role: Role) -> Result<(), Refusal> {
    match role {
        Role::DutyOfficer | Role::CentreLead | Role::Coordinator | Role::Admin => Ok(()),
        Role::WallDevice | Role::Viewer | Role::Auditor | Role::Partner | Role::System => {
            Err(Refusal::Forbidden("only duty officers, centre leads, coordinators and admins keep walls"))
        }
    }
}

/// Whether the role keeps tokens: makes, lists and revokes them.
pub fn keeps_tokens(role: Role) -> Result<(), Refusal> {
    match role {
        Role::CentreLead | Role::Coordinator | Role::Admin => Ok(()),
        Role::WallDevice | Role::Viewer | Role::DutyOfficer | Role::Auditor | Role::Partner | Role::System => {
            Err(Refusal::Forbidden("only centre leads, coordinators and admins keep tokens"))
        }
    }
}

/// Whether the role keeps destinations: says where the notices of a centre go.
pub fn keeps_destinations(role: Role) -> Result<(), Refusal> {
    match role {
        Role::CentreLead | Role::Coordinator | Role::Admin => Ok(()),
        Role::WallDevice | Role::Viewer | Role::DutyOfficer | Role::Auditor | Role::Partner | Role::System => {
            Err(Refusal::Forbidden("only centre leads, coordinators and admins say where notices go"))
        }
    }
}

/// Whether the role reaches beyond its own centre where walls and tokens are kept.
pub fn keeps_every_centre(role: Role) -> bool {
    match role {
        Role::Admin => true,
        Role::WallDevice
        | Role::Viewer
        | Role::DutyOfficer
        | Role::CentreLead
        | Role::Coordinator
        | Role::Auditor
        | Role::Partner
        | Role::System => false,
    }
}

/// Whether a keeper of tokens may make one of this role.
pub fn grants(keeper: Role, wanted: Role) -> Result<(), Refusal> {
    match wanted {
        Role::Viewer | Role::DutyOfficer | Role::CentreLead | Role::Partner => keeps_tokens(keeper),
        Role::Coordinator | Role::Auditor | Role::Admin if keeper == Role::Admin => Ok(()),
        Role::Coordinator | Role::Auditor | Role::Admin => {
            Err(Refusal::Forbidden("only an admin makes coordinators, auditors and admins"))
        }
        Role::WallDevice => {
            Err(Refusal::Fields(vec![FieldFault::at("/role", "a wall is paired, it is given no token")]))
        }
        Role::System => {
            Err(Refusal::Fields(vec![FieldFault::at("/role", "the system's own timers are given no token")]))
        }
    }
}

/// Whether a keeper of tokens may revoke one of this role: those of the platform are not a centre's to take.
pub fn revokes(keeper: Role, held: Role) -> Result<(), Refusal> {
    match held {
        Role::Viewer | Role::DutyOfficer | Role::CentreLead | Role::Coordinator | Role::Partner => keeps_tokens(keeper),
        Role::Auditor | Role::Admin if keeper == Role::Admin => Ok(()),
        Role::Auditor | Role::Admin => Err(Refusal::Forbidden("only an admin revokes auditors and admins")),
        Role::WallDevice => keeps_devices(keeper),
        Role::System => Err(Refusal::Forbidden("the system's own timers have no token")),
    }
}

/// What only time asks for.
fn timers(actor: &Actor) -> Result<(), Refusal> {
    if actor.role == Role::System { Ok(()) } else { Err(Refusal::Forbidden("only the clock asks this")) }
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
        Role::WallDevice | Role::Viewer | Role::Auditor | Role::Admin | Role::Partner | Role::System => false,
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

/// A query that the actor may know of: one of a cell that is in scope, under a mark that lets it.
fn visible_query<'a>(picture: &'a Picture, actor: &Actor, id: QueryId) -> Result<&'a QueryRecord, Refusal> {
    let record = picture.queries.get(&id).ok_or(Refusal::Unknown("query"))?;
    must_see(picture, actor, &record.query.audience(), "query")?;
    if picture.crisis.includes(&record.query.centre, &record.query.sector) {
        Ok(record)
    } else {
        Err(Refusal::Unknown("query"))
    }
}

fn must_see(
    picture: &Picture,
    actor: &Actor,
    audience: &super::mark::Audience,
    what: &'static str,
) -> Result<(), Refusal> {
    if actor.viewer().sees(audience, &picture.crisis.centres) { Ok(()) } else { Err(Refusal::Unknown(what)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(may: impl Fn(Role) -> bool) -> Vec<&'static str> {
        Role::ALL.iter().filter(|role| may(**role)).map(|role| role.as_str()).collect()
    }

    #[test]
    fn walls_are_kept_by_officers_and_tokens_by_leads() {
        assert_eq!(who(|role| keeps_devices(role).is_ok()), ["duty_officer", "centre_lead", "coordinator", "admin"]);
        assert_eq!(who(|role| keeps_tokens(role).is_ok()), ["centre_lead", "coordinator", "admin"]);
        assert_eq!(who(|role| keeps_destinations(role).is_ok()), ["centre_lead", "coordinator", "admin"]);
        assert_eq!(who(keeps_every_centre), ["admin"]);
    }

    #[test]
    fn nobody_grants_more_than_the_positions_of_a_centre_but_an_admin() {
        let positions = ["viewer", "duty_officer", "centre_lead", "partner"];
        for keeper in [Role::CentreLead, Role::Coordinator] {
            assert_eq!(who(|wanted| grants(keeper, wanted).is_ok()), positions, "{keeper}");
        }
        let all = ["viewer", "duty_officer", "centre_lead", "coordinator", "auditor", "admin", "partner"];
        assert_eq!(who(|wanted| grants(Role::Admin, wanted).is_ok()), all);
        for keeper in [Role::WallDevice, Role::Viewer, Role::DutyOfficer, Role::Auditor, Role::Partner] {
            assert_eq!(who(|wanted| grants(keeper, wanted).is_ok()), [""; 0], "{keeper}");
        }
    }

    #[test]
    fn a_centre_does_not_revoke_those_of_the_platform() {
        let of_a_centre = ["viewer", "duty_officer", "centre_lead", "coordinator", "partner"];
        for keeper in [Role::CentreLead, Role::Coordinator] {
            let held = who(|held| held != Role::WallDevice && revokes(keeper, held).is_ok());
            assert_eq!(held, of_a_centre, "{keeper}");
        }
        let all_but_the_timers = Role::ALL.len() - 1;
        assert_eq!(who(|held| revokes(Role::Admin, held).is_ok()).len(), all_but_the_timers);
        assert_eq!(who(|held| held != Role::WallDevice && revokes(Role::DutyOfficer, held).is_ok()), [""; 0]);
    }
}
