//! What a destination's task reads out of the store: the next page of events, dead letters that are to be
//! sent again, and what of a page is still there.

use std::collections::BTreeSet;

use super::{Forwarder, Halt};
use crate::forward::destination::{Plan, Stored};
use crate::forward::page::{Origin, Page};
use crate::store::{DeadEvent, DeadLetterQuery, SequenceQuery, SequenceStart, Store, StoredEvent};

/// Events in memory of one destination: at most 64 KiB each as they came.
const PAGE_EVENTS: usize = 250;

impl Forwarder {
    /// The next events behind the cursor, and the last sequence among them.
    pub(super) async fn read_store(
        &self,
        store: &dyn Store,
        cursor: i64,
    ) -> Result<Option<(Page, i64)>, Halt> {
        let query = SequenceQuery {
            site_id: None,
            start: SequenceStart::After(cursor),
            limit: PAGE_EVENTS,
        };
        let events = store.events_by_sequence(query).await?;
        let Some(last) = events.last().map(|event| event.sequence) else {
            return Ok(None);
        };
        let plan = self.plan(&events);
        let page = Page::new(Origin::Store { last }, plan);
        Ok(Some((page, last)))
    }

    /// Dead letters that are to be sent again.
    pub(super) async fn read_dead_letters(&self, store: &dyn Store) -> Result<Option<Page>, Halt> {
        let letters = store.dead_letters(self.replayed_after(0)).await?;
        if letters.is_empty() {
            return Ok(None);
        }
        let events: Vec<_> = letters.into_iter().map(|letter| letter.event).collect();
        let mut plan = self.plan(&events);
        // Whatever is in no call must not be marked any longer, or it would be read for ever.
        for event in &events {
            let is_planned = plan.dead.iter().any(|dead| dead.sequence == event.sequence)
                || plan
                    .calls
                    .iter()
                    .any(|call| call.sequences.contains(&event.sequence));
            if !is_planned {
                plan.dead.push(DeadEvent {
                    sequence: event.sequence,
                    code: "unmappable".to_owned(),
                    message: "has no counterpart there, or its site is not forwarded".to_owned(),
                });
            }
        }
        Ok(Some(Page::new(Origin::DeadLetters, plan)))
    }

    fn plan(&self, events: &[StoredEvent]) -> Plan {
        let mut unreadable = Vec::new();
        let mut readable = Vec::with_capacity(events.len());
        for stored in events {
            match serde_json::from_str(&stored.json) {
                Ok(event) => readable.push(Stored {
                    sequence: stored.sequence,
                    site_id: stored.site_id.clone(),
                    event,
                }),
                Err(error) => unreadable.push(DeadEvent {
                    sequence: stored.sequence,
                    code: "unreadable".to_owned(),
                    message: error.to_string(),
                }),
            }
        }
        let name = self.destination.name();
        let mut plan = self.destination.plan(&readable, (self.state.clock)());
        if plan.unmappable > 0 {
            self.state.forwards.skipped(name, plan.unmappable);
        }
        for dead in &plan.dead {
            self.state.forwards.failed(name, &dead.code);
        }
        plan.dead.extend(unreadable);
        plan
    }

    /// Takes out what was deleted while the page waited: a visitor who was deleted is sent nowhere.
    pub(super) async fn drop_deleted(&self, page: &mut Page) -> Result<(), Halt> {
        let Some(first) = page.first_pending() else {
            return Ok(());
        };
        let store = &self.state.store;
        let left: BTreeSet<i64> = match page.origin() {
            Origin::Store { .. } => {
                let query = SequenceQuery {
                    site_id: None,
                    start: SequenceStart::After(first - 1),
                    limit: PAGE_EVENTS,
                };
                let events = store.events_by_sequence(query).await?;
                events.iter().map(|event| event.sequence).collect()
            }
            Origin::DeadLetters => {
                let letters = store.dead_letters(self.replayed_after(first - 1)).await?;
                letters.iter().map(|letter| letter.event.sequence).collect()
            }
        };
        page.keep_only(&left);
        Ok(())
    }

    fn replayed_after(&self, after: i64) -> DeadLetterQuery {
        DeadLetterQuery {
            destination: self.destination.name().to_owned(),
            only_replayed: true,
            after,
            limit: PAGE_EVENTS,
        }
    }
}
