//! Sharing marks: TLP 2.0 as the rule that decides who may see an item.
//!
//! A [`Mark`] is what the author chose; an [`Audience`] is what it means: the set of eyes. Whether a
//! [`Viewer`] sees an item depends on the audience alone, so whatever holds for one item of an
//! audience holds for all of them. The owner's own centre always sees its own items.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::CentreId;
use super::vocabulary::{Role, Tlp};

/// Most centres that one item may name as recipients.
pub const RECIPIENTS_MAX: usize = 64;

/// A label and, where the label needs them, the centres it is addressed to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    pub tlp: Tlp,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub recipients: BTreeSet<CentreId>,
}

/// Everyone who may see an item, as a comparable value. Ordered only so that it can key a map.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// TLP:CLEAR, and what everyone signed in may know (that a crisis exists).
    Everyone,
    /// TLP:GREEN: the member centres, not partners.
    Community,
    /// TLP:AMBER without recipients: the centres of the crisis, and the one whose words these are, which
    /// may have been left out of it since.
    CrisisCentres(CentreId),
    /// TLP:AMBER with recipients: these centres, on screens too if their ceiling says so.
    Centres(Arc<BTreeSet<CentreId>>),
    /// TLP:RED and TLP:AMBER+STRICT: people of these centres, never a wall.
    PeopleOf(Arc<BTreeSet<CentreId>>),
}

/// Whose eyes these are; equal viewers see equal pictures.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Viewer {
    pub centre: CentreId,
    pub eyes: Eyes,
}

/// What kind of eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Eyes {
    /// A person of a member centre.
    Member,
    /// A screen that stands in a room, up to its ceiling.
    Wall { ceiling: Tlp },
    /// A person of a partner organisation.
    Partner,
    /// Somebody who administers or audits, and sees no content.
    NoContent,
}

impl Viewer {
    /// The eyes that come with a role.
    pub fn of(centre: CentreId, role: Role, ceiling: Tlp) -> Self {
        let eyes = match role {
            Role::WallDevice => Eyes::Wall { ceiling },
            Role::Viewer | Role::DutyOfficer | Role::CentreLead | Role::Coordinator => Eyes::Member,
            Role::Partner => Eyes::Partner,
            Role::Auditor | Role::Admin | Role::System => Eyes::NoContent,
        };
        Self { centre, eyes }
    }

    /// The one rule. `crisis_centres` are the centres of the crisis the item belongs to.
    pub fn sees(&self, audience: &Audience, crisis_centres: &BTreeSet<CentreId>) -> bool {
        let ceiling_allows = |tlp: Tlp| match self.eyes {
            Eyes::Member => true,
            Eyes::Wall { ceiling } => tlp >= ceiling,
            Eyes::Partner => tlp >= Tlp::Clear,
            Eyes::NoContent => false,
        };
        match audience {
            Audience::Everyone => ceiling_allows(Tlp::Clear),
            Audience::Community => ceiling_allows(Tlp::Green),
            Audience::CrisisCentres(owner) => {
                ceiling_allows(Tlp::Amber) && (self.centre == *owner || crisis_centres.contains(&self.centre))
            }
            Audience::Centres(centres) => ceiling_allows(Tlp::Amber) && centres.contains(&self.centre),
            Audience::PeopleOf(centres) => self.eyes == Eyes::Member && centres.contains(&self.centre),
        }
    }
}

impl Mark {
    /// A mark without recipients.
    pub const fn of(tlp: Tlp) -> Self {
        Self { tlp, recipients: BTreeSet::new() }
    }

    /// Who may see an item of `owner` under this mark.
    pub fn audience(&self, owner: &CentreId) -> Audience {
        let named = || {
            let mut centres = self.recipients.clone();
            centres.insert(owner.clone());
            Arc::new(centres)
        };
        match self.tlp {
            Tlp::Clear => Audience::Everyone,
            Tlp::Green => Audience::Community,
            Tlp::Amber if self.recipients.is_empty() => Audience::CrisisCentres(owner.clone()),
            Tlp::Amber => Audience::Centres(named()),
            Tlp::AmberStrict | Tlp::Red => Audience::PeopleOf(named()),
        }
    }

    /// What is wrong with the mark itself, if anything: `(field, reason)`.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        if self.recipients.len() > RECIPIENTS_MAX {
            return Some(("recipients", format!("must name at most {RECIPIENTS_MAX} centres")));
        }
        match self.tlp {
            Tlp::Red | Tlp::AmberStrict if self.recipients.is_empty() => {
                Some(("recipients", format!("{} needs the centres it is addressed to", self.tlp.label())))
            }
            Tlp::Green | Tlp::Clear if !self.recipients.is_empty() => {
                Some(("recipients", format!("{} is not addressed to single centres", self.tlp.label())))
            }
            Tlp::Red | Tlp::AmberStrict | Tlp::Amber | Tlp::Green | Tlp::Clear => None,
        }
    }

    /// The stricter of two labels: what a thing made of both must carry.
    pub fn stricter(a: Tlp, b: Tlp) -> Tlp {
        a.min(b)
    }
}

/// Whether everybody who sees an item of `inner` also sees an item of `outer`.
pub fn within(inner: &Audience, outer: &Audience, crisis_centres: &BTreeSet<CentreId>) -> bool {
    let named = |audience: &Audience| match audience {
        Audience::Everyone | Audience::Community => None,
        Audience::CrisisCentres(owner) => Some(crisis_centres.iter().chain([owner]).cloned().collect()),
        Audience::Centres(centres) | Audience::PeopleOf(centres) => Some((**centres).clone()),
    };
    let rank = |audience: &Audience| match audience {
        Audience::Everyone => 3,
        Audience::Community => 2,
        Audience::CrisisCentres(_) | Audience::Centres(_) => 1,
        Audience::PeopleOf(_) => 0,
    };
    if rank(inner) > rank(outer) {
        return false;
    }
    match (named(inner), named(outer)) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(inner), Some(outer)) => inner.is_subset(&outer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn centre(name: &str) -> CentreId {
        CentreId::parse(name).expect("a test centre is a slug")
    }

    fn centres() -> Vec<CentreId> {
        ["be", "nl", "fr", "xx"].into_iter().map(centre).collect()
    }

    fn crisis_centres() -> BTreeSet<CentreId> {
        ["be", "nl", "fr"].into_iter().map(centre).collect()
    }

    fn every_viewer() -> Vec<Viewer> {
        let mut viewers = Vec::new();
        for centre in centres() {
            for role in Role::ALL {
                for ceiling in [Tlp::Clear, Tlp::Green, Tlp::Amber] {
                    viewers.push(Viewer::of(centre.clone(), *role, ceiling));
                }
            }
        }
        viewers
    }

    fn any_mark() -> impl Strategy<Value = Mark> {
        (prop::sample::select(Tlp::ALL), prop::collection::btree_set(prop::sample::select(centres()), 0..3))
            .prop_map(|(tlp, recipients)| Mark { tlp, recipients })
    }

    #[test]
    fn red_and_amber_strict_are_never_on_a_wall_even_the_owners() {
        for tlp in [Tlp::Red, Tlp::AmberStrict] {
            let mark = Mark { tlp, recipients: [centre("be")].into() };
            let wall = Viewer::of(centre("be"), Role::WallDevice, Tlp::Amber);
            assert!(!wall.sees(&mark.audience(&centre("be")), &crisis_centres()));
            let person = Viewer::of(centre("be"), Role::DutyOfficer, Tlp::Green);
            assert!(person.sees(&mark.audience(&centre("nl")), &crisis_centres()));
        }
    }

    #[test]
    fn amber_without_recipients_is_for_the_centres_of_the_crisis() {
        let audience = Mark::of(Tlp::Amber).audience(&centre("be"));
        let sees = |name, role, ceiling| Viewer::of(centre(name), role, ceiling).sees(&audience, &crisis_centres());
        assert!(sees("nl", Role::Viewer, Tlp::Green));
        assert!(!sees("xx", Role::Viewer, Tlp::Green));
        assert!(sees("nl", Role::WallDevice, Tlp::Amber));
        assert!(!sees("nl", Role::WallDevice, Tlp::Green));
        assert!(!sees("nl", Role::Partner, Tlp::Green));
        assert!(!sees("nl", Role::Admin, Tlp::Green));
    }

    proptest! {
        #[test]
        fn within_means_that_no_eye_sees_the_inner_and_misses_the_outer(
            inner in any_mark(), outer in any_mark(),
            inner_owner in prop::sample::select(centres()), outer_owner in prop::sample::select(centres()),
        ) {
            let (inner, outer) = (inner.audience(&inner_owner), outer.audience(&outer_owner));
            if within(&inner, &outer, &crisis_centres()) {
                for viewer in every_viewer() {
                    prop_assert!(!viewer.sees(&inner, &crisis_centres()) || viewer.sees(&outer, &crisis_centres()));
                }
            }
        }

        #[test]
        fn who_wrote_it_sees_it_whatever_centres_the_crisis_has(
            mark in any_mark(), owner in prop::sample::select(centres()),
            crisis_centres in prop::collection::btree_set(prop::sample::select(centres()), 0..4),
        ) {
            let person = Viewer::of(owner.clone(), Role::DutyOfficer, Tlp::Clear);
            prop_assert!(person.sees(&mark.audience(&owner), &crisis_centres));
        }

        #[test]
        fn a_lower_ceiling_never_shows_more(mark in any_mark(), owner in prop::sample::select(centres())) {
            let audience = mark.audience(&owner);
            for name in centres() {
                let wall = |ceiling| Viewer::of(name.clone(), Role::WallDevice, ceiling).sees(&audience, &crisis_centres());
                prop_assert!(!wall(Tlp::Clear) || wall(Tlp::Green));
                prop_assert!(!wall(Tlp::Green) || wall(Tlp::Amber));
            }
        }
    }
}
