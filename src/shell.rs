//! Carries out the core's imperatives, in numbers.

use sillage_core::{Act, Consent, Dropped, Id, Line, Put, Receipt, Record, Shell, Urgency};
use sillage_protocol::Timestamp;

use crate::browser::page;

/// A number as JavaScript has it: what is less than 0, or none, is 0, and fractions go.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of floats saturates: a clock before 1970 reads as 1970"
)]
pub(crate) fn from_js(number: f64) -> u64 {
    number as u64
}

/// The same, for counts.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of floats saturates"
)]
pub(crate) fn count_from_js(number: f64) -> u32 {
    number as u32
}

/// The consent of that number, as `CONSENTS` of `js/settings.ts` has them.
pub(crate) fn consent_from_js(number: f64) -> Option<Consent> {
    (number >= 0.0)
        .then(|| count_from_js(number) as usize)
        .and_then(|at| Consent::ALL.get(at).copied())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "times and counts are far below 2^53"
)]
fn to_js(number: u64) -> f64 {
    number as f64
}

fn time(at: u8) -> Timestamp {
    Timestamp(from_js(page::number(at)))
}

fn count(at: u8) -> u32 {
    count_from_js(page::number(at))
}

/// The page that `js/page.ts` is at work for.
#[derive(Debug)]
pub(crate) struct Page;

impl Shell for Page {
    fn random(&mut self, index: u32) -> u32 {
        page::random(index)
    }

    fn name(&mut self, id: Id, [a, b, c, d]: [u32; 4]) {
        page::name(id as u8, a, b, c, d);
    }

    fn copy(&mut self, from: Id, to: Id) {
        page::copy(from as u8, to as u8);
    }

    fn has(&mut self, id: Id) -> bool {
        page::has(id as u8)
    }

    fn read_record(&mut self) -> Option<Record> {
        page::read_record().then(|| Record {
            edition: from_js(page::number(0)),
            started_at: time(1),
            active_at: time(2),
            epoch: from_js(page::number(3)),
            consent: consent_from_js(page::number(4)),
            ids: page::number(5) > 0.0,
        })
    }

    fn remember(&mut self, record: Record) {
        page::remember(
            to_js(record.edition),
            to_js(record.started_at.0),
            to_js(record.active_at.0),
            to_js(record.epoch),
            record.consent.map_or(-1, |consent| consent as i8),
            record.ids,
        );
    }

    fn put_event(&mut self, under: Id, created_at: Timestamp, epoch: u64) -> Put {
        match page::put_event(under as u8, to_js(created_at.0), to_js(epoch)) {
            0 => Put::Kept,
            1 => Put::TooLarge,
            _ => Put::Filtered,
        }
    }

    fn put_counters(&mut self, tracked: u32) {
        page::put_counters(tracked);
    }

    fn put_state(&mut self, busy_until: Timestamp, due_at: Timestamp, failures: u32) {
        page::put_state(to_js(busy_until.0), to_js(due_at.0), failures);
    }

    fn clear(&mut self) {
        page::clear();
    }

    fn keep(&mut self, may_keep: bool) {
        page::keep(may_keep);
    }

    fn turn(&mut self) {
        page::turn();
    }

    fn next_line(&mut self) -> Line {
        match page::next_line() {
            0 => Line::End,
            1 => Line::Record,
            2 => Line::State {
                busy_until: time(0),
                due_at: time(1),
                failures: count(2),
            },
            3 => {
                let (known, is_unconfirmed) = (page::number(3), page::number(5) > 0.0);
                Line::Batch {
                    made_at: time(0),
                    chars: count(1),
                    events: count(2),
                    // Less than 0 where it was not asked, none where the collector does not know it.
                    receipt: (known >= 0.0 || known.is_nan()).then(|| Receipt {
                        known: (known >= 0.0).then(|| count_from_js(known)),
                        rejected: count(4),
                    }),
                    is_unconfirmed,
                }
            }
            4 => Line::Events {
                made_at: time(0),
                chars: count(1),
                events: count(2),
            },
            _ => Line::Other,
        }
    }

    fn line_bytes(&mut self) -> u32 {
        page::line_bytes()
    }

    fn act(&mut self, act: Act) {
        page::act(act as u8);
    }

    fn send(&mut self, batch: Id, urgency: Urgency, epoch: u64) {
        page::send(batch as u8, urgency == Urgency::Leaving, to_js(epoch));
    }

    fn wake_at(&mut self, at: Timestamp) {
        page::wake_at(to_js(at.0));
    }

    fn dropped(&mut self, reason: Dropped, events: u32) {
        page::dropped(reason as u8, events);
    }
}
