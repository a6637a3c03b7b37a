//! Request bodies: JSON → command, or every wrong field at once.

pub mod cycles;
pub mod destinations;
pub mod duty;
pub mod keeping;
pub mod shown;

use serde_json::Value as Json;
use uuid::Uuid;

use super::form::Form;
use super::problem::Problem;
use crate::domain::command::{Command, OpenCrisis, PostUpdate, RaiseEscalation, Scope};
use crate::domain::crisis::{CENTRES_MAX, IpcrRecord, SECTORS_MAX};
use crate::domain::escalation::{ASSIGNEE_CHARS_MAX, REFS_MAX, Step};
use crate::domain::ids::{CentreId, CrisisId, EscalationId, IndicatorId, QueryId, SectorId, UpdateId};
use crate::domain::indicator::{Missing, READINGS_MAX, Reading, Value};
use crate::domain::mark::{Mark, RECIPIENTS_MAX};
use crate::domain::text::{BODY_CHARS_MAX, HEADLINE_CHARS_MAX, Lines, NOTE_CHARS_MAX, QUERY_CHARS_MAX};
use crate::domain::update::{AREAS_MAX, Source};
use crate::domain::vocabulary::{EscalationStep, Outlook, Quality, Severity};

/// Headline of a nil report whose author wrote none.
const NIL_HEADLINE: &str = "Nothing to report";
/// Longest address of a source, in characters.
const URL_CHARS_MAX: usize = 2_000;

/// `POST /crises`
pub fn open_crisis(body: &[u8]) -> Result<(CrisisId, Command), Problem> {
    let mut form = Form::read(body)?;
    let slug = form.name("slug", CrisisId::parse);
    let name = form.text("name", Lines::One, HEADLINE_CHARS_MAX);
    let environment = form.word("environment");
    let sectors = form.names("sectors", SECTORS_MAX, SectorId::parse);
    let centres = form.names("centres", CENTRES_MAX, CentreId::parse);
    let open = (|| Some(OpenCrisis { slug: slug?, name: name?, environment: environment?, sectors, centres }))();
    let open = form.finish(open)?;
    Ok((open.slug.clone(), Command::OpenCrisis(open)))
}

/// `POST /crises/{crisis}/ipcr`
pub fn record_ipcr(body: &[u8]) -> Result<Command, Problem> {
    let mut form = Form::read(body)?;
    let mode = form.word("mode");
    let since = form.time("since");
    let decided_by = form.text("decided_by", Lines::One, HEADLINE_CHARS_MAX);
    let source_url = form.optional_name("source_url", check_url);
    let record = (|| Some(IpcrRecord { mode: mode?, since: since?, decided_by: decided_by?, source_url }))();
    form.finish(record).map(Command::RecordIpcr)
}

/// `POST /crises/{crisis}/close`
pub fn close_crisis(body: &[u8]) -> Result<Command, Problem> {
    read_reason(body).map(|reason| Command::CloseCrisis { reason })
}

/// `POST /crises/{crisis}/reopen`
pub fn reopen_crisis(body: &[u8]) -> Result<Command, Problem> {
    read_reason(body).map(|reason| Command::ReopenCrisis { reason })
}

/// `POST /crises/{crisis}/scope`
pub fn scope_crisis(body: &[u8]) -> Result<Command, Problem> {
    let mut form = Form::read(body)?;
    let sectors = form.names("sectors", SECTORS_MAX, SectorId::parse);
    let centres = form.names("centres", CENTRES_MAX, CentreId::parse);
    form.finish(Some(Command::ScopeCrisis(Scope { sectors, centres })))
}

/// `POST /crises/{crisis}/updates`
pub fn post_update(body: &[u8]) -> Result<Command, Problem> {
    let mut form = Form::read(body)?;
    let nil = form.flag("nil");
    let centre = form.name("centre", CentreId::parse);
    let sector = form.name("sector", SectorId::parse);
    // Who has nothing to report need not say how bad it is, where it goes, or in which words.
    let severity = if nil { form.optional_word("severity").or(Some(Severity::Unknown)) } else { form.word("severity") };
    let outlook = if nil { form.optional_word("outlook").or(Some(Outlook::Unknown)) } else { form.word("outlook") };
    let headline = if nil {
        form.optional_text("headline", Lines::One, HEADLINE_CHARS_MAX).or(Some(NIL_HEADLINE.to_owned()))
    } else {
        form.text("headline", Lines::One, HEADLINE_CHARS_MAX)
    };
    let urgency = form.optional_word("urgency");
    let certainty = form.optional_word("certainty");
    let body = form.optional_text("body", Lines::Many, BODY_CHARS_MAX);
    let as_of = form.time("as_of");
    let valid_until = form.optional_time("valid_until");
    let mark = read_mark(&mut form);
    let source = form.object("source", |form| {
        let reliability = form.word("reliability");
        let credibility = form.word("credibility");
        Some(Source { reliability: reliability?, credibility: credibility? })
    });
    let areas = form.names("areas", AREAS_MAX, |area| Ok::<_, &str>(area.to_owned())).unwrap_or_default();
    let readings = form.objects("readings", READINGS_MAX, read_reading);
    let supersedes = form.optional_name("supersedes", |id| UpdateId::parse(id).ok_or("must be an id"));
    let lang = form.optional_name("lang", |lang| Ok::<_, &str>(lang.to_owned()));
    let draft = (|| {
        Some(PostUpdate {
            centre: centre?,
            sector: sector?,
            nil,
            severity: severity?,
            outlook: outlook?,
            urgency,
            certainty,
            headline: headline?,
            body,
            as_of: as_of?,
            valid_until,
            mark: mark?,
            source,
            areas,
            readings,
            supersedes,
            lang,
        })
    })();
    form.finish(draft).map(|draft| Command::PostUpdate(Box::new(draft)))
}

/// `POST /crises/{crisis}/updates/{id}/withdraw`
pub fn withdraw(update: UpdateId, body: &[u8]) -> Result<Command, Problem> {
    read_reason(body).map(|reason| Command::WithdrawUpdate { update, reason })
}

/// `POST /crises/{crisis}/updates/{id}/queries`
pub fn ask_query(update: UpdateId, body: &[u8]) -> Result<Command, Problem> {
    let mut form = Form::read(body)?;
    let question = form.text("question", Lines::Many, QUERY_CHARS_MAX);
    form.finish(question).map(|question| Command::AskQuery { update, question })
}

/// `POST /crises/{crisis}/queries/{id}/answer`
pub fn answer_query(query: QueryId, body: &[u8]) -> Result<Command, Problem> {
    let mut form = Form::read(body)?;
    let answer = form.text("answer", Lines::Many, QUERY_CHARS_MAX);
    form.finish(answer).map(|answer| Command::AnswerQuery { query, answer })
}

/// `POST /crises/{crisis}/queries/{id}/withdraw`
pub fn withdraw_query(query: QueryId, body: &[u8]) -> Result<Command, Problem> {
    read_reason(body).map(|reason| Command::WithdrawQuery { query, reason })
}

/// `POST /crises/{crisis}/escalations`
pub fn raise_escalation(body: &[u8]) -> Result<Command, Problem> {
    let mut form = Form::read(body)?;
    let title = form.text("title", Lines::One, HEADLINE_CHARS_MAX);
    let level = form.word("level");
    let severity = form.word("severity");
    let reason = form.text("reason", Lines::Many, NOTE_CHARS_MAX);
    let asked_of = form.name("asked_of", CentreId::parse);
    let refs = form.names("refs", REFS_MAX, |id| Uuid::try_parse(id).map_err(|_| "must be an id")).unwrap_or_default();
    let ack_due = form.optional_time("ack_due");
    let resolve_due = form.optional_time("resolve_due");
    let mark = read_mark(&mut form);
    let raise = (|| {
        Some(RaiseEscalation {
            title: title?,
            level: level?,
            severity: severity?,
            reason: reason?,
            asked_of: asked_of?,
            refs,
            ack_due,
            resolve_due,
            mark: mark?,
        })
    })();
    form.finish(raise).map(|raise| Command::RaiseEscalation(Box::new(raise)))
}

/// `POST /crises/{crisis}/escalations/{id}/{step}`
pub fn step_escalation(escalation: EscalationId, step: EscalationStep, body: &[u8]) -> Result<Command, Problem> {
    let mut form = Form::read(body)?;
    let note = form.optional_text("note", Lines::Many, NOTE_CHARS_MAX);
    let assignee = form.optional_text("assignee", Lines::One, ASSIGNEE_CHARS_MAX);
    let until = form.optional_time("until");
    let answer = form.optional_word("answer");
    let step = Step { step, note, assignee, until, answer, clocks: None };
    form.finish(Some(Command::StepEscalation { escalation, step }))
}

/// `POST /session`
pub fn sign_in(body: &[u8]) -> Result<String, Problem> {
    let mut form = Form::read(body)?;
    let token = form.text("token", Lines::One, 200);
    form.finish(token)
}

fn read_reason(body: &[u8]) -> Result<String, Problem> {
    let mut form = Form::read(body)?;
    let reason = form.text("reason", Lines::Many, NOTE_CHARS_MAX);
    form.finish(reason)
}

fn read_mark(form: &mut Form) -> Option<Mark> {
    let tlp = form.word("tlp");
    let recipients = form.names("recipients", RECIPIENTS_MAX, CentreId::parse).unwrap_or_default();
    Some(Mark { tlp: tlp?, recipients: recipients.into_iter().collect() })
}

fn read_reading(form: &mut Form) -> Option<Reading> {
    let indicator = form.name("indicator", IndicatorId::parse);
    let value = form.required("value").and_then(|value| {
        let read = read_value(&value);
        if read.is_none() {
            form.fault("value", "must be a number, \"not_available\" or \"suppressed\"");
        }
        read
    });
    let as_of = form.time("as_of");
    let quality = form.optional_word("quality").unwrap_or(Quality::Measured);
    Some(Reading { indicator: indicator?, value: value?, as_of: as_of?, quality })
}

fn read_value(value: &Json) -> Option<Value> {
    match value {
        Json::Number(number) => number.as_f64().map(Value::Figure),
        Json::String(word) if word == "not_available" => Some(Value::Missing(Missing::NotAvailable)),
        Json::String(word) if word == "suppressed" => Some(Value::Missing(Missing::Suppressed)),
        _ => None,
    }
}

fn check_url(url: &str) -> Result<String, &'static str> {
    let web = url.starts_with("https://") || url.starts_with("http://");
    let plain = url.chars().count() <= URL_CHARS_MAX && !url.chars().any(|c| c.is_whitespace() || c.is_control());
    if web && plain { Ok(url.to_owned()) } else { Err("must be an http or https address") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let body = br#"{"centre":"BE","sector":"cyber","severity":"bad","headline":"","as_of":"soon","colour":"red",
            "readings":[{"indicator":"x","value":-1,"as_of":"2022-03-01T00:00:00Z","unit":"kg"},7]}"#;
        let problem = post_update(body).expect_err("much is wrong");
        let text = format!("{problem:?}");
        for pointer in [
            "/centre",
            "/severity",
            "/headline",
            "/outlook",
            "/as_of",
            "/colour",
            "/tlp",
            "/readings/0/unit",
            "/readings/1",
        ] {
            assert!(text.contains(&format!("\"{pointer}\"")), "{pointer} in {text}");
        }
    }

    #[test]
    fn a_nil_report_needs_neither_severity_nor_words_but_a_mark() {
        let body = br#"{"centre":"be-nccn","sector":"cyber","nil":true,"as_of":"2022-03-01T00:00:00Z"}"#;
        let problem = post_update(body).expect_err("the mark is missing");
        assert!(format!("{problem:?}").contains("/tlp"));
        let body = br#"{"centre":"be-nccn","sector":"cyber","nil":true,"as_of":"2022-03-01T00:00:00Z","tlp":"green"}"#;
        assert!(post_update(body).is_ok());
    }
}
