//! Events that the collector has not acknowledged: records that wait, then immutable batches.

use crate::batch::{self, Record};

/// Most batches that are kept; the oldest goes first.
///
/// With batches of at most 48 KiB this is what fits into the 5 MiB of localStorage, whose
/// characters take two bytes each, and leaves the site more than half of it.
const MAX_BATCHES: usize = 20;

/// Longest batch, in bytes: leaves room for headers and a second one in the 64 KiB that a leaving
/// page may send in all (<https://fetch.spec.whatwg.org/#http-network-or-cache-fetch>).
pub(crate) const MAX_BATCH_BYTES: usize = 48 * 1024;

/// Most records that wait for consent or for a batch.
const MAX_WAITING: usize = 2_000;

/// A batch that was formed and never changes again.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) id: String,
    pub(crate) events: u32,
    pub(crate) body: String,
}

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: Vec<Record>,
    waiting_bytes: usize,
    batches: Vec<Batch>,
}

impl Outbox {
    /// Takes a record. Returns how many older events had to go.
    pub(crate) fn push(&mut self, record: Record) -> u32 {
        let overflow = self.waiting.len() >= MAX_WAITING;
        if overflow {
            let oldest = self.waiting.remove(0);
            self.waiting_bytes -= oldest.size();
        }
        self.waiting_bytes += record.size();
        self.waiting.push(record);
        u32::from(overflow)
    }

    /// Whether what waits fills a batch.
    pub(crate) fn is_batch_full(&self, max_events: usize) -> bool {
        self.waiting.len() >= max_events || self.waiting_bytes >= MAX_BATCH_BYTES
    }

    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.batches.is_empty()
    }

    /// How many events have no verdict yet.
    pub(crate) fn pending(&self) -> u32 {
        let batched: u32 = self.batches.iter().map(|batch| batch.events).sum();
        batched.saturating_add(u32::try_from(self.waiting.len()).unwrap_or(u32::MAX))
    }

    /// Takes the records of the next batch out.
    pub(crate) fn take_waiting(&mut self, max_events: usize) -> Vec<Record> {
        let mut bytes = 0;
        let mut count = 0;
        for record in &self.waiting {
            bytes += record.size();
            if count == max_events || count > 0 && bytes > MAX_BATCH_BYTES {
                break;
            }
            count += 1;
        }
        let rest = self.waiting.split_off(count);
        let taken = core::mem::replace(&mut self.waiting, rest);
        self.waiting_bytes = self.waiting.iter().map(Record::size).sum();
        taken
    }

    /// Takes a batch. Returns how many older events had to go.
    pub(crate) fn push_batch(&mut self, batch: Batch) -> u32 {
        let overflow = self.batches.len() >= MAX_BATCHES;
        self.batches.push(batch);
        if overflow {
            self.batches.remove(0).events
        } else {
            0
        }
    }

    pub(crate) fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// Lets a batch go that has its verdict. Returns how many events it held.
    pub(crate) fn settle(&mut self, id: &str) -> Option<u32> {
        let at = self.batches.iter().position(|batch| batch.id == id)?;
        Some(self.batches.remove(at).events)
    }

    /// Lets everything go. Returns how many events that were.
    pub(crate) fn clear(&mut self) -> u32 {
        let pending = self.pending();
        *self = Self::default();
        pending
    }

    /// The batches as the next page of the site finds them, a line each.
    pub(crate) fn spill(&self) -> String {
        let mut text = String::new();
        for batch in &self.batches {
            text.push_str(&batch.id);
            text.push(' ');
            text.push_str(&crate::json::decimal(batch.events.into()));
            text.push(' ');
            text.push_str(&batch.body);
            text.push('\n');
        }
        text
    }

    /// Takes over the batches that [`Outbox::spill`] wrote; lines that cannot be read are passed
    /// over, known batches too. Returns how many events had to go for want of room.
    pub(crate) fn adopt(&mut self, text: &str) -> u32 {
        let mut dropped = 0;
        for line in text.split('\n') {
            let mut words = line.splitn(3, ' ');
            let (Some(id), Some(events), Some(body)) = (words.next(), words.next(), words.next())
            else {
                continue;
            };
            if !batch::is_body(body) || self.batches.iter().any(|batch| batch.id == id) {
                continue;
            }
            dropped += self.push_batch(Batch {
                id: String::from(id),
                events: events.parse().unwrap_or(1),
                body: String::from(body),
            });
        }
        dropped
    }
}
