//! Pictures and their audiences. Synchronous, never awaits; its locks are held for statements.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use bytestring::ByteString;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use super::protocol::{self, EncodedPicture};
use crate::domain::centre::Centre;
use crate::domain::event::Entry;
use crate::domain::ids::{CrisisId, Epoch, Position, Seq};
use crate::domain::mark::Viewer;
use crate::domain::picture::{Part, Picture};
use crate::domain::view::{CrisisView, Eye, Visible};
use crate::health::Health;
use crate::position::PositionSeal;

/// How long an audience is kept up to date after its last wall left, so that it can resume.
const LINGER: Duration = Duration::from_mins(10);

/// How much of the recent past each audience keeps.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    pub frames: usize,
    pub bytes: usize,
}

/// Everything that is live on this server.
pub struct Hub {
    crises: RwLock<HashMap<CrisisId, Arc<Mutex<Live>>>>,
    centres: Arc<Vec<Centre>>,
    seal: PositionSeal,
    retention: Retention,
    health: Health,
    /// Counts up whenever any picture moved.
    moved: watch::Sender<u64>,
}

/// One crisis: its picture and who watches it.
struct Live {
    epoch: Epoch,
    picture: Picture,
    audiences: HashMap<Viewer, Arc<Audience>>,
}

/// Equal eyes: one log of frames for all of them.
pub struct Audience {
    state: Mutex<AudienceState>,
    moved: watch::Sender<u64>,
}

struct AudienceState {
    /// Number of the newest entry that these eyes may see, and its word.
    seq: Seq,
    position: Arc<str>,
    frames: VecDeque<Frame>,
    /// Index of the first frame kept; frames count from 0 for the life of the audience.
    first: u64,
    bytes: usize,
    snapshot: Option<Arc<EncodedPicture>>,
    walls: usize,
    empty_since: Instant,
    /// Another takes its place: what it told no longer adds up to what these eyes may see.
    over: bool,
}

struct Frame {
    after: Seq,
    text: ByteString,
    told: Instant,
}

/// Where a new socket begins.
pub struct Joined {
    pub audience: Arc<Audience>,
    /// The first frame, unless the socket resumes.
    pub snapshot: Option<Arc<EncodedPicture>>,
    /// Index of the next frame to send.
    pub cursor: u64,
}

/// What an audience has for a cursor.
pub enum Next {
    /// Each with when it was told.
    Frames(Vec<(ByteString, Instant)>),
    /// The cursor fell off the log.
    TooSlow,
    /// Who may see what has changed: only a whole picture helps.
    Over,
}

impl Hub {
    /// A hub without crises.
    pub fn new(centres: Arc<Vec<Centre>>, seal: PositionSeal, retention: Retention, health: Health) -> Self {
        Self { crises: RwLock::default(), centres, seal, retention, health, moved: watch::Sender::new(0) }
    }

    /// Begins to hold a crisis.
    pub fn open(&self, epoch: Epoch, picture: Picture) {
        let live = Live { epoch, picture: picture.clone(), audiences: HashMap::new() };
        let mut crises = self.crises.write().unwrap_or_else(PoisonError::into_inner);
        crises.insert(picture.crisis.slug.clone(), Arc::new(Mutex::new(live)));
        self.moved.send_modify(|count| *count += 1);
    }

    /// Waits until the picture of a crisis stands at least there.
    pub async fn reached(&self, crisis: &CrisisId, seq: Seq) {
        let mut moved = self.moved.subscribe();
        while self.position(crisis).is_none_or(|here| here.seq < seq) {
            if moved.changed().await.is_err() {
                return;
            }
        }
    }

    /// Where the picture of a crisis stands.
    pub fn position(&self, crisis: &CrisisId) -> Option<Position> {
        let live = self.live(crisis)?;
        let live = lock(&live);
        Some(Position { epoch: live.epoch, seq: live.picture.seq })
    }

    /// The picture as it stands, for the cache and for the desk to begin with; sharing makes this cheap.
    pub fn picture(&self, crisis: &CrisisId) -> Option<(Epoch, Picture)> {
        let live = self.live(crisis)?;
        let live = lock(&live);
        Some((live.epoch, live.picture.clone()))
    }

    /// The word that everyone uses for a position.
    pub fn seal(&self, position: Position) -> String {
        self.seal.seal(position)
    }

    /// The position of a word.
    pub fn unseal(&self, word: &str) -> Option<Position> {
        self.seal.open(word)
    }

    /// Takes in the next entries of a crisis and tells every audience what changed for it.
    pub fn publish(&self, crisis: &CrisisId, entries: &[Arc<Entry>], now: Timestamp) -> BTreeSet<Part> {
        let Some(live) = self.live(crisis) else { return BTreeSet::new() };
        let mut live = lock(&live);
        let touched: Vec<BTreeSet<Part>> = entries.iter().map(|entry| live.picture.evolve(entry)).collect();
        let counts = self.health.counts();
        counts.published.inc_by(entries.len() as u64);
        for entry in entries {
            counts.relay_lag_seconds.observe(now.duration_since(entry.recorded_at).as_secs_f64().max(0.0));
        }
        if entries.iter().any(|entry| entry.event.changes_who_sees()) {
            // An audience made after this stands where it may see now, never before where it stood: the
            // entry that changed the scope is everyone's, and later than all that was told.
            for (_, audience) in live.audiences.drain() {
                audience.end();
            }
        }
        live.audiences.retain(|_, audience| !audience.forgotten());
        let Live { epoch, picture, audiences } = &*live;
        let seal = |seq| self.seal.seal(Position { epoch: *epoch, seq });
        for (viewer, audience) in audiences {
            let eye = Eye { picture, centres: &self.centres, viewer, seal: &seal };
            self.tell(&eye, audience, entries, &touched, now);
        }
        self.moved.send_modify(|count| *count += 1);
        touched.into_iter().flatten().collect()
    }

    fn tell(
        &self,
        eye: &Eye<'_>,
        audience: &Audience,
        entries: &[Arc<Entry>],
        touched: &[BTreeSet<Part>],
        now: Timestamp,
    ) {
        let mut parts = BTreeSet::new();
        let mut lines = Vec::new();
        let mut upto = Seq::ZERO;
        for (entry, touched) in entries.iter().zip(touched).filter(|(entry, _)| entry.event.is_told()) {
            if let Some(line) = eye.entry(entry) {
                lines.push(line);
                parts.extend(touched);
                upto = entry.seq;
            }
        }
        if lines.is_empty() {
            return;
        }
        let changes = eye.changes(parts);
        let word: Arc<str> = Arc::from((eye.seal)(upto));
        let mut state = lock(&audience.state);
        let text = protocol::change(&state.position, &word, now, &changes, &lines);
        self.health.counts().frames.inc();
        state.push(upto, word, ByteString::from(text), self.retention);
        let end = state.end();
        drop(state);
        audience.moved.send_replace(end);
    }

    /// A socket begins to listen: where it left off if that is still held, else with the whole picture.
    pub fn join(&self, crisis: &CrisisId, viewer: &Viewer, after: Option<Position>) -> Option<Joined> {
        let live = self.live(crisis)?;
        let mut live = lock(&live);
        let audience = self.audience(&mut live, viewer);
        let epoch = live.epoch;
        let resumed = after.filter(|after| after.epoch == epoch).and_then(|after| {
            let state = lock(&audience.state);
            if after.seq == state.seq {
                return Some(state.end());
            }
            let place = state.frames.iter().position(|frame| frame.after == after.seq)?;
            Some(state.first + place as u64)
        });
        let counts = self.health.counts();
        let (snapshot, cursor) = match resumed {
            Some(cursor) => {
                counts.walls_resumed.inc();
                (None, cursor)
            }
            None => {
                counts.walls_begun.inc();
                let snapshot = self.snapshot(&live, viewer, &audience);
                (Some(snapshot), lock(&audience.state).end())
            }
        };
        let mut state = lock(&audience.state);
        state.walls += 1;
        drop(state);
        Some(Joined { audience, snapshot, cursor })
    }

    /// The whole picture of a viewer and the word for where it stands.
    pub fn whole(&self, crisis: &CrisisId, viewer: &Viewer) -> Option<(Arc<str>, Arc<EncodedPicture>)> {
        let live = self.live(crisis)?;
        let mut live = lock(&live);
        let audience = self.audience(&mut live, viewer);
        let snapshot = self.snapshot(&live, viewer, &audience);
        let position = Arc::clone(&lock(&audience.state).position);
        Some((position, snapshot))
    }

    /// The word for where a viewer stands.
    pub fn word(&self, crisis: &CrisisId, viewer: &Viewer) -> Option<Arc<str>> {
        let live = self.live(crisis)?;
        let audience = self.audience(&mut lock(&live), viewer);
        let state = lock(&audience.state);
        Some(Arc::clone(&state.position))
    }

    /// Shows a picture through the eyes of a viewer, for what is not told on sockets.
    pub fn look<T>(&self, crisis: &CrisisId, viewer: &Viewer, look: impl FnOnce(&Eye<'_>) -> T) -> Option<T> {
        let (epoch, picture) = self.picture(crisis)?;
        Some(self.show(epoch, &picture, viewer, look))
    }

    /// Shows any picture of a crisis through the eyes of a viewer.
    pub fn show<T>(&self, epoch: Epoch, picture: &Picture, viewer: &Viewer, look: impl FnOnce(&Eye<'_>) -> T) -> T {
        let seal = |seq| self.seal.seal(Position { epoch, seq });
        look(&Eye { picture, centres: &self.centres, viewer, seal: &seal })
    }

    /// How many kinds of eyes are told.
    pub fn audiences(&self) -> usize {
        let crises = self.crises.read().unwrap_or_else(PoisonError::into_inner);
        crises.values().map(|live| lock(live).audiences.len()).sum()
    }

    /// The crises that are held here.
    pub fn names(&self) -> Vec<CrisisId> {
        self.crises.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// The frames of all crises, in the order they were opened.
    pub fn crises(&self, viewer: &Viewer) -> Vec<Visible<CrisisView>> {
        let names = self.names();
        let mut frames: Vec<_> =
            names.iter().filter_map(|crisis| self.look(crisis, viewer, |eye| eye.frame())).collect();
        frames.sort_by(|a, b| (a.get().opened_at, &a.get().slug).cmp(&(b.get().opened_at, &b.get().slug)));
        frames
    }

    fn live(&self, crisis: &CrisisId) -> Option<Arc<Mutex<Live>>> {
        self.crises.read().unwrap_or_else(PoisonError::into_inner).get(crisis).cloned()
    }

    fn audience(&self, live: &mut Live, viewer: &Viewer) -> Arc<Audience> {
        if let Some(audience) = live.audiences.get(viewer) {
            return Arc::clone(audience);
        }
        let epoch = live.epoch;
        let seal = |seq| self.seal.seal(Position { epoch, seq });
        let seq = Eye { picture: &live.picture, centres: &self.centres, viewer, seal: &seal }.position();
        let audience = Arc::new(Audience::new(seq, Arc::from(seal(seq))));
        live.audiences.insert(viewer.clone(), Arc::clone(&audience));
        audience
    }

    /// The encoded picture of an audience, encoded once per position.
    fn snapshot(&self, live: &Live, viewer: &Viewer, audience: &Audience) -> Arc<EncodedPicture> {
        if let Some(snapshot) = &lock(&audience.state).snapshot {
            return Arc::clone(snapshot);
        }
        let seal = |seq| self.seal.seal(Position { epoch: live.epoch, seq });
        let eye = Eye { picture: &live.picture, centres: &self.centres, viewer, seal: &seal };
        let snapshot = Arc::new(EncodedPicture::new(&eye.whole()));
        self.health.counts().snapshots.inc();
        lock(&audience.state).snapshot = Some(Arc::clone(&snapshot));
        snapshot
    }
}

impl Audience {
    fn new(seq: Seq, position: Arc<str>) -> Self {
        let state = AudienceState {
            seq,
            position,
            frames: VecDeque::new(),
            first: 0,
            bytes: 0,
            snapshot: None,
            walls: 0,
            empty_since: Instant::now(),
            over: false,
        };
        Self { state: Mutex::new(state), moved: watch::Sender::new(0) }
    }

    /// Tells when there may be more to read.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// Every frame from the cursor on.
    pub fn since(&self, cursor: u64) -> Next {
        let state = lock(&self.state);
        if state.over {
            return Next::Over;
        }
        let Some(skip) = cursor.checked_sub(state.first) else { return Next::TooSlow };
        let skip = usize::try_from(skip).expect("a log is shorter than memory");
        Next::Frames(state.frames.iter().skip(skip).map(|frame| (frame.text.clone(), frame.told)).collect())
    }

    /// The word for where these eyes stand.
    pub fn position(&self) -> Arc<str> {
        Arc::clone(&lock(&self.state).position)
    }

    /// A socket has ended.
    pub fn leave(&self) {
        let mut state = lock(&self.state);
        state.walls -= 1;
        state.empty_since = Instant::now();
    }

    /// Forgets what was told and lets every socket know.
    fn end(&self) {
        let mut state = lock(&self.state);
        state.over = true;
        state.frames.clear();
        state.snapshot = None;
        drop(state);
        self.moved.send_modify(|_| {});
    }

    fn forgotten(&self) -> bool {
        let state = lock(&self.state);
        state.walls == 0 && state.empty_since.elapsed() > LINGER
    }
}

impl AudienceState {
    fn end(&self) -> u64 {
        self.first + self.frames.len() as u64
    }

    fn push(&mut self, upto: Seq, word: Arc<str>, text: ByteString, retention: Retention) {
        assert!(upto > self.seq, "an audience moves forward");
        self.bytes += text.len();
        self.frames.push_back(Frame { after: self.seq, text, told: Instant::now() });
        self.seq = upto;
        self.position = word;
        self.snapshot = None;
        while self.frames.len() > retention.frames || (self.bytes > retention.bytes && self.frames.len() > 1) {
            let Some(oldest) = self.frames.pop_front() else { return };
            self.bytes -= oldest.text.len();
            self.first += 1;
        }
    }
}

/// A panic while a lock was held ends the process elsewhere; the data itself is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
