//! Properties of single decisions.

use callsheet_domain::{
    Fact, FactSource, FactValue, OverrideChoice, Overrides, Plan, Policy, RuleName, Timestamp,
    Verdict, decide, plan,
};
use proptest::prelude::*;
use serde_json::json;

use crate::events::{at, calendar, event};
use crate::policies::{any_overrides, compiled, document, rule};

fn now() -> Timestamp {
    at("2026-03-06T06:00:00Z")
}

fn is_recorded(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Record(_))
}

/// Whether the verdict came before the rules, without facts.
fn is_no_rule(rule: &RuleName) -> bool {
    let rules = [RuleName::DEFAULT, RuleName::DENIED_DOMAIN];
    RuleName::RESERVED.contains(rule) && !rules.contains(rule)
}

proptest! {
    #![proptest_config(crate::at_least(1_000))]

    #[test]
    fn a_decision_is_the_same_each_time(event in event(), calendar in calendar(), document in document(), overrides in any_overrides()) {
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let verdict = decide(&event, &calendar, &policy, &overrides, now());
        let again = compiled(&document).unwrap();
        prop_assert_eq!(decide(&event.clone(), &calendar, &again, &overrides, now()), verdict.clone());
        let made = plan(&verdict, &event, &calendar, &policy);
        prop_assert_eq!(&plan(&verdict, &event, &calendar, &again), &made);
        prop_assert_eq!(is_recorded(&verdict), made != Plan::Nothing);
    }

    #[test]
    fn a_participant_who_is_or_may_be_from_a_denied_domain_is_recorded_only_by_an_override_of_the_event(event in event(), calendar in calendar(), document in document(), overrides in any_overrides()) {
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let situation = policy.situation(&event, &calendar);
        let FactValue::Texts(domains) = situation.value(Fact::Domains) else {
            panic!("the domains of those who are listed are always known");
        };
        let may_be_hidden = situation.value(Fact::AttendeesComplete) != FactValue::Flag(true);
        let denied = document["denied_domains"].as_array().unwrap();
        let is_denied = |domain: &String| denied.iter().any(|denied| {
            let denied = denied.as_str().unwrap();
            domain == denied || domain.ends_with(&format!(".{denied}"))
        });
        let is_asked_for = overrides.for_event(&event).event.is_some_and(|choice| choice.choice == OverrideChoice::Record);
        let may_be_denied = may_be_hidden && !denied.is_empty();
        if (may_be_denied || domains.iter().any(is_denied)) && !is_asked_for {
            let verdict = decide(&event, &calendar, &policy, &overrides, now());
            prop_assert!(!is_recorded(&verdict), "{verdict:?}");
        }
    }

    #[test]
    fn a_rule_that_skips_adds_no_recording(event in event(), calendar in calendar(), document in document(), overrides in any_overrides(), mut added in rule("added".to_owned())) {
        let Some(before) = compiled(&document) else { return Ok(()) };
        added["then"] = json!("skip");
        let mut more = document.clone();
        more["rules"].as_array_mut().unwrap().insert(0, added.clone());
        for named in more["policies"].as_array_mut().unwrap() {
            named["rules"].as_array_mut().unwrap().insert(0, added.clone());
        }
        let Some(after) = compiled(&more) else { return Ok(()) };
        let [before, after] = [before, after].map(|policy| decide(&event, &calendar, &policy, &overrides, now()));
        prop_assert!(is_recorded(&before) || !is_recorded(&after), "{after:?}");
    }

    #[test]
    fn a_persons_no_is_never_recorded(event in event(), calendar in calendar(), document in document(), overrides in any_overrides()) {
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let override_revision = overrides.for_event(&event);
        let own = override_revision.event.map(|choice| choice.choice);
        let is_no = match own {
            Some(OverrideChoice::Skip) => true,
            Some(OverrideChoice::Record) => false,
            _ => override_revision.series.is_some_and(|choice| choice.choice == OverrideChoice::Skip),
        };
        let verdict = decide(&event, &calendar, &policy, &overrides, now());
        prop_assert!(!(is_no && is_recorded(&verdict)), "{verdict:?}");
    }

    /// By the rule alone, and by the facts alone that the explanation keeps.
    #[test]
    fn an_explanation_holds_by_itself(event in event(), calendar in calendar(), document in document()) {
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let verdict = decide(&event, &calendar, &policy, &Overrides::default(), now());
        let reason = verdict.reason();
        if is_no_rule(&reason.rule) {
            prop_assert_eq!(policy.explain_again(reason, &calendar), None);
            return Ok(());
        }
        prop_assert_eq!(policy.explain_again(reason, &calendar), Some(verdict.clone()));
        let mut alone = document.clone();
        let keep = |rules: &mut serde_json::Value| {
            if let Some(rules) = rules.as_array_mut() {
                rules.retain(|rule| rule["name"] == reason.rule.as_str());
            }
        };
        keep(&mut alone["rules"]);
        for named in alone["policies"].as_array_mut().unwrap() {
            keep(&mut named["rules"]);
        }
        let alone: Policy = compiled(&alone).unwrap();
        prop_assert_eq!(alone.explain_again(reason, &calendar), Some(verdict.clone()));
    }

    /// Of guests, no more than the verdict hung on: none of these rules asks for the name in
    /// an address, but those that list it.
    #[test]
    fn a_reason_shows_no_guest_that_the_policy_does_not_name(event in event(), calendar in calendar(), document in document()) {
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let verdict = decide(&event, &calendar, &policy, &Overrides::default(), now());
        let reason = verdict.reason();
        let mut kept = reason.reason.clone();
        for (fact, value) in &reason.facts {
            match value {
                FactValue::Text(text) if *fact != Fact::OwnAddress => kept.push_str(text),
                FactValue::Texts(texts) => kept.extend(texts.iter().map(String::as_str)),
                FactValue::People(people) => kept.extend(people.iter().map(|person| person.email.as_str())),
                _ => {}
            }
        }
        let named = document.to_string();
        let listed = event.facts.attendees.listed.iter().map(|attendee| &attendee.email);
        for guest in listed.chain(&event.facts.organizer) {
            let is_named = named.contains(guest.as_str());
            prop_assert!(is_named || !kept.contains(guest.as_str()), "{kept}");
        }
    }
}
