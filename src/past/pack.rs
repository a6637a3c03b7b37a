//! Snapshot ⇄ bytes: the fields of the cache, compressed, behind a digest.
//!
//! The form is disposable. What does not open is made again from the journal.

use std::io::{Read, Write};
use std::sync::LazyLock;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};

use crate::cache::{CacheError, Kept, codec};
use crate::domain::ids::Position;
use crate::domain::picture::Picture;
use crate::domain::stretch::Stretch;

/// The form that is written. Its own number is to be counted up when the shape of a stretch changes.
pub static FORM: LazyLock<String> = LazyLock::new(|| format!("{}.2", codec::FORMAT));
/// Length of the digest before the bytes.
const DIGEST_BYTES: usize = 32;

/// A picture to be looked at later.
pub fn picture(picture: &Picture) -> Vec<u8> {
    let mut lines = Vec::new();
    for field in codec::all_fields(&picture.to_look_at()) {
        let Some(value) = field.value else { continue };
        // Neither a name nor JSON on one line holds a tab or the end of a line.
        lines.extend_from_slice(field.name.as_bytes());
        lines.push(b'\t');
        lines.extend_from_slice(&value);
        lines.push(b'\n');
    }
    close(&lines)
}

/// The picture that was put away at a position.
pub fn open_picture(bytes: &[u8], at: Position) -> Result<Picture, CacheError> {
    let damaged = || CacheError::Damaged("a line has no name".to_owned());
    let lines = open(bytes)?;
    let field = |line: &[u8]| {
        let tab = line.iter().position(|byte| *byte == b'\t').ok_or_else(damaged)?;
        let name = std::str::from_utf8(&line[..tab]).map_err(|_| damaged())?;
        Ok((name.to_owned(), line[tab + 1..].to_vec()))
    };
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let fields = lines.map(field).collect::<Result<_, CacheError>>()?;
    codec::open(Kept { at, fields })
}

/// A stretch to be told of later.
pub fn stretch(stretch: &Stretch) -> Vec<u8> {
    close(&serde_json::to_vec(stretch).expect("a stretch is lists of words and numbers"))
}

/// The stretch that was put away.
pub fn open_stretch(bytes: &[u8]) -> Result<Stretch, CacheError> {
    serde_json::from_slice(&open(bytes)?).map_err(|error| CacheError::Damaged(error.to_string()))
}

fn close(plain: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).expect("memory takes it");
    let packed = encoder.finish().expect("memory takes it");
    let mut bytes = Sha256::digest(&packed).to_vec();
    bytes.extend(packed);
    bytes
}

fn open(bytes: &[u8]) -> Result<Vec<u8>, CacheError> {
    let damaged = |reason: &str| CacheError::Damaged(reason.to_owned());
    let (digest, packed) = bytes.split_at_checked(DIGEST_BYTES).ok_or_else(|| damaged("it is cut off"))?;
    if Sha256::digest(packed).as_slice() != digest {
        return Err(damaged("its bytes were changed"));
    }
    let mut plain = Vec::new();
    DeflateDecoder::new(packed).read_to_end(&mut plain).map_err(|_| damaged("it is not compressed"))?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::domain::event::Event;
    use crate::domain::ids::{Epoch, Seq};
    use crate::domain::rehearsal::{any_journal, centres, every_viewer, pictures};
    use crate::domain::view::Eye;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_picture_that_was_put_away_goes_on_as_if_it_never_had_been(
            journal in any_journal(1..80), at in any::<Index>(),
        ) {
            let pictures = pictures(&journal);
            let at = at.index(pictures.len());
            let position = Position { epoch: Epoch(1), seq: pictures[at].seq };
            let mut opened = open_picture(&picture(&pictures[at]), position).expect("it opens");
            for (entry, expected) in journal[at + 1..].iter().map(Some).chain([None]).zip(&pictures[at..]) {
                for viewer in every_viewer() {
                    let (centres, seal) = (centres(), |seq: Seq| seq.0.to_string());
                    let show = |picture| Eye { picture, centres: &centres, viewer: &viewer, seal: &seal }.whole();
                    prop_assert_eq!(show(&opened), show(expected));
                }
                if let Some(entry) = entry {
                    let forgotten = opened.forgotten(std::slice::from_ref(entry));
                    for entry in &journal {
                        if let Event::UpdatePosted { update } = &entry.event
                            && forgotten.contains(&update.id)
                        {
                            opened.recall(update, entry.recorded_at);
                        }
                    }
                    opened.evolve(entry);
                }
            }
        }
    }

    #[test]
    fn bytes_that_were_changed_or_cut_off_do_not_open() {
        let whole = stretch(&Stretch::default());
        assert_eq!(open_stretch(&whole).expect("it opens"), Stretch::default());
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(open_stretch(&changed).is_err(), "byte {at}");
            assert!(open_stretch(&whole[..at]).is_err(), "{at} bytes");
        }
    }
}
