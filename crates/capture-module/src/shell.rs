//! The captures of one tracker at work: its rules, the one pending wake-up, and the way out to JavaScript.

use std::cell::{Cell, RefCell};

use gloo_timers::callback::Timeout;
use js_sys::Function;
use serde::Serialize;
use sillage_capture::{Captured, Captures, Fact, Shell};
use wasm_bindgen::JsValue;

use crate::browser::clock::{self, Clock};
use crate::browser::timer;

/// An event as JavaScript gets it, an array: which of `Event`, how many milliseconds ago it happened, whether the visitor did
/// it just then, whether it followed from the last click, and its own numbers. An object would bring along its members' names.
#[derive(Serialize)]
struct Recorded(u8, f64, bool, bool, [f64; 5]);

/// The captures of one tracker.
pub(crate) struct Capturing {
    pub(crate) captures: RefCell<Captures>,
    clock: Clock,
    /// JavaScript's function for what is to be recorded because time has passed.
    woken: Function,
    wake_up: Cell<Option<Timeout>>,
}

impl Capturing {
    /// They are never freed, as in the tracker's module: a document has few trackers, and to free them would take 254 bytes
    /// (brotli).
    pub(crate) fn new(captures: Captures, clock: Clock, woken: Function) -> &'static Self {
        Box::leak(Box::new(Self {
            captures: RefCell::new(captures),
            clock,
            woken,
            wake_up: Cell::default(),
        }))
    }

    /// Takes a fact of now, or else of `at_ms` of the page's clock. Gives JavaScript's array of what is to be recorded.
    pub(crate) fn hear(&'static self, fact: Fact, at_ms: Option<u64>) -> JsValue {
        let mut effects = Effects {
            of: self,
            recorded: Vec::new(),
        };
        let now_ms = at_ms.unwrap_or_else(|| clock::now(&self.clock));
        self.captures
            .borrow_mut()
            .handle(now_ms, fact, &mut effects);
        serde_wasm_bindgen::to_value(&effects.recorded).unwrap_or(JsValue::UNDEFINED)
    }

    /// Nothing happens of itself any more.
    pub(crate) fn stop(&self) {
        drop(self.wake_up.take());
    }

    fn wake(&'static self) {
        let recorded = self.hear(Fact::Woken, None);
        // The captures are not borrowed now: what is recorded may tell them more. It does not throw.
        let _ = self.woken.call1(&JsValue::UNDEFINED, &recorded);
    }
}

/// Takes what one fact leads to.
struct Effects {
    of: &'static Capturing,
    recorded: Vec<Recorded>,
}

impl Shell for Effects {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds, percentages and small numbers"
    )]
    fn record(&mut self, it: Captured) {
        self.recorded.push(Recorded(
            it.event as u8,
            it.ago_ms as f64,
            it.is_activity,
            it.follows_click,
            it.numbers.map(|number| number as f64),
        ));
    }

    fn wake_in(&mut self, ms: Option<u64>) {
        let of = self.of;
        of.wake_up
            .set(ms.map(|ms| timer::after(ms, move || of.wake())));
    }
}
