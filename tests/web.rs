//! The border in a real browser: facts go in as numbers, and imperatives come out as calls of `page`, which records
//! them here. What is decided is the core's, and tested there.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = r#"
let calls = [];
let ids = [];
/** The record that is to be read, and the lines of the turn: each its kind and its numbers. */
let record;
let lines = [];
let numbers = [];
let put = 0;

const answers = {
  _random: () => 0xffffffff,
  _name: (id, ...words) => void (ids[id] = words.join()),
  _copy: (from, to) => void (ids[to] = ids[from]),
  _has: (id) => !!ids[id],
  _read() {
    if (record) numbers = record;
    return !!record;
  },
  _number: (at) => numbers[at],
  _event: () => put,
  _next() {
    const [kind = 0, ...its] = lines.shift() ?? [];
    numbers = its;
    return kind;
  },
  _bytes: () => 100,
};

// As the build binds it to `js/page.ts`.
globalThis.page = new Proxy({}, {
  get: (_, name) => (...given) => {
    calls.push([name, ...given].join(" "));
    return answers[name]?.(...given);
  },
});

const read = (text) => text.split(" ").map((it) => (it === "-" ? undefined : Number(it)));

export function begin() {
  calls = [];
  ids = [];
  record = undefined;
  lines = [];
  put = 0;
}
export const setRecord = (text) => { record = read(text); };
export const setLines = (text) => { lines = text.split("\n").map(read); };
export const setPut = (answer) => { put = answer; };
/** What was asked since this was last asked, but for what asks back and changes nothing. */
export const asked = () =>
  calls.splice(0).filter((it) => !/^_(random|has|number|next|bytes|read)\b/.test(it)).join("\n");
"#)]
extern "C" {
    fn begin();
    #[wasm_bindgen(js_name = setRecord)]
    fn set_record(numbers: &str);
    #[wasm_bindgen(js_name = setLines)]
    fn set_lines(lines: &str);
    #[wasm_bindgen(js_name = setPut)]
    fn set_put(answer: u8);
    fn asked() -> String;
}

/// Facts, as `js/fact.ts` numbers them.
mod fact {
    pub(crate) const PAGE_LOADED: u32 = 0;
    pub(crate) const ADDRESS_CHANGED: u32 = 1;
    pub(crate) const PAGE_CALLED: u32 = 2;
    pub(crate) const CLICKED: u32 = 3;
    pub(crate) const TRACKED: u32 = 4;
    pub(crate) const CALLED: u32 = 5;
    pub(crate) const PAGE_HIDDEN: u32 = 6;
    pub(crate) const PAGE_LEFT: u32 = 7;
    pub(crate) const RESUMED: u32 = 8;
    pub(crate) const FLUSH_REQUESTED: u32 = 9;
    pub(crate) const SEND_FINISHED: u32 = 10;
    pub(crate) const CONSENT_CHANGED: u32 = 11;
    pub(crate) const MEMORY_READ: u32 = 12;
    pub(crate) const TURN_CAME: u32 = 13;
    pub(crate) const CLOCK_CHANGED: u32 = 14;
    pub(crate) const LOST: u32 = 15;
    pub(crate) const IDENTIFIED: u32 = 16;
    pub(crate) const WOKEN: u32 = 17;
}

const NOW: f64 = 1_767_225_600_000.0;
const HALF_AN_HOUR: f64 = 1_800_000.0;

fn hear(fact: u32, at: f64, numbers: [f64; 4]) {
    let [a, b, c, d] = numbers;
    sillage::hear(fact, at, a, b, c, d);
}

/// A fact that says nothing more.
fn heard(fact: u32, at: f64) {
    hear(fact, at, [0.0; 4]);
}

/// What was asked since this was last asked.
fn calls() -> Vec<String> {
    asked().lines().map(Into::into).collect()
}

/// The calls of that name among those.
fn calls_of(name: &str) -> Vec<String> {
    calls()
        .into_iter()
        .filter(|call| call.split(' ').next() == Some(name))
        .collect()
}

/// Opens a tracker that has heard nothing yet, in place of the one before.
fn open_with(consent: f64, flush_interval_ms: f64, max_batch_events: f64) {
    begin();
    sillage::open(
        consent,
        true,
        true,
        HALF_AN_HOUR,
        flush_interval_ms,
        max_batch_events,
        false,
    );
}

/// The same with the defaults.
fn open() {
    open_with(0.0, 2_000.0, 100.0);
    calls();
}

/// A tracker that has recorded a page view and a call of the site's, and has both under way.
fn sending() {
    open();
    heard(fact::PAGE_LOADED, NOW);
    hear(fact::TRACKED, NOW, [NOW, 1.0, 0.0, 0.0]);
    heard(fact::WOKEN, NOW);
    set_lines(&format!("4 {NOW} 500\n4 {NOW} 500"));
    hear(fact::TURN_CAME, NOW, [1_000.0, 2.0, 0.0, 0.0]);
    calls();
}

fn stats() -> [u32; 3] {
    [0, 1, 2].map(sillage::stat)
}

#[wasm_bindgen_test]
fn opening_names_the_page_load_in_words_of_32_bits() {
    open_with(0.0, 2_000.0, 100.0);
    assert_eq!(calls(), ["_name 6 4294967295 4294922239 3221225471 4294967295"]);
}

#[wasm_bindgen_test]
fn a_page_view_leads_to_its_imperatives_in_their_order() {
    open();
    heard(fact::PAGE_LOADED, NOW);
    assert_eq!(calls(), Vec::<String>::new());
}

#[wasm_bindgen_test]
fn whole() {
    sending();
    assert_eq!(calls(), Vec::<String>::new());
}
