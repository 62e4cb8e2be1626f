//! localStorage: at hand at once, and gone as far as its last seconds go when the browser is killed.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::ledger::Line;
use crate::random::Random;

/// How far back a killed browser may fall, in milliseconds; measured: up to 5 s in all three engines.
const LOSS_MS: u64 = 5_000;

/// What one page has left for the next: keys with their lines, a bare key where one is to be deleted.
pub(crate) type Spill = Rc<Vec<(String, Option<Line>)>>;

#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    pub(crate) record: String,
    pub(crate) spills: BTreeMap<u64, Spill>,
}

#[derive(Debug, Default)]
pub(crate) struct Local {
    pub(crate) content: Content,
    /// What was there before each of the last changes, and when that change was.
    past: VecDeque<(u64, Content)>,
    /// `setItem` throws for anything longer than the record.
    pub(crate) is_full: bool,
    /// When it was last full.
    full_at: Option<u64>,
}

impl Local {
    pub(crate) fn set_full(&mut self, now: u64, is_full: bool) {
        if self.is_full {
            self.full_at = Some(now);
        }
        self.is_full = is_full;
    }

    /// Whether there was room all the time since then.
    pub(crate) fn had_room(&self, since: u64) -> bool {
        !self.is_full && self.full_at.is_none_or(|full_at| full_at < since)
    }

    /// Changes the content.
    pub(crate) fn change(&mut self, now: u64, change: impl FnOnce(&mut Content)) {
        while self.past.front().is_some_and(|it| it.0 + LOSS_MS < now) {
            self.past.pop_front();
        }
        self.past.push_back((now, self.content.clone()));
        change(&mut self.content);
    }

    /// Writes or removes a spill. Tells whether it could.
    pub(crate) fn spill(&mut self, now: u64, key: u64, spill: Option<Spill>) -> bool {
        if self.is_full && spill.is_some() {
            return false;
        }
        if spill.is_some() || self.content.spills.contains_key(&key) {
            self.change(now, |content| {
                match spill {
                    Some(spill) => content.spills.insert(key, spill),
                    None => content.spills.remove(&key),
                };
            });
        }
        true
    }

    /// The browser is killed: everything since some moment of the last seconds is lost.
    pub(crate) fn kill(&mut self, now: u64, random: &mut Random) {
        let cut = now.saturating_sub(random.between(0, LOSS_MS));
        if let Some((_, content)) = self.past.iter().find(|(changed_at, _)| *changed_at > cut) {
            self.content = content.clone();
        }
        self.past.clear();
    }
}
