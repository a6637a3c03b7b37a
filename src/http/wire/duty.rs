//! What is sent to the watch log, and to hand over a shift.

use uuid::Uuid;

use crate::domain::command::{Command, OfferHandover, WriteLog};
use crate::domain::handover::{Shift, WATCH_ITEMS_MAX};
use crate::domain::ids::{HandoverId, LogEntryId};
use crate::domain::log::{Corrected, REFS_MAX};
use crate::domain::text::{self, BODY_CHARS_MAX, HEADLINE_CHARS_MAX, Lines, NOTE_CHARS_MAX};
use crate::http::form::Form;
use crate::http::problem::Problem;

/// `POST /crises/{crisis}/log`. Of what it corrects the journal must still be asked.
pub fn write(body: &[u8]) -> Result<WriteLog, Problem> {
    let mut form = Form::read(body)?;
    let kind = form.word("kind");
    let text = form.text("text", Lines::Many, BODY_CHARS_MAX);
    let event_time = form.time("event_time");
    let key_event = form.flag("key_event");
    let refs = form.names("refs", REFS_MAX, |id| Uuid::try_parse(id).map_err(|_| "must be an id")).unwrap_or_default();
    let mark = super::read_mark(&mut form);
    let corrects = form.optional_name("corrects", |id| LogEntryId::parse(id).ok_or("must be an id"));
    let corrects = corrects.map(|id| Corrected { id, found: None });
    let draft = (|| {
        Some(WriteLog { kind: kind?, text: text?, event_time: event_time?, key_event, refs, mark: mark?, corrects })
    })();
    form.finish(draft)
}

/// `POST /crises/{crisis}/handovers`
pub fn offer(body: &[u8]) -> Result<Command, Problem> {
    let mut form = Form::read(body)?;
    let shift = form.required_object("shift", |form| {
        let (from, to) = (form.time("from"), form.time("to"));
        Some(Shift { from: from?, to: to? })
    });
    let notes = form.text("notes", Lines::Many, BODY_CHARS_MAX);
    let line = |item: &str| text::check(item, Lines::One, HEADLINE_CHARS_MAX).map(|()| item.to_owned());
    let watch_items = form.names("watch_items", WATCH_ITEMS_MAX, line).unwrap_or_default();
    let staffing = form.optional_text("staffing", Lines::Many, NOTE_CHARS_MAX);
    let questions = form.optional_text("questions", Lines::Many, NOTE_CHARS_MAX);
    let draft = (|| Some(OfferHandover { shift: shift?, notes: notes?, watch_items, staffing, questions }))();
    form.finish(draft).map(|draft| Command::OfferHandover(Box::new(draft)))
}

/// `POST /crises/{crisis}/handovers/{id}/sign`
pub fn sign(handover: HandoverId, body: &[u8]) -> Result<Command, Problem> {
    let mut form = Form::read(body)?;
    let note = form.optional_text("note", Lines::Many, NOTE_CHARS_MAX);
    form.finish(Some(Command::SignHandover { handover, note }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_about_an_entry_and_a_handover_is_named_at_once() {
        let entry = br#"{"kind":"rumour","text":" ","key_event":1,"refs":["x"],"corrects":"y","x":1}"#;
        let problem = format!("{:?}", write(entry).expect_err("much is wrong"));
        for pointer in ["/kind", "/text", "/event_time", "/key_event", "/refs/0", "/tlp", "/corrects", "/x"] {
            assert!(problem.contains(&format!("\"{pointer}\"")), "{pointer} in {problem}");
        }
        let handover = br#"{"shift":{"from":"soon","x":1},"watch_items":["a\nb"],"staffing":"","x":1}"#;
        let problem = format!("{:?}", offer(handover).expect_err("much is wrong"));
        for pointer in ["/shift/from", "/shift/to", "/shift/x", "/notes", "/watch_items/0", "/staffing", "/x"] {
            assert!(problem.contains(&format!("\"{pointer}\"")), "{pointer} in {problem}");
        }
        let nothing = format!("{:?}", offer(b"{}").expect_err("all is missing"));
        assert!(nothing.contains("\"/shift\"") && nothing.contains("\"/notes\""), "{nothing}");
    }
}
