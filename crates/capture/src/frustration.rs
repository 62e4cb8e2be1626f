//! Clicks that tell of trouble: again and again on one spot, without any effect, and with an error.

use sillage_protocol::limits::MAX_TEXT_CHARS;
use sillage_text::text::{cut, owned};

use crate::members::Members;
use crate::{Captured, Shell, Thrown};

/// How many clicks on one spot are rage.
const RAGE_CLICKS: u64 = 3;

/// Longest time between two of them, in milliseconds.
const RAGE_GAP_MS: u64 = 1_000;

/// How far apart two clicks on one spot may be, in CSS pixels, in each direction.
const RAGE_DISTANCE: u64 = 30;

/// How long a page may take to react, in milliseconds; the adapter asks after the same time
/// (`js/captures/frustration.ts`).
const DEAD_AFTER_MS: u64 = 3_000;

/// How soon after a click an error is its doing, in milliseconds.
const ERROR_WITHIN_MS: u64 = 1_000;

/// A click, wherever it was.
#[derive(Clone, Copy, Debug)]
pub struct Click<'a> {
    /// The element's name or selector.
    pub element: &'a str,
    /// Where it was in the window, in CSS pixels.
    pub at: (u64, u64),
    /// Whether the tracker has recorded it as a click.
    pub is_recorded: bool,
    /// Whether the element should do something in this document when it is clicked.
    pub should_react: bool,
    /// Whether the element is made for being clicked again and again, or the clicks select text.
    pub is_repeatable: bool,
}

/// The last clicks of one page view.
#[derive(Debug, Default)]
pub(crate) struct Frustration {
    last_at: (u64, u64),
    last_ms: u64,
    /// Clicks of the present series.
    clicks: u64,
    /// The click that the page has still to react to, and when it was.
    unanswered: Option<(String, u64)>,
    /// The click that has not led to an error yet, when it was, and whether the tracker has recorded it.
    last: Option<(String, u64, bool)>,
}

impl Frustration {
    /// Notes a click, and records it where it makes the series one of rage.
    pub(crate) fn clicked(
        &mut self,
        now_ms: u64,
        click: Click<'_>,
        looks_for: (bool, bool),
        shell: &mut dyn Shell,
    ) {
        let (rage, dead) = looks_for;
        let near = |a: u64, b: u64| a.abs_diff(b) <= RAGE_DISTANCE;
        let continues = self.clicks > 0
            && now_ms.saturating_sub(self.last_ms) <= RAGE_GAP_MS
            && near(self.last_at.0, click.at.0)
            && near(self.last_at.1, click.at.1);
        self.clicks = match (click.is_repeatable, continues) {
            (true, _) => 0,
            (_, true) => self.clicks + 1,
            _ => 1,
        };
        (self.last_at, self.last_ms) = (click.at, now_ms);
        let element = cut(click.element, MAX_TEXT_CHARS);
        self.unanswered = (dead && click.should_react).then(|| (owned(element), now_ms));
        self.last = Some((owned(element), now_ms, click.is_recorded));
        // Once a series.
        if rage && self.clicks == RAGE_CLICKS {
            record("rage_clicked", element, 0, click.is_recorded, shell);
        }
    }

    /// The page did not catch an error: that is recorded where a click led to it, once for each click.
    pub(crate) fn failed(&mut self, now_ms: u64, thrown: Thrown<'_>, shell: &mut dyn Shell) {
        let Some((element, at, is_recorded)) = self.last.take() else {
            return;
        };
        if now_ms.saturating_sub(at) > ERROR_WITHIN_MS {
            return;
        }
        let mut props = Members::default();
        props.text("element", &element);
        thrown.describe(&mut props);
        record_with("error_clicked", props, now_ms - at, is_recorded, shell);
    }

    /// Something happened on the page: whether or not it was the click's doing, somebody saw it.
    pub(crate) fn reacted(&mut self) {
        self.unanswered = None;
    }

    /// The time in which the page should have reacted is over.
    pub(crate) fn waited(&mut self, now_ms: u64, shell: &mut dyn Shell) {
        if let Some((element, at)) = self.unanswered.take() {
            let ago_ms = now_ms.saturating_sub(at);
            if ago_ms >= DEAD_AFTER_MS {
                record("dead_clicked", &element, ago_ms, true, shell);
            } else {
                self.unanswered = Some((element, at));
            }
        }
    }
}

fn record(name: &str, element: &str, ago_ms: u64, follows_click: bool, shell: &mut dyn Shell) {
    let mut props = Members::default();
    props.text("element", element);
    record_with(name, props, ago_ms, follows_click, shell);
}

fn record_with(
    name: &str,
    props: Members,
    ago_ms: u64,
    follows_click: bool,
    shell: &mut dyn Shell,
) {
    shell.record(Captured {
        name,
        props: &props.finish(),
        ago_ms,
        is_activity: true,
        follows_click,
    });
}
