//! Reading the envelope of a batch and holding it to its limits.

use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{Batch, ContractError, Counters, TrackerInfo, merge};
use crate::error::{ErrorCode, ValidationError};
use crate::read::Object;
use crate::validate::check::At;
use crate::validate::check_site_id;
use crate::{Timestamp, limits, read};

pub(super) const EVENTS: &str = "events";

#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Envelope {
    id: Option<String>,
    site_id: Option<String>,
    sent_at: Option<Timestamp>,
    tracker: Option<Object<TrackerInfo>>,
    defaults: Option<Map<String, Value>>,
    events: Option<Capped<Box<RawValue>, { limits::MAX_BATCH_EVENTS }>>,
    counters: Option<Object<Counters>>,
    receipts: Option<Capped<String, { limits::MAX_RECEIPTS }>>,
}

/// A list of which no more than `MAX` items are ever held in memory.
struct Capped<T, const MAX: usize> {
    items: Vec<T>,
    is_over: bool,
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Capped<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T, const MAX: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Items<T, MAX> {
            type Value = Capped<T, MAX>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while items.len() < MAX {
                    match seq.next_element()? {
                        Some(item) => items.push(item),
                        None => {
                            return Ok(Capped {
                                items,
                                is_over: false,
                            });
                        }
                    }
                }
                let mut is_over = false;
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    is_over = true;
                }
                Ok(Capped { items, is_over })
            }
        }

        deserializer.deserialize_seq(Items(PhantomData))
    }
}

impl<T, const MAX: usize> Capped<T, MAX> {
    fn into_items(self, at: At<'_>) -> Result<Vec<T>, ValidationError> {
        if self.is_over {
            return Err(at.error(ErrorCode::TooMany, format!("must have at most {MAX} items")));
        }
        Ok(self.items)
    }
}

pub(super) fn read(body: &[u8]) -> Result<Batch, ContractError> {
    checked(body).map_err(|cause| ContractError {
        batch_id: id_alone(body),
        cause,
    })
}

fn checked(body: &[u8]) -> Result<Batch, ValidationError> {
    check_version(body)?;
    let Object(envelope) = read::from_slice::<Object<Envelope>>(body)?;
    let root = At::ROOT;
    let id = root.member("id").required(envelope.id)?;
    root.member("id").uuid(&id)?;
    let site_id = root.member("siteId").required(envelope.site_id)?;
    check_site_id(root.member("siteId"), &site_id)?;
    let sent_at = root.member("sentAt").required(envelope.sent_at)?;
    let tracker = envelope
        .tracker
        .map(|Object(tracker)| tracker)
        .unwrap_or_default();
    root.member("tracker.name")
        .length(&tracker.name, 0, limits::MAX_NAME_CHARS)?;
    root.member("tracker.version")
        .length(&tracker.version, 0, limits::MAX_NAME_CHARS)?;
    let counters = envelope.counters.map(|Object(counters)| counters);
    if let Some(counters) = &counters {
        check_counters(counters)?;
    }
    let receipts = match envelope.receipts {
        Some(receipts) => receipts.into_items(root.member("receipts"))?,
        None => Vec::new(),
    };
    for (index, receipt) in receipts.iter().enumerate() {
        root.member("receipts").item(index).uuid(receipt)?;
    }
    let defaults = Value::Object(envelope.defaults.unwrap_or_default());
    check_defaults(&defaults)?;
    let events = root
        .member(EVENTS)
        .required(envelope.events)?
        .into_items(root.member(EVENTS))?;
    check_merged_bytes(&defaults, &events)?;
    Ok(Batch {
        id,
        site_id,
        sent_at,
        tracker,
        defaults,
        events,
        counters,
        receipts,
    })
}

/// A document of another version may differ in anything, so its version is looked at first.
fn check_version(body: &[u8]) -> Result<(), ValidationError> {
    #[derive(serde::Deserialize)]
    struct VersionAlone {
        version: Option<Value>,
    }

    match read::from_slice::<Object<VersionAlone>>(body)?.0.version {
        None => Ok(()),
        Some(version) if read::whole(&version) == Some(limits::BATCH_VERSION) => Ok(()),
        Some(version) => Err(ValidationError::new(
            ErrorCode::UnknownVersion,
            "version",
            format!("must be {}, not {version}", limits::BATCH_VERSION),
        )),
    }
}

/// The batch's id where the document is readable but refused, for the answer to carry it.
fn id_alone(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct IdAlone {
        id: Option<Value>,
    }

    match serde_json::from_slice::<Object<IdAlone>>(body).ok()?.0.id? {
        Value::String(id) if id.chars().count() <= limits::MAX_ID_CHARS => Some(id),
        _ => None,
    }
}

fn check_counters(counters: &Counters) -> Result<(), ValidationError> {
    let at = At::ROOT.member("counters");
    at.member("outboxId")
        .length(&counters.outbox_id, 1, limits::MAX_ID_CHARS)?;
    at.member("dropped")
        .count(counters.dropped.len(), 0, limits::MAX_DROP_REASONS)?;
    counters.dropped.keys().try_for_each(|reason| {
        at.member("dropped")
            .member(reason)
            .length(reason, 1, limits::MAX_NAME_CHARS)
    })
}

fn check_defaults(defaults: &Value) -> Result<(), ValidationError> {
    let at = At::ROOT.member("defaults");
    if read::nesting(defaults) > limits::MAX_NESTING {
        let rule = format!("must not nest deeper than {}", limits::MAX_NESTING);
        return Err(at.error(ErrorCode::TooDeep, rule));
    }
    if merge::json_bytes(defaults) > limits::MAX_EVENT_BYTES {
        let rule = format!("must have at most {} bytes", limits::MAX_EVENT_BYTES);
        return Err(at.error(ErrorCode::TooLong, rule));
    }
    Ok(())
}

/// Holds the sum of all merged events to its limit. The exact sum is only needed where the upper
/// bound (defaults under every event) exceeds it.
fn check_merged_bytes(defaults: &Value, events: &[Box<RawValue>]) -> Result<(), ValidationError> {
    let text_bytes: usize = events.iter().map(|text| text.get().len()).sum();
    if text_bytes + merge::json_bytes(defaults) * events.len() <= limits::MAX_MERGED_BYTES {
        return Ok(());
    }
    let mut merged_bytes = 0;
    for text in events {
        merged_bytes += merge::merged(defaults, text).map_or(0, |(_, bytes)| bytes);
        if merged_bytes > limits::MAX_MERGED_BYTES {
            let rule = format!(
                "must have at most {} bytes with the defaults",
                limits::MAX_MERGED_BYTES
            );
            return Err(At::ROOT.member(EVENTS).error(ErrorCode::TooLarge, rule));
        }
    }
    Ok(())
}
