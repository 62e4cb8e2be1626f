//! Where the visitor's address is in the world.

use crate::macros::object;

object! {
    /// Where the visitor's address is in the world.
    pub struct JourneyGeolocation {
        /// Country, ISO 3166-1 alpha-2.
        pub country: Option<String>,
        /// Country in words.
        pub country_name: Option<String>,
        /// Latitude, in degrees from -90 to 90.
        pub latitude: Option<f64>,
        /// Longitude, in degrees from -180 to 180.
        pub longitude: Option<f64>,
        /// City or village.
        pub locality: Option<String>,
        /// Postal code.
        pub postal_code: Option<String>,
        /// Region, ISO 3166-2.
        pub region: Option<String>,
        /// Region in words.
        pub region_name: Option<String>,
        /// How the place was found.
        pub source: Option<String>,
        /// Time zone, as in `Europe/Paris`.
        pub timezone: Option<String>,
    }
}
