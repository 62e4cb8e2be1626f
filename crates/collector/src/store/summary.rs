//! What a store says of a session as a whole, and of a visitor's last one.

use sillage_protocol::Timestamp;

use super::StoredEvent;

/// Which session to summarise.
#[derive(Clone, Debug)]
pub struct SummaryQuery {
    /// The session.
    pub session_id: String,
    /// Of this site; without it, of the site that its latest event belongs to.
    pub site_id: Option<String>,
}

/// A session as a whole. First and last are by the time of happening, then by sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSummary {
    /// Its events.
    pub events: u64,
    /// Its page views.
    pub pageviews: u64,
    /// Its first event.
    pub first: StoredEvent,
    /// Its last event.
    pub last: StoredEvent,
    /// Its first event with a page: what led to it led to the session.
    pub entry: Option<StoredEvent>,
    /// Its last event with a page.
    pub exit: Option<StoredEvent>,
    /// Its last event that names a customer.
    pub identified: Option<StoredEvent>,
    /// What was searched for, each once, in the order of its first use.
    pub search_terms: Vec<String>,
}

/// Whose last session to look for.
#[derive(Clone, Debug)]
pub struct VisitQuery {
    /// The site that was visited.
    pub site_id: String,
    /// What kind of identifier `customer_id` is.
    pub customer_id_type: String,
    /// The visitor.
    pub customer_id: String,
    /// Only of what happened until then.
    pub until: Timestamp,
}

/// The session that a visitor's last event belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Id of the session.
    pub session_id: String,
    /// When that event happened.
    pub last_at: Timestamp,
    /// When the session's first event happened.
    pub started_at: Timestamp,
}
