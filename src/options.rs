//! Options as JavaScript gave them, checked by name and rule.

use js_sys::Reflect;
use sillage_core::{Config, Consent};
use sillage_protocol::limits::MAX_SITE_ID_CHARS;
use wasm_bindgen::JsValue;

/// The configuration that `options` asks for.
///
/// # Errors
///
/// A message that names the first option that breaks its rule, and the rule.
pub(crate) fn read(options: &JsValue) -> Result<Config, JsValue> {
    let site = get(options, "site").as_string().unwrap_or_default();
    let is_site = site.len() <= MAX_SITE_ID_CHARS
        && !site.is_empty()
        && site
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    if !is_site {
        return Err(wrong("site: must be 1 to 64 letters, digits, '.', '_' or '-'"));
    }
    let mut config = Config::new(site);
    let consent = get(options, "consent");
    if !consent.is_undefined() {
        config.consent = consent
            .as_string()
            .and_then(|name| Consent::from_name(&name))
            .ok_or_else(|| wrong("consent: must be granted, pending or denied"))?;
    }
    for (name, flag) in [
        ("pageviews", &mut config.pageviews),
        ("hashRouting", &mut config.hash_routing),
        ("clicks", &mut config.clicks),
        ("debug", &mut config.debug),
    ] {
        let value = get(options, name);
        if !value.is_undefined() {
            *flag = value
                .as_bool()
                .ok_or_else(|| wrong_named(name, ": must be true or false"))?;
        }
    }
    let mut max_batch_events = config.max_batch_events as u64;
    for (name, number) in [
        ("idleTimeoutMs", &mut config.idle_timeout_ms),
        ("flushIntervalMs", &mut config.flush_interval_ms),
        ("maxBatchEvents", &mut max_batch_events),
    ] {
        let value = get(options, name);
        if !value.is_undefined() {
            *number = value
                .as_f64()
                .filter(|number| *number >= 0.0)
                .map(|number| number as u64)
                .ok_or_else(|| wrong_named(name, ": must be a number, 0 or more"))?;
        }
    }
    config.max_batch_events = usize::try_from(max_batch_events).unwrap_or(usize::MAX);
    Ok(config)
}

/// An option, or `undefined` where reading it throws.
fn get(options: &JsValue, name: &str) -> JsValue {
    Reflect::get(options, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

fn wrong(message: &str) -> JsValue {
    JsValue::from_str(message)
}

fn wrong_named(name: &str, rule: &str) -> JsValue {
    let mut message = String::from(name);
    message.push_str(rule);
    wrong(&message)
}
