//! What is sent, to the letter: the body of a webhook and the words of a mail, made of what has passed the marks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::domain::ids::{AccountId, CrisisId, DestinationId, Seq};
use crate::domain::view::Visible;
use crate::domain::view::notice::{Notice, Told};
use crate::domain::vocabulary::{Channel, Environment, NoticeKind};

/// What a notice came of. The same always gives the same id at a destination.
pub enum Source<'a> {
    Entry(&'a CrisisId, Seq),
    Wall(AccountId, Timestamp),
}

/// A mail before it is put into an envelope.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub subject: String,
    pub text: String,
}

/// The name of a delivery: never drawn, so that a receiver can tell a second one from a new one.
pub fn id(destination: DestinationId, kind: NoticeKind, source: &Source<'_>) -> String {
    let source = match source {
        Source::Entry(crisis, seq) => format!("{crisis}/{}", seq.0),
        Source::Wall(wall, last_seen) => format!("{wall}/{}", last_seen.as_millisecond()),
    };
    let digest = Sha256::digest(format!("{destination}/{kind}/{source}"));
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("msg_{hex}")
}

/// What is sent on a channel.
pub fn content(channel: Channel, notice: &Visible<Notice>, origin: Option<&str>) -> String {
    let notice = notice.get();
    let link = origin.map(|origin| format!("{origin}{}", path(notice)));
    match channel {
        Channel::Webhook => {
            json!({ "type": notice.kind, "timestamp": notice.at, "link": link, "data": notice }).to_string()
        }
        Channel::Mail => {
            let letter = letter(notice, link.as_deref());
            serde_json::to_string(&letter).expect("texts are JSON")
        }
    }
}

/// The screen on which it is dealt with.
fn path(notice: &Notice) -> String {
    match (notice.kind, &notice.crisis) {
        (NoticeKind::EscalationAsked | NoticeKind::LevelUp, Some(crisis)) => {
            format!("/coordination/{}#escalations/{}", crisis.slug, notice.subject)
        }
        (NoticeKind::SlotDue | NoticeKind::SlotMissed, Some(crisis)) => format!("/desk/{}", crisis.slug),
        (_, _) => "/coordination#devices".to_owned(),
    }
}

fn letter(notice: &Notice, link: Option<&str>) -> Letter {
    let centre = &notice.centre;
    let what = match notice.kind {
        NoticeKind::EscalationAsked => format!("an escalation is asked of {centre}"),
        NoticeKind::LevelUp => format!("an escalation that concerns {centre} went up a level"),
        NoticeKind::SlotDue => format!("a report of {centre} is due soon"),
        NoticeKind::SlotMissed => format!("a report of {centre} was not made"),
        NoticeKind::DeviceLost => format!("a wall of {centre} is lost"),
    };
    let environment = notice.crisis.as_ref().map(|crisis| crisis.environment);
    let before = match environment {
        Some(Environment::Exercise) => "EXERCISE — ",
        Some(Environment::Test) => "TEST — ",
        Some(Environment::Actual) | None => "",
    };
    let named = match &notice.told {
        Some(Told::Escalation { title, .. }) => format!(": {title}"),
        Some(Told::Slot { cycle, .. }) => format!(": {cycle}"),
        Some(Told::Wall { name, .. }) => format!(": {name}"),
        None => String::new(),
    };
    let mut lines = vec![format!("{before}Vigie: {what}."), String::new()];
    if let Some(crisis) = &notice.crisis {
        lines.push(format!("Crisis: {} ({})", crisis.name, crisis.environment));
    }
    match &notice.told {
        Some(told) => lines.extend(words(told)),
        None => lines.push("What it says does not leave Vigie. It is to be read there.".to_owned()),
    }
    lines.push(format!("Recorded: {}", notice.at));
    lines.push(notice.tlp.label().to_owned());
    lines.extend(link.map(|link| format!("\n{link}")));
    lines.push("\nThis mail was sent by a program. Nobody reads answers to it.\n".to_owned());
    Letter { subject: format!("{before}Vigie: {what}{named}"), text: lines.join("\n") }
}

fn words(told: &Told) -> Vec<String> {
    match told {
        Told::Escalation { title, reason, level, severity, raised_by, asked_of, ack_due } => {
            let mut lines = vec![
                format!("Title: {title}"),
                format!("Level: {level}, severity: {severity}"),
                format!("Raised by {raised_by}, asked of {asked_of}"),
                format!("Reason: {reason}"),
            ];
            lines.extend(ack_due.map(|due| format!("To be answered by: {due}")));
            lines
        }
        Told::Slot { cycle, due_at } => vec![format!("Reports: {cycle}"), format!("Due at: {due_at}")],
        Told::Wall { name, last_seen } => vec![format!("Wall: {name}"), format!("Last seen: {last_seen}")],
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_delivery_is_called_after_what_it_tells_where_and_of_what_kind_and_after_nothing_else() {
        let crisis = CrisisId::parse("drill").expect("a slug");
        let to = |number: u128| DestinationId(Uuid::from_u128(number));
        let entry = |seq| Source::Entry(&crisis, Seq(seq));
        let first = id(to(1), NoticeKind::SlotDue, &entry(7));
        assert_eq!(first, id(to(1), NoticeKind::SlotDue, &entry(7)), "it is not drawn");
        let others = [
            id(to(2), NoticeKind::SlotDue, &entry(7)),
            id(to(1), NoticeKind::SlotMissed, &entry(7)),
            id(to(1), NoticeKind::SlotDue, &entry(8)),
            id(to(1), NoticeKind::SlotDue, &Source::Wall(AccountId(Uuid::nil()), Timestamp::UNIX_EPOCH)),
        ];
        assert!(others.iter().all(|other| *other != first), "{others:?}");
    }
}
