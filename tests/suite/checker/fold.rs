//! What was shown, compared with the fold of the journal through the same eyes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use vigie::domain::centre::Centre;
use vigie::domain::event::Entry;
use vigie::domain::ids::{CentreId, Seq};
use vigie::domain::mark::Viewer;
use vigie::domain::picture::Picture;
use vigie::domain::view::Eye;
use vigie::domain::vocabulary::{Role, Tlp};
use vigie::journal::codec;
use vigie::settings::Layers;

use super::book::Book;
use super::history::Eyes;
use super::wall::Wall;
use super::{Fault, Rule};

/// Somebody showed this when the entry of a place was the newest that they knew.
pub struct Claim {
    pub who: String,
    pub crisis: String,
    pub eyes: Eyes,
    pub place: usize,
    pub shows: Wall,
}

/// The centres as they are configured unless somebody says otherwise.
static CENTRES: LazyLock<Vec<Centre>> =
    LazyLock::new(|| Layers::defaults().finish().expect("the defaults hold").catalogue.centres);

/// Compares every claim; of equal ones one is enough.
pub fn check(claims: Vec<Claim>, books: &BTreeMap<String, Book>, faults: &mut Vec<Fault>) {
    let mut by_place: BTreeMap<(String, usize), Vec<Claim>> = BTreeMap::new();
    for claim in claims {
        by_place.entry((claim.crisis.clone(), claim.place)).or_default().push(claim);
    }
    for (crisis, book) in books {
        let mut picture = None;
        for at in 0..book.entries.len() {
            if let Err(says) = fold(&mut picture, book, at) {
                faults.push(Fault::new(Rule::Numbers, format!("{crisis}: entry {}: {says}", at + 1)));
                break;
            }
            let claims = by_place.remove(&(crisis.clone(), at)).unwrap_or_default();
            let Some(picture) = &picture else { continue };
            compare(picture, book, &claims, faults);
        }
    }
}

fn fold(picture: &mut Option<Picture>, book: &Book, at: usize) -> Result<(), String> {
    let stored = codec::decode(&book.entries[at].stored.to_string()).map_err(|error| error.to_string())?;
    let entry: Arc<Entry> = Arc::new(stored.entry);
    match picture {
        Some(picture) => {
            picture.evolve(&entry);
        }
        None => *picture = Some(Picture::open(&entry).ok_or("the first entry opens no crisis")?),
    }
    Ok(())
}

fn compare(picture: &Picture, book: &Book, claims: &[Claim], faults: &mut Vec<Fault>) {
    let mut through: HashMap<Viewer, Wall> = HashMap::new();
    for Claim { who, eyes, shows, place, .. } in claims {
        let Some(viewer) = viewer(eyes) else { continue };
        let ought = through.entry(viewer.clone()).or_insert_with(|| look(picture, book, &viewer));
        if let Some(difference) = shows.differs_from(ought) {
            let says = format!("{who} at entry {}: {difference}", place + 1);
            faults.push(Fault::new(Rule::NotTheFold, says));
        }
    }
}

fn look(picture: &Picture, book: &Book, viewer: &Viewer) -> Wall {
    let word = |seq: Seq| {
        let place = usize::try_from(seq.0).ok().and_then(|seq| seq.checked_sub(1));
        place.map_or_else(String::new, |place| book.entries[place].position.clone())
    };
    let eye = Eye { picture, centres: &CENTRES, viewer, seal: &word };
    let view = serde_json::to_value(eye.whole()).expect("a view is JSON");
    Wall::of(&view).expect("a view is a picture")
}

fn viewer(eyes: &Eyes) -> Option<Viewer> {
    let ceiling = eyes.ceiling.as_deref().map_or(Some(Tlp::Clear), Tlp::parse)?;
    Some(Viewer::of(CentreId::parse(&eyes.centre).ok()?, Role::parse(&eyes.role)?, ceiling))
}
