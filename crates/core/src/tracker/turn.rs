//! One look at the outbox, and the one request that may follow from it.
//!
//! A batch found there was sent by somebody who has not seen the answer: whether it was stored is in
//! doubt. So the collector is asked for its receipt first, along with the next batch, and it is sent
//! again, unchanged, only if the collector does not know it.

use sillage_protocol::Timestamp;
use sillage_protocol::limits::MAX_RECEIPTS;

use super::Tracker;
use crate::batch::{self, context_of, count_events, kind, push_word};
use crate::retry::{LEASE_MS, Retry};
use crate::shell::{time_of, timed_id};
use crate::text::{owned, put, put_ascii, slice, take_until};
use crate::{Dropped, Fields, PART_START, Shell, Urgency};

/// Longest text of all lines, in bytes; the oldest go first. An event with its context takes about
/// one kilobyte: a day of heavy use without a network fits in.
const MAX_OUTBOX_BYTES: usize = 4 * 1024 * 1024;

/// Most events that wait; the oldest go first.
const MAX_OUTBOX_EVENTS: u32 = 10_000;

/// How long an event may wait, in milliseconds: 30 days. Collectors must remember ids for longer,
/// or they could not tell when one comes again.
const MAX_AGE_MS: u64 = 30 * 86_400_000;

/// How long the collector may not know a batch that has left, in milliseconds: the beacon of the page
/// before, which browsers send when they find the time, and the first question of this one are under
/// way together.
const GRACE_MS: u64 = 5_000;

/// One look at the outbox, line by line.
#[derive(Default)]
struct Turn<'a> {
    now: Timestamp,
    is_leaving: bool,
    /// What the last answer said.
    receipts: &'a str,
    /// Whether a request may leave.
    is_due: bool,
    surplus_bytes: usize,
    surplus_events: u32,
    /// Context of the last event.
    context: &'a str,
    /// Counters of a page that has gone.
    counters: &'a str,
    /// Until when a batch that the collector does not know may still be under way.
    young_until: Timestamp,
    chosen: Chosen,
}

/// What is taken into the next request.
#[derive(Default)]
struct Chosen {
    /// Id of a batch that is sent again; empty for a new one.
    again: String,
    /// Lines, each behind a [`PART_START`].
    parts: String,
    events: u64,
    /// How many bytes the parts will take on the way.
    bytes: usize,
    /// Ids of batches in doubt, as the members of a JSON array.
    asked: String,
    doubts: usize,
}

impl Chosen {
    fn has_room(&self, tracker: &Tracker, bytes: usize) -> bool {
        self.again.is_empty()
            && self.events < tracker.config.max_batch_events
            && (self.events == 0 || self.bytes + bytes <= tracker.max_batch_bytes)
    }

    fn push(&mut self, line: &str) {
        put_ascii(&mut self.parts, PART_START as u8);
        put(&mut self.parts, line);
    }

    fn ask(&mut self, id: &str) {
        if self.doubts < MAX_RECEIPTS {
            put(&mut self.asked, if self.doubts == 0 { "\"" } else { ",\"" });
            put(&mut self.asked, id);
            put(&mut self.asked, "\"");
        }
        self.doubts += 1;
    }
}

impl Tracker {
    pub(super) fn turn_came(
        &mut self,
        now: Timestamp,
        mut lines: &str,
        urgency: Urgency,
        shell: &mut dyn Shell,
    ) {
        let is_leaving = urgency == Urgency::Leaving;
        if !is_leaving {
            self.is_turn_asked = false;
            if self.is_left || !self.in_flight.0.is_empty() || !self.may_send() {
                // It was asked for before the page was left, or before consent was withdrawn.
                self.flush_at = Some(now);
                return;
            }
        }
        let receipts = core::mem::take(&mut self.receipts);
        let mut turn = Turn {
            now,
            is_leaving,
            receipts: &receipts,
            is_due: true,
            surplus_bytes: lines.len().saturating_sub(MAX_OUTBOX_BYTES),
            surplus_events: count_events(lines).saturating_sub(MAX_OUTBOX_EVENTS),
            ..Turn::default()
        };
        let waited = core::mem::take(&mut self.pending);
        self.fresh = 0;
        self.has_more = false;
        while !lines.is_empty() {
            let line = take_until(&mut lines, b'\n');
            let mut words = Fields(line);
            let key = words.take();
            match key.as_bytes().first() {
                Some(&kind::RECORD) => {
                    // A refusal drops what was known to wait.
                    self.pending = waited;
                    self.memory_read(now, words.0, shell);
                    if !self.may_send() {
                        return;
                    }
                    self.pending = 0;
                }
                Some(&kind::STATE) if !is_leaving => self.read_state(&mut turn, words),
                // One a batch. Those of pages that have gone first: one's own come again.
                Some(&kind::COUNTERS) if id_of(key) != self.counters.outbox => turn.counters = line,
                Some(&kind::BATCH) if self.fits(&mut turn, key, line, shell) => {
                    self.judge(&mut turn, key, line, words.0, shell);
                }
                Some(&kind::EVENT) if self.fits(&mut turn, key, line, shell) => {
                    self.choose(&mut turn, key, line, shell);
                }
                // Another version's, or not worth a look.
                _ => {}
            }
        }
        self.conclude(turn, urgency, shell);
    }

    /// Takes over what the pages know of the collector.
    fn read_state(&mut self, turn: &mut Turn<'_>, words: Fields<'_>) {
        let shared = Retry::read(turn.now, words);
        if self.hurries {
            self.hurries = false;
            self.retry.busy_until = shared.busy_until;
        } else {
            self.retry = shared;
        }
        let free_at = self.retry.free_at(turn.now);
        self.flush_at = Some(free_at);
        turn.is_due = free_at <= turn.now;
    }

    /// Whether the line stays: lets it go where it is too old, or where there is too much.
    fn fits(&mut self, turn: &mut Turn<'_>, key: &str, line: &str, shell: &mut dyn Shell) -> bool {
        let events = count_events(line);
        let is_old = turn.now.since(time_of(id_of(key))) > MAX_AGE_MS;
        if !is_old && turn.surplus_bytes == 0 && turn.surplus_events == 0 {
            self.pending += events;
            return true;
        }
        turn.surplus_bytes = turn.surplus_bytes.saturating_sub(line.len());
        turn.surplus_events = turn.surplus_events.saturating_sub(events);
        shell.forget(key);
        // What a batch says of the page that tracked its events goes with another one.
        let mut parts = slice(line, key.len() + 2, line.len());
        let first = take_until(&mut parts, PART_START as u8);
        if first.as_bytes().first() == Some(&kind::COUNTERS) {
            shell.put(first);
        }
        let reason = if is_old {
            Dropped::Expired
        } else {
            Dropped::QueueFull
        };
        self.drop_events(reason, events, shell);
        false
    }

    /// Takes an event into the next batch if there is room.
    fn choose<'a>(&mut self, turn: &mut Turn<'a>, key: &str, line: &'a str, shell: &mut dyn Shell) {
        let context = context_of(line);
        let mut bytes = line.len();
        if context == turn.context {
            bytes -= context.len();
        }
        turn.context = context;
        if !turn.is_due || !turn.chosen.has_room(self, bytes) {
            self.has_more = true;
            return;
        }
        if turn.chosen.events == 0 {
            // All counters have been seen: they sort before the events. One's own as they are now:
            // what was dropped at this turn is in them.
            let own_counters = self.counters.line();
            let counters = if turn.counters.is_empty() {
                &own_counters
            } else {
                turn.counters
            };
            turn.chosen.push(counters);
            shell.forget(Fields(counters).take());
        }
        turn.chosen.push(line);
        turn.chosen.events += 1;
        turn.chosen.bytes += bytes;
        shell.forget(key);
    }

    /// Finds out what becomes of a batch in doubt.
    fn judge(
        &mut self,
        turn: &mut Turn<'_>,
        key: &str,
        line: &str,
        parts: &str,
        shell: &mut dyn Shell,
    ) {
        let id = id_of(key);
        let events = count_events(line);
        let made_at = time_of(id);
        match receipt_of(id, turn.receipts) {
            Some((known, rejected)) if known == Some(events.into()) => {
                shell.forget(key);
                self.settled(events, rejected, shell);
            }
            // One from the future was made before the clock was set back.
            Some(_) if turn.now.0.abs_diff(made_at.0) < GRACE_MS => {
                turn.young_until = made_at.plus_ms(GRACE_MS);
                self.has_more = true;
            }
            Some(_) if turn.is_due && turn.chosen.again.is_empty() => {
                turn.chosen.again = owned(id);
                put(&mut turn.chosen.parts, parts);
            }
            None if turn.is_leaving && self.unconfirmed == id && self.in_flight.0 != id => {
                // This page's request has failed, and it cannot ask for it any more: better twice
                // than only at the next visit, if there is one. What the page before has left has
                // most likely arrived.
                self.send(id, parts, "", Urgency::Leaving, shell);
            }
            _ => {
                turn.chosen.ask(id);
                self.has_more = true;
            }
        }
    }

    /// Sends what was chosen.
    fn conclude(&mut self, turn: Turn<'_>, urgency: Urgency, shell: &mut dyn Shell) {
        let (now, chosen) = (turn.now, turn.chosen);
        let asks = chosen.doubts > 0 && !turn.is_leaving;
        if !turn.is_due {
            return;
        }
        if chosen.parts.is_empty() && !asks {
            self.flush_at = (turn.young_until > now).then_some(turn.young_until);
            return;
        }
        self.flush_at = None;
        let id = if !chosen.again.is_empty() {
            chosen.again
        } else if chosen.events > 0 {
            let id = timed_id(now, 0, shell);
            let mut line = Self::batch_key(&id);
            push_word(&mut line, "");
            put(&mut line, &chosen.parts);
            shell.put(&line);
            id
        } else {
            // Nothing but a question: the same each time, since nothing is stored under its id.
            owned(&self.counters.outbox)
        };
        if !turn.is_leaving {
            self.retry.busy_until = now.plus_ms(LEASE_MS);
            self.retry.share(shell);
        }
        self.send(&id, &chosen.parts, &chosen.asked, urgency, shell);
        if !turn.is_leaving {
            self.in_flight = (id, chosen.parts);
        }
    }

    fn send(&self, id: &str, parts: &str, asked: &str, urgency: Urgency, shell: &mut dyn Shell) {
        let body = batch::body(id, &self.config.site, parts, asked, &self.visitor);
        shell.send(id, &body, urgency);
    }
}

/// The id in a key. Lines of others may begin with anything.
fn id_of(key: &str) -> &str {
    slice(key, 1, key.len())
}

/// What the last answer said of a batch: how many events the collector knows of it, if any, and how
/// many of them it rejected. `None` where it was not asked.
fn receipt_of(id: &str, receipts: &str) -> Option<(Option<u64>, u64)> {
    let mut words = Fields(receipts);
    while !words.0.is_empty() {
        let (batch, known) = (words.take(), words.take());
        let rejected = words.take_number();
        if batch == id {
            return Some((crate::json::read_decimal(known), rejected));
        }
    }
    None
}
