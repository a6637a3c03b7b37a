//! What is asked: every described field is known to the server, every other refused, every limit kept.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use vigie::domain::vocabulary::{Role, Tlp};

use super::schema::Description;
use super::{NO_ID, description, fill, operations, request_schema};
use crate::harness::app::{App, CRISIS};
use crate::harness::person::Answer;

/// The faults that a server names, by pointer; none when it took the fields.
fn faults(answer: &Answer) -> BTreeMap<String, String> {
    if answer.status != 422 {
        return BTreeMap::new();
    }
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    let word = |value: &Value| value.as_str().expect("a text").to_owned();
    errors.iter().map(|error| (word(&error["pointer"]), word(&error["detail"]))).collect()
}

/// What is asked: the server knows every described field, asks for those that are required, refuses
/// every other name, and keeps the described limits to the character.
#[actix_web::test]
async fn every_field_of_a_request_is_described_and_no_other_is_taken() {
    let description = description();
    let app = App::with_crisis().await;
    // Who leads a centre may ask for everything until it is looked at what is asked.
    let person = app.person("be-nccn", Role::CentreLead).await;
    let (wall, _) = app.account("be-nccn", Role::WallDevice, Tlp::Green).await;
    let mut names: BTreeSet<&str> = ["zz_unknown"].into();
    for schema in description.0["components"]["schemas"].as_object().expect("schemas").values() {
        names.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()));
    }
    let mut asked = 0;
    for call in operations(&description) {
        let Some(schema) = request_schema(&description, &call) else { continue };
        asked += 1;
        // Whose a wall is must be known before it is read what it is to show.
        let id = if call.id == "changeDevice" { wall.to_string() } else { NO_ID.to_owned() };
        let path = fill(call.path, &[("crisis", CRISIS), ("id", &id), ("step", "start"), ("delivery", "msg_1")]);
        let ask = async |body: &Value| faults(&person.post(&path, body).await);
        probe(&description, schema, &names, "", &|body| body, &ask).await;
        for (name, inner, _) in description.names(schema, &json!({})) {
            let (inner, wrap): (&Value, &dyn Fn(Value) -> Value) = match inner["type"].as_str() {
                Some("array") => (description.open(&inner["items"]), &|body| json!({ name: [body] })),
                _ => (description.open(inner), &|body| json!({ name: body })),
            };
            if inner["type"] == "object" {
                let at = if wrap(json!(0))[name].is_array() { format!("/{name}/0") } else { format!("/{name}") };
                probe(&description, inner, &names, &at, &wrap, &ask).await;
            }
        }
    }
    assert_eq!(asked, 32, "as many calls take a body");
    app.stop().await;
}

/// Asks with wrong objects of one schema, which `wrap` puts in their place within a body.
async fn probe(
    description: &Description,
    schema: &Value,
    names: &BTreeSet<&str>,
    at: &str,
    wrap: &impl Fn(Value) -> Value,
    ask: &impl AsyncFn(&Value) -> BTreeMap<String, String>,
) {
    let within = |faults: &BTreeMap<String, String>, detail: &str| -> BTreeSet<String> {
        let here = faults.iter().filter(|(_, told)| told.as_str() == detail);
        here.filter_map(|(pointer, _)| pointer.strip_prefix(at)?.strip_prefix('/').map(str::to_owned)).collect()
    };
    // Every name there is: exactly those that are not described here are refused as unknown.
    let mut every: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!(0))).collect();
    let described = description.names(schema, &json!({}));
    let strangers: BTreeSet<String> = names
        .iter()
        .filter(|name| described.iter().all(|(known, ..)| known != *name))
        .map(|n| (*n).to_owned())
        .collect();
    every.extend(described.iter().map(|(name, ..)| ((*name).to_owned(), json!(0))));
    let told = ask(&wrap(Value::Object(every))).await;
    assert_eq!(within(&told, "is not a field of this request"), strangers, "{at}");
    // Nothing, and for an update nothing to report: exactly the required fields are missed.
    for object in [json!({}), json!({ "nil": true })] {
        if object.get("nil").is_some() && described.iter().all(|(name, ..)| *name != "nil") {
            continue;
        }
        let required = description.names(schema, &object).into_iter().filter(|(.., required)| *required);
        let required: BTreeSet<String> = required.map(|(name, ..)| name.to_owned()).collect();
        assert_eq!(within(&ask(&wrap(object)).await, "is required"), required, "{at}");
    }
    for (name, property, _) in described {
        let property = if property["items"].is_object() { property } else { description.open(property) };
        for keyword in ["maxLength", "maxItems"] {
            // The language is looked at by the rules, once the form holds: it has its line above.
            let Some(most) = property[keyword].as_u64().filter(|_| name != "lang") else { continue };
            let pointer = format!("{at}/{name}");
            let fits = ask(&wrap(json!({ name: sample(description, property, most) }))).await;
            assert_eq!(fits.get(&pointer), None, "{most}");
            let over = ask(&wrap(json!({ name: sample(description, property, most + 1) }))).await;
            assert!(over.contains_key(&pointer), "{pointer} takes more than {most}");
        }
        for (keyword, beyond) in [("minimum", -1), ("maximum", 1)] {
            let Some(bound) = property[keyword].as_i64().filter(|_| property["type"] == "integer") else { continue };
            let pointer = format!("{at}/{name}");
            assert_eq!(ask(&wrap(json!({ name: bound }))).await.get(&pointer), None, "{bound}");
            let told = ask(&wrap(json!({ name: bound + beyond }))).await;
            assert!(told.contains_key(&pointer), "{pointer} takes {}", bound + beyond);
        }
    }
}

/// A value of this size, whose form is right otherwise.
fn sample(description: &Description, schema: &Value, size: u64) -> Value {
    let filled = |begin: &str, with: &str| -> Value {
        begin.chars().chain(with.chars().cycle()).take(usize::try_from(size).expect("small")).collect::<String>().into()
    };
    if schema["type"] == "array" {
        let item = description.open(&schema["items"]);
        let one = match item["type"].as_str() {
            Some("object") => json!({}),
            _ if item["format"] == "uuid" => json!(NO_ID),
            _ => json!("a"),
        };
        return (0..size).map(|_| one.clone()).collect();
    }
    if schema["format"] == "uri" { filled("https://", "a") } else { filled("", "a") }
}
