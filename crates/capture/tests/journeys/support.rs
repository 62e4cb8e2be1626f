//! A page and its visitor.

use std::fmt::Write as _;

use sillage_capture::{Captured, Captures, Fact, Options, PageChange, Shell};
use sillage_text::Fields;

/// What was captured, one text each: name and properties, then ` @` and when it happened where that was
/// not at once, ` +` where it was the visitor's activity, and ` ^` where it followed from a click.
#[derive(Default)]
struct Recorded {
    now_ms: u64,
    wakes_at: Option<u64>,
    events: Vec<String>,
}

impl Shell for Recorded {
    fn record(&mut self, event: Captured<'_>) {
        // What is no JSON shows as null.
        let json: serde_json::Value =
            serde_json::from_str(&format!("{{\"attributes\":{}}}", event.props))
                .unwrap_or_default();
        let mut text = format!("{} {}", event.name, json["attributes"]);
        for (key, value) in json.as_object().into_iter().flatten() {
            if key != "attributes" {
                let _ = write!(text, " {key}={value}");
            }
        }
        if event.ago_ms > 0 {
            let _ = write!(text, " @{}", self.now_ms - event.ago_ms);
        }
        text += if event.is_activity { " +" } else { "" };
        text += if event.follows_click { " ^" } else { "" };
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

/// A tab of a site that has switched these captures on, visible and with the focus.
pub(crate) fn open(captures: &str, url: &str) -> Tab {
    let (options, wrong) = Options::read(captures, false);
    assert_eq!(wrong, "");
    let mut tab = Tab {
        captures: Captures::new(options),
        recorded: Recorded::default(),
    };
    tab.goes_to(url, PageChange::Loaded);
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

    pub(crate) fn hears(&mut self, fact: Fact<'_>) -> &mut Self {
        self.captures
            .handle(self.recorded.now_ms, fact, &mut self.recorded);
        self
    }

    pub(crate) fn goes_to(&mut self, url: &str, change: PageChange) -> &mut Self {
        self.hears(Fact::PageChanged {
            url,
            change,
            is_visible: true,
            has_focus: true,
        })
    }

    /// The application shows another address.
    pub(crate) fn routes_to(&mut self, url: &str) -> &mut Self {
        self.goes_to(url, PageChange::AddressChanged)
    }

    pub(crate) fn scrolls_to(&mut self, percent: u64) -> &mut Self {
        self.hears(Fact::Active).hears(Fact::DepthSeen {
            percent,
            by_scrolling: true,
        })
    }

    /// A trigger of six words parted by spaces (`-` is an empty one), with its number.
    pub(crate) fn waits_for(&mut self, words: &str) -> Result<usize, &'static str> {
        let words = words.replace('-', "").replace(' ', "\x1f");
        self.captures.add_trigger(Fields(&words))
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
