//! The cache of pictures, in memory and in a real Redis.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use vigie::cache::memory::MemoryCache;
use vigie::cache::redis::RedisCache;
use vigie::cache::{Advanced, Field, Kept, PictureCache, codec};
use vigie::domain::ids::{CrisisId, Epoch, Position, Seq};
use vigie::domain::picture::Picture;

use crate::harness::app::{App, CRISIS};
use crate::harness::fold::Fold;
use crate::harness::person::{address, changed, update, will_do};
use crate::harness::redis::Redis;
use crate::harness::{PATIENCE, now};

/// Runs each test against each cache.
macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            $(#[actix_web::test]
            async fn $name() {
                super::$name(&super::MemoryCache::default()).await;
            })+
        }
        mod redis {
            $(#[actix_web::test]
            async fn $name() {
                let redis = super::Redis::start().await;
                super::$name(&super::RedisCache::connect(&redis.url(), "test", super::PATIENCE, super::codec::FORMAT)).await;
            })+
        }
    };
}

contract!(
    nothing_is_kept_at_first,
    a_copy_moves_only_from_where_it_stands,
    a_copy_is_put_in_place_whole_and_never_goes_back,
    another_epoch_replaces_whatever_is_kept,
    crises_are_kept_apart,
    a_picture_that_is_kept_part_by_part_opens_as_the_picture,
);

fn crisis(name: &str) -> CrisisId {
    CrisisId::parse(name).expect("a slug")
}

fn at(epoch: u64, seq: u64) -> Position {
    Position { epoch: Epoch(epoch), seq: Seq(seq) }
}

fn set(name: &str, value: &str) -> Field {
    Field { name: name.to_owned(), value: Some(value.as_bytes().to_vec()) }
}

fn unset(name: &str) -> Field {
    Field { name: name.to_owned(), value: None }
}

/// What is kept: where it stands, and its fields by name.
async fn kept(cache: &dyn PictureCache, name: &str) -> Option<(Position, Vec<(String, String)>)> {
    let Kept { at, fields } = cache.load(&crisis(name)).await.expect("the cache answers")?;
    let show = |(name, value)| (name, String::from_utf8(value).expect("a test writes text"));
    let mut fields: Vec<(String, String)> = fields.into_iter().map(show).collect();
    fields.sort();
    Some((at, fields))
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn advance(cache: &dyn PictureCache, from: Position, to: Position, fields: Vec<Field>) -> Advanced {
    cache.advance(&crisis("a"), from, to, fields).await.expect("the cache answers")
}

async fn replace(cache: &dyn PictureCache, at: Position, fields: Vec<Field>) -> Advanced {
    cache.replace(&crisis("a"), at, fields).await.expect("the cache answers")
}

async fn nothing_is_kept_at_first(cache: &dyn PictureCache) {
    cache.ping().await.expect("the cache answers");
    assert_eq!(kept(cache, "a").await, None);
    assert_eq!(advance(cache, at(1, 1), at(1, 2), vec![set("x", "1")]).await, Advanced::Stands(None));
    assert_eq!(kept(cache, "a").await, None, "a move from nowhere leaves nothing");
}

async fn a_copy_moves_only_from_where_it_stands(cache: &dyn PictureCache) {
    assert_eq!(replace(cache, at(1, 5), vec![set("x", "1"), set("y", "1")]).await, Advanced::Done);
    assert_eq!(advance(cache, at(1, 5), at(1, 9), vec![set("x", "2"), unset("y")]).await, Advanced::Done);
    assert_eq!(kept(cache, "a").await, Some((at(1, 9), fields(&[("x", "2")]))));
    for wrong in [at(1, 5), at(1, 8), at(1, 10), at(2, 9)] {
        let moved = advance(cache, wrong, at(1, 20), vec![set("x", "3")]).await;
        assert_eq!(moved, Advanced::Stands(Some(at(1, 9))));
    }
    assert_eq!(kept(cache, "a").await, Some((at(1, 9), fields(&[("x", "2")]))));
    assert_eq!(advance(cache, at(1, 9), at(1, 9), Vec::new()).await, Advanced::Done, "to see that it still stands");
}

async fn a_copy_is_put_in_place_whole_and_never_goes_back(cache: &dyn PictureCache) {
    replace(cache, at(1, 9), vec![set("x", "1"), set("y", "1")]).await;
    assert_eq!(replace(cache, at(1, 10), vec![set("x", "2")]).await, Advanced::Done);
    assert_eq!(kept(cache, "a").await, Some((at(1, 10), fields(&[("x", "2")]))), "what was there before is gone");
    assert_eq!(replace(cache, at(1, 9), vec![set("x", "3")]).await, Advanced::Stands(Some(at(1, 10))));
    assert_eq!(kept(cache, "a").await, Some((at(1, 10), fields(&[("x", "2")]))));
    assert_eq!(replace(cache, at(1, 10), vec![set("x", "4")]).await, Advanced::Done, "the same place may be put right");
    let largest = (1 << 63) - 1;
    assert_eq!(replace(cache, at(1, largest), Vec::new()).await, Advanced::Done);
    let stands = Advanced::Stands(Some(at(1, largest)));
    assert_eq!(replace(cache, at(1, largest - 1), Vec::new()).await, stands, "numbers are compared exactly");
}

async fn another_epoch_replaces_whatever_is_kept(cache: &dyn PictureCache) {
    replace(cache, at((1 << 63) - 1, 900), vec![set("x", "old"), set("y", "old")]).await;
    assert_eq!(replace(cache, at(7, 3), vec![set("x", "new")]).await, Advanced::Done);
    assert_eq!(kept(cache, "a").await, Some((at(7, 3), fields(&[("x", "new")]))));
}

async fn crises_are_kept_apart(cache: &dyn PictureCache) {
    replace(cache, at(1, 1), vec![set("x", "a")]).await;
    cache.replace(&crisis("b"), at(2, 2), vec![set("x", "b")]).await.expect("the cache answers");
    assert_eq!(kept(cache, "a").await, Some((at(1, 1), fields(&[("x", "a")]))));
    assert_eq!(kept(cache, "b").await, Some((at(2, 2), fields(&[("x", "b")]))));
}

/// A journal in which everything happens that a picture keeps.
async fn eventful() -> Fold {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    let coordinator = app.person("eu-ercc", vigie::domain::vocabulary::Role::Coordinator).await;
    let posts = format!("/api/v1/crises/{CRISIS}");
    let reading = json!([{ "indicator": "border_crossings_in", "value": 5, "as_of": now() }]);
    let mut last = json!(null);
    for n in 0..70 {
        let mut body =
            changed(update("be-nccn", "displacement", "green", &format!("{n}")), json!({ "readings": reading }));
        if n % 3 == 0 {
            body = changed(body, json!({ "tlp": "red", "recipients": ["nl-ncc"] }));
        }
        if n % 10 == 9 {
            body = changed(body, json!({ "supersedes": last }));
        }
        let receipt = officer.post_update(&body).await.must(201);
        last = receipt["id"].clone();
        if n % 7 == 6 && n % 10 != 8 {
            officer.post(&format!("{}/withdraw", address(&receipt)), &json!({ "reason": "A drill" })).await.must(201);
            last = json!(null);
        }
    }
    let ipcr = json!({ "mode": "monitoring", "since": "2022-02-28T00:00:00Z", "decided_by": "Presidency" });
    coordinator.post(&format!("{posts}/ipcr"), &ipcr).await.must(201);
    let matter = json!({
        "title": "A matter", "level": "watch", "severity": "minor", "reason": "A drill", "asked_of": "nl-ncc",
        "tlp": "green",
    });
    let raised = officer.post(&format!("{posts}/escalations"), &matter).await.must(201);
    let step = format!("{posts}/escalations/{}/acknowledge", raised["id"].as_str().expect("an id"));
    coordinator.post(&step, &will_do()).await.must(201);
    let journal = app.journal.clone();
    let fold = Fold::of(&journal, CRISIS).await;
    app.stop().await;
    fold
}

async fn a_picture_that_is_kept_part_by_part_opens_as_the_picture(cache: &dyn PictureCache) {
    let fold = eventful().await;
    let id = crisis(CRISIS);
    let mut picture = Picture::open(&fold.entries[0]).expect("the first entry opens a crisis");
    cache.replace(&id, at(1, 1), codec::all_fields(&picture)).await.expect("the cache answers");
    for entries in fold.entries[1..].chunks(3) {
        let from = at(1, picture.seq.0);
        let touched = entries.iter().flat_map(|entry| picture.evolve(&Arc::clone(entry))).collect();
        let fields = codec::fields_of(&picture, &touched);
        let moved = cache.advance(&id, from, at(1, picture.seq.0), fields).await.expect("the cache answers");
        assert_eq!(moved, Advanced::Done);
    }
    let kept = cache.load(&id).await.expect("the cache answers").expect("it is kept");
    let mut opened = codec::open(kept).expect("it opens");
    // The time of the newest entry is kept with the frame.
    assert_eq!(opened.recorded_at, picture.recorded_at);
    opened.recorded_at = picture.recorded_at;
    assert_eq!(opened, picture);
}

#[actix_web::test]
async fn a_redis_that_is_not_there_is_an_error_within_its_bound_and_not_for_ever() {
    let mut redis = Redis::start().await;
    let cache = RedisCache::connect(&redis.url(), "test", Duration::from_millis(200), codec::FORMAT);
    cache.ping().await.expect("the cache answers");
    redis.freeze();
    cache.ping().await.expect_err("it does not answer");
    redis.thaw();
    redis.kill();
    cache.ping().await.expect_err("it is gone");
    redis.start_again().await;
    crate::harness::eventually("it answers again", async || cache.ping().await.ok()).await;
    let nonsense = RedisCache::connect("not an address", "test", PATIENCE, codec::FORMAT);
    nonsense.ping().await.expect_err("it cannot be there");
}
