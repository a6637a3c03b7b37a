//! A server in a simulation: the real desk, relay, hub, cache keeper and timers over ports that can be bent.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use vigie::clock::Clock;
use vigie::desk::{Desk, DeskParts};
use vigie::domain::decide::Catalogue;
use vigie::domain::mark::Viewer;
use vigie::doorbell::Doorbell;
use vigie::health::Health;
use vigie::journal::Journal;
use vigie::live::hub::{Hub, Retention};
use vigie::position::PositionSeal;
use vigie::relay::{Relay, RelayParts};
use vigie::timers::{Timers, TimersParts};

use super::faults::{DeskFaults, RelayFaults};
use super::ports::{BentJournal, SimBell, SimCache};
use super::recorder::Recorder;

/// Small, so that they overflow: what a wall may be behind, what waits, what is decided together.
const RETENTION: Retention = Retention { frames: 3, bytes: 200_000 };
const INBOX_MAX: usize = 8;
const BATCH_MAX: usize = 5;

/// What is wrong with the program itself in a test of the checker. As it stands, nothing is.
pub trait Mutant {
    fn desk(&self, journal: Arc<dyn Journal>) -> Arc<dyn Journal> {
        journal
    }

    fn relay(&self, journal: Arc<dyn Journal>) -> Arc<dyn Journal> {
        journal
    }

    fn bell(&self, bell: Arc<dyn Doorbell>) -> Arc<dyn Doorbell> {
        bell
    }

    fn eyes(&self, viewer: Viewer) -> Viewer {
        viewer
    }
}

/// The program as it is.
pub struct Sound;

impl Mutant for Sound {}

/// What all servers of a simulation share.
pub struct Shared {
    pub journal: Arc<dyn Journal>,
    pub cache: Arc<SimCache>,
    pub bell: Arc<dyn Doorbell>,
    pub bell_lost: Arc<AtomicBool>,
    pub catalogue: Arc<Catalogue>,
    pub recorder: Recorder,
}

/// One server.
pub struct Server {
    pub hub: Arc<Hub>,
    pub desk: Desk,
    pub faults: Arc<DeskFaults>,
    relay: Arc<RelayFaults>,
    tasks: Vec<(&'static str, JoinHandle<()>)>,
}

impl Server {
    pub async fn start(shared: &Shared, clock: Clock, mutant: &dyn Mutant) -> Self {
        let Shared { journal, cache, bell, bell_lost, catalogue, .. } = shared;
        let health = Health::default();
        let faults = Arc::new(DeskFaults::default());
        let relay_faults = Arc::new(RelayFaults { desk: Arc::clone(&faults), stalled: watch::Sender::new(false) });
        let bend = Arc::clone(&faults);
        let for_desk: Arc<dyn Journal> = Arc::new(BentJournal { journal: mutant.desk(Arc::clone(journal)), bend });
        let bend = Arc::clone(&relay_faults);
        let for_relay: Arc<dyn Journal> = Arc::new(BentJournal { journal: mutant.relay(Arc::clone(journal)), bend });
        let bell = SimBell { lost: Arc::clone(bell_lost), bell: mutant.bell(Arc::clone(bell)) };
        let bell: Arc<dyn Doorbell> = Arc::new(bell);
        let seal = PositionSeal::new(journal.position_key().await.expect("memory answers"));
        let centres = Arc::new(catalogue.centres.clone());
        let hub = Arc::new(Hub::new(centres, seal, RETENTION, health.clone()));
        let (relay, keeper) = Relay::new(RelayParts {
            journal: for_relay,
            cache: Arc::clone(cache) as _,
            bell: Arc::clone(&bell),
            hub: Arc::clone(&hub),
            clock: clock.clone(),
            health: health.clone(),
        });
        relay.open_all().await.expect("memory answers");
        let (desk, desk_task) = Desk::new(DeskParts {
            journal: for_desk,
            hub: Arc::clone(&hub),
            bell,
            catalogue: Arc::clone(catalogue),
            clock: clock.clone(),
            health,
            inbox_max: INBOX_MAX,
            batch_max: BATCH_MAX,
        });
        let (desk_, hub_, catalogue) = (desk.clone(), Arc::clone(&hub), Arc::clone(catalogue));
        let timers = Timers::new(TimersParts { desk: desk_, hub: hub_, catalogue, clock });
        let tasks = vec![
            ("desk", tokio::spawn(desk_task.run())),
            ("relay", tokio::spawn(relay.run())),
            ("cache keeper", tokio::spawn(keeper.run())),
            ("timers", tokio::spawn(timers.run())),
        ];
        Self { hub, desk, faults, relay: relay_faults, tasks }
    }

    /// What its relay reads arrives or does not.
    pub fn stall(&self, stalled: bool) {
        self.relay.stalled.send_replace(stalled);
    }

    /// Everything about it works again.
    pub fn mend(&self) {
        self.faults.mend();
        self.stall(false);
    }

    /// Ends it as a kill does.
    pub async fn dies(self) {
        for (_, task) in self.tasks {
            task.abort();
            let _ = task.await;
        }
    }

    /// A part that ended by itself, which no part does.
    pub fn ended(&self) -> Option<&'static str> {
        self.tasks.iter().find(|(_, task)| task.is_finished()).map(|(part, _)| *part)
    }
}
