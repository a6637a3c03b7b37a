//! How a wall without a keyboard comes to be signed in: it shows a short code, an officer confirms it.
//!
//! The code is what an officer reads off the wall; it lives for ten minutes and opens nothing by itself.
//! What the wall collects its session with is a secret of full length that nobody reads. Nothing here is
//! kept in the server: any server of the network answers for any wall.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::accounts::device::Setting;
use crate::accounts::pairing::{Collected, Collection, Confirmation, Confirmed, NewPairing, Opened, Pairings};
use crate::accounts::{Account, AccountsError};
use crate::clock::Clock;
use crate::domain::ids::{AccountId, CentreId};
use crate::domain::vocabulary::{Role, Tlp};
use crate::sign_in::{NewAccount, digest, fresh_secret};

/// Letters and figures of a code: of any two that look alike from afar, at most one.
pub const CODE_ALPHABET: &str = "ACDEFHJKMNPRTVWX3479";
/// Characters of a code; a wall shows them in two groups of three.
pub const CODE_CHARS: usize = 6;
/// How often a code is drawn anew when another wall shows it: that this fails is not to be expected.
const DRAWS_MAX: usize = 8;

/// Where walls wait and officers confirm them.
pub struct Pairing {
    pairings: Arc<dyn Pairings>,
    clock: Clock,
    device_term: SignedDuration,
}

/// What a wall is given to show and to keep.
#[derive(Debug, Clone)]
pub struct Offer {
    pub id: Uuid,
    pub code: Code,
    pub secret: String,
    pub expires_at: Timestamp,
}

/// A code as a wall shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(String);

/// What an officer says of a wall.
#[derive(Debug, Clone)]
pub struct NewWall {
    pub centre: CentreId,
    pub name: String,
    pub ceiling: Tlp,
    pub setting: Setting,
}

/// What a wall that asks is answered.
pub enum Progress {
    Waiting {
        expires_at: Timestamp,
    },
    /// The wall is signed in: its account, and the word for its cookie.
    SignedIn(Box<Account>, String),
    Gone,
}

/// Why a pairing went no further.
#[derive(Debug, thiserror::Error)]
pub enum PairingError {
    #[error("as many walls as can wait at one time show a code already")]
    Full { until: Timestamp },
    #[error("as many walls as can wait at one address show a code already")]
    PeerFull { until: Timestamp },
    #[error("no wall shows this code now")]
    NoSuchCode,
    #[error("too many codes were entered that no wall shows")]
    TooManyWrong { until: Timestamp },
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

impl Code {
    /// Reads a code as somebody typed it: small letters, spaces and hyphens are forgiven.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let typed = text.chars().filter(|c| !matches!(c, ' ' | '-'));
        let code: String = typed.take(CODE_CHARS + 1).map(|c| c.to_ascii_uppercase()).collect();
        let fits = code.chars().count() == CODE_CHARS && code.chars().all(|c| CODE_ALPHABET.contains(c));
        if fits { Ok(Self(code)) } else { Err("must be the six letters and figures that the wall shows") }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn draw() -> Result<Self, AccountsError> {
        let letters = CODE_ALPHABET.as_bytes();
        // Only whole multiples of the alphabet, so that each letter is as likely as the next.
        let fair = 256 - 256 % letters.len();
        let mut code = String::with_capacity(CODE_CHARS);
        while code.len() < CODE_CHARS {
            let mut bytes = [0; 2 * CODE_CHARS];
            getrandom::fill(&mut bytes).map_err(|error| AccountsError(Box::new(error)))?;
            let drawn = bytes.into_iter().map(usize::from).filter(|byte| *byte < fair);
            code.extend(drawn.take(CODE_CHARS - code.len()).map(|byte| char::from(letters[byte % letters.len()])));
        }
        Ok(Self(code))
    }
}

impl Pairing {
    /// Pairs into `pairings`; a wall's credential holds for `device_term`.
    pub fn new(pairings: Arc<dyn Pairings>, clock: Clock, device_term: SignedDuration) -> Self {
        Self { pairings, clock, device_term }
    }

    /// A wall at this address begins to wait.
    pub async fn open(&self, peer: Option<IpAddr>) -> Result<Offer, PairingError> {
        let now = self.clock.now();
        let (id, secret) = (self.clock.fresh_id(), fresh_secret()?);
        // Whom nobody could name shares the places of one address.
        let peer = Some(peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), household));
        for _ in 0..DRAWS_MAX {
            let code = Code::draw()?;
            let pairing = NewPairing { id, code: digest(code.as_str()), secret: digest(&secret), peer };
            match self.pairings.open(pairing, now).await? {
                Opened::Until(expires_at) => return Ok(Offer { id, code, secret, expires_at }),
                Opened::CodeTaken => {}
                Opened::Full { until } => return Err(PairingError::Full { until }),
                Opened::PeerFull { until } => return Err(PairingError::PeerFull { until }),
            }
        }
        Err(PairingError::Full { until: now })
    }

    /// An officer confirms the wall that shows a code; the account it becomes.
    pub async fn confirm(&self, by: AccountId, code: &Code, wall: NewWall) -> Result<Account, PairingError> {
        let NewWall { centre, name, ceiling, setting } = wall;
        let new = NewAccount { centre, role: Role::WallDevice, name, ceiling, expires_in: self.device_term };
        let account = new.account(&self.clock, setting);
        // It signs in by its session alone: the token that every account has is known to nobody.
        let token = digest(&fresh_secret()?);
        let confirmation = Confirmation { code: digest(code.as_str()), by, account: account.clone(), token };
        match self.pairings.confirm(confirmation, self.clock.now()).await? {
            Confirmed::Done => Ok(account),
            Confirmed::NoSuchCode => Err(PairingError::NoSuchCode),
            Confirmed::TooManyWrong { until } => Err(PairingError::TooManyWrong { until }),
        }
    }

    /// A wall asks whether it was confirmed.
    pub async fn collect(&self, id: Uuid, secret: &str) -> Result<Progress, AccountsError> {
        let cookie = fresh_secret()?;
        let collection = Collection { id, secret: digest(secret), session: digest(&cookie) };
        Ok(match self.pairings.collect(collection, self.clock.now()).await? {
            Collected::Waiting { expires_at } => Progress::Waiting { expires_at },
            Collected::Done(account) => Progress::SignedIn(account, cookie),
            Collected::Gone => Progress::Gone,
        })
    }
}

/// Who holds an address of IPv6 holds many, and often many networks: what counts is the /48, the most that a
/// site is given as a rule.
fn household(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 80 << 80).into(),
        ip @ IpAddr::V4(_) => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_household_is_one_peer() {
        let told = |peer: &str| household(peer.parse().expect("an address")).to_string();
        assert_eq!(told("192.0.2.7"), "192.0.2.7");
        assert_eq!(told("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(told("2001:db8:1:2:aaaa:bbbb:cccc:dddd"), "2001:db8:1::");
        assert_eq!(told("2001:db8:1:ff02::1"), "2001:db8:1::", "whichever of its networks it comes from");
    }

    #[test]
    fn a_code_is_drawn_from_the_alphabet_and_reads_back_as_it_was_typed() {
        let codes: Vec<Code> = (0..200).map(|_| Code::draw().expect("chance is there")).collect();
        let mut letters: Vec<char> = codes.iter().flat_map(|code| code.as_str().chars()).collect();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), CODE_ALPHABET.len(), "every letter comes up in 1200 draws");
        for code in codes {
            let (left, right) = code.as_str().split_at(3);
            let typed = format!("{} {}", left.to_lowercase(), right.to_lowercase());
            assert_eq!(Code::parse(&typed), Ok(code.clone()));
            assert_eq!(Code::parse(&format!("{left}-{right}")), Ok(code));
        }
    }

    #[test]
    fn what_cannot_be_on_a_wall_is_no_code() {
        for bad in ["", "ACDEF", "ACDEFHJ", "ACDEF0", "ACDEFO", "ACDEF1", "ACDEFÉ", "ACD/EF"] {
            assert!(Code::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_two_of_the_alphabet_look_alike() {
        for alike in ["0ODQ", "1IL", "2Z", "5S", "8B3", "6G", "UV", "VY", "CG"] {
            let both = alike.chars().filter(|c| CODE_ALPHABET.contains(*c)).count();
            assert!(both <= 1, "{alike}");
        }
    }
}
