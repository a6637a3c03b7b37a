//! Reads a JSON object field by field and gathers everything that is wrong with it.
//!
//! Each reader takes its field out; what is left at the end is unknown and refused.

use std::str::FromStr;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::problem::{Kind, Problem};
use crate::domain::refusal::FieldFault;
use crate::domain::text::{self, Lines};

/// A JSON object that is being read.
pub struct Form {
    pointer: String,
    fields: Map<String, Value>,
    faults: Vec<FieldFault>,
}

impl Form {
    /// Reads a body. An empty body is an empty object, for calls whose fields are all optional.
    pub fn read(body: &[u8]) -> Result<Self, Problem> {
        if body.is_empty() {
            return Ok(Self::of(String::new(), Map::new()));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self::of(String::new(), fields)),
            Ok(_) => Err(Problem::fields(vec![FieldFault::at("", "must be a JSON object")])),
            Err(error) => Err(Problem::new(Kind::Malformed, format!("the body is not JSON: {error}"))),
        }
    }

    fn of(pointer: String, fields: Map<String, Value>) -> Self {
        Self { pointer, fields, faults: Vec::new() }
    }

    /// What was read, or everything that is wrong. `None` only ever stands beside a fault.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Problem> {
        self.refuse_rest();
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(Problem::fields(self.faults)),
        }
    }

    /// Notes what is wrong with a field.
    pub fn fault(&mut self, name: &str, detail: impl Into<String>) {
        self.faults.push(FieldFault::at(format!("{}/{name}", self.pointer), detail));
    }

    /// A required text of limited length.
    pub fn text(&mut self, name: &str, lines: Lines, chars_max: usize) -> Option<String> {
        let value = self.required(name)?;
        self.check_text(name, value, lines, chars_max)
    }

    /// A text that may be absent.
    pub fn optional_text(&mut self, name: &str, lines: Lines, chars_max: usize) -> Option<String> {
        let value = self.take(name)?;
        self.check_text(name, value, lines, chars_max)
    }

    /// A required word that `T` can read.
    pub fn word<T: FromStr>(&mut self, name: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        let value = self.required(name)?;
        self.parse(name, value)
    }

    /// A word that may be absent.
    pub fn optional_word<T: FromStr>(&mut self, name: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        let value = self.take(name)?;
        self.parse(name, value)
    }

    /// A required name or id, read by `parse`.
    pub fn name<T, E: std::fmt::Display>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        let value = self.required(name)?;
        self.parse_with(name, value, parse)
    }

    /// A name or id that may be absent.
    pub fn optional_name<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.take(name)?;
        self.parse_with(name, value, parse)
    }

    /// A required moment.
    pub fn time(&mut self, name: &str) -> Option<Timestamp> {
        self.name(name, parse_time)
    }

    /// A moment that may be absent.
    pub fn optional_time(&mut self, name: &str) -> Option<Timestamp> {
        self.optional_name(name, parse_time)
    }

    /// A required whole number, read by `parse`.
    pub fn number<T, E: std::fmt::Display>(&mut self, name: &str, parse: impl Fn(i64) -> Result<T, E>) -> Option<T> {
        let value = self.required(name)?;
        self.parse_number(name, &value, parse)
    }

    /// A whole number that may be absent.
    pub fn optional_number<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        parse: impl Fn(i64) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.take(name)?;
        self.parse_number(name, &value, parse)
    }

    /// A name that may be absent, where `null` says "none": not the same as absent.
    pub fn nullable_name<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        match self.fields.remove(name)? {
            Value::Null => Some(None),
            value => self.parse_with(name, value, parse).map(Some),
        }
    }

    /// `true` or `false`; absent is `false`.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.take(name) {
            None => false,
            Some(Value::Bool(flag)) => flag,
            Some(_) => {
                self.fault(name, "must be true or false");
                false
            }
        }
    }

    /// A list of words that may be absent.
    pub fn names<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        most: usize,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let values = self.array(name, most)?;
        let mut names = Vec::new();
        for (i, value) in values.into_iter().enumerate() {
            if let Some(read) = self.parse_with(&format!("{name}/{i}"), value, &parse) {
                names.push(read);
            }
        }
        Some(names)
    }

    /// A required list of words, of which there is one at least.
    pub fn required_names<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        most: usize,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let value = self.required(name)?;
        if value.as_array().is_some_and(Vec::is_empty) {
            self.fault(name, "must have at least one item");
            return None;
        }
        self.fields.insert(name.to_owned(), value);
        self.names(name, most, parse)
    }

    /// A list of whole numbers that may be absent.
    pub fn numbers<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        most: usize,
        parse: impl Fn(i64) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let values = self.array(name, most)?;
        let mut numbers = Vec::new();
        for (i, value) in values.into_iter().enumerate() {
            numbers.extend(self.parse_number(&format!("{name}/{i}"), &value, &parse));
        }
        Some(numbers)
    }

    /// An object within the object that may be absent.
    pub fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        match self.take(name)? {
            Value::Object(fields) => self.within(format!("{}/{name}", self.pointer), fields, read),
            _ => {
                self.fault(name, "must be an object");
                None
            }
        }
    }

    /// A required object within the object.
    pub fn required_object<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let value = self.required(name)?;
        self.fields.insert(name.to_owned(), value);
        self.object(name, read)
    }

    /// A list of objects; absent is empty.
    pub fn objects<T>(&mut self, name: &str, most: usize, mut read: impl FnMut(&mut Self) -> Option<T>) -> Vec<T> {
        let mut items = Vec::new();
        for (i, value) in self.array(name, most).unwrap_or_default().into_iter().enumerate() {
            match value {
                Value::Object(fields) => {
                    let pointer = format!("{}/{name}/{i}", self.pointer);
                    items.extend(self.within(pointer, fields, &mut read));
                }
                _ => self.fault(&format!("{name}/{i}"), "must be an object"),
            }
        }
        items
    }

    /// A required field as it came.
    pub fn required(&mut self, name: &str) -> Option<Value> {
        let value = self.take(name);
        if value.is_none() {
            self.fault(name, "is required");
        }
        value
    }

    /// A field as it came; `null` is the same as absent.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    fn within<T>(
        &mut self,
        pointer: String,
        fields: Map<String, Value>,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let mut inner = Self::of(pointer, fields);
        let value = read(&mut inner);
        inner.refuse_rest();
        self.faults.append(&mut inner.faults);
        value
    }

    fn array(&mut self, name: &str, most: usize) -> Option<Vec<Value>> {
        match self.take(name)? {
            Value::Array(values) if values.len() <= most => Some(values),
            Value::Array(_) => {
                self.fault(name, format!("must have at most {most} items"));
                None
            }
            _ => {
                self.fault(name, "must be a list");
                None
            }
        }
    }

    fn check_text(&mut self, name: &str, value: Value, lines: Lines, chars_max: usize) -> Option<String> {
        let Value::String(value) = value else {
            self.fault(name, "must be a text");
            return None;
        };
        match text::check(&value, lines, chars_max) {
            Ok(()) => Some(value),
            Err(detail) => {
                self.fault(name, detail);
                None
            }
        }
    }

    fn parse<T: FromStr>(&mut self, name: &str, value: Value) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        self.parse_with(name, value, T::from_str)
    }

    fn parse_with<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        value: Value,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let Value::String(value) = value else {
            self.fault(name, "must be a text");
            return None;
        };
        match parse(&value) {
            Ok(value) => Some(value),
            Err(detail) => {
                self.fault(name, detail.to_string());
                None
            }
        }
    }

    fn parse_number<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        value: &Value,
        parse: impl Fn(i64) -> Result<T, E>,
    ) -> Option<T> {
        let Some(number) = value.as_i64() else {
            self.fault(name, "must be a whole number");
            return None;
        };
        match parse(number) {
            Ok(read) => Some(read),
            Err(detail) => {
                self.fault(name, detail.to_string());
                None
            }
        }
    }

    fn refuse_rest(&mut self) {
        let rest: Vec<String> = self.fields.keys().cloned().collect();
        for name in rest {
            self.fault(&escape(&name), "is not a field of this request");
        }
    }
}

/// RFC 6901: `~` and `/` within a name.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

pub fn parse_time(text: &str) -> Result<Timestamp, &'static str> {
    let time: Timestamp = text.parse().map_err(|_| "must be an RFC 3339 time, such as 2022-03-29T14:30:00Z")?;
    // What is stored and sent has milliseconds; a finer part is cut, never rounded into the future.
    Ok(Timestamp::from_millisecond(time.as_millisecond()).expect("a time that was read is within range"))
}
