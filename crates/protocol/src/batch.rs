//! The batch: events that travel together, and the answer to it.
//!
//! One unreadable or invalid event never sinks the others: the envelope is read first, with every
//! event left as text; each event is then parsed, merged and checked alone.

mod answer;
mod cut;
mod envelope;
mod merge;
mod sent;
mod surrogates;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use thiserror::Error;

pub use self::answer::{Answer, Receipt, Refusal, Rejection, Verdicts};
pub use self::sent::SentEvent;
use crate::error::{ErrorCode, ValidationError};
use crate::{Event, Timestamp, read};

/// Events sent together. Made by [`Batch::read`] only, so that its limits hold.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Batch {
    /// UUID of the batch; the same on every attempt.
    pub id: String,
    /// The site the events belong to: 1 to [`crate::limits::MAX_SITE_ID_CHARS`] letters, digits, `.`,
    /// `_` or `-`.
    pub site_id: String,
    /// When this attempt left, by the client's clock.
    pub sent_at: Timestamp,
    /// Which program sent it.
    pub tracker: TrackerInfo,
    /// Partial event that is merged under each event; an object, at most
    /// [`crate::limits::MAX_EVENT_BYTES`] long.
    pub defaults: Value,
    /// Partial events as JSON texts, at most [`crate::limits::MAX_BATCH_EVENTS`]. Only their syntax was
    /// checked: [`Batch::sent_events`] reads them. None at all is an ask: the batch brings receipts to
    /// ask for and counters, and leaves no receipt of its own.
    pub events: Vec<Box<RawValue>>,
    /// What the sender has tracked and dropped so far.
    pub counters: Option<Counters>,
    /// UUIDs of batches whose answers were not seen, at most [`crate::limits::MAX_RECEIPTS`].
    pub receipts: Vec<String>,
}

/// Which program sent a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrackerInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Cumulative counts of one outbox, so that a loss is visible. Not to be trusted: anybody can send
/// any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// Id of the outbox that counts.
    pub outbox_id: String,
    /// Events tracked since the outbox was made.
    #[serde(default, deserialize_with = "read::count")]
    pub tracked: u64,
    /// Events dropped since then, by reason; at most [`crate::limits::MAX_DROP_REASONS`] reasons.
    #[serde(default, deserialize_with = "read::counts")]
    pub dropped: BTreeMap<String, u64>,
}

/// Why a whole batch is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{cause}")]
pub struct ContractError {
    /// Id of the batch, where it could be read.
    pub batch_id: Option<String>,
    /// What is wrong.
    #[source]
    pub cause: ValidationError,
}

impl ContractError {
    /// Status of the answer: 413 where smaller batches of the same events would be taken, else
    /// 400.
    pub fn http_status(&self) -> u16 {
        let too_many_events =
            self.cause.code == ErrorCode::TooMany && self.cause.field == envelope::EVENTS;
        if too_many_events || self.cause.code == ErrorCode::TooLarge {
            413
        } else {
            400
        }
    }
}

impl Batch {
    /// Reads a batch from its decompressed body.
    ///
    /// # Errors
    ///
    /// When the body is not one JSON document, says it is of another version, lacks a required
    /// member (`id`, `siteId`, `sentAt`, `events`), has one of a wrong type or form, or exceeds a
    /// limit on bytes or counts. An event's own faults are no reason.
    pub fn read(body: &[u8]) -> Result<Self, ContractError> {
        envelope::read(body)
    }

    /// Merges the defaults under each event (RFC 7396) and reads the result.
    ///
    /// Yields one item for each of [`Batch::events`], in their order. Texts that come from the page
    /// or the browser (title, keywords, breadcrumb, prompt, user agent) are cut to their limits:
    /// nobody should lose a page view for a long title. Other members are not validated beyond
    /// their types: see [`crate::validate::validate_event`].
    pub fn sent_events(&self) -> impl Iterator<Item = Result<SentEvent, Rejection>> {
        self.events.iter().enumerate().map(|(index, text)| {
            merge::merged(&self.defaults, text)
                .and_then(|(event, _)| sent::read(event))
                .map(|sent| SentEvent {
                    event: cut::texts(sent.event),
                    ..sent
                })
                .map_err(|error| {
                    Rejection::new(index, merge::event_id(&self.defaults, text), &error)
                })
        })
    }

    /// The events of [`Batch::sent_events`] alone, for who does not correct their dates.
    pub fn merged_events(&self) -> impl Iterator<Item = Result<Event, Rejection>> {
        self.sent_events().map(|sent| sent.map(|sent| sent.event))
    }
}
