//! What a site switches on, as far as the rules have to know. Names, defaults and ranges are in `js/captures/options.ts`.

/// What is captured. Nothing, unless it is switched on; what is not in here is captured where it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each capture is switched on by itself"
)]
pub struct Options {
    /// Whether the end of each page view is recorded.
    pub leave: bool,
    /// Whether engaged time is recorded.
    pub engagement: bool,
    /// Longest time without activity that still counts as engaged, in milliseconds.
    pub engaged_for_ms: u64,
    /// Whether clicks again and again on one spot are recorded.
    pub rage: bool,
    /// Whether clicks that lead to an error are recorded.
    pub error_clicks: bool,
    /// Whether errors that the page does not catch are recorded.
    pub errors: bool,
    /// Depths at which scrolling is recorded, in per cent of the page's height; rising, without doubles.
    pub scroll_percentages: Vec<u64>,
    /// Parts of a recording at which its progress is recorded, in per cent of its duration; rising, without doubles.
    pub media_percentages: Vec<u64>,
}
