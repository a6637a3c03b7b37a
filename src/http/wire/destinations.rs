//! Destinations of notices on the wire: what is sent to make one, and what is shown of them. Never a secret.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use crate::destinations::reach::{ADDRESS_CHARS_MAX, Reach};
use crate::destinations::{Counts, DeadLetter, Destination, Failed};
use crate::domain::ids::{CentreId, DestinationId};
use crate::domain::text::Lines;
use crate::domain::vocabulary::{Channel, DeliveryFault, NoticeKind};
use crate::http::form::Form;
use crate::http::problem::Problem;

/// Longest address of a mailbox, in characters.
const MAILBOX_CHARS_MAX: usize = 254;

/// What a new destination is to be.
pub struct CreateDestination {
    pub channel: Channel,
    pub address: String,
    pub kinds: BTreeSet<NoticeKind>,
    pub centre: Option<CentreId>,
}

/// A destination as those who keep it see it: without its secret.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Destination"))]
pub struct DestinationView {
    pub id: DestinationId,
    pub centre: CentreId,
    pub channel: Channel,
    pub address: String,
    pub kinds: Vec<NoticeKind>,
    #[cfg_attr(test, ts(type = "string"))]
    pub made_at: Timestamp,
    /// Since when nothing is sent; `null`: it is sent to.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub paused_at: Option<Timestamp>,
    #[cfg_attr(test, ts(type = "number"))]
    pub waiting: i64,
    #[cfg_attr(test, ts(type = "number"))]
    pub dead: i64,
}

/// A notice that did not arrive and is not tried again by itself. What it says is not shown.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "DeadLetter"))]
pub struct DeadLetterView {
    pub id: String,
    pub kind: NoticeKind,
    #[cfg_attr(test, ts(type = "string"))]
    pub made_at: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub died_at: Timestamp,
    pub attempts: u32,
    pub fault: DeliveryFault,
    /// What the receiver answered, where it did.
    pub status: Option<u16>,
}

/// `POST /destinations`
pub fn create(body: &[u8], reach: &Reach, mail: bool) -> Result<CreateDestination, Problem> {
    let mut form = Form::read(body)?;
    let channel = form.word("channel");
    let address = form.text("address", Lines::One, ADDRESS_CHARS_MAX);
    let kinds = form.required_names("kinds", NoticeKind::ALL.len(), str::parse::<NoticeKind>);
    let centre = form.optional_name("centre", CentreId::parse);
    if channel == Some(Channel::Mail) && !mail {
        form.fault("channel", "this server has no mail server ([smtp] in its configuration)");
    }
    if let (Some(channel), Some(address)) = (channel, &address)
        && let Err(wrong) = check_address(channel, address, reach)
    {
        form.fault("address", wrong);
    }
    let create = (|| {
        Some(CreateDestination { channel: channel?, address: address?, kinds: kinds?.into_iter().collect(), centre })
    })();
    form.finish(create)
}

fn check_address(channel: Channel, address: &str, reach: &Reach) -> Result<(), String> {
    match channel {
        Channel::Webhook => reach.check(address).map(|_| ()),
        Channel::Mail => {
            let is_mailbox = address.len() <= MAILBOX_CHARS_MAX && address.parse::<lettre::Address>().is_ok();
            if is_mailbox { Ok(()) } else { Err("must be a mailbox such as duty@example.org".to_owned()) }
        }
    }
}

impl DestinationView {
    /// A destination with how much is on its way to it.
    pub fn of(destination: &Destination, counts: Counts) -> Self {
        let Destination { id, centre, channel, address, kinds, made_at, paused_at, .. } = destination.clone();
        let Counts { waiting, dead } = counts;
        Self { id, centre, channel, address, kinds: kinds.into_iter().collect(), made_at, paused_at, waiting, dead }
    }
}

impl From<DeadLetter> for DeadLetterView {
    fn from(letter: DeadLetter) -> Self {
        let DeadLetter { id, kind, made_at, died_at, attempts, failed: Failed { fault, status } } = letter;
        Self { id, kind, made_at, died_at, attempts, fault, status }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(body: &str, mail: bool) -> String {
        format!("{:?}", create(body.as_bytes(), &Reach::default(), mail).err().expect("it is wrong"))
    }

    #[test]
    fn everything_wrong_about_a_destination_is_named_at_once() {
        let problem = wrong(r#"{"channel":"fax","address":"","kinds":["war"],"centre":"A b","x":1}"#, true);
        for pointer in ["/channel", "/address", "/kinds/0", "/centre", "/x"] {
            assert!(problem.contains(&format!("\"{pointer}\"")), "{pointer} in {problem}");
        }
    }

    #[test]
    fn an_address_is_one_of_its_channel() {
        let body = |channel: &str, address: &str| {
            format!(r#"{{"channel":"{channel}","address":"{address}","kinds":["slot_due"]}}"#)
        };
        assert!(wrong(&body("webhook", "duty@example.org"), true).contains("/address"));
        assert!(wrong(&body("webhook", "https://10.0.0.1/"), true).contains("/address"));
        assert!(wrong(&body("mail", "https://example.org/"), true).contains("/address"));
        assert!(wrong(&body("mail", "Duty <duty@example.org>"), true).contains("/address"));
        assert!(wrong(&body("mail", "duty@example.org"), false).contains("/channel"));
        assert!(create(body("mail", "duty@example.org").as_bytes(), &Reach::default(), true).is_ok());
        assert!(create(body("webhook", "https://example.org/x").as_bytes(), &Reach::default(), false).is_ok());
    }
}
