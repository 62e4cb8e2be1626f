//! Every `#[wasm_bindgen]` export: converts, never decides. Numbers alone cross, since texts would need code on both sides.

use std::cell::RefCell;

use sillage_capture::{Captures, Click, Fact, Media, On, Options, Playing, Trigger};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::shell::Record;

thread_local! {
    /// The captures of this document's trackers, by number, and what the last fact led to.
    static CAPTURES: RefCell<(Vec<Captures>, Record)> = const { RefCell::new((Vec::new(), Record(Vec::new()))) };
}

/// Opens the captures of a tracker. Returns their number.
///
/// `captures` are the bits of `Capture` in `js/captures/options.ts`; what else is captured needs no switch in here.
#[wasm_bindgen]
pub fn open(captures: u32, engaged_for_ms: u32) -> usize {
    let has = |bit: u32| captures & bit != 0;
    let options = Options {
        leave: has(1),
        engagement: has(2),
        rage: has(4),
        errors: has(8),
        error_clicks: has(16),
        engaged_for_ms: engaged_for_ms.into(),
        ..Options::default()
    };
    CAPTURES.with_borrow_mut(|(all, _)| {
        all.push(Captures::new(options));
        all.len() - 1
    })
}

/// Adds a percentage, as [`Captures::add_percentage`] takes it.
#[wasm_bindgen]
pub fn add_percentage(captures: usize, of_scrolling: bool, percent: u32) {
    CAPTURES.with_borrow_mut(|(all, _)| {
        if let Some(captures) = all.get_mut(captures) {
            captures.add_percentage(of_scrolling, percent.into());
        }
    });
}

/// Adds a trigger, as [`Captures::add_trigger`] takes it; `on` is its place in `TIMED` of `js/captures/declared.ts`. Returns
/// its number.
#[wasm_bindgen]
pub fn add_trigger(captures: usize, on: u32, percent: u32, ms: u32, repeats: bool) -> usize {
    let trigger = Trigger {
        on: match on {
            0 => On::View,
            1 => On::Scroll,
            2 => On::Idle,
            _ => On::Time,
        },
        percent: percent.into(),
        ms: ms.into(),
        repeats,
    };
    CAPTURES.with_borrow_mut(|(all, _)| {
        all.get_mut(captures)
            .map_or(0, |captures| captures.add_trigger(trigger))
    })
}

/// Takes a fact: its number in `Seen` of `js/captures/seen.ts`, when it happened, in milliseconds of the page's own clock,
/// and its numbers. Returns how many numbers [`told`] has for what is to be recorded.
#[wasm_bindgen]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of floats saturates: a clock before the page's start reads as that"
)]
pub fn hear(captures: usize, fact: u32, at: f64, a: u32, b: u32, c: u32, d: u32) -> usize {
    let fact = match fact {
        0 => Fact::PageBegan {
            is_visible: a != 0,
            has_focus: b != 0,
        },
        1 => Fact::Active,
        2 => Fact::Blurred,
        3 => Fact::DepthSeen {
            percent: a.into(),
            by_scrolling: b != 0,
        },
        4 => Fact::Hidden,
        5 => Fact::Shown,
        6 => Fact::Left,
        7 => Fact::FormEntered { form: a },
        8 => Fact::FieldChanged { form: a, field: b },
        9 => Fact::FormSubmitted { form: a },
        10 => Fact::Clicked(Click {
            at: (a, b),
            is_recorded: c & 1 != 0,
            should_react: c & 2 != 0,
            is_repeatable: c & 4 != 0,
        }),
        11 => Fact::Reacted,
        12 => Fact::Waited,
        13 => Fact::ErrorThrown { error: a },
        14 => Fact::MediaPlayed {
            playing: match a {
                0 => Playing::Started,
                1 => Playing::Moved,
                2 => Playing::Paused,
                3 => Playing::Seeking,
                4 => Playing::Seeked,
                _ => Playing::Ended,
            },
            media: Media {
                number: b,
                position_ms: c.into(),
                duration_ms: d.into(),
            },
        },
        15 => Fact::ElementSeen {
            trigger: a as usize,
            element: b,
            percent: c.into(),
        },
        _ => Fact::Woken,
    };
    CAPTURES.with_borrow_mut(|(all, record)| {
        record.0.clear();
        if let Some(captures) = all.get_mut(captures) {
            captures.handle(at as u64, fact, record);
        }
        record.0.len()
    })
}

/// One of the numbers of what the last fact led to, as `Record` has them.
#[wasm_bindgen]
pub fn told(at: usize) -> f64 {
    CAPTURES.with_borrow(|(_, record)| record.0.get(at).copied().unwrap_or_default())
}
