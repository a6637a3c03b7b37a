//! The read side beyond the live picture: single updates and pages of the journal, through the marks.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::domain::actor::Actor;
use crate::domain::event::{Entry, Event};
use crate::domain::ids::{AccountId, CrisisId, HandoverId, LogEntryId, Position, Seq, UpdateId};
use crate::domain::log::{Corrected, Found};
use crate::domain::mark::Viewer;
use crate::domain::view::handovers::HandoverView;
use crate::domain::view::log::{LogEntryView, Wanted};
use crate::domain::view::{CellHistory, Eye, FeedItem, UpdateHistoryView, Visible};
use crate::domain::vocabulary::Tlp;
use crate::health::Health;
use crate::journal::{Book, Cell, CrisisHead, Journal, JournalError, READ_ENTRIES_MAX};
use crate::live::hub::Hub;

/// Reads the journal for people.
pub struct Reader {
    journal: Arc<dyn Journal>,
    hub: Arc<Hub>,
    health: Health,
}

/// A page of the journal.
pub struct Page<T> {
    pub lines: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Seq>,
}

/// An entry as an auditor sees it: everything but what was said.
#[derive(Debug, Serialize)]
pub struct AuditLine {
    pub seq: Seq,
    pub hash: String,
    pub recorded_at: Timestamp,
    pub kind: &'static str,
    pub actor: Actor,
    pub subject: Option<Uuid>,
    pub tlp: Tlp,
}

impl Reader {
    /// Reads `journal`, and shows what it reads as `hub` would.
    pub fn new(journal: Arc<dyn Journal>, hub: Arc<Hub>, health: Health) -> Self {
        Self { journal, hub, health }
    }

    /// Where the journal of every crisis ends now.
    pub async fn heads(&self) -> Result<Vec<CrisisHead>, JournalError> {
        self.heed(self.journal.crises().await)
    }

    /// One update with what became of it; `None` if there is none that this viewer may see.
    pub async fn update(
        &self,
        crisis: &CrisisId,
        viewer: &Viewer,
        id: UpdateId,
    ) -> Result<Option<Visible<UpdateHistoryView>>, JournalError> {
        let entries = self.heed(self.journal.about(crisis, id.0).await)?;
        Ok(self.hub.look(crisis, viewer, |eye| eye.history(id, &entries)).flatten())
    }

    /// The newest `limit` updates of one cell that this viewer may see, newest first, with what became of each.
    pub async fn cell(
        &self,
        crisis: &CrisisId,
        viewer: &Viewer,
        cell: Cell,
        limit: usize,
    ) -> Result<Vec<Visible<UpdateHistoryView>>, JournalError> {
        let mut history = CellHistory::of(limit);
        let mut before = Seq::END;
        // Each update and, now and then, its withdrawal.
        let page = limit.saturating_mul(2).min(READ_ENTRIES_MAX);
        while !history.is_full() {
            let read = self.journal.cell(crisis, cell.clone(), before, page).await;
            let entries = self.heed(read)?;
            let Some(oldest) = entries.last() else { break };
            before = oldest.seq;
            self.hub.look(crisis, viewer, |eye| eye.tell_history(&entries, &mut history));
        }
        Ok(history.updates)
    }

    /// Up to `limit` entries that this viewer may see, after a number.
    pub async fn page(
        &self,
        crisis: &CrisisId,
        viewer: &Viewer,
        after: Seq,
        limit: usize,
    ) -> Result<Page<Visible<FeedItem>>, JournalError> {
        let mut lines = Vec::new();
        // Where the next page begins is the last line told: what is hidden behind it leaves no trace in the word.
        let (mut read, mut told) = (after, after);
        loop {
            let entries: Vec<Arc<Entry>> = self.heed(self.journal.read(crisis, read, READ_ENTRIES_MAX).await)?;
            let Some(newest) = entries.last().map(|entry| entry.seq) else {
                return Ok(Page { lines, next: None });
            };
            let mut visible = Vec::new();
            self.hub.look(crisis, viewer, |eye| {
                visible = entries.iter().filter_map(|entry| Some((entry.seq, eye.entry(entry)?))).collect();
            });
            for (seq, line) in visible {
                if lines.len() == limit {
                    return Ok(Page { lines, next: Some(told) });
                }
                lines.push(line);
                told = seq;
            }
            read = newest;
        }
    }

    /// Up to `limit` entries of the watch log that are wanted and that this viewer may see, after a number.
    pub async fn log(
        &self,
        crisis: &CrisisId,
        viewer: &Viewer,
        after: Seq,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Page<Visible<LogEntryView>>, JournalError> {
        let mut lines = Vec::new();
        // As above: the word for the next page tells nothing of what is hidden.
        let (mut read, mut told) = (after, after);
        loop {
            let entries = self.heed(self.journal.book(crisis, Book::Log, read, READ_ENTRIES_MAX).await)?;
            let Some(newest) = entries.last().map(|entry| entry.seq) else {
                return Ok(Page { lines, next: None });
            };
            let mut visible = Vec::new();
            self.hub.look(crisis, viewer, |eye| {
                visible = entries.iter().filter_map(|entry| Some((entry.seq, eye.log_entry(entry, wanted)?))).collect();
            });
            for (seq, line) in visible {
                if lines.len() == limit {
                    return Ok(Page { lines, next: Some(told) });
                }
                lines.push(line);
                told = seq;
            }
            read = newest;
        }
    }

    /// The newest `limit` entries of the log before a number that are wanted and this viewer may see, oldest first.
    /// `next` is where the page before begins.
    pub async fn log_before(
        &self,
        crisis: &CrisisId,
        viewer: &Viewer,
        before: Seq,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Page<Visible<LogEntryView>>, JournalError> {
        let mut newest_first: Vec<(Seq, Visible<LogEntryView>)> = Vec::new();
        let mut read = before;
        while newest_first.len() <= limit {
            let entries = self.heed(self.journal.book_before(crisis, Book::Log, read, READ_ENTRIES_MAX).await)?;
            let Some(oldest) = entries.last() else { break };
            read = oldest.seq;
            self.hub.look(crisis, viewer, |eye| {
                newest_first
                    .extend(entries.iter().filter_map(|entry| Some((entry.seq, eye.log_entry(entry, wanted)?))));
            });
        }
        let is_more = newest_first.len() > limit;
        newest_first.truncate(limit);
        let next = newest_first.last().map(|(seq, _)| *seq).filter(|_| is_more);
        Ok(Page { lines: newest_first.into_iter().rev().map(|(_, line)| line).collect(), next })
    }

    /// The newest `most` entries of the log after a number and up to another that are wanted, oldest first. However
    /// long the log is, no more than those and a page are held.
    pub async fn logged(
        &self,
        crisis: &CrisisId,
        (after, upto): (Seq, Seq),
        most: usize,
        wanted: impl Fn(&Entry) -> bool,
    ) -> Result<VecDeque<Arc<Entry>>, JournalError> {
        let mut logged: VecDeque<Arc<Entry>> = VecDeque::new();
        let mut before = upto.next();
        while logged.len() < most {
            let entries = self.heed(self.journal.book_before(crisis, Book::Log, before, READ_ENTRIES_MAX).await)?;
            let Some(oldest) = entries.last().filter(|_| before > after) else { break };
            before = oldest.seq;
            for entry in entries.into_iter().filter(|entry| entry.seq > after && wanted(entry)) {
                logged.push_front(entry);
            }
        }
        logged.drain(..logged.len().saturating_sub(most));
        Ok(logged)
    }

    /// What the journal knows of an entry of the log that somebody wants to correct.
    pub async fn corrected(&self, crisis: &CrisisId, id: LogEntryId) -> Result<Corrected, JournalError> {
        let entries = self.heed(self.journal.about(crisis, id.0).await)?;
        let found = entries.iter().find_map(|entry| match &entry.event {
            Event::LogEntered { entry } => {
                Some(Found { centre: entry.centre.clone(), mark: entry.mark.clone(), key_event: entry.key_event })
            }
            _ => None,
        });
        Ok(Corrected { id, found })
    }

    /// One handover with the number of its offer; `None` if there is none that this viewer may read.
    pub async fn handover(
        &self,
        crisis: &CrisisId,
        viewer: &Viewer,
        asker: AccountId,
        id: HandoverId,
    ) -> Result<Option<(Seq, Visible<HandoverView>)>, JournalError> {
        let entries = self.heed(self.journal.about(crisis, id.0).await)?;
        let Some(offered) = entries.first().map(|entry| entry.seq) else { return Ok(None) };
        let view = self.hub.look(crisis, viewer, |eye| eye.handover(&entries, asker)).flatten();
        Ok(view.map(|view| (offered, view)))
    }

    /// The newest `limit` handovers of the viewer's own centre, newest first.
    pub async fn handovers(
        &self,
        crisis: &CrisisId,
        viewer: &Viewer,
        asker: AccountId,
        limit: usize,
    ) -> Result<Vec<Visible<HandoverView>>, JournalError> {
        let book = Book::Handovers(viewer.centre.clone());
        let mut told: BTreeMap<Uuid, Vec<Arc<Entry>>> = BTreeMap::new();
        let mut after = Seq::ZERO;
        loop {
            let entries = self.heed(self.journal.book(crisis, book.clone(), after, READ_ENTRIES_MAX).await)?;
            let Some(newest) = entries.last() else { break };
            after = newest.seq;
            for entry in entries {
                told.entry(entry.event.subject().expect("a handover has a name")).or_default().push(entry);
            }
        }
        let mut offers: Vec<Vec<Arc<Entry>>> = told.into_values().collect();
        offers.sort_unstable_by_key(|about| std::cmp::Reverse(about[0].seq));
        let show = |eye: &Eye<'_>| offers.iter().filter_map(|about| eye.handover(about, asker)).take(limit).collect();
        Ok(self.hub.look(crisis, viewer, show).unwrap_or_default())
    }

    /// Up to `limit` entries without their content, after a number.
    pub async fn audit(&self, crisis: &CrisisId, after: Seq, limit: usize) -> Result<Page<AuditLine>, JournalError> {
        let limit = limit.min(READ_ENTRIES_MAX);
        let raw = self.heed(self.journal.raw(crisis, after, limit).await)?;
        let entries = self.heed(self.journal.read(crisis, after, limit).await)?;
        let next = (raw.len() == limit).then(|| raw.last().map(|raw| raw.seq)).flatten();
        let lines = raw.iter().zip(&entries).map(|(raw, entry)| AuditLine {
            seq: raw.seq,
            hash: raw.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            recorded_at: entry.recorded_at,
            kind: entry.event.kind(),
            actor: entry.actor.clone(),
            subject: entry.event.subject(),
            tlp: entry.event.tlp(),
        });
        Ok(Page { lines: lines.collect(), next })
    }

    /// The word for a number of a crisis.
    pub fn seal(&self, crisis: &CrisisId, seq: Seq) -> Option<String> {
        let Position { epoch, .. } = self.hub.position(crisis)?;
        Some(self.hub.seal(Position { epoch, seq }))
    }

    /// The number behind a word, if it is one of this crisis.
    pub fn unseal(&self, crisis: &CrisisId, word: &str) -> Option<Seq> {
        let here = self.hub.position(crisis)?;
        let position = self.hub.unseal(word)?;
        (position.epoch == here.epoch).then_some(position.seq)
    }

    fn heed<T>(&self, outcome: Result<T, JournalError>) -> Result<T, JournalError> {
        self.health.journal(outcome.as_ref().map(|_| ()));
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::{Command, WriteLog};
    use crate::domain::given::{Drill, centre, officer};
    use crate::domain::ids::Epoch;
    use crate::domain::mark::Mark;
    use crate::domain::vocabulary::{LogKind, Tlp};
    use crate::journal::Append;
    use crate::journal::memory::MemoryJournal;
    use crate::live::hub::Retention;
    use crate::position::PositionSeal;

    async fn reader(drill: &Drill) -> (CrisisId, Reader) {
        let crisis = drill.picture.crisis.slug.clone();
        let journal = Arc::new(MemoryJournal::default());
        let append = |entry: &Arc<Entry>| Append { crisis: crisis.clone(), entry: Arc::clone(entry), request: None };
        journal.append(drill.entries.iter().map(append).collect()).await.expect("it is taken");
        let retention = Retention { frames: 1, bytes: 1 };
        let hub = Hub::new(Arc::default(), PositionSeal::new([7; 16]), retention, Health::default());
        hub.open(Epoch(1), drill.picture.clone());
        let reader = Reader::new(journal, Arc::new(hub), Health::default());
        (crisis, reader)
    }

    #[tokio::test]
    async fn of_a_long_log_the_newest_that_are_wanted_are_held_and_in_their_order() {
        let mut drill = Drill::open();
        for number in 0..READ_ENTRIES_MAX + 20 {
            let entry = WriteLog {
                kind: LogKind::Fact,
                text: format!("Entry {number}"),
                event_time: drill.now,
                key_event: number % 10 == 0,
                refs: Vec::new(),
                mark: Mark::of(Tlp::Green),
                corrects: None,
            };
            drill.given(&officer("be"), Command::WriteLog(Box::new(entry)));
        }
        let (crisis, reader) = reader(&drill).await;
        let last = drill.picture.seq;
        let logged = async |from, upto, most| {
            let key_event = |entry: &Entry| matches!(&entry.event, Event::LogEntered { entry } if entry.key_event);
            let logged = reader.logged(&crisis, (from, upto), most, key_event).await.expect("it answers");
            logged.iter().map(|entry| entry.seq.0).collect::<Vec<_>>()
        };
        // The first entry opened the crisis, so that every tenth of the log has number 10 n + 2.
        let newest = (last.0 - 2) / 10 * 10 + 2;
        assert_eq!(logged(Seq::ZERO, last, 3).await, [newest - 20, newest - 10, newest]);
        assert_eq!(logged(Seq(12), Seq(42), 9).await, [22, 32, 42]);
    }

    #[tokio::test]
    async fn where_a_page_goes_on_is_the_last_line_of_it_whatever_is_hidden_behind() {
        let mut drill = Drill::open();
        drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
        let hidden = Mark { tlp: Tlp::AmberStrict, recipients: [centre("co")].into() };
        for _ in 0..READ_ENTRIES_MAX {
            drill.update("be", "cyber", hidden.clone(), "Intrusion");
        }
        drill.update("be", "cyber", Mark::of(Tlp::Green), "Quiet again");
        let (crisis, reader) = reader(&drill).await;
        let viewer = Drill::viewer("nl", None);
        let page = reader.page(&crisis, &viewer, Seq::ZERO, 2).await.expect("it answers");
        assert_eq!((page.lines.len(), page.next), (2, Some(Seq(2))));
        let rest = reader.page(&crisis, &viewer, Seq(2), 2).await.expect("it answers");
        assert_eq!((rest.lines.len(), rest.next), (1, None));
    }
}
