//! The rules of an explanation: which were tested, and why they did not apply.

use std::collections::BTreeMap;

use callsheet_domain::{NearMiss, RulePart, RuleTrace, Then, TracedRule};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::facts::fact_json;

/// The policy that the meeting is under, and its rules in the order in which they are tested.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RulesSummary {
    /// None for the main policy.
    pub policy: Option<String>,
    /// The part of the denied domains if they are locked: they are tested before the rules. None
    /// if they are not.
    pub locked_domains: Option<Outcome>,
    /// The rules.
    pub rules: Vec<RuleSummary>,
    /// `record` or `skip`: the verdict if no rule applies.
    #[schemars(extend("enum" = ["record", "skip"]))]
    pub default: &'static str,
}

/// One rule, and its part in the verdict.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RuleSummary {
    /// Its name.
    pub name: String,
    /// Whether it is one of `rules_for_all`.
    pub is_for_all: bool,
    /// Whether it is locked, so that it goes before every override and before all other rules.
    pub locked: bool,
    /// `record` or `skip`.
    #[schemars(extend("enum" = ["record", "skip"]))]
    pub then: &'static str,
    /// Its part in the verdict.
    pub outcome: Outcome,
    /// The conditions that did not hold, or may hold.
    pub conditions: Vec<ConditionSummary>,
}

/// The part of a rule in a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A condition does not hold.
    DoesNotApply,
    /// It may apply, but a rule that records does not do so by a guess.
    Unknown,
    /// It decided.
    Decided,
    /// An earlier one decided.
    NotTested,
}

/// A condition that did not hold, or may hold, and the facts that it read.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ConditionSummary {
    /// As a policy states it.
    pub condition: String,
    /// Why it did not hold, or may hold.
    pub because: String,
    /// The facts by their names in policies; null if unknown.
    pub facts: BTreeMap<&'static str, Value>,
}

impl RulesSummary {
    /// Represents the rules that were tested.
    #[must_use]
    pub fn of(trace: &RuleTrace) -> Self {
        Self {
            policy: trace.policy.clone(),
            locked_domains: trace.locked_domains.as_ref().map(Outcome::of),
            rules: trace.rules.iter().map(RuleSummary::of).collect(),
            default: then(trace.default),
        }
    }
}

impl Outcome {
    fn of(part: &RulePart) -> Self {
        match part {
            RulePart::DoesNotApply(_) | RulePart::PassedOver => Self::DoesNotApply,
            RulePart::Unknown(_) => Self::Unknown,
            RulePart::Decided => Self::Decided,
            RulePart::NotTested => Self::NotTested,
        }
    }
}

impl RuleSummary {
    fn of(rule: &TracedRule) -> Self {
        let misses = match &rule.part {
            RulePart::DoesNotApply(miss) => std::slice::from_ref(miss),
            RulePart::Unknown(misses) => misses.as_slice(),
            RulePart::PassedOver | RulePart::Decided | RulePart::NotTested => &[],
        };
        let summary = |miss: &NearMiss| ConditionSummary {
            condition: miss.condition.clone(),
            because: miss.because.clone(),
            facts: miss
                .facts
                .iter()
                .map(|(fact, value)| (fact.name(), fact_json(value)))
                .collect(),
        };
        Self {
            name: rule.name.to_string(),
            is_for_all: rule.is_for_all,
            locked: rule.is_locked,
            then: then(rule.then),
            outcome: Outcome::of(&rule.part),
            conditions: misses.iter().map(summary).collect(),
        }
    }
}

fn then(then: Then) -> &'static str {
    match then {
        Then::Record => "record",
        Then::Skip => "skip",
    }
}
