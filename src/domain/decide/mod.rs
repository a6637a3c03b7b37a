//! What follows from what was asked: one event, or every reason why not. Time and ids come as data.

use jiff::Timestamp;
use uuid::Uuid;

use super::access::Permit;
use super::centre::{Centre, Sector};
use super::command::Command;
use super::crisis::Cadence;
use super::escalation::LevelTerms;
use super::event::Event;
use super::ids::{CentreId, IndicatorId};
use super::indicator::Indicator;
use super::picture::Picture;
use super::refusal::{FieldFault, Refusal};
use super::template::Template;
use super::vocabulary::CrisisState;

mod crisis;
mod cycle;
mod escalation;
mod handover;
mod log;
mod query;
mod update;

/// What the configuration knows: centres, default sectors, indicators and templates.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    pub centres: Vec<Centre>,
    pub sectors: Vec<Sector>,
    pub indicators: Vec<Indicator>,
    pub templates: Vec<Template>,
    /// How long the clocks of an escalation run.
    pub escalation: LevelTerms,
    /// How long an update holds unless its author says otherwise.
    pub cadence: Cadence,
}

impl Catalogue {
    fn indicator(&self, id: &IndicatorId) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.id == *id)
    }

    /// Whether a centre of that name is configured.
    pub fn has_centre(&self, id: &CentreId) -> bool {
        self.centres.iter().any(|centre| centre.id == *id)
    }
}

/// The time and the fresh identifier of one decision.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub now: Timestamp,
    pub id: Uuid,
}

/// The event that follows from a permitted command, or why none does.
pub fn decide(
    picture: Option<&Picture>,
    catalogue: &Catalogue,
    permit: Permit<'_>,
    moment: &Moment,
) -> Result<Event, Refusal> {
    let Permit { actor, command } = permit;
    let picture = match (command, picture) {
        (Command::OpenCrisis(_), Some(_)) => return Err(Refusal::SlugTaken),
        (Command::OpenCrisis(open), None) => return crisis::open_crisis(catalogue, open, moment),
        (_, None) => return Err(Refusal::Unknown("crisis")),
        (command, Some(picture)) => (command, picture),
    };
    let (command, picture) = picture;
    let needed = if matches!(command, Command::ReopenCrisis { .. }) { CrisisState::Closed } else { CrisisState::Open };
    if picture.crisis.state != needed {
        return Err(Refusal::CrisisIs(picture.crisis.state));
    }
    match command {
        Command::OpenCrisis(_) => Err(Refusal::SlugTaken),
        Command::RecordIpcr(ipcr) => crisis::record_ipcr(ipcr, moment),
        Command::CloseCrisis { reason } => Ok(Event::CrisisClosed { reason }),
        Command::ReopenCrisis { reason } => Ok(Event::CrisisReopened { reason }),
        Command::ScopeCrisis(scope) => crisis::scope_crisis(picture, catalogue, scope),
        Command::PostUpdate(draft) => update::post(picture, catalogue, *draft, moment),
        Command::WithdrawUpdate { update, reason } => update::withdraw(picture, update, reason),
        Command::RaiseEscalation(raise) => escalation::raise_escalation(picture, catalogue, actor, *raise, moment),
        Command::StepEscalation { escalation, step } => {
            escalation::step_escalation(picture, catalogue, actor, escalation, step, moment)
        }
        Command::SetCycle(draft) => cycle::set(picture, *draft, moment),
        Command::ChangeCycle { cycle, to } => cycle::change(picture, cycle, *to, moment),
        Command::EndCycle { cycle, reason } => cycle::end(picture, cycle, reason),
        Command::ExcuseSlot { cycle, centre, due_at, reason } => cycle::excuse(picture, cycle, centre, due_at, reason),
        Command::PlanCycle { cycle } => cycle::plan(picture, cycle, moment),
        Command::RemindSlot { cycle, centre, due_at, minutes } => {
            cycle::remind(picture, cycle, centre, due_at, minutes, moment)
        }
        Command::MissSlot { cycle, centre, due_at } => cycle::miss(picture, cycle, centre, due_at, moment),
        Command::LapseEscalation { escalation, which, due } => {
            escalation::lapse(picture, catalogue, escalation, which, due, moment)
        }
        Command::WakeEscalation { escalation, due } => escalation::wake(picture, escalation, due, moment),
        Command::AskQuery { update, question } => query::ask(picture, update, question, moment),
        Command::AnswerQuery { query, answer } => query::answer(picture, query, answer),
        Command::WithdrawQuery { query, reason } => query::withdraw(picture, query, reason),
        Command::WriteLog(draft) => log::write(picture, catalogue, actor, *draft, moment),
        Command::OfferHandover(draft) => handover::offer(picture, actor, *draft, moment),
        Command::SignHandover { handover, note } => handover::sign(picture, handover, note),
    }
}

fn refuse(faults: Vec<FieldFault>) -> Result<(), Refusal> {
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Fields(faults)) }
}
