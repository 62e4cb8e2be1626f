//! Audio and video.

use sillage_capture::{Fact, Media, Playing};

use crate::support::{Tab, open};

const PAGE: &str = "https://a.test/film";

impl Tab {
    fn plays(&mut self, playing: Playing, position_ms: u64) -> &mut Self {
        let media = Media {
            number: 1,
            name: "film",
            is_video: true,
            position_ms,
            duration_ms: 10_000,
        };
        self.hears(Fact::MediaPlayed { media, playing })
    }
}

fn told(name: &str, position_ms: u64, played_ms: u64, more: &str) -> String {
    format!(
        r#"{name} {{"durationMs":10000,{}"media":"film",{}"playedMs":{played_ms},"positionMs":{position_ms}}}"#,
        if more.starts_with("\"from") { more } else { "" },
        if more.starts_with("\"perc") { more } else { "" },
    )
}

#[test]
fn a_film_is_told_from_its_begin_to_its_end_with_the_time_that_was_really_seen() {
    let mut tab = open("media=50", PAGE);
    tab.plays(Playing::Moved, 0);
    assert!(tab.captured().is_empty(), "it was not played");
    tab.plays(Playing::Started, 0).plays(Playing::Moved, 2_000);
    tab.plays(Playing::Paused, 3_000);
    tab.plays(Playing::Seeking, 8_000)
        .plays(Playing::Moved, 8_000)
        .plays(Playing::Seeked, 8_000);
    tab.plays(Playing::Started, 8_000)
        .plays(Playing::Started, 8_000)
        .plays(Playing::Moved, 9_000)
        .plays(Playing::Ended, 10_000);
    assert_eq!(
        tab.captured(),
        [
            told("video_played", 0, 0, "") + " +",
            told("video_paused", 3_000, 3_000, "") + " +",
            told("video_seeked", 8_000, 3_000, "\"fromMs\":3000,") + " +",
            told("video_played", 8_000, 3_000, "") + " +",
            told("video_progressed", 9_000, 4_000, "\"percent\":50,"),
            told("video_ended", 10_000, 5_000, ""),
        ]
    );
}

#[test]
fn a_film_that_plays_when_the_page_is_left_was_paused_there() {
    let mut tab = open("media leave", PAGE);
    tab.plays(Playing::Started, 0).plays(Playing::Moved, 1_500);
    tab.captured();
    tab.hears(Fact::Left);
    let captured = tab.captured();
    assert_eq!(captured[0], told("video_paused", 1_500, 1_500, ""));
    assert!(captured[1].starts_with("page_left"));
}

#[test]
fn media_are_left_alone_where_they_are_not_named() {
    let mut tab = open("leave", PAGE);
    tab.plays(Playing::Started, 0).plays(Playing::Ended, 10_000);
    assert!(tab.captured().is_empty());
}
