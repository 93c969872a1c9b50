//! Any policy that is written as YAML or JSON is parsed back.

use callsheet_domain::{
    DeduplicationScheme, DeniedDomains, DeniedDomainsDocument, HoursDocument, LinkComparison,
    NamedPolicyDocument, PolicyDocument, RuleDocument, Shorthands, SpendingDocument, Then, When,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::yaml;
use callsheet_api::policy_file::{PolicyFile, to_yaml};

/// Texts that a YAML parser may take for another type or for syntax.
fn texts() -> impl Strategy<Value = String> {
    let ambiguous = [
        "yes",
        "No",
        "on",
        "null",
        "~",
        "",
        " ",
        "1",
        "1.0",
        "0755",
        "1_000",
        "0x1F",
        "1e3",
        ".inf",
        "2026-01-01",
        "12:30:45",
        "true",
        "- a",
        "a: b",
        "a #b",
        "#",
        "&a",
        "*a",
        "!t",
        "|",
        ">",
        "%",
        "@",
        "`",
        "'",
        "\"",
        "{",
        "[",
        "a\nb",
        "a\n\nb\n",
        "\ta",
        "a ",
        " a",
        "a\r\nb",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "ünïcode ☃ 🎬",
        "---",
        "...",
        "=",
        "<<",
        "\u{1b}[2J",
        "{{ title }}",
        "\\",
        "\u{0}",
    ];
    prop_oneof![
        proptest::sample::select(ambiguous.to_vec()).prop_map(str::to_owned),
        "[ -~]{0,20}",
        any::<String>(),
        "[a-z ]{70,200}",
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(|number: f64| json!(number)),
        texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((texts(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn objects() -> impl Strategy<Value = Map<String, Value>> {
    let fields = prop::collection::vec((texts(), values()), 0..4);
    fields.prop_map(|fields| fields.into_iter().collect())
}

fn whens() -> impl Strategy<Value = When> {
    let lists = prop::collection::vec(texts(), 0..3);
    let hours = (texts(), texts()).prop_map(|(from, to)| HoursDocument {
        days: Vec::new(),
        from,
        to,
    });
    let shorthands = (
        prop::option::of(any::<bool>()),
        lists,
        prop::option::of(any::<u32>()),
        prop::option::of(hours),
        prop::option::of(texts()),
    );
    prop_oneof![
        texts().prop_map(When::Expression),
        shorthands.prop_map(
            |(external, title_has, minutes_at_least, within_hours, expression)| {
                When::All(Box::new(Shorthands {
                    external,
                    internal: Some(false),
                    title_has,
                    minutes_at_least,
                    within_hours,
                    expression,
                    ..Shorthands::default()
                }))
            }
        ),
    ]
}

fn rules() -> impl Strategy<Value = Vec<RuleDocument>> {
    let then = prop_oneof![Just(Then::Record), Just(Then::Skip)];
    let rule = (texts(), whens(), then, any::<bool>());
    let rule = rule.prop_map(|(name, when, then, locked)| RuleDocument {
        name,
        when,
        then,
        locked,
    });
    prop::collection::vec(rule, 0..4)
}

prop_compose! {
    fn documents()(
        domains in prop::collection::vec(texts(), 0..3),
        locked in any::<bool>(),
        time_zone in prop::option::of(texts()),
        rules_for_all in rules(),
        rules in rules(),
        bot in objects(),
        own in prop::option::of((texts(), rules(), objects())),
    ) -> PolicyDocument {
        let named = own.map(|(name, rules, bot)| NamedPolicyDocument {
            calendars: vec![name.clone()],
            metadata: std::collections::BTreeMap::new(),
            own_domains: Some(vec![name.clone()]),
            name,
            time_zone: None,
            rules: Some(rules),
            default: Some(Then::Record),
            spending: Some(SpendingDocument {
                bots_per_day: Some(3),
                ..SpendingDocument::default()
            }),
            bot: Some(bot),
        });
        PolicyDocument {
            version: 1,
            deduplication: DeduplicationScheme::Calendar,
            compare_links: Some(LinkComparison::Meeting),
            own_domains: domains.clone(),
            public_mail_domains: time_zone.is_some().then(|| domains.clone()),
            denied_domains: if locked {
                DeniedDomains::Keyed(DeniedDomainsDocument { domains, locked })
            } else {
                DeniedDomains::List(domains)
            },
            time_zone,
            rules_for_all,
            rules,
            default: Then::Skip,
            spending: Some(SpendingDocument {
                hours_per_month: Some(700),
                ..SpendingDocument::default()
            }),
            price_per_hour: Some(0.5),
            bot,
            retry: None,
            policies: named.into_iter().collect(),
        }
    }
}

/// A policy whose values are replaced by those of any type, at random.
fn mistaken() -> impl Strategy<Value = Value> {
    let places = proptest::sample::select(vec![
        "/version",
        "/default",
        "/rules",
        "/rules/0",
        "/rules/0/name",
        "/rules/0/when",
        "/rules/0/then",
        "/rules/0/when/external",
        "/rules/0/when/title_has",
        "/rules/0/when/title_has/0",
        "/rules/0/when/minutes_at_least",
        "/policies",
        "/policies/0/calendars",
        "/bot",
        "/time_zone",
    ]);
    prop::collection::vec((places, values()), 1..4).prop_map(|changes| {
        let mut json = json!({
            "version": 1, "default": "skip", "time_zone": "UTC", "bot": {"bot_name": "x"},
            "rules": [{"name": "a", "then": "skip", "when": {"external": true, "title_has": ["a"], "minutes_at_least": 1}}],
            "policies": [{"name": "b", "calendars": ["c"], "rules": []}],
        });
        for (place, value) in changes {
            if let Some(found) = json.pointer_mut(place) {
                *found = value;
            }
        }
        json
    })
}

proptest! {
    /// A file that does not parse has problems in words, and each of them is somewhere.
    #[test]
    fn every_mistake_in_the_format_has_a_path_or_a_line(json in mistaken()) {
        for is_json in [true, false] {
            let file = PolicyFile { is_json, ..yaml(json.to_string()) };
            if let Err(problems) = file.parse() {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    let is_of_parser = problem.message.contains("invalid type");
                    prop_assert!(!is_json || !is_of_parser, "{}", problem.message);
                    prop_assert!(problem.line.is_some() || problem.message.contains("missing"), "{problem:?}");
                }
            }
        }
    }

    #[test]
    fn a_policy_written_as_yaml_is_parsed_back(document in documents()) {
        let text = to_yaml(&document).expect("YAML");
        let parsed = yaml(text.clone()).parse();
        prop_assert_eq!(parsed.map(|parsed| parsed.canonical()), Ok(document.canonical()), "{}", text);
    }

    #[test]
    fn a_policy_in_json_is_parsed_as_yaml(document in documents()) {
        let parsed = yaml(document.canonical()).parse();
        prop_assert_eq!(parsed.map(|parsed| parsed.canonical()), Ok(document.canonical()));
    }
}
