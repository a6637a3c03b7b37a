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
