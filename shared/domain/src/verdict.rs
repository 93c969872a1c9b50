//! What was decided about an event, and why.

use std::borrow::Cow;
use std::fmt;

use crate::fact::FactValues;

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
    /// Whose calendar it is, is not known yet, and the deduplication scheme needs it.
    pub const UNKNOWN_OWNER: Self = Self::fixed("unknown-owner");
    /// A person spoke about the event.
    pub const EVENT_OVERRIDE: Self = Self::fixed("event-override");
    /// Somebody of a denied domain takes part.
    pub const DENIED_DOMAIN: Self = Self::fixed("denied-domain");
    /// A person spoke about the series.
    pub const SERIES_OVERRIDE: Self = Self::fixed("series-override");
    /// A person paused the calendar.
    pub const PAUSED: Self = Self::fixed("paused");
    /// No rule applies.
    pub const DEFAULT: Self = Self::fixed("default");

    /// The names that no rule of a policy can have.
    pub const RESERVED: &'static [Self] = &[
        Self::DELETED,
        Self::DISCONNECTED,
        Self::CANCELLED,
        Self::OVER,
        Self::NO_MEETING,
        Self::UNKNOWN_OWNER,
        Self::EVENT_OVERRIDE,
        Self::DENIED_DOMAIN,
        Self::SERIES_OVERRIDE,
        Self::PAUSED,
        Self::DEFAULT,
    ];

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
pub struct Reason {
    /// The rule that fired.
    pub rule: RuleName,
    /// The same in a sentence a person understands.
    pub reason: String,
    /// The facts that made it fire: by them alone the rule says the same again.
    pub facts: FactValues,
    /// The rule is an expression that failed.
    pub has_failed: bool,
}

impl Reason {
    fn new(rule: RuleName, reason: impl Into<String>) -> Self {
        Self {
            rule,
            reason: reason.into(),
            facts: FactValues::new(),
            has_failed: false,
        }
    }
}

/// What is to happen with a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A bot should be there.
    Record(Reason),
    /// No bot should be there.
    Skip(Reason),
}

impl Verdict {
    /// To be recorded, because of `rule`.
    #[must_use]
    pub fn record(rule: RuleName, reason: impl Into<String>) -> Self {
        Self::Record(Reason::new(rule, reason))
    }

    /// Not to be recorded, because of `rule`.
    #[must_use]
    pub fn skip(rule: RuleName, reason: impl Into<String>) -> Self {
        Self::Skip(Reason::new(rule, reason))
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        match self {
            Self::Record(reason) | Self::Skip(reason) => reason,
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
