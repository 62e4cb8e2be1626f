//! What a site may set, with its default, unit and range.

use crate::text::owned;
use crate::{Consent, Fields, json};
use sillage_protocol::limits::MAX_SITE_ID_CHARS;

/// The tracker's settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The site that the events belong to: 1 to 64 letters, digits, `.`, `_` or `-`.
    pub site: String,
    /// Consent that holds until the visitor has chosen. Default: [`Consent::Granted`].
    pub consent: Consent,
    /// Whether pageviews are captured by themselves. Default: true.
    pub pageviews: bool,
    /// Whether a change of the fragment alone is a pageview (hash routing). Default: false.
    pub hash_routing: bool,
    /// Whether clicks are captured. Default: true.
    pub clicks: bool,
    /// Longest gap in the visitor's activity within one session, in milliseconds.
    ///
    /// Default: 1,800,000 (30 minutes), the common convention in web analytics. Range: 60,000 to
    /// 36,000,000; other values are brought to the nearer end.
    pub idle_timeout_ms: u64,
    /// How long an event waits for others before they are sent together, in milliseconds.
    ///
    /// Default: 2,000. Range: 0 to 60,000. The first events of a page do not wait.
    pub flush_interval_ms: u64,
    /// Most events in one batch. Default: 100. Range: 1 to 1,000.
    pub max_batch_events: u64,
}

impl Config {
    /// The defaults for `site`.
    pub fn new(site: String) -> Self {
        Self {
            site,
            consent: Consent::Granted,
            pageviews: true,
            hash_routing: false,
            clicks: true,
            idle_timeout_ms: 1_800_000,
            flush_interval_ms: 2_000,
            max_batch_events: 100,
        }
    }

    /// The settings that `options` asks for: site, consent, pageviews, hashRouting, clicks,
    /// idleTimeoutMs, flushIntervalMs, maxBatchEvents, in this order; empty ones keep their
    /// default.
    ///
    /// # Errors
    ///
    /// A message that names the first option that breaks its rule, and the rule.
    pub fn read(mut options: Fields<'_>) -> Result<Self, &'static str> {
        let site = options.take();
        if !is_site(site) {
            return Err("site must be 1 to 64 letters, digits, '.', '_' or '-'");
        }
        let mut config = Self::new(owned(site));
        let consent = options.take();
        if !consent.is_empty() {
            config.consent =
                Consent::from_name(consent).ok_or("consent must be granted, pending or denied")?;
        }
        read_flag(&mut options, &mut config.pageviews)?;
        read_flag(&mut options, &mut config.hash_routing)?;
        read_flag(&mut options, &mut config.clicks)?;
        read_number(
            &mut options,
            &mut config.idle_timeout_ms,
            60_000,
            36_000_000,
        )?;
        read_number(&mut options, &mut config.flush_interval_ms, 0, 60_000)?;
        read_number(&mut options, &mut config.max_batch_events, 1, 1_000)?;
        Ok(config)
    }
}

#[inline(never)]
fn read_flag(options: &mut Fields<'_>, flag: &mut bool) -> Result<(), &'static str> {
    match options.take() {
        "" => {}
        "true" => *flag = true,
        "false" => *flag = false,
        _ => return Err("pageviews, hashRouting and clicks must be true or false"),
    }
    Ok(())
}

#[inline(never)]
fn read_number(
    options: &mut Fields<'_>,
    number: &mut u64,
    least: u64,
    most: u64,
) -> Result<(), &'static str> {
    let word = options.take();
    if !word.is_empty() {
        *number = json::read_decimal(word)
            .ok_or("idleTimeoutMs, flushIntervalMs and maxBatchEvents must be whole numbers")?
            .clamp(least, most);
    }
    Ok(())
}

fn is_site(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_SITE_ID_CHARS
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}
