//! Takes secrets out of what programs say: messages and stacks of errors.

use sillage_text::redact::redact_url;
use sillage_text::text::{end_of, put, put_ascii, slice};

/// Makes a word an address, which is what is redacted.
const AS_PATH: &str = "https://a/";

/// `text` without the secrets in its addresses, and without the e-mail addresses and random tokens among its
/// words. Words are parted by white space, quotes and brackets.
pub(crate) fn redact_words(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut kept = String::new();
    let mut start = 0;
    loop {
        let end = end_of(bytes, start, b" \t\n\r\"'`()<>[]{},");
        let word = slice(text, start, end);
        // Firefox writes a function's name and `@` in front of an address.
        let at = address_in(word);
        let mut address = String::new();
        if at == word.len() {
            put(&mut address, AS_PATH);
            put(&mut address, word);
            let redacted = redact_url(&address);
            put(&mut kept, slice(&redacted, AS_PATH.len(), redacted.len()));
        } else {
            put(&mut kept, slice(word, 0, at));
            put(&mut kept, &redact_url(slice(word, at, word.len())));
        }
        let Some(&delimiter) = bytes.get(end) else {
            return kept;
        };
        put_ascii(&mut kept, delimiter);
        start = end + 1;
    }
}

/// Where an http address begins in `word`; its length where none does.
fn address_in(word: &str) -> usize {
    let bytes = word.as_bytes();
    (0..bytes.len())
        .find(|&at| {
            let rest = &bytes[at..];
            rest.starts_with(b"http://") || rest.starts_with(b"https://")
        })
        .unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_text_are_redacted_and_the_rest_stays() {
        for (text, redacted) in [
            ("x is not a function: ü", "x is not a function: ü"),
            (
                "no (https://a.test/x?token=abc&y=1) \"jo@b.test\"",
                "no (https://a.test/x?token=REDACTED&y=1) \"REDACTED\"",
            ),
            (
                "f@https://jo:pw@a.test/app.js:10:5\ng@https://a.test/b.js:1:2",
                "f@https://a.test/app.js:10:5\ng@https://a.test/b.js:1:2",
            ),
            ("at f (app.js:1:2)", "at f (app.js:1:2)"),
            ("token=abc&x=1", "token=REDACTED&x=1"),
            ("aB3dE5gH7jK9mN1pQ3sT5", "REDACTED"),
            ("", ""),
        ] {
            assert_eq!(redact_words(text), redacted);
        }
    }
}
