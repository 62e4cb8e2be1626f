//! Bugs that can be planted, each in what surrounds the core: the simulation has to find them.

/// Which are planted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bugs {
    /// The store says that a transaction has completed before it is durable.
    pub(crate) skips_commit: bool,
    /// Who adopts a spill deletes it before its own write has completed.
    pub(crate) deletes_spills_early: bool,
    /// A line goes on growing after it was spilled.
    pub(crate) grows_after_spill: bool,
    /// What waits is heard at a turn, but after its lines were read: they lack it.
    pub(crate) hears_behind_lines: bool,
    /// The page forgets a batch whose answer was not seen.
    pub(crate) forgets_unconfirmed: bool,
    /// The collector answers before it has stored.
    pub(crate) acknowledges_early: bool,
    /// Any answer with status 200 counts as the collector's.
    pub(crate) accepts_foreign: bool,
}
