//! Logs say what happened and never what was said, by whom, or with which secret: at the most talkative level.

use std::fs::{self, File};

use serde_json::json;

use crate::harness::app::CRISIS;
use crate::harness::binary::{Process, token};
use crate::harness::person::{Person, changed, update};
use crate::harness::{in_seconds, now};

/// Nothing that is sent holds this but as what must not be logged.
const SAID: &str = "Xylophon";

#[actix_web::test]
async fn the_log_of_a_full_run_holds_no_text_no_name_and_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let (config, log) = (folder.path().join("overlay.toml"), folder.path().join("log"));
    fs::write(&config, "[log]\nlevel = \"trace\"\n").expect("it is written");
    let config = config.display().to_string();
    let to = File::create(&log).expect("a file").into();
    let mut process = Process::serve_logging("127.0.0.1:0", &journal, &["--config", &config], to);
    let tokens: Vec<String> = [("eu-ercc", "coordinator"), ("be-nccn", "duty_officer"), ("be-nccn", "centre_lead")]
        .map(|(centre, role)| token(&journal, centre, role))
        .into();
    let [coordinator, officer, lead] = [0, 1, 2].map(|n: usize| Person::new(&process.base, &tokens[n]));
    let path = |rest: &str| format!("/api/v1/crises/{CRISIS}{rest}");

    let crisis = json!({ "slug": CRISIS, "name": SAID, "environment": "test" });
    coordinator.post("/api/v1/crises", &crisis).await.must(201);
    let mut wall = officer.listen(None).await;
    let said = changed(update("be-nccn", "cyber", "amber", SAID), json!({ "body": SAID, "source": null }));
    let posted = officer.post_update(&said).await.must(201)["id"].as_str().expect("an id").to_owned();
    wall.until("the update", |wall| wall.headline("be-nccn", "cyber").as_deref() == Some(SAID)).await;
    officer.post_update(&changed(said.clone(), json!({ "tlp": SAID }))).await.problem(422);
    let broken = format!("{{\"headline\": \"{SAID}\"");
    let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "a-key")];
    officer.ask(awc::http::Method::POST, &path("/updates"), &headers, broken.into_bytes()).await.problem(400);
    let asked = coordinator.post(&path(&format!("/updates/{posted}/queries")), &json!({ "question": SAID })).await;
    let query = asked.must(201)["id"].as_str().expect("an id").to_owned();
    officer.post(&path(&format!("/queries/{query}/answer")), &json!({ "answer": SAID })).await.must(201);
    let raise = json!({
        "title": SAID, "reason": SAID, "level": "watch", "severity": "severe", "asked_of": "eu-ercc", "tlp": "green",
    });
    let raised = officer.post(&path("/escalations"), &raise).await.must(201)["id"].as_str().expect("an id").to_owned();
    let cannot = json!({ "answer": "cannot", "note": SAID });
    coordinator.post(&path(&format!("/escalations/{raised}/acknowledge")), &cannot).await.must(201);
    let entry = json!({ "kind": "fact", "text": SAID, "event_time": now(), "tlp": "amber" });
    officer.post(&path("/log"), &entry).await.must(201);
    let shift = json!({ "from": in_seconds(-3_600), "to": now() });
    let offered =
        officer.post(&path("/handovers"), &json!({ "shift": shift, "notes": SAID, "watch_items": [SAID] })).await;
    let handover = offered.must(201)["id"].as_str().expect("an id").to_owned();
    lead.post(&path(&format!("/handovers/{handover}/sign")), &json!({ "note": SAID })).await.must(201);
    let nobody = Person::new(&process.base, "");
    let session = nobody.post("/api/v1/session", &json!({ "token": tokens[1] })).await;
    session.must(201);
    let cookie = session.header("set-cookie");
    let secret = cookie.split(['=', ';']).nth(1).expect("a session").to_owned();
    let made_up = format!("vigie_{SAID}");
    nobody.post("/api/v1/session", &json!({ "token": made_up })).await.problem(401);
    Person::new(&process.base, &made_up).get(&path("/picture")).await.problem(401);
    assert_eq!(process.terminate(), Some(0));

    let log = fs::read_to_string(&log).expect("a log");
    assert!(log.contains("TRACE") && log.contains("the crisis is open here"), "it is talkative: {log}");
    assert!(secret.len() > 16, "{cookie}");
    let hidden = [SAID, "duty officer", &secret].into_iter().chain(tokens.iter().map(String::as_str));
    for hidden in hidden {
        let line = log.lines().find(|line| line.contains(hidden));
        assert_eq!(line, None, "a line of the log holds {hidden}");
    }
}
