//! What all events of one page view have in common.

use sillage_protocol::wire::{
    Browser, Device, Environment, Page, Place, Referrer, said, said_json,
};

use crate::{PageFacts, json};

/// Shared by the events of one page view within one session; written once a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) session: String,
    /// Id of the page view's own event.
    pub(crate) correlation: String,
    /// Members of `webEvent` that say where: page and referrer.
    pub(crate) place: String,
    /// Members that say with what: browser and device.
    pub(crate) environment: String,
}

/// The members of `webEvent` that say where. Both addresses are redacted already.
pub(crate) fn place(facts: &PageFacts<'_>, url: &str, referrer: &str) -> String {
    members(&Place {
        page: Page {
            url,
            title: facts.title,
            lang: said(facts.lang),
            keywords: said(facts.keywords),
            breadcrumb: said_json(facts.breadcrumb),
        },
        referrer: said(referrer).map(|url| Referrer { url }),
    })
}

/// The members that say with what.
pub(crate) fn environment(facts: &PageFacts<'_>) -> String {
    members(&Environment {
        browser: Browser {
            family: said(facts.browser_family),
            version: said(facts.browser_version),
            lang: said(facts.browser_lang),
            view_width: said_json(facts.view_width),
            view_height: said_json(facts.view_height),
        },
        device: Device {
            screen_width: said_json(facts.screen_width),
            screen_height: said_json(facts.screen_height),
            screen_density: said_json(facts.screen_density),
            os_family: said(facts.os_family),
            os_version: said(facts.os_version),
            model: said(facts.model),
            is_mobile: said_json(facts.is_mobile),
        },
    })
}

/// `value` as JSON without its braces, to be put between others.
pub(crate) fn members<T: serde::Serialize>(value: &T) -> String {
    let mut out = String::new();
    json::write(&mut out, value);
    out.pop();
    out.remove(0);
    out
}
