//! Feeds the core and carries out its imperatives.

use std::cell::{Cell, RefCell};

use gloo_timers::callback::Timeout;
use sillage_core::{Config, Dropped, Input, Shell, Stats, Tracker, Urgency};
use sillage_protocol::Timestamp;

use crate::browser::host::Host;
use crate::browser::{clock, timer};

/// The core and what surrounds it.
pub(crate) struct Page {
    core: RefCell<Tracker>,
    browser: Browser,
}

/// What the core's imperatives need of the browser.
struct Browser {
    host: Host,
    timer: Cell<Option<Timeout>>,
}

impl Page {
    /// Opens a page. It is never freed: a tracker lives as long as the document around it.
    pub(crate) fn open(host: Host, config: Config, anonymous: bool) -> &'static Self {
        let browser = Browser {
            host,
            timer: Cell::new(None),
        };
        let core = Tracker::new(config, anonymous, &mut Surroundings(&browser, None));
        Box::leak(Box::new(Self {
            core: RefCell::new(core),
            browser,
        }))
    }

    /// Reports a fact, after what other tabs may have written into the record since the last one.
    ///
    /// Returns false where the core is at work: a page's own `fetch` may call the tracker while
    /// the tracker calls it.
    pub(crate) fn hear(&'static self, at: Timestamp, input: Input<'_>, record: &str) -> bool {
        let Ok(mut core) = self.core.try_borrow_mut() else {
            return false;
        };
        let surroundings = &mut Surroundings(&self.browser, Some(self));
        core.handle(clock::now(), Input::MemoryRead(record), surroundings);
        core.handle(at, input, surroundings);
        true
    }

    /// Reports that the time that was asked for has come: nothing is sent without another look at the
    /// record.
    fn wake(&'static self) {
        if let Ok(mut core) = self.core.try_borrow_mut() {
            let surroundings = &mut Surroundings(&self.browser, Some(self));
            core.handle(clock::now(), Input::Woken, surroundings);
        }
    }

    pub(crate) fn stats(&self) -> Stats {
        self.core.borrow().stats()
    }

    /// Cancels what is pending: nothing happens any more of itself.
    pub(crate) fn close(&self) {
        self.browser.timer.take();
    }
}

/// The browser while the core is at work; the page is there once it is open.
struct Surroundings<'a>(&'a Browser, Option<&'static Page>);

impl Shell for Surroundings<'_> {
    fn random(&mut self, index: u32) -> u32 {
        self.0.host.random(index)
    }

    fn remember(&mut self, record: &str) {
        self.0.host.remember(record);
    }

    fn put(&mut self, line: &str) -> bool {
        self.0.host.put(line)
    }

    fn forget(&mut self, key: &str) {
        self.0.host.forget(key);
    }

    fn clear(&mut self) {
        self.0.host.clear();
    }

    fn keep(&mut self, may_keep: bool) {
        self.0.host.keep(may_keep);
    }

    fn turn(&mut self) {
        self.0.host.turn();
    }

    fn send(&mut self, batch: &str, body: &str, urgency: Urgency) {
        self.0.host.send(batch, body, urgency == Urgency::Leaving);
    }

    fn wake_at(&mut self, at: Timestamp) {
        if let Some(page) = self.1 {
            let timeout = timer::at(at, clock::now(), || page.wake());
            self.0.timer.set(Some(timeout));
        }
    }

    fn dropped(&mut self, reason: Dropped, events: u32) {
        self.0.host.dropped(reason.as_str(), events);
    }
}
