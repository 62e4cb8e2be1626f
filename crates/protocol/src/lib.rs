#![doc = include_str!("../README.md")]

pub mod event_type;
pub mod limits;
pub mod timestamp;

#[cfg(feature = "model")]
mod macros;

#[cfg(feature = "model")]
pub mod attribute;
#[cfg(feature = "model")]
pub mod batch;
#[cfg(feature = "model")]
pub mod context;
#[cfg(feature = "model")]
pub mod derive;
#[cfg(feature = "model")]
pub mod error;
#[cfg(feature = "model")]
pub mod event;
#[cfg(feature = "model")]
pub mod generic_action_event;
#[cfg(feature = "model")]
pub mod genesys;
#[cfg(feature = "model")]
pub mod listing;
#[cfg(feature = "model")]
pub mod mapping;
#[cfg(feature = "model")]
pub mod outcome;
#[cfg(feature = "model")]
pub mod personalize;
#[cfg(feature = "model")]
pub mod read;
#[cfg(feature = "model")]
pub mod segment;
#[cfg(feature = "model")]
pub mod session;
#[cfg(feature = "model")]
pub mod validate;
#[cfg(feature = "model")]
pub mod web_action_event;
#[cfg(feature = "model")]
pub mod web_event;

pub use timestamp::Timestamp;

#[cfg(feature = "model")]
pub use self::{
    attribute::{Attributes, CustomEventAttribute, DataType},
    context::{
        Browser, Device, DeviceCategory, JourneyCampaign, JourneyGeolocation, JourneyPage, Medium,
        Referrer,
    },
    error::{ErrorCode, ValidationError},
    event::{Event, EventKind},
    generic_action_event::{GenericActionEvent, GenericEventAction},
    listing::EventListing,
    outcome::{OutcomeAchievedEvent, OutcomeAchievedEventOutcome},
    segment::{
        SegmentAssignedEvent, SegmentAssignedEventSegment, SegmentAssignmentEvent, SegmentScope,
    },
    session::{AddressableEntityRef, EventSession, SessionType},
    web_action_event::{
        ActionEventActionMap, ActionMediaType, ActionState, EventAction, WebActionEvent,
    },
    web_event::WebEvent,
};
