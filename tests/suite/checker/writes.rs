//! What must hold of requests: acknowledged means once and for ever, refused means never, and order stays.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::book::Book;
use super::history::{Answer, History, Record};
use super::{Fault, Rule};

/// One request with what came of it.
struct Call<'a> {
    client: &'a str,
    account: &'a str,
    crisis: &'a str,
    key: Option<&'a str>,
    words: Option<&'a str>,
    answer: Option<&'a Answer>,
}

impl Call<'_> {
    /// The same thing asked once more: under the same key, in the same words.
    fn is_again(&self, other: &Self) -> bool {
        self.account == other.account && self.key.is_some() && self.key == other.key && self.words == other.words
    }

    fn was_refused(&self) -> bool {
        matches!(self.answer, Some(Answer::Refused { .. }))
    }

    fn called(&self) -> &str {
        self.words.or(self.key).unwrap_or("a request")
    }
}

pub fn check(history: &History, books: &BTreeMap<String, Book>, faults: &mut Vec<Fault>) {
    let calls = calls(history);
    for call in calls.values() {
        match call.answer {
            Some(Answer::Done { position, subject, .. }) => {
                acknowledged(call, position, subject.as_deref(), books, faults);
            }
            Some(Answer::Refused { why }) => refused(call, why, &calls, books, faults),
            Some(Answer::Unknown { .. }) | None => {}
        }
    }
    twice(&calls, books, faults);
    unasked(&calls, books, faults);
    merged(&calls, faults);
    order(history, &calls, books, faults);
}

fn calls(history: &History) -> BTreeMap<u64, Call<'_>> {
    let mut calls = BTreeMap::new();
    for line in &history.lines {
        match &line.record {
            Record::Asked { call, client, account, crisis, key, words, .. } => {
                let (key, words) = (key.as_deref(), words.as_deref());
                calls.insert(*call, Call { client, account, crisis, key, words, answer: None });
            }
            Record::Answered { call, answer } => {
                if let Some(call) = calls.get_mut(call) {
                    call.answer = Some(answer);
                }
            }
            _ => {}
        }
    }
    calls
}

/// It is in the journal, where it was said to be, and it is what was asked.
fn acknowledged(
    call: &Call<'_>,
    position: &str,
    subject: Option<&str>,
    books: &BTreeMap<String, Book>,
    faults: &mut Vec<Fault>,
) {
    let (client, called) = (call.client, call.called());
    let found = books.get(call.crisis).and_then(|book| Some((book, &book.entries[book.place(position)?])));
    let Some((book, entry)) = found else {
        let says = format!("{client} was told that “{called}” is safe, and it is not in the journal");
        return faults.push(Fault::new(Rule::Lost, says));
    };
    let said = call.words.is_none_or(|words| book.saying(words).iter().any(|at| book.entries[*at].seq == entry.seq));
    let under = call
        .key
        .is_none_or(|key| entry.request.as_ref().is_some_and(|(account, kept)| account == call.account && kept == key));
    let about = entry.subject.as_deref() == subject;
    if !said || !about {
        let says = format!("{client} was told that “{called}” is entry {}, and that entry is another", entry.seq);
        faults.push(Fault::new(Rule::Lost, says));
    }
    if !under {
        let says = format!("“{called}” of {client} is entry {}, which does not know under which key", entry.seq);
        faults.push(Fault::new(Rule::KeyForgotten, says));
    }
}

/// What was refused has not happened, unless the same thing was asked once more and not refused.
fn refused(
    call: &Call<'_>,
    why: &str,
    calls: &BTreeMap<u64, Call<'_>>,
    books: &BTreeMap<String, Book>,
    faults: &mut Vec<Fault>,
) {
    let (Some(words), Some(book)) = (call.words, books.get(call.crisis)) else { return };
    let Some(at) = book.saying(words).first() else { return };
    if calls.values().any(|other| !other.was_refused() && other.words == call.words) {
        return;
    }
    let (client, seq) = (call.client, book.entries[*at].seq);
    let says = format!("{client} was told that “{words}” is refused ({why}), and it is entry {seq}");
    faults.push(Fault::new(Rule::RefusedAndDone, says));
}

/// One thing asked, under one key or in one set of words, has one effect.
fn twice(calls: &BTreeMap<u64, Call<'_>>, books: &BTreeMap<String, Book>, faults: &mut Vec<Fault>) {
    let asked: BTreeSet<&str> = calls.values().filter_map(|call| call.words).collect();
    let mut keys: HashMap<&(String, String), (&str, u64)> = HashMap::new();
    for (crisis, book) in books {
        for words in &asked {
            let seqs: Vec<u64> = book.saying(words).iter().map(|at| book.entries[*at].seq).collect();
            if seqs.len() > 1 {
                let says = format!("“{words}” was asked for once and stands in {crisis} as entries {seqs:?}");
                faults.push(Fault::new(Rule::Doubled, says));
            }
        }
        for entry in &book.entries {
            let Some(request) = &entry.request else { continue };
            if let Some((elsewhere, first)) = keys.insert(request, (crisis, entry.seq)) {
                let says = format!(
                    "the key {} has two effects: entry {first} of {elsewhere} and entry {} of {crisis}",
                    request.1, entry.seq
                );
                faults.push(Fault::new(Rule::Doubled, says));
            }
        }
    }
}

/// Nothing stands in the journal under the name of somebody who did not ask for it.
fn unasked(calls: &BTreeMap<u64, Call<'_>>, books: &BTreeMap<String, Book>, faults: &mut Vec<Fault>) {
    let accounts: BTreeSet<&str> = calls.values().map(|call| call.account).collect();
    let keys: BTreeSet<(&str, &str)> = calls.values().filter_map(|call| Some((call.account, call.key?))).collect();
    let mut said: BTreeSet<(&str, u64)> = BTreeSet::new();
    for call in calls.values() {
        let Some((book, words)) = books.get(call.crisis).zip(call.words) else { continue };
        said.extend(book.saying(words).iter().map(|at| (call.crisis, book.entries[*at].seq)));
    }
    for (crisis, book) in books {
        for entry in book.entries.iter().filter(|entry| accounts.contains(entry.account.as_str())) {
            let by_key = entry.request.as_ref().is_some_and(|(account, key)| keys.contains(&(account, key)));
            if !by_key && !said.contains(&(crisis, entry.seq)) {
                let says = format!("entry {} of {crisis} ({}) was asked for by nobody", entry.seq, entry.kind());
                faults.push(Fault::new(Rule::Unasked, says));
            }
        }
    }
}

/// Two requests under two keys are not answered with one entry.
fn merged(calls: &BTreeMap<u64, Call<'_>>, faults: &mut Vec<Fault>) {
    let mut answered: HashMap<(&str, &str), &Call<'_>> = HashMap::new();
    for call in calls.values() {
        let Some(Answer::Done { position, .. }) = call.answer else { continue };
        if let Some(other) = answered.insert((call.crisis, position), call)
            && !call.is_again(other)
        {
            let says =
                format!("“{}” and “{}” were answered with one and the same entry", other.called(), call.called());
            faults.push(Fault::new(Rule::Lost, says));
        }
    }
}

/// What a client asked for after an answer stands after what was answered.
fn order(history: &History, calls: &BTreeMap<u64, Call<'_>>, books: &BTreeMap<String, Book>, faults: &mut Vec<Fault>) {
    let place = |call: &Call<'_>, position: &str| Some(books.get(call.crisis)?.place(position)? as u64 + 1);
    // The newest entry that a client was told of, and where that stood when a call was made.
    let mut known: HashMap<(&str, &str), u64> = HashMap::new();
    let mut before: HashMap<u64, u64> = HashMap::new();
    for line in &history.lines {
        match &line.record {
            Record::Asked { call, client, crisis, .. } => {
                before.insert(*call, known.get(&(client.as_str(), crisis.as_str())).copied().unwrap_or_default());
            }
            Record::Answered { call: number, answer: Answer::Done { position, repeated, .. } } => {
                let Some(call) = calls.get(number) else { continue };
                let Some(seq) = place(call, position) else { continue };
                let after = before.get(number).copied().unwrap_or_default();
                if !repeated && seq <= after {
                    let says = format!(
                        "{} asked for “{}” after the answer for entry {after}, and it is entry {seq}",
                        call.client,
                        call.called()
                    );
                    faults.push(Fault::new(Rule::Reordered, says));
                }
                let newest = known.entry((call.client, call.crisis)).or_default();
                *newest = seq.max(*newest);
            }
            _ => {}
        }
    }
}
