//! What is read in numbers: the record, the lines of a turn, what came of a request.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{
    DEFAULTS, NOW, calls, calls_of, fact, happen, hear, open, sending, set_lines, set_record,
    track, turn_over,
};

#[wasm_bindgen_test]
fn the_record_is_read_in_numbers() {
    for (record, remembered) in [
        (
            format!("7 {NOW} {NOW} 3 0 0"),
            "_remember 8 1767225600000 1767225600000 3 0 true",
        ),
        (
            format!("7 {NOW} {NOW} 3 -1 0"),
            "_remember 8 1767225600000 1767225600000 3 -1 true",
        ),
        // A choice of tomorrow is none.
        (
            format!("7 {NOW} {NOW} 3 9 0"),
            "_remember 8 1767225600000 1767225600000 3 -1 true",
        ),
        (
            format!("9007199254740990 {NOW} {NOW} 4294967296 0 0"),
            "_remember 9007199254740991 1767225600000 1767225600000 4294967296 0 true",
        ),
        (
            "- - - - - -".into(),
            "_remember 1 1767225600000 1767225600000 0 -1 true",
        ),
    ] {
        open(DEFAULTS);
        set_record(&record);
        happen(fact::MEMORY_READ, NOW);
        assert_eq!(
            calls_of(&["_act", "_copy", "_keep"]),
            ["_act 9", "_copy 4 1", "_copy 5 2", "_keep true"]
        );
        track(NOW);
        assert_eq!(calls_of(&["_remember"]), [remembered]);
    }

    open(DEFAULTS);
    set_record(&format!("7 {NOW} {NOW} 3 2 0"));
    happen(fact::MEMORY_READ, NOW);
    assert_eq!(
        calls_of(&["_act", "_clear", "_remember"]),
        ["_act 9", "_clear", "_remember 8 0 0 0 2 false"]
    );
}

#[wasm_bindgen_test]
fn lines_are_read_in_kinds_and_numbers() {
    let before = NOW - 60_000.0;
    for (lines, acts, expected) in [
        (
            format!("4 {NOW} 500 1"),
            vec!["_act 2", "_act 5"],
            vec!["_send 11 false 0"],
        ),
        // Waited longer than the collector remembers ids, or nobody knows since when.
        ("4 1000 500 1".into(), vec!["_act 1"], vec!["_drop 5 1"]),
        ("4 - 500 3".into(), vec!["_act 1"], vec!["_drop 5 3"]),
        // A damaged line has no events.
        (format!("4 {NOW} 500 0"), vec![], vec![]),
        // Nobody was asked about it.
        (
            format!("3 {before} 900 2 -1 - 0"),
            vec!["_act 3"],
            vec!["_send 11 false 0"],
        ),
        // The collector knows it, and has rejected one.
        (
            format!("3 {before} 900 2 2 1 0"),
            vec!["_act 0"],
            vec!["_drop 4 1"],
        ),
        // It does not know it.
        (
            format!("3 {before} 900 2 - - 0"),
            vec!["_act 4"],
            vec!["_send 11 false 0"],
        ),
        // Another page has a request under way, or waits.
        (
            format!("2 {} 0 0\n4 {NOW} 500 1", NOW + 9_000.0),
            vec![],
            vec![],
        ),
        (
            format!("2 0 {} 3\n4 {NOW} 500 1", NOW + 9_000.0),
            vec![],
            vec![],
        ),
        (
            format!("2 - - -\n4 {NOW} 500 1"),
            vec!["_act 2", "_act 5"],
            vec!["_send 11 false 0"],
        ),
        // Counters, and what another version has put.
        ("5\n6\n255".into(), vec![], vec![]),
        ("0".into(), vec![], vec![]),
    ] {
        open(DEFAULTS);
        happen(fact::WOKEN, NOW);
        calls();
        turn_over(&lines);
        let called = calls();
        let those = |names: &[&str]| -> Vec<&str> {
            let is_one = |it: &&str| names.iter().any(|name| it.starts_with(name));
            called.iter().map(String::as_str).filter(is_one).collect()
        };
        assert_eq!(those(&["_act "]), acts, "{lines}");
        assert_eq!(those(&["_drop ", "_send "]), expected, "{lines}");
    }
}

#[wasm_bindgen_test]
fn a_batch_whose_answer_did_not_come_leaves_once_more_with_the_page() {
    open(DEFAULTS);
    calls();
    set_lines(&format!("3 {NOW} 900 2 -1 - 0\n3 {NOW} 900 2 -1 - 1"));
    hear(fact::PAGE_LEFT, NOW, [1_800.0, 4.0, 0.0, 0.0]);
    assert_eq!(calls_of(&["_act", "_send"]), ["_act 3", "_send 10 true 0"]);
}

#[wasm_bindgen_test]
fn the_status_and_what_the_answer_says_decide_what_came_of_a_request() {
    const WAITS_A_SECOND: [&str; 4] = [
        "_copy 12 13",
        "_copy 0 12",
        "_state 0 1767225600999 1",
        "_wake 1767225600999",
    ];
    for (status, rejected, retry_after_ms, expected) in [
        (
            200.0,
            0.0,
            0.0,
            vec!["_act 6", "_copy 0 12", "_state 0 0 0"],
        ),
        (
            200.0,
            1.0,
            0.0,
            vec![
                "_act 6",
                "_drop 4 1",
                "_count 2",
                "_copy 0 12",
                "_state 0 0 0",
            ],
        ),
        // Refused whole, by who knows the batch.
        (
            400.0,
            0.0,
            0.0,
            vec![
                "_act 6",
                "_drop 4 2",
                "_count 2",
                "_copy 0 12",
                "_state 0 0 0",
            ],
        ),
        (
            413.0,
            -1.0,
            0.0,
            vec![
                "_act 7",
                "_count 2",
                "_copy 0 12",
                "_state 0 0 0",
                "_wake 1767225600000",
            ],
        ),
        // Somebody else has answered, or nobody.
        (200.0, -1.0, 0.0, WAITS_A_SECOND.to_vec()),
        (200.0, f64::NAN, f64::NAN, WAITS_A_SECOND.to_vec()),
        (400.0, -1.0, 0.0, WAITS_A_SECOND.to_vec()),
        (500.0, 0.0, -7.0, WAITS_A_SECOND.to_vec()),
        (0.0, -1.0, 0.0, WAITS_A_SECOND.to_vec()),
        (
            503.0,
            -1.0,
            30_000.0,
            vec![
                "_copy 12 13",
                "_copy 0 12",
                "_state 0 1767225630000 1",
                "_wake 1767225630000",
            ],
        ),
    ] {
        sending();
        hear(
            fact::SEND_FINISHED,
            NOW,
            [status, rejected, retry_after_ms, 0.0],
        );
        assert_eq!(calls(), expected, "{status} {rejected}");
        happen(fact::SEND_FINISHED, NOW);
        assert_eq!(calls(), Vec::<String>::new(), "none is under way any more");
    }
}

#[wasm_bindgen_test]
fn a_question_that_is_not_answered_is_not_asked_at_once_again() {
    for (has_receipts, wakes) in [
        (0.0, vec!["_wake 1767225600999"]),
        (1.0, vec!["_wake 1767225600000"]),
    ] {
        open(DEFAULTS);
        happen(fact::WOKEN, NOW);
        turn_over(&format!("3 {NOW} 900 2 -1 - 0"));
        calls();
        hear(fact::SEND_FINISHED, NOW, [200.0, 0.0, 0.0, has_receipts]);
        assert_eq!(calls_of(&["_wake"]), wakes);
    }
}
