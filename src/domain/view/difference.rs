//! What changed between two pictures of one viewer, from → to: what a shift must know that begins.
//!
//! Made from what the viewer was shown and is shown, so nothing hidden shows through. Applied to the old
//! picture it gives the new one, but for the feed: its lines are the journal's to read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    CellView, CentreView, CrisisView, CycleView, EscalationView, PictureView, QueryView, ReadingView, SlotView,
    SlotsView, Visible,
};
use crate::domain::freshness::freshness;
use crate::domain::ids::{CentreId, CycleId, EscalationId, IndicatorId, QueryId, SectorId};
use crate::domain::indicator::Value;
use crate::domain::vocabulary::{EscalationState, Freshness, QueryState};

/// A difference of decimals is rounded to this many of them: beyond is noise of binary fractions.
const DECIMALS_MAX: i32 = 6;

/// Everything that is otherwise than it was. What did not change is not named.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Difference {
    /// Where the viewer's old picture stands.
    pub since: String,
    /// Where the new one stands.
    pub upto: String,
    /// The moments at which silence is judged.
    #[cfg_attr(test, ts(type = "string"))]
    pub since_at: Timestamp,
    #[cfg_attr(test, ts(type = "string"))]
    pub upto_at: Timestamp,
    pub crisis: Option<CrisisChange>,
    pub cells: Vec<CellChange>,
    pub escalations: EscalationChanges,
    pub queries: QueryChanges,
    pub readings: Vec<ReadingChange>,
    pub centres: Vec<CentreChange>,
    pub cycles: Vec<CycleChange>,
    pub slots: Vec<SlotsChange>,
    /// Reports whose grace ended in between, oldest first. Time alone makes them so: no picture holds them.
    pub missed: Vec<SlotView>,
    /// Of whom something still held then, and nothing does now.
    pub silent: Vec<CentreId>,
}

/// The frame of the crisis: its state, scope and IPCR mode.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CrisisChange {
    /// `null` when the crisis had not begun.
    pub from: Option<CrisisView>,
    pub to: CrisisView,
}

/// What one centre says of one sector; `null` is "no report".
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CellChange {
    pub centre: CentreId,
    pub sector: SectorId,
    pub from: Option<CellView>,
    pub to: Option<CellView>,
}

/// Each escalation that changed, in one of these.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EscalationChanges {
    /// Not there then, in whatever state they are now.
    pub new: Vec<EscalationView>,
    /// Nobody has to act on them any more: closed or rejected since.
    pub closed: Vec<EscalationView>,
    pub changed: Vec<EscalationChange>,
    /// Shown then and no longer: older than the finished ones that are shown, or out of this viewer's sight.
    pub gone: Vec<EscalationId>,
}

/// An escalation that was there and is otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EscalationChange {
    pub from: EscalationView,
    pub to: EscalationView,
}

/// Each query that changed, in one of these.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct QueryChanges {
    /// Not there then, in whatever state they are now.
    pub new: Vec<QueryView>,
    pub answered: Vec<QueryView>,
    pub withdrawn: Vec<QueryView>,
    /// Shown then and no longer: older than the ended ones that are shown, or out of scope.
    pub gone: Vec<QueryId>,
}

/// The newest figure of one indicator from one centre; `null` is "none".
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReadingChange {
    pub centre: CentreId,
    pub indicator: IndicatorId,
    pub from: Option<ReadingView>,
    pub to: Option<ReadingView>,
    /// `to` less `from` where both are figures: an indicator has one unit for ever.
    pub difference: Option<f64>,
}

/// A centre that was heard again, or that the scope took in or left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CentreChange {
    pub centre: CentreId,
    pub from: Option<CentreView>,
    pub to: Option<CentreView>,
}

/// A reporting cycle that was set, changed, planned further or ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CycleChange {
    pub cycle: CycleId,
    pub from: Option<CycleView>,
    pub to: CycleView,
}

/// What fills or excuses the slots of one centre in one cycle, of the due times that are shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SlotsChange {
    pub cycle: CycleId,
    pub centre: CentreId,
    pub from: Option<SlotsView>,
    pub to: Option<SlotsView>,
}

/// A picture and the time for which it is looked at.
#[derive(Debug, Clone)]
pub struct Look<'a> {
    pub picture: &'a Visible<PictureView>,
    pub at: Timestamp,
    /// What was missed since then.
    pub missed: Visible<Vec<SlotView>>,
}

/// Where the old picture stands.
#[derive(Debug, Clone)]
pub struct Then<'a> {
    pub position: String,
    pub at: Timestamp,
    /// `None` before the crisis began.
    pub picture: Option<&'a Visible<PictureView>>,
}

/// What is otherwise now. Both pictures must be of one viewer.
pub fn difference(then: Then<'_>, now: Look<'_>) -> Visible<Difference> {
    let (from, to) = (then.picture.map(Visible::get), now.picture.get());
    let crisis = from.map(|picture| &picture.crisis);
    Visible(Difference {
        since: then.position,
        upto: to.position.clone(),
        since_at: then.at,
        upto_at: now.at,
        crisis: (crisis != Some(&to.crisis)).then(|| CrisisChange { from: crisis.cloned(), to: to.crisis.clone() }),
        cells: cells(from.map_or(&[], |picture| &picture.cells), &to.cells),
        escalations: escalations(from.map_or(&[], |picture| &picture.escalations), &to.escalations),
        queries: queries(from.map_or(&[], |picture| &picture.queries), &to.queries),
        readings: readings(from.map_or(&[], |picture| &picture.readings), &to.readings),
        centres: centres(from.map_or(&[], |picture| &picture.centres), &to.centres),
        cycles: cycles(from.map_or(&[], |picture| &picture.cycles), &to.cycles),
        slots: slots(from.map_or(&[], |picture| &picture.slots), &to.slots),
        missed: now.missed.0,
        silent: from.map_or_else(Vec::new, |from| silent(from, then.at, to, now.at)),
    })
}

/// What stands under the same key in both, where it is not the same; in the order of the keys.
fn changed<'a, T: PartialEq, K: Ord>(
    from: &'a [T],
    to: &'a [T],
    key: impl Fn(&'a T) -> K,
) -> impl Iterator<Item = (K, (Option<&'a T>, Option<&'a T>))> {
    let mut pairs: BTreeMap<K, (Option<&T>, Option<&T>)> = BTreeMap::new();
    for thing in from {
        pairs.entry(key(thing)).or_default().0 = Some(thing);
    }
    for thing in to {
        pairs.entry(key(thing)).or_default().1 = Some(thing);
    }
    pairs.into_iter().filter(|(_, (from, to))| from != to)
}

fn cells(from: &[CellView], to: &[CellView]) -> Vec<CellChange> {
    let pairs = changed(from, to, |cell| (cell.centre.clone(), cell.sector.clone()));
    let change = |((centre, sector), (from, to)): (_, (Option<&CellView>, Option<&CellView>))| CellChange {
        centre,
        sector,
        from: from.cloned(),
        to: to.cloned(),
    };
    pairs.map(change).collect()
}

fn escalations(from: &[EscalationView], to: &[EscalationView]) -> EscalationChanges {
    let finished =
        |escalation: &EscalationView| matches!(escalation.state, EscalationState::Closed | EscalationState::Rejected);
    let mut changes = EscalationChanges::default();
    for (id, pair) in changed(from, to, |escalation| escalation.id) {
        match pair {
            (_, None) => changes.gone.push(id),
            (None, Some(to)) => changes.new.push(to.clone()),
            (Some(from), Some(to)) if finished(to) && !finished(from) => changes.closed.push(to.clone()),
            (Some(from), Some(to)) => {
                changes.changed.push(EscalationChange { from: from.clone(), to: to.clone() });
            }
        }
    }
    changes
}

fn queries(from: &[QueryView], to: &[QueryView]) -> QueryChanges {
    let mut changes = QueryChanges::default();
    for (id, pair) in changed(from, to, |query| query.id) {
        match pair {
            (_, None) => changes.gone.push(id),
            (None, Some(to)) => changes.new.push(to.clone()),
            // A query changes once, by its end.
            (Some(_), Some(to)) => match to.state {
                QueryState::Withdrawn => changes.withdrawn.push(to.clone()),
                QueryState::Answered | QueryState::Open => changes.answered.push(to.clone()),
            },
        }
    }
    changes
}

fn readings(from: &[ReadingView], to: &[ReadingView]) -> Vec<ReadingChange> {
    let pairs = changed(from, to, |reading| (reading.centre.clone(), reading.indicator.clone()));
    let change = |((centre, indicator), (from, to)): (_, (Option<&ReadingView>, Option<&ReadingView>))| ReadingChange {
        centre,
        indicator,
        from: from.cloned(),
        to: to.cloned(),
        difference: from.zip(to).and_then(|(from, to)| less(to.value, from.value)),
    };
    pairs.map(change).collect()
}

fn less(to: Value, from: Value) -> Option<f64> {
    let (Value::Figure(to), Value::Figure(from)) = (to, from) else { return None };
    let difference = to - from;
    let scale = 10_f64.powi(DECIMALS_MAX);
    Some(if difference.fract() == 0.0 { difference } else { (difference * scale).round() / scale })
}

fn centres(from: &[CentreView], to: &[CentreView]) -> Vec<CentreChange> {
    let pairs = changed(from, to, |view| view.centre.id.clone());
    pairs.map(|(centre, (from, to))| CentreChange { centre, from: from.cloned(), to: to.cloned() }).collect()
}

fn cycles(from: &[CycleView], to: &[CycleView]) -> Vec<CycleChange> {
    let pairs = changed(from, to, |cycle| cycle.id);
    // A cycle that has ended is still told of: none goes.
    let change = |(cycle, (from, to)): (_, (Option<&CycleView>, Option<&CycleView>))| {
        Some(CycleChange { cycle, from: from.cloned(), to: to?.clone() })
    };
    pairs.filter_map(change).collect()
}

fn slots(from: &[SlotsView], to: &[SlotsView]) -> Vec<SlotsChange> {
    let pairs = changed(from, to, |row| (row.cycle, row.centre.clone()));
    let change = |((cycle, centre), (from, to)): (_, (Option<&SlotsView>, Option<&SlotsView>))| SlotsChange {
        cycle,
        centre,
        from: from.cloned(),
        to: to.cloned(),
    };
    pairs.map(change).collect()
}

/// Who said something then that still held, is in the picture now, and says nothing now that still holds.
fn silent(from: &PictureView, then: Timestamp, to: &PictureView, now: Timestamp) -> Vec<CentreId> {
    let spoke = speaking(from, then);
    let speaks = speaking(to, now);
    let ids = to.centres.iter().map(|view| &view.centre.id);
    ids.filter(|id| spoke.contains(id) && !speaks.contains(id)).cloned().collect()
}

/// The centres of which at least one statement holds. A nil report is one.
fn speaking(picture: &PictureView, at: Timestamp) -> BTreeSet<&CentreId> {
    let holds = |cell: &&CellView| match freshness(cell.update.as_of, cell.update.valid_until, at) {
        Freshness::Fresh | Freshness::Ageing => true,
        Freshness::Stale | Freshness::Expired => false,
    };
    picture.cells.iter().filter(holds).map(|cell| &cell.centre).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::domain::ids::Seq;
    use crate::domain::mark::Viewer;
    use crate::domain::picture::Picture;
    use crate::domain::rehearsal::{any_journal, centres, every_viewer, pictures};
    use crate::domain::view::Eye;

    fn whole(picture: &Picture, viewer: &Viewer) -> Visible<PictureView> {
        let (centres, seal) = (centres(), |seq: Seq| seq.0.to_string());
        Eye { picture, centres: &centres, viewer, seal: &seal }.whole()
    }

    fn between(from: &Visible<PictureView>, to: &Visible<PictureView>) -> Difference {
        let at = Timestamp::UNIX_EPOCH;
        let then = Then { position: from.get().position.clone(), at, picture: Some(from) };
        difference(then, Look { picture: to, at, missed: Visible(Vec::new()) }).get().clone()
    }

    fn apply<T: Clone, K: Ord>(
        things: &[T],
        key: impl Fn(&T) -> K,
        set: impl IntoIterator<Item = T>,
        gone: impl IntoIterator<Item = K>,
    ) -> Vec<T> {
        let mut things: BTreeMap<K, T> = things.iter().map(|thing| (key(thing), thing.clone())).collect();
        for key in gone {
            assert!(things.remove(&key).is_some(), "what goes was there");
        }
        things.extend(set.into_iter().map(|thing| (key(&thing), thing)));
        things.into_values().collect()
    }

    /// The old picture with everything changed that is named, and nothing else.
    fn applied(old: &PictureView, difference: &Difference) -> PictureView {
        let Difference { crisis, cells, escalations, queries, readings, centres, cycles, slots, .. } =
            difference.clone();
        let ended = queries.answered.into_iter().chain(queries.withdrawn);
        let stepped = escalations.changed.into_iter().map(|change| change.to).chain(escalations.closed);
        PictureView {
            crisis: crisis.map_or_else(|| old.crisis.clone(), |change| change.to),
            position: difference.upto.clone(),
            cells: apply(
                &old.cells,
                |cell| (cell.centre.clone(), cell.sector.clone()),
                cells.iter().filter_map(|change| change.to.clone()),
                cells.iter().filter(|c| c.to.is_none()).map(|c| (c.centre.clone(), c.sector.clone())),
            ),
            escalations: apply(
                &old.escalations,
                |escalation| escalation.id,
                escalations.new.into_iter().chain(stepped),
                escalations.gone,
            ),
            queries: apply(&old.queries, |query| query.id, queries.new.into_iter().chain(ended), queries.gone),
            centres: apply(
                &old.centres,
                |view| view.centre.id.clone(),
                centres.iter().filter_map(|change| change.to.clone()),
                centres.iter().filter(|c| c.to.is_none()).map(|c| c.centre.clone()),
            ),
            readings: apply(
                &old.readings,
                |reading| (reading.centre.clone(), reading.indicator.clone()),
                readings.iter().filter_map(|change| change.to.clone()),
                readings.iter().filter(|c| c.to.is_none()).map(|c| (c.centre.clone(), c.indicator.clone())),
            ),
            cycles: apply(&old.cycles, |cycle| cycle.id, cycles.iter().map(|change| change.to.clone()), []),
            slots: apply(
                &old.slots,
                |row| (row.cycle, row.centre.clone()),
                slots.iter().filter_map(|change| change.to.clone()),
                slots.iter().filter(|c| c.to.is_none()).map(|c| (c.cycle, c.centre.clone())),
            ),
            feed: Vec::new(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn the_difference_applied_to_a_viewers_old_picture_is_its_new_one(
            journal in any_journal(1..60), then in any::<Index>(), now in any::<Index>(),
        ) {
            let pictures = pictures(&journal);
            let (a, b) = (then.index(pictures.len()), now.index(pictures.len()));
            for viewer in every_viewer() {
                let old = whole(&pictures[a.min(b)], &viewer);
                let new = whole(&pictures[a.max(b)], &viewer);
                let difference = between(&old, &new);
                let expected = PictureView { feed: Vec::new(), ..new.get().clone() };
                prop_assert_eq!(applied(old.get(), &difference), expected, "{:?}", viewer);
                // What is named is otherwise, what was there has its old value beside it.
                for change in &difference.cells {
                    prop_assert!(change.from != change.to);
                    let stood = old.get().cells.iter().find(|c| (&c.centre, &c.sector) == (&change.centre, &change.sector));
                    prop_assert_eq!(stood, change.from.as_ref());
                }
                for change in &difference.readings {
                    prop_assert!(change.from != change.to);
                }
            }
        }

        #[test]
        fn before_the_crisis_began_there_was_nothing_so_all_is_new(journal in any_journal(1..40)) {
            let pictures = pictures(&journal);
            let now = pictures.last().expect("the crisis is open");
            for viewer in every_viewer() {
                let now = whole(now, &viewer);
                let at = Timestamp::UNIX_EPOCH;
                let then = Then { position: "0".to_owned(), at, picture: None };
                let all = difference(then, Look { picture: &now, at, missed: Visible(Vec::new()) });
                prop_assert_eq!(all.get().cells.len(), now.get().cells.len());
                prop_assert_eq!(&all.get().escalations.new, &now.get().escalations);
                prop_assert_eq!(&all.get().queries.new, &now.get().queries);
                prop_assert!(all.get().silent.is_empty());
            }
        }
    }

    #[test]
    fn figures_differ_by_what_a_person_would_say_and_missing_ones_by_nothing() {
        use crate::domain::indicator::Missing;
        let figure = Value::Figure;
        assert_eq!(less(figure(41.0), figure(300.0)), Some(-259.0));
        assert_eq!(less(figure(0.3), figure(0.1)), Some(0.2));
        assert_eq!(less(figure(9_007_199_254_740_991.0), figure(1.0)), Some(9_007_199_254_740_990.0));
        assert_eq!(less(Value::Missing(Missing::Suppressed), figure(1.0)), None);
        assert_eq!(less(figure(1.0), Value::Missing(Missing::NotAvailable)), None);
    }
}
