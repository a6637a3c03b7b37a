//! The composition root: settings in, a running server out. The only place that names implementations.
//!
//! Order of start: journal, pictures, desk, relay, timers and the way out, then the listener: who can connect finds a
//! picture. Order of stop: readiness red, sockets told to resume elsewhere, listener closed, inbox
//! drained, timers, relay and keepers ended.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::{ServerHandle, Service, ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, header};
use actix_web::middleware::{Compress, DefaultHeaders};
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App as ActixApp, HttpServer};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::accounts::Accounts;
use crate::accounts::memory::MemoryAccounts;
use crate::accounts::pairing::Pairings;
use crate::accounts::sqlite::SqliteAccounts;
use crate::cache::PictureCache;
use crate::cache::codec::FORMAT;
use crate::cache::memory::MemoryCache;
use crate::cache::redis::RedisCache;
use crate::clock::Clock;
use crate::desk::{Desk, DeskParts};
use crate::destinations::Destinations;
use crate::destinations::memory::MemoryDestinations;
use crate::destinations::sqlite::SqliteDestinations;
use crate::doorbell::Doorbell;
use crate::doorbell::local::LocalBell;
use crate::doorbell::redis::RedisBell;
use crate::health::Health;
use crate::http::{self, App};
use crate::journal::Journal;
use crate::journal::memory::MemoryJournal;
use crate::journal::snapshots::Snapshots;
use crate::journal::snapshots::memory::MemorySnapshots;
use crate::journal::snapshots::sqlite::SqliteSnapshots;
use crate::journal::sqlite::SqliteJournal;
use crate::live::hub::{Hub, Retention};
use crate::outward::{Outward, OutwardError, OutwardParts};
use crate::pairing::Pairing;
use crate::past::Past;
use crate::past::keeper::SnapshotKeeper;
use crate::position::PositionSeal;
use crate::reader::Reader;
use crate::relay::{Relay, RelayParts};
use crate::settings::Settings;
use crate::sign_in::SignIn;
use crate::timers::{Timers, TimersParts};

/// Connections that wait to be accepted: a whole network of walls may come back at once.
const BACKLOG: u32 = 8_192;
/// Connections one worker holds at the most.
const CONNECTIONS_PER_WORKER_MAX: usize = 50_000;

/// How long connections may take to end once nothing is being answered any more.
const LAST_BYTES_SECONDS: u64 = 1;

/// Why a server did not start or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("the journal cannot be opened")]
    Journal(#[from] crate::journal::JournalError),
    #[error(transparent)]
    Accounts(#[from] crate::accounts::AccountsError),
    #[error(transparent)]
    Outward(#[from] OutwardError),
    #[error("{0} is not a journal address; use sqlite:PATH")]
    JournalUrl(String),
    #[error("cannot listen on {0}")]
    Listen(String, #[source] std::io::Error),
    #[error("the server ended: {0}")]
    Ended(String),
}

/// What keeps entries with their snapshots, accounts, walls that wait to become one, and where notices go.
pub struct Stores {
    pub journal: Arc<dyn Journal>,
    pub accounts: Arc<dyn Accounts>,
    pub pairings: Arc<dyn Pairings>,
    pub snapshots: Arc<dyn Snapshots>,
    pub destinations: Arc<dyn Destinations>,
}

/// A server that has been built and listens, but is not yet being run.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Who may sign in.
    pub sign_in: Arc<SignIn>,
    handle: ServerHandle,
    serving: Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>>,
    desk: JoinHandle<()>,
    relay: JoinHandle<()>,
    keeper: JoinHandle<()>,
    snapshots: JoinHandle<()>,
    timers: JoinHandle<()>,
    outward: JoinHandle<()>,
    health: Health,
    stop: watch::Sender<bool>,
    shutdown: std::time::Duration,
}

/// Opens the stores that a journal address names.
pub fn open_stores(url: &str) -> Result<Stores, ServerError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => {
            let path = std::path::Path::new(path);
            let journal = Arc::new(SqliteJournal::open(path)?);
            let accounts = Arc::new(SqliteAccounts::open(path)?);
            let snapshots = Arc::new(SqliteSnapshots::open(path)?);
            let destinations = Arc::new(SqliteDestinations::open(path)?);
            Ok(Stores { journal, pairings: accounts.clone(), accounts, snapshots, destinations })
        }
        Some(("memory", "")) => {
            let accounts = Arc::new(MemoryAccounts::default());
            Ok(Stores {
                journal: Arc::new(MemoryJournal::default()),
                pairings: accounts.clone(),
                accounts,
                snapshots: Arc::new(MemorySnapshots::default()),
                destinations: Arc::new(MemoryDestinations::default()),
            })
        }
        _ => Err(ServerError::JournalUrl(crate::settings::without_password(url))),
    }
}

impl Server {
    /// Builds everything and binds the address; nothing is served before [`Server::run`].
    pub async fn build(settings: Settings, clock: Clock) -> Result<Self, ServerError> {
        let settings = Arc::new(settings);
        let stores = open_stores(&settings.journal_url)?;
        let health = Health::default();
        let seal = PositionSeal::new(stores.journal.position_key().await?);
        let catalogue = Arc::new(settings.catalogue.clone());
        let centres = Arc::new(catalogue.centres.clone());
        let retention = Retention { frames: settings.live.frames_kept, bytes: settings.live.frames_kept_bytes };
        let hub = Arc::new(Hub::new(centres, seal, retention, health.clone()));
        let (cache, bell) = ports(&settings);
        let (relay, keeper) = Relay::new(RelayParts {
            journal: Arc::clone(&stores.journal),
            cache,
            bell: Arc::clone(&bell),
            hub: Arc::clone(&hub),
            clock: clock.clone(),
            health: health.clone(),
        });
        relay.open_all().await?;
        let (desk, desk_task) = Desk::new(DeskParts {
            journal: Arc::clone(&stores.journal),
            hub: Arc::clone(&hub),
            bell,
            catalogue: Arc::clone(&catalogue),
            clock: clock.clone(),
            health: health.clone(),
            inbox_max: settings.limits.inbox,
            batch_max: settings.limits.batch,
        });
        let past = Arc::new(Past::new(Arc::clone(&stores.journal), stores.snapshots, health.clone()));
        let snapshots = SnapshotKeeper::new(Arc::clone(&past));
        let (stop, stopping) = watch::channel(false);
        let sign_in = Arc::new(SignIn::new(Arc::clone(&stores.accounts), clock.clone()));
        let shutdown = settings.server.shutdown;
        let timers = Timers::new(TimersParts {
            desk: desk.clone(),
            hub: Arc::clone(&hub),
            catalogue: Arc::clone(&catalogue),
            clock: clock.clone(),
        });
        let outward = Outward::new(OutwardParts {
            destinations: Arc::clone(&stores.destinations),
            journal: Arc::clone(&stores.journal),
            accounts: Arc::clone(&stores.accounts),
            past: Arc::clone(&past),
            hub: Arc::clone(&hub),
            clock: clock.clone(),
            health: health.clone(),
            settings: settings.outward.clone(),
        })?;
        let app = Data::new(App {
            desk,
            hub: Arc::clone(&hub),
            reader: Reader::new(stores.journal, hub, health.clone()),
            past,
            destinations: stores.destinations,
            sign_in: Arc::clone(&sign_in),
            pairing: Pairing::new(stores.pairings, clock.clone(), settings.accounts.device),
            catalogue,
            settings: Arc::clone(&settings),
            clock,
            health: health.clone(),
            stopping: stopping.clone(),
        });
        let (address, serving) = listen(&settings, app)?;
        let handle = serving.handle();
        Ok(Self {
            address,
            sign_in,
            handle,
            serving: Box::pin(serving),
            desk: tokio::spawn(desk_task.run()),
            relay: tokio::spawn(relay.run()),
            keeper: tokio::spawn(keeper.run()),
            snapshots: tokio::spawn(snapshots.run()),
            timers: tokio::spawn(timers.run()),
            outward: tokio::spawn(outward.run(stopping)),
            health,
            stop,
            shutdown,
        })
    }

    /// Serves until `until` resolves or a part of the server dies; then stops in order.
    pub async fn run(self, until: impl Future<Output = ()>) -> Result<(), ServerError> {
        let Self {
            handle,
            serving,
            mut desk,
            mut relay,
            mut keeper,
            mut snapshots,
            mut timers,
            mut outward,
            health,
            stop,
            shutdown,
            ..
        } = self;
        // A task of its own: the listener does what its handle says only while it is being run.
        let mut serving = tokio::spawn(serving);
        let outcome = tokio::select! {
            ended = &mut serving => Err(ServerError::Ended(format!("the listener: {ended:?}"))),
            ended = &mut desk => Err(ServerError::Ended(format!("the desk: {ended:?}"))),
            ended = &mut relay => Err(ServerError::Ended(format!("the relay: {ended:?}"))),
            ended = &mut keeper => Err(ServerError::Ended(format!("the cache keeper: {ended:?}"))),
            ended = &mut snapshots => Err(ServerError::Ended(format!("the snapshot keeper: {ended:?}"))),
            ended = &mut timers => Err(ServerError::Ended(format!("the timers: {ended:?}"))),
            ended = &mut outward => Err(ServerError::Ended(format!("the way out: {ended:?}"))),
            () = until => Ok(()),
        };
        health.stopping();
        tracing::info!("stopping: walls are told to resume");
        stop.send_replace(true);
        handle.pause().await;
        if tokio::time::timeout(shutdown, health.quiet()).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        // What is left are answers on their last bytes, and connections on which nothing is asked.
        handle.stop(true).await;
        // With the listener and the timers every way to the desk is gone: its task ends when the inbox is empty.
        serving.abort();
        timers.abort();
        if !desk.is_finished() {
            let _ = tokio::time::timeout(shutdown, desk).await;
        }
        if !outward.is_finished() {
            let _ = tokio::time::timeout(shutdown, outward).await;
        }
        relay.abort();
        keeper.abort();
        snapshots.abort();
        outcome
    }
}

fn ports(settings: &Settings) -> (Arc<dyn PictureCache>, Arc<dyn Doorbell>) {
    match &settings.redis.url {
        Some(url) => (
            Arc::new(RedisCache::connect(url, &settings.redis.prefix, settings.redis.timeout, FORMAT)),
            Arc::new(RedisBell::connect(url, &settings.redis.prefix, settings.redis.timeout)),
        ),
        None => (Arc::new(MemoryCache::default()), Arc::new(LocalBell::default())),
    }
}

fn listen(settings: &Settings, app: Data<App>) -> Result<(SocketAddr, actix_web::dev::Server), ServerError> {
    let body_bytes = settings.limits.body_bytes;
    let factory = move || {
        ActixApp::new()
            .app_data(app.clone())
            .app_data(PayloadConfig::new(body_bytes))
            .wrap_fn(answer)
            .wrap(
                DefaultHeaders::new()
                    .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
                    .add((header::REFERRER_POLICY, "no-referrer"))
                    .add((header::CACHE_CONTROL, "no-store"))
                    .add(("Cross-Origin-Opener-Policy", "same-origin"))
                    .add(("Cross-Origin-Resource-Policy", "same-origin")),
            )
            .wrap(Compress::default())
            .configure(http::configure)
    };
    let listen = &settings.server.listen;
    let failed = |error| ServerError::Listen(listen.clone(), error);
    let mut server = HttpServer::new(factory)
        .disable_signals()
        .tcp_nodelay(true)
        .backlog(BACKLOG)
        .max_connections(CONNECTIONS_PER_WORKER_MAX)
        .shutdown_timeout(LAST_BYTES_SECONDS);
    if settings.server.workers > 0 {
        server = server.workers(settings.server.workers);
    }
    let server = server.bind(listen).map_err(failed)?;
    let address = server.addrs().first().copied();
    let address = address.ok_or_else(|| failed(std::io::Error::other("no address was bound")))?;
    Ok((address, server.run()))
}

/// Serves one request, counted while it lasts and noted without its content.
fn answer<S, B>(
    request: ServiceRequest,
    service: &S,
) -> impl Future<Output = Result<ServiceResponse<B>, actix_web::Error>> + use<S, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error>,
{
    let began = std::time::Instant::now();
    let health = request.app_data::<Data<App>>().expect("the app is registered").health.clone();
    health.counts().requests.inc();
    let answering = service.call(request);
    async move {
        let answer = answering.await;
        health.counts().requests.dec();
        let mut answer = answer?;
        if health.is_stopping() {
            answer.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        }
        let path = answer.request().match_pattern();
        tracing::debug!(
            http.method = %answer.request().method(),
            http.route = path.as_deref().unwrap_or("page"),
            http.status = answer.status().as_u16(),
            took_ms = began.elapsed().as_millis(),
            "answered"
        );
        Ok(answer)
    }
}
