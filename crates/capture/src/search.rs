//! What the visitor looked for, out of the address of the page that answers.

use sillage_protocol::limits::MAX_TEXT_CHARS;
use sillage_text::json;
use sillage_text::text::{cut, end_of, put, slice};

use crate::members::Members;
use crate::{Captured, Shell};

/// Parameters that are looked at where the site names none.
pub(crate) const PARAMETERS: &str = "q,query,search,s,keyword";

/// Records the words in the first of `parameters`, in their order, that the redacted address `url` has.
pub(crate) fn performed(url: &str, parameters: &[String], shell: &mut dyn Shell) {
    for parameter in parameters {
        let words = decode(value_of(url, parameter));
        let words = cut(words.trim(), MAX_TEXT_CHARS);
        if words.is_empty() {
            continue;
        }
        let mut attributes = Members::default();
        attributes.text("parameter", parameter);
        // A member of `webEvent`, beside its attributes.
        let mut props = attributes.finish();
        put(&mut props, ",\"searchQuery\":");
        json::push_str(&mut props, words);
        shell.record(Captured {
            name: "search_performed",
            props: &props,
            ago_ms: 0,
            is_activity: true,
            follows_click: false,
        });
        return;
    }
}

/// The value of a parameter, in the query or in a fragment that has one of its own; nothing where there is none.
fn value_of<'u>(url: &'u str, parameter: &str) -> &'u str {
    let bytes = url.as_bytes();
    let mut at = end_of(bytes, 0, b"?&;");
    while at < bytes.len() {
        let start = at + 1;
        at = end_of(bytes, start, b"?&;#");
        let equals = end_of(bytes, start, b"=?&;#");
        if slice(url, start, equals) == parameter && equals < at {
            return slice(url, equals + 1, at);
        }
        if bytes.get(at) == Some(&b'#') {
            at = end_of(bytes, at, b"?&;");
        }
    }
    ""
}

/// `value` without the escapes of a query (<https://url.spec.whatwg.org/#urlencoded-parsing>); as it is where
/// they are no text.
fn decode(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut decoded = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        let escaped = (byte == b'%')
            .then(|| Some((digit(*bytes.get(at)?)?, digit(*bytes.get(at + 1)?)?)))
            .flatten();
        decoded.push(match (byte, escaped) {
            (b'+', _) => b' ',
            (_, Some((high, low))) => {
                at += 2;
                high << 4 | low
            }
            _ => byte,
        });
    }
    String::from_utf8(decoded).unwrap_or_else(|_| value.into())
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_an_address_has_parameters() {
        for (url, words) in [
            ("https://a.test/?q=rope", "rope"),
            ("https://a.test/?page=2&q=rope&q=sail#q=no", "rope"),
            ("https://a.test/#/find?q=rope", "rope"),
            ("https://a.test/?aq=no#top?q=rope", "rope"),
            ("https://a.test/?q#x", ""),
            ("https://a.test/?q=&x", ""),
            ("https://a.test/q=no", ""),
            ("", ""),
        ] {
            assert_eq!(value_of(url, "q"), words, "{url}");
        }
    }

    #[test]
    fn escapes_become_text() {
        assert_eq!(decode("red+8%20mm%2B"), "red 8 mm+");
        assert_eq!(decode("Stra%C3%9Fe %e2%98%83"), "Straße ☃");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%ff"), "%ff");
        assert_eq!(decode("%4"), "%4");
    }
}
