//! Where a picture comes from: what is held already, or the cache, and then the tail of the journal.

use std::sync::Arc;

use crate::cache::{self, PictureCache};
use crate::domain::event::Entry;
use crate::domain::ids::{CrisisId, Position, Seq};
use crate::domain::picture::Picture;
use crate::journal::{CrisisHead, Journal, JournalError, READ_ENTRIES_MAX};

/// The picture of a crisis as the journal ends now. A cache that cannot be read costs time, not truth.
pub async fn picture(
    journal: &dyn Journal,
    cache: &dyn PictureCache,
    head: &CrisisHead,
) -> Result<Option<Picture>, JournalError> {
    let kept = from_cache(cache, head).await;
    carried_on(journal, &head.crisis, kept).await
}

/// A picture carried on to where the journal ends now; without one, from the first entry on.
pub async fn carried_on(
    journal: &dyn Journal,
    crisis: &CrisisId,
    mut picture: Option<Picture>,
) -> Result<Option<Picture>, JournalError> {
    loop {
        let after = picture.as_ref().map_or(Seq::ZERO, |picture| picture.seq);
        let entries = journal.read(crisis, after, READ_ENTRIES_MAX).await?;
        if entries.is_empty() {
            return Ok(picture);
        }
        for entry in &entries {
            match &mut picture {
                Some(picture) => {
                    picture.evolve(entry);
                }
                None => picture = Some(open(crisis, entry)?),
            }
        }
    }
}

/// A journal that does not begin with its crisis has no picture: nothing later can make one.
fn open(crisis: &CrisisId, first: &Arc<Entry>) -> Result<Picture, JournalError> {
    let picture = Picture::open(first).filter(|picture| picture.crisis.slug == *crisis);
    picture.ok_or_else(|| JournalError::Damaged {
        crisis: crisis.to_string(),
        seq: first.seq.0,
        reason: "it does not open its own crisis".to_owned(),
    })
}

async fn from_cache(cache: &dyn PictureCache, head: &CrisisHead) -> Option<Picture> {
    let kept = match cache.load(&head.crisis).await {
        Ok(kept) => kept?,
        Err(error) => {
            tracing::warn!(crisis.id = %head.crisis, %error, "the cache is of no help for this start");
            return None;
        }
    };
    let Position { epoch, seq } = kept.at;
    if epoch != head.epoch || seq > head.seq {
        tracing::info!(crisis.id = %head.crisis, "the cache holds another journal's picture; it is rebuilt");
        return None;
    }
    match cache::codec::open(kept) {
        Ok(picture) => Some(picture),
        Err(error) => {
            tracing::warn!(crisis.id = %head.crisis, %error, "the cached picture is damaged; it is rebuilt");
            None
        }
    }
}
