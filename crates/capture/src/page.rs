//! The page in view.

use crate::engagement::Engagement;
use crate::errors::Errors;
use crate::forms::Forms;
use crate::frustration::Frustration;
use crate::media::Recordings;
use crate::scroll::Depth;

/// One page view.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) forms: Forms,
    pub(crate) frustration: Frustration,
    pub(crate) errors: Errors,
    pub(crate) recordings: Recordings,
    pub(crate) time: Engagement,
    pub(crate) depth: Depth,
    /// What was told of the page as a whole: numbers of triggers, and when the visitor had last done something.
    pub(crate) told: Vec<(usize, u64)>,
}

impl Page {
    /// A page that comes into view.
    pub(crate) fn begin(now_ms: u64, is_visible: bool, has_focus: bool) -> Self {
        Self {
            time: Engagement::begin(now_ms, is_visible, has_focus),
            ..Self::default()
        }
    }
}
