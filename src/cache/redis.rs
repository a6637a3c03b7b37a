//! The cache in Redis: one hash per crisis, moved by one atomic script. Every call has a bounded time.

use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, Script};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::{Advanced, CacheError, Field, Kept, PictureCache};
use crate::domain::ids::{CrisisId, Epoch, Position, Seq};

/// Field that says where the copy stands.
const POSITION_FIELD: &str = "@position";
const SCRIPT: &str = include_str!("advance.lua");
/// Longest pause between two attempts to connect.
const RECONNECT_PAUSE_MAX: Duration = Duration::from_secs(2);

/// Copies in Redis.
pub struct RedisCache {
    client: Result<Client, String>,
    connection: OnceCell<ConnectionManager>,
    prefix: String,
    /// The form that is read and written: programs of several versions, side by side, keep copies of their own.
    format: &'static str,
    bound: Duration,
    script: Script,
}

fn unavailable(error: RedisError) -> CacheError {
    CacheError::Unavailable(Box::new(error))
}

impl RedisCache {
    /// A cache at `url`; nothing is connected before the first call, so Redis may be down.
    pub fn connect(url: &str, prefix: &str, bound: Duration, format: &'static str) -> Self {
        Self {
            client: Client::open(url).map_err(|error| error.to_string()),
            connection: OnceCell::new(),
            prefix: prefix.to_owned(),
            format,
            bound,
            script: Script::new(SCRIPT),
        }
    }

    /// The slug in braces is a hash tag: in a cluster, all keys of a crisis lie together.
    fn key(&self, crisis: &CrisisId) -> String {
        format!("{}:{{{crisis}}}:picture:{}", self.prefix, self.format)
    }

    async fn connection(&self) -> Result<ConnectionManager, CacheError> {
        let client = self
            .client
            .as_ref()
            .map_err(|reason| CacheError::Unavailable(Box::new(std::io::Error::other(reason.clone()))))?;
        let connecting = || {
            let config = ConnectionManagerConfig::new()
                .set_max_delay(RECONNECT_PAUSE_MAX)
                .set_number_of_retries(1)
                .set_connection_timeout(Some(self.bound))
                .set_response_timeout(Some(self.bound));
            ConnectionManager::new_with_config(client.clone(), config)
        };
        self.connection.get_or_try_init(connecting).await.cloned().map_err(unavailable)
    }

    async fn bounded<T>(&self, call: impl Future<Output = Result<T, CacheError>>) -> Result<T, CacheError> {
        timeout(self.bound, call).await.map_err(|_| CacheError::TimedOut)?
    }

    async fn run(
        &self,
        crisis: &CrisisId,
        how: &str,
        from: Option<Position>,
        to: Position,
        fields: Vec<Field>,
    ) -> Result<Advanced, CacheError> {
        let (sets, removes): (Vec<Field>, Vec<Field>) = fields.into_iter().partition(|field| field.value.is_some());
        let mut call = self.script.key(self.key(crisis));
        call.arg(how).arg(from.map(show).unwrap_or_default()).arg(show(to)).arg(sets.len());
        for Field { name, value } in sets {
            call.arg(name).arg(value.unwrap_or_default());
        }
        for Field { name, .. } in removes {
            call.arg(name);
        }
        self.bounded(async {
            let mut connection = self.connection().await?;
            let answer: String = call.invoke_async(&mut connection).await.map_err(unavailable)?;
            match answer.as_str() {
                "done" => Ok(Advanced::Done),
                "" => Ok(Advanced::Stands(None)),
                stands => read(stands).map(|at| Advanced::Stands(Some(at))),
            }
        })
        .await
    }
}

fn show(position: Position) -> String {
    format!("{}:{}", position.epoch.0, position.seq.0)
}

fn read(text: &str) -> Result<Position, CacheError> {
    let parts = text.split_once(':').and_then(|(epoch, seq)| Some((epoch.parse().ok()?, seq.parse().ok()?)));
    let (epoch, seq) = parts.ok_or_else(|| CacheError::Damaged(format!("{text:?} is not a position")))?;
    Ok(Position { epoch: Epoch(epoch), seq: Seq(seq) })
}

#[async_trait]
impl PictureCache for RedisCache {
    async fn load(&self, crisis: &CrisisId) -> Result<Option<Kept>, CacheError> {
        self.bounded(async {
            let mut connection = self.connection().await?;
            let mut command = redis::cmd("HGETALL");
            command.arg(self.key(crisis));
            let mut fields: Vec<(String, Vec<u8>)> = command.query_async(&mut connection).await.map_err(unavailable)?;
            let Some(place) = fields.iter().position(|(name, _)| name == POSITION_FIELD) else { return Ok(None) };
            let (_, position) = fields.swap_remove(place);
            let at = read(&String::from_utf8_lossy(&position))?;
            Ok(Some(Kept { at, fields }))
        })
        .await
    }

    async fn advance(
        &self,
        crisis: &CrisisId,
        from: Position,
        to: Position,
        fields: Vec<Field>,
    ) -> Result<Advanced, CacheError> {
        self.run(crisis, "advance", Some(from), to, fields).await
    }

    async fn replace(&self, crisis: &CrisisId, at: Position, fields: Vec<Field>) -> Result<Advanced, CacheError> {
        self.run(crisis, "replace", None, at, fields).await
    }

    async fn ping(&self) -> Result<(), CacheError> {
        self.bounded(async {
            let mut connection = self.connection().await?;
            redis::cmd("PING").query_async::<String>(&mut connection).await.map(|_| ()).map_err(unavailable)
        })
        .await
    }
}
