//! The rules of the house that no compiler holds: who imports whom, what is said, how long, and where.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules by rank, as src/lib.rs declares them: each imports from its own rank or a lower one.
const RANKS: [&[&str]; 5] = [
    &["domain"],
    &[
        "accounts",
        "cache",
        "clock",
        "destinations",
        "doorbell",
        "health",
        "journal",
        "position",
        "settings",
        "telemetry",
    ],
    &["desk", "live", "opening", "outward", "pairing", "past", "reader", "relay", "sign_in", "timers"],
    &["http"],
    &["cli", "server"],
];
/// What the domain may use from outside: descriptions of data and rules of the calendar, no engine, no input or output.
const DOMAIN_CRATES: [&str; 9] = ["std", "serde", "jiff", "uuid", "thiserror", "imbl", "rrule", "crate", "super"];
/// What no part of the domain may touch, however it is spelled.
const NOT_IN_DOMAIN: [&str; 10] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::time",
    "std::io",
    "tokio",
    "tracing",
    "async fn",
    "SystemTime",
];
/// Lines of a file without its tests.
const LINES_MAX: usize = 600;
/// What may never be in a log: texts of updates and escalations, names, secrets.
const NEVER_LOGGED: [&str; 14] = [
    "headline", "body", "title", "reason", "note", "name", "token", "secret", "cookie", "password", "assignee",
    "position", "actor", "command",
];
/// Where code may pause, each for its own reason given there: in a simulation time is not the machine's.
const MAY_PAUSE: [&str; 4] =
    ["src/health.rs", "src/doorbell/redis.rs", "src/past/keeper.rs", "tests/suite/simulation/time.rs"];

struct Source {
    path: String,
    text: String,
    /// It is compiled for tests only.
    tests: bool,
}

impl Source {
    /// The code without the tests at its end; nothing, where the whole file is tests.
    fn code(&self) -> &str {
        if self.tests {
            return "";
        }
        self.text.split_once("#[cfg(test)]\nmod tests").map_or(&*self.text, |(code, _)| code)
    }

    /// The module directly below the crate's root.
    fn module(&self) -> Option<&str> {
        let inner = self.path.strip_prefix("src/")?;
        let first = inner.split('/').next()?;
        Some(first.strip_suffix(".rs").unwrap_or(first)).filter(|module| !["lib", "main"].contains(module))
    }

    /// Code lines with their numbers, without comments.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.code().lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    assert!(found.len() > 10, "the sources are in {folder}");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let declared: Vec<String> = found.iter().flat_map(test_modules).collect();
    for source in &mut found {
        source.tests = declared.contains(&source.path);
    }
    found
}

/// Paths of the modules that a file declares for tests only.
fn test_modules(source: &Source) -> Vec<String> {
    let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let declared = source.text.split("#[cfg(test)]\n").skip(1).filter_map(|rest| rest.lines().next());
    let names =
        declared.filter_map(|line| line.trim_start_matches("pub(crate) ").strip_prefix("mod ")?.strip_suffix(';'));
    names.map(|name| format!("{folder}/{name}.rs")).collect()
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            let path = path.strip_prefix(root()).expect("within").to_str().expect("UTF-8").to_owned();
            found.push(Source { path, text, tests: false });
        }
    }
}

fn rank(module: &str) -> usize {
    let rank = RANKS.iter().position(|modules| modules.contains(&module));
    rank.unwrap_or_else(|| panic!("{module} has no rank: give it one in src/lib.rs and here"))
}

fn fails(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
}

#[test]
fn the_ranks_here_are_those_of_the_library() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("the library");
    let mut declared: Vec<Vec<&str>> = Vec::new();
    let mut lines = lib.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("// Rank ") {
            let number = heading.split(':').next().expect("a number");
            assert_eq!(number, declared.len().to_string(), "ranks follow each other");
            declared.push(Vec::new());
        } else if let Some(module) = line.strip_prefix("pub mod ") {
            declared.last_mut().expect("every module stands under a rank").push(module.trim_end_matches(';'));
        } else if line == "#[cfg(test)]" {
            lines.next();
        }
    }
    assert_eq!(declared, RANKS.map(<[&str]>::to_vec).to_vec());
}

/// Every `crate::module` that a line names; of a braced list, each.
fn imports(line: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        if line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &line[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => {
                let listed = list.split([',', '}']).map(|one| word(one.trim()));
                found.extend(listed.filter(|one| !one.is_empty()));
            }
            None => found.push(word(rest)),
        }
    }
    found
}

#[test]
fn imports_go_down_the_ranks_only() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for source in sources("src") {
        let Some(module) = source.module().filter(|_| !source.tests) else { continue };
        let own = rank(module);
        for (at, line) in source.lines() {
            assert!(!line.trim_start().starts_with("use crate::{"), "{}:{at} imports one module a line", source.path);
            for imported in imports(line) {
                seen += 1;
                if rank(&imported) > own {
                    faults.push(format!("{}:{at} (rank {own}) imports {imported}", source.path));
                }
            }
        }
    }
    assert!(seen > 100, "{seen} imports were looked at");
    fails("imports against the ranks", &faults);
}

#[test]
fn the_domain_uses_data_types_and_no_engine() {
    let mut faults = Vec::new();
    for source in sources("src/domain") {
        for (at, line) in source.lines() {
            if let Some(path) = line.trim_start().strip_prefix("use ") {
                let first = path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                let local = path.starts_with("EscalationState as S");
                if !DOMAIN_CRATES.contains(&first) && !local {
                    faults.push(format!("{}:{at} uses {first}", source.path));
                }
            }
            for banned in NOT_IN_DOMAIN.iter().filter(|banned| line.contains(**banned)) {
                faults.push(format!("{}:{at} has {banned}", source.path));
            }
        }
    }
    fails("the domain is pure", &faults);
}

#[test]
fn only_the_composition_root_names_implementations() {
    let mut faults = Vec::new();
    let implementations = ["Memory", "Sqlite", "Redis", "Local"]
        .iter()
        .flat_map(|engine| ["Journal", "Accounts", "Cache", "Bell", "Snapshots"].map(|port| format!("{engine}{port}")));
    let implementations: Vec<String> = implementations.collect();
    let mut named_by_root = 0;
    for source in sources("src") {
        let module = source.module().unwrap_or_default();
        let own = ["journal", "accounts", "cache", "doorbell"].contains(&module);
        for (at, line) in source.lines().filter(|_| !own) {
            for name in implementations.iter().filter(|name| line.contains(name.as_str())) {
                if module == "server" {
                    named_by_root += 1;
                } else {
                    faults.push(format!("{}:{at} names {name}", source.path));
                }
            }
        }
    }
    assert!(named_by_root > 6);
    fails("implementations are named in server.rs only", &faults);
}

#[test]
fn every_file_begins_by_saying_what_it_is_for() {
    let mut faults = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests/suite")) {
        let first = source.text.lines().next().unwrap_or_default();
        let says = first.strip_prefix("//! ").is_some_and(|sentence| sentence.len() > 20);
        if !says {
            faults.push(format!("{} begins with {first:?}", source.path));
        }
    }
    fails("module documentation", &faults);
}

#[test]
fn files_stay_short() {
    let mut faults = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests/suite")) {
        let lines = source.code().lines().count();
        if lines > LINES_MAX {
            faults.push(format!("{} has {lines} lines without its tests", source.path));
        }
    }
    fails("files that do more than one thing", &faults);
}

/// The text between the parentheses that open here.
fn arguments(text: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return &text[..=at];
                }
            }
            _ => {}
        }
    }
    panic!("a call that does not end: {text}")
}

/// The words that a log call gives values to: all outside its message, and those within its braces.
fn logged(call: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in call.split('"').enumerate() {
        let parts: Vec<&str> = if place % 2 == 0 {
            vec![part]
        } else {
            part.split('{').skip(1).filter_map(|held| held.split('}').next()).collect()
        };
        for part in parts {
            let found = part.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
            words.extend(found.map(str::to_owned));
        }
    }
    words
}

#[test]
fn logs_never_hold_texts_names_or_tokens() {
    let mut faults = Vec::new();
    let mut calls = 0;
    for source in sources("src") {
        let code = source.code();
        for level in ["trace!", "debug!", "info!", "warn!", "error!"] {
            for (at, _) in code.match_indices(&format!("tracing::{level}(")) {
                calls += 1;
                let start = at + "tracing::".len() + level.len();
                let call = arguments(&code[start..]);
                for word in logged(call) {
                    if NEVER_LOGGED.contains(&word.as_str()) {
                        let line = code[..at].lines().count();
                        faults.push(format!("{}:{line} logs {word}", source.path));
                    }
                }
            }
            assert!(
                !code.contains(&format!("use tracing::{}", level.trim_end_matches('!'))),
                "logs are written tracing::…"
            );
        }
    }
    assert!(calls > 10, "{calls} log calls were looked at");
    fails("what may never be logged", &faults);
}

#[test]
fn what_is_logged_is_found_in_messages_and_fields() {
    let call =
        arguments(r#"(crisis.id = %head.crisis, error = %chain(&error), "it ({headline}) ended: {}", body); x()"#);
    let words = logged(call);
    for word in ["headline", "body", "crisis", "error"] {
        assert!(words.iter().any(|found| found == word), "{word} in {words:?}");
    }
    assert!(!words.iter().any(|word| ["ended", "x"].contains(&word.as_str())), "{words:?}");
}

#[test]
fn every_setting_says_what_it_means() {
    let defaults = fs::read_to_string(root().join("config/default.toml")).expect("the defaults");
    let mut faults = Vec::new();
    let mut keys = 0;
    let mut section = "";
    let mut lists: BTreeMap<&str, bool> = BTreeMap::new();
    let mut explained = false;
    for line in defaults.lines() {
        if let Some(list) = line.strip_prefix("[[") {
            section = "";
            // The paragraph before the first of a list explains all of them.
            lists.entry(list).or_insert(explained);
        } else if let Some(table) = line.strip_prefix('[') {
            section = table.trim_end_matches(']');
            explained = false;
        } else if line.starts_with('#') {
            explained = true;
        } else if let Some((key, _)) = line.split_once(" = ").filter(|_| !section.is_empty()) {
            keys += 1;
            if !explained {
                faults.push(format!("{section}.{key}"));
            }
            explained = false;
        }
    }
    faults.extend(lists.iter().filter(|(_, explained)| !**explained).map(|(list, _)| format!("[[{list}")));
    assert!(keys >= 20 && lists.len() == 4, "{keys} keys, {lists:?}");
    fails("settings without a comment of their own", &faults);
}

#[test]
fn nothing_waits_for_a_time_where_it_could_wait_for_a_condition() {
    let mut faults = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests/suite")) {
        let pauses = MAY_PAUSE.contains(&source.path.as_str()) || source.path.starts_with("src/cli/");
        let itself = ["tests/suite/tidy.rs", "tests/suite/harness/mod.rs"].contains(&source.path.as_str());
        for (at, line) in source.lines().filter(|_| !itself) {
            if line.contains("sleep(") && !pauses {
                faults.push(format!("{}:{at} sleeps", source.path));
            }
            if line.contains("#[ignore") {
                faults.push(format!("{}:{at} is left out", source.path));
            }
        }
    }
    fails("waiting", &faults);
}

#[test]
fn exceptions_to_lints_give_their_reason() {
    let mut faults = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests/suite")).filter(|s| !s.path.ends_with("tidy.rs")) {
        for (at, line) in source.text.lines().enumerate() {
            let line = line.trim_start();
            if line.starts_with("#[allow(") || line.starts_with("#![allow(") {
                faults.push(format!("{}:{} allows", source.path, at + 1));
            }
            if line.starts_with("#[expect(") && !line.contains("reason = ") && !source.text.contains("reason = ") {
                faults.push(format!("{}:{} gives no reason", source.path, at + 1));
            }
        }
    }
    fails("exceptions", &faults);
}
