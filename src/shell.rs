//! Feeds the core and carries out its effects: one match.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use sillage_core::{Config, Effect, Input, Stats, Tracker, Urgency};
use sillage_protocol::Timestamp;

use crate::browser::host::{Crypto, Host};
use crate::browser::{clock, console, facts, timer};
use crate::PageCause;

/// The core and what it needs of the browser.
#[derive(Debug)]
pub(crate) struct Shell {
    core: RefCell<Tracker>,
    host: Host,
    timer: RefCell<Option<Timeout>>,
}

impl Shell {
    pub(crate) fn start(host: Host, config: Config, anonymous: bool, at: Timestamp) -> Rc<Self> {
        let core = Tracker::new(config, anonymous, &mut Crypto(&host));
        let shell = Rc::new(Self {
            core: RefCell::new(core),
            host,
            timer: RefCell::new(None),
        });
        shell.read_memory();
        shell.feed(clock::now(), Input::SpillFound(&shell.host.adopt()));
        shell.page_seen(PageCause::Loaded, at);
        shell
    }

    /// Reads the page in view and reports it.
    pub(crate) fn page_seen(self: &Rc<Self>, cause: PageCause, at: Timestamp) {
        let text = self.host.page();
        self.heard(at, Input::PageSeen {
            facts: facts::page(&text),
            cause: cause.into(),
        });
    }

    /// Reports a fact, after what other tabs may have written since the last one.
    pub(crate) fn heard(self: &Rc<Self>, now: Timestamp, input: Input<'_>) {
        self.read_memory();
        self.feed(now, input);
    }

    pub(crate) fn stats(&self) -> Stats {
        self.core.borrow().stats()
    }

    /// Cancels what is pending; nothing happens any more of itself.
    pub(crate) fn stop(&self) {
        self.timer.take();
    }

    fn read_memory(self: &Rc<Self>) {
        let record = self.host.read();
        self.feed(clock::now(), Input::MemoryRead(record.as_deref()));
    }

    fn feed(self: &Rc<Self>, now: Timestamp, input: Input<'_>) {
        // The borrow ends before any effect: a page's own `fetch` may call back into the tracker.
        let effects = self.core.borrow_mut().handle(now, &mut Crypto(&self.host), input);
        for effect in effects {
            self.carry_out(effect);
        }
    }

    fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Remember(record) => self.host.remember(&record),
            Effect::Spill(text) => self.host.spill(&text),
            Effect::ForgetSpills => self.host.forget(),
            Effect::Send {
                batch,
                body,
                urgency,
            } => self.host.send(&batch, &body, match urgency {
                Urgency::Open => 0,
                Urgency::Hidden => 1,
                Urgency::Leaving => 2,
            }),
            Effect::WakeAt(at) => {
                let shell = Rc::clone(self);
                let timeout = timer::at(at, clock::now(), move || {
                    shell.heard(clock::now(), Input::Woken);
                });
                self.timer.replace(Some(timeout));
            }
            Effect::Log(warning) => console::warn(&warning),
        }
    }
}
