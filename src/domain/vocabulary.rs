//! Every enumeration of the field once, with the one spelling that the wire, the journal and the
//! command line share. Sources: CAP 1.2 (severity, urgency, certainty, status), TLP 2.0, the
//! Admiralty system (AJP-2.1), Council Implementing Decision (EU) 2018/1993 (IPCR).

/// Declares an enumeration with its spelling table; the order of the variants is the order of worth.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(test, derive(ts_rs::TS))]
        pub enum $name { $($(#[$vdoc])* #[cfg_attr(test, ts(rename = $word))] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every spelling, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The one spelling.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the one spelling; nothing else is understood.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(word: &str) -> Result<Self, String> {
                Self::parse(word).ok_or_else(|| format!("must be one of: {}", Self::WORDS.join(", ")))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                word.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

vocabulary! {
    /// Whether this is real. CAP `status`, without Draft and System.
    Environment { Actual = "actual", Exercise = "exercise", Test = "test" }
}
vocabulary! {
    /// Mode of the Integrated Political Crisis Response, recorded from its source, never set here.
    IpcrMode {
        None = "none", Monitoring = "monitoring", InformationSharing = "information_sharing",
        FullActivation = "full_activation",
    }
}
vocabulary! {
    /// Phase of a crisis (EDXL words).
    CrisisPhase {
        Preparedness = "preparedness", Response = "response", Mitigation = "mitigation",
        Recovery = "recovery",
    }
}
vocabulary! {
    /// Whether a crisis takes reports.
    CrisisState { Open = "open", Closed = "closed" }
}
vocabulary! {
    /// CAP severity. `unknown` is a statement about knowledge, not about silence.
    Severity {
        Extreme = "extreme", Severe = "severe", Moderate = "moderate", Minor = "minor",
        Unknown = "unknown",
    }
}
vocabulary! {
    /// Where it is going over the next six hours (NIS2 taxonomy).
    Outlook { Improving = "improving", Stable = "stable", Worsening = "worsening", Unknown = "unknown" }
}
vocabulary! {
    /// CAP urgency.
    Urgency {
        Immediate = "immediate", Expected = "expected", Future = "future", Past = "past",
        Unknown = "unknown",
    }
}
vocabulary! {
    /// CAP certainty.
    Certainty {
        Observed = "observed", Likely = "likely", Possible = "possible", Unlikely = "unlikely",
        Unknown = "unknown",
    }
}
vocabulary! {
    /// Admiralty reliability of the source; F means "cannot be judged", not "worst".
    Reliability { A = "A", B = "B", C = "C", D = "D", E = "E", F = "F" }
}
vocabulary! {
    /// Admiralty credibility of the information; 6 means "cannot be judged", not "worst".
    Credibility {
        Confirmed = "1", Probable = "2", Possible = "3", Doubtful = "4", Improbable = "5",
        Unjudged = "6",
    }
}
vocabulary! {
    /// TLP 2.0, most restrictive first.
    Tlp {
        Red = "red", AmberStrict = "amber_strict", Amber = "amber", Green = "green", Clear = "clear",
    }
}
vocabulary! {
    /// How high an escalation stands: within the centre, the network, or proposed to the Presidency.
    EscalationLevel { Watch = "watch", Coordination = "coordination", Political = "political" }
}
vocabulary! {
    /// Where an escalation stands in its life.
    EscalationState {
        Raised = "raised", Acknowledged = "acknowledged", Assigned = "assigned",
        InProgress = "in_progress", Resolved = "resolved", Closed = "closed", Rejected = "rejected",
    }
}
vocabulary! {
    /// One step in the life of an escalation after it was raised.
    EscalationStep {
        Acknowledge = "acknowledge", Assign = "assign", Start = "start", Resolve = "resolve",
        Close = "close", Reject = "reject", Reopen = "reopen", RaiseLevel = "raise-level",
        LowerLevel = "lower-level", Snooze = "snooze",
    }
}
vocabulary! {
    /// How an escalation is answered: it will be done by a time, or it cannot be, for a reason.
    EscalationAnswer { WillDo = "will_do", Cannot = "cannot" }
}
vocabulary! {
    /// The clocks of an escalation: until it is answered, until work begins, until it is resolved.
    EscalationClock { Ack = "ack", Start = "start", Resolve = "resolve" }
}
vocabulary! {
    /// Where a query to a centre stands.
    QueryState { Open = "open", Answered = "answered", Withdrawn = "withdrawn" }
}
vocabulary! {
    /// What became of what a centre owes at one due time.
    SlotState {
        Open = "open", DueSoon = "due_soon", Overdue = "overdue", Submitted = "submitted", Nil = "nil",
        Late = "late", Missed = "missed", Excused = "excused",
    }
}
vocabulary! {
    /// What an entry of a watch log is about.
    LogKind { Fact = "fact", Decision = "decision", Action = "action", Contact = "contact" }
}
vocabulary! {
    /// Where the handover of a shift stands.
    HandoverState { Offered = "offered", Signed = "signed" }
}
vocabulary! {
    /// What a wall shows: map and matrix, or tiles that are read from across a room.
    Layout { Overview = "overview", Far = "far" }
}
vocabulary! {
    /// What a centre may ask to be told outside of Vigie.
    NoticeKind {
        EscalationAsked = "escalation_asked", SlotDue = "slot_due", SlotMissed = "slot_missed",
        LevelUp = "level_up", DeviceLost = "device_lost",
    }
}
vocabulary! {
    /// The way on which a notice leaves.
    Channel { Webhook = "webhook", Mail = "mail" }
}
vocabulary! {
    /// Why a delivery did not arrive. `status`: the receiver answered something else than 2xx.
    DeliveryFault {
        Status = "status", Gone = "gone", TimedOut = "timed_out", NoConnection = "no_connection",
        BrokeOff = "broke_off", AddressNotAllowed = "address_not_allowed", MailOff = "mail_off",
        MailRefused = "mail_refused", TooMany = "too_many",
    }
}
vocabulary! {
    /// What somebody is in a centre. `system` is the server's own timers: no account has it.
    Role {
        WallDevice = "wall_device", Viewer = "viewer", DutyOfficer = "duty_officer",
        CentreLead = "centre_lead", Coordinator = "coordinator", Auditor = "auditor",
        Admin = "admin", Partner = "partner", System = "system",
    }
}
vocabulary! {
    /// What a centre is in the network.
    CentreKind { National = "national", Eu = "eu", Regional = "regional", Observer = "observer" }
}
vocabulary! {
    /// A stock is counted at a moment, a flow over a period; the two never add up.
    Measure { Stock = "stock", Flow = "flow" }
}
vocabulary! {
    /// How figures of several centres may be brought together.
    Aggregation { Sum = "sum", Max = "max", None = "none" }
}
vocabulary! {
    /// Which way an indicator is bad.
    Direction {
        HigherIsWorse = "higher_is_worse", HigherIsBetter = "higher_is_better", Neutral = "neutral",
    }
}
vocabulary! {
    /// How a figure came about.
    Quality {
        Measured = "measured", Estimated = "estimated", Provisional = "provisional",
        Revised = "revised",
    }
}
vocabulary! {
    /// How old a statement is against its own term.
    Freshness { Fresh = "fresh", Ageing = "ageing", Stale = "stale", Expired = "expired" }
}

vocabulary! {
    /// What is marked on the slider of a replay.
    MomentKind {
        CrisisOpened = "crisis_opened",
        CrisisClosed = "crisis_closed",
        CrisisReopened = "crisis_reopened",
        CrisisScoped = "crisis_scoped",
        IpcrRecorded = "ipcr_recorded",
        /// One that says extreme or severe.
        UpdatePosted = "update_posted",
        EscalationRaised = "escalation_raised",
        EscalationLevelRaised = "escalation_level_raised",
        EscalationLevelLowered = "escalation_level_lowered",
        EscalationResolved = "escalation_resolved",
        /// An entry of the watch log that whoever takes over must have read.
        KeyEvent = "key_event",
        /// Told to the people of the centre that owed it, as the event is.
        SlotMissed = "slot_missed",
    }
}

impl Tlp {
    /// The label as FIRST prints it: capitals, never translated.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Red => "TLP:RED",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Amber => "TLP:AMBER",
            Self::Green => "TLP:GREEN",
            Self::Clear => "TLP:CLEAR",
        }
    }
}

impl EscalationLevel {
    /// One level up, if there is one.
    pub const fn up(self) -> Option<Self> {
        match self {
            Self::Watch => Some(Self::Coordination),
            Self::Coordination => Some(Self::Political),
            Self::Political => None,
        }
    }

    /// One level down, if there is one.
    pub const fn down(self) -> Option<Self> {
        match self {
            Self::Watch => None,
            Self::Coordination => Some(Self::Watch),
            Self::Political => Some(Self::Coordination),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_as_itself() {
        fn check<T: Copy + PartialEq + std::fmt::Debug>(
            all: &[T],
            show: fn(T) -> &'static str,
            read: fn(&str) -> Option<T>,
        ) {
            for value in all {
                assert_eq!(read(show(*value)), Some(*value));
            }
        }
        check(Severity::ALL, Severity::as_str, Severity::parse);
        check(Tlp::ALL, Tlp::as_str, Tlp::parse);
        check(EscalationStep::ALL, EscalationStep::as_str, EscalationStep::parse);
        check(EscalationAnswer::ALL, EscalationAnswer::as_str, EscalationAnswer::parse);
        check(EscalationClock::ALL, EscalationClock::as_str, EscalationClock::parse);
        check(SlotState::ALL, SlotState::as_str, SlotState::parse);
        check(Role::ALL, Role::as_str, Role::parse);
        check(IpcrMode::ALL, IpcrMode::as_str, IpcrMode::parse);
        check(QueryState::ALL, QueryState::as_str, QueryState::parse);
        check(LogKind::ALL, LogKind::as_str, LogKind::parse);
        check(HandoverState::ALL, HandoverState::as_str, HandoverState::parse);
        check(Layout::ALL, Layout::as_str, Layout::parse);
        assert_eq!(Tlp::parse("AMBER"), None);
    }
}
