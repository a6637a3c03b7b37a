//! Looking back, through the marks and the scope of then: a picture, its key moments, what changed since.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::App;
use super::extract::{self, Signed};
use super::form::parse_time;
use super::problem::{Kind, Problem};
use super::reads::{caught_up, limit_within, tagged, unavailable};
use crate::domain::access;
use crate::domain::ids::{CrisisId, Epoch, HandoverId, Position, Seq};
use crate::domain::mark::Viewer;
use crate::domain::picture::Picture;
use crate::domain::refusal::FieldFault;
use crate::domain::view::Visible;
use crate::domain::view::difference::{Difference, Look, Then, difference};
use crate::domain::view::timeline::{self, Span};
use crate::live::protocol::EncodedPicture;
use crate::past::PastError;

/// Key moments unless asked otherwise, and at the most.
const MOMENTS: usize = 200;
const MOMENTS_MAX: usize = 500;
/// The times of entries have no finer parts.
const TICK: SignedDuration = SignedDuration::from_millis(1);

type Answer = Result<HttpResponse, Problem>;

/// A crisis as it stands, for whoever looks back from here.
pub(super) struct Now {
    pub(super) crisis: CrisisId,
    pub(super) epoch: Epoch,
    pub(super) picture: Picture,
    pub(super) time: Timestamp,
}

/// A point of the past.
pub(super) struct Moment {
    /// Of the newest entry that had happened; zero before the crisis began.
    pub(super) seq: Seq,
    /// The time that was asked for, if one was.
    pub(super) time: Option<Timestamp>,
}

/// `GET …/picture?at=`: what this viewer's wall showed then.
pub(super) async fn picture(app: &App, signed: &Signed, crisis: &CrisisId, at: &str, request: &HttpRequest) -> Answer {
    access::reads_the_past(signed.account.role)?;
    let now = now(app, crisis).await?;
    let moment = moment(app, &now, "/at", at).await?;
    if moment.seq == Seq::ZERO {
        let began = now.picture.crisis.opened_at;
        return Err(Problem::fields(vec![FieldFault::at("/at", format!("lies before the crisis began ({began})"))]));
    }
    let viewer = signed.viewer();
    let then = then(app, &now, moment.seq).await?;
    let (position, recorded_at, encoded) = app.hub.show(now.epoch, &then, &viewer, |eye| {
        ((eye.seal)(eye.position()), eye.recorded_at(), EncodedPicture::new(&eye.whole()))
    });
    let at = moment.time.or(recorded_at).unwrap_or(now.time);
    Ok(tagged(request, &viewer, &format!("{position}-replay"), || encoded.replay(now.time, at)))
}

#[derive(Deserialize)]
pub struct TimelineQuery {
    from: Option<String>,
    to: Option<String>,
    before: Option<String>,
    limit: Option<String>,
}

/// Where the slider of a replay can jump to, and how much was said when.
pub async fn timeline(app: Data<App>, signed: Signed, path: Path<String>, query: Query<TimelineQuery>) -> Answer {
    access::reads_the_past(signed.account.role)?;
    let crisis = extract::crisis(&path)?;
    let now = now(&app, &crisis).await?;
    let span = span(&app, &now, &query)?;
    let (first, last) = span.whole();
    let before_first = first.checked_sub(TICK).unwrap_or(first);
    let after = app.past.at(&crisis, before_first).await.map_err(unavailable)?;
    let upto = app.past.at(&crisis, last).await.map_err(unavailable)?;
    let (after, upto) = (after.min(now.picture.seq), upto.min(now.picture.seq));
    let stretches = app.past.stretches(&crisis, (now.epoch, &now.picture), after, upto).await?;
    let told = app.hub.show(now.epoch, &now.picture, &signed.viewer(), |eye| {
        timeline::timeline(stretches.iter(), eye.viewer, eye.seal, span)
    });
    Ok(HttpResponse::Ok().json(told))
}

fn span(app: &App, now: &Now, query: &TimelineQuery) -> Result<Span, Problem> {
    let mut faults = Vec::new();
    let mut time = |field: &str, asked: &Option<String>, otherwise| match asked.as_deref().map(parse_time) {
        None => otherwise,
        Some(Ok(time)) => time,
        Some(Err(fault)) => {
            faults.push(FieldFault::at(field, fault));
            otherwise
        }
    };
    let from = time("/from", &query.from, now.picture.crisis.opened_at).max(now.picture.crisis.opened_at);
    let to = time("/to", &query.to, now.time).min(now.time);
    if faults.is_empty() && to < from {
        faults.push(FieldFault::at("/to", "must not lie before from, nor before the crisis began"));
    }
    let before = match query.before.as_deref().map(|word| app.reader.unseal(&now.crisis, word)) {
        None => Seq::END,
        Some(Some(seq)) => seq,
        Some(None) => {
            faults.push(FieldFault::at("/before", "is not a position of this crisis"));
            Seq::END
        }
    };
    let limit = limit_within(query.limit.as_deref(), MOMENTS, MOMENTS_MAX, &mut faults);
    if faults.is_empty() { Ok(Span { from, to, before, limit }) } else { Err(Problem::fields(faults)) }
}

#[derive(Deserialize)]
pub struct ChangesQuery {
    since: Option<String>,
}

/// What is otherwise than it was, from this viewer's picture then to its picture now.
pub async fn changes(app: Data<App>, signed: Signed, path: Path<String>, query: Query<ChangesQuery>) -> Answer {
    access::reads_the_past(signed.account.role)?;
    let crisis = extract::crisis(&path)?;
    let now = now(&app, &crisis).await?;
    let asked = query.since.as_deref().unwrap_or_default();
    let moment = match handed_over(&app, &signed, &crisis, asked).await? {
        Some(moment) => moment,
        None => moment(&app, &now, "/since", asked).await?,
    };
    let changed = since(&app, &signed.viewer(), &now, &now.picture, &moment).await?;
    Ok(HttpResponse::Ok().json(changed))
}

/// What is otherwise in a picture, looked at for a time, than it was for this viewer.
pub(super) async fn since(
    app: &App,
    viewer: &Viewer,
    now: &Now,
    picture: &Picture,
    moment: &Moment,
) -> Result<Visible<Difference>, Problem> {
    let look = |picture: &Picture| {
        app.hub.show(now.epoch, picture, viewer, |eye| (eye.whole(), eye.recorded_at().unwrap_or(now.time)))
    };
    // Before the crisis began there was nothing, so that everything is new to a shift that began earlier.
    let before = match moment.seq {
        Seq::ZERO => None,
        seq => Some(look(&then(app, now, seq).await?)),
    };
    let then = Then {
        position: before.as_ref().map_or_else(
            || app.hub.seal(Position { epoch: now.epoch, seq: Seq::ZERO }),
            |(picture, _)| picture.get().position.clone(),
        ),
        at: moment.time.or(before.as_ref().map(|(_, at)| *at)).unwrap_or(now.picture.crisis.opened_at),
        picture: before.as_ref().map(|(picture, _)| picture),
    };
    let (picture, missed) =
        app.hub.show(now.epoch, picture, viewer, |eye| (eye.whole(), eye.missed(then.at, now.time)));
    Ok(difference(then, Look { picture: &picture, at: now.time, missed }))
}

pub(super) async fn now(app: &App, crisis: &CrisisId) -> Result<Now, Problem> {
    caught_up(app, Some(crisis)).await;
    let here = app.hub.picture(crisis).ok_or_else(|| Problem::not_found("crisis"))?;
    Ok(Now { crisis: crisis.clone(), epoch: here.0, picture: here.1, time: app.clock.now() })
}

/// When a handover of the asker's centre was offered, if that is what is named.
async fn handed_over(app: &App, signed: &Signed, crisis: &CrisisId, asked: &str) -> Result<Option<Moment>, Problem> {
    let Some(id) = HandoverId::parse(asked) else { return Ok(None) };
    let handover = app.reader.handover(crisis, &signed.viewer(), signed.account.id, id).await.map_err(unavailable)?;
    Ok(handover.map(|(seq, view)| Moment { seq, time: Some(view.get().offered_at) }))
}

/// The point of the past that a position or a time names. A time to come is now.
async fn moment(app: &App, now: &Now, field: &str, asked: &str) -> Result<Moment, Problem> {
    if let Some(seq) = app.reader.unseal(&now.crisis, asked).filter(|seq| *seq <= now.picture.seq) {
        return Ok(Moment { seq, time: None });
    }
    let Ok(time) = parse_time(asked) else {
        let detail = match field {
            "/since" => {
                "must be a position of this crisis, a handover of your centre, or an RFC 3339 time such as \
                 2022-03-29T14:30:00Z"
            }
            _ => "must be a position of this crisis, or an RFC 3339 time such as 2022-03-29T14:30:00Z",
        };
        return Err(Problem::fields(vec![FieldFault::at(field, detail)]));
    };
    let time = time.min(now.time);
    let seq = app.past.at(&now.crisis, time).await.map_err(unavailable)?;
    Ok(Moment { seq: seq.min(now.picture.seq), time: Some(time) })
}

pub(super) async fn then(app: &App, now: &Now, seq: Seq) -> Result<Picture, Problem> {
    if seq == now.picture.seq {
        return Ok(now.picture.clone());
    }
    Ok(app.past.picture(&now.crisis, Position { epoch: now.epoch, seq }).await?)
}

impl From<PastError> for Problem {
    fn from(error: PastError) -> Self {
        match error {
            PastError::Busy => Self::new(Kind::Busy, error.to_string()),
            PastError::Journal(error) => unavailable(error),
        }
    }
}
