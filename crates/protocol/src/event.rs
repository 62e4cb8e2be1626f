//! The event: one recorded fact, in the shape of the Genesys Cloud journey `Event`.

use serde_json::{Map, Value};

use crate::error::ValidationError;
use crate::macros::object;
use crate::personalize::PersonalizePart;
use crate::{
    EventSession, GenericActionEvent, OutcomeAchievedEvent, SegmentAssignedEvent,
    SegmentAssignmentEvent, Timestamp, WebActionEvent, WebEvent, event_type, read,
};

/// The `customerIdType` of a browser's pseudonym.
pub const CUSTOMER_ID_TYPE_COOKIE: &str = "cookie";

object! {
    /// One recorded fact. `event_type` says which of the parts is set.
    ///
    /// Source: the models of the Genesys Cloud platform SDKs, 173.1.0 (June 2023) with what
    /// earlier and later versions added.
    pub struct Event {
        /// UUID of the event. Made by the tracker, the key by which it is stored once.
        pub id: Option<String>,
        /// UUID of what caused the event: the page view it happened in, or itself.
        pub correlation_id: Option<String>,
        /// Main identifier of the visitor; absent in anonymous mode.
        pub customer_id: Option<String>,
        /// What kind of identifier that is: `cookie`, `email`, `phone` or any other.
        pub customer_id_type: Option<String>,
        /// The session that the event belongs to.
        pub session: Option<EventSession>,
        /// Which part is set; see [`crate::event_type`].
        pub event_type: Option<String>,
        /// An action delivered off the page.
        pub generic_action_event: Option<GenericActionEvent>,
        /// The visitor reached a goal.
        pub outcome_achieved_event: Option<OutcomeAchievedEvent>,
        /// The visitor matched a segment (deprecated form).
        pub segment_assigned_event: Option<SegmentAssignedEvent>,
        /// The visitor matched a segment.
        pub segment_assignment_event: Option<SegmentAssignmentEvent>,
        /// An action in the page changed its state; a click is one.
        pub web_action_event: Option<WebActionEvent>,
        /// An interaction with a page.
        pub web_event: Option<WebEvent>,
        /// An interaction with a mobile app; kept as it came.
        pub app_event: Option<Map<String, Value>>,
        /// What Amazon Personalize is to be told about the event.
        pub personalize: Option<PersonalizePart>,
        /// When it happened, by the client's clock.
        pub created_date: Option<Timestamp>,
    }
}

impl Event {
    /// Reads an event leniently: what this version does not know is kept.
    ///
    /// # Errors
    ///
    /// The first member of a wrong type or with a date that is none, with its path.
    pub fn read(value: Value) -> Result<Self, ValidationError> {
        read::from_value(value)
    }

    /// Which part the event's type names; `None` for a type that this version does not know.
    pub fn kind(&self) -> Option<EventKind> {
        EventKind::of(self.event_type.as_deref()?)
    }

    /// Whether the visitor is known by a browser's pseudonym only: `customerIdType` is
    /// [`CUSTOMER_ID_TYPE_COOKIE`].
    pub fn is_known_by_cookie(&self) -> bool {
        self.customer_id_type
            .as_deref()
            .is_some_and(|kind| kind.eq_ignore_ascii_case(CUSTOMER_ID_TYPE_COOKIE))
    }

    /// What the visitor did, where the event is a web event.
    pub fn event_name(&self) -> Option<&str> {
        self.web_event.as_ref()?.event_name.as_deref()
    }
}

/// The kinds of event that this version knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// `webEvent`
    Web,
    /// `webActionEvent`
    WebAction,
    /// `genericActionEvent`
    GenericAction,
    /// `outcomeAchievedEvent`
    OutcomeAchieved,
    /// `segmentAssignedEvent`
    SegmentAssigned,
    /// `segmentAssignmentEvent`
    SegmentAssignment,
    /// `appEvent`
    App,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Web,
        Self::WebAction,
        Self::GenericAction,
        Self::OutcomeAchieved,
        Self::SegmentAssigned,
        Self::SegmentAssignment,
        Self::App,
    ];

    /// Reads an event type: the full name, or the last part alone as Genesys' notifications write
    /// it; case does not matter.
    pub fn of(event_type: &str) -> Option<Self> {
        let short = |name: &str| {
            name.rsplit('.')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        let full = event_type.contains('.');
        Self::ALL.into_iter().find(|kind| {
            if full {
                kind.event_type().eq_ignore_ascii_case(event_type)
            } else {
                short(kind.event_type()) == short(event_type)
            }
        })
    }

    /// The value of `eventType`.
    pub const fn event_type(self) -> &'static str {
        match self {
            Self::Web => event_type::WEB,
            Self::WebAction => event_type::WEB_ACTION,
            Self::GenericAction => event_type::GENERIC_ACTION,
            Self::OutcomeAchieved => event_type::OUTCOME_ACHIEVED,
            Self::SegmentAssigned => event_type::SEGMENT_ASSIGNED,
            Self::SegmentAssignment => event_type::SEGMENT_ASSIGNMENT,
            Self::App => event_type::APP,
        }
    }

    /// The name of the part that events of this kind carry.
    pub const fn part(self) -> &'static str {
        match self {
            Self::Web => "webEvent",
            Self::WebAction => "webActionEvent",
            Self::GenericAction => "genericActionEvent",
            Self::OutcomeAchieved => "outcomeAchievedEvent",
            Self::SegmentAssigned => "segmentAssignedEvent",
            Self::SegmentAssignment => "segmentAssignmentEvent",
            Self::App => "appEvent",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_by_their_full_and_their_short_names() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::of(kind.event_type()), Some(kind));
            assert_eq!(EventKind::of(&kind.event_type().to_uppercase()), Some(kind));
            let short = kind.event_type().rsplit('.').next().unwrap();
            assert_eq!(EventKind::of(short), Some(kind));
            assert!(kind.part().eq_ignore_ascii_case(short));
        }
        assert_eq!(EventKind::of("com.example.WebEvent"), None);
        assert_eq!(EventKind::of(""), None);
    }
}
