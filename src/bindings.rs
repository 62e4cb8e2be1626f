//! Every `#[wasm_bindgen]` export: converts, never decides.

use std::rc::Rc;

use sillage_core::{Config, Consent, Fields, Input, Outcome, PageCause};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::browser::clock;
use crate::browser::host::Host;
use crate::shell::Page;

/// One site's tracker on one page.
#[wasm_bindgen]
#[expect(missing_debug_implementations, reason = "a timer has none to show")]
pub struct Tracker {
    page: Rc<Page>,
}

#[wasm_bindgen]
impl Tracker {
    /// A tracker that has heard nothing yet.
    ///
    /// `options` are the words of [`Config::read`]; `anonymous` is Global Privacy Control; `debug`
    /// lets drops be written to the console.
    ///
    /// # Errors
    ///
    /// A string that names the option that is wrong, and its rule.
    #[wasm_bindgen(constructor)]
    pub fn new(
        host: Host,
        options: String,
        anonymous: bool,
        debug: bool,
    ) -> Result<Tracker, JsValue> {
        match Config::read(Fields(&options)) {
            Ok(config) => Ok(Self {
                page: Page::open(host, config, anonymous, debug),
            }),
            Err(error) => Err(JsValue::from_str(error)),
        }
    }

    /// Takes a fact: its number in `Fact` of `js/tracker.ts`, its words, when it became true and
    /// when the visitor was last active, both in Unix milliseconds.
    ///
    /// Returns false where the tracker is at work and the fact must be reported again.
    pub fn hear(&self, fact: u32, words: String, at: f64, active_at: f64) -> bool {
        let mut fields = Fields(&words);
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
            5 => Input::PageHidden,
            6 => Input::PageLeft,
            7 => Input::Resumed,
            8 => Input::FlushRequested,
            9 => {
                let (batch, answered) = (fields.take(), fields.take());
                let status = fields.take_number();
                let (rejected, retry_after_ms) = (fields.take_number(), fields.take_number());
                Input::SendFinished {
                    batch,
                    outcome: match status {
                        200 if answered == batch => Outcome::Acknowledged { rejected },
                        400 | 413 if answered == batch => {
                            Outcome::Acknowledged { rejected: u64::MAX }
                        }
                        _ => Outcome::Unconfirmed { retry_after_ms },
                    },
                }
            }
            _ => match Consent::from_name(&words) {
                Some(consent) => Input::ConsentChanged(consent),
                None => return true,
            },
        };
        self.page.hear(clock::from_js(at), input)
    }

    /// Events tracked, sent, pending and dropped on this page, as words: an array or an object would
    /// cost five times the code.
    pub fn stats(&self) -> JsValue {
        serde_wasm_bindgen::to_value(&self.page.stats().to_words()).unwrap_or(JsValue::UNDEFINED)
    }

    /// Nothing happens of itself any more.
    pub fn stop(&self) {
        self.page.close();
    }
}
