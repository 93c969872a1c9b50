//! A compiled policy: gives a verdict on an event by the rules that its calendar is under.

use super::condition;
use super::document::{Deduplication, DeduplicationScheme, LinkComparison};
use super::retries::Retries;
use super::rule_set::{Matcher, PeriodLimits, RuleSet};
use super::situation::Situation;
use super::template::BotTemplate;
use super::trace::{RuleTrace, part_of_domains};
use crate::email::Domain;
use crate::event::{Calendar, CalendarEvent};
use crate::fact::{Fact, FactSource, FactValue};
use crate::spending::SpendingCaps;
use crate::verdict::{Reason, RuleName, Verdict};

/// A compiled policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub(super) scheme: DeduplicationScheme,
    /// None if the document does not say.
    pub(super) links: Option<LinkComparison>,
    pub(super) denied: Vec<Domain>,
    /// Whether no override goes before the denied domains.
    pub(super) locks_denied: bool,
    /// Whether a policy in the document sets a cap on spending.
    pub(super) counts_spending: bool,
    pub(super) price_per_hour: Option<f64>,
    pub(super) retries: Retries,
    pub(super) outer: RuleSet,
    pub(super) named: Vec<(Vec<Matcher>, RuleSet)>,
}

impl Policy {
    /// Which events share a bot.
    #[must_use]
    pub fn deduplication(&self) -> Deduplication {
        Deduplication {
            scheme: self.scheme,
            links: self.links.unwrap_or_default(),
        }
    }

    /// When another bot is sent in place of one that has ended.
    #[must_use]
    pub fn retries(&self) -> &Retries {
        &self.retries
    }

    /// The policy, which compares links as the `active` one does if its document does not
    /// say.
    #[must_use]
    pub fn over(&self, active: &Self) -> Self {
        let mut policy = self.clone();
        policy.links.get_or_insert(active.deduplication().links);
        policy
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

    /// What an hour of a bot costs; none if the document does not say.
    #[must_use]
    pub fn price_per_hour(&self) -> Option<f64> {
        self.price_per_hour
    }

    /// The caps on spending that `calendar` is under. None if the document sets none at all:
    /// then no bot is counted.
    #[must_use]
    pub fn spending_caps(&self, calendar: &Calendar) -> Option<SpendingCaps> {
        if !self.counts_spending {
            return None;
        }
        let rules = self.rules_for(calendar);
        let own = if rules.name.is_some() {
            rules.spending
        } else {
            PeriodLimits::default()
        };
        Some(SpendingCaps {
            day: self.outer.spending.day,
            month: self.outer.spending.month,
            policy_day: own.day,
            policy_month: own.month,
        })
    }

    /// The facts of an event, with the time zone and the own domains that the policy names.
    #[must_use]
    pub fn situation<'a>(
        &'a self,
        event: &'a CalendarEvent,
        calendar: &'a Calendar,
    ) -> Situation<'a> {
        let rules = self.rules_for(calendar);
        Situation {
            event,
            calendar,
            zone: rules.zone.as_ref(),
            ours: &rules.ours,
        }
    }

    /// The verdict if the policy locks it, so that no override goes before it: by the denied
    /// domains if they are locked, else by the first locked rule that applies or may apply.
    pub(crate) fn lock(&self, facts: &dyn FactSource, calendar: &Calendar) -> Option<Verdict> {
        let denied = self.deny(facts).filter(|_| self.locks_denied);
        denied.or_else(|| self.rules_for(calendar).lock(facts))
    }

    /// The verdict if a participant is from a denied domain, or may be: the list of
    /// attendees is incomplete.
    pub(crate) fn deny(&self, facts: &dyn FactSource) -> Option<Verdict> {
        if self.denied.is_empty() {
            return None;
        }
        let (reason, fact) = match condition::domain_among(facts, &self.denied) {
            Some(domain) => {
                let reason = format!("a participant is from {domain}, a denied domain");
                (reason, (Fact::Domains, FactValue::Texts(vec![domain])))
            }
            None => match facts.value(Fact::AttendeesComplete) {
                FactValue::Flag(true) => return None,
                is_complete => {
                    let reason = "a participant may be from a denied domain: the list of \
                                  attendees is incomplete (attendees_complete)";
                    (reason.to_owned(), (Fact::AttendeesComplete, is_complete))
                }
            },
        };
        Some(Verdict::Skip(Reason {
            rule: RuleName::DENIED_DOMAIN,
            reason,
            facts: [fact].into(),
            has_failed: false,
            is_locked: self.locks_denied,
            tested: None,
        }))
    }

    /// The verdict of the rules that `calendar` is under.
    pub(crate) fn evaluate(&self, facts: &dyn FactSource, calendar: &Calendar) -> Verdict {
        self.rules_for(calendar).evaluate(facts)
    }

    /// The rules that `reason` was found by, each with the condition that decided about it.
    /// If it came before the rules, those that `calendar` is under. None if this policy has
    /// no such rules, since it is not the one that decided, and if both are unknown.
    #[must_use]
    pub fn trace(&self, reason: &Reason, calendar: Option<&Calendar>) -> Option<RuleTrace> {
        let rules = match (&reason.tested, calendar) {
            (Some(tested), _) => self.rules_named(tested.policy.as_deref())?,
            (None, Some(calendar)) => self.rules_for(calendar),
            (None, None) => return None,
        };
        let mut trace = rules.trace(reason);
        trace.locked_domains = self.locks_denied.then(|| part_of_domains(reason));
        Some(trace)
    }

    /// The rules of a named policy, or of the outer one.
    fn rules_named(&self, name: Option<&str>) -> Option<&RuleSet> {
        let Some(name) = name else {
            return Some(&self.outer);
        };
        let mut rules = self.named.iter().map(|(_, rules)| rules);
        rules.find(|rules| rules.name.as_deref() == Some(name))
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
        let verdict = rules.evaluate_rule(&reason.rule, &reason.facts)?;
        Some(verdict.after(reason.tested.clone()))
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
