//! Batches as trackers send them: one browser's events, with what they share as defaults.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Events of one session, as a visitor makes them.
pub(crate) const EVENTS_OF_A_SESSION: u64 = 20;

const PAGES: [&str; 8] = [
    "",
    "tea",
    "tea/assam",
    "coffee",
    "cart",
    "checkout",
    "about",
    "search?q=pot",
];

/// Makes batches whose ids are never the same.
#[derive(Default)]
pub(crate) struct Bodies {
    events: AtomicU64,
}

impl Bodies {
    /// A batch of so many page views and clicks, and the session that it begins in.
    pub(crate) fn next(&self, count: u64) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now_ms = u64::try_from(now.as_millis()).unwrap();
        let first = self.events.fetch_add(count, Ordering::Relaxed);
        let visit = first / EVENTS_OF_A_SESSION;
        let visitor = visit / 3;
        let at = sillage_protocol::Timestamp(now_ms);
        let mut body = format!(
            r#"{{"id":"{}","siteId":"shop","sentAt":"{at}","tracker":{{"name":"sillage","version":"0.1.0"}},"defaults":{{"customerId":"{}","customerIdType":"cookie","session":{{"id":"{}","type":"web"}},"eventType":"com.genesys.journey.WebEvent","webEvent":{{"page":{{"lang":"en"}},"browser":{{"lang":"en-GB","viewWidth":1280,"viewHeight":720}},"device":{{"screenWidth":2560,"screenHeight":1440}}}}}},"events":["#,
            id(now_ms, 3, first),
            id(1_795_000_000_000, 2, visitor),
            session_id(visit),
        );
        for n in first..first + count {
            if n > first {
                body.push(',');
            }
            let id = id(now_ms, 1, n);
            let page = PAGES[usize::try_from(n % 8).unwrap()];
            // Writing to a String cannot fail.
            let _ = if n % 4 == 3 {
                write!(
                    body,
                    r#"{{"id":"{id}","createdDate":"{at}","eventType":"com.genesys.journey.WebActionEvent","webEvent":null,"webActionEvent":{{"action":{{"state":"engaged","mediaType":"openAction","prompt":"Add to cart"}},"actionMap":{{"displayName":"main > button.add"}},"actionTarget":{{"selfUri":"https://shop.example/cart"}}}}}}"#
                )
            } else {
                write!(
                    body,
                    r#"{{"id":"{id}","correlationId":"{id}","createdDate":"{at}","webEvent":{{"eventName":"page_viewed","page":{{"url":"https://shop.example/{page}","title":"A page of the shop"}},"referrer":{{"url":"https://www.google.com/"}}}}}}"#
                )
            };
        }
        body.push_str("]}");
        body
    }
}

/// The id of a session, by its number.
pub(crate) fn session_id(visit: u64) -> String {
    id(1_795_000_000_000, 4, visit)
}

/// A UUID of version 7: a time, then what looks random.
fn id(at_ms: u64, kind: u64, n: u64) -> String {
    let random = mixed(n ^ (kind << 60));
    format!(
        "{:08x}-{:04x}-7{:03x}-8{:03x}-{:012x}",
        at_ms >> 16,
        at_ms & 0xffff,
        random >> 52,
        (random >> 40) & 0xfff,
        n ^ (random & 0xffff_0000_0000),
    )
}

/// `SplitMix64`, <https://prng.di.unimi.it/splitmix64.c>.
fn mixed(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
