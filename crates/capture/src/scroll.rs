//! How far down a page was seen.

/// Depth of one page.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Depth {
    /// Greatest depth that was seen, in per cent of the page's height; 0 until one is known.
    greatest: u64,
    /// How many of the site's percentages were recorded.
    recorded: usize,
}

impl Depth {
    /// So much was seen.
    pub(crate) fn seen(&mut self, percent: u64) {
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

    /// Greatest depth that was seen.
    pub(crate) fn greatest(&self) -> u64 {
        self.greatest
    }
}
