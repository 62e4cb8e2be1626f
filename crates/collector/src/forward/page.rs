//! A page of events on its way to a destination: which calls are made next, and how far it has come.
//! Pure.

use std::collections::BTreeSet;

use super::destination::{Call, Outcome, Plan};
use crate::store::DeadEvent;

/// Answers of 500 to one call after which it is given up. With the waits between them that takes
/// about ten minutes at least where nothing else succeeds.
const MAX_FAILED_ANSWERS: u32 = 12;

/// Where the events of a page come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The store, in order; the last sequence read.
    Store { last: i64 },
    /// Dead letters that are sent again.
    DeadLetters,
}

/// A page of events on its way.
#[derive(Debug)]
pub(super) struct Page {
    origin: Origin,
    calls: Vec<Call>,
    dead: Vec<DeadEvent>,
    /// Dead letters that are none any more.
    revived: Vec<i64>,
}

/// What is to be written of a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) cursor: Option<i64>,
    pub(super) dead: Vec<DeadEvent>,
    pub(super) revived: Vec<i64>,
}

impl Page {
    pub(super) fn new(origin: Origin, plan: Plan) -> Self {
        Self {
            origin,
            calls: plan.calls,
            dead: plan.dead,
            revived: Vec::new(),
        }
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    /// The first event that is in no store of the destination yet.
    pub(super) fn first_pending(&self) -> Option<i64> {
        let pending = self.calls.iter().flat_map(|call| &call.sequences);
        pending.min().copied()
    }

    /// Takes out every event that is not among these.
    pub(super) fn keep_only(&mut self, left: &BTreeSet<i64>) {
        for call in &mut self.calls {
            call.keep_only(left);
        }
        self.calls.retain(|call| !call.sequences.is_empty());
    }

    pub(super) fn is_done(&self) -> bool {
        self.calls.is_empty()
    }

    /// Takes out the calls to make next: the first of each lane, at most `most`. Those that have
    /// failed least often come first, so that one that always fails does not hold the others up.
    pub(super) fn next(&mut self, most: usize) -> Vec<Call> {
        let mut first: Vec<usize> = Vec::new();
        for (at, call) in self.calls.iter().enumerate() {
            if first.iter().all(|of| self.calls[*of].lane != call.lane) {
                first.push(at);
            }
        }
        first.sort_by_key(|at| self.calls[*at].attempts);
        first.truncate(most);
        first.sort_unstable_by(|a, b| b.cmp(a));
        let mut next: Vec<Call> = first.iter().map(|at| self.calls.remove(*at)).collect();
        next.reverse();
        next
    }

    /// Puts in what came of a call that [`Page::next`] gave.
    pub(super) fn came_of(&mut self, mut call: Call, outcome: Outcome) {
        call.attempts += 1;
        match outcome {
            Outcome::Taken => {
                if self.origin == Origin::DeadLetters {
                    self.revived.extend(&call.sequences);
                }
            }
            // One event that is at fault must not sink those around it.
            Outcome::Refused {
                may_be_one: true, ..
            } if call.sequences.len() > 1 => self.put_back(call.split()),
            Outcome::Refused { code, message, .. } => self.bury(&call, &code, &message),
            Outcome::Failed {
                code,
                message,
                is_answer,
                ..
            } => {
                call.failed_answers += u32::from(is_answer);
                if call.failed_answers < MAX_FAILED_ANSWERS {
                    self.put_back(vec![call]);
                } else if call.sequences.len() > 1 {
                    self.put_back(call.split());
                } else {
                    self.bury(&call, &code, &message);
                }
            }
        }
    }

    /// What is to be written by now; what it reports is not reported again.
    pub(super) fn report(&mut self) -> Report {
        let pending = self.first_pending();
        let cursor = match self.origin {
            Origin::Store { last } => Some(pending.map_or(last, |first| first - 1)),
            Origin::DeadLetters => None,
        };
        Report {
            cursor,
            dead: std::mem::take(&mut self.dead),
            revived: std::mem::take(&mut self.revived),
        }
    }

    /// Before the calls of its lane that are still there.
    fn put_back(&mut self, calls: Vec<Call>) {
        let Some(lane) = calls.first().map(|call| call.lane.clone()) else {
            return;
        };
        let of_lane = self.calls.iter().position(|call| call.lane == lane);
        let at = of_lane.unwrap_or(self.calls.len());
        self.calls.splice(at..at, calls);
    }

    fn bury(&mut self, call: &Call, code: &str, message: &str) {
        self.dead
            .extend(call.sequences.iter().map(|sequence| DeadEvent {
                sequence: *sequence,
                code: code.to_owned(),
                message: message.to_owned(),
            }));
    }
}

#[cfg(test)]
mod tests {
    use sillage_protocol::personalize::{Event, PutEventsRequest};

    use super::super::destination::Payload;
    use super::*;

    fn call(lane: &str, sequences: &[i64]) -> Call {
        let request = PutEventsRequest {
            event_list: Some(vec![Event::default(); sequences.len()]),
            ..PutEventsRequest::default()
        };
        let payload = Payload::PutEvents(Box::new(request));
        Call::new(lane.to_owned(), sequences.to_vec(), payload)
    }

    fn page(calls: Vec<Call>) -> Page {
        let plan = Plan {
            calls,
            ..Plan::default()
        };
        Page::new(Origin::Store { last: 9 }, plan)
    }

    fn failed(is_answer: bool) -> Outcome {
        Outcome::Failed {
            code: "http_500".to_owned(),
            message: String::new(),
            retry_after: None,
            is_answer,
        }
    }

    fn sequences(calls: &[Call]) -> Vec<Vec<i64>> {
        calls.iter().map(|call| call.sequences.clone()).collect()
    }

    #[test]
    fn calls_of_one_lane_are_made_one_after_the_other_and_the_cursor_waits_for_the_slowest() {
        let mut page = page(vec![
            call("a", &[1, 3]),
            call("a", &[4]),
            call("b", &[2]),
            call("b", &[5]),
        ]);
        let mut wave = page.next(8);
        assert_eq!(sequences(&wave), [vec![1, 3], vec![2]]);
        page.came_of(wave.remove(0), failed(true));
        page.came_of(wave.remove(0), Outcome::Taken);
        assert_eq!(page.report().cursor, Some(0));
        let mut wave = page.next(8);
        assert_eq!(sequences(&wave), [vec![1, 3], vec![5]]);
        page.came_of(wave.remove(0), Outcome::Taken);
        assert_eq!(page.report().cursor, Some(3));
        page.came_of(wave.remove(0), Outcome::Taken);
        let last = page.next(1).remove(0);
        page.came_of(last, Outcome::Taken);
        assert!(page.is_done());
        assert_eq!(page.report().cursor, Some(9));
    }

    #[test]
    fn a_call_that_fails_lets_the_others_pass() {
        let mut page = page(vec![call("a", &[1]), call("b", &[2])]);
        let first = page.next(1).remove(0);
        page.came_of(first, failed(true));
        assert_eq!(sequences(&page.next(1)), [vec![2]]);
    }

    #[test]
    fn the_events_of_a_refused_call_are_tried_alone_and_only_the_one_at_fault_dies() {
        let mut page = page(vec![call("a", &[1, 2]), call("a", &[3])]);
        let refused = || Outcome::Refused {
            code: "http_400".to_owned(),
            message: "no".to_owned(),
            may_be_one: true,
        };
        let first = page.next(8).remove(0);
        page.came_of(first, refused());
        let first = page.next(8).remove(0);
        assert_eq!(first.sequences, [1]);
        page.came_of(first, Outcome::Taken);
        let second = page.next(8).remove(0);
        assert_eq!(second.sequences, [2]);
        page.came_of(second, refused());
        let report = page.report();
        assert_eq!((report.cursor, report.dead.len()), (Some(2), 1));
        assert_eq!(
            (report.dead[0].sequence, &*report.dead[0].code),
            (2, "http_400")
        );
        assert_eq!(page.report().dead, []);
    }

    #[test]
    fn what_was_deleted_meanwhile_is_taken_out_of_its_call() {
        let mut page = page(vec![call("a", &[1, 2, 3]), call("b", &[4])]);
        page.keep_only(&BTreeSet::from([1, 3]));
        let wave = page.next(8);
        assert_eq!(sequences(&wave), [vec![1, 3]]);
        let Payload::PutEvents(request) = &wave[0].payload else {
            panic!("it was a call of events");
        };
        assert_eq!(request.event_list.as_ref().map(Vec::len), Some(2));
    }

    #[test]
    fn a_call_at_which_the_service_always_fails_is_given_up_but_never_one_that_is_not_answered() {
        let mut page = page(vec![call("a", &[1])]);
        for _ in 0..1_000 {
            let call = page.next(1).remove(0);
            page.came_of(call, failed(false));
        }
        for _ in 0..MAX_FAILED_ANSWERS {
            let call = page.next(1).remove(0);
            page.came_of(call, failed(true));
        }
        assert!(page.is_done());
        assert_eq!(page.report().dead[0].code, "http_500");
    }
}
