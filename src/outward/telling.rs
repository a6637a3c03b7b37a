//! Which deliveries follow from the journals, and from walls that are not seen any more.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Outward, OutwardError, WALLS_EVERY, words};
use crate::accounts::Holders;
use crate::destinations::{Delivery, Destination, Loss, Move, Told};
use crate::domain::event::Entry;
use crate::domain::ids::{CentreId, CrisisId, Epoch, Position, Seq};
use crate::domain::picture::Picture;
use crate::domain::view::Visible;
use crate::domain::view::notice::{self, Notice};
use crate::domain::vocabulary::NoticeKind;

/// Entries that are looked at before cursors are moved.
const READ_MAX: usize = 256;

/// How far a crisis was told, with the picture of then.
pub(super) struct Stand {
    epoch: Epoch,
    picture: Picture,
}

/// A destination on its way through a crisis.
struct Follower<'a> {
    destination: &'a Destination,
    from: Seq,
    deliveries: Vec<Delivery>,
}

impl Outward {
    /// Puts down what came after the cursors of a crisis, up to where the hub stands.
    pub(super) async fn tell(&mut self, crisis: &CrisisId, told: &[Told]) -> Result<(), OutwardError> {
        let Some(Position { epoch, seq: head }) = self.parts.hub.position(crisis) else { return Ok(()) };
        let follower = |told: &'_ Told| {
            let mark = told.marks.iter().find(|(marked, _)| marked == crisis);
            mark.map_or(Seq::ZERO, |(_, seq)| *seq)
        };
        let mut followers: Vec<Follower<'_>> = told
            .iter()
            .map(|told| Follower { destination: &told.destination, from: follower(told), deliveries: Vec::new() })
            .filter(|follower| follower.from < head)
            .collect();
        while let Some(from) = followers.iter().map(|follower| follower.from).min() {
            let entries = self.parts.journal.read(crisis, from, READ_MAX).await?;
            let Some(upto) = entries.last().map(|entry| entry.seq) else { return Ok(()) };
            let mut picture = self.picture_at(crisis, Position { epoch, seq: from }).await?;
            for entry in &entries {
                match &mut picture {
                    Some(picture) => drop(picture.evolve(entry)),
                    None => picture = Picture::open(entry),
                }
                let Some(picture) = &picture else { continue };
                let notices = notice::notices(entry, picture);
                for follower in &mut followers {
                    self.follow(follower, crisis, entry, &notices);
                }
            }
            let (moved, ahead): (Vec<_>, Vec<_>) = followers.into_iter().partition(|follower| follower.from < upto);
            let moves = moved.iter().map(|follower| Move {
                destination: follower.destination.id,
                from: follower.from,
                to: upto,
                deliveries: follower.deliveries.clone(),
            });
            self.parts.destinations.put_down(crisis.clone(), moves.collect(), self.parts.clock.now()).await?;
            if let Some(picture) = picture {
                self.stands.insert(crisis.clone(), Stand { epoch, picture });
            }
            let moved = moved.into_iter().filter(|_| upto < head);
            let moved = moved.map(|follower| Follower { from: upto, deliveries: Vec::new(), ..follower });
            followers = moved.chain(ahead).collect();
        }
        self.share(crisis, head);
        Ok(())
    }

    /// What an entry tells one destination, if that is after where it stands.
    fn follow(&self, follower: &mut Follower<'_>, crisis: &CrisisId, entry: &Entry, notices: &[Visible<Notice>]) {
        let Destination { id, centre, channel, kinds, since, .. } = follower.destination;
        if entry.seq <= follower.from || entry.recorded_at < *since {
            return;
        }
        let origin = self.parts.settings.origin.as_deref();
        for notice in notices {
            let Notice { kind, centre: told, .. } = notice.get();
            if told == centre && kinds.contains(kind) {
                follower.deliveries.push(Delivery {
                    id: words::id(*id, *kind, &words::Source::Entry(crisis, entry.seq)),
                    kind: *kind,
                    content: words::content(*channel, notice, origin),
                });
            }
        }
    }

    /// The picture after an entry: where it was told last, where the hub stands, or made anew. None before the first.
    async fn picture_at(&self, crisis: &CrisisId, at: Position) -> Result<Option<Picture>, OutwardError> {
        if at.seq == Seq::ZERO {
            return Ok(None);
        }
        if let Some(stand) = self.stands.get(crisis)
            && stand.epoch == at.epoch
            && stand.picture.seq == at.seq
        {
            return Ok(Some(stand.picture.clone()));
        }
        if let Some((epoch, picture)) = self.parts.hub.picture(crisis)
            && epoch == at.epoch
            && picture.seq == at.seq
        {
            return Ok(Some(picture));
        }
        Ok(Some(self.parts.past.picture(crisis, at).await?))
    }

    /// Who is level with the hub keeps the hub's picture in place of its own: they share what they hold.
    fn share(&mut self, crisis: &CrisisId, head: Seq) {
        if let Some((epoch, picture)) = self.parts.hub.picture(crisis)
            && picture.seq == head
        {
            self.stands.insert(crisis.clone(), Stand { epoch, picture });
        }
    }

    /// Once a minute: which walls have not been seen for too long. A server that has just begun gives them time
    /// to come back to it first.
    pub(super) async fn look_for_walls(&mut self, told: &[Told]) -> Result<(), OutwardError> {
        let now = self.parts.clock.now();
        let lost_after = self.parts.settings.wall_lost;
        let lately = |at: Timestamp, term: SignedDuration| now.duration_since(at) < term;
        if lately(self.began_at, lost_after) || self.walls_looked_at.is_some_and(|at| lately(at, WALLS_EVERY)) {
            return Ok(());
        }
        self.walls_looked_at = Some(now);
        let asked = |told: &&Told| told.destination.kinds.contains(&NoticeKind::DeviceLost);
        let asked: Vec<&Destination> = told.iter().filter(asked).map(|told| &told.destination).collect();
        let centres: BTreeSet<&CentreId> = asked.iter().map(|destination| &destination.centre).collect();
        for centre in centres {
            let own = asked.iter().copied().filter(|destination| destination.centre == *centre);
            let losses = self.losses(centre, &own.collect::<Vec<_>>(), now).await?;
            self.parts.destinations.lose(losses, now).await?;
        }
        Ok(())
    }

    async fn losses(
        &self,
        centre: &CentreId,
        destinations: &[&Destination],
        now: Timestamp,
    ) -> Result<Vec<Loss>, OutwardError> {
        let origin = self.parts.settings.origin.as_deref();
        let mut losses = Vec::new();
        for wall in self.parts.accounts.held(Holders::Walls, Some(centre.clone())).await? {
            let seen = wall.device.as_ref().and_then(|device| device.last_seen);
            let Some(last_seen) = seen.filter(|_| wall.holds_at(now)) else { continue };
            let Ok(lost_at) = last_seen.checked_add(self.parts.settings.wall_lost) else { continue };
            if now < lost_at {
                continue;
            }
            let notice = notice::wall_lost(centre.clone(), wall.id, wall.name.clone(), last_seen, now);
            for destination in destinations.iter().filter(|destination| destination.since <= lost_at) {
                let kind = NoticeKind::DeviceLost;
                losses.push(Loss {
                    destination: destination.id,
                    wall: wall.id,
                    last_seen,
                    delivery: Delivery {
                        id: words::id(destination.id, kind, &words::Source::Wall(wall.id, last_seen)),
                        kind,
                        content: words::content(destination.channel, &notice, origin),
                    },
                });
            }
        }
        Ok(losses)
    }
}
