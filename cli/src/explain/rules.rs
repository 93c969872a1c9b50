//! The paragraph about the rules of an explanation: which were tested, and why they did not
//! apply.

use callsheet_api::rules::{Outcome, RuleSummary, RulesSummary};

use crate::render::in_one_line;

/// The paragraph about the rules, after a verdict by `rule`.
pub(super) fn paragraph(rules: &RulesSummary, decided_by: &str) -> String {
    let policy = match &rules.policy {
        None => "the main policy".to_owned(),
        Some(name) => format!("the policy \"{}\"", in_one_line(name)),
    };
    let is_not_tested = |rule: &&RuleSummary| rule.outcome == Outcome::NotTested;
    let domains = rules
        .locked_domains
        .filter(|part| *part != Outcome::NotTested);
    if rules.rules.is_empty() && domains.is_none() {
        return format!(
            "The meeting is under {policy}, which has no rules: its default is to {}.",
            rules.default
        );
    }
    if rules.rules.iter().all(|rule| is_not_tested(&rule)) && domains.is_none() {
        return format!(
            "The meeting is under {policy}. Its rules were not tested, since {decided_by} goes before \
             them."
        );
    }
    let tested = rules.rules.iter().filter(|rule| !is_not_tested(rule));
    let mut lines = vec![format!(
        "The meeting is under {policy}. Its rules in the order in which they are tested:"
    )];
    lines.extend(domains.map(|part| {
        let decides = part == Outcome::Decided;
        let outcome = if decides { "decides" } else { "does not apply" };
        format!("  denied_domains (skip, locked) {outcome}")
    }));
    lines.extend(tested.map(line));
    let others: Vec<_> = rules.rules.iter().filter(is_not_tested).collect();
    if others.is_empty() {
        return lines.join("\n");
    }
    let names: Vec<_> = others.iter().map(|rule| in_one_line(&rule.name)).collect();
    lines.push(format!("  not tested: {}", names.join(", ")));
    lines.join("\n")
}

fn line(rule: &RuleSummary) -> String {
    let lock = if rule.locked { ", locked" } else { "" };
    let list = if rule.is_for_all { ", for all" } else { "" };
    let conditions = rule.conditions.iter();
    let conditions: Vec<_> = conditions
        .map(|one| {
            let (condition, because) = (in_one_line(&one.condition), in_one_line(&one.because));
            format!("{condition}, but {because}")
        })
        .collect();
    let outcome = match rule.outcome {
        Outcome::DoesNotApply if conditions.is_empty() => "does not apply".to_owned(),
        Outcome::DoesNotApply => {
            format!("does not apply: it asks for {}", conditions.join("; "))
        }
        Outcome::Unknown => format!("may apply: it asks for {}", conditions.join("; ")),
        Outcome::Decided => "decides".to_owned(),
        Outcome::NotTested => "not tested".to_owned(),
    };
    format!(
        "  {} ({}{lock}{list}) {outcome}",
        in_one_line(&rule.name),
        rule.then
    )
}
