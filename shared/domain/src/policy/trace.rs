//! The rules that were tested for a meeting, each with the condition that decided about it.
//!
//! A stored reason keeps the name of the policy, how many rules were passed over, and the
//! facts by which they did not apply. The rest follows from the policy, so a row does not
//! grow with the number of rules.

use super::document::Then;
use super::kept_metadata::keep_metadata;
use super::near_miss::{unknown, why_not, written};
use super::rule::{Passed, Rule};
use super::rule_set::RuleSet;
use crate::fact::{Fact, FactSource, FactValues};
use crate::verdict::{Reason, RuleName, TestedRules};

/// The policy that a meeting is under, and its rules in the order in which they are tested.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleTrace {
    /// The name of the policy; none for the main policy.
    pub policy: Option<String>,
    /// The part of the denied domains if they are locked: they are tested before the rules. None
    /// if they are not.
    pub locked_domains: Option<RulePart>,
    /// The rules.
    pub rules: Vec<TracedRule>,
    /// The verdict if none of them applies.
    pub default: Then,
}

/// One rule, and its part in a verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedRule {
    /// Its name.
    pub name: RuleName,
    /// It is one of the rules for all calendars.
    pub is_for_all: bool,
    /// No override goes before it.
    pub is_locked: bool,
    /// What it would do with the meeting.
    pub then: Then,
    /// Its part in the verdict.
    pub part: RulePart,
}

/// The part of a rule in a verdict.
#[derive(Debug, Clone, PartialEq)]
pub enum RulePart {
    /// It does not apply, since this condition does not hold.
    DoesNotApply(NearMiss),
    /// It would record, but it is unknown whether these conditions hold.
    Unknown(Vec<NearMiss>),
    /// It did not apply. The facts are not stored, or not any more.
    PassedOver,
    /// It decided.
    Decided,
    /// An earlier rule decided, or the verdict came before the rules.
    NotTested,
}

/// A condition that does not hold or that may hold.
#[derive(Debug, Clone, PartialEq)]
pub struct NearMiss {
    /// The condition as a policy states it: `participants_at_least: 3`.
    pub condition: String,
    /// A sentence about the fact that it met: `it has 2 participants, fewer than 3`.
    pub because: String,
    /// The facts that it read.
    pub facts: FactValues,
}

impl RuleSet {
    /// The part of each rule in a verdict.
    pub(super) fn trace(&self, reason: &Reason) -> RuleTrace {
        let rules = self.in_order().enumerate().map(|(index, rule)| TracedRule {
            name: rule.name.clone(),
            is_for_all: self.for_all.iter().any(|other| other.name == rule.name),
            is_locked: rule.is_locked,
            then: rule.then,
            part: match &reason.tested {
                Some(tested) => part(rule, index, tested),
                // The locked rules go before the overrides, and no facts are stored with those.
                None if rule.is_locked && reason.is_after_locks() => RulePart::PassedOver,
                None => RulePart::NotTested,
            },
        });
        RuleTrace {
            policy: self.name.clone(),
            locked_domains: None,
            rules: rules.collect(),
            default: self.default,
        }
    }
}

/// The part of locked denied domains in the verdict of `reason`.
pub(super) fn part_of_domains(reason: &Reason) -> RulePart {
    if reason.rule == RuleName::DENIED_DOMAIN {
        RulePart::Decided
    } else if reason.tested.is_some() || reason.is_after_locks() {
        RulePart::PassedOver
    } else {
        RulePart::NotTested
    }
}

fn part(rule: &Rule, index: usize, tested: &TestedRules) -> RulePart {
    if index == tested.passed {
        return RulePart::Decided;
    }
    if index > tested.passed {
        return RulePart::NotTested;
    }
    let facts = &tested.facts;
    let near_miss = |index: usize, because: fn(&_, &dyn FactSource) -> String| {
        let condition = &rule.conditions[index];
        let read = condition.reads().iter();
        let mut read: FactValues = read.map(|fact| (*fact, facts.value(*fact))).collect();
        // Of the metadata, the keys that this condition reads.
        if read.remove(&Fact::CalendarMetadata).is_some() {
            keep_metadata(&condition.metadata_keys(), facts, &mut read);
        }
        NearMiss {
            condition: written(condition),
            because: because(condition, facts),
            facts: read,
        }
    };
    match rule.passed(facts) {
        Some(Passed::Missed(index)) => RulePart::DoesNotApply(near_miss(index, why_not)),
        Some(Passed::Unknown { conditions, .. }) => {
            let conditions = conditions.into_iter();
            RulePart::Unknown(conditions.map(|index| near_miss(index, unknown)).collect())
        }
        None => RulePart::PassedOver,
    }
}
