//! The watch log through the eyes of one viewer.

use jiff::Timestamp;
use serde::Serialize;

use super::{Eye, Visible};
use crate::domain::actor::By;
use crate::domain::event::{Entry, Event};
use crate::domain::ids::{CentreId, LogEntryId};
use crate::domain::vocabulary::{LogKind, Tlp};

/// An entry with when it was recorded and as whom.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogEntryView {
    pub id: LogEntryId,
    pub position: String,
    pub centre: CentreId,
    pub kind: LogKind,
    pub text: String,
    #[cfg_attr(test, ts(type = "string"))]
    pub event_time: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub recorded_at: Timestamp,
    pub key_event: bool,
    pub refs: Vec<String>,
    pub tlp: Tlp,
    pub recipients: Vec<CentreId>,
    /// The entry of the same centre that this one puts right.
    pub corrects: Option<LogEntryId>,
    pub by: By,
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub centre: Option<CentreId>,
    /// Only those that whoever takes over must have read.
    pub key_events: bool,
}

impl Eye<'_> {
    /// An entry of the log, if it is one that is wanted and this viewer may see it.
    pub fn log_entry(&self, entry: &Entry, wanted: &Wanted) -> Option<Visible<LogEntryView>> {
        let Event::LogEntered { entry: logged } = &entry.event else { return None };
        let is_wanted = wanted.centre.as_ref().is_none_or(|centre| *centre == logged.centre)
            && (logged.key_event || !wanted.key_events);
        (is_wanted && self.sees_entry(entry)).then(|| {
            Visible(LogEntryView {
                id: logged.id,
                position: (self.seal)(entry.seq),
                centre: logged.centre.clone(),
                kind: logged.kind,
                text: logged.text.clone(),
                event_time: logged.event_time,
                recorded_at: entry.recorded_at,
                key_event: logged.key_event,
                refs: self.refs(&logged.refs),
                tlp: logged.mark.tlp,
                recipients: logged.mark.recipients.iter().cloned().collect(),
                corrects: logged.corrects,
                by: By::from(&entry.actor),
            })
        })
    }
}
