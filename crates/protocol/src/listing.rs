//! What reading events returns.

use crate::Event;
use crate::macros::object;

object! {
    /// One page of a list of events.
    pub struct EventListing {
        /// The events.
        pub entities: Option<Vec<Event>>,
        /// Where the next page can be read; absent on the last.
        pub next_uri: Option<String>,
        /// Where this page can be read.
        pub self_uri: Option<String>,
        /// Where the previous page can be read.
        pub previous_uri: Option<String>,
    }
}
