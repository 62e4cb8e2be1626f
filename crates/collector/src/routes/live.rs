//! `GET /v1/live`: events as they are stored, as server-sent events.
//!
//! Each message carries `{"sequence", "siteId", "receivedAt", "event"}`; its id is the sequence, so that
//! a browser that reconnects (`Last-Event-ID`) is given what it missed, out of the store. Parameters:
//! `site` (only events of this site), `recent` (so many of the last stored events first), and
//! `lastEventId` for clients that cannot send the header.
//!
//! A client that does not take what it is sent is cut; it comes back and resumes. Ingestion never
//! waits for one: the feed drops what nobody has read.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sillage_protocol::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use crate::error::CollectError;
use crate::state::AppState;
use crate::store::{SequenceQuery, SequenceStart, StoredEvent};

/// Messages that may wait for one client.
const BUFFERED_MESSAGES: usize = 64;

/// How long a client may let its buffer stand full.
const PATIENCE: Duration = Duration::from_secs(10);

/// Time between heartbeats. Below the minute after which proxies cut idle connections.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Most of the last events that may be asked for.
const MAX_RECENT: usize = 200;

/// Events read from the store at once while a client catches up.
const CATCH_UP_EVENTS: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    site: Option<String>,
    recent: Option<String>,
    last_event_id: Option<String>,
}

/// An event with what the store knows of it: a message here, a line of an export.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LiveEvent<'a> {
    sequence: i64,
    site_id: &'a str,
    received_at: Timestamp,
    event: &'a RawValue,
}

impl<'a> LiveEvent<'a> {
    pub(super) fn of(stored: &'a StoredEvent) -> serde_json::Result<Self> {
        Ok(Self {
            sequence: stored.sequence,
            site_id: &stored.site_id,
            received_at: stored.received_at,
            event: serde_json::from_str(&stored.json)?,
        })
    }
}

/// Opens a stream.
pub(super) async fn stream(
    State(state): State<AppState>,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, CollectError> {
    let Query(parameters) = parameters.map_err(|error| CollectError::BadParameter {
        parameter: "query",
        rule: error.body_text(),
    })?;
    let start = start(&headers, &parameters)?;
    let place = Arc::clone(&state.live_clients)
        .try_acquire_owned()
        .map_err(|_| CollectError::Busy)?;
    let (messages, body) = mpsc::channel(BUFFERED_MESSAGES);
    // Subscribed before the store is read, so that nothing falls in between.
    let feed = state.store.feed();
    let client = Client {
        site_id: parameters.site,
        messages,
        _place: place,
    };
    let stopping = state.stopping();
    tokio::spawn(async move {
        tokio::select! {
            () = client.serve(&state, feed, start) => {}
            () = stopping => {}
        }
    });
    let keep_alive = KeepAlive::new().interval(HEARTBEAT).text("heartbeat");
    let mut response = Sse::new(ReceiverStream::new(body))
        .keep_alive(keep_alive)
        .into_response();
    // nginx would hold messages back until its buffer is full.
    response.headers_mut().insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

/// Where a stream begins.
#[derive(Clone, Copy)]
enum Start {
    /// With what is stored from now on.
    Now,
    /// With what was stored after this sequence.
    After(i64),
    /// With so many of the last events.
    Recent(usize),
}

fn start(headers: &HeaderMap, parameters: &Parameters) -> Result<Start, CollectError> {
    let last_event_id = match headers.get("last-event-id") {
        Some(value) => Some(value.to_str().unwrap_or_default()),
        None => parameters.last_event_id.as_deref(),
    };
    if let Some(text) = last_event_id.filter(|text| !text.is_empty()) {
        return match text.parse() {
            Ok(sequence) if sequence >= 0 => Ok(Start::After(sequence)),
            _ => Err(CollectError::BadParameter {
                parameter: "Last-Event-ID",
                rule: "must be the id of a message of this stream".to_owned(),
            }),
        };
    }
    match parameters.recent.as_deref().map_or(Ok(0), str::parse) {
        Ok(0) => Ok(Start::Now),
        Ok(count) if count <= MAX_RECENT => Ok(Start::Recent(count)),
        _ => Err(CollectError::BadParameter {
            parameter: "recent",
            rule: format!("must be a whole number from 0 to {MAX_RECENT}"),
        }),
    }
}

/// The client is to be cut: it is gone, too slow, or the store cannot be read.
struct Cut;

struct Client {
    site_id: Option<String>,
    messages: mpsc::Sender<Result<Message, Infallible>>,
    _place: OwnedSemaphorePermit,
}

impl Client {
    async fn serve(
        self,
        state: &AppState,
        mut feed: broadcast::Receiver<Arc<StoredEvent>>,
        start: Start,
    ) {
        // The first bytes make the browser report the stream as open.
        if self
            .send(Message::default().comment("connected"))
            .await
            .is_err()
        {
            return;
        }
        let Ok(mut last) = self.catch_up(state, start).await else {
            return;
        };
        loop {
            let received = tokio::select! {
                received = feed.recv() => received,
                () = self.messages.closed() => return,
            };
            // A client that fell behind the feed is cut, and resumes from the store.
            let Ok(event) = received else {
                return;
            };
            let is_wanted = event.sequence > last
                && self
                    .site_id
                    .as_ref()
                    .is_none_or(|site_id| *site_id == event.site_id);
            if is_wanted {
                if self.send_event(&event).await.is_err() {
                    return;
                }
                last = event.sequence;
            }
        }
    }

    /// Sends what is stored already, and returns the last sequence sent.
    async fn catch_up(&self, state: &AppState, start: Start) -> Result<i64, Cut> {
        let (mut next, limit) = match start {
            Start::Now => return Ok(-1),
            Start::After(sequence) => (SequenceStart::After(sequence), CATCH_UP_EVENTS),
            Start::Recent(count) => (SequenceStart::MostRecent, count),
        };
        let mut last = if let SequenceStart::After(sequence) = next {
            sequence
        } else {
            -1
        };
        loop {
            let query = SequenceQuery {
                site_id: self.site_id.clone(),
                start: next,
                limit,
            };
            let events = state
                .store
                .events_by_sequence(query)
                .await
                .map_err(|_| Cut)?;
            for event in &events {
                self.send_event(event).await?;
                last = event.sequence;
            }
            if events.len() < limit || next == SequenceStart::MostRecent {
                return Ok(if events.is_empty() {
                    self.within_store(state, last).await?
                } else {
                    last
                });
            }
            next = SequenceStart::After(last);
        }
    }

    /// A sequence that is ahead of the store comes from another one: the data folder was emptied
    /// while a page stayed open. Such a page is shown whatever the feed brings.
    async fn within_store(&self, state: &AppState, sequence: i64) -> Result<i64, Cut> {
        let last = SequenceQuery {
            site_id: None,
            start: SequenceStart::MostRecent,
            limit: 1,
        };
        let events = state
            .store
            .events_by_sequence(last)
            .await
            .map_err(|_| Cut)?;
        Ok(if events.iter().any(|event| event.sequence >= sequence) {
            sequence
        } else {
            -1
        })
    }

    async fn send_event(&self, event: &StoredEvent) -> Result<(), Cut> {
        let message = LiveEvent::of(event).map_err(|_| Cut)?;
        let text = serde_json::to_string(&message).map_err(|_| Cut)?;
        self.send(Message::default().id(event.sequence.to_string()).data(text))
            .await
    }

    async fn send(&self, message: Message) -> Result<(), Cut> {
        self.messages
            .send_timeout(Ok(message), PATIENCE)
            .await
            .map_err(|_| Cut)
    }
}
