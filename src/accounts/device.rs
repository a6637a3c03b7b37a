//! A wall as a device: what it shows, how far away it is read, when its socket last lived.

use jiff::{SignedDuration, Timestamp};

use crate::domain::ids::CrisisId;
use crate::domain::vocabulary::Layout;

/// Distances from which a wall is read, in metres: what its letters are sized for.
pub const DISTANCES_M: [u8; 3] = [3, 5, 8];
/// How often it is written down at the most that a wall's socket lives.
pub const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What belongs to an account that is a wall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub setting: Setting,
    pub last_seen: Option<Timestamp>,
}

/// What a wall is set to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub layout: Layout,
    /// One of [`DISTANCES_M`].
    pub distance_m: u8,
    /// The crisis it is pinned to; without one it goes round those that are open.
    pub crisis: Option<CrisisId>,
}

/// What is to be changed of a wall; the rest stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    pub name: Option<String>,
    pub layout: Option<Layout>,
    pub distance_m: Option<u8>,
    /// `Some(None)` lets it go round.
    pub crisis: Option<Option<CrisisId>>,
}

impl Device {
    /// A wall that has not been seen yet.
    pub const fn new(setting: Setting) -> Self {
        Self { setting, last_seen: None }
    }

    /// Whether its socket lives: that is written down each minute, and one may be missed.
    pub fn lives_at(&self, now: Timestamp) -> bool {
        self.last_seen.is_some_and(|seen| now.duration_since(seen) <= SEEN_EVERY * 2)
    }

    /// Whether it is time to write down that it lives.
    pub fn unseen_at(&self, now: Timestamp) -> bool {
        self.last_seen.is_none_or(|seen| now.duration_since(seen) >= SEEN_EVERY)
    }
}

impl Setting {
    /// What a wall shows that nobody has set: everything, read from where such walls stand.
    pub const fn of(layout: Layout) -> Self {
        let distance_m = match layout {
            Layout::Overview => 3,
            Layout::Far => 5,
        };
        Self { layout, distance_m, crisis: None }
    }

    /// A distance in metres, if letters are sized for it.
    pub fn distance(metres: i64) -> Result<u8, String> {
        let known = DISTANCES_M.into_iter().find(|distance| i64::from(*distance) == metres);
        known.ok_or_else(|| "must be 3, 5 or 8".to_owned())
    }

    /// The setting with what was changed.
    #[must_use]
    pub fn with(self, changes: &Changes) -> Self {
        Self {
            layout: changes.layout.unwrap_or(self.layout),
            distance_m: changes.distance_m.unwrap_or(self.distance_m),
            crisis: changes.crisis.clone().unwrap_or(self.crisis),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_changed_stays_and_a_pin_can_be_taken_out() {
        let crisis = CrisisId::parse("drill").expect("a slug");
        let pinned = Setting { crisis: Some(crisis.clone()), ..Setting::of(Layout::Far) };
        assert_eq!(pinned.clone().with(&Changes::default()), pinned);
        let changes = Changes { distance_m: Some(8), crisis: Some(None), ..Changes::default() };
        assert_eq!(pinned.with(&changes), Setting { layout: Layout::Far, distance_m: 8, crisis: None });
    }

    #[test]
    fn letters_are_sized_for_three_distances() {
        assert_eq!(DISTANCES_M.map(|metres| Setting::distance(metres.into())), [Ok(3), Ok(5), Ok(8)]);
        assert!([0, 4, 259, -3].into_iter().all(|metres| Setting::distance(metres).is_err()));
    }

    #[test]
    fn a_wall_is_written_down_as_seen_once_a_minute() {
        let at = |seconds| Timestamp::from_second(seconds).expect("near 1970");
        let mut device = Device::new(Setting::of(Layout::Overview));
        assert!(device.unseen_at(at(0)));
        device.last_seen = Some(at(0));
        assert!(!device.unseen_at(at(59)));
        assert!(device.unseen_at(at(60)));
    }
}
