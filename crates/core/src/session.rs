//! When a session begins, goes on, and ends.

use sillage_protocol::Timestamp;

use crate::Config;
use crate::entropy::{Entropy, timed_id};

/// One visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) started_at: Timestamp,
    /// When the visitor last did something. Only the visitor's activity moves it, never a timer.
    pub(crate) active_at: Timestamp,
}

impl Session {
    pub(crate) fn start(now: Timestamp, entropy: &mut dyn Entropy) -> Self {
        Self {
            id: timed_id(now, entropy),
            started_at: now,
            active_at: now,
        }
    }

    /// Whether an event at `now` still belongs to this session.
    pub(crate) fn is_open(&self, now: Timestamp, config: &Config) -> bool {
        now.since(self.active_at) <= config.idle_timeout_ms
            && now.since(self.started_at) < config.max_session_ms
            // A clock that was set back must not keep a session of the future open for years.
            && self.started_at.since(now) < config.max_session_ms
    }

    /// Takes note of the visitor's activity at `at`. Returns whether that was news.
    pub(crate) fn extend(&mut self, at: Timestamp) -> bool {
        let later = at > self.active_at;
        if later {
            self.active_at = at;
        }
        later
    }
}
