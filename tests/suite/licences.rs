//! Every package that is compiled in has a licence that deny.toml allows. The list is cargo-deny's;
//! this reads it without cargo-deny, which takes longer to build than Vigie.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// A licence expression (SPDX), read from left to right.
struct Expression<'a> {
    words: Vec<&'a str>,
    allowed: &'a BTreeSet<String>,
    named: BTreeSet<String>,
}

impl Expression<'_> {
    /// `A OR B`: one allowed choice is enough. Older packages write `/`.
    fn any(&mut self) -> bool {
        let mut holds = self.all();
        while self.take(&["OR", "/"]) {
            holds |= self.all();
        }
        holds
    }

    fn all(&mut self) -> bool {
        let mut holds = self.one();
        while self.take(&["AND"]) {
            holds &= self.one();
        }
        holds
    }

    fn one(&mut self) -> bool {
        if self.take(&["("]) {
            let holds = self.any();
            assert!(self.take(&[")"]), "a parenthesis is open");
            return holds;
        }
        assert!(!self.words.is_empty(), "a licence is missing");
        let mut licence = self.words.remove(0).trim_end_matches('+').to_owned();
        if self.take(&["WITH"]) {
            licence = format!("{licence} WITH {}", self.words.remove(0));
        }
        let holds = self.allowed.contains(&licence);
        self.named.insert(licence);
        holds
    }

    fn take(&mut self, wanted: &[&str]) -> bool {
        let found = self.words.first().is_some_and(|word| wanted.contains(word));
        if found {
            self.words.remove(0);
        }
        found
    }
}

/// Whether an expression can be satisfied, and which licences it names.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> (bool, BTreeSet<String>) {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " / ");
    let mut expression = Expression { words: spaced.split_whitespace().collect(), allowed, named: BTreeSet::new() };
    let holds = expression.any();
    assert!(expression.words.is_empty(), "{spaced} is no licence expression");
    (holds, expression.named)
}

#[test]
fn an_expression_holds_when_one_of_its_choices_is_allowed_whole() {
    let allowed = ["MIT", "Zlib"].map(str::to_owned).into();
    for (expression, holds) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("GPL-3.0-only OR MIT", true),
        ("GPL-3.0-only/MIT", true),
        ("GPL-3.0-only AND MIT", false),
        ("(GPL-3.0-only OR MIT) AND Zlib", true),
        ("MIT WITH Some-exception", false),
        ("Zlib+", true),
    ] {
        assert_eq!(satisfied(expression, &allowed).0, holds, "{expression}");
    }
}

#[test]
fn every_package_has_an_allowed_licence_and_every_allowed_licence_a_package() {
    let deny: toml::Table = include_str!("../../deny.toml").parse().expect("deny.toml is TOML");
    let list = deny["licenses"]["allow"].as_array().expect("a list");
    let allowed: BTreeSet<String> = list.iter().filter_map(|licence| Some(licence.as_str()?.to_owned())).collect();
    let asked = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", "host-tuple"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .output()
        .expect("cargo runs");
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let metadata: Value = serde_json::from_slice(&asked.stdout).expect("cargo answers in JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "{} packages", packages.len());
    let (mut refused, mut named) = (Vec::new(), BTreeSet::new());
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("NONE");
        let (holds, licences) = satisfied(licence, &allowed);
        named.extend(licences);
        if !holds {
            refused.push(format!("{} {}: {licence}", package["name"], package["version"]));
        }
    }
    assert!(refused.is_empty(), "not allowed: {refused:#?}");
    let idle: Vec<_> = allowed.difference(&named).collect();
    assert!(idle.is_empty(), "nothing has these licences: {idle:?}");
}
