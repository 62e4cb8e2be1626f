//! When batches leave, and what becomes of them.

use sillage_protocol::Timestamp;

use super::Tracker;
use crate::retry::Retry;
use crate::text::owned;
use crate::{Dropped, Outcome, Shell, Urgency};

impl Tracker {
    pub(super) fn send_finished(
        &mut self,
        now: Timestamp,
        id: &str,
        outcome: Outcome,
        shell: &mut dyn Shell,
    ) {
        if self.in_flight == id {
            self.in_flight.clear();
        }
        let rejected = match outcome {
            Outcome::Acknowledged { rejected } => rejected,
            Outcome::Unconfirmed { retry_after_ms } => {
                self.retry.failed(now, retry_after_ms, shell);
                return;
            }
        };
        self.retry = Retry::default();
        let events = self.outbox.settle(id);
        let rejected = u32::try_from(rejected).unwrap_or(u32::MAX).min(events);
        self.sent += events - rejected;
        self.drop_events(Dropped::Rejected, rejected, shell);
        if self.outbox.is_empty() {
            self.forget_spills(shell);
        }
    }

    /// The page is hidden or goes: nothing may be left behind that only this page knows.
    pub(super) fn leave(&mut self, now: Timestamp, urgency: Urgency, shell: &mut dyn Shell) {
        if !self.may_send() || self.outbox.is_empty() {
            return;
        }
        self.seal(now, shell);
        if self.may_remember() {
            self.has_spilled = true;
            shell.spill(self.outbox.lines());
        }
        if urgency == Urgency::Leaving {
            for batch in self.outbox.batches() {
                // The browser ends a request of an open page; the collector knows a batch that it
                // got twice.
                if self.in_flight != batch.id || !self.is_kept_alive {
                    shell.send(batch.id, batch.body, urgency);
                }
            }
        } else if self.in_flight.is_empty() {
            self.send_next(urgency, shell);
        }
    }

    fn send_next(&mut self, urgency: Urgency, shell: &mut dyn Shell) {
        if let Some(batch) = self.outbox.batches().next() {
            self.in_flight = owned(batch.id);
            self.is_kept_alive = urgency == Urgency::Hidden;
            shell.send(batch.id, batch.body, urgency);
        }
    }

    pub(super) fn woken(&mut self, now: Timestamp, shell: &mut dyn Shell) {
        self.wake_at = None;
        if self.due_at().is_some_and(|due_at| due_at <= now) {
            if self.outbox.lines().is_empty() {
                self.seal(now, shell);
            }
            self.send_next(Urgency::Open, shell);
        }
    }

    /// When the next batch is to be sent; `None` while there is none, or none may be.
    fn due_at(&self) -> Option<Timestamp> {
        if !self.may_send() || !self.in_flight.is_empty() || self.outbox.is_empty() {
            None
        } else if self.outbox.lines().is_empty() {
            Some(self.retry.due_at.max(self.flush_at))
        } else {
            Some(self.retry.due_at)
        }
    }

    /// Batches leave from a timer, never inside a call of the page: a request costs it a third of
    /// a millisecond.
    pub(super) fn ask_to_be_woken(&mut self, now: Timestamp, shell: &mut dyn Shell) {
        if let Some(due_at) = self.due_at() {
            let due_at = due_at.max(now);
            if self.wake_at.is_none_or(|wake_at| due_at < wake_at) {
                self.wake_at = Some(due_at);
                shell.wake_at(due_at);
            }
        }
    }
}
