//! The bell between servers, within one process and over a real Redis.

use tokio::sync::mpsc::Receiver;
use vigie::domain::ids::CrisisId;
use vigie::doorbell::local::LocalBell;
use vigie::doorbell::redis::RedisBell;
use vigie::doorbell::{Doorbell, RINGS_WAITING_MAX};

use crate::harness::redis::Redis;
use crate::harness::{PATIENCE, eventually};

/// Runs each test against each bell.
macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod local {
            $(#[actix_web::test]
            async fn $name() {
                super::$name(&super::LocalBell::default()).await;
            })+
        }
        mod redis {
            $(#[actix_web::test]
            async fn $name() {
                let redis = super::Redis::start().await;
                super::$name(&super::RedisBell::connect(&redis.url(), "test", super::PATIENCE)).await;
            })+
            $(mod $name {
                #[actix_web::test]
                async fn without_redis() {
                    let mut redis = super::super::Redis::start().await;
                    redis.kill();
                    let bell = super::super::RedisBell::connect(&redis.url(), "test", super::super::PATIENCE);
                    super::super::$name(&bell).await;
                }
            })+
        }
    };
}

contract!(
    a_ring_is_heard_by_its_own_server,
    a_ring_without_a_listener_is_lost_and_harms_nobody,
    ringing_never_waits_and_what_waits_is_bounded,
);

fn crisis(name: &str) -> CrisisId {
    CrisisId::parse(name).expect("a slug")
}

async fn heard(rings: &mut Receiver<CrisisId>) -> CrisisId {
    tokio::time::timeout(PATIENCE, rings.recv()).await.expect("a ring is heard in time").expect("the bell hangs")
}

async fn a_ring_is_heard_by_its_own_server(bell: &dyn Doorbell) {
    let mut rings = bell.listen();
    bell.ring(&crisis("a"));
    assert_eq!(heard(&mut rings).await, crisis("a"));
}

async fn a_ring_without_a_listener_is_lost_and_harms_nobody(bell: &dyn Doorbell) {
    bell.ring(&crisis("a"));
    drop(bell.listen());
    bell.ring(&crisis("b"));
    let mut rings = bell.listen();
    bell.ring(&crisis("c"));
    // Over Redis an earlier ring may still be on its way.
    while heard(&mut rings).await != crisis("c") {}
}

async fn ringing_never_waits_and_what_waits_is_bounded(bell: &dyn Doorbell) {
    let mut rings = bell.listen();
    for _ in 0..100 * RINGS_WAITING_MAX {
        bell.ring(&crisis("a"));
    }
    let mut waiting = 0;
    while rings.try_recv().is_ok() {
        waiting += 1;
    }
    assert_eq!(waiting, RINGS_WAITING_MAX);
    bell.ring(&crisis("b"));
    while heard(&mut rings).await != crisis("b") {}
}

/// Rings until the other server hears it: the other may still be connecting.
async fn reaches(bell: &RedisBell, rings: &mut Receiver<CrisisId>, name: &str) {
    let ringing = crisis(name);
    eventually("the other server hears it", async || {
        bell.ring(&ringing);
        tokio::task::yield_now().await;
        while let Ok(ring) = rings.try_recv() {
            if ring == ringing {
                return Some(());
            }
        }
        None
    })
    .await;
}

#[actix_web::test]
async fn a_ring_is_heard_by_other_servers_also_after_redis_was_gone() {
    let mut redis = Redis::start().await;
    let here = RedisBell::connect(&redis.url(), "test", PATIENCE);
    let there = RedisBell::connect(&redis.url(), "test", PATIENCE);
    let elsewhere = RedisBell::connect(&redis.url(), "other", PATIENCE);
    let (mut rings, mut foreign) = (there.listen(), elsewhere.listen());
    reaches(&here, &mut rings, "a").await;
    redis.kill();
    here.ring(&crisis("lost"));
    redis.start_again().await;
    reaches(&here, &mut rings, "b").await;
    assert!(foreign.try_recv().is_err(), "another prefix is another bell");
}
