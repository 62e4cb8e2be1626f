//! Time on a page, and how far down it was seen.

use sillage_capture::{Fact, PageChange};

use crate::support::open;

const ARTICLE: &str = "https://a.test/article";

#[test]
fn what_is_not_switched_on_leaves_nothing() {
    let mut tab = open("", ARTICLE);
    tab.after(5_000).scrolls_to(100).after(5_000);
    tab.hears(Fact::Hidden).hears(Fact::Left);
    assert!(tab.captured().is_empty());
}

#[test]
fn a_page_that_is_left_tells_how_long_it_was_seen_and_how_far_down() {
    let mut tab = open("leave", ARTICLE);
    tab.hears(Fact::DepthSeen {
        percent: 20,
        by_scrolling: false,
    });
    tab.after(4_000).scrolls_to(60).after(1_000).scrolls_to(35);
    tab.after(2_000).hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        [r#"page_left {"scrollDepthPercent":60,"timeOnPageMs":7000} @5000"#]
    );
}

#[test]
fn time_in_a_hidden_tab_is_no_time_on_the_page() {
    let mut tab = open("leave", ARTICLE);
    tab.after(3_000).hears(Fact::Hidden).after(3_600_000);
    tab.hears(Fact::Shown).after(2_000).hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        [r#"page_left {"timeOnPageMs":5000} @3603000"#]
    );
}

#[test]
fn a_tab_that_is_closed_hours_later_was_left_when_it_was_last_used() {
    let mut tab = open("leave engagement", ARTICLE);
    tab.after(3_000).hears(Fact::Active).after(2_000);
    tab.hears(Fact::Hidden)
        .after(7_200_000)
        .hears(Fact::Left)
        .hears(Fact::Hidden);
    assert_eq!(
        tab.captured(),
        [
            r#"page_engaged {"engagedMs":5000} @3000"#,
            r#"page_left {"timeOnPageMs":5000} @3000"#
        ]
    );
}

#[test]
fn another_page_in_the_same_document_ends_the_one_before() {
    let mut tab = open("leave", ARTICLE);
    tab.after(2_000)
        .scrolls_to(50)
        .routes_to("https://a.test/next");
    tab.after(1_000).hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        [
            r#"page_left {"scrollDepthPercent":50,"timeOnPageMs":2000}"#,
            r#"page_left {"timeOnPageMs":1000} @2000"#
        ]
    );
}

#[test]
fn routers_that_set_the_same_address_again_leave_no_page() {
    let mut tab = open("leave", ARTICLE);
    tab.after(1_000)
        .routes_to(ARTICLE)
        .routes_to("https://a.test/article#part-2");
    assert!(tab.captured().is_empty());
    tab.goes_to(ARTICLE, PageChange::Called);
    assert_eq!(tab.captured().len(), 1);
}

#[test]
fn a_page_out_of_the_back_forward_cache_is_another_page_view() {
    let mut tab = open("leave scroll=50", ARTICLE);
    tab.after(1_000).scrolls_to(60).hears(Fact::Left);
    tab.hears(Fact::Hidden).after(60_000);
    tab.goes_to(ARTICLE, PageChange::Loaded).hears(Fact::Shown);
    tab.after(500).scrolls_to(55).hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        [
            r#"page_scrolled {"percent":50} +"#,
            r#"page_left {"scrollDepthPercent":60,"timeOnPageMs":1000}"#,
            r#"page_scrolled {"percent":50} +"#,
            r#"page_left {"scrollDepthPercent":55,"timeOnPageMs":500}"#
        ]
    );
}

#[test]
fn each_depth_is_told_once_and_a_jump_tells_all_that_it_passes() {
    let mut tab = open("scroll", ARTICLE);
    tab.hears(Fact::DepthSeen {
        percent: 30,
        by_scrolling: false,
    });
    assert!(tab.captured().is_empty(), "nobody has scrolled");
    tab.scrolls_to(31);
    assert_eq!(tab.captured(), [r#"page_scrolled {"percent":25} +"#]);
    tab.scrolls_to(80).scrolls_to(10).scrolls_to(80);
    assert_eq!(
        tab.captured(),
        [
            r#"page_scrolled {"percent":50} +"#,
            r#"page_scrolled {"percent":75} +"#
        ]
    );
    tab.routes_to("https://a.test/next").scrolls_to(25);
    assert_eq!(tab.captured(), [r#"page_scrolled {"percent":25} +"#]);
}

#[test]
fn only_time_with_focus_and_activity_is_engaged() {
    let mut tab = open("engagement=10", ARTICLE);
    // Read for 4 s, active until then; ten seconds count behind that, not the minute.
    tab.after(4_000).hears(Fact::Active).after(60_000);
    // The visitor returns and stays for 2 s, then works in another window.
    tab.hears(Fact::Active).after(2_000).hears(Fact::Blurred);
    tab.after(60_000).hears(Fact::Hidden);
    assert_eq!(
        tab.captured(),
        [r#"page_engaged {"engagedMs":16000} @64000"#]
    );
    tab.after(1_000).hears(Fact::Shown).after(3_000);
    tab.hears(Fact::Hidden);
    assert_eq!(
        tab.captured(),
        [r#"page_engaged {"engagedMs":3000} @127000"#]
    );
}

#[test]
fn less_than_a_second_waits_for_more() {
    let mut tab = open("engagement", ARTICLE);
    tab.after(900).hears(Fact::Hidden);
    assert!(tab.captured().is_empty());
    tab.after(5_000).hears(Fact::Shown).after(600);
    tab.hears(Fact::Left);
    assert_eq!(tab.captured(), [r#"page_engaged {"engagedMs":1500} @5900"#]);
}

#[test]
fn a_tab_that_was_loaded_in_the_background_begins_when_it_is_shown() {
    let mut tab = open("leave engagement", ARTICLE);
    tab.hears(Fact::Left).captured();
    tab.hears(Fact::PageChanged {
        url: ARTICLE,
        change: PageChange::Loaded,
        is_visible: false,
        has_focus: false,
    });
    tab.after(60_000).hears(Fact::Shown).after(2_000);
    tab.hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        [
            r#"page_engaged {"engagedMs":2000} @60000"#,
            r#"page_left {"timeOnPageMs":2000} @60000"#
        ]
    );
}
