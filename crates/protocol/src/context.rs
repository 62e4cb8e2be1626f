//! Where an event happened: page, browser, device, referrer, campaign, place.

mod browser;
mod campaign;
mod device;
mod geolocation;
mod page;
mod referrer;

pub use self::{
    browser::Browser,
    campaign::JourneyCampaign,
    device::{Device, DeviceCategory},
    geolocation::JourneyGeolocation,
    page::JourneyPage,
    referrer::{Medium, Referrer},
};
