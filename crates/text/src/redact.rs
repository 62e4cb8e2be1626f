//! Takes secrets out of addresses before they leave the page.
//!
//! Reset links, OAuth answers, share tokens and e-mail addresses reach analytics by query, fragment
//! and path alike (<https://github.com/PostHog/posthog-js/issues/435>). What looks like one is
//! replaced by `REDACTED`; the rest of the address stays as it is. Redacting twice changes nothing.

use crate::text::{cut, end_of, put, put_ascii, slice};
use sillage_protocol::limits::MAX_URL_CHARS;

const REDACTED: &str = "REDACTED";

/// Parameter names, or parts of them, whose value is always a secret. Those with a sign behind them are found in
/// nested queries alone.
const SECRET_NAMES: &[u8] = b"token secret passw passp pwd apikey api_key api-key access_key \
    accesskey signature mail jwt credential session sessid bearer authoriz hmac code%3d ";

/// Parameter names that are secret only as a whole: `code` is, `postcode` is not.
const SECRET_WHOLE_NAMES: &[u8] = b"code user_code key auth sig pin otp sid pass ";

/// Words of links that carry a token: what follows is one if it has a digit.
const LINK_WORDS: &[u8] = b"reset invit share verif confirm magic activat unsubscribe ";

/// Names, or parts of them, of ad click ids: long and random, but no secret; campaigns need them.
const CLICK_ID_NAMES: &[u8] = b"clid clkid braid rdt_cid mc_cid sccid li_fat_id igshid epik _kx ";

/// What an e-mail address has in it, however often it was encoded.
const AT_SIGNS: &[u8] = b"@ %40 %2540 %252540 ";

/// What an address, a query or JSON in a value has in it. A path begins like one.
const NESTED: &[u8] = b"= %3d %253d %22%3a :// %2f%2f ";

/// Shortest run of letters and digits that can be a random token.
const MIN_TOKEN_BYTES: usize = 20;

/// How often a random token changes between digits, small and capital letters, at least.
const MIN_TOKEN_CHANGES: usize = 5;

/// Shortest piece after one of [`LINK_WORDS`] that counts as its token.
const MIN_LINK_TOKEN_BYTES: usize = 6;

/// `url` without secrets, user name and password, at most [`MAX_URL_CHARS`] bytes long.
///
/// Of an address without host (`mailto:`, `tel:`, `javascript:`, `data:`) only the scheme is kept.
pub fn redact_url(url: &str) -> String {
    let url = cut(url, MAX_URL_CHARS);
    let bytes = url.as_bytes();
    let mut kept = String::new();
    let colon = end_of(bytes, 0, b":");
    if colon == bytes.len() {
        return kept;
    }
    if end_of(&bytes[colon + 1..], 0, b"/") != 0 || bytes.get(colon + 2) != Some(&b'/') {
        put(&mut kept, slice(url, 0, colon + 1));
        return kept;
    }
    let host = colon + 3;
    let path = end_of(bytes, host, b"/?#");
    put(&mut kept, slice(url, 0, host));
    let credentials = bytes[host..path].iter().rposition(|&byte| byte == b'@');
    put(
        &mut kept,
        slice(url, credentials.map_or(host, |at| host + at + 1), path),
    );

    let mut before = 0..0;
    let mut at = path;
    while at < bytes.len() {
        let delimiter = bytes[at];
        let start = at + 1;
        let is_value = delimiter == b'=';
        let end = end_of(bytes, start, if is_value { b"?&;#" } else { b"/?&;#=" });
        put_ascii(&mut kept, delimiter);
        let name = &bytes[before];
        let piece = &bytes[start..end];
        let secret = if is_value {
            is_secret_value(name, piece)
        } else {
            is_secret_piece(name, piece)
        };
        put(
            &mut kept,
            if secret {
                REDACTED
            } else {
                slice(url, start, end)
            },
        );
        before = start..end;
        at = end;
    }
    kept.truncate(cut(&kept, MAX_URL_CHARS).len());
    kept
}

fn is_secret_value(name: &[u8], value: &[u8]) -> bool {
    if value.is_empty() {
        return false;
    }
    is_named(value, AT_SIGNS)
        || is_named(name, SECRET_NAMES)
        || is_whole(name, SECRET_WHOLE_NAMES)
        || is_link_token(name, value)
        || (is_named(value, NESTED) || matches!(value[0], b'/' | b'%'))
            && is_link_token(value, value)
        || !is_named(name, CLICK_ID_NAMES) && has_token(value)
}

fn is_secret_piece(before: &[u8], piece: &[u8]) -> bool {
    is_named(piece, AT_SIGNS) || has_token(piece) || is_link_token(before, piece)
}

fn is_link_token(before: &[u8], piece: &[u8]) -> bool {
    piece.len() >= MIN_LINK_TOKEN_BYTES
        && piece.iter().any(u8::is_ascii_digit)
        && (is_named(before, LINK_WORDS) || is_named(before, SECRET_NAMES))
}

/// Whether a run of letters and digits changes its kind so often that nobody can have written it.
fn has_token(piece: &[u8]) -> bool {
    let (mut length, mut changes, mut digits) = (0, 0, 0);
    let mut kind_before = 0;
    if is_uuid(piece) {
        // Most applications name their records so; after a link word it is a token all the same.
        return false;
    }
    for &byte in piece {
        let kind = match byte {
            b'0'..=b'9' => 1,
            b'a'..=b'z' => 2,
            b'A'..=b'Z' => 3,
            b'-' | b'_' => 0,
            _ => {
                (length, changes, digits, kind_before) = (0, 0, 0, 0);
                continue;
            }
        };
        length += 1;
        digits += usize::from(kind == 1);
        // Words of a slug are parted by hyphens: those are no changes.
        changes += usize::from(kind != kind_before && kind * kind_before != 0);
        kind_before = kind;
        if length >= MIN_TOKEN_BYTES && changes >= MIN_TOKEN_CHANGES && digits > 0 {
            return true;
        }
    }
    false
}

fn is_uuid(piece: &[u8]) -> bool {
    piece.len() == 36
        && piece.iter().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                *byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part))
}

/// Whether `name` contains one of `words`, which end with a space each.
fn is_named(name: &[u8], words: &[u8]) -> bool {
    any_word(words, |word| contains(name, word))
}

fn is_whole(name: &[u8], words: &[u8]) -> bool {
    any_word(words, |word| name.eq_ignore_ascii_case(word))
}

fn any_word(words: &[u8], mut test: impl FnMut(&[u8]) -> bool) -> bool {
    words
        .split(|&byte| byte == b' ')
        .any(|word| !word.is_empty() && test(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_leave_query_fragment_and_path() {
        for (url, redacted) in [
            (
                "https://a.test/?q=shoes&page=2",
                "https://a.test/?q=shoes&page=2",
            ),
            (
                "https://a.test/cb?code=4%2F0Ab&state=x",
                "https://a.test/cb?code=REDACTED&state=x",
            ),
            (
                "https://a.test/#access_token=ab&expires_in=3600",
                "https://a.test/#access_token=REDACTED&expires_in=3600",
            ),
            (
                "https://a.test/#/reset/9f8e7d?lang=de",
                "https://a.test/#/reset/REDACTED?lang=de",
            ),
            (
                "https://a.test/invite/550e8400-e29b-41d4-a716-446655440000",
                "https://a.test/invite/REDACTED",
            ),
            (
                "https://a.test/order/550e8400-e29b-41d4-a716-446655440000",
                "https://a.test/order/550e8400-e29b-41d4-a716-446655440000",
            ),
            (
                "https://a.test/s/5f4dcc3b5aa765d61d8327deb882cf99/x",
                "https://a.test/s/REDACTED/x",
            ),
            (
                "https://a.test/u/jo%40b.test/posts",
                "https://a.test/u/REDACTED/posts",
            ),
            (
                "https://a.test/?contact=jo@b.test",
                "https://a.test/?contact=REDACTED",
            ),
            ("https://jo:pw@a.test/x", "https://a.test/x"),
            (
                "https://a.test/x;jsessionid=1A2B?y=1",
                "https://a.test/x;jsessionid=REDACTED?y=1",
            ),
            (
                "https://a.test/?next=https%3A%2F%2Fb.test%3Ftoken%3Dabc",
                "https://a.test/?next=REDACTED",
            ),
            (
                "https://a.test/?t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.sig",
                "https://a.test/?t=REDACTED",
            ),
            (
                "https://a.test/?postcode=12345&author=jo",
                "https://a.test/?postcode=12345&author=jo",
            ),
            (
                "https://a.test/?api_key=k&API-KEY=k&Password=p",
                "https://a.test/?api_key=REDACTED&API-KEY=REDACTED&Password=REDACTED",
            ),
            ("https://a.test/?token=&x=1", "https://a.test/?token=&x=1"),
        ] {
            assert_eq!(redact_url(url), redacted);
        }
    }

    #[test]
    fn what_analytics_needs_stays() {
        for url in [
            "https://a.test/?gclid=EAIaIQobChMI1234567890abCDefGHij_BwE&utm_source=google",
            "https://a.test/?fbclid=IwAR0aB1cD2eF3gH4iJ5kL6mN7oP8qR9s",
            "https://a.test/p/iphone-15-pro-max-256gb-black-titanium",
            "https://a.test/2024/05/some-very-long-title-of-an-article-part-2",
            "https://a.test/?ts=1732233600000&id=12345678901234567890",
            "https://a.test/?share=twitter&reset=1",
            "http://localhost:8080/app/#/route",
        ] {
            assert_eq!(redact_url(url), url);
        }
    }

    #[test]
    fn addresses_without_a_host_keep_their_scheme_only() {
        assert_eq!(redact_url("mailto:jo@b.test"), "mailto:");
        assert_eq!(redact_url("javascript:alert(1)"), "javascript:");
        assert_eq!(redact_url("a:"), "a:");
        assert_eq!(redact_url("a:/"), "a:");
        assert_eq!(redact_url("a://"), "a://");
        assert_eq!(redact_url("not an address"), "");
        assert_eq!(redact_url(""), "");
    }

    proptest! {
        #[test]
        fn redacting_twice_changes_nothing(rest in "[a-zA-Z0-9/?&;#=%@_.äé-]{0,200}") {
            let once = redact_url(&format!("https://a.test/{rest}"));
            prop_assert_eq!(redact_url(&once), once);
        }

        #[test]
        fn any_text_is_taken_and_kept_short(text in ".{0,3000}") {
            prop_assert!(redact_url(&text).len() <= MAX_URL_CHARS);
            let url = format!("https://a.test/{text}");
            prop_assert!(redact_url(&url).len() <= MAX_URL_CHARS);
        }
    }
}
