//! An action delivered off the page, by e-mail or webhook. Gone from the SDKs since 201.0.0.

use crate::macros::object;
use crate::{ActionEventActionMap, ActionMediaType, ActionState, Timestamp};

object! {
    /// An action that does not come from a page: there is no browser and no device.
    pub struct GenericActionEvent {
        /// The action.
        pub action: Option<GenericEventAction>,
        /// The rule that launched it.
        pub action_map: Option<ActionEventActionMap>,
        /// Code of the failure, where the state is `errored`.
        pub error_code: Option<String>,
        /// Words for the failure.
        pub error_message: Option<String>,
    }
}

object! {
    /// The action whose state changed.
    pub struct GenericEventAction {
        /// Id of the action.
        pub id: Option<String>,
        /// Where the action is in its life.
        pub state: Option<ActionState>,
        /// How it is delivered.
        pub media_type: Option<ActionMediaType>,
        /// Text shown to the visitor.
        pub prompt: Option<String>,
        /// Where it was delivered: an e-mail address, a webhook's URL.
        pub media_address: Option<String>,
        /// When the action was made.
        pub created_date: Option<Timestamp>,
    }
}
