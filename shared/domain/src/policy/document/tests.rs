//! The format of documents, and the messages about documents that violate it.

use proptest::prelude::*;
use serde_json::json;
use test_case::test_case;

use super::*;

#[test_case(json!({"default": "skip"}), "missing field `version`"; "no version")]
#[test_case(json!({"version": 1}), "missing field `default`"; "no default")]
#[test_case(json!({"version": 1, "default": "skip", "rule": []}), "unknown field `rule`, expected one of `version`, `deduplication`"; "a key")]
#[test_case(json!({"version": 1, "default": "skip", "rule": []}), "did you mean `rules`?"; "what a key was meant to be")]
#[test_case(json!({"version": 1, "default": "ship"}), "did you mean `skip`?"; "what an action was meant to be")]
#[test_case(json!({"version": 1, "default": "skip", "deduplication": "domains"}), "did you mean `domain`?"; "what a scheme was meant to be")]
#[test_case(json!({"version": 1, "default": "skip", "rules": [{"name": "a", "when": {"extrenal": true}, "then": "record"}]}), "unknown field `extrenal`"; "a shorthand")]
#[test_case(json!({"version": 1, "default": "skip", "rules": [{"name": "a", "when": {"extrenal": true}, "then": "record"}]}), "did you mean `external`?"; "what a shorthand was meant to be")]
#[test_case(json!({"version": 1, "default": "skip", "rules": [{"name": "a", "when": {"within_hours": {"days": ["fryday"], "from": "", "to": ""}}, "then": "record"}]}), "did you mean `friday`?"; "what a day was meant to be")]
#[test_case(json!({"version": 1, "default": "skip", "rules": [{"name": "a", "when": {}, "then": "record"}]}), "`when` has no condition; to decide about every meeting, set `default`"; "nothing asked")]
#[test_case(json!({"version": 1, "default": "skip", "rules": [{"name": "a", "when": true, "then": "record"}]}), "an expression or shorthands, such as `external: true`"; "no condition")]
#[test_case(json!({"version": 1, "default": "skip", "rules": [{"name": "a", "when": {"external": true, "any_domain": []}, "then": "record"}]}), "an empty list: leave it out"; "an empty list")]
#[test_case(json!({"version": 1, "default": "skip", "denied_domains": {"domains": [], "lokced": true}}), "did you mean `locked`?"; "what a key of the denied domains was meant to be")]
#[test_case(json!({"version": 1, "default": "skip", "denied_domains": "acme.example"}), "a list of domains, or `domains` with `locked: true`"; "no list")]
fn says_how_a_document_violates_the_format(json: Value, expected: &str) {
    let problem = PolicyDocument::parse(&json.to_string()).expect_err("refused");
    assert!(problem.contains(expected), "{problem}");
}

#[test]
fn the_built_in_policy_is_in_the_format() {
    let document = PolicyDocument::built_in();
    assert_eq!(document.default, Then::Skip);
    assert_eq!(PolicyDocument::parse(&document.canonical()), Ok(document));
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Of longer fractions the last digit may be read differently.
        any::<i32>().prop_map(|thousandths| Value::from(f64::from(thousandths) / 1000.0)),
        ".{0,8}".prop_map(Value::from),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,4}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn shorthands() -> impl Strategy<Value = Value> {
    let flag = prop::sample::select(vec![
        "external",
        "hosted",
        "recurring",
        "all_day",
        "confirmed",
    ]);
    let list = prop::sample::select(vec!["any_domain", "title_has", "own_response", "organizer"]);
    let number = prop::sample::select(vec!["participants_at_least", "minutes_at_most"]);
    prop_oneof![
        (flag, any::<bool>()).prop_map(|(name, flag)| json!({name: flag})),
        (list, prop::collection::vec(".{0,6}", 1..4)).prop_map(|(name, list)| json!({name: list})),
        (number, any::<u32>()).prop_map(|(name, number)| json!({name: number})),
        (".{0,6}", ".{0,6}")
            .prop_map(|(from, to)| json!({"within_hours": {"from": from, "to": to}})),
        ".{0,20}".prop_map(Value::from),
    ]
}

fn rules() -> impl Strategy<Value = Value> {
    let rule = (".{0,6}", shorthands(), any::<bool>()).prop_map(|(name, when, records)| {
        json!({"name": name, "when": when, "then": if records { "record" } else { "skip" }})
    });
    prop::collection::vec(rule, 0..4).prop_map(Value::from)
}

fn documents() -> impl Strategy<Value = PolicyDocument> {
    let bot = prop::collection::btree_map(".{0,6}", any_json(), 0..4);
    let policies = prop::collection::vec((".{0,6}", prop::option::of(rules())), 0..3);
    (
        any::<u32>(),
        (rules(), rules()),
        bot,
        policies,
        prop::collection::vec(".{0,6}", 0..3),
    )
        .prop_map(|(version, (for_all, rules), bot, policies, denied)| {
            let policies = policies.into_iter();
            let policies = policies
                .map(|(name, rules)| json!({"name": name, "calendars": [name], "rules": rules}));
            let json = json!({
                "version": version,
                "default": "record",
                "rules_for_all": for_all,
                "rules": rules,
                "bot": bot,
                "denied_domains": denied,
                "policies": policies.collect::<Vec<_>>(),
            });
            serde_json::from_value(json).expect("in the format")
        })
}

proptest! {
    #[test]
    fn a_stored_document_parses_to_the_same_document_and_text(document in documents()) {
        let text = document.canonical();
        let read = PolicyDocument::parse(&text).expect("reads back");
        prop_assert_eq!(&read, &document);
        prop_assert_eq!(read.canonical(), text);
    }
}
