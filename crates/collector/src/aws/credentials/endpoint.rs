//! The endpoints that give keys to what runs at AWS: that of a container, and that of an instance.

use serde::Deserialize;

use super::{CredentialsError, Found, credentials};
use crate::forward::{Client, Environment};

/// Where a container of ECS asks.
pub(super) const CONTAINER_HOST: &str = "http://169.254.170.2";

/// Where an instance of EC2 asks.
const INSTANCE_HOST: &str = "http://169.254.169.254";

/// What both endpoints answer.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Issued {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
    expiration: Option<String>,
}

/// Asks the endpoint of a container.
pub(super) fn of_container(
    client: &Client,
    environment: &Environment,
    url: &str,
) -> Result<Found, CredentialsError> {
    // The token of a file is renewed by whoever writes the file.
    let token = match environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(file) => Some(std::fs::read_to_string(file).map_err(|_| CredentialsError::Endpoint)?),
        None => environment
            .get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
            .map(str::to_owned),
    };
    let header = token
        .as_deref()
        .map(|token| ("authorization", token.trim()));
    issued(client, url, header)
}

/// Asks the metadata service of an instance, with a token of its own.
pub(super) fn of_instance(
    client: &Client,
    environment: &Environment,
) -> Result<Found, CredentialsError> {
    let host = environment
        .get("AWS_EC2_METADATA_SERVICE_ENDPOINT")
        .unwrap_or(INSTANCE_HOST)
        .trim_end_matches('/');
    let lifetime = ("x-aws-ec2-metadata-token-ttl-seconds", "300");
    let token = client.put(&format!("{host}/latest/api/token"), lifetime);
    let token = match token {
        Ok(answer) if answer.is_success() => answer.body,
        _ => return Err(CredentialsError::None),
    };
    let header = Some(("x-aws-ec2-metadata-token", token.trim()));
    let roles = format!("{host}/latest/meta-data/iam/security-credentials/");
    let role = match client.get(&roles, header) {
        Ok(answer) if answer.is_success() => answer.body,
        _ => return Err(CredentialsError::None),
    };
    let role = role.lines().next().unwrap_or_default().trim();
    issued(client, &format!("{roles}{role}"), header)
}

fn issued(
    client: &Client,
    url: &str,
    header: Option<(&str, &str)>,
) -> Result<Found, CredentialsError> {
    let answer = client.get(url, header);
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

#[cfg(test)]
mod tests {
    use sillage_protocol::Timestamp;

    use super::super::CredentialsChain;
    use super::super::tests::{environment, key_of};

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
