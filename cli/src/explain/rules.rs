//! The rules of an explanation: which were tested, and why they did not apply.

use std::collections::BTreeMap;

use callsheet_domain::{FactValue, NearMiss, RulePart, RuleTrace, Then, TracedRule};
use serde::Serialize;
use serde_json::Value;

use crate::render::in_one_line;

/// The policy that the meeting is under, and its rules in the order in which they are tested.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct RulesSummary {
    /// None for the main policy.
    pub(crate) policy: Option<String>,
    pub(crate) rules: Vec<RuleSummary>,
    /// `record` or `skip`: the verdict if no rule applies.
    pub(crate) default: &'static str,
}

/// One rule, and its part in the verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct RuleSummary {
    pub(crate) name: String,
    /// Whether it is one of `rules_for_all`.
    pub(crate) is_for_all: bool,
    /// `record` or `skip`.
    pub(crate) then: &'static str,
    pub(crate) outcome: Outcome,
    /// The conditions that did not hold, or may hold.
    pub(crate) conditions: Vec<ConditionSummary>,
}

/// The part of a rule in a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    DoesNotApply,
    /// It may apply, but a rule that records does not do so by a guess.
    Unknown,
    Decided,
    NotTested,
}

/// A condition that did not hold, or may hold, and the facts that it read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ConditionSummary {
    /// As a policy states it.
    pub(crate) condition: String,
    pub(crate) because: String,
    /// The facts by their names in policies; null if unknown.
    pub(crate) facts: BTreeMap<&'static str, Value>,
}

impl RulesSummary {
    pub(super) fn of(trace: &RuleTrace, fact_json: fn(&FactValue) -> Value) -> Self {
        Self {
            policy: trace.policy.clone(),
            rules: trace
                .rules
                .iter()
                .map(|rule| RuleSummary::of(rule, fact_json))
                .collect(),
            default: then(trace.default),
        }
    }

    /// The paragraph about the rules, after a verdict by `rule`.
    pub(super) fn paragraph(&self, rule: &str) -> String {
        let policy = match &self.policy {
            None => "the main policy".to_owned(),
            Some(name) => format!("the policy \"{}\"", in_one_line(name)),
        };
        let is_not_tested = |rule: &&RuleSummary| rule.outcome == Outcome::NotTested;
        if self.rules.is_empty() {
            return format!(
                "The meeting is under {policy}, which has no rules: its default is to {}.",
                self.default
            );
        }
        if self.rules.iter().all(|rule| is_not_tested(&rule)) {
            return format!(
                "The meeting is under {policy}. Its rules were not tested, since {rule} goes before \
                 them."
            );
        }
        let tested = self.rules.iter().filter(|rule| !is_not_tested(rule));
        let mut lines = vec![format!(
            "The meeting is under {policy}. Its rules in the order in which they are tested:"
        )];
        lines.extend(tested.map(RuleSummary::line));
        let others: Vec<_> = self.rules.iter().filter(is_not_tested).collect();
        if others.is_empty() {
            return lines.join("\n");
        }
        let names: Vec<_> = others.iter().map(|rule| in_one_line(&rule.name)).collect();
        lines.push(format!("  not tested: {}", names.join(", ")));
        lines.join("\n")
    }
}

impl RuleSummary {
    fn of(rule: &TracedRule, fact_json: fn(&FactValue) -> Value) -> Self {
        let (outcome, misses) = match &rule.part {
            RulePart::DoesNotApply(miss) => (Outcome::DoesNotApply, std::slice::from_ref(miss)),
            RulePart::PassedOver => (Outcome::DoesNotApply, &[] as &[NearMiss]),
            RulePart::Unknown(misses) => (Outcome::Unknown, misses.as_slice()),
            RulePart::Decided => (Outcome::Decided, &[] as &[NearMiss]),
            RulePart::NotTested => (Outcome::NotTested, &[] as &[NearMiss]),
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
            then: then(rule.then),
            outcome,
            conditions: misses.iter().map(summary).collect(),
        }
    }

    fn line(&self) -> String {
        let list = if self.is_for_all { ", for all" } else { "" };
        let conditions = self.conditions.iter();
        let conditions: Vec<_> = conditions
            .map(|one| {
                let (condition, because) = (in_one_line(&one.condition), in_one_line(&one.because));
                format!("{condition}, but {because}")
            })
            .collect();
        let outcome = match self.outcome {
            Outcome::DoesNotApply if conditions.is_empty() => "does not apply".to_owned(),
            Outcome::DoesNotApply => {
                format!("does not apply: it asks for {}", conditions.join("; "))
            }
            Outcome::Unknown => format!("may apply: it asks for {}", conditions.join("; ")),
            Outcome::Decided => "decides".to_owned(),
            Outcome::NotTested => "not tested".to_owned(),
        };
        format!(
            "  {} ({}{list}) {outcome}",
            in_one_line(&self.name),
            self.then
        )
    }
}

fn then(then: Then) -> &'static str {
    match then {
        Then::Record => "record",
        Then::Skip => "skip",
    }
}
