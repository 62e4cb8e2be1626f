//! A call of an official SDK: its events are taken together, or the call is refused. Pure.

use sillage_protocol::batch::TrackerInfo;
use sillage_protocol::{ErrorCode, Event, Timestamp, ValidationError, limits};
use uuid::Uuid;

use super::{ClockOffset, accept};
use crate::enrich::Surroundings;
use crate::store::IncomingBatch;

/// A call whose events were mapped to ours.
#[derive(Debug)]
pub(crate) struct Call {
    /// Kept as the id of a batch; the same for every attempt where the caller names its calls.
    pub(crate) id: Uuid,
    /// The site that its events belong to.
    pub(crate) site_id: String,
    /// Which program called.
    pub(crate) program: TrackerInfo,
    /// The events, whole.
    pub(crate) events: Vec<Event>,
}

/// Checks and enriches the events of a call. Their dates stay as they came: none of the two services
/// corrects them.
///
/// # Errors
///
/// The position of the first event that breaks a rule, and the rule.
pub(crate) fn prepare_call(
    call: Call,
    received_at: Timestamp,
    surroundings: &mut Surroundings<'_>,
) -> Result<IncomingBatch, (usize, ValidationError)> {
    let events = call
        .events
        .into_iter()
        .enumerate()
        .map(|(index, event)| {
            let incoming = accept(
                event,
                &call.site_id,
                received_at,
                ClockOffset::NONE,
                surroundings,
            )
            .map_err(|error| (index, error))?;
            if incoming.json_bytes > limits::MAX_EVENT_BYTES {
                let rule = format!("must have at most {} bytes", limits::MAX_EVENT_BYTES);
                return Err((index, ValidationError::new(ErrorCode::TooLarge, "", rule)));
            }
            Ok(incoming)
        })
        .collect::<Result<_, _>>()?;
    Ok(IncomingBatch {
        id: call.id.to_string(),
        site_id: call.site_id,
        sent_at: received_at,
        received_at,
        tracker: call.program,
        events,
        rejected: 0,
        counters: None,
        receipts: Vec::new(),
    })
}

/// The program that a `User-Agent` names first: `Boto3/1.44.5 md/Botocore#1.44.5` is `Boto3`, version
/// `1.44.5`.
pub(crate) fn program_of(user_agent: Option<&str>) -> TrackerInfo {
    let product = user_agent
        .and_then(|text| text.split_ascii_whitespace().next())
        .unwrap_or("unknown");
    let (name, version) = product.split_once('/').unwrap_or((product, ""));
    let cut = |text: &str| text.chars().take(limits::MAX_NAME_CHARS).collect();
    TrackerInfo {
        name: cut(name),
        version: cut(version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_what_its_user_agent_names_first() {
        for (text, name, version) in [
            (Some("Boto3/1.44.5 md/Botocore#1.44.5"), "Boto3", "1.44.5"),
            (Some("PureCloud SDK/python"), "PureCloud", ""),
            (Some(""), "unknown", ""),
            (None, "unknown", ""),
        ] {
            let program = program_of(text);
            assert_eq!((&*program.name, &*program.version), (name, version));
        }
    }
}
