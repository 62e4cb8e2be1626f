//! Half characters in JSON texts.
//!
//! JavaScript strings may end in the middle of an emoji. `JSON.stringify` writes such a half as
//! `\ud83d`, which is not a character, and Rust's parser refuses it. An event must not be lost for
//! that: the half becomes U+FFFD, as browsers do when they encode such a string.

use std::borrow::Cow;

const REPLACEMENT: &str = "\\ufffd";

/// The text with every escaped lone surrogate replaced. `text` must be valid JSON.
pub(super) fn repaired(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut repaired = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        let start = at + found;
        at = start + 2;
        match unit(bytes, start) {
            Some(0xD800..=0xDBFF) if matches!(unit(bytes, start + 6), Some(0xDC00..=0xDFFF)) => {
                at = start + 12;
            }
            Some(0xD800..=0xDFFF) => {
                repaired.push_str(&text[copied..start]);
                repaired.push_str(REPLACEMENT);
                at = start + 6;
                copied = at;
            }
            _ => {}
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    repaired.push_str(&text[copied..]);
    Cow::Owned(repaired)
}

/// The UTF-16 unit of a `\uXXXX` that begins at `start`.
fn unit(bytes: &[u8], start: usize) -> Option<u32> {
    let [b'\\', b'u', digits @ ..] = bytes.get(start..start + 6)? else {
        return None;
    };
    digits.iter().try_fold(0, |sum, digit| {
        Some(sum * 16 + char::from(*digit).to_digit(16)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_halves_are_replaced() {
        for (text, expected) in [
            (r#""plain""#, r#""plain""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""cut \ud83d""#, r#""cut \ufffd""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""\uD83D\uD83D\uDE00x""#, r#""\ufffd\uD83D\uDE00x""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""é\n\ud800é""#, r#""é\n\ufffdé""#),
        ] {
            assert_eq!(repaired(text), expected);
            assert!(
                serde_json::from_str::<String>(&repaired(text)).is_ok(),
                "{text}"
            );
        }
    }
}
