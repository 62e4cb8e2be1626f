//! A visit in virtual time: tabs of one browser, its storage, and a collector.
//!
//! [`Visit`] is the browser: the clock, the shared record, the outbox, and the collector's store.
//! [`Tab`] is a shell around one tracker; what it sends waits in [`Tab::requests`] until the test
//! says what becomes of it. Every batch is read as the collector reads it, by the contract.
//!
//! Storage never fails here and knows no delay: what fails, and when, is the simulation's part.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;
use sillage_core::{
    Config, Consent, Dropped, Fields, Input, Outcome, PageCause, Shell, Tracker, Urgency, WORD_END,
};
use sillage_protocol::batch::Batch;
use sillage_protocol::validate::validate_event;
use sillage_protocol::{Event, Timestamp};

/// 2026-11-21T09:00:00.000Z.
const START_MS: u64 = 1_795_251_600_000;

/// Parts the words of a fact.
const SEPARATOR: &str = "\u{1f}";

#[derive(Default)]
struct Browser {
    now_ms: u64,
    random: u32,
    record: Option<String>,
    /// The lines of the outbox by their keys.
    lines: BTreeMap<String, String>,
    stored: Vec<(String, Sent)>,
    /// How many events of each batch have their verdict.
    receipts: BTreeMap<String, usize>,
    /// The greatest counters of each page load, as JSON.
    counters: BTreeMap<String, Value>,
}

/// A stored event, and whether it was said to be of another clock.
#[derive(Clone)]
struct Sent {
    event: Event,
    clock_changed: bool,
}

/// One browser over time.
#[derive(Clone)]
pub(crate) struct Visit(Rc<RefCell<Browser>>);

/// Starts a visit with an empty browser.
pub(crate) fn visit() -> Visit {
    Visit(Rc::new(RefCell::new(Browser {
        now_ms: START_MS,
        ..Browser::default()
    })))
}

impl Visit {
    /// Lets time pass.
    pub(crate) fn after(&self, ms: u64) -> &Self {
        self.0.borrow_mut().now_ms += ms;
        self
    }

    /// Moves the clock, as a visitor or a time server does.
    pub(crate) fn set_clock(&self, ms: u64) {
        self.0.borrow_mut().now_ms = ms;
    }

    pub(crate) fn now(&self) -> u64 {
        self.0.borrow().now_ms
    }

    /// Opens `path` in a new tab with the default settings.
    pub(crate) fn open(&self, path: &str) -> Tab {
        self.open_with(path, |_| {}, false)
    }

    /// Opens `path` in a new tab.
    pub(crate) fn open_with(
        &self,
        path: &str,
        set: impl FnOnce(&mut Config),
        anonymous: bool,
    ) -> Tab {
        let mut config = Config::new("shop".into());
        set(&mut config);
        let mut effects = Effects {
            browser: Rc::clone(&self.0),
            own: BTreeMap::new(),
            dirty: BTreeMap::new(),
            may_keep: false,
            is_turn_asked: false,
            requests: Vec::new(),
            wake_at: None,
            dropped: Vec::new(),
        };
        let tracker = Tracker::new(config, anonymous, &mut effects);
        let mut tab = Tab {
            visit: self.clone(),
            tracker,
            effects,
        };
        tab.read_memory();
        if tab.effects.may_keep {
            let mirror = self.line_of("a").unwrap_or_default();
            tab.feed(Input::MemoryRead(mirror.get(2..).unwrap_or_default()));
        }
        tab.see(path, "", PageCause::Loaded);
        tab
    }

    /// The record of visitor, session and consent, as localStorage has it.
    pub(crate) fn record(&self) -> Option<String> {
        self.0.borrow().record.clone()
    }

    /// Another program writes the record, or takes it away.
    pub(crate) fn set_record(&self, record: Option<&str>) {
        self.0.borrow_mut().record = record.map(String::from);
    }

    /// The line of the outbox with that key.
    pub(crate) fn line_of(&self, key: &str) -> Option<String> {
        self.0.borrow().lines.get(key).cloned()
    }

    /// Another program writes a line into the outbox.
    pub(crate) fn set_line(&self, line: &str) {
        let key = key_of(line).into();
        self.0.borrow_mut().lines.insert(key, line.into());
    }

    /// Keys of the outbox that begin with `kind`, in their order.
    pub(crate) fn keys_of(&self, kind: char) -> Vec<String> {
        let browser = self.0.borrow();
        let keys = browser.lines.keys();
        keys.filter(|key| key.starts_with(kind)).cloned().collect()
    }

    /// How many lines of the outbox hold events: such as wait, and batches in doubt.
    pub(crate) fn waiting(&self) -> usize {
        self.keys_of('d').len() + self.keys_of('e').len()
    }

    /// The greatest counters that the collector knows of each page load.
    pub(crate) fn counters(&self) -> Vec<Value> {
        self.0.borrow().counters.values().cloned().collect()
    }

    /// Names of stored events whose dates are by another clock than their batch's.
    pub(crate) fn names_of_another_clock(&self) -> Vec<String> {
        let browser = self.0.borrow();
        let stored = browser.stored.iter();
        stored
            .filter(|(_, sent)| sent.clock_changed)
            .map(|(_, sent)| name_of(&sent.event))
            .collect()
    }

    /// Events in the collector's store, each once, in the order in which they happened.
    pub(crate) fn stored(&self) -> Vec<Event> {
        let mut events: Vec<Event> = self
            .0
            .borrow()
            .stored
            .iter()
            .map(|(_, sent)| sent.event.clone())
            .collect();
        events.sort_by_key(|event| event.created_date.map(|date| date.to_string()));
        events
    }

    /// Names of the stored events; of clicks, what was clicked.
    pub(crate) fn stored_names(&self) -> Vec<String> {
        self.stored().iter().map(name_of).collect()
    }
}

/// What happened, in a word.
pub(crate) fn name_of(event: &Event) -> String {
    let json = serde_json::to_value(event).unwrap();
    let text = |pointer: &str| {
        json.pointer(pointer)
            .and_then(Value::as_str)
            .map(String::from)
    };
    text("/webEvent/eventName")
        .or_else(|| {
            text("/webActionEvent/actionMap/displayName").map(|name| format!("click {name}"))
        })
        .unwrap_or_default()
}

/// A request that a tab has made.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) batch: String,
    pub(crate) body: String,
    pub(crate) urgency: Urgency,
}

impl Request {
    /// The request as the collector reads it.
    pub(crate) fn read(&self) -> Batch {
        let batch = Batch::read(self.body.as_bytes()).expect("the collector can read the batch");
        assert_eq!(batch.id, self.batch);
        batch
    }

    /// Names of its events, in their order.
    pub(crate) fn names(&self) -> Vec<String> {
        let batch = self.read();
        let events = batch.merged_events();
        events.map(|event| name_of(&event.unwrap())).collect()
    }
}

/// A line's key.
fn key_of(line: &str) -> &str {
    line.split(WORD_END).next().unwrap_or_default()
}

struct Effects {
    browser: Rc<RefCell<Browser>>,
    /// Lines of this page that nobody is known to have taken.
    own: BTreeMap<String, String>,
    /// What was put and forgotten while nothing could be written down.
    dirty: BTreeMap<String, Option<String>>,
    may_keep: bool,
    is_turn_asked: bool,
    requests: Vec<Request>,
    wake_at: Option<Timestamp>,
    dropped: Vec<(Dropped, u32)>,
}

impl Effects {
    fn change(&mut self, key: &str, line: Option<&str>) {
        match line {
            Some(line) => self.own.insert(key.into(), line.into()),
            None => self.own.remove(key),
        };
        self.dirty.insert(key.into(), line.map(String::from));
        self.write();
    }

    fn write(&mut self) {
        if !self.may_keep {
            return;
        }
        let lines = &mut self.browser.borrow_mut().lines;
        for (key, line) in std::mem::take(&mut self.dirty) {
            match line {
                Some(line) => lines.insert(key, line),
                None => lines.remove(&key),
            };
        }
    }

    /// What a turn sees: every page's lines, or this page's alone while nothing is written down.
    fn lines(&mut self) -> String {
        if self.may_keep {
            let lines = &self.browser.borrow().lines;
            self.own.retain(|key, _| lines.contains_key(key));
            text_of(lines)
        } else {
            text_of(&self.own)
        }
    }
}

fn text_of(lines: &BTreeMap<String, String>) -> String {
    lines
        .values()
        .fold(String::new(), |text, line| text + line + "\n")
}

impl Shell for Effects {
    fn random(&mut self) -> u32 {
        let mut browser = self.browser.borrow_mut();
        browser.random = browser
            .random
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        browser.random
    }

    fn remember(&mut self, record: &str) {
        self.browser.borrow_mut().record = Some(record.into());
    }

    fn put(&mut self, line: &str) {
        assert!(!line.is_empty(), "a line has a key");
        self.change(key_of(line), Some(line));
    }

    fn forget(&mut self, key: &str) {
        self.change(key, None);
    }

    fn clear(&mut self) {
        self.own.clear();
        self.dirty.clear();
        self.browser.borrow_mut().lines.clear();
    }

    fn keep(&mut self, may_keep: bool) {
        self.may_keep = may_keep;
        self.write();
    }

    fn turn(&mut self) {
        self.is_turn_asked = true;
    }

    fn send(&mut self, batch: &str, body: &str, urgency: Urgency) {
        let sent_at = Timestamp(self.browser.borrow().now_ms);
        self.requests.push(Request {
            batch: batch.into(),
            body: format!("{{\"sentAt\":\"{sent_at}\",{body}"),
            urgency,
        });
    }

    fn wake_at(&mut self, at: Timestamp) {
        self.wake_at = Some(at);
    }

    fn dropped(&mut self, reason: Dropped, events: u32) {
        self.dropped.push((reason, events));
    }
}

/// A tab with a tracker in it.
pub(crate) struct Tab {
    visit: Visit,
    pub(crate) tracker: Tracker,
    effects: Effects,
}

impl Tab {
    fn feed(&mut self, input: Input<'_>) {
        let now = Timestamp(self.visit.now());
        self.tracker.handle(now, input, &mut self.effects);
        if std::mem::take(&mut self.effects.is_turn_asked) {
            let lines = self.effects.lines();
            self.hear(Input::TurnCame(&lines));
        }
    }

    fn read_memory(&mut self) {
        let record = self.visit.record();
        self.feed(Input::MemoryRead(record.as_deref().unwrap_or_default()));
    }

    /// Reports a fact as the shell does: after what other tabs have written.
    pub(crate) fn hear(&mut self, input: Input<'_>) -> &mut Self {
        self.read_memory();
        self.feed(input);
        self
    }

    /// A page comes into view.
    pub(crate) fn see(&mut self, path: &str, referrer: &str, cause: PageCause) -> &mut Self {
        let words = [
            &format!("https://shop.test{path}"),
            referrer,
            r#""title":"T","lang":"en","keywords":null,"breadcrumb":["Home","Shop"]"#,
            r#""browser":{"family":null,"version":null,"lang":"en","viewHeight":600,"viewWidth":800},"device":{"screenHeight":900,"screenWidth":1600,"screenDensity":2}"#,
        ]
        .join(SEPARATOR);
        let facts = Fields(&words);
        self.hear(Input::PageSeen { facts, cause })
    }

    /// The address changes without a load.
    pub(crate) fn navigate(&mut self, path: &str) -> &mut Self {
        self.see(path, "", PageCause::AddressChanged)
    }

    pub(crate) fn click(&mut self, name: &str, text: &str, href: &str) -> &mut Self {
        let words = [name, "main>a", text, href, ""].join(SEPARATOR);
        self.hear(Input::Clicked(Fields(&words)))
    }

    /// The site records an event while the visitor is active.
    pub(crate) fn track(&mut self, name: &str) -> &mut Self {
        let now = self.visit.now();
        self.track_idle(name, r#"{"plan":"pro","seats":3}"#, now)
    }

    /// The site records an event; the visitor was last active at `active_at`.
    pub(crate) fn track_idle(&mut self, name: &str, props: &str, active_at: u64) -> &mut Self {
        let words = [name, props].join(SEPARATOR);
        self.hear(Input::Tracked {
            event: Fields(&words),
            active_at: Timestamp(active_at),
        })
    }

    pub(crate) fn hide(&mut self) -> &mut Self {
        self.hear(Input::PageHidden)
    }

    pub(crate) fn leave(&mut self) -> &mut Self {
        let lines = text_of(&self.effects.own);
        self.hear(Input::PageLeft(&lines))
    }

    pub(crate) fn consent(&mut self, consent: Consent) -> &mut Self {
        self.hear(Input::ConsentChanged(consent))
    }

    /// When the tab wants to be woken.
    pub(crate) fn wake_at(&self) -> Option<u64> {
        self.effects.wake_at.map(|at| at.0)
    }

    /// Lets time pass until the tab's timer, and wakes it.
    pub(crate) fn wake(&mut self) -> &mut Self {
        if let Some(at) = self.effects.wake_at.take() {
            let now = self.visit.now();
            self.visit.after(at.0.saturating_sub(now));
            self.hear(Input::Woken);
        }
        self
    }

    /// Takes the requests that were made since the last call.
    pub(crate) fn requests(&mut self) -> Vec<Request> {
        std::mem::take(&mut self.effects.requests)
    }

    pub(crate) fn dropped(&self) -> &[(Dropped, u32)] {
        &self.effects.dropped
    }

    /// Takes the one request that was made since the last call.
    pub(crate) fn request(&mut self) -> Request {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }

    /// The collector stores what it is sent; a known event is not stored again. Gives the receipts
    /// that its answer carries, in words.
    pub(crate) fn store(&mut self, request: &Request) -> String {
        let batch = request.read();
        let now = Timestamp(self.visit.now());
        let mut browser = self.visit.0.borrow_mut();
        for sent in batch.sent_events() {
            let sent = sent.expect("the collector can read the event");
            validate_event(&sent.event, now).expect("the event is valid");
            let id = sent.event.id.clone().unwrap();
            if browser.stored.iter().all(|(known, _)| *known != id) {
                let sent = Sent {
                    clock_changed: sent.clock_changed,
                    event: sent.event,
                };
                browser.stored.push((id, sent));
            }
        }
        if let Some(counters) = batch.counters {
            let json = serde_json::to_value(&counters).unwrap();
            browser.counters.insert(counters.outbox_id, json);
        }
        if !batch.events.is_empty() {
            browser.receipts.insert(batch.id, batch.events.len());
        }
        let mut words = String::new();
        for id in batch.receipts {
            let known = browser.receipts.get(&id);
            let known = known.map_or_else(|| "NaN".into(), ToString::to_string);
            for word in [&*id, &*known, "0"] {
                words.push_str(word);
                words.push(WORD_END);
            }
        }
        words
    }

    /// The collector stores a request, and its answer arrives.
    pub(crate) fn answer(&mut self, request: &Request) -> &mut Self {
        let receipts = self.store(request);
        self.finish_with(request, Outcome::Acknowledged { rejected: 0 }, &receipts)
    }

    pub(crate) fn finish(&mut self, request: &Request, outcome: Outcome) -> &mut Self {
        self.finish_with(request, outcome, "")
    }

    pub(crate) fn finish_with(
        &mut self,
        request: &Request,
        outcome: Outcome,
        receipts: &str,
    ) -> &mut Self {
        self.hear(Input::SendFinished {
            batch: &request.batch,
            outcome,
            receipts: Fields(receipts),
        })
    }

    /// Nothing came of a request that the page would know of.
    pub(crate) fn fail(&mut self, request: &Request) -> &mut Self {
        self.finish(request, Outcome::Unconfirmed { retry_after_ms: 0 })
    }

    /// Wakes the tab and answers its requests until nothing is left to send.
    pub(crate) fn settle(&mut self) -> &mut Self {
        for _ in 0..100 {
            for request in self.requests() {
                if request.urgency == Urgency::Leaving {
                    self.store(&request);
                } else {
                    self.answer(&request);
                }
            }
            if self.effects.wake_at.is_none() {
                return self;
            }
            self.wake();
        }
        panic!("the tab never comes to rest");
    }
}
