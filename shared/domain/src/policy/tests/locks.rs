//! Locked rules and locked denied domains: what they decide, and what the reason keeps.

use serde_json::{Value, json};
use test_case::test_case;

use super::{calendar, flags, people, policy, rule, summary};
use crate::fact::{Fact, FactValues};
use crate::policy::{InvalidPolicy, Policy, PolicyDocument, RulePart};

fn locked(name: &str, when: Value) -> Value {
    let mut rule = rule(name, when, "skip");
    rule["locked"] = json!(true);
    rule
}

/// Records what is external. Locks private meetings for all, and recurring ones.
fn a_policy() -> Policy {
    policy(json!({
        "version": 1,
        "default": "skip",
        "rules_for_all": [locked("private", json!({"private": true}))],
        "rules": [
            rule("external", json!({"external": true}), "record"),
            locked("recurring", json!({"recurring": true})),
        ],
    }))
}

fn facts(private: bool, recurring: bool) -> FactValues {
    flags(&[
        (Fact::Private, private),
        (Fact::Recurring, recurring),
        (Fact::External, true),
    ])
}

#[test_case(&facts(true, true), Some("private"); "those for all first")]
#[test_case(&facts(false, true), Some("recurring"); "one behind a rule that applies")]
#[test_case(&facts(false, false), None; "none")]
#[test_case(&flags(&[(Fact::Private, false)]), Some("recurring"); "one that may apply")]
fn the_first_locked_rule_that_applies_locks(facts: &FactValues, expected: Option<&str>) {
    let (policy, calendar) = (a_policy(), calendar("calendar-1", None));
    let verdict = policy.lock(facts, &calendar);
    let rule = verdict.as_ref().map(|verdict| summary(verdict).1);
    assert_eq!(rule, expected);
    if let Some(verdict) = verdict {
        assert!(verdict.reason().is_locked);
        let again = policy.explain_again(verdict.reason(), &calendar);
        assert_eq!(again, Some(verdict), "by what is kept");
    }
}

#[test]
fn a_locked_rule_that_is_below_a_rule_that_applies_is_tested_before_it() {
    let (policy, calendar) = (a_policy(), calendar("calendar-1", None));
    let verdict = policy.evaluate(&facts(false, false), &calendar);
    assert_eq!(summary(&verdict).1, "external");
    assert!(!verdict.reason().is_locked);
    let trace = policy.trace(verdict.reason(), Some(&calendar)).expect("it");
    let shown = trace.rules.iter().map(|rule| {
        let because = match &rule.part {
            RulePart::DoesNotApply(miss) => miss.because.as_str(),
            RulePart::Decided => "decided",
            other => panic!("{other:?}"),
        };
        (rule.name.as_str(), rule.is_locked, rule.is_for_all, because)
    });
    let expected = [
        ("private", true, true, "it is not private"),
        ("recurring", true, false, "it does not belong to a series"),
        ("external", false, false, "decided"),
    ];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

#[test]
fn a_lock_says_by_which_facts_the_locks_before_it_did_not_apply() {
    let (policy, calendar) = (a_policy(), calendar("calendar-1", None));
    let verdict = policy.lock(&facts(false, true), &calendar).expect("locked");
    let trace = policy.trace(verdict.reason(), Some(&calendar)).expect("it");
    let parts: Vec<_> = trace.rules.iter().map(|rule| &rule.part).collect();
    let [
        RulePart::DoesNotApply(miss),
        RulePart::Decided,
        RulePart::NotTested,
    ] = parts[..]
    else {
        panic!("{parts:?}");
    };
    assert_eq!(miss.because, "it is not private");
}

#[test]
fn a_failing_expression_of_a_locked_rule_locks() {
    let broken = locked("broken", json!("organizer_domain != 'acme.example'"));
    let policy = policy(json!({"version": 1, "default": "record", "rules": [broken]}));
    let verdict = policy.lock(&FactValues::new(), &calendar("calendar-1", None));
    let verdict = verdict.expect("locked");
    assert_eq!(verdict.as_str(), "skip");
    assert!(verdict.reason().has_failed && verdict.reason().is_locked);
}

fn denying(written: &Value) -> Policy {
    policy(json!({"version": 1, "default": "record", "denied_domains": written}))
}

#[test_case(json!(["globex.example"]), false; "a list")]
#[test_case(json!({"domains": ["globex.example"]}), false; "a list under a key")]
#[test_case(json!({"domains": ["globex.example"], "locked": false}), false; "domains that are not locked")]
#[test_case(json!({"domains": ["globex.example"], "locked": true}), true; "locked domains")]
fn denied_domains_are_locked_if_they_say_so(written: Value, is_locked: bool) {
    let (policy, calendar) = (denying(&written), calendar("calendar-1", None));
    let listed = people(&["buyer@eu.globex.example"], true);
    let hidden = people(&["sales@acme.example"], false);
    for facts in [listed, hidden] {
        let denied = policy.deny(&facts).expect("denied");
        assert_eq!(denied.reason().is_locked, is_locked);
        let locked = policy.lock(&facts, &calendar);
        assert_eq!(locked, is_locked.then_some(denied));
    }
    let known = people(&["sales@acme.example"], true);
    assert_eq!(policy.lock(&known, &calendar), None);
}

#[test]
fn a_locked_rule_of_a_named_policy_locks_its_calendars_alone() {
    let policy = policy(json!({"version": 1, "default": "record", "policies": [{
        "name": "legal", "calendars": ["calendar-7"],
        "rules": [locked("private", json!({"private": true}))],
    }]}));
    let facts = facts(true, false);
    let of_legal = policy.lock(&facts, &calendar("calendar-7", None));
    assert!(of_legal.is_some_and(|verdict| verdict.reason().is_locked));
    assert_eq!(policy.lock(&facts, &calendar("calendar-1", None)), None);
}

#[test]
fn a_rule_that_records_cannot_be_locked() {
    let mut records = rule("external", json!({"external": true}), "record");
    records["locked"] = json!(true);
    let document = json!({
        "version": 1,
        "default": "skip",
        "rules_for_all": [records],
        "rules": [locked("private", json!({"private": true}))],
    });
    let document = PolicyDocument::parse(&document.to_string()).expect("in the format");
    let InvalidPolicy(problems) = Policy::compile(&document).expect_err("refused");
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let expected = "rules_for_all[0].locked: a rule that records cannot be locked, since a no must always be possible: delete `locked`, or write `then: skip`";
    assert_eq!(problems, [expected]);
}
