//! What the tests put into a store and read back.

use serde_json::{Value, json};
use sillage_collector::store::{
    IncomingBatch, IncomingEvent, SequenceQuery, SequenceStart, SessionQuery, Store, StoredEvent,
};
use sillage_protocol::batch::{Receipt, TrackerInfo, Verdicts};
use sillage_protocol::{Event, Timestamp};

/// When every batch arrives, unless a test says otherwise: 2026-11-21T12:00:00.000Z.
pub(crate) const NOW: Timestamp = Timestamp(1_795_262_400_000);

pub(crate) fn event_id(n: u64) -> String {
    format!("01978f5e-7000-7000-8000-e{n:011x}")
}

pub(crate) fn batch_id(n: u64) -> String {
    format!("01978f5e-7000-7000-8000-b{n:011x}")
}

/// A page view of visitor `v1` in session `s1`, one second after the one before.
pub(crate) fn pageview(n: u64) -> IncomingEvent {
    event(n, &json!({}))
}

/// A page view with other members.
pub(crate) fn event(n: u64, members: &Value) -> IncomingEvent {
    let created_at = Timestamp(NOW.0 - 60_000 + n * 1_000);
    let mut document = json!({
        "id": event_id(n),
        "customerId": "v1",
        "customerIdType": "cookie",
        "session": {"id": "s1", "type": "web"},
        "eventType": "com.genesys.journey.WebEvent",
        "createdDate": created_at,
        "webEvent": {"eventName": "page_viewed", "page": {"url": "https://shop.example/"}},
    });
    for (member, value) in members.as_object().unwrap() {
        document[member] = value.clone();
    }
    let json_bytes = document.to_string().len();
    IncomingEvent {
        event: serde_json::from_value::<Event>(document).unwrap(),
        id: event_id(n),
        original_created_at: created_at,
        created_at,
        fingerprint: i64::try_from(n).unwrap(),
        json_bytes,
        is_bot: false,
    }
}

pub(crate) fn batch(n: u64, events: Vec<IncomingEvent>) -> IncomingBatch {
    IncomingBatch {
        id: batch_id(n),
        site_id: "shop".to_owned(),
        sent_at: NOW,
        received_at: NOW,
        tracker: TrackerInfo::default(),
        events,
        rejected: 0,
        counters: None,
        receipts: Vec::new(),
    }
}

pub(crate) fn on_site(site_id: &str, batch: IncomingBatch) -> IncomingBatch {
    IncomingBatch {
        site_id: site_id.to_owned(),
        ..batch
    }
}

pub(crate) fn verdicts(stored: u64, duplicates: u64, rejected: u64) -> Verdicts {
    Verdicts {
        stored,
        duplicates,
        rejected,
    }
}

/// What the store says of batch `n`.
pub(crate) async fn receipt(store: &dyn Store, n: u64) -> Receipt {
    let ask = IncomingBatch {
        receipts: vec![batch_id(n)],
        ..batch(999, Vec::new())
    };
    store.append(ask).await.unwrap().receipts.remove(0).1
}

/// The ids of everything stored, in the order of their sequence.
pub(crate) async fn stored_ids(store: &dyn Store) -> Vec<String> {
    all(store).await.iter().map(id_of).collect()
}

pub(crate) async fn all(store: &dyn Store) -> Vec<StoredEvent> {
    let query = SequenceQuery {
        site_id: None,
        start: SequenceStart::After(-1),
        limit: 10_000,
    };
    store.events_by_sequence(query).await.unwrap()
}

pub(crate) fn session(session_id: &str) -> SessionQuery {
    SessionQuery {
        session_id: session_id.to_owned(),
        site_id: None,
        kinds: Vec::new(),
        after: None,
        limit: 100,
    }
}

pub(crate) fn id_of(event: &StoredEvent) -> String {
    document(event)["id"].as_str().unwrap().to_owned()
}

pub(crate) fn document(event: &StoredEvent) -> Value {
    serde_json::from_str(&event.json).unwrap()
}

pub(crate) fn ids(numbers: &[u64]) -> Vec<String> {
    numbers.iter().copied().map(event_id).collect()
}
