//! What led to a visit, for events that tell of the visit and not of a page: filled in from the
//! session's first page view.

use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OptionalExtension, params};
use sillage_protocol::{Event, JourneyCampaign, Referrer, Timestamp};

/// What the session began with.
struct Entry {
    started_at: Timestamp,
    referrer: Option<Referrer>,
    campaign: Option<JourneyCampaign>,
}

/// Fills campaign, referrer and beginning of the visit where the event has room for them and its sender
/// left them out. In the transaction of the event, so that a page view of the same batch counts.
pub(super) fn fill(
    connection: &Connection,
    site_id: &str,
    event: &mut Event,
) -> rusqlite::Result<()> {
    let action = event.web_action_event.as_mut();
    let outcome = event.outcome_achieved_event.as_mut();
    let segment = event.segment_assigned_event.as_mut();
    let (campaign, referrer, begun) = if let Some(part) = action {
        (&mut part.mkt_campaign, &mut part.visit_referrer, None)
    } else if let Some(part) = outcome {
        let begun = Some(&mut part.visit_created_date);
        (&mut part.mkt_campaign, &mut part.visit_referrer, begun)
    } else if let Some(part) = segment {
        let begun = Some(&mut part.visit_created_date);
        (&mut part.mkt_campaign, &mut part.visit_referrer, begun)
    } else {
        return Ok(());
    };
    let session_id = event
        .session
        .as_ref()
        .and_then(|session| session.id.as_deref());
    let Some(session_id) = session_id else {
        return Ok(());
    };
    let Some(entry) = entry(connection, site_id, session_id)? else {
        return Ok(());
    };
    if campaign.is_none() {
        *campaign = entry.campaign;
    }
    if referrer.is_none() {
        *referrer = entry.referrer;
    }
    if let Some(begun) = begun {
        begun.get_or_insert(entry.started_at);
    }
    Ok(())
}

fn entry(
    connection: &Connection,
    site_id: &str,
    session_id: &str,
) -> rusqlite::Result<Option<Entry>> {
    connection
        .prepare_cached(
            "SELECT created_at_ms, event -> '$.webEvent.referrer', event -> '$.webEvent.mktCampaign'
             FROM events
             WHERE session_id = ?1 AND site_id = ?2 AND event_name = ?3
             ORDER BY created_at_ms, sequence LIMIT 1",
        )?
        .query_row(
            params![session_id, site_id, crate::ingest::PAGEVIEW_EVENT_NAME],
            |row| {
                let part = |column| -> rusqlite::Result<Option<String>> { row.get(column) };
                Ok(Entry {
                    started_at: crate::clock::from_sql(row.get(0)?),
                    referrer: read(part(1)?)?,
                    campaign: read(part(2)?)?,
                })
            },
        )
        .optional()
}

/// Reads what this collector wrote.
fn read<T: serde::de::DeserializeOwned>(json: Option<String>) -> rusqlite::Result<Option<T>> {
    json.map(|json| serde_json::from_str(&json))
        .transpose()
        .map(Option::flatten)
        .map_err(|error| FromSqlError::Other(Box::new(error)).into())
}
