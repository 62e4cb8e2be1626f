//! What becomes of a page, and what follows from what it hears, as `js/tracker.ts` and `src/shell.rs` have it.

use crate::paper::{Config, Consent, Dropped, Fields, Input, PageCause, Tracker};

use super::hearing::CLOCK_SLACK_MS;
use super::{Happening, World};
use crate::ledger::Fate;
use crate::outbox::{Job, Outbox, Stage};
use crate::page::{Asked, Life, Missed, Page, Surroundings, created_at, session_began_at};

impl World {
    /// A page begins to load in a tab.
    pub(super) fn open(&mut self, tab: usize) -> usize {
        let number = self.pages.len();
        self.note(|_| format!("page {number} opens in tab {tab}"));
        let mut config = Config::new("shop".into());
        config.consent = self.setting.consent;
        config.max_batch_events = self.setting.max_batch_events;
        config.flush_interval_ms = self.setting.flush_interval_ms;
        self.count += 1;
        let mut outbox = Outbox::new(self.count, config.max_batch_events, self.bugs);
        let mut memory = String::new();
        let mut outbox_id = String::new();
        let mut surroundings = Surroundings {
            now: self.now,
            called_at: self.now,
            tab,
            is_blocked: self.setting.is_blocked,
            random: &mut self.random,
            local: &mut self.local,
            disk: &self.disk.lines,
            ledger: &mut self.ledger,
            outbox: &mut outbox,
            memory: &mut memory,
            outbox_id: &mut outbox_id,
            name: "",
            asked: Asked::default(),
        };
        let tracker = Tracker::new(config, self.setting.is_anonymous, &mut surroundings);
        self.pages.push(Page {
            tab,
            life: Life::Starting,
            tracker,
            outbox,
            memory,
            waiting: Vec::new(),
            hears_soon: None,
            rests_until: 0,
            timer: None,
            timers: 0,
            offset: self.offset,
            started_at_wall: self.wall(),
            is_hidden: false,
            left_at: None,
            is_inexact: false,
            unsent: Vec::new(),
            missed: Vec::new(),
            events: Vec::new(),
            outbox_id,
        });
        self.tabs[tab].push(number);
        // As the loader decides.
        let choice = self.local.content.record.rsplit(' ').next();
        let consent = choice.and_then(crate::paper::consent_of);
        let state = consent.unwrap_or(self.setting.consent);
        if !self.setting.is_anonymous && state == Consent::Granted {
            self.pages[number].outbox.next(Job::Open);
            self.pump(number);
        } else {
            self.started(number);
        }
        number
    }

    /// The database is open, as far as it can be: what is put now goes into the transaction that
    /// reads the record, and so does what the first turn chooses.
    pub(super) fn opened(&mut self, number: usize) {
        let mirror = if self.pages[number].outbox.has_database {
            self.disk.lines.get("a").map(|it| it.text.clone())
        } else {
            if self.is_choice_in_outbox_alone {
                // The kill took localStorage's copy, and the other cannot be read.
                self.consent = None;
            }
            None
        };
        self.pages[number].outbox.is_write_coming = true;
        let record = mirror.as_deref().and_then(|it| it.get(2..));
        let wall = self.wall();
        self.hear(number, wall, Input::MemoryRead(record.unwrap_or("")), "");
        self.started(number);
        self.turn_came(number);
    }

    /// The tracker hears what the page did so far.
    fn started(&mut self, number: usize) {
        self.pages[number].life = Life::Open;
        let at = self.pages[number].started_at_wall;
        self.see(number, at, PageCause::Loaded);
    }

    /// A page of the site comes into view.
    pub(super) fn see(&mut self, number: usize, at: u64, cause: PageCause) {
        self.serial += 1;
        let serial = self.serial;
        let facts =
            format!("https://shop.test/{serial}\u{1f}\u{1f}\"title\":\"T\"\u{1f}\"browser\":null");
        let facts = Fields(&facts);
        let name = format!("view{serial}");
        self.hear(number, at, Input::PageSeen { facts, cause }, &name);
    }

    /// The turn that was asked for has come; what is put now goes into its transaction.
    pub(super) fn turn_came(&mut self, number: usize) {
        self.pages[number].outbox.is_write_coming = true;
        // What its lines lack the core takes for taken by others.
        if !self.bugs.hears_behind_lines {
            self.hear_waiting(number);
        }
        let lines = self.pages[number].outbox.turn(&self.disk.lines);
        let wall = self.wall();
        self.hear(number, wall, Input::TurnCame(&lines), "");
        self.pages[number].outbox.is_write_coming = false;
    }

    pub(super) fn carry_out(&mut self, number: usize, asked: Asked, records: bool) {
        for fault in &asked.faults {
            self.fail(format!("page {number} {fault}"));
        }
        self.account(number, &asked, records);
        let page = &mut self.pages[number];
        if let Some(keeps) = asked.keeps {
            for event in &page.events {
                let event = &mut self.ledger.events[*event];
                // A page that may write nothing down any more has what waits in its memory alone.
                event.kept_at = keeps.then(|| event.kept_at.unwrap_or(self.now));
            }
        }
        if let Some(at) = asked.wakes {
            let wall = self.now.saturating_add_signed(self.offset);
            let at = self.now + at.0.saturating_sub(wall);
            page.timer = Some(at);
            page.timers += 1;
            let number_of_timer = page.timers;
            let page = number;
            self.at(
                at,
                Happening::Timer {
                    page,
                    number: number_of_timer,
                },
            );
        }
        for sent in asked.sent {
            self.check_send(number);
            match sent.urgency {
                crate::paper::Urgency::Leaving => self.dispatch(number, &sent),
                crate::paper::Urgency::Open => {
                    let page = &mut self.pages[number];
                    let begun = page.outbox.begun;
                    page.unsent.push((begun, sent));
                }
            }
        }
        if asked.deletes_database {
            self.delete_database();
        }
    }

    /// Enters what was recorded and what was dropped.
    fn account(&mut self, number: usize, asked: &Asked, records: bool) {
        let tab = self.pages[number].tab;
        for event in &asked.entered {
            let line = self.ledger.events[*event].line.clone();
            self.note(|world| format!("page {number} records {}", world.ledger.names(&[*event])));
            self.pages[number].events.push(*event);
            if created_at(&line) > self.wall() + CLOCK_SLACK_MS {
                self.fail(format!("page {number} dates an event ahead of its clock"));
            }
            if self.consent == Some(Consent::Denied) {
                self.fail(format!("page {number} records after consent was withdrawn"));
            }
            // Sessions that may not be written down last as long as their page.
            if self.ledger.events[*event].kept_at.is_none() {
                continue;
            }
            let began_at = session_began_at(&line);
            if self.sessions_go_on() && began_at + CLOCK_SLACK_MS < self.sessions[tab] {
                self.fail(format!("tab {tab} goes back to an earlier session"));
            }
            self.sessions[tab] = began_at;
        }
        let dropped: u32 = asked.drops.iter().map(|it| it.1).sum();
        if records && asked.entered.is_empty() && dropped == 0 {
            self.fail(format!(
                "page {number} takes an event and does nothing with it"
            ));
        }
        for (reason, events) in &asked.drops {
            self.note(|_| format!("page {number} drops {events}: {}", reason.as_str()));
        }
        let refuses = self.pages[number].tracker.consent() == Consent::Denied;
        if refuses && asked.clears || asked.drops.iter().any(|it| it.0 == Dropped::NoConsent) {
            // A tab that still knows of a refusal brings it back where another has taken it back.
            for event in &mut self.ledger.events {
                event.is_erasable = true;
            }
        }
        let counted: u32 = asked
            .drops
            .iter()
            .filter(|it| {
                matches!(
                    it.0,
                    Dropped::QueueFull | Dropped::Expired | Dropped::TooLarge
                )
            })
            .map(|it| it.1)
            .sum();
        let mut lost = 0;
        for event in asked.forgotten.iter().flat_map(|line| line.events.iter()) {
            if asked.put.contains(event) || self.collector.has_judged(*event) {
                continue;
            }
            let event = &mut self.ledger.events[*event];
            if event.fate == Fate::Open {
                lost += 1;
                event.fate = Fate::Dropped;
            }
        }
        if lost > counted {
            self.fail(format!(
                "page {number} forgets {lost} events that nobody stored, and counts {counted}"
            ));
        }
    }

    pub(super) fn timer(&mut self, number: usize, timer: u64) {
        let page = &mut self.pages[number];
        if page.timers != timer || page.life != Life::Open || page.timer.is_none() {
            return;
        }
        page.timer = None;
        let wall = self.wall();
        self.hear(number, wall, Input::Woken, "");
    }

    /// The page goes, for good or into the back-forward cache.
    pub(super) fn leave(&mut self, number: usize) {
        if self.pages[number].life == Life::Starting {
            return;
        }
        self.cause = super::Cause::PageLeft;
        self.last_left_at = Some(self.now);
        self.pages[number].left_at = Some(self.now);
        self.hear_waiting(number);
        // A batch that is still to leave goes by beacon.
        for (_, sent) in std::mem::take(&mut self.pages[number].unsent) {
            let beacon = crate::page::Sent {
                urgency: crate::paper::Urgency::Leaving,
                ..sent.clone()
            };
            self.dispatch(number, &beacon);
            // The page hears that it has no answer, once it is back.
            let missed = Missed::Unsent(sent.batch);
            self.pages[number].missed.push(missed);
        }
        let own = self.pages[number].outbox.own();
        let wall = self.wall();
        self.hear(number, wall, Input::PageLeft(&own), "");
        let now = self.now;
        self.pages[number].outbox.spill(now, &mut self.local);
    }

    /// The page is back out of the back-forward cache.
    pub(super) fn restore(&mut self, number: usize) {
        self.note(|_| format!("page {number} is back"));
        let wall = self.wall();
        let now = self.now;
        self.pages[number].life = Life::Open;
        self.pages[number].left_at = None;
        let was_connecting = self.pages[number].outbox.stage == Stage::Connecting;
        self.pages[number].outbox.restored(now, &mut self.local);
        self.hear(number, wall, Input::Resumed, "");
        self.see(number, wall, PageCause::Loaded);
        for missed in std::mem::take(&mut self.pages[number].missed) {
            match missed {
                Missed::JobEnded { is_durable, writes } => {
                    self.job_ended(number, is_durable, writes);
                }
                Missed::RequestEnded(request) => {
                    let batch = self.requests[&request].batch.clone();
                    let answer = crate::collector::Answer::default();
                    self.send_finished(number, &batch, &answer);
                }
                Missed::Unsent(batch) => {
                    let answer = crate::collector::Answer::default();
                    self.send_finished(number, &batch, &answer);
                }
            }
        }
        if was_connecting {
            self.begin(number);
        }
        if let Some(at) = self.pages[number].timer {
            let number_of_timer = self.pages[number].timers;
            self.at(
                at.max(now),
                Happening::Timer {
                    page: number,
                    number: number_of_timer,
                },
            );
        }
        self.pump(number);
    }
}
