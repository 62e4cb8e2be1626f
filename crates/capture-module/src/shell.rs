//! Writes down what the rules ask for, as one text that crosses to JavaScript.

use sillage_capture::{Captured, Shell};
use sillage_text::text::{put, put_ascii};
use sillage_text::{WORD_END, json};

/// Words for each event, and for each time to be woken.
const WORDS: usize = 5;

/// Five words for each event: name, properties, milliseconds since it happened, and `1` where it was the
/// visitor's activity, and where it followed from a click. Without a name, the second says in how many milliseconds to wake,
/// or nothing.
#[derive(Debug, Default)]
pub(crate) struct Record(pub(crate) String);

impl Record {
    fn end_word(&mut self) {
        put_ascii(&mut self.0, WORD_END as u8);
    }
}

impl Shell for Record {
    fn wake_in(&mut self, ms: Option<u64>) {
        // In place of the event's name: nothing, which no event is called.
        self.end_word();
        if let Some(ms) = ms {
            json::push_decimal(&mut self.0, ms);
        }
        for _ in 1..WORDS {
            self.end_word();
        }
    }

    fn record(&mut self, event: Captured<'_>) {
        put(&mut self.0, event.name);
        self.end_word();
        put(&mut self.0, event.props);
        self.end_word();
        json::push_decimal(&mut self.0, event.ago_ms);
        self.end_word();
        for is_so in [event.is_activity, event.follows_click] {
            put(&mut self.0, if is_so { "1" } else { "" });
            self.end_word();
        }
    }
}
