//! The `personalize` part of our event.

use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

use super::MetricAttribution;
use crate::macros::object;

object! {
    /// What Amazon Personalize is to be told about an event. Every member overrides what would
    /// otherwise be derived from the event.
    pub struct PersonalizePart {
        /// Id of the event at Personalize, where it came from there and is no UUID.
        pub event_id: Option<String>,
        /// Type of the event. Default: the event's name.
        pub event_type: Option<String>,
        /// The item that was interacted with.
        pub item_id: Option<String>,
        /// Value that belongs to the type: a rating, a price.
        pub event_value: Option<f64>,
        /// Id of the recommendations that the item was among.
        pub recommendation_id: Option<String>,
        /// Items that were shown together.
        pub impression: Option<Vec<String>>,
        /// Where the event came from, for metric attribution.
        pub metric_attribution: Option<MetricAttribution>,
        /// More fields of the Interactions schema, as the text of a JSON object; an object is read
        /// too. Default: the event's attributes.
        #[read(text_or_object)]
        pub properties: Option<String>,
        /// `sentAt` as it came, where `createdDate` could not give it back exactly.
        pub sent_at: Option<Number>,
    }
}

fn text_or_object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Option::<Value>::deserialize(deserializer)? {
        None => None,
        Some(Value::String(text)) => Some(text),
        Some(object @ Value::Object(_)) => Some(object.to_string()),
        Some(_) => {
            let rule = "invalid type: expected an object or its JSON text";
            return Err(serde::de::Error::custom(rule));
        }
    })
}
