//! Audio and video: begun, stopped, moved within, heard or seen to the end, and for how long really.

use crate::{Captured, Event, Shell};

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
pub struct Media {
    /// Tells it apart from others of the document.
    pub number: u32,
    /// Where in the recording, in milliseconds.
    pub position_ms: u64,
    /// How long the recording is, in milliseconds; 0 where that is not known, or it has no end.
    pub duration_ms: u64,
}

/// One recording.
#[derive(Debug)]
struct Recording {
    /// What was last told of it; its position is up to where it was played.
    media: Media,
    is_playing: bool,
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
        media: Media,
        playing: Playing,
        percentages: &[u64],
        shell: &mut dyn Shell,
    ) {
        let Some(recording) = self.find(media, playing) else {
            return;
        };
        let position_ms = recording.media.position_ms;
        let step_ms = media.position_ms.saturating_sub(position_ms);
        let is_seeking = recording.seeks_from_ms.is_some();
        // Where a seek begins, the browser tells its aim already.
        let is_step = !is_seeking && playing != Playing::Seeking && step_ms <= MAX_STEP_MS;
        if recording.is_playing && is_step {
            recording.played_ms += step_ms;
        }
        recording.media = media;
        match playing {
            Playing::Started => {
                if !core::mem::replace(&mut recording.is_playing, true) {
                    recording.record(Event::MediaPlayed, 0, true, shell);
                }
            }
            Playing::Moved if is_seeking => recording.media.position_ms = position_ms,
            Playing::Moved => recording.progressed(percentages, shell),
            Playing::Paused => recording.stop(Event::MediaPaused, true, shell),
            Playing::Seeking => {
                recording.seeks_from_ms.get_or_insert(position_ms);
                recording.media.position_ms = position_ms;
            }
            Playing::Seeked => {
                let from_ms = recording.seeks_from_ms.take().unwrap_or(position_ms);
                recording.record(Event::MediaSeeked, from_ms, true, shell);
            }
            Playing::Ended => {
                recording.progressed(percentages, shell);
                recording.stop(Event::MediaEnded, false, shell);
            }
        }
    }

    /// The page goes: what plays stops.
    pub(crate) fn stop(&mut self, shell: &mut dyn Shell) {
        for recording in &mut self.0 {
            recording.stop(Event::MediaPaused, false, shell);
        }
    }

    /// What is known of a recording; those that were never played are left alone.
    fn find(&mut self, media: Media, playing: Playing) -> Option<&mut Recording> {
        let is_new = self.0.iter().all(|it| it.media.number != media.number);
        if is_new && playing == Playing::Started && self.0.len() < MAX_MEDIA {
            self.0.push(Recording {
                media,
                is_playing: false,
                played_ms: 0,
                seeks_from_ms: None,
                passed: 0,
            });
        }
        self.0.iter_mut().find(|it| it.media.number == media.number)
    }
}

impl Recording {
    /// Records each percentage that was passed, once.
    fn progressed(&mut self, percentages: &[u64], shell: &mut dyn Shell) {
        let Media {
            position_ms,
            duration_ms,
            ..
        } = self.media;
        while let Some(percent) = percentages.get(self.passed).copied() {
            if duration_ms == 0 || position_ms * 100 < percent * duration_ms {
                return;
            }
            self.passed += 1;
            self.record(Event::MediaProgressed, percent, false, shell);
        }
    }

    fn stop(&mut self, event: Event, is_activity: bool, shell: &mut dyn Shell) {
        if core::mem::take(&mut self.is_playing) {
            self.record(event, 0, is_activity, shell);
        }
    }

    fn record(&self, event: Event, more: u64, is_activity: bool, shell: &mut dyn Shell) {
        let Media {
            number,
            position_ms,
            duration_ms,
        } = self.media;
        let numbers = [
            number.into(),
            position_ms,
            duration_ms,
            self.played_ms,
            more,
        ];
        shell.record(Captured {
            is_activity,
            ..Captured::observation(event, numbers)
        });
    }
}
