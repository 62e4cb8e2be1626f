//! What Genesys Cloud's own write calls take and return,
//! and the session that its read call returns.
//!
//! Source: the models of the platform SDKs from 205.0.0 (July 2024) on:
//! `POST /api/v2/journey/deployments/{deploymentId}/webevents` and `.../actionevent`.

mod action_event_request;
mod check;
mod session;
mod web_event_request;
mod web_event_response;

pub use self::{
    action_event_request::ActionEventRequest,
    session::{Session, SessionLastEvent},
    web_event_request::{RequestPage, WebEventBrowser, WebEventDevice, WebEventRequest},
    web_event_response::{ResponsePage, WebEventResponse, WebEventResponseSession},
};

/// How old an event may be when Genesys Cloud receives it, in milliseconds: one hour.
pub const MAX_AGE_MS: u64 = 60 * 60 * 1_000;
