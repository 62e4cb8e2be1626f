//! Events that the collector has not acknowledged: those that wait, as text, then immutable
//! batches.

use sillage_protocol::Timestamp;

use crate::batch::{Context, Counters, Part, push_event};
use crate::shell::timed_id;
use crate::{Shell, json};

/// Most batches that are kept; the oldest goes first.
///
/// With batches of at most 48 KiB this is what fits into the 5 MiB of localStorage, whose
/// characters take two bytes each, and leaves the site more than half of it.
const MAX_BATCHES: usize = 20;

/// Longest list of events in a batch, in bytes: leaves room for the batch's head in the 64 KiB
/// that a leaving page may send in all
/// (<https://fetch.spec.whatwg.org/#http-network-or-cache-fetch>).
pub(crate) const MAX_BATCH_BYTES: usize = 48 * 1024;

/// A batch that was formed and never changes again.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) id: String,
    pub(crate) events: u32,
    pub(crate) body: String,
}

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// The events that wait, as the members of a JSON array.
    waiting: String,
    waiting_events: u32,
    /// Context of the first of them: the defaults of their batch.
    defaults: Context,
    batches: Vec<Batch>,
}

impl Outbox {
    /// Takes an event; what waits must be sealed first where [`Outbox::has_room`] says so.
    pub(crate) fn push(&mut self, id: &str, at: Timestamp, context: &Context, part: Part<'_>) {
        if self.waiting.is_empty() {
            self.defaults.clone_from(context);
        } else {
            self.waiting.push(',');
        }
        let is_default = self.defaults == *context;
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

    pub(crate) fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// How many events have no verdict yet.
    pub(crate) fn pending(&self) -> u32 {
        self.batches
            .iter()
            .fold(self.waiting_events, |sum, batch| sum + batch.events)
    }

    /// Forms a batch of what waits. Returns how many older events had to go.
    pub(crate) fn seal(
        &mut self,
        now: Timestamp,
        site: &str,
        visitor: Option<&str>,
        counters: &Counters,
        shell: &mut dyn Shell,
    ) -> u32 {
        if self.waiting_events == 0 {
            return 0;
        }
        let id = timed_id(now, shell);
        let mut body = String::from("\"id\":\"");
        body.push_str(&id);
        body.push_str("\",\"siteId\":");
        json::push_str(&mut body, site);
        body.push_str(concat!(
            ",\"tracker\":{\"name\":\"sillage\",\"version\":\"",
            env!("CARGO_PKG_VERSION"),
            "\"},\"defaults\":{"
        ));
        if let Some(visitor) = visitor {
            body.push_str("\"customerId\":\"");
            body.push_str(visitor);
            body.push_str("\",\"customerIdType\":\"cookie\",");
        }
        self.defaults.push_defaults(&mut body);
        body.push_str("},\"events\":[");
        body.push_str(&self.waiting);
        body.push_str("],");
        counters.push(&mut body);
        body.push('}');
        let events = self.waiting_events;
        self.waiting.clear();
        self.waiting_events = 0;
        self.push_batch(Batch { id, events, body })
    }

    /// Takes a batch. Returns how many older events had to go.
    fn push_batch(&mut self, batch: Batch) -> u32 {
        self.batches.push(batch);
        if self.batches.len() > MAX_BATCHES {
            self.batches.remove(0).events
        } else {
            0
        }
    }

    /// Lets a batch go that has its verdict. Returns how many events it held.
    pub(crate) fn settle(&mut self, id: &str) -> u32 {
        match self.batches.iter().position(|batch| batch.id == id) {
            Some(at) => self.batches.remove(at).events,
            None => 0,
        }
    }

    /// Lets everything go. Returns how many events that were.
    pub(crate) fn clear(&mut self) -> u32 {
        let pending = self.pending();
        self.waiting.clear();
        self.waiting_events = 0;
        self.batches.clear();
        pending
    }

    /// The batches as the next page of the site finds them: a line each, of id, number of events
    /// and body.
    pub(crate) fn spill(&self) -> String {
        let mut lines = String::new();
        for batch in &self.batches {
            lines.push_str(&batch.id);
            lines.push(' ');
            json::push_decimal(&mut lines, batch.events.into());
            lines.push(' ');
            lines.push_str(&batch.body);
            lines.push('\n');
        }
        lines
    }

    /// Takes over the batches that [`Outbox::spill`] wrote; known batches, and lines that cannot be
    /// read, are passed over. Returns how many events had to go for want of room.
    pub(crate) fn adopt(&mut self, mut lines: &str) -> u32 {
        let mut dropped = 0;
        while let Some(line) = cut_at(&mut lines, b'\n') {
            let mut body = line;
            let (Some(id), Some(events)) = (cut_at(&mut body, b' '), cut_at(&mut body, b' '))
            else {
                continue;
            };
            if self.batches.iter().all(|batch| batch.id != id) {
                dropped += self.push_batch(Batch {
                    id: String::from(id),
                    events: json::read_decimal(events)
                        .and_then(|n| n.try_into().ok())
                        .unwrap_or(1),
                    body: String::from(body),
                });
            }
        }
        dropped
    }
}

/// Takes the part of `text` before `delimiter` off it.
fn cut_at<'a>(text: &mut &'a str, delimiter: u8) -> Option<&'a str> {
    let end = text.bytes().position(|byte| byte == delimiter)?;
    let part = &text[..end];
    *text = &text[end + 1..];
    Some(part)
}
