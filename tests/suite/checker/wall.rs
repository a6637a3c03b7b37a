//! A wall's side of docs/protocol.md, written from that page: what it shows after each frame, and what it refuses.

use std::collections::BTreeMap;

use serde_json::Value;

/// Lines that a wall keeps of what happened.
const FEED_MAX: usize = 50;

/// Where a thing of the picture is put, and what names it: `kind`, the list in the picture, the parts of its key.
const THINGS: [(&str, &str, &[&str]); 7] = [
    ("centre", "centres", &["id"]),
    ("cell", "cells", &["centre", "sector"]),
    ("reading", "readings", &["centre", "indicator"]),
    ("escalation", "escalations", &["id"]),
    ("query", "queries", &["id"]),
    ("cycle", "cycles", &["id"]),
    ("slots", "slots", &["cycle", "centre"]),
];

/// What a wall holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wall {
    pub position: Option<String>,
    pub things: BTreeMap<(String, String), Value>,
    pub feed: Vec<Value>,
}

impl Wall {
    /// A wall that was just given this picture.
    pub fn of(picture: &Value) -> Option<Self> {
        let mut things = BTreeMap::new();
        let crisis = picture.get("crisis")?;
        things.insert(("crisis".to_owned(), crisis["slug"].as_str()?.to_owned()), crisis.clone());
        for (kind, list, key) in THINGS {
            for thing in picture.get(list)?.as_array()? {
                let parts: Option<Vec<&str>> = key.iter().map(|part| thing[part].as_str()).collect();
                things.insert((kind.to_owned(), parts?.join("/")), thing.clone());
            }
        }
        let position = Some(picture.get("position")?.as_str()?.to_owned());
        Some(Self { position, things, feed: picture.get("feed")?.as_array()?.clone() })
    }

    /// Takes in a change; what is wrong with it otherwise.
    pub fn change(&mut self, frame: &Value) -> Result<(), String> {
        let held = self.position.as_deref();
        if held.is_none() || frame["after"].as_str() != held {
            return Err(format!("it stands at {held:?} and was told what follows {}", frame["after"]));
        }
        let read = || "a change that cannot be read".to_owned();
        let name = |thing: &Value| Some((thing["kind"].as_str()?.to_owned(), thing["key"].as_str()?.to_owned()));
        for set in frame["set"].as_array().ok_or_else(read)? {
            self.things.insert(name(set).ok_or_else(read)?, set.get("value").ok_or_else(read)?.clone());
        }
        for removed in frame["remove"].as_array().ok_or_else(read)? {
            self.things.remove(&name(removed).ok_or_else(read)?);
        }
        let entries = frame["entries"].as_array().filter(|entries| !entries.is_empty()).ok_or_else(read)?;
        self.feed.splice(0..0, entries.iter().rev().cloned());
        self.feed.truncate(FEED_MAX);
        self.position = Some(frame["upto"].as_str().ok_or_else(read)?.to_owned());
        Ok(())
    }

    /// Hears a beat; what is wrong with it otherwise.
    pub fn beat(&self, frame: &Value) -> Result<(), String> {
        if self.position.is_some() && frame["position"].as_str() == self.position.as_deref() {
            return Ok(());
        }
        Err(format!("it stands at {:?} and heard a beat for {}", self.position, frame["position"]))
    }

    /// The first difference to what ought to be shown, in words; `None` where there is none.
    pub fn differs_from(&self, other: &Self) -> Option<String> {
        for key in self.things.keys().chain(other.things.keys()) {
            match (self.things.get(key), other.things.get(key)) {
                (Some(shown), Some(true_)) if shown != true_ => {
                    return Some(format!("{} {} is shown as {shown} and is {true_}", key.0, key.1));
                }
                (Some(_), None) => return Some(format!("{} {} is shown and is not there", key.0, key.1)),
                (None, Some(_)) => return Some(format!("{} {} is not shown", key.0, key.1)),
                _ => {}
            }
        }
        let lines = self.feed.len().max(other.feed.len());
        let at = (0..lines).find(|at| self.feed.get(*at) != other.feed.get(*at))?;
        let line = |wall: &Self| wall.feed.get(at).map_or_else(|| "nothing".to_owned(), Value::to_string);
        Some(format!("line {at} of what happened is shown as {} and is {}", line(self), line(other)))
    }
}
