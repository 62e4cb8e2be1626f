//! Clicks that help nobody, and errors that nobody catches.

use sillage_capture::{Click, Fact, Options};

use crate::support::{leave, nothing, open};

const BUTTON: Click = Click {
    at: (100, 100),
    is_recorded: true,
    should_react: true,
    is_repeatable: false,
};

fn rage() -> Options {
    Options {
        rage: true,
        ..nothing()
    }
}

fn errors() -> Options {
    Options {
        errors: true,
        ..nothing()
    }
}

#[test]
fn three_clicks_on_one_spot_in_a_row_are_rage_once() {
    let mut tab = open(rage());
    tab.clicks(100, 100).after(400).clicks(110, 95);
    assert!(tab.captured().is_empty());
    for _ in 0..4 {
        tab.after(300).clicks(105, 100);
    }
    assert_eq!(tab.captured(), ["RageClicked + ^"]);
}

#[test]
fn clicks_that_are_slow_or_far_apart_or_meant_so_are_no_rage() {
    let mut tab = open(rage());
    for _ in 0..5 {
        tab.after(1_100).clicks(100, 100);
    }
    for x in [0, 50, 100, 150] {
        tab.after(100).clicks(x, 100);
    }
    tab.after(2_000);
    for _ in 0..5 {
        tab.after(100).hears(Fact::Clicked(Click {
            is_repeatable: true,
            ..BUTTON
        }));
    }
    assert!(tab.captured().is_empty());
}

#[test]
fn a_click_without_any_effect_is_dead_and_dated_when_it_was_made() {
    let mut tab = open(nothing());
    tab.after(1_000).clicks(100, 100).after(1_000);
    tab.hears(Fact::Waited);
    assert!(tab.captured().is_empty(), "it is too early to tell");
    tab.after(2_000).hears(Fact::Waited).hears(Fact::Waited);
    assert_eq!(tab.captured(), ["DeadClicked @1000 + ^"]);
}

#[test]
fn a_page_that_reacts_is_hidden_or_goes_has_no_dead_clicks() {
    let mut tab = open(nothing());
    for fact in [Fact::Reacted, Fact::Hidden] {
        tab.clicks(100, 100).hears(fact).after(3_000);
        tab.hears(Fact::Waited);
    }
    tab.clicks(100, 100).goes_on();
    tab.after(3_000).hears(Fact::Waited);
    tab.hears(Fact::Clicked(Click {
        should_react: false,
        ..BUTTON
    }));
    tab.after(3_000).hears(Fact::Waited);
    assert!(tab.captured().is_empty());
}

#[test]
fn an_error_is_told_once_and_a_page_that_throws_all_the_time_tells_ten() {
    let mut tab = open(errors());
    for _ in 0..100 {
        tab.hears(Fact::ErrorThrown { error: 1 });
    }
    assert_eq!(tab.captured(), ["ErrorOccurred"]);
    for error in 2..50 {
        tab.hears(Fact::ErrorThrown { error });
    }
    assert_eq!(tab.captured().len(), 9);
    tab.goes_on();
    tab.hears(Fact::ErrorThrown { error: 1 });
    assert_eq!(tab.captured().len(), 1, "the next page view has its own");
}

#[test]
fn trouble_is_left_alone_where_it_is_not_switched_on() {
    let mut tab = open(nothing());
    for _ in 0..3 {
        tab.hears(Fact::Clicked(Click {
            should_react: false,
            ..BUTTON
        }));
    }
    tab.after(3_000).hears(Fact::Waited);
    tab.hears(Fact::ErrorThrown { error: 1 });
    assert!(tab.captured().is_empty());
}

#[test]
fn a_click_that_leads_to_an_error_is_told_once_and_dated_when_it_was_made() {
    let error = Fact::ErrorThrown { error: 1 };
    let mut tab = open(Options {
        error_clicks: true,
        ..leave()
    });
    tab.hears(error);
    assert!(tab.captured().is_empty(), "nobody has clicked");
    tab.after(500).clicks(10, 10).after(300);
    tab.hears(error).hears(error);
    assert_eq!(tab.captured(), ["ErrorClicked @500 + ^"]);
    tab.clicks(10, 10).after(1_001).hears(error);
    assert!(tab.captured().is_empty(), "long after the click");
}
