//! `IndexedDB`: one transaction at a time for all pages, durable once it has completed.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::ledger::Line;
use crate::outbox::{Job, Writes};
use crate::world::Cause;

/// How the store behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Well,
    /// Transactions abort, in so many of a hundred cases.
    Aborts(u64),
    /// Transactions that write abort: the quota is used up.
    Full,
    /// Neither opening nor any transaction ever ends.
    Hangs,
    /// There is none, or it is blocked.
    Missing,
}

/// How far a transaction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Waiting,
    Reading,
    Committing,
}

#[derive(Debug)]
pub(crate) struct Transaction {
    /// Whose; nobody's once the page is gone, or where the database is deleted.
    pub(crate) page: Option<usize>,
    pub(crate) job: Job,
    pub(crate) stage: Stage,
    pub(crate) wipes: bool,
    pub(crate) writes: Writes,
    pub(crate) aborts: bool,
    /// How its page has ended, if it has.
    pub(crate) orphaned_by: Cause,
}

#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) lines: BTreeMap<String, Line>,
    pub(crate) transactions: HashMap<u64, Transaction>,
    pub(crate) queue: VecDeque<u64>,
    /// Transactions that have completed and are not durable: what a planted bug makes.
    pub(crate) late: HashMap<u64, Transaction>,
    pub(crate) mode: Mode,
    /// When it last behaved ill.
    pub(crate) ill_at: Option<u64>,
}

impl Disk {
    pub(crate) fn new(mode: Mode) -> Self {
        Self {
            lines: BTreeMap::new(),
            transactions: HashMap::new(),
            queue: VecDeque::new(),
            late: HashMap::new(),
            mode,
            ill_at: None,
        }
    }

    pub(crate) fn set_mode(&mut self, now: u64, mode: Mode) {
        if self.mode != Mode::Well {
            self.ill_at = Some(now);
        }
        self.mode = mode;
    }

    /// Whether nothing was wrong from a while before `since`: a page leaves a database that failed
    /// alone for a while.
    pub(crate) fn was_well(&self, since: u64) -> bool {
        self.mode == Mode::Well && self.ill_at.is_none_or(|ill_at| ill_at + 15_000 < since)
    }

    /// Takes a transaction out of the queue.
    pub(crate) fn remove(&mut self, number: u64) -> Option<Transaction> {
        self.queue.retain(|it| *it != number);
        self.transactions.remove(&number)
    }

    pub(crate) fn apply(&mut self, wipes: bool, writes: &Writes) {
        if wipes {
            self.lines.clear();
        }
        for (key, line) in writes {
            match line {
                Some(line) => self.lines.insert(key.clone(), line.clone()),
                None => self.lines.remove(key),
            };
        }
    }
}
