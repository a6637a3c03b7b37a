//! What operators are given, used as they use it: real proxies before two servers, dashboards and alerts that name what
//! is there.

use std::collections::BTreeSet;

use awc::http::Method;
use serde_json::{Value, json};
use vigie::domain::vocabulary::{Role, Tlp};
use vigie::settings::{Layers, SettingsError};

use crate::harness::app::{App, CRISIS, metric};
use crate::harness::binary::{Process, token, vigie};
use crate::harness::eventually;
use crate::harness::fold::{Fold, viewer};
use crate::harness::person::{Person, update};
use crate::harness::proxy::{Kind, Proxy, free_port};
use crate::harness::wall::{Wall, things};

const POSTS: usize = 60;

#[actix_web::test]
async fn behind_nginx_posts_and_walls_go_on_while_one_server_is_stopped_and_the_other_killed() {
    go_on_behind(Kind::Nginx).await;
}

#[actix_web::test]
async fn behind_haproxy_posts_and_walls_go_on_while_one_server_is_stopped_and_the_other_killed() {
    go_on_behind(Kind::Haproxy).await;
}

async fn go_on_behind(kind: Kind) {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let addresses = [free_port(), free_port()].map(|port| format!("127.0.0.1:{port}"));
    let mut one = Process::serve(&addresses[0], &journal, &[]);
    let mut two = Process::serve(&addresses[1], &journal, &[]);
    let proxy = Proxy::start(kind, [&addresses[0], &addresses[1]]);
    let nobody = Person::new(&proxy.base, "");
    let ready = async || nobody.try_ask(Method::GET, "/sign-in", &[], Vec::new()).await.filter(|it| it.status == 200);
    eventually("the proxy and the servers behind it answer", ready).await;
    for path in ["/metrics", "/healthz", "/readyz"] {
        assert_eq!(nobody.get(path).await.status, 404, "{path} is not for everybody");
        assert_eq!(nobody.at(&one.base).get(path).await.status, 200, "{path} is for the machine itself");
    }

    let coordinator = Person::new(&proxy.base, &token(&journal, "eu-ercc", "coordinator"));
    let crisis = json!({ "slug": CRISIS, "name": "A drill", "environment": "test" });
    coordinator.post("/api/v1/crises", &crisis).await.must(201);
    let officer = Person::new(&proxy.base, &token(&journal, "be-nccn", "duty_officer"));
    let begun = eventually("a wall begins", async || Wall::listen(&proxy.base, &officer.token, CRISIS, None).await);
    let wall = begun.await;

    let watching = async {
        let (mut wall, mut returns) = (wall, 0);
        let last = Some(format!("Number {}", POSTS - 1));
        while wall.headline("be-nccn", "cyber") != last {
            while wall.headline("be-nccn", "cyber") != last && wall.next().await {}
            if wall.headline("be-nccn", "cyber") != last {
                returns += 1;
                let mut waiting = Some(wall);
                wall = eventually("the wall comes back", async || {
                    let back = waiting.take()?.resume(&proxy.base, &officer.token, CRISIS).await;
                    back.map_err(|still| waiting = Some(still)).ok()
                })
                .await;
            }
        }
        (wall, returns)
    };
    let posting = async {
        let mut ids = Vec::new();
        for n in 0..POSTS {
            if n == POSTS / 3 {
                let address = addresses[0].clone();
                let journal = journal.clone();
                let restarting = move || {
                    assert_eq!(one.terminate(), Some(0));
                    Process::serve(&address, &journal, &[])
                };
                one = tokio::task::spawn_blocking(restarting).await.expect("it is restarted");
            }
            if n == POSTS * 2 / 3 {
                two.kill();
            }
            let body = update("be-nccn", "cyber", "green", &format!("Number {n}")).to_string();
            let key = format!("post-{n}");
            let headers = [("Content-Type", "application/json"), ("Idempotency-Key", key.as_str())];
            let path = format!("/api/v1/crises/{CRISIS}/updates");
            let receipt = eventually("the post is taken", async || {
                let answer = officer.try_ask(Method::POST, &path, &headers, body.clone().into_bytes()).await?;
                assert!(answer.status == 201 || answer.status.is_server_error(), "{}", answer.text());
                (answer.status == 201).then(|| answer.json())
            })
            .await;
            ids.push(receipt["id"].clone());
        }
        (ids, one)
    };
    let ((wall, returns), (ids, _one)) = tokio::join!(watching, posting);

    assert!(returns >= 1, "its server went away under it");
    let fold = Fold::of(&journal, CRISIS).await;
    let posted = fold.entries.iter().filter(|entry| entry.event.kind() == "update_posted").count();
    assert_eq!(posted, ids.len(), "each post is in the journal once");
    assert!(vigie(&["verify", "--journal", &journal]).status.success());
    let told: Vec<String> = wall.entries.iter().map(ToString::to_string).collect();
    assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), told.len(), "the wall was told nothing twice");
    let journal_says = fold.through(&viewer("be-nccn", Role::DutyOfficer, Tlp::Clear));
    assert_eq!(wall.things, things(&journal_says), "the wall shows what the journal says");
}

/// Every name of Prometheus that a text has.
fn names(text: &str) -> BTreeSet<&str> {
    let word = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    text.split(word).filter(|word| word.starts_with("vigie_")).collect()
}

#[actix_web::test]
async fn the_dashboard_and_the_alerts_name_what_is_counted() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let mut wall = app.wall("be-nccn", Tlp::Green).await.listen(None).await;
    // As many frames as it takes for a sixteenth to have been measured.
    for n in 0..17 {
        let headline = format!("Number {n}");
        officer.post_update(&update("be-nccn", "cyber", "green", &headline)).await.must(201);
        wall.until(&headline, |wall| wall.headline("be-nccn", "cyber").as_ref() == Some(&headline)).await;
    }
    eventually("it was seen", async || (app.metric("vigie_devices{state=\"live\"}").await == 1).then_some(())).await;
    for (name, at_least) in [
        ("vigie_relay_lag_seconds_count", 17),
        ("vigie_wall_seconds_count", 1),
        ("vigie_walls_begun_total", 1),
        ("vigie_audiences", 1),
        ("vigie_up{part=\"journal\"}", 1),
        ("vigie_up{part=\"journal_writes\"}", 1),
    ] {
        let stands = metric(&app.nobody(), name).await;
        assert!(stands >= at_least, "{name} is {stands}");
    }
    let counted = app.nobody().get("/metrics").await.text();
    let counted = names(&counted);
    let dashboard = include_str!("../../config/deploy/grafana.json");
    let panels = serde_json::from_str::<Value>(dashboard).expect("JSON")["panels"].as_array().map(Vec::len);
    assert!(panels.is_some_and(|panels| panels >= 10));
    for (file, text) in [("grafana.json", dashboard), ("prometheus-alerts.yaml", ALERTS)] {
        let named = names(text);
        assert!(named.len() >= 5, "{file} names {named:?}");
        for name in named {
            assert!(counted.contains(name), "{file} names {name}, which nothing counts");
        }
    }
    app.stop().await;
}

const ALERTS: &str = include_str!("../../config/deploy/prometheus-alerts.yaml");

#[test]
fn every_setting_that_the_samples_name_exists_and_every_alert_is_explained() {
    let compose = include_str!("../../config/deploy/compose.yaml");
    let container = include_str!("../../config/deploy/Containerfile");
    let word = |c: char| !(c.is_ascii_uppercase() || c == '_');
    let settings = [compose, container].into_iter().flat_map(|text| text.split(word));
    let settings: BTreeSet<&str> = settings.filter(|word| word.starts_with("VIGIE__")).collect();
    assert!(settings.len() >= 5, "{settings:?}");
    for name in settings {
        let one = [(name.to_owned(), String::new())];
        // Whether the value would do is not asked: whether there is such a setting is.
        let answer = Layers::defaults().environment(one.into_iter()).map(|_| ());
        assert!(!matches!(answer, Err(SettingsError::Unknown { .. })), "there is no {name}: {answer:?}");
    }
    let operations = include_str!("../../docs/operations.md");
    let alerts: Vec<&str> = ALERTS.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() >= 5);
    for alert in alerts {
        assert!(operations.contains(&format!("`{alert}`")), "docs/operations.md says nothing of {alert}");
    }
}
