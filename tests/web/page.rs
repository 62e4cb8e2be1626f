//! The object `page` that the module finds here: it records what it is asked, and answers as it was told. Around it, what
//! the tests say of facts.

use wasm_bindgen::prelude::wasm_bindgen;

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
  _bytes: () => 10,
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
    pub(crate) fn set_record(numbers: &str);
    #[wasm_bindgen(js_name = setLines)]
    pub(crate) fn set_lines(lines: &str);
    #[wasm_bindgen(js_name = setPut)]
    pub(crate) fn set_put(answer: u8);
    fn asked() -> String;
}

/// Facts, as `js/fact.ts` numbers them.
pub(crate) mod fact {
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

/// The beginning of 2026, in Unix milliseconds.
pub(crate) const NOW: f64 = 1_767_225_600_000.0;

/// What a tracker is opened with.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) consent: f64,
    pub(crate) pageviews: bool,
    pub(crate) clicks: bool,
    pub(crate) idle_timeout_ms: f64,
    pub(crate) flush_interval_ms: f64,
    pub(crate) max_batch_events: f64,
    pub(crate) anonymous: bool,
}

/// The defaults of the options.
pub(crate) const DEFAULTS: Settings = Settings {
    consent: 0.0,
    pageviews: true,
    clicks: true,
    idle_timeout_ms: 1_800_000.0,
    flush_interval_ms: 2_000.0,
    max_batch_events: 100.0,
    anonymous: false,
};

/// Opens a tracker that has heard nothing yet, in place of the one before.
pub(crate) fn open(settings: Settings) {
    begin();
    sillage::open(
        settings.consent,
        settings.pageviews,
        settings.clicks,
        settings.idle_timeout_ms,
        settings.flush_interval_ms,
        settings.max_batch_events,
        settings.anonymous,
    );
}

/// Reports a fact with its own numbers.
pub(crate) fn hear(fact: u32, at: f64, numbers: [f64; 4]) {
    let [a, b, c, d] = numbers;
    sillage::hear(fact, at, a, b, c, d);
}

/// A fact that says nothing more.
pub(crate) fn happen(fact: u32, at: f64) {
    hear(fact, at, [0.0; 4]);
}

/// The site records an event while the visitor is active.
pub(crate) fn track(at: f64) {
    hear(fact::TRACKED, at, [at, 1.0, 0.0, 0.0]);
}

/// The turn comes over lines of these kinds and numbers.
pub(crate) fn turn_over(lines: &str) {
    set_lines(lines);
    happen(fact::TURN_CAME, NOW);
}

/// A tracker with two events under way; what it has asked until then is forgotten.
pub(crate) fn sending() {
    open(DEFAULTS);
    track(NOW);
    track(NOW);
    happen(fact::WOKEN, NOW);
    turn_over(&format!("4 {NOW} 500 1\n4 {NOW} 500 1"));
    calls();
}

/// What was asked since this was last asked.
pub(crate) fn calls() -> Vec<String> {
    asked().lines().map(Into::into).collect()
}

/// The calls among them that are called one of these.
pub(crate) fn calls_of(names: &[&str]) -> Vec<String> {
    let mut calls = calls();
    calls.retain(|call| call.split(' ').next().is_some_and(|it| names.contains(&it)));
    calls
}

/// What became of the events: tracked, sent, pending.
pub(crate) fn stats() -> [u32; 3] {
    [0, 1, 2].map(sillage::stat)
}
