//! A page and its visitor.

use std::fmt::Write as _;

use sillage_capture::{Captured, Captures, Fact, Options, PageChange, Shell};

/// What was captured, one text each: name and properties, then ` @` and when it happened where that was
/// not at once, ` +` where it was the visitor's activity, and ` ^` where it followed from a click.
#[derive(Default)]
struct Recorded {
    now_ms: u64,
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
    /// So much time passes.
    pub(crate) fn after(&mut self, ms: u64) -> &mut Self {
        self.recorded.now_ms += ms;
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

    /// What was captured since this was last asked.
    pub(crate) fn captured(&mut self) -> Vec<String> {
        std::mem::take(&mut self.recorded.events)
    }
}
