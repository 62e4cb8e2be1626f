//! When a session begins, goes on, and ends.

use sillage_protocol::Timestamp;

use crate::shell::{Shell, timed_id};

/// Greatest length of a session, in milliseconds: 24 hours, so that a kiosk that is never left
/// has visits too.
const MAX_SESSION_MS: u64 = 86_400_000;

/// One visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) started_at: Timestamp,
    /// When the visitor last did something. Only the visitor's activity moves it, never a timer.
    pub(crate) active_at: Timestamp,
}

impl Session {
    pub(crate) fn start(at: Timestamp, shell: &mut dyn Shell) -> Self {
        Self {
            id: timed_id(at, shell),
            started_at: at,
            active_at: at,
        }
    }

    /// Whether something at `at` still belongs to this session.
    pub(crate) fn is_open(&self, at: Timestamp, idle_timeout_ms: u64) -> bool {
        at.since(self.active_at) <= idle_timeout_ms
            && at.since(self.started_at) < MAX_SESSION_MS
            // A clock that was set back must not keep a session of the future open for years.
            && self.started_at.since(at) < MAX_SESSION_MS
    }
}
