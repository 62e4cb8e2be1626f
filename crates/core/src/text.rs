//! The few operations on text that the core does everywhere, out of line.
//!
//! Inlined, each costs the module some fifteen instructions; called, four. The same goes for
//! `str`'s pattern API, which brings a searcher along: an ASCII byte is found by a loop.

/// Appends `part` to `out`.
#[inline(never)]
pub(crate) fn put(out: &mut String, part: &str) {
    out.push_str(part);
}

/// A copy of `text`.
#[inline(never)]
pub(crate) fn owned(text: &str) -> String {
    let mut copy = String::new();
    put(&mut copy, text);
    copy
}

/// Where the first of `delimiters` stands in `bytes`, counted from `start`; their length if none does.
#[inline(never)]
pub(crate) fn end_of(bytes: &[u8], start: usize, delimiters: &[u8]) -> usize {
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
pub(crate) fn take_until<'a>(text: &mut &'a str, delimiter: u8) -> &'a str {
    let end = end_of(text.as_bytes(), 0, &[delimiter]);
    let part = &text[..end];
    *text = text.get(end + 1..).unwrap_or("");
    part
}

/// Shortens `text` to at most `max` bytes, between two characters.
pub(crate) fn cut(text: &mut String, max: usize) {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}
