//! The functions of `js/page.ts`: what the module asks of its page, in numbers alone. They are imported as they are: a `bool` arrives
//! there as 0 or 1, and what is unsigned may be below 0.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// 32 random bits of `crypto`: the page's, or new ones.
    #[wasm_bindgen(js_namespace = page, js_name = _random)]
    pub(crate) fn random(index: u32) -> u32;

    /// Gives an id its UUID, in four words.
    #[wasm_bindgen(js_namespace = page, js_name = _name)]
    pub(crate) fn name(id: u8, a: u32, b: u32, c: u32, d: u32);

    /// Lets one id be what another is.
    #[wasm_bindgen(js_namespace = page, js_name = _copy)]
    pub(crate) fn copy(from: u8, to: u8);

    /// Whether there is an id.
    #[wasm_bindgen(js_namespace = page, js_name = _has)]
    pub(crate) fn has(id: u8) -> bool;

    /// Reads the record; false where there is nothing to read.
    #[wasm_bindgen(js_namespace = page, js_name = _read)]
    pub(crate) fn read_record() -> bool;

    /// One of the numbers of what was read last.
    #[wasm_bindgen(js_namespace = page, js_name = _number)]
    pub(crate) fn number(at: u8) -> f64;

    /// Stores the record; `consent` is -1 where the visitor has not chosen.
    #[wasm_bindgen(js_namespace = page, js_name = _remember)]
    pub(crate) fn remember(
        edition: f64,
        started_at: f64,
        active_at: f64,
        epoch: f64,
        consent: i8,
        ids: bool,
    );

    /// Puts the event that is being heard of; 0 where it was kept, 1 where it is too large, 2 where it was kept out.
    #[wasm_bindgen(js_namespace = page, js_name = _event)]
    pub(crate) fn put_event(under: u8, created_at: f64, epoch: f64) -> u8;

    /// Puts the counters.
    #[wasm_bindgen(js_namespace = page, js_name = _count)]
    pub(crate) fn put_counters(tracked: u32);

    /// Puts what the pages know of the collector.
    #[wasm_bindgen(js_namespace = page, js_name = _state)]
    pub(crate) fn put_state(busy_until: f64, due_at: f64, failures: u32);

    /// Takes everything out of the outbox.
    #[wasm_bindgen(js_namespace = page, js_name = _clear)]
    pub(crate) fn clear();

    /// Whether lines may be written down.
    #[wasm_bindgen(js_namespace = page, js_name = _keep)]
    pub(crate) fn keep(may_keep: bool);

    /// Asks for a look at the outbox.
    #[wasm_bindgen(js_namespace = page, js_name = _turn)]
    pub(crate) fn turn();

    /// Goes on to the next line; gives its kind.
    #[wasm_bindgen(js_namespace = page, js_name = _next)]
    pub(crate) fn next_line() -> u8;

    /// How many bytes the event at hand takes in a batch.
    #[wasm_bindgen(js_namespace = page, js_name = _bytes)]
    pub(crate) fn line_bytes() -> u32;

    /// Does something with the line at hand, or with the batch under way.
    #[wasm_bindgen(js_namespace = page, js_name = _act)]
    pub(crate) fn act(act: u8);

    /// Sends what was chosen, or the batch of the line at hand.
    #[wasm_bindgen(js_namespace = page, js_name = _send)]
    pub(crate) fn send(batch: u8, is_leaving: bool, epoch: f64);

    /// Wakes the module at that time, and not before.
    #[wasm_bindgen(js_namespace = page, js_name = _wake)]
    pub(crate) fn wake_at(at: f64);

    /// Events were dropped for that reason.
    #[wasm_bindgen(js_namespace = page, js_name = _drop)]
    pub(crate) fn dropped(reason: u8, events: u32);
}
