//! A page with a tracker in it, and the shell around the core.

use std::collections::HashSet;

use crate::paper::{Dropped, PAGE_WORDS, Shell, Tracker, Urgency, WORD_END};
use sillage_protocol::Timestamp;

use crate::ledger::{Event, Fate, Ledger, Line, key_of};
use crate::local::Local;
use crate::outbox::{Job, Outbox, Writes};
use crate::random::Random;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// The module and the database are being opened.
    Starting,
    Open,
    /// In the back-forward cache.
    Frozen,
    Gone,
}

/// What a frozen page hears once it is back.
#[derive(Debug)]
pub(crate) enum Missed {
    JobEnded {
        is_durable: bool,
        writes: Writes,
    },
    RequestEnded(u64),
    /// A batch that was still to leave has left with the page.
    Unsent(String),
}

/// A click or a tracked event that waits to be heard.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) is_click: bool,
    pub(crate) words: String,
    /// What the event is to be called.
    pub(crate) name: String,
    /// When it became true, by the browser's clock and by the world's time.
    pub(crate) at: u64,
    pub(crate) called_at: u64,
}

#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) tab: usize,
    pub(crate) life: Life,
    pub(crate) tracker: Tracker,
    pub(crate) outbox: Outbox,
    /// The record, where nothing can be stored.
    pub(crate) memory: String,
    /// What waits to be heard, in order, and the timer that ends that.
    pub(crate) waiting: Vec<Waiting>,
    pub(crate) hears_soon: Option<u64>,
    /// When facts may be heard that can wait.
    pub(crate) rests_until: u64,
    /// When the timer fires, by the world's time; counted up with each new wish.
    pub(crate) timer: Option<u64>,
    pub(crate) timers: u64,
    /// The clock's offset when the page last looked.
    pub(crate) offset: i64,
    pub(crate) started_at_wall: u64,
    pub(crate) is_hidden: bool,
    pub(crate) left_at: Option<u64>,
    /// It was killed, or its storage failed it: its counts may be lost.
    pub(crate) is_inexact: bool,
    /// Requests that wait until so many jobs have ended.
    pub(crate) unsent: Vec<(u64, Sent)>,
    pub(crate) missed: Vec<Missed>,
    /// Events that were recorded here.
    pub(crate) events: Vec<usize>,
    /// Id of its counters.
    pub(crate) outbox_id: String,
}

/// A request before it leaves.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) batch: String,
    pub(crate) body: String,
    pub(crate) urgency: Urgency,
}

/// What one call of the core has asked for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) sent: Vec<Sent>,
    pub(crate) wakes: Option<Timestamp>,
    pub(crate) drops: Vec<(Dropped, u32)>,
    pub(crate) forgotten: Vec<Line>,
    pub(crate) put: HashSet<usize>,
    pub(crate) entered: Vec<usize>,
    /// Whether lines may be written down from now on, where that has changed.
    pub(crate) keeps: Option<bool>,
    pub(crate) clears: bool,
    pub(crate) deletes_database: bool,
    pub(crate) turns: bool,
    pub(crate) faults: Vec<String>,
}

/// The browser while the core is at work.
pub(crate) struct Surroundings<'a> {
    pub(crate) now: u64,
    /// When what is being heard was called.
    pub(crate) called_at: u64,
    pub(crate) tab: usize,
    pub(crate) is_blocked: bool,
    pub(crate) random: &'a mut Random,
    pub(crate) local: &'a mut Local,
    pub(crate) disk: &'a std::collections::BTreeMap<String, Line>,
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) outbox: &'a mut Outbox,
    pub(crate) memory: &'a mut String,
    pub(crate) outbox_id: &'a mut String,
    /// How to call the next event.
    pub(crate) name: &'a str,
    pub(crate) asked: Asked,
}

impl Shell for Surroundings<'_> {
    fn random(&mut self, index: u32) -> u32 {
        if index < PAGE_WORDS {
            // Few bits: what does not differ in page, time or sequence collides.
            return self.outbox.own_spill as u32 + index;
        }
        self.random.bits()
    }

    fn remember(&mut self, record: &str) {
        if self.is_blocked {
            *self.memory = record.into();
        } else {
            self.local
                .change(self.now, |content| content.record = record.into());
        }
    }

    fn put(&mut self, line: &str) -> bool {
        let key = key_of(line);
        match key.as_bytes().first() {
            Some(b'e') => {
                let id = &key[1..];
                if self.ledger.number_of(id).is_none() {
                    self.asked.entered.push(self.ledger.events.len());
                    self.ledger.enter(Event {
                        id: id.into(),
                        name: self.name.into(),
                        line: line.into(),
                        tracked_at: self.called_at,
                        kept_at: self.outbox.may_keep.then_some(self.called_at),
                        is_of_page_session: !self.outbox.may_keep,
                        tab: self.tab,
                        fate: Fate::Open,
                        is_erasable: false,
                    });
                }
            }
            Some(b'c') => {
                if line.contains("\"outboxId\":\"") && self.outbox_id.is_empty() {
                    // The first that a page puts are its own.
                    key[1..].clone_into(self.outbox_id);
                }
            }
            Some(b'a' | b'b' | b'd') => {}
            _ => self.asked.faults.push(format!("puts the line {line:?}")),
        }
        let line = self.ledger.line(line);
        self.asked.put.extend(line.events.iter());
        self.outbox.put(line);
        true
    }

    fn forget(&mut self, key: &str) {
        let line = self.outbox.line_of(key).or_else(|| self.disk.get(key));
        self.asked.forgotten.extend(line.cloned());
        self.outbox.forget(key);
    }

    fn clear(&mut self) {
        self.asked.clears = true;
        self.asked.deletes_database |= self.outbox.clear(self.now, self.local);
    }

    fn keep(&mut self, may_keep: bool) {
        self.outbox
            .keep(may_keep && !self.is_blocked, self.now, self.local);
        self.asked.keeps = Some(may_keep);
    }

    fn turn(&mut self) {
        self.asked.turns = true;
        self.outbox.next(Job::Turn);
    }

    fn send(&mut self, batch: &str, body: &str, urgency: Urgency) {
        self.asked.sent.push(Sent {
            batch: batch.into(),
            body: body.into(),
            urgency,
        });
    }

    fn wake_at(&mut self, at: Timestamp) {
        self.asked.wakes = Some(at);
    }

    fn dropped(&mut self, reason: Dropped, events: u32) {
        self.asked.drops.push((reason, events));
    }
}

/// When the session of an event's line began, by its id.
pub(crate) fn session_began_at(line: &str) -> u64 {
    let session = line.split(WORD_END).nth(6).unwrap_or_default();
    let digits: String = session.chars().filter(|it| *it != '-').take(12).collect();
    u64::from_str_radix(&digits, 16).unwrap_or(0)
}

/// The date of an event's line, by the page's clock.
pub(crate) fn created_at(line: &str) -> u64 {
    let date = line.split(WORD_END).nth(1).unwrap_or_default();
    date.parse().unwrap_or(0)
}
