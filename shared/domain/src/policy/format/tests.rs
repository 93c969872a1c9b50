//! All mistakes are found at once, and none where the parser finds none.

use proptest::prelude::*;
use serde_json::{Value, json};
use test_case::test_case;

use super::*;

fn problems(value: &Value) -> Vec<String> {
    let found = PolicyDocument::problems_of(value, Notation::Json);
    found.iter().map(ToString::to_string).collect()
}

/// A policy with this in it.
fn with(change: &Value) -> Value {
    let mut json = json!({"version": 1, "default": "skip"});
    for (name, value) in change.as_object().expect("an object") {
        json[name] = value.clone();
    }
    json
}

fn a_rule(change: &Value) -> Value {
    let mut rule = json!({"name": "a", "when": "external", "then": "skip"});
    for (name, value) in change.as_object().expect("an object") {
        rule[name] = value.clone();
    }
    with(&json!({"rules": [rule]}))
}

#[test_case(json!({}), &["the key `version` is missing. The version of this format: 1.", "the key `default` is missing: write `default: record` or `skip`"]; "an empty policy")]
#[test_case(json!(null), &["the policy is empty: write at least `version: 1` and `default: skip`"]; "nothing")]
#[test_case(json!([]), &["this is a list, and keys with values are expected"]; "a list")]
#[test_case(json!("x"), &["this is a text, and keys with values are expected"]; "a text")]
#[test_case(with(&json!({"rule": []})), &["rule: there is no key `rule` here; did you mean `rules`?"]; "a misspelt key")]
#[test_case(with(&json!({"colour": 1, "default": "ship"})), &["colour: there is no key `colour` here; there are `bot`, `compare_links`, `deduplication`, `default`, `denied_domains`, `own_domains`, `policies`, `price_per_hour`, `public_mail_domains`, `retry`, `rules`, `rules_for_all`, `spending`, `time_zone`, `version`", "default: `ship` is none of `record`, `skip`; did you mean `skip`?"]; "an unknown key and a misspelt verdict")]
#[test_case(with(&json!({"external": true})), &["external: there is no key `external` here; it is written under `when` of a rule"]; "a condition at the top")]
#[test_case(a_rule(&json!({"external": true})), &["rules[0].external: there is no key `external` here; it is written under `when` of a rule"]; "a condition beside when")]
#[test_case(a_rule(&json!({"denied_domains": []})), &["rules[0].denied_domains: there is no key `denied_domains` here; it is written at the top of the policy"]; "a key of the policy in a rule")]
#[test_case(a_rule(&json!({"when": {"from": "09:00"}})), &["rules[0].when.from: there is no key `from` here; it is written under `within_hours` or `outside_hours`"]; "an hour beside conditions")]
#[test_case(a_rule(&json!({"when": true})), &["rules[0].when: this is true or false, and an expression or conditions are expected, such as `external: true`"]; "no condition")]
#[test_case(a_rule(&json!({"when": {}})), &["rules[0].when: `when` has no condition; to decide about every meeting, set `default`"]; "nothing asked")]
#[test_case(a_rule(&json!({"when": {"any_domain": []}})), &["rules[0].when.any_domain: an empty list: leave it out"]; "an empty list")]
#[test_case(a_rule(&json!({"when": {"any_domain": "acme.example"}})), &["rules[0].when.any_domain: this is a text, and a list is expected: write `[acme.example]`"]; "a text for a list")]
#[test_case(a_rule(&json!({"when": {"title_has": [1]}})), &["rules[0].when.title_has[0]: this is a number, and a text is expected: put it in quotes"]; "a number for a text")]
#[test_case(a_rule(&json!({"when": {"calendar_metadata": {"tier": 1, "team": []}}})), &["rules[0].when.calendar_metadata.tier: this is a number, and a text is expected: put it in quotes", "rules[0].when.calendar_metadata.team: this is a list, and a text is expected"]; "values of metadata that are no texts")]
#[test_case(a_rule(&json!({"when": {"calendar_metadata": {}}})), &["rules[0].when.calendar_metadata: an empty map: leave it out"]; "no metadata")]
#[test_case(a_rule(&json!({"when": {"external": "yes"}})), &["rules[0].when.external: this is a text, and `true` or `false` is expected"]; "a text for a flag")]
#[test_case(a_rule(&json!({"when": {"participants_at_least": -1, "minutes_at_least": 1.5}})), &["rules[0].when.participants_at_least: a whole number from 0 to 4294967295 is expected", "rules[0].when.minutes_at_least: a whole number from 0 to 4294967295 is expected"]; "no counts")]
#[test_case(a_rule(&json!({"when": {"within_hours": {"days": ["fryday"], "to": 17}}})), &["rules[0].when.within_hours.days[0]: `fryday` is none of `monday`, `tuesday`, `wednesday`, `thursday`, `friday`, `saturday`, `sunday`; did you mean `friday`?", "rules[0].when.within_hours.to: this is a number, and a text is expected: put it in quotes", "rules[0].when.within_hours: the key `from` is missing. The earliest start, `09:00`."]; "hours")]
#[test_case(with(&json!({"rules": {"name": "a"}})), &["rules: this is an object with keys, and a list is expected: put `- ` before each entry"]; "one rule without a list")]
#[test_case(with(&json!({"denied_domains": "a.example"})), &["denied_domains: this is a text, and a list is expected: write `[a.example]`"]; "one denied domain without a list")]
#[test_case(with(&json!({"denied_domains": {"domain": ["a.example"], "locked": "yes"}})), &["denied_domains.domain: there is no key `domain` here; did you mean `domains`?", "denied_domains: the key `domains` is missing. The domains.", "denied_domains.locked: this is a text, and `true` or `false` is expected"]; "denied domains with keys")]
#[test_case(with(&json!({"locked": true})), &["locked: there is no key `locked` here; it is written in a rule"]; "a lock of the whole policy")]
#[test_case(a_rule(&json!({"locked": 1})), &["rules[0].locked: this is a number, and `true` or `false` is expected"]; "a rule with a lock that is no flag")]
#[test_case(with(&json!({"rules": null, "bot": []})), &["rules: there is no value: write one, or delete the key", "bot: this is a list, and keys with values are expected"]; "no value")]
#[test_case(with(&json!({"policies": [{"name": "a", "calendars": "b", "rules": [{"name": 1}]}, 7]})), &["policies[0].calendars: this is a text, and a list is expected: write `[b]`", "policies[0].rules[0].name: this is a number, and a text is expected: put it in quotes", "policies[0].rules[0]: the key `when` is missing. When it applies.", "policies[0].rules[0]: the key `then` is missing: write `then: record` or `skip`", "policies[1]: this is a number, and keys with values are expected"]; "named policies")]
fn all_mistakes_are_found_at_once(value: Value, expected: &[&str]) {
    let mut found = problems(&value);
    let mut expected: Vec<_> = expected.iter().map(|text| (*text).to_owned()).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

/// Values that differ from a policy in many ways.
fn values() -> impl Strategy<Value = Value> {
    let keys = prop::sample::select(vec![
        "version",
        "default",
        "rules",
        "rules_for_all",
        "name",
        "when",
        "then",
        "external",
        "any_domain",
        "participants_at_least",
        "within_hours",
        "days",
        "from",
        "to",
        "policies",
        "calendars",
        "bot",
        "time_zone",
        "deduplication",
        "expression",
        "x",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2..5_i64).prop_map(Value::from),
        Just(json!(1.5)),
        Just(json!(4_294_967_296_u64)),
        prop::sample::select(vec!["record", "skip", "meeting", "monday", "x", ""])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(keys.clone().prop_map(str::to_owned), inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A policy in the format, with one value replaced, so that most are nearly in it.
fn nearly() -> impl Strategy<Value = Value> {
    let places = prop::sample::select(vec![
        "/version",
        "/default",
        "/rules",
        "/rules/0",
        "/rules/0/name",
        "/rules/0/when",
        "/rules/0/then",
        "/rules/0/when/external",
        "/rules/0/when/any_domain",
        "/rules/0/when/any_domain/0",
        "/rules/0/when/within_hours",
        "/rules/0/when/within_hours/days",
        "/rules/0/when/minutes_at_least",
        "/policies/0",
        "/policies/0/calendars",
        "/policies/0/default",
        "/policies/0/rules",
        "/bot",
        "/time_zone",
        "/denied_domains",
        "/denied_domains/locked",
        "/denied_domains/domains",
        "/rules/0/locked",
        "/deduplication",
    ]);
    (places, values()).prop_map(|(place, value)| {
        let mut json = json!({
            "version": 1, "default": "skip", "deduplication": "meeting", "time_zone": "UTC",
            "denied_domains": {"domains": [], "locked": true},
            "bot": {"bot_name": "x"},
            "rules": [{"name": "a", "then": "skip", "locked": true, "when": {
                "external": true, "any_domain": ["a.example"], "minutes_at_least": 1,
                "within_hours": {"days": ["monday"], "from": "09:00", "to": "10:00"},
            }}],
            "policies": [{"name": "b", "calendars": ["c"], "default": "record", "rules": []}],
        });
        *json.pointer_mut(place).expect("a place") = value;
        json
    })
}

/// Mistakes at different places of a policy, which have nothing to do with one another: where,
/// the value, and the place of the problem. Some are of the format, some of the contents.
const MISTAKES: [(&str, &str, &str); 25] = [
    ("/version", "\"one\"", "version"),
    ("/version", "2", "version"),
    ("/default", "\"ship\"", "default"),
    ("/rule", "[]", "rule"),
    ("/time_zone", "\"Nowhere\"", "time_zone"),
    ("/time_zone", "[]", "time_zone"),
    ("/denied_domains/1", "\"a b\"", "denied_domains[1]"),
    ("/denied_domains/0", "{}", "denied_domains[0]"),
    ("/rules_for_all", "{}", "rules_for_all"),
    ("/rules/0/name", "\"A\"", "rules[0].name"),
    ("/rules/0/name", "[]", "rules[0].name"),
    ("/rules/0/wen", "true", "rules[0].wen"),
    ("/rules/0/when/any_domain", "[]", "rules[0].when.any_domain"),
    (
        "/rules/0/when/any_domain/0",
        "\"a b\"",
        "rules[0].when.any_domain[0]",
    ),
    ("/rules/0/when/internal", "true", "rules[0].when"),
    (
        "/rules/0/when/within_hours/from",
        "\"8\"",
        "rules[0].when.within_hours.from",
    ),
    (
        "/rules/0/when/within_hours/to",
        "17",
        "rules[0].when.within_hours.to",
    ),
    (
        "/rules/0/when/within_hours/days/0",
        "\"fryday\"",
        "rules[0].when.within_hours.days[0]",
    ),
    ("/rules/1", "7", "rules[1]"),
    ("/rules/2/when", "\"tilte == 'x'\"", "rules[2].when"),
    ("/rules/2/then", "1", "rules[2].then"),
    ("/rules/2/locked", "1", "rules[2].locked"),
    ("/bot/join_at", "\"\"", "bot"),
    ("/policies/0/calendars", "\"c\"", "policies[0].calendars"),
    ("/policies/0/name", "\"\"", "policies[0].name"),
];

/// A policy with some of the mistakes, and their places.
fn mistaken() -> impl Strategy<Value = (Value, Vec<&'static str>)> {
    prop::sample::subsequence(MISTAKES.to_vec(), 1..MISTAKES.len()).prop_map(|mistakes| {
        let mut json = json!({
            "version": 1, "default": "skip", "time_zone": "UTC", "denied_domains": ["a.example", "b.example"],
            "rules_for_all": [], "bot": {"bot_name": "x"},
            "rules": [
                {"name": "a", "then": "skip", "when": {
                    "external": true, "any_domain": ["a.example"],
                    "within_hours": {"days": ["monday"], "from": "09:00", "to": "10:00"},
                }},
                {"name": "b", "then": "skip", "when": "hosted"},
                {"name": "c", "then": "skip", "when": "external"},
            ],
            "policies": [{"name": "d", "calendars": ["c"], "rules": []}],
        });
        let mut places = Vec::new();
        for (pointer, value, place) in mistakes {
            let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
            let value = serde_json::from_str(value).expect("JSON");
            // One mistake a place: the second of two is left out.
            let is_taken = places.contains(&place);
            match json.pointer_mut(parent) {
                Some(Value::Object(fields)) if !is_taken => {
                    fields.insert(key.to_owned(), value);
                }
                Some(Value::Array(items)) if !is_taken && !items.is_empty() => {
                    items[key.parse::<usize>().expect("an index")] = value;
                }
                _ => continue,
            }
            places.push(place);
        }
        (json, places)
    })
}

/// What has keys is not read from a list of its values, in any order of fields.
#[test_case("", &["version", "deduplication"]; "the policy")]
#[test_case("/rules/0", &["name", "when", "then"]; "a rule")]
#[test_case("/rules_for_all/0", &["name", "when", "then"]; "a rule for all")]
#[test_case("/rules/0/when/within_hours", &["days", "from", "to"]; "hours")]
#[test_case("/retry", &["after", "at_most"]; "retries")]
#[test_case("/spending", &["bots_per_day"]; "a cap")]
#[test_case("/policies/0", &["name"]; "a named policy")]
#[test_case("/policies/0/rules/0", &["name", "when", "then"]; "a rule of a named policy")]
fn a_list_is_not_taken_for_keys(pointer: &str, keys: &[&str]) {
    let rule = json!({"name": "a", "then": "skip", "when": {
        "within_hours": {"days": ["monday"], "from": "09:00", "to": "10:00"},
    }});
    let mut json = json!({
        "version": 1, "deduplication": "meeting", "default": "skip", "rules": [rule],
        "rules_for_all": [rule], "retry": {"after": ["platform_fault"], "at_most": 1},
        "spending": {"bots_per_day": 3}, "policies": [{"name": "d", "rules": [rule]}],
    });
    PolicyDocument::parse(&json.to_string()).expect("it is in the format");
    let part = json.pointer_mut(pointer).expect("a part");
    let values = keys.iter().map(|key| part[key].clone());
    *part = values.collect();
    PolicyDocument::parse(&json.to_string()).expect_err("a list");
    assert!(!format_problems(&json, Notation::Json).0.is_empty());
}

proptest! {
    /// Each mistake is reported, and nothing else.
    #[test]
    fn all_mistakes_of_format_and_contents_are_found_in_one_round((value, mut places) in mistaken()) {
        let document = PolicyDocument::parse(&value.to_string()).ok();
        let mut found: Vec<String> = match document.map(|document| Policy::compile(&document)) {
            None => PolicyDocument::problems_of(&value, Notation::Json),
            Some(compiled) => compiled.expect_err("it has mistakes").0,
        }.into_iter().map(|problem| problem.place).collect();
        found.sort();
        places.sort_unstable();
        prop_assert_eq!(found, places, "{}", value);
    }

    /// What can be kept of a value is in the format, so that its contents can be checked.
    #[test]
    fn a_repaired_value_parses(value in prop_oneof![values(), nearly()], is_yaml in any::<bool>()) {
        let notation = if is_yaml { Notation::Yaml } else { Notation::Json };
        let (_, repaired) = format_problems(&value, notation);
        prop_assert_eq!(repaired.is_some(), value.is_object());
        if let Some(Repaired { value, .. }) = repaired {
            let parsed = PolicyDocument::parse(&value.to_string());
            prop_assert!(parsed.is_ok(), "{:?} of {}", parsed, value);
        }
    }

    /// The checker and the parser know the same format.
    #[test]
    fn there_are_problems_exactly_if_it_does_not_parse(value in prop_oneof![values(), nearly()]) {
        let parsed = PolicyDocument::parse(&value.to_string());
        let found = format_problems(&value, Notation::Json).0;
        prop_assert_eq!(found.is_empty(), problems(&value).is_empty());
        prop_assert_eq!(found.is_empty(), parsed.is_ok(), "{:?}", parsed);
    }
}
