//! The collector: stores events by their ids and a receipt for each batch in one commit, answers
//! after it, and crashes at any time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::paper::WORD_END;

/// A request as it travels.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) page: usize,
    pub(crate) batch: String,
    /// Goes by beacon: nobody hears the answer.
    pub(crate) is_leaving: bool,
    /// Numbers of its events, and the session of each.
    pub(crate) events: Vec<(usize, String)>,
    pub(crate) asked: Vec<String>,
    /// Id of a page load, and how many events it has recorded so far.
    pub(crate) counters: Option<(String, u64)>,
    /// The page has heard that it has ended.
    pub(crate) is_finished: bool,
}

/// What an answer says to the page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) id: String,
    pub(crate) rejected: u32,
    pub(crate) retry_after_ms: u64,
    /// Three words for each batch that was asked for.
    pub(crate) receipts: String,
}

#[derive(Debug, Default)]
pub(crate) struct Collector {
    /// Session of each stored event.
    pub(crate) stored: BTreeMap<usize, String>,
    pub(crate) rejected: BTreeSet<usize>,
    /// How many events of each batch have their verdict, and how many of these were rejected.
    receipts: HashMap<String, (usize, usize)>,
    /// The greatest count of each page load.
    pub(crate) tracked: HashMap<String, u64>,
    pub(crate) is_down_until: u64,
    /// How often it has crashed: what was begun before is gone.
    pub(crate) crashes: u64,
    /// Events that were delivered, and how many of them had been stored before.
    pub(crate) delivered: u64,
    pub(crate) again: u64,
}

impl Collector {
    /// Whether an event has its verdict.
    pub(crate) fn has_judged(&self, event: usize) -> bool {
        self.stored.contains_key(&event) || self.rejected.contains(&event)
    }

    /// Commits a request.
    pub(crate) fn commit(&mut self, request: &Request, is_bad: impl Fn(usize) -> bool) {
        let mut rejected = 0;
        for (event, session) in &request.events {
            self.delivered += 1;
            if self.has_judged(*event) {
                self.again += 1;
            }
            if is_bad(*event) {
                rejected += 1;
                self.rejected.insert(*event);
            } else {
                let known = self.stored.entry(*event);
                known.or_insert_with(|| session.clone());
            }
        }
        if !request.events.is_empty() {
            let verdicts = (request.events.len(), rejected);
            self.receipts.insert(request.batch.clone(), verdicts);
        }
        if let Some((outbox, tracked)) = &request.counters {
            let known = self.tracked.entry(outbox.clone()).or_default();
            *known = (*known).max(*tracked);
        }
    }

    /// What is answered to a request that was committed.
    pub(crate) fn answer(&self, request: &Request, is_bad: impl Fn(usize) -> bool) -> Answer {
        let mut receipts = String::new();
        for id in &request.asked {
            let (known, rejected) = match self.receipts.get(id) {
                Some((known, rejected)) => (known.to_string(), *rejected),
                None => ("NaN".into(), 0),
            };
            for word in [id, &known, &rejected.to_string()] {
                receipts.push_str(word);
                receipts.push(WORD_END);
            }
        }
        let rejected = request.events.iter().filter(|it| is_bad(it.0)).count();
        Answer {
            status: 200,
            id: request.batch.clone(),
            rejected: rejected as u32,
            retry_after_ms: 0,
            receipts,
        }
    }
}
