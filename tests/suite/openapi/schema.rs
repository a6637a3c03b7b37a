//! Holds values to the schemas of a description, and says which of their properties it met.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

/// Keywords that are checked here.
const CHECKED: [&str; 19] = [
    "$ref",
    "type",
    "enum",
    "const",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minProperties",
    "items",
    "properties",
    "required",
    "allOf",
    "anyOf",
    "oneOf",
    "if",
];
/// Keywords that say when an object is closed, or stand beside one of the others.
const HEEDED: [&str; 3] = ["additionalProperties", "unevaluatedProperties", "else"];
/// Keywords that only explain.
const EXPLAINING: [&str; 5] = ["description", "default", "discriminator", "pattern", "uniqueItems"];

/// What was met of a schema: `Name/property` with how it stood there, or `Name=word`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    Absent(String),
    Null(String),
    Value(String),
    Word(String),
}

/// What is wrong with a value, and what was met in it.
#[derive(Default)]
pub struct Finding {
    pub faults: Vec<String>,
    pub met: BTreeSet<Met>,
}

/// A description with its named schemas.
pub struct Description(pub Value);

/// One property that an object may have.
struct Property<'a> {
    name: &'a str,
    schema: &'a Value,
    /// The named schema that describes it.
    of: &'a str,
    required: bool,
}

impl Description {
    /// Follows a reference into the document; the name is the last part of it.
    pub fn refer(&self, reference: &str) -> &Value {
        let pointer = reference.strip_prefix('#').expect("a reference within the document");
        self.0.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
    }

    /// A thing or what it refers to.
    pub fn open<'a>(&'a self, thing: &'a Value) -> &'a Value {
        thing["$ref"].as_str().map_or(thing, |reference| self.refer(reference))
    }

    pub fn schema(&self, name: &str) -> &Value {
        self.refer(&format!("#/components/schemas/{name}"))
    }

    /// Looks at a value as a schema describes it. `of` names the schema, `at` the place in the value.
    pub fn look(&self, schema: &Value, value: &Value, of: &str, at: &str) -> Finding {
        let (schema, of, closed) = self.resolve(schema, of);
        let mut finding = Finding::default();
        if !is_of_type(&schema["type"], value) {
            finding.faults.push(format!("{at}: {value} is not of type {}", schema["type"]));
            return finding;
        }
        if let Some(words) = schema["enum"].as_array() {
            if words.contains(value) {
                finding.met.insert(Met::Word(format!("{of}={}", value.as_str().unwrap_or_default())));
            } else {
                finding.faults.push(format!("{at}: {value} is not one of {}", schema["enum"]));
            }
        }
        if let Some(fixed) = schema.get("const")
            && fixed != value
        {
            finding.faults.push(format!("{at}: {value} is not {fixed}"));
        }
        finding.faults.extend(measure(schema, value).map(|fault| format!("{at}: {value} {fault}")));
        self.choose(schema, value, of, at, &mut finding);
        match value {
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    finding.take(self.look(&schema["items"], item, of, &format!("{at}/{i}")));
                }
            }
            Value::Object(fields) => {
                let properties = self.properties(schema, of, value);
                for property in &properties {
                    self.meet(property, &value[property.name], fields.contains_key(property.name), at, &mut finding);
                }
                for (name, item) in fields {
                    if properties.iter().any(|property| property.name == name) {
                        continue;
                    }
                    match &schema["additionalProperties"] {
                        Value::Object(_) => {
                            finding.take(self.look(&schema["additionalProperties"], item, of, &format!("{at}/{name}")));
                        }
                        _ if closed => finding.faults.push(format!("{at}/{name}: is not described")),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        finding
    }

    /// Every name that an object of this schema may have, with whether it must.
    pub fn names<'a>(&'a self, schema: &'a Value, value: &Value) -> Vec<(&'a str, &'a Value, bool)> {
        let (schema, of, _) = self.resolve(schema, "");
        let properties = self.properties(schema, of, value);
        properties.into_iter().map(|property| (property.name, property.schema, property.required)).collect()
    }

    fn meet(&self, property: &Property<'_>, value: &Value, present: bool, at: &str, finding: &mut Finding) {
        let name = format!("{}/{}", property.of, property.name);
        if !present {
            if property.required {
                finding.faults.push(format!("{at}/{}: is missing", property.name));
            }
            finding.met.insert(Met::Absent(name));
            return;
        }
        finding.met.insert(if value.is_null() { Met::Null(name.clone()) } else { Met::Value(name.clone()) });
        finding.take(self.look(property.schema, value, &name, &format!("{at}/{}", property.name)));
    }

    /// `anyOf` and `oneOf`: what fits counts, what was tried in vain does not.
    fn choose(&self, schema: &Value, value: &Value, of: &str, at: &str, finding: &mut Finding) {
        for (keyword, one) in [("anyOf", false), ("oneOf", true)] {
            let Some(choices) = schema[keyword].as_array() else { continue };
            let (mut fitting, mut faults) = (Vec::new(), Vec::new());
            for choice in choices {
                let tried = self.look(choice, value, of, at);
                if tried.faults.is_empty() { fitting.push(tried) } else { faults.extend(tried.faults) }
            }
            match fitting.len() {
                0 => finding.faults.push(format!("{at}: fits no choice: {}", faults.join("; "))),
                1 => {}
                several if one => finding.faults.push(format!("{at}: fits {several} choices")),
                _ => {}
            }
            for fits in fitting {
                finding.take(fits);
            }
        }
    }

    fn resolve<'a>(&'a self, mut schema: &'a Value, mut of: &'a str) -> (&'a Value, &'a str, bool) {
        let mut closed = is_closed(schema);
        while let Some(reference) = schema["$ref"].as_str() {
            of = reference.rsplit('/').next().unwrap_or(of);
            schema = self.refer(reference);
            closed |= is_closed(schema);
        }
        (schema, of, closed)
    }

    fn properties<'a>(&'a self, schema: &'a Value, of: &'a str, value: &Value) -> Vec<Property<'a>> {
        let mut properties = Vec::new();
        let conditional = if schema.get("if").is_some() && !self.look(&schema["if"], value, of, "").faults.is_empty() {
            &schema["else"]["required"]
        } else {
            &Value::Null
        };
        for (name, described) in schema["properties"].as_object().into_iter().flatten() {
            let named = |list: &Value| list.as_array().is_some_and(|list| list.iter().any(|item| item == name));
            let required = named(&schema["required"]) || named(conditional);
            properties.push(Property { name, schema: described, of, required });
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            let (part, of, _) = self.resolve(part, of);
            properties.extend(self.properties(part, of, value));
        }
        properties
    }
}

impl Finding {
    fn take(&mut self, inner: Self) {
        self.faults.extend(inner.faults);
        self.met.extend(inner.met);
    }
}

/// Every schema under a value that holds schemas by name, with its place; unknown keywords are refused.
pub fn each_schema<'a>(schema: &'a Value, at: &str, see: &mut impl FnMut(&'a Value, &str)) {
    see(schema, at);
    let fields = schema.as_object().unwrap_or_else(|| panic!("{at} is not a schema"));
    for (keyword, value) in fields {
        let at = format!("{at}/{keyword}");
        match (keyword.as_str(), value) {
            ("properties", Value::Object(inner)) => {
                inner.iter().for_each(|(name, inner)| each_schema(inner, &format!("{at}/{name}"), see));
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(inner)) => {
                inner.iter().enumerate().for_each(|(i, inner)| each_schema(inner, &format!("{at}/{i}"), see));
            }
            ("items" | "if" | "else" | "additionalProperties", Value::Object(_)) => each_schema(value, &at, see),
            (keyword, _) => {
                let known = [&CHECKED[..], &HEEDED, &EXPLAINING].concat();
                assert!(known.contains(&keyword), "{at}: nobody checks this keyword");
            }
        }
    }
}

fn is_closed(schema: &Value) -> bool {
    schema["additionalProperties"] == false || schema["unevaluatedProperties"] == false
}

fn is_of_type(expected: &Value, value: &Value) -> bool {
    let fits = |expected: &Value| match expected.as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some("null") => value.is_null(),
        _ => panic!("{expected} is no type"),
    };
    match expected {
        Value::Null => true,
        Value::Array(several) => several.iter().any(fits),
        one => fits(one),
    }
}

/// A number of things as JSON numbers are compared.
pub fn count(things: usize) -> f64 {
    f64::from(u32::try_from(things).expect("nothing here is that long"))
}

/// What is wrong with the size or form of a value.
fn measure<'a>(schema: &'a Value, value: &'a Value) -> impl Iterator<Item = String> + 'a {
    let size = match value {
        Value::String(text) => Some((count(text.chars().count()), "minLength", "maxLength")),
        Value::Number(number) => number.as_f64().map(|number| (number, "minimum", "maximum")),
        Value::Array(items) => Some((count(items.len()), "minItems", "maxItems")),
        Value::Object(fields) => Some((count(fields.len()), "minProperties", "maxProperties")),
        Value::Null | Value::Bool(_) => None,
    };
    let bounds = size.into_iter().flat_map(|(size, least, most)| {
        let below = schema[least].as_f64().filter(|least| size < *least).map(|least| format!("is below {least}"));
        let above = schema[most].as_f64().filter(|most| size > *most).map(|most| format!("is above {most}"));
        below.into_iter().chain(above)
    });
    let text = value.as_str();
    let formed = match (schema["format"].as_str(), text) {
        (Some("date-time"), Some(text)) => text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok(),
        (Some("uuid"), Some(text)) => Uuid::try_parse(text).is_ok_and(|id| id.get_version_num() == 7),
        (Some("uri"), Some(text)) => text.contains("://"),
        (Some(other), Some(_)) => panic!("{other} is a format that nobody checks"),
        _ => true,
    };
    bounds.chain((!formed).then(|| format!("is no {}", schema["format"])))
}
