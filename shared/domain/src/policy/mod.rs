//! Which meetings a company records, and with what bot.

mod expression;
mod fact;
mod situation;
mod text;

use std::str::FromStr;

pub use expression::{EvaluationFailure, Expression, ExpressionProblem};
pub use fact::{Fact, FactSource, FactType, FactValue, FactValues, Person};
pub use situation::Situation;

use crate::{Answer, BotConfig, Calendar, Domain, Facts, RuleName, Verdict};

/// Which meetings are recorded when nobody said anything about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meetings {
    /// Those with people of another organisation.
    External,
    /// Every one.
    All,
    /// None but those of a series a person marked.
    Marked,
}

/// A setting that names no such choice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected external, all or marked")]
pub struct UnknownMeetings;

impl Meetings {
    /// The name used in settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::External => "external",
            Self::All => "all",
            Self::Marked => "marked",
        }
    }
}

impl FromStr for Meetings {
    type Err = UnknownMeetings;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::External, Self::All, Self::Marked]
            .into_iter()
            .find(|meetings| meetings.as_str() == text)
            .ok_or(UnknownMeetings)
    }
}

/// Grows with each change of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PolicyRevision(pub u64);

/// What a company wants recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Which meetings.
    pub meetings: Meetings,
    /// Only those that the calendar's owner accepted.
    pub confirmed_only: bool,
    /// What every bot is configured with.
    pub bot: BotConfig,
}

impl Policy {
    /// A text that differs whenever the policy does: what a revision stands for.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let confirmed = if self.confirmed_only {
            "confirmed"
        } else {
            "any-answer"
        };
        format!(
            "{}/{confirmed}/{}",
            self.meetings.as_str(),
            self.bot.digest()
        )
    }

    /// What the rules say, first objection first.
    pub(crate) fn judge(&self, facts: &Facts, calendar: &Calendar) -> Verdict {
        let answer = situation::own_answer(facts, calendar);
        if answer == Some(Answer::Declined) {
            return Verdict::skip(RuleName::DECLINED, "the calendar's owner declined");
        }
        if self.confirmed_only && answer != Some(Answer::Accepted) {
            let reason = "the calendar's owner has not accepted";
            return Verdict::skip(RuleName::NOT_CONFIRMED, reason);
        }
        match self.meetings {
            Meetings::All => Verdict::record(RuleName::ALL, "every meeting is recorded"),
            Meetings::Marked => Verdict::skip(
                RuleName::NOT_MARKED,
                "only meetings of a series that a person marked are recorded",
            ),
            Meetings::External => external(facts, calendar),
        }
    }
}

fn external(facts: &Facts, calendar: &Calendar) -> Verdict {
    let Some(own) = calendar.email.as_ref().map(crate::Email::domain) else {
        let reason = "the calendar's address is not known yet, so neither is who is external";
        return Verdict::skip(RuleName::UNKNOWN_OWNER, reason);
    };
    let outsider: Option<Domain> = facts
        .people()
        .map(crate::Email::domain)
        .find(|domain| *domain != own);
    match outsider {
        Some(domain) => Verdict::record(
            RuleName::EXTERNAL,
            format!("somebody of {domain} takes part, outside of {own}"),
        ),
        None if facts.guests.is_incomplete => Verdict::skip(
            RuleName::INTERNAL,
            format!("nobody outside of {own} is listed, though the list is not complete"),
        ),
        None => Verdict::skip(RuleName::INTERNAL, format!("everybody listed is of {own}")),
    }
}
