//! Amazon Personalize: `PutEvents`, at most ten events of one user and session in a call.

use std::collections::BTreeMap;

use sillage_protocol::mapping::group_put_events;
use sillage_protocol::{Event, Timestamp};
use url::Url;

use super::client::Client;
use super::destination::{Call, Destination, Outcome, Payload, Plan, Stored, is_about_the_request};
use super::{Environment, ForwardError, Pace};
use crate::Config;
use crate::aws::{CredentialsChain, Unsigned, sign_post};

pub(super) const NAME: &str = "personalize";

const CONTENT_TYPE: &str = "application/json";

/// Types of errors that AWS answers with 400 though another credential or another moment would do.
/// <https://docs.aws.amazon.com/personalize/latest/dg/CommonErrors.html>
const NOT_THE_REQUEST: [&str; 9] = [
    "ExpiredToken",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignature",
    "MissingAuthenticationToken",
    "OptInRequired",
    "RequestExpired",
    "Throttling",
    "UnrecognizedClient",
];

#[derive(Debug)]
pub(super) struct Personalize {
    /// Tracking ids by site.
    trackers: BTreeMap<String, String>,
    url: Url,
    /// As the client writes it into `Host`.
    host: String,
    region: String,
    credentials: CredentialsChain,
    client: Client,
}

impl Personalize {
    pub(super) fn new(
        config: &Config,
        environment: &Environment,
        pace: Pace,
    ) -> Result<Self, ForwardError> {
        let region = config
            .personalize_region
            .clone()
            .or_else(|| CredentialsChain::region(environment))
            .ok_or(ForwardError::NoRegion)?;
        let base = match &config.personalize_url {
            Some(url) => url.to_string(),
            None => format!("https://personalize-events.{region}.amazonaws.com"),
        };
        let url = Url::parse(&format!("{}/events", base.trim_end_matches('/')))
            .map_err(|_| ForwardError::NoRegion)?;
        let host = match (url.host_str().unwrap_or_default(), url.port()) {
            (host, Some(port)) => format!("{host}:{port}"),
            (host, None) => host.to_owned(),
        };
        Ok(Self {
            trackers: config
                .personalize_tracker
                .iter()
                .map(|rule| (rule.site_id().to_owned(), rule.value().to_owned()))
                .collect(),
            url,
            host,
            region,
            credentials: CredentialsChain::new(environment.clone()),
            client: Client::new(pace.call_timeout),
        })
    }
}

impl Destination for Personalize {
    fn name(&self) -> &'static str {
        NAME
    }

    fn plan(&self, events: &[Stored], _now: Timestamp) -> Plan {
        let mut plan = Plan::default();
        for (site_id, tracking_id) in &self.trackers {
            let of_site: Vec<&Stored> = events
                .iter()
                .filter(|stored| stored.site_id == *site_id)
                .collect();
            let bare: Vec<&Event> = of_site.iter().map(|stored| &stored.event).collect();
            let groups = group_put_events(bare, tracking_id);
            let sequence = |at: &usize| of_site.get(*at).map(|stored| stored.sequence);
            for (request, positions) in groups.requests.into_iter().zip(&groups.positions) {
                let session_id = request.session_id.as_deref().unwrap_or_default();
                let lane = format!("{site_id}\n{session_id}");
                let sequences = positions.iter().filter_map(sequence).collect();
                let payload = Payload::PutEvents(Box::new(request));
                plan.calls.push(Call::new(lane, sequences, payload));
            }
            for (at, error) in &groups.unmapped {
                if let Some(sequence) = sequence(at) {
                    plan.put_aside(sequence, error);
                }
            }
        }
        plan.calls
            .sort_by_key(|call| call.sequences.first().copied());
        plan
    }

    fn send(&self, call: &Call, now: Timestamp) -> Outcome {
        let Payload::PutEvents(request) = &call.payload else {
            return Outcome::not_sent("internal", String::new());
        };
        let Ok(body) = serde_json::to_vec(request) else {
            return Outcome::not_sent("internal", String::new());
        };
        let credentials = match self.credentials.get(now) {
            Ok(credentials) => credentials,
            Err(error) => return Outcome::not_sent("no_credentials", error.to_string()),
        };
        let unsigned = Unsigned {
            host: &self.host,
            path: self.url.path(),
            content_type: CONTENT_TYPE,
            body: &body,
        };
        let headers = sign_post(unsigned, &credentials, &self.region, now);
        let answer = match self.client.post(self.url.as_str(), &headers, &body) {
            Ok(answer) => answer,
            Err(none) => return Outcome::of_no_answer(none),
        };
        let error_type = answer.headers.get("x-amzn-errortype");
        let error_type = error_type.and_then(|value| value.to_str().ok());
        let error_type = error_type.unwrap_or_default();
        let is_elsewhere = NOT_THE_REQUEST
            .iter()
            .any(|prefix| error_type.starts_with(prefix));
        if is_elsewhere || matches!(answer.status, 401 | 403) {
            self.credentials.renew();
        }
        let is_refusal = is_about_the_request(answer.status) && !is_elsewhere;
        Outcome::of_answer(&answer, is_refusal, now)
    }
}
