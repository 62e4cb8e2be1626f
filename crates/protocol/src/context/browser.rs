//! The visitor's browser.

use crate::macros::object;
use crate::read;

object! {
    /// The visitor's browser.
    pub struct Browser {
        /// Family: `Chrome`, `Firefox`, `Safari`.
        pub family: Option<String>,
        /// Version, as in `68.0.3440.84`.
        pub version: Option<String>,
        /// Language the browser is set to, BCP 47.
        pub lang: Option<String>,
        /// Fingerprint. Never written by the tracker.
        pub fingerprint: Option<String>,
        /// Whether it runs on a mobile device. Deprecated: `Device::is_mobile` says it.
        pub is_mobile: Option<bool>,
        /// Height of the viewport, in CSS pixels.
        #[read(read::whole_number)]
        pub view_height: Option<u64>,
        /// Width of the viewport, in CSS pixels.
        #[read(read::whole_number)]
        pub view_width: Option<u64>,
        /// Whether it plays Flash.
        pub features_flash: Option<bool>,
        /// Whether it runs Java applets.
        pub features_java: Option<bool>,
        /// Whether it shows PDF.
        pub features_pdf: Option<bool>,
        /// Whether it speaks WebRTC.
        pub features_webrtc: Option<bool>,
    }
}
