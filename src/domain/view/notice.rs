//! What leaves Vigie for a centre: which notices follow from one entry, and how much its label lets out.
//!
//! Outside, nobody knows who reads along. GREEN and CLEAR go with their words; of AMBER it is only said that
//! there is one; of AMBER+STRICT and RED nothing leaves, not even that. What may not be seen by the people of a
//! centre is not told to it either.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::Visible;
use crate::domain::event::{Entry, Event, OF_CYCLES};
use crate::domain::ids::{AccountId, CentreId, CrisisId, CycleId, EscalationId};
use crate::domain::mark::{Audience, Viewer};
use crate::domain::picture::Picture;
use crate::domain::vocabulary::{
    Environment, EscalationClock, EscalationLevel, EscalationStep, NoticeKind, Role, Severity, Tlp,
};

/// One thing that a centre is told, as far as its label lets it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notice {
    pub kind: NoticeKind,
    pub centre: CentreId,
    /// When it was recorded, or noticed.
    pub at: Timestamp,
    /// Where it happened; a wall is lost outside of any crisis.
    pub crisis: Option<CrisisNamed>,
    /// The escalation, cycle or wall.
    pub subject: Uuid,
    pub tlp: Tlp,
    /// What it says; `None` where it is only said that there is something.
    pub told: Option<Told>,
}

/// A crisis as everyone who is signed in may know it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CrisisNamed {
    pub slug: CrisisId,
    pub name: String,
    pub environment: Environment,
}

/// The words of a notice.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    Escalation {
        title: String,
        reason: String,
        level: EscalationLevel,
        severity: Severity,
        raised_by: CentreId,
        asked_of: CentreId,
        ack_due: Option<Timestamp>,
    },
    Slot {
        cycle: String,
        due_at: Timestamp,
    },
    Wall {
        name: String,
        last_seen: Timestamp,
    },
}

/// What an entry tells centres, in their order. `picture` is the one after the entry.
pub fn notices(entry: &Entry, picture: &Picture) -> Vec<Visible<Notice>> {
    match &entry.event {
        Event::EscalationRaised { escalation } => {
            escalation_notice(entry, picture, escalation.id, NoticeKind::EscalationAsked, &escalation.asked_of)
                .into_iter()
                .collect()
        }
        Event::EscalationStepped { escalation, step, .. } => stepped(entry, picture, *escalation, step.step),
        // An answer that is due at the next level is what going up looks like: at the top nobody is left to ask.
        Event::EscalationLapsed { escalation, lapse, .. }
            if lapse.which == EscalationClock::Ack && lapse.ack_due.is_some() =>
        {
            level_up(entry, picture, *escalation)
        }
        Event::SlotReminded { cycle, centre, due_at, .. } => {
            slot(entry, picture, *cycle, NoticeKind::SlotDue, centre, *due_at).into_iter().collect()
        }
        Event::SlotMissed { cycle, centre, due_at } => {
            slot(entry, picture, *cycle, NoticeKind::SlotMissed, centre, *due_at).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// That a wall has not been seen for too long. What stands in the rooms of a centre is the centre's own to know.
pub fn wall_lost(
    centre: CentreId,
    wall: AccountId,
    name: String,
    last_seen: Timestamp,
    now: Timestamp,
) -> Visible<Notice> {
    let told = Some(Told::Wall { name, last_seen });
    Visible(Notice {
        kind: NoticeKind::DeviceLost,
        centre,
        at: now,
        crisis: None,
        subject: wall.0,
        tlp: Tlp::Green,
        told,
    })
}

fn stepped(entry: &Entry, picture: &Picture, id: EscalationId, step: EscalationStep) -> Vec<Visible<Notice>> {
    let Some(record) = picture.escalations.get(&id) else { return Vec::new() };
    let told = match step {
        EscalationStep::RaiseLevel => return level_up(entry, picture, id),
        EscalationStep::Reopen => Some(&record.escalation.asked_of),
        EscalationStep::Assign => record.standing.owner.as_ref(),
        EscalationStep::Acknowledge
        | EscalationStep::Start
        | EscalationStep::Resolve
        | EscalationStep::Close
        | EscalationStep::Reject
        | EscalationStep::LowerLevel
        | EscalationStep::Snooze => None,
    };
    // Who did it knows.
    let told = told.filter(|centre| **centre != entry.actor.centre);
    let notice = told.and_then(|centre| escalation_notice(entry, picture, id, NoticeKind::EscalationAsked, centre));
    notice.into_iter().collect()
}

/// The centre that was asked and the one that asks, but not who did it.
fn level_up(entry: &Entry, picture: &Picture, id: EscalationId) -> Vec<Visible<Notice>> {
    let Some(record) = picture.escalations.get(&id) else { return Vec::new() };
    let concerned = BTreeSet::from([&record.escalation.asked_of, &record.escalation.raised_by]);
    let told = concerned.into_iter().filter(|centre| **centre != entry.actor.centre);
    told.filter_map(|centre| escalation_notice(entry, picture, id, NoticeKind::LevelUp, centre)).collect()
}

fn escalation_notice(
    entry: &Entry,
    picture: &Picture,
    id: EscalationId,
    kind: NoticeKind,
    centre: &CentreId,
) -> Option<Visible<Notice>> {
    let record = picture.escalations.get(&id)?;
    let escalation = &record.escalation;
    let audience = escalation.mark.audience(&escalation.raised_by);
    let told = || Told::Escalation {
        title: escalation.title.clone(),
        reason: escalation.reason.clone(),
        level: record.standing.level,
        severity: escalation.severity,
        raised_by: escalation.raised_by.clone(),
        asked_of: escalation.asked_of.clone(),
        ack_due: record.standing.clocks.ack_due,
    };
    let item = Item { kind, subject: id.0, audience, tlp: escalation.mark.tlp };
    let_out(entry, picture, item, centre, told)
}

/// What time says of a slot is told under the mark of the rhythm: name and due times are the cycle's own, and
/// that nothing was reported is what everybody sees who may see the cycle.
fn slot(
    entry: &Entry,
    picture: &Picture,
    cycle: CycleId,
    kind: NoticeKind,
    centre: &CentreId,
    due_at: Timestamp,
) -> Option<Visible<Notice>> {
    let record = picture.cycles.get(&cycle)?;
    let told = || Told::Slot { cycle: record.now().name.clone(), due_at };
    let item = Item { kind, subject: cycle.0, audience: OF_CYCLES, tlp: Tlp::Green };
    let_out(entry, picture, item, centre, told)
}

/// What a notice is about, under the mark that it has.
struct Item {
    kind: NoticeKind,
    subject: Uuid,
    audience: Audience,
    tlp: Tlp,
}

/// The one way out: by the eyes of the centre's people first, then by the label.
fn let_out(
    entry: &Entry,
    picture: &Picture,
    item: Item,
    centre: &CentreId,
    told: impl FnOnce() -> Told,
) -> Option<Visible<Notice>> {
    let Item { kind, subject, audience, tlp } = item;
    let people = Viewer::of(centre.clone(), Role::Viewer, Tlp::Clear);
    if !people.sees(&audience, &picture.crisis.centres) {
        return None;
    }
    let told = match tlp {
        Tlp::Clear | Tlp::Green => Some(told()),
        Tlp::Amber => None,
        Tlp::AmberStrict | Tlp::Red => return None,
    };
    let crisis = &picture.crisis;
    let named = CrisisNamed { slug: crisis.slug.clone(), name: crisis.name.clone(), environment: crisis.environment };
    Some(Visible(Notice {
        kind,
        centre: centre.clone(),
        at: entry.recorded_at,
        crisis: Some(named),
        subject,
        tlp,
        told,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::{Command, Scope};
    use crate::domain::escalation::Step;
    use crate::domain::given::{Drill, actor, centre, coordinator, officer, sector};
    use crate::domain::mark::Mark;
    use crate::domain::vocabulary::EscalationAnswer;

    /// Everything that the crisis has told by now, entry by entry.
    fn told(drill: &Drill) -> Vec<Notice> {
        let mut picture = Picture::open(&drill.entries[0]).expect("it opens a crisis");
        let mut all = Vec::new();
        for entry in &drill.entries[1..] {
            picture.evolve(entry);
            all.extend(notices(entry, &picture).iter().map(|notice| notice.get().clone()));
        }
        all
    }

    fn kinds(drill: &Drill) -> Vec<(NoticeKind, String)> {
        told(drill).iter().map(|notice| (notice.kind, notice.centre.to_string())).collect()
    }

    fn marked(tlp: Tlp) -> Mark {
        let recipients = if tlp < Tlp::Amber { [centre("co"), centre("be")].into() } else { BTreeSet::new() };
        Mark { tlp, recipients }
    }

    fn pair(kind: NoticeKind, centre: &str) -> (NoticeKind, String) {
        (kind, centre.to_owned())
    }

    #[test]
    fn each_label_lets_out_what_it_may_and_no_more() {
        for tlp in Tlp::ALL {
            let mut drill = Drill::open();
            drill.escalation("be", marked(*tlp));
            drill.wait(30);
            drill.timers();
            let told = told(&drill);
            let kinds: Vec<_> = told.iter().map(|notice| (notice.kind, notice.centre.to_string())).collect();
            match tlp {
                Tlp::AmberStrict | Tlp::Red => assert_eq!(kinds, [], "{tlp}"),
                Tlp::Clear | Tlp::Green | Tlp::Amber => assert_eq!(
                    kinds,
                    [
                        pair(NoticeKind::EscalationAsked, "co"),
                        pair(NoticeKind::LevelUp, "be"),
                        pair(NoticeKind::LevelUp, "co")
                    ],
                    "{tlp}"
                ),
            }
            for notice in &told {
                let text = serde_json::to_string(notice).expect("it is plain data");
                let has_words = text.contains("Places") || text.contains("Full") || text.contains("severe");
                assert_eq!(has_words, *tlp > Tlp::Amber, "{tlp}: {text}");
            }
        }
    }

    #[test]
    fn slots_are_told_with_the_name_and_time_of_the_rhythm_whatever_is_reported() {
        let mut drill = Drill::open();
        drill.cycle();
        drill.wait_until(Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_mins(3 * 60));
        drill.timers();
        drill.wait(60 + 31);
        drill.timers();
        let due = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(4);
        for (notice, (kind, of)) in told(&drill).iter().zip([
            (NoticeKind::SlotDue, "be"),
            (NoticeKind::SlotDue, "nl"),
            (NoticeKind::SlotMissed, "be"),
            (NoticeKind::SlotMissed, "nl"),
        ]) {
            assert_eq!((notice.kind, notice.centre.as_str(), notice.tlp), (kind, of, Tlp::Green));
            assert_eq!(notice.told, Some(Told::Slot { cycle: "Every four hours".to_owned(), due_at: due }));
        }
        assert_eq!(told(&drill).len(), 4);
    }

    #[test]
    fn a_report_tells_nobody_outside() {
        let mut drill = Drill::open();
        let update = drill.update("be", "cyber", Mark::of(Tlp::Green), "Phishing");
        drill.query(update);
        assert_eq!(kinds(&drill), []);
    }

    #[test]
    fn who_takes_it_or_is_given_it_is_told_and_who_did_it_is_not() {
        let mut drill = Drill::open();
        let id = drill.escalation("be", Mark::of(Tlp::Green));
        let co = pair(NoticeKind::EscalationAsked, "co");
        assert_eq!(kinds(&drill), std::slice::from_ref(&co));
        let step = |step, answer| Step {
            step,
            note: Some("So it is".to_owned()),
            assignee: (step == EscalationStep::Assign).then(|| "Logistics".to_owned()),
            until: None,
            answer,
            clocks: None,
        };
        let cannot = step(EscalationStep::Acknowledge, Some(EscalationAnswer::Cannot));
        drill.given(&officer("co"), Command::StepEscalation { escalation: id, step: cannot });
        drill.step(id, EscalationStep::Assign);
        drill.step(id, EscalationStep::RaiseLevel);
        assert_eq!(kinds(&drill), [co.clone(), pair(NoticeKind::LevelUp, "be")], "the coordinator's own hand");
        drill.step(id, EscalationStep::Start);
        drill.step(id, EscalationStep::Resolve);
        let reopen = Command::StepEscalation { escalation: id, step: step(EscalationStep::Reopen, None) };
        drill.given(&officer("be"), reopen);
        assert_eq!(kinds(&drill).last(), Some(&co), "it is asked of it again");
    }

    #[test]
    fn at_the_top_nobody_is_left_to_be_told_of_a_level() {
        let mut drill = Drill::open();
        drill.escalation("be", Mark::of(Tlp::Green));
        drill.wait(24 * 60);
        drill.timers();
        let ups = told(&drill).iter().filter(|notice| notice.kind == NoticeKind::LevelUp).count();
        assert_eq!(ups, 4, "two levels, each to two centres; the last lapse goes no further");
        let Some(Told::Escalation { level, .. }) = told(&drill).last().and_then(|notice| notice.told.clone()) else {
            panic!("it is GREEN")
        };
        assert_eq!(level, EscalationLevel::Political);
    }

    #[test]
    fn a_centre_that_is_not_of_the_crisis_any_more_is_told_nothing_amber() {
        let mut drill = Drill::open();
        let id = drill.escalation("be", Mark::of(Tlp::Amber));
        let scope = Scope { sectors: Some(vec![sector("cyber")]), centres: Some(vec![centre("be"), centre("nl")]) };
        let up = || Command::StepEscalation {
            escalation: id,
            step: Step {
                step: EscalationStep::RaiseLevel,
                note: None,
                assignee: None,
                until: None,
                answer: None,
                clocks: None,
            },
        };
        let lead = actor("be", Role::CentreLead);
        drill.given(&lead, up());
        let asked = pair(NoticeKind::EscalationAsked, "co");
        assert_eq!(kinds(&drill), [asked, pair(NoticeKind::LevelUp, "co")]);
        drill.given(&coordinator(), Command::ScopeCrisis(scope));
        drill.given(&lead, up());
        assert_eq!(kinds(&drill).len(), 2, "co is out of it");
    }
}
