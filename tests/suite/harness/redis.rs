//! A real redis-server of the test's own, on a free port.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use redis::AsyncConnectionConfig;
use tempfile::TempDir;

use super::{PATIENCE, eventually};

pub struct Redis {
    port: u16,
    folder: TempDir,
    server: Option<Child>,
}

impl Redis {
    /// Starts one and waits until it answers.
    pub async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let folder = tempfile::tempdir().expect("a folder for redis-server");
        let mut redis = Self { port, folder, server: None };
        redis.start_again().await;
        redis
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills it where it stands.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("redis-server can be killed");
            server.wait().expect("redis-server ends");
        }
    }

    /// Starts it on the same port, with nothing in it.
    pub async fn start_again(&mut self) {
        let port = self.port.to_string();
        let started = Command::new("redis-server")
            .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.server = Some(started.expect("redis-server is installed: run `make test`, which installs it"));
        eventually("redis-server answers", async || self.command("PING").await.ok().map(|_: String| ())).await;
    }

    /// Stops it where it stands: it takes connections and answers nothing.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on after a freeze.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.server.as_ref().expect("it runs").id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
    }

    pub async fn flush(&self) {
        let done: String = self.command("FLUSHALL").await.expect("redis-server answers");
        assert_eq!(done, "OK");
    }

    pub async fn command<T: redis::FromRedisValue>(&self, command: &str) -> redis::RedisResult<T> {
        // As patient as everything here: the client's own half a second is short on a busy machine.
        let patient =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        let client = redis::Client::open(self.url())?;
        let mut connection = client.get_multiplexed_async_connection_with_config(&patient).await?;
        let mut words = command.split(' ');
        let mut asked = redis::cmd(words.next().expect("a command"));
        asked.arg(words.collect::<Vec<_>>());
        asked.query_async(&mut connection).await
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
