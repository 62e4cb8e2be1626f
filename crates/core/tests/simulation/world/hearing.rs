//! When a page hears of facts, as `js/tracker.ts` has it: clicks and tracked events wait for company, everything else
//! is heard at once, after what waits.

use crate::paper::{Fields, Input};
use sillage_protocol::Timestamp;

use super::{Happening, World};
use crate::page::{Asked, Life, Surroundings, Waiting};

/// How long after facts were heard the next ones are that can wait, in milliseconds.
const REST_MS: u64 = 35;

/// Most facts that wait to be heard.
const MAX_WAITING: usize = 1_000;

/// How far the clock may move before it was set, in milliseconds.
pub(super) const CLOCK_SLACK_MS: u64 = 5_000;

impl World {
    /// The page calls for an event, or is clicked: that is heard soon.
    pub(super) fn tell(&mut self, number: usize, is_click: bool, words: String, name: String) {
        let fact = Waiting {
            is_click,
            words,
            name,
            at: self.wall(),
            called_at: self.now,
        };
        let page = &mut self.pages[number];
        page.waiting.push(fact);
        // Timers of hidden pages are late, and such pages are ended without a word.
        if page.is_hidden || page.waiting.len() >= MAX_WAITING {
            self.hear_waiting(number);
        } else if page.hears_soon.is_none() {
            self.count += 1;
            let timer = self.count;
            let page = &mut self.pages[number];
            page.hears_soon = Some(timer);
            let at = page.rests_until.max(self.now);
            let (page, number) = (number, timer);
            self.at(at, Happening::Hears { page, number });
        }
    }

    /// The time has come to hear what waits.
    pub(super) fn hears(&mut self, number: usize, timer: u64) {
        let page = &self.pages[number];
        if page.hears_soon == Some(timer) && page.life == Life::Open {
            self.hear_waiting(number);
        }
    }

    /// Hears what waits.
    pub(super) fn hear_waiting(&mut self, number: usize) {
        if !self.pages[number].waiting.is_empty() {
            self.hear_with(number, |_| {});
        }
    }

    /// Reports a fact to a page, after what waits there.
    pub(super) fn hear(&mut self, number: usize, at: u64, input: Input<'_>, name: &str) {
        let now = self.now;
        let at = at.min(self.wall());
        self.hear_with(number, |world| world.feed(number, at, now, input, name));
    }

    /// Reports what waits and what comes now: the record and the clock are looked at once for all of it, and all that
    /// follows from it is written at once.
    pub(super) fn hear_with(&mut self, number: usize, last: impl FnOnce(&mut Self)) {
        let now = self.now;
        let offset = self.offset;
        let page = &mut self.pages[number];
        page.hears_soon = None;
        page.rests_until = now + REST_MS;
        let waiting = std::mem::take(&mut page.waiting);
        let is_set = offset.abs_diff(page.offset) > CLOCK_SLACK_MS;
        page.offset = offset;
        let record = if self.setting.is_blocked {
            self.pages[number].memory.clone()
        } else {
            self.local.content.record.clone()
        };
        let wall = self.wall();
        self.feed(number, wall, now, Input::MemoryRead(&record), "");
        if is_set {
            self.feed(number, wall, now, Input::ClockChanged, "");
        }
        for fact in waiting {
            let words = Fields(&fact.words);
            let input = if fact.is_click {
                Input::Clicked(words)
            } else {
                Input::Tracked {
                    event: words,
                    active_at: Timestamp(fact.at),
                }
            };
            // Of a clock that was set back meanwhile it may be in the future.
            let at = fact.at.min(wall);
            self.feed(number, at, fact.called_at, input, &fact.name);
        }
        last(self);
        self.pages[number].outbox.write_soon();
        self.pump(number);
    }

    pub(super) fn feed(
        &mut self,
        number: usize,
        at: u64,
        called_at: u64,
        input: Input<'_>,
        name: &str,
    ) {
        let page = &mut self.pages[number];
        let mut surroundings = Surroundings {
            now: self.now,
            called_at,
            tab: page.tab,
            is_blocked: self.setting.is_blocked,
            random: &mut self.random,
            local: &mut self.local,
            disk: &self.disk.lines,
            ledger: &mut self.ledger,
            outbox: &mut page.outbox,
            memory: &mut page.memory,
            outbox_id: &mut page.outbox_id,
            name,
            asked: Asked::default(),
        };
        page.tracker.handle(Timestamp(at), input, &mut surroundings);
        let asked = surroundings.asked;
        self.carry_out(number, asked, !name.is_empty());
    }
}
