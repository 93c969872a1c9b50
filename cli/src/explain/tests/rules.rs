//! Texts about the rules that a verdict was tested by.

use callsheet_api::rules::{Outcome, RuleSummary, RulesSummary};
use callsheet_app::ports::Decisions as _;
use callsheet_domain::{
    Decision, Fact, FactValue, FactValues, Reason, RuleName, TestedRules, Verdict,
};
use callsheet_testkit::{MemoryDecisions, MemoryState, With as _, a_decision, at};
use serde_json::{Value, json};
use test_case::test_case;

use super::{explained, named, skipped};
use crate::explain::explain;

/// The usual row by the default, after facts that leave one rule open.
fn by_default(row: &mut Decision) {
    let tested = TestedRules {
        policy: None,
        passed: 2,
        facts: FactValues::from([(Fact::OwnResponse, FactValue::Text("accepted".to_owned()))]),
    };
    let Verdict::Skip(reason) = Verdict::skip(RuleName::DEFAULT, "no rule applies") else {
        panic!("it skips");
    };
    row.verdict = Verdict::Skip(Reason {
        tested: Some(tested),
        ..reason
    });
}

#[test_case(by_default, "
  declined (skip) does not apply: it asks for own_response: [declined], but the calendar's owner responded accepted
  external (record) may apply: it asks for external: true, but external is not known
"; "the default")]
#[test_case(skipped, "The meeting is under the main policy. Its rules were not tested, since event-override goes before them."; "an override")]
#[tokio::test]
async fn a_verdict_says_which_rules_were_tested(change: fn(&mut Decision), expected: &str) {
    let (_, text) = explained(a_decision().with(change), at("09:30")).await;
    assert!(text.contains(expected), "{text}");
}

#[test]
fn locks_are_listed_before_an_override() {
    let rule = |name: &str, locked, outcome| RuleSummary {
        name: name.to_owned(),
        is_for_all: false,
        locked,
        then: "skip",
        outcome,
        conditions: Vec::new(),
    };
    let rules = RulesSummary {
        policy: None,
        locked_domains: Some(Outcome::DoesNotApply),
        rules: vec![
            rule("legal-hold", true, Outcome::DoesNotApply),
            rule("external", false, Outcome::NotTested),
        ],
        default: "skip",
    };
    let expected =
        "The meeting is under the main policy. Its rules in the order in which they are tested:
  denied_domains (skip, locked) does not apply
  legal-hold (skip, locked) does not apply
  not tested: external";
    let text = crate::explain::rules::paragraph(&rules, "event-override");
    assert_eq!(text, expected);
}

#[tokio::test]
async fn the_rules_are_in_the_json_with_the_facts_that_they_met() {
    let (explanation, _) = explained(a_decision().with(by_default), at("09:30")).await;
    let json = serde_json::to_value(&explanation).expect("JSON");
    let rules = &json["rules"];
    assert_eq!(
        (&rules["policy"], &rules["default"]),
        (&Value::Null, &json!("skip"))
    );
    let declined = json!({
        "name": "declined", "is_for_all": false, "locked": false, "then": "skip", "outcome": "does_not_apply",
        "conditions": [{
            "condition": "own_response: [declined]",
            "because": "the calendar's owner responded accepted",
            "facts": {"own_response": "accepted"},
        }],
    });
    assert_eq!(rules["rules"][0], declined);
    assert_eq!(rules["rules"][1]["outcome"], "unknown");
    assert_eq!(
        rules["rules"][1]["conditions"][0]["facts"]["external"],
        Value::Null
    );
}

#[tokio::test]
async fn a_policy_that_is_lost_leaves_the_rules_out() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    decisions.write(&a_decision()).await.expect("memory");
    let event = a_decision().key.event_id;
    let explained = explain(&state, &decisions, &named(&event), at("09:30")).await;
    assert_eq!(explained.expect("it is stored").rules, None);
}
