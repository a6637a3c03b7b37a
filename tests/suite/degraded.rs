//! What a duty officer notices when Redis is down, slow, emptied or shared: nothing but latency. And what an
//! operator is told when the journal takes no more.

use serde_json::{Value, json};
use vigie::cache::codec::FORMAT;
use vigie::cache::redis::RedisCache;
use vigie::cache::{Advanced, Field, PictureCache};
use vigie::domain::ids::{CrisisId, Epoch, Position, Seq};

use crate::harness::app::{App, CRISIS};
use crate::harness::person::{Person, address, headline, update, will_do};
use crate::harness::redis::Redis;
use crate::harness::{PATIENCE, eventually};

async fn post(officer: &Person, text: &str) -> Value {
    officer.post_update(&update("be-nccn", "cyber", "green", text)).await.must(201)
}

fn position(receipt: &Value) -> &str {
    receipt["position"].as_str().expect("a position")
}

/// Waits until `/readyz` says so, and with which parts degraded.
async fn readiness(app: &App, status: &str) {
    let nobody = app.nobody();
    let degraded = if status == "degraded" { json!(["redis"]) } else { json!([]) };
    let expected = json!({ "status": status, "degraded": degraded });
    eventually(status, async || (nobody.get("/readyz").await.must(200) == expected).then_some(())).await;
}

/// Where the copy of the drill stands in Redis.
async fn copy_at(redis: &Redis) -> Option<String> {
    let asked: redis::RedisResult<Option<String>> =
        redis.command(&format!("HGET vigie:{{{CRISIS}}}:picture:{FORMAT} @position")).await;
    asked.ok().flatten()
}

/// The number at the end of where the copy stands.
async fn copied(redis: &Redis) -> Option<u64> {
    copy_at(redis).await?.split_once(':')?.1.parse().ok()
}

async fn with_redis(redis: &Redis) -> App {
    App::with(&[("redis.url", &redis.url()), ("redis.timeout_ms", "200")]).await
}

#[actix_web::test]
async fn a_server_starts_and_serves_without_redis_and_heals_when_it_comes() {
    let mut redis = Redis::start().await;
    redis.kill();
    let app = with_redis(&redis).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let mut wall = officer.listen(None).await;
    let receipt = post(&officer, "Without Redis").await;
    wall.reach(position(&receipt)).await;
    readiness(&app, "degraded").await;
    redis.start_again().await;
    readiness(&app, "ready").await;
    eventually("the copy is there", async || (copied(&redis).await == Some(2)).then_some(())).await;
    app.stop().await;
}

/// What `/readyz` says is less than it should be, of a server that is sent traffic.
async fn degraded(app: &App) -> Value {
    app.nobody().get("/readyz").await.must(200)["degraded"].clone()
}

#[actix_web::test]
async fn a_journal_that_is_read_but_takes_nothing_more_is_named_until_it_takes_something() {
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let path = folder.path().join("vigie.db");
    let app = App::on(&format!("sqlite:{}", path.display()), &[]).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let body = update("be-nccn", "cyber", "green", "Before");
    let before = officer.post_update(&body).await.must(201);
    assert_eq!(degraded(&app).await, json!([]));

    // As with a full disk every insert fails, and every read goes on.
    let file = rusqlite::Connection::open(&path).expect("the file opens");
    let full = "create trigger full before insert on entry begin insert into no_such_table values (1); end";
    file.execute_batch(full).expect("the file is ours");
    officer.post_update(&body).await.problem(503);
    assert_eq!(degraded(&app).await, json!(["journal"]));
    assert_eq!(officer.picture().await["position"], before["position"]);
    assert_eq!(degraded(&app).await, json!(["journal"]), "a read that succeeds proves nothing of writes");
    // Refused by the rules: it never came to the journal.
    officer.post_update(&update("nl-ncc", "cyber", "green", "Not ours")).await.problem(403);
    assert_eq!(degraded(&app).await, json!(["journal"]));

    file.execute_batch("drop trigger full").expect("the file is ours");
    officer.post_update(&body).await.must(201);
    assert_eq!(degraded(&app).await, json!([]));
    app.stop().await;
}

#[actix_web::test]
async fn redis_that_is_killed_costs_no_post_and_no_wall_and_is_filled_again() {
    let mut redis = Redis::start().await;
    let app = with_redis(&redis).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let mut wall = officer.listen(None).await;
    readiness(&app, "ready").await;
    redis.kill();
    for n in 0..3 {
        let receipt = post(&officer, &format!("Dead {n}")).await;
        wall.reach(position(&receipt)).await;
    }
    readiness(&app, "degraded").await;
    assert!(app.metric("vigie_cache_failures_total").await > 0);
    redis.start_again().await;
    readiness(&app, "ready").await;
    eventually("the copy is whole again", async || (copied(&redis).await == Some(4)).then_some(())).await;
    let receipt = post(&officer, "Alive").await;
    wall.reach(position(&receipt)).await;
    assert_eq!(wall.snapshots, 1, "no reload, no gap");
    app.stop().await;
}

#[actix_web::test]
async fn redis_that_does_not_answer_is_not_waited_for() {
    let redis = Redis::start().await;
    let app = with_redis(&redis).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let mut wall = officer.listen(None).await;
    readiness(&app, "ready").await;
    redis.freeze();
    let receipt = post(&officer, "While it hangs").await;
    wall.reach(position(&receipt)).await;
    readiness(&app, "degraded").await;
    redis.thaw();
    readiness(&app, "ready").await;
    eventually("the copy has caught up", async || (copied(&redis).await == Some(2)).then_some(())).await;
    app.stop().await;
}

#[actix_web::test]
async fn the_first_post_after_a_start_does_not_wait_for_redis_either() {
    let redis = Redis::start().await;
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let url = redis.url();
    // Longer than anybody here waits for an answer.
    let settings = [("redis.url", url.as_str()), ("redis.timeout_ms", "60000")];
    let app = App::on(&journal, &settings).await;
    app.open_crisis(CRISIS).await;
    app.stop().await;
    let app = App::on(&journal, &settings).await;
    let officer = app.officer("be-nccn").await;
    redis.freeze();
    post(&officer, "First").await;
    redis.thaw();
    app.stop().await;
}

#[actix_web::test]
async fn redis_that_is_emptied_is_filled_again_by_itself() {
    let redis = Redis::start().await;
    let app = with_redis(&redis).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    post(&officer, "Before").await;
    eventually("the copy is there", async || (copied(&redis).await == Some(2)).then_some(())).await;
    redis.flush().await;
    eventually("the copy is back", async || (copied(&redis).await == Some(2)).then_some(())).await;
    redis.flush().await;
    post(&officer, "After").await;
    eventually("the copy goes on", async || (copied(&redis).await == Some(3)).then_some(())).await;
    assert_eq!(headline(&officer.picture().await, "be-nccn", "cyber").as_deref(), Some("After"));
    app.stop().await;
}

#[actix_web::test]
async fn what_was_written_is_read_at_once_even_where_the_picture_is_still_being_opened() {
    let redis = Redis::start().await;
    let app = App::with(&[("redis.url", &redis.url()), ("redis.timeout_ms", "1000")]).await;
    let officer = app.officer("be-nccn").await;
    readiness(&app, "ready").await;
    // A crisis is shown once its copy was looked for, which now takes a second.
    redis.freeze();
    app.open_crisis(CRISIS).await;
    let receipt = post(&officer, "At once").await;
    let read = officer.get(&address(&receipt)).await.must(200);
    assert_eq!(read["headline"], "At once");
    redis.thaw();
    app.stop().await;
}

#[actix_web::test]
async fn a_program_that_keeps_copies_in_another_form_is_left_its_own() {
    let redis = Redis::start().await;
    let app = with_redis(&redis).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    post(&officer, "In our form").await;
    eventually("the copy is there", async || (copied(&redis).await == Some(2)).then_some(())).await;
    let at = copy_at(&redis).await.expect("a copy");
    let crisis = CrisisId::parse(CRISIS).expect("a slug");
    let older = RedisCache::connect(&redis.url(), "vigie", PATIENCE, "another");
    assert_eq!(older.load(&crisis).await.expect("Redis answers"), None);
    let far = Position { epoch: Epoch(1), seq: Seq(9_000) };
    let field = Field { name: "@format".to_owned(), value: Some(b"another".to_vec()) };
    assert_eq!(older.replace(&crisis, far, vec![field]).await.expect("Redis answers"), Advanced::Done);
    post(&officer, "Undisturbed").await;
    eventually("the copy goes on", async || (copied(&redis).await == Some(3)).then_some(())).await;
    let epoch = |at: &str| at.split_once(':').map(|(epoch, _)| epoch.to_owned());
    assert_eq!(epoch(&copy_at(&redis).await.expect("a copy")), epoch(&at));
    assert_eq!(older.load(&crisis).await.expect("Redis answers").map(|kept| kept.at), Some(far));
    app.stop().await;
}

#[actix_web::test]
async fn a_copy_that_is_damaged_foreign_or_ahead_is_never_believed() {
    let redis = Redis::start().await;
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let url = redis.url();
    let settings = [("redis.url", url.as_str())];
    let app = App::on(&journal, &settings).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    post(&officer, "True").await;
    eventually("the copy is there", async || (copied(&redis).await == Some(2)).then_some(())).await;
    app.stop().await;
    let key = format!("vigie:{{{CRISIS}}}:picture:{FORMAT}");
    let at = copy_at(&redis).await.expect("a copy");
    let epoch = at.split_once(':').expect("epoch and number").0;
    for spoiling in [
        format!("HSET {key} cell/be-nccn/cyber {{}}"),
        format!("HSET {key} @format 0"),
        format!("HDEL {key} crisis"),
        format!("HSET {key} nonsense x"),
        format!("HSET {key} @position here"),
        format!("HSET {key} @position 1:2"),
        format!("HSET {key} @position 1:9000"),
        format!("HSET {key} @position {epoch}:9000"),
    ] {
        let _: i64 = redis.command(&spoiling).await.expect("Redis answers");
        let app = App::on(&journal, &settings).await;
        let officer = officer.at(&app.base);
        let picture = officer.picture().await;
        assert_eq!(headline(&picture, "be-nccn", "cyber").as_deref(), Some("True"), "{spoiling}");
        post(&officer, "True").await;
        if spoiling.ends_with(&format!("{epoch}:9000")) {
            // A copy only goes forward: this one is passed by when the journal has come so far.
            app.stop().await;
            continue;
        }
        // The right copy is put in its place, so that the next start finds it.
        let head = officer.get(&format!("/api/v1/crises/{CRISIS}/journal")).await.text().lines().count() as u64;
        eventually(&spoiling, async || (copy_at(&redis).await? == format!("{epoch}:{head}")).then_some(())).await;
        app.stop().await;
    }
}

#[actix_web::test]
async fn two_servers_on_one_journal_and_one_redis_hear_each_other() {
    let redis = Redis::start().await;
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let url = redis.url();
    let settings = [("redis.url", url.as_str())];
    let one = App::on(&journal, &settings).await;
    one.open_crisis(CRISIS).await;
    let two = App::on(&journal, &settings).await;
    let officer = one.officer("be-nccn").await;
    let (here, there) = (officer.at(&one.base), officer.at(&two.base));
    let mut walls = [here.listen(None).await, there.listen(None).await];
    eventually("both listen for the bell", async || {
        let (_, listeners): (String, i64) = redis.command("PUBSUB NUMSUB vigie:bell").await.ok()?;
        (listeners == 2).then_some(())
    })
    .await;
    for n in 0..6 {
        let server = if n % 2 == 0 { &here } else { &there };
        let receipt = eventually("it is taken", async || {
            let body = update("be-nccn", "cyber", "green", &format!("Turn {n}"));
            let path = format!("/api/v1/crises/{CRISIS}/updates");
            let answer = server.post_with_key(&path, &format!("{n}"), &body).await;
            (answer.status.as_u16() != 503).then(|| answer.must(201))
        })
        .await;
        for wall in &mut walls {
            wall.reach(position(&receipt)).await;
            assert_eq!(wall.headline("be-nccn", "cyber"), Some(format!("Turn {n}")));
        }
    }
    for wall in &walls {
        assert_eq!((wall.snapshots, wall.entries.len()), (1, 6));
    }
    // A key used here is known there.
    let body = update("be-nccn", "cyber", "green", "Once");
    let path = format!("/api/v1/crises/{CRISIS}/updates");
    let first = here.post_with_key(&path, "once", &body).await.must(201);
    assert_eq!(there.post_with_key(&path, "once", &body).await.must(200), first);
    assert_eq!(here.picture().await["position"], first["position"]);
    one.stop().await;
    two.stop().await;
}

#[actix_web::test]
async fn two_servers_that_write_at_once_keep_one_chain_and_lose_nothing() {
    let redis = Redis::start().await;
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let url = redis.url();
    let settings = [("redis.url", url.as_str())];
    let one = App::on(&journal, &settings).await;
    one.open_crisis(CRISIS).await;
    let two = App::on(&journal, &settings).await;
    let officer = one.officer("be-nccn").await;
    let path = format!("/api/v1/crises/{CRISIS}/updates");
    let posting = (0..60).map(async |n| {
        let server = officer.at(if n % 2 == 0 { &one.base } else { &two.base });
        let body = update("be-nccn", "cyber", "green", &format!("Race {n}"));
        eventually("it is taken", async || {
            let answer = server.post_with_key(&path, &format!("{n}"), &body).await;
            (answer.status.as_u16() != 503).then(|| answer.json())
        })
        .await
    });
    let receipts = futures_util::future::join_all(posting).await;
    let positions: std::collections::BTreeSet<&str> = receipts.iter().map(position).collect();
    assert_eq!(positions.len(), 60);
    let fold = crate::harness::fold::Fold::of(&journal, CRISIS).await;
    assert_eq!(fold.entries.len(), 61);
    let verified = crate::harness::binary::vigie(&["verify", "--journal", &journal]);
    assert!(verified.status.success());
    one.stop().await;
    two.stop().await;
}

#[actix_web::test]
async fn an_escalation_that_two_servers_answer_at_once_is_acknowledged_once() {
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let one = App::on(&journal, &[]).await;
    one.open_crisis(CRISIS).await;
    let two = App::on(&journal, &[]).await;
    let officer = one.officer("nl-ncc").await;
    let crisis = format!("/api/v1/crises/{CRISIS}");
    let matter = json!({
        "title": "A matter", "level": "watch", "severity": "minor", "reason": "A drill", "asked_of": "nl-ncc",
        "tlp": "green",
    });
    for _ in 0..8 {
        let raised = officer.post(&format!("{crisis}/escalations"), &matter).await.must(201);
        let path = format!("{crisis}/escalations/{}/acknowledge", raised["id"].as_str().expect("an id"));
        let noise = update("nl-ncc", "cyber", "green", "Noise");
        let answering = [&one, &two].map(|app| {
            let officer = officer.at(&app.base);
            let (path, noise) = (path.clone(), noise.clone());
            async move {
                // Posts on both sides make the hand-overs of both servers longer than one entry.
                let around = || officer.post_update(&noise);
                let nothing = will_do();
                let (_, answer, _) = tokio::join!(around(), officer.post(&path, &nothing), around());
                answer.status.as_u16()
            }
        });
        let mut statuses = futures_util::future::join_all(answering).await;
        statuses.sort_unstable();
        assert!(statuses == [201, 409] || statuses == [201, 404] || statuses[1] == 503, "{statuses:?}");
    }
    let fold = crate::harness::fold::Fold::of(&journal, CRISIS).await;
    let mut acknowledged = std::collections::BTreeSet::new();
    for entry in &fold.entries {
        if let vigie::domain::event::Event::EscalationStepped { escalation, .. } = &entry.event {
            assert!(acknowledged.insert(*escalation), "a step that was not open any more is in the journal");
        }
    }
    one.stop().await;
    two.stop().await;
}
