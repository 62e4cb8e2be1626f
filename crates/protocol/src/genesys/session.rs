//! A session as Genesys Cloud's read call returns it.

use crate::macros::object;
use crate::{
    Browser, Device, JourneyCampaign, JourneyGeolocation, JourneyPage, Referrer, SessionType,
    Timestamp, read,
};

object! {
    /// A session with its totals. What is about conversations and support cases is left out.
    pub struct Session {
        /// Id of the session.
        pub id: Option<String>,
        /// Identifier of the visitor.
        pub customer_id: Option<String>,
        /// What kind of identifier `customer_id` is.
        pub customer_id_type: Option<String>,
        /// Where the session takes place.
        #[name = "type"]
        pub session_type: Option<SessionType>,
        /// The visitor's id in another system.
        pub external_id: Option<String>,
        /// The visitor's browser.
        pub browser: Option<Browser>,
        /// The visitor's device.
        pub device: Option<Device>,
        /// Where the visitor's address is in the world.
        pub geolocation: Option<JourneyGeolocation>,
        /// The visitor's IP address.
        pub ip_address: Option<String>,
        /// Internet provider or company that the address belongs to.
        pub ip_organization: Option<String>,
        /// The page of the session's last event that has one.
        pub last_page: Option<JourneyPage>,
        /// Campaign that brought the visitor to the site.
        pub mkt_campaign: Option<JourneyCampaign>,
        /// What led to the session's first page.
        pub referrer: Option<Referrer>,
        /// What the visitor searched for, in the order of its first use.
        pub search_terms: Option<Vec<String>>,
        /// HTTP `User-Agent`.
        pub user_agent_string: Option<String>,
        /// From the first to the last event, in seconds.
        #[read(read::whole_number)]
        pub duration_in_seconds: Option<u64>,
        /// Events of the session.
        #[read(read::whole_number)]
        pub event_count: Option<u64>,
        /// Page views of the session.
        #[read(read::whole_number)]
        pub pageview_count: Option<u64>,
        /// Screens of an app that were seen.
        #[read(read::whole_number)]
        pub screenview_count: Option<u64>,
        /// The session's last event.
        pub last_event: Option<SessionLastEvent>,
        /// Whether the visitor was signed in at the last web event.
        pub authenticated: Option<bool>,
        /// Where the session can be read.
        pub self_uri: Option<String>,
        /// When the first event happened.
        pub created_date: Option<Timestamp>,
        /// When the last event happened, where the session is over.
        pub ended_date: Option<Timestamp>,
    }
}

object! {
    /// The last event of a session.
    pub struct SessionLastEvent {
        /// Id of the event.
        pub id: Option<String>,
        /// What the visitor did; of web events only.
        pub event_name: Option<String>,
        /// When it happened.
        pub created_date: Option<Timestamp>,
    }
}
