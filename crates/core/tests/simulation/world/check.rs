//! What has to hold at any time, and at the end.

use crate::paper::Consent;

use super::World;
use crate::ledger::{Fate, Line};
use crate::page::Life;

impl World {
    /// Every event is stored, refused, dropped and counted, or somewhere.
    pub(super) fn check(&mut self) {
        let is_here = self.present();
        for (event, is_here) in is_here.into_iter().enumerate() {
            if self.ledger.events[event].fate != Fate::Open
                || is_here
                || self.collector.has_judged(event)
            {
                continue;
            }
            if let Some(reason) = self.excuse(event) {
                self.note(|world| format!("lost: {}: {reason}", world.ledger.names(&[event])));
                self.ledger.events[event].fate = Fate::Excused(reason);
            } else {
                let age = self.now - self.ledger.events[event].tracked_at;
                let name = self.ledger.names(&[event]);
                self.fail(format!("{name} is lost, {age} ms after it was recorded"));
            }
        }
        self.check_privacy();
    }

    /// Which events are in some memory, durable or living.
    fn present(&self) -> Vec<bool> {
        let mut is_here = vec![false; self.ledger.events.len()];
        let mut mark = |line: &Line| line.events.iter().for_each(|it| is_here[*it] = true);
        self.disk.lines.values().for_each(&mut mark);
        let transactions = self.disk.transactions.values();
        let written = transactions
            .filter(|it| it.page.is_none())
            .chain(self.disk.late.values())
            .flat_map(|it| &it.writes);
        written.filter_map(|it| it.1.as_ref()).for_each(&mut mark);
        let spills = self.local.content.spills.values();
        let spilled = spills.flat_map(|it| it.iter());
        spilled.filter_map(|it| it.1.as_ref()).for_each(&mut mark);
        for page in &self.pages {
            if page.life != Life::Gone {
                page.outbox.lines().for_each(&mut mark);
            }
        }
        is_here
    }

    /// Where an event is, for a trace.
    fn whereabouts(&self, event: usize) -> String {
        let has = |line: &Line| line.events.contains(&event);
        let mut places = Vec::new();
        let lines = self.disk.lines.iter().filter(|it| has(it.1));
        places.extend(lines.map(|(key, _)| format!("{} in the database", &key[..14])));
        for (spill, lines) in &self.local.content.spills {
            if lines.iter().filter_map(|it| it.1.as_ref()).any(has) {
                places.push(format!("spill {spill}"));
            }
        }
        for (number, page) in self.pages.iter().enumerate() {
            if page.life != Life::Gone && page.outbox.lines().any(has) {
                places.push(format!("memory of page {number}"));
            }
        }
        places.join(", ")
    }

    /// Where nothing may be stored, nothing is.
    fn check_privacy(&mut self) {
        let never_allowed = self.setting.is_anonymous
            || self.setting.consent != Consent::Granted && self.chosen_at.is_none();
        if never_allowed && !self.setting.is_blocked {
            self.check_stores_are_empty();
        }
    }

    fn check_stores_are_empty(&mut self) {
        let lines = self.disk.lines.keys();
        let personal: Vec<&String> = lines.filter(|key| *key != "a" && *key != "b").collect();
        let fault = if !personal.is_empty() {
            Some(format!("{personal:?} is in the database"))
        } else if !self.local.content.spills.is_empty() {
            let keys: Vec<_> = self.local.content.spills.values().collect();
            let is_personal = keys.iter().any(|spill| {
                spill
                    .iter()
                    .any(|it| it.1.is_some() && it.0 != "a" && it.0 != "b")
            });
            is_personal.then(|| "lines are in localStorage".into())
        } else {
            None
        };
        if let Some(fault) = fault {
            self.fail(format!("without consent {fault}"));
        }
        let record = &self.local.content.record;
        let words: Vec<&str> = record.split(' ').collect();
        if !record.is_empty() && words[2..4] != ["-", "-"] {
            self.fail(format!("without consent the record {record:?} is kept"));
        }
    }

    /// After the calm nothing waits any more, and the counts are right.
    pub(super) fn check_end(&mut self) {
        let is_erased = self.is_choice_settled && self.disk.was_well(self.chosen_at.unwrap_or(0));
        if self.consent == Some(Consent::Denied) && is_erased {
            self.check_stores_are_empty();
        }
        if self.consent == Some(Consent::Granted) {
            for event in 0..self.ledger.events.len() {
                let entry = &self.ledger.events[event];
                if entry.fate == Fate::Open
                    && !entry.is_erasable
                    && !self.collector.has_judged(event)
                {
                    let name = self.ledger.names(&[event]);
                    let whereabouts = self.whereabouts(event);
                    self.fail(format!(
                        "{name} is not stored after the calm: {whereabouts}"
                    ));
                }
            }
        }
        self.check_sessions();
        self.check_counts();
    }

    /// Whether sessions of one tab have to follow each other. A killed browser may know its visitor
    /// only once the database, which did not open at first, does.
    pub(super) fn sessions_go_on(&self) -> bool {
        !self.sessions_may_differ && (!self.was_killed || self.disk.was_well(0))
    }

    /// What is stored of one tab never goes back to an earlier session.
    fn check_sessions(&mut self) {
        if !self.sessions_go_on() {
            return;
        }
        let mut latest = [0; crate::plan::TABS];
        for (event, session) in &self.collector.stored {
            if self.ledger.events[*event].is_of_page_session {
                continue;
            }
            let tab = self.ledger.events[*event].tab;
            let digits: String = session.chars().filter(|it| *it != '-').take(12).collect();
            let began_at = u64::from_str_radix(&digits, 16).unwrap_or(0);
            if began_at + 5_000 < latest[tab] {
                let name = self.ledger.names(&[*event]);
                self.fault
                    .get_or_insert(format!("{name} was stored under an earlier session"));
            }
            latest[tab] = latest[tab].max(began_at);
        }
    }

    /// The collector never hears of more events than were recorded, and of all that were recorded by
    /// pages that were left in order.
    fn check_counts(&mut self) {
        // With several tabs, adopting what one has left may delete newer counts of another; the next
        // event brings them back.
        let is_exact = self.setting.tabs == 1
            && self.disk.was_well(0)
            && self.local.had_room(0)
            && !self.was_ever_refused
            && !self.setting.is_anonymous
            && self.setting.consent == Consent::Granted
            && !self.setting.is_blocked;
        for number in 0..self.pages.len() {
            let page = &self.pages[number];
            let recorded = u64::from(page.tracker.stats().tracked);
            let known = self.collector.tracked.get(&page.outbox_id);
            let known = known.copied().unwrap_or(0);
            if known > recorded {
                self.fail(format!(
                    "page {number} told of {known} events, recorded {recorded}"
                ));
            } else if is_exact && !page.is_inexact && known < recorded && !self.waits(number) {
                self.fail(format!(
                    "page {number} recorded {recorded} events, the collector knows of {known}"
                ));
            }
        }
    }

    /// Whether the newest counters of a page are still in the outbox: they leave with events only.
    fn waits(&self, number: usize) -> bool {
        let page = &self.pages[number];
        let key = format!("c{}", page.outbox_id);
        let recorded = u64::from(page.tracker.stats().tracked);
        let is_newest = |text: &str| {
            let counters = text.split_once('\x1f').map_or("", |(_, counters)| counters);
            let counters: serde_json::Value = serde_json::from_str(counters).unwrap_or_default();
            counters["tracked"] == recorded
        };
        let lines = self.disk.lines.get(&key).into_iter();
        let spilled = self.local.content.spills.values().flat_map(|it| it.iter());
        lines
            .chain(spilled.filter_map(|it| it.1.as_ref()))
            .chain(page.outbox.lines())
            .any(|line| line.text.starts_with(&key) && is_newest(&line.text))
    }
}
