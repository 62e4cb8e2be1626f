//! Facts, and the imperatives that they lead to.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{
    DEFAULTS, NOW, calls, calls_of, fact, happen, hear, open, sending, set_lines, set_put, stats,
    track, turn_over,
};

#[wasm_bindgen_test]
fn a_page_view_leads_to_its_imperatives_in_their_order() {
    open(DEFAULTS);
    calls();
    happen(fact::MEMORY_READ, NOW);
    happen(fact::PAGE_LOADED, NOW);
    assert_eq!(
        calls(),
        [
            "_keep true",
            "_wake 1767225600000",
            // The page view, who visits, the session.
            "_name 8 26965722 2818600961 3221225471 4294967295",
            "_name 1 4294967295 4294922239 3221225471 4294967295",
            "_name 2 26965722 2818600960 3221225471 4294967295",
            "_remember 1 1767225600000 1767225600000 0 -1 true",
            "_copy 8 7",
            "_event 8 1767225600000 0",
            "_count 1",
        ]
    );
    happen(fact::WOKEN, NOW);
    assert_eq!(calls(), ["_turn"]);
    turn_over(&format!("5\n4 {NOW} 500 1"));
    assert_eq!(
        calls(),
        [
            "_count 1",
            "_act 2",
            "_name 11 26965722 2818600960 3221225471 4294967295",
            "_act 5",
            "_state 1767225610000 0 0",
            "_copy 11 12",
            "_send 11 false 0",
        ]
    );
}

#[wasm_bindgen_test]
fn each_fact_is_heard_as_what_it_is() {
    for (fact, numbers, names, expected) in [
        (
            fact::PAGE_LOADED,
            [0.0; 4],
            "_event",
            "_event 8 1767225600000 0",
        ),
        (
            fact::ADDRESS_CHANGED,
            [0.0; 4],
            "_event",
            "_event 8 1767225600000 0",
        ),
        (
            fact::PAGE_CALLED,
            [0.0; 4],
            "_event",
            "_event 8 1767225600000 0",
        ),
        (fact::CLICKED, [0.0; 4], "_copy", "_copy 7 9"),
        (
            fact::TRACKED,
            [NOW, 1.0, 0.0, 0.0],
            "_event",
            "_event 8 1767225600000 0",
        ),
        (
            fact::TRACKED,
            [NOW, 1.0, 1.0, 0.0],
            "_event",
            "_event 9 1767225600000 0",
        ),
        (fact::TRACKED, [NOW, 0.0, 0.0, 0.0], "_drop", "_drop 2 1"),
        (
            fact::FLUSH_REQUESTED,
            [0.0; 4],
            "_wake",
            "_wake 1767225600000",
        ),
        (
            fact::CONSENT_CHANGED,
            [2.0, 0.0, 0.0, 0.0],
            "_remember",
            "_remember 2 0 0 0 2 false",
        ),
        (fact::LOST, [5.0, 0.0, 0.0, 0.0], "_drop", "_drop 0 5"),
        (fact::IDENTIFIED, [0.0; 4], "_act", "_act 8"),
        (fact::WOKEN, [0.0; 4], "_turn", "_turn"),
    ] {
        open(DEFAULTS);
        hear(fact, NOW, numbers);
        let found = calls_of(&[names]);
        assert_eq!(found.last().map(String::as_str), Some(expected), "{fact}");
    }
}

#[wasm_bindgen_test]
fn a_hidden_page_takes_its_turn_and_one_that_is_left_sends_what_it_has() {
    open(DEFAULTS);
    track(NOW);
    calls();
    happen(fact::PAGE_HIDDEN, NOW);
    assert_eq!(calls(), ["_turn"]);

    open(DEFAULTS);
    track(NOW);
    calls();
    set_lines(&format!("4 {NOW} 500 1"));
    hear(fact::PAGE_LEFT, NOW, [500.0, 1.0, 0.0, 0.0]);
    assert_eq!(
        calls_of(&["_act", "_send"]),
        ["_act 2", "_act 5", "_send 11 true 0"]
    );
    // It came back: nobody has heard of the beacon.
    happen(fact::RESUMED, NOW);
    assert_eq!(calls(), ["_wake 1767225600000"]);
}

#[wasm_bindgen_test]
fn what_the_site_said_of_the_visitor_comes_in_two_flags() {
    for (ends_session, is_somebody_new) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
        open(DEFAULTS);
        track(NOW);
        calls();
        hear(
            fact::IDENTIFIED,
            NOW,
            [ends_session, is_somebody_new, 0.0, 0.0],
        );
        let forgotten = calls_of(&["_copy"]);
        assert_eq!(
            forgotten.contains(&"_copy 0 1".into()),
            is_somebody_new > 0.0
        );
        assert_eq!(forgotten.contains(&"_copy 0 2".into()), ends_session > 0.0);
    }
}

#[wasm_bindgen_test]
fn times_arrive_whole_and_leave_whole() {
    for (at, written) in [
        (NOW + 0.75, "1767225600000"),
        (4_294_967_296.5, "4294967296"),
        (9_007_199_254_740_991.0, "9007199254740991"),
        (0.0, "0"),
        (-1.0, "0"),
        (f64::NEG_INFINITY, "0"),
        (f64::NAN, "0"),
        // Later than any clock: nothing is lost for it.
        (f64::INFINITY, "18446744073709552000"),
        (1e300, "18446744073709552000"),
    ] {
        open(DEFAULTS);
        track(at);
        assert_eq!(
            calls_of(&["_event"]),
            [format!("_event 8 {written} 0")],
            "{at}"
        );
    }
}

#[wasm_bindgen_test]
fn a_clock_that_was_set_begins_an_epoch() {
    open(DEFAULTS);
    track(NOW);
    happen(fact::CLOCK_CHANGED, NOW);
    calls();
    track(NOW - 86_400_000.0);
    assert_eq!(calls_of(&["_event"]), ["_event 8 1767139200000 1"]);
}

#[wasm_bindgen_test]
fn what_came_of_putting_an_event_is_counted() {
    for (answer, dropped) in [(1, "_drop 1 1"), (2, "_drop 6 1"), (255, "_drop 6 1")] {
        open(DEFAULTS);
        set_put(answer);
        track(NOW);
        assert_eq!(calls_of(&["_drop"]), [dropped]);
        assert_eq!(stats(), [1, 0, 0]);
    }
}

#[wasm_bindgen_test]
fn an_unknown_consent_changes_nothing() {
    open(DEFAULTS);
    track(NOW);
    calls();
    for consent in [-1.0, 3.0, f64::NAN, f64::INFINITY] {
        hear(fact::CONSENT_CHANGED, NOW, [consent, 0.0, 0.0, 0.0]);
        assert_eq!(calls(), Vec::<String>::new(), "{consent}");
    }
    hear(fact::CONSENT_CHANGED, NOW, [2.0, 0.0, 0.0, 0.0]);
    track(NOW);
    assert_eq!(
        calls_of(&["_clear", "_drop"]),
        ["_clear", "_drop 3 1", "_drop 3 1"]
    );
}

#[wasm_bindgen_test]
fn counts_are_told_one_by_one() {
    sending();
    hear(fact::TRACKED, NOW, [NOW, 0.0, 0.0, 0.0]);
    assert_eq!(stats(), [3, 0, 2]);
    hear(fact::SEND_FINISHED, NOW, [200.0, 1.0, 0.0, 0.0]);
    assert_eq!(stats(), [3, 1, 0]);
    hear(fact::LOST, NOW, [4_294_967_296.0, 0.0, 0.0, 0.0]);
    assert_eq!(stats(), [u32::MAX, 1, 0], "they do not begin anew");
    open(DEFAULTS);
    assert_eq!(stats(), [0; 3], "another tracker does");
}

#[wasm_bindgen_test]
fn facts_of_another_version_do_no_harm() {
    open(DEFAULTS);
    for fact in [fact::CALLED, 18, 99, u32::MAX] {
        hear(fact, f64::NAN, [f64::NAN, f64::INFINITY, -1.0, 0.5]);
    }
    assert_eq!(stats(), [0; 3]);
    calls();
    track(NOW);
    assert_eq!(calls_of(&["_event"]).len(), 1);
}
