//! Each verdict says which rules were tested before it, and why they did not apply.

use serde_json::{Value, json};
use test_case::test_case;

use super::{calendar, flags, people, policy, rule};
use crate::fact::{Fact, FactValue, FactValues};
use crate::policy::{Policy, RulePart, RuleTrace};
use crate::verdict::Verdict;

fn text(text: &str) -> FactValue {
    FactValue::Text(text.to_owned())
}

pub(super) fn traced(policy: &Policy, facts: &FactValues) -> (Verdict, RuleTrace) {
    let verdict = policy.evaluate(facts, &calendar("calendar-1", None));
    let trace = policy.trace(verdict.reason(), None);
    (verdict, trace.expect("the rules were tested"))
}

/// The rules in order, each with what became of it.
pub(super) fn lines(trace: &RuleTrace) -> Vec<String> {
    let rules = trace.rules.iter();
    rules
        .map(|rule| {
            let part = match &rule.part {
                RulePart::DoesNotApply(miss) => format!("{}: {}", miss.condition, miss.because),
                RulePart::Unknown(misses) => {
                    let misses = misses.iter();
                    let misses = misses.map(|miss| format!("{}? {}", miss.condition, miss.because));
                    misses.collect::<Vec<_>>().join("; ")
                }
                RulePart::PassedOver => "passed over".to_owned(),
                RulePart::Decided => "decided".to_owned(),
                RulePart::NotTested => "not tested".to_owned(),
            };
            let list = if rule.is_for_all { "for all " } else { "" };
            format!("{list}{} {part}", rule.name)
        })
        .collect()
}

fn a_policy() -> Policy {
    policy(json!({
        "version": 1,
        "default": "skip",
        "rules_for_all": [rule("declined", json!({"own_response": ["declined"]}), "skip")],
        "rules": [
            rule("customers", json!({"external": true, "participants_at_least": 3}), "record"),
            rule("hosted", json!({"hosted": true}), "record"),
            rule("private", json!({"private": true}), "skip"),
        ],
        "policies": [{"name": "sales", "calendars": ["calendar-1"], "rules": [
            rule("marked", json!("title.contains('[rec]')"), "record"),
        ]}],
    }))
}

fn facts() -> FactValues {
    let mut facts = flags(&[(Fact::External, true), (Fact::Private, false)]);
    facts.insert(Fact::OwnResponse, text("accepted"));
    facts.insert(Fact::Participants, FactValue::Number(2));
    facts.insert(Fact::Title, text("Weekly sync"));
    facts
}

#[test]
fn the_default_says_why_no_rule_applies() {
    let policy = a_policy();
    let verdict = policy.evaluate(&facts(), &calendar("calendar-2", None));
    let trace = policy.trace(verdict.reason(), None).expect("tested");
    assert_eq!(trace.policy, None);
    assert_eq!(
        lines(&trace),
        [
            "for all declined own_response: [declined]: the calendar's owner responded accepted",
            "customers participants_at_least: 3: it has 2 participants, less than 3",
            "hosted hosted: true? hosted is not known",
            "private private: true: it is not private",
        ]
    );
    let kept = &verdict.reason().tested.as_ref().expect("tested").facts;
    let kept: Vec<_> = kept.keys().map(|fact| fact.name()).collect();
    assert_eq!(kept, ["participants", "own_response", "private"]);
}

#[test]
fn a_rule_says_which_were_tested_before_it_and_which_were_not() {
    let policy = a_policy();
    let mut facts = facts();
    facts.insert(Fact::Participants, FactValue::Number(3));
    let verdict = policy.evaluate(&facts, &calendar("calendar-2", None));
    let trace = policy.trace(verdict.reason(), None).expect("tested");
    let expected = [
        "for all declined own_response: [declined]: the calendar's owner responded accepted",
        "customers decided",
        "hosted not tested",
        "private not tested",
    ];
    assert_eq!(lines(&trace), expected);
}

#[test]
fn a_named_policy_is_named() {
    let (_, trace) = traced(&a_policy(), &facts());
    assert_eq!(trace.policy.as_deref(), Some("sales"));
    let expected = [
        "for all declined own_response: [declined]: the calendar's owner responded accepted",
        "marked title.contains('[rec]'): the expression is false",
    ];
    assert_eq!(lines(&trace), expected);
}

#[test]
fn a_verdict_before_the_rules_names_the_policy_that_the_calendar_is_under() {
    let verdict = Verdict::skip(crate::verdict::RuleName::PAUSED, "paused");
    let (policy, calendar) = (a_policy(), calendar("calendar-1", None));
    let trace = policy.trace(verdict.reason(), Some(&calendar));
    let trace = trace.expect("the calendar is known");
    assert_eq!(trace.policy.as_deref(), Some("sales"));
    let expected = ["for all declined not tested", "marked not tested"];
    assert_eq!(lines(&trace), expected);
    assert_eq!(policy.trace(verdict.reason(), None), None);
}

#[test]
fn the_rules_of_another_policy_explain_nothing() {
    let (verdict, _) = traced(&a_policy(), &facts());
    let other = policy(json!({"version": 1, "default": "skip"}));
    assert_eq!(other.trace(verdict.reason(), None), None);
}

#[test]
fn forgotten_facts_leave_the_rules_unexplained() {
    let (mut verdict, _) = traced(&a_policy(), &facts());
    if let Verdict::Skip(reason) = &mut verdict {
        reason.tested.as_mut().expect("tested").facts.clear();
    }
    let trace = a_policy().trace(verdict.reason(), None).expect("rules");
    assert!(lines(&trace)[0].ends_with("passed over"), "{trace:?}");
}

#[test_case(json!({"external": true}), "external: true: all participants are from acme.example"; "a flag")]
#[test_case(json!({"hosted": false}), "hosted: false: the calendar's owner is the organizer"; "a flag that must not be")]
#[test_case(json!({"confirmed": true}), "own_response: [accepted]: the calendar's owner responded pending"; "a confirmation")]
#[test_case(json!({"meeting_platform": ["webex", "zoom"]}), "meeting_platform: [webex, zoom]: meeting_platform is google_meet"; "a platform")]
#[test_case(json!({"participants_at_most": 2}), "participants_at_most: 2: it has 4 participants, more than 2"; "too many people")]
#[test_case(json!({"minutes_at_least": 45}), "minutes_at_least: 45: it lasts 30 minutes, less than 45"; "too short")]
#[test_case(json!({"lead_minutes_at_least": 90}), "lead_minutes_at_least: 90: it was created 60 minutes before its start, less than 90"; "too late")]
#[test_case(json!({"any_domain": ["globex.example"]}), "any_domain: [globex.example]: participants are from acme.example"; "no such domain")]
#[test_case(json!({"no_domain": ["acme.example"]}), "no_domain: [acme.example]: a participant is from acme.example"; "an excluded domain")]
#[test_case(json!({"any_attendee": ["buyer@globex.example"]}), "any_attendee: [buyer@globex.example]: no listed address is invited"; "no such address")]
#[test_case(json!({"organizer": ["globex.example", "lead@acme.example"]}), "organizer: [globex.example, lead@acme.example]: the organizer is ***@acme.example"; "another organizer")]
#[test_case(json!({"title_has": ["a", "b", "c", "d", "e", "f", "g"]}), "title_has: [a, b, c, d, e, and 2 more]: the title is \"Weekly sync\""; "another title")]
#[test_case(json!({"title_lacks": ["SYNC"]}), "title_lacks: [SYNC]: the title \"Weekly sync\" has \"SYNC\""; "an excluded word")]
#[test_case(json!({"within_hours": {"from": "09:00", "to": "17:00"}}), "within_hours: 09:00 to 17:00 on monday, tuesday, wednesday, thursday, friday: it is on friday from 18:00 to 18:30 in Europe/Berlin"; "another time")]
#[test_case(json!({"outside_hours": {"from": "09:00", "to": "20:00"}}), "outside_hours: 09:00 to 20:00 on monday, tuesday, wednesday, thursday, friday: it is within 09:00 to 20:00 on monday, tuesday, wednesday, thursday, friday"; "within hours")]
#[test_case(json!("participants >\n  5"), "participants > 5: the expression is false"; "an expression")]
fn a_condition_says_what_it_met(when: Value, expected: &str) {
    let policy =
        policy(json!({"version": 1, "default": "skip", "rules": [rule("a-rule", when, "record")]}));
    let mut facts = people(&["sales@acme.example"], true);
    facts.extend(flags(&[(Fact::External, false), (Fact::Hosted, true)]));
    facts.extend([
        (Fact::ExternalDomains, FactValue::Texts(Vec::new())),
        (Fact::OwnResponse, text("pending")),
        (Fact::MeetingPlatform, text("google_meet")),
        (Fact::Participants, FactValue::Number(4)),
        (Fact::DurationMinutes, FactValue::Number(30)),
        (Fact::LeadMinutes, FactValue::Number(60)),
        (Fact::Organizer, text("boss@acme.example")),
        (Fact::Title, text("Weekly sync")),
        (Fact::Weekday, text("friday")),
        (Fact::StartMinute, FactValue::Number(18 * 60)),
        (Fact::EndMinute, FactValue::Number(18 * 60 + 30)),
        (Fact::TimeZone, text("Europe/Berlin")),
    ]);
    let (_, trace) = traced(&policy, &facts);
    assert_eq!(lines(&trace), [format!("a-rule {expected}")]);
}

fn texts(texts: &[&str]) -> FactValue {
    FactValue::Texts(texts.iter().map(ToString::to_string).collect())
}

#[test_case(json!({"internal": true}), "internal: true: a participant is from globex.example, outside of acme.example"; "somebody external")]
#[test_case(json!({"external": false}), "external: false: a participant is from globex.example, outside of acme.example"; "nobody external")]
#[test_case(json!({"only_domains": ["hooli.example"]}), "only_domains: [hooli.example]: a participant is from globex.example"; "another domain, and not one that is ours")]
#[test_case(json!({"participants_at_most": 2}), "participants_at_most: 2: it has 3 participants or more, more than 2"; "more people than are allowed are known")]
#[test_case(json!({"participants_at_least": 4}), "participants_at_least: 4? participants is not known"; "fewer people than are needed are known")]
#[test_case(json!({"no_domain": ["hooli.example"]}), "no_domain: [hooli.example]? the list of attendees is incomplete (attendees_complete)"; "a domain that may be hidden")]
fn an_incomplete_list_is_explained_by_those_who_are_known(when: Value, expected: &str) {
    let policy =
        policy(json!({"version": 1, "default": "skip", "rules": [rule("a-rule", when, "record")]}));
    let mut facts = flags(&[
        (Fact::External, true),
        (Fact::Internal, false),
        (Fact::AttendeesComplete, false),
    ]);
    facts.extend([
        (Fact::OwnDomain, text("acme.example")),
        (
            Fact::OwnDomains,
            texts(&["acme.example", "umbrella.example"]),
        ),
        (
            Fact::Domains,
            texts(&["acme.example", "globex.example", "umbrella.example"]),
        ),
        (Fact::ExternalDomains, texts(&["globex.example"])),
        (Fact::ParticipantsKnown, FactValue::Number(3)),
    ]);
    let (_, trace) = traced(&policy, &facts);
    assert_eq!(lines(&trace), [format!("a-rule {expected}")]);
}

#[test]
fn a_rule_for_strangers_says_that_all_are_ours() {
    let when = json!({"external": true});
    let policy =
        policy(json!({"version": 1, "default": "skip", "rules": [rule("a-rule", when, "record")]}));
    let mut facts = flags(&[(Fact::External, false), (Fact::Internal, true)]);
    facts.insert(Fact::OwnDomain, text("acme.example"));
    facts.insert(
        Fact::OwnDomains,
        texts(&["acme.example", "umbrella.example"]),
    );
    let (_, trace) = traced(&policy, &facts);
    assert_eq!(
        lines(&trace),
        ["a-rule external: true: all participants are ours"]
    );
}

/// One of three domains would do, of which a list of forty has none.
#[test_case(json!({"any_domain": ["globex.example"]}), 11; "no domain that is listed")]
#[test_case(json!({"no_domain": ["d-30.example"]}), 11; "one that is excluded, behind the first ten")]
#[test_case(json!("size(domains) > 100"), 11; "their number")]
#[test_case(json!("size(domains) == 11"), 40; "their number, if a part had another one")]
#[test_case(json!({"participants_at_least": 9}), 0; "none of them")]
fn of_many_domains_few_are_kept(when: Value, expected: usize) {
    let policy =
        policy(json!({"version": 1, "default": "skip", "rules": [rule("a-rule", when, "record")]}));
    let domains = (10..50).map(|index| format!("d-{index}.example"));
    let mut facts = flags(&[(Fact::AttendeesComplete, true)]);
    facts.insert(Fact::Domains, FactValue::Texts(domains.collect()));
    facts.insert(Fact::Participants, FactValue::Number(4));
    let (verdict, trace) = traced(&policy, &facts);
    assert!(matches!(trace.rules[0].part, RulePart::DoesNotApply(_)));
    let kept = &verdict.reason().tested.as_ref().expect("tested").facts;
    let kept = match kept.get(&Fact::Domains) {
        Some(FactValue::Texts(domains)) => domains.len(),
        _ => 0,
    };
    assert_eq!(kept, expected);
}
