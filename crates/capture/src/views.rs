//! Elements in view: how much of each is there, and since when. A hidden tab stops the clock; it goes on where it was when
//! the tab is shown, and begins anew when the element has been out of view.

use crate::Shell;
use crate::triggers::{Trigger, record};

/// Most elements of one page view that are followed at a time.
const MAX_VIEWS: usize = 1_000;

/// An element of which so much is in view as its trigger asks for, or was.
#[derive(Debug)]
struct View {
    trigger: usize,
    element: u32,
    /// Whether enough of it is in view.
    is_in: bool,
    /// Since when the clock runs; nothing while the tab is hidden, and once it was told.
    since: Option<u64>,
    /// What the clock showed when it was stopped.
    seen_ms: u64,
    /// Whether it was told, in this page view or, where it repeats, since it came into view.
    is_told: bool,
}

/// The elements that are in view, and those that were in this page view.
#[derive(Debug, Default)]
pub(crate) struct Views(Vec<View>);

impl Views {
    /// So much of an element is in view, in per cent.
    pub(crate) fn seen(
        &mut self,
        now_ms: u64,
        is_shown: bool,
        (number, trigger): (usize, &Trigger),
        element: u32,
        percent: u64,
    ) {
        let is_in = percent >= trigger.percent;
        let known = self
            .0
            .iter_mut()
            .find(|it| it.trigger == number && it.element == element);
        if let Some(view) = known {
            if view.is_in == is_in {
                return;
            }
            view.is_in = is_in;
            view.is_told &= !trigger.repeats;
            view.seen_ms = 0;
            view.since = (is_in && is_shown && !view.is_told).then_some(now_ms);
        } else if is_in && self.0.len() < MAX_VIEWS {
            self.0.push(View {
                trigger: number,
                element,
                is_in,
                since: is_shown.then_some(now_ms),
                seen_ms: 0,
                is_told: false,
            });
        }
    }

    /// Nobody sees the tab any more.
    pub(crate) fn hidden(&mut self, now_ms: u64) {
        for view in &mut self.0 {
            if let Some(since) = view.since.take() {
                view.seen_ms += now_ms.saturating_sub(since);
            }
        }
    }

    /// The tab is visible again.
    pub(crate) fn shown(&mut self, now_ms: u64) {
        for view in &mut self.0 {
            if view.is_in && !view.is_told {
                view.since.get_or_insert(now_ms);
            }
        }
    }

    /// The document stays and shows another page: what is still in view is in view of that, from now on.
    pub(crate) fn begin_again(&mut self, now_ms: u64, is_shown: bool) {
        self.0.retain(|it| it.is_in);
        for view in &mut self.0 {
            (view.is_told, view.seen_ms) = (false, 0);
            view.since = is_shown.then_some(now_ms);
        }
    }

    /// Records what has been in view for long enough. Gives when the next will have been.
    pub(crate) fn settle(
        &mut self,
        now_ms: u64,
        triggers: &[Trigger],
        shell: &mut dyn Shell,
    ) -> u64 {
        let mut next = u64::MAX;
        for view in &mut self.0 {
            let (Some(since), Some(trigger)) = (view.since, triggers.get(view.trigger)) else {
                continue;
            };
            let due = since + trigger.ms.saturating_sub(view.seen_ms);
            if due <= now_ms {
                (view.since, view.is_told) = (None, true);
                record(view.trigger, view.element, false, shell);
            } else {
                next = next.min(due);
            }
        }
        next
    }
}
