//! What is too much: for a request, for the outbox, for the collector's memory.

use crate::paper::{Dropped, Fields, Input, Outcome, PageCause};

use crate::support::visit;

const DAY_MS: u64 = 86_400_000;

#[test]
fn what_is_too_large_for_something_on_the_way_goes_in_smaller_batches() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.settle();
    for number in 0..8 {
        tab.track(&format!("n{number}"));
    }
    assert_eq!(
        visit.keys_of('e').len(),
        1,
        "they are written down together"
    );
    let whole = tab.wake().request();
    assert_eq!(whole.names().len(), 8);
    let mut refused = 1;
    let mut part = whole;
    while part.names().len() > 2 {
        refused += 1;
        tab.finish(&part, Outcome::TooLarge);
        assert_eq!(visit.keys_of('e').len(), 8, "and taken apart");
        let smaller = tab.wake().request();
        assert_ne!(smaller.batch, part.batch);
        assert_eq!(smaller.names()[0], "n0", "the oldest first");
        part = smaller;
    }
    assert!(refused < 8, "{refused} requests");
    tab.answer(&part).settle();
    assert_eq!(visit.stored().len(), 9);
    assert_eq!(visit.waiting(), 0);
    assert!(tab.dropped().is_empty());
}

#[test]
fn events_that_are_written_down_together_fill_a_batch_one_by_one() {
    let visit = visit();
    let open = |path| {
        let mut tab = visit.open_with(path, |config| config.max_batch_events = 3, false);
        tab.settle();
        tab
    };
    let (mut first, mut second) = (open("/a"), open("/b"));
    first.track("a").track("b");
    second.track("c").track("d");
    assert_eq!(visit.keys_of('e').len(), 2);
    let request = first.wake().request();
    assert_eq!(request.names(), ["a", "b"], "four are too many");
    assert_eq!(first.tracker.stats().pending, 4);
    first.answer(&request);
    let request = first.wake().request();
    assert_eq!(request.names(), ["c", "d"]);
    first.answer(&request);
    assert_eq!(visit.stored().len(), 6);
    assert_eq!(visit.waiting(), 0);
}

#[test]
fn a_line_of_more_events_than_a_batch_may_have_goes_alone() {
    let visit = visit();
    let mut generous = visit.open("/a");
    generous.settle();
    for name in ["a", "b", "c", "d"] {
        generous.track(name);
    }
    drop(generous);
    visit.after(1);
    // The site has changed its settings between two pages.
    let mut modest = visit.open_with("/b", |config| config.max_batch_events = 3, false);
    let request = modest.wake().request();
    assert_eq!(request.names(), ["a", "b", "c", "d"]);
    modest.answer(&request);
    assert_eq!(modest.wake().request().names(), ["page_viewed"]);
}

#[test]
fn a_line_has_no_more_events_than_a_batch_of_its_page() {
    let visit = visit();
    let mut tab = visit.open_with("/", |config| config.max_batch_events = 3, false);
    tab.settle();
    for name in ["a", "b", "c", "d"] {
        tab.track(name);
    }
    assert_eq!(visit.keys_of('e').len(), 2);
    assert_eq!(tab.wake().request().names(), ["a", "b", "c"]);
}

#[test]
fn an_event_that_is_too_large_by_itself_is_dropped_and_holds_up_no_other() {
    let visit = visit();
    let mut tab = visit.open("/");
    tab.settle();
    let request = tab.track("large").wake().request();
    tab.track("small");
    tab.finish(&request, Outcome::TooLarge);
    assert_eq!(tab.dropped(), [(Dropped::TooLarge, 1)]);
    tab.settle();
    assert_eq!(visit.stored_names(), ["page_viewed", "small"]);
    assert_eq!(visit.waiting(), 0);
    assert_eq!(tab.tracker.stats().pending, 0);
}

#[test]
fn a_question_that_is_too_large_is_asked_again_later() {
    let visit = visit();
    let mut tab = visit.open("/");
    let lost = tab.wake().request();
    tab.fail(&lost);
    let question = tab.wake().request();
    tab.finish(&question, Outcome::TooLarge);
    assert!(tab.dropped().is_empty());
    tab.settle();
    assert_eq!(visit.stored().len(), 1);
}

#[test]
fn a_batch_of_many_large_events_fits_what_a_leaving_page_may_send() {
    let visit = visit();
    let mut tab = visit.open("/");
    let now = visit.now();
    let props = format!("{{\"x\":\"{}\"}}", "y".repeat(8_000));
    for number in 0..40 {
        tab.track_idle(&format!("n{number}"), &props, now);
    }
    tab.wake();
    while let Some(request) = tab.requests().pop() {
        assert!(request.body.len() < 60_000, "{} bytes", request.body.len());
        tab.answer(&request).wake();
    }
    assert_eq!(visit.stored().len(), 41);
}

#[test]
fn more_bytes_than_the_outbox_holds_go_oldest_first_and_are_counted() {
    let visit = visit();
    let mut tab = visit.open("/");
    let now = visit.now();
    let props = format!("{{\"x\":\"{}\"}}", "y".repeat(8_000));
    for number in 0..600 {
        tab.track_idle(&format!("n{number}"), &props, now);
    }
    let request = tab.wake().request();
    let stats = tab.tracker.stats();
    assert_eq!(stats.tracked, 601);
    assert_eq!(stats.tracked, stats.pending + stats.dropped);
    assert!((50..150).contains(&stats.dropped), "{stats:?}");
    assert!(tab.dropped().iter().all(|it| it.0 == Dropped::QueueFull));
    let oldest_kept = format!("n{}", stats.dropped - 1);
    assert_eq!(request.names()[0], oldest_kept, "the page view went first");
}

#[test]
fn more_events_than_the_outbox_holds_go_oldest_first_and_are_counted() {
    let visit = visit();
    let mut tab = visit.open_with("/", |config| config.pageviews = false, false);
    // Events of a page that says little about itself: otherwise their bytes are too many first.
    let words = ["https://a.test/", "", r#""title":"""#, r#""browser":null"#].join("\u{1f}");
    let cause = PageCause::Loaded;
    let facts = Fields(&words);
    tab.hear(Input::PageSeen { facts, cause });
    for number in 0..10_018 {
        // Five are one line, which goes whole.
        visit.after(u64::from(number % 5 == 0));
        tab.track_idle(&format!("n{number}"), "", visit.now());
    }
    assert_eq!(tab.wake().request().names()[0], "n20");
    assert_eq!(tab.dropped(), [(Dropped::QueueFull, 5); 4]);
    let stats = tab.tracker.stats();
    assert_eq!((stats.pending, stats.dropped), (9_998, 20));
}

#[test]
fn what_waits_longer_than_collectors_remember_ids_is_dropped_and_counted() {
    let visit = visit();
    let mut tab = visit.open("/");
    let in_doubt = tab.wake().request();
    tab.track("x").track("y");
    drop(tab);
    assert_eq!(in_doubt.names().len(), 1);
    visit.after(30 * DAY_MS + 1);
    let mut later = visit.open("/b");
    later.settle();
    assert_eq!(visit.stored().len(), 1);
    assert_eq!(
        later.dropped(),
        [(Dropped::Expired, 1), (Dropped::Expired, 2)]
    );
    assert_eq!(visit.waiting(), 0);
}

#[test]
fn an_absence_of_a_month_less_a_day_loses_nothing() {
    let visit = visit();
    visit.open("/").track("x");
    visit.after(29 * DAY_MS);
    visit.open("/b").settle();
    assert_eq!(visit.stored_names(), ["page_viewed", "x", "page_viewed"]);
}

#[test]
fn lines_of_another_version_of_the_tracker_are_left_alone() {
    let visit = visit();
    for line in ["z1\u{1f}of tomorrow", "A\u{1f}", "\u{e9}\u{1f}x"] {
        visit.set_line(line);
    }
    let mut tab = visit.open("/");
    tab.track("x").settle();
    assert_eq!(visit.stored().len(), 2);
    for key in ["z1", "A", "\u{e9}"] {
        assert!(visit.line_of(key).is_some());
    }
}
