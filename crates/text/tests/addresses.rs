//! Addresses of the kinds that leak in real life, each with what must be gone of it and what must stay.

use proptest::prelude::*;
use proptest::sample::select;
use sillage_text::redact::redact_url;

const ADDRESSES: &str = include_str!("../../../tests/js/fixtures/addresses.tsv");

#[test]
fn secrets_are_gone_and_the_rest_stays() {
    let mut broken = Vec::new();
    let rows = ADDRESSES.lines().filter(|line| !line.starts_with('#'));
    for row in rows {
        let mut cells = row.split('\t');
        let (url, gone, stays) = (
            cells.next().unwrap(),
            cells.next().unwrap_or_default(),
            cells.next().unwrap_or_default(),
        );
        let redacted = redact_url(url);
        for secret in gone.split_whitespace() {
            if redacted.contains(secret) {
                broken.push(format!("{url}\n  becomes {redacted}\n  with {secret}"));
            }
        }
        for kept in stays.split_whitespace() {
            if !redacted.contains(kept) {
                broken.push(format!("{url}\n  becomes {redacted}\n  without {kept}"));
            }
        }
        assert_eq!(redact_url(&redacted), redacted, "again: {url}");
    }
    assert!(
        broken.is_empty(),
        "{} leak or lose:\n{}",
        broken.len(),
        broken.join("\n")
    );
}

#[test]
fn there_are_enough_of_them() {
    let rows = ADDRESSES.lines().filter(|line| !line.starts_with('#'));
    assert!(rows.count() >= 100);
}

/// Where in an address a piece may stand.
const PLACES: [&str; 8] = [
    "https://a.test/x/{}",
    "https://a.test/x/{}/y?z=1",
    "https://a.test/?x={}",
    "https://a.test/?x=1&y={}&z=1",
    "https://a.test/#{}",
    "https://a.test/#/x/{}",
    "https://a.test/#x={}&y=1",
    "https://a.test/x;y={}?z=1",
];

proptest! {
    #[test]
    fn an_email_address_is_gone_wherever_it_stands(
        place in select(&PLACES[..]),
        user in "[a-z]{4,12}",
        at in select(&["@", "%40", "%2540", "%252540"][..]),
        around in "[a-z]{0,5}",
    ) {
        let url = place.replace("{}", &format!("{around}{user}{at}b.test{around}"));
        prop_assert!(!redact_url(&url).contains(&user), "{}", redact_url(&url));
    }

    #[test]
    fn what_is_called_a_secret_is_gone_whatever_it_is(
        place in select(&["https://a.test/?x=1&{}&y=1", "https://a.test/#{}", "https://a.test/p;{}"][..]),
        prefix in "([a-z]{1,5}[_-])?",
        name in select(&["token", "access_token", "Password", "apikey", "client_secret", "jsessionid", "email", "X-Amz-Signature"][..]),
        value in "[a-zA-Z0-9._~%/-]{1,40}",
    ) {
        let url = place.replace("{}", &format!("{prefix}{name}={value}"));
        let expected = place.replace("{}", &format!("{prefix}{name}=REDACTED"));
        prop_assert_eq!(redact_url(&url), expected);
    }

    #[test]
    fn a_query_of_a_query_is_not_a_way_out(
        name in select(&["next", "returnUrl", "u"][..]),
        secret in "[a-z]{6,12}",
        encoded in select(&["%2Fcb%3Ftoken%3D", "https%3A%2F%2Fa.test%2F%3Fpassword%3D", "%252Fcb%253Ftoken%253D", "%7B%22token%22%3A%22"][..]),
    ) {
        let url = format!("https://a.test/?{name}={encoded}{secret}&page=2");
        prop_assert_eq!(redact_url(&url), format!("https://a.test/?{name}=REDACTED&page=2"));
    }

    #[test]
    fn words_and_numbers_of_a_shop_stay(
        path in "(/[a-z]{1,12}(-[a-z]{1,12}){0,4}){0,4}",
        page in 0u32..100_000,
        color in "[a-z]{3,9}",
    ) {
        let url = format!("https://a.test/shop{path}?page={page}&color={color}#top");
        prop_assert_eq!(redact_url(&url), url);
    }
}
