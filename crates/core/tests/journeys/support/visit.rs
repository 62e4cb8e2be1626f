//! The browser of a visit, and the store of the collector that it reports to.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::paper::{Config, Input, PageCause, Tracker};
use serde_json::Value;
use sillage_protocol::Event;

use super::effects::{Effects, key_of};
use super::request::name_of;
use super::tab::Tab;

/// 2026-11-21T09:00:00.000Z.
const START_MS: u64 = 1_795_251_600_000;

/// A browser's storage, and what the collector has.
#[derive(Default)]
pub(super) struct Browser {
    pub(super) now_ms: u64,
    pub(super) random: u32,
    /// How many pages were opened.
    pub(super) pages: u32,
    pub(super) record: Option<String>,
    /// The lines of the outbox by their keys.
    pub(super) lines: BTreeMap<String, String>,
    pub(super) stored: Vec<(String, Sent)>,
    /// How many events of each batch have their verdict.
    pub(super) receipts: BTreeMap<String, usize>,
    /// The greatest counters of each page load, as JSON.
    pub(super) counters: BTreeMap<String, Value>,
}

/// A stored event, and whether it was said to be of another clock.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) event: Event,
    pub(super) clock_changed: bool,
}

/// One browser over time.
#[derive(Clone)]
pub(crate) struct Visit(pub(super) Rc<RefCell<Browser>>);

/// Starts a visit with an empty browser.
pub(crate) fn visit() -> Visit {
    Visit(Rc::new(RefCell::new(Browser {
        now_ms: START_MS,
        ..Browser::default()
    })))
}

impl Visit {
    fn number_page(&self) -> u32 {
        let mut browser = self.0.borrow_mut();
        browser.pages += 1;
        browser.pages
    }

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
            open: None,
            most: config.max_batch_events,
            fresh: 0,
            page: self.number_page(),
            may_keep: false,
            keeps_events_out: false,
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
