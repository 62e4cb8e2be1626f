//! The state machine: facts in, imperatives out.

use sillage_protocol::Timestamp;
use sillage_protocol::limits::MAX_EVENT_NAME_CHARS;

use crate::batch::{Context, Counters, Part};
use crate::outbox::{MAX_BATCH_BYTES, Outbox};
use crate::redact::{one_line, redact_url};
use crate::retry::Retry;
use crate::shell::{random_id, timed_id};
use crate::visitor::Visitor;
use crate::{Config, Consent, Dropped, Fields, Input, Outcome, PageCause, Shell, Urgency, json};

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
    in_flight: Option<String>,
    retry: Retry,
    /// When what waits is due.
    flush_at: Timestamp,
    wake_at: Option<Timestamp>,
    has_spilled: bool,
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

impl Tracker {
    /// A tracker that has seen nothing yet. `anonymous` is Global Privacy Control.
    pub fn new(config: Config, anonymous: bool, shell: &mut dyn Shell) -> Self {
        Self {
            visitor: Visitor::new(anonymous, config.consent, config.idle_timeout_ms),
            config,
            url: String::new(),
            context: Context::default(),
            last_created_at: Timestamp(0),
            outbox: Outbox::default(),
            in_flight: None,
            retry: Retry::default(),
            flush_at: Timestamp(0),
            wake_at: None,
            has_spilled: false,
            counters: Counters {
                outbox: random_id(shell),
                ..Counters::default()
            },
            sent: 0,
        }
    }

    /// The visitor's consent: their own choice, else what the site set.
    pub fn consent(&self) -> Consent {
        self.visitor.consent()
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
                self.visitor.memory_read(line);
                self.obey_denial(shell);
            }
            Input::SpillFound(lines) => {
                if self.visitor.may_remember() && !lines.is_empty() {
                    let dropped = self.outbox.adopt(lines);
                    self.drop_events(Dropped::QueueFull, dropped, shell);
                    self.has_spilled = true;
                }
            }
            Input::PageSeen { facts, cause } => self.page_seen(now, facts, cause, shell),
            Input::Clicked(facts) => self.clicked(now, facts, shell),
            Input::Tracked { event, active_at } => self.tracked(now, event, active_at, shell),
            Input::PageHidden => self.leave(now, Urgency::Hidden, shell),
            Input::PageLeft => self.leave(now, Urgency::Leaving, shell),
            Input::Resumed => self.retry.hurry(),
            Input::FlushRequested => {
                self.retry.hurry();
                self.flush_at = now;
            }
            Input::Woken => self.woken(now, shell),
            Input::SendFinished { batch, outcome } => {
                self.send_finished(now, batch, outcome, shell);
            }
            Input::ConsentChanged(consent) => {
                self.visitor.consent_changed(consent, shell);
                self.obey_denial(shell);
            }
        }
        self.ask_to_be_woken(now, shell);
    }

    /// Where the visitor has refused, nothing that was recorded is kept.
    fn obey_denial(&mut self, shell: &mut dyn Shell) {
        if self.consent() == Consent::Denied {
            self.visitor.forget();
            let dropped = self.outbox.clear();
            self.drop_events(Dropped::NoConsent, dropped, shell);
            self.in_flight = None;
            if core::mem::take(&mut self.has_spilled) {
                shell.spill("");
            }
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
            referrer.clone_from(&self.url);
        }
        let mut place = String::from("\"page\":{\"url\":");
        json::push_str(&mut place, &url);
        place.push(',');
        place.push_str(facts.take());
        place.push_str("},\"referrer\":");
        if referrer.is_empty() {
            place.push_str("null");
        } else {
            place.push_str("{\"url\":");
            json::push_str(&mut place, &referrer);
            place.push('}');
        }
        self.url = url;
        self.context.view = timed_id(now, shell);
        self.context.place = place;
        self.context.environment = String::from(facts.take());
        if self.config.pageviews || cause == PageCause::Called {
            let view = self.context.view.clone();
            self.record(
                now,
                now,
                Some(view),
                Part::Web("\"eventName\":\"page_viewed\""),
                shell,
            );
        }
    }

    /// The part of an address whose change is a new page view.
    fn counted_part<'u>(&self, url: &'u str) -> &'u [u8] {
        let url = url.as_bytes();
        let fragment = url.iter().position(|&byte| byte == b'#');
        match fragment {
            Some(fragment) if !self.config.hash_routing => &url[..fragment],
            _ => url,
        }
    }

    fn clicked(&mut self, now: Timestamp, mut facts: Fields<'_>, shell: &mut dyn Shell) {
        if !self.config.clicks {
            return;
        }
        let (name, selector) = (facts.take(), facts.take());
        let prompt = one_line(facts.take());
        let href = redact_url(facts.take());
        let media_type = if facts.take().is_empty() {
            "openAction"
        } else {
            "contentOffer"
        };
        let mut members = String::from("\"action\":{\"state\":\"engaged\",\"mediaType\":\"");
        members.push_str(media_type);
        members.push_str("\",\"prompt\":");
        json::push_str(&mut members, &prompt);
        members.push_str("},\"actionMap\":{\"displayName\":");
        json::push_str(&mut members, if name.is_empty() { selector } else { name });
        members.push('}');
        if !href.is_empty() {
            members.push_str(",\"actionTarget\":{\"selfUri\":");
            json::push_str(&mut members, &href);
            members.push('}');
        }
        self.record(now, now, None, Part::Action(&members), shell);
    }

    fn tracked(
        &mut self,
        at: Timestamp,
        mut event: Fields<'_>,
        active_at: Timestamp,
        shell: &mut dyn Shell,
    ) {
        let (name, props) = (event.take(), event.take());
        if name.is_empty() || name.chars().count() > MAX_EVENT_NAME_CHARS {
            self.counters.tracked += 1;
            self.drop_events(Dropped::Invalid, 1, shell);
            return;
        }
        let mut members = String::new();
        json::push_key(&mut members, "eventName");
        json::push_str(&mut members, name);
        if !props.is_empty() {
            members.push_str(",\"attributes\":");
            members.push_str(props);
        }
        self.record(at, active_at, None, Part::Web(&members), shell);
    }

    /// Takes an event: into its session, under its page view, into the outbox.
    fn record(
        &mut self,
        at: Timestamp,
        active_at: Timestamp,
        id: Option<String>,
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
        self.context.session = self.visitor.session_at(created_at, active_at, shell);
        let id = id.unwrap_or_else(|| timed_id(created_at, shell));
        if !self.outbox.has_room(bytes) {
            self.seal(at, shell);
        }
        if self.outbox.waiting() == 0 {
            // The first events of a page do not wait for more.
            let is_first = self.sent == 0 && self.in_flight.is_none();
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

    fn send_finished(&mut self, now: Timestamp, id: &str, outcome: Outcome, shell: &mut dyn Shell) {
        if self.in_flight.as_deref() == Some(id) {
            self.in_flight = None;
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
        let rejected = rejected.min(events);
        self.sent += events - rejected;
        self.drop_events(Dropped::Rejected, rejected, shell);
        if self.has_spilled && self.outbox.is_empty() {
            self.has_spilled = false;
            shell.spill("");
        }
    }

    /// The page is hidden or goes: nothing may be left behind that only this page knows.
    fn leave(&mut self, now: Timestamp, urgency: Urgency, shell: &mut dyn Shell) {
        if !self.visitor.may_send() || self.outbox.is_empty() {
            return;
        }
        self.seal(now, shell);
        if self.visitor.may_remember() {
            self.has_spilled = true;
            shell.spill(&self.outbox.spill());
        }
        if urgency == Urgency::Leaving {
            for batch in self.outbox.batches() {
                if self.in_flight.as_ref() != Some(&batch.id) {
                    shell.send(&batch.id, &batch.body, urgency);
                }
            }
        } else if self.in_flight.is_none() {
            self.send_next(urgency, shell);
        }
    }

    fn send_next(&mut self, urgency: Urgency, shell: &mut dyn Shell) {
        if let Some(batch) = self.outbox.batches().first() {
            self.in_flight = Some(batch.id.clone());
            shell.send(&batch.id, &batch.body, urgency);
        }
    }

    fn woken(&mut self, now: Timestamp, shell: &mut dyn Shell) {
        self.wake_at = None;
        if self.due_at().is_some_and(|due_at| due_at <= now) {
            if self.outbox.batches().is_empty() {
                self.seal(now, shell);
            }
            self.send_next(Urgency::Open, shell);
        }
    }

    /// When the next batch is to be sent; `None` while there is none, or none may be.
    fn due_at(&self) -> Option<Timestamp> {
        if !self.visitor.may_send() || self.in_flight.is_some() || self.outbox.is_empty() {
            None
        } else if self.outbox.batches().is_empty() {
            Some(self.retry.due_at.max(self.flush_at))
        } else {
            Some(self.retry.due_at)
        }
    }

    /// Batches leave from a timer, never inside a call of the page: a request costs it a third of
    /// a millisecond.
    fn ask_to_be_woken(&mut self, now: Timestamp, shell: &mut dyn Shell) {
        if let Some(due_at) = self.due_at() {
            let due_at = due_at.max(now);
            if self.wake_at.is_none_or(|wake_at| due_at < wake_at) {
                self.wake_at = Some(due_at);
                shell.wake_at(due_at);
            }
        }
    }
}
