//! What was looked for.

use sillage_capture::{Fact, PageChange};

use crate::support::open;

#[test]
fn the_words_of_a_results_page_are_told_once_the_page_is_recorded() {
    let mut tab = open("search", "https://a.test/search?q=red+rope%208mm&page=2");
    assert!(tab.captured().is_empty());
    tab.hears(Fact::PageRecorded);
    assert_eq!(
        tab.captured(),
        [r#"search_performed {"parameter":"q"} searchQuery="red rope 8mm" +"#]
    );
}

#[test]
fn each_search_is_told_once_and_pages_without_one_are_silent() {
    let mut tab = open("search=w,q", "https://a.test/");
    tab.hears(Fact::PageRecorded);
    for (url, change) in [
        ("https://a.test/?w=sail&q=no", PageChange::AddressChanged),
        (
            "https://a.test/?w=sail&q=no#top",
            PageChange::AddressChanged,
        ),
        ("https://a.test/?w=sail&q=no", PageChange::AddressChanged),
        ("https://a.test/?w=+&q=", PageChange::AddressChanged),
        ("https://a.test/?w=", PageChange::Called),
    ] {
        tab.after(100)
            .goes_to(url, change)
            .hears(Fact::PageRecorded);
    }
    assert_eq!(
        tab.captured(),
        [r#"search_performed {"parameter":"w"} searchQuery="sail" +"#]
    );
}

#[test]
fn an_address_that_was_typed_into_the_search_is_not_told() {
    let mut tab = open("search", "https://a.test/?q=jo%40b.test");
    tab.hears(Fact::PageRecorded);
    assert_eq!(
        tab.captured(),
        [r#"search_performed {"parameter":"q"} searchQuery="REDACTED" +"#]
    );
}
