//! Clicks that help nobody, and errors that nobody catches.

use sillage_capture::{Click, Fact, Thrown};

use crate::support::{Tab, open};

const PAGE: &str = "https://a.test/";

const BUTTON: Click<'static> = Click {
    element: "#buy",
    at: (100, 100),
    is_recorded: true,
    should_react: true,
    is_repeatable: false,
};

const ERROR: Thrown<'static> = Thrown {
    kind: "TypeError",
    message: "x is undefined",
    source: "https://a.test/app.js?token=abc",
    line: 10,
    column: 5,
    stack: "TypeError: x is undefined\n    at f (https://a.test/app.js?token=abc:10:5)",
    is_rejection: false,
};

impl Tab {
    fn clicks(&mut self, x: u64, y: u64) -> &mut Self {
        self.hears(Fact::Clicked(Click {
            at: (x, y),
            ..BUTTON
        }))
    }
}

#[test]
fn three_clicks_on_one_spot_in_a_row_are_rage_once() {
    let mut tab = open("rage", PAGE);
    tab.clicks(100, 100).after(400).clicks(110, 95);
    assert!(tab.captured().is_empty());
    for _ in 0..4 {
        tab.after(300).clicks(105, 100);
    }
    assert_eq!(tab.captured(), [r##"rage_clicked {"element":"#buy"} + ^"##]);
}

#[test]
fn clicks_that_are_slow_or_far_apart_or_meant_so_are_no_rage() {
    let mut tab = open("rage", PAGE);
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
    let mut tab = open("dead", PAGE);
    tab.after(1_000).clicks(100, 100).after(1_000);
    tab.hears(Fact::Waited);
    assert!(tab.captured().is_empty(), "it is too early to tell");
    tab.after(2_000).hears(Fact::Waited).hears(Fact::Waited);
    assert_eq!(
        tab.captured(),
        [r##"dead_clicked {"element":"#buy"} @1000 + ^"##]
    );
}

#[test]
fn a_page_that_reacts_is_hidden_or_goes_has_no_dead_clicks() {
    let mut tab = open("dead", PAGE);
    for fact in [Fact::Reacted, Fact::Hidden] {
        tab.clicks(100, 100).hears(fact).after(3_000);
        tab.hears(Fact::Waited);
    }
    tab.clicks(100, 100).routes_to("https://a.test/next");
    tab.after(3_000).hears(Fact::Waited);
    tab.hears(Fact::Clicked(Click {
        should_react: false,
        ..BUTTON
    }));
    tab.after(3_000).hears(Fact::Waited);
    assert!(tab.captured().is_empty());
}

#[test]
fn an_error_is_told_once_without_secrets() {
    let mut tab = open("errors", PAGE);
    for _ in 0..100 {
        tab.hears(Fact::ErrorThrown(ERROR));
    }
    assert_eq!(
        tab.captured(),
        [concat!(
            r#"error_occurred {"column":5,"isRejection":false,"kind":"TypeError","line":10,"#,
            r#""message":"x is undefined","source":"https://a.test/app.js?token=REDACTED","#,
            r#""stack":"TypeError: x is undefined\n    at f (https://a.test/app.js?token=REDACTED)"}"#
        )]
    );
    tab.hears(Fact::ErrorThrown(Thrown {
        message: "no such user: jo@b.test",
        source: "",
        stack: "",
        is_rejection: true,
        ..ERROR
    }));
    assert_eq!(
        tab.captured(),
        [
            r#"error_occurred {"isRejection":true,"kind":"TypeError","message":"no such user: REDACTED"}"#
        ]
    );
}

#[test]
fn a_page_that_throws_all_the_time_tells_ten_errors() {
    let mut tab = open("errors", PAGE);
    for line in 0..50 {
        tab.hears(Fact::ErrorThrown(Thrown { line, ..ERROR }));
    }
    assert_eq!(tab.captured().len(), 10);
    tab.routes_to("https://a.test/next");
    tab.hears(Fact::ErrorThrown(ERROR));
    assert_eq!(tab.captured().len(), 1, "the next page view has its own");
}

#[test]
fn long_errors_are_cut_and_those_of_others_left_out() {
    let mut tab = open("errors", PAGE);
    let (message, stack) = ("m".repeat(5_000), "frame\n".repeat(5_000));
    tab.hears(Fact::ErrorThrown(Thrown {
        message: &message,
        stack: &stack,
        ..ERROR
    }));
    assert!(tab.captured().concat().len() < 3_200);
    tab.hears(Fact::ErrorThrown(Thrown {
        source: "chrome-extension://abc/x.js",
        ..ERROR
    }));
    tab.hears(Fact::ErrorThrown(Thrown {
        message: "Script error.",
        source: "",
        stack: "",
        ..ERROR
    }));
    assert!(tab.captured().is_empty());
}

#[test]
fn trouble_is_left_alone_where_it_is_not_named() {
    let mut tab = open("leave", PAGE);
    tab.clicks(1, 1).clicks(1, 1).clicks(1, 1);
    tab.after(3_000).hears(Fact::Waited);
    tab.hears(Fact::ErrorThrown(ERROR));
    assert!(tab.captured().is_empty());
}

#[test]
fn a_click_that_leads_to_an_error_is_told_once_and_dated_when_it_was_made() {
    let mut tab = open("errorClicks", PAGE);
    tab.hears(Fact::ErrorThrown(ERROR));
    assert!(tab.captured().is_empty(), "nobody has clicked");
    tab.after(500).clicks(10, 10).after(300);
    tab.hears(Fact::ErrorThrown(ERROR))
        .hears(Fact::ErrorThrown(ERROR));
    let told = tab.captured();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("error_clicked {"), "{told:?}");
    assert!(told[0].contains(r#""kind":"TypeError""#), "{told:?}");
    assert!(told[0].ends_with(" @500 + ^"), "{told:?}");
    tab.clicks(10, 10)
        .after(1_001)
        .hears(Fact::ErrorThrown(ERROR));
    assert!(tab.captured().is_empty(), "long after the click");
}
