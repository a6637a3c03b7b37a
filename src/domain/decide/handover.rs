//! What follows for handovers: offering one's shift, and signing that another's was taken over.

use super::{Moment, refuse};
use crate::domain::actor::Actor;
use crate::domain::command::OfferHandover;
use crate::domain::event::Event;
use crate::domain::handover::Handover;
use crate::domain::ids::HandoverId;
use crate::domain::picture::Picture;
use crate::domain::refusal::{FieldFault, Refusal};

pub(super) fn offer(picture: &Picture, actor: &Actor, draft: OfferHandover, moment: &Moment) -> Result<Event, Refusal> {
    if !picture.crisis.centres.contains(&actor.centre) {
        return Err(Refusal::Forbidden("your centre is not part of this crisis"));
    }
    let fault = draft.shift.fault(moment.now);
    refuse(fault.map(|(field, detail)| FieldFault::at(format!("/shift/{field}"), detail)).into_iter().collect())?;
    let OfferHandover { shift, notes, watch_items, staffing, questions } = draft;
    let id = HandoverId(moment.id);
    let handover = Handover { id, centre: actor.centre.clone(), shift, notes, watch_items, staffing, questions };
    Ok(Event::HandoverOffered { handover: Box::new(handover) })
}

pub(super) fn sign(picture: &Picture, id: HandoverId, note: Option<String>) -> Result<Event, Refusal> {
    let facts = picture.handovers.get(&id).ok_or(Refusal::Unknown("handover"))?;
    if !picture.crisis.centres.contains(&facts.centre) {
        return Err(Refusal::Forbidden("your centre is not part of this crisis"));
    }
    if facts.signed {
        return Err(Refusal::HandoverIsSigned);
    }
    Ok(Event::HandoverSigned { handover: id, centre: facts.centre.clone(), shift: facts.shift, note })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use uuid::Uuid;

    use super::*;
    use crate::domain::command::Command;
    use crate::domain::given::{Drill, actor, centre, coordinator, officer};
    use crate::domain::handover::Shift;
    use crate::domain::ids::AccountId;
    use crate::domain::vocabulary::{Role, Tlp};

    /// A shift of eight hours that ends in half an hour.
    fn shift(drill: &Drill) -> Shift {
        let to = drill.now + SignedDuration::from_mins(30);
        Shift { from: to - SignedDuration::from_hours(8), to }
    }

    fn offer(shift: Shift) -> Command {
        let notes = "Quiet, but for the river".to_owned();
        Command::OfferHandover(Box::new(OfferHandover {
            shift,
            notes,
            watch_items: vec!["The Meuse at Liège".to_owned()],
            staffing: None,
            questions: None,
        }))
    }

    fn offered(drill: &mut Drill, by: &Actor) -> HandoverId {
        let shift = shift(drill);
        let Event::HandoverOffered { handover } = drill.given(by, offer(shift)) else { panic!("it was offered") };
        handover.id
    }

    fn sign(handover: HandoverId) -> Command {
        Command::SignHandover { handover, note: Some("Read".to_owned()) }
    }

    /// Another account than everybody else's here.
    fn relief(at: &str, role: Role) -> Actor {
        Actor { account: AccountId(Uuid::from_u128(9)), ..actor(at, role) }
    }

    #[test]
    fn one_offers_and_another_of_the_same_centre_signs() {
        let mut drill = Drill::open();
        let id = offered(&mut drill, &officer("be"));
        assert_eq!(
            drill.when(&officer("be"), sign(id)),
            Err(Refusal::Forbidden("who hands over does not sign for it"))
        );
        for (other, expected) in [
            (relief("nl", Role::DutyOfficer), Refusal::Unknown("handover")),
            (relief("co", Role::Coordinator), Refusal::Unknown("handover")),
            (relief("be", Role::Partner), Refusal::Unknown("handover")),
            (relief("be", Role::WallDevice), Refusal::Unknown("handover")),
        ] {
            assert_eq!(drill.when(&other, sign(id)), Err(expected), "{other:?}");
        }
        assert!(matches!(drill.when(&relief("be", Role::Viewer), sign(id)), Err(Refusal::Forbidden(_))));
        drill.given(&relief("be", Role::CentreLead), sign(id));
        assert_eq!(drill.when(&relief("be", Role::DutyOfficer), sign(id)), Err(Refusal::HandoverIsSigned));
        let nowhere = HandoverId(Uuid::from_u128(77));
        assert_eq!(drill.when(&officer("be"), sign(nowhere)), Err(Refusal::Unknown("handover")));
    }

    #[test]
    fn that_it_was_signed_is_shown_of_a_centre_and_what_it_says_is_not() {
        let mut drill = Drill::open();
        let handed = |drill: &Drill, viewer| {
            let shown = drill.then(&viewer).centres.into_iter().find(|view| view.centre.id == centre("be"));
            shown.map(|view| (view.last_handover, view.next_handover)).expect("it is shown")
        };
        let everyone = [
            Drill::viewer("be", None),
            Drill::viewer("nl", None),
            Drill::viewer("co", None),
            Drill::viewer("nl", Some(Tlp::Green)),
        ];
        let before = drill.then(&everyone[1]);
        let shift = shift(&drill);
        let id = offered(&mut drill, &officer("be"));
        assert_eq!(drill.then(&everyone[1]), before, "an offer is the centre's own");
        assert_eq!(handed(&drill, everyone[0].clone()), (None, None), "and nothing is handed over yet");
        drill.given(&relief("be", Role::DutyOfficer), sign(id));
        for viewer in everyone {
            let expected = (Some(drill.now), Some(shift.next().to));
            assert_eq!(handed(&drill, viewer.clone()), expected, "{viewer:?}");
        }
        assert_eq!(handed(&drill, Drill::viewer("nl", Some(Tlp::Clear))), (None, None), "that is not CLEAR");
        let told = serde_json::to_string(&drill.then(&Drill::viewer("nl", None))).expect("a view is JSON");
        assert!(!told.contains("river") && !told.contains("Read"), "{told}");
    }

    #[test]
    fn an_older_shift_that_is_signed_for_afterwards_takes_no_later_one_back() {
        let mut drill = Drill::open();
        let late = shift(&drill);
        let early = Shift { from: late.from - SignedDuration::from_hours(8), to: late.from };
        let [older, newer] = [early, late].map(|shift| match drill.given(&officer("be"), offer(shift)) {
            Event::HandoverOffered { handover } => handover.id,
            other => panic!("{other:?}"),
        });
        drill.given(&relief("be", Role::DutyOfficer), sign(newer));
        let before = drill.then(&Drill::viewer("nl", None)).centres;
        drill.given(&relief("be", Role::DutyOfficer), sign(older));
        assert_eq!(drill.then(&Drill::viewer("nl", None)).centres, before);
    }

    #[test]
    fn a_shift_that_has_not_begun_is_not_handed_over() {
        let mut drill = Drill::open();
        let later = drill.now + SignedDuration::from_hours(1);
        let refused =
            drill.when(&coordinator(), offer(Shift { from: later, to: later + SignedDuration::from_hours(8) }));
        let Err(Refusal::Fields(faults)) = refused else { panic!("{refused:?}") };
        assert_eq!(faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(), ["/shift/from"]);
        let outside = shift(&drill);
        assert!(matches!(drill.when(&officer("fr"), offer(outside)), Err(Refusal::Forbidden(_))));
    }
}
