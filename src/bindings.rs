//! Every `#[wasm_bindgen]` export: converts, never decides. Numbers alone cross, since texts would need code on both sides.

use std::cell::RefCell;

use sillage_core::{Config, Consent, Identified, Input, Lines, Outcome, PageCause, Tracker};
use sillage_protocol::Timestamp;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::shell::{Page, consent_from_js, count_from_js, from_js};

thread_local! {
    /// The tracker of this instance.
    static TRACKER: RefCell<Option<Tracker>> = const { RefCell::new(None) };
}

/// Opens the tracker of this instance, which has heard nothing yet. The settings are those of [`Config`], brought into their
/// ranges; `anonymous` is Global Privacy Control, or what counts as it.
#[wasm_bindgen]
pub fn open(
    consent: f64,
    pageviews: bool,
    clicks: bool,
    idle_timeout_ms: f64,
    flush_interval_ms: f64,
    max_batch_events: f64,
    anonymous: bool,
) {
    let config = Config {
        consent: consent_from_js(consent).unwrap_or(Consent::Granted),
        pageviews,
        clicks,
        idle_timeout_ms: count_from_js(idle_timeout_ms).clamp(60_000, 36_000_000),
        flush_interval_ms: count_from_js(flush_interval_ms).min(60_000),
        max_batch_events: count_from_js(max_batch_events).clamp(1, 1_000),
    };
    let tracker = Tracker::new(config, anonymous, &mut Page);
    TRACKER.set(Some(tracker));
}

/// Takes a fact: its number in `Fact` of `js/fact.ts`, when it became true, in Unix milliseconds, and its own numbers.
/// Must not be called while it is at work.
#[wasm_bindgen]
pub fn hear(fact: u32, at: f64, a: f64, b: f64, c: f64, d: f64) {
    let lines = Lines {
        chars: count_from_js(a),
        events: count_from_js(b),
    };
    let input = match fact {
        0 => Input::PageSeen(PageCause::Loaded),
        1 => Input::PageSeen(PageCause::AddressChanged),
        2 => Input::PageSeen(PageCause::Called),
        3 => Input::Clicked,
        4 => Input::Tracked {
            active_at: Timestamp(from_js(a)),
            is_valid: b > 0.0,
            follows_click: c > 0.0,
        },
        6 => Input::PageHidden,
        7 => Input::PageLeft(lines),
        8 => Input::Resumed,
        9 => Input::FlushRequested,
        10 => Input::SendFinished {
            // Whatever carries the batch's id says how many of its events were rejected; what does not, less than 0.
            outcome: match count_from_js(a) {
                413 => Outcome::TooLarge,
                200 if b >= 0.0 => Outcome::Acknowledged {
                    rejected: count_from_js(b),
                },
                400 if b >= 0.0 => Outcome::Acknowledged { rejected: u32::MAX },
                _ => Outcome::Unconfirmed {
                    retry_after_ms: from_js(c),
                },
            },
            has_receipts: d > 0.0,
        },
        11 => match consent_from_js(a) {
            Some(consent) => Input::ConsentChanged(consent),
            None => return,
        },
        12 => Input::MemoryRead,
        13 => Input::TurnCame(lines),
        14 => Input::ClockChanged,
        15 => Input::Lost(count_from_js(a)),
        16 => Input::Identified(Identified {
            ends_session: a > 0.0,
            is_somebody_new: b > 0.0,
        }),
        _ => Input::Woken,
    };
    TRACKER.with_borrow_mut(|tracker| {
        if let Some(tracker) = tracker {
            tracker.handle(Timestamp(from_js(at)), input, &mut Page);
        }
    });
}

/// One of the counts of [`sillage_core::Stats`]: 0 tracked, 1 sent, 2 pending.
#[wasm_bindgen]
pub fn stat(at: u32) -> u32 {
    TRACKER.with_borrow(|tracker| {
        let stats = tracker.as_ref().map(Tracker::stats).unwrap_or_default();
        match at {
            0 => stats.tracked,
            1 => stats.sent,
            _ => stats.pending,
        }
    })
}
