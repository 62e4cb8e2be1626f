//! What happens to a browser, drawn from a seed.

use crate::paper::Consent;

use crate::disk;
use crate::random::Random;

/// How many tabs a browser has at most.
pub(crate) const TABS: usize = 3;

/// What the network and the collector's front make of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    Well,
    LosesRequests,
    LosesAnswers,
    /// Requests arrive twice.
    Doubles,
    /// Somebody else answers: a captive portal, a firewall, a service worker.
    Foreign,
    /// Status, and `Retry-After` in milliseconds.
    Refuses(u16, u64),
    /// Status 413 for more events than that.
    RefusesMoreThan(usize),
    /// So many milliseconds each way.
    Delays(u64),
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    Open(usize),
    Track(usize),
    TrackMany(usize, u64),
    Click(usize),
    Flush(usize),
    Hide(usize),
    Show(usize),
    /// Another page in the same tab; whether the old one goes into the back-forward cache.
    Navigate(usize, bool),
    /// Another address in the same document.
    Route(usize),
    /// The page before, out of the back-forward cache.
    Back(usize),
    Close(usize),
    /// Every tab is closed, for so many milliseconds.
    GoAway(u64),
    KillTab(usize),
    KillBrowser,
    /// The clock is set, by so many milliseconds.
    SetClock(i64),
    Choose(usize, Consent),
    /// So many of a hundred requests.
    Network(Network, u64),
    /// The collector crashes, and is back after so many milliseconds.
    Crash(u64),
    /// The collector crashes in the middle of the next request.
    CrashWithin(u64),
    Disk(disk::Mode),
    LocalFull(bool),
}

/// An [`Action`] some time after the one before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) after_ms: u64,
    pub(crate) action: Action,
}

/// What stays as it is through all steps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) seed: u64,
    pub(crate) consent: Consent,
    /// Global Privacy Control.
    pub(crate) is_anonymous: bool,
    /// Neither `IndexedDB` nor localStorage.
    pub(crate) is_blocked: bool,
    pub(crate) has_database: bool,
    /// What a page writes while it is left is kept: not in `WebKit`.
    pub(crate) keeps_last_writes: bool,
    pub(crate) max_batch_events: u32,
    pub(crate) flush_interval_ms: u32,
    /// How many tabs are used.
    pub(crate) tabs: usize,
}

impl Step {
    /// How long it takes until the next can come, in milliseconds.
    pub(crate) fn lasts_ms(&self) -> u64 {
        match self.action {
            Action::GoAway(ms) => ms,
            _ => 0,
        }
    }
}

impl Setting {
    /// Draws a setting and what happens.
    pub(crate) fn draw(seed: u64) -> (Self, Vec<Step>) {
        let mut random = Random::new(seed);
        let setting = Self {
            seed,
            consent: match random.between(0, 19) {
                0 | 1 => Consent::Pending,
                2 => Consent::Denied,
                _ => Consent::Granted,
            },
            is_anonymous: random.chance(5),
            is_blocked: random.chance(4),
            has_database: !random.chance(5),
            keeps_last_writes: random.chance(66),
            max_batch_events: random.one_of(&[1, 3, 10, 100, 100]),
            flush_interval_ms: random.one_of(&[0, 500, 2_000, 2_000, 2_000, 5_000]),
            tabs: random.one_of(&[1, TABS, TABS]),
        };
        let mut steps = vec![Step {
            after_ms: 0,
            action: Action::Open(0),
        }];
        for _ in 0..random.between(8, 45) {
            let after_ms = gap(&mut random);
            let action = action(setting.tabs, &mut random);
            steps.push(Step { after_ms, action });
            steps.extend(sequel(action, &mut random));
        }
        (setting, steps)
    }
}

fn gap(random: &mut Random) -> u64 {
    match random.between(0, 199) {
        0..=79 => random.between(0, 30),
        80..=139 => random.between(0, 1_000),
        140..=179 => random.between(0, 20_000),
        180..=194 => random.between(0, 300_000),
        _ => random.between(0, 7_200_000),
    }
}

/// What follows at once more often than by chance: pages are left as soon as something is recorded,
/// and killed as soon as they are there.
fn sequel(action: Action, random: &mut Random) -> Option<Step> {
    let (most_ms, action) = match action {
        Action::Track(tab) if random.chance(20) => (
            2,
            random.one_of(&[
                Action::Navigate(tab, false),
                Action::Navigate(tab, true),
                Action::Close(tab),
            ]),
        ),
        Action::Open(tab) if random.chance(15) => (8, Action::KillTab(tab)),
        Action::Open(_) if random.chance(10) => (8, Action::KillBrowser),
        _ => return None,
    };
    Some(Step {
        after_ms: random.between(0, most_ms),
        action,
    })
}

fn action(tabs: usize, random: &mut Random) -> Action {
    let tab = random.one_of(&[0, 0, 0, 1, 1, 2]).min(tabs - 1);
    match random.between(0, 99) {
        0..=7 => Action::Open(tab),
        8..=34 => Action::Track(tab),
        35..=38 => Action::TrackMany(tab, random.between(2, 30)),
        39..=43 => Action::Click(tab),
        44..=45 => Action::Flush(tab),
        46..=49 => Action::Hide(tab),
        50..=52 => Action::Show(tab),
        53..=58 => Action::Navigate(tab, random.chance(40)),
        59..=60 => Action::Route(tab),
        61..=63 => Action::Back(tab),
        64 => Action::Close(tab),
        65 => Action::GoAway(random.one_of(&[60_000, 86_400_000, 20 * 86_400_000])),
        66..=67 => Action::KillTab(tab),
        68..=70 => Action::KillBrowser,
        71 => Action::SetClock(clock(random)),
        72..=74 => Action::Choose(
            tab,
            random.one_of(&[
                Consent::Granted,
                Consent::Granted,
                Consent::Denied,
                Consent::Pending,
            ]),
        ),
        75..=86 => Action::Network(network(random), random.one_of(&[30, 100])),
        87..=88 => Action::Crash(random.between(0, 30_000)),
        89..=91 => Action::CrashWithin(random.between(0, 10_000)),
        92..=97 => Action::Disk(random.one_of(&[
            disk::Mode::Well,
            disk::Mode::Well,
            disk::Mode::Aborts(50),
            disk::Mode::Aborts(100),
            disk::Mode::Full,
            disk::Mode::Hangs,
        ])),
        _ => Action::LocalFull(random.chance(50)),
    }
}

fn clock(random: &mut Random) -> i64 {
    random.one_of(&[
        -7_200_000,
        7_200_000,
        -60_000,
        60_000,
        -86_400_000 * 400,
        86_400_000 * 20,
    ])
}

fn network(random: &mut Random) -> Network {
    match random.between(0, 15) {
        0..=4 => Network::Well,
        5..=6 => Network::LosesRequests,
        7..=9 => Network::LosesAnswers,
        10 => Network::Doubles,
        11 => Network::Foreign,
        12 => Network::Refuses(503, random.one_of(&[0, 1_000, 30_000])),
        13 => Network::Refuses(429, random.one_of(&[1_000, 600_000])),
        14 => Network::RefusesMoreThan(random.one_of(&[1_usize, 4, 10])),
        _ => Network::Delays(random.one_of(&[200, 3_000, 12_000])),
    }
}
