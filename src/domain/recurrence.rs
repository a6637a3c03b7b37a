//! When a rule of RFC 5545 falls: the only place that knows the library (docs/decisions/0030-recurrence.md).
//!
//! What is planned is written into the journal as times. Another library, or none, reads the past the same.

use jiff::Timestamp;
use rrule::RRuleSet;

/// Longest rule, in characters.
pub const RRULE_CHARS_MAX: usize = 500;
/// Least INTERVAL of a rule in minutes.
const MINUTELY_MIN: u64 = 15;

/// Every time that a rule names from its start on, in UTC and in order. Lazy: rules without end are usual.
pub fn occurrences(rrule: &str, starts_at: Timestamp) -> Result<impl Iterator<Item = Timestamp> + use<>, String> {
    check_shape(rrule)?;
    let start = starts_at.strftime("%Y%m%dT%H%M%SZ");
    let set: RRuleSet = format!("DTSTART:{start}\nRRULE:{rrule}")
        .parse()
        .map_err(|error| format!("is no recurrence rule of RFC 5545: {error}"))?;
    // Limited, the library gives up on a rule that names no time at all, such as 30 February.
    let times = (&set.limit()).into_iter();
    Ok(times.filter_map(|time| Timestamp::from_second(time.timestamp()).ok()))
}

/// One rule and nothing beside it: no second property, no start of its own.
fn check_shape(rrule: &str) -> Result<(), String> {
    let of_a_rule = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '=' | ';' | ',' | '+' | '-');
    if rrule.len() > RRULE_CHARS_MAX || !rrule.chars().all(of_a_rule) {
        return Err(format!(
            "must be one rule of at most {RRULE_CHARS_MAX} characters, such as FREQ=HOURLY;INTERVAL=4"
        ));
    }
    let values = |name| rrule.split(';').filter_map(move |part| part.strip_prefix(name)?.strip_prefix('='));
    // What is no number the library refuses.
    let interval = values("INTERVAL").find_map(|number: &str| number.parse::<u64>().ok()).unwrap_or(1);
    // The standard wants a positive number; the library would take this and never move.
    if interval == 0 {
        return Err("must have an INTERVAL of at least 1".to_owned());
    }
    // What is quicker than anybody reports, the library would go through time by time.
    let quick = |freq: &str| freq == "SECONDLY" || (freq == "MINUTELY" && interval < MINUTELY_MIN);
    if values("FREQ").any(quick) {
        return Err(format!("must leave {MINUTELY_MIN} minutes between two reports"));
    }
    // Of lists the library makes every time of a year before it names the first.
    for name in ["BYMINUTE", "BYSECOND"] {
        if values(name).any(|list| list.contains(',')) {
            return Err(format!("must have one {name} at the most"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn first(rrule: &str, count: usize) -> Vec<String> {
        let times = occurrences(rrule, at("2026-03-29T04:00:00Z")).expect("a rule");
        times.take(count).map(|time| time.to_string()).collect()
    }

    #[test]
    fn times_are_in_utc_and_know_no_summer_time() {
        let four_hourly = ["2026-03-29T04:00:00Z", "2026-03-29T08:00:00Z", "2026-03-29T12:00:00Z"];
        assert_eq!(first("FREQ=HOURLY;INTERVAL=4", 3), four_hourly);
        let twice_a_day = ["2026-03-29T06:00:00Z", "2026-03-29T18:00:00Z", "2026-03-30T06:00:00Z"];
        assert_eq!(first("FREQ=DAILY;BYHOUR=6,18", 3), twice_a_day);
        assert_eq!(first("FREQ=HOURLY;INTERVAL=4;UNTIL=20260329T090000Z", 9).len(), 2);
        assert_eq!(first("FREQ=HOURLY;COUNT=5", 9).len(), 5);
        assert_eq!(first("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", 1), [""; 0], "a day that never comes");
    }

    #[test]
    fn what_is_no_rule_is_refused_in_words() {
        let start = at("2026-03-29T04:00:00Z");
        for bad in ["", "FREQ=SOMETIMES", "INTERVAL=4", "FREQ=HOURLY;INTERVAL=0", "freq=hourly"] {
            assert!(occurrences(bad, start).is_err(), "{bad:?}");
        }
        for (busy, word) in [
            ("FREQ=SECONDLY;INTERVAL=3600", "15 minutes"),
            ("FREQ=MINUTELY", "15 minutes"),
            ("INTERVAL=14;FREQ=MINUTELY", "15 minutes"),
            ("FREQ=YEARLY;BYMINUTE=0,30", "one BYMINUTE"),
            ("FREQ=YEARLY;BYHOUR=6,18;BYSECOND=0,1", "one BYSECOND"),
            ("FREQ=HOURLY;INTERVAL=+0", "INTERVAL"),
        ] {
            let error = occurrences(busy, start).err().unwrap_or_else(|| panic!("{busy} keeps all waiting"));
            assert!(error.contains(word), "{busy}: {error}");
        }
        for fine in ["FREQ=MINUTELY;INTERVAL=15", "FREQ=DAILY;BYHOUR=6,18;BYMINUTE=30;BYSECOND=0"] {
            assert!(occurrences(fine, start).is_ok(), "{fine}");
        }
        for more in ["FREQ=HOURLY\nEXDATE:20260329T080000Z", "RRULE:FREQ=HOURLY", "DTSTART:20200101T000000Z"] {
            let error = occurrences(more, start).err().expect("it is more than a rule");
            assert!(error.contains("one rule"), "{error}");
        }
    }
}
