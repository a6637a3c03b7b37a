//! Who asks: somebody in a position of a centre, or the system's own timers.

use serde::{Deserialize, Serialize};

use uuid::Uuid;

use super::ids::{AccountId, CentreId};
use super::mark::Viewer;
use super::vocabulary::{Role, Tlp};

/// Who acted, as the journal keeps it. `position` is the title of a position, never a person's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    pub account: AccountId,
    pub centre: CentreId,
    pub role: Role,
    pub position: String,
}

/// The centre that the timers name: none. No configured centre may be called so.
pub const SYSTEM: &str = "system";

impl Actor {
    /// The timers of whichever server was first. Nobody spoke: no centre is named for what time did.
    pub fn system() -> Self {
        Self {
            account: AccountId(Uuid::nil()),
            centre: CentreId::parse(SYSTEM).expect("the word is a slug"),
            role: Role::System,
            position: "Vigie".to_owned(),
        }
    }

    /// The eyes of this actor; a person has no ceiling.
    pub fn viewer(&self) -> Viewer {
        Viewer::of(self.centre.clone(), self.role, Tlp::Clear)
    }
}

/// What everyone who may see an item may know of who acted: the position, not the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct By {
    pub centre: CentreId,
    pub role: Role,
    pub position: String,
}

impl From<&Actor> for By {
    fn from(actor: &Actor) -> Self {
        Self { centre: actor.centre.clone(), role: actor.role, position: actor.position.clone() }
    }
}
