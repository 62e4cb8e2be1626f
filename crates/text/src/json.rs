//! Writes the few JSON values that the modules make themselves, with only what they need.
//!
//! `serde_json` would weigh in the module; whole objects come as text from `JSON.stringify`, which
//! the browser has anyway.

use crate::text::{put, put_ascii, put_hex, slice};

/// Appends `text` to `out` as a JSON string (RFC 8259, section 7).
#[inline(never)]
pub fn push_str(out: &mut String, text: &str) {
    put(out, "\"");
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        if matches!(byte, b'"' | b'\\' | 0..=0x1f) {
            put(out, slice(text, start, at));
            put(out, "\\u00");
            put_hex(out, byte);
            start = at + 1;
        }
    }
    put(out, slice(text, start, text.len()));
    put(out, "\"");
}

/// Appends `value` in decimal digits.
pub fn push_decimal(out: &mut String, value: u64) {
    if value > 9 {
        push_decimal(out, value / 10);
    }
    put_ascii(out, b'0' + (value % 10) as u8);
}

/// The number that `digits` writes; `None` where there is anything else.
pub fn read_decimal(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0_u64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| value.wrapping_mul(10).wrapping_add(digit.into()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped_as_a_json_parser_expects() {
        let text = "quote \" backslash \\ newline \n nul \0 escape \u{1b} snow ☃ 𝄞";
        let mut out = String::new();
        push_str(&mut out, text);
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
    }

    #[test]
    fn numbers_read_back_as_they_were_written() {
        for value in [0, 9, 10, 1_732_233_600_000] {
            let mut out = String::new();
            push_decimal(&mut out, value);
            assert_eq!(out, value.to_string());
            assert_eq!(read_decimal(&out), Some(value));
        }
        assert_eq!(read_decimal("12x"), None);
        assert_eq!(read_decimal("-1"), None);
    }
}
