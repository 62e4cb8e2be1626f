//! The `PutEvents` request as it travels.

use serde_json::Number;

use crate::Timestamp;
use crate::error::ValidationError;
use crate::macros::object;
use crate::read;

object! {
    /// Up to ten events of one user and session.
    pub struct PutEventsRequest {
        /// Id of the event tracker at Amazon Personalize.
        pub tracking_id: Option<String>,
        /// Id of the user; absent while the visitor is anonymous.
        pub user_id: Option<String>,
        /// Id of the session. It ties anonymous events to the user who appears in it later.
        pub session_id: Option<String>,
        /// The events.
        pub event_list: Option<Vec<Event>>,
    }
}

object! {
    /// One event of a `PutEvents` request.
    pub struct Event {
        /// Id by which a repeated event is known; made by the service where absent.
        pub event_id: Option<String>,
        /// Type of the event, the `EVENT_TYPE` of the Interactions schema.
        pub event_type: Option<String>,
        /// Value that belongs to the type: a rating, a price.
        pub event_value: Option<f64>,
        /// The item that was interacted with.
        pub item_id: Option<String>,
        /// More fields of the Interactions schema, as the text of a JSON object.
        pub properties: Option<String>,
        /// When the event happened, in seconds since 1970; a whole number or a fraction.
        pub sent_at: Option<Number>,
        /// Id of the recommendations that the item was among.
        pub recommendation_id: Option<String>,
        /// Items that were shown together.
        pub impression: Option<Vec<String>>,
        /// Where the event came from, for metric attribution.
        pub metric_attribution: Option<MetricAttribution>,
    }
}

object! {
    /// Where an event came from.
    pub struct MetricAttribution {
        /// Name of the source.
        pub event_attribution_source: Option<String>,
    }
}

impl PutEventsRequest {
    /// Reads a request from its body. Limits are not checked: see [`PutEventsRequest::validate`].
    ///
    /// # Errors
    ///
    /// When the body is not one JSON document, or the path of the first member of a wrong type.
    pub fn read(body: &[u8]) -> Result<Self, ValidationError> {
        read::from_slice(body)
    }
}

impl Event {
    /// [`Event::sent_at`] as a point in time; `None` where it is absent or outside 1970 to 9999.
    pub fn sent_at_timestamp(&self) -> Option<Timestamp> {
        const LAST_SECOND: f64 = 253_402_300_799.999;
        let seconds = self.sent_at.as_ref()?.as_f64()?;
        if !(0.0..=LAST_SECOND).contains(&seconds) {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked above"
        )]
        let ms = (seconds * 1_000.0).round() as u64;
        Some(Timestamp(ms))
    }
}

/// A point in time as `sentAt` has it: whole seconds where it falls on one, else a fraction.
pub(crate) fn seconds(at: Timestamp) -> Number {
    if at.0.is_multiple_of(1_000) {
        return Number::from(at.0 / 1_000);
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "below 2^53 until the year 287396"
    )]
    let seconds = at.0 as f64 / 1_000.0;
    Number::from_f64(seconds).unwrap_or_else(|| Number::from(at.0 / 1_000))
}
