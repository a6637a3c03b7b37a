//! A template: words that an officer begins an update with, per sector, in every language of the desk.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::{IndicatorId, SectorId};
use super::text::{self, BODY_CHARS_MAX, HEADLINE_CHARS_MAX, Lines};
use super::vocabulary::Severity;

/// What an update of one kind usually says. The officer changes it before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Template {
    pub id: String,
    pub sector: SectorId,
    /// Each text by language (BCP 47).
    pub name: BTreeMap<String, String>,
    pub headline: BTreeMap<String, String>,
    pub body: BTreeMap<String, String>,
    /// The severity it begins with; `null` leaves it to the officer.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// Figures that are usually read with it.
    pub indicators: Vec<IndicatorId>,
}

impl Template {
    /// What is wrong with its texts, if anything: `(field, reason)`.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        let texts = [
            ("name", &self.name, Lines::One, HEADLINE_CHARS_MAX),
            ("headline", &self.headline, Lines::One, HEADLINE_CHARS_MAX),
            ("body", &self.body, Lines::Many, BODY_CHARS_MAX),
        ];
        texts.into_iter().find_map(|(field, texts, lines, chars_max)| {
            if texts.is_empty() {
                return Some((field, "needs a text in one language at least".to_owned()));
            }
            if let Some(lang) = self.name.keys().find(|lang| !texts.contains_key(*lang)) {
                return Some((field, format!("has no text in {lang}, which its name has")));
            }
            texts.iter().find_map(|(lang, text)| {
                let reason = text::check(text, lines, chars_max).err()?;
                Some((field, format!("in {lang} {reason}")))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_a_template_are_those_of_an_update_and_in_the_same_languages() {
        let texts = |text: &str| BTreeMap::from([("en".to_owned(), text.to_owned())]);
        let template = Template {
            id: "border".to_owned(),
            sector: SectorId::parse("displacement").expect("a slug"),
            name: texts("Border"),
            headline: texts("Waiting … hours"),
            body: texts("Where: …\nSince: …"),
            severity: None,
            indicators: Vec::new(),
        };
        assert_eq!(template.fault(), None);
        let field = |template: Template| template.fault().map(|(field, _)| field);
        assert_eq!(field(Template { headline: texts("a\nb"), ..template.clone() }), Some("headline"));
        assert_eq!(field(Template { body: texts(&"a".repeat(4_001)), ..template.clone() }), Some("body"));
        assert_eq!(field(Template { name: BTreeMap::new(), ..template.clone() }), Some("name"));
        let french = BTreeMap::from([("fr".to_owned(), "Où : …".to_owned())]);
        assert_eq!(field(Template { body: french, ..template }), Some("body"), "the English is missing");
    }
}
