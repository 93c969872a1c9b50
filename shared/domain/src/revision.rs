//! Counters, by which an older state is told from a newer one.

/// Counts the changes of the policy; 0 until one is pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PolicyRevision(pub u64);

/// Counts the overrides and pauses of one owner, both in one sequence. So of several
/// that apply to an event, the highest revision says how many had been set by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct OverrideRevision(pub u64);

impl OverrideRevision {
    /// The revision of the next override or pause.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Counts the changes of what people chose for a whole meeting; 0 until one of them does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MeetingRevision(pub u64);

impl MeetingRevision {
    /// The revision after the next change.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Counts the changes of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CalendarRevision(pub u64);

/// Counts the writes of a row. A write is conditional on the version that was read, so
/// that no write is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version(pub u64);

impl Version {
    /// The version of a row that has never been written.
    pub const NEW: Self = Self(0);

    /// The version after the next write.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Counts the changes of the wanted bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Generation(pub u64);
