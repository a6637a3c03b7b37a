//! The demonstration script in `config/scenarios`, checked against the published figures beside it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;

use crate::domain::ids::CentreId;
use crate::domain::vocabulary::{
    Environment, EscalationAnswer, EscalationLevel, EscalationStep, IpcrMode, Outlook, Role, Severity, Tlp,
};

const SCRIPT: &str = include_str!("../../config/scenarios/displacement-2022.json");

/// A crisis that plays itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub crisis: Frame,
    pub steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    pub slug: String,
    pub name: String,
    pub environment: Environment,
}

/// Who does what, how many minutes of scenario time after the start.
#[derive(Debug, Deserialize)]
pub struct Step {
    pub at_minutes: u64,
    pub centre: CentreId,
    pub role: Role,
    #[serde(flatten)]
    pub deed: Deed,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Deed {
    Update(Box<Update>),
    Nil {
        sector: String,
        tlp: Tlp,
        lang: Option<String>,
        headline: Option<String>,
        valid_minutes: Option<i64>,
    },
    Withdraw {
        update: String,
        reason: String,
    },
    Escalate(Box<Escalate>),
    Step {
        escalation: String,
        step: EscalationStep,
        note: Option<String>,
        assignee: Option<String>,
        answer: Option<EscalationAnswer>,
        until_minutes: Option<i64>,
    },
    Query {
        name: String,
        update: String,
        question: String,
    },
    Answer {
        query: String,
        answer: String,
    },
    Cycle(Box<Cycle>),
    Excuse {
        cycle: String,
        /// The centre that need not report at the first due time.
        whom: CentreId,
        reason: String,
    },
    Ipcr {
        mode: IpcrMode,
        since: Timestamp,
        decided_by: String,
        source_url: Option<String>,
    },
}

#[derive(Debug, Deserialize)]
pub struct Update {
    /// By what later steps refer to it.
    pub name: Option<String>,
    pub sector: String,
    pub severity: Severity,
    pub outlook: Outlook,
    pub headline: String,
    pub body: Option<String>,
    pub tlp: Tlp,
    #[serde(default)]
    pub recipients: Vec<CentreId>,
    pub lang: Option<String>,
    #[serde(default)]
    pub readings: Vec<Figure>,
    pub valid_minutes: Option<i64>,
    pub supersedes: Option<String>,
}

/// A figure, with the row of the file it is taken from.
#[derive(Debug, Deserialize)]
pub struct Figure {
    pub indicator: String,
    pub value: f64,
    pub csv: Option<CsvRow>,
}

#[derive(Debug, Deserialize)]
pub struct CsvRow {
    pub as_of: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "the test compares it with the file"))]
    pub country: String,
}

#[derive(Debug, Deserialize)]
pub struct Escalate {
    pub name: Option<String>,
    pub title: String,
    pub level: EscalationLevel,
    pub severity: Severity,
    pub reason: String,
    pub asked_of: CentreId,
    pub tlp: Tlp,
    #[serde(default)]
    pub recipients: Vec<CentreId>,
    #[serde(default)]
    pub refs: Vec<String>,
    pub ack_minutes: Option<i64>,
    pub resolve_minutes: Option<i64>,
}

/// A reporting cycle. Only when it begins follows the pace: reports are no closer than a server takes them.
#[derive(Debug, Deserialize)]
pub struct Cycle {
    /// By what later steps refer to it.
    pub name: String,
    pub title: String,
    pub sectors: Vec<String>,
    pub centres: Vec<CentreId>,
    /// Minutes of scenario time until the first report is due.
    pub first_minutes: i64,
    /// Minutes of the clock on the wall, as all that follow.
    pub every_minutes: u32,
    pub grace_minutes: u32,
    pub reminder_minutes: Vec<u32>,
}

impl Scenario {
    /// The script that is compiled in.
    pub fn embedded() -> Self {
        serde_json::from_str(SCRIPT).expect("the compiled-in script reads; a test reads it")
    }

    /// Everyone who acts in it.
    pub fn cast(&self) -> BTreeSet<(CentreId, Role)> {
        self.steps.iter().map(|step| (step.centre.clone(), step.role)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIGURES: &str = include_str!("../../config/scenarios/displacement-2022.csv");

    fn rows(as_of: &str) -> impl Iterator<Item = (&str, f64)> {
        FIGURES.lines().skip(1).filter_map(move |line| {
            let mut columns = line.split(',');
            let (row_as_of, country) = (columns.next()?, columns.next()?);
            let value = columns.nth(2)?.parse().ok()?;
            (row_as_of == as_of).then_some((country, value))
        })
    }

    fn published(as_of: &str, country: &str) -> Option<f64> {
        if country == "all rows less ALL" {
            let countries: f64 = rows(as_of).filter(|(country, _)| *country != "ALL").map(|(_, value)| value).sum();
            return Some(countries - published(as_of, "ALL")?);
        }
        rows(as_of).find_map(|(of, value)| (of == country).then_some(value))
    }

    #[test]
    fn every_figure_of_the_script_is_the_files() {
        let mut checked = 0;
        for step in Scenario::embedded().steps {
            let Deed::Update(update) = step.deed else { continue };
            for figure in update.readings {
                let row = figure.csv.expect("a figure of the script names its row");
                assert_eq!(published(&row.as_of, &row.country), Some(figure.value), "{row:?}");
                checked += 1;
            }
        }
        assert!(checked >= 15, "{checked} figures");
    }

    #[test]
    fn steps_are_in_order_and_refer_to_what_came_before() {
        let mut names = Vec::new();
        let mut last = 0;
        for step in Scenario::embedded().steps {
            assert!(step.at_minutes >= last);
            last = step.at_minutes;
            let (name, needs) = match step.deed {
                Deed::Update(update) => (update.name, update.supersedes.into_iter().collect()),
                Deed::Escalate(escalate) => (escalate.name, escalate.refs),
                Deed::Withdraw { update, .. } => (None, vec![update]),
                Deed::Step { escalation, .. } => (None, vec![escalation]),
                Deed::Query { name, update, .. } => (Some(name), vec![update]),
                Deed::Answer { query, .. } => (None, vec![query]),
                Deed::Cycle(cycle) => (Some(cycle.name), Vec::new()),
                Deed::Excuse { cycle, .. } => (None, vec![cycle]),
                Deed::Nil { .. } | Deed::Ipcr { .. } => (None, Vec::new()),
            };
            for need in needs {
                assert!(names.contains(&need), "{need}");
            }
            names.extend(name);
        }
    }
}
