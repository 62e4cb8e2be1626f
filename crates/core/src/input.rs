//! Facts that the shell reports, in the past tense.

use crate::Consent;
use sillage_protocol::Timestamp;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// The stored record was read: another tab may have written it.
    MemoryRead(Option<&'a str>),
    /// Batches that an earlier page left behind were found.
    SpillFound(&'a str),
    /// A page came into view.
    PageSeen {
        /// What the page says of itself.
        facts: PageFacts<'a>,
        /// Why it came into view.
        cause: PageCause,
    },
    /// The visitor clicked an element.
    Clicked(ClickFacts<'a>),
    /// The site recorded an event of its own.
    Tracked {
        /// The event's name.
        name: &'a str,
        /// The event's properties, as the text of a JSON object.
        props: Option<&'a str>,
        /// When the site called: the loader hands over calls made before the module was ready.
        at: Timestamp,
        /// When the visitor last did something: only that extends a session, no timer does.
        active_at: Timestamp,
    },
    /// The page is no longer visible; it may never be again.
    PageHidden,
    /// The page is being left (`pagehide`).
    PageLeft,
    /// The page is visible again, from another tab or out of the back-forward cache.
    PageShown,
    /// The wake-up that was asked for has come.
    Woken,
    /// The browser is online again.
    WentOnline,
    /// The site asked to send now.
    FlushRequested,
    /// A batch's request has ended.
    SendFinished {
        /// Id of the batch.
        batch: &'a str,
        /// What came of it.
        outcome: Outcome,
    },
    /// The visitor has chosen.
    ConsentChanged(Consent),
}

/// What came of sending a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer carried the batch's id: every event is stored, known already, or rejected.
    Acknowledged {
        /// How many of them were rejected for good.
        rejected: u32,
    },
    /// The answer carried the batch's id and refused it as a whole, for good.
    Refused,
    /// Anything else, whatever its status: a captive portal and a firewall answer too.
    Unconfirmed {
        /// What `Retry-After` asked for, in milliseconds; 0 where it was absent.
        retry_after_ms: u64,
    },
}

/// Why a page came into view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageCause {
    /// The document was loaded.
    Loaded,
    /// The address may have changed without a load (History API, hash).
    AddressChanged,
    /// The back-forward cache gave it back.
    Restored,
    /// The site called `page()`.
    Called,
}

/// What a page says of itself. Empty where the page is silent.
///
/// Numbers come as the text that JavaScript made of them, since they only pass through.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageFacts<'a> {
    /// The address, unredacted.
    pub url: &'a str,
    /// The address of the page before, unredacted.
    pub referrer: &'a str,
    /// `document.title`.
    pub title: &'a str,
    /// `<html lang>`.
    pub lang: &'a str,
    /// `<meta name="keywords">`.
    pub keywords: &'a str,
    /// JSON array of names, from a JSON-LD `BreadcrumbList`.
    pub breadcrumb: &'a str,
    /// `navigator.language`, BCP 47.
    pub browser_lang: &'a str,
    /// Inner width of the window, in CSS pixels.
    pub view_width: &'a str,
    /// Inner height of the window, in CSS pixels.
    pub view_height: &'a str,
    /// Width of the screen, in CSS pixels.
    pub screen_width: &'a str,
    /// Height of the screen, in CSS pixels.
    pub screen_height: &'a str,
    /// Device pixels per CSS pixel, rounded.
    pub screen_density: &'a str,
    /// Browser's name by client hints.
    pub browser_family: &'a str,
    /// Browser's version by client hints.
    pub browser_version: &'a str,
    /// Operating system by client hints.
    pub os_family: &'a str,
    /// Operating system's version by client hints.
    pub os_version: &'a str,
    /// Device model by client hints.
    pub model: &'a str,
    /// `true` or `false` by client hints.
    pub is_mobile: &'a str,
}

/// What was clicked. Empty where the element is silent.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClickFacts<'a> {
    /// The name that the site declared (`data-sillage-name`).
    pub name: &'a str,
    /// A selector that finds the element again.
    pub selector: &'a str,
    /// The visible text, or what stands for it (`aria-label`, a submit button's label).
    pub text: &'a str,
    /// The link's address, unredacted.
    pub href: &'a str,
    /// Whether the element is marked as an offer (`data-sillage-offer`).
    pub is_offer: bool,
}
