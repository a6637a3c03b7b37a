//! What follows for the frame of a crisis: opening it, its scope, its life, the IPCR mode.

use std::collections::BTreeSet;

use super::{Catalogue, Moment, refuse};
use crate::domain::centre::Sector;
use crate::domain::command::{OpenCrisis, Scope};
use crate::domain::crisis::{CENTRES_MAX, Crisis, IpcrRecord, SECTORS_MAX};
use crate::domain::event::Event;
use crate::domain::ids::{CentreId, SectorId};
use crate::domain::picture::Picture;
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::update::AS_OF_GRACE;
use crate::domain::vocabulary::{CrisisPhase, CrisisState};

pub(super) fn open_crisis(catalogue: &Catalogue, open: OpenCrisis, moment: &Moment) -> Result<Event, Refusal> {
    let mut faults = Vec::new();
    let sectors = match &open.sectors {
        None => catalogue.sectors.clone(),
        Some(chosen) => choose_sectors(chosen, &catalogue.sectors, &mut faults),
    };
    let centres = match &open.centres {
        None => catalogue.centres.iter().map(|centre| centre.id.clone()).collect(),
        Some(chosen) => choose_centres(chosen, |centre| catalogue.has_centre(centre), &mut faults),
    };
    check_scope(&sectors, &centres, &mut faults);
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

/// Sectors by their names, each once, out of those that are known.
fn choose_sectors<'a>(
    chosen: &[SectorId],
    known: impl IntoIterator<Item = &'a Sector> + Clone,
    faults: &mut Vec<FieldFault>,
) -> Vec<Sector> {
    let mut sectors: Vec<Sector> = Vec::new();
    for (i, id) in chosen.iter().enumerate() {
        match known.clone().into_iter().find(|sector| sector.id == *id) {
            Some(sector) if !sectors.contains(sector) => sectors.push(sector.clone()),
            Some(_) => faults.push(FieldFault::at(format!("/sectors/{i}"), "is named twice")),
            None => faults.push(FieldFault::at(format!("/sectors/{i}"), "is not a configured sector")),
        }
    }
    sectors
}

fn choose_centres(
    chosen: &[CentreId],
    known: impl Fn(&CentreId) -> bool,
    faults: &mut Vec<FieldFault>,
) -> BTreeSet<CentreId> {
    for (i, id) in chosen.iter().enumerate() {
        if !known(id) {
            faults.push(FieldFault::at(format!("/centres/{i}"), "is not a configured centre"));
        }
    }
    chosen.iter().cloned().collect()
}

fn check_scope(sectors: &[Sector], centres: &BTreeSet<CentreId>, faults: &mut Vec<FieldFault>) {
    if !(1..=SECTORS_MAX).contains(&sectors.len()) && faults.is_empty() {
        faults.push(FieldFault::at("/sectors", format!("must name 1 to {SECTORS_MAX} sectors")));
    }
    if !(1..=CENTRES_MAX).contains(&centres.len()) {
        faults.push(FieldFault::at("/centres", format!("must name 1 to {CENTRES_MAX} centres")));
    }
}

/// A scope that changes nothing is refused: every wall would be sent away for nothing.
pub(super) fn scope_crisis(picture: &Picture, catalogue: &Catalogue, scope: Scope) -> Result<Event, Refusal> {
    let crisis = &picture.crisis;
    let mut faults = Vec::new();
    let sectors = match &scope.sectors {
        None => crisis.sectors.clone(),
        // What the crisis uses keeps the name and cadence it was opened with.
        Some(chosen) => choose_sectors(chosen, crisis.sectors.iter().chain(&catalogue.sectors), &mut faults),
    };
    let centres = match &scope.centres {
        None => crisis.centres.clone(),
        Some(chosen) => {
            let known = |centre: &CentreId| catalogue.has_centre(centre) || crisis.centres.contains(centre);
            choose_centres(chosen, known, &mut faults)
        }
    };
    check_scope(&sectors, &centres, &mut faults);
    if faults.is_empty() && sectors == crisis.sectors && centres == crisis.centres {
        faults.push(FieldFault::at("", "must name other sectors or centres than the crisis has now"));
    }
    refuse(faults)?;
    Ok(Event::CrisisScoped { sectors, centres })
}

pub(super) fn record_ipcr(ipcr: IpcrRecord, moment: &Moment) -> Result<Event, Refusal> {
    if ipcr.since > moment.now + AS_OF_GRACE {
        return Err(Refusal::Fields(vec![FieldFault::at("/since", "must not lie in the future")]));
    }
    Ok(Event::IpcrRecorded { ipcr })
}
