//! Who asks, and how what they ask for is put, given the picture as the journal has it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use vigie::domain::actor::Actor;
use vigie::domain::command::{
    Command, OfferHandover, OpenCrisis, PostUpdate, RaiseEscalation, Scope, SetCycle, WriteLog,
};
use vigie::domain::crisis::IpcrRecord;
use vigie::domain::escalation::Step;
use vigie::domain::handover::Shift;
use vigie::domain::ids::{AccountId, CentreId, CrisisId, IndicatorId, SectorId};
use vigie::domain::indicator::{Reading, Value};
use vigie::domain::mark::Mark;
use vigie::domain::picture::Picture;
use vigie::domain::vocabulary::{
    Environment, EscalationAnswer, EscalationLevel, EscalationStep, IpcrMode, LogKind, Outlook, Quality, Role,
    Severity, Tlp,
};

use super::operations::{Ask, Share};

pub const CRISES: [&str; 2] = ["war", "flood"];
const CENTRES: [&str; 5] = ["be-nccn", "nl-ncc", "fr-ncc", "eu-ercc", "pl-ncc"];
const SECTORS: [&str; 2] = ["displacement", "cyber"];
const INDICATORS: [&str; 2] = ["border_crossings_in", "beneficiaries_present"];
/// Everybody who asks; two of one centre, so that one can sign what another hands over.
const PEOPLE: [(&str, &str, Role); 7] = [
    ("be-1", "be-nccn", Role::DutyOfficer),
    ("be-2", "be-nccn", Role::CentreLead),
    ("nl-1", "nl-ncc", Role::DutyOfficer),
    ("fr-1", "fr-ncc", Role::DutyOfficer),
    ("ercc", "eu-ercc", Role::Coordinator),
    ("nl-2", "nl-ncc", Role::CentreLead),
    ("pl-1", "pl-ncc", Role::DutyOfficer),
];
const COORDINATOR: usize = 4;
/// How many of the newest things people mostly deal with.
const RECENT: usize = 10;

/// Somebody who asks.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: &'static str,
    pub actor: Actor,
}

fn centre(name: &str) -> CentreId {
    CentreId::parse(name).expect("a slug")
}

fn sector(name: &str) -> SectorId {
    SectorId::parse(name).expect("a slug")
}

pub fn crisis(at: usize) -> CrisisId {
    CrisisId::parse(CRISES[at]).expect("a slug")
}

/// The person of a number; every number is somebody's.
pub fn person(who: usize) -> Person {
    let (name, of, role) = PEOPLE[who % PEOPLE.len()];
    let account = AccountId(Uuid::from_u128(100 + (who % PEOPLE.len()) as u128));
    Person { name, actor: Actor { account, centre: centre(of), role, position: role.to_string() } }
}

/// Somebody of this centre, or whoever it is by number.
fn of_centre(of: &CentreId, who: u8) -> Person {
    let those: Vec<usize> = (0..PEOPLE.len()).filter(|at| PEOPLE[*at].1 == of.as_str()).collect();
    person(if those.is_empty() { usize::from(who) } else { those[usize::from(who) % those.len()] })
}

/// The crisis as the coordinator opens it.
pub fn open(at: usize) -> (Person, Command) {
    let open = OpenCrisis {
        slug: crisis(at),
        name: format!("Drill {at}"),
        environment: Environment::Exercise,
        sectors: Some(SECTORS.map(sector).into()),
        centres: Some(CENTRES[..4].iter().map(|name| centre(name)).collect()),
    };
    (person(COORDINATOR), Command::OpenCrisis(open))
}

/// Who asks, what, and whether a text that is asked for nowhere else is in it. Nothing where there is nothing to ask about.
pub fn put(picture: &Picture, now: Timestamp, who: u8, ask: Ask, words: &str) -> Option<(Person, Command, bool)> {
    let asks = |person: Person, command| Some((person, command, true));
    let coordinator = || person(COORDINATOR);
    let said = || words.to_owned();
    let mut updates: Vec<_> = picture.updates.keys().copied().collect();
    updates.sort_unstable();
    let escalations: Vec<_> = picture.escalations.keys().copied().collect();
    let queries: Vec<_> = picture.queries.keys().copied().collect();
    let cycles: Vec<_> = picture.cycles.keys().copied().collect();
    // Nobody gets far in a closed crisis, so one in three of those who try has it opened first.
    let opens = picture.closed.is_some() && (ask == Ask::Close || who.is_multiple_of(3));
    match if opens { Ask::Reopen } else { ask } {
        Ask::Post { .. } => {
            let by = person(usize::from(who));
            let post = post(picture, now, &by, ask, words)?;
            asks(by, post)
        }
        Ask::Withdraw { which } => {
            let update = recent(&updates, which)?;
            asks(of_centre(&picture.updates[&update].centre, who), Command::WithdrawUpdate { update, reason: said() })
        }
        Ask::Raise { asked, share, about } => {
            let asked_of = centre(CENTRES[usize::from(asked) % CENTRES.len()]);
            let mut mark = mark(share);
            if !mark.recipients.is_empty() {
                mark.recipients.insert(asked_of.clone());
            }
            let raise = RaiseEscalation {
                title: said(),
                level: [EscalationLevel::Watch, EscalationLevel::Coordination][usize::from(asked) / 5 % 2],
                severity: Severity::Severe,
                reason: format!("{words} in full"),
                asked_of,
                refs: about.and_then(|which| recent(&updates, which)).map(|update| update.0).into_iter().collect(),
                ack_due: None,
                resolve_due: None,
                mark,
            };
            asks(person(usize::from(who)), Command::RaiseEscalation(Box::new(raise)))
        }
        Ask::Step { which, step } => {
            let escalation = recent(&escalations, which)?;
            let asked = &picture.escalations[&escalation].escalation.asked_of;
            let by = if who.is_multiple_of(3) { of_centre(asked, who) } else { coordinator() };
            asks(by, Command::StepEscalation { escalation, step: step_of(step, now, words) })
        }
        Ask::Query { which } => {
            asks(coordinator(), Command::AskQuery { update: recent(&updates, which)?, question: said() })
        }
        Ask::AnswerQuery { which } => {
            let query = recent(&queries, which)?;
            asks(of_centre(&picture.queries[&query].query.centre, who), Command::AnswerQuery { query, answer: said() })
        }
        Ask::TakeBack { which } => {
            asks(coordinator(), Command::WithdrawQuery { query: recent(&queries, which)?, reason: said() })
        }
        Ask::SetCycle { hours, in_place_of } => {
            let set = Box::new(SetCycle {
                name: said(),
                sectors: Some(vec![sector(SECTORS[usize::from(hours) % SECTORS.len()])]),
                centres: None,
                starts_at: Timestamp::from_second(now.as_second() / 60 * 60).ok()?,
                rrule: format!("FREQ=HOURLY;INTERVAL={}", 1 + hours % 4),
                grace_minutes: u32::from(hours) % 60,
                cutoff_minutes: hours.is_multiple_of(2).then_some(30),
                reminder_minutes: vec![15, 45],
            });
            match in_place_of.and_then(|which| recent(&cycles, which)) {
                Some(cycle) => asks(coordinator(), Command::ChangeCycle { cycle, to: set }),
                None => asks(coordinator(), Command::SetCycle(set)),
            }
        }
        Ask::EndCycle { which } => {
            asks(coordinator(), Command::EndCycle { cycle: recent(&cycles, which)?, reason: said() })
        }
        Ask::Excuse { which } => {
            let cycle = recent(&cycles, which)?;
            let dues: Vec<Timestamp> = picture.cycles[&cycle].rounds().map(|round| round.due_at).collect();
            let due_at = recent(&dues, which)?;
            let centre = centre(CENTRES[usize::from(who) % CENTRES.len()]);
            asks(coordinator(), Command::ExcuseSlot { cycle, centre, due_at, reason: said() })
        }
        Ask::Log { share, key_event } => {
            let (kind, refs, corrects) = (LogKind::Fact, Vec::new(), None);
            let log = WriteLog { kind, text: said(), event_time: now, key_event, refs, mark: mark(share), corrects };
            asks(person(usize::from(who)), Command::WriteLog(Box::new(log)))
        }
        Ask::Offer => {
            let shift = Shift { from: now - SignedDuration::from_hours(8), to: now };
            let offer = OfferHandover { shift, notes: said(), watch_items: vec![], staffing: None, questions: None };
            asks(person(usize::from(who)), Command::OfferHandover(Box::new(offer)))
        }
        Ask::Sign { which } => {
            let handovers: Vec<_> = picture.handovers.keys().copied().collect();
            let handover = recent(&handovers, which)?;
            let by = of_centre(&picture.handovers[&handover].centre, who);
            asks(by, Command::SignHandover { handover, note: Some(said()) })
        }
        Ask::Ipcr { mode } => {
            let mode = IpcrMode::ALL[usize::from(mode) % IpcrMode::ALL.len()];
            let record = IpcrRecord { mode, since: now, decided_by: said(), source_url: None };
            asks(coordinator(), Command::RecordIpcr(record))
        }
        Ask::Scope { kind } => {
            let (centres, sectors): (&[usize], &[usize]) = match kind % 5 {
                0 => (&[0, 1, 3], &[0, 1]),
                1 => (&[0, 2, 3, 4], &[1]),
                2 => (&[1, 2, 3], &[0]),
                3 => (&[0, 1, 2, 3, 4], &[0, 1]),
                _ => (&[0, 1, 2, 3], &[0, 1]),
            };
            let sectors = Some(sectors.iter().map(|at| sector(SECTORS[*at])).collect());
            let centres = Some(centres.iter().map(|at| centre(CENTRES[*at])).collect());
            Some((coordinator(), Command::ScopeCrisis(Scope { sectors, centres }), false))
        }
        Ask::Close => asks(coordinator(), Command::CloseCrisis { reason: said() }),
        Ask::Reopen => asks(coordinator(), Command::ReopenCrisis { reason: said() }),
    }
}

fn post(picture: &Picture, now: Timestamp, by: &Person, ask: Ask, words: &str) -> Option<Command> {
    let Ask::Post { sector: about, share, nil, figure, replaces } = ask else { return None };
    let mut about = sector(SECTORS[usize::from(about) % SECTORS.len()]);
    let own = picture.updates.iter().filter(|(_, facts)| facts.centre == by.actor.centre);
    let mut own: Vec<_> = own.map(|(id, facts)| (*id, facts.sector.clone())).collect();
    own.sort_unstable();
    let replaced = replaces.and_then(|which| recent(&own, which));
    if let Some((_, sector)) = &replaced {
        about = sector.clone();
    }
    let reading = |figure: u8| Reading {
        indicator: IndicatorId::parse(INDICATORS[usize::from(figure) % 2]).expect("a slug"),
        value: Value::Figure(f64::from(figure)),
        as_of: now,
        quality: Quality::Measured,
    };
    Some(Command::PostUpdate(Box::new(PostUpdate {
        centre: by.actor.centre.clone(),
        sector: about,
        nil,
        severity: Severity::Minor,
        outlook: Outlook::Stable,
        urgency: None,
        certainty: None,
        headline: words.to_owned(),
        body: Some(format!("{words} in full")),
        as_of: now,
        valid_until: None,
        mark: mark(share),
        source: None,
        areas: Vec::new(),
        readings: figure.map(reading).into_iter().collect(),
        supersedes: replaced.map(|(id, _)| id),
        lang: None,
    })))
}

fn step_of(step: u8, now: Timestamp, words: &str) -> Step {
    let cannot = step >= 200;
    let step = EscalationStep::ALL[usize::from(step) % EscalationStep::ALL.len()];
    let answers = step == EscalationStep::Acknowledge;
    let answer = if cannot { EscalationAnswer::Cannot } else { EscalationAnswer::WillDo };
    let timed = step == EscalationStep::Snooze || (answers && !cannot);
    Step {
        step,
        note: Some(words.to_owned()),
        assignee: (step == EscalationStep::Assign).then(|| "Desk".to_owned()),
        until: timed.then(|| now + SignedDuration::from_hours(1)),
        answer: answers.then_some(answer),
        clocks: None,
    }
}

fn mark(share: Share) -> Mark {
    let to = |tlp, other: u8| Mark { tlp, recipients: [centre(CENTRES[usize::from(other) % CENTRES.len()])].into() };
    match share {
        Share::Clear => Mark { tlp: Tlp::Clear, recipients: BTreeSet::new() },
        Share::Green => Mark { tlp: Tlp::Green, recipients: BTreeSet::new() },
        Share::Amber => Mark { tlp: Tlp::Amber, recipients: BTreeSet::new() },
        Share::AmberTo(other) => to(Tlp::Amber, other),
        Share::StrictTo(other) => to(Tlp::AmberStrict, other),
        Share::RedTo(other) => to(Tlp::Red, other),
    }
}

/// One of the newest.
fn recent<T: Clone>(things: &[T], which: u16) -> Option<T> {
    let back = usize::from(which) % things.len().clamp(1, RECENT);
    things.iter().rev().nth(back).cloned()
}
