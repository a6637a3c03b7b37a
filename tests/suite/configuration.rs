//! Settings, tokens and the command line, as an operator meets them.

use std::net::TcpListener;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::app::CRISIS;
use crate::harness::binary::{Process, outcome, token, vigie, vigie_with};
use crate::harness::person::{Person, headline};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn written(folder: &Path, toml: &str) -> String {
    let path = folder.join("overlay.toml");
    std::fs::write(&path, toml).expect("the folder is ours");
    path.to_str().expect("a path in UTF-8").to_owned()
}

fn journal_in(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("vigie.db").display())
}

#[test]
fn check_config_prints_what_is_in_force_and_where_each_value_came_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let overlay = written(
        folder.path(),
        "[live]\nbeat_seconds = 4\nframes_kept = 10\n[redis]\nurl = \"redis://me:secret@127.0.0.1:1\"\n",
    );
    let environment = [("VIGIE__LIVE__BEAT_SECONDS", "3"), ("VIGIE__SERVER__LISTEN", "127.0.0.1:1")];
    let arguments = ["check-config", "--config", &overlay, "--listen", "127.0.0.1:2"];
    let printed = vigie_with(&environment, &arguments);
    assert_eq!(outcome(&printed).0, Some(0), "{}", outcome(&printed).1);
    let printed = text(&printed.stdout);
    for line in [
        "server.listen = \"127.0.0.1:2\"    # flag --listen".to_owned(),
        "live.beat_seconds = 3    # environment VIGIE__LIVE__BEAT_SECONDS".to_owned(),
        format!("live.frames_kept = 10    # {overlay}"),
        format!("redis.url = \"redis://me:***@127.0.0.1:1\"    # {overlay}"),
        "limits.inbox = 4096    # default".to_owned(),
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line} in\n{printed}");
    }
    assert!(!printed.contains("secret"));
}

#[test]
fn an_unknown_key_or_a_value_out_of_bounds_refuses_to_start_and_says_which_and_where() {
    let folder = tempfile::tempdir().expect("a folder");
    for (toml, named) in [
        ("[server]\ncolour = \"red\"\n", "server.colour"),
        ("[colours]\nwall = \"red\"\n", "colours"),
        ("wall = 1\n", "wall"),
        ("[live]\nbeat_seconds = 0\n", "live.beat_seconds"),
        ("[server]\ntrusted_proxies = [\"somebody\"]\n", "trusted_proxies"),
        ("[live]\nbeat_seconds = \"often\"\n", "beat_seconds"),
        ("[limits]\nbody_bytes = 65537\n", "limits.body_bytes"),
        ("not toml", "overlay.toml"),
    ] {
        let overlay = written(folder.path(), toml);
        for command in ["check-config", "serve"] {
            let (code, said) = outcome(&vigie(&[command, "--config", &overlay]));
            assert_eq!(code, Some(2), "{command} {toml}");
            assert!(said.contains(named), "{named} in {said}");
        }
    }
    let (code, said) = outcome(&vigie_with(&[("VIGIE__SERVER__COLOUR", "red")], &["check-config"]));
    assert_eq!(code, Some(2));
    assert!(said.contains("VIGIE__SERVER__COLOUR") && said.contains("server.colour"), "{said}");
    let (code, _) = outcome(&vigie(&["check-config", "--config", "/nowhere/vigie.toml"]));
    assert_eq!(code, Some(2));
}

#[test]
fn exit_codes_are_as_documented() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = journal_in(folder.path());
    let none = format!("{journal}.none");
    token(&journal, "be-nccn", "viewer");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = taken.local_addr().expect("an address").to_string();
    for (arguments, code) in [
        (vec!["verify", "--journal", &journal], 0),
        (vec!["verify", "--journal", &none], 1),
        (vec!["--version"], 0),
        (vec!["serve", "--journal", &journal, "--listen", &taken], 1),
        (vec!["serve", "--journal", "sqlite:/proc/no/such/place.db"], 1),
        (vec!["export", "--journal", &journal, "none"], 1),
        (
            vec![
                "post",
                "--server",
                &format!("http://{taken}"),
                "--token",
                "x",
                "--crisis",
                "y",
                "--centre",
                "z",
                "--sector",
                "cyber",
                "--severity",
                "minor",
                "--tlp",
                "green",
                "Lost",
            ],
            1,
        ),
        (vec!["serve", "--colour", "red"], 2),
        (vec!["sing"], 2),
        (vec!["token", "create", "--journal", &journal, "--centre", "xx-ncc", "--role", "viewer"], 2),
        (vec!["token", "create", "--journal", &journal, "--centre", "be-nccn", "--role", "king"], 2),
        (
            vec![
                "token",
                "create",
                "--journal",
                &journal,
                "--centre",
                "be-nccn",
                "--role",
                "wall_device",
                "--ceiling",
                "red",
            ],
            2,
        ),
        (
            vec![
                "token",
                "create",
                "--journal",
                &journal,
                "--centre",
                "be-nccn",
                "--role",
                "viewer",
                "--expires",
                "soon",
            ],
            2,
        ),
    ] {
        // The one that would listen on a taken port is not to wait for a free one.
        let output = vigie(&arguments);
        assert_eq!(outcome(&output).0, Some(code), "{arguments:?}: {}", outcome(&output).1);
    }
}

#[actix_web::test]
async fn port_0_works_and_the_real_address_is_one_json_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Process::serve("127.0.0.1:0", &journal_in(folder.path()), &[]);
    assert!(process.base.starts_with("http://127.0.0.1:") && !process.base.ends_with(":0"), "{}", process.base);
    Person::new(&process.base, "").get("/healthz").await.must(200);
    assert_eq!(process.terminate(), Some(0));
}

#[test]
fn a_token_is_shown_once_stored_hashed_listed_without_its_secret_and_can_be_revoked() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = journal_in(folder.path());
    let made = vigie(&[
        "token",
        "create",
        "--journal",
        &journal,
        "--centre",
        "be-nccn",
        "--role",
        "duty_officer",
        "--name",
        "Duty officer",
        "--expires",
        "30d",
        "--json",
    ]);
    let made: Value = serde_json::from_slice(&made.stdout).expect("one JSON object");
    let (id, secret) = (made["id"].as_str().expect("an id"), made["token"].as_str().expect("a token"));
    assert!(secret.starts_with("vigie_") && secret.len() > 40);
    for file in std::fs::read_dir(folder.path()).expect("the folder is ours") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("a file");
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "the secret is on disk");
    }
    let listed = text(&vigie(&["token", "list", "--journal", &journal]).stdout);
    assert!(listed.contains(id) && listed.contains("duty_officer") && !listed.contains(secret), "{listed}");
    assert_eq!(vigie(&["token", "revoke", "--journal", &journal, id]).status.code(), Some(0));
    assert!(text(&vigie(&["token", "list", "--journal", &journal]).stdout).contains("revoked"));
    let nobody = "0190a5a0-0000-7000-8000-000000000000";
    assert_eq!(vigie(&["token", "revoke", "--journal", &journal, nobody]).status.code(), Some(1));
    assert_eq!(vigie(&["token", "revoke", "--journal", &journal, "x"]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn the_journal_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    token(&journal_in(folder.path()), "be-nccn", "viewer");
    let mode = std::fs::metadata(folder.path().join("vigie.db")).expect("the journal").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[actix_web::test]
async fn the_command_line_posts_and_is_told_why_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = journal_in(folder.path());
    let process = Process::serve("127.0.0.1:0", &journal, &[]);
    let coordinator = Person::new(&process.base, &token(&journal, "eu-ercc", "coordinator"));
    let crisis = json!({ "slug": CRISIS, "name": "A drill", "environment": "test" });
    coordinator.post("/api/v1/crises", &crisis).await.must(201);
    let secret = token(&journal, "be-nccn", "duty_officer");
    let post = |centre: &str| {
        vigie_with(
            &[("VIGIE_TOKEN", &secret)],
            &[
                "post",
                "--server",
                &process.base,
                "--crisis",
                CRISIS,
                "--centre",
                centre,
                "--sector",
                "cyber",
                "--severity",
                "minor",
                "--tlp",
                "green",
                "From a terminal",
            ],
        )
    };
    let posted = post("be-nccn");
    assert_eq!(outcome(&posted).0, Some(0), "{}", outcome(&posted).1);
    let receipt: Value = serde_json::from_slice(&posted.stdout).expect("the receipt");
    let picture = coordinator.picture().await;
    assert_eq!(picture["position"], receipt["position"]);
    assert_eq!(headline(&picture, "be-nccn", "cyber").as_deref(), Some("From a terminal"));
    let (code, said) = outcome(&post("nl-ncc"));
    assert_eq!(code, Some(1));
    assert!(said.contains("403") && !said.contains(&secret), "{said}");
}

#[test]
fn what_is_no_text_in_the_environment_of_others_is_not_ours_to_read() {
    use std::os::unix::ffi::OsStrExt;
    let foreign = std::ffi::OsStr::from_bytes(b"\xff");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vigie"));
    let with = |command: &mut std::process::Command, name: &str| {
        outcome(&command.env_clear().env(name, foreign).arg("check-config").output().expect("vigie runs"))
    };
    assert_eq!(with(&mut command, "SOMEBODY_ELSES").0, Some(0));
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vigie"));
    let (code, said) = with(&mut command, "VIGIE__LOG__LEVEL");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("VIGIE__LOG__LEVEL"), "{said}");
}
