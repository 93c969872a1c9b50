//! Which addresses of guests a row holds.

use callsheet_domain::{
    Decision, Evaluation, OverrideRevision, Overrides, Policy, PolicyDocument, decide, plan,
    revise_copies,
};
use callsheet_testkit::{With as _, a_calendar, a_decision, an_email, an_event, at};
use serde_json::{Value, json};
use test_case::test_case;

use crate::decisions::row::written_decision;

/// A decision on a meeting with guests, by a policy with one rule.
fn decided_by(when: &Value) -> Decision {
    let document = json!({
        "version": 1,
        "default": "skip",
        "rules": [{"name": "the-rule", "when": when, "then": "record"}],
        "bot": {"bot_name": "{{ title }} with {{ external_domains | join(', ') }}"},
    });
    let document = PolicyDocument::parse(&document.to_string()).expect("a document");
    let policy = Policy::compile(&document).expect("a policy");
    let event = an_event().with(|event| {
        let guest = event.facts.attendees.listed[1].clone();
        let named = |address: &str| callsheet_domain::Attendee {
            email: an_email(address),
            ..guest.clone()
        };
        event.facts.organizer = Some(an_email("chair@globex.example"));
        event
            .facts
            .attendees
            .listed
            .push(named("chair@globex.example"));
        event
            .facts
            .attendees
            .listed
            .push(named("broker@initech.example"));
    });
    let calendar = a_calendar();
    let verdict = decide(
        &event,
        &calendar,
        &policy,
        &Overrides::default(),
        at("09:30"),
    );
    let evaluation = Evaluation {
        plan: plan(&verdict, &event, &calendar, &policy),
        verdict,
        inputs: a_decision().inputs,
        overrides_read: OverrideRevision(0),
        overridden_at: None,
        event: &event,
    };
    let revised = revise_copies(&[], &[evaluation], at("09:30"));
    revised.writes.into_iter().next().expect("a row")
}

/// Of guests a row has their domains, and no address but one that the rule itself names.
#[test_case(&json!({"external": true}), true; "shorthand")]
#[test_case(&json!({"any_domain": ["globex.example"]}), true; "domain")]
#[test_case(&json!({"only_domains": ["acme.example", "globex.example", "initech.example"]}), true; "only these domains")]
#[test_case(&json!({"no_domain": ["hooli.example"]}), true; "domain that nobody is of")]
#[test_case(&json!({"organizer": ["globex.example"]}), true; "the organizer's domain")]
#[test_case(&json!({"organizer": ["chair@globex.example", "x@acme.example"], "external": true}), false; "the organizer's address")]
#[test_case(&json!({"any_attendee": ["buyer@globex.example"]}), false; "address")]
#[test_case(&json!({"participants_at_least": 2, "external": true}), true; "count")]
#[test_case(&json!("attendees.exists(a, a.domain.isOf('globex.example'))"), true; "expression that finds one")]
#[test_case(&json!("attendees.all(a, a.response == 'accepted')"), true; "expression about all")]
#[test_case(&json!("size(attendees) > 2"), true; "expression that counts")]
#[test_case(&json!("attendees.filter(a, a.domain != own_domain).size() == 3"), true; "expression that counts some")]
#[test_case(&json!("attendees.exists(a, a.address == organizer)"), true; "expression that compares addresses")]
#[test_case(&json!("organizer.endsWith('@globex.example')"), true; "expression about the organizer")]
#[test_case(&json!("attendees.exists(a, int(a.address) > 0)"), true; "expression that fails")]
#[test_case(&json!("attendees.exists(a, a.address == 'buyer@globex.example')"), false; "expression that names an address")]
fn a_row_holds_no_guests_address_but_one_that_the_rule_names(when: &Value, is_free: bool) {
    let row = decided_by(when);
    assert_eq!(row.verdict.reason().rule.as_str(), "the-rule");
    let written = format!("{:?}", written_decision(&row));
    let guests = [
        "buyer@globex.example",
        "chair@globex.example",
        "broker@initech.example",
    ];
    let found = guests.into_iter().filter(|guest| written.contains(guest));
    let found: Vec<&str> = found.collect();
    assert!(
        found.iter().all(|guest| when.to_string().contains(guest)),
        "{found:?}"
    );
    assert_eq!(found.is_empty(), is_free, "{written}");
}
