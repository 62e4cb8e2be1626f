//! What a person may set, by flag, environment or file (`settings_file`), and its defaults.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use clap::Parser;
use sillage_protocol::limits;
use url::Url;

use crate::aws::AccessKey;
use crate::client_address::Network;
use crate::enrich::AddressDetail;
use crate::senders::{self, SiteRule};

/// Settings of the collector. Each flag has a variable of the environment beside it.
#[derive(Clone, Debug, Parser)]
#[command(name = "sillage-collector", version, about, max_term_width = 100)]
pub struct Config {
    /// File with settings, in TOML: `read_token = "..."` for `--read-token`. What a flag or the
    /// environment says counts more.
    #[arg(long, env = "SILLAGE_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,

    /// Address and port to listen on; port 0 takes a free one.
    #[arg(
        long,
        env = "SILLAGE_LISTEN",
        default_value = "127.0.0.1:8787",
        value_name = "HOST:PORT"
    )]
    pub listen: String,

    /// Folder of the store; made where it is missing.
    #[arg(
        long,
        env = "SILLAGE_DATA",
        default_value = "./data",
        value_name = "FOLDER",
        global = true
    )]
    pub data: PathBuf,

    /// Folder of the built tracker (`dist/web`), served at `/`.
    #[arg(long, env = "SILLAGE_ASSETS", value_name = "FOLDER")]
    pub assets: Option<PathBuf>,

    /// Folder of the demo site, served at `/shop/`.
    #[arg(long, env = "SILLAGE_DEMO", value_name = "FOLDER")]
    pub demo: Option<PathBuf>,

    /// Folder of the built documentation (`dist/docs`), served at `/docs/`.
    #[arg(long, env = "SILLAGE_DOCS", value_name = "FOLDER")]
    pub docs: Option<PathBuf>,

    /// Token that reads must present; without it, reads are open on loopback addresses and closed
    /// on all others.
    #[arg(long, env = "SILLAGE_READ_TOKEN", hide_env_values = true, value_name = "TOKEN",
          value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub read_token: Option<String>,

    /// Pages that may send events of a site, as `SITE=ORIGIN`; several parted by commas. As soon as
    /// a site has origins or keys, sites without are refused.
    #[arg(long, env = "SILLAGE_ALLOW_ORIGIN", value_name = "SITE=ORIGIN", value_delimiter = ',',
          value_parser = senders::read_origin)]
    pub allow_origin: Vec<SiteRule>,

    /// Keys with which programs may send events of a site, as `SITE=KEY`; several parted by commas.
    #[arg(long, env = "SILLAGE_SITE_KEY", hide_env_values = true, value_name = "SITE=KEY",
          value_delimiter = ',', value_parser = senders::read_key)]
    pub site_key: Vec<SiteRule>,

    /// Most requests with events from one address in a minute; above it, 429. Without it, any number.
    #[arg(long, env = "SILLAGE_MAX_REQUESTS_PER_MINUTE", value_name = "COUNT",
          value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub max_requests_per_minute: Option<u64>,

    /// Addresses and networks of proxies whose `X-Forwarded-For` is believed; several parted by commas.
    #[arg(
        long,
        env = "SILLAGE_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Network>,

    /// Where the collector is on its host, behind a proxy that passes paths on as they are: `/collect`.
    #[arg(long, env = "SILLAGE_PATH_PREFIX", value_name = "PATH", value_parser = path_prefix)]
    pub path_prefix: Option<String>,

    /// How much of a visitor's address is kept.
    #[arg(
        long,
        env = "SILLAGE_ADDRESSES",
        default_value = "truncated",
        value_name = "DETAIL"
    )]
    pub addresses: AddressDetail,

    /// Databases that tell where an address is and whose, in the `mmdb` format; several parted by
    /// commas. They are asked with what is kept of the address.
    #[arg(
        long,
        env = "SILLAGE_GEO_DATABASES",
        value_name = "FILES",
        value_delimiter = ','
    )]
    pub geo_databases: Vec<PathBuf>,

    /// List of search engines, social networks and the like, in the JSON format of referer-parser. It
    /// counts more than the one that is built in.
    #[arg(long, env = "SILLAGE_REFERRER_LIST", value_name = "FILE")]
    pub referrer_list: Option<PathBuf>,

    /// Access keys of which one must have signed a `PutEvents` call of an AWS SDK, separated by commas;
    /// without any, signatures are not looked at.
    #[arg(
        long,
        env = "SILLAGE_PUT_EVENTS_KEYS",
        hide_env_values = true,
        value_name = "ID:SECRET",
        value_delimiter = ','
    )]
    pub put_events_keys: Vec<AccessKey>,

    /// Event trackers of Amazon Personalize that the events of sites are forwarded to, as
    /// `SITE=TRACKING_ID`; several parted by commas. Credentials come from the standard chain of AWS.
    #[arg(long, env = "SILLAGE_PERSONALIZE_TRACKER", value_name = "SITE=ID",
          value_delimiter = ',', value_parser = senders::read_id)]
    pub personalize_tracker: Vec<SiteRule>,

    /// Region of Amazon Personalize; without it, `AWS_REGION`, `AWS_DEFAULT_REGION` or that of the profile.
    #[arg(long, env = "SILLAGE_PERSONALIZE_REGION", value_name = "REGION",
          value_parser = region)]
    pub personalize_region: Option<String>,

    /// Where Amazon Personalize answers; without it, the address of the region.
    #[arg(long, env = "SILLAGE_PERSONALIZE_URL", value_name = "URL", value_parser = base_url)]
    pub personalize_url: Option<Url>,

    /// Deployments of Genesys Cloud that the web events of sites are forwarded to, as
    /// `SITE=DEPLOYMENT_ID`; several parted by commas. Credentials are `GENESYS_CLOUD_CLIENT_ID` and
    /// `GENESYS_CLOUD_CLIENT_SECRET`, or `GENESYS_CLOUD_ACCESS_TOKEN`.
    #[arg(long, env = "SILLAGE_GENESYS_DEPLOYMENT", value_name = "SITE=ID",
          value_delimiter = ',', value_parser = senders::read_id)]
    pub genesys_deployment: Vec<SiteRule>,

    /// Where the API of Genesys Cloud answers; without it, `https://api.` and `GENESYS_CLOUD_REGION`.
    #[arg(long, env = "SILLAGE_GENESYS_URL", value_name = "URL", value_parser = base_url)]
    pub genesys_url: Option<Url>,

    /// Where Genesys Cloud gives tokens; without it, `https://login.` and `GENESYS_CLOUD_REGION`.
    #[arg(long, env = "SILLAGE_GENESYS_LOGIN_URL", value_name = "URL", value_parser = base_url)]
    pub genesys_login_url: Option<Url>,

    /// Days that events are kept after they arrived; without it, for ever. The ids of younger events
    /// are remembered for 45 days in any case, so that none that is sent again comes back.
    #[arg(long, env = "SILLAGE_RETENTION_DAYS", value_name = "DAYS",
          value_parser = clap::value_parser!(u64).range(1..=36_500))]
    pub retention_days: Option<u64>,

    /// What each line of the log looks like, on stderr. `SILLAGE_LOG` says how much is logged: `info`,
    /// `debug` for every request.
    #[arg(
        long,
        env = "SILLAGE_LOG_FORMAT",
        default_value = "text",
        value_name = "FORMAT"
    )]
    pub log_format: LogFormat,

    /// What one request, and all together, may take.
    #[command(flatten)]
    pub limits: Limits,
}

/// What each line of the log looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object in each line.
    Json,
}

/// Limits on memory and connections.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Limits {
    /// Longest body of a batch as it travels, in bytes.
    #[arg(long, env = "SILLAGE_MAX_BODY_BYTES", default_value_t = limits::MAX_BODY_BYTES, value_name = "BYTES")]
    pub max_body_bytes: usize,

    /// Longest body of a batch after decompression, in bytes.
    #[arg(long, env = "SILLAGE_MAX_DECOMPRESSED_BYTES", default_value_t = limits::MAX_DECOMPRESSED_BYTES, value_name = "BYTES")]
    pub max_decompressed_bytes: usize,

    /// Bytes of bodies that may be waiting for their answer, all requests together; above it, 503.
    #[arg(long, env = "SILLAGE_MAX_WAITING_BYTES", default_value_t = 32 * 1024 * 1024, value_name = "BYTES",
          value_parser = megabyte_to_gigabyte)]
    pub max_waiting_bytes: usize,

    /// Bytes of events that may be waiting for the store's writer; above it, 503.
    #[arg(long, env = "SILLAGE_MAX_QUEUED_BYTES", default_value_t = 64 * 1024 * 1024, value_name = "BYTES",
          value_parser = megabyte_to_gigabyte)]
    pub max_queued_bytes: usize,

    /// Live views open at once; above it, 503.
    #[arg(long, env = "SILLAGE_MAX_LIVE_CLIENTS", default_value_t = 64, value_name = "COUNT",
          value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(0..=10_000))]
    pub max_live_clients: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body_bytes: limits::MAX_BODY_BYTES,
            max_decompressed_bytes: limits::MAX_DECOMPRESSED_BYTES,
            max_waiting_bytes: 32 * 1024 * 1024,
            max_queued_bytes: 64 * 1024 * 1024,
            max_live_clients: 64,
        }
    }
}

impl Config {
    /// The addresses that `listen` names, in the resolver's order.
    ///
    /// # Errors
    ///
    /// When it is not `HOST:PORT`, or the host has no address.
    pub fn listen_addresses(&self) -> std::io::Result<Vec<SocketAddr>> {
        self.listen.to_socket_addrs().map(Iterator::collect)
    }
}

/// Reads the address of a service. Paths are put behind it.
fn base_url(text: &str) -> Result<Url, &'static str> {
    match Url::parse(text) {
        Ok(url)
            if matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none() =>
        {
            Ok(url)
        }
        _ => Err("must be an address like https://api.example, without a query"),
    }
}

/// Reads the path under which everything is served; empty for the root.
fn path_prefix(text: &str) -> Result<String, &'static str> {
    let path = text.trim_end_matches('/');
    let is_plain = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    };
    match path.strip_prefix('/') {
        _ if path.is_empty() => Ok(String::new()),
        Some(parts) if parts.split('/').all(is_plain) => Ok(path.to_owned()),
        _ => Err("must be a path like /collect, of letters, digits, '-', '.', '_' and '~'"),
    }
}

/// Reads the name of a region, which becomes part of a host.
fn region(text: &str) -> Result<String, &'static str> {
    let is_name = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_name {
        Ok(text.to_owned())
    } else {
        Err("must be the name of a region, like eu-west-1")
    }
}

/// The writer takes batches whole, so a bound below the largest batch would never let it through.
fn megabyte_to_gigabyte(text: &str) -> Result<usize, String> {
    const RANGE: std::ops::RangeInclusive<usize> = 1024 * 1024..=4 * 1024 * 1024 * 1024 - 1;
    match text.parse() {
        Ok(bytes) if RANGE.contains(&bytes) => Ok(bytes),
        _ => Err(format!(
            "must be a number of bytes from {} to {}",
            RANGE.start(),
            RANGE.end()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_of_the_command_line_and_of_the_library_are_the_same() {
        let parsed = Config::parse_from(["sillage-collector"]).limits;
        assert_eq!(format!("{parsed:?}"), format!("{:?}", Limits::default()));
    }

    #[test]
    fn a_limit_that_would_refuse_every_batch_is_refused() {
        let flags = ["sillage-collector", "--max-queued-bytes", "10"];
        assert!(Config::try_parse_from(flags).is_err());
    }
}
