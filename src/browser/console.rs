//! The developer's console, for debug mode.

use sillage_core::Warning;
use wasm_bindgen::JsValue;

/// Writes `warning` where a developer looks.
pub(crate) fn warn(warning: &Warning) {
    let (text, count) = match warning {
        Warning::Dropped(reason, count) => (reason.as_str(), *count),
        Warning::Unconfirmed => ("not confirmed, will be sent again", 1),
    };
    web_sys::console::warn_3(
        &JsValue::from_str("[sillage]"),
        &JsValue::from_str(text),
        &JsValue::from_f64(count.into()),
    );
}
