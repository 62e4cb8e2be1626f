//! Where clicks lead.

use sillage_capture::{Fact, Link};

use crate::support::{Tab, open};

const PAGE: &str = "https://a.test/products";

impl Tab {
    fn follows(&mut self, url: &str) -> &mut Self {
        self.hears(Fact::LinkFollowed(Link {
            url,
            is_download: false,
        }))
    }
}

#[test]
fn a_link_is_one_thing_at_most() {
    let mut tab = open("downloads links contacts", PAGE);
    tab.follows("https://a.test/products?page=2");
    tab.follows("javascript:void(0)");
    assert!(tab.captured().is_empty());
    tab.follows("https://b.test/prices.pdf?token=abc");
    tab.follows("https://b.test/about");
    tab.follows("mailto:jo@b.test?subject=Hello");
    tab.follows("tel:+33123456789");
    assert_eq!(
        tab.captured(),
        [
            concat!(
                r#"file_downloaded {"fileExtension":"pdf","fileName":"prices.pdf","isOutbound":true,"#,
                r#""url":"https://b.test/prices.pdf?token=REDACTED"} + ^"#
            ),
            r#"outbound_link_clicked {"hostname":"b.test","url":"https://b.test/about"} + ^"#,
            r#"contact_link_clicked {"channel":"mailto"} + ^"#,
            r#"contact_link_clicked {"channel":"tel"} + ^"#,
        ]
    );
}

#[test]
fn each_kind_is_switched_on_by_itself() {
    let mut tab = open("links=b.test", PAGE);
    for url in [
        "https://a.test/prices.pdf",
        "mailto:jo@b.test",
        "https://shop.b.test/",
    ] {
        tab.follows(url);
    }
    assert!(tab.captured().is_empty());
    tab.follows("https://c.test/prices.pdf");
    assert!(tab.captured()[0].starts_with("outbound_link_clicked"));

    let mut tab = open("downloads=gpx", PAGE);
    tab.follows("https://a.test/prices.pdf")
        .follows("https://a.test/tour.GPX");
    assert_eq!(tab.captured().len(), 1);
    tab.hears(Fact::LinkFollowed(Link {
        url: "blob:https://a.test/1b4e28ba",
        is_download: true,
    }));
    assert!(tab.captured()[0].starts_with("file_downloaded"));
}
