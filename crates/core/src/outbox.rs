//! Events that the collector has not acknowledged: those that wait, then immutable batches.
//!
//! Both are kept as text. A batch is a line of id, number of events and body: the form in which it
//! is left for the next page too.

use sillage_protocol::Timestamp;

use crate::batch::{Context, Counters, Part, push_event};
use crate::shell::timed_id;
use crate::text::{owned, put, take_until};
use crate::{Shell, json};

/// Longest text of all batches, in bytes; the oldest batch goes first.
///
/// A fifth of the 5 MiB of localStorage, whose characters take two bytes each, so that the site
/// keeps more than half of it.
const MAX_BYTES: usize = 1024 * 1024;

/// Longest list of events in a batch, in bytes: leaves room for the batch's head in the 64 KiB
/// that a leaving page may send in all
/// (<https://fetch.spec.whatwg.org/#http-network-or-cache-fetch>).
pub(crate) const MAX_BATCH_BYTES: usize = 48 * 1024;

/// A batch that was formed and never changes again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch<'a> {
    pub(crate) id: &'a str,
    pub(crate) events: u32,
    pub(crate) body: &'a str,
}

/// Takes the first batch off `lines`.
fn take_batch<'a>(lines: &mut &'a str) -> Batch<'a> {
    let mut body = take_until(lines, b'\n');
    Batch {
        id: take_until(&mut body, b' '),
        events: u32::try_from(json::read_decimal(take_until(&mut body, b' ')).unwrap_or(0))
            .unwrap_or(0),
        body,
    }
}

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// The events that wait, as the members of a JSON array.
    waiting: String,
    waiting_events: u32,
    /// What they share, as members of the batch's defaults.
    defaults: String,
    /// Number of the context that the defaults are of.
    default_context: u32,
    /// A line each.
    batches: String,
}

impl Outbox {
    /// Takes an event; what waits must be sealed first where [`Outbox::has_room`] says so.
    pub(crate) fn push(&mut self, id: &str, at: Timestamp, context: &Context, part: Part<'_>) {
        if self.waiting.is_empty() {
            self.default_context = context.number;
            self.defaults.clear();
            context.push_defaults(&mut self.defaults);
        } else {
            put(&mut self.waiting, ",");
        }
        let is_default = self.default_context == context.number;
        push_event(&mut self.waiting, id, at, context, is_default, part);
        self.waiting_events += 1;
    }

    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.waiting.len() + bytes <= MAX_BATCH_BYTES
    }

    /// How many events wait.
    pub(crate) fn waiting(&self) -> u32 {
        self.waiting_events
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting_events == 0 && self.batches.is_empty()
    }

    /// The batches, a line each.
    pub(crate) fn lines(&self) -> &str {
        &self.batches
    }

    /// The batches.
    pub(crate) fn batches(&self) -> impl Iterator<Item = Batch<'_>> {
        let mut lines = &*self.batches;
        core::iter::from_fn(move || (!lines.is_empty()).then(|| take_batch(&mut lines)))
    }

    /// How many events have no verdict yet.
    pub(crate) fn pending(&self) -> u32 {
        self.batches()
            .fold(self.waiting_events, |sum, batch| sum + batch.events)
    }

    /// Forms a batch of what waits. Returns how many older events had to go.
    pub(crate) fn seal(
        &mut self,
        now: Timestamp,
        site: &str,
        visitor: &str,
        counters: &Counters,
        shell: &mut dyn Shell,
    ) -> u32 {
        if self.waiting_events == 0 {
            return 0;
        }
        let id = timed_id(now, shell);
        let body = &mut self.batches;
        put(body, &id);
        put(body, " ");
        json::push_decimal(body, self.waiting_events.into());
        put(body, " \"id\":\"");
        put(body, &id);
        put(body, "\",\"siteId\":");
        json::push_str(body, site);
        put(
            body,
            concat!(
                ",\"tracker\":{\"name\":\"sillage\",\"version\":\"",
                env!("CARGO_PKG_VERSION"),
                "\"},\"defaults\":{"
            ),
        );
        if !visitor.is_empty() {
            put(body, "\"customerId\":\"");
            put(body, visitor);
            put(body, "\",\"customerIdType\":\"cookie\",");
        }
        put(body, &self.defaults);
        put(body, "},\"events\":[");
        put(body, &self.waiting);
        put(body, "],");
        counters.push(body);
        put(body, "}\n");
        self.waiting.clear();
        self.waiting_events = 0;
        self.fit()
    }

    /// Lets the oldest batches go until the rest fits. Returns how many events that were.
    fn fit(&mut self) -> u32 {
        let mut dropped = 0;
        let mut rest = &*self.batches;
        while rest.len() > MAX_BYTES {
            dropped += take_batch(&mut rest).events;
        }
        if dropped > 0 {
            self.batches = owned(rest);
        }
        dropped
    }

    /// Lets a batch go that has its verdict. Returns how many events it held.
    pub(crate) fn settle(&mut self, id: &str) -> u32 {
        let mut settled = 0;
        let mut kept = String::new();
        let mut lines = &*self.batches;
        while !lines.is_empty() {
            let mut line = lines;
            let batch = take_batch(&mut lines);
            if batch.id == id {
                settled += batch.events;
            } else {
                line = &line[..line.len() - lines.len()];
                put(&mut kept, line);
            }
        }
        self.batches = kept;
        settled
    }

    /// Lets everything go. Returns how many events that were.
    pub(crate) fn clear(&mut self) -> u32 {
        let pending = self.pending();
        self.waiting.clear();
        self.waiting_events = 0;
        self.batches.clear();
        pending
    }

    /// Takes over the batches that other pages left. Returns how many
    /// events had to go for want of room.
    pub(crate) fn adopt(&mut self, lines: &str) -> u32 {
        // Two tabs may have adopted the same: the collector knows an event when it comes again.
        put(&mut self.batches, lines);
        self.fit()
    }
}
