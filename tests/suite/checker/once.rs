//! What can happen only once: two who ask for it at the same time, each under a key of its own, have one effect.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::book::{Book, Noted};
use super::{Fault, Rule};

/// What has come to its end, by what it is and how that is called.
#[derive(Default)]
struct Ends<'a> {
    gone: HashMap<(&'static str, &'a str), u64>,
    open: HashSet<(&'static str, &'a str)>,
    closed: bool,
    told: HashMap<String, u64>,
}

pub fn check(books: &BTreeMap<String, Book>, faults: &mut Vec<Fault>) {
    for (crisis, book) in books {
        let mut ends = Ends::default();
        for entry in &book.entries {
            if let Err(says) = ends.take(entry) {
                faults.push(Fault::new(Rule::DecidedTwice, format!("{crisis}: {says}")));
            }
        }
    }
}

impl<'a> Ends<'a> {
    fn take(&mut self, entry: &'a Noted) -> Result<(), String> {
        let event = entry.event();
        let name = |field: &str| event[field].as_str().unwrap_or_default();
        match entry.kind() {
            "update_posted" => {
                self.made("update", &event["update"]["id"], entry.seq)?;
                match event["update"]["supersedes"].as_str() {
                    Some(replaced) => self.replaced(replaced, entry.seq),
                    None => Ok(()),
                }
            }
            "update_withdrawn" => self.ended("update", name("update"), entry.seq),
            "query_asked" => self.made("query", &event["query"]["id"], entry.seq),
            "query_answered" | "query_withdrawn" => self.ended("query", name("query"), entry.seq),
            "handover_offered" => self.made("handover", &event["handover"]["id"], entry.seq),
            "handover_signed" => self.ended("handover", name("handover"), entry.seq),
            "cycle_set" => self.made("cycle", &event["cycle"]["id"], entry.seq),
            "cycle_ended" => self.ended("cycle", name("cycle"), entry.seq),
            "crisis_closed" | "crisis_reopened" => {
                let closes = entry.kind() == "crisis_closed";
                if self.closed == closes {
                    return Err(format!("entry {} ({}) changes nothing", entry.seq, entry.kind()));
                }
                self.closed = closes;
                Ok(())
            }
            "escalation_raised" => self.made("escalation", &event["escalation"]["id"], entry.seq),
            "escalation_stepped" => self.stepped(name("escalation"), &event["step"], entry.seq),
            "escalation_lapsed" => {
                let lapse = &event["lapse"];
                self.once(format!("{} {} {}", name("escalation"), lapse["which"], lapse["due"]), entry)
            }
            "escalation_woken" => self.once(format!("{} woken {}", name("escalation"), event["due"]), entry),
            "slot_missed" | "slot_excused" => {
                let what = format!("{} {} {} {}", entry.kind(), name("cycle"), name("centre"), event["due_at"]);
                self.once(what, entry)
            }
            "slot_reminded" => {
                let (due, minutes) = (&event["due_at"], &event["minutes"]);
                self.once(format!("reminded {} {} {due} {minutes}", name("cycle"), name("centre")), entry)
            }
            _ => Ok(()),
        }
    }

    fn made(&mut self, what: &'static str, id: &'a Value, seq: u64) -> Result<(), String> {
        if self.open.insert((what, id.as_str().unwrap_or_default())) {
            return Ok(());
        }
        Err(format!("entry {seq} makes the {what} {id} a second time"))
    }

    fn ended(&mut self, what: &'static str, id: &'a str, seq: u64) -> Result<(), String> {
        if !self.open.contains(&(what, id)) {
            return Err(format!("entry {seq} ends the {what} {id}, which there is not"));
        }
        match self.gone.insert((what, id), seq) {
            None => Ok(()),
            Some(first) => Err(format!("the {what} {id} came to its end twice, in entries {first} and {seq}")),
        }
    }

    /// What was replaced for some eyes may stand for others, and be withdrawn from them; not the other way round.
    fn replaced(&mut self, id: &'a str, seq: u64) -> Result<(), String> {
        if let Some(first) = self.gone.get(&("update", id)) {
            return Err(format!("entry {seq} replaces the update {id}, which entry {first} has withdrawn"));
        }
        match self.gone.insert(("replacing of the update", id), seq) {
            None if self.open.contains(&("update", id)) => Ok(()),
            None => Err(format!("entry {seq} replaces the update {id}, which there is not")),
            Some(first) => Err(format!("the update {id} was replaced twice, in entries {first} and {seq}")),
        }
    }

    /// Only what has an end: answered (but for a “cannot”), rejected, resolved, closed, until it is opened again.
    fn stepped(&mut self, id: &'a str, step: &Value, seq: u64) -> Result<(), String> {
        let word = step["step"].as_str().unwrap_or_default();
        let end = match word {
            "acknowledge" if step["answer"] != "cannot" => "answering of the escalation",
            "reject" => "rejecting of the escalation",
            "resolve" => "resolving of the escalation",
            "close" => "closing of the escalation",
            "reopen" => {
                self.gone.retain(|(what, of), _| *of != id || !what.ends_with("of the escalation"));
                return Ok(());
            }
            _ => return Ok(()),
        };
        match self.gone.insert((end, id), seq) {
            None => Ok(()),
            Some(first) => Err(format!("the {end} {id} happened twice, in entries {first} and {seq}")),
        }
    }

    fn once(&mut self, what: String, entry: &Noted) -> Result<(), String> {
        match self.told.insert(what, entry.seq) {
            None => Ok(()),
            Some(first) => Err(format!("entries {first} and {} ({}) say the same thing", entry.seq, entry.kind())),
        }
    }
}
