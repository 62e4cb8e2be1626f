//! Every number of the contract, with its unit and its reason.

/// Longest body of a batch as it travels, compressed or not, in bytes.
///
/// Eight times what a browser lets a leaving page send (64 KiB), so that an offline day fits into
/// few requests.
pub const MAX_BODY_BYTES: usize = 512 * 1024;

/// Longest body of a batch after decompression, in bytes: what a gzip bomb is cut at.
pub const MAX_DECOMPRESSED_BYTES: usize = 4 * 1024 * 1024;

/// Longest sum of all events of a batch after the defaults were merged under each, in bytes.
///
/// Without it, large defaults under many events multiply without end.
pub const MAX_MERGED_BYTES: usize = 16 * 1024 * 1024;

/// Most events in one batch.
pub const MAX_BATCH_EVENTS: usize = 1_000;

/// Longest event after the defaults were merged, in bytes of JSON.
pub const MAX_EVENT_BYTES: usize = 64 * 1024;

/// Deepest nesting of arrays and objects in an event.
pub const MAX_NESTING: usize = 16;

/// Most batch ids that one request may ask about under `receipts`.
pub const MAX_RECEIPTS: usize = 32;

/// Longest site id, in characters. Allowed are letters, digits, `.`, `_` and `-`.
pub const MAX_SITE_ID_CHARS: usize = 64;

/// Longest event name, in characters: the limit of `PutEvents`' `eventType`, which it becomes.
pub const MAX_EVENT_NAME_CHARS: usize = 256;

/// Most attributes of one event.
pub const MAX_ATTRIBUTES: usize = 100;

/// Longest attribute name, in characters.
pub const MAX_ATTRIBUTE_NAME_CHARS: usize = 256;

/// Longest attribute value, in characters.
pub const MAX_ATTRIBUTE_VALUE_CHARS: usize = 8_192;

/// Longest URL that is kept, in characters; what Chromium puts into its address bar.
pub const MAX_URL_CHARS: usize = 2_083;

/// Longest title, prompt, keywords and other visible text, in characters.
pub const MAX_TEXT_CHARS: usize = 1_024;

/// Longest session, customer or other identifier, in characters: the limit of `PutEvents`.
pub const MAX_ID_CHARS: usize = 256;

/// Earliest `createdDate` that can be meant, in Unix milliseconds: 2000-01-01T00:00:00.000Z.
pub const MIN_CREATED_AT_MS: u64 = 946_684_800_000;

/// How far ahead of the collector's clock a corrected `createdDate` may lie, in milliseconds.
pub const MAX_CREATED_AHEAD_MS: u64 = 24 * 60 * 60 * 1_000;

/// Difference between `sentAt` and the arrival from which the collector corrects `createdDate`, in
/// milliseconds. A smaller one is transit: correcting it would move events by the network's delay.
pub const CLOCK_SKEW_THRESHOLD_MS: u64 = 60_000;

/// Most drop reasons in the counters of a batch.
pub const MAX_DROP_REASONS: usize = 64;

/// Longest name of a drop reason, of a data type, an event type or any other short name, in
/// characters.
pub const MAX_NAME_CHARS: usize = 256;

/// Longest user agent, in characters. Those of in-app browsers reach 600.
pub const MAX_USER_AGENT_CHARS: usize = 1_024;

/// Most levels of a page's breadcrumb.
pub const MAX_BREADCRUMB: usize = 32;

/// Version of the batch that this contract describes.
pub const BATCH_VERSION: u64 = 1;
