//! The coarse functions of `js/host.ts`: one import each where web-sys would need many.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// The browser, as `js/host.ts` opened it for one tracker.
    #[derive(Debug)]
    pub type Host;

    /// 32 random bits of `crypto`: the page's, or new ones.
    #[wasm_bindgen(method)]
    pub(crate) fn random(this: &Host, index: u32) -> u32;

    /// Stores the record of visitor, session and consent.
    #[wasm_bindgen(method)]
    pub(crate) fn remember(this: &Host, record: &str);

    /// Puts a line into the outbox, unless the site's own rules keep it out.
    #[wasm_bindgen(method)]
    pub(crate) fn put(this: &Host, line: &str) -> bool;

    /// Takes a line out of the outbox.
    #[wasm_bindgen(method)]
    pub(crate) fn forget(this: &Host, key: &str);

    /// Takes everything out of the outbox.
    #[wasm_bindgen(method)]
    pub(crate) fn clear(this: &Host);

    /// Whether lines may be written down.
    #[wasm_bindgen(method)]
    pub(crate) fn keep(this: &Host, may_keep: bool);

    /// Asks for a look at the outbox.
    #[wasm_bindgen(method)]
    pub(crate) fn turn(this: &Host);

    /// Sends a batch, once the outbox has written down what came before.
    #[wasm_bindgen(method)]
    pub(crate) fn send(this: &Host, batch: &str, body: &str, is_leaving: bool);

    /// Events were dropped for that reason; heard in debug mode.
    #[wasm_bindgen(method)]
    pub(crate) fn dropped(this: &Host, reason: &str, events: u32);
}
