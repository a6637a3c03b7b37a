//! How old a statement is against its own term. The browser computes the same from the server's
//! time; `tests/fixtures/freshness.json` holds the cases that both must pass.

use jiff::Timestamp;

use super::vocabulary::Freshness;

/// Share of its term after which a statement is ageing, in percent.
pub const AGEING_AFTER_PERCENT: i128 = 75;

/// Fresh until 75 % of the term from `as_of` to `valid_until`, then ageing; stale from `valid_until`;
/// expired once twice the term has passed.
pub fn freshness(as_of: Timestamp, valid_until: Timestamp, now: Timestamp) -> Freshness {
    let term = valid_until.as_nanosecond() - as_of.as_nanosecond();
    let age = now.as_nanosecond() - as_of.as_nanosecond();
    if term <= 0 || age >= 2 * term {
        Freshness::Expired
    } else if age >= term {
        Freshness::Stale
    } else if age * 100 >= term * AGEING_AFTER_PERCENT {
        Freshness::Ageing
    } else {
        Freshness::Fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Case {
        as_of: Timestamp,
        valid_until: Timestamp,
        now: Timestamp,
        freshness: Freshness,
    }

    #[test]
    fn the_shared_cases_hold() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../tests/fixtures/freshness.json")).expect("the fixture parses");
        assert!(cases.len() >= 8);
        for case in cases {
            assert_eq!(freshness(case.as_of, case.valid_until, case.now), case.freshness, "{}", case.now);
        }
    }
}
