//! The socket: what it says, to whom, how often it is encoded, and for which reasons it ends.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use vigie::domain::vocabulary::{Role, Tlp};

use crate::harness::app::{App, CRISIS, metric};
use crate::harness::binary::{Process, token};
use crate::harness::eventually;
use crate::harness::fold::timeless;
use crate::harness::person::{Person, changed, update};
use crate::harness::wall::{Wall, things};

fn position(receipt: &Value) -> &str {
    receipt["position"].as_str().expect("a position")
}

/// An update as large as one can be.
fn large(n: usize) -> Value {
    let sector = if n.is_multiple_of(2) { "cyber" } else { "displacement" };
    changed(update("be-nccn", sector, "green", &format!("Large {n}")), json!({ "body": "𝄞".repeat(4_000) }))
}

#[actix_web::test]
async fn a_socket_begins_with_the_picture_that_a_get_answers() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    officer.post_update(&update("be-nccn", "cyber", "green", "Before")).await.must(201);
    let mut wall = app.wall("nl-ncc", Tlp::Green).await.listen(None).await;
    assert!(wall.next().await);
    let first = &wall.frames[0];
    assert_eq!(first["type"], "snapshot");
    assert!(first["server_time"].as_str().is_some_and(|time| time.ends_with('Z')));
    let picture = app.wall("nl-ncc", Tlp::Green).await.picture().await;
    assert_eq!(first["picture"], timeless(picture));
    app.stop().await;
}

#[actix_web::test]
async fn every_kind_of_thing_is_told_and_leads_to_the_picture_that_a_get_answers() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let coordinator = app.person("eu-ercc", Role::Coordinator).await;
    let viewer = app.person("nl-ncc", Role::Viewer).await;
    let mut wall = viewer.listen(None).await;
    let crisis = format!("/api/v1/crises/{CRISIS}");
    let reading = json!([{ "indicator": "border_crossings_in", "value": 5, "as_of": crate::harness::now() }]);
    let body = changed(update("be-nccn", "displacement", "green", "With a figure"), json!({ "readings": reading }));
    let posted = officer.post_update(&body).await.must(201);
    // What is undone within one hand-over is never told: each is heard before the next is done.
    wall.reach(position(&posted)).await;
    let ipcr = json!({ "mode": "monitoring", "since": "2022-02-28T00:00:00Z", "decided_by": "Presidency" });
    coordinator.post(&format!("{crisis}/ipcr"), &ipcr).await.must(201);
    let matter = json!({
        "title": "A matter", "level": "watch", "severity": "minor", "reason": "A drill", "asked_of": "nl-ncc",
        "tlp": "green",
    });
    let raised = officer.post(&format!("{crisis}/escalations"), &matter).await.must(201);
    let acknowledge = format!("{crisis}/escalations/{}/acknowledge", raised["id"].as_str().expect("an id"));
    coordinator.post(&acknowledge, &json!({})).await.must(201);
    let withdraw = format!("{}/withdraw", crate::harness::person::address(&posted));
    wall.until("the step", |wall| wall.entries.len() == 4).await;
    let last = officer.post(&withdraw, &json!({ "reason": "Wrong" })).await.must(201);
    wall.reach(position(&last)).await;
    assert_eq!(wall.things, things(&viewer.picture().await));
    let kinds: Vec<&str> = wall.entries.iter().filter_map(|entry| entry["kind"].as_str()).collect();
    let expected = ["update_posted", "ipcr_recorded", "escalation_raised", "escalation_stepped", "update_withdrawn"];
    assert_eq!(kinds, expected);
    let changes = wall.frames.iter().filter(|frame| frame["type"] == "change");
    let keys = |name: &str| -> BTreeSet<String> {
        let things = changes.clone().flat_map(|frame| frame[name].as_array().expect("a list"));
        things.map(|thing| format!("{} {}", thing["kind"], thing["key"]).replace('"', "")).collect()
    };
    let escalation = format!("escalation {}", raised["id"].as_str().expect("an id"));
    for told in [
        "crisis drill",
        "centre be-nccn",
        "cell be-nccn/displacement",
        "reading be-nccn/border_crossings_in",
        &escalation,
    ] {
        assert!(keys("set").contains(told), "{told} in {:?}", keys("set"));
    }
    for gone in ["cell be-nccn/displacement", "reading be-nccn/border_crossings_in"] {
        assert!(keys("remove").contains(gone), "{gone} in {:?}", keys("remove"));
    }
    app.stop().await;
}

#[actix_web::test]
async fn beats_come_by_themselves_with_the_position_and_the_time_of_the_server() {
    let app = App::with(&[("live.beat_seconds", "1")]).await;
    app.open_crisis(CRISIS).await;
    let mut wall = app.wall("be-nccn", Tlp::Green).await.listen(None).await;
    let beats = |wall: &Wall| -> Vec<String> {
        let beats = wall.frames.iter().filter(|frame| frame["type"] == "beat");
        beats.map(|beat| beat["server_time"].as_str().expect("a time").to_owned()).collect()
    };
    wall.until("three beats", |wall| beats(wall).len() == 3).await;
    assert!(beats(&wall).is_sorted(), "{:?}", beats(&wall));
    let beat = wall.frames.last().expect("a beat");
    assert_eq!(beat["position"], json!(wall.position));
    app.stop().await;
}

#[actix_web::test]
async fn a_change_is_encoded_once_for_each_audience_however_many_walls_it_has() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let mut walls = Vec::new();
    for (centre, role, ceiling, many) in [
        ("nl-ncc", Role::WallDevice, Tlp::Green, 12),
        ("nl-ncc", Role::Viewer, Tlp::Clear, 3),
        ("fr-ncc", Role::WallDevice, Tlp::Green, 5),
        ("fr-ncc", Role::WallDevice, Tlp::Clear, 4),
    ] {
        for _ in 0..many {
            let (_, person) = app.account(centre, role, ceiling).await;
            let mut wall = person.listen(None).await;
            assert!(wall.next().await);
            walls.push((role, ceiling, wall));
        }
    }
    assert_eq!(app.metric("vigie_snapshots_encoded_total").await, 4, "one whole picture for each audience");
    assert_eq!(app.metric("vigie_walls").await, 24);
    let before = app.metric("vigie_frames_encoded_total").await;
    let receipt = officer.post_update(&update("be-nccn", "cyber", "green", "Once")).await.must(201);
    for (role, ceiling, wall) in &mut walls {
        // The walls that may only show CLEAR are told nothing, so nothing is encoded for them.
        if *role != Role::WallDevice || *ceiling != Tlp::Clear {
            wall.reach(position(&receipt)).await;
        }
    }
    assert_eq!(app.metric("vigie_frames_encoded_total").await - before, 3, "one frame for each audience that sees it");
    drop(walls);
    eventually("the walls are gone", async || (app.metric("vigie_walls").await == 0).then_some(())).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_client_that_speaks_is_shown_the_door() {
    let app = App::with_crisis().await;
    let mut wall = app.person("be-nccn", Role::Coordinator).await.listen(None).await;
    wall.send("{\"type\":\"post\"}").await;
    assert_eq!(wall.end().await, Some(1008));
    app.stop().await;
}

#[actix_web::test]
async fn a_browser_may_listen_only_from_a_page_of_this_server_or_one_that_is_listed() {
    let app = App::with(&[("server.public_origins", "https://vigie.example.org")]).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let answer = officer.post("/api/v1/session", &json!({ "token": officer.token })).await;
    answer.must(201);
    let cookie = answer.header("set-cookie").split(';').next().expect("name and value").to_owned();
    let knock = async |origin: Option<&str>| {
        let mut headers = vec![("Cookie", cookie.clone())];
        headers.extend(origin.map(|origin| ("Origin", origin.to_owned())));
        Wall::knock(&app.base, CRISIS, None, &headers).await.map(|_| ())
    };
    assert_eq!(knock(Some(&app.base)).await, Ok(()));
    assert_eq!(knock(Some("https://vigie.example.org")).await, Ok(()));
    for foreign in ["https://evil.example", "http://127.0.0.1:1", "null", "https://vigie.example.org.evil.example"] {
        assert_eq!(knock(Some(foreign)).await, Err(403), "{foreign}");
    }
    assert_eq!(knock(None).await, Err(403));
    assert_eq!(Wall::knock(&app.base, CRISIS, None, &[]).await.map(|_| ()), Err(401));
    app.stop().await;
}

#[actix_web::test]
async fn a_revoked_token_closes_its_sockets_and_opens_no_more() {
    let app = App::with(&[("live.beat_seconds", "1")]).await;
    app.open_crisis(CRISIS).await;
    let (id, revoked) = app.account("be-nccn", Role::WallDevice, Tlp::Green).await;
    let (_, other) = app.account("be-nccn", Role::WallDevice, Tlp::Green).await;
    let mut wall = revoked.listen(None).await;
    let mut stays = other.listen(None).await;
    app.revoke(id).await;
    assert_eq!(wall.end().await, Some(4003));
    revoked.get(&format!("/api/v1/crises/{CRISIS}/picture")).await.problem(401);
    let seen = stays.frames.len();
    stays.until("the others stay", |wall| wall.frames.len() > seen + 1).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_stopping_server_tells_its_walls_to_resume_and_they_resume_without_a_gap() {
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let app = App::on(&journal, &[]).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let mut wall = officer.listen(None).await;
    let first = officer.post_update(&update("be-nccn", "cyber", "green", "Before")).await.must(201);
    wall.reach(position(&first)).await;
    let (code, ()) = tokio::join!(wall.end(), app.stop());
    assert_eq!(code, Some(4010));

    let app = App::on(&journal, &[]).await;
    let officer = officer.at(&app.base);
    let Ok(mut wall) = wall.resume(&app.base, &officer.token, CRISIS).await else { panic!("it is let in again") };
    let second = officer.post_update(&update("be-nccn", "cyber", "green", "After")).await.must(201);
    wall.reach(position(&second)).await;
    assert_eq!(wall.snapshots, 1, "it stood where the journal stood, so nothing had to be sent again");
    assert_eq!(wall.headline("be-nccn", "cyber").as_deref(), Some("After"));
    app.stop().await;
}

#[actix_web::test]
async fn no_more_walls_are_taken_than_configured() {
    let app = App::with(&[("live.walls_max", "2")]).await;
    app.open_crisis(CRISIS).await;
    let viewer = app.person("be-nccn", Role::Viewer).await;
    let mut walls = Vec::new();
    for _ in 0..2 {
        let mut wall = viewer.listen(None).await;
        assert!(wall.next().await);
        walls.push(wall);
    }
    let signed = [("Authorization", format!("Bearer {}", viewer.token))];
    assert_eq!(Wall::knock(&app.base, CRISIS, None, &signed).await.map(|_| ()), Err(503));
    drop(walls);
    eventually("there is room again", async || Wall::knock(&app.base, CRISIS, None, &signed).await.ok()).await;
    app.stop().await;
}

/// A wall that was hung up and forgotten: it asks for the stream and then reads nothing.
async fn stuck(base: &str, token: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small window");
    let address = base.strip_prefix("http://").expect("an address").parse().expect("an address");
    let mut stream = socket.connect(address).await.expect("the server listens");
    let request = format!(
        "GET /api/v1/crises/{CRISIS}/live HTTP/1.1\r\nHost: vigie\r\nAuthorization: Bearer {token}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.expect("the server answers");
    assert_eq!(&status, b"HTTP/1.1 101");
    stream
}

/// The close code at the very end of what a server sent.
fn close_code(sent: &[u8]) -> Option<u16> {
    // The last frame is unmasked and short: 0x88, length, code, reason.
    let at = sent.windows(2).rposition(|bytes| bytes[0] == 0x88 && bytes[1] >= 2)?;
    let frame = &sent[at + 2..];
    (frame.len() == usize::from(sent[at + 1])).then(|| u16::from_be_bytes([frame[0], frame[1]]))
}

#[actix_web::test]
async fn a_wall_that_does_not_drain_is_closed_as_too_slow_and_delays_nobody() {
    let app = App::with(&[("live.frames_kept", "4"), ("live.send_timeout_seconds", "300")]).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let device = app.wall("nl-ncc", Tlp::Green).await;
    let mut dead = stuck(&app.base, &device.token).await;
    let mut wall = device.listen(None).await;
    for n in 0..600 {
        let receipt = officer.post_update(&large(n)).await.must(201);
        wall.reach(position(&receipt)).await;
        wall.forget();
    }
    assert_eq!(wall.snapshots, 1, "its neighbour, of the same audience, was told everything as it came");
    let mut sent = Vec::new();
    dead.read_to_end(&mut sent).await.expect("the server closes in order");
    assert_eq!(close_code(&sent), Some(4001));
    assert!(String::from_utf8_lossy(&sent[sent.len() - 32..]).ends_with("too slow, resume"));
    assert_eq!(app.metric("vigie_walls_too_slow_total").await, 1);
    app.stop().await;
}

#[actix_web::test]
async fn a_wall_that_reads_nothing_at_all_is_given_up_after_the_send_timeout() {
    let app = App::with(&[("live.frames_kept", "1000000"), ("live.send_timeout_seconds", "1")]).await;
    app.open_crisis(CRISIS).await;
    let officer = app.officer("be-nccn").await;
    let device = app.wall("nl-ncc", Tlp::Green).await;
    let dead = stuck(&app.base, &device.token).await;
    let mut n = 0;
    eventually("it is given up", async || {
        officer.post_update(&large(n)).await.must(201);
        n += 1;
        (app.metric("vigie_walls_too_slow_total").await == 1).then_some(())
    })
    .await;
    eventually("its place is free", async || (app.metric("vigie_walls").await == 0).then_some(())).await;
    drop(dead);
    app.stop().await;
}

/// Memory of a process that is in use, in bytes.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().strip_suffix(" kB").expect("in kB").parse::<u64>().expect("a number") * 1_024
}

#[actix_web::test]
async fn dead_walls_cost_bounded_memory() {
    const DEAD: usize = 40;
    const POSTS: usize = 500;
    let folder: TempDir = tempfile::tempdir().expect("a folder for the journal");
    let overlay = folder.path().join("overlay.toml");
    let settings = "[live]\nframes_kept_bytes = 65536\nsend_timeout_seconds = 300\n";
    std::fs::write(&overlay, settings).expect("the folder is ours");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let process = Process::serve("127.0.0.1:0", &journal, &["--config", overlay.to_str().expect("a path in UTF-8")]);
    let coordinator = Person::new(&process.base, &token(&journal, "eu-ercc", "coordinator"));
    let crisis = json!({ "slug": CRISIS, "name": "A drill", "environment": "test" });
    coordinator.post("/api/v1/crises", &crisis).await.must(201);
    let officer = Person::new(&process.base, &token(&journal, "be-nccn", "duty_officer"));
    let device = Person::new(&process.base, &token(&journal, "nl-ncc", "wall_device"));
    let dead = join_all((0..DEAD).map(|_| stuck(&process.base, &device.token))).await;
    eventually("all are connected", async || (metric(&officer, "vigie_walls").await == DEAD as u64).then_some(()))
        .await;
    let post = async |many: usize| {
        for n in 0..many {
            officer.post_update(&large(n)).await.must(201);
        }
    };
    // What every wall's own queue holds at the most is full after the first posts.
    post(50).await;
    let before = resident(process.pid());
    post(POSTS).await;
    let grown = resident(process.pid()).saturating_sub(before);
    // A frame is over 32 kB: kept for each wall, they would be over 600 MB.
    assert!(grown < 100 << 20, "{grown} bytes more after {POSTS} frames to {DEAD} dead walls");
    drop(dead);
}
