//! What follows for queries: asking about an update that stands, answering and withdrawing once.

use super::Moment;
use crate::domain::event::Event;
use crate::domain::ids::{QueryId, UpdateId};
use crate::domain::picture::{Picture, UpdateStanding};
use crate::domain::query::Query;
use crate::domain::refusal::Refusal;

/// A superseded update may be asked about: whether another replaced it may be hidden from the asker.
pub(super) fn ask(picture: &Picture, update: UpdateId, question: String, moment: &Moment) -> Result<Event, Refusal> {
    let facts = picture.updates.get(&update).ok_or(Refusal::Unknown("update"))?;
    if facts.standing == UpdateStanding::Withdrawn {
        return Err(Refusal::AlreadyGone("withdrawn"));
    }
    if !picture.crisis.includes(&facts.centre, &facts.sector) {
        return Err(Refusal::Forbidden("this centre or sector is not part of the crisis any more"));
    }
    let query = Query {
        id: QueryId(moment.id),
        update,
        centre: facts.centre.clone(),
        sector: facts.sector.clone(),
        question,
        mark: facts.mark.clone(),
    };
    Ok(Event::QueryAsked { query: Box::new(query) })
}

pub(super) fn answer(picture: &Picture, id: QueryId, answer: String) -> Result<Event, Refusal> {
    let query = open_query(picture, id)?;
    Ok(Event::QueryAnswered { query: id, centre: query.centre.clone(), mark: query.mark.clone(), answer })
}

pub(super) fn withdraw(picture: &Picture, id: QueryId, reason: String) -> Result<Event, Refusal> {
    let query = open_query(picture, id)?;
    Ok(Event::QueryWithdrawn { query: id, centre: query.centre.clone(), mark: query.mark.clone(), reason })
}

fn open_query(picture: &Picture, id: QueryId) -> Result<&Query, Refusal> {
    let record = picture.queries.get(&id).ok_or(Refusal::Unknown("query"))?;
    record.standing.must_be_open()?;
    Ok(&record.query)
}

#[cfg(test)]
mod tests {
    use crate::domain::command::{Command, Scope};
    use crate::domain::event::Event;
    use crate::domain::given::{Drill, actor, centre, coordinator, officer, sector};
    use crate::domain::ids::{QueryId, UpdateId};
    use crate::domain::mark::Mark;
    use crate::domain::refusal::Refusal;
    use crate::domain::vocabulary::{QueryState, Role, Tlp};

    fn ask(update: UpdateId) -> Command {
        Command::AskQuery { update, question: "Counted how?".to_owned() }
    }

    fn answer(query: QueryId) -> Command {
        Command::AnswerQuery { query, answer: "By hand".to_owned() }
    }

    fn withdraw(query: QueryId) -> Command {
        Command::WithdrawQuery { query, reason: "Told by telephone".to_owned() }
    }

    #[test]
    fn a_query_carries_the_mark_of_its_update_and_is_answered_by_the_centre_that_posted_it() {
        let mut drill = Drill::open();
        let mark = Mark { tlp: Tlp::Amber, recipients: [centre("co")].into() };
        let update = drill.update("be", "cyber", mark.clone(), "Phishing");
        let asked = drill.given(&coordinator(), ask(update));
        let Event::QueryAsked { query } = &asked else { panic!("{asked:?}") };
        assert_eq!((&query.centre, &query.sector, &query.mark), (&centre("be"), &sector("cyber"), &mark));
        let audience = mark.audience(&centre("be"));
        assert_eq!(asked.audience(), audience);
        let answered = drill.given(&officer("be"), answer(query.id));
        assert_eq!(answered.audience(), audience, "who saw the question sees the answer");

        let shown = drill.then(&Drill::viewer("co", None)).queries;
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].state, QueryState::Answered);
        assert_eq!(shown[0].answer.as_ref().map(|answer| answer.text.as_str()), Some("By hand"));
        assert_eq!(drill.then(&Drill::viewer("nl", None)).queries, [], "the mark names others");
        assert_eq!(drill.then(&Drill::viewer("be", Some(Tlp::Green))).queries, [], "not on a wall below the mark");
    }

    #[test]
    fn only_a_coordinator_who_sees_another_centres_update_asks_about_it() {
        let mut drill = Drill::open();
        let green = drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
        let strict = Mark { tlp: Tlp::AmberStrict, recipients: [centre("nl")].into() };
        let hidden = drill.update("be", "cyber", strict, "Intrusion");
        let own = drill.update("co", "cyber", Mark::of(Tlp::Green), "Quiet");
        for role in [Role::Viewer, Role::DutyOfficer, Role::CentreLead, Role::Partner, Role::WallDevice, Role::Admin] {
            assert!(drill.when(&actor("nl", role), ask(green)).is_err(), "{role}");
        }
        assert_eq!(drill.when(&coordinator(), ask(hidden)), Err(Refusal::Unknown("update")));
        assert!(matches!(drill.when(&coordinator(), ask(own)), Err(Refusal::Forbidden(_))));
        let gone = UpdateId(uuid::Uuid::from_u128(77));
        assert_eq!(drill.when(&coordinator(), ask(gone)), Err(Refusal::Unknown("update")));
        assert!(drill.when(&coordinator(), ask(green)).is_ok());
    }

    #[test]
    fn the_asked_centre_answers_and_the_asking_body_withdraws() {
        let mut drill = Drill::open();
        let update = drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
        let query = drill.query(update);
        for other in [officer("nl"), coordinator(), actor("be", Role::Viewer), actor("be", Role::Partner)] {
            assert!(drill.when(&other, answer(query)).is_err(), "{other:?}");
        }
        for other in [officer("be"), actor("nl", Role::Coordinator), officer("co")] {
            assert!(matches!(drill.when(&other, withdraw(query)), Err(Refusal::Forbidden(_))), "{other:?}");
        }
        assert!(drill.when(&actor("be", Role::CentreLead), answer(query)).is_ok());
    }

    #[test]
    fn what_has_ended_is_neither_answered_nor_withdrawn_again() {
        let mut drill = Drill::open();
        let update = drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
        let (answered, withdrawn) = (drill.query(update), drill.query(update));
        drill.given(&officer("be"), answer(answered));
        drill.given(&coordinator(), withdraw(withdrawn));
        for (query, state) in [(answered, QueryState::Answered), (withdrawn, QueryState::Withdrawn)] {
            assert_eq!(drill.when(&officer("be"), answer(query)), Err(Refusal::QueryIs(state)));
            assert_eq!(drill.when(&coordinator(), withdraw(query)), Err(Refusal::QueryIs(state)));
        }
    }

    #[test]
    fn a_withdrawn_update_is_not_asked_about_a_superseded_one_is() {
        let mut drill = Drill::open();
        let first = drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
        let Command::PostUpdate(mut next) = drill.post("be", "cyber", Mark::of(Tlp::Green), "Phishing, more") else {
            panic!("a post")
        };
        next.supersedes = Some(first);
        let Event::UpdatePosted { update } = drill.given(&officer("be"), Command::PostUpdate(next)) else {
            panic!("it was posted")
        };
        drill.query(first);
        drill.given(&officer("be"), Command::WithdrawUpdate { update: update.id, reason: "Wrong".to_owned() });
        assert_eq!(drill.when(&coordinator(), ask(update.id)), Err(Refusal::AlreadyGone("withdrawn")));
    }

    #[test]
    fn what_is_out_of_scope_is_neither_asked_nor_answered() {
        let mut drill = Drill::open();
        let update = drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
        let query = drill.query(update);
        let scope = Scope { sectors: Some(vec![sector("displacement")]), centres: None };
        drill.given(&coordinator(), Command::ScopeCrisis(scope));
        assert!(matches!(drill.when(&coordinator(), ask(update)), Err(Refusal::Forbidden(_))));
        assert_eq!(drill.when(&officer("be"), answer(query)), Err(Refusal::Unknown("query")));
        assert_eq!(drill.when(&coordinator(), withdraw(query)), Err(Refusal::Unknown("query")));
    }
}
