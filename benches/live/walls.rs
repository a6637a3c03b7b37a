//! The walls: sockets that read, each frame checked and counted, at the least price for the bench.
//!
//! All walls of one centre are told the same bytes. The first that hears a frame has it read in full;
//! the others compare theirs with it, byte by byte. So each wall is known to have every frame, and the
//! time of a post is taken once: when the last wall of all has it.

use std::cell::RefCell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use hdrhistogram::Histogram;
use serde::Deserialize;
use tokio::sync::{Notify, oneshot};
use tokio::task::LocalSet;
use tokio::time::{sleep_until, timeout};

use crate::server::CRISIS;
use crate::wire::Wire;
use crate::{Outcome, figures, posters};

/// Walls that join at the same time.
const JOIN_TOGETHER: usize = 32;
/// How long a wall may take to join, and the last posts to reach everybody.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often the reading loop asks for a turn, to learn how late it gets one.
const TURN_EVERY: Duration = Duration::from_millis(10);
/// What a beat begins with; the only frame that walls are told one by one.
const BEAT: &[u8] = br#"{"type":"beat","#;

/// A wall that is to be: of which centre, and by which token.
pub struct Seat {
    pub audience: usize,
    pub token: String,
}

/// Walls that listen on a thread of their own.
pub struct Walls {
    finish: oneshot::Sender<Finish>,
    thread: JoinHandle<Report>,
}

/// Walls that have what they will have, and are still there.
pub struct Settled {
    leave: oneshot::Sender<()>,
    thread: JoinHandle<Report>,
}

/// What the walls saw.
pub struct Report {
    /// When the last wall had each post.
    pub shown: Vec<Option<Instant>>,
    /// Change frames over all walls, and their bytes.
    pub frames: usize,
    pub bytes: usize,
    pub read_late: Histogram<u64>,
    pub faults: Vec<String>,
}

impl Walls {
    /// Lets every wall join; they listen when this returns.
    pub fn gather(address: SocketAddr, seats: Vec<Seat>, posts: usize) -> Outcome<Self> {
        let (joined, all_joined) = mpsc::channel();
        let (finish, finishing) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name("walls".to_owned()).spawn(move || {
            let room = Rc::new(Room::new(&seats, posts));
            LocalSet::new().block_on(&runtime, room.serve(address, seats, joined, finishing))
        })?;
        all_joined.recv()??;
        Ok(Self { finish, thread })
    }

    /// Waits until every wall has every post, or too long.
    pub fn settle(self) -> Outcome<Settled> {
        let (settled, all_settled) = mpsc::channel();
        let (leave, leaving) = oneshot::channel();
        self.finish.send(Finish { settled, leaving }).map_err(|_| "the walls' thread ended")?;
        all_settled.recv()?;
        Ok(Settled { leave, thread: self.thread })
    }
}

impl Settled {
    /// Leaves, and tells what the walls saw.
    pub fn report(self) -> Outcome<Report> {
        self.leave.send(()).map_err(|()| "the walls' thread ended")?;
        self.thread.join().map_err(|_| "the walls' thread panicked".into())
    }
}

/// How the end is agreed: all is posted; the walls say when they have it; then they may leave.
struct Finish {
    settled: mpsc::Sender<()>,
    leaving: oneshot::Receiver<()>,
}

/// Where all walls of the thread meet.
struct Room {
    /// What every wall reads into.
    shared: RefCell<Vec<u8>>,
    board: RefCell<Board>,
    /// Rings when a post is with everybody, or something is wrong.
    news: Notify,
}

impl Room {
    fn new(seats: &[Seat], posts: usize) -> Self {
        Self { shared: RefCell::default(), board: RefCell::new(Board::new(seats, posts)), news: Notify::new() }
    }

    async fn serve(
        self: Rc<Self>,
        address: SocketAddr,
        seats: Vec<Seat>,
        joined: mpsc::Sender<Outcome<()>>,
        finishing: oneshot::Receiver<Finish>,
    ) -> Report {
        // If whoever asked for the walls has given up, `finishing` tells.
        let _ = joined.send(self.join_all(address, &seats).await);
        tokio::task::spawn_local(Rc::clone(&self).take_turns());
        if let Ok(Finish { settled, leaving }) = finishing.await {
            let all_shown = async {
                while !self.board.borrow().settled() {
                    self.news.notified().await;
                }
            };
            // What has not come by then is missing, and the report says so.
            let _ = timeout(PATIENCE, all_shown).await;
            // Whoever is gone by now does not read the report either.
            let _ = settled.send(());
            let _ = leaving.await;
        }
        self.board.borrow_mut().report()
    }

    async fn join_all(self: &Rc<Self>, address: SocketAddr, seats: &[Seat]) -> Outcome<()> {
        for seats in seats.chunks(JOIN_TOGETHER) {
            let joining = try_join_all(seats.iter().map(|seat| Wall::join(Rc::clone(self), address, seat)));
            for wall in timeout(PATIENCE, joining).await?? {
                tokio::task::spawn_local(wall.listen());
            }
        }
        Ok(())
    }

    async fn take_turns(self: Rc<Self>) {
        let mut turn = Instant::now();
        loop {
            turn += TURN_EVERY;
            sleep_until(turn.into()).await;
            figures::record(&mut self.board.borrow_mut().read_late, turn.elapsed());
        }
    }
}

/// One socket and how many change frames it has had.
struct Wall {
    room: Rc<Room>,
    wire: Wire,
    audience: usize,
    joined: bool,
    heard: usize,
}

impl Wall {
    /// Joins, and returns when the picture is there.
    async fn join(room: Rc<Room>, address: SocketAddr, seat: &Seat) -> Outcome<Self> {
        let wire = Wire::open(address, &format!("/api/v1/crises/{CRISIS}/live"), &seat.token).await?;
        let mut wall = Self { room, wire, audience: seat.audience, joined: false, heard: 0 };
        poll_fn(|context| match wall.poll(context) {
            std::task::Poll::Pending if wall.joined => std::task::Poll::Ready(Ok(())),
            other => other,
        })
        .await?;
        Ok(wall)
    }

    /// Hears until the socket ends, which it should not.
    async fn listen(mut self) {
        let Err(fault) = poll_fn(|context| self.poll(context)).await else { return };
        let line = format!("a wall of centre {} after {} frames: {fault}", self.audience, self.heard);
        self.room.board.borrow_mut().faults.push(line);
        self.room.news.notify_one();
    }

    fn poll(&mut self, context: &mut std::task::Context<'_>) -> std::task::Poll<Outcome<()>> {
        let Self { room, wire, audience, joined, heard } = self;
        wire.poll_frames(context, &mut room.shared.borrow_mut(), |text| {
            if text.starts_with(BEAT) {
                return Ok(());
            }
            let mut board = room.board.borrow_mut();
            if !*joined {
                *joined = true;
                return board.begin(*audience, text);
            }
            if board.hear(*audience, *heard, text)? {
                room.news.notify_one();
            }
            *heard += 1;
            Ok(())
        })
    }
}

/// What every centre's walls were told, and who has it.
struct Board {
    told: Vec<Told>,
    posts: Vec<Post>,
    shown: usize,
    frames: usize,
    bytes: usize,
    read_late: Histogram<u64>,
    faults: Vec<String>,
}

/// What the walls of one centre were told so far.
struct Told {
    walls: usize,
    position: String,
    frames: Vec<Telling>,
}

/// One frame: its text until all have had it, the posts in it, and how many have had it.
struct Telling {
    text: Box<[u8]>,
    posts: Vec<usize>,
    walls: usize,
}

/// How many centres have not all had a post, and when the last had.
#[derive(Clone)]
struct Post {
    centres_left: usize,
    shown: Option<Instant>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Snapshot { picture: Picture },
    Change { after: String, upto: String, entries: Vec<Entry> },
}

#[derive(Deserialize)]
struct Picture {
    position: String,
}

#[derive(Deserialize)]
struct Entry {
    update: Option<Update>,
}

#[derive(Deserialize)]
struct Update {
    headline: String,
}

impl Board {
    fn new(seats: &[Seat], posts: usize) -> Self {
        let centres = seats.iter().map(|seat| seat.audience + 1).max().unwrap_or(0);
        let walls = |audience| seats.iter().filter(|seat| seat.audience == audience).count();
        let told =
            (0..centres).map(|audience| Told { walls: walls(audience), position: String::new(), frames: Vec::new() });
        Self {
            told: told.collect(),
            posts: vec![Post { centres_left: centres, shown: None }; posts],
            shown: 0,
            frames: 0,
            bytes: 0,
            read_late: figures::histogram(),
            faults: Vec::new(),
        }
    }

    /// The first frame of a wall. Nothing is posted while walls join, so one picture serves for a centre.
    fn begin(&mut self, audience: usize, text: &[u8]) -> Outcome<()> {
        let told = &mut self.told[audience];
        if !told.position.is_empty() {
            return Ok(());
        }
        let Frame::Snapshot { picture } = serde_json::from_slice(text)? else {
            return Err("the first frame is no picture".into());
        };
        told.position = picture.position;
        Ok(())
    }

    /// Takes in one frame of one wall; answers whether that settled a post.
    fn hear(&mut self, audience: usize, heard: usize, text: &[u8]) -> Outcome<bool> {
        self.frames += 1;
        self.bytes += text.len();
        if heard == self.told[audience].frames.len() {
            let telling = self.read(audience, text)?;
            self.told[audience].frames.push(telling);
        }
        let told = &mut self.told[audience];
        let telling = &mut told.frames[heard];
        if *telling.text != *text {
            return Err("it was told something else than the others".into());
        }
        telling.walls += 1;
        if telling.walls < told.walls {
            return Ok(false);
        }
        telling.text = Box::default();
        let mut settled = false;
        for post in &telling.posts {
            let post = &mut self.posts[*post];
            post.centres_left -= 1;
            if post.centres_left == 0 {
                post.shown = Some(Instant::now());
                self.shown += 1;
                settled = true;
            }
        }
        Ok(settled)
    }

    /// Reads a frame that no wall of this centre had before.
    fn read(&mut self, audience: usize, text: &[u8]) -> Outcome<Telling> {
        let told = &mut self.told[audience];
        let Frame::Change { after, upto, entries } = serde_json::from_slice(text)? else {
            return Err("a second picture".into());
        };
        if after != told.position {
            return Err("a frame does not follow the one before".into());
        }
        told.position = upto;
        let mut posts = Vec::new();
        for entry in entries {
            let number = entry.update.and_then(|update| posters::number(&update.headline));
            let number = number.filter(|number| *number < self.posts.len()).ok_or("an entry that nobody posted")?;
            if posts.contains(&number) || told.frames.iter().any(|telling| telling.posts.contains(&number)) {
                return Err(format!("post {number} was told twice").into());
            }
            posts.push(number);
        }
        Ok(Telling { text: text.into(), posts, walls: 0 })
    }

    /// Whether nothing more is to be waited for.
    fn settled(&self) -> bool {
        self.shown == self.posts.len() || !self.faults.is_empty()
    }

    fn report(&mut self) -> Report {
        let mut faults = std::mem::take(&mut self.faults);
        for (audience, told) in self.told.iter().enumerate() {
            let missed: usize = told.frames.iter().map(|telling| told.walls - telling.walls).sum();
            if missed > 0 {
                faults.push(format!("the walls of centre {audience} missed {missed} frames together"));
            }
        }
        let missing = self.posts.len() - self.shown;
        if missing > 0 {
            faults.push(format!("{missing} of {} posts did not reach every wall", self.posts.len()));
        }
        Report {
            shown: self.posts.iter().map(|post| post.shown).collect(),
            frames: self.frames,
            bytes: self.bytes,
            read_late: self.read_late.clone(),
            faults,
        }
    }
}
