//! What is looked up: loaded once, at the start.

use std::path::{Path, PathBuf};

use maxminddb::MaxMindDbError;
use thiserror::Error;

use super::place::Places;
use super::referrer::Referrers;
use super::{AddressDetail, UserAgents};
use crate::Config;

/// Why something cannot be looked up. One line for people.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The list of referrers cannot be read.
    #[error("referrer list {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The list of referrers is none.
    #[error("referrer list {} is not in the JSON format of referer-parser: {source}", path.display())]
    List {
        /// The file.
        path: PathBuf,
        /// Where it is wrong.
        source: serde_json::Error,
    },
    /// The list that the collector carries is broken.
    #[error("the list of referrers is broken: {0}")]
    BuiltIn(#[source] serde_json::Error),
    /// A geolocation database cannot be read, or is none.
    #[error("geolocation database {} cannot be read: {source}", path.display())]
    Places {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: MaxMindDbError,
    },
}

/// What is looked up.
#[derive(Debug)]
pub struct Sources {
    pub(super) user_agents: UserAgents,
    pub(super) referrers: Referrers,
    pub(super) places: Places,
    pub(super) addresses: AddressDetail,
}

impl Sources {
    /// Reads the files that the settings name.
    ///
    /// # Errors
    ///
    /// The first of them that cannot be used.
    pub fn open(config: &Config) -> Result<Self, SourceError> {
        let mut referrers = Referrers::built_in().map_err(SourceError::BuiltIn)?;
        if let Some(path) = &config.referrer_list {
            add_list(&mut referrers, path)?;
        }
        let mut places = Places::default();
        for path in &config.geo_databases {
            places.add(path).map_err(|source| SourceError::Places {
                path: path.clone(),
                source,
            })?;
        }
        Ok(Self {
            user_agents: UserAgents::load(),
            referrers,
            places,
            addresses: config.addresses,
        })
    }
}

fn add_list(referrers: &mut Referrers, path: &Path) -> Result<(), SourceError> {
    let json = std::fs::read_to_string(path).map_err(|source| SourceError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    referrers.add(&json).map_err(|source| SourceError::List {
        path: path.to_owned(),
        source,
    })
}
