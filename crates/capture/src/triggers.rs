//! What a site declares: on this, record that.

use sillage_protocol::limits::MAX_TEXT_CHARS;
use sillage_text::text::{cut, owned};
use sillage_text::{Fields, json};

use crate::members::Members;
use crate::{Captured, Shell};

/// Most triggers of a document: those of marks with properties of their own are one each.
const MAX_TRIGGERS: usize = 500;

/// Share of an element that has to be in view where the site does not say, in per cent.
const SHARE: u64 = 50;

/// For how long it has to be there where the site does not say, in milliseconds.
const DWELL_MS: u64 = 1_000;

/// Longest times, in milliseconds. Nothing is told of a visitor who has done nothing for longer: that would begin a
/// session, half an hour behind the last one.
const MAX_DWELL_MS: u64 = 600_000;
const IDLE_MS: core::ops::RangeInclusive<u64> = 5_000..=1_200_000;
const TIME_MS: core::ops::RangeInclusive<u64> = 1_000..=3_600_000;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// An element in view.
    View,
    /// A click, or a form that is sent.
    Deed,
    /// A depth of the page.
    Scroll,
    /// Time without activity.
    Idle,
    /// Time in view.
    Time,
}

/// What is recorded, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trigger {
    pub(crate) on: On,
    pub(crate) percent: u64,
    pub(crate) ms: u64,
    /// Whether an element is told again when it comes into view again.
    pub(crate) repeats: bool,
    event: String,
    /// Members of a JSON object, without its braces.
    props: String,
}

/// The triggers of one document.
#[derive(Debug, Default)]
pub(crate) struct Triggers(pub(crate) Vec<Trigger>);

impl Trigger {
    /// Of time without activity, as the capture `idle` has it.
    pub(crate) fn idle(seconds: u64) -> Self {
        let seconds = seconds.clamp(*IDLE_MS.start() / 1_000, *IDLE_MS.end() / 1_000);
        let mut props = owned("\"idleSeconds\":");
        json::push_decimal(&mut props, seconds);
        Self {
            on: On::Idle,
            percent: 0,
            ms: seconds * 1_000,
            repeats: false,
            event: owned("visitor_idled"),
            props,
        }
    }

    /// Records its event; `element` is the name of what it happened to, empty where that is the page.
    pub(crate) fn record(
        &self,
        element: &str,
        is_activity: bool,
        follows_click: bool,
        shell: &mut dyn Shell,
    ) {
        let mut props = Members::default();
        if !element.is_empty() {
            props.text("element", cut(element, MAX_TEXT_CHARS));
        }
        props.written(&self.props);
        shell.record(Captured {
            name: &self.event,
            props: &props.finish(),
            ago_ms: 0,
            is_activity,
            follows_click,
        });
    }
}

impl Triggers {
    /// Takes a trigger in six words: what it waits for, per cent, milliseconds, whether it repeats, the event's name, and
    /// its properties as members of a JSON object. Gives its number.
    ///
    /// # Errors
    ///
    /// What is wrong with it, for people; nothing where there are too many.
    pub(crate) fn add(&mut self, mut words: Fields<'_>) -> Result<usize, &'static str> {
        let on = match words.take() {
            "view" => On::View,
            "click" | "submit" => On::Deed,
            "scroll" => On::Scroll,
            "idle" => On::Idle,
            "time" => On::Time,
            _ => return Err("on must be view, click, submit, scroll, idle or time"),
        };
        let (percent, ms) = (words.take(), words.take());
        let percent = match json::read_decimal(percent) {
            _ if percent.is_empty() && on != On::Scroll => SHARE,
            Some(percent @ 1..=100) => percent,
            _ => return Err("percentage must be a whole number from 1 to 100"),
        };
        let ms = match (on, json::read_decimal(ms)) {
            (On::View, _) if ms.is_empty() => DWELL_MS,
            (On::View, Some(ms)) if ms <= MAX_DWELL_MS => ms,
            (On::View, _) => return Err("seconds must be a number from 0 to 600"),
            (On::Idle, Some(ms)) if IDLE_MS.contains(&ms) => ms,
            (On::Idle, _) => return Err("seconds must be a number from 5 to 1200"),
            (On::Time, Some(ms)) if TIME_MS.contains(&ms) => ms,
            (On::Time, _) => return Err("seconds must be a number from 1 to 3600"),
            _ => 0,
        };
        let repeats = !words.take().is_empty();
        let (mut event, props) = (words.take(), words.take());
        if event.is_empty() {
            if on != On::View {
                return Err("event must be the name of an event");
            }
            event = "element_viewed";
        }
        if self.0.len() >= MAX_TRIGGERS {
            return Err("");
        }
        self.0.push(Trigger {
            on,
            percent,
            ms,
            repeats,
            event: owned(event),
            props: owned(props),
        });
        Ok(self.0.len() - 1)
    }
}
