//! What follows for the watch log: an entry of one's own centre, which may put another right.

use super::escalation::check_refs;
use super::update::check_mark;
use super::{Catalogue, Moment, refuse};
use crate::domain::actor::Actor;
use crate::domain::command::WriteLog;
use crate::domain::event::Event;
use crate::domain::ids::LogEntryId;
use crate::domain::log::{Corrected, LogEntry};
use crate::domain::picture::Picture;
use crate::domain::refusal::{FieldFault, Refusal};
use crate::domain::update::AS_OF_GRACE;

pub(super) fn write(
    picture: &Picture,
    catalogue: &Catalogue,
    actor: &Actor,
    draft: WriteLog,
    moment: &Moment,
) -> Result<Event, Refusal> {
    if !picture.crisis.centres.contains(&actor.centre) {
        return Err(Refusal::Forbidden("your centre is not part of this crisis"));
    }
    let mut faults = Vec::new();
    if draft.event_time > moment.now + AS_OF_GRACE {
        faults.push(FieldFault::at("/event_time", "must not lie in the future (60 s of grace)"));
    }
    check_mark(&draft.mark, catalogue, &mut faults);
    check_refs(picture, actor, &draft.mark, &draft.refs, &mut faults);
    let mut key_event = draft.key_event;
    if let Some(Corrected { found, .. }) = &draft.corrects {
        match found.as_ref().filter(|found| found.centre == actor.centre) {
            None => faults.push(FieldFault::at("/corrects", "is not an entry of your centre's log")),
            // To more eyes it would tell of what they may not know, to fewer it would leave the wrong one standing.
            Some(found) if found.mark != draft.mark => {
                faults.push(FieldFault::at("/tlp", "must be the mark of the entry that it corrects"));
            }
            // Whoever read the wrong one must read this one.
            Some(found) => key_event |= found.key_event,
        }
    }
    refuse(faults)?;
    let WriteLog { kind, text, event_time, refs, mark, corrects, .. } = draft;
    let entry = LogEntry {
        id: LogEntryId(moment.id),
        centre: actor.centre.clone(),
        kind,
        text,
        event_time,
        key_event,
        refs,
        mark,
        corrects: corrects.map(|corrected| corrected.id),
    };
    Ok(Event::LogEntered { entry: Box::new(entry) })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::domain::command::Command;
    use crate::domain::given::{Drill, actor, centre, coordinator, officer};
    use crate::domain::log::Found;
    use crate::domain::mark::{Audience, Mark};
    use crate::domain::vocabulary::{LogKind, Role, Tlp};

    fn draft(drill: &Drill, mark: Mark) -> WriteLog {
        WriteLog {
            kind: LogKind::Decision,
            text: "The sports hall opens".to_owned(),
            event_time: drill.now,
            key_event: false,
            refs: Vec::new(),
            mark,
            corrects: None,
        }
    }

    fn write(draft: WriteLog) -> Command {
        Command::WriteLog(Box::new(draft))
    }

    fn pointers(refusal: Result<Event, Refusal>) -> Vec<String> {
        let Err(Refusal::Fields(faults)) = refusal else { panic!("{refusal:?}") };
        faults.into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn officers_write_for_their_own_centre_and_nobody_else_writes() {
        let mut drill = Drill::open();
        for role in [Role::DutyOfficer, Role::CentreLead, Role::Coordinator] {
            let entry = draft(&drill, Mark::of(Tlp::Green));
            let Event::LogEntered { entry } = drill.given(&actor("be", role), write(entry)) else {
                panic!("an entry was written")
            };
            assert_eq!(entry.centre, centre("be"), "{role}");
        }
        for role in [Role::Viewer, Role::Partner, Role::WallDevice, Role::Auditor, Role::Admin, Role::System] {
            let entry = draft(&drill, Mark::of(Tlp::Green));
            assert!(matches!(drill.when(&actor("be", role), write(entry)), Err(Refusal::Forbidden(_))), "{role}");
        }
        let entry = draft(&drill, Mark::of(Tlp::Green));
        let outside = drill.when(&officer("fr"), write(entry));
        assert!(matches!(outside, Err(Refusal::Forbidden(_))), "not part of the crisis: {outside:?}");
    }

    #[test]
    fn an_entry_leaves_no_trace_in_the_picture_but_a_key_event_that_all_may_know_is_told() {
        let mut drill = Drill::open();
        let viewer = Drill::viewer("nl", None);
        let before = drill.then(&viewer);
        for (key_event, mark) in [
            (false, Mark::of(Tlp::Clear)),
            (true, Mark::of(Tlp::Amber)),
            (true, Mark { tlp: Tlp::AmberStrict, recipients: [centre("nl")].into() }),
        ] {
            let entry = WriteLog { key_event, ..draft(&drill, mark) };
            drill.given(&officer("be"), write(entry));
            assert!(drill.touched.is_empty(), "{:?}", drill.touched);
            assert_eq!(drill.then(&viewer), before);
        }
        let entry = WriteLog { key_event: true, ..draft(&drill, Mark::of(Tlp::Green)) };
        drill.given(&officer("be"), write(entry));
        assert_eq!(drill.then(&viewer).feed.len(), before.feed.len() + 1);
        assert_eq!(drill.then(&Drill::viewer("nl", Some(Tlp::Clear))).feed.len(), before.feed.len(), "not on CLEAR");
    }

    #[test]
    fn what_will_happen_is_no_entry_and_a_mark_needs_what_it_needs() {
        let mut drill = Drill::open();
        let late = drill.now + SignedDuration::from_secs(62);
        let entry = WriteLog { event_time: late, ..draft(&drill, Mark::of(Tlp::Red)) };
        assert_eq!(pointers(drill.when(&officer("be"), write(entry))), ["/event_time", "/recipients"]);
        let entry = draft(&drill, Mark { tlp: Tlp::Amber, recipients: [centre("zz")].into() });
        assert_eq!(pointers(drill.when(&officer("be"), write(entry))), ["/recipients/0"]);
    }

    #[test]
    fn what_it_refers_to_is_there_and_is_not_told_to_more() {
        let mut drill = Drill::open();
        let hidden = Mark { tlp: Tlp::AmberStrict, recipients: [centre("co")].into() };
        let update = drill.update("be", "cyber", hidden.clone(), "Intrusion").0;
        let entry = |drill: &Drill, mark| WriteLog { refs: vec![update], ..draft(drill, mark) };
        let wide = entry(&drill, Mark::of(Tlp::Green));
        assert_eq!(pointers(drill.when(&officer("be"), write(wide))), ["/tlp"]);
        let blind = entry(&drill, Mark::of(Tlp::Green));
        assert_eq!(pointers(drill.when(&officer("nl"), write(blind))), ["/refs/0"]);
        let fits = entry(&drill, hidden);
        assert!(drill.when(&officer("be"), write(fits)).is_ok());
    }

    #[test]
    fn a_correction_is_of_an_own_entry_and_for_the_same_eyes() {
        let mut drill = Drill::open();
        let id = LogEntryId(uuid::Uuid::from_u128(7));
        let correction = |drill: &Drill, of: Option<(&str, Tlp)>| WriteLog {
            corrects: Some(Corrected {
                id,
                found: of.map(|(name, tlp)| Found { centre: centre(name), mark: Mark::of(tlp), key_event: true }),
            }),
            ..draft(drill, Mark::of(Tlp::Green))
        };
        for (of, wrong) in
            [(None, "/corrects"), (Some(("nl", Tlp::Green)), "/corrects"), (Some(("be", Tlp::Amber)), "/tlp")]
        {
            let entry = correction(&drill, of);
            assert_eq!(pointers(drill.when(&officer("be"), write(entry))), [wrong], "{of:?}");
        }
        let entry = correction(&drill, Some(("be", Tlp::Green)));
        let Event::LogEntered { entry } = drill.given(&officer("be"), write(entry)) else { panic!("it was written") };
        assert_eq!((entry.corrects, entry.audience()), (Some(id), Audience::Community));
        assert!(entry.key_event, "what puts a key event right is one");
        drill.given(&coordinator(), Command::CloseCrisis { reason: "Over".to_owned() });
        let entry = draft(&drill, Mark::of(Tlp::Green));
        assert!(matches!(drill.when(&officer("be"), write(entry)), Err(Refusal::CrisisIs(_))));
    }
}
