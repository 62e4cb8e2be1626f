//! The way of a request to the collector and back.

use crate::paper::{Consent, Fields, Input, Outcome, Urgency};
use serde_json::Value;

use super::{Happening, World};
use crate::collector::{Answer, Request};
use crate::page::{Life, Missed, Sent};
use crate::plan::Network;

/// How long a page waits for an answer, in milliseconds.
const ANSWER_TIMEOUT_MS: u64 = 10_000;

impl World {
    /// A request leaves its page.
    pub(super) fn dispatch(&mut self, page: usize, sent: &Sent) {
        let request = self.read(page, sent);
        self.note(|world| {
            let events: Vec<usize> = request.events.iter().map(|it| it.0).collect();
            format!(
                "page {page}: {} {} [{}] asks for {}",
                if request.is_leaving {
                    "beacon"
                } else {
                    "request"
                },
                &request.batch[..13],
                world.ledger.names(&events),
                request.asked.len()
            )
        });
        self.count += 1;
        self.sent_requests += 1;
        let number = self.count;
        let is_struck = self.random.chance(self.network_percent);
        let network = if is_struck {
            self.network
        } else {
            Network::Well
        };
        let events = request.events.len();
        self.requests.insert(number, request);
        self.after(ANSWER_TIMEOUT_MS, ends(number, Answer::default()));
        let there = self.random.between(1, 60);
        match network {
            Network::LosesRequests => {
                // At once, or never heard of again.
                if self.random.chance(50) {
                    self.after(there, ends(number, Answer::default()));
                }
            }
            Network::Foreign => {
                let answer = self.foreign(number);
                self.after(there, ends(number, answer));
            }
            Network::Refuses(status, retry_after_ms) => {
                let answer = Answer {
                    status,
                    retry_after_ms,
                    ..Answer::default()
                };
                self.after(there, ends(number, answer));
            }
            Network::RefusesMoreThan(most) if events > most => {
                let answer = Answer {
                    status: 413,
                    ..Answer::default()
                };
                self.after(there, ends(number, answer));
            }
            Network::Doubles => {
                self.is_doubled = true;
                let again = self.random.between(1, 15_000);
                self.after(there, Happening::Arrives(number));
                self.after(there + again, Happening::Arrives(number));
            }
            Network::Delays(ms) => {
                self.is_doubled |= ms > ANSWER_TIMEOUT_MS / 2;
                self.after(there + ms, Happening::Arrives(number));
            }
            Network::Well | Network::LosesAnswers | Network::RefusesMoreThan(_) => {
                self.after(there, Happening::Arrives(number));
            }
        }
    }

    /// Whatever answers in the collector's place.
    fn foreign(&mut self, number: u64) -> Answer {
        let status = self
            .random
            .one_of(&[200, 200, 200, 204, 302, 400, 403, 404, 500]);
        let id = match self.requests.get(&number) {
            _ if self.random.chance(50) => String::new(),
            Some(request) => format!("{}x", request.batch),
            None => String::new(),
        };
        Answer {
            status,
            id,
            ..Answer::default()
        }
    }

    /// Reads a body as far as the world wants to know it.
    fn read(&mut self, page: usize, sent: &Sent) -> Request {
        let text = format!("{{\"sentAt\":\"\",{}", sent.body);
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|error| {
            self.fail(format!("sends what is no JSON: {error}: {text}"));
            Value::Null
        });
        let list = |name: &str| body[name].as_array().cloned().unwrap_or_default();
        let shared = body["defaults"]["session"]["id"].as_str();
        let mut events = Vec::new();
        for event in list("events") {
            let id = event["id"].as_str().unwrap_or_default();
            let session = event["session"]["id"].as_str().or(shared);
            match self.ledger.number_of(id) {
                Some(number) => events.push((number, session.unwrap_or_default().to_owned())),
                None => self.fail(format!("sends the event {id}, which nobody has recorded")),
            }
        }
        let asked = list("receipts");
        let counters = &body["counters"];
        Request {
            page,
            batch: sent.batch.clone(),
            is_leaving: sent.urgency == Urgency::Leaving,
            events,
            asked: asked
                .iter()
                .filter_map(|it| it.as_str().map(String::from))
                .collect(),
            counters: counters["outboxId"]
                .as_str()
                .map(|id| (id.to_owned(), counters["tracked"].as_u64().unwrap_or(0))),
            is_finished: false,
        }
    }

    fn is_bad(&self, event: usize) -> bool {
        self.ledger.events[event].name.ends_with('!')
    }

    /// A request has reached the collector.
    pub(super) fn arrives(&mut self, number: u64) {
        if self.now < self.collector.is_down_until {
            let ms = self.random.between(0, 5);
            self.after(ms, ends(number, Answer::default()));
            return;
        }
        let crashes = self.collector.crashes;
        let ms = self.random.between(1, 25);
        let commit = Happening::Commits {
            request: number,
            crashes,
        };
        self.after(ms, commit);
        if let Some(down_ms) = self.crashes_within.take() {
            let before = self.random.chance(50);
            let at = if before { ms - 1 } else { ms };
            self.after(at, Happening::Crashes(down_ms));
        }
        if self.bugs.acknowledges_early
            && let Some(request) = self.requests.get(&number)
        {
            let answer = self.collector.answer(request, |it| self.is_bad(it));
            self.answers(number, crashes, answer);
        }
    }

    pub(super) fn crash(&mut self, down_ms: u64) {
        self.note(|_| "the collector crashes".into());
        self.collector.crashes += 1;
        self.collector.is_down_until = self.now + down_ms;
    }

    pub(super) fn commits(&mut self, number: u64, crashes: u64) {
        let Some(request) = self.requests.get(&number).cloned() else {
            return;
        };
        if crashes != self.collector.crashes {
            self.after(1, ends(number, Answer::default()));
            return;
        }
        let names: Vec<bool> = request.events.iter().map(|it| self.is_bad(it.0)).collect();
        let bad: Vec<usize> = request
            .events
            .iter()
            .zip(names)
            .filter(|it| it.1)
            .map(|it| it.0.0)
            .collect();
        self.note(|_| format!("the collector stores {}", &request.batch[..13]));
        self.collector.commit(&request, |it| bad.contains(&it));
        if !self.bugs.acknowledges_early {
            let answer = self.collector.answer(&request, |it| bad.contains(&it));
            let ms = self.random.between(0, 3);
            let answers = Happening::Answers {
                request: number,
                crashes,
                answer,
            };
            self.after(ms, answers);
        }
    }

    /// The collector answers, if it is still there.
    pub(super) fn answers(&mut self, number: u64, crashes: u64, answer: Answer) {
        let back = self.random.between(1, 60);
        if crashes != self.collector.crashes {
            self.after(1, ends(number, Answer::default()));
            return;
        }
        let is_struck = self.random.chance(self.network_percent);
        match self.network {
            Network::LosesAnswers if is_struck => {
                if self.random.chance(50) {
                    self.after(back, ends(number, Answer::default()));
                }
            }
            Network::Delays(ms) if is_struck => self.after(back + ms, ends(number, answer)),
            _ => self.after(back, ends(number, answer)),
        }
    }

    /// The page hears the answer, or that there is none.
    pub(super) fn request_ended(&mut self, number: u64, answer: &Answer) {
        let Some(request) = self.requests.get_mut(&number) else {
            return;
        };
        if request.is_finished || request.is_leaving {
            return;
        }
        request.is_finished = true;
        let (number_of_page, batch) = (request.page, request.batch.clone());
        match self.pages[number_of_page].life {
            Life::Gone => {}
            // Whatever the answer: the browser has thrown it away.
            Life::Frozen => {
                let missed = Missed::RequestEnded(number);
                self.pages[number_of_page].missed.push(missed);
            }
            Life::Starting | Life::Open => self.send_finished(number_of_page, &batch, answer),
        }
    }

    /// As `src/bindings.rs` reads what `js/host.ts` says.
    pub(super) fn send_finished(&mut self, page: usize, batch: &str, answer: &Answer) {
        self.note(|_| {
            format!(
                "page {page}: {} ends with {} of {:?}",
                &batch[..13],
                answer.status,
                answer.id.get(..13)
            )
        });
        let is_own = answer.id == batch || self.bugs.accepts_foreign;
        let rejected = answer.rejected;
        let outcome = match answer.status {
            200 if is_own => Outcome::Acknowledged { rejected },
            400 if answer.id == batch => Outcome::Acknowledged { rejected: u32::MAX },
            413 => Outcome::TooLarge,
            _ => Outcome::Unconfirmed {
                retry_after_ms: answer.retry_after_ms,
            },
        };
        let wall = self.wall();
        self.hear(
            page,
            wall,
            Input::SendFinished {
                batch,
                outcome,
                receipts: Fields(&answer.receipts),
            },
            "",
        );
        if self.bugs.forgets_unconfirmed && matches!(outcome, Outcome::Unconfirmed { .. }) {
            self.pages[page].outbox.forget(&format!("d{batch}"));
            self.pages[page].outbox.write_soon();
            self.pump(page);
        }
    }

    /// What the visitor has chosen allows no request.
    pub(super) fn check_send(&mut self, page: usize) {
        if self.consent.is_some_and(|it| it != Consent::Granted) {
            self.fail(format!("page {page} sends without consent"));
        }
    }
}

fn ends(request: u64, answer: Answer) -> Happening {
    Happening::Ends { request, answer }
}
