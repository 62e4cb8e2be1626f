//! The session an event belongs to, and references to other objects.

use crate::macros::{object, open_enum};

open_enum! {
    /// Where a session takes place.
    pub enum SessionType {
        /// In a browser.
        Web = "web",
        /// In a mobile app.
        App = "app",
    }
}

object! {
    /// A session, in the form of 2023 (`id`, `selfUri`, `type`) and of 2019 (`id`, `name`,
    /// `selfUri`).
    pub struct EventSession {
        /// Id of the session.
        pub id: Option<String>,
        /// Name of the session (2019 only).
        pub name: Option<String>,
        /// Where the session can be read.
        pub self_uri: Option<String>,
        /// Where the session takes place.
        #[name = "type"]
        pub session_type: Option<SessionType>,
    }
}

object! {
    /// A reference to another object: a team, a segment, the target of a link.
    pub struct AddressableEntityRef {
        /// Id of the object.
        pub id: Option<String>,
        /// Name of the object (2019's `ActionTarget` only).
        pub name: Option<String>,
        /// Where the object can be read; for a click on a link, the link's address.
        pub self_uri: Option<String>,
    }
}
