//! The visitor reached a defined goal.

use crate::macros::object;
use crate::{Browser, Device, JourneyCampaign, JourneyGeolocation, Referrer, Timestamp, read};

object! {
    /// The visitor reached a goal. Described as deprecated since SDK 257.1.0.
    pub struct OutcomeAchievedEvent {
        /// The goal.
        pub outcome: Option<OutcomeAchievedEventOutcome>,
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

object! {
    /// A goal that was reached.
    pub struct OutcomeAchievedEventOutcome {
        /// Id of the goal.
        pub id: Option<String>,
        /// Where the goal can be read.
        pub self_uri: Option<String>,
        /// Name of the goal.
        pub display_name: Option<String>,
        /// Version of the goal.
        #[read(read::whole_number)]
        pub version: Option<u64>,
    }
}
