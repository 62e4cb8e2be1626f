//! How far down a page was seen.

/// Depth of one page.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Depth {
    /// Greatest depth that was seen, in per cent of the page's height; 0 until one is known.
    greatest: u64,
    /// Whether the visitor has scrolled: what is in view from the start is told with that.
    is_scrolled: bool,
    /// How many of the site's percentages were recorded.
    recorded: usize,
}

impl Depth {
    /// So much was seen.
    pub(crate) fn seen(&mut self, percent: u64, by_scrolling: bool) {
        self.is_scrolled |= by_scrolling;
        self.greatest = self.greatest.max(percent.min(100));
    }

    /// The next of `percentages`, which rise, that was reached and is not recorded yet.
    pub(crate) fn take_reached(&mut self, percentages: &[u64]) -> Option<u64> {
        let next = *percentages.get(self.recorded)?;
        (next <= self.greatest).then(|| {
            self.recorded += 1;
            next
        })
    }

    /// The same, once the visitor has scrolled; 0 until then.
    pub(crate) fn greatest_scrolled(&self) -> u64 {
        if self.is_scrolled { self.greatest } else { 0 }
    }

    /// Greatest depth that was seen.
    pub(crate) fn greatest(&self) -> u64 {
        self.greatest
    }
}
