//! What a destination is: it plans calls for events, and makes a call.

use std::collections::BTreeSet;
use std::time::Duration;

use sillage_protocol::genesys::WebEventRequest;
use sillage_protocol::personalize::PutEventsRequest;
use sillage_protocol::{ErrorCode, Event, Timestamp, ValidationError};

use super::client::{Answer, NoAnswer};
use crate::store::DeadEvent;

/// A service that events are forwarded to.
pub(super) trait Destination: std::fmt::Debug + Send + Sync {
    /// Its name, in the store, in addresses and in metrics.
    fn name(&self) -> &'static str;

    /// Makes calls of events, in their order.
    fn plan(&self, events: &[Stored], now: Timestamp) -> Plan;

    /// Makes one call. Blocks until there is an answer or the time for one is over.
    fn send(&self, call: &Call, now: Timestamp) -> Outcome;
}

/// An event to be forwarded.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) sequence: i64,
    pub(super) site_id: String,
    pub(super) event: Event,
}

/// What is to be done with a page of events.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Calls, in the order of their first event.
    pub(super) calls: Vec<Call>,
    /// Events that break a rule of the service.
    pub(super) dead: Vec<DeadEvent>,
    /// How many events the service has no counterpart for.
    pub(super) unmappable: u64,
}

impl Plan {
    /// Puts aside an event that cannot be mapped.
    pub(super) fn put_aside(&mut self, sequence: i64, error: &ValidationError) {
        if error.code == ErrorCode::Unmappable {
            self.unmappable += 1;
        } else {
            self.dead.push(DeadEvent {
                sequence,
                code: error.code.as_str().to_owned(),
                message: error.to_string(),
            });
        }
    }
}

/// One call of a service.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// Calls with the same lane are made one after the other.
    pub(super) lane: String,
    /// The events it carries.
    pub(super) sequences: Vec<i64>,
    pub(super) payload: Payload,
    /// Answers so far that say that the service failed at it.
    pub(super) failed_answers: u32,
    /// How often it was made.
    pub(super) attempts: u32,
}

/// What a call carries.
#[derive(Clone, Debug)]
pub(super) enum Payload {
    PutEvents(Box<PutEventsRequest>),
    WebEvent {
        deployment_id: String,
        request: Box<WebEventRequest>,
    },
}

impl Call {
    pub(super) fn new(lane: String, sequences: Vec<i64>, payload: Payload) -> Self {
        Self {
            lane,
            sequences,
            payload,
            failed_answers: 0,
            attempts: 0,
        }
    }

    /// Takes out the events that are not among these.
    pub(super) fn keep_only(&mut self, left: &BTreeSet<i64>) {
        if let Payload::PutEvents(request) = &mut self.payload
            && let Some(events) = &mut request.event_list
        {
            let mut sequences = self.sequences.iter();
            events.retain(|_| sequences.next().is_some_and(|it| left.contains(it)));
        }
        self.sequences.retain(|sequence| left.contains(sequence));
    }

    /// The call as several of one event each; itself where it has only one.
    pub(super) fn split(self) -> Vec<Self> {
        let Payload::PutEvents(request) = &self.payload else {
            return vec![self];
        };
        let events = request.event_list.as_deref().unwrap_or_default();
        self.sequences
            .iter()
            .zip(events)
            .map(|(sequence, event)| {
                let alone = PutEventsRequest {
                    event_list: Some(vec![event.clone()]),
                    ..(**request).clone()
                };
                Self::new(
                    self.lane.clone(),
                    vec![*sequence],
                    Payload::PutEvents(Box::new(alone)),
                )
            })
            .collect()
    }
}

/// What came of a call.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The service has the events.
    Taken,
    /// It will never take them as they are.
    Refused {
        code: String,
        message: String,
        /// Whether one of several events may be at fault alone.
        may_be_one: bool,
    },
    /// It may take them later.
    Failed {
        code: String,
        message: String,
        /// How long the service asked to be left alone.
        retry_after: Option<Duration>,
        /// Whether the service failed at this call, rather than being away or busy.
        is_answer: bool,
    },
}

impl Outcome {
    /// Neither an answer of the service nor its fault.
    pub(super) fn not_sent(code: &str, message: String) -> Self {
        Self::Failed {
            code: code.to_owned(),
            message,
            retry_after: None,
            is_answer: false,
        }
    }

    pub(super) fn of_no_answer(none: NoAnswer) -> Self {
        Self::not_sent(none.code(), String::new())
    }

    /// By its status, with `is_refusal` for what only the service's own words tell.
    pub(super) fn of_answer(answer: &Answer, is_refusal: bool, now: Timestamp) -> Self {
        if answer.is_success() {
            return Self::Taken;
        }
        let code = format!("http_{}", answer.status);
        let message = answer.words();
        if is_refusal {
            return Self::Refused {
                code,
                message,
                // 404: there is no such tracker or deployment.
                may_be_one: answer.status != 404,
            };
        }
        Self::Failed {
            code,
            message,
            retry_after: answer.retry_after(now),
            // 502, 503 and 504 say that the service is away.
            is_answer: answer.status == 500,
        }
    }
}

/// Whether a status says that the request itself is at fault, and will be whoever asks and whenever.
pub(super) fn is_about_the_request(status: u16) -> bool {
    matches!(
        status,
        400 | 404 | 405 | 406 | 410 | 411 | 413 | 414 | 415 | 422
    )
}
