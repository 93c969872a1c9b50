//! The metadata of calendars as a condition, and as what chooses a named policy.

use serde_json::{Value, json};
use test_case::test_case;

use super::near_misses::{lines, traced};
use super::{calendar, evaluated, policy, rule, rules, summary};
use crate::event::{Calendar, CalendarMetadata};
use crate::fact::{Fact, FactValue, FactValues};

/// Metadata as Recall shows it; null for a value that cannot be read.
fn metadata(shown: &Value) -> CalendarMetadata {
    let fields = shown.as_object().expect("an object");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    CalendarMetadata::shown(fields.iter().map(|(key, value)| (key.clone(), text(value))))
}

fn facts(shown: &Value) -> FactValues {
    FactValues::from([(Fact::CalendarMetadata, FactValue::Metadata(metadata(shown)))])
}

#[test_case(&json!({"team": "sales", "region": "emea", "tier": "1"}), [true, true]; "all of the values")]
#[test_case(&json!({"team": "sales", "region": "apac"}), [false, false]; "another value")]
#[test_case(&json!({"team": "sales"}), [false, false]; "a key that the calendar does not have")]
#[test_case(&json!({"team": "sales", "region": null}), [false, true]; "a value that is not known")]
#[test_case(&json!({"team": "support", "region": null}), [false, false]; "another value beside one that is not known")]
fn a_rule_applies_to_calendars_with_this_metadata(shown: &Value, applies: [bool; 2]) {
    for (then, applies) in ["record", "skip"].into_iter().zip(applies) {
        let when = json!({"calendar_metadata": {"team": "sales", "region": "emea"}});
        let policy = rules(json!([rule("emea", when, then)]));
        let verdict = evaluated(&policy, &facts(shown));
        let expected = if applies { "emea" } else { "default" };
        assert_eq!(summary(&verdict).1, expected, "{}", summary(&verdict).2);
    }
}

#[test]
fn metadata_that_is_not_shown_lifts_no_ban() {
    let when = json!({"calendar_metadata": {"team": "legal"}});
    let policy = rules(json!([rule("legal", when, "skip")]));
    let verdict = evaluated(&policy, &FactValues::new());
    let expected =
        "the rule \"legal\" skips it, since it may apply: calendar_metadata is not known";
    assert_eq!(summary(&verdict), ("skip", "legal", expected));
}

#[test_case(json!({"calendar_metadata": {"team": "Zu\u{308}rich"}}), "the calendar's metadata has team: Zu\u{308}rich"; "a shorthand")]
#[test_case(json!("calendar_metadata.team.startsWith('Z')"), "calendar_metadata.team.startsWith('Z')"; "an expression")]
#[test_case(json!({"calendar_metadata": {"team": "Zürich"}, "expression": "calendar_metadata.team != calendar_metadata.region"}), "the calendar's metadata has team: Zürich; calendar_metadata.team != calendar_metadata.region"; "both")]
fn a_reason_keeps_the_keys_that_its_rule_reads(when: Value, because: &str) {
    let reads_region = when.to_string().contains("region");
    let policy = rules(json!([rule("z", when, "record")]));
    let verdict = evaluated(&policy, &facts(&json!({"team": "Zürich", "secret": "x"})));
    let expected = format!("the rule \"z\" records it: {because}");
    assert_eq!(summary(&verdict).2, expected);
    let FactValue::Metadata(kept) = &verdict.reason().facts[&Fact::CalendarMetadata] else {
        panic!("the metadata is kept");
    };
    let keys: Vec<_> = kept.values().keys().map(String::as_str).collect();
    let expected: &[&str] = if reads_region {
        &["region", "team"]
    } else {
        &["team"]
    };
    assert_eq!(keys, expected);
}

#[test]
fn a_rule_that_was_passed_over_shows_the_metadata_that_it_met() {
    let policy = policy(json!({
        "version": 1, "default": "skip",
        "rules": [
            rule("sales", json!({"calendar_metadata": {"team": "sales"}}), "record"),
            rule("emea", json!({"calendar_metadata": {"region": "emea"}}), "record"),
            rule("gold", json!({"calendar_metadata": {"tier": "gold"}}), "record"),
            rule("new", json!("calendar_metadata.team == 'new'"), "record"),
        ],
    }));
    let (verdict, trace) = traced(
        &policy,
        &facts(&json!({"team": "legal", "tier": null, "secret": "x"})),
    );
    assert_eq!(
        lines(&trace),
        [
            "sales calendar_metadata: {team: sales}: the calendar's metadata has team: legal",
            "emea calendar_metadata: {region: emea}: the calendar's metadata has no region",
            "gold calendar_metadata: {tier: gold}? calendar_metadata is not known",
            "new calendar_metadata.team == 'new': the expression is false",
        ]
    );
    let kept = format!("{:?}", verdict.reason());
    assert!(!kept.contains("secret"), "{kept}");
}

fn with(shown: &Value) -> Calendar {
    Calendar {
        metadata: metadata(shown),
        ..calendar("calendar-1", Some("ann@emea.acme.example"))
    }
}

#[test_case(&json!({}), Some("emea"); "by its domain")]
#[test_case(&json!({"team": "sales"}), Some("sales"); "metadata goes before a domain")]
#[test_case(&json!({"team": "sales", "tier": "gold"}), Some("gold"); "the first of two")]
#[test_case(&json!({"tier": "gold"}), Some("emea"); "not all of the values")]
#[test_case(&json!({"team": null}), Some("emea"); "a value that is not known")]
fn metadata_chooses_the_policy_of_a_calendar(shown: &Value, name: Option<&str>) {
    let policy = policy(json!({
        "version": 1, "default": "skip",
        "policies": [
            {"name": "emea", "calendars": ["@emea.acme.example"]},
            {"name": "gold", "metadata": {"team": "sales", "tier": "gold"}},
            {"name": "sales", "metadata": {"team": "sales"}, "calendars": ["calendar-9"]},
        ],
    }));
    assert_eq!(policy.name_for(&with(shown)), name);
    assert_eq!(
        policy.name_for(&calendar("calendar-9", None)),
        Some("sales")
    );
}

#[test]
fn an_owner_goes_before_metadata() {
    let policy = policy(json!({
        "version": 1, "default": "skip",
        "policies": [
            {"name": "sales", "metadata": {"team": "sales"}},
            {"name": "ann", "calendars": ["ann@emea.acme.example"]},
        ],
    }));
    assert_eq!(
        policy.name_for(&with(&json!({"team": "sales"}))),
        Some("ann")
    );
}
