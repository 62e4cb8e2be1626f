//! Facts about the page, in the past tense. Texts stay outside: what has a name in the page is a number in here.

use crate::{Click, Media, Playing};

/// Something that happened on the page.
#[derive(Clone, Copy, Debug)]
pub enum Fact {
    /// Another page came into view, or the same for itself again. Heard before the tracker hears of it: what belongs to
    /// the page before is recorded under that page.
    PageBegan {
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
    /// The tab is no longer visible.
    Hidden,
    /// The tab is visible again.
    Shown,
    /// The page is being left (`pagehide`).
    Left,
    /// A field of a form got the focus.
    FormEntered {
        /// Tells the form apart from others of the document.
        form: u32,
    },
    /// The visitor changed what is in a field.
    FieldChanged {
        /// Its form.
        form: u32,
        /// Tells the field apart from others of the form.
        field: u32,
    },
    /// A form was sent.
    FormSubmitted {
        /// Which.
        form: u32,
    },
    /// The visitor clicked, after the tracker has recorded it.
    Clicked(Click),
    /// Something changed on the page.
    Reacted,
    /// The page has had three seconds to react to the last click.
    Waited,
    /// The page did not catch an error.
    ErrorThrown {
        /// Is the same where an error is told again.
        error: u32,
    },
    /// Something became of an audio or a video.
    MediaPlayed {
        /// What.
        playing: Playing,
        /// Of which, and where in it.
        media: Media,
    },
    /// So much of an element that a site waits for is in view.
    ElementSeen {
        /// Which trigger waits for it, as [`crate::Captures::add_trigger`] numbered it.
        trigger: usize,
        /// Tells the element apart from others of the document.
        element: u32,
        /// In per cent of its area, or of the window's where that is smaller.
        percent: u64,
    },
    /// The time that was asked for is over.
    Woken,
}
