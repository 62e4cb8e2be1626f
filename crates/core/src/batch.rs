//! Events on their way: one record each, and the body in which they travel.
//!
//! What the events of a batch share is written once, under `defaults`, and merged under each event
//! by the collector (RFC 7396).

use std::rc::Rc;

use sillage_protocol::{Timestamp, event_type};

use crate::context::Context;
use crate::json;
use crate::stats::{Dropped, REASONS};

/// One event that waits to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) context: Rc<Context>,
    pub(crate) part: Part,
}

/// The members of the part that the event's type names.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// Of `webEvent`.
    Web(String),
    /// Of `webActionEvent`.
    Action(String),
}

impl Record {
    /// Length in a batch, near enough, in bytes: the part with an event's frame around it.
    pub(crate) fn size(&self) -> usize {
        let (Part::Web(members) | Part::Action(members)) = &self.part;
        members.len() + 120
    }

    fn write(&self, out: &mut String, default: &Context) {
        let context = &*self.context;
        let is_default = context == default;
        out.push_str("{\"id\":\"");
        out.push_str(&self.id);
        out.push_str("\",\"createdDate\":\"");
        push_time(out, self.created_at);
        out.push('"');
        if !is_default {
            out.push(',');
            write_visit(out, context);
        }
        match &self.part {
            Part::Web(members) => {
                out.push_str(",\"webEvent\":{");
                if !is_default {
                    write_where(out, context);
                    out.push(',');
                }
                out.push_str(members);
            }
            Part::Action(members) => {
                out.push_str(",\"eventType\":\"");
                out.push_str(event_type::WEB_ACTION);
                out.push_str("\",\"webEvent\":null,\"webActionEvent\":{");
                out.push_str(members);
                out.push(',');
                out.push_str(&context.environment);
            }
        }
        out.push_str("}}");
    }
}

fn push_time(out: &mut String, at: Timestamp) {
    for byte in at.to_iso() {
        out.push(char::from(byte));
    }
}

fn write_visit(out: &mut String, context: &Context) {
    out.push_str("\"session\":{\"id\":\"");
    out.push_str(&context.session);
    out.push_str("\",\"type\":\"web\"},\"correlationId\":\"");
    out.push_str(&context.correlation);
    out.push('"');
}

fn write_where(out: &mut String, context: &Context) {
    out.push_str(&context.place);
    out.push(',');
    out.push_str(&context.environment);
}

/// What a batch says besides its events.
pub(crate) struct Envelope<'a> {
    pub(crate) id: &'a str,
    pub(crate) site: &'a str,
    /// `None` where the visitor stays anonymous.
    pub(crate) visitor: Option<&'a str>,
    pub(crate) outbox: &'a str,
    pub(crate) tracked: u32,
    pub(crate) dropped: [u32; REASONS],
}

/// Where [`stamp`] finds the time in a body.
const SENT_AT: &str = "{\"sentAt\":\"";

/// The body of a batch, without the time at which it leaves: [`stamp`] sets that.
pub(crate) fn write(envelope: &Envelope<'_>, records: &[Record]) -> String {
    let default = &*records[0].context;
    let mut out = String::from(SENT_AT);
    push_time(&mut out, Timestamp(0));
    out.push_str("\",\"id\":\"");
    out.push_str(envelope.id);
    out.push_str("\",\"siteId\":");
    json::write_str(&mut out, envelope.site);
    out.push_str(concat!(
        ",\"tracker\":{\"name\":\"sillage\",\"version\":\"",
        env!("CARGO_PKG_VERSION"),
        "\"},\"defaults\":{"
    ));
    if let Some(visitor) = envelope.visitor {
        out.push_str("\"customerId\":\"");
        out.push_str(visitor);
        out.push_str("\",\"customerIdType\":\"cookie\",");
    }
    write_visit(&mut out, default);
    out.push_str(",\"eventType\":\"");
    out.push_str(event_type::WEB);
    out.push_str("\",\"webEvent\":{");
    write_where(&mut out, default);
    out.push_str("}},\"events\":");
    let mut opening = '[';
    for record in records {
        out.push(opening);
        opening = ',';
        record.write(&mut out, default);
    }
    out.push_str("],\"counters\":{\"outboxId\":\"");
    out.push_str(envelope.outbox);
    out.push_str("\",\"tracked\":");
    out.push_str(&json::decimal(envelope.tracked.into()));
    out.push_str(",\"dropped\":");
    let mut opening = '{';
    for reason in Dropped::ALL {
        out.push(opening);
        opening = ',';
        json::write_str(&mut out, reason.as_str());
        out.push(':');
        out.push_str(&json::decimal(envelope.dropped[reason as usize].into()));
    }
    out.push_str("}}}");
    out
}

/// Whether `text` was written by [`write`], as far as [`stamp`] needs it.
pub(crate) fn is_body(text: &str) -> bool {
    text.as_bytes().starts_with(SENT_AT.as_bytes())
}

/// The body with `now` as the time at which it leaves; `None` where it is no body of a batch.
///
/// The rest of a batch never changes: a repetition is the same batch.
pub(crate) fn stamp(body: &str, now: Timestamp) -> Option<String> {
    let rest = body.get(SENT_AT.len() + Timestamp::ISO_BYTES..)?;
    let mut stamped = String::with_capacity(body.len());
    stamped.push_str(SENT_AT);
    push_time(&mut stamped, now);
    stamped.push_str(rest);
    Some(stamped)
}
