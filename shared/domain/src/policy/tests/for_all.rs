//! Rules for all calendars are tested before those of any policy.

use serde_json::{Value, json};
use test_case::test_case;

use super::{calendar, flags, policy, rule, summary};
use crate::fact::Fact;

/// Interviews are never recorded, whatever a policy says; `sales` records what it hosts.
fn a_policy() -> Value {
    json!({
        "version": 1,
        "default": "record",
        "rules_for_all": [rule("private", json!({"private": true}), "skip")],
        "rules": [rule("recurring", json!({"recurring": true}), "skip")],
        "policies": [
            {"name": "sales", "calendars": ["calendar-1"], "default": "skip", "rules": [rule("hosted", json!({"hosted": true}), "record")]},
            {"name": "empty", "calendars": ["calendar-2"], "rules": []},
            {"name": "same", "calendars": ["calendar-3"], "default": "skip"},
        ],
    })
}

#[test_case("calendar-1", [true, true, false], "private"; "before a named policy's rules")]
#[test_case("calendar-2", [true, true, false], "private"; "before a named policy without rules")]
#[test_case("calendar-3", [true, true, true], "private"; "before rules that are inherited")]
#[test_case("calendar-4", [true, true, true], "private"; "before the main rules")]
#[test_case("calendar-1", [false, true, true], "hosted"; "then a named policy's own")]
#[test_case("calendar-3", [false, true, true], "recurring"; "then those that are inherited")]
#[test_case("calendar-4", [false, true, true], "recurring"; "then the main rules")]
#[test_case("calendar-2", [false, true, true], "default"; "then the default")]
fn rules_for_all_are_tested_first(id: &str, known: [bool; 3], expected: &str) {
    let [private, hosted, recurring] = known;
    let facts = flags(&[
        (Fact::Private, private),
        (Fact::Hosted, hosted),
        (Fact::Recurring, recurring),
    ]);
    let (policy, calendar) = (policy(a_policy()), calendar(id, None));
    let verdict = policy.evaluate(&facts, &calendar);
    assert_eq!(summary(&verdict).1, expected);
    let again = policy.explain_again(verdict.reason(), &calendar);
    assert_eq!(again, Some(verdict), "by what is kept");
}

#[test]
fn an_unknown_fact_of_a_rule_for_all_lifts_no_ban() {
    let verdict = policy(a_policy()).evaluate(&flags(&[]), &calendar("calendar-1", None));
    assert_eq!(summary(&verdict).1, "private");
}
