//! Events as they travel: written once, when they happen, and put between a batch's head and tail.
//!
//! What the events of a batch share is written once, under `defaults`, and merged under each event
//! by the collector (RFC 7396). An event of another page view or session than its batch began with
//! says the difference itself.

use sillage_protocol::{Timestamp, event_type};

use crate::text::put;
use crate::{Dropped, json};

/// What all events of one page view within one session have in common.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// Which context of this page it is: two of one number are the same.
    pub(crate) number: u32,
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
        put(out, "\"session\":{\"id\":\"");
        put(out, &self.session);
        put(out, "\",\"type\":\"web\"},\"correlationId\":\"");
        put(out, &self.view);
        put(out, "\",");
    }

    /// Members of `webEvent` that say where and with what.
    fn push_where(&self, out: &mut String) {
        put(out, &self.place);
        put(out, ",");
        put(out, &self.environment);
    }

    /// The members that a batch's events share.
    pub(crate) fn push_defaults(&self, out: &mut String) {
        self.push_visit(out);
        put(out, "\"eventType\":\"");
        put(out, event_type::WEB);
        put(out, "\",\"webEvent\":{");
        self.push_where(out);
        put(out, "}");
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
    put(out, "{\"id\":\"");
    put(out, id);
    put(out, "\",\"createdDate\":\"");
    for byte in created_at.to_iso() {
        out.push(char::from(byte));
    }
    put(out, "\",");
    if !is_default {
        context.push_visit(out);
    }
    match part {
        Part::Web(members) => {
            put(out, "\"webEvent\":{");
            if !is_default {
                context.push_where(out);
                put(out, ",");
            }
            put(out, members);
        }
        Part::Action(members) => {
            put(out, "\"eventType\":\"");
            put(out, event_type::WEB_ACTION);
            put(out, "\",\"webEvent\":null,\"webActionEvent\":{");
            put(out, members);
            put(out, ",");
            put(out, &context.environment);
        }
    }
    put(out, "}}");
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
        put(out, "\"counters\":{\"outboxId\":\"");
        put(out, &self.outbox);
        put(out, "\",\"tracked\":");
        json::push_decimal(out, self.tracked.into());
        put(out, ",\"dropped\":");
        let mut opening = "{\"";
        for reason in Dropped::ALL {
            put(out, opening);
            opening = ",\"";
            put(out, reason.as_str());
            put(out, "\":");
            json::push_decimal(out, self.dropped[reason as usize].into());
        }
        put(out, "}}");
    }
}
