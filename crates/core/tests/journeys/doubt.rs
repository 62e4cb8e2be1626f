//! Batches whose answer was not seen: asked for, and sent again only if nobody stored them.

use crate::paper::{Dropped, Outcome};

use crate::support::visit;

#[test]
fn an_unconfirmed_batch_is_asked_for_before_it_is_sent_again() {
    let visit = visit();
    let mut tab = visit.open("/");
    let first = tab.wake().request();
    tab.fail(&first);
    let question = tab.wake().request();
    assert!(question.names().is_empty());
    assert_eq!(question.read().receipts, [first.batch]);
}

#[test]
fn a_batch_that_was_stored_is_forgotten() {
    let visit = visit();
    let mut tab = visit.open("/");
    let first = tab.wake().request();
    tab.store(&first);
    tab.fail(&first);
    let question = tab.wake().request();
    tab.answer(&question).wake();
    assert!(tab.requests().is_empty());
    assert_eq!(visit.waiting(), 0);
    assert_eq!(visit.stored().len(), 1);
    let stats = tab.tracker.stats();
    assert_eq!((stats.sent, stats.pending), (1, 0));
}

#[test]
fn a_batch_that_the_collector_does_not_know_is_sent_again_unchanged_but_for_its_time() {
    let visit = visit();
    let mut tab = visit.open("/");
    let first = tab.track("x").wake().request();
    tab.fail(&first);
    visit.after(1);
    let question = tab.track("later").wake().request();
    assert_eq!(question.names(), ["later"], "a question costs no request");
    tab.answer(&question);
    assert!(
        tab.wake().requests().is_empty(),
        "it may still be under way"
    );
    let question = tab.wake().request();
    tab.answer(&question);
    let again = tab.wake().request();
    assert_eq!(first.batch, again.batch);
    assert_ne!(first.body, again.body);
    assert_eq!(first.body[35..], again.body[35..], "only sentAt is new");
    tab.answer(&again);
    assert_eq!(visit.stored_names(), ["page_viewed", "x", "later"]);
    assert_eq!(visit.waiting(), 0);
}

#[test]
fn a_receipt_for_another_number_of_events_is_no_receipt() {
    let visit = visit();
    let mut tab = visit.open("/");
    let first = tab.track("x").wake().request();
    tab.fail(&first);
    let question = tab.wake().request();
    let receipts = format!("{}\u{1f}1\u{1f}0\u{1f}", first.batch);
    let outcome = Outcome::Acknowledged { rejected: 0 };
    tab.finish_with(&question, outcome, &receipts);
    let question = tab.wake().wake().request();
    tab.finish_with(&question, outcome, &receipts);
    assert_eq!(tab.wake().request().batch, first.batch);
}

#[test]
fn what_a_receipt_says_was_rejected_is_counted() {
    let visit = visit();
    let mut tab = visit.open("/");
    let first = tab.track("x").wake().request();
    tab.fail(&first);
    let question = tab.wake().request();
    let receipts = format!("{}\u{1f}2\u{1f}1\u{1f}", first.batch);
    let outcome = Outcome::Acknowledged { rejected: 0 };
    tab.finish_with(&question, outcome, &receipts).wake();
    assert_eq!(tab.dropped(), [(Dropped::Rejected, 1)]);
    assert_eq!(tab.tracker.stats().sent, 1);
    assert_eq!(visit.waiting(), 0);
}

#[test]
fn a_receipt_nobody_gave_leaves_the_batch_in_doubt() {
    let visit = visit();
    let mut tab = visit.open("/");
    let first = tab.wake().request();
    tab.fail(&first);
    let question = tab.wake().request();
    tab.finish(&question, Outcome::Acknowledged { rejected: 0 });
    let again = tab.wake().request();
    assert!(again.names().is_empty());
    assert_eq!(again.read().receipts, [first.batch]);
}

#[test]
fn a_collector_that_gives_no_receipts_is_asked_less_and_less_often() {
    let visit = visit();
    let mut tab = visit.open("/");
    let first = tab.wake().request();
    tab.fail(&first);
    let start = visit.now();
    for _ in 0..10 {
        let question = tab.wake().request();
        tab.finish(&question, Outcome::Acknowledged { rejected: 0 });
    }
    let waited_ms = visit.now() - start;
    assert!(
        waited_ms > 60_000,
        "ten questions took {waited_ms} ms without an answer"
    );
    // Nor does it hold up what is new.
    let batch = tab.track("x").wake().request();
    assert_eq!(batch.names(), ["x"]);
}

#[test]
fn a_page_asks_under_one_id_however_often() {
    let visit = visit();
    let mut tab = visit.open("/");
    let first = tab.wake().request();
    tab.fail(&first);
    let question = tab.wake().request();
    tab.fail(&question);
    let again = tab.wake().request();
    assert_eq!(question.batch, again.batch);
    assert_ne!(question.batch, first.batch);
    assert_eq!(visit.waiting(), 1, "a question is not kept");
}

#[test]
fn at_most_32_batches_are_asked_for_at_a_time_and_all_in_the_end() {
    let visit = visit();
    for _ in 0..40 {
        let mut tab = visit.open("/");
        let beacon = tab.leave().request();
        tab.store(&beacon);
    }
    assert_eq!(visit.waiting(), 40);
    let mut tab = visit.open("/");
    let request = tab.wake().request();
    assert_eq!(request.read().receipts.len(), 32);
    tab.answer(&request).settle();
    assert_eq!(visit.waiting(), 0);
    assert_eq!(visit.stored().len(), 41);
}
