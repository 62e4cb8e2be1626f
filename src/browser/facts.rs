//! What `js/facts.ts` read, split into the core's words; the order is the same there.

use sillage_core::{ClickFacts, PageFacts};

const SEPARATOR: u8 = 0x1f;

/// Takes the facts of one text apart, one after the other; empty ones once they run out.
struct Facts<'a>(&'a str);

impl<'a> Facts<'a> {
    fn next(&mut self) -> &'a str {
        let end = self.0.bytes().position(|byte| byte == SEPARATOR);
        let (fact, rest) = end.map_or((self.0, ""), |end| (&self.0[..end], &self.0[end + 1..]));
        self.0 = rest;
        fact
    }
}

/// What a page says of itself.
pub(crate) fn page(text: &str) -> PageFacts<'_> {
    let mut facts = Facts(text);
    PageFacts {
        url: facts.next(),
        referrer: facts.next(),
        title: facts.next(),
        lang: facts.next(),
        keywords: facts.next(),
        breadcrumb: facts.next(),
        browser_lang: facts.next(),
        view_width: facts.next(),
        view_height: facts.next(),
        screen_width: facts.next(),
        screen_height: facts.next(),
        screen_density: facts.next(),
        browser_family: facts.next(),
        browser_version: facts.next(),
        os_family: facts.next(),
        os_version: facts.next(),
        model: facts.next(),
        is_mobile: facts.next(),
    }
}

/// What was clicked.
pub(crate) fn click(text: &str) -> ClickFacts<'_> {
    let mut facts = Facts(text);
    ClickFacts {
        name: facts.next(),
        selector: facts.next(),
        text: facts.next(),
        href: facts.next(),
        is_offer: !facts.next().is_empty(),
    }
}
