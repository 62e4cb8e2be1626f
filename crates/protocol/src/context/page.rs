//! The page where something happened.

use crate::macros::object;

object! {
    /// The page where something happened. The URL's parts are derived by the collector.
    pub struct JourneyPage {
        /// Address, redacted.
        pub url: Option<String>,
        /// Title.
        pub title: Option<String>,
        /// Domain of the URL.
        pub domain: Option<String>,
        /// Fragment of the URL, without `#`.
        pub fragment: Option<String>,
        /// Host name of the URL.
        pub hostname: Option<String>,
        /// `<meta name="keywords">`.
        pub keywords: Option<String>,
        /// Language of the page, ISO 639-1, from `<html lang>`.
        pub lang: Option<String>,
        /// Path of the URL.
        pub pathname: Option<String>,
        /// Query of the URL, without `?`.
        pub query_string: Option<String>,
        /// Place of the page in the site's tree, from the root.
        pub breadcrumb: Option<Vec<String>>,
    }
}
