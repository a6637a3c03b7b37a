//! `vigie serve` and `vigie check-config`.

use clap::Args;
use serde_json::json;

use super::{Common, Failure, say};
use crate::clock::Clock;
use crate::server::Server;
use crate::settings::{Layers, SettingsError};
use crate::telemetry;

/// Flags of everything that serves.
#[derive(Args, Clone)]
pub struct Serving {
    #[command(flatten)]
    pub common: Common,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Redis for the cache and the doorbell, such as redis://127.0.0.1:6379.
    #[arg(long, value_name = "URL")]
    pub redis: Option<String>,
    /// Print the real address as one JSON line on standard output.
    #[arg(long)]
    pub print_address: bool,
}

impl Serving {
    /// Defaults, overlay, environment, flags.
    pub fn layers(&self) -> Result<Layers, SettingsError> {
        self.common.layers()?.flag("server.listen", self.listen.as_deref(), "--listen")?.flag(
            "redis.url",
            self.redis.as_deref(),
            "--redis",
        )
    }
}

/// Serve the picture.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    serving: Serving,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let settings = self.serving.layers()?.finish()?;
        telemetry::begin(&settings.log).map_err(Failure::Usage)?;
        let server = Server::build(settings, Clock::system()).await?;
        announce(&server, self.serving.print_address)?;
        Ok(server.run(asked_to_stop()).await?)
    }
}

pub(super) fn announce(server: &Server, print: bool) -> Result<(), Failure> {
    tracing::info!(address = %server.address, "listening");
    if print {
        say(&json!({ "address": format!("http://{}", server.address) }).to_string())?;
    }
    Ok(())
}

/// Resolves on SIGTERM or SIGINT.
pub(super) async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        tracing::error!("signals cannot be listened to; stop this server with SIGKILL");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Print what is in force and where it came from.
#[derive(Args)]
pub struct CheckConfig {
    #[command(flatten)]
    serving: Serving,
}

impl CheckConfig {
    pub(super) fn run(self) -> Result<(), Failure> {
        let layers = self.serving.layers()?;
        let rows = layers.in_force();
        layers.finish()?;
        for (key, value, origin) in rows {
            say(&format!("{key} = {value}    # {origin}"))?;
        }
        Ok(())
    }
}
