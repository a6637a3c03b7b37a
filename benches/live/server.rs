//! The server under the bench: the release binary as a process, with a crisis in it and everybody's tokens.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;
use vigie::clock::Clock;
use vigie::domain::ids::CentreId;
use vigie::domain::vocabulary::{Role, Tlp};
use vigie::server::open_stores;
use vigie::settings::Layers;
use vigie::sign_in::{NewAccount, SignIn};

use crate::Outcome;
use crate::machine::Cores;
use crate::posters::{Desk, Officer};
use crate::walls::Seat;

/// The crisis that everybody plays in.
pub const CRISIS: &str = "bench";
/// Who opens it.
const COORDINATOR: &str = "eu-ercc";

/// A server that runs, and who may speak to it.
pub struct Server {
    process: Process,
    pub address: SocketAddr,
    officers: Vec<Officer>,
    pub seats: Vec<Seat>,
    _folder: TempDir,
}

/// A process that does not outlive its owner.
struct Process(Child);

/// Everybody's tokens.
struct Tokens {
    coordinator: Officer,
    officers: Vec<Officer>,
    seats: Vec<Seat>,
}

#[derive(Deserialize)]
struct Announced {
    address: String,
}

impl Server {
    /// Starts on a fresh journal in `folder`: one desk for each centre, walls spread over the centres.
    pub fn start(folder: &Path, cores: Option<Cores>, centres: usize, walls: usize) -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("live-").tempdir_in(folder)?;
        let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
        let catalogue = Layers::defaults().finish()?.catalogue;
        let sectors: Vec<String> = catalogue.sectors.iter().map(|sector| sector.id.to_string()).collect();
        let centres: Vec<&CentreId> = catalogue.centres.iter().map(|centre| &centre.id).take(centres).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let tokens = runtime.block_on(tokens(&journal, &centres, &sectors, walls))?;

        let mut command = command(cores);
        command.args(["serve", "--listen", "127.0.0.1:0", "--journal", &journal, "--print-address"]);
        let mut process = Process(command.env("VIGIE__LOG__LEVEL", "warn").stdout(Stdio::piped()).spawn()?);
        let mut line = String::new();
        BufReader::new(process.0.stdout.take().ok_or("standard output is piped")?).read_line(&mut line)?;
        let announced: Announced = serde_json::from_str(&line)?;
        let address: SocketAddr = announced.address.trim_start_matches("http://").parse()?;

        let body = json!({ "slug": CRISIS, "name": "A bench", "environment": "test" });
        Desk::open(address, &tokens.coordinator)?.post("/api/v1/crises", "open", &body)?;
        let Tokens { officers, seats, .. } = tokens;
        Ok(Self { process, address, officers, seats, _folder: folder })
    }

    /// Fresh connections of all duty officers.
    pub fn desks(&self) -> Outcome<Vec<Desk<'_>>> {
        self.officers.iter().map(|officer| Desk::open(self.address, officer)).collect()
    }

    pub fn pid(&self) -> u32 {
        self.process.0.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone after this.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `taskset` becomes the server, so the process is the server's own.
fn command(cores: Option<Cores>) -> Command {
    let program = env!("CARGO_BIN_EXE_vigie");
    match cores {
        Some(Cores { server, .. }) => {
            let mut command = Command::new("taskset");
            command.args(["-c", &server.to_string(), program]);
            command
        }
        None => Command::new(program),
    }
}

/// Each wall has a token of its own, as in life: looking them up is part of the price.
async fn tokens(journal: &str, centres: &[&CentreId], sectors: &[String], walls: usize) -> Outcome<Tokens> {
    let sign_in = SignIn::new(open_stores(journal)?.accounts, Clock::system());
    let token = async |centre: &CentreId, role| {
        let name = "Position in a bench".to_owned();
        let expires_in = SignedDuration::from_hours(1);
        let new = NewAccount { centre: centre.clone(), role, name, ceiling: Tlp::Green, expires_in };
        Outcome::Ok(sign_in.create(new).await?.1)
    };
    let officer = async |centre: &CentreId, role| {
        let token = token(centre, role).await?;
        Outcome::Ok(Officer { centre: centre.to_string(), token, sectors: sectors.to_vec() })
    };
    let coordinator = officer(&CentreId::parse(COORDINATOR)?, Role::Coordinator).await?;
    let mut officers = Vec::new();
    for centre in centres {
        officers.push(officer(centre, Role::DutyOfficer).await?);
    }
    let mut seats = Vec::new();
    for (audience, centre) in centres.iter().enumerate().cycle().take(walls) {
        seats.push(Seat { audience, token: token(centre, Role::WallDevice).await? });
    }
    Ok(Tokens { coordinator, officers, seats })
}
