//! Events as they travel: written once, when they happen, and put between a batch's head and tail.
//!
//! What the events of a batch share is written once, under `defaults`, and merged under each event
//! by the collector (RFC 7396). An event of another page view or session than its batch began with
//! says the difference itself.

use sillage_protocol::{Timestamp, event_type};

use crate::{Dropped, json};

/// What all events of one page view within one session have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) session: String,
    /// Id of the page view's own event.
    pub(crate) view: String,
    /// Members of `webEvent` that say where: page and referrer.
    pub(crate) place: String,
    /// Members that say with what: browser and device. Of `webEvent` and of `webActionEvent`.
    pub(crate) environment: String,
}

impl Context {
    /// Members of `Event` that say in which visit.
    fn push_visit(&self, out: &mut String) {
        out.push_str("\"session\":{\"id\":\"");
        out.push_str(&self.session);
        out.push_str("\",\"type\":\"web\"},\"correlationId\":\"");
        out.push_str(&self.view);
        out.push_str("\",");
    }

    /// Members of `webEvent` that say where and with what.
    fn push_where(&self, out: &mut String) {
        out.push_str(&self.place);
        out.push(',');
        out.push_str(&self.environment);
    }

    /// The members that a batch's events share.
    pub(crate) fn push_defaults(&self, out: &mut String) {
        self.push_visit(out);
        out.push_str("\"eventType\":\"");
        out.push_str(event_type::WEB);
        out.push_str("\",\"webEvent\":{");
        self.push_where(out);
        out.push('}');
    }
}

/// The members of the part that the event's type names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    /// Of `webEvent`.
    Web(&'a str),
    /// Of `webActionEvent`.
    Action(&'a str),
}

/// Appends an event. `is_default` says that the batch's defaults are of the same context.
pub(crate) fn push_event(
    out: &mut String,
    id: &str,
    created_at: Timestamp,
    context: &Context,
    is_default: bool,
    part: Part<'_>,
) {
    out.push_str("{\"id\":\"");
    out.push_str(id);
    out.push_str("\",\"createdDate\":\"");
    for byte in created_at.to_iso() {
        out.push(char::from(byte));
    }
    out.push_str("\",");
    if !is_default {
        context.push_visit(out);
    }
    match part {
        Part::Web(members) => {
            out.push_str("\"webEvent\":{");
            if !is_default {
                context.push_where(out);
                out.push(',');
            }
            out.push_str(members);
        }
        Part::Action(members) => {
            out.push_str("\"eventType\":\"");
            out.push_str(event_type::WEB_ACTION);
            out.push_str("\",\"webEvent\":null,\"webActionEvent\":{");
            out.push_str(members);
            out.push(',');
            out.push_str(&context.environment);
        }
    }
    out.push_str("}}");
}

/// Cumulative counts of one outbox, all of events: what was recorded, and what was dropped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters {
    pub(crate) outbox: String,
    pub(crate) tracked: u32,
    pub(crate) dropped: [u32; Dropped::ALL.len()],
}

impl Counters {
    pub(crate) fn push(&self, out: &mut String) {
        out.push_str("\"counters\":{\"outboxId\":\"");
        out.push_str(&self.outbox);
        out.push_str("\",\"tracked\":");
        json::push_decimal(out, self.tracked.into());
        out.push_str(",\"dropped\":");
        let mut opening = '{';
        for reason in Dropped::ALL {
            out.push(opening);
            opening = ',';
            json::push_key(out, reason.as_str());
            json::push_decimal(out, self.dropped[reason as usize].into());
        }
        out.push_str("}}");
    }
}
