//! The types of the wire as the browser knows them: written from the Rust types, never by hand.

use std::fmt::Write;

use ts_rs::{Config, TS};

use crate::domain::actor::By;
use crate::domain::centre::{Centre, Sector};
use crate::domain::crisis::IpcrRecord;
use crate::domain::escalation::Answer;
use crate::domain::handover::Shift;
use crate::domain::indicator::{Indicator, Missing, Reading, Value};
use crate::domain::template::Template;
use crate::domain::update::Source;
use crate::domain::view::difference::{
    CellChange, CentreChange, CrisisChange, CycleChange, Difference, EscalationChange, EscalationChanges, QueryChanges,
    ReadingChange, SlotsChange,
};
use crate::domain::view::handovers::{HandoverView, ShiftView, SignatureView};
use crate::domain::view::log::LogEntryView;
use crate::domain::view::timeline::{DensityView, MomentView, TimelineView};
use crate::domain::view::{
    AnswerView, CellView, CentreView, ClosedView, CrisisView, CycleView, DueView, EscalationView, ExcuseView, FeedItem,
    FillView, IpcrHistoryView, LapseView, PictureView, PreviousView, QueryView, ReadingView, SlotView, SlotsView,
    StepView, UpdateHistoryView, UpdateView, What, WithdrawalView,
};
use crate::domain::vocabulary::{
    Aggregation, CentreKind, Certainty, Channel, Credibility, CrisisPhase, CrisisState, DeliveryFault, Direction,
    Environment, EscalationAnswer, EscalationClock, EscalationLevel, EscalationState, EscalationStep, Freshness,
    HandoverState, IpcrMode, Layout, LogKind, Measure, MomentKind, NoticeKind, Outlook, Quality, QueryState,
    Reliability, Role, Severity, SlotState, Tlp, Urgency,
};
use crate::http::wire::destinations::{DeadLetterView, DestinationView};
use crate::http::wire::shown::{AccountView, DeviceView, PairingView, SettingView, TokenView};

/// Where they stand. `VIGIE_WRITE_TYPES=1 cargo test --lib typescript` writes them anew.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/frontend/src/api/types.gen.ts");

macro_rules! declare {
    ($text:ident: $($kind:ty),+ $(,)?) => {
        $(writeln!($text, "export {}", <$kind as TS>::decl(&Config::default())).expect("a string takes it");)+
    };
}

macro_rules! list_words {
    ($text:ident: $($name:literal = $kind:ty),+ $(,)?) => {
        $(writeln!($text, "export const {}: readonly {}[] = {:?};", $name, <$kind as TS>::name(&Config::default()),
            <$kind>::WORDS).expect("a string takes it");)+
    };
}

fn types() -> String {
    let mut text = String::from("// Written by `VIGIE_WRITE_TYPES=1 cargo test --lib typescript`. Do not edit.\n\n");
    declare!(text:
        Environment, IpcrMode, CrisisPhase, CrisisState, Severity, Outlook, Urgency, Certainty, Reliability,
        Credibility, Tlp, EscalationLevel, EscalationState, EscalationStep, EscalationAnswer, EscalationClock, QueryState, SlotState, LogKind, HandoverState, Layout, Role, CentreKind, Measure, Aggregation,
        Direction, Quality, Freshness, Missing, Value, Source, Reading, By, Centre, Sector, Indicator, Template,
        IpcrRecord, IpcrHistoryView, ClosedView, CrisisView, UpdateView, PreviousView, CellView, WithdrawalView, UpdateHistoryView, StepView, Answer, LapseView, EscalationView,
        AnswerView, QueryView, DueView, CycleView, FillView, ExcuseView, SlotsView, SlotView, CentreView, ReadingView, Shift, What, FeedItem, PictureView,
        CrisisChange, CellChange, EscalationChange, EscalationChanges, QueryChanges, ReadingChange, CentreChange, CycleChange, SlotsChange, Difference,
        MomentKind, MomentView, DensityView, TimelineView,
        LogEntryView, SignatureView, HandoverView, ShiftView,
        SettingView, AccountView, DeviceView, TokenView, PairingView,
        NoticeKind, Channel, DeliveryFault, DestinationView, DeadLetterView,
    );
    text.push('\n');
    list_words!(text:
        "SEVERITIES" = Severity, "OUTLOOKS" = Outlook, "URGENCIES" = Urgency, "CERTAINTIES" = Certainty, "TLPS" = Tlp,
        "LEVELS" = EscalationLevel, "STEPS" = EscalationStep, "QUALITIES" = Quality, "RELIABILITIES" = Reliability,
        "CREDIBILITIES" = Credibility, "IPCR_MODES" = IpcrMode, "ENVIRONMENTS" = Environment, "ROLES" = Role,
        "QUERY_STATES" = QueryState, "LAYOUTS" = Layout, "LOG_KINDS" = LogKind,
        "NOTICE_KINDS" = NoticeKind, "CHANNELS" = Channel,
    );
    text
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of this test, not a setting")]
fn the_browser_has_these_types() {
    if std::env::var("VIGIE_WRITE_TYPES").is_ok() {
        std::fs::write(FILE, types()).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(FILE).expect("the file is there");
    assert!(kept == types(), "the types of the browser have drifted: VIGIE_WRITE_TYPES=1 cargo test --lib typescript");
}
