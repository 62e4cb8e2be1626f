//! What a user agent says about browser, system and device.
//!
//! Crates compared in November 2026:
//! - `ua-parser` 0.2.2 (March 2026), of the ua-parser organisation itself: runs the rules of uap-core,
//!   which know tablets, models and makers; a prefilter over all expressions keeps one parse at
//!   10 to 35 µs (measured, release build). Carries no rules: ours are in `data/uap-core`. Chosen.
//! - `uaparser` 0.6.4 and `user-agent-parser` 0.5.0 run the same rules one expression after the
//!   other (about 1 ms, <https://github.com/vectordotdev/vector/issues/7077>).
//! - `woothee` 0.13.0 embeds a small data set and is fast, but it has not moved since 2022 and knows
//!   few browsers, no tablets and no models.
//!
//! The compiled rules take 25 MB and a third of a second to make, so they are made once for the
//! process, beside the start.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use sillage_protocol::DeviceCategory;
use ua_parser::{Extractor, Regexes};

static RULES: LazyLock<Option<Extractor<'static>>> = LazyLock::new(|| {
    let text = include_str!("../../data/uap-core/regexes.json");
    let compiled = serde_json::from_str::<Regexes<'static>>(text)
        .map_err(|error| error.to_string())
        .and_then(|rules| Extractor::try_from(rules).map_err(|error| error.to_string()));
    compiled
        .inspect_err(|error| tracing::error!(error, "user agent rules cannot be compiled"))
        .ok()
});

/// What is written where nothing is known, in the words of the model's examples and of uap-core.
const OTHER: &str = "Other";
const UNKNOWN: &str = "unknown";

/// Browsers without a window, as uap-core names them; it counts them as browsers.
const HEADLESS: [&str; 4] = ["HeadlessChrome", "PhantomJS", "SlimerJS", "Splash"];

/// Most agents that are remembered, of about 1 KiB each. Visitors have some hundreds; a list that is full
/// of what somebody made up begins anew.
const REMEMBERED: usize = 2_000;

/// Reads user agents, and remembers what they say. The rules themselves are the process's.
#[derive(Debug)]
pub struct UserAgents(Mutex<HashMap<String, Arc<UserAgent>>>);

/// What a user agent says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAgent {
    /// Browser, as in `Chrome` or `Mobile Safari`; `Other` if not known.
    pub browser_family: String,
    /// Its version, as far as it is told: `142.0.0.0`; `unknown` if it is not.
    pub browser_version: String,
    /// What kind of device it runs on.
    pub category: DeviceCategory,
    /// Model or kind of the device: `iPad`, `Samsung SM-G991B`; `Other` if not known.
    pub device_type: String,
    /// Who made the device, if known.
    pub manufacturer: Option<String>,
    /// Operating system: `Windows`, `iOS`; `Other` if not known.
    pub os_family: String,
    /// Its version; `unknown` if not told.
    pub os_version: String,
    /// Whether it is a program that nobody looks at: a crawler, or a browser without a window.
    pub is_bot: bool,
}

impl UserAgents {
    /// Begins to compile the rules on a thread of its own. The first parse waits for it.
    pub fn load() -> Self {
        // Without the thread, the first parse compiles them.
        let _ = std::thread::Builder::new()
            .name("user-agent-rules".to_owned())
            .spawn(|| LazyLock::force(&RULES).is_some());
        Self(Mutex::default())
    }

    /// Reads one user agent.
    pub fn read(&self, text: &str) -> Arc<UserAgent> {
        if let Some(known) = self.known().get(text) {
            return Arc::clone(known);
        }
        let agent = Arc::new(parse(text));
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(text.to_owned(), Arc::clone(&agent));
        agent
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Arc<UserAgent>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parse(text: &str) -> UserAgent {
    let (browser, os, device) = RULES
        .as_ref()
        .map_or((None, None, None), |rules| rules.extract(text));
    let device = device.map(|found| {
        (
            found.device.into_owned(),
            found.brand.map(|brand| brand.to_string()),
        )
    });
    let os_family = os
        .as_ref()
        .map_or_else(|| OTHER.to_owned(), |found| found.os.to_string());
    let is_spider = device.as_ref().is_some_and(|(name, _)| name == "Spider");
    // uap-core names what it cannot tell apart `Generic_Android_Tablet` and the like.
    let maker = device.as_ref().and_then(|(_, brand)| brand.as_deref());
    let is_generic = maker.is_some_and(|brand| brand.starts_with("Generic"));
    let category = if is_spider {
        DeviceCategory::Other
    } else {
        category(
            text,
            &os_family,
            device.as_ref().map_or("", |(name, _)| name),
        )
    };
    UserAgent {
        browser_family: browser
            .as_ref()
            .map_or_else(|| OTHER.to_owned(), |found| found.family.to_string()),
        browser_version: browser.as_ref().map_or_else(
            || UNKNOWN.to_owned(),
            |found| version([found.major, found.minor, found.patch, found.patch_minor]),
        ),
        category,
        manufacturer: maker
            .filter(|_| !is_generic && !is_spider)
            .map(str::to_owned),
        is_bot: is_spider
            || browser
                .as_ref()
                .is_some_and(|found| HEADLESS.contains(&found.family.as_ref())),
        device_type: device
            .filter(|_| !is_generic)
            .map_or_else(|| OTHER.to_owned(), |(name, _)| name),
        os_version: os.map_or_else(
            || UNKNOWN.to_owned(),
            |found| version([found.major, found.minor, found.patch, found.patch_minor]),
        ),
        os_family,
    }
}

/// Tablets come first: they may also say `Mobile`. An Android device that does not is a tablet
/// (<https://developer.chrome.com/docs/multidevice/user-agent>), or a television.
fn category(text: &str, os_family: &str, device: &str) -> DeviceCategory {
    let says = |word: &str| text.contains(word);
    let is_android = os_family == "Android";
    if says("TV") || says("BRAVIA") || says("PlayStation") || says("Xbox") {
        DeviceCategory::Other
    } else if device == "iPad"
        || device.contains("Kindle")
        || says("Tablet")
        || (is_android && !says("Mobile"))
    {
        DeviceCategory::Tablet
    } else if is_android || os_family == "iOS" || says("Mobile") || says("Mobi") || says("Phone") {
        DeviceCategory::Mobile
    } else if [
        "Windows",
        "Mac OS X",
        "Linux",
        "Ubuntu",
        "Fedora",
        "Debian",
        "Chrome OS",
        "FreeBSD",
        "OpenBSD",
    ]
    .contains(&os_family)
    {
        DeviceCategory::Desktop
    } else {
        DeviceCategory::Other
    }
}

fn version<T: AsRef<str>>(parts: [Option<T>; 4]) -> String {
    let known: Vec<T> = parts.into_iter().map_while(|part| part).collect();
    if known.is_empty() {
        UNKNOWN.to_owned()
    } else {
        known
            .iter()
            .map(AsRef::as_ref)
            .collect::<Vec<_>>()
            .join(".")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_user_agents_are_told_apart() {
        use DeviceCategory::{Desktop, Mobile, Other, Tablet};
        let agents = UserAgents::load();
        for (text, browser, os, category, device) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
                "Chrome 142.0.0.0",
                "Windows 10",
                Desktop,
                "Other",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox 140.0",
                "Linux unknown",
                Desktop,
                "Other",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
                "Safari 26.0",
                "Mac OS X 10.15.7",
                Desktop,
                "Mac",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Mobile Safari 18.1",
                "iOS 18.1",
                Mobile,
                "iPhone",
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Mobile Safari 17.5",
                "iOS 17.5",
                Tablet,
                "iPad",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
                "Chrome Mobile 126.0.0.0",
                "Android 14",
                Mobile,
                "Samsung SM-G991B",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                "Chrome 126.0.0.0",
                "Android 10",
                Tablet,
                "Other",
            ),
            (
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Googlebot 2.1",
                "Other unknown",
                Other,
                "Spider",
            ),
            (
                "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36",
                "Safari unknown",
                "Tizen 6.0",
                Other,
                "Samsung SMART-TV",
            ),
            ("curl/8.5.0", "curl 8.5.0", "Other unknown", Other, "Other"),
            ("", "Other unknown", "Other unknown", Other, "Other"),
        ] {
            let agent = agents.read(text);
            assert_eq!(
                format!("{} {}", agent.browser_family, agent.browser_version),
                browser,
                "{text}"
            );
            assert_eq!(
                format!("{} {}", agent.os_family, agent.os_version),
                os,
                "{text}"
            );
            assert_eq!(agent.category, category, "{text}");
            assert_eq!(agent.device_type, device, "{text}");
        }
    }
}
