//! The names by which `Event.eventType` says which part of the event is set.
//!
//! Source: the filter of Genesys Cloud's `GET /api/v2/journey/sessions/{sessionId}/events`.

/// A browser interaction: pageview, search, form, custom event.
pub const WEB: &str = "com.genesys.journey.WebEvent";
/// An action shown in the page changed its state; a click is one.
pub const WEB_ACTION: &str = "com.genesys.journey.WebActionEvent";
/// An action that was delivered off the page, by e-mail or webhook.
///
/// Not in the published filter: the SDKs that carry `genericActionEvent` leave the name open.
pub const GENERIC_ACTION: &str = "com.genesys.journey.GenericActionEvent";
/// The visitor reached a defined goal.
pub const OUTCOME_ACHIEVED: &str = "com.genesys.journey.OutcomeAchievedEvent";
/// The visitor matched a segment (current form, by id).
pub const SEGMENT_ASSIGNMENT: &str = "com.genesys.journey.SegmentAssignmentEvent";
/// The visitor matched a segment (deprecated rich form).
pub const SEGMENT_ASSIGNED: &str = "com.genesys.journey.SegmentAssignedEvent";
/// An interaction in a mobile app; accepted on read, never written by the tracker.
pub const APP: &str = "com.genesys.journey.AppEvent";
