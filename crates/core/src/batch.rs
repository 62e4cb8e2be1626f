//! Events and batches, as the outbox keeps them and as they travel.
//!
//! An event is kept as a line that has its whole context in it, so that any page of the site can send
//! it. A batch is kept as a line of the lines it was formed of. On the way, what the events of a batch
//! share is written once, under `defaults`, and merged under each event by the collector (RFC 7396);
//! an event of another page view or session than the first says the difference itself.

use sillage_protocol::{Timestamp, event_type};

use crate::text::{put, put_ascii, slice, take_until};
use crate::visitor::Visitor;
use crate::{Dropped, Fields, PART_START, WORD_END, json};

/// First letters of the keys of the outbox. Pages of another version of the tracker may share it:
/// a line that would be read otherwise gets another letter, and lines of unknown letters stay.
pub(crate) mod kind {
    /// The record of visitor, session and consent. Sorts first: consent is read before all else.
    pub(crate) const RECORD: u8 = b'a';
    /// What the pages know of the collector: see [`crate::retry`].
    pub(crate) const STATE: u8 = b'b';
    /// Counters of one page load.
    pub(crate) const COUNTERS: u8 = b'c';
    /// A batch: it was sent, and its answer was not seen yet.
    pub(crate) const BATCH: u8 = b'd';
    /// An event.
    pub(crate) const EVENT: u8 = b'e';
}

/// The part of an event's line that events of one page view and session have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    /// As in the record, see [`crate::visitor`]: what follows the id does not count.
    pub(crate) visitor: &'a str,
    /// Type and id of the customer, with a `=` between them; empty where they were not known.
    pub(crate) customer: &'a str,
    pub(crate) session: &'a str,
    /// Id of the page view's own event.
    pub(crate) view: &'a str,
    /// Members of `webEvent` that say where: page and referrer.
    pub(crate) place: &'a str,
    /// Members that say with what: browser and device, behind a comma.
    pub(crate) environment: &'a str,
}

impl<'a> Context<'a> {
    fn read(mut words: Fields<'a>) -> Self {
        let mut customer = words.take();
        Self {
            visitor: take_until(&mut customer, b'='),
            customer,
            session: words.take(),
            view: words.take(),
            place: words.take(),
            environment: words.0,
        }
    }

    /// Members of `Event` that say who and in which visit.
    fn push_visit(&self, out: &mut String) {
        let mut visitor = self.visitor;
        if !visitor.is_empty() {
            let mut id = take_until(&mut visitor, b'=');
            let mut customer = self.customer;
            let mut kind = take_until(&mut customer, b'=');
            if kind.is_empty() {
                kind = "cookie";
            } else {
                id = customer;
            }
            put(out, "\"customerId\":\"");
            put(out, id);
            put(out, "\",\"customerIdType\":\"");
            put(out, kind);
            put(out, "\",");
        }
        put(out, "\"session\":{\"id\":\"");
        put(out, self.session);
        put(out, "\",\"type\":\"web\"},\"correlationId\":\"");
        put(out, self.view);
        put(out, "\",");
    }

    /// Members of `webEvent` that say where and with what.
    fn push_where(&self, out: &mut String) {
        put(out, self.place);
        put(out, self.environment);
    }
}

/// Stands in a part where browser and device belong (ASCII "file separator"). JSON text never holds it.
pub(crate) const ENVIRONMENT: char = '\x1c';

/// The part that the event's type names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    /// The last word of the type; empty for a web event.
    pub(crate) word: &'a str,
    /// Members of `webEvent`; else of the event: the part, with [`ENVIRONMENT`] where browser and device
    /// belong in it, and what follows.
    pub(crate) members: &'a str,
}

/// What an event's line is made of, besides its context.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recorded<'a> {
    pub(crate) id: &'a str,
    pub(crate) created_at: Timestamp,
    pub(crate) epoch: u64,
    pub(crate) part: Part<'a>,
}

/// The head of an event's line; its context follows.
pub(crate) fn event_line(event: Recorded<'_>) -> String {
    let mut line = String::new();
    put_ascii(&mut line, kind::EVENT);
    push_word(&mut line, event.id);
    json::push_decimal(&mut line, event.created_at.0);
    push_word(&mut line, "");
    json::push_decimal(&mut line, event.epoch);
    push_word(&mut line, "");
    push_word(&mut line, event.part.word);
    push_word(&mut line, event.part.members);
    line
}

/// Appends a word and its end.
#[inline(never)]
pub(crate) fn push_word(line: &mut String, word: &str) {
    put(line, word);
    put_ascii(line, WORD_END as u8);
}

/// Where the context begins in an event's line, behind id, time, epoch, part and members.
pub(crate) fn context_of(line: &str) -> &str {
    let mut words = Fields(line);
    for _ in 0..5 {
        words.take();
    }
    words.0
}

/// How many of the lines in `text` are events, whether they stand alone or in a batch.
pub(crate) fn count_events(text: &str) -> u32 {
    let mut before = b'\n';
    let mut count = 0;
    for byte in text.bytes() {
        let starts = before == b'\n' || before == PART_START as u8;
        count += u32::from(starts && byte == kind::EVENT);
        before = byte;
    }
    count
}

/// The body of a batch, but for its opening and `sentAt`.
///
/// `parts` are the lines it was formed of, each behind a [`PART_START`]; `asked` the ids of batches
/// whose receipts it asks for, as the members of a JSON array.
pub(crate) fn body(
    id: &str,
    site: &str,
    mut parts: &str,
    asked: &str,
    visitor: &Visitor,
) -> String {
    let mut body = String::new();
    put(&mut body, "\"id\":\"");
    put(&mut body, id);
    put(&mut body, "\",\"siteId\":");
    json::push_str(&mut body, site);
    put(
        &mut body,
        concat!(
            ",\"tracker\":{\"name\":\"sillage\",\"version\":\"",
            env!("CARGO_PKG_VERSION"),
            "\"},\"receipts\":["
        ),
    );
    put(&mut body, asked);
    put(&mut body, "],");
    let mut shared = "";
    let mut opening = "\"events\":[";
    while !parts.is_empty() {
        let line = take_until(&mut parts, PART_START as u8);
        let mut words = Fields(line);
        let key = words.take();
        match key.as_bytes().first() {
            Some(&kind::COUNTERS) => {
                put(&mut body, "\"counters\":");
                put(&mut body, words.0);
                put(&mut body, ",");
            }
            Some(&kind::EVENT) => {
                let context = context_of(line);
                if shared.is_empty() {
                    shared = context;
                    put(&mut body, "\"defaults\":{");
                    let context = visitor.settled(Context::read(Fields(context)));
                    context.push_visit(&mut body);
                    put(&mut body, "\"eventType\":\"");
                    put(&mut body, event_type::WEB);
                    put(&mut body, "\",\"webEvent\":{");
                    context.push_where(&mut body);
                    put(&mut body, "}},");
                }
                put(&mut body, opening);
                opening = ",";
                push_event(
                    &mut body,
                    slice(key, 1, key.len()),
                    words,
                    shared == context,
                    visitor,
                );
            }
            _ => {}
        }
    }
    if shared.is_empty() {
        put(&mut body, opening);
    }
    put(&mut body, "]}");
    body
}

/// Appends the event whose line goes on with `words` behind its id.
fn push_event(
    out: &mut String,
    id: &str,
    mut words: Fields<'_>,
    is_shared: bool,
    visitor: &Visitor,
) {
    put(out, "{\"id\":\"");
    put(out, id);
    put(out, "\",\"createdDate\":\"");
    for byte in Timestamp(words.take_number()).to_iso() {
        put_ascii(out, byte);
    }
    put(out, "\",");
    if words.take_number() != visitor.epoch() {
        put(out, "\"clockChanged\":true,");
    }
    let word = words.take();
    let mut members = words.take();
    let context = visitor.settled(Context::read(words));
    if !is_shared {
        context.push_visit(out);
    }
    if word.is_empty() {
        put(out, "\"webEvent\":{");
        if !is_shared {
            context.push_where(out);
            put(out, ",");
        }
        put(out, members);
        put(out, "}");
    } else {
        put(out, "\"eventType\":\"com.genesys.journey.");
        put(out, word);
        put(out, "\",\"webEvent\":null,");
        put(out, take_until(&mut members, ENVIRONMENT as u8));
        if !members.is_empty() {
            put(out, context.environment);
            put(out, members);
        }
    }
    put(out, "}");
}

/// Cumulative counts of one page load, all of events: what was recorded, and what was dropped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters {
    /// Id of the page load.
    pub(crate) outbox: String,
    pub(crate) tracked: u32,
    pub(crate) dropped: [u32; Dropped::ALL.len()],
}

impl Counters {
    /// The line that the outbox keeps.
    pub(crate) fn line(&self) -> String {
        let mut line = String::new();
        put_ascii(&mut line, kind::COUNTERS);
        push_word(&mut line, &self.outbox);
        put(&mut line, "{\"outboxId\":\"");
        put(&mut line, &self.outbox);
        put(&mut line, "\",\"tracked\":");
        json::push_decimal(&mut line, self.tracked.into());
        // Of most pages nothing is dropped.
        let mut opening = ",\"dropped\":{\"";
        for reason in Dropped::ALL {
            let dropped = self.dropped[reason as usize];
            if dropped > 0 {
                put(&mut line, opening);
                opening = ",\"";
                put(&mut line, reason.as_str());
                put(&mut line, "\":");
                json::push_decimal(&mut line, dropped.into());
            }
        }
        put(&mut line, if opening.len() > 2 { "}" } else { "}}" });
        line
    }
}
