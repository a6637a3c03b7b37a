//! A query: a coordinator asks a centre about one of its updates, and the centre answers in its own words.
//!
//! ```text
//! open → answered | withdrawn(reason)
//! ```
//! Nobody edits another nation's text: what seems wrong is asked, and the answer stands beside it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::ids::{CentreId, QueryId, SectorId, UpdateId};
use super::mark::{Audience, Mark};
use super::refusal::Refusal;
use super::vocabulary::QueryState;

/// What was asked. It carries the mark of the update, so whoever sees the one sees the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    pub id: QueryId,
    pub update: UpdateId,
    /// The centre that is asked: the update's own.
    pub centre: CentreId,
    pub sector: SectorId,
    pub question: String,
    pub mark: Mark,
}

/// A query with who asked it and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryRecord {
    pub query: Query,
    pub asked_at: Timestamp,
    pub asked_by: Actor,
    pub standing: Standing,
}

/// What became of a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Open,
    Answered(Said),
    Withdrawn(Said),
}

/// The words that ended a query: the answer, or why it was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub text: String,
    pub at: Timestamp,
    pub by: Actor,
}

impl Query {
    /// Who may see it, its answer and its withdrawal.
    pub fn audience(&self) -> Audience {
        self.mark.audience(&self.centre)
    }
}

impl Standing {
    /// The word for it.
    pub const fn state(&self) -> QueryState {
        match self {
            Self::Open => QueryState::Open,
            Self::Answered(_) => QueryState::Answered,
            Self::Withdrawn(_) => QueryState::Withdrawn,
        }
    }

    /// When it ended, if it has.
    pub const fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Open => None,
            Self::Answered(said) | Self::Withdrawn(said) => Some(said.at),
        }
    }

    /// Only an open query is answered or withdrawn: both are said once.
    pub fn must_be_open(&self) -> Result<(), Refusal> {
        match self {
            Self::Open => Ok(()),
            Self::Answered(_) | Self::Withdrawn(_) => Err(Refusal::QueryIs(self.state())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::AccountId;
    use crate::domain::vocabulary::Role;

    #[test]
    fn a_query_is_answered_or_withdrawn_once() {
        let centre = CentreId::parse("be").expect("a slug");
        let by = Actor {
            account: AccountId(uuid::Uuid::nil()),
            centre,
            role: Role::DutyOfficer,
            position: "Desk".to_owned(),
        };
        let said = Said { text: "Counted twice".to_owned(), at: Timestamp::UNIX_EPOCH, by };
        let table = [
            (Standing::Open, QueryState::Open, None, Ok(())),
            (
                Standing::Answered(said.clone()),
                QueryState::Answered,
                Some(Timestamp::UNIX_EPOCH),
                Err(Refusal::QueryIs(QueryState::Answered)),
            ),
            (
                Standing::Withdrawn(said),
                QueryState::Withdrawn,
                Some(Timestamp::UNIX_EPOCH),
                Err(Refusal::QueryIs(QueryState::Withdrawn)),
            ),
        ];
        assert_eq!(table.len(), QueryState::ALL.len());
        for (standing, state, ended_at, open) in table {
            assert_eq!(standing.state(), state);
            assert_eq!(standing.ended_at(), ended_at, "{state}");
            assert_eq!(standing.must_be_open(), open, "{state}");
        }
    }
}
