//! Destinations that die with the process: for tests.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Counts, DEAD_MAX, DESTINATIONS_MAX, DeadLetter, Delivery, Destination, Destinations, DestinationsError, Due,
    Failed, LISTED_MAX, Loss, Mark, Move, Settled, Told, WAITING_MAX,
};
use crate::domain::ids::{AccountId, CentreId, CrisisId, DestinationId, Seq};
use crate::domain::vocabulary::DeliveryFault;

/// Destinations in memory.
#[derive(Default)]
pub struct MemoryDestinations(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    destinations: Vec<Destination>,
    cursors: BTreeMap<(DestinationId, CrisisId), Seq>,
    losses: HashMap<(DestinationId, AccountId), Timestamp>,
    deliveries: Vec<OnItsWay>,
    lease: Option<(Uuid, Timestamp)>,
}

struct OnItsWay {
    destination: DestinationId,
    delivery: Delivery,
    made_at: Timestamp,
    attempts: u32,
    state: State,
}

enum State {
    Waiting(Timestamp),
    Dead(Timestamp, Failed),
}

impl MemoryDestinations {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&mut self, id: DestinationId) -> Option<&mut Destination> {
        self.destinations.iter_mut().find(|destination| destination.id == id)
    }

    fn put(&mut self, destination: DestinationId, delivery: Delivery, now: Timestamp) {
        if self.deliveries.iter().any(|there| there.delivery.id == delivery.id) {
            return;
        }
        let waiting = |there: &&OnItsWay| there.destination == destination && matches!(there.state, State::Waiting(_));
        let full = self.deliveries.iter().filter(waiting).count() >= WAITING_MAX;
        let state = if full { State::Dead(now, too_many()) } else { State::Waiting(now) };
        self.deliveries.push(OnItsWay { destination, delivery, made_at: now, attempts: 0, state });
        if full {
            self.forget_old(destination);
        }
    }

    fn forget_old(&mut self, destination: DestinationId) {
        let is_dead = |there: &OnItsWay| there.destination == destination && matches!(there.state, State::Dead(..));
        let mut died: Vec<_> = self.deliveries.iter().filter(|there| is_dead(there)).filter_map(dead_at).collect();
        died.sort();
        let many = died.len().saturating_sub(DEAD_MAX);
        let old: Vec<String> = died.into_iter().take(many).map(|(_, id)| id).collect();
        self.deliveries.retain(|there| !old.contains(&there.delivery.id));
    }
}

fn dead_at(there: &OnItsWay) -> Option<(Timestamp, String)> {
    match there.state {
        State::Dead(at, _) => Some((at, there.delivery.id.clone())),
        State::Waiting(_) => None,
    }
}

fn too_many() -> Failed {
    Failed { fault: DeliveryFault::TooMany, status: None }
}

#[async_trait]
impl Destinations for MemoryDestinations {
    async fn add(&self, destination: Destination, marks: Vec<Mark>) -> Result<bool, DestinationsError> {
        let mut kept = self.kept();
        if kept.destinations.iter().filter(|there| there.centre == destination.centre).count() >= DESTINATIONS_MAX {
            return Ok(false);
        }
        kept.cursors.extend(marks.into_iter().map(|(crisis, seq)| ((destination.id, crisis), seq)));
        kept.destinations.push(destination);
        Ok(true)
    }

    async fn list(&self, centre: Option<CentreId>) -> Result<Vec<Destination>, DestinationsError> {
        let kept = self.kept();
        let asked = |there: &&Destination| centre.as_ref().is_none_or(|centre| there.centre == *centre);
        Ok(kept.destinations.iter().rev().filter(asked).take(LISTED_MAX).cloned().collect())
    }

    async fn by_id(&self, id: DestinationId) -> Result<Option<Destination>, DestinationsError> {
        Ok(self.kept().find(id).cloned())
    }

    async fn pause(&self, id: DestinationId, at: Timestamp) -> Result<(), DestinationsError> {
        if let Some(destination) = self.kept().find(id) {
            destination.paused_at.get_or_insert(at);
        }
        Ok(())
    }

    async fn resume(&self, id: DestinationId, at: Timestamp, marks: Vec<Mark>) -> Result<(), DestinationsError> {
        let mut kept = self.kept();
        let Some(destination) = kept.find(id).filter(|there| there.paused_at.is_some()) else { return Ok(()) };
        (destination.paused_at, destination.since) = (None, at);
        kept.cursors.extend(marks.into_iter().map(|(crisis, seq)| ((id, crisis), seq)));
        Ok(())
    }

    async fn remove(&self, id: DestinationId) -> Result<(), DestinationsError> {
        let mut kept = self.kept();
        kept.destinations.retain(|there| there.id != id);
        kept.cursors.retain(|(there, _), _| *there != id);
        kept.losses.retain(|(there, _), _| *there != id);
        kept.deliveries.retain(|there| there.destination != id);
        Ok(())
    }

    async fn told(&self) -> Result<Vec<Told>, DestinationsError> {
        let kept = self.kept();
        let active = kept.destinations.iter().filter(|there| there.paused_at.is_none());
        let marks = |id: DestinationId| {
            let own = kept.cursors.iter().filter(move |((there, _), _)| *there == id);
            own.map(|((_, crisis), seq)| (crisis.clone(), *seq)).collect()
        };
        Ok(active.map(|there| Told { destination: there.clone(), marks: marks(there.id) }).collect())
    }

    async fn put_down(&self, crisis: CrisisId, moves: Vec<Move>, now: Timestamp) -> Result<(), DestinationsError> {
        let mut kept = self.kept();
        for Move { destination, from, to, deliveries } in moves {
            let place = (destination, crisis.clone());
            let stands = kept.cursors.get(&place).copied().unwrap_or(Seq::ZERO);
            if stands != from || kept.find(destination).is_none() {
                continue;
            }
            kept.cursors.insert(place, to);
            for delivery in deliveries {
                kept.put(destination, delivery, now);
            }
        }
        Ok(())
    }

    async fn lose(&self, losses: Vec<Loss>, now: Timestamp) -> Result<(), DestinationsError> {
        let mut kept = self.kept();
        for Loss { destination, wall, last_seen, delivery } in losses {
            if kept.find(destination).is_some() && kept.losses.insert((destination, wall), last_seen) != Some(last_seen)
            {
                kept.put(destination, delivery, now);
            }
        }
        Ok(())
    }

    async fn due(&self, now: Timestamp, of_each: usize) -> Result<Vec<Due>, DestinationsError> {
        let kept = self.kept();
        let mut due: Vec<(Timestamp, Timestamp, Due)> = Vec::new();
        for there in &kept.deliveries {
            let destination = kept.destinations.iter().find(|one| one.id == there.destination);
            if let (State::Waiting(at), Some(destination)) = (&there.state, destination)
                && *at <= now
                && destination.paused_at.is_none()
            {
                let one = Due {
                    destination: destination.clone(),
                    delivery: there.delivery.clone(),
                    attempts: there.attempts,
                };
                due.push((*at, there.made_at, one));
            }
        }
        due.sort_by(|a, b| (a.0, a.1, &a.2.delivery.id).cmp(&(b.0, b.1, &b.2.delivery.id)));
        let mut taken: HashMap<DestinationId, usize> = HashMap::new();
        due.retain(|(_, _, due)| {
            let taken = taken.entry(due.destination.id).or_default();
            *taken += 1;
            *taken <= of_each
        });
        Ok(due.into_iter().map(|(_, _, due)| due).collect())
    }

    async fn settle(
        &self,
        delivery: String,
        attempts: u32,
        settled: Settled,
        now: Timestamp,
    ) -> Result<(), DestinationsError> {
        let mut kept = self.kept();
        let alike = |there: &OnItsWay| there.delivery.id == delivery && there.attempts == attempts;
        let Some(place) = kept.deliveries.iter().position(alike) else { return Ok(()) };
        let there = &mut kept.deliveries[place];
        let destination = there.destination;
        there.attempts += 1;
        match settled {
            Settled::Arrived => drop(kept.deliveries.remove(place)),
            Settled::Again(at, _) => there.state = State::Waiting(at),
            Settled::Dead(failed) | Settled::Gone(failed) => {
                there.state = State::Dead(now, failed);
                kept.forget_old(destination);
            }
        }
        if matches!(settled, Settled::Gone(_))
            && let Some(destination) = kept.find(destination)
        {
            destination.paused_at.get_or_insert(now);
        }
        Ok(())
    }

    async fn dead(&self, destination: DestinationId) -> Result<Vec<DeadLetter>, DestinationsError> {
        let kept = self.kept();
        let own = kept.deliveries.iter().filter(|there| there.destination == destination);
        let mut dead: Vec<DeadLetter> = own
            .filter_map(|there| match there.state {
                State::Waiting(_) => None,
                State::Dead(died_at, failed) => Some(DeadLetter {
                    id: there.delivery.id.clone(),
                    kind: there.delivery.kind,
                    made_at: there.made_at,
                    died_at,
                    attempts: there.attempts,
                    failed,
                }),
            })
            .collect();
        dead.sort_by(|a, b| (b.died_at, &b.id).cmp(&(a.died_at, &a.id)));
        Ok(dead)
    }

    async fn retry(
        &self,
        destination: DestinationId,
        delivery: String,
        now: Timestamp,
    ) -> Result<bool, DestinationsError> {
        let mut kept = self.kept();
        let dead = |there: &&mut OnItsWay| {
            there.destination == destination && there.delivery.id == delivery && matches!(there.state, State::Dead(..))
        };
        let Some(there) = kept.deliveries.iter_mut().find(dead) else { return Ok(false) };
        (there.state, there.attempts) = (State::Waiting(now), 0);
        Ok(true)
    }

    async fn counts(&self) -> Result<HashMap<DestinationId, Counts>, DestinationsError> {
        let mut counts: HashMap<DestinationId, Counts> = HashMap::new();
        for there in &self.kept().deliveries {
            let counts = counts.entry(there.destination).or_default();
            match there.state {
                State::Waiting(_) => counts.waiting += 1,
                State::Dead(..) => counts.dead += 1,
            }
        }
        Ok(counts)
    }

    async fn lease(&self, holder: Uuid, now: Timestamp, until: Timestamp) -> Result<bool, DestinationsError> {
        let mut kept = self.kept();
        let free = kept.lease.is_none_or(|(other, ends)| other == holder || ends <= now);
        if free {
            kept.lease = Some((holder, until));
        }
        Ok(free)
    }

    async fn release(&self, holder: Uuid) -> Result<(), DestinationsError> {
        self.kept().lease.take_if(|(other, _)| *other == holder);
        Ok(())
    }
}
