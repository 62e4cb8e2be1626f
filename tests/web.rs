//! The adapters in a real browser: the timer, the clock, the border to JavaScript.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, Date, Promise, Reflect};
use sillage::Host;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = r#"
export function recordingHost() {
  const host = {
    calls: [],
    random: () => Math.random() * 4294967296,
    remember: (text) => host.calls.push(["remember", text]),
    put: (line) => {
      host.calls.push(["put", line]);
      host.lines.set(line.split("\x1f", 1)[0], line);
      return true;
    },
    forget: (key) => {
      host.calls.push(["forget", key]);
      host.lines.delete(key);
    },
    clear: () => host.calls.push(["clear"]),
    keep: (may) => host.calls.push(["keep", may]),
    turn: () => {
      host.calls.push(["turn"]);
      host.asked?.([...host.lines.values()].sort().map((line) => `${line}\n`).join(""));
    },
    lines: new Map(),
    send: (...request) => host.calls.push(["send", ...request]),
    dropped: (...them) => host.calls.push(["dropped", ...them]),
  };
  host.turned = new Promise((resolve) => { host.asked = resolve; });
  return host;
}
export const nextTimer = () => new Promise((resolve) => setTimeout(resolve));
"#)]
extern "C" {
    #[wasm_bindgen(js_name = recordingHost)]
    fn recording_host() -> Host;
    #[wasm_bindgen(js_name = nextTimer)]
    fn next_timer() -> Promise;
}

const LOADED: u32 = 0;
const TRACKED: u32 = 4;
const CONSENT_CHANGED: u32 = 11;
const TURN_CAME: u32 = 13;
const FACTS: &str =
    "\u{1f}https://a.test/x?token=abc\u{1f}\u{1f}\"title\":\"T\"\u{1f}\"browser\":{},\"device\":{}";

fn get(host: &JsValue, name: &str) -> JsValue {
    Reflect::get(host, &name.into()).unwrap()
}

fn calls(host: &JsValue) -> Vec<Array> {
    Array::from(&get(host, "calls"))
        .iter()
        .map(|call| Array::from(&call))
        .collect()
}

fn names(host: &JsValue) -> Vec<String> {
    calls(host)
        .iter()
        .map(|call| call.get(0).as_string().unwrap())
        .collect()
}

/// Opens a tracker; also gives its host as the object that JavaScript sees.
fn open(options: &str) -> (usize, JsValue) {
    let host = recording_host();
    let object = JsValue::from(&host);
    let number = sillage::open(host, options, false).as_f64().unwrap();
    (number as usize, object)
}

#[wasm_bindgen_test]
async fn a_pageview_is_sent_from_a_timer_and_not_inside_the_call() {
    let (tracker, host) = open("shop");
    assert!(sillage::hear(tracker, LOADED, FACTS, Date::now(), 0.0));
    assert_eq!(names(&host), ["keep", "remember", "put", "put", "put"]);

    let lines = JsFuture::from(Promise::from(get(&host, "turned")))
        .await
        .unwrap()
        .as_string()
        .unwrap();
    assert_eq!(names(&host)[5..], ["turn"]);
    sillage::hear(
        tracker,
        TURN_CAME,
        &format!("\u{1f}{lines}"),
        Date::now(),
        0.0,
    );
    let request = calls(&host).pop().unwrap();
    assert_eq!(request.get(0), "send");
    let (id, body) = (request.get(1), request.get(2).as_string().unwrap());
    assert!(body.contains("\"eventName\":\"page_viewed\""), "{body}");
    assert!(body.contains("https://a.test/x?token=REDACTED"), "{body}");
    assert!(body.starts_with(&format!("\"id\":\"{}\"", id.as_string().unwrap())));
}

#[wasm_bindgen_test]
async fn a_stopped_tracker_wakes_no_more() {
    let (tracker, host) = open("shop");
    sillage::hear(tracker, LOADED, FACTS, Date::now(), 0.0);
    sillage::stop(tracker);
    // A timer set later fires later (HTML, "timer initialisation steps").
    JsFuture::from(next_timer()).await.unwrap();
    JsFuture::from(next_timer()).await.unwrap();
    assert!(!names(&host).contains(&"turn".to_owned()));
}

#[wasm_bindgen_test]
fn what_became_of_the_events_comes_out_as_words() {
    let (tracker, _) = open("shop");
    let now = Date::now();
    sillage::hear(tracker, LOADED, FACTS, now, 0.0);
    sillage::hear(
        tracker,
        TRACKED,
        "\u{1f}signed_up\u{1f}{\"plan\":\"pro\"}",
        now,
        now,
    );
    sillage::hear(tracker, TRACKED, "\u{1f}\u{1f}", now, now);
    assert_eq!(
        sillage::stats(tracker).as_string().unwrap().trim(),
        "3 0 2 1"
    );
}

#[wasm_bindgen_test]
fn an_option_that_is_wrong_is_named_with_its_rule() {
    for (options, named) in [
        ("", "site"),
        ("shop\u{1f}perhaps", "consent"),
        ("shop\u{1f}\u{1f}yes", "pageviews"),
        ("shop\u{1f}\u{1f}\u{1f}\u{1f}\u{1f}-1", "idleTimeoutMs"),
    ] {
        let host = recording_host();
        let message = sillage::open(host, options, false).as_string().unwrap();
        assert!(
            message.contains(named) && message.contains("must be"),
            "{message}"
        );
    }
}

#[wasm_bindgen_test]
fn an_unknown_tracker_and_an_unknown_choice_are_passed_over() {
    assert!(sillage::hear(99, TRACKED, "\u{1f}x", 0.0, 0.0));
    assert!(sillage::stats(99).is_undefined());
    let (tracker, host) = open("shop");
    assert!(sillage::hear(
        tracker,
        CONSENT_CHANGED,
        "\u{1f}perhaps",
        Date::now(),
        0.0
    ));
    assert_eq!(names(&host), Vec::<String>::new());
}
