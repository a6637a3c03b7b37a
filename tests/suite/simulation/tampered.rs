//! A history that holds, and what the checker says when one line of it is as a fault would have made it.

use serde_json::Value;

use super::mutants::posts;
use super::operations::{Op, Share};
use super::play;
use super::server::Sound;
use crate::checker::history::{Answer, History, Record};
use crate::checker::{Rule, check};

/// Three posts of one officer, the last for named people, with somebody who looks.
fn sound() -> History {
    let ops = [
        posts(0, Share::Green),
        posts(0, Share::Green),
        posts(0, Share::StrictTo(1)),
        Op::Look { who: 0, at: 0, crisis: 0 },
    ];
    let outcome = play(&ops, &Sound);
    assert!(outcome.holds(), "{}", outcome.says());
    outcome.history
}

/// What the checker says once every record has been through this; it must have changed something.
fn rules(bend: impl FnMut(&mut Record) -> bool) -> Vec<Rule> {
    rules_of(&sound(), bend)
}

fn rules_of(whole: &History, mut bend: impl FnMut(&mut Record) -> bool) -> Vec<Rule> {
    let mut history = whole.clone();
    history.lines.retain_mut(|line| bend(&mut line.record));
    assert_ne!(history, *whole, "nothing was tampered with");
    let mut rules: Vec<Rule> = check(&history).into_iter().map(|fault| fault.rule).collect();
    rules.dedup();
    rules
}

fn says(record: &Record, text: &str) -> bool {
    serde_json::to_string(record).expect("a record is JSON").contains(text)
}

/// The call that posted these words.
fn call_of(words: &str) -> u64 {
    let lines = sound().lines;
    let call = lines.iter().find_map(|line| match &line.record {
        Record::Asked { call, words: Some(said), .. } if said == words => Some(*call),
        _ => None,
    });
    call.expect("it was asked")
}

#[test]
fn what_is_written_down_is_read_as_it_was() {
    let history = sound();
    let read = History::of_json_lines(&history.to_json_lines()).expect("it reads what it wrote");
    assert_eq!(read, history);
    assert_eq!(check(&read), []);
}

#[test]
fn an_entry_that_is_missing_or_runs_back_in_time_is_seen() {
    let gone = rules(|record| !matches!(record, Record::Entry { .. }) || !says(record, "\"headline\":\"words 3\""));
    assert_eq!(gone, [Rule::Numbers]);
    let back = rules(|record| {
        if let Record::Entry { stored, .. } = record
            && stored["seq"] == 3
        {
            stored["recorded_at"] = "2020-01-01T00:00:00Z".into();
        }
        true
    });
    assert_eq!(back, [Rule::Numbers]);
}

#[test]
fn an_entry_that_does_not_know_its_key_is_seen() {
    let found = rules(|record| {
        if let Record::Entry { stored, .. } = record
            && stored["seq"] == 3
        {
            stored["request"] = Value::Null;
        }
        true
    });
    assert_eq!(found, [Rule::KeyForgotten]);
}

#[test]
fn what_was_refused_and_done_and_what_nobody_asked_for_is_seen() {
    let call = call_of("words 3");
    let refused = rules(|record| {
        if let Record::Answered { call: of, answer } = record
            && *of == call
        {
            *answer = Answer::Refused { why: "no".to_owned() };
        }
        true
    });
    assert_eq!(refused, [Rule::RefusedAndDone]);
    let unasked = rules(|record| match record {
        Record::Asked { call: of, .. } | Record::Answered { call: of, .. } => *of != call,
        _ => true,
    });
    assert_eq!(unasked, [Rule::Unasked]);
}

#[test]
fn an_order_that_was_not_kept_is_seen() {
    // As if the second had been answered before the first was asked for.
    let (first, second) = (call_of("words 2"), call_of("words 3"));
    let whole = sound();
    let mut history = whole.clone();
    let of = |record: &Record, call: u64| match record {
        Record::Asked { call: of, .. } | Record::Answered { call: of, .. } => *of == call,
        _ => false,
    };
    let (mut early, late): (Vec<_>, Vec<_>) =
        history.lines.drain(..).partition(|line| of(&line.record, second) && !of(&line.record, first));
    early.extend(late);
    history.lines = early;
    let rules: Vec<Rule> = check(&history).into_iter().map(|fault| fault.rule).collect();
    assert_eq!(rules, [Rule::Reordered]);
}

#[test]
fn a_frame_that_is_lost_or_leaves_something_out_is_seen() {
    let mut lost = false;
    let gap = rules(|record| {
        let told = matches!(record, Record::Told { frame, .. } if frame["type"] == "change") && says(record, "words 2");
        let drop = told && !lost;
        lost |= drop;
        !drop
    });
    assert_eq!(gap, [Rule::Gap]);
    let untold = rules(|record| {
        if let Record::Told { frame, .. } = record
            && frame["upto"].is_string()
            && let Some(entry) = frame["entries"][0].as_object_mut()
            && let Some(position) = entry.get_mut("position")
        {
            *position = "elsewhere".into();
        }
        true
    });
    assert_eq!(untold, [Rule::Untold]);
}

#[test]
fn something_else_than_the_journal_says_is_seen() {
    let found = rules(|record| {
        if let Record::Told { frame, .. } = record
            && let Some(severity) = frame.pointer_mut("/set/0/value/update/severity")
        {
            *severity = "extreme".into();
        }
        true
    });
    assert_eq!(found, [Rule::NotTheFold]);
}

#[test]
fn somebody_who_does_not_see_what_he_was_told_is_safe_is_seen() {
    let whole = sound();
    let before = whole.lines.iter().find_map(|line| match &line.record {
        Record::Told { frame, .. } if frame["type"] == "snapshot" => Some(frame["picture"].clone()),
        _ => None,
    });
    let before = before.expect("walls begin with a picture");
    let found = rules_of(&whole, |record| {
        if let Record::Shown { picture, .. } = record {
            *picture = before.clone();
        }
        true
    });
    assert_eq!(found, [Rule::NotReadBack]);
}
