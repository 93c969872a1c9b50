//! A compiled policy: gives a verdict on an event by the rules that its calendar is under.

use super::condition;
use super::document::DeduplicationScheme;
use super::rule_set::{Matcher, RuleSet};
use super::situation::Situation;
use super::template::BotTemplate;
use crate::email::Domain;
use crate::event::{Calendar, CalendarEvent};
use crate::fact::{Fact, FactSource, FactValue};
use crate::verdict::{Reason, RuleName, Verdict};

/// A policy that can be judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub(super) scheme: DeduplicationScheme,
    pub(super) denied: Vec<Domain>,
    pub(super) outer: RuleSet,
    pub(super) named: Vec<(Vec<Matcher>, RuleSet)>,
}

impl Policy {
    /// How many bots a meeting gets that stands in several calendars.
    #[must_use]
    pub fn scheme(&self) -> DeduplicationScheme {
        self.scheme
    }

    /// The name of the policy that `calendar` is under; none for the outer one.
    #[must_use]
    pub fn name_for(&self, calendar: &Calendar) -> Option<&str> {
        self.rules_for(calendar).name.as_deref()
    }

    /// What the bot of a meeting in `calendar` is made from.
    #[must_use]
    pub fn bot_for(&self, calendar: &Calendar) -> &BotTemplate {
        &self.rules_for(calendar).bot
    }

    /// What is known of an event, told in the time zone the policy names.
    #[must_use]
    pub fn situation<'a>(
        &'a self,
        event: &'a CalendarEvent,
        calendar: &'a Calendar,
    ) -> Situation<'a> {
        Situation {
            event,
            calendar,
            zone: self.rules_for(calendar).zone.as_ref(),
        }
    }

    /// The verdict if somebody of a denied domain takes part.
    pub(crate) fn deny(&self, facts: &dyn FactSource) -> Option<Verdict> {
        let domain = condition::domain_among(facts, &self.denied)?;
        let domains = FactValue::Texts(vec![domain.clone()]);
        Some(Verdict::Skip(Reason {
            rule: RuleName::DENIED_DOMAIN,
            reason: format!("somebody of {domain} takes part, a domain that is never recorded"),
            facts: [(Fact::Domains, domains)].into(),
            has_failed: false,
        }))
    }

    /// What the rules that `calendar` is under say.
    pub(crate) fn evaluate(&self, facts: &dyn FactSource, calendar: &Calendar) -> Verdict {
        self.rules_for(calendar).evaluate(facts)
    }

    /// What the rule that `reason` name says, of a meeting in `calendar`, by
    /// nothing but the facts that they keep: the same again, unless the policy
    /// has changed since. None if there is no such rule or it does not apply,
    /// and if it was no rule that decided but a person, a pause, or what cannot be.
    #[must_use]
    pub fn explain_again(&self, reason: &Reason, calendar: &Calendar) -> Option<Verdict> {
        if reason.rule == RuleName::DENIED_DOMAIN {
            return self.deny(&reason.facts);
        }
        let rules = self.rules_for(calendar);
        rules.evaluate_rule(&reason.rule, &reason.facts)
    }

    pub(super) fn rules_for(&self, calendar: &Calendar) -> &RuleSet {
        let mut found: Option<(u8, &RuleSet)> = None;
        for (matchers, rules) in &self.named {
            let closeness = matchers
                .iter()
                .filter_map(|by| by.closeness(calendar))
                .max();
            if let Some(closeness) = closeness
                && found.is_none_or(|(best, _)| closeness > best)
            {
                found = Some((closeness, rules));
            }
        }
        found.map_or(&self.outer, |(_, rules)| rules)
    }
}
