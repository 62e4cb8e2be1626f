//! Where an address is in the world and whom it belongs to, by databases in the format
//! of <https://maxmind.github.io/MaxMind-DB/>: City, Country, ASN and ISP of `GeoLite2` and `GeoIP2`, those
//! of DB-IP, and others with the same members.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use maxminddb::{MaxMindDbError, Reader};
use serde::Deserialize;
use sillage_protocol::JourneyGeolocation;

/// The databases. Without any, nothing is known of an address.
#[derive(Default)]
pub(super) struct Places {
    databases: Vec<Reader<Vec<u8>>>,
}

/// What is known of an address.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Place {
    pub(super) geolocation: Option<JourneyGeolocation>,
    /// Internet provider or company.
    pub(super) organization: Option<String>,
}

/// The members of all kinds of database that are read here.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Record<'a> {
    #[serde(borrow)]
    city: Named<'a>,
    #[serde(borrow)]
    country: Named<'a>,
    location: Location<'a>,
    postal: Postal<'a>,
    subdivisions: Vec<Named<'a>>,
    isp: Option<&'a str>,
    organization: Option<&'a str>,
    autonomous_system_organization: Option<&'a str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named<'a> {
    iso_code: Option<&'a str>,
    #[serde(borrow)]
    names: Names<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Names<'a> {
    en: Option<&'a str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Location<'a> {
    latitude: Option<f64>,
    longitude: Option<f64>,
    time_zone: Option<&'a str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Postal<'a> {
    code: Option<&'a str>,
}

impl Places {
    /// Reads a database into memory.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is no such database.
    pub(super) fn add(&mut self, file: &Path) -> Result<(), MaxMindDbError> {
        self.databases.push(Reader::open_readfile(file)?);
        Ok(())
    }

    /// What the databases know of an address; of each member what the first says that knows it.
    pub(super) fn find(&self, address: IpAddr) -> Place {
        let mut place = Place::default();
        for database in &self.databases {
            let record = database
                .lookup(address)
                .and_then(|found| found.decode::<Record<'_>>());
            match record {
                Ok(Some(record)) => {
                    if place.geolocation.is_none() {
                        place.geolocation = record.geolocation(&database.metadata().database_type);
                    }
                    if place.organization.is_none() {
                        place.organization = record.organization();
                    }
                }
                Ok(None) => {}
                // An IPv6 address in a database of IPv4, or a broken file. Addresses are not logged.
                Err(error) => tracing::debug!(%error, "a geolocation database cannot be read"),
            }
        }
        place
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self
            .databases
            .iter()
            .map(|database| &database.metadata().database_type);
        out.debug_list().entries(kinds).finish()
    }
}

impl Record<'_> {
    fn geolocation(&self, source: &str) -> Option<JourneyGeolocation> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let country = owned(self.country.iso_code);
        let region = self.subdivisions.first();
        let geolocation = JourneyGeolocation {
            country_name: owned(self.country.names.en),
            latitude: self.location.latitude,
            longitude: self.location.longitude,
            locality: owned(self.city.names.en),
            postal_code: owned(self.postal.code),
            // The databases leave out the country, which ISO 3166-2 has in front.
            region: country
                .as_deref()
                .zip(region.and_then(|region| region.iso_code))
                .map(|(country, code)| format!("{country}-{code}")),
            region_name: region.and_then(|region| owned(region.names.en)),
            timezone: owned(self.location.time_zone),
            country,
            ..JourneyGeolocation::default()
        };
        (geolocation != JourneyGeolocation::default()).then(|| JourneyGeolocation {
            source: Some(source.to_owned()),
            ..geolocation
        })
    }

    fn organization(&self) -> Option<String> {
        self.organization
            .or(self.isp)
            .or(self.autonomous_system_organization)
            .map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(files: &[&str], address: &str) -> Place {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/geo");
        let mut places = Places::default();
        for file in files {
            places.add(&folder.join(file)).unwrap();
        }
        places.find(address.parse().unwrap())
    }

    #[test]
    fn a_place_is_read_from_each_database_that_knows_some_of_it() {
        let geneva = JourneyGeolocation {
            country: Some("CH".into()),
            country_name: Some("Switzerland".into()),
            latitude: Some(46.2),
            longitude: Some(6.15),
            locality: Some("Geneva".into()),
            postal_code: Some("1201".into()),
            region: Some("CH-GE".into()),
            region_name: Some("Geneva Canton".into()),
            source: Some("Test-City".into()),
            timezone: Some("Europe/Zurich".into()),
            ..JourneyGeolocation::default()
        };
        let expected = Place {
            geolocation: Some(geneva.clone()),
            organization: Some("Example Networks".into()),
        };
        assert_eq!(find(&["asn.mmdb", "city.mmdb"], "203.0.113.0"), expected);
        let v6 = find(&["city.mmdb"], "2001:db8:1::");
        assert_eq!(v6.geolocation, Some(geneva));
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let dutch = find(&["city.mmdb"], "198.51.100.1").geolocation.unwrap();
        assert_eq!(dutch.country.as_deref(), Some("NL"));
        assert_eq!((dutch.region, dutch.latitude), (None, None));
        for address in ["127.0.0.1", "::1", "192.0.2.1"] {
            assert_eq!(find(&["city.mmdb", "asn.mmdb"], address), Place::default());
        }
        assert_eq!(find(&[], "203.0.113.0"), Place::default());
    }

    #[test]
    fn a_file_that_is_no_database_is_refused() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(Places::default().add(&file).is_err());
    }
}
