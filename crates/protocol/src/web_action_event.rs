//! An action shown in the page changed its state. A click is one; so is an offer that was taken.

use crate::macros::{object, open_enum};
use crate::{
    AddressableEntityRef, Browser, Device, JourneyCampaign, JourneyGeolocation, Referrer,
    Timestamp, read,
};

open_enum! {
    /// Where an action is in its life.
    pub enum ActionState {
        /// Taken by the visitor.
        Accepted = "accepted",
        /// Refused by the visitor.
        Rejected = "rejected",
        /// Nobody answered in time.
        TimedOut = "timedout",
        /// Failed; see `errorCode`.
        Errored = "errored",
        /// Nobody was there to answer (2019 only).
        Missed = "missed",
        /// Seen, and left alone.
        Ignored = "ignored",
        /// Its conditions were met.
        Qualified = "qualified",
        /// Shown to the visitor.
        Offered = "offered",
        /// Begun.
        Started = "started",
        /// Used by the visitor: what a click is.
        Engaged = "engaged",
        /// Its conditions were met outside its hours.
        QualifiedOutsideSchedule = "qualifiedOutsideSchedule",
        /// Shown outside its hours.
        OfferedOutsideSchedule = "offeredOutsideSchedule",
        /// Left before it was done.
        Abandoned = "abandoned",
        /// Done.
        Completed = "completed",
        /// Not shown, since it was shown often enough.
        FrequencyCapReached = "frequencyCapReached",
    }
}

open_enum! {
    /// How an action is delivered.
    pub enum ActionMediaType {
        /// A web chat.
        WebChat = "webchat",
        /// An invitation to web messaging.
        WebMessagingOffer = "webMessagingOffer",
        /// Content shown in the page: an offer.
        ContentOffer = "contentOffer",
        /// A call of another system.
        IntegrationAction = "integrationAction",
        /// An Architect flow.
        ArchitectFlow = "architectFlow",
        /// Anything else: an ordinary button or link.
        OpenAction = "openAction",
    }
}

object! {
    /// The action whose state changed.
    pub struct EventAction {
        /// Id of the action; the same for the same element of a site.
        pub id: Option<String>,
        /// Where the action is in its life.
        pub state: Option<ActionState>,
        /// How it is delivered.
        pub media_type: Option<ActionMediaType>,
        /// Text shown to the visitor.
        pub prompt: Option<String>,
        /// When the action was made.
        pub created_date: Option<Timestamp>,
    }
}

object! {
    /// The rule that launched an action, or the name by which a site declares an element.
    pub struct ActionEventActionMap {
        /// Id of the rule.
        pub id: Option<String>,
        /// Where the rule can be read.
        pub self_uri: Option<String>,
        /// Version of the rule.
        #[read(read::whole_number)]
        pub version: Option<u64>,
        /// Name of the rule; for a click, the element's declared name or its selector.
        pub display_name: Option<String>,
    }
}

object! {
    /// An action in the page changed its state.
    pub struct WebActionEvent {
        /// The action.
        pub action: Option<EventAction>,
        /// The rule that launched it.
        pub action_map: Option<ActionEventActionMap>,
        /// Whom it is aimed at; for a click on a link, where the link leads.
        pub action_target: Option<AddressableEntityRef>,
        /// Time until the visitor disposed of the action, in milliseconds.
        #[read(read::whole_number)]
        pub time_to_disposition: Option<u64>,
        /// Code of the failure, where the state is `errored`.
        pub error_code: Option<String>,
        /// Words for the failure.
        pub error_message: Option<String>,
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
        /// What led to the visit (not to the page).
        pub visit_referrer: Option<Referrer>,
    }
}
