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
    let whole = tab.wake().request();
    assert_eq!(whole.names().len(), 8);
    let mut refused = 1;
    let mut part = whole;
    while part.names().len() > 2 {
        refused += 1;
        tab.finish(&part, Outcome::TooLarge);
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
    for number in 0..10_020 {
        // A clock that stands still tells no more than 4,096 events apart.
        visit.after(number % 2);
        tab.track_idle(&format!("n{number}"), "", visit.now());
    }
    assert_eq!(tab.wake().request().names()[0], "n20");
    assert_eq!(tab.dropped().iter().map(|it| it.1).sum::<u32>(), 20);
    assert!(tab.dropped().iter().all(|it| it.0 == Dropped::QueueFull));
}

#[test]
fn what_waits_longer_than_collectors_remember_ids_is_dropped_and_counted() {
    let visit = visit();
    let mut tab = visit.open("/");
    let in_doubt = tab.wake().request();
    tab.track("x");
    drop(tab);
    assert_eq!(in_doubt.names().len(), 1);
    visit.after(30 * DAY_MS + 1);
    let mut later = visit.open("/b");
    later.settle();
    assert_eq!(visit.stored().len(), 1);
    assert_eq!(
        later.dropped(),
        [(Dropped::Expired, 1), (Dropped::Expired, 1)]
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
