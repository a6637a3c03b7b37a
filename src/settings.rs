//! What is in force: defaults, overlay file, environment, flags, in that order; an unknown key refuses.
//!
//! `config/default.toml` is compiled in and is the only home of defaults. Every value remembers where
//! it came from, for `vigie check-config`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;
use toml::{Table, Value};

use crate::accounts::TOKEN_DAYS_MAX;
use crate::domain::actor::SYSTEM;
use crate::domain::centre::{Centre, Sector};
use crate::domain::decide::Catalogue;
use crate::domain::ids::IndicatorId;
use crate::domain::indicator::Indicator;
use crate::domain::template::Template;
use crate::domain::vocabulary::Aggregation;

pub mod outward;
mod rhythm;
#[cfg(test)]
mod tests;

/// The defaults, as written.
pub const DEFAULTS: &str = include_str!("../config/default.toml");
/// Where a value comes from that nobody set.
const DEFAULT_ORIGIN: &str = "default";
/// What is never shown.
const SECRET: &str = "smtp.password";
/// Environment variables that begin so are settings: `VIGIE__SERVER__LISTEN`.
pub const ENVIRONMENT_PREFIX: &str = "VIGIE__";

/// Settings as they are used.
#[derive(Debug, Clone)]
pub struct Settings {
    pub server: Server,
    pub journal_url: String,
    pub redis: Redis,
    pub live: Live,
    pub limits: Limits,
    pub accounts: Accounts,
    pub outward: outward::Outward,
    pub log: Log,
    pub catalogue: Catalogue,
}

#[derive(Debug, Clone)]
pub struct Server {
    pub listen: String,
    pub workers: usize,
    pub public_origins: Vec<String>,
    pub trusted_proxies: Vec<IpAddr>,
    pub secure_cookies: bool,
    pub open_endpoints: OpenTo,
    pub shutdown: Duration,
}

/// Who may read health, metrics and the API description without signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OpenTo {
    Loopback,
    Everyone,
    Nobody,
}

#[derive(Debug, Clone)]
pub struct Redis {
    pub url: Option<String>,
    pub prefix: String,
    pub timeout: Duration,
}

#[derive(Debug, Clone)]
pub struct Live {
    pub beat: Duration,
    pub frames_kept: usize,
    pub frames_kept_bytes: usize,
    pub send_timeout: Duration,
    pub walls_max: i64,
}

#[derive(Debug, Clone)]
pub struct Limits {
    pub body_bytes: usize,
    pub inbox: usize,
    pub batch: usize,
    pub page_entries: usize,
}

#[derive(Debug, Clone)]
pub struct Accounts {
    pub session: SignedDuration,
    pub token: SignedDuration,
    pub device: SignedDuration,
}

#[derive(Debug, Clone)]
pub struct Log {
    pub level: String,
    pub json: bool,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{origin} cannot be read: {reason}")]
    Unreadable { origin: String, reason: String },
    #[error("{origin} sets {key}, which is not a setting")]
    Unknown { origin: String, key: String },
    #[error("{key} = {value} (from {origin}): {reason}")]
    Invalid { key: String, value: String, origin: String, reason: String },
    #[error("the configuration does not hold: {0}")]
    Shape(String),
}

/// A settings table as it is put together, with where each value came from.
pub struct Layers {
    table: Table,
    origins: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    server: RawServer,
    journal: RawJournal,
    redis: RawRedis,
    live: RawLive,
    limits: RawLimits,
    accounts: RawAccounts,
    outward: outward::RawOutward,
    smtp: outward::RawSmtp,
    escalation: rhythm::RawEscalation,
    cadence: rhythm::RawCadence,
    log: RawLog,
    sectors: Vec<Sector>,
    centres: Vec<Centre>,
    indicators: Vec<Indicator>,
    templates: Vec<Template>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawServer {
    listen: String,
    workers: usize,
    public_origins: Vec<String>,
    trusted_proxies: Vec<IpAddr>,
    secure_cookies: bool,
    open_endpoints: OpenTo,
    shutdown_seconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawJournal {
    url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRedis {
    url: String,
    prefix: String,
    timeout_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLive {
    beat_seconds: u64,
    frames_kept: usize,
    frames_kept_bytes: usize,
    send_timeout_seconds: u64,
    walls_max: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimits {
    body_bytes: usize,
    inbox: usize,
    batch: usize,
    page_entries: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccounts {
    session_hours: i64,
    token_days: i64,
    device_days: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLog {
    level: String,
    format: LogFormat,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum LogFormat {
    Text,
    Json,
}

impl Layers {
    /// The compiled-in defaults.
    pub fn defaults() -> Self {
        let table: Table = DEFAULTS.parse().expect("the compiled-in defaults are TOML; a test reads them");
        let mut layers = Self { table: Table::new(), origins: BTreeMap::new() };
        for (section, value) in table {
            layers.note_origins(&section, &value, DEFAULT_ORIGIN);
            layers.table.insert(section, value);
        }
        layers
    }

    /// An overlay file: tables merge key by key, lists are replaced whole.
    pub fn file(mut self, path: &Path) -> Result<Self, SettingsError> {
        let origin = path.display().to_string();
        let unreadable = |reason: String| SettingsError::Unreadable { origin: origin.clone(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        let table: Table = text.parse().map_err(|error: toml::de::Error| unreadable(error.to_string()))?;
        for (section, value) in table {
            self.overlay(&section, value, &origin)?;
        }
        Ok(self)
    }

    fn overlay(&mut self, key: &str, value: Value, origin: &str) -> Result<(), SettingsError> {
        match value {
            Value::Table(keys) => {
                keys.into_iter().try_for_each(|(name, value)| self.overlay(&format!("{key}.{name}"), value, origin))
            }
            value => self.set(key, value, origin),
        }
    }

    /// Environment variables `VIGIE__SECTION__KEY`.
    pub fn environment<T: AsRef<OsStr>>(
        mut self,
        variables: impl Iterator<Item = (T, T)>,
    ) -> Result<Self, SettingsError> {
        for (name, text) in variables {
            // What is not ours may be anything, even no text.
            let Some(name) = name.as_ref().to_str() else { continue };
            let Some(path) = name.strip_prefix(ENVIRONMENT_PREFIX) else { continue };
            let origin = format!("environment {name}");
            let Some(text) = text.as_ref().to_str() else {
                return Err(SettingsError::Unreadable { origin, reason: "it is not UTF-8".to_owned() });
            };
            let key = path.to_lowercase().replace("__", ".");
            self.set_text(&key, text, &origin)?;
        }
        Ok(self)
    }

    /// One flag of the command line.
    pub fn flag(mut self, key: &str, value: Option<&str>, flag: &str) -> Result<Self, SettingsError> {
        if let Some(value) = value {
            self.set_text(key, value, &format!("flag {flag}"))?;
        }
        Ok(self)
    }

    /// Every scalar key with its value and origin, for `check-config`.
    pub fn in_force(&self) -> Vec<(String, String, String)> {
        let mut rows = Vec::new();
        for (key, origin) in &self.origins {
            let shown = match self.get(key) {
                Some(Value::Array(items)) if items.iter().any(Value::is_table) => format!("{} entries", items.len()),
                Some(Value::String(text)) if key == SECRET => format!("{:?}", if text.is_empty() { "" } else { "***" }),
                Some(Value::String(text)) => format!("{:?}", without_password(text)),
                Some(value) => value.to_string(),
                None => continue,
            };
            rows.push((key.clone(), shown, origin.clone()));
        }
        rows
    }

    /// Checked and ready for use.
    pub fn finish(self) -> Result<Settings, SettingsError> {
        let raw: Raw = Value::Table(self.table.clone())
            .try_into()
            .map_err(|error: toml::de::Error| SettingsError::Shape(error.to_string()))?;
        let raw = self.without_orphans(raw);
        self.check(&raw)?;
        let seconds = Duration::from_secs;
        let outward = raw.outward.outward(&raw.server.public_origins, raw.smtp.smtp());
        Ok(Settings {
            server: Server {
                listen: raw.server.listen,
                workers: raw.server.workers,
                public_origins: raw.server.public_origins,
                trusted_proxies: raw.server.trusted_proxies,
                secure_cookies: raw.server.secure_cookies,
                open_endpoints: raw.server.open_endpoints,
                shutdown: seconds(raw.server.shutdown_seconds),
            },
            journal_url: raw.journal.url,
            redis: Redis {
                url: Some(raw.redis.url).filter(|url| !url.is_empty()),
                prefix: raw.redis.prefix,
                timeout: Duration::from_millis(raw.redis.timeout_ms),
            },
            live: Live {
                beat: seconds(raw.live.beat_seconds),
                frames_kept: raw.live.frames_kept,
                frames_kept_bytes: raw.live.frames_kept_bytes,
                send_timeout: seconds(raw.live.send_timeout_seconds),
                walls_max: raw.live.walls_max,
            },
            limits: Limits {
                body_bytes: raw.limits.body_bytes,
                inbox: raw.limits.inbox,
                batch: raw.limits.batch,
                page_entries: raw.limits.page_entries,
            },
            accounts: Accounts {
                session: SignedDuration::from_hours(raw.accounts.session_hours),
                token: SignedDuration::from_hours(24 * raw.accounts.token_days),
                device: SignedDuration::from_hours(24 * raw.accounts.device_days),
            },
            outward,
            log: Log { level: raw.log.level, json: matches!(raw.log.format, LogFormat::Json) },
            catalogue: Catalogue {
                centres: raw.centres,
                sectors: raw.sectors,
                indicators: raw.indicators,
                templates: raw.templates,
                escalation: raw.escalation.terms(),
                cadence: raw.cadence.percent(),
            },
        })
    }

    fn check(&self, raw: &Raw) -> Result<(), SettingsError> {
        self.within("server.shutdown_seconds", raw.server.shutdown_seconds, 1, 300)?;
        self.within("redis.timeout_ms", raw.redis.timeout_ms, 10, 60_000)?;
        self.within("live.beat_seconds", raw.live.beat_seconds, 1, 60)?;
        self.within("live.frames_kept", raw.live.frames_kept, 1, 1_000_000)?;
        self.within("live.frames_kept_bytes", raw.live.frames_kept_bytes, 65_536, 1 << 30)?;
        self.within("live.send_timeout_seconds", raw.live.send_timeout_seconds, 1, 300)?;
        self.within("live.walls_max", raw.live.walls_max, 1, 1_000_000)?;
        self.within("limits.body_bytes", raw.limits.body_bytes, 1_024, 65_536)?;
        self.within("limits.inbox", raw.limits.inbox, 1, 1_000_000)?;
        self.within("limits.batch", raw.limits.batch, 1, 4_096)?;
        self.within("limits.page_entries", raw.limits.page_entries, 1, crate::journal::READ_ENTRIES_MAX)?;
        raw.escalation.check(self)?;
        raw.cadence.check(self)?;
        self.within("accounts.session_hours", raw.accounts.session_hours, 1, 24 * 365)?;
        self.within("accounts.token_days", raw.accounts.token_days, 1, TOKEN_DAYS_MAX)?;
        self.within("accounts.device_days", raw.accounts.device_days, 1, 400)?;
        raw.outward.check(self)?;
        raw.smtp.check(self)?;
        self.unique("centres", raw.centres.iter().map(|centre| centre.id.as_str()))?;
        if raw.centres.iter().any(|centre| centre.id.as_str() == SYSTEM) {
            return Err(self.invalid("centres", SYSTEM, "is what the timers are called in the journal".to_owned()));
        }
        self.unique("sectors", raw.sectors.iter().map(|sector| sector.id.as_str()))?;
        self.unique("indicators", raw.indicators.iter().map(|indicator| indicator.id.as_str()))?;
        self.unique("templates", raw.templates.iter().map(|template| template.id.as_str()))?;
        self.check_indicators(raw)?;
        self.check_templates(raw)
    }

    /// Templates that are compiled in are for the sectors and indicators that are compiled in: where an
    /// overlay has others, they are left out. Those of an overlay must fit, and are checked.
    fn without_orphans(&self, mut raw: Raw) -> Raw {
        if self.origins.get("templates").is_some_and(|origin| origin == DEFAULT_ORIGIN) {
            raw.templates.retain(|template| raw.sectors.iter().any(|sector| sector.id == template.sector));
            for template in &mut raw.templates {
                template.indicators.retain(|id| raw.indicators.iter().any(|indicator| indicator.id == *id));
            }
        }
        raw
    }

    /// Whoever reads a figure that is not summed is told why.
    fn check_indicators(&self, raw: &Raw) -> Result<(), SettingsError> {
        for indicator in &raw.indicators {
            let told = indicator.not_summed_because.as_ref().is_some_and(|because| !because.is_empty());
            if told != (indicator.aggregation == Aggregation::None) {
                let reason = "not_summed_because stands where aggregation is \"none\", and only there".to_owned();
                return Err(self.invalid("indicators", indicator.id.as_str(), reason));
            }
            if let Some(twice) = &indicator.counted_twice
                && (!told || !raw.indicators.iter().any(|other| other.id == *twice && other.id != indicator.id))
            {
                let reason =
                    "counted_twice names another indicator, and stands where aggregation is \"none\"".to_owned();
                return Err(self.invalid("indicators", indicator.id.as_str(), reason));
            }
        }
        Ok(())
    }

    fn check_templates(&self, raw: &Raw) -> Result<(), SettingsError> {
        for template in &raw.templates {
            let invalid = |reason: String| Err(self.invalid("templates", &template.id, reason));
            if let Some((field, reason)) = template.fault() {
                return invalid(format!("{field} {reason}"));
            }
            if !raw.sectors.iter().any(|sector| sector.id == template.sector) {
                return invalid(format!("its sector {} is not configured", template.sector));
            }
            let unknown = |id: &&IndicatorId| !raw.indicators.iter().any(|indicator| indicator.id == **id);
            if let Some(id) = template.indicators.iter().find(unknown) {
                return invalid(format!("its indicator {id} is not configured"));
            }
        }
        Ok(())
    }

    fn within<T: PartialOrd + std::fmt::Display + Copy>(
        &self,
        key: &str,
        value: T,
        least: T,
        most: T,
    ) -> Result<(), SettingsError> {
        if (least..=most).contains(&value) {
            return Ok(());
        }
        Err(self.invalid(key, &value.to_string(), format!("must be {least} to {most}")))
    }

    fn unique<'a>(&self, list: &str, ids: impl Iterator<Item = &'a str>) -> Result<(), SettingsError> {
        let mut seen = std::collections::BTreeSet::new();
        for id in ids {
            if !seen.insert(id) {
                return Err(self.invalid(list, id, "is named twice".to_owned()));
            }
        }
        Ok(())
    }

    fn invalid(&self, key: &str, value: &str, reason: String) -> SettingsError {
        let origin = self.origins.get(key).cloned().unwrap_or_default();
        SettingsError::Invalid { key: key.to_owned(), value: value.to_owned(), origin, reason }
    }

    fn get(&self, key: &str) -> Option<&Value> {
        let mut parts = key.split('.');
        let first = self.table.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    }

    fn set(&mut self, key: &str, value: Value, origin: &str) -> Result<(), SettingsError> {
        let unknown = || SettingsError::Unknown { origin: origin.to_owned(), key: key.to_owned() };
        let before = self.get(key).ok_or_else(unknown)?;
        if !before.same_type(&value) {
            let reason = format!("must be a {}, like {before}", before.type_str());
            let (key, value, origin) = (key.to_owned(), value.to_string(), origin.to_owned());
            return Err(SettingsError::Invalid { key, value, origin, reason });
        }
        let mut parts: Vec<&str> = key.split('.').collect();
        let name = parts.pop().ok_or_else(unknown)?;
        let mut section = &mut self.table;
        for part in parts {
            section = section.get_mut(part).and_then(Value::as_table_mut).ok_or_else(unknown)?;
        }
        section.insert(name.to_owned(), value);
        self.origins.insert(key.to_owned(), origin.to_owned());
        Ok(())
    }

    /// Sets a key from text, read as the type that the default has.
    fn set_text(&mut self, key: &str, text: &str, origin: &str) -> Result<(), SettingsError> {
        let value = match self.get(key) {
            Some(Value::String(_)) => Value::String(text.to_owned()),
            Some(Value::Array(_)) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
            }
            _ => text.parse().unwrap_or_else(|_| Value::String(text.to_owned())),
        };
        self.set(key, value, origin)
    }

    fn note_origins(&mut self, section: &str, value: &Value, origin: &str) {
        match value {
            Value::Table(keys) => {
                for (key, value) in keys {
                    self.note_origins(&format!("{section}.{key}"), value, origin);
                }
            }
            _ => {
                self.origins.insert(section.to_owned(), origin.to_owned());
            }
        }
    }
}

/// An address without the password that may stand in it.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:***@{host}")
        }
        None => url.to_owned(),
    }
}
