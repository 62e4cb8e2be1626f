//! From a batch to what the store takes: each event read, its date corrected, checked, enriched.
//! Pure: the time and the user agent are arguments.

mod action;
mod call;

use std::collections::HashSet;

use sillage_protocol::batch::{Batch, Rejection};
use sillage_protocol::validate::validate_event;
use sillage_protocol::{ErrorCode, Event, Timestamp, ValidationError, limits};
use xxhash_rust::xxh3::xxh3_64;

pub(crate) use self::action::continue_action;
pub(crate) use self::call::{Call, prepare_call, program_of};
use crate::enrich::{self, Surroundings};
use crate::store::{IncomingBatch, IncomingEvent};

/// Name of the web event that a page view is.
pub const PAGEVIEW_EVENT_NAME: &str = "page_viewed";

/// Checks and enriches each event of a batch. A bad one is rejected and sinks no other.
pub(crate) fn prepare(
    batch: Batch,
    received_at: Timestamp,
    surroundings: &mut Surroundings<'_>,
) -> (IncomingBatch, Vec<Rejection>) {
    let clock = ClockOffset::between(batch.sent_at, received_at);
    let mut events = Vec::with_capacity(batch.events.len());
    let mut rejected = Vec::new();
    for (index, sent) in batch.sent_events().enumerate() {
        let prepared = sent.and_then(|sent| {
            let id = sent.event.id.clone();
            let clock = if sent.clock_changed {
                ClockOffset::NONE
            } else {
                clock
            };
            accept(sent.event, &batch.site_id, received_at, clock, surroundings)
                .map_err(|error| Rejection::new(index, id, &error))
        });
        match prepared {
            Ok(event) => events.push(event),
            Err(rejection) => rejected.push(rejection),
        }
    }
    let incoming = IncomingBatch {
        id: batch.id.to_ascii_lowercase(),
        site_id: batch.site_id,
        sent_at: batch.sent_at,
        received_at,
        tracker: batch.tracker,
        rejected: distinct_rejected(&rejected, &events),
        events,
        counters: batch.counters,
        receipts: batch.receipts,
    };
    (incoming, rejected)
}

/// How many events were rejected, where one that the batch repeats counts once, and not at all where
/// another of its repetitions was accepted.
fn distinct_rejected(rejected: &[Rejection], accepted: &[IncomingEvent]) -> u64 {
    if rejected.is_empty() {
        return 0;
    }
    let mut seen: HashSet<_> = accepted.iter().map(|event| event.id.clone()).collect();
    let distinct = rejected.iter().filter(|rejection| match &rejection.id {
        Some(id) => seen.insert(id.to_ascii_lowercase()),
        // Nothing tells it from another one.
        None => true,
    });
    u64::try_from(distinct.count()).unwrap_or(u64::MAX)
}

fn accept(
    mut event: Event,
    site_id: &str,
    received_at: Timestamp,
    clock: ClockOffset,
    surroundings: &mut Surroundings<'_>,
) -> Result<IncomingEvent, ValidationError> {
    let json = serde_json::to_vec(&event)
        .map_err(|error| ValidationError::new(ErrorCode::Unreadable, "", error.to_string()))?;
    // Of the event as the client made it: enrichment, and whether its clock has changed since, may
    // differ from one attempt to the next.
    let fingerprint = xxh3_64(&json).cast_signed();
    let original_created_at = event.created_date;
    clock.correct(&mut event);
    validate_event(&event, received_at)?;
    let missing = |member| ValidationError::new(ErrorCode::MissingField, member, "is required");
    let id = event
        .id
        .as_deref()
        .ok_or_else(|| missing("id"))?
        .to_ascii_lowercase();
    let created_at = event.created_date.ok_or_else(|| missing("createdDate"))?;
    event.id = Some(id.clone());
    let is_bot = enrich::enrich(&mut event, site_id, surroundings);
    Ok(IncomingEvent {
        event,
        id,
        original_created_at: original_created_at.unwrap_or(created_at),
        created_at,
        fingerprint,
        json_bytes: json.len(),
        is_bot,
    })
}

/// How far the client's clock is behind the collector's, in milliseconds; 0 where the difference may
/// be transit.
#[derive(Clone, Copy, Debug)]
struct ClockOffset(i64);

impl ClockOffset {
    /// For dates that are to stay as they came.
    const NONE: Self = Self(0);

    fn between(sent_at: Timestamp, received_at: Timestamp) -> Self {
        if sent_at.0.abs_diff(received_at.0) <= limits::CLOCK_SKEW_THRESHOLD_MS {
            return Self(0);
        }
        // Both lie within the years 1970 to 9999, far from the ends of an i64.
        Self(received_at.0.cast_signed() - sent_at.0.cast_signed())
    }

    /// Moves every date that the client's clock gave.
    fn correct(self, event: &mut Event) {
        if self.0 == 0 {
            return;
        }
        let web_action = event
            .web_action_event
            .as_mut()
            .and_then(|part| part.action.as_mut());
        let generic = event
            .generic_action_event
            .as_mut()
            .and_then(|part| part.action.as_mut());
        let outcome = event.outcome_achieved_event.as_mut();
        let segment = event.segment_assigned_event.as_mut();
        let dates = [
            Some(&mut event.created_date),
            web_action.map(|action| &mut action.created_date),
            generic.map(|action| &mut action.created_date),
            outcome.map(|part| &mut part.visit_created_date),
            segment.map(|part| &mut part.visit_created_date),
        ];
        for date in dates.into_iter().flatten().flatten() {
            date.0 = date.0.saturating_add_signed(self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECEIVED_AT: Timestamp = Timestamp(1_767_323_045_000);

    fn corrected(sent_at: u64, created_at: u64) -> u64 {
        let mut event = Event {
            created_date: Some(Timestamp(created_at)),
            ..Event::default()
        };
        ClockOffset::between(Timestamp(sent_at), RECEIVED_AT).correct(&mut event);
        event.created_date.unwrap().0
    }

    #[test]
    fn a_difference_of_up_to_a_minute_is_transit() {
        let now = RECEIVED_AT.0;
        assert_eq!(corrected(now - 60_000, now - 65_000), now - 65_000);
        assert_eq!(corrected(now - 60_001, now - 65_000), now - 4_999);
        assert_eq!(corrected(now + 60_000, now), now);
    }

    #[test]
    fn a_clock_that_is_wrong_by_a_year_is_corrected_both_ways() {
        const YEAR_MS: u64 = 365 * 86_400_000;
        let now = RECEIVED_AT.0;
        assert_eq!(corrected(now + YEAR_MS, now + YEAR_MS - 5_000), now - 5_000);
        assert_eq!(corrected(now - YEAR_MS, now - YEAR_MS - 5_000), now - 5_000);
    }

    #[test]
    fn a_date_is_never_moved_before_1970() {
        assert_eq!(corrected(253_402_300_799_999, 5), 0);
    }
}
