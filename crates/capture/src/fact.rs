//! Facts about the page, in the past tense.

use sillage_text::Fields;

use crate::{Click, Form, Link, Media, Playing, Thrown};

/// Something that happened on the page.
#[derive(Clone, Copy, Debug)]
pub enum Fact<'a> {
    /// The page that was in view may have made way for another one, or for itself again. Heard before
    /// the tracker hears of it: what belongs to the page before is recorded under that page.
    PageChanged {
        /// Address of the page that is in view now, unredacted.
        url: &'a str,
        /// How it came to that.
        change: PageChange,
        /// Whether the tab is visible.
        is_visible: bool,
        /// Whether the window has the focus.
        has_focus: bool,
    },
    /// The visitor did something: moved, pressed, typed, scrolled, came back to the window.
    Active,
    /// The window lost the focus to another one.
    Blurred,
    /// So much of the page is, or was, above the lower edge of the window.
    DepthSeen {
        /// In per cent of its height, 0 to 100.
        percent: u64,
        /// Whether the visitor scrolled there; else the page began so.
        by_scrolling: bool,
    },
    /// The tracker has heard of the page that was told last.
    PageRecorded,
    /// A field of a form got the focus.
    FormEntered(Form<'a>),
    /// The visitor changed what is in a field.
    FieldChanged {
        /// Its form.
        form: Form<'a>,
        /// What the page calls it.
        field: &'a str,
    },
    /// A form was sent.
    FormSubmitted {
        /// Which.
        form: Form<'a>,
        /// Where to: an address, unredacted.
        action: &'a str,
        /// Names and values by turns, of the fields that [`crate::may_read`] allows; nothing where the form
        /// does not say that values may be read.
        values: Fields<'a>,
    },
    /// The visitor clicked a link, which the tracker has recorded.
    LinkFollowed(Link<'a>),
    /// The visitor clicked, after the tracker has recorded it.
    Clicked(Click<'a>),
    /// Something changed on the page.
    Reacted,
    /// The page has had three seconds to react to the last click.
    Waited,
    /// The page did not catch an error.
    ErrorThrown(Thrown<'a>),
    /// Something became of an audio or a video.
    MediaPlayed {
        /// Of which, and where in it.
        media: Media<'a>,
        /// What.
        playing: Playing,
    },
    /// So much of an element that a site waits for is in view.
    ElementSeen {
        /// Which trigger waits for it, as [`crate::Captures::add_trigger`] numbered it.
        trigger: usize,
        /// Tells the element apart from others of the document.
        element: u64,
        /// What the page calls it; empty where the event is not to tell.
        name: &'a str,
        /// In per cent of its area, or of the window's where that is smaller.
        percent: u64,
    },
    /// The visitor has clicked an element or sent a form that a site waits for.
    Triggered {
        /// Which trigger waits for it.
        trigger: usize,
        /// What the page calls the element; empty where the event is not to tell.
        name: &'a str,
        /// Whether the tracker has recorded the click.
        follows_click: bool,
    },
    /// The time that was asked for is over.
    Woken,
    /// The tab is no longer visible.
    Hidden,
    /// The tab is visible again.
    Shown,
    /// The page is being left (`pagehide`).
    Left,
}

/// How a page came into view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageChange {
    /// The document was loaded, or the back-forward cache gave it back.
    Loaded,
    /// The address may have changed without a load.
    AddressChanged,
    /// The site called `page()`.
    Called,
}
