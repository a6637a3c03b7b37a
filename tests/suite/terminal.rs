//! Posting and following from a terminal, also beyond what befalls the server and the line.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};

use serde_json::{Value, json};

use crate::harness::PATIENCE;
use crate::harness::app::CRISIS;
use crate::harness::binary::{Process, outcome, vigie, vigie_with};
use crate::harness::person::{Person, address, cell, update};
use crate::harness::scene::Scene;

impl Scene {
    /// The same server, at the same address.
    fn start_again(&mut self) {
        let listen = self.process.base.strip_prefix("http://").expect("an address").to_owned();
        self.process = Process::serve(&listen, &self.journal, &[]);
    }

    async fn post(&self, headline: &str) {
        // A new connection each time: those of before do not outlive the server.
        let officer = Person::new(&self.process.base, &self.officer.token);
        officer.post_update(&update("be-nccn", "cyber", "green", headline)).await.must(201);
    }

    fn post_from_terminal(&self, more: &[&str]) -> std::process::Output {
        let place = ["post", "--server", &self.process.base, "--crisis", CRISIS, "--centre", "be-nccn"];
        vigie_with(&[("VIGIE_TOKEN", &self.officer.token)], &[&place, more].concat())
    }
}

/// `vigie tail` as a process.
struct Tail {
    child: Child,
    lines: Receiver<String>,
    said: Receiver<String>,
    heard: Vec<String>,
}

impl Tail {
    fn of(base: &str, secret: &str, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vigie"))
            .args(["tail", "--server", base, "--crisis", CRISIS])
            .args(more)
            .env("VIGIE_TOKEN", secret)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("vigie starts");
        let lines = read(child.stdout.take().expect("piped"));
        let said = read(child.stderr.take().expect("piped"));
        Self { child, lines, said, heard: Vec::new() }
    }

    /// Waits for a line with these words.
    fn hears(&mut self, words: &str) {
        while !self.heard.last().is_some_and(|line| line.contains(words)) {
            let line = self.lines.recv_timeout(PATIENCE);
            self.heard.push(line.unwrap_or_else(|_| panic!("waited in vain for {words}: {:?}", self.heard)));
        }
    }

    /// Waits until it says this on standard error.
    fn says(&self, words: &str) {
        while !self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("waited in vain for {words}")).contains(words)
        {
        }
    }

    /// What was printed of updates, each by the last word of its headline.
    fn updates(&self) -> Vec<&str> {
        let posted = self.heard.iter().filter(|line| line.contains("cyber moderate"));
        posted.filter_map(|line| line.rsplit(' ').next()).collect()
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (lines, read) = mpsc::channel();
    std::thread::spawn(move || {
        BufReader::new(pipe).lines().map_while(Result::ok).try_for_each(|line| lines.send(line))
    });
    read
}

#[actix_web::test]
async fn whoever_follows_comes_back_by_itself_hears_everything_once_and_stops_when_revoked() {
    let mut scene = Scene::set().await;
    let made =
        vigie(&["token", "create", "--journal", &scene.journal, "--centre", "be-nccn", "--role", "viewer", "--json"]);
    let made: Value = serde_json::from_slice(&made.stdout).expect("one JSON object");
    let word = |name: &str| made[name].as_str().expect("a word");
    scene.post("Update one").await;
    let mut tail = Tail::of(&scene.process.base, word("token"), &[]);
    tail.hears("one");
    scene.post("Update two").await;
    tail.hears("two");

    // Killed: what is posted before it is back is told by the picture, which lists the others again.
    scene.process.kill();
    tail.says("not live");
    scene.start_again();
    scene.post("Update three").await;
    tail.hears("three");
    tail.says("live again");
    // Restarted in order, and nothing happened: it resumes where it was.
    assert_eq!(scene.process.terminate(), Some(0));
    tail.says("restarting, resume");
    scene.start_again();
    tail.says("live again");
    scene.post("Update four").await;
    tail.hears("four");
    assert_eq!(tail.updates(), ["one", "two", "three", "four"]);

    assert!(vigie(&["token", "revoke", "--journal", &scene.journal, word("id")]).status.success());
    tail.says("vigie: the server closed the stream: revoked");
    assert_eq!(tail.child.wait().expect("it ends").code(), Some(1));
}

#[actix_web::test]
async fn a_line_that_is_silent_is_given_up_and_taken_up_again() {
    let scene = Scene::set().await;
    let mut tail = Tail::of(&scene.process.base, &scene.officer.token, &["--frames"]);
    scene.post("Update one").await;
    tail.hears("one");
    scene.process.signal("-STOP");
    tail.says("nothing was heard for 12 s");
    scene.process.signal("-CONT");
    scene.post("Update two").await;
    tail.hears("two");
    let snapshots = tail.heard.iter().filter(|line| line.contains("\"type\":\"snapshot\"")).count();
    assert_eq!(snapshots, 1, "it went on from where it stood");
}

#[test]
fn whoever_cannot_begin_to_follow_is_told_at_once() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|taken| taken.local_addr()).expect("a port");
    let nobody = vigie(&["tail", "--server", &format!("http://{free}"), "--crisis", CRISIS, "--token", "x"]);
    assert_eq!(outcome(&nobody).0, Some(1), "{}", outcome(&nobody).1);
}

#[actix_web::test]
async fn whoever_is_refused_is_told_so_and_does_not_try_again() {
    let scene = Scene::set().await;
    let refused = vigie(&["tail", "--server", &scene.process.base, "--crisis", CRISIS, "--token", "x"]);
    let (code, said) = outcome(&refused);
    assert_eq!(code, Some(1));
    assert!(said.contains("401"), "{said}");
}

#[actix_web::test]
async fn everything_that_an_update_may_say_can_be_said_from_a_terminal() {
    let scene = Scene::set().await;
    let first = scene.post_from_terminal(&["--sector", "cyber", "--severity", "minor", "--tlp", "green", "First"]);
    let first: Value = serde_json::from_slice(&first.stdout).expect("the receipt");
    let id = first["id"].as_str().expect("an id");
    let (valid_until, source) = (crate::harness::in_seconds(3_600), "B2");
    let said = scene.post_from_terminal(&[
        "--sector",
        "cyber",
        "--severity",
        "severe",
        "--tlp",
        "amber",
        "--supersedes",
        id,
        "--lang",
        "fr-BE",
        "--valid-until",
        &valid_until,
        "--source",
        source,
        "--area",
        "BE",
        "--area",
        "BE10",
        "--reading",
        "border_crossings_in=1200",
        "--reading",
        "reception_places_free=not_available",
        "Deuxième",
    ]);
    assert_eq!(outcome(&said).0, Some(0), "{}", outcome(&said).1);
    let receipt: Value = serde_json::from_slice(&said.stdout).expect("the receipt");
    let shown = scene.officer.get(&address(&receipt)).await.must(200);
    for (name, value) in [
        ("supersedes", json!(id)),
        ("lang", json!("fr-BE")),
        ("valid_until", json!(valid_until)),
        ("source", json!({ "reliability": "B", "credibility": "2" })),
        ("areas", json!(["BE", "BE10"])),
    ] {
        assert_eq!(shown[name], value, "{name} in {shown}");
    }
    let readings: Vec<(&Value, &Value)> = shown["readings"]
        .as_array()
        .expect("readings")
        .iter()
        .map(|reading| (&reading["indicator"], &reading["value"]))
        .collect();
    assert_eq!(
        readings,
        [(&json!("border_crossings_in"), &json!(1200)), (&json!("reception_places_free"), &json!("not_available"))]
    );

    let nil = scene.post_from_terminal(&["--sector", "displacement", "--tlp", "green", "--nil"]);
    assert_eq!(outcome(&nil).0, Some(0), "{}", outcome(&nil).1);
    let picture = scene.officer.picture().await;
    let shown = &cell(&picture, "be-nccn", "displacement").expect("a cell")["update"];
    assert_eq!((&shown["nil"], &shown["severity"]), (&json!(true), &json!("unknown")));

    for (wrong, named) in [
        (vec!["--sector", "cyber", "--tlp", "green", "No severity"], "--severity"),
        (vec!["--sector", "cyber", "--tlp", "green", "--severity", "minor"], "HEADLINE"),
        (vec!["--sector", "cyber", "--tlp", "green", "--nil", "--source", "G1"], "--source"),
        (vec!["--sector", "cyber", "--tlp", "green", "--nil", "--source", "é"], "--source"),
        (vec!["--sector", "cyber", "--tlp", "green", "--nil", "--reading", "persons"], "--reading"),
    ] {
        let (code, said) = outcome(&scene.post_from_terminal(&wrong));
        assert_eq!(code, Some(2), "{wrong:?}: {said}");
        assert!(said.contains(named), "{said}");
    }
    let unknown = ["--sector", "cyber", "--tlp", "green", "--nil", "--reading", "unicorns=1"];
    let (code, said) = outcome(&scene.post_from_terminal(&unknown));
    assert_eq!(code, Some(1));
    assert!(said.contains("/readings/0/indicator"), "{said}");
}
