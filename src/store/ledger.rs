//! Which updates were accepted, in which order, and which were finished lately: what both backends ask before they take
//! one in. It holds numbers only; the entries lie with the backend.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::value::UpdateId;

/// How many finished updates are remembered; beyond that the one that was finished first is forgotten.
pub(super) const REMEMBERED: u16 = 4096;

/// The list of accepted and of lately finished updates.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger {
    /// Those not finished, with the order in which they were accepted.
    open: HashMap<UpdateId, u64>,
    /// Those finished lately, first to last.
    finished: VecDeque<UpdateId>,
    /// The same, to look up.
    lately: HashSet<UpdateId>,
    /// How many were ever accepted.
    accepted: u64,
    /// How many were ever finished.
    ended: u64,
}

/// An entry that comes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// As the how many-th it was accepted.
    pub(super) order: u64,
    /// As the how many-th it was finished.
    pub(super) nth: u64,
}

impl Ended {
    /// In which of the [`REMEMBERED`] places it is remembered.
    pub(super) fn slot(self) -> u16 {
        u16::try_from(self.nth % u64::from(REMEMBERED)).unwrap_or_default()
    }
}

impl Ledger {
    /// The ledger of what a backend holds: its entries, and the finished updates with the how many-th each was.
    pub(super) fn of(open: HashMap<UpdateId, u64>, mut finished: Vec<(u64, UpdateId)>) -> Self {
        finished.sort_unstable();
        let ended = finished.last().map_or(0, |(nth, _)| *nth);
        let finished: VecDeque<UpdateId> = finished.into_iter().map(|(_, update)| update).collect();
        let newest = open.values().copied().max().unwrap_or(0);
        let accepted = newest.max(ended.saturating_add(open.len() as u64));
        Self { open, lately: finished.iter().copied().collect(), finished, accepted, ended }
    }

    /// Takes an update in and gives its order; `None` when it is known.
    pub(super) fn accept(&mut self, update: UpdateId) -> Option<u64> {
        if self.open.contains_key(&update) || self.lately.contains(&update) {
            return None;
        }
        self.accepted += 1;
        self.open.insert(update, self.accepted);
        Some(self.accepted)
    }

    /// The order of an update that is not finished.
    pub(super) fn order(&self, update: UpdateId) -> Option<u64> {
        self.open.get(&update).copied()
    }

    /// Ends an update, if it is there to be ended.
    pub(super) fn finish(&mut self, update: UpdateId) -> Option<Ended> {
        let order = self.open.remove(&update)?;
        self.ended += 1;
        self.lately.insert(update);
        self.finished.push_back(update);
        if self.finished.len() > usize::from(REMEMBERED) {
            self.finished.pop_front().map(|first| self.lately.remove(&first));
        }
        Some(Ended { order, nth: self.ended })
    }

    /// How many updates were ever accepted: it only grows.
    pub(super) fn accepted(&self) -> u64 {
        self.accepted
    }

    /// How many updates were ever finished: it only grows.
    pub(super) fn ended(&self) -> u64 {
        self.ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_so_many_finished_are_remembered_and_no_more() {
        let mut ledger = Ledger::default();
        let last = u32::from(REMEMBERED) + 1;
        for update in (1..=last).map(UpdateId) {
            let order = ledger.accept(update).unwrap();
            assert_eq!(ledger.finish(update), Some(Ended { order, nth: order }));
        }
        assert_eq!(ledger.finish(UpdateId(last)), None);
        assert!((2..=last).all(|update| ledger.accept(UpdateId(update)).is_none()));
        assert_eq!(ledger.accept(UpdateId(1)), Some(u64::from(last) + 1));
        assert_eq!((ledger.finished.len(), ledger.lately.len()), (4096, 4096));
    }

    #[test]
    fn the_places_of_the_finished_go_round() {
        let slots = [1, 4095, 4096, 4097].map(|nth| Ended { order: 0, nth }.slot());
        assert_eq!(slots, [1, 4095, 0, 1]);
    }

    #[test]
    fn what_a_backend_holds_is_the_ledger_again() {
        let mut ledger = Ledger::default();
        for update in [9, 4, 7, 5].map(UpdateId) {
            ledger.accept(update);
        }
        ledger.finish(UpdateId(7));
        ledger.finish(UpdateId(5));
        let held = Ledger::of(ledger.open.clone(), vec![(2, UpdateId(5)), (1, UpdateId(7))]);
        assert_eq!(held, ledger);
        assert_eq!(Ledger::of(HashMap::new(), Vec::new()), Ledger::default());
    }
}
