//! The settings of what leaves: how notices are sent, how often they are tried, and the mail server.

use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;

use super::{Layers, SettingsError};
use crate::destinations::reach::{Network, Reach};

/// How notices leave.
#[derive(Debug, Clone)]
pub struct Outward {
    /// What links begin with; `None`: notices carry no link.
    pub origin: Option<String>,
    pub reach: Reach,
    pub connect: Duration,
    pub timeout: Duration,
    pub retry_first: SignedDuration,
    pub retry_longest: SignedDuration,
    pub attempts: u32,
    pub lease: SignedDuration,
    pub wall_lost: SignedDuration,
    /// `None`: no mail leaves.
    pub smtp: Option<Smtp>,
}

/// The mail server that takes what leaves.
#[derive(Clone)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub user: String,
    pub password: String,
    pub from: String,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// How the connection to the mail server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    Starttls,
    Tls,
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOutward {
    origin: String,
    allow_private: Vec<String>,
    connect_seconds: u64,
    timeout_seconds: u64,
    retry_first_seconds: i64,
    retry_longest_seconds: i64,
    attempts: u32,
    lease_seconds: i64,
    wall_lost_minutes: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSmtp {
    host: String,
    port: u16,
    tls: Tls,
    user: String,
    password: String,
    from: String,
}

impl RawOutward {
    pub(super) fn check(&self, layers: &Layers) -> Result<(), SettingsError> {
        layers.within("outward.connect_seconds", self.connect_seconds, 1, 60)?;
        layers.within("outward.timeout_seconds", self.timeout_seconds, self.connect_seconds, 60)?;
        layers.within("outward.retry_first_seconds", self.retry_first_seconds, 1, 3_600)?;
        let longest = self.retry_longest_seconds;
        layers.within("outward.retry_longest_seconds", longest, self.retry_first_seconds, 7 * 24 * 3_600)?;
        layers.within("outward.attempts", self.attempts, 1, 12)?;
        layers.within("outward.lease_seconds", self.lease_seconds, 3, 600)?;
        layers.within("outward.wall_lost_minutes", self.wall_lost_minutes, 3, 24 * 60)?;
        let has_scheme = self.origin.starts_with("https://") || self.origin.starts_with("http://");
        if !self.origin.is_empty() && !has_scheme {
            let reason = "must begin with https:// or http://".to_owned();
            return Err(layers.invalid("outward.origin", &self.origin, reason));
        }
        for text in &self.allow_private {
            text.parse::<Network>().map_err(|why| layers.invalid("outward.allow_private", text, why.to_owned()))?;
        }
        Ok(())
    }

    /// Links lead to where `origin` says, else to the first of the public origins.
    pub(super) fn outward(self, public_origins: &[String], smtp: Option<Smtp>) -> Outward {
        let named = Some(self.origin).filter(|origin| !origin.is_empty());
        let origin = named.or_else(|| public_origins.first().cloned());
        Outward {
            origin: origin.map(|origin| origin.trim_end_matches('/').to_owned()),
            reach: Reach(self.allow_private.iter().filter_map(|text| text.parse().ok()).collect()),
            connect: Duration::from_secs(self.connect_seconds),
            timeout: Duration::from_secs(self.timeout_seconds),
            retry_first: SignedDuration::from_secs(self.retry_first_seconds),
            retry_longest: SignedDuration::from_secs(self.retry_longest_seconds),
            attempts: self.attempts,
            lease: SignedDuration::from_secs(self.lease_seconds),
            wall_lost: SignedDuration::from_mins(self.wall_lost_minutes),
            smtp,
        }
    }
}

impl RawSmtp {
    pub(super) fn check(&self, layers: &Layers) -> Result<(), SettingsError> {
        if self.host.is_empty() {
            return Ok(());
        }
        if self.from.parse::<lettre::Address>().is_err() {
            let reason = "must be the mail address that notices come from".to_owned();
            return Err(layers.invalid("smtp.from", &self.from, reason));
        }
        if !self.user.is_empty() && self.tls == Tls::None {
            let reason = "must be starttls or tls where there is a user: a password is not sent in the open";
            return Err(layers.invalid("smtp.tls", "none", reason.to_owned()));
        }
        if self.user.is_empty() != self.password.is_empty() {
            let reason = "needs smtp.password, and the other way round".to_owned();
            return Err(layers.invalid("smtp.user", &self.user, reason));
        }
        Ok(())
    }

    pub(super) fn smtp(self) -> Option<Smtp> {
        let Self { host, port, tls, user, password, from } = self;
        (!host.is_empty()).then_some(Smtp { host, port, tls, user, password, from })
    }
}
