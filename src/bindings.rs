//! Every `#[wasm_bindgen]` export: converts, never decides.

use std::rc::Rc;

use sillage_core::{Consent, Input, Outcome};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::browser::clock;
use crate::browser::facts;
use crate::browser::host::Host;
use crate::options;
use crate::shell::Shell;

/// One site's tracker on one page.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Tracker {
    shell: Rc<Shell>,
}

/// Why a page came into view.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum PageCause {
    /// The document was loaded.
    Loaded,
    /// The address may have changed without a load.
    AddressChanged,
    /// The back-forward cache gave the page back.
    Restored,
    /// The site called `page()`.
    Called,
}

impl From<PageCause> for sillage_core::PageCause {
    fn from(cause: PageCause) -> Self {
        match cause {
            PageCause::Loaded => Self::Loaded,
            PageCause::AddressChanged => Self::AddressChanged,
            PageCause::Restored => Self::Restored,
            PageCause::Called => Self::Called,
        }
    }
}

/// Something that happened and needs no further words.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// The page is no longer visible.
    PageHidden,
    /// The page is being left.
    PageLeft,
    /// The page is visible again.
    PageShown,
    /// The browser is online again.
    WentOnline,
    /// The site asked to send now.
    FlushRequested,
}

#[wasm_bindgen]
impl Tracker {
    /// Starts a tracker and records the page in view.
    ///
    /// `anonymous` is Global Privacy Control; `at` is when the page asked for the tracker, in Unix
    /// milliseconds.
    ///
    /// # Errors
    ///
    /// A string that names the option that is wrong, and its rule.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen hands over an owned reference")]
    pub fn new(host: Host, options: JsValue, anonymous: bool, at: f64) -> Result<Tracker, JsValue> {
        let config = options::read(&options)?;
        let shell = Shell::start(host, config, anonymous, clock::from_js(at));
        Ok(Self { shell })
    }

    /// A page came into view.
    #[wasm_bindgen(js_name = pageSeen)]
    pub fn page_seen(&self, cause: PageCause) {
        self.shell.page_seen(cause, clock::now());
    }

    /// The visitor clicked; `facts` is what `js/facts.ts` read.
    pub fn clicked(&self, facts: &str) {
        self.hear_input(Input::Clicked(facts::click(facts)));
    }

    /// The site recorded an event at `at`; the visitor was last active at `active_at`.
    pub fn tracked(&self, name: &str, props: &str, at: f64, active_at: f64) {
        self.hear_input(Input::Tracked {
            name,
            props: (!props.is_empty()).then_some(props),
            at: clock::from_js(at),
            active_at: clock::from_js(active_at),
        });
    }

    /// Something happened that needs no further words.
    pub fn hear(&self, signal: Signal) {
        self.hear_input(match signal {
            Signal::PageHidden => Input::PageHidden,
            Signal::PageLeft => Input::PageLeft,
            Signal::PageShown => Input::PageShown,
            Signal::WentOnline => Input::WentOnline,
            Signal::FlushRequested => Input::FlushRequested,
        });
    }

    /// A request ended: `status` is 0 without an answer, `answered` the id that the answer carried.
    #[wasm_bindgen(js_name = sendFinished)]
    pub fn send_finished(
        &self,
        batch: &str,
        status: u32,
        answered: &str,
        rejected: u32,
        retry_after_ms: f64,
    ) {
        let outcome = match status {
            200 if answered == batch => Outcome::Acknowledged { rejected },
            400 | 413 if answered == batch => Outcome::Refused,
            _ => Outcome::Unconfirmed {
                retry_after_ms: clock::from_js(retry_after_ms).0,
            },
        };
        self.hear_input(Input::SendFinished { batch, outcome });
    }

    /// The visitor has chosen; another word than the three is passed over.
    pub fn consent(&self, state: &str) {
        if let Some(consent) = Consent::from_name(state) {
            self.hear_input(Input::ConsentChanged(consent));
        }
    }

    /// What became of the events of this page, as an object.
    pub fn stats(&self) -> JsValue {
        serde_wasm_bindgen::to_value(&self.shell.stats()).unwrap_or(JsValue::UNDEFINED)
    }

    /// Nothing happens of itself any more.
    pub fn stop(&self) {
        self.shell.stop();
    }
}

impl Tracker {
    fn hear_input(&self, input: Input<'_>) {
        self.shell.heard(clock::now(), input);
    }
}
