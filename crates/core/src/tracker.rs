//! The state machine: facts in, effects out.

use std::rc::Rc;

use sillage_protocol::Timestamp;
use sillage_protocol::limits::MAX_EVENT_NAME_CHARS;

use crate::batch::{self, Envelope, Part, Record};
use crate::click;
use crate::context::{self, Context};
use crate::entropy::{Entropy, random_id, timed_id};
use crate::outbox::{Batch, MAX_BATCH_BYTES, Outbox};
use crate::redact::redact_url;
use crate::remembered::Remembered;
use crate::retry::Retry;
use crate::session::Session;
use crate::stats::REASONS;
use crate::{
    Config, Consent, Dropped, Effect, Input, Outcome, PageCause, PageFacts, Stats, Urgency,
    Warning, json,
};

/// One site's tracker on one page.
#[derive(Debug)]
pub struct Tracker {
    config: Config,
    /// Global Privacy Control is set: no identifier is stored, none outlives the page.
    anonymous: bool,
    /// What this page knows of its visitor.
    remembered: Remembered,
    /// What the store held when it was last read; adopted once consent allows.
    stored: Remembered,
    page: Option<Page>,
    context: Option<Rc<Context>>,
    outbox: Outbox,
    outbox_id: String,
    in_flight: Option<String>,
    retry: Retry,
    /// When what waits is due; the first events of a page do not wait.
    flush_at: Timestamp,
    wake_at: Option<Timestamp>,
    last_created_at: Timestamp,
    has_spilled: bool,
    tracked: u32,
    sent: u32,
    dropped: [u32; REASONS],
}

/// The page in view.
#[derive(Debug)]
struct Page {
    /// Redacted address; the referrer of the next page view in this document.
    url: String,
    /// Id of the page view's own event.
    view: String,
    place: String,
    environment: String,
}

impl Tracker {
    /// A tracker that has seen nothing yet. `anonymous` is Global Privacy Control.
    pub fn new(config: Config, anonymous: bool, entropy: &mut dyn Entropy) -> Self {
        Self {
            config: config.within_range(),
            anonymous,
            remembered: Remembered::default(),
            stored: Remembered::default(),
            page: None,
            context: None,
            outbox: Outbox::default(),
            outbox_id: random_id(entropy),
            in_flight: None,
            retry: Retry::default(),
            flush_at: Timestamp(0),
            wake_at: None,
            last_created_at: Timestamp(0),
            has_spilled: false,
            tracked: 0,
            sent: 0,
            dropped: [0; REASONS],
        }
    }

    /// The visitor's consent: their own choice, else what the site set.
    pub fn consent(&self) -> Consent {
        self.stored.consent.unwrap_or(self.config.consent)
    }

    /// What became of the events of this page.
    pub fn stats(&self) -> Stats {
        Stats {
            tracked: self.tracked,
            sent: self.sent,
            pending: self.outbox.pending(),
            dropped: self.dropped.iter().sum(),
        }
    }

    /// Takes a fact and returns what is to be done about it.
    #[must_use = "effects do nothing until the shell carries them out"]
    pub fn handle(
        &mut self,
        now: Timestamp,
        entropy: &mut dyn Entropy,
        input: Input<'_>,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut step = Step {
            now,
            entropy,
            effects: &mut effects,
        };
        match input {
            Input::MemoryRead(record) => self.memory_read(record, &mut step),
            Input::SpillFound(text) => self.spill_found(text, &mut step),
            Input::PageSeen { facts, cause } => self.page_seen(&facts, cause, &mut step),
            Input::Clicked(facts) => {
                if self.config.clicks {
                    let part = Part::Action(click::action(&facts));
                    self.record(now, now, None, part, &mut step);
                }
            }
            Input::Tracked {
                name,
                props,
                at,
                active_at,
            } => self.track(name, props, at, active_at, &mut step),
            Input::PageHidden => self.leave(Urgency::Hidden, &mut step),
            Input::PageLeft => self.leave(Urgency::Leaving, &mut step),
            Input::PageShown | Input::WentOnline => self.retry.hurry(),
            Input::FlushRequested => {
                self.retry.hurry();
                self.flush_at = now;
            }
            Input::Woken => self.woken(&mut step),
            Input::SendFinished { batch, outcome } => {
                self.send_finished(batch, outcome, &mut step);
            }
            Input::ConsentChanged(consent) => self.consent_changed(consent, &mut step),
        }
        self.proceed(&mut step);
        effects
    }

    fn may_send(&self) -> bool {
        self.consent() == Consent::Granted
    }

    /// Whether the visitor's ids may be written down.
    fn may_remember(&self) -> bool {
        self.may_send() && !self.anonymous
    }

    fn memory_read(&mut self, record: Option<&str>, step: &mut Step<'_>) {
        let consent = self.consent();
        self.stored = record.and_then(Remembered::read).unwrap_or(Remembered {
            // A record that is gone was cleared with the site's data: the choice made on this page
            // still holds.
            consent: self.stored.consent,
            ..Remembered::default()
        });
        if self.consent() != consent && self.consent() == Consent::Denied {
            self.forget_visitor(step);
        }
        self.adopt_stored_ids();
    }

    /// Another tab's visitor and session are this tab's too.
    fn adopt_stored_ids(&mut self) {
        if !self.may_remember() {
            return;
        }
        if self.stored.visitor.is_some() {
            self.remembered.visitor.clone_from(&self.stored.visitor);
        }
        if self.stored.session.is_some() {
            self.remembered.session.clone_from(&self.stored.session);
        }
    }

    fn spill_found(&mut self, text: &str, step: &mut Step<'_>) {
        if self.may_remember() {
            let dropped = self.outbox.adopt(text);
            self.drop_events(Dropped::QueueFull, dropped, step);
            self.has_spilled = true;
        }
    }

    fn page_seen(&mut self, facts: &PageFacts<'_>, cause: PageCause, step: &mut Step<'_>) {
        let url = redact_url(facts.url);
        let mut referrer = redact_url(facts.referrer);
        if let Some(page) = &self.page
            && cause == PageCause::AddressChanged
        {
            if self.address(&url) == self.address(&page.url) {
                return;
            }
            referrer.clone_from(&page.url);
        }
        self.page = Some(Page {
            place: context::place(facts, &url, &referrer),
            environment: context::environment(facts),
            view: timed_id(step.now, step.entropy),
            url,
        });
        if self.config.pageviews || cause == PageCause::Called {
            let part = Part::Web(String::from("\"eventName\":\"page_viewed\""));
            let view = self.page.as_ref().map(|page| page.view.clone());
            self.record(step.now, step.now, view, part, step);
        }
    }

    /// The part of an address whose change is a new page view.
    fn address<'u>(&self, url: &'u str) -> &'u [u8] {
        let end = if self.config.hash_routing {
            None
        } else {
            url.bytes().position(|byte| byte == b'#')
        };
        &url.as_bytes()[..end.unwrap_or(url.len())]
    }

    fn track(
        &mut self,
        name: &str,
        props: Option<&str>,
        at: Timestamp,
        active_at: Timestamp,
        step: &mut Step<'_>,
    ) {
        if name.is_empty() || name.chars().count() > MAX_EVENT_NAME_CHARS {
            self.tracked += 1;
            self.drop_events(Dropped::Invalid, 1, step);
            return;
        }
        let mut members = String::from("\"eventName\":");
        json::write_str(&mut members, name);
        if let Some(props) = props {
            members.push_str(",\"attributes\":");
            members.push_str(props);
        }
        self.record(at, active_at, None, Part::Web(members), step);
    }

    /// Takes an event: into its session, under its page view, into the outbox.
    fn record(
        &mut self,
        at: Timestamp,
        active_at: Timestamp,
        id: Option<String>,
        part: Part,
        step: &mut Step<'_>,
    ) {
        self.tracked += 1;
        if self.consent() == Consent::Denied {
            self.drop_events(Dropped::NoConsent, 1, step);
            return;
        }
        let created_at = at.max(self.last_created_at);
        self.last_created_at = created_at;
        let id = id.unwrap_or_else(|| timed_id(created_at, step.entropy));
        let session = self.session_at(created_at, active_at, step);
        let record = Record {
            context: self.context_of(session, &id),
            id,
            created_at,
            part,
        };
        if record.size() > MAX_BATCH_BYTES {
            self.drop_events(Dropped::TooLarge, 1, step);
            return;
        }
        if !self.outbox.has_waiting() {
            let is_first = self.sent == 0 && self.in_flight.is_none();
            let wait_ms = if is_first {
                0
            } else {
                self.config.flush_interval_ms
            };
            self.flush_at = step.now.plus_ms(wait_ms);
        }
        let dropped = self.outbox.push(record);
        self.drop_events(Dropped::QueueFull, dropped, step);
        if self.outbox.is_batch_full(self.config.max_batch_events) {
            self.flush_at = step.now;
        }
    }

    /// Id of the session that an event at `at` belongs to.
    fn session_at(&mut self, at: Timestamp, active_at: Timestamp, step: &mut Step<'_>) -> String {
        let mut news = self.remembered.visitor.is_none() && !self.anonymous;
        if news {
            self.remembered.visitor = Some(random_id(step.entropy));
        }
        let open = match &mut self.remembered.session {
            Some(session) if session.is_open(active_at.min(at), &self.config) => {
                news |= session.extend(active_at);
                session.is_open(at, &self.config)
            }
            _ => false,
        };
        if !open {
            self.remembered.session = Some(Session::start(at, step.entropy));
            news = true;
        }
        if news {
            self.remember(step);
        }
        self.remembered
            .session
            .as_ref()
            .map(|session| session.id.clone())
            .unwrap_or_default()
    }

    fn context_of(&mut self, session: String, event: &str) -> Rc<Context> {
        let (view, place, environment) = match &self.page {
            Some(page) => (&*page.view, &*page.place, &*page.environment),
            None => (event, "\"page\":null", "\"browser\":null"),
        };
        if let Some(context) = &self.context
            && context.session == session
            && context.correlation == view
        {
            return Rc::clone(context);
        }
        let context = Rc::new(Context {
            session,
            correlation: String::from(view),
            place: String::from(place),
            environment: String::from(environment),
        });
        self.context = Some(Rc::clone(&context));
        context
    }

    fn remember(&mut self, step: &mut Step<'_>) {
        self.remembered.consent = self.stored.consent;
        if self.may_remember() {
            step.effects.push(Effect::Remember(self.remembered.write()));
        } else if self.stored.consent.is_some() {
            // The choice itself has to be kept, and is no identifier.
            let choice = Remembered {
                consent: self.stored.consent,
                ..Remembered::default()
            };
            step.effects.push(Effect::Remember(choice.write()));
        }
    }

    fn consent_changed(&mut self, consent: Consent, step: &mut Step<'_>) {
        // "Pending" takes the choice back: the visitor will be asked again.
        self.stored.consent = (consent != Consent::Pending).then_some(consent);
        self.config.consent = consent;
        if consent == Consent::Denied {
            self.forget_visitor(step);
        } else if self.may_remember() && self.stored.visitor.is_some() {
            // The visitor is known from an earlier visit; the session of the events that waited
            // for the choice goes on.
            self.remembered.visitor.clone_from(&self.stored.visitor);
        }
        self.remember(step);
    }

    fn forget_visitor(&mut self, step: &mut Step<'_>) {
        let dropped = self.outbox.clear();
        self.drop_events(Dropped::NoConsent, dropped, step);
        self.in_flight = None;
        self.context = None;
        self.remembered = Remembered::default();
        self.stored.visitor = None;
        self.stored.session = None;
        self.has_spilled = false;
        step.effects.push(Effect::ForgetSpills);
    }

    fn drop_events(&mut self, reason: Dropped, count: u32, step: &mut Step<'_>) {
        if count > 0 {
            self.dropped[reason as usize] += count;
            if self.config.debug {
                step.effects
                    .push(Effect::Log(Warning::Dropped(reason, count)));
            }
        }
    }

    fn send_finished(&mut self, id: &str, outcome: Outcome, step: &mut Step<'_>) {
        if self.in_flight.as_deref() == Some(id) {
            self.in_flight = None;
        }
        let (rejected, reason) = match outcome {
            Outcome::Acknowledged { rejected } => (rejected, Dropped::Rejected),
            Outcome::Refused => (u32::MAX, Dropped::Rejected),
            Outcome::Unconfirmed { retry_after_ms } => {
                self.retry.failed(step.now, retry_after_ms, step.entropy);
                if self.config.debug {
                    step.effects.push(Effect::Log(Warning::Unconfirmed));
                }
                return;
            }
        };
        self.retry.succeeded();
        if let Some(events) = self.outbox.settle(id) {
            let rejected = rejected.min(events);
            self.sent += events - rejected;
            self.drop_events(reason, rejected, step);
        }
        if self.outbox.is_empty() && self.has_spilled {
            self.has_spilled = false;
            step.effects.push(Effect::ForgetSpills);
        }
    }

    /// The page is hidden or goes: nothing may be left behind that only this page knows.
    fn leave(&mut self, urgency: Urgency, step: &mut Step<'_>) {
        if !self.may_send() || self.outbox.is_empty() {
            return;
        }
        while self.outbox.has_waiting() {
            self.seal(step);
        }
        if urgency == Urgency::Leaving {
            for batch in self.outbox.batches() {
                if self.in_flight.as_ref() != Some(&batch.id) {
                    step.send(batch, urgency);
                }
            }
        } else if self.in_flight.is_none() {
            self.send_next(urgency, step);
        }
        if self.may_remember() {
            self.has_spilled = true;
            step.effects.push(Effect::Spill(self.outbox.spill()));
        }
    }

    /// Forms the next batch of what waits.
    fn seal(&mut self, step: &mut Step<'_>) {
        let records = self.outbox.take_waiting(self.config.max_batch_events);
        let id = timed_id(step.now, step.entropy);
        let body = batch::write(
            &Envelope {
                id: &id,
                site: &self.config.site,
                visitor: self.remembered.visitor.as_deref(),
                outbox: &self.outbox_id,
                tracked: self.tracked,
                dropped: self.dropped,
            },
            &records,
        );
        let dropped = self.outbox.push_batch(Batch {
            id,
            events: u32::try_from(records.len()).unwrap_or(u32::MAX),
            body,
        });
        self.drop_events(Dropped::QueueFull, dropped, step);
    }

    fn send_next(&mut self, urgency: Urgency, step: &mut Step<'_>) {
        if let Some(batch) = self.outbox.batches().first() {
            self.in_flight = Some(batch.id.clone());
            step.send(batch, urgency);
        }
    }

    /// Sends what is due, one batch at a time, and asks to be woken for the rest.
    fn proceed(&mut self, step: &mut Step<'_>) {
        if !self.may_send() || self.in_flight.is_some() || self.outbox.is_empty() {
            return;
        }
        let has_batches = !self.outbox.batches().is_empty();
        let due_at = if has_batches {
            self.retry.due_at
        } else {
            self.retry.due_at.max(self.flush_at)
        };
        // Never inside a call of the page: a request costs it a third of a millisecond.
        let due_at = due_at.max(step.now);
        if self.wake_at.is_none_or(|wake_at| due_at < wake_at) {
            self.wake_at = Some(due_at);
            step.effects.push(Effect::WakeAt(due_at));
        }
    }

    fn woken(&mut self, step: &mut Step<'_>) {
        self.wake_at = None;
        if self.may_send() && self.in_flight.is_none() && self.retry.due_at <= step.now {
            if self.outbox.batches().is_empty()
                && self.outbox.has_waiting()
                && self.flush_at <= step.now
            {
                self.seal(step);
            }
            self.send_next(Urgency::Open, step);
        }
    }
}

/// One call of [`Tracker::handle`].
struct Step<'a> {
    now: Timestamp,
    entropy: &'a mut dyn Entropy,
    effects: &'a mut Vec<Effect>,
}

impl Step<'_> {
    fn send(&mut self, batch: &Batch, urgency: Urgency) {
        if let Some(body) = batch::stamp(&batch.body, self.now) {
            self.effects.push(Effect::Send {
                batch: batch.id.clone(),
                body,
                urgency,
            });
        }
    }
}
