//! When a delivery that did not arrive is tried again: after ever longer waits, and never all at once.

use jiff::{SignedDuration, Timestamp};

use crate::destinations::{Failed, Settled};
use crate::domain::vocabulary::DeliveryFault;
use crate::settings::outward::Outward;

/// Least part of a wait that chance leaves, in 256ths: four fifths.
const WAIT_LEAST: i64 = 205;

/// What becomes of a delivery after a failed attempt. `asked` is how long the receiver wants to be left alone,
/// `chance` any number.
pub fn after(
    settings: &Outward,
    attempts: u32,
    failed: Failed,
    asked: Option<SignedDuration>,
    now: Timestamp,
    chance: u8,
) -> Settled {
    if failed.fault == DeliveryFault::Gone {
        return Settled::Gone(failed);
    }
    if attempts + 1 >= settings.attempts {
        return Settled::Dead(failed);
    }
    let longest = settings.retry_longest.as_millis();
    let mut wait = settings.retry_first.as_millis();
    for _ in 0..attempts {
        wait = (wait * 12 / 5).min(longest);
    }
    let part = i128::from(WAIT_LEAST + i64::from(chance) * (256 - WAIT_LEAST) / 255);
    let wait = (wait * part / 256).max(asked.map_or(0, |asked| asked.as_millis()).min(longest));
    let wait = SignedDuration::from_millis(i64::try_from(wait).unwrap_or(i64::MAX));
    Settled::Again(now.saturating_add(wait).unwrap_or(Timestamp::MAX), failed)
}

/// What `Retry-After` asks for: seconds, or a date.
pub fn retry_after(value: &str, now: Timestamp) -> Option<SignedDuration> {
    if let Ok(seconds) = value.trim().parse::<u32>() {
        return Some(SignedDuration::from_secs(seconds.into()));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value.trim()).ok()?;
    Some(date.duration_since(now).max(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Layers;

    fn settings() -> Outward {
        Layers::defaults().finish().expect("the defaults hold").outward
    }

    fn wait(attempts: u32, asked: Option<i64>, chance: u8) -> Option<i64> {
        let failed = Failed { fault: DeliveryFault::Status, status: Some(500) };
        let now = Timestamp::UNIX_EPOCH;
        let asked = asked.map(SignedDuration::from_secs);
        match after(&settings(), attempts, failed, asked, now, chance) {
            Settled::Again(at, _) => Some(at.as_second()),
            Settled::Dead(_) => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn waits_grow_from_seconds_to_a_shift_and_end_after_twelve_attempts() {
        let waits: Vec<_> = (0..13).map(|attempts| wait(attempts, None, 255)).collect();
        let expected = [5, 12, 28, 69, 165, 398, 955, 2_293, 5_503, 13_209, 28_800].map(Some);
        assert_eq!(waits[..11], expected);
        assert_eq!(waits[11..], [None, None]);
        assert_eq!((wait(0, None, 0), wait(10, None, 0)), (Some(4), Some(23_062)), "chance takes a fifth at most");
    }

    #[test]
    fn who_asks_to_be_left_alone_is_but_not_for_ever() {
        assert_eq!(wait(0, Some(120), 0), Some(120));
        assert_eq!(wait(6, Some(1), 255), Some(955), "not sooner than it would be");
        assert_eq!(wait(0, Some(1_000_000), 0), Some(28_800));
        let now: Timestamp = "2026-03-29T03:00:00Z".parse().expect("a time");
        assert_eq!(retry_after(" 90 ", now), Some(SignedDuration::from_secs(90)));
        assert_eq!(retry_after("Sun, 29 Mar 2026 03:01:00 GMT", now), Some(SignedDuration::from_secs(60)));
        assert_eq!(retry_after("Sun, 29 Mar 2026 02:01:00 GMT", now), Some(SignedDuration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
