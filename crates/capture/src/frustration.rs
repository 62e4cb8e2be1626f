//! Clicks that help nobody, in three ways: again and again on one spot, without any effect, and with an error.

use crate::{Captured, Event, Shell};

/// How many clicks on one spot are rage.
const RAGE_CLICKS: u32 = 3;

/// Longest time between two of them, in milliseconds.
const RAGE_GAP_MS: u64 = 1_000;

/// How far apart two clicks on one spot may be, in CSS pixels, in each direction.
const RAGE_DISTANCE: u32 = 30;

/// How long a page may take to react, in milliseconds; the adapter asks after the same time
/// (`js/captures/frustration.ts`).
const DEAD_AFTER_MS: u64 = 3_000;

/// How soon after a click an error is its doing, in milliseconds.
const ERROR_WITHIN_MS: u64 = 1_000;

/// A click, wherever it was.
#[derive(Clone, Copy, Debug)]
pub struct Click {
    /// Where it was in the window, in CSS pixels.
    pub at: (u32, u32),
    /// Whether the tracker has recorded it as a click.
    pub is_recorded: bool,
    /// Whether the element should do something in this document when it is clicked.
    pub should_react: bool,
    /// Whether the element is made for being clicked again and again, or the clicks select text.
    pub is_repeatable: bool,
}

/// The last clicks of one page view. What is said of a click is said of the last one.
#[derive(Debug, Default)]
pub(crate) struct Frustration {
    last_at: (u32, u32),
    last_ms: u64,
    /// Clicks of the present series.
    clicks: u32,
    /// Whether the page has still to react to the last click.
    is_unanswered: bool,
    /// Whether the last click may still lead to an error.
    is_fresh: bool,
    /// Whether the tracker has recorded it.
    is_recorded: bool,
}

impl Frustration {
    /// Notes a click, and records it where it makes the series one of rage.
    pub(crate) fn clicked(
        &mut self,
        now_ms: u64,
        click: Click,
        looks_for_rage: bool,
        shell: &mut dyn Shell,
    ) {
        let near = |a: u32, b: u32| a.abs_diff(b) <= RAGE_DISTANCE;
        let continues = self.clicks > 0
            && now_ms.saturating_sub(self.last_ms) <= RAGE_GAP_MS
            && near(self.last_at.0, click.at.0)
            && near(self.last_at.1, click.at.1);
        *self = Self {
            last_at: click.at,
            last_ms: now_ms,
            clicks: match (click.is_repeatable, continues) {
                (true, _) => 0,
                (_, true) => self.clicks + 1,
                _ => 1,
            },
            is_unanswered: click.should_react,
            is_fresh: true,
            is_recorded: click.is_recorded,
        };
        // Once a series.
        if looks_for_rage && self.clicks == RAGE_CLICKS {
            self.record(Event::RageClicked, now_ms, shell);
        }
    }

    /// The page did not catch an error: that is recorded where a click led to it, once for each click.
    pub(crate) fn failed(&mut self, now_ms: u64, shell: &mut dyn Shell) {
        if core::mem::take(&mut self.is_fresh)
            && now_ms.saturating_sub(self.last_ms) <= ERROR_WITHIN_MS
        {
            self.record(Event::ErrorClicked, now_ms, shell);
        }
    }

    /// Something happened on the page: whether or not it was the click's doing, somebody saw it.
    pub(crate) fn reacted(&mut self) {
        self.is_unanswered = false;
    }

    /// The time in which the page should have reacted is over.
    pub(crate) fn waited(&mut self, now_ms: u64, shell: &mut dyn Shell) {
        if self.is_unanswered && now_ms.saturating_sub(self.last_ms) >= DEAD_AFTER_MS {
            self.is_unanswered = false;
            self.record(Event::DeadClicked, now_ms, shell);
        }
    }

    fn record(&self, event: Event, now_ms: u64, shell: &mut dyn Shell) {
        shell.record(Captured {
            ago_ms: now_ms.saturating_sub(self.last_ms),
            follows_click: self.is_recorded,
            ..Captured::activity(event, [0; 5])
        });
    }
}
