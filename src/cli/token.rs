//! `vigie token`: who may sign in. A token is shown once and stored as a hash.

use clap::{Args, Subcommand};
use jiff::SignedDuration;
use serde_json::json;

use super::{Common, Failure, say};
use crate::accounts::device::{Device, Setting};
use crate::accounts::{NAME_CHARS_MAX, TOKEN_DAYS_MAX};
use crate::clock::Clock;
use crate::domain::ids::{AccountId, CentreId, CrisisId};
use crate::domain::text::{self, Lines};
use crate::domain::vocabulary::{Layout, Role, Tlp};
use crate::server::open_stores;
use crate::settings::Settings;
use crate::sign_in::{NewAccount, SignIn};

/// Make, list and revoke tokens.
#[derive(Args)]
pub struct Token {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Make a token; it is shown this once.
    Create(Create),
    /// List all tokens without their secrets.
    List(Listing),
    /// Revoke a token; its sockets close within seconds.
    Revoke(Revoke),
}

#[derive(Args)]
struct Create {
    #[command(flatten)]
    common: Common,
    /// The centre it speaks for, such as be-nccn.
    #[arg(long)]
    centre: String,
    /// wall_device, viewer, duty_officer, centre_lead, coordinator, auditor, admin or partner.
    #[arg(long)]
    role: Role,
    /// Title of the position or name of the device; never a person's name.
    #[arg(long)]
    name: Option<String>,
    /// What a wall may show at the most: clear, green or amber.
    #[arg(long, default_value = "green")]
    ceiling: Tlp,
    /// What a wall shows: overview (map and matrix) or far (tiles that are read from across a room).
    #[arg(long, value_name = "overview|far")]
    layout: Option<Layout>,
    /// Metres from which a wall is read: 3, 5 or 8; without it, what suits the layout.
    #[arg(long, value_name = "METRES", value_parser = parse_distance)]
    distance: Option<u8>,
    /// The crisis a wall is pinned to; without it, it goes round the open ones.
    #[arg(long, value_name = "SLUG", value_parser = CrisisId::parse)]
    crisis: Option<CrisisId>,
    /// How long it holds, such as 12h or 30d; the configuration says otherwise.
    #[arg(long, value_parser = parse_duration)]
    expires: Option<SignedDuration>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Listing {
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Revoke {
    #[command(flatten)]
    common: Common,
    /// The id that `token create` and `token list` print.
    id: String,
}

impl Token {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.command {
            TokenCommand::Create(command) => command.run().await,
            TokenCommand::List(command) => command.run().await,
            TokenCommand::Revoke(command) => command.run().await,
        }
    }
}

impl Create {
    async fn run(self) -> Result<(), Failure> {
        let settings = self.common.settings()?;
        let centre = configured_centre(&settings, &self.centre)?;
        if matches!(self.ceiling, Tlp::Red | Tlp::AmberStrict) {
            return Err(Failure::Usage(format!("{} is never shown on a wall", self.ceiling.label())));
        }
        let setting = self.setting()?;
        let name = self.name.unwrap_or_else(|| self.role.as_str().replace('_', " "));
        text::check(&name, Lines::One, NAME_CHARS_MAX).map_err(|reason| Failure::Usage(format!("--name {reason}")))?;
        let expires_in = self.expires.unwrap_or(settings.accounts.token);
        let sign_in = SignIn::new(open_stores(&settings.journal_url)?.accounts, Clock::system());
        let new = NewAccount { centre, role: self.role, name, ceiling: self.ceiling, expires_in };
        let (account, token) = sign_in.create_with(new, setting).await?;
        if self.json {
            let mut shown = json!({
                "id": account.id, "token": token, "centre": account.centre, "role": account.role,
                "name": account.name, "expires_at": account.expires_at,
            });
            if let Some(Device { setting: Setting { layout, distance_m, crisis }, .. }) = &account.device {
                shown["device"] = json!({ "layout": layout, "distance_m": distance_m, "crisis": crisis });
            }
            say(&shown.to_string())?;
        } else {
            say(&format!("token   {token}\nid      {}\nholds until {}", account.id, account.expires_at))?;
            say("It is not shown again.")?;
        }
        Ok(())
    }
}

impl Create {
    /// What a wall is set to show; nothing of it may be said of people.
    fn setting(&self) -> Result<Setting, Failure> {
        let said = [
            ("--layout", self.layout.is_some()),
            ("--distance", self.distance.is_some()),
            ("--crisis", self.crisis.is_some()),
        ];
        if self.role != Role::WallDevice
            && let Some((flag, _)) = said.iter().find(|(_, said)| *said)
        {
            return Err(Failure::Usage(format!("{flag} is for a wall_device")));
        }
        let setting = Setting::of(self.layout.unwrap_or(Layout::Overview));
        let distance_m = self.distance.unwrap_or(setting.distance_m);
        Ok(Setting { distance_m, crisis: self.crisis.clone(), ..setting })
    }
}

impl Listing {
    async fn run(self) -> Result<(), Failure> {
        let settings = self.common.settings()?;
        let now = Clock::system().now();
        for account in open_stores(&settings.journal_url)?.accounts.list().await? {
            let state = match account.revoked_at {
                Some(at) => format!("revoked {at}"),
                None if account.holds_at(now) => format!("until {}", account.expires_at),
                None => format!("ran out {}", account.expires_at),
            };
            say(&format!("{}  {}  {}  {}  {state}", account.id, account.centre, account.role, account.name))?;
        }
        Ok(())
    }
}

impl Revoke {
    async fn run(self) -> Result<(), Failure> {
        let settings = self.common.settings()?;
        let id = AccountId::parse(&self.id).ok_or_else(|| Failure::Usage(format!("{} is not an id", self.id)))?;
        let accounts = open_stores(&settings.journal_url)?.accounts;
        if accounts.revoke(id, Clock::system().now()).await? {
            say("revoked")?;
            Ok(())
        } else {
            Err(Failure::Other(format!("there is no token {id}")))
        }
    }
}

fn configured_centre(settings: &Settings, name: &str) -> Result<CentreId, Failure> {
    CentreId::parse(name).ok().filter(|centre| settings.catalogue.has_centre(centre)).ok_or_else(|| {
        let known: Vec<&str> = settings.catalogue.centres.iter().map(|centre| centre.id.as_str()).collect();
        Failure::Usage(format!("{name} is not a configured centre; there are {}", known.join(", ")))
    })
}

fn parse_distance(text: &str) -> Result<u8, String> {
    Setting::distance(text.parse().map_err(|_| "must be 3, 5 or 8".to_owned())?)
}

/// `30d`, `12h`, `45m`.
fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("{text} is not a duration such as 30d, 12h or 45m");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let count: i64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    let minutes = match unit {
        'd' => 24 * 60,
        'h' => 60,
        'm' => 1,
        _ => return Err(wrong()),
    };
    let within = 1..=TOKEN_DAYS_MAX * 24 * 60;
    let asked = count.checked_mul(minutes).filter(|asked| within.contains(asked));
    asked.map(SignedDuration::from_mins).ok_or_else(|| format!("{text} is not within 1m and {TOKEN_DAYS_MAX}d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_for_as_long_as_the_configuration_allows_and_no_longer() {
        for good in ["1m", "12h", "30d", "3650d", "87600h"] {
            assert!(parse_duration(good).is_ok(), "{good}");
        }
        for bad in ["", "d", "0d", "-1d", "30", "30s", "3651d", "87601h", "1é"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
    }
}
