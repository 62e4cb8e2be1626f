//! What becomes of a page view, a click and a call of the site's: an event in the outbox, or a counted
//! drop.

use sillage_protocol::Timestamp;

use super::Tracker;
use crate::shell::timed_id;
use crate::{Consent, Dropped, Id, PageCause, Put, Shell};

/// What an event is correlated with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Under {
    /// It is a page view.
    Itself,
    /// The page view.
    View,
    /// The page view too; it is a click itself.
    ViewAsClick,
    /// The click that was recorded last.
    Click,
}

impl Tracker {
    pub(super) fn page_seen(&mut self, now: Timestamp, cause: PageCause, shell: &mut impl Shell) {
        self.come_back(now);
        let is_event = self.config.pageviews || cause == PageCause::Called;
        // What is no event may not have the id of one either.
        let sequence = if is_event { self.tracked + 1 } else { 0 };
        timed_id(Id::View, now, sequence, shell);
        if is_event {
            self.record(now, now, Under::Itself, shell);
        }
    }

    pub(super) fn clicked(&mut self, now: Timestamp, shell: &mut impl Shell) {
        if self.config.clicks {
            self.record(now, now, Under::ViewAsClick, shell);
        }
    }

    pub(super) fn tracked(
        &mut self,
        at: Timestamp,
        active_at: Timestamp,
        is_valid: bool,
        follows_click: bool,
        shell: &mut impl Shell,
    ) {
        if !is_valid {
            self.tracked += 1;
            self.drop_events(Dropped::Invalid, 1, shell);
            return;
        }
        let under = if follows_click {
            Under::Click
        } else {
            Under::View
        };
        self.record(at, active_at, under, shell);
    }

    /// Takes an event: into its session, under its page view, into the outbox.
    fn record(
        &mut self,
        at: Timestamp,
        active_at: Timestamp,
        under: Under,
        shell: &mut impl Shell,
    ) {
        self.tracked += 1;
        if self.consent() == Consent::Denied {
            self.drop_events(Dropped::NoConsent, 1, shell);
            return;
        }
        let created_at = at.max(self.last_created_at);
        self.last_created_at = created_at;
        let idle_timeout_ms = self.config.idle_timeout_ms.into();
        let is_news = self
            .visitor
            .continue_session(created_at, active_at, idle_timeout_ms, shell);
        if is_news && self.may_remember() {
            self.visitor.remember(true, shell);
        }
        if under == Under::Itself {
            shell.copy(Id::View, Id::Event);
        } else {
            timed_id(Id::Event, created_at, self.tracked, shell);
        }
        let correlation = if under == Under::Click {
            Id::Click
        } else {
            Id::View
        };
        match shell.put_event(correlation, created_at, self.visitor.epoch()) {
            Put::TooLarge => return self.drop_events(Dropped::TooLarge, 1, shell),
            Put::Filtered => {
                self.come_back(at);
                return self.drop_events(Dropped::Filtered, 1, shell);
            }
            Put::Kept => self.come_back(at),
        }
        if under == Under::ViewAsClick {
            shell.copy(Id::Event, Id::Click);
        }
        self.share_counters(shell);
        self.fresh += 1;
        self.pending += 1;
        let is_full = self.fresh >= self.config.max_batch_events;
        let due_at = if is_full {
            at
        } else {
            at.plus_ms(self.config.flush_interval_ms.into())
        };
        self.flush_at = Some(self.flush_at.map_or(due_at, |before| before.min(due_at)));
    }

    pub(super) fn share_counters(&self, shell: &mut impl Shell) {
        shell.put_counters(self.tracked);
    }

    pub(super) fn drop_events(&mut self, reason: Dropped, events: u32, shell: &mut impl Shell) {
        if events > 0 {
            shell.dropped(reason, events);
            if self.may_send() {
                self.share_counters(shell);
            }
        }
    }
}
