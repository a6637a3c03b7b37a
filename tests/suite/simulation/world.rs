//! Two servers on one journal, with everybody who asks and looks; one operation after the other happens to them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use vigie::cache::memory::MemoryCache;
use vigie::cache::{Field, PictureCache};
use vigie::clock::Clock;
use vigie::desk::SubmitError;
use vigie::domain::command::Command;
use vigie::domain::event::Entry;
use vigie::domain::ids::{CrisisId, Epoch, Position, Seq};
use vigie::domain::picture::Picture;
use vigie::domain::vocabulary::Tlp;
use vigie::doorbell::local::LocalBell;
use vigie::journal::memory::MemoryJournal;
use vigie::journal::{Journal, READ_ENTRIES_MAX, RequestKey};
use vigie::position::PositionSeal;
use vigie::settings::Layers;

use super::faults::Next;
use super::operations::{Ask, Op};
use super::people::{self, CRISES, Person};
use super::recorder::Recorder;
use super::screens::{self, Screen};
use super::server::{Mutant, Server, Shared};
use super::time::{pass, settle};
use crate::checker::history::{Answer, Record};

const SERVERS: usize = 2;
/// How long a reader waits for what its server acknowledged, as the edge does.
const CATCH_UP: Duration = Duration::from_secs(2);
/// A wait longer than this is one step: nobody looks in between.
const LONG: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_millis(250);
/// Where the picture of another journal stands: an epoch is drawn from 63 bits, and 1 is not drawn.
const FOREIGN: Position = Position { epoch: Epoch(1), seq: Seq(999) };

/// Something that was asked, to be asked again.
#[derive(Clone)]
struct Sent {
    by: Person,
    crisis: CrisisId,
    command: Command,
    key: Option<String>,
    words: Option<String>,
}

/// A crisis as the journal has it, whoever knows of it.
pub struct Known {
    pub id: CrisisId,
    pub epoch: Epoch,
    pub picture: Picture,
}

pub struct World<'a> {
    pub shared: Shared,
    mutant: &'a dyn Mutant,
    base: Timestamp,
    /// What the clock of each server is, and how wrong.
    clocks: Vec<(Clock, SignedDuration)>,
    /// What the cache held when everything was last looked at.
    cached: Arc<MemoryCache>,
    pub servers: Vec<Server>,
    pub known: Vec<Known>,
    pub screens: Vec<Screen>,
    seal: PositionSeal,
    sent: Vec<Sent>,
    /// What is under way, and at which server.
    under_way: Vec<(usize, JoinHandle<()>)>,
}

impl<'a> World<'a> {
    /// Two servers, and both crises opened.
    pub async fn open(mutant: &'a dyn Mutant) -> Self {
        let base: Timestamp = "2026-01-05T06:00:00Z".parse().expect("a time");
        let journal = Arc::new(MemoryJournal::default());
        let seal = PositionSeal::new(journal.position_key().await.expect("memory answers"));
        let shared = Shared {
            journal,
            cache: Arc::default(),
            bell: Arc::new(LocalBell::default()),
            bell_lost: Arc::default(),
            catalogue: Arc::new(Layers::defaults().finish().expect("the defaults hold").catalogue),
            recorder: Recorder::at(base),
        };
        let clocks: Vec<_> = (0..SERVERS).map(|_| (Clock::held_at(base), SignedDuration::ZERO)).collect();
        let mut servers = Vec::new();
        for (clock, _) in &clocks {
            servers.push(Server::start(&shared, clock.clone(), mutant).await);
        }
        let cached = Arc::default();
        let (known, sent, under_way) = (Vec::new(), Vec::new(), Vec::new());
        let screens = screens::all();
        let mut world = Self { shared, mutant, base, clocks, cached, servers, known, screens, seal, sent, under_way };
        for at in 0..CRISES.len() {
            let (by, command) = people::open(at);
            let words = Some(format!("Drill {at}"));
            let key = Some(format!("open-{at}"));
            world.send(0, Sent { by, crisis: people::crisis(at), command, key, words });
            settle().await;
        }
        world.go_on().await;
        world
    }

    /// One thing happens, and whoever can goes on from there.
    pub async fn happens(&mut self, op: Op) {
        self.tick();
        let server = |at: u8| usize::from(at) % SERVERS;
        let mut hurry = false;
        match op {
            Op::Asks { who, at, crisis, key, hurry: soon, ask } => {
                self.asks(who, server(at), usize::from(crisis) % CRISES.len(), key, ask);
                hurry = soon;
            }
            Op::Again { which, at, hurry: soon } => {
                if let Some(sent) = self.one_sent(which) {
                    self.submit(server(at), &sent);
                }
                hurry = soon;
            }
            Op::Reuse { which, at } => self.reuse(which, server(at)),
            Op::Look { who, at, crisis } => {
                self.looks(&people::person(usize::from(who)), server(at), usize::from(crisis) % CRISES.len());
            }
            Op::Move { screen, to, fresh } => {
                let screen = usize::from(screen) % self.screens.len();
                self.screens[screen].moves(&self.shared.recorder, server(to), fresh);
            }
            Op::Sleep { screen } | Op::Wake { screen } => {
                let screen = usize::from(screen) % self.screens.len();
                self.screens[screen].asleep = matches!(op, Op::Sleep { .. });
            }
            Op::Wait { ms } => self.wait(Duration::from_millis(u64::from(ms))).await,
            Op::Crash { at } => self.crash(server(at)).await,
            Op::CrashAfterAppend { at } => self.servers[server(at)].faults.next(Next::Dies),
            Op::AnswerLost { at } => self.servers[server(at)].faults.next(Next::AnswerLost),
            Op::AppendFails { at } => self.servers[server(at)].faults.next(Next::Fails),
            Op::AppendSlow { at, ms } => {
                self.servers[server(at)].faults.next(Next::Slow(Duration::from_millis(u64::from(ms))));
            }
            Op::JournalDown { at } => self.servers[server(at)].faults.down.store(true, Ordering::Relaxed),
            Op::JournalUp { at } => self.servers[server(at)].faults.down.store(false, Ordering::Relaxed),
            Op::RelayStalls { at } => self.servers[server(at)].stall(true),
            Op::RelayGoesOn { at } => self.servers[server(at)].stall(false),
            Op::BellLost => self.shared.bell_lost.store(true, Ordering::Relaxed),
            Op::BellBack => self.shared.bell_lost.store(false, Ordering::Relaxed),
            Op::CacheDown => self.shared.cache.down.store(true, Ordering::Relaxed),
            Op::CacheUp => self.mend_cache(),
            Op::CacheEmptied => self.shared.cache.put_back(Arc::default()),
            Op::CacheAnswersLost => self.shared.cache.answers_lost.store(true, Ordering::Relaxed),
            Op::CacheGoesBack => {
                self.shared.cache.put_back(Arc::clone(&self.cached));
                self.cached = self.shared.cache.copy(&self.crises()).await;
            }
            Op::ClockSteps { at, minutes } => {
                self.clocks[server(at)].1 = SignedDuration::from_mins(i64::from(minutes));
            }
            Op::CacheForeign => self.put_into_cache(|_| FOREIGN).await,
            Op::CacheDamaged => self.put_into_cache(|at| at).await,
            Op::Check => self.mend().await,
        }
        if !hurry {
            settle().await;
        }
        self.go_on().await;
    }

    /// Every clock goes on with the time that has passed.
    fn tick(&self) {
        self.shared.recorder.tick(self.base);
        for (clock, wrong) in &self.clocks {
            clock.hold(self.shared.recorder.now() + *wrong);
        }
    }

    /// Servers that were to die have died, the journal is read, and walls take what is on their lines.
    async fn go_on(&mut self) {
        for at in 0..SERVERS {
            if self.servers[at].faults.dying.load(Ordering::Relaxed) {
                self.crash(at).await;
            }
        }
        self.under_way.retain(|(_, call)| !call.is_finished());
        self.catch_up().await;
        for screen in &mut self.screens {
            let hub = &self.servers[screen.server].hub;
            screen.takes(hub, &self.shared.recorder, |viewer| self.mutant.eyes(viewer));
        }
    }

    /// Reads what the journal has beyond what is known of it.
    async fn catch_up(&mut self) {
        let journal = Arc::clone(&self.shared.journal);
        for head in journal.crises().await.expect("memory answers") {
            let at = self.known.iter().position(|known| known.id == head.crisis);
            let after = at.map_or(Seq::ZERO, |at| self.known[at].picture.seq);
            let entries = journal.read(&head.crisis, after, READ_ENTRIES_MAX).await.expect("memory answers");
            let mut entries = entries.into_iter();
            let at = at.unwrap_or_else(|| {
                let first = entries.next().expect("a crisis has an entry");
                let picture = Picture::open(&first).expect("the first entry opens a crisis");
                self.known.push(Known { id: head.crisis.clone(), epoch: head.epoch, picture });
                self.known.len() - 1
            });
            for entry in entries {
                self.known[at].picture.evolve(&entry);
            }
        }
    }

    fn asks(&mut self, who: u8, at: usize, crisis: usize, key: bool, ask: Ask) {
        let number = self.sent.len();
        let words = format!("words {number}");
        let crisis = people::crisis(crisis);
        let Some(known) = self.known.iter().find(|known| known.id == crisis) else { return };
        let now = self.shared.recorder.now();
        let Some((by, command, says)) = people::put(&known.picture, now, who, ask, &words) else { return };
        // What has no words of its own is known by its key.
        let (key, words) = ((key || !says).then(|| format!("key-{number}")), says.then_some(words));
        self.send(at, Sent { by, crisis, command, key, words });
    }

    fn send(&mut self, at: usize, sent: Sent) {
        self.submit(at, &sent);
        self.sent.push(sent);
    }

    /// Something that was sent under a key: what has none is never sent twice.
    fn one_sent(&self, which: u16) -> Option<Sent> {
        let keyed: Vec<&Sent> = self.sent.iter().filter(|sent| sent.key.is_some()).collect();
        let back = usize::from(which) % keyed.len().clamp(1, 12);
        keyed.into_iter().rev().nth(back).cloned()
    }

    /// The key of something that was sent, under which something else is asked.
    fn reuse(&mut self, which: u16, at: usize) {
        let Some(sent) = self.one_sent(which) else { return };
        let words = format!("words {} reused", self.sent.len());
        let command = Command::CloseCrisis { reason: words.clone() };
        self.submit(at, &Sent { command, words: Some(words), ..sent });
    }

    fn submit(&mut self, at: usize, sent: &Sent) {
        let recorder = self.shared.recorder.clone();
        let Sent { by, crisis, command, key, words } = sent.clone();
        let call = recorder.number();
        recorder.note(Record::Asked {
            call,
            client: by.name.to_owned(),
            account: by.actor.account.to_string(),
            server: Some(at.to_string()),
            crisis: crisis.to_string(),
            key: key.clone(),
            words: words.clone(),
        });
        let (desk, seal) = (self.servers[at].desk.clone(), self.seal.clone());
        let digest = format!("{command:?}");
        let request = key.map(|key| RequestKey { account: by.actor.account, key, digest });
        let asking = async move {
            let outcome = desk.submit(crisis, by.actor, command, request).await;
            let answer = match outcome {
                Ok(done) => Answer::Done {
                    position: seal.seal(done.position),
                    subject: done.subject.map(|subject| subject.to_string()),
                    repeated: done.repeated,
                },
                Err(SubmitError::Unavailable) => Answer::Unknown { why: SubmitError::Unavailable.to_string() },
                Err(refused) => Answer::Refused { why: refused.to_string() },
            };
            recorder.note(Record::Answered { call, answer });
        };
        self.under_way.push((at, tokio::spawn(asking)));
    }

    /// Somebody reads the picture as the edge lets it be read.
    fn looks(&mut self, by: &Person, at: usize, crisis: usize) {
        let (recorder, crisis) = (self.shared.recorder.clone(), people::crisis(crisis));
        let (desk, hub, look) = (self.servers[at].desk.clone(), Arc::clone(&self.servers[at].hub), recorder.number());
        let viewer = by.actor.viewer();
        recorder.note(Record::Looked {
            look,
            client: by.name.to_owned(),
            server: Some(at.to_string()),
            eyes: screens::eyes(by.actor.centre.as_str(), by.actor.role, Tlp::Clear),
            crisis: crisis.to_string(),
        });
        let looking = async move {
            for (committed, seq) in desk.committed().into_iter().filter(|(committed, _)| *committed == crisis) {
                let _ = timeout(CATCH_UP, hub.reached(&committed, seq)).await;
            }
            let Some((_, picture)) = hub.whole(&crisis, &viewer) else { return };
            let picture: Value = serde_json::from_str(&picture.document(recorder.now())).expect("a picture is JSON");
            recorder.note(Record::Shown { look, picture });
        };
        self.under_way.push((at, tokio::spawn(looking)));
    }

    /// A server dies with all that it was doing, and starts anew.
    async fn crash(&mut self, at: usize) {
        let (dead, alive) = std::mem::take(&mut self.under_way).into_iter().partition(|(of, _)| *of == at);
        self.under_way = alive;
        for (_, call) in dead {
            call.abort();
            let _ = call.await;
        }
        for screen in self.screens.iter_mut().filter(|screen| screen.server == at) {
            screen.loses_server(&self.shared.recorder, SERVERS);
        }
        let fresh = Server::start(&self.shared, self.clocks[at].0.clone(), self.mutant).await;
        std::mem::replace(&mut self.servers[at], fresh).dies().await;
    }

    async fn wait(&mut self, time: Duration) {
        let mut left = time;
        if time > LONG {
            tokio::time::advance(time.saturating_sub(STEP)).await;
            left = STEP;
        }
        while !left.is_zero() {
            self.tick();
            let step = left.min(STEP);
            pass(step).await;
            left -= step;
        }
        self.tick();
        for screen in &mut self.screens {
            screen.beats(&self.shared.recorder);
        }
    }

    /// Puts a field that cannot be read into what the cache holds, at another position or at its own.
    async fn put_into_cache(&self, to: impl Fn(Position) -> Position) {
        let cache = self.shared.cache.behind();
        let id = people::crisis(0);
        let Some(kept) = cache.load(&id).await.expect("memory answers") else { return };
        let fields = kept.fields.into_iter().map(|(name, _)| Field { name, value: Some(b"{".to_vec()) });
        cache.replace(&id, to(kept.at), fields.collect()).await.expect("memory answers");
    }

    /// Everything that is broken is mended, everybody is awake, and all has the time to arrive.
    async fn mend(&mut self) {
        for server in &self.servers {
            server.mend();
        }
        self.shared.bell_lost.store(false, Ordering::Relaxed);
        self.mend_cache();
        for screen in &mut self.screens {
            screen.asleep = false;
        }
        self.go_on().await;
        // What waits for its time meanwhile is not told: the timers have looked, the cache has been put right.
        for _ in 0..5 {
            self.wait(Duration::from_secs(1)).await;
            self.go_on().await;
        }
        self.wait(STEP).await;
        self.cached = self.shared.cache.copy(&self.crises()).await;
        for Known { id, picture, .. } in &self.known {
            self.shared.recorder.note(Record::Settled { crisis: id.to_string(), seq: picture.seq.0 });
        }
    }

    fn mend_cache(&self) {
        self.shared.cache.down.store(false, Ordering::Relaxed);
        self.shared.cache.answers_lost.store(false, Ordering::Relaxed);
    }

    fn crises(&self) -> Vec<CrisisId> {
        self.known.iter().map(|known| known.id.clone()).collect()
    }

    /// Whether somebody still waits for an answer.
    pub fn waits(&self) -> bool {
        self.under_way.iter().any(|(_, call)| !call.is_finished())
    }

    /// The journal, as records of a history.
    pub async fn entries(&self) -> Vec<Record> {
        let mut records = Vec::new();
        for Known { id, epoch, .. } in &self.known {
            let mut after = Seq::ZERO;
            loop {
                let page = self.shared.journal.raw(id, after, READ_ENTRIES_MAX).await.expect("memory answers");
                let Some(last) = page.last() else { break };
                after = last.seq;
                records.extend(page.iter().map(|raw| Record::Entry {
                    crisis: id.to_string(),
                    position: self.seal.seal(Position { epoch: *epoch, seq: raw.seq }),
                    stored: serde_json::from_str(&raw.stored).expect("what is stored is JSON"),
                }));
            }
        }
        records
    }

    /// Every entry of a crisis.
    pub async fn journal(&self, crisis: &CrisisId) -> Vec<Arc<Entry>> {
        let mut entries: Vec<Arc<Entry>> = Vec::new();
        loop {
            let after = entries.last().map_or(Seq::ZERO, |entry| entry.seq);
            let page = self.shared.journal.read(crisis, after, READ_ENTRIES_MAX).await.expect("memory answers");
            if page.is_empty() {
                return entries;
            }
            entries.extend(page);
        }
    }
}
