//! A page and its visitor.

use std::fmt::Write as _;

use sillage_capture::{
    Captured, Captures, Click, Event, Fact, Media, On, Options, Playing, Shell, Trigger,
};

/// What was captured, one text each: event and numbers, then ` @` and when it happened where that was not at once, ` +`
/// where it was the visitor's activity, and ` ^` where it followed from a click.
#[derive(Default)]
struct Recorded {
    now_ms: u64,
    wakes_at: Option<u64>,
    events: Vec<String>,
}

/// How many numbers an event has.
fn length(event: Event) -> usize {
    match event {
        Event::RageClicked | Event::DeadClicked | Event::ErrorClicked | Event::ErrorOccurred => 0,
        Event::PageEngaged | Event::PageScrolled => 1,
        Event::PageLeft | Event::FormStarted | Event::Triggered => 2,
        Event::FormSubmitted => 3,
        Event::FormAbandoned | Event::MediaPlayed | Event::MediaPaused | Event::MediaEnded => 4,
        Event::MediaSeeked | Event::MediaProgressed => 5,
    }
}

impl Shell for Recorded {
    fn record(&mut self, it: Captured) {
        let mut text = format!("{:?}", it.event);
        for number in &it.numbers[..length(it.event)] {
            let _ = write!(text, " {number}");
        }
        if it.ago_ms > 0 {
            let _ = write!(text, " @{}", self.now_ms - it.ago_ms);
        }
        text += if it.is_activity { " +" } else { "" };
        text += if it.follows_click { " ^" } else { "" };
        self.events.push(text);
    }

    fn wake_in(&mut self, ms: Option<u64>) {
        self.wakes_at = ms.map(|ms| self.now_ms + ms);
    }
}

/// One tab, from its first page on.
pub(crate) struct Tab {
    captures: Captures,
    recorded: Recorded,
}

/// What a site switches on that records the end of pages.
pub(crate) fn leave() -> Options {
    Options {
        leave: true,
        ..nothing()
    }
}

/// Nothing; engaged time, where it is switched on besides, lasts half a minute.
pub(crate) fn nothing() -> Options {
    Options {
        engaged_for_ms: 30_000,
        ..Options::default()
    }
}

/// A tab of a site that has switched these captures on, visible and with the focus.
pub(crate) fn open(options: Options) -> Tab {
    let mut tab = Tab {
        captures: Captures::new(options),
        recorded: Recorded::default(),
    };
    tab.goes_on();
    tab
}

impl Tab {
    /// So much time passes; who asked to be woken is.
    pub(crate) fn after(&mut self, ms: u64) -> &mut Self {
        let end = self.recorded.now_ms + ms;
        while let Some(at) = self.recorded.wakes_at.filter(|at| *at <= end) {
            self.recorded.wakes_at = None;
            self.recorded.now_ms = at;
            self.hears(Fact::Woken);
        }
        self.recorded.now_ms = end;
        self
    }

    pub(crate) fn hears(&mut self, fact: Fact) -> &mut Self {
        self.captures
            .handle(self.recorded.now_ms, fact, &mut self.recorded);
        self
    }

    /// Another page comes into view.
    pub(crate) fn goes_on(&mut self) -> &mut Self {
        self.hears(Fact::PageBegan {
            is_visible: true,
            has_focus: true,
        })
    }

    pub(crate) fn scrolls_to(&mut self, percent: u64) -> &mut Self {
        self.hears(Fact::Active).hears(Fact::DepthSeen {
            percent,
            by_scrolling: true,
        })
    }

    /// A click on a button that should do something.
    pub(crate) fn clicks(&mut self, x: u32, y: u32) -> &mut Self {
        self.hears(Fact::Clicked(Click {
            at: (x, y),
            is_recorded: true,
            should_react: true,
            is_repeatable: false,
        }))
    }

    /// Something becomes of a film of ten seconds.
    pub(crate) fn plays(&mut self, playing: Playing, position_ms: u64) -> &mut Self {
        let media = Media {
            number: 7,
            position_ms,
            duration_ms: 10_000,
        };
        self.hears(Fact::MediaPlayed { playing, media })
    }

    /// The site waits for something. Gives the number of the trigger.
    pub(crate) fn waits_for(&mut self, on: On, percent: u64, ms: u64, repeats: bool) -> usize {
        self.captures.add_trigger(Trigger {
            on,
            percent,
            ms,
            repeats,
        })
    }

    /// So much of an element is in view.
    pub(crate) fn sees(&mut self, trigger: usize, element: u32, percent: u64) -> &mut Self {
        self.hears(Fact::ElementSeen {
            trigger,
            element,
            percent,
        })
    }

    /// Whether a timer runs.
    pub(crate) fn is_waiting(&self) -> bool {
        self.recorded.wakes_at.is_some()
    }

    /// What was captured since this was last asked.
    pub(crate) fn captured(&mut self) -> Vec<String> {
        std::mem::take(&mut self.recorded.events)
    }
}
