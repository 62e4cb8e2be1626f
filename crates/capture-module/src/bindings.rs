//! Every `#[wasm_bindgen]` export: converts, never decides. Texts stay outside: they would need code on both sides.

use std::cell::RefCell;

use js_sys::Function;
use sillage_capture::{Captures, Click, Fact, Media, On, Options, Playing, Trigger};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::browser::clock::Clock;
use crate::shell::Capturing;

thread_local! {
    /// The captures of this document's trackers, by number.
    static ALL: RefCell<Vec<&'static Capturing>> = const { RefCell::new(Vec::new()) };
}

fn capturing(captures: usize) -> Option<&'static Capturing> {
    ALL.with_borrow(|all| all.get(captures).copied())
}

/// Opens the captures of a tracker, by the page's `performance`. Returns their number.
///
/// `captures` are the bits of `Capture` in `js/captures/options.ts`; what else is captured needs no switch in here.
/// `woken` takes what is to be recorded because time has passed, as [`hear`] returns it.
#[wasm_bindgen]
pub fn open(captures: u32, engaged_for_ms: u32, clock: Clock, woken: Function) -> usize {
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
    ALL.with_borrow_mut(|all| {
        all.push(Capturing::new(Captures::new(options), clock, woken));
        all.len() - 1
    })
}

/// Adds a percentage, as [`Captures::add_percentage`] takes it.
#[wasm_bindgen]
pub fn add_percentage(captures: usize, of_scrolling: bool, percent: u32) {
    if let Some(it) = capturing(captures) {
        it.captures
            .borrow_mut()
            .add_percentage(of_scrolling, percent.into());
    }
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
    capturing(captures).map_or(0, |it| it.captures.borrow_mut().add_trigger(trigger))
}

/// Takes a fact that has just happened: its number in `Seen` of `js/captures/seen.ts`, and its numbers. Returns what is to be
/// recorded, in its order.
///
/// Of a page that began, `c` is when it did, in milliseconds of the page's clock.
#[wasm_bindgen(
    unchecked_return_type = "[event: number, agoMs: number, isActivity: boolean, followsClick: boolean, numbers: number[]][]"
)]
pub fn hear(captures: usize, fact: u32, a: u32, b: u32, c: u32, d: u32) -> JsValue {
    let began_at = (fact == 0).then(|| c.into());
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
        _ => Fact::ElementSeen {
            trigger: a as usize,
            element: b,
            percent: c.into(),
        },
    };
    capturing(captures).map_or(JsValue::UNDEFINED, |it| it.hear(fact, began_at))
}

/// Nothing happens of itself any more.
#[wasm_bindgen]
pub fn stop(captures: usize) {
    if let Some(it) = capturing(captures) {
        it.stop();
    }
}
