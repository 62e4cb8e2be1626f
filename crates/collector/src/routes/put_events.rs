//! `POST /events`: Amazon Personalize's `PutEvents`, as the AWS SDKs call it.
//!
//! 200 without a body when every event is on disk, or an error that names the rule, and nothing is
//! stored. Where access keys are configured, one of them must have signed the call. The tracking id is the site id. What a caller's `User-Agent` says is about the program that
//! calls, not about a visitor, so no browser or device is derived from it.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sillage_protocol::personalize::PutEventsRequest;
use sillage_protocol::validate::validate_site_id;
use sillage_protocol::{ValidationError, mapping};
use uuid::{Uuid, uuid};

use crate::aws::{AwsError, Signed, check_signature, with_request_id};
use crate::enrich::Surroundings;
use crate::extract;
use crate::ingest::{Call, prepare_call, program_of};
use crate::state::AppState;

/// By which an SDK names a call; the same for each of its attempts.
const INVOCATION_ID: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");

/// Namespace of the ids that calls get: the version 5 UUID of `urn:sillage:invocation` in RFC 9562's
/// URL namespace.
const INVOCATION_NAMESPACE: Uuid = uuid!("1426751f-64bc-5167-bf6c-274cd7e21129");

/// Takes up to ten events of one user and session.
pub(super) async fn take(
    State(state): State<AppState>,
    // As it was signed, with the prefix of the path.
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, AwsError> {
    let body = extract::read_body(body, &state.limits).await?;
    let _waiting = state.place_in_waiting_room(body.len())?;
    let now = (state.clock)();
    let keys = &state.config.put_events_keys;
    let is_signed = !keys.is_empty();
    if is_signed {
        let signed = Signed {
            method: "POST",
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            headers: &headers,
            body: &body,
        };
        check_signature(keys, signed, now)?;
    }
    let batch = {
        let _turn = state.turn_to_work().await?;
        let request = PutEventsRequest::read(&body)?;
        request.validate()?;
        let site_id = request.tracking_id.clone().unwrap_or_default();
        validate_site_id("trackingId", &site_id).map_err(AwsError::NoSuchTracker)?;
        // Who holds an access key may send for every site: an AWS SDK cannot show a site's key.
        if !is_signed {
            state.senders.check(&headers, &site_id)?;
        }
        let id = call_id(&site_id, text(&headers, &INVOCATION_ID), &body);
        let call = Call {
            id,
            site_id,
            program: program_of(text(&headers, &header::USER_AGENT)),
            events: mapping::from_put_events(&request, id)?,
        };
        let mut surroundings = Surroundings::new(&state.sources, None, None);
        prepare_call(call, now, &mut surroundings)
            .map_err(|(index, error)| as_sent(index, error))?
    };
    let appended = state
        .store
        .append(batch)
        .await
        .map_err(crate::error::CollectError::from)?;
    tracing::debug!(
        stored = appended.verdicts.stored,
        duplicates = appended.verdicts.duplicates,
        conflicts = appended.conflicts,
        "PutEvents stored"
    );
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok(with_request_id((StatusCode::OK, no_store).into_response()))
}

/// The id of a call, of which its events without an `eventId` get theirs: the same for every attempt
/// at the same call. The body counts too, so that a caller that names two calls alike loses nothing.
/// A call without a name is a new one, as it is at AWS.
fn call_id(site_id: &str, invocation_id: Option<&str>, body: &[u8]) -> Uuid {
    match invocation_id {
        Some(id) if !id.is_empty() => {
            let name = [site_id.as_bytes(), id.as_bytes(), body].join(&b'\n');
            Uuid::new_v5(&INVOCATION_NAMESPACE, &name)
        }
        _ => Uuid::new_v4(),
    }
}

/// Names the member as the caller wrote it, not as our event has it.
fn as_sent(index: usize, error: ValidationError) -> ValidationError {
    let (member, rest) = match error.field.as_str() {
        "createdDate" => ("sentAt", ""),
        "webEvent.eventName" => ("eventType", ""),
        field => match field.strip_prefix("webEvent.attributes") {
            Some(rest) => ("properties", rest),
            None => ("", field.strip_prefix("personalize.").unwrap_or(field)),
        },
    };
    let field = format!("{member}{rest}");
    ValidationError { field, ..error }.under(&format!("eventList[{index}]"))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_is_what_its_doc_says() {
        assert_eq!(
            INVOCATION_NAMESPACE,
            Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:sillage:invocation")
        );
    }
}
