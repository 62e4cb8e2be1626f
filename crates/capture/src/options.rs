//! What a site switches on, with its defaults, units and ranges.

use sillage_text::json;
use sillage_text::text::{owned, put, take_until};

use crate::links::EXTENSIONS;
use crate::search::PARAMETERS;

/// Most percentages that a site may ask for.
const MAX_PERCENTAGES: usize = 20;

const SCROLL_RULE: &str = "scroll must be at most 20 whole numbers from 1 to 100; ";
const ENGAGEMENT_RULE: &str = "engagement must be a whole number of seconds; ";
const IDLE_RULE: &str = "idle must be a whole number of seconds; ";
const MEDIA_RULE: &str = "media must be at most 20 whole numbers from 1 to 100; ";

/// What is captured of links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Whether links out of the site are captured, as `outbound_link_clicked`.
    pub outbound: bool,
    /// Hosts that belong to the site besides the page's own, with everything below them. Default: none.
    pub own_hosts: Vec<String>,
    /// Endings of files whose links are captured, as `file_downloaded`, and with them those that the page marks
    /// as downloads. Nothing is where there are none.
    ///
    /// Default where `downloads` is named alone: a list of common ones.
    pub extensions: Vec<String>,
    /// Whether links to a mail program or a telephone are captured, as `contact_link_clicked`.
    pub contacts: bool,
}

/// What is captured. Nothing, unless it is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each capture is switched on by itself"
)]
pub struct Options {
    /// Whether the end of each page view is recorded, as `page_left`.
    pub leave: bool,
    /// Whether engaged time is recorded, as `page_engaged`.
    pub engagement: bool,
    /// Longest time without activity that still counts as engaged, in milliseconds.
    ///
    /// Default: 30,000. Range: 5,000 to 600,000; other values are brought to the nearer end.
    pub engaged_for_ms: u64,
    /// Depths at which scrolling is recorded, as `page_scrolled`, in per cent of the page's height;
    /// rising, without doubles.
    ///
    /// Default where `scroll` is named alone: 25, 50, 75, 90. Range: 1 to 100 each; at most 20.
    pub scroll_percentages: Vec<u64>,
    /// Whether forms are captured: `form_started`, `form_submitted`, `form_abandoned`.
    pub forms: bool,
    /// Parameters of addresses that hold what the visitor looked for; the first that a page has is recorded,
    /// as `search_performed`. Nothing is where there are none.
    ///
    /// Default where `search` is named alone: q, query, search, s, keyword.
    pub search_parameters: Vec<String>,
    /// What is captured of links.
    pub links: Links,
    /// Whether clicks again and again on one spot are captured, as `rage_clicked`.
    pub rage: bool,
    /// Whether clicks without effect are captured, as `dead_clicked`.
    pub dead: bool,
    /// Whether clicks that lead to an error are captured, as `error_clicked`.
    pub error_clicks: bool,
    /// Whether errors that the page does not catch are captured, as `error_occurred`.
    pub errors: bool,
    /// Whether audio and video are captured, and at which parts of them progress is recorded, in per cent
    /// of their duration; rising, without doubles.
    ///
    /// Default where `media` is named alone: 25, 50, 75, 90. Range: 1 to 100 each; at most 20.
    pub media: Option<Vec<u64>>,
    /// For how long a visitor does nothing before that is recorded, as `visitor_idled`, in seconds; never where there
    /// is nothing.
    ///
    /// Default where `idle` is named alone: 60. Range: 5 to 1,200; other values are brought to the nearer end.
    pub idle_seconds: Option<u64>,
    /// Whether a change of the fragment alone is another page, as in the tracker's own options.
    pub hash_routing: bool,
}

impl Options {
    /// Reads names parted by white space, each with values of its own behind `=` and parted by commas:
    /// `leave scroll=25,50 engagement=60`. Gives besides what is wrong with the text, and leaves that
    /// out: a site that misspells one capture has the others all the same.
    pub fn read(text: &str, hash_routing: bool) -> (Self, String) {
        let mut options = Self {
            engaged_for_ms: 30_000,
            hash_routing,
            ..Self::default()
        };
        let mut wrong = String::new();
        for capture in text.split_ascii_whitespace() {
            let mut values = capture;
            let name = take_until(&mut values, b'=');
            match name {
                "leave" => options.leave = true,
                "engagement" => {
                    options.engagement = true;
                    let most = seconds(values, 30, ENGAGEMENT_RULE, &mut wrong);
                    options.engaged_for_ms = most.clamp(5, 600) * 1_000;
                }
                "idle" => options.idle_seconds = Some(seconds(values, 60, IDLE_RULE, &mut wrong)),
                // Heard outside.
                "triggers" | "vitals" => {}
                "rage" => options.rage = true,
                "dead" => options.dead = true,
                "errors" => options.errors = true,
                "errorClicks" => options.error_clicks = true,
                "forms" => options.forms = true,
                "links" => {
                    options.links.outbound = true;
                    options.links.own_hosts = list(values, "");
                }
                "downloads" => options.links.extensions = list(values, EXTENSIONS),
                "contacts" => options.links.contacts = true,
                "search" => options.search_parameters = list(values, PARAMETERS),
                "scroll" => {
                    options.scroll_percentages = percentages(values, SCROLL_RULE, &mut wrong);
                }
                "media" => options.media = Some(percentages(values, MEDIA_RULE, &mut wrong)),
                _ => {
                    put(&mut wrong, name);
                    put(&mut wrong, " is not a capture; ");
                }
            }
        }
        (options, wrong)
    }
}

/// The seconds of `value`; the usual ones where it is empty.
fn seconds(value: &str, usual: u64, rule: &str, wrong: &mut String) -> u64 {
    match json::read_decimal(value) {
        _ if value.is_empty() => usual,
        Some(seconds) => seconds,
        None => {
            put(wrong, rule);
            usual
        }
    }
}

/// The percentages of `values`, in their order; the usual ones where it is empty.
fn percentages(mut values: &str, rule: &str, wrong: &mut String) -> Vec<u64> {
    let mut percentages = Vec::new();
    if values.is_empty() {
        values = "25,50,75,90";
    }
    while !values.is_empty() {
        match json::read_decimal(take_until(&mut values, b',')) {
            Some(percent @ 1..=100) if percentages.len() < MAX_PERCENTAGES => {
                insert(&mut percentages, percent);
            }
            _ => put(wrong, rule),
        }
    }
    percentages
}

/// The members of a list parted by commas; of `default` where it is empty.
fn list(values: &str, default: &str) -> Vec<String> {
    let mut values = if values.is_empty() { default } else { values };
    let mut members = Vec::new();
    while !values.is_empty() {
        members.push(owned(take_until(&mut values, b',')));
    }
    members
}

/// Keeps `sorted` in its order; the standard library's sort would weigh more than all of this.
fn insert(sorted: &mut Vec<u64>, mut value: u64) {
    for other in sorted.iter_mut() {
        if *other == value {
            return;
        }
        if *other > value {
            core::mem::swap(other, &mut value);
        }
    }
    sorted.push(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_captured_unless_it_is_named() {
        let (options, wrong) = Options::read("", false);
        assert!(!options.leave && !options.engagement);
        assert!(options.scroll_percentages.is_empty());
        assert_eq!(wrong, "");
    }

    #[test]
    fn names_alone_have_the_defaults() {
        let (options, wrong) = Options::read(" leave scroll\tengagement ", true);
        assert!(options.leave && options.engagement && options.hash_routing);
        assert_eq!(options.engaged_for_ms, 30_000);
        assert_eq!(options.scroll_percentages, [25, 50, 75, 90]);
        assert!(options.search_parameters.is_empty());
        assert_eq!(wrong, "");
    }

    #[test]
    fn values_follow_an_equals_sign() {
        let (options, wrong) = Options::read("scroll=100,10,50,10 engagement=1 search=w,t", false);
        assert_eq!(options.scroll_percentages, [10, 50, 100]);
        assert_eq!(options.engaged_for_ms, 5_000);
        assert_eq!(options.search_parameters, ["w", "t"]);
        assert_eq!(wrong, "");
    }

    #[test]
    fn what_is_wrong_is_named_and_the_rest_holds() {
        let (options, wrong) = Options::read("leave scrol scroll=half,50 engagement=soon", false);
        assert!(options.leave && options.engagement);
        assert_eq!(options.scroll_percentages, [50]);
        assert_eq!(
            wrong,
            "scrol is not a capture; scroll must be at most 20 whole numbers from 1 to 100; \
             engagement must be a whole number of seconds; "
        );
    }
}
