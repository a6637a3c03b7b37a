//! What follows for situation updates: posting with every check, and withdrawing.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Catalogue, Moment, refuse};
use crate::domain::command::PostUpdate;
use crate::domain::event::Event;
use crate::domain::ids::UpdateId;
use crate::domain::indicator::{READINGS_MAX, Value};
use crate::domain::mark::Mark;
use crate::domain::picture::{Picture, UpdateStanding};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::update::{AREAS_MAX, AS_OF_GRACE, SituationUpdate, VALIDITY_MAX, area_fault, lang_fault};
use crate::domain::vocabulary::Severity;

pub(super) fn post(
    picture: &Picture,
    catalogue: &Catalogue,
    draft: PostUpdate,
    moment: &Moment,
) -> Result<Event, Refusal> {
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
    let term = sector.map_or(SignedDuration::ZERO, |sector| catalogue.cadence.term(sector, crisis.mode()));
    let valid_until = check_times(&draft, term, moment, &mut faults);
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

/// Checks the times of a draft and gives until when it holds: its own, or the term of its sector in the mode in force.
fn check_times(draft: &PostUpdate, term: SignedDuration, moment: &Moment, faults: &mut Vec<FieldFault>) -> Timestamp {
    if draft.as_of > moment.now + AS_OF_GRACE {
        faults.push(FieldFault::at("/as_of", "must not lie in the future (60 s of grace)"));
    }
    let Some(until) = draft.valid_until else {
        return draft.as_of.saturating_add(term).unwrap_or(Timestamp::MAX);
    };
    if until <= draft.as_of {
        faults.push(FieldFault::at("/valid_until", "must lie after as_of"));
    } else if until.duration_since(draft.as_of) > VALIDITY_MAX {
        faults.push(FieldFault::at("/valid_until", "must lie within 31 days of as_of"));
    }
    until
}

pub(super) fn check_mark(mark: &Mark, catalogue: &Catalogue, faults: &mut Vec<FieldFault>) {
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

pub(super) fn withdraw(picture: &Picture, update: UpdateId, reason: String) -> Result<Event, Refusal> {
    let facts = picture.updates.get(&update).ok_or(Refusal::Unknown("update"))?;
    // One that was replaced by another for fewer eyes still stands for the rest: it is theirs to be told.
    let shelf = picture.cells.get(&(facts.centre.clone(), facts.sector.clone()));
    if !shelf.is_some_and(|shelf| shelf.stands_for_some(update, &picture.crisis.centres)) {
        standing(facts.standing)?;
    }
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

#[cfg(test)]
mod tests {
    use crate::domain::command::Command;
    use crate::domain::event::Event;
    use crate::domain::given::{Drill, centre, officer};
    use crate::domain::ids::UpdateId;
    use crate::domain::mark::Mark;
    use crate::domain::refusal::Refusal;
    use crate::domain::vocabulary::Tlp;

    fn replaced_by(drill: &mut Drill, mark: Mark) -> UpdateId {
        let first = drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
        let Command::PostUpdate(mut next) = drill.post("be", "cyber", mark, "Intrusion") else { panic!("a post") };
        next.supersedes = Some(first);
        let Event::UpdatePosted { .. } = drill.given(&officer("be"), Command::PostUpdate(next)) else {
            panic!("it was posted")
        };
        first
    }

    #[test]
    fn what_was_replaced_for_fewer_still_stands_for_the_others_and_can_be_withdrawn_from_them() {
        let mut drill = Drill::open();
        let strict = Mark { tlp: Tlp::AmberStrict, recipients: [centre("co")].into() };
        let first = replaced_by(&mut drill, strict);
        let shown = |drill: &Drill| drill.then(&Drill::viewer("nl", None)).cells.len();
        assert_eq!(shown(&drill), 1, "who may not see the second is still told the first");
        let withdraw = || Command::WithdrawUpdate { update: first, reason: "Wrong".to_owned() };
        drill.given(&officer("be"), withdraw());
        assert_eq!(shown(&drill), 0);
        assert_eq!(drill.when(&officer("be"), withdraw()), Err(Refusal::AlreadyGone("withdrawn")));
    }

    #[test]
    fn what_was_replaced_for_all_is_gone_and_cannot_be_withdrawn() {
        let mut drill = Drill::open();
        let first = replaced_by(&mut drill, Mark::of(Tlp::Green));
        let withdraw = Command::WithdrawUpdate { update: first, reason: "Wrong".to_owned() };
        assert_eq!(drill.when(&officer("be"), withdraw), Err(Refusal::AlreadyGone("superseded")));
    }
}
