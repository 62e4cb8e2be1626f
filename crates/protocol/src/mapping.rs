//! Between our event and what other services take. Pure: no clock, no randomness, no I/O.

mod genesys;
mod personalize;
mod web_event_response;

pub use self::{
    genesys::{
        CUSTOMER_NAMESPACE, NewEvent, from_action_event_request, from_web_event_request,
        to_action_event_request, to_web_event_request,
    },
    personalize::{
        EVENT_NAMESPACE, PutEventsGroups, from_put_events, group_put_events, to_put_events,
    },
    web_event_response::to_web_event_response,
};
