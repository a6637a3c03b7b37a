//! The write side: one task with a bounded inbox that authorises, decides, appends and answers.
//!
//! What waits in the inbox is decided together and committed together. Each decision is tried on a
//! copy of the picture; the copy becomes the picture when the journal has it, and never before.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::clock::Clock;
use crate::domain::access::authorise;
use crate::domain::actor::Actor;
use crate::domain::command::Command;
use crate::domain::decide::{Catalogue, Moment, decide};
use crate::domain::event::Entry;
use crate::domain::ids::{AccountId, CrisisId, Epoch, Position, Seq};
use crate::domain::picture::Picture;
use crate::domain::refusal::Refusal;
use crate::doorbell::Doorbell;
use crate::health::Health;
use crate::journal::{Append, Appended, CrisisHead, Journal, JournalError, READ_ENTRIES_MAX, Receipt, RequestKey};
use crate::live::hub::Hub;
use crate::opening;

/// How often a command that met another server's entries is decided again.
pub const APPEND_ATTEMPTS_MAX: usize = 3;
/// Request keys of this server's last commands, kept in memory to answer a quick repetition.
const RECENT_KEYS_MAX: usize = 4_096;

/// What a write was answered: durable, at this position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub crisis: CrisisId,
    pub position: Position,
    /// The update or escalation that was made or changed.
    pub subject: Option<Uuid>,
    /// This had been asked and answered before under the same key.
    pub repeated: bool,
}

/// Why a write was not done.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The request key was used for something else.
    #[error("this Idempotency-Key was used for another request")]
    KeyReused,
    /// Too many wait already.
    #[error("too many requests are waiting")]
    InboxFull,
    /// Other servers were faster, several times over.
    #[error("others were writing at the same time")]
    Contended,
    /// The journal failed: nothing of this is known to have happened.
    #[error("the journal is not available")]
    Unavailable,
}

/// A way to ask the desk.
#[derive(Clone)]
pub struct Desk {
    inbox: mpsc::Sender<Ask>,
    committed: Committed,
    journal: Arc<dyn Journal>,
    health: Health,
}

/// The newest number this server has acknowledged, per crisis.
type Committed = Arc<Mutex<HashMap<CrisisId, Seq>>>;

/// One thing asked, with where to answer.
struct Ask {
    crisis: CrisisId,
    actor: Actor,
    command: Command,
    request: Option<RequestKey>,
    answer: oneshot::Sender<Result<Answer, SubmitError>>,
}

/// What the desk needs.
pub struct DeskParts {
    pub journal: Arc<dyn Journal>,
    pub hub: Arc<Hub>,
    pub bell: Arc<dyn Doorbell>,
    pub catalogue: Arc<Catalogue>,
    pub clock: Clock,
    pub health: Health,
    pub inbox_max: usize,
    pub batch_max: usize,
}

/// The task behind the desk.
pub struct DeskTask {
    inbox: mpsc::Receiver<Ask>,
    committed: Committed,
    parts: DeskParts,
    open: HashMap<CrisisId, Known>,
    recent: RecentKeys,
}

/// A crisis as the desk knows it.
#[derive(Clone)]
struct Known {
    epoch: Epoch,
    picture: Picture,
}

/// An ask with the entry that answers it, tried on a copy.
struct Tried {
    ask: Ask,
    entry: Arc<Entry>,
}

impl Desk {
    /// A desk and its task, which the composition root runs.
    pub fn new(parts: DeskParts) -> (Self, DeskTask) {
        let (sender, inbox) = mpsc::channel(parts.inbox_max);
        let committed = Committed::default();
        let desk = Self {
            inbox: sender,
            committed: Arc::clone(&committed),
            journal: Arc::clone(&parts.journal),
            health: parts.health.clone(),
        };
        (desk, DeskTask { inbox, committed, parts, open: HashMap::new(), recent: RecentKeys::default() })
    }

    /// Asks, and waits until it is durable or refused.
    pub async fn submit(
        &self,
        crisis: CrisisId,
        actor: Actor,
        command: Command,
        request: Option<RequestKey>,
    ) -> Result<Answer, SubmitError> {
        if let Some(request) = &request
            && let Some(receipt) = receipt(&*self.journal, &self.health, request).await?
        {
            let epoch = self.epoch(&receipt.crisis).await?;
            let answer = repeated(receipt, request, epoch)?;
            // Another server may have done it: whoever is answered here reads it here.
            note(&self.committed, &answer.crisis, answer.position.seq);
            return Ok(answer);
        }
        let (answer, answered) = oneshot::channel();
        let ask = Ask { crisis, actor, command, request, answer };
        self.inbox.try_send(ask).map_err(|_| {
            self.health.counts().inbox_full.inc();
            SubmitError::InboxFull
        })?;
        answered.await.unwrap_or(Err(SubmitError::Unavailable))
    }

    /// The newest numbers this server has acknowledged: what its own readers must be shown.
    pub fn committed(&self) -> Vec<(CrisisId, Seq)> {
        let committed = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        committed.iter().map(|(crisis, seq)| (crisis.clone(), *seq)).collect()
    }

    async fn epoch(&self, crisis: &CrisisId) -> Result<Epoch, SubmitError> {
        let heads = self.journal.crises().await.map_err(|_| SubmitError::Unavailable)?;
        let head = heads.into_iter().find(|head| head.crisis == *crisis).ok_or(SubmitError::Unavailable)?;
        Ok(head.epoch)
    }
}

impl DeskTask {
    /// Works until every [`Desk`] is gone and the inbox is empty.
    pub async fn run(mut self) {
        while let Some(first) = self.inbox.recv().await {
            let mut asks = vec![first];
            while asks.len() < self.parts.batch_max
                && let Ok(ask) = self.inbox.try_recv()
            {
                asks.push(ask);
            }
            self.handle(asks).await;
        }
    }

    async fn handle(&mut self, mut asks: Vec<Ask>) {
        for _ in 0..APPEND_ATTEMPTS_MAX {
            asks = self.attempt(asks).await;
            if asks.is_empty() {
                return;
            }
        }
        for ask in asks {
            let _ = ask.answer.send(Err(SubmitError::Contended));
        }
    }

    /// Decides and appends; gives back what must be decided again.
    async fn attempt(&mut self, asks: Vec<Ask>) -> Vec<Ask> {
        let mut copies: HashMap<CrisisId, Known> = HashMap::new();
        let mut tried = Vec::new();
        let mut again = Vec::new();
        let mut keys = HashSet::new();
        for ask in asks {
            if let Some(request) = &ask.request {
                if let Some(receipt) = self.recent.get(request).cloned() {
                    let epoch = self.open.get(&receipt.crisis).map(|known| known.epoch);
                    let answer = epoch.ok_or(SubmitError::Unavailable);
                    let _ = ask.answer.send(answer.and_then(|epoch| repeated(receipt, request, epoch)));
                    continue;
                }
                if !keys.insert((request.account, request.key.clone())) {
                    again.push(ask);
                    continue;
                }
            }
            match self.try_on_copy(&ask, &mut copies).await {
                Ok(entry) => tried.push(Tried { ask, entry }),
                Err(error) => {
                    self.parts.health.counts().refused.inc();
                    let _ = ask.answer.send(Err(error));
                }
            }
        }
        if !tried.is_empty() {
            again.extend(self.append(tried, copies).await);
        }
        again
    }

    async fn try_on_copy(
        &mut self,
        ask: &Ask,
        copies: &mut HashMap<CrisisId, Known>,
    ) -> Result<Arc<Entry>, SubmitError> {
        if !copies.contains_key(&ask.crisis)
            && let Some(known) = self.known(&ask.crisis).await?
        {
            copies.insert(ask.crisis.clone(), known);
        }
        let copy = copies.get_mut(&ask.crisis);
        let picture = copy.as_ref().map(|known| &known.picture);
        let permit = authorise(picture, &ask.actor, ask.command.clone())?;
        // The time of a crisis does not run backwards, whatever the clocks of its servers say: what is decided
        // is decided at the time at which it will have been recorded.
        let now = self.parts.clock.now();
        let now = picture.map_or(now, |picture| picture.recorded_at.max(now));
        let moment = Moment { now, id: self.parts.clock.fresh_id() };
        let event = decide(picture, &self.parts.catalogue, permit, &moment)?;
        let seq = picture.map_or(Seq::ZERO, |picture| picture.seq).next();
        let entry = Arc::new(Entry { seq, recorded_at: now, actor: ask.actor.clone(), event });
        match copy {
            Some(known) => {
                known.picture.evolve(&entry);
            }
            None => {
                // The epoch is the journal's to draw; it is read back once the crisis is durable.
                let picture = Picture::open(&entry).expect("the first entry decided opens a crisis");
                copies.insert(ask.crisis.clone(), Known { epoch: Epoch(0), picture });
            }
        }
        Ok(entry)
    }

    async fn append(&mut self, tried: Vec<Tried>, copies: HashMap<CrisisId, Known>) -> Vec<Ask> {
        let appends = tried.iter().map(|tried| Append {
            crisis: tried.ask.crisis.clone(),
            entry: Arc::clone(&tried.entry),
            request: tried.ask.request.clone(),
        });
        let began = Instant::now();
        let outcome = self.parts.journal.append(appends.collect()).await;
        self.parts.health.counts().append_seconds.observe(began.elapsed().as_secs_f64());
        match &outcome {
            Err(error) => self.parts.health.journal_writes(Err(error)),
            // What was refused or repeated wrote nothing, and proves nothing of the disk.
            Ok(outcomes) if outcomes.iter().any(|outcome| matches!(outcome, Appended::At(_))) => {
                self.parts.health.journal_writes::<JournalError>(Ok(()));
            }
            Ok(_) => {}
        }
        let Ok(outcomes) = outcome else {
            for tried in tried {
                self.open.remove(&tried.ask.crisis);
                let _ = tried.ask.answer.send(Err(SubmitError::Unavailable));
            }
            return Vec::new();
        };
        assert_eq!(outcomes.len(), tried.len(), "the journal answers each append");
        let astray: HashSet<&CrisisId> = tried
            .iter()
            .zip(&outcomes)
            .filter(|(_, outcome)| !matches!(outcome, Appended::At(_)))
            .map(|(tried, _)| &tried.ask.crisis)
            .collect();
        for (crisis, copy) in copies {
            // Where one of several did not take its place, the copy is not what the journal holds.
            if !astray.contains(&crisis) && copy.epoch != Epoch(0) {
                self.open.insert(crisis, copy);
            } else {
                self.follow(&crisis).await;
            }
        }
        let mut again = Vec::new();
        for (tried, outcome) in tried.into_iter().zip(outcomes) {
            if let Some(ask) = self.answer(tried, outcome).await {
                again.push(ask);
            }
        }
        again
    }

    /// Answers one ask, or gives it back to be decided again.
    async fn answer(&mut self, tried: Tried, outcome: Appended) -> Option<Ask> {
        let Tried { ask, entry } = tried;
        let answer = match outcome {
            Appended::Moved => return Some(ask),
            Appended::KeyReused => Err(SubmitError::KeyReused),
            Appended::Repeated(receipt) => {
                note(&self.committed, &receipt.crisis, receipt.seq);
                self.epoch_of(&receipt.crisis).await.map(|epoch| Answer {
                    crisis: receipt.crisis,
                    position: Position { epoch, seq: receipt.seq },
                    subject: receipt.subject,
                    repeated: true,
                })
            }
            Appended::At(seq) => {
                self.parts.health.counts().appended.inc();
                note(&self.committed, &ask.crisis, seq);
                self.parts.bell.ring(&ask.crisis);
                let subject = entry.event.subject();
                if let Some(request) = &ask.request {
                    let receipt = Receipt { crisis: ask.crisis.clone(), seq, subject, digest: request.digest.clone() };
                    self.recent.put(request, receipt);
                }
                self.epoch_of(&ask.crisis).await.map(|epoch| Answer {
                    crisis: ask.crisis.clone(),
                    position: Position { epoch, seq },
                    subject,
                    repeated: false,
                })
            }
        };
        let _ = ask.answer.send(answer);
        None
    }

    async fn epoch_of(&mut self, crisis: &CrisisId) -> Result<Epoch, SubmitError> {
        let known = self.known(crisis).await?;
        known.map(|known| known.epoch).ok_or(SubmitError::Unavailable)
    }

    /// The crisis as the journal has it, read once and kept.
    async fn known(&mut self, crisis: &CrisisId) -> Result<Option<Known>, SubmitError> {
        if !self.open.contains_key(crisis) {
            let found = self.read(crisis).await;
            self.parts.health.journal(found.as_ref().map(|_| ()));
            match found.map_err(|_| SubmitError::Unavailable)? {
                Some(known) => self.open.insert(crisis.clone(), known),
                None => return Ok(None),
            };
        }
        Ok(self.open.get(crisis).cloned())
    }

    /// Takes in what others appended since; on failure the crisis is read afresh next time.
    async fn follow(&mut self, crisis: &CrisisId) {
        let Some(known) = self.open.get_mut(crisis) else { return };
        loop {
            let Ok(entries) = self.parts.journal.read(crisis, known.picture.seq, READ_ENTRIES_MAX).await else {
                self.open.remove(crisis);
                return;
            };
            if entries.is_empty() {
                return;
            }
            for entry in &entries {
                known.picture.evolve(entry);
            }
        }
    }

    async fn read(&self, crisis: &CrisisId) -> Result<Option<Known>, JournalError> {
        let heads = self.parts.journal.crises().await?;
        let Some(head) = heads.into_iter().find(|head: &CrisisHead| head.crisis == *crisis) else { return Ok(None) };
        // What the hub holds was read back from the journal, so only the tail is to be read again.
        let held = self.parts.hub.picture(crisis).filter(|(epoch, _)| *epoch == head.epoch);
        let held = held.map(|(_, picture)| picture);
        let picture = opening::carried_on(&*self.parts.journal, crisis, held).await?;
        Ok(picture.map(|picture| Known { epoch: head.epoch, picture }))
    }
}

/// Notes that somebody was told here that this is done.
fn note(committed: &Committed, crisis: &CrisisId, seq: Seq) {
    let mut committed = committed.lock().unwrap_or_else(PoisonError::into_inner);
    let newest = committed.entry(crisis.clone()).or_default();
    *newest = seq.max(*newest);
}

async fn receipt(journal: &dyn Journal, health: &Health, request: &RequestKey) -> Result<Option<Receipt>, SubmitError> {
    let found = journal.receipt(request.account, &request.key).await;
    health.journal(found.as_ref().map(|_| ()));
    found.map_err(|_| SubmitError::Unavailable)
}

fn repeated(receipt: Receipt, request: &RequestKey, epoch: Epoch) -> Result<Answer, SubmitError> {
    if receipt.digest != request.digest {
        return Err(SubmitError::KeyReused);
    }
    Ok(Answer {
        crisis: receipt.crisis,
        position: Position { epoch, seq: receipt.seq },
        subject: receipt.subject,
        repeated: true,
    })
}

/// The last request keys and their answers.
#[derive(Default)]
struct RecentKeys {
    receipts: HashMap<(AccountId, String), Receipt>,
    order: VecDeque<(AccountId, String)>,
}

impl RecentKeys {
    fn get(&self, request: &RequestKey) -> Option<&Receipt> {
        self.receipts.get(&(request.account, request.key.clone()))
    }

    fn put(&mut self, request: &RequestKey, receipt: Receipt) {
        if self.order.len() == RECENT_KEYS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.receipts.remove(&oldest);
        }
        let key = (request.account, request.key.clone());
        self.order.push_back(key.clone());
        self.receipts.insert(key, receipt);
    }
}
