//! The answer to a web event that was handed in.

use super::{WebEventBrowser, WebEventDevice};
use crate::macros::object;
use crate::{
    Attributes, JourneyCampaign, JourneyGeolocation, Referrer, Timestamp, attribute, read,
};

object! {
    /// A web event as the server has understood it.
    pub struct WebEventResponse {
        /// Identifier of the visitor.
        pub customer_id: Option<String>,
        /// What the visitor did.
        pub event_name: Option<String>,
        /// What kind of identifier `customer_id` is.
        pub customer_id_type: Option<String>,
        /// The page, with the parts of its URL.
        pub page: Option<ResponsePage>,
        /// HTTP `User-Agent`.
        pub user_agent_string: Option<String>,
        /// The visitor's browser.
        pub browser: Option<WebEventBrowser>,
        /// The visitor's device.
        pub device: Option<WebEventDevice>,
        /// Words typed into the site's search.
        pub search_query: Option<String>,
        /// Internet provider or company that the address belongs to.
        pub ip_organization: Option<String>,
        /// Where the visitor's address is in the world.
        pub geolocation: Option<JourneyGeolocation>,
        /// Campaign that brought the visitor to the page.
        pub mkt_campaign: Option<JourneyCampaign>,
        /// The session, which the server owns.
        pub session: Option<WebEventResponseSession>,
        /// Page that led to this one.
        pub referrer: Option<Referrer>,
        /// The caller's own properties.
        #[read(attribute::read_map)]
        pub attributes: Option<Attributes>,
        /// Facts about the person.
        #[read(attribute::read_map)]
        pub traits: Option<Attributes>,
        /// Whether the visitor was signed in.
        pub authenticated: Option<bool>,
        /// The visitor's id in another system.
        pub external_id: Option<String>,
        /// When it happened.
        pub created_date: Option<Timestamp>,
    }
}

object! {
    /// A page with the parts of its URL; `JourneyPage` without the breadcrumb.
    pub struct ResponsePage {
        /// Address.
        pub url: Option<String>,
        /// Title.
        pub title: Option<String>,
        /// Domain of the URL.
        pub domain: Option<String>,
        /// Fragment of the URL.
        pub fragment: Option<String>,
        /// Host name of the URL.
        pub hostname: Option<String>,
        /// `<meta name="keywords">`.
        pub keywords: Option<String>,
        /// Language of the page.
        pub lang: Option<String>,
        /// Path of the URL.
        pub pathname: Option<String>,
        /// Query of the URL.
        pub query_string: Option<String>,
    }
}

object! {
    /// The session of a web event.
    pub struct WebEventResponseSession {
        /// Id of the session.
        pub id: Option<String>,
        /// How long the visitor has been on the site in this session, in seconds.
        #[read(read::whole_number)]
        pub duration_in_seconds: Option<u64>,
        /// Events of this session.
        #[read(read::whole_number)]
        pub event_count: Option<u64>,
        /// Page views of this session.
        #[read(read::whole_number)]
        pub pageview_count: Option<u64>,
        /// Referrer of the session's first event.
        pub referrer: Option<Referrer>,
        /// Where the session can be read.
        pub self_uri: Option<String>,
        /// When the session's first event happened.
        pub created_date: Option<Timestamp>,
    }
}
