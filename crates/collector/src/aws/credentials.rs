//! Where access keys come from: the part of the standard chain that needs no other service of AWS.
//!
//! In the order of the SDKs: the environment, the shared credentials and config files, the endpoint of
//! a container (ECS, EKS Pod Identity), the instance metadata service of EC2 (version 2 only).
//! <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>

mod endpoint;
mod files;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sillage_protocol::Timestamp;
use thiserror::Error;

use super::sign::{Credentials, SessionToken};
use super::signature::AccessKey;
use crate::forward::{Client, Environment};

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

/// Credentials, and when they expire.
type Found = (Credentials, Option<Timestamp>);

/// Looks for credentials, and keeps those that expire for as long as they last.
#[derive(Debug)]
pub(crate) struct CredentialsChain {
    environment: Environment,
    client: Client,
    kept: Mutex<Option<Found>>,
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
            .or_else(|| files::profile_value(environment, "region"))
    }

    fn find(&self) -> Result<Found, CredentialsError> {
        let environment = &self.environment;
        let variable = |name| environment.get(name).map(str::to_owned);
        let fixed = credentials(
            variable("AWS_ACCESS_KEY_ID"),
            variable("AWS_SECRET_ACCESS_KEY"),
            variable("AWS_SESSION_TOKEN"),
        )
        .or_else(|| {
            credentials(
                files::profile_value(environment, "aws_access_key_id"),
                files::profile_value(environment, "aws_secret_access_key"),
                files::profile_value(environment, "aws_session_token"),
            )
        });
        if let Some(credentials) = fixed {
            return Ok((credentials, None));
        }
        let relative = environment.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        let full = environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if let Some(path) = relative {
            endpoint::of_container(
                &self.client,
                environment,
                &format!("{}{path}", endpoint::CONTAINER_HOST),
            )
        } else if let Some(url) = full {
            endpoint::of_container(&self.client, environment, url)
        } else if environment.get("AWS_EC2_METADATA_DISABLED") == Some("true") {
            Err(CredentialsError::None)
        } else {
            endpoint::of_instance(&self.client, environment)
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn environment(variables: &[(&str, &str)]) -> Environment {
        variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    pub(super) fn key_of(variables: &[(&str, &str)]) -> Result<(String, bool), CredentialsError> {
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
}
