//! Rules that never decide, or never apply.

use serde_json::{Value, json};
use test_case::test_case;

use super::{of_rule, one, warnings};

#[test_case(json!({"participants_at_least": 1}); "one participant")]
#[test_case(json!({"minutes_at_least": 0}); "no duration")]
#[test_case(json!({"own_response": ["accepted", "tentative", "declined", "pending"]}); "all responses")]
#[test_case(json!("true"); "true")]
#[test_case(json!("1 < 2"); "numbers")]
#[test_case(json!("external || !external"); "a flag or not")]
#[test_case(json!("external || internal"); "both sides")]
#[test_case(json!("participants > 0"); "more than nobody")]
#[test_case(json!("hour >= 0 && hour < 24"); "every hour")]
#[test_case(json!("title.contains('x') || !title.contains('x')"); "a word or not")]
#[test_case(json!("weekday in ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']"); "every day")]
#[test_case(json!("own_response != 'declined' || own_response == 'declined'"); "a response or not")]
#[test_case(json!("size(attendees) >= 0"); "any list")]
fn a_rule_behind_one_that_is_always_true_is_pointed_out(when: Value) {
    let found = warnings(&json!({"rules": [
        {"name": "all", "when": when, "then": "record"},
        {"name": "behind", "when": {"private": true}, "then": "skip"},
    ]}));
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(
        found[0],
        "rules[0]: it applies to every meeting: delete it, and set `default` instead"
    );
    let behind = "since the rule \"all\" before it applies to every";
    let says_so = found[1].starts_with("rules[1]: it is ") && found[1].contains(behind);
    assert!(says_so, "{found:?}");
}

#[test_case(json!("false"); "false")]
#[test_case(json!("external && !external"); "a flag and not")]
#[test_case(json!("participants < 1"); "nobody")]
#[test_case(json!("hour > 23"); "no hour")]
#[test_case(json!({"participants_at_most": 0}); "no participant")]
fn a_rule_that_never_applies_is_pointed_out(when: Value) {
    one(
        &of_rule(when),
        "rules[0]",
        "its condition holds for no meeting",
    );
}

#[test_case(json!({"external": true}), "record", json!({"external": true, "participants_at_least": 3}), "record", "never decides"; "more conditions")]
#[test_case(json!({"external": true}), "skip", json!({"internal": false}), "record", "never decides"; "the same in other words")]
#[test_case(json!({"external": true}), "skip", json!({"internal": false}), "skip", "the same as the rule \"first\""; "the same rule in other words")]
#[test_case(json!({"participants_at_least": 3}), "record", json!({"participants_at_least": 5}), "record", "never decides"; "more people")]
#[test_case(json!({"minutes_at_most": 30}), "skip", json!({"minutes_at_most": 15}), "record", "never decides"; "a shorter time")]
#[test_case(json!({"any_domain": ["globex.example"]}), "skip", json!({"any_domain": ["eu.globex.example"]}), "record", "never decides"; "a subdomain")]
#[test_case(json!({"no_domain": ["eu.globex.example"]}), "record", json!({"no_domain": ["globex.example"]}), "record", "never decides"; "a domain that includes an excluded one")]
#[test_case(json!({"title_has": ["interview"]}), "skip", json!({"title_has": ["job interview"]}), "record", "never decides"; "a phrase with the word")]
#[test_case(json!({"own_response": ["declined", "pending"]}), "skip", json!({"own_response": ["declined"]}), "record", "never decides"; "one of the responses")]
#[test_case(json!({"confirmed": false}), "skip", json!({"own_response": ["declined"]}), "record", "never decides"; "a response that is no confirmation")]
#[test_case(json!({"organizer": ["acme.example"]}), "skip", json!({"organizer": ["lead@acme.example"]}), "record", "never decides"; "an organizer of the domain")]
#[test_case(json!({"within_hours": {"from": "08:00", "to": "18:00"}}), "record", json!({"within_hours": {"days": ["monday"], "from": "09:00", "to": "17:00"}}), "record", "never decides"; "shorter hours")]
#[test_case(json!("hour  < 9"), "skip", json!({"expression": "hour < 9", "external": true}), "record", "never decides"; "an expression, spaced otherwise")]
fn a_rule_behind_one_that_covers_it_is_pointed_out(
    first: Value,
    then: &str,
    second: Value,
    does: &str,
    part: &str,
) {
    let found = warnings(&json!({"rules": [
        {"name": "first", "when": first, "then": then},
        {"name": "second", "when": second, "then": does},
    ]}));
    one(&found, "rules[1]", part);
}

#[test_case(json!({"external": true, "hosted": true}), "record", json!({"external": true}), "record"; "fewer conditions")]
#[test_case(json!({"external": true}), "record", json!({"external": true}), "skip"; "a rule that skips what is not known")]
#[test_case(json!({"participants_at_least": 5}), "record", json!({"participants_at_least": 3}), "record"; "fewer people")]
#[test_case(json!({"any_domain": ["eu.globex.example"]}), "skip", json!({"any_domain": ["globex.example"]}), "record"; "the whole domain")]
#[test_case(json!({"title_has": ["job interview"]}), "skip", json!({"title_has": ["interview"]}), "record"; "the word alone")]
#[test_case(json!({"title_lacks": ["interview"]}), "record", json!({"title_lacks": ["job interview"]}), "record"; "titles without the phrase")]
#[test_case(json!({"external": true}), "skip", json!({"hosted": true}), "record"; "another fact")]
#[test_case(json!("title == 'a b'"), "skip", json!("title == 'a  b'"), "record"; "a blank in a text")]
fn a_rule_that_still_decides_is_not_pointed_out(
    first: Value,
    then: &str,
    second: Value,
    does: &str,
) {
    let found = warnings(&json!({"rules": [
        {"name": "first", "when": first, "then": then},
        {"name": "second", "when": second, "then": does},
    ]}));
    assert_eq!(found, Vec::<String>::new());
}

#[test_case(json!("external || !external"), "record", "it is never tested"; "an expression, which fails if the fact is unknown")]
#[test_case(json!({"minutes_at_least": 0}), "skip", "it is never tested"; "a rule that skips")]
#[test_case(json!({"participants_at_least": 0}), "record", "it is tested only if facts are unknown"; "a rule that records")]
fn unknown_facts_may_be_left_for_the_rules_behind(when: Value, then: &str, part: &str) {
    let found = warnings(&json!({"rules": [
        {"name": "all", "when": when, "then": then},
        {"name": "behind", "when": {"private": true}, "then": "skip"},
    ]}));
    assert!(found[1].contains(part), "{found:?}");
}

#[test]
fn a_rule_behind_two_that_share_all_meetings_is_pointed_out() {
    let found = warnings(&json!({"rules": [
        {"name": "outside", "when": {"external": true}, "then": "record"},
        {"name": "inside", "when": {"internal": true}, "then": "skip"},
        {"name": "behind", "when": {"private": true}, "then": "skip"},
    ]}));
    one(
        &found,
        "rules[2]",
        "every meeting is decided by the rules \"outside\" and \"inside\" before it",
    );
}

#[test]
fn rules_for_all_are_before_the_rules_of_each_policy() {
    let private = |name: &str| json!({"name": name, "when": {"private": true, "hosted": true}, "then": "skip"});
    let found = warnings(&json!({
        "rules_for_all": [{"name": "all", "when": {"private": true}, "then": "skip"}],
        "rules": [private("main")],
        "policies": [
            {"name": "sales", "calendars": ["sales@acme.example"], "rules": [private("own")]},
            {"name": "inherits", "calendars": ["lead@acme.example"], "default": "record"},
        ],
    }));
    let places: Vec<_> = found
        .iter()
        .map(|text| text.split(": ").next().expect("a place"))
        .collect();
    assert_eq!(places, ["rules[0]", "policies[0].rules[0]"]);
    assert!(
        found.iter().all(|text| text.contains("the rule \"all\"")),
        "{found:?}"
    );
}

#[test]
fn a_rule_about_denied_people_is_pointed_out() {
    let found = warnings(&json!({
        "denied_domains": ["counsel.example"],
        "rules": [
            {"name": "a", "when": {"any_domain": ["eu.counsel.example"]}, "then": "record"},
            {"name": "b", "when": {"any_domain": ["counsel.example", "globex.example"]}, "then": "record"},
        ],
    }));
    one(
        &found,
        "rules[0]",
        "people of counsel.example are skipped by `denied_domains`",
    );
}

#[test]
fn a_rule_that_records_hidden_lists_under_a_ban_is_pointed_out() {
    let written = |then: &str| {
        let rule = json!({"name": "a-rule", "when": {"attendees_complete": false}, "then": then});
        json!({"denied_domains": ["globex.example"], "rules": [rule]})
    };
    one(
        &warnings(&written("record")),
        "rules[0]",
        "it never records",
    );
    assert_eq!(warnings(&written("skip")), Vec::<String>::new());
}

#[test_case(json!("size(attendees) >= 0"), 1; "a size that every list has")]
#[test_case(json!("attendees.exists(a, a.domain.isOf('globex.example'))"), 0; "people who may be there")]
fn hidden_lists_do_not_make_an_expression_depend_on_its_facts(when: Value, expected: usize) {
    assert_eq!(of_rule(when).len(), expected);
}
