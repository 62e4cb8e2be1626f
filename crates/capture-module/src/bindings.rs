//! Every `#[wasm_bindgen]` export: converts, never decides.

use std::cell::RefCell;

use sillage_capture::{
    Captures, Click, Fact, Form, Link, Media, Options, PageChange, Playing, Thrown,
};
use sillage_text::Fields;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::shell::Record;

thread_local! {
    /// The captures of this document's trackers, by number.
    static CAPTURES: RefCell<Vec<Captures>> = const { RefCell::new(Vec::new()) };
}

/// What is wrong with the text of a site's captures, for people; empty where nothing is.
#[wasm_bindgen]
pub fn wrong_in(options: &str) -> JsValue {
    JsValue::from_str(&Options::read(options, false).1)
}

/// Opens the captures of a tracker, as [`Options::read`] takes them. Returns their number.
#[wasm_bindgen]
pub fn open(options: &str, hash_routing: bool) -> usize {
    CAPTURES.with_borrow_mut(|all| {
        all.push(Captures::new(Options::read(options, hash_routing).0));
        all.len() - 1
    })
}

/// Adds a trigger, as [`Captures::add_trigger`] takes it. Returns its number, or what is wrong with it as text.
#[wasm_bindgen]
pub fn add_trigger(captures: usize, words: &str) -> JsValue {
    CAPTURES.with_borrow_mut(|all| {
        let captures = all.get_mut(captures).ok_or("");
        match captures.and_then(|it| it.add_trigger(Fields(words))) {
            Ok(number) => JsValue::from(number),
            Err(wrong) => JsValue::from_str(wrong),
        }
    })
}

/// Takes a fact: its number in `Seen` of `js/captures/seen.ts`, its words, and when it happened, in
/// milliseconds of the page's own clock. Returns what is to be recorded, as `Record` writes it.
#[wasm_bindgen]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of floats saturates: a clock before the page's start reads as that"
)]
pub fn hear(captures: usize, fact: u32, words: &str, at: f64) -> JsValue {
    let mut fields = Fields(words);
    let fact = match fact {
        0..=2 => Fact::PageChanged {
            url: fields.take(),
            change: match fact {
                0 => PageChange::Loaded,
                1 => PageChange::AddressChanged,
                _ => PageChange::Called,
            },
            is_visible: !fields.take().is_empty(),
            has_focus: !fields.take().is_empty(),
        },
        3 => Fact::Active,
        4 => Fact::Blurred,
        5 => Fact::DepthSeen {
            percent: fields.take_number(),
            by_scrolling: !fields.take().is_empty(),
        },
        6 => Fact::Hidden,
        7 => Fact::Shown,
        8 => Fact::Left,
        9 => Fact::PageRecorded,
        10 => Fact::FormEntered(form(&mut fields)),
        11 => Fact::FieldChanged {
            form: form(&mut fields),
            field: fields.take(),
        },
        12 => Fact::FormSubmitted {
            form: form(&mut fields),
            action: fields.take(),
            values: fields,
        },
        13 => Fact::LinkFollowed(Link {
            url: fields.take(),
            is_download: !fields.take().is_empty(),
        }),
        14 => Fact::Clicked(Click {
            element: fields.take(),
            at: (fields.take_number(), fields.take_number()),
            is_recorded: !fields.take().is_empty(),
            should_react: !fields.take().is_empty(),
            is_repeatable: !fields.take().is_empty(),
        }),
        15 => Fact::Reacted,
        16 => Fact::Waited,
        17 => Fact::ErrorThrown(Thrown {
            kind: fields.take(),
            message: fields.take(),
            source: fields.take(),
            line: fields.take_number(),
            column: fields.take_number(),
            stack: fields.take(),
            is_rejection: !fields.take().is_empty(),
        }),
        18 => Fact::MediaPlayed {
            playing: match fields.take_number() {
                0 => Playing::Started,
                1 => Playing::Moved,
                2 => Playing::Paused,
                3 => Playing::Seeking,
                4 => Playing::Seeked,
                _ => Playing::Ended,
            },
            media: Media {
                number: fields.take_number(),
                name: fields.take(),
                is_video: !fields.take().is_empty(),
                position_ms: fields.take_number(),
                duration_ms: fields.take_number(),
            },
        },
        19 => Fact::ElementSeen {
            trigger: trigger(&mut fields),
            element: fields.take_number(),
            name: fields.take(),
            percent: fields.take_number(),
        },
        20 => Fact::Triggered {
            trigger: trigger(&mut fields),
            name: fields.take(),
            follows_click: !fields.take().is_empty(),
        },
        _ => Fact::Woken,
    };
    let mut record = Record::default();
    CAPTURES.with_borrow_mut(|all| {
        if let Some(captures) = all.get_mut(captures) {
            captures.handle(at as u64, fact, &mut record);
        }
    });
    JsValue::from_str(&record.0)
}

/// Whether the value of a field may be read, by its type, `autocomplete` and name: see
/// [`sillage_capture::may_read`].
#[wasm_bindgen]
pub fn may_read(words: &str) -> bool {
    let mut fields = Fields(words);
    sillage_capture::may_read(fields.take(), fields.take(), fields.take())
}

fn trigger(fields: &mut Fields<'_>) -> usize {
    usize::try_from(fields.take_number()).unwrap_or(usize::MAX)
}

fn form<'a>(fields: &mut Fields<'a>) -> Form<'a> {
    Form {
        number: fields.take_number(),
        name: fields.take(),
    }
}
