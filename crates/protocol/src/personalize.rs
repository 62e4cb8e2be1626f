//! Amazon Personalize: the `PutEvents` request, its limits, and the part of our event that keeps
//! what only Personalize knows.
//!
//! Source of every limit: botocore 1.44.5, `personalize-events/2018-03-22/service-2.json`; of the
//! reserved names: the Amazon Personalize developer guide, "Recording item interaction events".

mod check;
mod part;
mod request;

pub(crate) use self::request::seconds;
pub use self::{
    check::{RESERVED_PROPERTIES, is_reserved_property},
    part::PersonalizePart,
    request::{Event, MetricAttribution, PutEventsRequest},
};

/// Most events in one call.
pub const MAX_EVENTS: usize = 10;

/// Longest tracking id, session id, user id, event id, event type and item id, in characters.
pub const MAX_TEXT_CHARS: usize = 256;

/// Longest `properties`, in characters of their JSON text.
pub const MAX_PROPERTIES_CHARS: usize = 1_024;

/// Longest recommendation id, in characters.
pub const MAX_RECOMMENDATION_ID_CHARS: usize = 40;

/// Most items of one impression.
pub const MAX_IMPRESSION: usize = 25;

/// Longest `eventAttributionSource`, in printable ASCII characters.
pub const MAX_ATTRIBUTION_SOURCE_CHARS: usize = 1_024;
