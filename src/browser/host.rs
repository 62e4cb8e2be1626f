//! The coarse functions of `js/host.ts`: one import each where web-sys would need many.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// The browser, as `js/host.ts` opened it for one tracker.
    #[derive(Debug)]
    pub type Host;

    /// 32 random bits of `crypto`.
    #[wasm_bindgen(method)]
    pub(crate) fn random(this: &Host) -> u32;

    /// The record of visitor, session and consent; empty where there is none.
    #[wasm_bindgen(method)]
    pub(crate) fn read(this: &Host) -> String;

    /// Stores that record.
    #[wasm_bindgen(method)]
    pub(crate) fn remember(this: &Host, record: &str);

    /// The batches that earlier pages left.
    #[wasm_bindgen(method)]
    pub(crate) fn adopt(this: &Host) -> String;

    /// Leaves batches for the next page, in place of what was left and adopted before.
    #[wasm_bindgen(method)]
    pub(crate) fn spill(this: &Host, batches: &str);

    /// Sends a batch.
    #[wasm_bindgen(method)]
    pub(crate) fn send(this: &Host, batch: &str, body: &str, urgency: u32);
}
