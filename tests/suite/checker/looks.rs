//! What must hold of what was shown: no gap, nothing left out, nothing for other eyes, nothing behind.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::book::{Book, path_of};
use super::fold::Claim;
use super::history::{Answer, Eyes, History, Line, Record};
use super::wall::Wall;
use super::{Fault, Rule};

/// A reader waits this long for what its server acknowledged, and is then shown what there is (docs/protocol.md).
const PATIENCE_MS: u64 = 2_000;

/// A socket with what its wall shows.
struct Socket<'a> {
    wall: &'a str,
    eyes: &'a Eyes,
    book: &'a Book,
    shows: Wall,
    /// Whether its picture is known here: it is not when a recording begins with a wall that resumes.
    whole: bool,
    begun: bool,
    /// After a fault only the first is told.
    lost: bool,
}

/// A picture that somebody asked for.
struct Look<'a> {
    client: &'a str,
    eyes: &'a Eyes,
    book: &'a Book,
    at: u64,
    /// Number of the newest entry that must be in it.
    due: u64,
}

struct Check<'a> {
    books: &'a BTreeMap<String, Book>,
    faults: Vec<Fault>,
    claims: Vec<Claim>,
    open: BTreeMap<u64, Socket<'a>>,
    /// What each wall shows while it has no socket.
    walls: HashMap<(&'a str, &'a str), Wall>,
    looks: HashMap<u64, Look<'a>>,
    /// Who asked for what, where.
    calls: HashMap<u64, (&'a str, &'a str, Option<&'a str>)>,
    /// The newest entry that a client was told of, by client, crisis and server.
    acknowledged: HashMap<(&'a str, &'a str, Option<&'a str>), u64>,
    settled: HashMap<&'a str, u64>,
}

/// Checks everything that was shown; answers what is still to be compared with the fold.
pub fn check(history: &History, books: &BTreeMap<String, Book>, faults: &mut Vec<Fault>) -> Vec<Claim> {
    let mut check = Check {
        books,
        faults: Vec::new(),
        claims: Vec::new(),
        open: BTreeMap::new(),
        walls: HashMap::new(),
        looks: HashMap::new(),
        calls: HashMap::new(),
        acknowledged: HashMap::new(),
        settled: HashMap::new(),
    };
    for line in &history.lines {
        check.take(line);
    }
    let open: Vec<u64> = check.open.keys().copied().collect();
    for socket in open {
        check.ended(socket);
    }
    faults.extend(check.faults);
    check.claims
}

impl<'a> Check<'a> {
    fn take(&mut self, line: &'a Line) {
        match &line.record {
            Record::Asked { call, client, crisis, server, .. } => {
                self.calls.insert(*call, (client, crisis, server.as_deref()));
            }
            Record::Answered { call, answer: Answer::Done { position, .. } } => {
                let Some((client, crisis, server)) = self.calls.get(call).copied() else { return };
                let Some(place) = self.books.get(crisis).and_then(|book| book.place(position)) else { return };
                let newest = self.acknowledged.entry((client, crisis, server)).or_default();
                *newest = (place as u64 + 1).max(*newest);
            }
            Record::Answered { .. } | Record::Entry { .. } => {}
            Record::Looked { look, client, server, eyes, crisis } => {
                let Some(book) = self.books.get(crisis) else { return };
                let here = server.as_deref().and_then(|server| {
                    self.acknowledged.get(&(client.as_str(), crisis.as_str(), Some(server))).copied()
                });
                let settled = self.settled.get(crisis.as_str()).copied();
                let due = here.max(settled).unwrap_or_default();
                self.looks.insert(*look, Look { client, eyes, book, at: line.at, due });
            }
            Record::Shown { look, picture } => self.shown(*look, line.at, picture),
            Record::Joined { socket, wall, eyes, crisis, after, .. } => {
                let Some(book) = self.books.get(crisis) else { return };
                let held = self.walls.get(&(wall.as_str(), crisis.as_str()));
                let held = held.filter(|held| after.is_some() && held.position == *after).cloned();
                let whole = held.is_some();
                let shows = held.unwrap_or_else(|| Wall { position: after.clone(), ..Wall::default() });
                let socket_ = Socket { wall, eyes, book, shows, whole, begun: false, lost: false };
                self.open.insert(*socket, socket_);
            }
            Record::Told { socket, frame } => self.told(*socket, frame),
            Record::Ended { socket, .. } => self.ended(*socket),
            Record::Settled { crisis, seq } => self.settle(crisis, *seq),
        }
    }

    fn shown(&mut self, look: u64, at: u64, picture: &Value) {
        let Some(Look { client, eyes, book, at: asked_at, due }) = self.looks.remove(&look) else { return };
        let place = picture["position"].as_str().and_then(|position| book.place(position));
        let Some(place) = place else {
            let says = format!("{client} was shown a picture of no moment of the journal");
            return self.faults.push(Fault::new(Rule::NotTheFold, says));
        };
        if let Some(newest) = book.newest(eyes, due)
            && place < newest
            && at - asked_at < PATIENCE_MS
        {
            let says =
                format!("{client} was told that entry {} is safe and was shown a picture without it", newest + 1);
            self.faults.push(Fault::new(Rule::NotReadBack, says));
        }
        self.look_for_more(&format!("{client} looking at the picture"), eyes, book, picture, place);
        self.claim(client, eyes, book, place, Wall::of(picture));
    }

    /// Whether there is anything in it that these eyes may not see.
    fn look_for_more(&mut self, who: &str, eyes: &Eyes, book: &Book, shown: &Value, place: usize) {
        if let Some((text, entry)) = book.over_shared(eyes, shown, place) {
            let (tlp, seq, of) = (entry.label.tlp.to_uppercase(), entry.seq, &eyes.centre);
            let (role, at) = (&eyes.role, path_of(shown, text).unwrap_or_default());
            let says = format!("{who} ({role} of {of}) was shown “{text}” of entry {seq}, which is TLP:{tlp}, at {at}");
            self.faults.push(Fault::new(Rule::OverShared, says));
        }
    }

    fn claim(&mut self, who: &str, eyes: &Eyes, book: &Book, place: usize, shows: Option<Wall>) {
        let Some(shows) = shows else {
            let says = format!("{who} was shown a picture that cannot be read");
            return self.faults.push(Fault::new(Rule::NotTheFold, says));
        };
        let (who, crisis, eyes) = (who.to_owned(), book.crisis.clone(), eyes.clone());
        self.claims.push(Claim { who, crisis, eyes, place, shows });
    }

    fn told(&mut self, number: u64, frame: &'a Value) {
        let Some(mut socket) = self.open.remove(&number) else { return };
        if !socket.lost
            && let Err((rule, says)) = self.take_frame(&mut socket, frame)
        {
            socket.lost = true;
            self.faults.push(Fault::new(rule, format!("wall {}: {says}", socket.wall)));
        }
        socket.begun = true;
        self.open.insert(number, socket);
    }

    fn take_frame(&mut self, socket: &mut Socket<'a>, frame: &Value) -> Result<(), (Rule, String)> {
        let (eyes, book) = (socket.eyes, socket.book);
        let gap = |says| (Rule::Gap, says);
        match frame["type"].as_str() {
            Some("snapshot") if socket.begun => Err(gap("a whole picture came in the middle".to_owned())),
            Some("snapshot") => {
                let picture = &frame["picture"];
                let shows = Wall::of(picture).ok_or_else(|| gap("a picture that cannot be read".to_owned()))?;
                let place = place(book, &picture["position"])?;
                self.look_for_more(&format!("wall {}", socket.wall), eyes, book, picture, place);
                self.claim(socket.wall, eyes, book, place, Some(shows.clone()));
                (socket.shows, socket.whole) = (shows, true);
                Ok(())
            }
            Some("change") => {
                let after = place(book, &frame["after"])?;
                socket.shows.change(frame).map_err(gap)?;
                let upto = place(book, &frame["upto"])?;
                if upto <= after {
                    return Err(gap(format!("it was led from entry {} back to entry {}", after + 1, upto + 1)));
                }
                if book.was_scoped(after, upto) {
                    return Err(gap("it was told on, though who may see what had changed".to_owned()));
                }
                self.look_for_more(&format!("wall {}", socket.wall), eyes, book, frame, upto);
                let told: BTreeSet<Option<usize>> =
                    entries(frame).map(|entry| place(book, &entry["position"]).ok()).collect();
                let due: BTreeSet<Option<usize>> =
                    (after + 1..=upto).filter(|entry| book.is_told(eyes, *entry, upto)).map(Some).collect();
                let in_order = entries(frame).map(|entry| place(book, &entry["position"]).ok()).is_sorted();
                if told != due || !in_order {
                    let says = format!(
                        "between entries {} and {} it was told of {told:?} and not of {due:?}",
                        after + 1,
                        upto + 1
                    );
                    return Err((Rule::Untold, says));
                }
                Ok(())
            }
            Some("beat") => socket.shows.beat(frame).map_err(gap),
            _ => Err(gap(format!("a frame that cannot be read: {frame}"))),
        }
    }

    fn ended(&mut self, number: u64) {
        let Some(socket) = self.open.remove(&number) else { return };
        let (wall, book) = (socket.wall, socket.book);
        if socket.lost || !socket.whole {
            self.walls.remove(&(wall, book.crisis.as_str()));
            return;
        }
        self.claim_of(&socket);
        self.walls.insert((wall, book.crisis.as_str()), socket.shows);
    }

    fn claim_of(&mut self, socket: &Socket<'a>) {
        let position = socket.shows.position.as_deref();
        if let Some(place) = position.and_then(|position| socket.book.place(position)) {
            self.claim(socket.wall, socket.eyes, socket.book, place, Some(socket.shows.clone()));
        }
    }

    fn settle(&mut self, crisis: &'a str, seq: u64) {
        self.settled.insert(crisis, seq);
        let open: Vec<u64> = self.open.keys().copied().collect();
        for number in open {
            let Some(socket) = self.open.remove(&number) else { continue };
            if socket.book.crisis == crisis && !socket.lost {
                let newest = socket.book.newest(socket.eyes, seq);
                let stands = socket.shows.position.as_deref().and_then(|position| socket.book.place(position));
                if stands < newest {
                    let number = |place: Option<usize>| place.map_or(0, |place| place + 1);
                    let (wall, newest, stands) = (socket.wall, number(newest), number(stands));
                    let says = format!("wall {wall} was never told of entry {newest}: it stands at entry {stands}");
                    self.faults.push(Fault::new(Rule::Behind, says));
                } else if socket.whole {
                    self.claim_of(&socket);
                }
            }
            self.open.insert(number, socket);
        }
    }
}

fn place(book: &Book, position: &Value) -> Result<usize, (Rule, String)> {
    let place = position.as_str().and_then(|position| book.place(position));
    place.ok_or_else(|| (Rule::Gap, format!("it was told of {position}, which is no place in the journal")))
}

fn entries(frame: &Value) -> impl Iterator<Item = &Value> {
    frame["entries"].as_array().into_iter().flatten()
}
