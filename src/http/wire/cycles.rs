//! What is sent to set the rhythm of a crisis, and to excuse a centre from it.

use crate::domain::command::{Command, SetCycle};
use crate::domain::crisis::{CENTRES_MAX, SECTORS_MAX};
use crate::domain::cycle::{MINUTES_MAX, REMINDERS_MAX};
use crate::domain::ids::{CentreId, CycleId, SectorId};
use crate::domain::recurrence::RRULE_CHARS_MAX;
use crate::domain::text::{HEADLINE_CHARS_MAX, Lines, NOTE_CHARS_MAX};
use crate::http::form::Form;
use crate::http::problem::Problem;

/// `POST /crises/{crisis}/cycles`
pub fn set(body: &[u8]) -> Result<Command, Problem> {
    read_cycle(body).map(|cycle| Command::SetCycle(Box::new(cycle)))
}

/// `POST /crises/{crisis}/cycles/{id}/change`
pub fn change(cycle: CycleId, body: &[u8]) -> Result<Command, Problem> {
    read_cycle(body).map(|to| Command::ChangeCycle { cycle, to: Box::new(to) })
}

/// `POST /crises/{crisis}/cycles/{id}/end`
pub fn end(cycle: CycleId, body: &[u8]) -> Result<Command, Problem> {
    super::read_reason(body).map(|reason| Command::EndCycle { cycle, reason })
}

/// `POST /crises/{crisis}/cycles/{id}/excuse`
pub fn excuse(cycle: CycleId, body: &[u8]) -> Result<Command, Problem> {
    let mut form = Form::read(body)?;
    let centre = form.name("centre", CentreId::parse);
    let due_at = form.time("due_at");
    let reason = form.text("reason", Lines::Many, NOTE_CHARS_MAX);
    let excuse = (|| Some(Command::ExcuseSlot { cycle, centre: centre?, due_at: due_at?, reason: reason? }))();
    form.finish(excuse)
}

fn read_cycle(body: &[u8]) -> Result<SetCycle, Problem> {
    let mut form = Form::read(body)?;
    let name = form.text("name", Lines::One, HEADLINE_CHARS_MAX);
    let sectors = form.names("sectors", SECTORS_MAX, SectorId::parse);
    let centres = form.names("centres", CENTRES_MAX, CentreId::parse);
    let starts_at = form.time("starts_at");
    let rrule = form.text("rrule", Lines::One, RRULE_CHARS_MAX);
    let grace_minutes = form.number("grace_minutes", |minutes| within(minutes, 0));
    let cutoff_minutes = form.optional_number("cutoff_minutes", |minutes| within(minutes, 1));
    let reminders = form.numbers("reminder_minutes", REMINDERS_MAX, |minutes| within(minutes, 1));
    let cycle = (|| {
        Some(SetCycle {
            name: name?,
            sectors,
            centres,
            starts_at: starts_at?,
            rrule: rrule?,
            grace_minutes: grace_minutes?,
            cutoff_minutes,
            reminder_minutes: reminders.unwrap_or_default(),
        })
    })();
    form.finish(cycle)
}

fn within(minutes: i64, least: u32) -> Result<u32, String> {
    let read = u32::try_from(minutes).ok().filter(|minutes| (least..=MINUTES_MAX).contains(minutes));
    read.ok_or_else(|| format!("must be a number from {least} to {MINUTES_MAX}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_about_a_cycle_is_named_at_once() {
        let body =
            br#"{"name":"","sectors":["A b"],"centres":[1],"starts_at":"soon","grace_minutes":-1,"cutoff_minutes":0,
            "reminder_minutes":[15,"x",99999],"x":1}"#;
        let problem = format!("{:?}", set(body).expect_err("much is wrong"));
        for pointer in [
            "/name",
            "/sectors/0",
            "/centres/0",
            "/starts_at",
            "/rrule",
            "/grace_minutes",
            "/cutoff_minutes",
            "/reminder_minutes/1",
            "/reminder_minutes/2",
            "/x",
        ] {
            assert!(problem.contains(&format!("\"{pointer}\"")), "{pointer} in {problem}");
        }
    }
}
