//! Where the notices of a centre go, as those who keep that see it: made, paused, resumed, removed; dead letters.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use serde_json::json;

use super::App;
use super::devices;
use super::extract::{Body, Signed};
use super::problem::{Kind, Problem};
use super::reads::unavailable;
use super::wire::destinations::{self as wire, DeadLetterView, DestinationView};
use super::wire::keeping;
use crate::destinations::{Counts, Destination, Mark};
use crate::domain::access;
use crate::domain::ids::DestinationId;
use crate::domain::vocabulary::Channel;
use crate::outward::webhook;

type Answer = Result<HttpResponse, Problem>;

pub async fn list(app: Data<App>, signed: Signed) -> Answer {
    access::keeps_destinations(signed.account.role)?;
    let listed = app.destinations.list(devices::reach(&signed)).await?;
    let counts = app.destinations.counts().await?;
    let view = |there: &Destination| DestinationView::of(there, counts.get(&there.id).copied().unwrap_or_default());
    let destinations: Vec<DestinationView> = listed.iter().map(view).collect();
    Ok(HttpResponse::Ok().json(json!({ "destinations": destinations })))
}

/// Makes a destination; of a webhook the secret is shown, the only time.
pub async fn create(app: Data<App>, signed: Signed, body: Body) -> Answer {
    access::keeps_destinations(signed.account.role)?;
    let outward = &app.settings.outward;
    let form = wire::create(&body.0, &outward.reach, outward.smtp.is_some())?;
    let mut faults = Vec::new();
    let centre = form.centre.as_ref().unwrap_or(&signed.account.centre);
    let centre = devices::kept_centre(&app, &signed, Some(centre), &mut faults)?;
    let Some(centre) = centre.filter(|_| faults.is_empty()) else { return Err(Problem::fields(faults)) };
    let secret = match form.channel {
        Channel::Webhook => {
            let drawn = webhook::fresh_secret();
            Some(drawn.map_err(|_| Problem::new(Kind::Unavailable, "no secret can be drawn now"))?)
        }
        Channel::Mail => None,
    };
    let now = app.clock.now();
    let destination = Destination {
        id: DestinationId(app.clock.fresh_id()),
        centre,
        channel: form.channel,
        address: form.address,
        kinds: form.kinds,
        secret: secret.clone(),
        made_at: now,
        since: now,
        paused_at: None,
    };
    if !app.destinations.add(destination.clone(), marks(&app).await?).await? {
        return Err(Problem::new(Kind::Conflict, "this centre has as many destinations as it may; remove one"));
    }
    tracing::info!(account.id = %signed.account.id, destination.id = %destination.id, "notices go to a new place");
    let view = DestinationView::of(&destination, Counts::default());
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({ "destination": view, "secret": secret.map(|secret| secret.0) })))
}

pub async fn pause(app: Data<App>, signed: Signed, path: Path<String>, body: Body) -> Answer {
    let destination = asked(&app, &signed, &path, &body).await?;
    app.destinations.pause(destination.id, app.clock.now()).await?;
    show(&app, destination.id).await
}

/// Goes on with what happens from now on: what happened while it was paused is in the journal, and not sent.
pub async fn resume(app: Data<App>, signed: Signed, path: Path<String>, body: Body) -> Answer {
    let destination = asked(&app, &signed, &path, &body).await?;
    app.destinations.resume(destination.id, app.clock.now(), marks(&app).await?).await?;
    show(&app, destination.id).await
}

pub async fn remove(app: Data<App>, signed: Signed, path: Path<String>, body: Body) -> Answer {
    let destination = asked(&app, &signed, &path, &body).await?;
    app.destinations.remove(destination.id).await?;
    tracing::info!(account.id = %signed.account.id, destination.id = %destination.id, "notices no longer go there");
    let view = DestinationView::of(&destination, Counts::default());
    Ok(HttpResponse::Ok().json(json!({ "destination": view })))
}

pub async fn dead(app: Data<App>, signed: Signed, path: Path<String>) -> Answer {
    access::keeps_destinations(signed.account.role)?;
    let destination = kept(&app, &signed, &path).await?;
    let dead = app.destinations.dead(destination.id).await?;
    let dead: Vec<DeadLetterView> = dead.into_iter().map(DeadLetterView::from).collect();
    Ok(HttpResponse::Ok().json(json!({ "dead": dead })))
}

pub async fn retry(app: Data<App>, signed: Signed, path: Path<(String, String)>, body: Body) -> Answer {
    let (id, delivery) = path.into_inner();
    let destination = asked(&app, &signed, &id, &body).await?;
    if !app.destinations.retry(destination.id, delivery, app.clock.now()).await? {
        return Err(Problem::not_found("dead letter"));
    }
    show(&app, destination.id).await
}

/// The destination of a path about which nothing is said, if this account may do something about it.
async fn asked(app: &App, signed: &Signed, id: &str, body: &Body) -> Result<Destination, Problem> {
    access::keeps_destinations(signed.account.role)?;
    keeping::nothing(&body.0)?;
    kept(app, signed, id).await
}

/// The destination of a path, if it is this account's to keep. Others' do not exist here.
async fn kept(app: &App, signed: &Signed, id: &str) -> Result<Destination, Problem> {
    let unknown = || Problem::not_found("destination");
    let id = DestinationId::parse(id).ok_or_else(unknown)?;
    let found = app.destinations.by_id(id).await?;
    found.filter(|there| devices::reach(signed).is_none_or(|centre| there.centre == centre)).ok_or_else(unknown)
}

async fn show(app: &App, id: DestinationId) -> Answer {
    let destination = app.destinations.by_id(id).await?.ok_or_else(|| Problem::not_found("destination"))?;
    let counts = app.destinations.counts().await?.get(&id).copied().unwrap_or_default();
    Ok(HttpResponse::Ok().json(json!({ "destination": DestinationView::of(&destination, counts) })))
}

/// Where every journal stands now: nothing before that is sent to whoever begins here.
async fn marks(app: &App) -> Result<Vec<Mark>, Problem> {
    let heads = app.reader.heads().await.map_err(unavailable)?;
    Ok(heads.into_iter().map(|head| (head.crisis, head.seq)).collect())
}
