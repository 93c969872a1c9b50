//! What a look came to, in numbers.

use callsheet_domain::Scope;

/// What was done in a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    /// Pages that were read, those of an earlier run not counted.
    pub(super) pages: u32,
    pub(super) listed: u32,
    pub(super) written: u32,
    pub(super) stale: u32,
    pub(super) unreadable: u32,
    /// Events whose verdict is that an expression failed.
    pub(super) failed: u32,
    /// Bots at Recall that were not as they are known to be, and are mended.
    pub(super) drifted: u32,
    /// Calendars that could not be written, and are asked for again.
    pub(super) skipped: u32,
}

impl Tally {
    /// Counts what was done beside.
    pub(super) fn add(&mut self, other: Self) {
        self.pages += other.pages;
        self.listed += other.listed;
        self.written += other.written;
        self.stale += other.stale;
        self.unreadable += other.unreadable;
        self.failed += other.failed;
        self.drifted += other.drifted;
        self.skipped += other.skipped;
    }

    /// Tells the log of a finished look, with for how many calendars' notices it was made.
    pub(super) fn tell(self, scope: &Scope, for_calendars: usize) {
        let Self {
            pages,
            listed,
            written,
            stale,
            unreadable,
            failed,
            drifted,
            skipped,
        } = self;
        tracing::info!(
            %scope,
            for_calendars,
            pages,
            listed,
            written,
            stale,
            unreadable,
            failed_rules = failed,
            drifted,
            skipped,
            "looked"
        );
    }
}

/// A length as it is counted.
pub(super) fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}
