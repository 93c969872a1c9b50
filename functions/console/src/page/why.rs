//! Why a meeting is or is not recorded: the rule that decided, its facts, and the other rules.

use callsheet_api::explain::Explanation;
use callsheet_api::rules::{Outcome, RuleSummary};
use maud::{Markup, html};
use serde_json::Value;

use crate::page::icon::Icon;
use crate::page::instant::instant;
use crate::page::texts;
use crate::page::view::View;

/// The explanation, without its heading.
pub(super) fn why(explanation: &Explanation, view: &View<'_>) -> Markup {
    html! {
        div.why {
            p dir="auto" { (explanation.reason) }
            @if explanation.expression_failed { p.warn { (Icon::Attention.markup()) (texts::EXPRESSION_FAILED) } }
            @for set in &explanation.overrides {
                p { (texts::OVERRIDE_SET) " (" (set.scope) "): " strong { (set.choice) } ", " bdi { (set.by) } ", " (instant(view, set.at)) }
            }
            (facts(explanation))
            @if let Some(rules) = &explanation.rules {
                p.subhead { (texts::RULES) }
                ol.steps {
                    @if let Some(part) = rules.locked_domains { (step_of_domains(part)) }
                    @for rule in &rules.rules { (step(rule)) }
                    li { (Icon::No.markup()) (texts::OTHERWISE) ": " (rules.default) }
                }
            }
            p.muted { (decided_from(explanation)) }
        }
    }
}

fn words_of(outcome: Outcome) -> (Icon, &'static str) {
    match outcome {
        Outcome::Decided => (Icon::Decided, texts::DECIDED),
        Outcome::DoesNotApply => (Icon::No, texts::DOES_NOT_APPLY),
        Outcome::Unknown => (Icon::Unknown, texts::MAY_APPLY),
        Outcome::NotTested => (Icon::Skip, texts::NOT_EVALUATED),
    }
}

/// The step of locked denied domains, which go before the rules.
fn step_of_domains(outcome: Outcome) -> Markup {
    let (icon, word) = words_of(outcome);
    html! {
        li.decisive[outcome == Outcome::Decided] {
            (icon.markup())
            div { code { (texts::DENIED_DOMAINS) } ", skip, " (texts::A_LOCK) ": " (word) }
        }
    }
}

fn step(rule: &RuleSummary) -> Markup {
    let (icon, word) = words_of(rule.outcome);
    let is_decisive = rule.outcome == Outcome::Decided;
    html! {
        li.decisive[is_decisive] {
            (icon.markup())
            div {
                code { (rule.name) } ", " (rule.then)
                @if rule.locked { ", " (texts::A_LOCK) }
                ": " (word)
                @for condition in &rule.conditions {
                    p.muted dir="auto" { (condition.because) }
                }
            }
        }
    }
}

fn facts(explanation: &Explanation) -> Markup {
    html! {
        @if !explanation.facts.is_empty() {
            p.subhead { (texts::FACTS) }
            dl.facts {
                @for (name, value) in &explanation.facts {
                    div { dt { code { (name) } } dd dir="auto" { (fact(value)) } }
                }
            }
        }
    }
}

/// The value of a fact, as a person reads it.
fn fact(value: &Value) -> String {
    match value {
        Value::Null => texts::UNKNOWN.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(fact).collect::<Vec<_>>().join(", "),
        Value::Object(members) => members.get("address").map(fact).unwrap_or_default(),
        other => other.to_string(),
    }
}

fn decided_from(explanation: &Explanation) -> Markup {
    let policy = explanation.inputs.policy;
    html! {
        (texts::RULE) " " code { (explanation.rule) } ", " (texts::POLICY_REVISION) " " (policy.used) "."
        @if policy.newest > policy.used { " " (texts::NEWER_POLICY) }
    }
}
