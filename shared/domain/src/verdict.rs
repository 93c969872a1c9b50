//! The verdict on an event, and its reason.

use std::borrow::Cow;
use std::fmt;

use crate::fact::FactValues;

/// The name of the rule that decided. It is stable in stored rows and in logs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RuleName(Cow<'static, str>);

impl RuleName {
    /// The event was removed from the calendar.
    pub const DELETED: Self = Self::fixed("deleted");
    /// The calendar is no longer connected.
    pub const DISCONNECTED: Self = Self::fixed("disconnected");
    /// The meeting was cancelled.
    pub const CANCELLED: Self = Self::fixed("cancelled");
    /// The meeting has ended.
    pub const OVER: Self = Self::fixed("over");
    /// The event has another `ical_uid` now, and another row of it decides.
    pub const SUPERSEDED: Self = Self::fixed("superseded");
    /// There is no link to join by.
    pub const NO_MEETING: Self = Self::fixed("no-meeting");
    /// The address of the calendar's owner is not known yet, and the deduplication scheme
    /// needs it.
    pub const UNKNOWN_OWNER: Self = Self::fixed("unknown-owner");
    /// The whole meeting has an override.
    pub const MEETING_OVERRIDE: Self = Self::fixed("meeting-override");
    /// The event has an override.
    pub const EVENT_OVERRIDE: Self = Self::fixed("event-override");
    /// A participant is from a denied domain.
    pub const DENIED_DOMAIN: Self = Self::fixed("denied-domain");
    /// The series has an override.
    pub const SERIES_OVERRIDE: Self = Self::fixed("series-override");
    /// The calendar is paused.
    pub const PAUSED: Self = Self::fixed("paused");
    /// The meeting had begun when it was decided to record it.
    pub const BEGUN: Self = Self::fixed("begun");
    /// A cap on spending leaves no room for its bot.
    pub const SPENDING_CAP: Self = Self::fixed("spending-cap");
    /// No rule applies.
    pub const DEFAULT: Self = Self::fixed("default");

    /// The names that no rule of a policy can have.
    pub const RESERVED: &'static [Self] = &[
        Self::DELETED,
        Self::DISCONNECTED,
        Self::CANCELLED,
        Self::OVER,
        Self::SUPERSEDED,
        Self::NO_MEETING,
        Self::UNKNOWN_OWNER,
        Self::MEETING_OVERRIDE,
        Self::EVENT_OVERRIDE,
        Self::DENIED_DOMAIN,
        Self::SERIES_OVERRIDE,
        Self::PAUSED,
        Self::BEGUN,
        Self::SPENDING_CAP,
        Self::DEFAULT,
    ];

    /// The names of the overrides of people.
    pub(crate) const OF_OVERRIDES: [Self; 3] = [
        Self::MEETING_OVERRIDE,
        Self::EVENT_OVERRIDE,
        Self::SERIES_OVERRIDE,
    ];

    /// The names of what goes before the rules, but behind the locks of a policy.
    const AFTER_LOCKS: [Self; 5] = [
        Self::MEETING_OVERRIDE,
        Self::EVENT_OVERRIDE,
        Self::DENIED_DOMAIN,
        Self::SERIES_OVERRIDE,
        Self::PAUSED,
    ];

    const fn fixed(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A rule of this name, from a policy or a stored row.
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

/// The reason of a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule that decided.
    pub rule: RuleName,
    /// The reason as a sentence for people.
    pub reason: String,
    /// The facts that the rule used: with them alone it gives the same verdict again.
    pub facts: FactValues,
    /// The rule's expression failed.
    pub has_failed: bool,
    /// The policy locks the verdict: no override goes before it.
    pub is_locked: bool,
    /// The rules that were tested; none if the verdict came before the rules.
    pub tested: Option<TestedRules>,
}

/// The rules that were tested for a verdict, as far as it hung on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestedRules {
    /// The named policy that the rules are of; none for the main policy.
    pub policy: Option<String>,
    /// How many rules were passed over before one decided, or the default.
    pub passed: usize,
    /// The facts by which they did not apply: with them alone each is passed over again, for
    /// the same reason.
    pub facts: FactValues,
}

impl Reason {
    fn new(rule: RuleName, reason: impl Into<String>) -> Self {
        Self {
            rule,
            reason: reason.into(),
            facts: FactValues::new(),
            has_failed: false,
            is_locked: false,
            tested: None,
        }
    }

    /// Whether the locks of the policy did not apply before a verdict without tested rules.
    pub(crate) fn is_after_locks(&self) -> bool {
        RuleName::AFTER_LOCKS.contains(&self.rule) && !self.is_locked
    }
}

/// Whether a meeting is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A bot should record it.
    Record(Reason),
    /// No bot should record it.
    Skip(Reason),
}

impl Verdict {
    /// The verdict to record, because of `rule`.
    #[must_use]
    pub fn record(rule: RuleName, reason: impl Into<String>) -> Self {
        Self::Record(Reason::new(rule, reason))
    }

    /// The verdict to skip, because of `rule`.
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

    /// The verdict, made after these rules were tested.
    #[must_use]
    pub(crate) fn after(mut self, tested: Option<TestedRules>) -> Self {
        match &mut self {
            Self::Record(reason) | Self::Skip(reason) => reason.tested = tested,
        }
        self
    }

    /// `record` or `skip`, the name in stored rows and in output.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Record(_) => "record",
            Self::Skip(_) => "skip",
        }
    }
}
