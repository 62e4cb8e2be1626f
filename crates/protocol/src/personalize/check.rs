//! The limits of `PutEvents`.

use serde_json::Value;

use super::{
    Event, MAX_ATTRIBUTION_SOURCE_CHARS, MAX_EVENTS, MAX_IMPRESSION, MAX_PROPERTIES_CHARS,
    MAX_RECOMMENDATION_ID_CHARS, MAX_TEXT_CHARS, MetricAttribution, PersonalizePart,
    PutEventsRequest,
};
use crate::error::{ErrorCode, ValidationError};
use crate::validate::check::{At, Checked};

/// Names that Personalize keeps for itself: a property of such a name fails the whole call. Case
/// does not matter.
pub const RESERVED_PROPERTIES: [&str; 6] = [
    "userId",
    "sessionId",
    "eventType",
    "timestamp",
    "recommendationId",
    "impression",
];

/// Whether Personalize refuses a property of this name.
pub fn is_reserved_property(name: &str) -> bool {
    RESERVED_PROPERTIES
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(name))
}

impl PutEventsRequest {
    /// Holds the request to every limit that the service has.
    ///
    /// # Errors
    ///
    /// The first limit that is violated, with the path of the member.
    pub fn validate(&self) -> Result<(), ValidationError> {
        let at = At::ROOT;
        required_text(at.member("trackingId"), self.tracking_id.as_ref())?;
        optional_text(at.member("userId"), self.user_id.as_ref())?;
        required_text(at.member("sessionId"), self.session_id.as_ref())?;
        let at_list = at.member("eventList");
        let events = at_list.required(self.event_list.as_ref())?;
        at_list.count(events.len(), 1, MAX_EVENTS)?;
        events
            .iter()
            .enumerate()
            .try_for_each(|(index, event)| event.check(at_list.item(index)))
    }
}

impl Event {
    /// Holds one event to every limit that the service has.
    ///
    /// # Errors
    ///
    /// The first limit that is violated, with the path of the member.
    pub fn validate(&self) -> Result<(), ValidationError> {
        self.check(At::ROOT)
    }

    fn check(&self, at: At<'_>) -> Checked {
        required_text(at.member("eventType"), self.event_type.as_ref())?;
        let at_sent = at.member("sentAt");
        at_sent.required(self.sent_at.as_ref())?;
        if self.sent_at_timestamp().is_none() {
            let rule = "must be seconds since 1970, before the year 10000";
            return Err(at_sent.error(ErrorCode::OutOfRange, rule));
        }
        optional_text(at.member("eventId"), self.event_id.as_ref())?;
        Details {
            item_id: self.item_id.as_ref(),
            recommendation_id: self.recommendation_id.as_ref(),
            impression: self.impression.as_ref(),
            metric_attribution: self.metric_attribution.as_ref(),
            properties: self.properties.as_ref(),
        }
        .check(at)
    }
}

impl PersonalizePart {
    /// Holds the part to the limits of what it becomes.
    pub(crate) fn check(&self, at: At<'_>) -> Checked {
        optional_text(at.member("eventId"), self.event_id.as_ref())?;
        optional_text(at.member("eventType"), self.event_type.as_ref())?;
        Details {
            item_id: self.item_id.as_ref(),
            recommendation_id: self.recommendation_id.as_ref(),
            impression: self.impression.as_ref(),
            metric_attribution: self.metric_attribution.as_ref(),
            properties: self.properties.as_ref(),
        }
        .check(at)
    }
}

/// What the event of a request and our part share.
struct Details<'a> {
    item_id: Option<&'a String>,
    recommendation_id: Option<&'a String>,
    impression: Option<&'a Vec<String>>,
    metric_attribution: Option<&'a MetricAttribution>,
    properties: Option<&'a String>,
}

impl Details<'_> {
    fn check(&self, at: At<'_>) -> Checked {
        optional_text(at.member("itemId"), self.item_id)?;
        if let Some(id) = self.recommendation_id {
            at.member("recommendationId")
                .length(id, 1, MAX_RECOMMENDATION_ID_CHARS)?;
        }
        if let Some(items) = self.impression {
            let at_impression = at.member("impression");
            at_impression.count(items.len(), 1, MAX_IMPRESSION)?;
            for (index, item) in items.iter().enumerate() {
                at_impression.item(index).length(item, 1, MAX_TEXT_CHARS)?;
            }
        }
        if let Some(attribution) = self.metric_attribution {
            attribution_source(at.member("metricAttribution"), attribution)?;
        }
        self.properties
            .map_or(Ok(()), |text| properties(at.member("properties"), text))
    }
}

fn attribution_source(at: At<'_>, attribution: &MetricAttribution) -> Checked {
    let at = at.member("eventAttributionSource");
    let source = at.required(attribution.event_attribution_source.as_ref())?;
    at.length(source, 1, MAX_ATTRIBUTION_SOURCE_CHARS)?;
    if source.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    }
    Err(at.error(
        ErrorCode::BadFormat,
        "must consist of printable ASCII characters",
    ))
}

fn properties(at: At<'_>, text: &str) -> Checked {
    at.length(text, 1, MAX_PROPERTIES_CHARS)?;
    let Ok(Value::Object(members)) = serde_json::from_str(text) else {
        return Err(at.error(ErrorCode::BadFormat, "must be the text of a JSON object"));
    };
    match members.keys().find(|name| is_reserved_property(name)) {
        None => Ok(()),
        Some(name) => {
            let rule = format!("'{name}' is reserved by Amazon Personalize");
            Err(at.member(name).error(ErrorCode::ReservedKey, rule))
        }
    }
}

fn required_text(at: At<'_>, text: Option<&String>) -> Checked {
    at.length(at.required(text)?, 1, MAX_TEXT_CHARS)
}

fn optional_text(at: At<'_>, text: Option<&String>) -> Checked {
    text.map_or(Ok(()), |text| at.length(text, 1, MAX_TEXT_CHARS))
}
