//! What follows from what was asked: one event, or every reason why not. Time and ids come as data.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::access::Permit;
use super::actor::Actor;
use super::centre::{Centre, Sector};
use super::command::{Command, OpenCrisis, PostUpdate, RaiseEscalation};
use super::crisis::{CENTRES_MAX, Crisis, IpcrRecord, SECTORS_MAX};
use super::escalation::{Escalation, SNOOZE_MAX, Step};
use super::event::Event;
use super::ids::{CentreId, EscalationId, IndicatorId, UpdateId};
use super::indicator::{Indicator, READINGS_MAX, Value};
use super::mark::{Mark, within};
use super::picture::{Picture, UpdateStanding};
use super::refusal::{FieldFault, Refusal};
use super::update::{AREAS_MAX, AS_OF_GRACE, SituationUpdate, VALIDITY_MAX, area_fault, lang_fault};
use super::vocabulary::{CrisisPhase, CrisisState, EscalationStep, Severity};

/// What the configuration knows: centres, default sectors and indicators.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    pub centres: Vec<Centre>,
    pub sectors: Vec<Sector>,
    pub indicators: Vec<Indicator>,
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
        (Command::OpenCrisis(open), None) => return open_crisis(catalogue, open, moment),
        (_, None) => return Err(Refusal::Unknown("crisis")),
        (command, Some(picture)) => (command, picture),
    };
    let (command, picture) = picture;
    if picture.crisis.state == CrisisState::Closed {
        return Err(Refusal::CrisisIs(CrisisState::Closed));
    }
    match command {
        Command::OpenCrisis(_) => Err(Refusal::SlugTaken),
        Command::RecordIpcr(ipcr) => record_ipcr(ipcr, moment),
        Command::PostUpdate(draft) => post(picture, catalogue, *draft, moment),
        Command::WithdrawUpdate { update, reason } => withdraw(picture, update, reason),
        Command::RaiseEscalation(raise) => raise_escalation(picture, actor, *raise, moment),
        Command::StepEscalation { escalation, step } => step_escalation(picture, actor, escalation, step, moment),
    }
}

fn open_crisis(catalogue: &Catalogue, open: OpenCrisis, moment: &Moment) -> Result<Event, Refusal> {
    let mut faults = Vec::new();
    let sectors = match &open.sectors {
        None => catalogue.sectors.clone(),
        Some(chosen) => {
            let mut sectors: Vec<Sector> = Vec::new();
            for (i, id) in chosen.iter().enumerate() {
                match catalogue.sectors.iter().find(|sector| sector.id == *id) {
                    Some(sector) if !sectors.contains(sector) => sectors.push(sector.clone()),
                    Some(_) => faults.push(FieldFault::at(format!("/sectors/{i}"), "is named twice")),
                    None => faults.push(FieldFault::at(format!("/sectors/{i}"), "is not a configured sector")),
                }
            }
            sectors
        }
    };
    let centres: BTreeSet<CentreId> = match &open.centres {
        None => catalogue.centres.iter().map(|centre| centre.id.clone()).collect(),
        Some(chosen) => {
            for (i, id) in chosen.iter().enumerate() {
                if !catalogue.has_centre(id) {
                    faults.push(FieldFault::at(format!("/centres/{i}"), "is not a configured centre"));
                }
            }
            chosen.iter().cloned().collect()
        }
    };
    if !(1..=SECTORS_MAX).contains(&sectors.len()) && faults.is_empty() {
        faults.push(FieldFault::at("/sectors", format!("must name 1 to {SECTORS_MAX} sectors")));
    }
    if !(1..=CENTRES_MAX).contains(&centres.len()) {
        faults.push(FieldFault::at("/centres", format!("must name 1 to {CENTRES_MAX} centres")));
    }
    refuse(faults)?;
    let crisis = Crisis {
        slug: open.slug,
        name: open.name,
        environment: open.environment,
        phase: CrisisPhase::Response,
        state: CrisisState::Open,
        opened_at: moment.now,
        sectors,
        centres,
        ipcr: None,
    };
    Ok(Event::CrisisOpened { crisis: Box::new(crisis) })
}

fn record_ipcr(ipcr: IpcrRecord, moment: &Moment) -> Result<Event, Refusal> {
    if ipcr.since > moment.now + AS_OF_GRACE {
        return Err(Refusal::Fields(vec![FieldFault::at("/since", "must not lie in the future")]));
    }
    Ok(Event::IpcrRecorded { ipcr })
}

fn post(picture: &Picture, catalogue: &Catalogue, draft: PostUpdate, moment: &Moment) -> Result<Event, Refusal> {
    let crisis = &picture.crisis;
    let mut faults = Vec::new();
    if !crisis.centres.contains(&draft.centre) {
        faults.push(FieldFault::at("/centre", "is not a centre of this crisis"));
    }
    let sector = crisis.sector(&draft.sector);
    if sector.is_none() {
        faults.push(FieldFault::at("/sector", "is not a sector of this crisis"));
    }
    if draft.nil && matches!(draft.severity, Severity::Extreme | Severity::Severe | Severity::Moderate) {
        faults.push(FieldFault::at("/severity", "a nil report has nothing to report, so no severity above minor"));
    }
    let valid_until = check_times(&draft, sector, moment, &mut faults);
    check_mark(&draft.mark, catalogue, &mut faults);
    for (i, area) in draft.areas.iter().enumerate().take(AREAS_MAX) {
        if let Some(fault) = area_fault(area) {
            faults.push(FieldFault::at(format!("/areas/{i}"), fault));
        }
    }
    if draft.areas.len() > AREAS_MAX {
        faults.push(FieldFault::at("/areas", format!("must have at most {AREAS_MAX} areas")));
    }
    if let Some(fault) = draft.lang.as_deref().and_then(lang_fault) {
        faults.push(FieldFault::at("/lang", fault));
    }
    check_readings(&draft, catalogue, moment, &mut faults);
    check_supersedes(picture, &draft, &mut faults)?;
    refuse(faults)?;
    let update = SituationUpdate {
        id: UpdateId(moment.id),
        centre: draft.centre,
        sector: draft.sector,
        nil: draft.nil,
        severity: draft.severity,
        outlook: draft.outlook,
        urgency: draft.urgency,
        certainty: draft.certainty,
        headline: draft.headline,
        body: draft.body,
        as_of: draft.as_of,
        valid_until,
        mark: draft.mark,
        source: draft.source,
        areas: draft.areas,
        readings: draft.readings,
        supersedes: draft.supersedes,
        lang: draft.lang,
    };
    Ok(Event::UpdatePosted { update: Box::new(update) })
}

/// Checks the times of a draft and gives the term it holds: its own, or the cadence of its sector.
fn check_times(
    draft: &PostUpdate,
    sector: Option<&Sector>,
    moment: &Moment,
    faults: &mut Vec<FieldFault>,
) -> Timestamp {
    if draft.as_of > moment.now + AS_OF_GRACE {
        faults.push(FieldFault::at("/as_of", "must not lie in the future (60 s of grace)"));
    }
    let Some(until) = draft.valid_until else {
        let minutes = sector.map_or(0, |sector| i64::from(sector.cadence_minutes));
        return draft.as_of.saturating_add(jiff::SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MAX);
    };
    if until <= draft.as_of {
        faults.push(FieldFault::at("/valid_until", "must lie after as_of"));
    } else if until.duration_since(draft.as_of) > VALIDITY_MAX {
        faults.push(FieldFault::at("/valid_until", "must lie within 31 days of as_of"));
    }
    until
}

fn check_mark(mark: &Mark, catalogue: &Catalogue, faults: &mut Vec<FieldFault>) {
    if let Some((field, fault)) = mark.fault() {
        faults.push(FieldFault::at(format!("/{field}"), fault));
    }
    for (i, recipient) in mark.recipients.iter().enumerate() {
        if !catalogue.has_centre(recipient) {
            faults.push(FieldFault::at(format!("/recipients/{i}"), format!("{recipient} is not a configured centre")));
        }
    }
}

fn check_readings(draft: &PostUpdate, catalogue: &Catalogue, moment: &Moment, faults: &mut Vec<FieldFault>) {
    if draft.readings.len() > READINGS_MAX {
        faults.push(FieldFault::at("/readings", format!("must have at most {READINGS_MAX} readings")));
    }
    let mut seen = BTreeSet::new();
    for (i, reading) in draft.readings.iter().enumerate().take(READINGS_MAX) {
        let mut fault = |field: &str, detail: &str| {
            faults.push(FieldFault::at(format!("/readings/{i}/{field}"), detail));
        };
        if !seen.insert(&reading.indicator) {
            fault("indicator", "is read twice in this update");
        }
        if reading.as_of > moment.now + AS_OF_GRACE {
            fault("as_of", "must not lie in the future (60 s of grace)");
        }
        match (catalogue.indicator(&reading.indicator), reading.value) {
            (None, _) => fault("indicator", "is not in the catalogue"),
            (Some(indicator), Value::Figure(figure)) => {
                if let Some(detail) = indicator.fault(figure) {
                    fault("value", detail);
                }
            }
            (Some(_), Value::Missing(_)) => {}
        }
    }
}

fn check_supersedes(picture: &Picture, draft: &PostUpdate, faults: &mut Vec<FieldFault>) -> Result<(), Refusal> {
    let Some(replaced) = draft.supersedes else { return Ok(()) };
    match picture.updates.get(&replaced) {
        Some(facts) if facts.centre != draft.centre => {
            // Whether another centre's update exists is not this centre's to learn.
            faults.push(FieldFault::at("/supersedes", "is not an update of this centre"));
        }
        None => faults.push(FieldFault::at("/supersedes", "is not an update of this centre")),
        Some(facts) if facts.sector != draft.sector => {
            faults.push(FieldFault::at("/supersedes", "is an update of another sector"));
        }
        Some(facts) => standing(facts.standing)?,
    }
    Ok(())
}

fn withdraw(picture: &Picture, update: UpdateId, reason: String) -> Result<Event, Refusal> {
    let facts = picture.updates.get(&update).ok_or(Refusal::Unknown("update"))?;
    standing(facts.standing)?;
    Ok(Event::UpdateWithdrawn {
        update,
        centre: facts.centre.clone(),
        sector: facts.sector.clone(),
        mark: facts.mark.clone(),
        reason,
    })
}

fn standing(standing: UpdateStanding) -> Result<(), Refusal> {
    match standing {
        UpdateStanding::Published => Ok(()),
        UpdateStanding::Superseded => Err(Refusal::AlreadyGone("superseded")),
        UpdateStanding::Withdrawn => Err(Refusal::AlreadyGone("withdrawn")),
    }
}

fn raise_escalation(
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

fn step_escalation(
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

fn refuse(faults: Vec<FieldFault>) -> Result<(), Refusal> {
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Fields(faults)) }
}
