//! One browser, its network and one collector, in virtual time.
//!
//! The world's time never jumps; the browser's clock is the world's time and an offset. All that
//! happens is in one queue, in the order of time; a run is a function of its [`Setting`] and steps.

mod browser;
mod check;
mod hearing;
mod pages;
mod storage;
mod wire;

use std::collections::{BTreeMap, HashMap};

use crate::paper::Consent;

use crate::bugs::Bugs;
use crate::collector::{Answer, Collector, Request};
use crate::disk::{Disk, Mode};
use crate::ledger::Ledger;
use crate::local::Local;
use crate::page::Page;
use crate::plan::{Network, Setting, Step, TABS};
use crate::random::Random;

/// 2026-11-21T09:00:00.000Z.
const START_MS: u64 = 1_795_251_600_000;

/// How long everything works at the end, in milliseconds: longer than the longest `Retry-After`
/// that is obeyed.
const CALM_MS: u64 = 3 * 3_600_000;

/// More than ever happens in the calm where nothing turns in circles.
const MAX_HAPPENINGS: usize = 5_000;

/// Something that is going to happen.
#[derive(Clone, Debug)]
enum Happening {
    Step(usize),
    Calm,
    LastWords(usize),
    End,
    Timer {
        page: usize,
        number: u64,
    },
    Hears {
        page: usize,
        number: u64,
    },
    Connected {
        page: usize,
        can: bool,
    },
    TransactionRead(u64),
    TransactionEnded(u64),
    TransactionTimedOut(u64),
    BecomesDurable(u64),
    Crashes(u64),
    Arrives(u64),
    Commits {
        request: u64,
        crashes: u64,
    },
    Answers {
        request: u64,
        crashes: u64,
        answer: Answer,
    },
    Ends {
        request: u64,
        answer: Answer,
    },
}

/// Why something may be lost in what happens now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Nothing,
    PageLeft,
    TabKilled,
    BrowserKilled,
}

/// What a run has found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) tracked: u64,
    pub(crate) stored: u64,
    pub(crate) excused: u64,
    pub(crate) dropped: u64,
    pub(crate) delivered: u64,
    pub(crate) again: u64,
    pub(crate) requests: u64,
    /// Something delivered requests twice, or after the page had given up on them.
    pub(crate) is_doubled: bool,
    /// Storage did what it was asked to, and was not cut short by a kill.
    pub(crate) has_kept: bool,
}

impl Tally {
    /// Adds another run's.
    pub(crate) fn add(&mut self, other: &Self) {
        self.tracked += other.tracked;
        self.stored += other.stored;
        self.excused += other.excused;
        self.dropped += other.dropped;
        self.delivered += other.delivered;
        self.again += other.again;
        self.requests += other.requests;
    }
}

pub(crate) struct World {
    setting: Setting,
    bugs: Bugs,
    steps: Vec<Step>,
    now: u64,
    offset: i64,
    happenings: BTreeMap<(u64, u64), Happening>,
    count: u64,
    random: Random,
    pages: Vec<Page>,
    /// The page in each tab, and those behind it in the back-forward cache.
    tabs: [Vec<usize>; TABS],
    local: Local,
    disk: Disk,
    ledger: Ledger,
    collector: Collector,
    requests: HashMap<u64, Request>,
    network: Network,
    network_percent: u64,
    crashes_within: Option<u64>,
    /// The visitor's choice as far as the world can be sure of it.
    consent: Option<Consent>,
    chosen_at: Option<u64>,
    /// No page ended in the moment after the choice, in which it is carried out.
    is_choice_settled: bool,
    was_ever_refused: bool,
    /// The clock was set, or a choice taken back.
    sessions_may_differ: bool,
    sessions: [u64; TABS],
    last_left_at: Option<u64>,
    was_killed: bool,
    /// The browser was killed before localStorage had written the choice to disk.
    is_choice_in_outbox_alone: bool,
    cause: Cause,
    is_calm: bool,
    serial: u64,
    is_doubled: bool,
    fault: Option<String>,
    /// What happened, where somebody wants to know.
    trace: Option<Vec<String>>,
    sent_requests: u64,
}

/// Runs the steps and a calm time after them.
///
/// # Errors
///
/// What was found to be wrong first, and if asked for what happened before.
pub(crate) fn run(
    setting: Setting,
    steps: &[Step],
    bugs: Bugs,
    traces: bool,
) -> Result<Tally, (String, Vec<String>)> {
    let mut world = World::new(setting, steps.to_vec(), bugs, traces);
    let mut happened = 0;
    while world.fault.is_none() {
        let Some(((at, _), happening)) = world.happenings.pop_first() else {
            break;
        };
        world.now = at;
        world.cause = Cause::Nothing;
        if matches!(happening, Happening::End) {
            world.check_end();
            break;
        }
        world.happen(happening);
        world.check();
        happened += usize::from(world.is_calm);
        if happened > MAX_HAPPENINGS {
            world.fail("the pages never come to rest".into());
        }
    }
    match world.fault.take() {
        None => Ok(world.tally()),
        Some(fault) => Err((fault, world.trace.take().unwrap_or_default())),
    }
}

impl World {
    fn new(setting: Setting, steps: Vec<Step>, bugs: Bugs, traces: bool) -> Self {
        let has_database = setting.has_database && !setting.is_blocked;
        let mut world = Self {
            bugs,
            now: START_MS,
            offset: 0,
            happenings: BTreeMap::new(),
            count: 0,
            random: Random::new(setting.seed ^ 0xabcd_ef01),
            pages: Vec::new(),
            tabs: Default::default(),
            local: Local::default(),
            disk: Disk::new(if has_database {
                Mode::Well
            } else {
                Mode::Missing
            }),
            ledger: Ledger::default(),
            collector: Collector::default(),
            requests: HashMap::new(),
            network: Network::Well,
            network_percent: 100,
            crashes_within: None,
            consent: (!setting.is_blocked).then_some(setting.consent),
            chosen_at: None,
            is_choice_settled: true,
            was_ever_refused: setting.consent == Consent::Denied,
            sessions_may_differ: false,
            sessions: [0; TABS],
            last_left_at: None,
            was_killed: false,
            is_choice_in_outbox_alone: false,
            cause: Cause::Nothing,
            is_calm: false,
            serial: 0,
            is_doubled: false,
            fault: None,
            trace: traces.then(Vec::new),
            sent_requests: 0,
            setting,
            steps,
        };
        let mut at = START_MS;
        for number in 0..world.steps.len() {
            at += world.steps[number].after_ms;
            world.at(at, Happening::Step(number));
            at += world.steps[number].lasts_ms();
        }
        // What the last step has begun may go wrong too.
        world.at(at + 20_000, Happening::Calm);
        world.at(at + 20_000 + CALM_MS, Happening::End);
        world
    }

    fn at(&mut self, at: u64, happening: Happening) {
        self.count += 1;
        self.happenings.insert((at, self.count), happening);
    }

    fn after(&mut self, ms: u64, happening: Happening) {
        self.at(self.now + ms, happening);
    }

    /// What the browser's clock shows.
    fn wall(&self) -> u64 {
        self.now.saturating_add_signed(self.offset)
    }

    fn note(&mut self, note: impl FnOnce(&Self) -> String) {
        if self.trace.is_some() {
            let ms = self.now - START_MS;
            let note = format!("{:>4}.{:03} s  {}", ms / 1_000, ms % 1_000, note(self));
            self.trace
                .as_mut()
                .into_iter()
                .for_each(|it| it.push(note.clone()));
        }
    }

    fn fail(&mut self, fault: String) {
        self.note(|_| format!("FAULT: {fault}"));
        self.fault.get_or_insert(fault);
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Step(number) => self.step(self.steps[number].action),
            Happening::Calm => self.calm(),
            Happening::LastWords(tab) => self.track(tab),
            Happening::End => {}
            Happening::Timer { page, number } => self.timer(page, number),
            Happening::Hears { page, number } => self.hears(page, number),
            Happening::Connected { page, can } => self.connected(page, can),
            Happening::TransactionRead(number) => self.transaction_read(number),
            Happening::TransactionEnded(number) => self.transaction_ended(number),
            Happening::TransactionTimedOut(number) => self.transaction_failed(number),
            Happening::BecomesDurable(number) => self.becomes_durable(number),
            Happening::Crashes(down_ms) => self.crash(down_ms),
            Happening::Arrives(request) => self.arrives(request),
            Happening::Commits { request, crashes } => self.commits(request, crashes),
            Happening::Answers {
                request,
                crashes,
                answer,
            } => self.answers(request, crashes, answer),
            Happening::Ends { request, answer } => self.request_ended(request, &answer),
        }
    }

    fn tally(&self) -> Tally {
        use crate::ledger::Fate;
        let fates = |wanted: fn(&Fate) -> bool| {
            let events = self.ledger.events.iter();
            events.filter(|it| wanted(&it.fate)).count() as u64
        };
        Tally {
            tracked: self.ledger.events.len() as u64,
            stored: self.collector.stored.len() as u64,
            excused: fates(|fate| matches!(fate, Fate::Excused(_))),
            dropped: fates(|fate| *fate == Fate::Dropped),
            delivered: self.collector.delivered,
            again: self.collector.again,
            requests: self.sent_requests,
            is_doubled: self.is_doubled,
            has_kept: self.disk.was_well(0) && self.local.had_room(0) && !self.was_killed,
        }
    }
}
