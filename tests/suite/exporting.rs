//! The journal as an outsider checks and carries it.

use rusqlite::Connection;
use serde_json::Value;

use crate::harness::app::{App, CRISIS};
use crate::harness::binary::{outcome, vigie, vigie_into, vigie_reading};
use crate::harness::fold::{Fold, viewer};
use crate::harness::person::{address, changed, update};

use serde_json::json;
use tempfile::TempDir;
use vigie::domain::ids::CrisisId;
use vigie::domain::vocabulary::{Role, Tlp};
use vigie::journal::chain;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn journal(&self) -> String {
        format!("sqlite:{}", self.0.path().join("vigie.db").display())
    }

    /// Changes the file behind everybody's back, as somebody who owns the machine could.
    fn tamper(&self, sql: &str) {
        let connection = Connection::open(self.0.path().join("vigie.db")).expect("the file opens");
        let unguard = "drop trigger entry_is_never_changed; drop trigger entry_is_never_removed;";
        connection
            .execute_batch(&format!("{unguard} pragma foreign_keys = off; {sql}"))
            .expect("the file can be changed");
    }
}

/// A journal with updates, a correction and a withdrawal, made under keys.
async fn lived_in() -> Folder {
    let folder = Folder::new();
    let app = App::on(&folder.journal(), &[]).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let path = format!("/api/v1/crises/{CRISIS}/updates");
    let mut receipts = Vec::new();
    for n in 0..6 {
        let body = update("be-nccn", "cyber", "green", &format!("Line “{n}” — é\\\""));
        receipts.push(officer.post_with_key(&path, &format!("key {n}"), &body).await.must(201));
    }
    let correction =
        changed(update("be-nccn", "cyber", "green", "Corrected"), json!({ "supersedes": receipts[5]["id"] }));
    officer.post_update(&correction).await.must(201);
    officer.post(&format!("{}/withdraw", address(&receipts[2])), &json!({ "reason": "Wrong" })).await.must(201);
    app.stop().await;
    folder
}

fn export(folder: &Folder) -> Vec<u8> {
    let exported = vigie(&["export", "--journal", &folder.journal(), CRISIS]);
    assert_eq!(outcome(&exported), (Some(0), String::new()));
    exported.stdout
}

#[actix_web::test]
async fn an_exported_crisis_is_taken_in_elsewhere_with_its_chain_and_its_keys() {
    let (here, there) = (lived_in().await, Folder::new());
    let exported = export(&here);
    let text = String::from_utf8(exported.clone()).expect("UTF-8");
    let heading: Value = serde_json::from_str(text.lines().next().expect("a heading")).expect("NDJSON");
    assert_eq!(heading, json!({ "vigie_export": 1, "crisis": CRISIS, "entries": 9 }));
    assert_eq!(text.lines().count(), 10);

    let imported = vigie_reading(&exported, &["import", "--journal", &there.journal()]);
    assert_eq!(outcome(&imported).0, Some(0), "{}", outcome(&imported).1);
    assert_eq!(export(&there), exported, "the same bytes, the same hashes");
    assert!(vigie(&["verify", "--journal", &there.journal()]).status.success());
    let eyes = viewer("nl-ncc", Role::Viewer, Tlp::Clear);
    let picture = |fold: &Fold| {
        let mut picture = fold.through(&eyes);
        // Positions are sealed with a key and an epoch of each journal.
        picture["position"] = Value::Null;
        for line in picture["feed"].as_array_mut().expect("a feed") {
            line["position"] = Value::Null;
        }
        picture
    };
    let (from, to) = (Fold::of(&here.journal(), CRISIS).await, Fold::of(&there.journal(), CRISIS).await);
    assert_eq!(picture(&from), picture(&to));
    assert_ne!(
        from.through(&eyes)["position"],
        to.through(&eyes)["position"],
        "a new epoch: old positions mean nothing"
    );

    let again = vigie_reading(&exported, &["import", "--journal", &there.journal()]);
    assert_eq!(outcome(&again).0, Some(1), "a crisis is taken in once");

    let app = App::on(&there.journal(), &[]).await;
    let officer = app.officer("be-nccn").await;
    officer.post_update(&update("be-nccn", "cyber", "green", "Life goes on")).await.must(201);
    app.stop().await;
    assert!(vigie(&["verify", "--journal", &there.journal()]).status.success());
}

#[actix_web::test]
async fn an_export_that_was_changed_on_the_way_is_not_taken_in() {
    let here = lived_in().await;
    let text = String::from_utf8(export(&here)).expect("UTF-8");
    let lines: Vec<&str> = text.lines().collect();
    let without = |at: usize| {
        let mut lines = lines.clone();
        lines.remove(at);
        lines.join("\n")
    };
    let mut swapped = lines.clone();
    swapped.swap(3, 4);
    for changed in [
        text.replace("Corrected", "corrected"),
        text.replace("\"vigie_export\":1,\"crisis\":\"drill\"", "\"vigie_export\":1,\"crisis\":\"other\""),
        without(4),
        without(9),
        without(0),
        swapped.join("\n"),
        String::new(),
        text.replace("\"entries\":9", "\"entries\":9,\"more\":1"),
    ] {
        let there = Folder::new();
        let imported = vigie_reading(changed.as_bytes(), &["import", "--journal", &there.journal()]);
        assert_eq!(outcome(&imported).0, Some(1), "{}", outcome(&imported).1);
        let left = vigie(&["verify", "--journal", &there.journal()]);
        assert_eq!(String::from_utf8_lossy(&left.stdout), "", "nothing of it is left behind");
    }
}

#[actix_web::test]
async fn entries_are_guarded_against_change_and_verify_names_the_first_that_was_changed_anyway() {
    let guarded = lived_in().await;
    let connection = Connection::open(guarded.0.path().join("vigie.db")).expect("the file opens");
    connection.execute("update entry set stored = 'x' where seq = 4", []).expect_err("entries are never changed");
    connection.execute("delete from entry where seq = 9", []).expect_err("entries are never removed");
    drop(connection);
    let verified = vigie(&["verify", "--journal", &guarded.journal()]);
    assert_eq!(String::from_utf8_lossy(&verified.stdout), "drill: 9 entries, the chain holds\n");

    for (sql, broken) in [
        ("update entry set stored = replace(stored, 'Line', 'Lime') where seq = 4", "entry 4"),
        ("update entry set hash = zeroblob(32) where seq in (6, 8)", "entry 6"),
        ("delete from entry where seq = 3", "entry 3"),
        ("update entry set stored = (select stored from entry where seq = 2) where seq = 5", "entry 5"),
        ("update entry set stored = replace(stored, '\"v\":1', '\"v\":2') where seq = 1", "entry 1"),
    ] {
        let folder = lived_in().await;
        folder.tamper(sql);
        let (code, said) = outcome(&vigie(&["verify", "--journal", &folder.journal()]));
        assert_eq!(code, Some(3), "{sql}");
        assert!(said.contains(&format!("drill: the chain breaks at {broken}:")), "{said}");
    }
}

#[actix_web::test]
async fn an_export_that_cannot_be_written_whole_is_no_export() {
    let here = lived_in().await;
    let (code, said) = outcome(&vigie_into("/dev/full", &["export", "--journal", &here.journal(), CRISIS]));
    assert_eq!(code, Some(1), "a backup on a full disk is not called one");
    assert!(said.contains("standard output"), "{said}");
}

#[test]
fn a_journal_that_is_not_there_is_not_found_sound_nor_made_by_looking() {
    let folder = Folder::new();
    for arguments in [vec!["verify"], vec!["export", CRISIS]] {
        let mut arguments = arguments;
        let journal = folder.journal();
        arguments.extend(["--journal", &journal]);
        let (code, said) = outcome(&vigie(&arguments));
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("there is no journal"), "{said}");
        assert_eq!(std::fs::read_dir(folder.0.path()).expect("a folder").count(), 0);
    }
}

#[actix_web::test]
async fn an_export_that_does_not_begin_with_its_crisis_is_not_taken_in() {
    let here = lived_in().await;
    let text = String::from_utf8(export(&here)).expect("UTF-8");
    let second: Value = serde_json::from_str(text.lines().nth(2).expect("a second entry")).expect("NDJSON");
    // Anybody can chain what was never written: the chain holds, and there is no crisis in it.
    let stored = second["stored"].as_str().expect("bytes").replacen("\"seq\":2", "\"seq\":1", 1);
    let crisis = CrisisId::parse(CRISIS).expect("a slug");
    let hash = chain::link(&chain::genesis(&crisis), &stored);
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let heading = json!({ "vigie_export": 1, "crisis": CRISIS, "entries": 1 });
    let forged = format!("{heading}\n{}\n", json!({ "seq": 1, "hash": hash, "stored": stored }));
    let there = Folder::new();
    let (code, said) = outcome(&vigie_reading(forged.as_bytes(), &["import", "--journal", &there.journal()]));
    assert_eq!(code, Some(1), "a server would look for the beginning of it for ever");
    assert!(said.contains("opens its own crisis"), "{said}");
}

#[actix_web::test]
async fn what_a_damaged_entry_holds_and_where_it_stands_is_told_to_nobody() {
    let folder = Folder::new();
    let app = App::on(&folder.journal(), &[]).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let strict = json!({ "recipients": ["eu-ercc"] });
    officer.post_update(&changed(update("be-nccn", "cyber", "amber_strict", "Intrusion"), strict)).await.must(201);
    folder.tamper("update entry set stored = replace(stored, '\"headline\"', '\"zebra\"') where seq = 2");
    let stranger = app.officer("nl-ncc").await;
    let answer = stranger.get(&format!("/api/v1/crises/{CRISIS}/journal")).await;
    assert_eq!(answer.problem(503), [""; 0]);
    for hidden in ["zebra", "entry 2", "headline"] {
        assert!(!answer.text().contains(hidden), "{}", answer.text());
    }
    app.stop().await;
}
