//! What must hold after every step, cheaply, and what must hold where everything has come to rest.

use std::collections::HashMap;

use vigie::cache::{PictureCache, codec};
use vigie::domain::ids::{CrisisId, Epoch, Seq};
use vigie::domain::picture::Picture;

use super::world::{Known, World};

/// Where each server's picture of each crisis stood, to see that it goes forward.
#[derive(Default)]
pub struct Steps(HashMap<(usize, CrisisId), (usize, Seq)>);

impl Steps {
    /// After every step: nothing is ahead of the journal, nothing goes back, and every part of every server lives.
    pub async fn check(&mut self, world: &World<'_>) -> Result<(), String> {
        for (at, server) in world.servers.iter().enumerate() {
            if let Some(part) = server.ended() {
                return Err(format!("server {at}: its {part} ended"));
            }
            for Known { id, epoch, picture } in &world.known {
                let Some(here) = server.hub.position(id) else { continue };
                if here.epoch != *epoch || here.seq > picture.seq {
                    return Err(format!(
                        "server {at} shows {id} at {} and the journal ends at {}",
                        here.seq.0, picture.seq.0
                    ));
                }
                // A server that was started anew is another one.
                let life = std::ptr::from_ref(&*server.hub).addr();
                let before = self.0.insert((at, id.clone()), (life, here.seq));
                if before.is_some_and(|(same, before)| same == life && before > here.seq) {
                    return Err(format!("server {at} went back in {id}, to {}", here.seq.0));
                }
            }
            for (crisis, seq) in server.desk.committed() {
                if world.known.iter().any(|known| known.id == crisis && known.picture.seq < seq) {
                    return Err(format!("server {at} acknowledged entry {} of {crisis}, which is not there", seq.0));
                }
            }
        }
        for Known { id, epoch, picture } in &world.known {
            let kept = world.shared.cache.behind().load(id).await.map_err(|error| error.to_string())?;
            if kept.is_some_and(|kept| kept.at.epoch == *epoch && kept.at.seq > picture.seq) {
                return Err(format!("the cache is ahead of the journal of {id}"));
            }
        }
        Ok(())
    }
}

/// Where everything has come to rest: every picture is the fold of the journal, and so is whatever the cache opens to.
pub async fn at_rest(world: &World<'_>) -> Result<(), String> {
    if world.waits() {
        return Err("somebody waits for an answer that does not come".to_owned());
    }
    for Known { id, epoch, picture } in &world.known {
        for (at, server) in world.servers.iter().enumerate() {
            let Some((_, here)) = server.hub.picture(id) else {
                return Err(format!("server {at} knows nothing of {id}"));
            };
            let equal = here == *picture || here == fold(world, id, here.seq).await;
            if !equal {
                return Err(format!("server {at} holds another picture of {id} than the journal gives"));
            }
        }
        cached(world, id, *epoch).await?;
    }
    Ok(())
}

async fn cached(world: &World<'_>, id: &CrisisId, epoch: Epoch) -> Result<(), String> {
    let kept = world.shared.cache.behind().load(id).await.map_err(|error| error.to_string())?;
    let Some(kept) = kept.filter(|kept| kept.at.epoch == epoch) else { return Ok(()) };
    let at = kept.at.seq;
    // What cannot be read is rebuilt at the next start; what can be read must be right.
    let Ok(mut opened) = codec::open(kept) else { return Ok(()) };
    let ought = fold(world, id, at).await;
    opened.recorded_at = ought.recorded_at;
    if opened == ought {
        Ok(())
    } else {
        Err(format!("the cache opens to another picture of {id} than the journal gives"))
    }
}

async fn fold(world: &World<'_>, id: &CrisisId, upto: Seq) -> Picture {
    let entries = world.journal(id).await;
    let mut picture = Picture::open(&entries[0]).expect("the first entry opens a crisis");
    for entry in entries[1..].iter().filter(|entry| entry.seq <= upto) {
        picture.evolve(entry);
    }
    picture
}
