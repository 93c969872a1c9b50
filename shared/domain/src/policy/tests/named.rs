//! Which named policy a calendar is under, and what that one inherits.

use serde_json::json;
use test_case::test_case;

use super::{calendar, policy, rule};
use crate::email::Domain;
use crate::policy::document::Then;
use crate::policy::rule_set::RuleSet;
use crate::spending::Limits;

#[test_case("calendar-7", Some("sales@acme.example"), Some("by-id"); "an id goes before a domain")]
#[test_case("calendar-1", Some("lead@acme.example"), Some("by-owner"); "an owner goes before a domain")]
#[test_case("calendar-7", Some("lead@acme.example"), Some("by-owner"); "of an owner and an id the first")]
#[test_case("calendar-1", Some("sales@emea.acme.example"), Some("by-domain"); "of two domains the first")]
#[test_case("calendar-1", Some("sales@acme.example"), Some("by-domain"); "a domain")]
#[test_case("calendar-1", Some("buyer@globex.example"), None; "another domain")]
#[test_case("calendar-1", None, None; "no address")]
#[test_case("calendar-7", None, Some("by-id"); "an id without an address")]
fn the_policy_that_names_a_calendar_most_specifically_applies(
    id: &str,
    email: Option<&str>,
    expected: Option<&str>,
) {
    let named = |name: &str, calendar: &str| json!({"name": name, "calendars": [calendar]});
    let policy = policy(json!({"version": 1, "default": "skip", "policies": [
        named("by-domain", "@acme.example"),
        named("by-part", "@emea.acme.example"),
        named("by-owner", "Lead@acme.example"),
        named("by-id", "calendar-7"),
    ]}));
    assert_eq!(policy.name_for(&calendar(id, email)), expected);
}

#[test]
fn a_named_policy_inherits_what_it_leaves_out() {
    let policy = policy(json!({
        "version": 1,
        "default": "record",
        "time_zone": "Europe/Berlin",
        "bot": {"bot_name": "Outer"},
        "rules": [rule("hosted", json!({"hosted": true}), "skip")],
        "policies": [
            {"name": "same", "calendars": ["calendar-1"]},
            {"name": "other", "calendars": ["calendar-2"], "default": "skip", "rules": [], "time_zone": "America/New_York", "bot": {"bot_name": "Other"}},
        ],
    }));
    let outer = policy.rules_for(&calendar("calendar-3", None));
    let same = policy.rules_for(&calendar("calendar-1", None));
    assert_eq!(
        *same,
        RuleSet {
            name: Some("same".to_owned()),
            ..outer.clone()
        }
    );
    let other = policy.rules_for(&calendar("calendar-2", None));
    assert_eq!((other.rules.len(), other.default), (0, Then::Skip));
    assert_ne!((&other.zone, &other.bot), (&outer.zone, &outer.bot));
}

#[test]
fn a_calendar_is_under_the_caps_of_all_and_of_its_named_policy() {
    let capped = policy(json!({
        "version": 1,
        "default": "record",
        "spending": {"bots_per_day": 9, "hours_per_month": 90},
        "policies": [
            {"name": "own", "calendars": ["calendar-1"], "spending": {"bots_per_month": 7}},
            {"name": "none", "calendars": ["calendar-2"], "default": "skip"},
        ],
    }));
    let caps = |id: &str| capped.spending_caps(&calendar(id, None)).expect("caps");
    let all = caps("calendar-3");
    assert_eq!((all.day.bots, all.month.hours), (Some(9), Some(90)));
    let none = Limits::default();
    assert_eq!((all.policy_day, all.policy_month), (none, none));
    assert_eq!(caps("calendar-2"), all);
    let own = caps("calendar-1");
    assert_eq!((own.day, own.month), (all.day, all.month));
    assert_eq!(
        (own.policy_day.bots, own.policy_month.bots),
        (None, Some(7))
    );
    let uncapped = policy(json!({"version": 1, "default": "record"}));
    assert_eq!(uncapped.spending_caps(&calendar("calendar-1", None)), None);
}

#[test]
fn a_named_policy_replaces_the_domains_that_are_ours() {
    let policy = policy(json!({
        "version": 1,
        "default": "record",
        "own_domains": ["@Acme-Group.example"],
        "public_mail_domains": ["mail.example"],
        "policies": [
            {"name": "same", "calendars": ["calendar-1"]},
            {"name": "other", "calendars": ["calendar-2"], "own_domains": ["umbrella.example"]},
            {"name": "none", "calendars": ["calendar-4"], "own_domains": []},
        ],
    }));
    let ours = |id: &str| {
        let ours = &policy.rules_for(&calendar(id, None)).ours;
        let texts = |domains: Vec<&Domain>| {
            let texts = domains.into_iter().map(Domain::as_str);
            texts.collect::<Vec<_>>().join(" ")
        };
        [
            texts(ours.named.iter().collect()),
            texts(ours.public.iter().collect()),
        ]
    };
    assert_eq!(ours("calendar-3"), ["acme-group.example", "mail.example"]);
    assert_eq!(ours("calendar-1"), ["acme-group.example", "mail.example"]);
    assert_eq!(ours("calendar-2"), ["umbrella.example", "mail.example"]);
    assert_eq!(ours("calendar-4"), ["", "mail.example"]);
}

#[test]
fn the_built_in_list_of_public_mail_providers_applies_until_it_is_replaced() {
    let listed = |json| {
        let policy = policy(json);
        let ours = policy.rules_for(&calendar("calendar-1", None)).ours.clone();
        ours.public
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    let built_in = listed(json!({"version": 1, "default": "skip"}));
    assert!(built_in.contains(&"gmail.com".to_owned()), "{built_in:?}");
    let none = json!({"version": 1, "default": "skip", "public_mail_domains": []});
    assert_eq!(listed(none), Vec::<String>::new());
}
