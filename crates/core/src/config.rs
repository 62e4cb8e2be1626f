//! What a site may set, with its default, unit and range.

use crate::Consent;

/// The tracker's settings. Values out of range are brought to the nearest end of the range by
/// [`Config::within_range`].
#[derive(Clone, Debug)]
pub struct Config {
    /// The site that the events belong to.
    pub site: String,
    /// Consent that holds until the visitor has chosen. Default: [`Consent::Granted`].
    pub consent: Consent,
    /// Longest gap in the visitor's activity within one session, in milliseconds.
    ///
    /// Default: 1,800,000 (30 minutes), the common convention in web analytics. Range: 60,000 to
    /// 36,000,000.
    pub idle_timeout_ms: u64,
    /// Greatest length of a session, in milliseconds. Default and maximum: 86,400,000 (24 hours).
    pub max_session_ms: u64,
    /// How long an event waits for others before they are sent together, in milliseconds.
    ///
    /// Default: 2,000. Range: 0 to 60,000. The first events of a page do not wait.
    pub flush_interval_ms: u64,
    /// Most events in one batch. Default: 100. Range: 1 to 1,000.
    pub max_batch_events: usize,
    /// Whether pageviews are captured by themselves. Default: true.
    pub pageviews: bool,
    /// Whether a change of the fragment alone is a pageview (hash routing). Default: false.
    pub hash_routing: bool,
    /// Whether clicks are captured. Default: true.
    pub clicks: bool,
    /// Whether warnings are logged. Default: false.
    pub debug: bool,
}

impl Config {
    /// The defaults for `site`.
    pub fn new(site: String) -> Self {
        Self {
            site,
            consent: Consent::Granted,
            idle_timeout_ms: 1_800_000,
            max_session_ms: 86_400_000,
            flush_interval_ms: 2_000,
            max_batch_events: 100,
            pageviews: true,
            hash_routing: false,
            clicks: true,
            debug: false,
        }
    }

    /// The same settings with every number brought into its documented range.
    #[must_use]
    pub fn within_range(mut self) -> Self {
        self.idle_timeout_ms = self.idle_timeout_ms.clamp(60_000, 36_000_000);
        self.max_session_ms = self.max_session_ms.clamp(self.idle_timeout_ms, 86_400_000);
        self.flush_interval_ms = self.flush_interval_ms.min(60_000);
        self.max_batch_events = self.max_batch_events.clamp(1, 1_000);
        self
    }
}
