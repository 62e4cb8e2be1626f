//! `GET /v1/export`: everything stored, as lines of JSON.
//!
//! Each line is `{"sequence", "siteId", "receivedAt", "event"}`, as in the live view's stream. `site`
//! restricts it to one site; `after` begins after a line's `sequence`, so that the next export takes
//! up where the last one ended. It ends with what was stored when it began. An export that fails on
//! its way breaks the connection off, so that a part never looks like the whole.
//!
//! A route, not a command: it works over any store and from any machine, and asks for the same token
//! as other reads. Whoever has the file itself has `sqlite3` and `docs/sql.md`.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::live::LiveEvent;
use crate::error::CollectError;
use crate::state::AppState;
use crate::store::{SequenceQuery, SequenceStart, StoredEvent};

/// Events read at once. With the longest events that are taken, 13 MB.
const PAGE_EVENTS: usize = 200;

/// How long a client may take nothing.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    site: Option<String>,
    after: Option<String>,
}

/// Opens the stream.
pub(super) async fn stream(
    State(state): State<AppState>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, CollectError> {
    let Query(parameters) = parameters.map_err(|error| CollectError::BadParameter {
        parameter: "query",
        rule: error.body_text(),
    })?;
    let after = match parameters.after.as_deref().map_or(Ok(-1), str::parse) {
        Ok(sequence) if sequence >= -1 => sequence,
        _ => {
            return Err(CollectError::BadParameter {
                parameter: "after",
                rule: "must be the sequence of an exported line".to_owned(),
            });
        }
    };
    let place = Arc::clone(&state.exports)
        .try_acquire_owned()
        .map_err(|_| CollectError::Busy)?;
    let most_recent = SequenceQuery {
        site_id: parameters.site.clone(),
        start: SequenceStart::MostRecent,
        limit: 1,
    };
    // Asked for before the answer begins: a store that cannot be read is an error with a status.
    let last = state.store.events_by_sequence(most_recent).await?;
    let last = last.last().map_or(-1, |event| event.sequence);
    let (pages, body) = mpsc::channel(1);
    let stopping = state.stopping();
    tokio::spawn(async move {
        let _place = place;
        tokio::select! {
            sent = send_pages(&state, parameters.site, after, last, &pages) => {
                if let Err(error) = sent {
                    tracing::warn!(error = &error as &dyn std::error::Error, "an export broke off");
                }
            }
            () = stopping => {}
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(Pages(body))).into_response())
}

/// Some lines, or the end.
type Page = Option<Bytes>;

/// The body. Where the pages cease without an end (the store failed, the client took nothing, the
/// collector stops), it fails.
struct Pages(mpsc::Receiver<Page>);

impl Stream for Pages {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|page| match page {
            Some(Some(lines)) => Some(Ok(lines)),
            Some(None) => None,
            None => Some(Err(io::Error::other("the export broke off"))),
        })
    }
}

/// Sends what comes after `after`, up to `last`, and the end.
async fn send_pages(
    state: &AppState,
    site_id: Option<String>,
    mut after: i64,
    last: i64,
    pages: &mpsc::Sender<Page>,
) -> io::Result<()> {
    while after < last {
        let query = SequenceQuery {
            site_id: site_id.clone(),
            start: SequenceStart::After(after),
            limit: PAGE_EVENTS,
        };
        let events = state.store.events_by_sequence(query).await;
        let events = events.map_err(io::Error::other)?;
        // Deleted meanwhile.
        let Some(event) = events.last() else { break };
        after = event.sequence;
        send(pages, Some(lines(&events, last)?)).await?;
    }
    send(pages, None).await
}

async fn send(pages: &mpsc::Sender<Page>, page: Page) -> io::Result<()> {
    let sent = pages.send_timeout(page, PATIENCE).await;
    sent.map_err(|_| io::Error::other("its client takes nothing"))
}

fn lines(events: &[StoredEvent], last: i64) -> io::Result<Bytes> {
    let mut text = Vec::new();
    for event in events.iter().filter(|event| event.sequence <= last) {
        serde_json::to_writer(&mut text, &LiveEvent::of(event)?)?;
        text.push(b'\n');
    }
    Ok(text.into())
}
