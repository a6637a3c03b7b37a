//! The picture a second time, by another way: the journal read from its file and folded here.

use std::sync::Arc;

use serde_json::Value;
use vigie::domain::centre::Centre;
use vigie::domain::event::Entry;
use vigie::domain::ids::{CentreId, CrisisId, Epoch, Position, Seq};
use vigie::domain::mark::Viewer;
use vigie::domain::picture::Picture;
use vigie::domain::view::Eye;
use vigie::domain::vocabulary::{Role, Tlp};
use vigie::journal::READ_ENTRIES_MAX;
use vigie::position::PositionSeal;
use vigie::server::open_stores;
use vigie::settings::Layers;

/// What the journal says, without the server.
pub struct Fold {
    pub entries: Vec<Arc<Entry>>,
    picture: Picture,
    centres: Vec<Centre>,
    seal: PositionSeal,
    epoch: Epoch,
}

/// Whose eyes these are.
pub fn viewer(centre: &str, role: Role, ceiling: Tlp) -> Viewer {
    Viewer::of(CentreId::parse(centre).expect("a slug"), role, ceiling)
}

impl Fold {
    /// Reads a crisis from a journal and folds it.
    pub async fn of(journal: &str, crisis: &str) -> Self {
        let journal = open_stores(journal).expect("the stores open").journal;
        let crisis = CrisisId::parse(crisis).expect("a slug");
        let heads = journal.crises().await.expect("the journal answers");
        let head = heads.into_iter().find(|head| head.crisis == crisis).expect("the crisis is in the journal");
        let mut entries: Vec<Arc<Entry>> = Vec::new();
        loop {
            let after = entries.last().map_or(Seq::ZERO, |entry| entry.seq);
            let page = journal.read(&crisis, after, READ_ENTRIES_MAX).await.expect("the journal answers");
            if page.is_empty() {
                break;
            }
            entries.extend(page);
        }
        let mut picture = Picture::open(&entries[0]).expect("the first entry opens a crisis");
        for entry in &entries[1..] {
            picture.evolve(entry);
        }
        let seal = PositionSeal::new(journal.position_key().await.expect("the journal answers"));
        let centres = Layers::defaults().finish().expect("the defaults hold").catalogue.centres;
        Self { entries, picture, centres, seal, epoch: head.epoch }
    }

    /// The same as it was after so many entries.
    pub fn upto(&self, entries: usize) -> Self {
        let entries = self.entries[..entries].to_vec();
        let mut picture = Picture::open(&entries[0]).expect("the first entry opens a crisis");
        for entry in &entries[1..] {
            picture.evolve(entry);
        }
        Self { entries, picture, centres: self.centres.clone(), seal: self.seal.clone(), epoch: self.epoch }
    }

    /// The word for an entry.
    pub fn word(&self, seq: u64) -> String {
        self.seal.seal(Position { epoch: self.epoch, seq: Seq(seq) })
    }

    /// The picture that these eyes must be shown, as JSON without the time of answering.
    pub fn through(&self, viewer: &Viewer) -> Value {
        let seal = |seq| self.seal.seal(Position { epoch: self.epoch, seq });
        let eye = Eye { picture: &self.picture, centres: &self.centres, viewer, seal: &seal };
        serde_json::to_value(eye.whole()).expect("a view is JSON")
    }
}

/// A picture as it was answered, without the time of answering.
pub fn timeless(mut picture: Value) -> Value {
    picture.as_object_mut().expect("an object").remove("server_time").expect("a picture says when it was sent");
    picture
}
