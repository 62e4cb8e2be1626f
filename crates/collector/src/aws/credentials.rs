//! Where access keys come from: the part of the standard chain that needs no other service of AWS.
//!
//! In the order of the SDKs: the environment, the shared credentials and config files, the endpoint of
//! a container (ECS, EKS Pod Identity), the instance metadata service of EC2 (version 2 only).
//! <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use sillage_protocol::Timestamp;
use thiserror::Error;

use super::sign::{Credentials, SessionToken};
use super::signature::AccessKey;
use crate::forward::{Client, Environment};

/// Where a container of ECS asks.
const CONTAINER_HOST: &str = "http://169.254.170.2";

/// Where an instance of EC2 asks.
const INSTANCE_HOST: &str = "http://169.254.169.254";

/// Both answer at once where they exist.
const ENDPOINT_TIMEOUT: Duration = Duration::from_secs(2);

/// Keys are renewed so long before they expire, in milliseconds.
const RENEW_BEFORE_MS: u64 = 5 * 60 * 1_000;

/// Why there are no credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum CredentialsError {
    /// No place of the chain has any.
    #[error("no AWS credentials in the environment, the shared files, or from an endpoint")]
    None,
    /// An endpoint that should have them did not give them.
    #[error("the endpoint for AWS credentials did not give any")]
    Endpoint,
}

/// Looks for credentials, and keeps those that expire for as long as they last.
#[derive(Debug)]
pub(crate) struct CredentialsChain {
    environment: Environment,
    client: Client,
    kept: Mutex<Option<(Credentials, Option<Timestamp>)>>,
}

/// What both endpoints answer.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Issued {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
    expiration: Option<String>,
}

impl CredentialsChain {
    pub(crate) fn new(environment: Environment) -> Self {
        Self {
            environment,
            client: Client::new(ENDPOINT_TIMEOUT),
            kept: Mutex::new(None),
        }
    }

    /// The credentials for the time `now`. Blocks while an endpoint is asked.
    pub(crate) fn get(&self, now: Timestamp) -> Result<Credentials, CredentialsError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((credentials, expires_at)) = &*kept
            && expires_at.is_none_or(|at| now.plus_ms(RENEW_BEFORE_MS) < at)
        {
            return Ok(credentials.clone());
        }
        let found = self.find()?;
        let credentials = found.0.clone();
        *kept = Some(found);
        Ok(credentials)
    }

    /// Forgets what is kept: it was refused.
    pub(crate) fn renew(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The region: `AWS_REGION`, `AWS_DEFAULT_REGION`, or that of the profile.
    pub(crate) fn region(environment: &Environment) -> Option<String> {
        let named = ["AWS_REGION", "AWS_DEFAULT_REGION"];
        let named = named.iter().find_map(|name| environment.get(name));
        named
            .map(str::to_owned)
            .or_else(|| profile_value(environment, "region"))
    }

    fn find(&self) -> Result<(Credentials, Option<Timestamp>), CredentialsError> {
        let environment = &self.environment;
        let variable = |name| environment.get(name).map(str::to_owned);
        let fixed = credentials(
            variable("AWS_ACCESS_KEY_ID"),
            variable("AWS_SECRET_ACCESS_KEY"),
            variable("AWS_SESSION_TOKEN"),
        )
        .or_else(|| {
            credentials(
                profile_value(environment, "aws_access_key_id"),
                profile_value(environment, "aws_secret_access_key"),
                profile_value(environment, "aws_session_token"),
            )
        });
        if let Some(credentials) = fixed {
            return Ok((credentials, None));
        }
        let relative = environment.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        let full = environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if let Some(path) = relative {
            self.of_container(&format!("{CONTAINER_HOST}{path}"))
        } else if let Some(url) = full {
            self.of_container(url)
        } else if environment.get("AWS_EC2_METADATA_DISABLED") == Some("true") {
            Err(CredentialsError::None)
        } else {
            self.of_instance()
        }
    }

    fn of_container(
        &self,
        url: &str,
    ) -> Result<(Credentials, Option<Timestamp>), CredentialsError> {
        let environment = &self.environment;
        // The token of a file is renewed by whoever writes the file.
        let token = match environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            Some(file) => {
                Some(std::fs::read_to_string(file).map_err(|_| CredentialsError::Endpoint)?)
            }
            None => environment
                .get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
                .map(str::to_owned),
        };
        let header = token
            .as_deref()
            .map(|token| ("authorization", token.trim()));
        self.issued(url, header)
    }

    fn of_instance(&self) -> Result<(Credentials, Option<Timestamp>), CredentialsError> {
        let host = self
            .environment
            .get("AWS_EC2_METADATA_SERVICE_ENDPOINT")
            .unwrap_or(INSTANCE_HOST)
            .trim_end_matches('/');
        let lifetime = ("x-aws-ec2-metadata-token-ttl-seconds", "300");
        let token = self
            .client
            .put(&format!("{host}/latest/api/token"), lifetime);
        let token = match token {
            Ok(answer) if answer.is_success() => answer.body,
            _ => return Err(CredentialsError::None),
        };
        let header = Some(("x-aws-ec2-metadata-token", token.trim()));
        let roles = format!("{host}/latest/meta-data/iam/security-credentials/");
        let role = match self.client.get(&roles, header) {
            Ok(answer) if answer.is_success() => answer.body,
            _ => return Err(CredentialsError::None),
        };
        let role = role.lines().next().unwrap_or_default().trim();
        self.issued(&format!("{roles}{role}"), header)
    }

    fn issued(
        &self,
        url: &str,
        header: Option<(&str, &str)>,
    ) -> Result<(Credentials, Option<Timestamp>), CredentialsError> {
        let answer = self.client.get(url, header);
        let answer = answer.map_err(|_| CredentialsError::Endpoint)?;
        if !answer.is_success() {
            return Err(CredentialsError::Endpoint);
        }
        let issued: Issued =
            serde_json::from_str(&answer.body).map_err(|_| CredentialsError::Endpoint)?;
        let expires_at = issued.expiration.and_then(|at| at.parse().ok());
        credentials(
            Some(issued.access_key_id),
            Some(issued.secret_access_key),
            issued.token,
        )
        .map(|credentials| (credentials, expires_at))
        .ok_or(CredentialsError::Endpoint)
    }
}

fn credentials(
    id: Option<String>,
    secret: Option<String>,
    session_token: Option<String>,
) -> Option<Credentials> {
    Some(Credentials {
        key: AccessKey::new(id?, secret?),
        session_token: session_token.map(SessionToken),
    })
}

/// A value of the profile `AWS_PROFILE` (`default`), of the credentials file or else the config file.
fn profile_value(environment: &Environment, name: &str) -> Option<String> {
    let profile = environment.get("AWS_PROFILE").unwrap_or("default");
    let place = |variable, file: &str| {
        environment.get(variable).map_or_else(
            || {
                Some(
                    PathBuf::from(environment.get("HOME")?)
                        .join(".aws")
                        .join(file),
                )
            },
            |path| Some(PathBuf::from(path)),
        )
    };
    let read = |path: Option<PathBuf>| std::fs::read_to_string(path?).ok();
    let of_credentials = read(place("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
        .and_then(|text| value_in(&text, profile, name));
    of_credentials.or_else(|| {
        let text = read(place("AWS_CONFIG_FILE", "config"))?;
        let section = match profile {
            "default" => profile.to_owned(),
            named => format!("profile {named}"),
        };
        value_in(&text, &section, name)
    })
}

fn value_in(text: &str, section: &str, name: &str) -> Option<String> {
    let mut is_inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(title) = line.strip_prefix('[') {
            is_inside = title.split(']').next().map(str::trim) == Some(section);
        } else if is_inside
            && let Some((key, value)) = line.split_once('=')
            && key.trim() == name
        {
            return Some(value.trim().to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn key_of(variables: &[(&str, &str)]) -> Result<(String, bool), CredentialsError> {
        let chain = CredentialsChain::new(environment(variables));
        let found = chain.get(Timestamp(0))?;
        Ok((found.key.id().to_owned(), found.session_token.is_some()))
    }

    #[test]
    fn the_environment_counts_more_than_the_files_and_a_profile_is_found_in_either() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let keys = file(
            "credentials",
            "# keys\n[default]\naws_access_key_id = ONE\naws_secret_access_key=s=1\n\n[ two ]\naws_access_key_id=TWO\naws_secret_access_key=2\naws_session_token = t\n",
        );
        let config = file(
            "config",
            "[default]\nregion = eu-west-1\n[profile three]\nregion=eu-north-1\naws_access_key_id=THREE\naws_secret_access_key=3\n",
        );
        let files = [
            ("AWS_SHARED_CREDENTIALS_FILE", keys.as_str()),
            ("AWS_CONFIG_FILE", config.as_str()),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        let with = |more: &[(&'static str, &'static str)]| {
            let all: Vec<_> = files.iter().chain(more).copied().collect();
            key_of(&all)
        };
        assert_eq!(with(&[]), Ok(("ONE".to_owned(), false)));
        assert_eq!(
            with(&[("AWS_PROFILE", "two")]),
            Ok(("TWO".to_owned(), true))
        );
        assert_eq!(
            with(&[("AWS_PROFILE", "three")]),
            Ok(("THREE".to_owned(), false))
        );
        assert_eq!(
            with(&[("AWS_PROFILE", "four")]),
            Err(CredentialsError::None)
        );
        let variables = [("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "e")];
        assert_eq!(with(&variables), Ok(("ENV".to_owned(), false)));
        assert_eq!(
            CredentialsChain::region(&environment(&files)).as_deref(),
            Some("eu-west-1")
        );
    }

    /// Answers requests one by one, each by its first line and what it must hold.
    fn endpoint(
        answers: Vec<(&'static str, &'static str, String)>,
    ) -> (String, std::thread::JoinHandle<()>) {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            for (line, holds, body) in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut head = String::new();
                while !head.contains("\r\n\r\n") {
                    let mut bytes = [0; 512];
                    let read = stream.read(&mut bytes).unwrap();
                    head.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
                }
                assert!(head.starts_with(line) && head.contains(holds), "{head}");
                let bytes = body.len();
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {bytes}\r\n\r\n{body}"
                )
                .unwrap();
            }
        });
        (url, served)
    }

    fn issued(id: &str, expiration: &str) -> String {
        format!(
            r#"{{"AccessKeyId":"{id}","SecretAccessKey":"s","Token":"t","Expiration":"{expiration}"}}"#
        )
    }

    #[test]
    fn the_keys_of_a_container_are_renewed_before_they_expire() {
        let (url, served) = endpoint(vec![
            (
                "GET /v2/keys ",
                "authorization: pod",
                issued("FIRST", "1970-01-01T01:00:00Z"),
            ),
            (
                "GET /v2/keys ",
                "authorization: pod",
                issued("SECOND", "1970-01-01T02:00:00Z"),
            ),
        ]);
        let chain = CredentialsChain::new(environment(&[
            (
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                &format!("{url}/v2/keys"),
            ),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "pod"),
        ]));
        let id = |ms| {
            chain
                .get(Timestamp(ms))
                .map(|found| found.key.id().to_owned())
        };
        assert_eq!(id(0).as_deref(), Ok("FIRST"));
        assert_eq!(id(3_299_999).as_deref(), Ok("FIRST"));
        assert_eq!(id(3_300_000).as_deref(), Ok("SECOND"));
        served.join().unwrap();
    }

    #[test]
    fn an_instance_is_asked_with_a_token_of_its_metadata_service() {
        let (url, served) = endpoint(vec![
            (
                "PUT /latest/api/token ",
                "x-aws-ec2-metadata-token-ttl-seconds: 300",
                "tok".to_owned(),
            ),
            (
                "GET /latest/meta-data/iam/security-credentials/ ",
                "x-aws-ec2-metadata-token: tok",
                "role-1\n".to_owned(),
            ),
            (
                "GET /latest/meta-data/iam/security-credentials/role-1 ",
                "x-aws-ec2-metadata-token: tok",
                issued("ROLE", "1970-01-01T06:00:00Z"),
            ),
        ]);
        let found = key_of(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url)]);
        assert_eq!(found, Ok(("ROLE".to_owned(), true)));
        served.join().unwrap();
    }
}
