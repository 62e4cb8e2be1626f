//! The page that led to this one.

use crate::macros::{object, open_enum};

open_enum! {
    /// What kind of place the visitor came from.
    pub enum Medium {
        /// Another page of the same site.
        Internal = "internal",
        /// A search engine.
        Search = "search",
        /// A social network.
        Social = "social",
        /// An e-mail.
        Email = "email",
        /// Nothing is known about it.
        Unknown = "unknown",
        /// A paid ad.
        Paid = "paid",
    }
}

object! {
    /// The page that led to this one. The URL's parts are derived by the collector.
    pub struct Referrer {
        /// Address, redacted.
        pub url: Option<String>,
        /// Domain of the URL.
        pub domain: Option<String>,
        /// Host name of the URL.
        pub hostname: Option<String>,
        /// Words that were searched for.
        pub keywords: Option<String>,
        /// Path of the URL.
        pub pathname: Option<String>,
        /// Query of the URL, without `?`.
        pub query_string: Option<String>,
        /// Fragment of the URL, without `#`.
        pub fragment: Option<String>,
        /// Name of the search engine or site.
        pub name: Option<String>,
        /// What kind of place it is.
        pub medium: Option<Medium>,
    }
}
