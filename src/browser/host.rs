//! The coarse functions of `js/host.ts`: one import each where web-sys would need many.

use sillage_core::Entropy;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// The browser, as `js/host.ts` opened it for one tracker.
    #[derive(Debug)]
    pub type Host;

    /// Facts of the page in view, for [`super::facts::page`].
    #[wasm_bindgen(method)]
    pub(crate) fn page(this: &Host) -> String;

    /// 32 random bits of `crypto`.
    #[wasm_bindgen(method)]
    fn random(this: &Host) -> u32;

    /// The record of visitor, session and consent.
    #[wasm_bindgen(method)]
    pub(crate) fn read(this: &Host) -> Option<String>;

    /// Stores that record.
    #[wasm_bindgen(method)]
    pub(crate) fn remember(this: &Host, record: &str);

    /// The batches that earlier pages left.
    #[wasm_bindgen(method)]
    pub(crate) fn adopt(this: &Host) -> String;

    /// Leaves batches for the next page.
    #[wasm_bindgen(method)]
    pub(crate) fn spill(this: &Host, text: &str);

    /// Erases what was left and what was adopted.
    #[wasm_bindgen(method)]
    pub(crate) fn forget(this: &Host);

    /// Sends a batch.
    #[wasm_bindgen(method)]
    pub(crate) fn send(this: &Host, batch: &str, body: &str, urgency: u32);
}

/// The browser's random numbers.
pub(crate) struct Crypto<'h>(pub(crate) &'h Host);

impl Entropy for Crypto<'_> {
    fn next_u32(&mut self) -> u32 {
        self.0.random()
    }
}
