//! The row that reports read of an event, written with it.

use rusqlite::{Connection, params};
use sillage_protocol::{Event, Medium};

use crate::clock::to_sql;
use crate::ingest;
use crate::store::IncomingEvent;
use crate::store::report::CLICK;

/// Writes the row of an event that was stored under `sequence`. It goes when the event is deleted.
pub(in crate::store::sqlite) fn add(
    connection: &Connection,
    site_id: &str,
    sequence: i64,
    incoming: &IncomingEvent,
) -> rusqlite::Result<()> {
    let event = &incoming.event;
    // What led to the page, and the page, are told of page views alone.
    let pageview = event
        .web_event
        .as_ref()
        .filter(|part| part.event_name.as_deref() == Some(ingest::PAGEVIEW_EVENT_NAME));
    let referrer = pageview.and_then(|part| part.referrer.as_ref());
    let campaign = pageview.and_then(|part| part.mkt_campaign.as_ref());
    connection
        .prepare_cached(
            "INSERT INTO report_events (site_id, created_at_ms, sequence, what, visitor, session_id,
                 page, referrer_hostname, referrer_medium, referrer_name,
                 campaign_source, campaign_medium, campaign_name, is_bot)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            site_id,
            to_sql(incoming.created_at),
            sequence,
            what(event),
            visitor(event),
            session_id(event),
            page(event).filter(|_| pageview.is_some()),
            referrer.and_then(|it| it.hostname.as_deref()),
            referrer.and_then(|it| it.medium.as_ref().map(Medium::as_str)),
            referrer.and_then(|it| it.name.as_deref()),
            campaign.and_then(|it| it.source.as_deref()),
            campaign.and_then(|it| it.medium.as_deref()),
            campaign.and_then(|it| it.name.as_deref()),
            incoming.is_bot,
        ])?;
    Ok(())
}

/// As the view `journeys` has it.
fn what(event: &Event) -> &str {
    let state = || {
        let action = event.web_action_event.as_ref()?.action.as_ref()?;
        action.state.as_ref().map(|state| match state.as_str() {
            "engaged" => CLICK,
            other => other,
        })
    };
    let kind = || event.event_type.as_deref();
    event
        .event_name()
        .or_else(state)
        .or_else(kind)
        .unwrap_or_default()
}

/// Whom an event is about, as in the column `visitor` of the table `events`.
pub(in crate::store::sqlite) fn visitor(event: &Event) -> Option<String> {
    match &event.customer_id {
        Some(id) => {
            let id_type = event.customer_id_type.as_deref().unwrap_or("unknown");
            Some(format!("{id_type}:{id}"))
        }
        None => Some(format!("session:{}", session_id(event)?)),
    }
}

fn session_id(event: &Event) -> Option<&str> {
    event.session.as_ref()?.id.as_deref()
}

/// Host and path, else the address as it came.
fn page(event: &Event) -> Option<String> {
    let page = event.web_event.as_ref()?.page.as_ref()?;
    match (&page.hostname, &page.pathname) {
        (Some(hostname), Some(pathname)) => Some(format!("{hostname}{pathname}")),
        _ => page.url.clone(),
    }
}
