//! What was decided about an event, and why.

use std::borrow::Cow;
use std::fmt;

/// The rule that decided, by a name that is stable in stored rows and in logs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RuleName(Cow<'static, str>);

impl RuleName {
    /// The event was removed from the calendar.
    pub const DELETED: Self = Self::fixed("deleted");
    /// The calendar is no longer connected.
    pub const DISCONNECTED: Self = Self::fixed("disconnected");
    /// The meeting was called off.
    pub const CANCELLED: Self = Self::fixed("cancelled");
    /// The meeting has ended.
    pub const OVER: Self = Self::fixed("over");
    /// There is no link to join by.
    pub const NO_MEETING: Self = Self::fixed("no-meeting");
    /// A person spoke about the series.
    pub const SERIES: Self = Self::fixed("series");
    /// The calendar's owner declined.
    pub const DECLINED: Self = Self::fixed("declined");
    /// The calendar's owner has not accepted, and only accepted meetings are recorded.
    pub const NOT_CONFIRMED: Self = Self::fixed("not-confirmed");
    /// People of another organisation take part.
    pub const EXTERNAL: Self = Self::fixed("external");
    /// Nobody of another organisation takes part.
    pub const INTERNAL: Self = Self::fixed("internal");
    /// Who belongs to the organisation cannot be told.
    pub const UNKNOWN_OWNER: Self = Self::fixed("unknown-owner");
    /// Every meeting is recorded.
    pub const ALL: Self = Self::fixed("all");
    /// Only what a person marked is recorded.
    pub const NOT_MARKED: Self = Self::fixed("not-marked");

    const fn fixed(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A rule under a name that was read back.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why something was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grounds {
    /// The rule that fired.
    pub rule: RuleName,
    /// The same in a sentence, with the facts that made it fire.
    pub reason: String,
}

/// What is to happen with a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A bot should be there.
    Record(Grounds),
    /// No bot should be there.
    Skip(Grounds),
}

impl Verdict {
    /// To be recorded, because of `rule`.
    #[must_use]
    pub fn record(rule: RuleName, reason: impl Into<String>) -> Self {
        Self::Record(Grounds {
            rule,
            reason: reason.into(),
        })
    }

    /// Not to be recorded, because of `rule`.
    #[must_use]
    pub fn skip(rule: RuleName, reason: impl Into<String>) -> Self {
        Self::Skip(Grounds {
            rule,
            reason: reason.into(),
        })
    }

    /// Why.
    #[must_use]
    pub fn grounds(&self) -> &Grounds {
        match self {
            Self::Record(grounds) | Self::Skip(grounds) => grounds,
        }
    }

    /// `record` or `skip`, as it is stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Record(_) => "record",
            Self::Skip(_) => "skip",
        }
    }
}
