//! `js/outbox.ts` line by line, with the browser's part left to the world: what that file decides
//! about lines in memory, transactions and spills is decided here in the same way.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::bugs::Bugs;
use crate::ledger::{Line, key_of};
use crate::local::{Local, Spill};
use crate::paper::{PART_START, WORD_END};

/// How long opening and a transaction may take, in milliseconds.
pub(crate) const STORE_TIMEOUT_MS: u64 = 1_000;

/// How long a database that could not be opened is left alone, in milliseconds.
pub(crate) const REOPEN_AFTER_MS: u64 = 10_000;

/// Longest line to which an event is added, with it, in UTF-16 units: all is ASCII here.
const MAX_SHARED_CHARS: usize = 8_192;

/// What is written in one transaction.
pub(crate) type Writes = Vec<(String, Option<Line>)>;

/// A link of the chain of what is done one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Opens the database and reads the record; a turn comes with it.
    Open,
    Write,
    Turn,
}

/// How far the job at hand has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Idle,
    Connecting,
    /// In the transaction of that number.
    Transacting(u64),
    /// Without a database, or with one that has failed.
    Failing,
}

#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) own_spill: u64,
    own: BTreeMap<String, Line>,
    dirty: BTreeMap<String, Option<Line>>,
    adopted: Vec<(u64, Spill)>,
    pub(crate) has_database: bool,
    pub(crate) has_connected: bool,
    pub(crate) reopens_at: u64,
    pub(crate) may_keep: bool,
    wipes: bool,
    has_spilled: bool,
    /// Most events of one line.
    most: u32,
    /// The line to which the next event is added; none where what there was has left this memory.
    open: Option<Line>,
    /// Events since the last turn.
    fresh: u32,
    pub(crate) is_write_coming: bool,
    /// Whether there is something dirty, or something to wipe, that no transaction has taken up.
    pub(crate) has_news: bool,
    pub(crate) jobs: VecDeque<Job>,
    pub(crate) stage: Stage,
    /// How many jobs were begun to be waited for, and how many have ended.
    pub(crate) begun: u64,
    pub(crate) ended: u64,
    bugs: Bugs,
}

impl Outbox {
    pub(crate) fn new(own_spill: u64, most: u32, bugs: Bugs) -> Self {
        Self {
            own_spill,
            own: BTreeMap::new(),
            dirty: BTreeMap::new(),
            adopted: Vec::new(),
            has_database: false,
            has_connected: false,
            reopens_at: 0,
            may_keep: false,
            wipes: false,
            has_spilled: false,
            most,
            open: None,
            fresh: 0,
            is_write_coming: false,
            has_news: false,
            jobs: VecDeque::new(),
            stage: Stage::Idle,
            begun: 0,
            ended: 0,
            bugs,
        }
    }

    pub(crate) fn next(&mut self, job: Job) {
        self.begun += 1;
        self.jobs.push_back(job);
    }

    /// Has what was put and forgotten written down.
    pub(crate) fn write_soon(&mut self) {
        if self.may_keep && self.has_news && !self.is_write_coming {
            self.is_write_coming = true;
            self.next(Job::Write);
        }
    }

    fn change(&mut self, key: &str, line: Option<Line>) {
        self.has_news = true;
        match &line {
            None => {
                self.open = None;
                self.own.remove(key)
            }
            Some(line) => self.own.insert(key.into(), line.clone()),
        };
        if line.is_none() && !self.has_connected {
            self.dirty.remove(key);
        } else {
            self.dirty.insert(key.into(), line);
        }
    }

    /// The line that an event is added to, with it.
    fn share(&mut self, event: &Line) -> Line {
        let is_full = self.fresh.is_multiple_of(self.most);
        self.fresh += 1;
        let open = self
            .open
            .take_if(|it| !is_full && it.text.len() + event.text.len() <= MAX_SHARED_CHARS);
        let (text, events) = match &open {
            Some(open) => (open.text.to_string(), &*open.events),
            None => (format!("{}{WORD_END}", key_of(&event.text)), &[][..]),
        };
        let line = Line {
            text: format!("{text}{PART_START}{}", event.text).into(),
            events: events.iter().chain(&*event.events).copied().collect(),
        };
        self.open = Some(line.clone());
        line
    }

    pub(crate) fn put(&mut self, line: Line) {
        let is_event = line.text.starts_with('e') && !line.text.contains(PART_START);
        let line = if is_event { self.share(&line) } else { line };
        let key = key_of(&line.text).to_owned();
        self.change(&key, Some(line));
    }

    pub(crate) fn forget(&mut self, key: &str) {
        self.change(key, None);
    }

    fn adopt(&mut self, now: u64, local: &mut Local) {
        let found = local.content.spills.clone();
        self.adopted = found.into_iter().collect();
        for (key, spill) in self.adopted.clone() {
            if self.bugs.deletes_spills_early && key != self.own_spill {
                local.spill(now, key, None);
            }
            for (key, line) in spill.iter() {
                self.change(key, line.clone());
                self.dirty.insert(key.clone(), line.clone());
            }
        }
    }

    pub(crate) fn keep(&mut self, may: bool, now: u64, local: &mut Local) {
        self.may_keep = may;
        if may {
            self.adopt(now, local);
        }
    }

    /// Takes everything out. Tells whether the database is to be deleted.
    pub(crate) fn clear(&mut self, now: u64, local: &mut Local) -> bool {
        self.own.clear();
        self.dirty.clear();
        self.open = None;
        local.change(now, |content| content.spills.clear());
        let can_wipe = self.has_database || self.may_keep;
        self.wipes |= can_wipe;
        self.has_news |= can_wipe;
        !can_wipe
    }

    /// What is not durable goes to the next page.
    pub(crate) fn spill(&mut self, now: u64, local: &mut Local) {
        if !self.may_keep {
            return;
        }
        self.has_spilled = false;
        if !self.bugs.grows_after_spill {
            self.open = None;
        }
        let spill =
            (!self.dirty.is_empty()).then(|| Rc::new(self.dirty.clone().into_iter().collect()));
        if !local.spill(now, self.own_spill, spill) {
            return;
        }
        self.has_spilled = !self.dirty.is_empty();
        for (key, spill) in std::mem::take(&mut self.adopted) {
            let is_same = local
                .content
                .spills
                .get(&key)
                .is_some_and(|it| *it == spill);
            if key != self.own_spill && is_same {
                local.spill(now, key, None);
            }
        }
    }

    /// What a transaction writes, as of now; whether it first takes everything out.
    pub(crate) fn writes(&mut self) -> (bool, Writes) {
        if !self.may_keep {
            return (false, Vec::new());
        }
        self.open = None;
        self.has_news = false;
        let wipes = std::mem::take(&mut self.wipes);
        (wipes, self.dirty.clone().into_iter().collect())
    }

    /// A transaction has completed: what has changed since is still dirty.
    pub(crate) fn completed(&mut self, writes: &Writes) {
        for (key, line) in writes {
            if self.dirty.get(key) == Some(line) {
                self.dirty.remove(key);
            }
        }
    }

    /// The job at hand has ended.
    pub(crate) fn ended(&mut self, is_durable: bool, now: u64, local: &mut Local) {
        self.stage = Stage::Idle;
        self.ended += 1;
        if !is_durable {
            self.has_database = false;
            self.has_news = true;
            // What was written may never be read again.
            for (key, line) in &self.own {
                self.dirty.insert(key.clone(), Some(line.clone()));
            }
        }
        self.wipes &= self.is_write_coming;
        if !is_durable || !self.adopted.is_empty() || self.has_spilled {
            self.spill(now, local);
        }
        if is_durable {
            self.write_soon();
        }
    }

    /// What a turn sees, where the database has `stored`.
    pub(crate) fn turn(&mut self, stored: &BTreeMap<String, Line>) -> String {
        self.fresh = 0;
        if !self.has_database {
            return self.own();
        }
        let mut lines = stored.clone();
        for (key, line) in &self.dirty {
            match line {
                Some(line) => lines.insert(key.clone(), line.clone()),
                None => lines.remove(key),
            };
        }
        self.own.retain(|key, _| lines.contains_key(key));
        text_of(&lines)
    }

    pub(crate) fn own(&self) -> String {
        text_of(&self.own)
    }

    pub(crate) fn restored(&mut self, now: u64, local: &mut Local) {
        if !self.may_keep || (!self.dirty.is_empty() && !self.has_spilled) {
            return;
        }
        self.own.clear();
        self.dirty.clear();
        self.open = None;
        self.has_spilled = false;
        self.adopt(now, local);
    }

    /// Every line that only this page's memory may hold.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.own.values().chain(self.dirty.values().flatten())
    }

    /// The line of that key, as far as this page has it.
    pub(crate) fn line_of(&self, key: &str) -> Option<&Line> {
        self.own.get(key).or_else(|| self.dirty.get(key)?.as_ref())
    }
}

fn text_of(lines: &BTreeMap<String, Line>) -> String {
    let mut text = String::new();
    for line in lines.values() {
        text.push_str(&line.text);
        text.push('\n');
    }
    text
}
