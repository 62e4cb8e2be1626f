//! What a site may set, with its default, unit and range.

use crate::Consent;

/// The tracker's settings, but for those that are texts alone.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Consent that holds until the visitor has chosen. Default: [`Consent::Granted`].
    pub consent: Consent,
    /// Whether pageviews are captured by themselves. Default: true.
    pub pageviews: bool,
    /// Whether clicks are captured. Default: true.
    pub clicks: bool,
    /// Longest gap in the visitor's activity within one session, in milliseconds.
    ///
    /// Default: 1,800,000 (30 minutes), the common convention in web analytics. Range: 60,000 to
    /// 36,000,000; other values are brought to the nearer end.
    pub idle_timeout_ms: u32,
    /// How long an event waits for others before they are sent together, in milliseconds.
    ///
    /// Default: 2,000. Range: 0 to 60,000. The first events of a page do not wait.
    pub flush_interval_ms: u32,
    /// Most events in one batch. Default: 100. Range: 1 to 1,000.
    pub max_batch_events: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            consent: Consent::Granted,
            pageviews: true,
            clicks: true,
            idle_timeout_ms: 1_800_000,
            flush_interval_ms: 2_000,
            max_batch_events: 100,
        }
    }
}
