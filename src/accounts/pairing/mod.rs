//! Walls that show a code and wait for an officer: kept beside the accounts, so that any server answers.

pub mod memory;
pub mod sqlite;

use std::net::IpAddr;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Account, AccountsError, SecretHash};
use crate::domain::ids::AccountId;

/// How long a code can be confirmed, and how long a confirmed wall can then fetch its session.
pub const PAIRING_TERM: SignedDuration = SignedDuration::from_mins(10);
/// Codes that may wait to be confirmed at one time.
pub const OPEN_MAX: usize = 4_096;
/// Codes of these that one address may have: a room full of walls after a power cut, not a script.
pub const OPEN_MAX_OF_ONE_PEER: usize = 64;
/// Codes that no wall shows which one account may enter within [`WRONG_CODES_WITHIN`].
pub const WRONG_CODES_MAX: usize = 10;
/// How long a wrong code is held against who entered it.
pub const WRONG_CODES_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// Where pairings are kept. Each call is one step: two officers never confirm the same wall.
#[async_trait]
pub trait Pairings: Send + Sync + 'static {
    /// Puts a wall among those that wait.
    async fn open(&self, pairing: NewPairing, now: Timestamp) -> Result<Opened, AccountsError>;
    /// Makes the account of the wall that shows a code.
    async fn confirm(&self, confirmation: Confirmation, now: Timestamp) -> Result<Confirmed, AccountsError>;
    /// Begins the session of a confirmed wall, once.
    async fn collect(&self, collection: Collection, now: Timestamp) -> Result<Collected, AccountsError>;
}

/// A wall that begins to wait.
#[derive(Debug, Clone, Copy)]
pub struct NewPairing {
    pub id: Uuid,
    pub code: SecretHash,
    pub secret: SecretHash,
    /// Who asks, where that is known: an address, or of IPv6 the /48 around it.
    pub peer: Option<IpAddr>,
}

/// An officer's word for a wall.
#[derive(Debug, Clone)]
pub struct Confirmation {
    pub code: SecretHash,
    pub by: AccountId,
    /// What the wall becomes.
    pub account: Account,
    pub token: SecretHash,
}

/// A wall that asks whether it was confirmed, with the session that it would then have.
#[derive(Debug, Clone, Copy)]
pub struct Collection {
    pub id: Uuid,
    pub secret: SecretHash,
    pub session: SecretHash,
}

/// What became of a wall that wants to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// It waits until then.
    Until(Timestamp),
    /// Another shows this code: draw another.
    CodeTaken,
    /// Too many wait; the first of them ends then.
    Full { until: Timestamp },
    /// Too many of this address wait; the first of them ends then.
    PeerFull { until: Timestamp },
}

/// What became of an officer's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    Done,
    /// No wall shows that code now.
    NoSuchCode,
    /// This account entered too many wrong codes; it may try again then.
    TooManyWrong {
        until: Timestamp,
    },
}

/// What a wall is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collected {
    Waiting {
        expires_at: Timestamp,
    },
    Done(Box<Account>),
    /// Unknown, past its term or already collected.
    Gone,
}

/// The end of a term that begins now.
fn ends(now: Timestamp, term: SignedDuration) -> Timestamp {
    now.saturating_add(term).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::accounts::Accounts;
    use crate::accounts::device::{Device, Setting};
    use crate::accounts::memory::MemoryAccounts;
    use crate::accounts::sqlite::SqliteAccounts;
    use crate::domain::ids::CentreId;
    use crate::domain::vocabulary::{Layout, Role, Tlp};

    const NOW: i64 = 1_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(NOW + seconds).expect("near 1970")
    }

    fn account(number: u128, role: Role) -> Account {
        Account {
            id: AccountId(Uuid::from_u128(number)),
            centre: CentreId::parse("be-nccn").expect("a slug"),
            role,
            name: "Somebody".to_owned(),
            ceiling: Tlp::Green,
            created_at: at(0),
            expires_at: at(86_400),
            revoked_at: None,
            device: (role == Role::WallDevice).then(|| Device::new(Setting::of(Layout::Far))),
        }
    }

    fn waiting(number: u8) -> NewPairing {
        let (code, secret) = ([number; 32], [number + 100; 32]);
        NewPairing { id: Uuid::from_u128(number.into()), code, secret, peer: None }
    }

    /// One of a crowd, at an address of its own or at one of a few.
    fn waiting_at(number: usize, peer: usize) -> NewPairing {
        let mut code = [255; 32];
        code[..8].copy_from_slice(&number.to_be_bytes());
        let peer = u32::try_from(peer).expect("small");
        let id = Uuid::from_u128(1_000 + u128::try_from(number).expect("small"));
        NewPairing { id, code, secret: code, peer: Some(std::net::Ipv4Addr::from(peer).into()) }
    }

    fn confirmation(code: u8, by: u128, wall: u128) -> Confirmation {
        let account = account(wall, Role::WallDevice);
        let token = [u8::try_from(wall).expect("small"); 32];
        Confirmation { code: [code; 32], by: AccountId(Uuid::from_u128(by)), account, token }
    }

    fn collection(number: u8) -> Collection {
        let NewPairing { id, secret, .. } = waiting(number);
        Collection { id, secret, session: [number + 50; 32] }
    }

    /// The same story on every kind of store.
    async fn on_each(story: impl AsyncFn(Arc<dyn Accounts>, Arc<dyn Pairings>)) {
        let memory = Arc::new(MemoryAccounts::default());
        story(memory.clone(), memory).await;
        let folder = tempfile::tempdir().expect("a folder");
        let sqlite = Arc::new(SqliteAccounts::open(&folder.path().join("vigie.db")).expect("it opens"));
        story(sqlite.clone(), sqlite).await;
    }

    #[tokio::test]
    async fn a_wall_waits_is_confirmed_and_collects_its_session_once() {
        on_each(async |accounts, pairings| {
            accounts.add(account(200, Role::DutyOfficer), [0; 32]).await.expect("added");
            let opened = pairings.open(waiting(1), at(0)).await.expect("answers");
            assert_eq!(opened, Opened::Until(at(600)));
            assert_eq!(pairings.open(waiting(1), at(0)).await.expect("answers"), Opened::CodeTaken);
            let collect = async |seconds| pairings.collect(collection(1), at(seconds)).await.expect("answers");
            assert_eq!(collect(1).await, Collected::Waiting { expires_at: at(600) });
            let wrong = Collection { secret: [9; 32], ..collection(1) };
            assert_eq!(pairings.collect(wrong, at(1)).await.expect("answers"), Collected::Gone);

            let confirm = async || pairings.confirm(confirmation(1, 200, 7), at(590)).await.expect("answers");
            assert_eq!(confirm().await, Confirmed::Done);
            assert_eq!(confirm().await, Confirmed::NoSuchCode, "a code is confirmed once");
            // Confirmed in the last seconds, it still has time to hear of it.
            let wall = account(7, Role::WallDevice);
            assert_eq!(collect(700).await, Collected::Done(Box::new(wall.clone())));
            assert_eq!(collect(701).await, Collected::Gone);
            let signed = accounts.by_session(collection(1).session, at(701)).await.expect("answers");
            assert_eq!(signed, Some(wall), "the session is the wall's");
        })
        .await;
    }

    #[tokio::test]
    async fn a_code_that_was_not_confirmed_in_time_is_gone() {
        on_each(async |accounts, pairings| {
            accounts.add(account(200, Role::DutyOfficer), [0; 32]).await.expect("added");
            pairings.open(waiting(1), at(0)).await.expect("answers");
            assert_eq!(pairings.collect(collection(1), at(600)).await.expect("answers"), Collected::Gone);
            let confirmed = pairings.confirm(confirmation(1, 200, 7), at(600)).await.expect("answers");
            assert_eq!(confirmed, Confirmed::NoSuchCode);
        })
        .await;
    }

    #[tokio::test]
    async fn only_so_many_wait_and_those_past_their_term_make_room() {
        on_each(async |_, pairings| {
            for number in 0..OPEN_MAX {
                let opened = pairings.open(waiting_at(number, number), at(i64::from(number > 0))).await;
                assert!(matches!(opened, Ok(Opened::Until(_))), "{number}: {opened:?}");
            }
            let full = pairings.open(waiting(99), at(599)).await.expect("answers");
            assert_eq!(full, Opened::Full { until: at(600) });
            let opened = pairings.open(waiting(99), at(600)).await.expect("answers");
            assert_eq!(opened, Opened::Until(at(1_200)));
        })
        .await;
    }

    #[tokio::test]
    async fn only_so_many_wait_at_one_address_and_others_are_not_kept_waiting_by_them() {
        on_each(async |accounts, pairings| {
            accounts.add(account(200, Role::DutyOfficer), [0; 32]).await.expect("added");
            pairings.open(NewPairing { peer: waiting_at(0, 7).peer, ..waiting(1) }, at(0)).await.expect("answers");
            for number in 1..OPEN_MAX_OF_ONE_PEER {
                pairings.open(waiting_at(number, 7), at(5)).await.expect("answers");
            }
            let open = async |number, peer, seconds| {
                pairings.open(waiting_at(number, peer), at(seconds)).await.expect("answers")
            };
            assert_eq!(open(900, 7, 10).await, Opened::PeerFull { until: at(600) });
            assert_eq!(open(900, 8, 10).await, Opened::Until(at(610)), "another address");
            assert_eq!(pairings.open(waiting(2), at(10)).await.expect("answers"), Opened::Until(at(610)), "no address");
            pairings.confirm(confirmation(1, 200, 7), at(10)).await.expect("answers");
            assert_eq!(open(901, 7, 10).await, Opened::Until(at(610)), "who is confirmed waits no more");
            assert_eq!(open(902, 7, 604).await, Opened::PeerFull { until: at(605) });
            assert_eq!(open(902, 7, 605).await, Opened::Until(at(1_205)));
        })
        .await;
    }

    #[tokio::test]
    async fn who_is_turned_away_does_not_wait_for_the_writer() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("vigie.db");
        let pairings = SqliteAccounts::open(&path).expect("it opens");
        for number in 0..OPEN_MAX_OF_ONE_PEER {
            pairings.open(waiting_at(number, 7), at(0)).await.expect("answers");
        }
        let writer = rusqlite::Connection::open(&path).expect("it opens");
        writer.execute_batch("begin immediate").expect("nobody writes");
        let full = pairings.open(waiting_at(900, 7), at(1)).await.expect("answers");
        assert_eq!(full, Opened::PeerFull { until: at(600) });
    }

    #[tokio::test]
    async fn ten_wrong_codes_shut_an_account_out_for_a_while_and_no_other() {
        on_each(async |accounts, pairings| {
            for (number, token) in [(200, 0), (201, 1)] {
                accounts.add(account(number, Role::DutyOfficer), [token; 32]).await.expect("added");
            }
            pairings.open(waiting(1), at(0)).await.expect("answers");
            let confirm = async |code, by, seconds| {
                pairings.confirm(confirmation(code, by, 7), at(seconds)).await.expect("answers")
            };
            for second in 0..10 {
                assert_eq!(confirm(77, 200, second).await, Confirmed::NoSuchCode);
            }
            assert_eq!(confirm(1, 200, 300).await, Confirmed::TooManyWrong { until: at(600) }, "even the right one");
            pairings.open(waiting(2), at(300)).await.expect("answers");
            assert_eq!(confirm(2, 200, 600).await, Confirmed::Done, "the oldest is forgiven");
            let other =
                Confirmation { account: account(8, Role::WallDevice), token: [8; 32], ..confirmation(1, 201, 7) };
            assert_eq!(pairings.confirm(other, at(301)).await.expect("answers"), Confirmed::Done);
        })
        .await;
    }
}
