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
const GRACE_MS: u64 = 2_000;

/// What is taken into the next request.
#[derive(Default)]
struct Chosen {
    /// Id of a batch that is sent again; empty for a new one.
    again: String,
    /// Lines, each behind a [`PART_START`].
    parts: String,
    events: u64,
    /// Context of the last event, and how many bytes the parts will take on the way.
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
        if urgency == Urgency::Open {
            self.is_turn_asked = false;
            if self.is_left || !self.in_flight.0.is_empty() {
                // It was asked for before the page was left.
                self.flush_at = Some(now);
                return;
            }
        }
        let receipts = core::mem::take(&mut self.receipts);
        let mut is_due = true;
        let mut surplus_bytes = lines.len().saturating_sub(MAX_OUTBOX_BYTES);
        let mut surplus_events = count_events(lines).saturating_sub(MAX_OUTBOX_EVENTS);
        let mut chosen = Chosen::default();
        let mut context = "";
        let mut counters = "";
        let mut young_until = Timestamp(0);
        let waited = core::mem::take(&mut self.pending);
        self.fresh = 0;
        self.has_more = false;
        while !lines.is_empty() {
            let line = take_until(&mut lines, b'\n');
            let mut words = Fields(line);
            let key = words.take();
            let kind = key.as_bytes().first().copied().unwrap_or(0);
            // Lines of others may begin with anything.
            let id = slice(key, 1, key.len());
            match kind {
                kind::RECORD => {
                    // A refusal drops what was known to wait.
                    self.pending = waited;
                    self.memory_read(now, words.0, shell);
                    if !self.may_send() {
                        return;
                    }
                    self.pending = 0;
                    continue;
                }
                kind::STATE => {
                    if urgency == Urgency::Open {
                        let shared = Retry::read(now, words);
                        if self.hurries {
                            self.hurries = false;
                            self.retry.busy_until = shared.busy_until;
                        } else {
                            self.retry = shared;
                        }
                        let free_at = self.retry.free_at(now);
                        self.flush_at = Some(free_at);
                        is_due = free_at <= now;
                    }
                    continue;
                }
                kind::COUNTERS => {
                    // One a batch. Those of pages that have gone first: one's own come again.
                    if id != self.counters.outbox {
                        counters = line;
                    }
                    continue;
                }
                kind::BATCH | kind::EVENT => {}
                _ => continue,
            }
            let events = count_events(line);
            let is_old = now.since(time_of(id)) > MAX_AGE_MS;
            if is_old || surplus_bytes > 0 || surplus_events > 0 {
                surplus_bytes = surplus_bytes.saturating_sub(line.len());
                surplus_events = surplus_events.saturating_sub(events);
                shell.forget(key);
                let reason = if is_old {
                    Dropped::Expired
                } else {
                    Dropped::QueueFull
                };
                self.drop_events(reason, events, shell);
                continue;
            }
            self.pending += events;
            if kind == kind::EVENT {
                let own_context = context_of(line);
                let bytes = if own_context == context {
                    line.len() - context.len()
                } else {
                    line.len()
                };
                context = own_context;
                if is_due && chosen.has_room(self, bytes) {
                    if chosen.events == 0 {
                        // All counters have been seen: they sort before the events. One's own as
                        // they are now: what was dropped at this turn is in them.
                        let own_counters = self.counters.line();
                        if counters.is_empty() {
                            counters = &own_counters;
                        }
                        chosen.push(counters);
                        shell.forget(Fields(counters).take());
                        counters = "";
                    }
                    chosen.push(line);
                    chosen.events += 1;
                    chosen.bytes += bytes;
                    shell.forget(key);
                } else {
                    self.has_more = true;
                }
                continue;
            }
            match receipt_of(id, &receipts) {
                Some((known, rejected)) if known == Some(events.into()) => {
                    shell.forget(key);
                    self.settled(events, rejected, shell);
                }
                // One from the future was made before the clock was set back.
                Some(_) if now.0.abs_diff(time_of(id).0) < GRACE_MS => {
                    young_until = time_of(id).plus_ms(GRACE_MS);
                    self.has_more = true;
                }
                Some(_) if is_due && chosen.again.is_empty() => {
                    chosen.again = owned(id);
                    put(&mut chosen.parts, words.0);
                }
                None if urgency == Urgency::Leaving
                    && self.unconfirmed == id
                    && self.in_flight.0 != id =>
                {
                    // This page's request has failed, and it cannot ask for it any more: better twice
                    // than only at the next visit, if there is one. What the page before has left has
                    // most likely arrived.
                    self.send(id, words.0, "", urgency, shell);
                }
                _ => {
                    chosen.ask(id);
                    self.has_more = true;
                }
            }
        }
        let asks = chosen.doubts > 0 && urgency == Urgency::Open;
        if !is_due || chosen.parts.is_empty() && !asks {
            if is_due {
                self.flush_at = (young_until > now).then_some(young_until);
            }
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
        if urgency == Urgency::Open {
            self.retry.busy_until = now.plus_ms(LEASE_MS);
            self.retry.share(shell);
        }
        self.send(&id, &chosen.parts, &chosen.asked, urgency, shell);
        if urgency == Urgency::Open {
            self.in_flight = (id, chosen.parts);
        }
    }

    fn send(&self, id: &str, parts: &str, asked: &str, urgency: Urgency, shell: &mut dyn Shell) {
        let body = batch::body(id, &self.config.site, parts, asked, &self.visitor);
        shell.send(id, &body, urgency);
    }
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
