//! How long somebody was really there. No timer runs: what has passed is added up at the next fact.

/// Time on one page, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Engagement {
    /// Time with focus and activity, since it was last taken.
    engaged_ms: u64,
    /// Time in view.
    visible_ms: u64,
    /// Up to when engaged time is counted; nothing while nobody is there.
    engaged_at: Option<u64>,
    /// Up to when time in view is counted; nothing while the tab is hidden.
    visible_at: Option<u64>,
    /// When the visitor last did something.
    active_at: u64,
}

impl Engagement {
    /// Time on a page that begins now.
    pub(crate) fn begin(now_ms: u64, is_visible: bool, has_focus: bool) -> Self {
        Self {
            engaged_at: (is_visible && has_focus).then_some(now_ms),
            visible_at: is_visible.then_some(now_ms),
            active_at: now_ms,
            ..Self::default()
        }
    }

    /// Adds up what has passed. Of a time without activity no more than `most_ms` was engaged.
    pub(crate) fn count(&mut self, now_ms: u64, most_ms: u64) {
        if let Some(at) = &mut self.engaged_at {
            let idle_before_ms = at.saturating_sub(self.active_at);
            let most_ms = most_ms.saturating_sub(idle_before_ms);
            self.engaged_ms += now_ms.saturating_sub(*at).min(most_ms);
            *at = now_ms;
        }
        if let Some(at) = &mut self.visible_at {
            self.visible_ms += now_ms.saturating_sub(*at);
            *at = now_ms;
        }
    }

    /// The visitor did something.
    pub(crate) fn active(&mut self, now_ms: u64, most_ms: u64) {
        self.count(now_ms, most_ms);
        self.active_at = now_ms;
        self.engaged_at = Some(now_ms);
        self.visible_at = Some(now_ms);
    }

    /// The window has lost the focus.
    pub(crate) fn blurred(&mut self, now_ms: u64, most_ms: u64) {
        self.count(now_ms, most_ms);
        self.engaged_at = None;
    }

    /// Nobody sees the tab any more.
    pub(crate) fn hidden(&mut self, now_ms: u64, most_ms: u64) {
        self.blurred(now_ms, most_ms);
        self.visible_at = None;
    }

    /// Takes the engaged time, where that is `least_ms` or more.
    pub(crate) fn take_engaged(&mut self, least_ms: u64) -> Option<u64> {
        (self.engaged_ms >= least_ms).then(|| core::mem::take(&mut self.engaged_ms))
    }

    /// Whether the tab is visible.
    pub(crate) fn is_visible(&self) -> bool {
        self.visible_at.is_some()
    }

    /// Time in view.
    pub(crate) fn visible_ms(&self) -> u64 {
        self.visible_ms
    }

    /// When the visitor last did something.
    pub(crate) fn active_at(&self) -> u64 {
        self.active_at
    }
}
