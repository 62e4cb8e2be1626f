//! The campaign that brought a visitor.

use crate::macros::object;

object! {
    /// The campaign that brought a visitor: the five `utm_*` parameters and the ad's click id.
    pub struct JourneyCampaign {
        /// `utm_content`: which of several ads.
        pub content: Option<String>,
        /// `utm_medium`: `cpc`, `email`, `social`.
        pub medium: Option<String>,
        /// `utm_campaign`.
        pub name: Option<String>,
        /// `utm_source`: `google`, `newsletter`.
        pub source: Option<String>,
        /// `utm_term`: the paid keywords.
        pub term: Option<String>,
        /// Value of the ad network's click id.
        pub click_id: Option<String>,
        /// The ad network that the click id belongs to.
        pub network: Option<String>,
    }
}
