//! The state machine: facts in, imperatives out.

use sillage_protocol::Timestamp;

use crate::batch::Counters;
use crate::retry::Retry;
use crate::shell::random_id;
use crate::text::put;
use crate::visitor::Visitor;
use crate::{Config, Consent, Dropped, Input, Shell, Urgency, json};

mod delivery;
mod record;
mod turn;

/// Longest list of events in a batch, in bytes: leaves room for the batch's head in the 64 KiB
/// that a leaving page may send in all
/// (<https://fetch.spec.whatwg.org/#http-network-or-cache-fetch>).
const MAX_BATCH_BYTES: usize = 48 * 1024;

/// One site's tracker on one page.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and they do not exclude each other"
)]
pub struct Tracker {
    config: Config,
    visitor: Visitor,
    /// Redacted address of the page in view: the referrer of the next one in this document.
    url: String,
    /// Id of the page view's own event.
    view: String,
    /// Id of the click that was recorded last.
    click: String,
    /// What every event of the page view says, behind its view: where and with what.
    place: String,
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
    /// The batch whose answer is awaited: its id, empty where there is none, and its parts.
    in_flight: (String, String),
    /// Id of the last batch that this page has sent and whose answer did not come.
    unconfirmed: String,
    /// Whether the outbox held more than the batch in flight.
    has_more: bool,
    /// What the last answer said of batches in doubt; holds for the turn that follows.
    receipts: String,
    retry: Retry,
    /// Something changed for the better: the next turn does not wait for the schedule.
    hurries: bool,
    /// Most bytes in a batch: fewer once something on the way refused a larger one.
    max_batch_bytes: usize,
    wake_at: Option<Timestamp>,
    /// The page was left and has not come back out of the back-forward cache.
    is_left: bool,
    counters: Counters,
    sent: u32,
    pending: u32,
}

/// Counters of one page load. All count events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Recorded by this page, whatever became of them.
    pub tracked: u32,
    /// Acknowledged to this page as stored or known already, those that other pages left included.
    pub sent: u32,
    /// Waiting in the site's outbox to be sent or acknowledged, as this page last saw it.
    pub pending: u32,
    /// Dropped by this page, for any reason.
    pub dropped: u32,
}

impl Stats {
    /// The numbers in the order of their declaration, a space between two.
    pub fn to_words(self) -> String {
        let mut words = String::new();
        for number in [self.tracked, self.sent, self.pending, self.dropped] {
            json::push_decimal(&mut words, number.into());
            put(&mut words, " ");
        }
        words
    }
}

impl Tracker {
    /// A tracker that has seen nothing yet. `anonymous` is Global Privacy Control.
    pub fn new(config: Config, anonymous: bool, shell: &mut dyn Shell) -> Self {
        Self {
            visitor: Visitor::new(anonymous),
            config,
            url: String::new(),
            view: String::new(),
            click: String::new(),
            place: String::new(),
            last_created_at: Timestamp(0),
            keeps: false,
            has_refused: false,
            has_cleared: false,
            // What earlier pages left is looked for at once.
            flush_at: Some(Timestamp(0)),
            is_turn_asked: false,
            fresh: 0,
            in_flight: (String::new(), String::new()),
            unconfirmed: String::new(),
            has_more: false,
            receipts: String::new(),
            retry: Retry::default(),
            hurries: false,
            max_batch_bytes: MAX_BATCH_BYTES,
            wake_at: None,
            is_left: false,
            counters: Counters {
                outbox: random_id(shell),
                ..Counters::default()
            },
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
            tracked: self.counters.tracked,
            sent: self.sent,
            pending: self.pending,
            dropped: self.counters.dropped.iter().sum(),
        }
    }

    /// Takes the fact that `input` became true at `now`, and tells `shell` what is to be done.
    pub fn handle(&mut self, now: Timestamp, input: Input<'_>, shell: &mut dyn Shell) {
        match input {
            Input::MemoryRead(line) => self.memory_read(now, line, shell),
            Input::TurnCame(lines) => self.turn_came(now, lines, Urgency::Open, shell),
            Input::PageSeen { facts, cause } => self.page_seen(now, facts, cause, shell),
            Input::Clicked(facts) => self.clicked(now, facts, shell),
            Input::Tracked { event, active_at } => self.tracked(now, event, active_at, shell),
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
                batch,
                outcome,
                receipts,
            } => self.send_finished(now, batch, outcome, receipts, shell),
            Input::ClockChanged => {
                self.visitor.clock_changed();
                // No time of the clock before means anything now.
                self.last_created_at = Timestamp(0);
                self.retry = Retry::default();
                self.wake_at = None;
                self.flush_at = self.flush_at.map(|flush_at| flush_at.min(now));
            }
            Input::Lost(events) => {
                let events = u32::try_from(events).unwrap_or(u32::MAX);
                self.counters.tracked = self.counters.tracked.saturating_add(events);
                self.drop_events(Dropped::QueueFull, events, shell);
            }
            Input::Identified(words) => {
                if self.consent() != Consent::Denied {
                    let idle_timeout_ms = self.config.idle_timeout_ms;
                    self.visitor.identified(now, words, idle_timeout_ms, shell);
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

    fn memory_read(&mut self, now: Timestamp, line: &str, shell: &mut dyn Shell) {
        if self.visitor.memory_read(now, line, &self.config, shell) || !self.has_cleared {
            self.obey_refusal(shell);
        }
        self.tell_whether_to_keep(shell);
    }

    fn tell_whether_to_keep(&mut self, shell: &mut dyn Shell) {
        let keeps = self.may_remember() || self.has_refused;
        if keeps != self.keeps {
            self.keeps = keeps;
            shell.keep(keeps);
        }
    }

    /// Where the visitor refuses, by choice or by Global Privacy Control, nothing that tells who
    /// they are stays in the store; by choice, nothing that was recorded is kept either.
    fn obey_refusal(&mut self, shell: &mut dyn Shell) {
        let is_first = !core::mem::replace(&mut self.has_cleared, true);
        let is_denied = self.consent() == Consent::Denied;
        let is_known = self.visitor.is_known();
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
            self.in_flight.0.clear();
            self.fresh = 0;
        }
    }
}
