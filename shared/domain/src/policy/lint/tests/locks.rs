//! Rules behind locked ones.

use serde_json::{Value, json};
use test_case::test_case;

use super::{one, warnings};

fn rule(name: &str, when: Value, then: &str, locked: bool) -> Value {
    json!({"name": name, "when": when, "then": then, "locked": locked})
}

#[test]
fn a_rule_above_a_locked_one_that_covers_it_is_pointed_out() {
    let found = warnings(&json!({"rules": [
        rule("first", json!({"external": true, "hosted": true}), "record", false),
        rule("hold", json!({"external": true}), "skip", true),
    ]}));
    let expected = "it never decides, since the locked rule \"hold\", which goes before it, applies whenever it does; delete it, or narrow the locked one";
    one(&found, "rules[0]", expected);
}

#[test_case(json!({"external": true}), json!({"external": true, "hosted": true}); "one that covers it")]
#[test_case(json!({"external": true}), json!({"external": true}); "one of the same condition")]
fn a_locked_rule_below_one_that_is_not_locked_decides(above: Value, below: Value) {
    let found = warnings(&json!({"rules": [
        rule("above", above, "record", false),
        rule("hold", below, "skip", true),
    ]}));
    let of_hold = found
        .iter()
        .filter(|warning| warning.starts_with("rules[1]"));
    assert_eq!(of_hold.count(), 0, "{found:?}");
}

#[test]
fn a_lock_of_every_meeting_is_pointed_out() {
    let found = warnings(&json!({"rules": [
        rule("all", json!({"participants_at_least": 1}), "skip", true),
    ]}));
    one(
        &found,
        "rules[0]",
        "so nothing is ever recorded, whatever a person sets",
    );
}

#[test]
fn a_domain_that_is_denied_and_locked_is_checked_at_its_place() {
    let found = warnings(&json!({
        "denied_domains": {"domains": ["counsel"], "locked": true},
    }));
    one(&found, "denied_domains.domains[0]", "has no dot");
}
