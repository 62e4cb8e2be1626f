//! The visitor matched a segment: the current form, by id, and the deprecated rich form.

use crate::macros::{object, open_enum};
use crate::{
    AddressableEntityRef, Browser, Device, JourneyCampaign, JourneyGeolocation, Referrer,
    Timestamp, read,
};

object! {
    /// The visitor matched a segment.
    pub struct SegmentAssignmentEvent {
        /// The segment.
        pub segment: Option<AddressableEntityRef>,
    }
}

object! {
    /// The visitor matched a segment. Deprecated; gone from the SDKs since 195.0.0.
    pub struct SegmentAssignedEvent {
        /// The segment.
        pub segment: Option<SegmentAssignedEventSegment>,
        /// HTTP `User-Agent`.
        pub user_agent_string: Option<String>,
        /// The visitor's browser.
        pub browser: Option<Browser>,
        /// The visitor's device.
        pub device: Option<Device>,
        /// Where the visitor's address is in the world.
        pub geolocation: Option<JourneyGeolocation>,
        /// The visitor's IP address; absent where it is not collected.
        pub ip_address: Option<String>,
        /// Internet provider or company that the address belongs to.
        pub ip_organization: Option<String>,
        /// Campaign that brought the visitor to the page.
        pub mkt_campaign: Option<JourneyCampaign>,
        /// What led to the visit.
        pub visit_referrer: Option<Referrer>,
        /// When the visit's first event happened.
        pub visit_created_date: Option<Timestamp>,
    }
}

open_enum! {
    /// What a segment describes.
    pub enum SegmentScope {
        /// One session.
        Session = "Session",
        /// A customer over all sessions.
        Customer = "Customer",
    }
}

object! {
    /// A segment that was matched.
    pub struct SegmentAssignedEventSegment {
        /// Id of the segment.
        pub id: Option<String>,
        /// Where the segment can be read.
        pub self_uri: Option<String>,
        /// Name of the segment.
        pub display_name: Option<String>,
        /// Version of the segment.
        #[read(read::whole_number)]
        pub version: Option<u64>,
        /// What the segment describes.
        pub scope: Option<SegmentScope>,
    }
}
