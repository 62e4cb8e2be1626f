//! Audio and video.

use sillage_capture::{Fact, Options, Playing};

use crate::support::{leave, open};

#[test]
fn a_film_is_told_from_its_begin_to_its_end_with_the_time_that_was_really_seen() {
    let mut tab = open(Options {
        media_percentages: vec![50],
        ..leave()
    });
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
            "MediaPlayed 7 0 10000 0 +",
            "MediaPaused 7 3000 10000 3000 +",
            "MediaSeeked 7 8000 10000 3000 3000 +",
            "MediaPlayed 7 8000 10000 3000 +",
            "MediaProgressed 7 9000 10000 4000 50",
            "MediaEnded 7 10000 10000 5000",
        ]
    );
}

#[test]
fn what_is_jumped_over_while_it_plays_was_not_seen() {
    let mut tab = open(leave());
    tab.plays(Playing::Started, 0).plays(Playing::Moved, 1_000);
    tab.plays(Playing::Seeking, 6_000)
        .plays(Playing::Seeked, 6_000)
        .plays(Playing::Moved, 7_000)
        .plays(Playing::Paused, 7_000);
    assert_eq!(
        tab.captured(),
        [
            "MediaPlayed 7 0 10000 0 +",
            "MediaSeeked 7 6000 10000 1000 1000 +",
            "MediaPaused 7 7000 10000 2000 +",
        ]
    );
}

#[test]
fn a_film_that_plays_when_the_page_is_left_was_paused_there() {
    let mut tab = open(leave());
    tab.plays(Playing::Started, 0).plays(Playing::Moved, 1_500);
    tab.captured();
    tab.hears(Fact::Left);
    assert_eq!(
        tab.captured(),
        ["MediaPaused 7 1500 10000 1500", "PageLeft 0 0"]
    );
}
