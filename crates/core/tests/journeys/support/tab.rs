//! A page of the site, its tracker, and what the collector makes of its requests.

use crate::paper::{
    Consent, Dropped, Fields, Input, Outcome, PageCause, Tracker, Urgency, WORD_END,
};
use sillage_protocol::Timestamp;
use sillage_protocol::validate::validate_event;

use super::effects::{Effects, text_of};
use super::request::Request;
use super::visit::{Sent, Visit};

/// Parts the words of a fact.
const SEPARATOR: &str = "\u{1f}";

/// A tab with a tracker in it.
pub(crate) struct Tab {
    pub(super) visit: Visit,
    pub(crate) tracker: Tracker,
    pub(super) effects: Effects,
}

impl Tab {
    pub(super) fn feed(&mut self, input: Input<'_>) {
        let now = Timestamp(self.visit.now());
        self.tracker.handle(now, input, &mut self.effects);
        if std::mem::take(&mut self.effects.is_turn_asked) {
            let lines = self.effects.lines();
            self.hear(Input::TurnCame(&lines));
        }
    }

    pub(super) fn read_memory(&mut self) {
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

    /// What a capture makes of the click just before.
    pub(crate) fn track_of_click(&mut self, name: &str) -> &mut Self {
        let words = [name, "{}", "1"].join(SEPARATOR);
        let active_at = Timestamp(self.visit.now());
        self.hear(Input::Tracked {
            event: Fields(&words),
            active_at,
        })
    }

    /// The site records an event; the visitor was last active at `active_at`.
    pub(crate) fn track_idle(&mut self, name: &str, props: &str, active_at: u64) -> &mut Self {
        let words = [name, props].join(SEPARATOR);
        self.hear(Input::Tracked {
            event: Fields(&words),
            active_at: Timestamp(active_at),
        })
    }

    /// The site records something that is no web event: the last word of its type, and the event's members.
    pub(crate) fn record(&mut self, word: &str, members: &str) -> &mut Self {
        let words = ["", members, "", word].join(SEPARATOR);
        let active_at = Timestamp(self.visit.now());
        self.hear(Input::Tracked {
            event: Fields(&words),
            active_at,
        })
    }

    /// The site says who the visitor is: see [`Input::Identified`].
    pub(crate) fn identify(&mut self, customer: &str, session: &str, is_new: &str) -> &mut Self {
        let words = [customer, session, is_new].join(SEPARATOR);
        self.hear(Input::Identified(Fields(&words)))
    }

    /// From now on the site's own rules keep every event out.
    pub(crate) fn keep_events_out(&mut self) -> &mut Self {
        self.effects.keeps_events_out = true;
        self
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
