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

#[cfg(test)]
mod tests {
    use crate::domain::command::{Command, Scope};
    use crate::domain::crisis::{IPCR_HISTORY_MAX, IpcrRecord};
    use crate::domain::event::Event;
    use crate::domain::given::{Drill, actor, centre, coordinator, officer, sector};
    use crate::domain::mark::Mark;
    use crate::domain::refusal::{FieldFault, Refusal};
    use crate::domain::vocabulary::{CrisisState, IpcrMode, Role, Tlp};

    fn close() -> Command {
        Command::CloseCrisis { reason: "It is over".to_owned() }
    }

    fn reopen() -> Command {
        Command::ReopenCrisis { reason: "It is not".to_owned() }
    }

    fn scope(sectors: Option<&[&str]>, centres: Option<&[&str]>) -> Command {
        Command::ScopeCrisis(Scope {
            sectors: sectors.map(|names| names.iter().map(|name| sector(name)).collect()),
            centres: centres.map(|names| names.iter().map(|name| centre(name)).collect()),
        })
    }

    fn ipcr(decided_by: &str) -> IpcrRecord {
        IpcrRecord {
            mode: IpcrMode::Monitoring,
            since: jiff::Timestamp::UNIX_EPOCH,
            decided_by: decided_by.to_owned(),
            source_url: None,
        }
    }

    #[test]
    fn a_closed_crisis_refuses_everything_but_being_reopened() {
        let mut drill = Drill::open();
        let update = drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
        let query = drill.query(update);
        assert_eq!(drill.when(&coordinator(), reopen()), Err(Refusal::CrisisIs(CrisisState::Open)));
        drill.given(&coordinator(), close());
        let frame = drill.then(&Drill::viewer("be", None)).crisis;
        assert_eq!(frame.state, CrisisState::Closed);
        let closed = frame.closed.expect("it says why");
        assert_eq!((closed.reason.as_str(), closed.by.centre), ("It is over", centre("co")));

        let post = drill.post("be", "cyber", Mark::of(Tlp::Green), "More");
        let refused: Vec<(_, Command)> = vec![
            (officer("be"), post),
            (officer("be"), Command::WithdrawUpdate { update, reason: "Wrong".to_owned() }),
            (officer("be"), Command::AnswerQuery { query, answer: "Yes".to_owned() }),
            (coordinator(), Command::WithdrawQuery { query, reason: "No".to_owned() }),
            (coordinator(), Command::AskQuery { update, question: "How?".to_owned() }),
            (coordinator(), Command::RecordIpcr(ipcr("Presidency"))),
            (coordinator(), scope(Some(&["cyber"]), None)),
            (coordinator(), close()),
        ];
        for (actor, command) in refused {
            let said = format!("{command:?}");
            assert_eq!(drill.when(&actor, command), Err(Refusal::CrisisIs(CrisisState::Closed)), "{said}");
        }
        drill.given(&coordinator(), reopen());
        let frame = drill.then(&Drill::viewer("be", None)).crisis;
        assert_eq!((frame.state, frame.closed), (CrisisState::Open, None));
        drill.update("be", "cyber", Mark::of(Tlp::Green), "More");
    }

    #[test]
    fn only_a_coordinator_closes_reopens_and_scopes() {
        let mut drill = Drill::open();
        for role in Role::ALL.iter().filter(|role| **role != Role::Coordinator) {
            for command in [close(), reopen(), scope(Some(&["cyber"]), None)] {
                assert!(matches!(drill.when(&actor("be", *role), command), Err(Refusal::Forbidden(_))), "{role}");
            }
        }
        assert!(drill.when(&actor("be", Role::Coordinator), scope(Some(&["cyber"]), None)).is_ok());
    }

    #[test]
    fn a_scope_names_whole_lists_and_what_it_does_not_name_stays() {
        let mut drill = Drill::open();
        let event = drill.given(&coordinator(), scope(None, Some(&["be", "fr"])));
        let Event::CrisisScoped { sectors, centres } = event else { panic!("it was scoped") };
        assert_eq!(sectors, drill.picture.crisis.sectors);
        assert_eq!(centres, [centre("be"), centre("fr")].into());
        let event = drill.given(&coordinator(), scope(Some(&["fire", "cyber"]), None));
        let Event::CrisisScoped { sectors, .. } = event else { panic!("it was scoped") };
        let names: Vec<&str> = sectors.iter().map(|sector| sector.id.as_str()).collect();
        assert_eq!(names, ["fire", "cyber"], "in the order that was chosen");
    }

    #[test]
    fn a_scope_that_does_not_hold_names_every_fault() {
        let mut drill = Drill::open();
        let mut faults = |sectors: Option<&[&str]>, centres: Option<&[&str]>| match drill
            .when(&coordinator(), scope(sectors, centres))
        {
            Err(Refusal::Fields(faults)) => faults.into_iter().map(|FieldFault { pointer, .. }| pointer).collect(),
            other => vec![format!("{other:?}")],
        };
        assert_eq!(
            faults(Some(&["cyber", "cyber", "xx"]), Some(&["be", "xx"])),
            ["/sectors/1", "/sectors/2", "/centres/1"]
        );
        assert_eq!(faults(Some(&[]), Some(&[])), ["/sectors", "/centres"]);
        assert_eq!(faults(None, None), [""], "nothing is said");
        assert_eq!(faults(Some(&["displacement", "cyber"]), None), [""], "nothing would change");
    }

    #[test]
    fn the_ipcr_mode_keeps_its_last_records_newest_first() {
        let mut drill = Drill::open();
        for number in 0..IPCR_HISTORY_MAX + 3 {
            drill.given(&coordinator(), Command::RecordIpcr(ipcr(&number.to_string())));
        }
        let frame = drill.then(&Drill::viewer("be", None)).crisis;
        let said: Vec<&str> = frame.ipcr_history.iter().map(|record| record.ipcr.decided_by.as_str()).collect();
        assert_eq!(said.len(), IPCR_HISTORY_MAX);
        assert_eq!((said[0], said[IPCR_HISTORY_MAX - 1]), ("22", "3"));
        assert_eq!(frame.ipcr.as_ref(), Some(&frame.ipcr_history[0].ipcr));
        assert_eq!(frame.ipcr_history[0].by.centre, centre("co"));
    }
}
