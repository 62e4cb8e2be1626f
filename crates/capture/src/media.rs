//! Audio and video: begun, stopped, moved within, heard or seen to the end, and for how long really.

use sillage_protocol::limits::MAX_TEXT_CHARS;
use sillage_text::text::{cut, owned};

use crate::members::Members;
use crate::{Captured, Shell};

/// Longest step between two positions that counts as played, in milliseconds of the recording: a longer one
/// is a jump. Browsers tell the position four times a second, once in a hidden tab, at up to 16 times speed.
const MAX_STEP_MS: u64 = 16_000;

/// Most recordings of one page view.
const MAX_MEDIA: usize = 50;

/// What became of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Playing {
    /// It plays.
    Started,
    /// It has come so far.
    Moved,
    /// It was stopped.
    Paused,
    /// The visitor is moving to another place in it.
    Seeking,
    /// They have.
    Seeked,
    /// It has come to its end.
    Ended,
}

/// An audio or a video on the page.
#[derive(Clone, Copy, Debug)]
pub struct Media<'a> {
    /// Tells it apart from others of the document.
    pub number: u64,
    /// What the page calls it.
    pub name: &'a str,
    /// Whether it is a video.
    pub is_video: bool,
    /// Where in the recording, in milliseconds.
    pub position_ms: u64,
    /// How long the recording is, in milliseconds; 0 where that is not known, or it has no end.
    pub duration_ms: u64,
}

/// One recording.
#[derive(Debug)]
struct Recording {
    number: u64,
    name: String,
    is_video: bool,
    duration_ms: u64,
    is_playing: bool,
    /// Up to where it was played.
    position_ms: u64,
    /// What was played of it in all.
    played_ms: u64,
    /// Where the visitor left to seek.
    seeks_from_ms: Option<u64>,
    /// How many of the site's percentages were recorded.
    passed: usize,
}

/// The recordings of one page view that were played.
#[derive(Debug, Default)]
pub(crate) struct Recordings(Vec<Recording>);

impl Recordings {
    /// Takes what became of a recording.
    pub(crate) fn heard(
        &mut self,
        media: Media<'_>,
        playing: Playing,
        percentages: &[u64],
        shell: &mut dyn Shell,
    ) {
        let Some(recording) = self.find(media, playing) else {
            return;
        };
        recording.duration_ms = media.duration_ms;
        let step_ms = media.position_ms.saturating_sub(recording.position_ms);
        let is_seeking = recording.seeks_from_ms.is_some();
        if recording.is_playing && !is_seeking && step_ms <= MAX_STEP_MS {
            recording.played_ms += step_ms;
        }
        match playing {
            Playing::Started => {
                recording.position_ms = media.position_ms;
                if !recording.is_playing {
                    recording.is_playing = true;
                    recording.record(["audio_played", "video_played"], None, true, shell);
                }
            }
            Playing::Moved if !is_seeking => {
                recording.position_ms = media.position_ms;
                recording.progressed(percentages, shell);
            }
            Playing::Moved => {}
            Playing::Paused => {
                recording.position_ms = media.position_ms;
                recording.stop(["audio_paused", "video_paused"], true, shell);
            }
            Playing::Seeking => {
                recording.seeks_from_ms.get_or_insert(recording.position_ms);
            }
            Playing::Seeked => {
                let from_ms = recording.seeks_from_ms.take();
                recording.position_ms = media.position_ms;
                let from = from_ms.map(|ms| ("fromMs", ms));
                recording.record(["audio_seeked", "video_seeked"], from, true, shell);
            }
            Playing::Ended => {
                recording.position_ms = media.position_ms;
                recording.progressed(percentages, shell);
                recording.stop(["audio_ended", "video_ended"], false, shell);
            }
        }
    }

    /// The page goes: what plays stops.
    pub(crate) fn stop(self, shell: &mut dyn Shell) {
        for mut recording in self.0 {
            recording.stop(["audio_paused", "video_paused"], false, shell);
        }
    }

    /// What is known of a recording; those that were never played are left alone.
    fn find(&mut self, media: Media<'_>, playing: Playing) -> Option<&mut Recording> {
        let is_new = self.0.iter().all(|it| it.number != media.number);
        if is_new && playing == Playing::Started && self.0.len() < MAX_MEDIA {
            self.0.push(Recording {
                number: media.number,
                name: owned(cut(media.name, MAX_TEXT_CHARS)),
                is_video: media.is_video,
                duration_ms: media.duration_ms,
                is_playing: false,
                position_ms: media.position_ms,
                played_ms: 0,
                seeks_from_ms: None,
                passed: 0,
            });
        }
        self.0.iter_mut().find(|it| it.number == media.number)
    }
}

impl Recording {
    /// Records each percentage that was passed, once.
    fn progressed(&mut self, percentages: &[u64], shell: &mut dyn Shell) {
        while let Some(percent) = percentages.get(self.passed).copied() {
            if self.duration_ms == 0 || self.position_ms * 100 < percent * self.duration_ms {
                return;
            }
            self.passed += 1;
            let names = ["audio_progressed", "video_progressed"];
            self.record(names, Some(("percent", percent)), false, shell);
        }
    }

    fn stop(&mut self, names: [&str; 2], is_activity: bool, shell: &mut dyn Shell) {
        if self.is_playing {
            self.is_playing = false;
            self.record(names, None, is_activity, shell);
        }
    }

    /// Records an event; `names` are those of audio and video.
    fn record(
        &self,
        names: [&str; 2],
        more: Option<(&str, u64)>,
        is_activity: bool,
        shell: &mut dyn Shell,
    ) {
        let mut props = Members::default();
        props.text("media", &self.name);
        props.number("positionMs", self.position_ms);
        if self.duration_ms > 0 {
            props.number("durationMs", self.duration_ms);
        }
        props.number("playedMs", self.played_ms);
        if let Some((key, value)) = more {
            props.number(key, value);
        }
        let [audio, video] = names;
        shell.record(Captured {
            name: if self.is_video { video } else { audio },
            props: &props.finish(),
            ago_ms: 0,
            is_activity,
            follows_click: false,
        });
    }
}
