//! The problems of invalid policies with their places and messages; valid policies.

use proptest::prelude::*;
use serde_json::{Value, json};
use test_case::test_case;

use super::*;
use crate::policy::when::{Shorthands, When};

/// Everything that is wrong with a policy whose JSON has this in it.
fn problems(change: &Value) -> Vec<String> {
    let mut json = json!({"version": 1, "default": "skip"});
    for (name, value) in change.as_object().expect("an object") {
        json[name] = value.clone();
    }
    let document = PolicyDocument::parse(&json.to_string()).expect("in the format");
    match Policy::compile(&document) {
        Ok(_) => Vec::new(),
        Err(InvalidPolicy(problems)) => problems.iter().map(ToString::to_string).collect(),
    }
}

fn rule(when: Value) -> Value {
    json!({"rules": [{"name": "a-rule", "when": when, "then": "record"}]})
}

fn named(name: &str, calendars: &[&str]) -> Value {
    json!({"name": name, "calendars": calendars})
}

#[test_case(json!({"version": 2}), "version: there is no version 2 of the format: write 1"; "a version")]
#[test_case(json!({"denied_domains": ["acme.example", "*.acme.example"]}), "denied_domains[1]: `*.acme.example`: a domain is written as acme.example, which includes its subdomains; did you mean `acme.example`?"; "a domain")]
#[test_case(json!({"denied_domains": ["https://acme.example/team"]}), "denied_domains[0]: `https://acme.example/team`: a domain is written as acme.example, which includes its subdomains; did you mean `acme.example`?"; "a link for a domain")]
#[test_case(json!({"denied_domains": ["acme.example.."]}), "denied_domains[0]: `acme.example..`: a domain is written as acme.example, which includes its subdomains; did you mean `acme.example`?"; "a domain with dots behind it")]
#[test_case(json!({"denied_domains": ["lead@acme.example"]}), "denied_domains[0]: `lead@acme.example` is an address: write `acme.example` for everybody of that domain, or any_attendee for one person"; "an address for a domain")]
#[test_case(json!({"time_zone": "Chicago"}), "time_zone: unknown time zone: expected an IANA name such as Europe/Berlin, a Windows name, or an offset such as UTC+05:30; did you mean `America/Chicago`?"; "a city")]
#[test_case(json!({"time_zone": "new york"}), "time_zone: unknown time zone: expected an IANA name such as Europe/Berlin, a Windows name, or an offset such as UTC+05:30; did you mean `America/New_York`?"; "a city with a blank")]
#[test_case(json!({"time_zone": "PST"}), "time_zone: unknown time zone: expected an IANA name such as Europe/Berlin, a Windows name, or an offset such as UTC+05:30; did you mean `America/Los_Angeles`?"; "an abbreviation")]
#[test_case(json!({"time_zone": "Europe/Bonn"}), "time_zone: unknown time zone: expected an IANA name such as Europe/Berlin, a Windows name, or an offset such as UTC+05:30"; "a city without a zone")]
#[test_case(json!({"time_zone": "Europe/Berln"}), "time_zone: unknown time zone: expected an IANA name such as Europe/Berlin, a Windows name, or an offset such as UTC+05:30; did you mean `Europe/Berlin`?"; "a time zone")]
#[test_case(json!({"bot": {"bot_name": "x".repeat(101)}}), "bot: bot_name must be text of at most 100 characters"; "a bot name")]
#[test_case(json!({"bot": {"chat": {"message": "{{ tilte }}"}}}), "bot.chat.message: there is no fact \"tilte\"; did you mean \"title\"?"; "a placeholder")]
#[test_case(json!({"policies": [named("sales", &[])]}), "policies[0].calendars: no calendar is named: write addresses, @domains or calendar ids, or set `metadata`"; "no calendar")]
#[test_case(json!({"policies": [named("sales", &["calendar-1", "acme.example"])]}), "policies[0].calendars[1]: `acme.example` is no calendar id; a domain is written as @acme.example"; "a domain for a calendar")]
#[test_case(json!({"policies": [named("sales", &["two words"])]}), "policies[0].calendars[0]: `two words` is no address, no @domain and no calendar id"; "no calendar's name")]
#[test_case(json!({"policies": [named("sales", &["@acme,example"])]}), "policies[0].calendars[0]: `@acme,example`: a domain is written as acme.example, which includes its subdomains"; "no domain")]
#[test_case(json!({"policies": [named("a", &["@a.example"]), named("a", &["@b.example"])]}), "policies[1].name: there are several policies called \"a\""; "a policy twice")]
#[test_case(json!({"policies": [named("Sales", &["@a.example"])]}), "policies[0].name: a name has 1 to 60 lower-case letters, digits and hyphens"; "a policy's name")]
#[test_case(json!({"policies": [{"name": "a", "calendars": ["@a.example"], "time_zone": "CET or so"}]}), "policies[0].time_zone: unknown time zone: expected an IANA name such as Europe/Berlin, a Windows name, or an offset such as UTC+05:30"; "a policy's time zone")]
#[test_case(json!({"policies": [{"name": "a", "calendars": ["@a.example"], "bot": {"join_at": ""}}]}), "policies[0].bot: the bot configuration must not set join_at: it comes from the event"; "a policy's bot")]
#[test_case(json!({"policies": [{"name": "a", "calendars": ["@a.example"], "rules": [{"name": "default", "when": "external", "then": "skip"}]}]}), "policies[0].rules[0].name: \"default\" is a built-in name; choose another"; "a policy's rule")]
#[test_case(json!({"rules": vec![json!({"name": "a", "when": "external", "then": "skip"}); 2]}), "rules[1].name: there are several rules called \"a\""; "a rule twice")]
#[test_case(json!({"rules_for_all": [{"name": "a", "when": "external", "then": "skip"}], "rules": [{"name": "a", "when": "hosted", "then": "skip"}]}), "rules[0].name: \"a\" is the name of a rule for all"; "a rule of the name of a rule for all")]
#[test_case(json!({"rules_for_all": [{"name": "a", "when": "external", "then": "skip"}], "policies": [{"name": "b", "calendars": ["@b.example"], "rules": [{"name": "a", "when": "hosted", "then": "skip"}]}]}), "policies[0].rules[0].name: \"a\" is the name of a rule for all"; "a policy's rule of the name of a rule for all")]
#[test_case(json!({"rules_for_all": [{"name": "a", "when": "extrenal", "then": "skip"}]}), "rules_for_all[0].when: line 1, column 1: there is no fact \"extrenal\"; did you mean \"external\"?"; "a rule for all")]
#[test_case(json!({"denied_domains": vec!["a.example"; 501]}), "denied_domains: there are more than 500 entries"; "a long list")]
#[test_case(json!({"spending": {}}), "spending: there is no cap; leave `spending` out, or set `bots_per_day` or another one"; "no cap")]
#[test_case(json!({"spending": {"hours_per_month": 0}}), "spending.hours_per_month: a cap is 1 at least; to record nothing, write `default: skip`"; "a cap of nothing")]
#[test_case(json!({"policies": [{"name": "a", "calendars": ["@a.example"], "spending": {"bots_per_day": 0}}]}), "policies[0].spending.bots_per_day: a cap is 1 at least; to record nothing, write `default: skip`"; "a policy's cap of nothing")]
#[test_case(json!({"price_per_hour": -0.5}), "price_per_hour: a price is a number from 0 to 1,000,000"; "a price below zero")]
#[test_case(json!({"bot": {"x": "x".repeat(100_000)}}), "the policy is longer than 100,000 bytes of JSON"; "a long policy")]
fn reports_problems_of_a_policy(change: Value, expected: &str) {
    assert_eq!(problems(&change), [expected]);
}

fn vec_of_rules(name: &str, number: usize) -> Vec<Value> {
    let rule =
        |index| json!({"name": format!("{name}-{index}"), "when": "external", "then": "skip"});
    (0..number).map(rule).collect()
}

#[test]
fn the_number_of_rules_and_policies_is_limited() {
    for list in ["rules", "rules_for_all"] {
        assert_eq!(
            problems(&json!({list: vec_of_rules("rule", 101)})),
            [format!("{list}: there are more than 100 rules")]
        );
    }
    let of_both =
        json!({"rules_for_all": vec_of_rules("all", 100), "rules": vec_of_rules("own", 100)});
    assert_eq!(problems(&of_both), Vec::<String>::new());
    let policies = (0..101).map(|index| named(&format!("policy-{index}"), &["@a.example"]));
    let policies: Vec<_> = policies.collect();
    assert_eq!(
        problems(&json!({"policies": policies})),
        ["policies: there are more than 100 named policies"]
    );
}

#[test_case("", "a name has 1 to 60 lower-case letters, digits and hyphens"; "nothing")]
#[test_case("only external", "a name has 1 to 60 lower-case letters, digits and hyphens"; "a blank")]
#[test_case(&"x".repeat(61), "a name has 1 to 60 lower-case letters, digits and hyphens"; "long")]
#[test_case("denied-domain", "\"denied-domain\" is a built-in name; choose another"; "reserved")]
fn reports_invalid_names(name: &str, expected: &str) {
    let written = json!({"rules": [{"name": name, "when": "external", "then": "record"}]});
    assert_eq!(problems(&written), [format!("rules[0].name: {expected}")]);
}

#[test]
fn every_name_of_an_explanation_is_reserved() {
    for reserved in RuleName::RESERVED {
        let written =
            json!({"rules": [{"name": reserved.as_str(), "when": "external", "then": "record"}]});
        assert_eq!(problems(&written).len(), 1, "{reserved}");
    }
}

#[test_case(json!("extrenal"), ": line 1, column 1: there is no fact \"extrenal\"; did you mean \"external\"?"; "a fact")]
#[test_case(json!("external &&\n  weekday == 'fryday'"), ": line 2, column 14: this is never \"fryday\", but one of monday, tuesday, wednesday, thursday, friday, saturday, sunday; did you mean \"friday\"?"; "a choice, on the second line")]
#[test_case(json!({"external": true, "expression": "title"}), ".expression: line 1, column 1: a rule is true or false, and this is a text"; "an expression beside shorthands")]
#[test_case(json!({"any_domain": ["acme.example", "acme"], "no_domain": ["a b"]}), ".no_domain[0]: `a b`: a domain is written as acme.example, which includes its subdomains"; "a domain")]
#[test_case(json!({"any_attendee": ["acme.example"]}), ".any_attendee[0]: `acme.example` is a domain: write an address, or any_domain for all of them"; "a domain for an address")]
#[test_case(json!({"any_attendee": ["a@acme.example,b@acme.example"]}), ".any_attendee[0]: `a@acme.example,b@acme.example`: write each address as an entry of its own"; "two addresses in one")]
#[test_case(json!({"any_attendee": ["@"]}), ".any_attendee[0]: `@`: an e-mail address needs a name, an '@' and a domain"; "no address")]
#[test_case(json!({"organizer": ["lead @acme.example"]}), ".organizer[0]: `lead @acme.example`: an e-mail address needs a name, an '@' and a domain"; "no organizer")]
#[test_case(json!({"title_has": ["interview", " "]}), ".title_has[1]: a word or phrase has 1 to 200 characters"; "a blank phrase")]
#[test_case(json!({"title_has": ["\u{ad}"]}), ".title_has[0]: a word or phrase has 1 to 200 characters"; "a phrase of which nothing is shown")]
#[test_case(json!({"title_lacks": ["x".repeat(201)]}), ".title_lacks[0]: a word or phrase has 1 to 200 characters"; "a long phrase")]
#[test_case(json!({"title_has": vec!["x"; 501]}), ".title_has: there are more than 500 entries"; "a long list of phrases")]
#[test_case(json!({"own_response": ["acepted"]}), ".own_response[0]: `acepted` is no response; did you mean `accepted`?"; "an answer misspelt")]
#[test_case(json!({"own_response": ["maybe"]}), ".own_response[0]: `maybe` is no response: write accepted, tentative, declined or pending"; "no answer")]
#[test_case(json!({"meeting_platform": ["Zoom"]}), ".meeting_platform[0]: did you mean `zoom` by `Zoom`?"; "a platform in another case")]
#[test_case(json!({"meeting_platform": ["Google Meet"]}), ".meeting_platform[0]: did you mean `google_meet` by `Google Meet`?"; "a platform as people write it")]
#[test_case(json!({"meeting_platform": ["teams"]}), ".meeting_platform[0]: did you mean `microsoft_teams` by `teams`?"; "a part of a platform's name")]
#[test_case(json!({"within_hours": {"from": "9 am", "to": "17:00"}}), ".within_hours.from: `9 am` is no time of day: write it as 09:30"; "hours")]
#[test_case(json!({"outside_hours": {"from": "22:00", "to": "06:00"}}), ".outside_hours: `to` is not after `from`; for hours over midnight write two rules"; "hours over midnight")]
#[test_case(json!({"within_hours": {"days": [], "from": "09:00", "to": "17:00"}}), ".within_hours.days: an empty list: leave it out for Monday to Friday"; "no day")]
#[test_case(json!({"external": true, "internal": true}), ": it never applies: `internal` is the contrary of `external`; write one of them"; "both")]
#[test_case(json!({"external": false, "internal": false}), ": it never applies: `internal` is the contrary of `external`; write one of them"; "neither")]
#[test_case(json!({"participants_at_least": 5, "participants_at_most": 4}), ": it never applies: `participants_at_least` is 5, more than `participants_at_most`, 4"; "no number of people")]
#[test_case(json!({"minutes_at_least": 60, "minutes_at_most": 30}), ": it never applies: `minutes_at_least` is 60, more than `minutes_at_most`, 30"; "no length")]
#[test_case(json!({"lead_minutes_at_least": 2, "lead_minutes_at_most": 1}), ": it never applies: `lead_minutes_at_least` is 2, more than `lead_minutes_at_most`, 1"; "no lead")]
#[test_case(json!({"confirmed": true, "own_response": ["tentative", "pending"]}), ": it never applies: `own_response` is contrary to `confirmed`"; "confirmed and not")]
#[test_case(json!({"confirmed": false, "own_response": ["accepted"]}), ": it never applies: `own_response` is contrary to `confirmed`"; "accepted and not confirmed")]
#[test_case(json!({"busy": false, "out_of_office": true}), ": it never applies: an owner who is out of office is busy"; "free and away")]
#[test_case(json!({"title_has": ["sync"], "title_lacks": ["Sync", "x"]}), ": it never applies: `title_lacks` has all of `title_has`"; "a word and not")]
#[test_case(json!({"title_has": ["Straße"], "title_lacks": ["STRASSE"]}), ": it never applies: `title_lacks` has all of `title_has`"; "a word and not, in another spelling")]
#[test_case(json!({"any_domain": ["eu.acme.example"], "no_domain": ["acme.example"]}), ": it never applies: `no_domain` has all of `any_domain`"; "a domain and not")]
#[test_case(json!({"within_hours": {"from": "09:00", "to": "17:00"}, "outside_hours": {"from": "09:00", "to": "17:00"}}), ": it never applies: `outside_hours` are `within_hours`"; "hours and not")]
#[test_case(json!({"calendar_metadata": {"team": ""}}), ".calendar_metadata.team: a value has a character at least; an expression asks for a missing key: `calendar_metadata.team == ''`"; "an empty value of metadata")]
#[test_case(json!({"calendar_metadata": {"": "x"}}), ".calendar_metadata.: a key of the metadata has 1 to 100 characters"; "an empty key of metadata")]
#[test_case(json!({"calendar_metadata": {"team": "x".repeat(501)}}), ".calendar_metadata.team: a value has 500 characters at most: a longer one is never known"; "a long value of metadata")]
fn reports_problems_of_conditions(when: Value, expected: &str) {
    assert_eq!(problems(&rule(when)), [format!("rules[0].when{expected}")]);
}

#[test_case(json!({"participants_at_least": 5, "participants_at_most": 5}); "one number of people")]
#[test_case(json!({"external": true, "internal": false}); "the same twice")]
#[test_case(json!({"confirmed": false, "own_response": ["accepted", "declined"]}); "answers that leave one")]
#[test_case(json!({"title_has": ["sync", "review"], "title_lacks": ["sync"]}); "words that leave one")]
#[test_case(json!({"any_domain": ["acme.example"], "no_domain": ["eu.acme.example"]}); "a domain without its part")]
#[test_case(json!({"meeting_platform": ["zoom", "jitsi"]}); "a platform that is not listed")]
#[test_case(json!({"organizer": ["@acme.example", "acme.example", "lead@acme.example"]}); "organizers of every shape")]
#[test_case(json!({"any_domain": ["@acme.example"]}); "a domain with its at")]
fn accepts_conditions(when: Value) {
    assert_eq!(problems(&rule(when)), Vec::<String>::new());
}

#[test]
fn all_problems_are_reported_at_once() {
    let wrong = json!({
        "denied_domains": ["a b"],
        "time_zone": "Nowhere",
        "rules": [
            {"name": "A", "when": "tilte == ''", "then": "skip"},
            {"name": "b", "when": {"own_response": ["yes", "no"], "within_hours": {"from": "x", "to": "y", "days": []}}, "then": "skip"},
        ],
        "bot": {"bot_name": "{{ x }}", "join_at": "", "meeting_url": ""},
        "policies": [{"name": "", "calendars": ["?"], "rules": [{"name": "series-override", "when": "1", "then": "skip"}], "bot": {"metadata": 7}}],
    });
    let problems = problems(&wrong);
    let places: Vec<_> = problems
        .iter()
        .map(|problem| problem.split(": ").next().expect("a place"))
        .collect();
    let expected = [
        "denied_domains[0]",
        "time_zone",
        "rules[0].name",
        "rules[0].when",
        "rules[1].when.own_response[0]",
        "rules[1].when.own_response[1]",
        "rules[1].when.within_hours.from",
        "rules[1].when.within_hours.to",
        "rules[1].when.within_hours.days",
        "bot.bot_name",
        "bot",
        "bot",
        "policies[0].name",
        "policies[0].calendars[0]",
        "policies[0].rules[0].name",
        "policies[0].rules[0].when",
        "policies[0].bot",
    ];
    assert_eq!(places, expected);
}

#[test]
fn a_rule_without_conditions_is_a_problem() {
    let mut document = PolicyDocument::built_in();
    document.rules[0].when = When::All(Box::<Shorthands>::default());
    let problem = Policy::compile(&document).expect_err("refused");
    let expected =
        "rules[0].when: there is no condition; to decide about every meeting, set `default`";
    assert_eq!(problem.to_string(), expected);
}

#[test]
fn the_built_in_policy_compiles() {
    let policy = Policy::built_in();
    assert_eq!(Policy::compile(&PolicyDocument::built_in()), Ok(policy));
}

proptest! {
    /// A problem with an entry of a list is reported at the entry.
    #[test]
    fn a_problem_is_at_the_entry_that_has_it(entries in prop::collection::vec("[a-z.@ *]{0,8}", 1..6)) {
        for problem in problems(&json!({"denied_domains": entries})) {
            let index = problem["denied_domains[".len()..].split(']').next().map(str::parse::<usize>);
            let entry = entries.get(index.expect("a place").expect("a number")).expect("an entry");
            prop_assert!(problem.contains(&format!("`{entry}`")), "{problem}");
        }
    }
}
