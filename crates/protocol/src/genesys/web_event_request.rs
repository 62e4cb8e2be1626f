//! The request that hands in one web event.

use crate::error::ValidationError;
use crate::macros::object;
use crate::{Attributes, DeviceCategory, Timestamp, attribute, read};

object! {
    /// One web event. The server splits URLs and derives what the optional members do not say.
    pub struct WebEventRequest {
        /// UUID of the visitor.
        pub customer_cookie_id: Option<String>,
        /// What the visitor did: letters, digits and underscores.
        pub event_name: Option<String>,
        /// The page where it happened.
        pub page: Option<RequestPage>,
        /// Overrides the HTTP `User-Agent`.
        pub user_agent_string: Option<String>,
        /// The visitor's browser.
        pub browser: Option<WebEventBrowser>,
        /// The visitor's device.
        pub device: Option<WebEventDevice>,
        /// Words typed into the site's search.
        pub search_query: Option<String>,
        /// The visitor's IP address.
        pub ip_address: Option<String>,
        /// Page that led to this one.
        pub referrer_url: Option<String>,
        /// The caller's own properties.
        #[read(attribute::read_map)]
        pub attributes: Option<Attributes>,
        /// Facts about the person, for identity stitching.
        #[read(attribute::read_map)]
        pub traits: Option<Attributes>,
        /// The visitor's id in another system.
        pub external_id: Option<String>,
        /// When it happened; at most [`super::MAX_AGE_MS`] ago.
        pub created_date: Option<Timestamp>,
    }
}

object! {
    /// The page where a web event happened.
    pub struct RequestPage {
        /// Address.
        pub url: Option<String>,
        /// Title.
        pub title: Option<String>,
        /// `<meta name="keywords">`.
        pub keywords: Option<String>,
        /// Language of the page, ISO 639-1.
        pub lang: Option<String>,
    }
}

object! {
    /// The visitor's browser.
    pub struct WebEventBrowser {
        /// Family.
        pub family: Option<String>,
        /// Version.
        pub version: Option<String>,
        /// Language the browser is set to, BCP 47.
        pub lang: Option<String>,
    }
}

object! {
    /// The visitor's device.
    pub struct WebEventDevice {
        /// What kind of device it is.
        pub category: Option<DeviceCategory>,
        /// Type: `iPad`, `iPhone`, `Other`.
        #[name = "type"]
        pub device_type: Option<String>,
        /// Whether it is mobile.
        pub is_mobile: Option<bool>,
        /// Height of the screen.
        #[read(read::whole_number)]
        pub screen_height: Option<u64>,
        /// Width of the screen.
        #[read(read::whole_number)]
        pub screen_width: Option<u64>,
        /// Physical pixels for one CSS pixel.
        #[read(read::whole_number)]
        pub screen_density: Option<u64>,
        /// Family of the operating system.
        pub os_family: Option<String>,
        /// Version of the operating system.
        pub os_version: Option<String>,
        /// Who made the device.
        pub manufacturer: Option<String>,
    }
}

impl WebEventRequest {
    /// Reads a request from its body. Rules are not checked: see [`WebEventRequest::validate`].
    ///
    /// # Errors
    ///
    /// When the body is not one JSON document, or the path of the first member of a wrong type.
    pub fn read(body: &[u8]) -> Result<Self, ValidationError> {
        read::from_slice(body)
    }
}
