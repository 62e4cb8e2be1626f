//! Every `#[wasm_bindgen]` export: converts, never decides.

use std::cell::RefCell;

use sillage_core::{Config, Consent, Fields, Input, Outcome, PageCause, redact_url};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::browser::clock;
use crate::browser::host::Host;
use crate::shell::Page;

thread_local! {
    /// The trackers of this document, by number. Functions and numbers instead of a class: its glue
    /// would count references and wait for the garbage collector, for 232 bytes more (brotli).
    static PAGES: RefCell<Vec<&'static Page>> = const { RefCell::new(Vec::new()) };
}

fn page(tracker: usize) -> Option<&'static Page> {
    PAGES.with_borrow(|pages| pages.get(tracker).copied())
}

/// Opens a tracker that has heard nothing yet. Returns its number, or a text that names the option
/// that is wrong, and its rule.
///
/// `options` are the words of [`Config::read`]; `anonymous` is Global Privacy Control, or what counts as it.
#[wasm_bindgen]
pub fn open(host: Host, options: &str, anonymous: bool) -> JsValue {
    match Config::read(Fields(options)) {
        Ok(config) => {
            let page = Page::open(host, config, anonymous);
            let number = PAGES.with_borrow_mut(|pages| {
                pages.push(page);
                u32::try_from(pages.len() - 1).unwrap_or(u32::MAX)
            });
            JsValue::from(number)
        }
        Err(error) => JsValue::from_str(error),
    }
}

/// Takes a fact: its number in `Fact` of `js/fact.ts`, its words, when it became true and
/// when the visitor was last active, both in Unix milliseconds. The first word is the record of
/// visitor, session and consent as it is stored now: a second text would cost more.
///
/// Returns false where the tracker is at work and the fact must be reported again.
#[wasm_bindgen]
pub fn hear(tracker: usize, fact: u32, words: &str, at: f64, active_at: f64) -> bool {
    let mut fields = Fields(words);
    let record = fields.take();
    let words = fields.0;
    let input = match fact {
        0..=2 => Input::PageSeen {
            facts: fields,
            cause: match fact {
                0 => PageCause::Loaded,
                1 => PageCause::AddressChanged,
                _ => PageCause::Called,
            },
        },
        3 => Input::Clicked(fields),
        4 => Input::Tracked {
            event: fields,
            active_at: clock::from_js(active_at),
        },
        6 => Input::PageHidden,
        7 => Input::PageLeft(words),
        8 => Input::Resumed,
        9 => Input::FlushRequested,
        10 => {
            let (batch, status) = (fields.take(), fields.take_number());
            let retry_after_ms = fields.take_number();
            let (answered, rejected) = (fields.take(), fields.take_number());
            Input::SendFinished {
                batch,
                outcome: match status {
                    200 if answered == batch => Outcome::Acknowledged { rejected },
                    400 if answered == batch => Outcome::Acknowledged { rejected: u64::MAX },
                    413 => Outcome::TooLarge,
                    _ => Outcome::Unconfirmed { retry_after_ms },
                },
                receipts: fields,
            }
        }
        12 => Input::MemoryRead(words),
        13 => Input::TurnCame(words),
        14 => Input::ClockChanged,
        15 => Input::Lost(fields.take_number()),
        16 => Input::Identified(fields),
        _ => match Consent::from_name(words) {
            Some(consent) => Input::ConsentChanged(consent),
            None => return true,
        },
    };
    page(tracker).is_none_or(|page| page.hear(clock::from_js(at), input, record))
}

/// Events tracked, sent, pending and dropped on this page, as words: an array or an object would
/// need a serializer of its own.
#[wasm_bindgen]
pub fn stats(tracker: usize) -> JsValue {
    page(tracker)
        .and_then(|page| serde_wasm_bindgen::to_value(&page.stats().to_words()).ok())
        .unwrap_or(JsValue::UNDEFINED)
}

/// An address without its secrets: for the captures, which would otherwise bring that along once more.
#[wasm_bindgen]
pub fn redact(url: &str) -> JsValue {
    JsValue::from_str(&redact_url(url))
}

/// Nothing happens of itself any more.
#[wasm_bindgen]
pub fn stop(tracker: usize) {
    if let Some(page) = page(tracker) {
        page.close();
    }
}
