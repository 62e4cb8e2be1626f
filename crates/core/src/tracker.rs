//! The state machine: facts in, imperatives out.

use sillage_protocol::Timestamp;

use crate::retry::Retry;
use crate::shell::random_id;
use crate::visitor::{self, Visitor};
use crate::{Config, Consent, Dropped, Id, Input, Shell, Urgency};

mod delivery;
mod record;
mod turn;

/// Longest list of events in a batch, in bytes: leaves room for the batch's head in the 64 KiB
/// that a leaving page may send in all
/// (<https://fetch.spec.whatwg.org/#http-network-or-cache-fetch>).
pub const MAX_BATCH_BYTES: u32 = 48 * 1024;

/// One site's tracker on one page.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and they do not exclude each other"
)]
pub struct Tracker {
    config: Config,
    visitor: Visitor,
    last_created_at: Timestamp,
    /// Whether lines may be written down, as the shell was last told.
    keeps: bool,
    /// Whether a refusal is to be written down, and nothing else.
    has_refused: bool,
    /// Whether what an earlier refusal may have failed to erase was looked for.
    has_cleared: bool,
    /// When the next turn is wanted; `None` while nothing is known to wait.
    flush_at: Option<Timestamp>,
    is_turn_asked: bool,
    /// Events put since the last turn.
    fresh: u32,
    /// The batch whose answer is awaited.
    in_flight: Option<InFlight>,
    /// Whether the outbox held more than the batch in flight.
    has_more: bool,
    retry: Retry,
    /// Something changed for the better: the next turn does not wait for the schedule.
    hurries: bool,
    /// Most bytes in a batch: fewer once something on the way refused a larger one.
    max_batch_bytes: u32,
    wake_at: Option<Timestamp>,
    /// The page was left and has not come back out of the back-forward cache.
    is_left: bool,
    tracked: u32,
    sent: u32,
    pending: u32,
}

/// A batch under way.
#[derive(Clone, Copy, Debug)]
struct InFlight {
    events: u32,
    /// About how many bytes its events take.
    bytes: u32,
}

/// Counters of one page load. All count events; what was dropped the shell counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Recorded by this page, whatever became of them.
    pub tracked: u32,
    /// Acknowledged to this page as stored or known already, those that other pages left included.
    pub sent: u32,
    /// Waiting in the site's outbox to be sent or acknowledged, as this page last saw it.
    pub pending: u32,
}

impl Tracker {
    /// A tracker that has seen nothing yet. `anonymous` is Global Privacy Control.
    pub fn new(config: Config, anonymous: bool, shell: &mut impl Shell) -> Self {
        random_id(Id::Outbox, shell);
        Self {
            visitor: Visitor::new(anonymous),
            config,
            last_created_at: Timestamp(0),
            keeps: false,
            has_refused: false,
            has_cleared: false,
            // What earlier pages left is looked for at once.
            flush_at: Some(Timestamp(0)),
            is_turn_asked: false,
            fresh: 0,
            in_flight: None,
            has_more: false,
            retry: Retry::default(),
            hurries: false,
            max_batch_bytes: MAX_BATCH_BYTES,
            wake_at: None,
            is_left: false,
            tracked: 0,
            sent: 0,
            pending: 0,
        }
    }

    /// The visitor's consent: their own choice, else what the site set.
    pub fn consent(&self) -> Consent {
        self.visitor.choice().unwrap_or(self.config.consent)
    }

    fn may_send(&self) -> bool {
        self.consent() == Consent::Granted
    }

    /// Whether ids, and events that hold them, may be written down.
    fn may_remember(&self) -> bool {
        self.may_send() && !self.visitor.is_anonymous()
    }

    /// What became of the events of this page.
    pub fn stats(&self) -> Stats {
        Stats {
            tracked: self.tracked,
            sent: self.sent,
            pending: self.pending,
        }
    }

    /// Takes the fact that `input` became true at `now`, and tells `shell` what is to be done.
    pub fn handle(&mut self, now: Timestamp, input: Input, shell: &mut impl Shell) {
        match input {
            Input::MemoryRead => self.memory_read(now, shell),
            Input::TurnCame(lines) => self.turn_came(now, lines, Urgency::Open, shell),
            Input::PageSeen(cause) => self.page_seen(now, cause, shell),
            Input::Clicked => self.clicked(now, shell),
            Input::Tracked {
                active_at,
                is_valid,
                follows_click,
            } => self.tracked(now, active_at, is_valid, follows_click, shell),
            Input::PageHidden => {
                // Chromium reports a closed tab as hidden after it was left: all has been sent then.
                if self.fresh > 0 && !self.is_left {
                    self.flush_at = Some(now);
                    self.take_turn(now, shell);
                }
            }
            Input::PageLeft(lines) => {
                self.is_left = true;
                self.leave(now, lines, shell);
            }
            Input::Resumed => {
                self.come_back(now);
                self.hurry();
            }
            Input::FlushRequested => {
                self.hurry();
                self.flush_at = Some(now);
            }
            Input::Woken => {
                self.wake_at = None;
                self.take_turn(now, shell);
            }
            Input::SendFinished {
                outcome,
                has_receipts,
            } => self.send_finished(now, outcome, has_receipts, shell),
            Input::ClockChanged => {
                self.visitor.clock_changed();
                // No time of the clock before means anything now.
                self.last_created_at = Timestamp(0);
                self.retry = Retry::default();
                self.wake_at = None;
                self.flush_at = self.flush_at.map(|flush_at| flush_at.min(now));
            }
            Input::Lost(events) => {
                self.tracked = self.tracked.saturating_add(events);
                self.drop_events(Dropped::QueueFull, events, shell);
            }
            Input::Identified(said) => {
                if self.consent() != Consent::Denied {
                    let idle_timeout_ms = self.config.idle_timeout_ms.into();
                    self.visitor.identified(now, said, idle_timeout_ms, shell);
                    if self.may_remember() {
                        self.visitor.remember(true, shell);
                    }
                }
            }
            Input::ConsentChanged(consent) => {
                self.visitor.choose(consent, shell);
                self.config.consent = consent;
                self.has_refused = false;
                self.obey_refusal(shell);
                self.visitor.remember(self.may_remember(), shell);
                self.tell_whether_to_keep(shell);
            }
        }
        self.ask_to_be_woken(now, shell);
    }

    fn memory_read(&mut self, now: Timestamp, shell: &mut impl Shell) {
        if self.visitor.memory_read(now, self.config.consent, shell) || !self.has_cleared {
            self.obey_refusal(shell);
        }
        self.tell_whether_to_keep(shell);
    }

    fn tell_whether_to_keep(&mut self, shell: &mut impl Shell) {
        let keeps = self.may_remember() || self.has_refused;
        if keeps != self.keeps {
            self.keeps = keeps;
            shell.keep(keeps);
        }
    }

    /// Where the visitor refuses, by choice or by Global Privacy Control, nothing that tells who
    /// they are stays in the store; by choice, nothing that was recorded is kept either.
    fn obey_refusal(&mut self, shell: &mut impl Shell) {
        let is_first = !core::mem::replace(&mut self.has_cleared, true);
        let is_denied = self.consent() == Consent::Denied;
        let is_known = visitor::is_known(shell);
        let has_traces = is_first || is_known || is_denied && self.pending > 0;
        if !has_traces || !is_denied && !self.visitor.is_anonymous() {
            return;
        }
        // A refusal has to last: it takes the place of everything else in the outbox.
        let is_choice = self.visitor.choice() == Some(Consent::Denied);
        self.has_refused = is_choice && !self.visitor.is_anonymous();
        self.tell_whether_to_keep(shell);
        shell.clear();
        if is_known || is_choice {
            self.visitor.forget(shell);
        }
        if is_denied {
            let dropped = core::mem::take(&mut self.pending);
            self.drop_events(Dropped::NoConsent, dropped, shell);
            self.in_flight = None;
            self.fresh = 0;
        }
    }
}
