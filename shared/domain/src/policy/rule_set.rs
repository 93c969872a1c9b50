//! The rules of a policy, and their verdict on a meeting.

use super::document::Then;
use super::own_domains::OwnDomains;
use super::rule::{Rule, RuleOutcome, list_unknown};
use super::template::BotTemplate;
use crate::email::{Domain, Email};
use crate::event::Calendar;
use crate::fact::{Fact, FactSource, FactValue, FactValues};
use crate::id::CalendarId;
use crate::verdict::{Reason, RuleName, Verdict};
use crate::zone::TimeZoneName;

/// The rules, default, bot, time zone and own domains that some calendars are under.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RuleSet {
    /// The name of the policy; none for the outer one.
    pub(super) name: Option<String>,
    pub(super) rules: Vec<Rule>,
    pub(super) default: Then,
    pub(super) bot: BotTemplate,
    pub(super) zone: Option<TimeZoneName>,
    pub(super) ours: OwnDomains,
}

impl RuleSet {
    /// The verdict of the first rule that applies, else of the default.
    pub(super) fn evaluate(&self, facts: &dyn FactSource) -> Verdict {
        let mut unknown: Vec<Fact> = Vec::new();
        for rule in &self.rules {
            match rule.evaluate(facts) {
                RuleOutcome::Applies(verdict) => return verdict,
                RuleOutcome::DoesNotApply => {}
                RuleOutcome::Unknown(facts) => unknown.extend(facts),
            }
        }
        unknown.sort_unstable();
        unknown.dedup();
        self.by_default(unknown.into_iter().map(|fact| (fact, facts.value(fact))))
    }

    /// The verdict of the rule of this name, or of the default, on `kept` facts alone; none
    /// if there is no such rule, or it does not apply.
    pub(super) fn evaluate_rule(&self, name: &RuleName, kept: &FactValues) -> Option<Verdict> {
        if *name == RuleName::DEFAULT {
            return Some(self.by_default(kept.clone()));
        }
        let rule = self.rules.iter().find(|rule| rule.name == *name)?;
        match rule.evaluate(kept) {
            RuleOutcome::Applies(verdict) => Some(verdict),
            RuleOutcome::DoesNotApply | RuleOutcome::Unknown(_) => None,
        }
    }

    /// The verdict of the default, after `unknown` facts left open whether some rules apply.
    fn by_default(&self, unknown: impl IntoIterator<Item = (Fact, FactValue)>) -> Verdict {
        let facts: FactValues = unknown.into_iter().collect();
        let mut reason = match self.default {
            Then::Record => "no rule applies, and the default is to record".to_owned(),
            Then::Skip => "no rule applies, and the default is to skip".to_owned(),
        };
        if !facts.is_empty() {
            let unknown: Vec<Fact> = facts.keys().copied().collect();
            reason = format!("{reason} (rules may apply: {})", list_unknown(&unknown));
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

/// How a policy names a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matcher {
    Id(CalendarId),
    Owner(Email),
    Domain(Domain),
}

impl Matcher {
    /// How specifically it names the calendar; none if it names another.
    pub(super) fn specificity(&self, calendar: &Calendar) -> Option<u8> {
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
