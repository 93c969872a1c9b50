//! Numbers that grow, by which an older state is told from a newer one.

/// Grows with each change of the policy; nought until one is pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PolicyRevision(pub u64);

/// Counts what was said about one calendar, words and pauses alike: each next
/// one is one higher than any before, so of several that concern an event the
/// highest tells how much was said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct OverrideRevision(pub u64);

impl OverrideRevision {
    /// The revision of what is said next.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Counts the changes of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CalendarRevision(pub u64);

/// Grows with each write of a row; a write states the one it saw, so that no
/// write is lost under another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version(pub u64);

impl Version {
    /// The version of what has never been written.
    pub const NEW: Self = Self(0);

    /// The version that a write makes of this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Grows with each change of what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Generation(pub u64);
