//! A compiled policy: gives a verdict on an event by the rules that its calendar is under.

use super::condition;
use super::document::{Deduplication, LinkComparison};
use super::rule_set::{Matcher, RuleSet};
use super::situation::Situation;
use super::template::BotTemplate;
use crate::email::Domain;
use crate::event::{Calendar, CalendarEvent};
use crate::fact::{Fact, FactSource, FactValue};
use crate::verdict::{Reason, RuleName, Verdict};

/// A compiled policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub(super) deduplication: Deduplication,
    pub(super) denied: Vec<Domain>,
    pub(super) outer: RuleSet,
    pub(super) named: Vec<(Vec<Matcher>, RuleSet)>,
}

impl Policy {
    /// Which events share a bot.
    #[must_use]
    pub fn deduplication(&self) -> Deduplication {
        self.deduplication
    }

    /// The policy, with another comparison of links.
    #[must_use]
    pub fn comparing(mut self, links: LinkComparison) -> Self {
        self.deduplication.links = links;
        self
    }

    /// The name of the policy that `calendar` is under; none for the outer one.
    #[must_use]
    pub fn name_for(&self, calendar: &Calendar) -> Option<&str> {
        self.rules_for(calendar).name.as_deref()
    }

    /// The template of the bots for meetings in `calendar`.
    #[must_use]
    pub fn bot_for(&self, calendar: &Calendar) -> &BotTemplate {
        &self.rules_for(calendar).bot
    }

    /// The facts of an event, in the time zone that the policy names.
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

    /// The verdict if a participant is from a denied domain.
    pub(crate) fn deny(&self, facts: &dyn FactSource) -> Option<Verdict> {
        let domain = condition::domain_among(facts, &self.denied)?;
        let domains = FactValue::Texts(vec![domain.clone()]);
        Some(Verdict::Skip(Reason {
            rule: RuleName::DENIED_DOMAIN,
            reason: format!("a participant is from {domain}, a denied domain"),
            facts: [(Fact::Domains, domains)].into(),
            has_failed: false,
        }))
    }

    /// The verdict of the rules that `calendar` is under.
    pub(crate) fn evaluate(&self, facts: &dyn FactSource, calendar: &Calendar) -> Verdict {
        self.rules_for(calendar).evaluate(facts)
    }

    /// Evaluates the rule of `reason` again for a meeting in `calendar`, by nothing but the
    /// facts that the reason keeps. The verdict is the same, unless the policy has changed.
    /// None if there is no such rule, if it does not apply, and if the verdict did not come
    /// from a rule but from an override, a pause or an impossible recording.
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
            let specificity = matchers
                .iter()
                .filter_map(|by| by.specificity(calendar))
                .max();
            if let Some(specificity) = specificity
                && found.is_none_or(|(best, _)| specificity > best)
            {
                found = Some((specificity, rules));
            }
        }
        found.map_or(&self.outer, |(_, rules)| rules)
    }
}
