//! What visitors, browsers and the world around them do.

use crate::paper::{Consent, Input, PageCause};

use super::{CALM_MS, Cause, Happening, World};
use crate::disk::{Mode, Stage as Progress, Transaction};
use crate::ledger::Fate;
use crate::outbox::{Job, Stage};
use crate::page::Life;
use crate::plan::{Action, Network, TABS};

impl World {
    pub(super) fn step(&mut self, action: Action) {
        self.note(|_| format!("-- {action:?}"));
        let wall = self.wall();
        match action {
            Action::Open(tab) => {
                if let Some(page) = self.shown(tab) {
                    self.go(page, false);
                }
                self.open(tab);
            }
            Action::Track(tab) => self.track(tab),
            Action::TrackMany(tab, times) => (0..times).for_each(|_| self.track(tab)),
            Action::Click(tab) => self.with_open(tab, |world, page| {
                world.serial += 1;
                let name = format!("c{}", world.serial);
                let words = format!("{name}\u{1f}main>a\u{1f}text\u{1f}\u{1f}");
                world.tell(page, true, words, name);
            }),
            Action::Flush(tab) => self.with_open(tab, |world, page| {
                world.hear(page, wall, Input::FlushRequested, "");
            }),
            Action::Hide(tab) => self.with_open(tab, |world, page| {
                world.pages[page].is_hidden = true;
                world.hear(page, wall, Input::PageHidden, "");
            }),
            Action::Show(tab) => self.with_open(tab, |world, page| {
                world.pages[page].is_hidden = false;
                world.hear(page, wall, Input::Resumed, "");
            }),
            Action::Navigate(tab, is_kept) => {
                if let Some(page) = self.shown(tab) {
                    self.go(page, is_kept);
                    self.open(tab);
                }
            }
            Action::Route(tab) => self.with_open(tab, |world, page| {
                world.see(page, wall, PageCause::AddressChanged);
            }),
            Action::Back(tab) => {
                let before = self.tabs[tab].iter().rev().nth(1).copied();
                if let (Some(page), Some(before)) = (self.shown(tab), before) {
                    self.go(page, false);
                    self.restore(before);
                }
            }
            Action::Close(tab) => self.close(tab),
            Action::GoAway(_) => (0..TABS).for_each(|tab| self.close(tab)),
            Action::KillTab(tab) => {
                self.cause = Cause::TabKilled;
                for page in std::mem::take(&mut self.tabs[tab]) {
                    self.end(page, Cause::TabKilled);
                }
            }
            Action::KillBrowser => self.kill_browser(),
            Action::SetClock(ms) => {
                self.offset += ms;
                self.sessions_may_differ = true;
            }
            Action::Choose(tab, consent) => {
                self.with_open(tab, |world, page| world.choose(page, consent));
            }
            Action::Network(network, percent) => {
                self.network = network;
                self.network_percent = percent;
            }
            Action::Crash(ms) => self.crash(ms),
            Action::CrashWithin(ms) => self.crashes_within = Some(ms),
            Action::Disk(mode) => {
                if self.disk.mode != Mode::Missing {
                    self.set_disk(mode);
                }
            }
            Action::LocalFull(is_full) => self.local.set_full(self.now, is_full),
        }
    }

    fn set_disk(&mut self, mode: Mode) {
        self.disk.set_mode(self.now, mode);
        // What hung goes on.
        if let Some(number) = self.disk.queue.front().copied() {
            if let Some(transaction) = self.disk.transactions.get_mut(&number) {
                transaction.stage = Progress::Waiting;
            }
            self.activate();
        }
    }

    /// The page that a tab shows.
    fn shown(&self, tab: usize) -> Option<usize> {
        let page = self.tabs[tab].last().copied()?;
        (self.pages[page].life != Life::Frozen).then_some(page)
    }

    fn with_open(&mut self, tab: usize, act: impl FnOnce(&mut Self, usize)) {
        if let Some(page) = self.shown(tab)
            && self.pages[page].life == Life::Open
        {
            act(self, page);
        }
    }

    pub(super) fn track(&mut self, tab: usize) {
        self.with_open(tab, |world, page| {
            world.serial += 1;
            let mark = if world.random.chance(3) { "!" } else { "" };
            let name = format!("s{}{mark}", world.serial);
            world.tell(page, false, format!("{name}\u{1f}"), name);
        });
    }

    fn choose(&mut self, page: usize, consent: Consent) {
        let (wall, now) = (self.wall(), self.now);
        self.hear_with(page, |world| {
            // What was called for before is heard before.
            world.chosen(consent);
            world.feed(page, wall, now, Input::ConsentChanged(consent), "");
        });
    }

    /// From now on the visitor's choice holds.
    fn chosen(&mut self, consent: Consent) {
        if !self.setting.is_blocked {
            // A choice that is taken back leaves each page with what the site or itself has said.
            self.consent = (consent != Consent::Pending).then_some(consent);
            self.chosen_at = Some(self.now);
            self.is_choice_settled = true;
        }
        if consent != Consent::Granted {
            self.was_ever_refused = true;
        }
        if consent == Consent::Denied {
            for event in &mut self.ledger.events {
                event.is_erasable = true;
            }
        }
        if consent == Consent::Pending {
            // The ids go out of the record: a page that is opened meanwhile begins a session of its own.
            self.sessions_may_differ = true;
        }
    }

    /// A page is left.
    fn go(&mut self, number: usize, is_kept: bool) {
        self.leave(number);
        self.write_last(number);
        if is_kept && self.pages[number].life == Life::Open {
            self.pages[number].life = Life::Frozen;
            // A transaction that has not been committed would hold up the others.
            if let Stage::Transacting(transaction) = self.pages[number].outbox.stage
                && self
                    .disk
                    .transactions
                    .get(&transaction)
                    .is_some_and(|it| it.stage != Progress::Committing)
            {
                self.transaction_failed(transaction);
            }
        } else {
            let tab = self.pages[number].tab;
            if !is_kept || self.pages[number].life == Life::Starting {
                self.tabs[tab].retain(|it| *it != number);
            }
            self.end(number, Cause::PageLeft);
        }
    }

    /// A page is no more.
    fn end(&mut self, number: usize, cause: Cause) {
        let page = &mut self.pages[number];
        if page.life == Life::Gone {
            return;
        }
        let life = std::mem::replace(&mut page.life, Life::Gone);
        if self.chosen_at.is_some_and(|it| it + 100 > self.now) {
            self.is_choice_settled = false;
        }
        page.is_inexact |= cause != Cause::PageLeft && life != Life::Frozen;
        let unheard = std::mem::take(&mut page.waiting);
        for it in unheard {
            let age = self.now - it.called_at;
            if cause == Cause::PageLeft || age >= 50 {
                self.fail(format!("{} was not heard for {age} ms", it.name));
            }
        }
        if cause == Cause::TabKilled {
            for event in &self.pages[number].events {
                let event = &mut self.ledger.events[*event];
                // What is left of it has no right to last.
                event.kept_at = event.kept_at.filter(|it| it + 50 <= self.now);
            }
        }
        let keeps = match cause {
            Cause::PageLeft => self.setting.keeps_last_writes,
            Cause::TabKilled => self.random.chance(50),
            Cause::Nothing | Cause::BrowserKilled => false,
        };
        self.disk.late.retain(|_, it| it.page != Some(number));
        if let Stage::Transacting(transaction) = self.pages[number].outbox.stage {
            match self.disk.transactions.get_mut(&transaction) {
                Some(it) if keeps && it.stage == Progress::Committing => {
                    it.page = None;
                    it.orphaned_by = cause;
                }
                _ => {
                    self.disk.remove(transaction);
                    self.activate();
                }
            }
        }
    }

    /// What a page begins to write while it is left: some engines see to it.
    fn write_last(&mut self, number: usize) {
        let page = &mut self.pages[number];
        let (wipes, writes) = page.outbox.writes();
        let is_begun = page.life == Life::Open && page.outbox.has_database;
        if is_begun && self.setting.keeps_last_writes && !writes.is_empty() {
            self.enqueue(Transaction {
                page: None,
                job: Job::Write,
                stage: Progress::Waiting,
                wipes,
                writes,
                aborts: false,
                orphaned_by: Cause::PageLeft,
            });
        }
    }

    fn close(&mut self, tab: usize) {
        if let Some(page) = self.shown(tab) {
            self.go(page, false);
        }
        self.cause = Cause::PageLeft;
        for page in std::mem::take(&mut self.tabs[tab]) {
            self.end(page, Cause::PageLeft);
        }
    }

    fn kill_browser(&mut self) {
        self.cause = Cause::BrowserKilled;
        for tab in 0..TABS {
            for page in std::mem::take(&mut self.tabs[tab]) {
                self.end(page, Cause::BrowserKilled);
            }
        }
        self.disk.queue.clear();
        self.disk.transactions.clear();
        self.disk.late.clear();
        self.local.kill(self.now, &mut self.random);
        self.was_killed = true;
        for page in &mut self.pages {
            // What it left to localStorage may be lost.
            page.is_inexact |= page.left_at.is_some_and(|it| it + 8_000 > self.now);
        }
        // The outbox has it too, but is read only where the site's own setting allows, and written
        // only without Global Privacy Control.
        let is_sure = self.setting.consent == Consent::Granted
            && !self.setting.is_anonymous
            && self.disk.was_well(self.chosen_at.unwrap_or(self.now))
            && self.chosen_at.is_none_or(|it| it + 50 <= self.now);
        let is_old = self.chosen_at.is_none_or(|it| it + 8_000 <= self.now);
        if !is_sure && !is_old {
            self.consent = None;
        }
        self.is_choice_in_outbox_alone |= !is_old;
    }

    pub(super) fn delete_database(&mut self) {
        if !matches!(self.disk.mode, Mode::Well | Mode::Aborts(_) | Mode::Full) {
            return;
        }
        for page in &mut self.pages {
            page.outbox.has_database = false;
        }
        self.enqueue(Transaction {
            page: None,
            job: Job::Write,
            stage: Progress::Waiting,
            wipes: true,
            writes: Vec::new(),
            aborts: false,
            orphaned_by: Cause::Nothing,
        });
    }

    /// From now on everything works, and the visitor is there.
    pub(super) fn calm(&mut self) {
        self.note(|_| "-- calm".into());
        self.is_calm = true;
        self.network = Network::Well;
        self.crashes_within = None;
        self.local.set_full(self.now, false);
        self.collector.is_down_until = 0;
        if self.disk.mode != Mode::Missing {
            self.set_disk(Mode::Well);
        }
        for tab in 0..TABS {
            let frozen: Vec<usize> = self.tabs[tab]
                .iter()
                .copied()
                .filter(|it| self.pages[*it].life == Life::Frozen)
                .collect();
            self.tabs[tab].retain(|it| !frozen.contains(it));
            for page in frozen {
                self.end(page, Cause::PageLeft);
            }
        }
        self.cause = Cause::PageLeft;
        self.open(0);
        // The visitor looks at every tab once more.
        let wall = self.wall();
        for page in 0..self.pages.len() {
            if self.pages[page].life == Life::Open {
                self.hear(page, wall, Input::Resumed, "");
            }
        }
        self.say_last_words();
    }

    /// What is recorded while a page begins, or around a turn, has to leave though nothing comes after it.
    fn say_last_words(&mut self) {
        let soon = self.random.between(0, 40);
        self.after(soon, Happening::LastWords(0));
        for tab in 0..TABS {
            let at = CALM_MS / 2 + 60_000 * tab as u64;
            let gap = self.random.between(0, 4);
            let next_at = at + u64::from(self.setting.flush_interval_ms) + gap;
            self.after(at, Happening::LastWords(tab));
            self.after(next_at, Happening::LastWords(tab));
        }
    }

    /// Whether an event may be lost in what happens now.
    pub(super) fn excuse(&self, number: usize) -> Option<&'static str> {
        let event = &self.ledger.events[number];
        if event.fate != Fate::Open {
            return None;
        }
        if event.is_erasable {
            return Some("consent was withdrawn");
        }
        if self.cause == Cause::Nothing {
            return None;
        }
        let Some(kept_at) = event.kept_at else {
            return Some("it could not be kept yet");
        };
        if self.setting.is_anonymous || self.setting.is_blocked {
            return Some("nothing can be kept");
        }
        let age = self.now - kept_at;
        let is_well = self.disk.was_well(kept_at);
        let has_room = self.local.had_room(kept_at);
        // A page in the back-forward cache writes nothing: what matters is how long it was there.
        let mut pages = self.pages.iter();
        let page = pages.find(|page| page.events.contains(&number));
        let has_database = page.is_none_or(|page| page.outbox.has_database);
        let left_at = page.and_then(|page| page.left_at).unwrap_or(self.now);
        let had_ms = left_at.saturating_sub(kept_at);
        // A database that had failed is opened with the next write: pages that are left meanwhile had no time for it.
        let is_left_to_local = !self.setting.keeps_last_writes || !has_database && had_ms < 50;
        let left_ms = self.last_left_at.map_or(u64::MAX, |it| self.now - it);
        match self.cause {
            Cause::TabKilled if !is_well && (age < 3_000 || !has_room) => Some("storage fails"),
            Cause::TabKilled | Cause::BrowserKilled if age < 50 => Some("killed within 50 ms"),
            Cause::BrowserKilled if !is_well && (age < 8_000 || !has_room) => Some("storage fails"),
            Cause::BrowserKilled if is_left_to_local && left_ms < 5_100 => {
                Some("left to localStorage alone, which lost its last seconds")
            }
            Cause::Nothing => None,
            Cause::PageLeft if !has_room && !is_well => Some("storage fails"),
            _ if !has_room && had_ms < 50 => Some("storage fails"),
            _ => None,
        }
    }
}
