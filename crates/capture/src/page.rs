//! The page in view.

use sillage_text::redact::redact_url;
use sillage_text::text::end_of;

use crate::PageChange;
use crate::engagement::Engagement;
use crate::errors::Errors;
use crate::forms::Forms;
use crate::frustration::Frustration;
use crate::media::Recordings;
use crate::scroll::Depth;

/// One page view.
#[derive(Debug)]
pub(crate) struct Page {
    /// Redacted address.
    pub(crate) url: String,
    pub(crate) forms: Forms,
    pub(crate) frustration: Frustration,
    pub(crate) errors: Errors,
    pub(crate) recordings: Recordings,
    /// Whether the tracker has heard of it.
    pub(crate) is_recorded: bool,
    pub(crate) time: Engagement,
    pub(crate) depth: Depth,
    /// What was told of the page as a whole: numbers of triggers, and when the visitor had last done something.
    pub(crate) told: Vec<(usize, u64)>,
}

impl Page {
    /// A page that comes into view.
    pub(crate) fn begin(url: &str, now_ms: u64, is_visible: bool, has_focus: bool) -> Self {
        Self {
            url: redact_url(url),
            forms: Forms::default(),
            frustration: Frustration::default(),
            errors: Errors::default(),
            recordings: Recordings::default(),
            is_recorded: false,
            time: Engagement::begin(now_ms, is_visible, has_focus),
            depth: Depth::default(),
            told: Vec::new(),
        }
    }

    /// Whether the tracker takes `url` for another page than this one.
    pub(crate) fn is_another(&self, url: &str, change: PageChange, hash_routing: bool) -> bool {
        change != PageChange::AddressChanged
            || counted_part(&redact_url(url), hash_routing) != counted_part(&self.url, hash_routing)
    }
}

/// The part of an address whose change is a new page view, as in the tracker's core.
fn counted_part(url: &str, hash_routing: bool) -> &[u8] {
    let url = url.as_bytes();
    &url[..if hash_routing {
        url.len()
    } else {
        end_of(url, 0, b"#")
    }]
}
