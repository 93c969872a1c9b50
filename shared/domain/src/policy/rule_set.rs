//! The rules of a policy, and their verdict on a meeting.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::condition::{Truth, has_metadata};
use super::document::Then;
use super::own_domains::OwnDomains;
use super::passed_facts::passed_facts;
use super::rule::{Passed, Rule, RuleOutcome, list_unknown};
use super::template::BotTemplate;
use crate::email::{Domain, Email};
use crate::event::Calendar;
use crate::fact::{Fact, FactSource, FactValue, FactValues};
use crate::id::CalendarId;
use crate::spending::Limits;
use crate::verdict::{Reason, RuleName, TestedRules, Verdict};
use crate::zone::TimeZoneName;

/// The rules, default, bot, time zone and own domains that some calendars are under.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RuleSet {
    /// The name of the policy; none for the outer one.
    pub(super) name: Option<String>,
    /// The rules for all calendars, which are tested first.
    pub(super) for_all: Arc<[Rule]>,
    pub(super) rules: Vec<Rule>,
    pub(super) default: Then,
    pub(super) bot: BotTemplate,
    pub(super) zone: Option<TimeZoneName>,
    pub(super) ours: OwnDomains,
    /// The caps that the policy itself sets.
    pub(super) spending: PeriodLimits,
}

/// The most bots of a day and of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct PeriodLimits {
    pub(super) day: Limits,
    pub(super) month: Limits,
}

impl RuleSet {
    /// All rules, in the order in which they are tested: the locked ones first, since they go
    /// before the overrides.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &Rule> {
        let from_the_top = || self.for_all.iter().chain(&self.rules);
        let locked = from_the_top().filter(|rule| rule.is_locked);
        locked.chain(from_the_top().filter(|rule| !rule.is_locked))
    }

    /// The verdict of the first locked rule that applies; none if none does.
    pub(super) fn lock(&self, facts: &dyn FactSource) -> Option<Verdict> {
        let locked = self.in_order().take_while(|rule| rule.is_locked);
        self.first(locked, facts).ok()
    }

    /// The verdict of the first rule that applies, else of the default.
    pub(super) fn evaluate(&self, facts: &dyn FactSource) -> Verdict {
        self.first(self.in_order(), facts)
            .unwrap_or_else(|passed| self.otherwise(&passed, facts))
    }

    /// The verdict of the first of `rules` that applies, or why none does.
    fn first<'a>(
        &self,
        rules: impl Iterator<Item = &'a Rule>,
        facts: &dyn FactSource,
    ) -> Result<Verdict, Vec<(&'a Rule, Passed)>> {
        let mut passed: Vec<(&Rule, Passed)> = Vec::new();
        for rule in rules {
            match rule.evaluate(facts) {
                RuleOutcome::Applies(verdict) => {
                    return Ok(verdict.after(Some(self.tested(&passed, facts))));
                }
                RuleOutcome::Passed(why) => passed.push((rule, why)),
            }
        }
        Err(passed)
    }

    /// The verdict of the default, after all rules were passed over.
    fn otherwise(&self, passed: &[(&Rule, Passed)], facts: &dyn FactSource) -> Verdict {
        let unknown = passed.iter().flat_map(|(_, why)| match why {
            Passed::Unknown { facts, .. } => facts.as_slice(),
            Passed::Missed(_) => &[],
        });
        let value = |fact: Fact| match fact {
            // Other keys than the one that is unknown do not concern this.
            Fact::CalendarMetadata => FactValue::Unknown,
            fact => facts.value(fact),
        };
        let unknown = unknown.map(|fact| (*fact, value(*fact))).collect();
        self.by_default(unknown)
            .after(Some(self.tested(passed, facts)))
    }

    /// The rules that were tested, of which these were passed over.
    fn tested(&self, passed: &[(&Rule, Passed)], facts: &dyn FactSource) -> TestedRules {
        TestedRules {
            policy: self.name.clone(),
            passed: passed.len(),
            facts: passed_facts(passed, facts),
        }
    }

    /// The verdict of the rule of this name, or of the default, on `kept` facts alone; none
    /// if there is no such rule, or it does not apply.
    pub(super) fn evaluate_rule(&self, name: &RuleName, kept: &FactValues) -> Option<Verdict> {
        if *name == RuleName::DEFAULT {
            return Some(self.by_default(kept.clone()));
        }
        let rule = self.in_order().find(|rule| rule.name == *name)?;
        match rule.evaluate(kept) {
            RuleOutcome::Applies(verdict) => Some(verdict),
            RuleOutcome::Passed(_) => None,
        }
    }

    /// The verdict of the default, after unknown `facts` left open whether some rules apply.
    fn by_default(&self, facts: FactValues) -> Verdict {
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
            is_locked: false,
            tested: None,
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
    /// All of these values of the metadata.
    Metadata(BTreeMap<String, String>),
}

impl Matcher {
    /// How specifically it names the calendar; none if it names another, and if it is not
    /// known whether it names this one.
    pub(super) fn specificity(&self, calendar: &Calendar) -> Option<u8> {
        match self {
            Self::Id(id) => (*id == calendar.id).then_some(3),
            Self::Owner(email) => (calendar.email.as_ref() == Some(email)).then_some(3),
            Self::Metadata(wanted) => {
                (has_metadata(&calendar.metadata, wanted) == Truth::Yes).then_some(2)
            }
            Self::Domain(domain) => {
                let own = calendar.email.as_ref()?.domain();
                own.is_within(domain).then_some(1)
            }
        }
    }
}
