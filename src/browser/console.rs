//! The developer's console, for debug mode.

use sillage_core::Dropped;
use wasm_bindgen::JsValue;

/// Tells that events were dropped.
pub(crate) fn dropped(reason: Dropped, events: u32) {
    web_sys::console::warn_3(
        &JsValue::from_str("[sillage] dropped"),
        &JsValue::from_f64(events.into()),
        &JsValue::from_str(reason.as_str()),
    );
}
