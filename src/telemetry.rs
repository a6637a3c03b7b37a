//! Logs on standard error. They hold names of things, numbers and states: never the text of an
//! update, a person's name or a token.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::settings::Log;

/// Begins to log as the settings say. Called once, by `main`.
pub fn begin(log: &Log) -> Result<(), String> {
    let filter = EnvFilter::try_new(format!("{},actix_server=warn", log.level)).map_err(|error| error.to_string())?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if log.json {
        builder.json().init();
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).init();
    }
    Ok(())
}
