//! Words of a text that crosses from JavaScript.

use crate::json;
use crate::text::take_until;

/// Ends a word of a text that crosses from JavaScript, and of a line of the outbox (ASCII "unit
/// separator"). JSON text never holds it.
pub const WORD_END: char = '\x1f';

/// Words of one text, taken one after the other; empty ones once they run out.
///
/// One text instead of many: each argument that crosses from JavaScript costs bytes and time.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(pub &'a str);

impl<'a> Fields<'a> {
    /// The next word.
    pub fn take(&mut self) -> &'a str {
        take_until(&mut self.0, WORD_END as u8)
    }

    /// The next word as a whole number; 0 where it is none.
    pub fn take_number(&mut self) -> u64 {
        json::read_decimal(self.take()).unwrap_or(0)
    }
}
