//! When the next batch may leave, and what its answer means.

use sillage_protocol::Timestamp;

use super::Tracker;
use crate::retry::Retry;
use crate::{Act, Dropped, Id, Lines, Outcome, PAGE_WORDS, Shell, Urgency};

impl Tracker {
    pub(super) fn send_finished(
        &mut self,
        now: Timestamp,
        outcome: Outcome,
        has_receipts: bool,
        shell: &mut impl Shell,
    ) {
        let Some(batch) = self.in_flight.take() else {
            return;
        };
        let events = batch.events;
        self.retry.busy_until = Timestamp(0);
        match outcome {
            // A question without an answer: a collector that gives no receipts must not be asked all the time.
            Outcome::Acknowledged { .. } if events == 0 && !has_receipts => {
                self.failed(now, 0, shell);
            }
            Outcome::Acknowledged { rejected } => {
                shell.act(Act::ForgetInFlight);
                self.settled(events, rejected, shell);
                if events > 0 {
                    // That a question was answered does not mean that a batch will be taken.
                    self.retry = Retry::default();
                }
                if self.has_more {
                    self.flush_at = Some(now);
                }
            }
            Outcome::TooLarge if events > 1 => {
                // How much would pass nobody says: halved until it shows.
                self.max_batch_bytes = self.max_batch_bytes.min(batch.bytes) / 2;
                shell.act(Act::SplitInFlight);
                // In place of older counts, if the batch had this page's.
                self.share_counters(shell);
                self.flush_at = Some(now);
            }
            Outcome::TooLarge if events == 1 => {
                shell.act(Act::ForgetInFlight);
                self.pending -= events.min(self.pending);
                self.drop_events(Dropped::TooLarge, events, shell);
                self.flush_at = Some(now);
            }
            Outcome::TooLarge => self.failed(now, 0, shell),
            Outcome::Unconfirmed { retry_after_ms } => {
                if events > 0 {
                    shell.copy(Id::InFlight, Id::Unconfirmed);
                }
                self.failed(now, retry_after_ms, shell);
            }
        }
        shell.copy(Id::Nobody, Id::InFlight);
        self.retry.share(shell);
    }

    fn failed(&mut self, now: Timestamp, retry_after_ms: u64, shell: &mut impl Shell) {
        let random = shell.random(PAGE_WORDS);
        self.retry.failed(now, retry_after_ms, random);
        self.flush_at = Some(now);
    }

    /// So many events have their verdict.
    pub(super) fn settled(&mut self, events: u32, rejected: u32, shell: &mut impl Shell) {
        let rejected = rejected.min(events);
        self.sent += events - rejected;
        self.pending -= events.min(self.pending);
        self.drop_events(Dropped::Rejected, rejected, shell);
    }

    /// The page goes: what only it knows leaves with a beacon, whose answer nobody hears. The next
    /// page asks what became of it.
    pub(super) fn leave(&mut self, now: Timestamp, lines: Lines, shell: &mut impl Shell) {
        if !self.may_send() {
            return;
        }
        if self.retry.told_until <= now {
            self.turn_came(now, lines, Urgency::Leaving, shell);
        }
        if self.retry.busy_until > Timestamp(0) {
            self.retry.busy_until = Timestamp(0);
            self.retry.share(shell);
        }
    }

    /// A page that was left is still there, or there again: what it had asked for may never come.
    pub(super) fn come_back(&mut self, now: Timestamp) {
        if self.is_left {
            self.is_left = false;
            self.is_turn_asked = false;
            self.wake_at = None;
            self.flush_at = Some(now);
        }
    }

    /// The next turn does not wait for the schedule.
    pub(super) fn hurry(&mut self) {
        self.hurries = true;
        self.retry.due_at = Timestamp(0);
    }

    /// When the next turn is due; `None` while none is wanted, or none may come.
    fn due_at(&self) -> Option<Timestamp> {
        let waits = self.is_turn_asked || self.in_flight.is_some() || self.is_left;
        if waits || !self.may_send() {
            return None;
        }
        self.flush_at
            .map(|flush_at| flush_at.max(self.retry.due_at))
    }

    /// Asks for a turn if one is due.
    pub(super) fn take_turn(&mut self, now: Timestamp, shell: &mut impl Shell) {
        if self.due_at().is_some_and(|due_at| due_at <= now) {
            self.is_turn_asked = true;
            shell.turn();
        }
    }

    /// Turns come from a timer, never inside a call of the page: a request costs it a third of a
    /// millisecond.
    pub(super) fn ask_to_be_woken(&mut self, now: Timestamp, shell: &mut impl Shell) {
        if let Some(due_at) = self.due_at() {
            let due_at = due_at.max(now);
            if self.wake_at.is_none_or(|wake_at| due_at < wake_at) {
                self.wake_at = Some(due_at);
                shell.wake_at(due_at);
            }
        }
    }
}
