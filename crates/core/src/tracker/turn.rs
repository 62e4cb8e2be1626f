//! One look at the outbox, and the one request that may follow from it.
//!
//! A batch found there was sent by somebody who has not seen the answer: whether it was stored is in
//! doubt. So the collector is asked for its receipt first, along with the next batch, and it is sent
//! again, unchanged, only if the collector does not know it.

use sillage_protocol::Timestamp;

use super::{InFlight, Tracker};
use crate::retry::{LEASE_MS, Retry};
use crate::shell::timed_id;
use crate::{Act, Dropped, Id, Line, Lines, Receipt, Shell, Urgency};

/// Longest text of all lines, in characters; the oldest go first. An event with its context takes about
/// one kilobyte: a day of heavy use without a network fits in.
const MAX_OUTBOX_CHARS: u32 = 4 * 1024 * 1024;

/// Most events that wait; the oldest go first.
const MAX_OUTBOX_EVENTS: u32 = 10_000;

/// Most batches that one request asks about: see the limits of the contract.
#[expect(clippy::cast_possible_truncation, reason = "a small number")]
const MAX_RECEIPTS: u32 = sillage_protocol::limits::MAX_RECEIPTS as u32;

/// How long an event may wait, in milliseconds: 30 days. Collectors must remember ids for longer,
/// or they could not tell when one comes again.
const MAX_AGE_MS: u64 = 30 * 86_400_000;

/// How long the collector may not know a batch that has left, in milliseconds: the beacon of the page
/// before, which browsers send when they find the time, and the first question of this one are under
/// way together.
const GRACE_MS: u64 = 5_000;

/// One look at the outbox, line by line.
#[derive(Default)]
struct Turn {
    now: Timestamp,
    is_leaving: bool,
    /// Whether a request may leave.
    is_due: bool,
    surplus_chars: u32,
    surplus_events: u32,
    /// Until when a batch that the collector does not know may still be under way.
    young_until: Timestamp,
    /// Whether a batch is sent again: then nothing else is chosen.
    repeats: bool,
    /// How many events the next batch has.
    events: u32,
    /// How many bytes they will take on the way.
    bytes: u32,
    /// How many batches are in doubt.
    doubts: u32,
}

/// A batch in the outbox, as the shell found it: see [`Line::Batch`].
struct Batch {
    made_at: Timestamp,
    chars: u32,
    events: u32,
    receipt: Option<Receipt>,
    is_unconfirmed: bool,
}

impl Tracker {
    pub(super) fn turn_came(
        &mut self,
        now: Timestamp,
        lines: Lines,
        urgency: Urgency,
        shell: &mut impl Shell,
    ) {
        let is_leaving = urgency == Urgency::Leaving;
        if !is_leaving {
            self.is_turn_asked = false;
            if self.is_left || self.in_flight.is_some() || !self.may_send() {
                // It was asked for before the page was left, or before consent was withdrawn.
                self.flush_at = Some(now);
                return;
            }
        }
        let mut turn = Turn {
            now,
            is_leaving,
            is_due: true,
            surplus_chars: lines.chars.saturating_sub(MAX_OUTBOX_CHARS),
            surplus_events: lines.events.saturating_sub(MAX_OUTBOX_EVENTS),
            ..Turn::default()
        };
        let waited = core::mem::take(&mut self.pending);
        self.fresh = 0;
        self.has_more = false;
        loop {
            match shell.next_line() {
                Line::End => break,
                Line::Record => {
                    // A refusal drops what was known to wait.
                    self.pending = waited;
                    self.memory_read(now, shell);
                    if !self.may_send() {
                        return;
                    }
                    self.pending = 0;
                }
                Line::State {
                    busy_until,
                    due_at,
                    failures,
                } => {
                    if !is_leaving {
                        let shared = Retry::read(now, busy_until, due_at, failures);
                        self.take_over(&mut turn, shared);
                    }
                }
                Line::Batch {
                    made_at,
                    chars,
                    events,
                    receipt,
                    is_unconfirmed,
                } => {
                    if self.fits(&mut turn, made_at, chars, events, shell) {
                        let batch = Batch {
                            made_at,
                            chars,
                            events,
                            receipt,
                            is_unconfirmed,
                        };
                        self.judge(&mut turn, &batch, shell);
                    }
                }
                // Not worth a look, damaged lines neither.
                Line::Other | Line::Events { events: 0, .. } => {}
                Line::Events {
                    made_at,
                    chars,
                    events,
                } => {
                    if self.fits(&mut turn, made_at, chars, events, shell) {
                        self.choose(&mut turn, events, shell);
                    }
                }
            }
        }
        self.conclude(&turn, urgency, shell);
    }

    /// Takes over what the pages know of the collector.
    fn take_over(&mut self, turn: &mut Turn, shared: Retry) {
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
    fn fits(
        &mut self,
        turn: &mut Turn,
        made_at: Timestamp,
        chars: u32,
        events: u32,
        shell: &mut impl Shell,
    ) -> bool {
        let is_old = turn.now.since(made_at) > MAX_AGE_MS;
        if !is_old && turn.surplus_chars == 0 && turn.surplus_events == 0 {
            self.pending += events;
            return true;
        }
        turn.surplus_chars = turn.surplus_chars.saturating_sub(chars);
        turn.surplus_events = turn.surplus_events.saturating_sub(events);
        shell.act(Act::Drop);
        let reason = if is_old {
            Dropped::Expired
        } else {
            Dropped::QueueFull
        };
        self.drop_events(reason, events, shell);
        false
    }

    /// Takes the events of a line into the next batch if there is room.
    fn choose(&mut self, turn: &mut Turn, events: u32, shell: &mut impl Shell) {
        let mut bytes = turn.bytes;
        let has_room = turn.is_due
            && !turn.repeats
            && (turn.events == 0 || turn.events + events <= self.config.max_batch_events)
            && {
                bytes += shell.line_bytes();
                turn.events == 0 || bytes <= self.max_batch_bytes
            };
        if !has_room {
            self.has_more = true;
            return;
        }
        if turn.events == 0 {
            // As they are now: what was dropped at this turn is in them.
            self.share_counters(shell);
        }
        shell.act(Act::Choose);
        turn.events += events;
        turn.bytes = bytes;
    }

    /// Finds out what becomes of a batch in doubt.
    fn judge(&mut self, turn: &mut Turn, batch: &Batch, shell: &mut impl Shell) {
        match batch.receipt {
            Some(receipt) if receipt.known == Some(batch.events) => {
                shell.act(Act::Forget);
                self.settled(batch.events, receipt.rejected, shell);
            }
            // One from the future was made before the clock was set back.
            Some(_) if turn.now.0.abs_diff(batch.made_at.0) < GRACE_MS => {
                turn.young_until = batch.made_at.plus_ms(GRACE_MS);
                self.has_more = true;
            }
            Some(_) if turn.is_due && !turn.repeats => {
                shell.act(Act::Repeat);
                turn.repeats = true;
                turn.events = batch.events;
                turn.bytes = batch.chars;
            }
            None if turn.is_leaving && batch.is_unconfirmed => {
                // This page's request has failed, and it cannot ask for it any more: better twice
                // than only at the next visit, if there is one. What the page before has left has
                // most likely arrived.
                shell.send(Id::Line, Urgency::Leaving, self.visitor.epoch());
            }
            _ => {
                if turn.doubts < MAX_RECEIPTS {
                    shell.act(Act::Ask);
                }
                turn.doubts += 1;
                self.has_more = true;
            }
        }
    }

    /// Sends what was chosen.
    fn conclude(&mut self, turn: &Turn, urgency: Urgency, shell: &mut impl Shell) {
        let now = turn.now;
        let asks = turn.doubts > 0 && !turn.is_leaving;
        if !turn.is_due {
            return;
        }
        if turn.events == 0 && !turn.repeats && !asks {
            self.flush_at = (turn.young_until > now).then_some(turn.young_until);
            return;
        }
        self.flush_at = None;
        if turn.events == 0 && !turn.repeats {
            // Nothing but a question: the same each time, since nothing is stored under its id.
            shell.copy(Id::Outbox, Id::Batch);
        } else if !turn.repeats {
            timed_id(Id::Batch, now, 0, shell);
            shell.act(Act::PutBatch);
        }
        if !turn.is_leaving {
            self.retry.busy_until = now.plus_ms(LEASE_MS);
            self.retry.share(shell);
            self.in_flight = Some(InFlight {
                events: turn.events,
                bytes: turn.bytes,
            });
            shell.copy(Id::Batch, Id::InFlight);
        }
        shell.send(Id::Batch, urgency, self.visitor.epoch());
    }
}
