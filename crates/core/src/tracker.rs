//! The state machine: facts in, imperatives out.

use sillage_protocol::Timestamp;
use sillage_protocol::limits::{MAX_EVENT_NAME_CHARS, MAX_TEXT_CHARS};

use crate::batch::{Context, Counters, Part};
use crate::outbox::{MAX_BATCH_BYTES, Outbox};
use crate::redact::redact_url;
use crate::retry::Retry;
use crate::shell::{random_id, timed_id};
use crate::text::{self, cut, end_of, owned, put};
use crate::visitor::Visitor;
use crate::{Config, Consent, Dropped, Fields, Input, PageCause, Shell, Urgency, json};

mod delivery;

/// One site's tracker on one page.
#[derive(Debug)]
pub struct Tracker {
    config: Config,
    visitor: Visitor,
    /// Redacted address of the page in view: the referrer of the next one in this document.
    url: String,
    context: Context,
    last_created_at: Timestamp,
    outbox: Outbox,
    /// Id of the batch whose answer is awaited; empty where there is none.
    in_flight: String,
    /// Its request goes on when the page is left.
    is_kept_alive: bool,
    retry: Retry,
    /// When what waits is due.
    flush_at: Timestamp,
    wake_at: Option<Timestamp>,
    has_spilled: bool,
    /// The page was left and has not come back out of the back-forward cache.
    is_left: bool,
    counters: Counters,
    sent: u32,
}

/// Counters of one page load. All count events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Recorded, whatever became of them.
    pub tracked: u32,
    /// Acknowledged by the collector as stored or known already.
    pub sent: u32,
    /// Waiting to be sent or acknowledged.
    pub pending: u32,
    /// Dropped, for any reason.
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
            context: Context::default(),
            last_created_at: Timestamp(0),
            outbox: Outbox::default(),
            in_flight: String::new(),
            is_kept_alive: false,
            retry: Retry::default(),
            flush_at: Timestamp(0),
            wake_at: None,
            has_spilled: false,
            is_left: false,
            counters: Counters {
                outbox: random_id(shell),
                ..Counters::default()
            },
            sent: 0,
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
            pending: self.outbox.pending(),
            dropped: self.counters.dropped.iter().sum(),
        }
    }

    /// Takes the fact that `input` became true at `now`, and tells `shell` what is to be done.
    pub fn handle(&mut self, now: Timestamp, input: Input<'_>, shell: &mut dyn Shell) {
        match input {
            Input::MemoryRead(line) => {
                if self.visitor.memory_read(line, &self.config) {
                    self.obey_refusal(shell);
                }
            }
            Input::SpillFound(lines) => {
                self.has_spilled = !lines.is_empty();
                if self.may_remember() {
                    let dropped = self.outbox.adopt(lines);
                    self.drop_events(Dropped::QueueFull, dropped, shell);
                } else if self.visitor.is_anonymous() || self.consent() == Consent::Denied {
                    // They tell who the visitor is.
                    self.forget_spills(shell);
                }
            }
            Input::PageSeen { facts, cause } => self.page_seen(now, facts, cause, shell),
            Input::Clicked(facts) => self.clicked(now, facts, shell),
            Input::Tracked { event, active_at } => self.tracked(now, event, active_at, shell),
            // Chromium reports a closed tab as hidden after it was left: all has been sent then.
            Input::PageHidden if self.is_left => {}
            Input::PageHidden => self.leave(now, Urgency::Hidden, shell),
            Input::PageLeft => {
                self.is_left = true;
                self.leave(now, Urgency::Leaving, shell);
            }
            Input::Resumed => {
                self.is_left = false;
                self.retry.hurry();
            }
            Input::FlushRequested => {
                self.retry.hurry();
                self.flush_at = now;
            }
            Input::Woken => self.woken(now, shell),
            Input::SendFinished { batch, outcome } => {
                self.send_finished(now, batch, outcome, shell);
            }
            Input::ConsentChanged(consent) => {
                self.visitor.choose(consent);
                self.config.consent = consent;
                self.visitor.remember(self.may_remember(), shell);
                self.obey_refusal(shell);
            }
        }
        self.ask_to_be_woken(now, shell);
    }

    /// Where the visitor refuses, by choice or by Global Privacy Control, nothing that tells who
    /// they are stays in the store; by choice, nothing that was recorded is kept either.
    fn obey_refusal(&mut self, shell: &mut dyn Shell) {
        let is_denied = self.consent() == Consent::Denied;
        if is_denied || self.visitor.is_anonymous() && self.visitor.has_stored_id() {
            self.visitor.forget(shell);
        }
        if is_denied {
            let dropped = self.outbox.clear();
            self.drop_events(Dropped::NoConsent, dropped, shell);
            self.in_flight.clear();
            self.forget_spills(shell);
        }
    }

    fn forget_spills(&mut self, shell: &mut dyn Shell) {
        if self.has_spilled {
            self.has_spilled = false;
            shell.spill("");
        }
    }

    fn page_seen(
        &mut self,
        now: Timestamp,
        mut facts: Fields<'_>,
        cause: PageCause,
        shell: &mut dyn Shell,
    ) {
        let url = redact_url(facts.take());
        let mut referrer = redact_url(facts.take());
        if cause == PageCause::AddressChanged {
            if self.counted_part(&url) == self.counted_part(&self.url) {
                return;
            }
            referrer = owned(&self.url);
        }
        let mut place = owned("\"page\":{\"url\":");
        json::push_str(&mut place, &url);
        put(&mut place, ",");
        put(&mut place, facts.take());
        put(&mut place, "},\"referrer\":");
        if referrer.is_empty() {
            put(&mut place, "null");
        } else {
            put(&mut place, "{\"url\":");
            json::push_str(&mut place, &referrer);
            put(&mut place, "}");
        }
        self.is_left = false;
        self.url = url;
        self.context.number += 1;
        self.context.view = timed_id(now, shell);
        self.context.place = place;
        self.context.environment = owned(facts.take());
        if self.config.pageviews || cause == PageCause::Called {
            self.record(
                now,
                now,
                true,
                Part::Web("\"eventName\":\"page_viewed\""),
                shell,
            );
        }
    }

    /// The part of an address whose change is a new page view.
    fn counted_part<'u>(&self, url: &'u str) -> &'u [u8] {
        let url = url.as_bytes();
        &url[..if self.config.hash_routing {
            url.len()
        } else {
            end_of(url, 0, b"#")
        }]
    }

    fn clicked(&mut self, now: Timestamp, mut facts: Fields<'_>, shell: &mut dyn Shell) {
        if !self.config.clicks {
            return;
        }
        let (name, selector) = (facts.take(), facts.take());
        let prompt = cut(facts.take(), MAX_TEXT_CHARS);
        let href = redact_url(facts.take());
        let media_type = if facts.take().is_empty() {
            "openAction"
        } else {
            "contentOffer"
        };
        let mut members = owned("\"action\":{\"state\":\"engaged\",\"mediaType\":\"");
        put(&mut members, media_type);
        put(&mut members, "\",\"prompt\":");
        json::push_str(&mut members, prompt);
        put(&mut members, "},\"actionMap\":{\"displayName\":");
        json::push_str(&mut members, if name.is_empty() { selector } else { name });
        put(&mut members, "}");
        if !href.is_empty() {
            put(&mut members, ",\"actionTarget\":{\"selfUri\":");
            json::push_str(&mut members, &href);
            put(&mut members, "}");
        }
        self.record(now, now, false, Part::Action(&members), shell);
    }

    fn tracked(
        &mut self,
        at: Timestamp,
        mut event: Fields<'_>,
        active_at: Timestamp,
        shell: &mut dyn Shell,
    ) {
        let (name, props) = (event.take(), event.take());
        if name.is_empty() || text::count_chars(name) > MAX_EVENT_NAME_CHARS {
            self.counters.tracked += 1;
            self.drop_events(Dropped::Invalid, 1, shell);
            return;
        }
        let mut members = owned("\"eventName\":");
        json::push_str(&mut members, name);
        if !props.is_empty() {
            put(&mut members, ",\"attributes\":");
            put(&mut members, props);
        }
        self.record(at, active_at, false, Part::Web(&members), shell);
    }

    /// Takes an event: into its session, under its page view, into the outbox.
    fn record(
        &mut self,
        at: Timestamp,
        active_at: Timestamp,
        is_view: bool,
        part: Part<'_>,
        shell: &mut dyn Shell,
    ) {
        self.counters.tracked += 1;
        if self.consent() == Consent::Denied {
            self.drop_events(Dropped::NoConsent, 1, shell);
            return;
        }
        let (Part::Web(members) | Part::Action(members)) = part;
        // The event with everything that it may have to say itself.
        let bytes = members.len() + self.context.place.len() + self.context.environment.len() + 512;
        if bytes > MAX_BATCH_BYTES {
            self.drop_events(Dropped::TooLarge, 1, shell);
            return;
        }
        let created_at = at.max(self.last_created_at);
        self.last_created_at = created_at;
        let idle_timeout_ms = self.config.idle_timeout_ms;
        let is_news = self
            .visitor
            .continue_session(created_at, active_at, idle_timeout_ms, shell);
        if is_news && self.may_remember() {
            self.visitor.remember(true, shell);
        }
        if self.context.session != self.visitor.session() {
            self.context.session = owned(self.visitor.session());
            self.context.number += 1;
        }
        let id = if is_view {
            owned(&self.context.view)
        } else {
            timed_id(created_at, shell)
        };
        if !self.outbox.has_room(bytes) {
            self.seal(at, shell);
        }
        if self.outbox.waiting() == 0 {
            // The first events of a page do not wait for more.
            let is_first = self.sent == 0 && self.in_flight.is_empty();
            self.flush_at = if is_first {
                at
            } else {
                at.plus_ms(self.config.flush_interval_ms)
            };
        }
        self.outbox.push(&id, created_at, &self.context, part);
        if u64::from(self.outbox.waiting()) >= self.config.max_batch_events {
            self.seal(at, shell);
        }
    }

    /// Forms a batch of what waits.
    fn seal(&mut self, now: Timestamp, shell: &mut dyn Shell) {
        let dropped = self.outbox.seal(
            now,
            &self.config.site,
            self.visitor.id(),
            &self.counters,
            shell,
        );
        self.drop_events(Dropped::QueueFull, dropped, shell);
    }

    fn drop_events(&mut self, reason: Dropped, events: u32, shell: &mut dyn Shell) {
        if events > 0 {
            self.counters.dropped[reason as usize] += events;
            shell.dropped(reason, events);
        }
    }
}
