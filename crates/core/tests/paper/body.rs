//! `js/body.ts`: the body of a batch, of the lines that it was formed of.

use std::fmt::Write as _;

use sillage_core::Id;
use sillage_protocol::Timestamp;

use super::lines::yields;
use super::texts::Texts;
use super::{Fields, WORD_END};

/// The part of an event's line that events of one page view and session have in common.
pub(super) fn context_of(line: &str) -> String {
    line.splitn(6, WORD_END).nth(5).unwrap_or_default().into()
}

/// What an event says of who, in which visit, where and with what.
struct Context {
    visit: String,
    place: String,
    environment: String,
}

fn read(texts: &Texts, context: &str) -> Context {
    let mut words = Fields(context);
    let (visitor, session, view) = (words.take(), words.take(), words.take());
    let own = texts.id(Id::Session);
    let is_settled = session == own || yields(session, own);
    let (known, session) = if is_settled {
        (texts.id(Id::Visitor), own)
    } else {
        (visitor, session)
    };
    let mut visit = String::new();
    if !known.is_empty() {
        let customer = visitor.split_once('=').map_or("", |it| it.1);
        let (kind, id) = customer.split_once('=').unwrap_or(("", ""));
        let (kind, id) = if kind.is_empty() {
            ("cookie", known.split('=').next().unwrap_or_default())
        } else {
            (kind, id)
        };
        write!(
            visit,
            "\"customerId\":\"{id}\",\"customerIdType\":\"{kind}\","
        )
        .unwrap();
    }
    write!(
        visit,
        "\"session\":{{\"id\":\"{session}\",\"type\":\"web\"}},\"correlationId\":\"{view}\","
    )
    .unwrap();
    Context {
        visit,
        place: words.take().into(),
        environment: words.0.into(),
    }
}

pub(super) fn body_of(
    texts: &Texts,
    batch: &str,
    site: &str,
    parts: &[String],
    asked: &[String],
    epoch: u64,
) -> String {
    let (mut counters, mut defaults) = (String::new(), String::new());
    let mut shared: Option<String> = None;
    let mut events = Vec::new();
    for part in parts {
        let mut words = Fields(part);
        let key = words.take();
        if key.starts_with('c') {
            counters = format!("\"counters\":{},", words.0);
        }
        if !key.starts_with('e') {
            continue;
        }
        let context = context_of(part);
        let Context {
            visit,
            place,
            environment,
        } = read(texts, &context);
        let shared = shared.get_or_insert_with(|| {
            defaults = format!(
                "\"defaults\":{{{visit}\"eventType\":\"com.genesys.journey.WebEvent\",\"webEvent\":{{{place}{environment}}}}},"
            );
            context.clone()
        });
        let is_shared = context == *shared;
        let created_at = Timestamp(words.take_number());
        let clock = if words.take_number() == epoch {
            ""
        } else {
            "\"clockChanged\":true,"
        };
        let (word, members) = (words.take(), words.take());
        let own_visit = if is_shared { "" } else { &visit };
        let part = if !word.is_empty() {
            let members = members.replace('\x1c', &environment);
            format!("\"eventType\":\"com.genesys.journey.{word}\",\"webEvent\":null,{members}")
        } else if is_shared {
            format!("\"webEvent\":{{{members}}}")
        } else {
            format!("\"webEvent\":{{{place}{environment},{members}}}")
        };
        events.push(format!(
            "{{\"id\":\"{}\",\"createdDate\":\"{created_at}\",{clock}{own_visit}{part}}}",
            key.get(1..).unwrap_or_default()
        ));
    }
    let asked: Vec<String> = asked.iter().map(|id| format!("\"{id}\"")).collect();
    format!(
        "\"id\":\"{batch}\",\"siteId\":\"{site}\",\"tracker\":{{\"name\":\"sillage\",\"version\":\"{}\"}},\"receipts\":[{}],{counters}{defaults}\"events\":[{}]}}",
        env!("CARGO_PKG_VERSION"),
        asked.join(","),
        events.join(",")
    )
}
