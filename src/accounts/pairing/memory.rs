//! Pairings that die with the process: for tests.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Collected, Collection, Confirmation, Confirmed, NewPairing, OPEN_MAX, OPEN_MAX_OF_ONE_PEER, Opened, PAIRING_TERM,
    Pairings, WRONG_CODES_MAX, WRONG_CODES_WITHIN, ends,
};
use crate::accounts::AccountsError;
use crate::accounts::memory::MemoryAccounts;
use crate::domain::ids::AccountId;

/// A wall that waits, or that was confirmed and has not collected.
pub(in crate::accounts) struct Waiting {
    pairing: NewPairing,
    expires_at: Timestamp,
    account: Option<AccountId>,
}

#[async_trait]
impl Pairings for MemoryAccounts {
    async fn open(&self, pairing: NewPairing, now: Timestamp) -> Result<Opened, AccountsError> {
        let mut kept = self.kept();
        kept.pairings.retain(|waiting| now < waiting.expires_at);
        let open = kept.pairings.iter().filter(|waiting| waiting.account.is_none());
        if open.clone().count() >= OPEN_MAX {
            return Ok(Opened::Full { until: open.map(|waiting| waiting.expires_at).min().unwrap_or(now) });
        }
        let of_peer = open.filter(|waiting| pairing.peer.is_some() && waiting.pairing.peer == pairing.peer);
        if of_peer.clone().count() >= OPEN_MAX_OF_ONE_PEER {
            return Ok(Opened::PeerFull { until: of_peer.map(|waiting| waiting.expires_at).min().unwrap_or(now) });
        }
        if kept.pairings.iter().any(|waiting| waiting.pairing.code == pairing.code) {
            return Ok(Opened::CodeTaken);
        }
        let expires_at = ends(now, PAIRING_TERM);
        kept.pairings.push(Waiting { pairing, expires_at, account: None });
        Ok(Opened::Until(expires_at))
    }

    async fn confirm(&self, confirmation: Confirmation, now: Timestamp) -> Result<Confirmed, AccountsError> {
        let Confirmation { code, by, account, token } = confirmation;
        let mut kept = self.kept();
        kept.wrong_codes.retain(|(_, at)| now < ends(*at, WRONG_CODES_WITHIN));
        let wrong = kept.wrong_codes.iter().filter(|(account, _)| *account == by);
        if wrong.clone().count() >= WRONG_CODES_MAX {
            let oldest = wrong.map(|(_, at)| *at).min().unwrap_or(now);
            return Ok(Confirmed::TooManyWrong { until: ends(oldest, WRONG_CODES_WITHIN) });
        }
        let shown = |waiting: &&mut Waiting| {
            waiting.pairing.code == code && waiting.account.is_none() && now < waiting.expires_at
        };
        let Some(waiting) = kept.pairings.iter_mut().find(shown) else {
            kept.wrong_codes.push((by, now));
            return Ok(Confirmed::NoSuchCode);
        };
        waiting.account = Some(account.id);
        waiting.expires_at = ends(now, PAIRING_TERM);
        kept.accounts.push((token, account));
        Ok(Confirmed::Done)
    }

    async fn collect(&self, collection: Collection, now: Timestamp) -> Result<Collected, AccountsError> {
        let Collection { id, secret, session } = collection;
        let mut kept = self.kept();
        let own = |waiting: &Waiting| {
            waiting.pairing.id == id && waiting.pairing.secret == secret && now < waiting.expires_at
        };
        let Some(place) = kept.pairings.iter().position(own) else { return Ok(Collected::Gone) };
        let Waiting { expires_at, account, .. } = kept.pairings[place];
        let Some(account) = account else { return Ok(Collected::Waiting { expires_at }) };
        kept.pairings.remove(place);
        let found = kept.accounts.iter().map(|(_, account)| account).find(|found| found.id == account).cloned();
        let Some(account) = found.filter(|account| account.holds_at(now)) else { return Ok(Collected::Gone) };
        kept.sessions.insert(session, (account.id, account.expires_at));
        Ok(Collected::Done(Box::new(account)))
    }
}
