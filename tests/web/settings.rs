//! What a tracker is opened with.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{
    DEFAULTS, NOW, Settings, calls, calls_of, fact, happen, hear, open, track, turn_over,
};

#[wasm_bindgen_test]
fn opening_names_the_page_load_in_words_of_32_bits() {
    open(DEFAULTS);
    assert_eq!(
        calls(),
        ["_name 6 4294967295 4294922239 3221225471 4294967295"]
    );
}

#[wasm_bindgen_test]
fn settings_are_taken_and_brought_into_their_ranges() {
    let last_wake = |settings| {
        open(settings);
        happen(fact::WOKEN, NOW);
        turn_over("5");
        track(NOW);
        calls_of(&["_wake"]).pop()
    };
    for (flush_interval_ms, wake) in [
        (2_000.0, "_wake 1767225602000"),
        (2_000.9, "_wake 1767225602000"),
        (1e9, "_wake 1767225660000"),
        (0.0, "_wake 1767225600000"),
        (-5.0, "_wake 1767225600000"),
        (f64::NAN, "_wake 1767225600000"),
    ] {
        let settings = Settings {
            flush_interval_ms,
            ..DEFAULTS
        };
        assert_eq!(
            last_wake(settings).as_deref(),
            Some(wake),
            "{flush_interval_ms}"
        );
    }

    for (max_batch_events, chosen) in [(0.0, 1), (f64::NAN, 1), (2.0, 2), (1e9, 1_000)] {
        open(Settings {
            max_batch_events,
            ..DEFAULTS
        });
        turn_over(&vec![format!("4 {NOW} 9 1"); 1_001].join("\n"));
        let acts = calls_of(&["_act"]);
        assert_eq!(acts.iter().filter(|it| *it == "_act 2").count(), chosen);
    }

    for (idle_timeout_ms, longest) in [
        (0.0, 60_000.0),
        (f64::NAN, 60_000.0),
        (120_000.0, 120_000.0),
        (1e12, 36_000_000.0),
    ] {
        open(Settings {
            idle_timeout_ms,
            ..DEFAULTS
        });
        let sessions_after = |at| {
            hear(fact::TRACKED, at, [NOW, 1.0, 0.0, 0.0]);
            calls_of(&["_name"])
                .iter()
                .filter(|it| it.starts_with("_name 2 "))
                .count()
        };
        assert_eq!(sessions_after(NOW), 1);
        assert_eq!(sessions_after(NOW + longest), 0, "{idle_timeout_ms}");
        assert_eq!(sessions_after(NOW + longest + 1.0), 1, "{idle_timeout_ms}");
    }
}

#[wasm_bindgen_test]
fn what_a_site_switches_off_is_off() {
    open(Settings {
        pageviews: false,
        ..DEFAULTS
    });
    happen(fact::PAGE_LOADED, NOW);
    happen(fact::ADDRESS_CHANGED, NOW);
    assert_eq!(calls_of(&["_event"]), Vec::<String>::new());
    happen(fact::PAGE_CALLED, NOW);
    happen(fact::CLICKED, NOW);
    assert_eq!(calls_of(&["_event"]).len(), 2);

    open(Settings {
        clicks: false,
        ..DEFAULTS
    });
    happen(fact::CLICKED, NOW);
    assert_eq!(calls_of(&["_event"]), Vec::<String>::new());
    happen(fact::PAGE_LOADED, NOW);
    assert_eq!(calls_of(&["_event"]).len(), 1);
}

#[wasm_bindgen_test]
fn consent_and_anonymity_hold_from_the_start() {
    let opened = |consent, anonymous| {
        open(Settings {
            consent,
            anonymous,
            ..DEFAULTS
        });
        track(NOW);
        calls_of(&["_event", "_remember", "_wake", "_drop"])
    };
    let event = "_event 8 1767225600000 0";
    let wake = "_wake 1767225600000";
    let remember = "_remember 1 1767225600000 1767225600000 0 -1 true";
    assert_eq!(opened(0.0, false), [remember, event, wake]);
    // What is no consent is the default.
    assert_eq!(opened(f64::NAN, false), [remember, event, wake]);
    assert_eq!(opened(0.0, true), [event, wake]);
    assert_eq!(opened(1.0, false), [event]);
    assert_eq!(opened(2.0, false), ["_drop 3 1"]);
}
