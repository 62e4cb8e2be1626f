//! An interaction with a page: page view, search, form, custom event.

use crate::macros::object;
use crate::{
    Attributes, Browser, Device, JourneyCampaign, JourneyGeolocation, JourneyPage, Referrer,
    attribute, read,
};

object! {
    /// An interaction with a page.
    pub struct WebEvent {
        /// What the visitor did, as `object_action` in the past tense: `page_viewed`.
        pub event_name: Option<String>,
        /// Events of this visitor over all sessions, this one included.
        #[read(read::whole_number)]
        pub total_event_count: Option<u64>,
        /// Page views of this visitor over all sessions, this one included.
        #[read(read::whole_number)]
        pub total_pageview_count: Option<u64>,
        /// The page where it happened.
        pub page: Option<JourneyPage>,
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
        /// Page that led to this one.
        pub referrer: Option<Referrer>,
        /// The caller's own properties.
        #[read(attribute::read_map)]
        pub attributes: Option<Attributes>,
        /// Facts about the person, for identity stitching: `email`, `givenName`, `cellPhone`.
        #[read(attribute::read_map)]
        pub traits: Option<Attributes>,
        /// Words typed into the site's search.
        pub search_query: Option<String>,
        /// Whether the visitor was signed in.
        pub authenticated: Option<bool>,
    }
}
