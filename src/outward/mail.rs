//! Mail to function mailboxes, by the configured server: plain text, under an id by which a second one is known.

use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls as Secured, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::time::timeout;

use super::OutwardError;
use super::words::Letter;
use crate::destinations::Failed;
use crate::domain::vocabulary::DeliveryFault;
use crate::settings::outward::{Outward, Smtp, Tls};

/// Hands letters to the mail server.
#[derive(Clone)]
pub struct Postman {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
    timeout: Duration,
}

impl Postman {
    /// One for the configured server.
    pub fn new(settings: &Outward, smtp: &Smtp) -> Result<Self, OutwardError> {
        let unusable = |error: &dyn std::error::Error| OutwardError::Mail(error.to_string());
        let parameters = || TlsParameters::new(smtp.host.clone()).map_err(|error| unusable(&error));
        let secured = match smtp.tls {
            Tls::Starttls => Secured::Required(parameters()?),
            Tls::Tls => Secured::Wrapper(parameters()?),
            Tls::None => Secured::None,
        };
        let from: Address = smtp.from.parse().map_err(|error: lettre::address::AddressError| unusable(&error))?;
        let mut server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .tls(secured)
            .hello_name(ClientId::Domain(from.domain().to_owned()))
            .timeout(Some(settings.timeout));
        if !smtp.user.is_empty() {
            server = server.credentials(Credentials::new(smtp.user.clone(), smtp.password.clone()));
        }
        Ok(Self { server: server.build(), from, timeout: settings.timeout })
    }

    /// Hands one letter over.
    pub async fn send(&self, to: &str, id: &str, content: &str, now: Timestamp) -> Result<(), Failed> {
        let failed = |fault| Failed { fault, status: None };
        let message = self.message(to, id, content, now).ok_or(failed(DeliveryFault::MailRefused))?;
        match timeout(self.timeout, self.server.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(why(&error)),
            Err(_) => Err(failed(DeliveryFault::TimedOut)),
        }
    }

    fn message(&self, to: &str, id: &str, content: &str, now: Timestamp) -> Option<Message> {
        let letter: Letter = serde_json::from_str(content).ok()?;
        let mut message = Message::builder()
            .from(Mailbox::new(Some("Vigie".to_owned()), self.from.clone()))
            .to(Mailbox::new(None, to.parse().ok()?))
            .subject(letter.subject)
            .date(UNIX_EPOCH + Duration::from_secs(now.as_second().unsigned_abs()))
            .message_id(Some(format!("<{id}@{}>", self.from.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text)
            .ok()?;
        // RFC 3834: so that nobody's absence answers it.
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        Some(message)
    }
}

fn why(error: &lettre::transport::smtp::Error) -> Failed {
    let status = error.status().and_then(|code| code.to_string().parse().ok());
    let fault = if status.is_some() {
        DeliveryFault::MailRefused
    } else if error.is_timeout() {
        DeliveryFault::TimedOut
    } else if error.is_response() {
        DeliveryFault::BrokeOff
    } else {
        DeliveryFault::NoConnection
    };
    Failed { fault, status }
}
