//! The command line. Exit codes: 0 done · 1 it failed · 2 wrong usage or configuration · 3 a journal
//! does not verify.

mod client;
mod demo;
mod journal;
mod scenario;
mod serve;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::settings::{Layers, Settings, SettingsError};

/// The shared live picture for Europe's crisis centres.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Vigie {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the picture.
    Serve(serve::Serve),
    /// Serve a demonstration crisis that plays itself.
    Demo(demo::Demo),
    /// Make, list and revoke tokens for people, programs and walls.
    Token(token::Token),
    /// Post a situation update to a server.
    Post(client::Post),
    /// Follow the live stream of a crisis in the terminal.
    Tail(client::Tail),
    /// Check the hash chain of every crisis in a journal; names the first broken entry.
    Verify(journal::Verify),
    /// Write a crisis as NDJSON to standard output.
    Export(journal::Export),
    /// Take in a crisis from NDJSON on standard input.
    Import(journal::Import),
    /// Print what is in force and where it came from.
    CheckConfig(serve::CheckConfig),
}

/// Settings that every command that opens a journal takes.
#[derive(Args, Clone, Default)]
pub struct Common {
    /// Where the journal is, such as sqlite:data/vigie.db.
    #[arg(long, value_name = "URL")]
    pub journal: Option<String>,
    /// An overlay over the compiled-in configuration.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl Common {
    /// Defaults, overlay, environment, flags.
    #[expect(clippy::disallowed_methods, reason = "settings are the one place that reads the environment")]
    pub fn layers(&self) -> Result<Layers, SettingsError> {
        let mut layers = Layers::defaults();
        if let Some(path) = &self.config {
            layers = layers.file(path)?;
        }
        layers.environment(std::env::vars_os())?.flag("journal.url", self.journal.as_deref(), "--journal")
    }

    /// What is in force for a command without flags of its own.
    pub fn settings(&self) -> Result<Settings, SettingsError> {
        self.layers()?.finish()
    }
}

/// How a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Server(#[from] crate::server::ServerError),
    #[error(transparent)]
    Journal(#[from] crate::journal::JournalError),
    #[error(transparent)]
    Accounts(#[from] crate::accounts::AccountsError),
    #[error("{0}")]
    Broken(String),
    #[error("{0}")]
    Other(String),
}

impl Failure {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Settings(_) => 2,
            Self::Broken(_) => 3,
            Self::Server(_) | Self::Journal(_) | Self::Accounts(_) | Self::Other(_) => 1,
        }
    }
}

/// Runs the command that was asked for.
pub fn main() -> ExitCode {
    let command = Vigie::parse().command;
    let outcome = match command {
        Command::Serve(command) => run(command.run()),
        Command::Demo(command) => run(command.run()),
        Command::Token(command) => run(command.run()),
        Command::Post(command) => actix_web::rt::System::new().block_on(command.run()),
        Command::Tail(command) => actix_web::rt::System::new().block_on(command.run()),
        Command::Verify(command) => run(command.run()),
        Command::Export(command) => run(command.run()),
        Command::Import(command) => run(command.run()),
        Command::CheckConfig(command) => command.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say_error(&format!("vigie: {}", crate::health::chain(&failure)));
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::Other(error.to_string()))?.block_on(command)
}

/// Writes a line to standard output. What cannot be written was not done: a backup on a full disk is none.
pub(crate) fn say(line: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let said = writeln!(out, "{line}").and_then(|()| out.flush());
    said.map_err(|error| Failure::Other(format!("standard output: {error}")))
}

fn say_error(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
