//! Webhooks as Standard Webhooks has them: signed, sent over TLS to where a webhook may go, and nowhere else.
//!
//! The client is not to be moved between threads, so it lives in one of its own; this is the way to it. What a
//! receiver says beyond its status is not read.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_tls::connect::{Connector as TcpConnector, Resolve, Resolver};
use awc::error::{ConnectError as ClientConnectError, SendRequestError};
use awc::http::{Uri, header};
use awc::{Client, Connector};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::LocalBoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use rustls::{ClientConfig, RootCertStore};
use sha2::Sha256;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::{OutwardError, terms};
use crate::destinations::reach::Reach;
use crate::destinations::{Failed, Secret};
use crate::domain::vocabulary::DeliveryFault;
use crate::settings::outward::Outward;

/// What a secret begins with; its bytes follow in base64.
pub const SECRET_PREFIX: &str = "whsec_";
/// Bytes of a secret: as many as the digest has.
const SECRET_BYTES: usize = 32;
/// Posts that wait for the thread at the most; senders wait for their own each.
const ASKED_MAX: usize = 64;

/// A message to be posted.
pub struct Post {
    pub address: String,
    pub id: String,
    pub secret: Option<Secret>,
    pub body: String,
    pub now: Timestamp,
}

/// Why a post did not arrive, and how long the receiver wants to be left alone.
pub type Refused = (Failed, Option<SignedDuration>);

/// The way to the thread that posts. It ends when this is gone.
#[derive(Clone)]
pub struct Courier(mpsc::Sender<Ask>);

struct Ask {
    post: Post,
    answer: oneshot::Sender<Result<(), Refused>>,
}

/// A fresh secret, as it is shown once.
pub fn fresh_secret() -> Result<Secret, getrandom::Error> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(Secret(format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes))))
}

/// The signature of a message: over its id, its time and its body.
fn sign(secret: &Secret, id: &str, seconds: i64, body: &str) -> String {
    let key = STANDARD.decode(secret.0.trim_start_matches(SECRET_PREFIX)).unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length will do");
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

impl Courier {
    /// Starts the thread.
    pub fn start(settings: &Outward) -> Result<Self, OutwardError> {
        let settings = settings.clone();
        let (asks, mut asked) = mpsc::channel::<Ask>(ASKED_MAX);
        let posting = move || {
            actix_web::rt::System::new().block_on(async move {
                let total = settings.timeout;
                // Made for the first who is sent to: most servers have a hundred authorities to read.
                let mut clients = None;
                while let Some(Ask { post, answer }) = asked.recv().await {
                    let clients = clients.get_or_insert_with(|| Clients::new(&settings)).clone();
                    let reach = settings.reach.clone();
                    actix_web::rt::spawn(async move {
                        let posted = timeout(total, send(&clients, &reach, post)).await;
                        let _ = answer.send(posted.unwrap_or_else(|_| Err(failed(DeliveryFault::TimedOut))));
                    });
                }
            });
        };
        std::thread::Builder::new()
            .name("webhooks".to_owned())
            .spawn(posting)
            .map_err(|error| OutwardError::Webhooks(error.to_string()))?;
        Ok(Self(asks))
    }

    /// Posts, and waits for the answer.
    pub async fn post(&self, post: Post) -> Result<(), Refused> {
        let (answer, answered) = oneshot::channel();
        let gone = |_| failed(DeliveryFault::NoConnection);
        self.0.send(Ask { post, answer }).await.map_err(|_| failed(DeliveryFault::NoConnection))?;
        answered.await.map_err(gone)?
    }
}

/// TLS with what this machine trusts, so that a government's own authority is believed where it is installed.
fn tls() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let versions = versions.expect("the provider has what every version needs");
    versions.with_root_certificates(roots).with_no_client_auth()
}

/// One for addresses over TLS, one for those without: they do not reach the same.
#[derive(Clone)]
struct Clients {
    tls: Client,
    plain: Client,
}

impl Clients {
    fn new(settings: &Outward) -> Self {
        let config = Arc::new(tls());
        let client = |tls| {
            let resolver = Resolver::custom(OnlyWithinReach { reach: settings.reach.clone(), tls });
            let connector = Connector::new()
                .connector(TcpConnector::new(resolver).service())
                .rustls_0_23(Arc::clone(&config))
                .timeout(settings.connect)
                .handshake_timeout(settings.connect);
            Client::builder().connector(connector).disable_redirects().timeout(settings.timeout).finish()
        };
        Self { tls: client(true), plain: client(false) }
    }

    fn of(&self, uri: &Uri) -> &Client {
        if uri.scheme_str() == Some("https") { &self.tls } else { &self.plain }
    }
}

async fn send(clients: &Clients, reach: &Reach, post: Post) -> Result<(), Refused> {
    let Post { address, id, secret, body, now } = post;
    // What is allowed may have changed since the destination was made.
    let uri: Uri = reach.check(&address).map_err(|_| failed(DeliveryFault::AddressNotAllowed))?;
    let seconds = now.as_second();
    let mut request = clients
        .of(&uri)
        .post(uri)
        .force_close()
        .insert_header((header::USER_AGENT, "Vigie"))
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header(("webhook-id", id.as_str()))
        .insert_header(("webhook-timestamp", seconds.to_string()));
    if let Some(secret) = &secret {
        request = request.insert_header(("webhook-signature", sign(secret, &id, seconds, &body)));
    }
    let answer = request.send_body(body).await.map_err(|error| failed(why(&error)))?;
    let status = answer.status().as_u16();
    let asked = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let asked = asked.and_then(|value| terms::retry_after(value, now));
    match status {
        200..300 => Ok(()),
        410 => Err((Failed { fault: DeliveryFault::Gone, status: Some(status) }, None)),
        _ => Err((Failed { fault: DeliveryFault::Status, status: Some(status) }, asked)),
    }
}

const fn failed(fault: DeliveryFault) -> Refused {
    (Failed { fault, status: None }, None)
}

/// A name that leads nowhere else than within is no fault of the network.
fn why(error: &SendRequestError) -> DeliveryFault {
    match error {
        SendRequestError::Timeout | SendRequestError::Connect(ClientConnectError::Timeout) => DeliveryFault::TimedOut,
        SendRequestError::Connect(ClientConnectError::Resolver(error)) if error.is::<NotWithinReach>() => {
            DeliveryFault::AddressNotAllowed
        }
        SendRequestError::Connect(_) => DeliveryFault::NoConnection,
        _ => DeliveryFault::BrokeOff,
    }
}

/// Looks names up and gives only those of their addresses that may be reached.
struct OnlyWithinReach {
    reach: Reach,
    tls: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not reached from here")]
struct NotWithinReach;

impl Resolve for OnlyWithinReach {
    fn lookup<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> LocalBoxFuture<'a, Result<Vec<SocketAddr>, Box<dyn std::error::Error>>> {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
            let some = !found.is_empty();
            let allowed = |address: &SocketAddr| self.reach.allows(address.ip(), self.tls);
            let within: Vec<_> = found.into_iter().filter(allowed).collect();
            if some && within.is_empty() { Err(NotWithinReach.into()) } else { Ok(within) }
        })
    }
}
