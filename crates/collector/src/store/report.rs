//! What a store says of many events at once: the reads behind the dashboard.
//!
//! All times are by the collector's clock. A range takes in its beginning and not its end. A store
//! gives up a report that takes longer than [`REPORT_SECONDS`] with [`StoreError::TooLong`], and
//! reports never make other reads wait. What is read is answered by `/v1/reports/...` as it is here.
//!
//! [`StoreError::TooLong`]: super::StoreError::TooLong

use std::collections::BTreeMap;

use serde::Serialize;
use sillage_protocol::Timestamp;

use super::{StoreFuture, StoredEvent};

/// Longest time that one report may take, in seconds.
pub const REPORT_SECONDS: u64 = 10;

/// The name under which clicks are counted. As in the view `journeys`.
pub const CLICK: &str = "click";

/// Reads that sum events up. Part of what a [`Store`](super::Store) must fulfil.
///
/// Each fails with [`StoreError::TooLong`](super::StoreError::TooLong) or
/// [`StoreError::Failed`](super::StoreError::Failed).
pub trait Reports {
    /// Reads which sites there are, in the order of their ids.
    fn sites(&self, query: SiteQuery) -> StoreFuture<'_, Vec<SiteSummary>>;

    /// Counts by buckets of time, without gaps: a bucket without events counts 0.
    fn traffic(&self, query: TrafficQuery) -> StoreFuture<'_, Traffic>;

    /// Reads which pages were seen, the most seen first.
    fn top_pages(&self, query: RangeQuery) -> StoreFuture<'_, Vec<PageCount>>;

    /// Reads what led to sessions, the most frequent first: the referrer of the first page view that
    /// a session has in the range.
    fn top_sources(&self, query: RangeQuery) -> StoreFuture<'_, Vec<SourceCount>>;

    /// Reads which campaigns led to page views, the one with the most sessions first.
    fn top_campaigns(&self, query: RangeQuery) -> StoreFuture<'_, Vec<CampaignCount>>;

    /// Reads what happened, the most frequent first.
    fn event_names(&self, query: RangeQuery) -> StoreFuture<'_, Vec<NameCount>>;

    /// Reads the last events of one name, the last first.
    fn last_named(&self, query: NamedQuery) -> StoreFuture<'_, Vec<StoredEvent>>;

    /// Reads the sessions with the last events of the range, the last first; each as a whole, also
    /// what of it is out of the range.
    fn last_sessions(&self, query: RangeQuery) -> StoreFuture<'_, Vec<SessionRow>>;

    /// Reads what a visitor did, the last first.
    fn visitor_events(&self, query: VisitorQuery) -> StoreFuture<'_, Vec<StoredEvent>>;

    /// Reads what was tracked, stored and dropped on each UTC day that the range touches, and how
    /// far the clocks of senders were off.
    fn delivery(&self, query: DeliveryQuery) -> StoreFuture<'_, Delivery>;
}

/// Which sites to read.
#[derive(Clone, Debug)]
pub struct SiteQuery {
    /// Only those after this id.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A site that something arrived for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SiteSummary {
    /// Its id.
    pub site_id: String,
    /// UTC day on which something arrived first, as `2026-11-21`.
    pub first_day: String,
    /// UTC day on which something arrived last.
    pub last_day: String,
    /// Events stored ever.
    pub stored: u64,
}

/// A site, a range and a number of rows.
#[derive(Clone, Debug)]
pub struct RangeQuery {
    /// The site.
    pub site_id: String,
    /// Beginning of the range.
    pub from: Timestamp,
    /// End of the range.
    pub to: Timestamp,
    /// Whether what programs sent counts too.
    pub with_bots: bool,
    /// At most so many rows.
    pub limit: usize,
}

/// What to count by time.
#[derive(Clone, Debug)]
pub struct TrafficQuery {
    /// The site.
    pub site_id: String,
    /// Beginning of the range.
    pub from: Timestamp,
    /// End of the range.
    pub to: Timestamp,
    /// Whether what programs sent counts too.
    pub with_bots: bool,
    /// Length of a bucket, in milliseconds; buckets begin at multiples of it since 1970.
    pub bucket_ms: u64,
}

/// Counts of a range, whole and by time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Of the whole range; who comes again in another bucket counts once.
    pub totals: Counts,
    /// Of each bucket, in the order of time. The first and the last may reach beyond the range, but
    /// only what is inside is counted.
    pub buckets: Vec<Bucket>,
}

/// A piece of time, and what happened in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bucket {
    /// When it begins.
    pub at: Timestamp,
    /// What happened in it.
    #[serde(flatten)]
    pub counts: Counts,
}

/// What happened, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// All events.
    pub events: u64,
    /// Page views.
    pub pageviews: u64,
    /// Clicks.
    pub clicks: u64,
    /// Different visitors; of events that name nobody, different sessions.
    pub visitors: u64,
    /// Different sessions.
    pub sessions: u64,
}

/// A page, and how often it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageCount {
    /// Host and path.
    pub page: String,
    /// Its title when it was stored last.
    pub title: Option<String>,
    /// Page views.
    pub pageviews: u64,
    /// Different visitors.
    pub visitors: u64,
}

/// Where sessions came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceCount {
    /// Host of the referrer; `None` for visitors who came by themselves.
    pub hostname: Option<String>,
    /// What kind of place it is: `search`, `social`, ...
    pub medium: Option<String>,
    /// What it is called.
    pub name: Option<String>,
    /// Sessions.
    pub sessions: u64,
}

/// A campaign, and what it brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CampaignCount {
    /// `utm_source`.
    pub source: Option<String>,
    /// `utm_medium`.
    pub medium: Option<String>,
    /// `utm_campaign`.
    pub name: Option<String>,
    /// Different sessions.
    pub sessions: u64,
    /// Different visitors.
    pub visitors: u64,
    /// Page views that named it.
    pub pageviews: u64,
}

/// What happened, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NameCount {
    /// The event's name, [`CLICK`], or the state of an action.
    pub name: String,
    /// Events.
    pub events: u64,
    /// Different visitors.
    pub visitors: u64,
    /// When it happened last.
    pub last_at: Timestamp,
}

/// Which events of one name to read.
#[derive(Clone, Debug)]
pub struct NamedQuery {
    /// Where, when and how many.
    pub range: RangeQuery,
    /// The name, as in [`NameCount`].
    pub name: String,
}

/// A session, as the view `sessions` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionRow {
    /// Its id.
    pub session_id: String,
    /// `<type>:<id>` of whom it is about.
    pub visitor: Option<String>,
    /// When its first event happened.
    pub started_at: Timestamp,
    /// When its last event happened.
    pub ended_at: Timestamp,
    /// Its events.
    pub events: u64,
    /// Its page views.
    pub pageviews: u64,
    /// Its clicks.
    pub clicks: u64,
    /// The page it began with.
    pub entry_url: Option<String>,
    /// Host of the referrer of that page.
    pub referrer_hostname: Option<String>,
    /// Campaign that led to that page.
    pub campaign_name: Option<String>,
    /// The browser.
    pub browser_family: Option<String>,
    /// What kind of device it runs on.
    pub device_category: Option<String>,
    /// The country, where it is known.
    pub country: Option<String>,
    /// Whether a program sent one of its events.
    pub is_bot: bool,
}

/// What of a visitor to read.
#[derive(Clone, Debug)]
pub struct VisitorQuery {
    /// `<customerIdType>:<customerId>`, or `session:<id>`.
    pub visitor: String,
    /// On this site.
    pub site_id: String,
    /// Only what comes before this time and sequence.
    pub before: Option<(Timestamp, i64)>,
    /// At most so many.
    pub limit: usize,
}

/// Which deliveries to read.
#[derive(Clone, Debug)]
pub struct DeliveryQuery {
    /// The site.
    pub site_id: String,
    /// Beginning of the range.
    pub from: Timestamp,
    /// End of the range.
    pub to: Timestamp,
    /// At most so many batches are looked at for the clocks, the last ones.
    pub sample: usize,
}

/// What arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Each UTC day on which something arrived.
    pub days: Vec<DeliveryDay>,
    /// By how much the collector's clock was ahead of the sender's when a batch arrived, its transit
    /// included, in milliseconds; sorted.
    pub clock_offsets_ms: Vec<i64>,
}

/// What arrived on a day. `docs/delivery-sql.md` says what each count means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryDay {
    /// The day, as `2026-11-21`.
    pub day: String,
    /// Requests.
    pub requests: u64,
    /// Events that trackers say they have tracked.
    pub tracked: u64,
    /// Events stored.
    pub stored: u64,
    /// Events that arrived again.
    pub duplicates: u64,
    /// Of those, events with other content.
    pub conflicts: u64,
    /// Events refused.
    pub rejected: u64,
    /// Events that trackers say they dropped, by reason.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Tracked, but not accounted for; less than none where senders have no counters.
    pub missing: i64,
}
