//! Which rule decides, the effect of unknown facts, and what the reason keeps.

mod for_all;
mod locks;
mod metadata;
mod named;
mod near_misses;

use crate::event::Calendar;
use crate::fact::{Fact, FactValue, FactValues, Person};
use crate::verdict::Verdict;
use serde_json::{Value, json};
use test_case::test_case;

use super::*;
use crate::email::Email;
use crate::event::{CalendarStatus, Platform, ResponseStatus};
use crate::id::CalendarId;
use jiff::Timestamp;

fn policy(json: Value) -> Policy {
    let document = PolicyDocument::parse(&json.to_string()).expect("in the format");
    Policy::compile(&document).expect("a policy")
}

/// A policy of these rules that skips by default.
fn rules(rules: Value) -> Policy {
    policy(json!({"version": 1, "default": "skip", "rules": rules}))
}

fn rule(name: &str, when: Value, then: &str) -> Value {
    json!({"name": name, "when": when, "then": then})
}

fn calendar(id: &str, email: Option<&str>) -> Calendar {
    Calendar {
        id: CalendarId::parse(id).expect("an id"),
        platform: Platform::Google,
        status: CalendarStatus::Connected,
        email: email.map(|email| Email::parse(email).expect("an address")),
        disconnect_reason: None,
        metadata: crate::event::CalendarMetadata::default(),
        created_at: None,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn evaluated(policy: &Policy, facts: &FactValues) -> Verdict {
    let calendar = calendar("calendar-1", None);
    let verdict = policy.evaluate(facts, &calendar);
    let again = policy.explain_again(verdict.reason(), &calendar);
    assert_eq!(again.as_ref(), Some(&verdict), "by what is kept");
    verdict
}

/// `record` or `skip`, by which rule, and why.
fn summary(verdict: &Verdict) -> (&str, &str, &str) {
    let reason = verdict.reason();
    (verdict.as_str(), reason.rule.as_str(), &reason.reason)
}

fn flags(flags: &[(Fact, bool)]) -> FactValues {
    let flags = flags.iter();
    flags
        .map(|(fact, flag)| (*fact, FactValue::Flag(*flag)))
        .collect()
}

#[test_case(&[(Fact::External, true), (Fact::Hosted, true)], ("skip", "mine", "the rule \"mine\" skips it: the calendar's owner is the organizer"); "the first of two that apply")]
#[test_case(&[(Fact::External, true), (Fact::Hosted, false)], ("record", "external", "the rule \"external\" records it: a participant is from outside of the calendar's domain"); "the second")]
#[test_case(&[(Fact::External, false), (Fact::Hosted, false)], ("skip", "default", "no rule applies, and the default is to skip"); "none")]
#[test_case(&[(Fact::External, true)], ("skip", "mine", "the rule \"mine\" skips it, since it may apply: hosted is not known"); "one that skips may apply")]
#[test_case(&[(Fact::Hosted, false)], ("skip", "default", "no rule applies, and the default is to skip (rules may apply: external is not known)"); "one that records may apply")]
#[test_case(&[], ("skip", "mine", "the rule \"mine\" skips it, since it may apply: hosted is not known"); "nothing is known")]
fn the_first_rule_that_applies_decides(known: &[(Fact, bool)], expected: (&str, &str, &str)) {
    let policy = rules(json!([
        rule("mine", json!({"hosted": true}), "skip"),
        rule("external", json!({"external": true}), "record"),
    ]));
    let verdict = evaluated(&policy, &flags(known));
    assert_eq!(summary(&verdict), expected);
    assert!(!verdict.reason().has_failed);
}

#[test]
fn one_condition_that_does_not_hold_is_enough_to_pass_a_rule_over() {
    let when = json!({"hosted": true, "recurring": true, "expression": "busy"});
    let policy = rules(json!([rule("mine", when, "skip")]));
    let verdict = evaluated(&policy, &flags(&[(Fact::Recurring, false)]));
    assert_eq!(summary(&verdict).1, "default");
}

#[test]
fn unknown_facts_are_listed_once_and_in_order() {
    let policy = rules(json!([
        rule("a", json!({"recurring": true, "hosted": true}), "record"),
        rule("b", json!({"hosted": true, "external": true}), "record"),
    ]));
    let verdict = evaluated(&policy, &FactValues::new());
    let expected = "no rule applies, and the default is to skip (rules may apply: external and hosted and recurring are not known)";
    assert_eq!(summary(&verdict).2, expected);
}

#[test_case("record"; "that records")]
#[test_case("skip"; "that skips")]
fn a_failing_expression_skips_whatever_the_rule_and_the_default(then: &str) {
    let policy = policy(json!({
        "version": 1,
        "default": "record",
        "rules": [rule("broken", json!("organizer_domain != 'acme.example'"), then)],
    }));
    let verdict = evaluated(&policy, &FactValues::new());
    let reason = "the rule \"broken\" could not be evaluated, so it is not recorded: \"organizer_domain\" is not known";
    assert_eq!(summary(&verdict), ("skip", "broken", reason));
    assert!(verdict.reason().has_failed);
}

#[test]
fn an_expression_is_not_evaluated_if_a_shorthand_does_not_hold() {
    let when = json!({"external": true, "expression": "1 / (participants - 3) == 1"});
    let policy = rules(json!([rule("broken", when, "record")]));
    let mut facts = flags(&[(Fact::External, false)]);
    facts.insert(Fact::Participants, FactValue::Number(3));
    assert_eq!(summary(&evaluated(&policy, &facts)).1, "default");
    facts.insert(Fact::External, FactValue::Flag(true));
    assert!(evaluated(&policy, &facts).reason().has_failed);
}

fn people(addresses: &[&str], is_complete: bool) -> FactValues {
    let person = |address: &&str| Person {
        email: Email::parse(address).expect("an address"),
        response: ResponseStatus::Pending,
        is_optional: false,
        is_resource: false,
        is_organizer: false,
    };
    let people: Vec<Person> = addresses.iter().map(person).collect();
    let domains = people
        .iter()
        .map(|person| person.domain().to_string())
        .collect();
    let is_external = |person: &&Person| person.domain().as_str() != "acme.example";
    let external = people.iter().filter(is_external);
    let external = external.map(|person| person.domain().to_string()).collect();
    FactValues::from([
        (Fact::ExternalDomains, FactValue::Texts(external)),
        (Fact::Attendees, FactValue::People(people)),
        (Fact::Domains, FactValue::Texts(domains)),
        (Fact::OwnDomain, FactValue::Text("acme.example".to_owned())),
        (Fact::AttendeesComplete, FactValue::Flag(is_complete)),
    ])
}

#[test_case(json!({"any_domain": ["globex.example"]}), &["buyer@eu.globex.example"], [true, true]; "one is listed")]
#[test_case(json!({"any_domain": ["globex.example"]}), &["sales@acme.example"], [false, true]; "one may be hidden")]
#[test_case(json!({"no_domain": ["globex.example"]}), &["buyer@globex.example"], [false, false]; "an excluded one is listed")]
#[test_case(json!({"no_domain": ["globex.example"]}), &["sales@acme.example"], [true, true]; "an excluded one may be hidden")]
#[test_case(json!({"only_domains": ["globex.example"]}), &["buyer@globex.example", "sales@acme.example"], [true, true]; "another may be hidden")]
#[test_case(json!({"only_domains": ["globex.example"]}), &["buyer@initech.example"], [false, false]; "another is listed")]
#[test_case(json!({"any_attendee": ["buyer@globex.example"]}), &["buyer@globex.example", "sales@acme.example"], [true, true]; "an address is listed")]
#[test_case(json!({"any_attendee": ["buyer@globex.example"]}), &["seller@globex.example"], [false, true]; "an address may be hidden")]
fn a_rule_that_skips_applies_also_when_people_may_be_hidden(
    when: Value,
    listed: &[&str],
    applies: [bool; 2],
) {
    let policy = rules(json!([rule("people", when, "skip")]));
    for (is_complete, applies) in [true, false].into_iter().zip(applies) {
        let verdict = evaluated(&policy, &people(listed, is_complete));
        let expected = if applies { "people" } else { "default" };
        assert_eq!(summary(&verdict).1, expected, "{}", summary(&verdict).2);
    }
}

#[test]
fn the_reason_says_that_people_may_be_hidden() {
    let policy = rules(json!([rule(
        "people",
        json!({"any_domain": ["globex.example"]}),
        "skip"
    )]));
    let verdict = evaluated(&policy, &people(&[], false));
    let expected = "the rule \"people\" skips it, since it may apply: the list of attendees is incomplete (attendees_complete)";
    assert_eq!(summary(&verdict).2, expected);
}

#[test]
fn a_reason_keeps_the_facts_that_decided_and_only_the_named_people() {
    let when = json!({"any_attendee": ["buyer@globex.example"], "title_lacks": ["interview"]});
    let policy = rules(json!([rule("buyer", when, "record")]));
    let mut facts = people(&["buyer@globex.example", "sales@acme.example"], true);
    facts.insert(Fact::Title, FactValue::Text("Kick-off".to_owned()));
    facts.insert(Fact::Busy, FactValue::Flag(true));
    let verdict = evaluated(&policy, &facts);
    let kept = &verdict.reason().facts;
    let names: Vec<_> = kept.keys().map(|fact| fact.name()).collect();
    assert_eq!(names, ["title", "attendees", "attendees_complete"]);
    let expected = people(&["buyer@globex.example"], true);
    assert_eq!(kept[&Fact::Attendees], expected[&Fact::Attendees]);
}

#[test]
fn an_expression_keeps_every_fact_that_it_reads() {
    let policy = rules(json!([rule(
        "broken",
        json!("external || hosted"),
        "record"
    )]));
    let verdict = evaluated(&policy, &flags(&[(Fact::External, true)]));
    let kept = &verdict.reason().facts;
    assert_eq!(kept[&Fact::External], FactValue::Flag(true));
    assert_eq!(kept[&Fact::Hosted], FactValue::Unknown);
    assert_eq!(kept.len(), 2);
}

#[test]
fn the_reason_of_a_denied_domain_keeps_the_participants_domain() {
    let policy =
        policy(json!({"version": 1, "default": "record", "denied_domains": ["globex.example"]}));
    let facts = people(&["sales@acme.example", "buyer@eu.globex.example"], true);
    let verdict = policy.deny(&facts).expect("denied");
    let reason = "a participant is from eu.globex.example, a denied domain";
    assert_eq!(summary(&verdict), ("skip", "denied-domain", reason));
    let again = policy.explain_again(verdict.reason(), &calendar("calendar-1", None));
    assert_eq!(again, Some(verdict));
    assert_eq!(
        policy.deny(&people(&["buyer@notglobex.example"], true)),
        None
    );
}

#[test_case(FactValue::Text("山田さん面接のお知らせ".to_owned()), "words"; "a word in a script without blanks")]
#[test_case(FactValue::Text(format!("{} INTER\u{ad}VIEW", "x ".repeat(400))), "words"; "a word at the end of a long title")]
#[test_case(FactValue::Text("Interviewing".to_owned()), "default"; "a part of a word")]
#[test_case(FactValue::Unknown, "words"; "a title that is not known")]
fn words_in_a_title_are_skipped_and_the_reason_is_short(title: FactValue, expected: &str) {
    let words = json!({"title_has": ["面接", "interview"]});
    let policy =
        policy(json!({"version": 1, "default": "record", "rules": [rule("words", words, "skip")]}));
    let facts = FactValues::from([(Fact::Title, title)]);
    let verdict = evaluated(&policy, &facts);
    assert_eq!(summary(&verdict).1, expected);
    if let Some(FactValue::Text(kept)) = verdict.reason().facts.get(&Fact::Title) {
        assert!(kept.chars().count() <= 200, "{kept}");
    }
    let again = policy.explain_again(verdict.reason(), &calendar("calendar-1", None));
    assert_eq!(again, Some(verdict));
}

#[test]
fn a_denied_domain_may_be_hidden() {
    let policy =
        policy(json!({"version": 1, "default": "record", "denied_domains": ["globex.example"]}));
    let facts = people(&["sales@acme.example"], false);
    let verdict = policy.deny(&facts).expect("denied");
    let reason = "a participant may be from a denied domain: the list of attendees is incomplete (attendees_complete)";
    assert_eq!(summary(&verdict), ("skip", "denied-domain", reason));
    let again = policy.explain_again(verdict.reason(), &calendar("calendar-1", None));
    assert_eq!(again, Some(verdict));
    assert_eq!(policy.deny(&people(&["sales@acme.example"], true)), None);
    let nothing_denied = rules(json!([]));
    assert_eq!(nothing_denied.deny(&facts), None);
}

#[test_case(json!({"participants_at_least": 3}), "record", Some("it has 3 participants or more, at least 3"); "enough are known")]
#[test_case(json!({"participants_at_least": 4}), "record", None; "more may be there")]
#[test_case(json!({"participants_at_most": 2}), "record", None; "more are known")]
#[test_case(json!({"participants_at_most": 3}), "record", None; "as many are known, and more may be there")]
#[test_case(json!({"participants_at_most": 2}), "skip", None; "more are known than are to be skipped")]
fn participants_who_are_known_decide(when: Value, then: &str, expected: Option<&str>) {
    let policy = rules(json!([rule("count", when, then)]));
    let facts = FactValues::from([(Fact::ParticipantsKnown, FactValue::Number(3))]);
    let verdict = evaluated(&policy, &facts);
    let (verb, name, reason) = summary(&verdict);
    match expected {
        Some(why) => assert_eq!(
            (verb, reason),
            (then, &*format!("the rule \"count\" records it: {why}"))
        ),
        None => assert_eq!((verb, name), ("skip", "default")),
    }
}

#[test]
fn all_who_are_ours_are_allowed_among_other_domains() {
    let policy = rules(json!([rule(
        "partner",
        json!({"only_domains": ["globex.example"]}),
        "record"
    )]));
    let texts = |texts: &[&str]| FactValue::Texts(texts.iter().map(ToString::to_string).collect());
    let facts = |external: Option<&[&str]>| {
        let mut facts = people(&["ann@umbrella.example", "buyer@globex.example"], true);
        let external = external.map_or(FactValue::Unknown, texts);
        facts.insert(Fact::ExternalDomains, external);
        facts
    };
    let rule_for = |facts| summary(&evaluated(&policy, &facts)).0.to_owned();
    assert_eq!(rule_for(facts(Some(&["eu.globex.example"]))), "record");
    assert_eq!(rule_for(facts(Some(&["umbrella.example"]))), "skip");
    assert_eq!(rule_for(facts(None)), "skip");
}

#[test]
fn the_reason_says_that_a_public_provider_is_no_company() {
    let policy = rules(json!([rule(
        "external",
        json!({"external": true}),
        "record"
    )]));
    let mut facts = flags(&[(Fact::External, true)]);
    let text = "gmail.com".to_owned();
    facts.insert(Fact::OwnDomain, FactValue::Text(text.clone()));
    facts.insert(Fact::ExternalDomains, FactValue::Texts(vec![text]));
    let reason =
        "the rule \"external\" records it: a participant is from gmail.com, a public mail provider";
    assert_eq!(summary(&evaluated(&policy, &facts)).2, reason);
}

#[test]
fn the_reason_says_that_several_domains_are_ours() {
    let policy = rules(json!([rule(
        "internal",
        json!({"internal": true}),
        "record"
    )]));
    let mut facts = flags(&[(Fact::Internal, true)]);
    let texts = ["acme.example", "umbrella.example"].map(str::to_owned);
    facts.insert(Fact::OwnDomain, FactValue::Text(texts[0].clone()));
    facts.insert(Fact::OwnDomains, FactValue::Texts(texts.to_vec()));
    let reason = "the rule \"internal\" records it: all participants are ours";
    assert_eq!(summary(&evaluated(&policy, &facts)).2, reason);
}
