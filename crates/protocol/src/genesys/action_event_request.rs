//! The request that reports an action's new state.

use crate::ActionState;
use crate::error::ValidationError;
use crate::macros::object;
use crate::read;

object! {
    /// An action changed its state.
    pub struct ActionEventRequest {
        /// Id of the request's object; unused.
        pub id: Option<String>,
        /// UUID of the session the action was qualified in.
        pub session_id: Option<String>,
        /// UUID of the action, as the ping call returned it.
        pub action_id: Option<String>,
        /// The new state.
        pub action_state: Option<ActionState>,
        /// Code of the failure, where the state is `errored`.
        pub error_code: Option<String>,
        /// Words for the failure.
        pub error_message: Option<String>,
        /// Where the object can be read; unused.
        pub self_uri: Option<String>,
    }
}

impl ActionEventRequest {
    /// Reads a request from its body. Rules are not checked: see [`ActionEventRequest::validate`].
    ///
    /// # Errors
    ///
    /// When the body is not one JSON document, or the path of the first member of a wrong type.
    pub fn read(body: &[u8]) -> Result<Self, ValidationError> {
        read::from_slice(body)
    }
}
