//! The few operations on text that the modules do everywhere, out of line.
//!
//! Inlined at every place, each would weigh more than a call; `str`'s pattern API would bring a
//! searcher along, so an ASCII byte is found by a loop.

/// Appends `part` to `out`.
#[inline(never)]
pub fn put(out: &mut String, part: &str) {
    out.push_str(part);
}

/// Appends an ASCII character: `String::push` would bring code for the others along.
#[inline(never)]
pub fn put_ascii(out: &mut String, byte: u8) {
    put(out, char::from(byte & 0x7f).encode_utf8(&mut [0]));
}

/// A copy of `text`.
#[inline(never)]
pub fn owned(text: &str) -> String {
    let mut copy = String::new();
    put(&mut copy, text);
    copy
}

/// Where the first of `delimiters` stands in `bytes`, counted from `start`; their length if none does.
#[inline(never)]
pub fn end_of(bytes: &[u8], start: usize, delimiters: &[u8]) -> usize {
    let mut end = start;
    while let Some(byte) = bytes.get(end) {
        let mut found = false;
        for delimiter in delimiters {
            found |= delimiter == byte;
        }
        if found {
            break;
        }
        end += 1;
    }
    end
}

/// Takes the part of `text` before the ASCII byte `delimiter` off it; all of it where there is none.
#[inline(never)]
pub fn take_until<'a>(text: &mut &'a str, delimiter: u8) -> &'a str {
    let end = end_of(text.as_bytes(), 0, &[delimiter]);
    let part = slice(text, 0, end);
    *text = slice(text, end + 1, text.len());
    part
}

/// The bytes of `text` from `start` to `end`; nothing where there are none, or where a character
/// would be split.
#[inline(never)]
pub fn slice(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or("")
}

/// The first `max` bytes of `text`, fewer where that would split a character.
pub fn cut(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    slice(text, 0, end)
}

/// How many characters `text` has. The standard library's count is unrolled to 560 instructions.
pub fn count_chars(text: &str) -> usize {
    let mut count = 0;
    for byte in text.bytes() {
        // Bytes that continue a character (RFC 3629, section 3) begin with the bits 10.
        count += usize::from(byte & 0xc0 != 0x80);
    }
    count
}

/// Appends `byte` in hexadecimal.
pub fn put_hex(out: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 15] {
        put_ascii(out, if digit > 9 { b'a' - 10 } else { b'0' } + digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(cut("aü", 9), "aü");
        assert_eq!(cut("aü", 3), "aü");
        assert_eq!(cut("aü", 2), "a");
        assert_eq!(cut("ü", 1), "");
        assert_eq!(count_chars("aü☃𝄞"), 4);
    }
}
