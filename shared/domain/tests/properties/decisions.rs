//! Properties of single decisions.

use callsheet_domain::{
    Fact, FactSource, FactValue, MeetingOverride, OverrideChoice, Overrides, Plan, Policy, Reason,
    RuleName, RulePart, RuleTrace, TestedRules, Timestamp, TracedRule, Verdict, decide, plan,
};
use proptest::prelude::*;
use serde_json::json;

use crate::events::{at, calendar, event};
use crate::policies::{any_overrides, compiled, document, parsed, rule, unlocked};

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
        let denied = document["denied_domains"]["domains"].as_array().unwrap();
        let is_denied = |domain: &String| denied.iter().any(|denied| {
            let denied = denied.as_str().unwrap();
            domain == denied || domain.ends_with(&format!(".{denied}"))
        });
        let applicable = overrides.for_event(&event);
        let of_meeting = applicable.meeting.and_then(MeetingOverride::choice);
        let of_event = applicable.event.map(|choice| choice.choice);
        let is_asked_for = [of_meeting, of_event].contains(&Some(OverrideChoice::Record));
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

    /// A ban for all need not be repeated in each policy.
    #[test]
    fn a_rule_for_all_decides_as_the_first_rule_of_every_list(event in event(), calendar in calendar(), document in document(), overrides in any_overrides(), added in rule("added".to_owned())) {
        let mut once = document.clone();
        once["rules_for_all"].as_array_mut().unwrap().push(added.clone());
        let mut repeated = document;
        repeated["rules"].as_array_mut().unwrap().insert(0, added.clone());
        for named in repeated["policies"].as_array_mut().unwrap() {
            named["rules"].as_array_mut().unwrap().insert(0, added.clone());
        }
        let (Some(once), Some(repeated)) = (compiled(&once), compiled(&repeated)) else { return Ok(()) };
        let [once, repeated] = [once, repeated].map(|policy| decide(&event, &calendar, &policy, &overrides, now()));
        prop_assert_eq!(once, repeated);
    }

    #[test]
    fn a_persons_no_is_never_recorded(event in event(), calendar in calendar(), document in document(), overrides in any_overrides()) {
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let override_revision = overrides.for_event(&event);
        let own = override_revision.event.map(|choice| choice.choice);
        let of_meeting = override_revision.meeting.and_then(MeetingOverride::choice);
        let is_no = match (of_meeting, own) {
            (Some(OverrideChoice::Skip), _) | (_, Some(OverrideChoice::Skip)) => true,
            (Some(OverrideChoice::Record), _) | (_, Some(OverrideChoice::Record)) => false,
            _ => override_revision.series.is_some_and(|choice| choice.choice == OverrideChoice::Skip),
        };
        let verdict = decide(&event, &calendar, &policy, &overrides, now());
        prop_assert!(!(is_no && is_recorded(&verdict)), "{verdict:?}");
    }

    #[test]
    fn an_override_never_beats_a_lock(event in event(), calendar in calendar(), document in document(), overrides in any_overrides()) {
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let alone = decide(&event, &calendar, &policy, &Overrides::default(), now());
        let verdict = decide(&event, &calendar, &policy, &overrides, now());
        prop_assert_eq!(verdict.reason().is_locked, alone.reason().is_locked);
        if alone.reason().is_locked {
            prop_assert!(!is_recorded(&alone));
            prop_assert_eq!(verdict, alone);
        }
    }

    #[test]
    fn a_lock_adds_no_recording(event in event(), calendar in calendar(), document in document(), overrides in any_overrides()) {
        let (Some(locked), Some(unlocked)) = (compiled(&document), compiled(&unlocked(&document))) else { return Ok(()) };
        let [locked, unlocked] = [locked, unlocked].map(|policy| decide(&event, &calendar, &policy, &overrides, now()));
        prop_assert!(!unlocked.reason().is_locked);
        prop_assert!(is_recorded(&unlocked) || !is_recorded(&locked), "{locked:?}");
    }

    /// Whether it says `locked: false`, or nothing.
    #[test]
    fn without_locked_nothing_changes(event in event(), calendar in calendar(), document in document(), overrides in any_overrides()) {
        let plain = unlocked(&document);
        let mut explicit = plain.clone();
        explicit["denied_domains"] = json!({"domains": plain["denied_domains"], "locked": false});
        for rule in explicit["rules"].as_array_mut().unwrap() {
            rule["locked"] = json!(false);
        }
        let (Some(plain), Some(explicit)) = (compiled(&plain), compiled(&explicit)) else { return Ok(()) };
        let verdict = decide(&event, &calendar, &plain, &overrides, now());
        prop_assert!(!verdict.reason().is_locked);
        prop_assert_eq!(&decide(&event, &calendar, &explicit, &overrides, now()), &verdict);
        // The rules are tested as they are written.
        let trace = plain.trace(verdict.reason(), Some(&calendar)).expect("the calendar is known");
        let for_all = document["rules_for_all"].as_array().unwrap();
        let own = match plain.name_for(&calendar) {
            Some(_) => &document["policies"][0]["rules"],
            None => &document["rules"],
        };
        let written = for_all.iter().chain(own.as_array().unwrap());
        let written: Vec<_> = written.map(|rule| rule["name"].as_str().unwrap()).collect();
        let tested: Vec<_> = trace.rules.iter().map(|rule| rule.name.as_str()).collect();
        prop_assert_eq!(tested, written);
    }

    /// Whoever says the opposite, and whatever else was set.
    #[test]
    fn nobody_records_a_meeting_to_which_a_person_said_no(event in event(), calendar in calendar(), document in document(), overrides in any_overrides()) {
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let applicable = overrides.for_event(&event);
        let mut choices = applicable.meeting.into_iter().flat_map(|meeting| &meeting.choices);
        if choices.any(|made| made.choice == OverrideChoice::Skip) {
            let verdict = decide(&event, &calendar, &policy, &overrides, now());
            prop_assert!(!is_recorded(&verdict), "{verdict:?}");
            prop_assert!(applicable.deny(now()));
        }
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
        keep(&mut alone["rules_for_all"]);
        keep(&mut alone["rules"]);
        for named in alone["policies"].as_array_mut().unwrap() {
            keep(&mut named["rules"]);
        }
        let alone: Policy = compiled(&alone).unwrap();
        prop_assert_eq!(alone.explain_again(reason, &calendar), Some(verdict.clone()));
    }

    /// A rule that is said never to be tested or never to decide can be deleted.
    #[test]
    fn a_rule_that_never_decides_changes_nothing(event in event(), calendar in calendar(), document in document(), repeated in 0..6_usize, place in 0..6_usize) {
        let mut document = document;
        let rules = document["rules"].as_array_mut().unwrap();
        if let Some(mut again) = rules.get(repeated).cloned() {
            again["name"] = json!("again");
            rules.insert(place.min(rules.len()), again);
        }
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let verdict = decide(&event, &calendar, &policy, &Overrides::default(), now());
        for warning in parsed(&document).warnings() {
            let says_so = ["it is never tested", "it never decides", "it is the same as"];
            if !says_so.iter().any(|start| warning.message.starts_with(start)) {
                continue;
            }
            let mut without = document.clone();
            let pointer = format!("/{}", warning.place.replace(['.', '['], "/").replace(']', ""));
            let (list, index) = pointer.rsplit_once('/').unwrap();
            without.pointer_mut(list).unwrap().as_array_mut().unwrap().remove(index.parse().unwrap());
            let without = decide(&event, &calendar, &compiled(&without).unwrap(), &Overrides::default(), now());
            prop_assert_eq!(without.as_str(), verdict.as_str(), "{}", warning);
            prop_assert_eq!(&without.reason().rule, &verdict.reason().rule, "{}", warning);
        }
    }

    /// By the kept facts each rule is passed over for the same condition as by all facts.
    #[test]
    fn the_rules_before_a_verdict_are_explained_by_what_is_kept(event in event(), calendar in calendar(), document in document(), overrides in any_overrides()) {
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let verdict = decide(&event, &calendar, &policy, &overrides, now());
        let reason = verdict.reason();
        let Some(trace) = policy.trace(reason, Some(&calendar)) else { panic!("the calendar is known") };
        prop_assert_eq!(trace.policy.as_deref(), policy.name_for(&calendar));
        let Some(tested) = &reason.tested else {
            let is_passed = |rule: &TracedRule| rule.is_locked && rule.part == RulePart::PassedOver;
            prop_assert!(trace.rules.iter().all(|rule| rule.part == RulePart::NotTested || is_passed(rule)));
            return Ok(());
        };
        let decided = trace.rules.iter().find(|rule| rule.part == RulePart::Decided);
        prop_assert_eq!(decided.map_or(RuleName::DEFAULT, |rule| rule.name.clone()), reason.rule.clone());
        let situation = policy.situation(&event, &calendar);
        let all = Fact::ALL.iter().map(|fact| (*fact, situation.value(*fact))).collect();
        let by_all = Reason { tested: Some(TestedRules { facts: all, ..tested.clone() }), ..reason.clone() };
        let by_all = policy.trace(&by_all, None).expect("the same rules");
        let conditions = |trace: &RuleTrace| -> Vec<_> {
            let misses = trace.rules.iter().map(|rule| match &rule.part {
                RulePart::DoesNotApply(miss) => (1, vec![miss.condition.clone()]),
                RulePart::Unknown(misses) => (2, misses.iter().map(|miss| miss.condition.clone()).collect()),
                RulePart::PassedOver => panic!("{} is not explained", rule.name),
                RulePart::Decided => (3, Vec::new()),
                RulePart::NotTested => (4, Vec::new()),
            });
            misses.collect()
        };
        prop_assert_eq!(conditions(&trace), conditions(&by_all));
    }

    /// Of guests, no more than the verdict hung on: none of these rules asks for the name in
    /// an address, but those that list it.
    #[test]
    fn a_reason_shows_no_guest_that_the_policy_does_not_name(event in event(), calendar in calendar(), document in document()) {
        let Some(policy) = compiled(&document) else { return Ok(()) };
        let verdict = decide(&event, &calendar, &policy, &Overrides::default(), now());
        let reason = verdict.reason();
        let mut kept = reason.reason.clone();
        let tested = reason.tested.iter().flat_map(|tested| &tested.facts);
        for (fact, value) in reason.facts.iter().chain(tested) {
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
