//! docs/openapi.json is written by hand and held to the code here: every call, word, limit and field,
//! both ways. What the server takes the description allows, and what it answers the description tells.

mod answers;
mod requests;
mod schema;

use std::collections::{BTreeMap, BTreeSet};

use awc::http::Method;
use serde_json::{Value, json};
use vigie::accounts::LISTED_MAX;
use vigie::accounts::device::DISTANCES_M;
use vigie::destinations::{DEAD_MAX, LISTED_MAX as DESTINATIONS_LISTED_MAX};
use vigie::domain::crisis::IPCR_HISTORY_MAX;
use vigie::domain::cycle::{CYCLES_MAX, LOOKED_AT_MAX, SHOWN_MAX};
use vigie::domain::ids::SLUG_CHARS_MAX;
use vigie::domain::indicator::FIGURE_MAX;
use vigie::domain::picture::{FEED_ENTRIES_MAX, STEPS_KEPT_MAX};
use vigie::domain::update::lang_fault;
use vigie::domain::view::handovers::KEY_EVENTS_MAX;
use vigie::domain::vocabulary as words;
use vigie::http::duty::HANDOVERS_MAX;
use vigie::http::problem::Kind;
use vigie::http::reads::HISTORY_UPDATES_MAX;
use vigie::journal::READ_ENTRIES_MAX;
use vigie::pairing::{CODE_ALPHABET, CODE_CHARS};

use self::schema::{Description, count, each_schema};

const METHODS: [&str; 5] = ["get", "post", "put", "delete", "patch"];
/// An id that is nowhere.
const NO_ID: &str = "01980000-0000-7000-8000-000000000000";

fn description() -> Description {
    Description(serde_json::from_str(include_str!("../../docs/openapi.json")).expect("the description is JSON"))
}

/// One call as it is described.
struct Operation<'a> {
    id: &'a str,
    method: Method,
    path: &'a str,
    told: &'a Value,
    parameters: Vec<&'a Value>,
}

fn operations(description: &Description) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    for (path, item) in description.0["paths"].as_object().expect("paths") {
        for (name, told) in
            item.as_object().expect("a path").iter().filter(|(name, _)| METHODS.contains(&name.as_str()))
        {
            let shared = [&item["parameters"], &told["parameters"]];
            operations.push(Operation {
                id: told["operationId"].as_str().expect("a call has a name"),
                method: name.to_uppercase().parse().expect("a method"),
                path,
                told,
                parameters: shared
                    .into_iter()
                    .filter_map(Value::as_array)
                    .flatten()
                    .map(|parameter| description.open(parameter))
                    .collect(),
            });
        }
    }
    operations
}

fn request_schema<'a>(description: &'a Description, operation: &Operation<'a>) -> Option<&'a Value> {
    operation.told.pointer("/requestBody/content/application~1json/schema").map(|schema| description.open(schema))
}

/// A path with its places filled.
fn fill(path: &str, parts: &[(&str, &str)]) -> String {
    parts.iter().fold(path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
}

#[test]
fn every_call_is_described_and_no_other() {
    let description = description();
    let operations = operations(&description);
    let told: BTreeSet<_> = operations.iter().map(|call| (call.path.to_owned(), call.method.to_string())).collect();
    let served: BTreeSet<_> =
        vigie::http::calls().iter().map(|call| (call.path.to_owned(), call.method.to_string())).collect();
    assert_eq!(told, served);
    let ids: BTreeSet<&str> = operations.iter().map(|call| call.id).collect();
    assert_eq!(ids.len(), operations.len(), "every call has a name of its own");
    for call in &operations {
        for key in ["summary", "description"] {
            assert!(call.told[key].as_str().is_some_and(|text| !text.is_empty()), "{} has no {key}", call.id);
        }
        let in_path = |parameter: &&&Value| parameter["in"] == "path";
        let named: BTreeSet<&str> =
            call.parameters.iter().filter(in_path).filter_map(|parameter| parameter["name"].as_str()).collect();
        let places: BTreeSet<&str> =
            call.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(named, places, "{}", call.id);
    }
}

#[test]
fn what_goes_into_the_journal_takes_a_request_key_and_nothing_else_does() {
    let description = description();
    for call in operations(&description) {
        let told = call.parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key");
        let writes = call.method == Method::POST && call.path.starts_with("/api/v1/crises");
        assert_eq!(told, writes, "{}", call.id);
        let keeps = call.told["tags"] == json!(["keeping"]) && call.method == Method::POST;
        let told = call.told["description"].as_str().unwrap_or_default();
        let again = told.contains("Sent again") || told.contains("Revoking it again");
        assert!(again || !keeps, "{} does not say what sending it again does", call.id);
    }
}

#[test]
fn every_property_is_described_and_every_keyword_is_checked() {
    let description = description();
    let told = |value: &Value| value["description"].as_str().is_some_and(|text| !text.is_empty());
    for (name, schema) in description.0["components"]["schemas"].as_object().expect("schemas") {
        each_schema(schema, name, &mut |schema, at| {
            if let Some(reference) = schema["$ref"].as_str() {
                description.refer(reference);
            }
            for (property, described) in schema["properties"].as_object().into_iter().flatten() {
                assert!(at.ends_with("/if") || told(described), "{at}/{property} is not described");
            }
        });
    }
    for parameter in operations(&description).iter().flat_map(|call| &call.parameters) {
        assert!(told(parameter), "{} is not described", parameter["name"]);
    }
}

#[test]
fn every_word_is_the_vocabularys() {
    let description = description();
    let mut vocabulary: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    macro_rules! take {
        ($($name:ident),+) => {
            $(vocabulary.insert(stringify!($name), words::$name::WORDS.iter().map(|&word| word.to_owned()).collect());)+
        };
    }
    take!(
        Environment,
        IpcrMode,
        CrisisPhase,
        CrisisState,
        Severity,
        Outlook,
        Urgency,
        Certainty,
        Reliability,
        Credibility,
        Tlp,
        EscalationLevel,
        EscalationState,
        EscalationStep,
        EscalationAnswer,
        EscalationClock,
        SlotState,
        QueryState,
        LogKind,
        HandoverState,
        MomentKind,
        Layout,
        NoticeKind,
        Channel,
        DeliveryFault,
        Role,
        CentreKind,
        Measure,
        Aggregation,
        Direction,
        Quality
    );
    let problems = Kind::ALL.iter().map(|kind| format!("urn:vigie:problem:{}", kind.row().0));
    vocabulary.insert("ProblemType", problems.collect());
    // Words without a table in the code: every one of them is met in a real answer, below.
    let met_elsewhere = ["UpdateState", "EntryKind", "ThingKind"];
    for (name, schema) in description.0["components"]["schemas"].as_object().expect("schemas") {
        each_schema(schema, name, &mut |schema, at| {
            let Some(told) = schema.get("enum") else { return };
            match vocabulary.remove(at) {
                Some(words) => assert_eq!(*told, json!(words), "{at}"),
                None => assert!(met_elsewhere.contains(&at), "{at}: these words are nobody's"),
            }
        });
    }
    assert!(vocabulary.is_empty(), "not described: {vocabulary:?}");
}

#[test]
fn limits_that_no_form_holds_are_the_codes() {
    let description = description();
    let limit = |pointer: &str| description.0.pointer(&format!("/components/{pointer}")).and_then(Value::as_f64);
    for (pointer, limit_of_code) in [
        ("schemas/Slug/maxLength", count(SLUG_CHARS_MAX)),
        ("schemas/Figure/anyOf/0/maximum", FIGURE_MAX),
        ("schemas/PictureFacts/properties/feed/maxItems", count(FEED_ENTRIES_MAX)),
        ("schemas/Escalation/properties/steps/maxItems", count(STEPS_KEPT_MAX)),
        ("schemas/Escalation/properties/lapses/maxItems", count(STEPS_KEPT_MAX)),
        ("schemas/PictureFacts/properties/cycles/maxItems", count(CYCLES_MAX)),
        ("schemas/Cycle/properties/due/maxItems", count(SHOWN_MAX)),
        ("schemas/CyclePlanned/allOf/1/properties/due/maxItems", count(LOOKED_AT_MAX)),
        ("schemas/Crisis/properties/ipcr_history/maxItems", count(IPCR_HISTORY_MAX)),
        ("schemas/Devices/properties/devices/maxItems", count(LISTED_MAX)),
        ("schemas/Tokens/properties/tokens/maxItems", count(LISTED_MAX)),
        ("schemas/Destinations/properties/destinations/maxItems", count(DESTINATIONS_LISTED_MAX)),
        ("schemas/DeadLetters/properties/dead/maxItems", count(DEAD_MAX)),
        ("schemas/Pairing/properties/code/maxLength", count(CODE_CHARS)),
        ("schemas/CellHistory/properties/updates/maxItems", count(HISTORY_UPDATES_MAX)),
        ("parameters/HistoryLimit/schema/maximum", count(HISTORY_UPDATES_MAX)),
        ("schemas/Handovers/properties/handovers/maxItems", count(HANDOVERS_MAX)),
        ("parameters/HandoversLimit/schema/maximum", count(HANDOVERS_MAX)),
        ("schemas/ShiftTold/properties/key_events/maxItems", count(KEY_EVENTS_MAX)),
        ("parameters/PageLimit/schema/maximum", count(READ_ENTRIES_MAX)),
    ] {
        assert_eq!(limit(pointer), Some(limit_of_code), "{pointer}");
    }
    let distances: Vec<Value> = DISTANCES_M.iter().map(|metres| json!({ "const": metres })).collect();
    assert_eq!(description.schema("Distance")["anyOf"], Value::Array(distances));
    let code = &description.schema("Pairing")["properties"]["code"]["pattern"];
    assert_eq!(*code, format!("^[{CODE_ALPHABET}]{{{CODE_CHARS}}}$"));
    let lang = |chars: usize| "nl".chars().chain("-aaaaaaaa".chars().cycle()).take(chars).collect::<String>();
    let most = description.schema("PostUpdate")["properties"]["lang"]["maxLength"].as_u64().expect("a limit");
    let most = usize::try_from(most).expect("small");
    assert_eq!((lang_fault(&lang(most)), lang_fault(&lang(most + 1)).is_some()), (None, true));
}
