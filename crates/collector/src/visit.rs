//! Which session an event belongs to whose sender leaves that to the collector. Pure.
//!
//! A visit ends after half an hour without activity, and after a day in any case, as the tracker has
//! it by default. So an event that a server reports joins the session that the visitor's browser is in.

use sillage_protocol::Timestamp;
use uuid::{Uuid, uuid};

use crate::store::Visit;

/// How long a session goes on without activity, in milliseconds.
pub(crate) const IDLE_MS: u64 = 30 * 60 * 1_000;

/// How long a session goes on at most, in milliseconds.
const LONGEST_MS: u64 = 24 * 60 * 60 * 1_000;

/// Namespace of the ids that sessions get here: the version 5 UUID of `urn:sillage:session` in RFC
/// 9562's URL namespace.
const SESSION_NAMESPACE: Uuid = uuid!("4daf6402-f53b-5ffa-949b-b527b83b917d");

/// The session of an event of a visitor at the time `at`, where `last` is the visitor's last event
/// until half an hour after it.
///
/// A new session's id follows from the visitor and the session before, so that events which arrive
/// at once agree on it without waiting for each other.
pub(crate) fn session_id(
    site_id: &str,
    customer_id: &str,
    last: Option<&Visit>,
    at: Timestamp,
) -> String {
    if let Some(visit) = last
        && visit.last_at.0.abs_diff(at.0) <= IDLE_MS
        && at.since(visit.started_at) <= LONGEST_MS
    {
        return visit.session_id.clone();
    }
    let before = last.map_or("", |visit| visit.session_id.as_str());
    let name = format!("{site_id}\n{customer_id}\n{before}");
    Uuid::new_v5(&SESSION_NAMESPACE, name.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_795_262_400_000;

    fn visit(started_at: u64, last_at: u64) -> Visit {
        Visit {
            session_id: "s1".to_owned(),
            started_at: Timestamp(started_at),
            last_at: Timestamp(last_at),
        }
    }

    fn joins(visit: &Visit, at: u64) -> bool {
        session_id("shop", "v1", Some(visit), Timestamp(at)) == "s1"
    }

    #[test]
    fn the_namespace_is_what_its_doc_says() {
        assert_eq!(
            SESSION_NAMESPACE,
            Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:sillage:session")
        );
    }

    #[test]
    fn a_session_ends_after_half_an_hour_without_activity() {
        let running = visit(START, START + 5_000);
        assert!(joins(&running, START + 5_000 + IDLE_MS));
        assert!(!joins(&running, START + 5_001 + IDLE_MS));
        assert!(joins(&running, START), "an event that is reported late");
    }

    #[test]
    fn a_session_ends_after_a_day_in_any_case() {
        let long = visit(START, START + LONGEST_MS - 1);
        assert!(joins(&long, START + LONGEST_MS));
        assert!(!joins(&long, START + LONGEST_MS + 1));
    }

    #[test]
    fn a_new_session_is_named_alike_by_all_that_begin_it() {
        let at = Timestamp(START);
        let first = session_id("shop", "v1", None, at);
        assert_eq!(first, session_id("shop", "v1", None, at.plus_ms(7)));
        assert_ne!(first, session_id("blog", "v1", None, at));
        assert_ne!(first, session_id("shop", "v2", None, at));
        let over = visit(START - 2 * IDLE_MS, START - 2 * IDLE_MS);
        assert_ne!(first, session_id("shop", "v1", Some(&over), at));
    }
}
