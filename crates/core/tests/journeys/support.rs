//! A visit in virtual time: tabs of one browser, its storage, and a collector.
//!
//! [`Visit`] is the browser: the clock, the shared record, the spills and the collector's store.
//! [`Tab`] is a shell around one tracker; what it sends waits in [`Tab::requests`] until the test
//! says what becomes of it. Every batch is read as the collector reads it, by the contract.

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
    Config, Consent, Dropped, Fields, Input, Outcome, PageCause, Shell, Tracker, Urgency,
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
    spills: BTreeMap<usize, String>,
    tabs: usize,
    stored: Vec<(String, Event)>,
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
        let number = {
            let mut browser = self.0.borrow_mut();
            browser.tabs += 1;
            browser.tabs
        };
        let mut effects = Effects {
            browser: Rc::clone(&self.0),
            tab: number,
            adopted: Vec::new(),
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
        let spills: Vec<(usize, String)> = self.0.borrow().spills.clone().into_iter().collect();
        tab.effects.adopted = spills.iter().map(|(tab, _)| *tab).collect();
        let text: String = spills.into_iter().map(|(_, text)| text).collect();
        tab.feed(Input::SpillFound(&text));
        tab.see(path, "", PageCause::Loaded);
        tab
    }

    /// What is stored in the browser, as the tabs share it.
    pub(crate) fn record(&self) -> Option<String> {
        self.0.borrow().record.clone()
    }

    pub(crate) fn spills(&self) -> usize {
        self.0.borrow().spills.len()
    }

    /// Events in the collector's store, each once, in the order in which they happened.
    pub(crate) fn stored(&self) -> Vec<Event> {
        let mut events: Vec<Event> = self
            .0
            .borrow()
            .stored
            .iter()
            .map(|(_, event)| event.clone())
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

struct Effects {
    browser: Rc<RefCell<Browser>>,
    tab: usize,
    adopted: Vec<usize>,
    requests: Vec<Request>,
    wake_at: Option<Timestamp>,
    dropped: Vec<(Dropped, u32)>,
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

    fn spill(&mut self, batches: &str) {
        let mut browser = self.browser.borrow_mut();
        for adopted in self.adopted.drain(..) {
            browser.spills.remove(&adopted);
        }
        if batches.is_empty() {
            browser.spills.remove(&self.tab);
        } else {
            browser.spills.insert(self.tab, batches.into());
        }
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
        self.hear(Input::PageLeft)
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

    /// The collector stores what it is sent; a known event is not stored again.
    pub(crate) fn store(&mut self, request: &Request) {
        let batch = Batch::read(request.body.as_bytes()).expect("the collector can read the batch");
        assert_eq!(batch.id, request.batch);
        let now = Timestamp(self.visit.now());
        for event in batch.merged_events() {
            let event = event.expect("the collector can read the event");
            validate_event(&event, now).expect("the event is valid");
            let id = event.id.clone().unwrap();
            let mut browser = self.visit.0.borrow_mut();
            if browser.stored.iter().all(|(known, _)| *known != id) {
                browser.stored.push((id, event));
            }
        }
    }

    /// The collector stores a request, and its answer arrives.
    pub(crate) fn answer(&mut self, request: &Request) -> &mut Self {
        self.store(request);
        self.finish(request, Outcome::Acknowledged { rejected: 0 })
    }

    pub(crate) fn finish(&mut self, request: &Request, outcome: Outcome) -> &mut Self {
        let batch = &request.batch;
        self.hear(Input::SendFinished { batch, outcome })
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
