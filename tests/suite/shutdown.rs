//! Going away in order: what was asked is answered, walls are told, nothing is left half done.

use awc::http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::harness::app::{CRISIS, metric};
use crate::harness::binary::vigie;
use crate::harness::eventually;
use crate::harness::fold::Fold;
use crate::harness::person::update;
use crate::harness::scene::Scene;

impl Scene {
    async fn journal_holds(&self, updates: usize) {
        let fold = Fold::of(&self.journal, CRISIS).await;
        assert_eq!(fold.entries.len(), updates + 1);
        assert!(vigie(&["verify", "--journal", &self.journal]).status.success());
    }
}

#[actix_web::test]
async fn a_post_that_was_being_sent_when_the_server_was_told_to_stop_is_taken_and_answered() {
    let mut scene = Scene::set().await;
    let mut wall = scene.officer.listen(None).await;
    assert!(wall.next().await);
    let body = update("be-nccn", "cyber", "green", "In flight").to_string();
    let (first, rest) = body.split_at(body.len() / 2);
    let head = format!(
        "POST /api/v1/crises/{CRISIS}/updates HTTP/1.1\r\nHost: vigie\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        scene.officer.token,
        body.len()
    );
    let address = scene.process.base.strip_prefix("http://").expect("an address").to_owned();
    let mut wire = TcpStream::connect(address).await.expect("the server listens");
    wire.write_all(format!("{head}{first}").as_bytes()).await.expect("the server reads");
    let officer = scene.officer.clone();
    // The request for the gauge is one, the post that has begun the other.
    eventually("the post has begun", async || (metric(&officer, "vigie_requests").await == 2).then_some(())).await;
    scene.process.signal("-TERM");
    assert_eq!(wall.end().await, Some(4010));
    wire.write_all(rest.as_bytes()).await.expect("the server still reads");
    let mut answer = String::new();
    wire.read_to_string(&mut answer).await.expect("the server answers and closes");
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    assert_eq!(scene.process.wait(), Some(0));
    scene.journal_holds(1).await;
}

#[actix_web::test]
async fn a_stopping_server_answers_everything_that_it_took_and_ends_with_0() {
    let mut scene = Scene::set().await;
    let path = format!("/api/v1/crises/{CRISIS}/updates");
    let (told, mut tell) = mpsc::unbounded_channel();
    let posting = (0..64).map(|n| {
        let (officer, path, told) = (scene.officer.clone(), path.clone(), told.clone());
        async move {
            let body = update("be-nccn", "cyber", "green", &format!("Number {n}")).to_string().into_bytes();
            let headers = [("Content-Type", "application/json")];
            let answer = officer.try_ask(Method::POST, &path, &headers, body).await;
            let _ = told.send(());
            answer.map(|answer| answer.status.as_u16())
        }
    });
    let stopping = async {
        for _ in 0..8 {
            tell.recv().await.expect("some are answered");
        }
        scene.process.signal("-TERM");
    };
    let (answers, ()) = tokio::join!(futures_util::future::join_all(posting), stopping);
    let acknowledged = answers.iter().filter(|answer| **answer == Some(201)).count();
    assert!(answers.iter().flatten().all(|status| [201, 503].contains(status)), "{answers:?}");
    assert_eq!(scene.process.wait(), Some(0));
    assert!(acknowledged >= 8);
    let fold = Fold::of(&scene.journal, CRISIS).await;
    assert!(fold.entries.len() > acknowledged, "what was acknowledged is there");
    assert!(vigie(&["verify", "--journal", &scene.journal]).status.success());
}

#[actix_web::test]
async fn walls_and_idle_connections_do_not_keep_a_server_from_stopping() {
    let mut scene = Scene::set().await;
    let mut walls = Vec::new();
    for _ in 0..8 {
        let mut wall = scene.officer.listen(None).await;
        assert!(wall.next().await);
        walls.push(wall);
    }
    scene.officer.picture().await;
    scene.process.signal("-TERM");
    for mut wall in walls {
        assert_eq!(wall.end().await, Some(4010));
    }
    assert_eq!(scene.process.wait(), Some(0));
    scene.journal_holds(0).await;
}

#[actix_web::test]
async fn an_interrupt_stops_in_order_too() {
    let mut scene = Scene::set().await;
    scene.officer.post_update(&update("be-nccn", "cyber", "green", "Before")).await.must(201);
    scene.process.signal("-INT");
    assert_eq!(scene.process.wait(), Some(0));
    scene.journal_holds(1).await;
}
