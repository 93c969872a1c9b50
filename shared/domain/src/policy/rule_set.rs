//! The rules that a calendar is under, and what they say about a meeting of it.

use super::document::Then;
use super::rule::{Rule, Said, untold};
use super::template::BotTemplate;
use crate::email::{Domain, Email};
use crate::event::Calendar;
use crate::fact::{Fact, FactSource, FactValue, FactValues};
use crate::id::CalendarId;
use crate::verdict::{Reason, RuleName, Verdict};
use crate::zone::TimeZoneName;

/// A policy for some calendars.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RuleSet {
    /// What it is called; none for the outer one.
    pub(super) name: Option<String>,
    pub(super) rules: Vec<Rule>,
    pub(super) default: Then,
    pub(super) bot: BotTemplate,
    pub(super) zone: Option<TimeZoneName>,
}

impl RuleSet {
    /// What the rules say about a meeting: the first that applies, else the default.
    pub(super) fn evaluate(&self, facts: &dyn FactSource) -> Verdict {
        let mut unknown: Vec<Fact> = Vec::new();
        for rule in &self.rules {
            match rule.evaluate(facts) {
                Said::Verdict(verdict) => return verdict,
                Said::Nothing => {}
                Said::Untold(facts) => unknown.extend(facts),
            }
        }
        unknown.sort_unstable();
        unknown.dedup();
        self.by_default(unknown.into_iter().map(|fact| (fact, facts.value(fact))))
    }

    /// What the rule of this name, or the default, says of `kept` facts alone;
    /// none if there is no such rule, or it does not apply.
    pub(super) fn evaluate_rule(&self, name: &RuleName, kept: &FactValues) -> Option<Verdict> {
        if *name == RuleName::DEFAULT {
            return Some(self.by_default(kept.clone()));
        }
        let rule = self.rules.iter().find(|rule| rule.name == *name)?;
        match rule.evaluate(kept) {
            Said::Verdict(verdict) => Some(verdict),
            Said::Nothing | Said::Untold(_) => None,
        }
    }

    /// The default, where rules that record could not be told by `unknown` facts.
    fn by_default(&self, unknown: impl IntoIterator<Item = (Fact, FactValue)>) -> Verdict {
        let facts: FactValues = unknown.into_iter().collect();
        let mut reason = match self.default {
            Then::Record => "no rule says otherwise, and the default is to record".to_owned(),
            Then::Skip => "no rule records it, and the default is to skip".to_owned(),
        };
        if !facts.is_empty() {
            let unknown: Vec<Fact> = facts.keys().copied().collect();
            reason = format!("{reason} ({})", untold(&unknown));
        }
        let reason = Reason {
            rule: RuleName::DEFAULT,
            reason,
            facts,
            has_failed: false,
        };
        match self.default {
            Then::Record => Verdict::Record(reason),
            Then::Skip => Verdict::Skip(reason),
        }
    }
}

/// How a calendar is named in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matcher {
    Id(CalendarId),
    Owner(Email),
    Domain(Domain),
}

impl Matcher {
    /// How closely it names the calendar; none if it names another.
    pub(super) fn closeness(&self, calendar: &Calendar) -> Option<u8> {
        match self {
            Self::Id(id) => (*id == calendar.id).then_some(2),
            Self::Owner(email) => (calendar.email.as_ref() == Some(email)).then_some(2),
            Self::Domain(domain) => {
                let own = calendar.email.as_ref()?.domain();
                own.is_within(domain).then_some(1)
            }
        }
    }
}
