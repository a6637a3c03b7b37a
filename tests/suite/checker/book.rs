//! The journal of one crisis as a recording ends with it, indexed by what a checker looks for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::history::{Eyes, History, Record};
use super::marks::{Label, is_told, label, may_see};
use super::{Fault, Rule};

/// Fields of an event that hold what somebody said.
const TEXTS: [&str; 13] = [
    "answer",
    "assignee",
    "body",
    "decided_by",
    "description",
    "headline",
    "name",
    "note",
    "notes",
    "question",
    "reason",
    "text",
    "title",
];

/// The entries of one crisis, in the order of their numbers.
pub struct Book {
    pub crisis: String,
    pub entries: Vec<Noted>,
    by_position: HashMap<String, usize>,
    /// Everything that was said, and by which entries.
    texts: HashMap<String, Vec<usize>>,
    /// Everything that has an id, and which entries are about it.
    ids: HashMap<String, Vec<usize>>,
    /// The centres of the crisis from a place on.
    scopes: BTreeMap<usize, BTreeSet<String>>,
}

/// One entry.
pub struct Noted {
    pub seq: u64,
    pub position: String,
    pub stored: Value,
    pub label: Label,
    pub told: bool,
    pub account: String,
    /// Account and key of the request that it answers.
    pub request: Option<(String, String)>,
    pub subject: Option<String>,
}

impl Noted {
    pub fn event(&self) -> &Value {
        &self.stored["event"]
    }

    pub fn kind(&self) -> &str {
        self.event()["type"].as_str().unwrap_or_default()
    }
}

impl Book {
    /// Every crisis of a recording, and what is wrong with the journal as a journal.
    pub fn all(history: &History) -> (BTreeMap<String, Self>, Vec<Fault>) {
        let mut books: BTreeMap<String, Vec<Noted>> = BTreeMap::new();
        let mut faults = Vec::new();
        for line in &history.lines {
            let Record::Entry { crisis, position, stored } = &line.record else { continue };
            match note(position, stored) {
                Some(noted) => books.entry(crisis.clone()).or_default().push(noted),
                None => faults.push(Fault::new(Rule::Numbers, format!("{crisis}: an entry cannot be read: {stored}"))),
            }
        }
        let books = books.into_iter().map(|(crisis, entries)| {
            let book = Self::of(crisis.clone(), entries);
            book.check_numbers(&mut faults);
            (crisis, book)
        });
        (books.collect(), faults)
    }

    fn of(crisis: String, mut entries: Vec<Noted>) -> Self {
        entries.sort_by_key(|entry| entry.seq);
        let mut book = Self {
            crisis,
            entries: Vec::new(),
            by_position: HashMap::new(),
            texts: HashMap::new(),
            ids: HashMap::new(),
            scopes: BTreeMap::new(),
        };
        for (at, entry) in entries.iter().enumerate() {
            book.by_position.insert(entry.position.clone(), at);
            let event = entry.event();
            for text in said(event) {
                let sayers = book.texts.entry(text.to_owned()).or_default();
                if sayers.last() != Some(&at) {
                    sayers.push(at);
                }
            }
            if let Some(id) = &entry.subject {
                book.ids.entry(id.clone()).or_default().push(at);
            }
            let centres = match event["type"].as_str() {
                Some("crisis_opened") => event["crisis"]["centres"].as_array(),
                Some("crisis_scoped") => event["centres"].as_array(),
                _ => None,
            };
            if let Some(centres) = centres {
                let centres = centres.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                book.scopes.insert(at, centres);
            }
        }
        book.entries = entries;
        book
    }

    fn check_numbers(&self, faults: &mut Vec<Fault>) {
        let crisis = &self.crisis;
        let mut before = String::new();
        for (at, entry) in self.entries.iter().enumerate() {
            if entry.seq != at as u64 + 1 {
                let says = format!("{crisis}: entry {} stands in the place of entry {}", entry.seq, at + 1);
                faults.push(Fault::new(Rule::Numbers, says));
                return;
            }
            let recorded_at = time(&entry.stored["recorded_at"]);
            if recorded_at < before {
                let says = format!("{crisis}: entry {} says that it was recorded before the one before it", entry.seq);
                faults.push(Fault::new(Rule::Numbers, says));
            }
            before = recorded_at;
        }
    }

    /// The place of a position in the order of entries.
    pub fn place(&self, position: &str) -> Option<usize> {
        self.by_position.get(position).copied()
    }

    /// The centres of the crisis once the entry of a place is known.
    pub fn centres(&self, at: usize) -> &BTreeSet<String> {
        static NONE: BTreeSet<String> = BTreeSet::new();
        self.scopes.range(..=at).next_back().map_or(&NONE, |(_, centres)| centres)
    }

    /// Whether the scope changed after one place, up to another.
    pub fn was_scoped(&self, after: usize, upto: usize) -> bool {
        self.scopes.range(after + 1..=upto).next().is_some()
    }

    /// Whether these eyes are told of an entry, in the crisis as it is scoped at a place.
    pub fn is_told(&self, eyes: &Eyes, entry: usize, at: usize) -> bool {
        self.entries[entry].told && may_see(eyes, &self.entries[entry].label, self.centres(at))
    }

    /// Where these eyes stand when the entries up to a number are known.
    pub fn newest(&self, eyes: &Eyes, seq: u64) -> Option<usize> {
        let known = usize::try_from(seq).ok()?.min(self.entries.len());
        (0..known).rev().find(|at| self.is_told(eyes, *at, known - 1))
    }

    /// The entries that say a text.
    pub fn saying(&self, text: &str) -> &[usize] {
        self.texts.get(text).map(Vec::as_slice).unwrap_or_default()
    }

    /// What in here these eyes may not see, in the crisis as it is scoped at a place.
    pub fn over_shared<'a>(&self, eyes: &Eyes, shown: &'a Value, at: usize) -> Option<(&'a str, &Noted)> {
        // What one of those who said it, or are about it, may be seen by these eyes, they may know.
        let hidden = |entries: &[usize]| {
            let hidden = |entry: &usize| !may_see(eyes, &self.entries[*entry].label, self.centres(at));
            entries.first().copied().filter(|_| entries.iter().all(hidden))
        };
        let mut found = None;
        each_text(shown, &mut |text| {
            let about = self.ids.get(text).map(Vec::as_slice).unwrap_or_default();
            if let Some(entry) = hidden(self.saying(text)).or_else(|| hidden(about)).filter(|_| found.is_none()) {
                found = Some((text, &self.entries[entry]));
            }
        });
        found
    }
}

fn note(position: &str, stored: &Value) -> Option<Noted> {
    let event = &stored["event"];
    let request = stored.get("request").filter(|request| !request.is_null());
    let request = match request {
        Some(request) => Some((request["account"].as_str()?.to_owned(), request["key"].as_str()?.to_owned())),
        None => None,
    };
    Some(Noted {
        seq: stored["seq"].as_u64()?,
        position: position.to_owned(),
        label: label(event)?,
        told: is_told(event),
        account: stored["actor"]["account"].as_str()?.to_owned(),
        request,
        subject: subject(event),
        stored: stored.clone(),
    })
}

/// A time that compares as text: with as many digits as any.
fn time(time: &Value) -> String {
    let parsed = time.as_str().and_then(|time| time.parse::<jiff::Timestamp>().ok());
    parsed.map(|time| format!("{time:.3}")).unwrap_or_default()
}

/// The id of what an event makes.
fn made(event: &Value) -> Option<String> {
    let thing = match event["type"].as_str()? {
        "update_posted" => &event["update"],
        "escalation_raised" => &event["escalation"],
        "query_asked" => &event["query"],
        "cycle_set" => &event["cycle"],
        "log_entered" => &event["entry"],
        "handover_offered" => &event["handover"],
        _ => return None,
    };
    thing["id"].as_str().map(str::to_owned)
}

/// The id of what an event is about: what it makes, or what it names.
fn subject(event: &Value) -> Option<String> {
    let named = match event["type"].as_str()? {
        "update_withdrawn" => &event["update"],
        "escalation_stepped" | "escalation_lapsed" | "escalation_woken" => &event["escalation"],
        "query_answered" | "query_withdrawn" => &event["query"],
        "cycle_changed" => &event["cycle"]["id"],
        "cycle_planned" | "cycle_ended" | "slot_excused" | "slot_reminded" | "slot_missed" => &event["cycle"],
        "handover_signed" => &event["handover"],
        _ => return made(event),
    };
    named.as_str().map(str::to_owned)
}

/// Everything that somebody said in an event.
fn said(event: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    match event {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if TEXTS.contains(&name.as_str()) => found.push(text.as_str()),
                    // The names of sectors are the catalogue's, and the same for everybody.
                    Value::Array(_) if name == "sectors" => {}
                    value => found.extend(said(value)),
                }
            }
        }
        Value::Array(items) => found.extend(items.iter().flat_map(said)),
        _ => {}
    }
    found
}

/// Where in a frame a text stands, as a JSON pointer.
pub fn path_of(shown: &Value, text: &str) -> Option<String> {
    match shown {
        Value::String(here) if here == text => Some(String::new()),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(at, item)| Some(format!("/{at}{}", path_of(item, text)?)))
        }
        Value::Object(fields) => {
            fields.iter().find_map(|(name, field)| Some(format!("/{name}{}", path_of(field, text)?)))
        }
        _ => None,
    }
}

fn each_text<'a>(value: &'a Value, seen: &mut impl FnMut(&'a str)) {
    match value {
        Value::String(text) => seen(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, seen)),
        Value::Object(fields) => fields.values().for_each(|field| each_text(field, seen)),
        _ => {}
    }
}
