//! The visitor's device.

use crate::macros::{object, open_enum};
use crate::read;

open_enum! {
    /// What kind of device it is.
    pub enum DeviceCategory {
        /// A desktop or laptop computer.
        Desktop = "desktop",
        /// A phone.
        Mobile = "mobile",
        /// A tablet.
        Tablet = "tablet",
        /// Anything else.
        Other = "other",
    }
}

object! {
    /// The visitor's device.
    pub struct Device {
        /// What kind of device it is.
        pub category: Option<DeviceCategory>,
        /// Type: `iPad`, `iPhone`, `Other`.
        #[name = "type"]
        pub device_type: Option<String>,
        /// Whether it is mobile.
        pub is_mobile: Option<bool>,
        /// Height of the screen, in CSS pixels.
        #[read(read::whole_number)]
        pub screen_height: Option<u64>,
        /// Width of the screen, in CSS pixels.
        #[read(read::whole_number)]
        pub screen_width: Option<u64>,
        /// Physical pixels for one CSS pixel. A whole number in the model: 2.625 is read as 3.
        #[read(read::whole_number)]
        pub screen_density: Option<u64>,
        /// Fingerprint. Never written by the tracker.
        pub fingerprint: Option<String>,
        /// Family of the operating system: `Windows`, `iOS`.
        pub os_family: Option<String>,
        /// Version of the operating system.
        pub os_version: Option<String>,
        /// Who made the device.
        pub manufacturer: Option<String>,
    }
}
