//! What a tab sends, read as the collector reads it.

use crate::paper::Urgency;
use serde_json::Value;
use sillage_protocol::Event;
use sillage_protocol::batch::Batch;

/// What happened, in a word.
pub(crate) fn name_of(event: &Event) -> String {
    let json = serde_json::to_value(event).unwrap();
    let text = |pointer: &str| {
        json.pointer(pointer)
            .and_then(Value::as_str)
            .map(String::from)
    };
    text("/webEvent/eventName")
        .or_else(|| {
            text("/webActionEvent/actionMap/displayName").map(|name| format!("click {name}"))
        })
        .unwrap_or_default()
}

/// A request that a tab has made.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) batch: String,
    pub(crate) body: String,
    pub(crate) urgency: Urgency,
}

impl Request {
    /// The request as the collector reads it.
    pub(crate) fn read(&self) -> Batch {
        let batch = Batch::read(self.body.as_bytes()).expect("the collector can read the batch");
        assert_eq!(batch.id, self.batch);
        batch
    }

    /// Names of its events, in their order.
    pub(crate) fn names(&self) -> Vec<String> {
        let batch = self.read();
        let events = batch.merged_events();
        events.map(|event| name_of(&event.unwrap())).collect()
    }
}
