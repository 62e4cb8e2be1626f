//! Genesys Cloud: `POST .../webevents`, one web event in a call, at most an hour old.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use sillage_protocol::Timestamp;
use sillage_protocol::mapping::to_web_event_request;

use super::client::Client;
use super::destination::{Call, Destination, Outcome, Payload, Plan, Stored, is_about_the_request};
use super::{Environment, ForwardError, Pace};
use crate::Config;

pub(super) const NAME: &str = "genesys";

/// A token is renewed so long before it expires, in milliseconds.
const RENEW_BEFORE_MS: u64 = 60 * 1_000;

#[derive(Debug)]
pub(super) struct Genesys {
    /// Deployment ids by site.
    deployments: BTreeMap<String, String>,
    url: String,
    access: Access,
    client: Client,
}

/// What shows that the collector may call.
enum Access {
    /// A token that was given.
    Token(String),
    /// A client of OAuth, which asks for tokens.
    Client {
        login_url: String,
        /// `Basic ...`.
        authorization: String,
        token: Mutex<Option<(String, Timestamp)>>,
    },
}

/// Shows no token and no secret.
impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token",
            Self::Client { .. } => "Client",
        })
    }
}

/// What the login answers.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    /// Seconds.
    expires_in: u64,
}

impl Genesys {
    pub(super) fn new(
        config: &Config,
        environment: &Environment,
        pace: Pace,
    ) -> Result<Self, ForwardError> {
        let of_region = |service: &str| {
            let region = environment.get("GENESYS_CLOUD_REGION")?;
            Some(format!("https://{service}.{region}"))
        };
        let base = |given: &Option<url::Url>, service| {
            given
                .as_ref()
                .map(ToString::to_string)
                .or_else(|| of_region(service))
                .map(|url| url.trim_end_matches('/').to_owned())
                .ok_or(ForwardError::NoGenesysUrl)
        };
        let id = environment.get("GENESYS_CLOUD_CLIENT_ID");
        let secret = environment.get("GENESYS_CLOUD_CLIENT_SECRET");
        let access = match (environment.get("GENESYS_CLOUD_ACCESS_TOKEN"), id, secret) {
            (Some(token), ..) => Access::Token(token.to_owned()),
            (None, Some(id), Some(secret)) => Access::Client {
                login_url: base(&config.genesys_login_url, "login")?,
                authorization: format!(
                    "Basic {}",
                    BASE64_STANDARD.encode(format!("{id}:{secret}"))
                ),
                token: Mutex::new(None),
            },
            _ => return Err(ForwardError::NoGenesysAccess),
        };
        Ok(Self {
            deployments: config
                .genesys_deployment
                .iter()
                .map(|rule| (rule.site_id().to_owned(), rule.value().to_owned()))
                .collect(),
            url: base(&config.genesys_url, "api")?,
            access,
            client: Client::new(pace.call_timeout),
        })
    }

    /// The token to show, asked for where there is none. Calls at the same time wait for one.
    fn token(&self, now: Timestamp) -> Result<String, Outcome> {
        let (login_url, authorization, kept) = match &self.access {
            Access::Token(token) => return Ok(token.clone()),
            Access::Client {
                login_url,
                authorization,
                token,
            } => (login_url, authorization, token),
        };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((token, expires_at)) = &*kept
            && now.plus_ms(RENEW_BEFORE_MS) < *expires_at
        {
            return Ok(token.clone());
        }
        let headers = [
            ("authorization", authorization.clone()),
            (
                "content-type",
                "application/x-www-form-urlencoded".to_owned(),
            ),
        ];
        let url = format!("{login_url}/oauth/token");
        let answer = self
            .client
            .post(&url, &headers, b"grant_type=client_credentials")
            .map_err(Outcome::of_no_answer)?;
        let granted: Granted = match serde_json::from_str(&answer.body) {
            Ok(granted) if answer.is_success() => granted,
            _ => {
                return Err(Outcome::Failed {
                    code: "no_credentials".to_owned(),
                    message: format!("the login answered {}", answer.status),
                    retry_after: answer.retry_after(now),
                    is_answer: false,
                });
            }
        };
        let expires_at = now.plus_ms(granted.expires_in.saturating_mul(1_000));
        *kept = Some((granted.access_token.clone(), expires_at));
        Ok(granted.access_token)
    }

    /// Forgets a token that was refused, unless another call has brought a new one.
    fn renew(&self, refused: &str) {
        if let Access::Client { token, .. } = &self.access {
            let mut token = token.lock().unwrap_or_else(PoisonError::into_inner);
            if token.as_ref().is_some_and(|(kept, _)| kept == refused) {
                *token = None;
            }
        }
    }
}

impl Destination for Genesys {
    fn name(&self) -> &'static str {
        NAME
    }

    fn plan(&self, events: &[Stored], now: Timestamp) -> Plan {
        let mut plan = Plan::default();
        for stored in events {
            let Some(deployment_id) = self.deployments.get(&stored.site_id) else {
                continue;
            };
            match to_web_event_request(&stored.event, now) {
                Ok(request) => {
                    let visitor = request.customer_cookie_id.as_deref().unwrap_or_default();
                    let lane = format!("{}\n{visitor}", stored.site_id);
                    let payload = Payload::WebEvent {
                        deployment_id: deployment_id.clone(),
                        request: Box::new(request),
                    };
                    let call = Call::new(lane, vec![stored.sequence], payload);
                    plan.calls.push(call);
                }
                Err(error) => plan.put_aside(stored.sequence, &error),
            }
        }
        plan
    }

    fn send(&self, call: &Call, now: Timestamp) -> Outcome {
        let Payload::WebEvent {
            deployment_id,
            request,
        } = &call.payload
        else {
            return Outcome::not_sent("internal", String::new());
        };
        // Again: it may have got too old while the service was away.
        if let Err(error) = request.validate(now) {
            return Outcome::Refused {
                code: error.code.as_str().to_owned(),
                message: error.to_string(),
                may_be_one: false,
            };
        }
        let Ok(body) = serde_json::to_vec(request) else {
            return Outcome::not_sent("internal", String::new());
        };
        let token = match self.token(now) {
            Ok(token) => token,
            Err(outcome) => return outcome,
        };
        let headers = [
            ("authorization", format!("Bearer {token}")),
            ("content-type", "application/json".to_owned()),
        ];
        let url = format!(
            "{}/api/v2/journey/deployments/{deployment_id}/webevents",
            self.url
        );
        match self.client.post(&url, &headers, &body) {
            Ok(answer) => {
                if answer.status == 401 {
                    self.renew(&token);
                }
                Outcome::of_answer(&answer, is_about_the_request(answer.status), now)
            }
            Err(none) => Outcome::of_no_answer(none),
        }
    }
}
