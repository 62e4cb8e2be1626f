//! Time on a page, and how far down it was seen.

use sillage_capture::{Fact, Options};

use crate::support::{leave, nothing, open};

/// Captures of engaged time.
fn engagement() -> Options {
    Options {
        engagement: true,
        ..nothing()
    }
}

/// Captures of depths.
fn scroll(percentages: &[u64]) -> Options {
    Options {
        scroll_percentages: percentages.to_vec(),
        ..nothing()
    }
}

#[test]
fn what_is_not_switched_on_leaves_nothing() {
    let mut tab = open(nothing());
    tab.after(5_000).scrolls_to(100).after(5_000);
    tab.hears(Fact::Hidden).hears(Fact::Left);
    assert!(tab.captured().is_empty());
}

#[test]
fn a_page_that_is_left_tells_how_long_it_was_seen_and_how_far_down() {
    let mut tab = open(leave());
    tab.hears(Fact::DepthSeen {
        percent: 20,
        by_scrolling: false,
    });
    tab.after(4_000).scrolls_to(60).after(1_000).scrolls_to(35);
    tab.after(2_000).hears(Fact::Left);
    assert_eq!(tab.captured(), ["PageLeft 7000 60 @5000"]);
}

#[test]
fn time_in_a_hidden_tab_is_no_time_on_the_page() {
    let mut tab = open(leave());
    tab.after(3_000).hears(Fact::Hidden).after(3_600_000);
    tab.hears(Fact::Shown).after(2_000).hears(Fact::Left);
    assert_eq!(tab.captured(), ["PageLeft 5000 0 @3603000"]);
}

#[test]
fn a_tab_that_is_closed_hours_later_was_left_when_it_was_last_used() {
    let mut tab = open(Options {
        leave: true,
        ..engagement()
    });
    tab.after(3_000).hears(Fact::Active).after(2_000);
    tab.hears(Fact::Hidden)
        .after(7_200_000)
        .hears(Fact::Left)
        .hears(Fact::Hidden);
    assert_eq!(
        tab.captured(),
        ["PageEngaged 5000 @3000", "PageLeft 5000 0 @3000"]
    );
}

#[test]
fn another_page_in_the_same_document_ends_the_one_before() {
    let mut tab = open(leave());
    tab.after(2_000).scrolls_to(50).goes_on();
    tab.after(1_000).hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        ["PageLeft 2000 50", "PageLeft 1000 0 @2000"]
    );
}

#[test]
fn a_page_out_of_the_back_forward_cache_is_another_page_view() {
    let mut tab = open(Options {
        leave: true,
        ..scroll(&[50])
    });
    tab.after(1_000).scrolls_to(60).hears(Fact::Left);
    tab.hears(Fact::Hidden).after(60_000);
    tab.goes_on().hears(Fact::Shown);
    tab.after(500).scrolls_to(55).hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        [
            "PageScrolled 50 +",
            "PageLeft 1000 60",
            "PageScrolled 50 +",
            "PageLeft 500 55"
        ]
    );
}

#[test]
fn each_depth_is_told_once_and_a_jump_tells_all_that_it_passes() {
    let mut tab = open(scroll(&[25, 50, 75, 90]));
    tab.hears(Fact::DepthSeen {
        percent: 30,
        by_scrolling: false,
    });
    assert!(tab.captured().is_empty(), "nobody has scrolled");
    tab.scrolls_to(31);
    assert_eq!(tab.captured(), ["PageScrolled 25 +"]);
    tab.scrolls_to(80).scrolls_to(10).scrolls_to(80);
    assert_eq!(tab.captured(), ["PageScrolled 50 +", "PageScrolled 75 +"]);
    tab.goes_on().scrolls_to(25);
    assert_eq!(tab.captured(), ["PageScrolled 25 +"]);
}

#[test]
fn only_time_with_focus_and_activity_is_engaged() {
    let mut tab = open(Options {
        engaged_for_ms: 10_000,
        ..engagement()
    });
    // Read for 4 s, active until then; ten seconds count behind that, not the minute.
    tab.after(4_000).hears(Fact::Active).after(60_000);
    // The visitor returns and stays for 2 s, then works in another window.
    tab.hears(Fact::Active).after(2_000).hears(Fact::Blurred);
    tab.after(60_000).hears(Fact::Hidden);
    assert_eq!(tab.captured(), ["PageEngaged 16000 @64000"]);
    tab.after(1_000).hears(Fact::Shown).after(3_000);
    tab.hears(Fact::Hidden);
    assert_eq!(tab.captured(), ["PageEngaged 3000 @127000"]);
}

#[test]
fn less_than_a_second_waits_for_more() {
    let mut tab = open(engagement());
    tab.after(900).hears(Fact::Hidden);
    assert!(tab.captured().is_empty());
    tab.after(5_000).hears(Fact::Shown).after(600);
    tab.hears(Fact::Left);
    assert_eq!(tab.captured(), ["PageEngaged 1500 @5900"]);
}

#[test]
fn a_tab_that_was_loaded_in_the_background_begins_when_it_is_shown() {
    let mut tab = open(Options {
        leave: true,
        ..engagement()
    });
    tab.hears(Fact::Left).captured();
    tab.hears(Fact::PageBegan {
        is_visible: false,
        has_focus: false,
    });
    tab.after(60_000).hears(Fact::Shown).after(2_000);
    tab.hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        ["PageEngaged 2000 @60000", "PageLeft 2000 0 @60000"]
    );
}
