//! Names of things: each its own type, so that one is never passed for another.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Longest slug of a crisis, centre, sector or indicator, in characters.
pub const SLUG_CHARS_MAX: usize = 64;

/// Declares a short name of lowercase letters, digits, `-` and `_`, cheap to clone.
macro_rules! slug {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Reads the name; the reason for a refusal is meant for a person.
            pub fn parse(text: &str) -> Result<Self, &'static str> {
                check_slug(text)?;
                Ok(Self(Arc::from(text)))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        #[cfg(test)]
        impl ts_rs::TS for $name {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;
            fn name(_: &ts_rs::Config) -> String { "string".to_owned() }
            fn inline(_: &ts_rs::Config) -> String { "string".to_owned() }
        }
    };
}

slug! {
    /// A crisis, by the slug it was opened with.
    CrisisId
}
slug! {
    /// A centre or body, such as `be-nccn` or `eu-ercc`.
    CentreId
}
slug! {
    /// A sector of a crisis, such as `displacement`.
    SectorId
}
slug! {
    /// An indicator of the catalogue, such as `border_crossings_in`.
    IndicatorId
}

fn check_slug(text: &str) -> Result<(), &'static str> {
    let fits = !text.is_empty()
        && text.len() <= SLUG_CHARS_MAX
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        && text.as_bytes()[0].is_ascii_alphanumeric();
    if fits {
        Ok(())
    } else {
        Err("must be 1 to 64 lowercase letters, digits, - or _, beginning with a letter or digit")
    }
}

/// Declares an identifier that is a UUIDv7.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Reads the hyphenated form.
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        #[cfg(test)]
        impl ts_rs::TS for $name {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;
            fn name(_: &ts_rs::Config) -> String { "string".to_owned() }
            fn inline(_: &ts_rs::Config) -> String { "string".to_owned() }
        }
    };
}

uuid_id! {
    /// A situation update.
    UpdateId
}
uuid_id! {
    /// An escalation.
    EscalationId
}
uuid_id! {
    /// A query to a centre about one of its updates.
    QueryId
}
uuid_id! {
    /// A reporting cycle.
    CycleId
}
uuid_id! {
    /// An entry of a watch log.
    LogEntryId
}
uuid_id! {
    /// The handover of a shift.
    HandoverId
}
uuid_id! {
    /// Where notices of a centre are sent.
    DestinationId
}
uuid_id! {
    /// An account or device: what a token stands for.
    AccountId
}

/// Number of an entry in the journal of one crisis, from 1. 0 is "before the first".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first entry.
    pub const ZERO: Self = Self(0);
    /// After the last entry there can be: what every store can still compare with.
    pub const END: Self = Self(u64::MAX >> 1);

    /// The number after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Drawn when the journal of a crisis is created or restored; a position of another epoch means nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// A point in the journal of one crisis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    pub epoch: Epoch,
    pub seq: Seq,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_short_lowercase_and_never_empty() {
        assert!(CentreId::parse("be-nccn").is_ok());
        for bad in ["", "BE", "-x", "a b", "é", "../x"] {
            assert!(CentreId::parse(bad).is_err(), "{bad:?}");
        }
        assert!(CentreId::parse(&"a".repeat(SLUG_CHARS_MAX + 1)).is_err());
    }
}
