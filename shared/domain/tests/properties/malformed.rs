//! Malformed policies and payloads never panic.

use callsheet_domain::{
    Fact, FactSource, Overrides, Platform, Policy, PolicyDocument, decide, plan,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::events::{at, calendar, event_of, payload};
use crate::policies::document;

const WORDS: [&str; 16] = [
    "",
    "external",
    "{{ title }}",
    "{% for x in attendees %}{{ x }}",
    "{{ title[:99999] }}",
    "{{ 'x' * 1000000 }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
    "09:00",
    "record",
    "acme.example",
    "sales@acme.example",
    "@",
    "Europe/Berlin",
    "((((((((((((((((((((((((((",
    "attendees.all(a, attendees.all(b, a == b)) && external",
    "title + title == null",
];

const KEYS: [&str; 12] = [
    "version",
    "rules",
    "name",
    "when",
    "then",
    "default",
    "bot",
    "metadata",
    "bot_name",
    "policies",
    "calendars",
    "any_domain",
];

/// JSON of any shape, from texts that are valid in some place.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        select(&WORDS).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((select(&KEYS), inner), 0..5).prop_map(|fields| {
                let fields = fields.into_iter();
                Value::Object(
                    fields
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// Puts something else in the place of a part, or gives an object one more.
fn changed(value: &mut Value, at: &mut impl Iterator<Item = Index>, other: Value) {
    let index = at.next();
    match (value, index) {
        (Value::Array(items), Some(index)) if !items.is_empty() => {
            let chosen = index.index(items.len());
            changed(&mut items[chosen], at, other);
        }
        (Value::Object(fields), Some(index)) if !fields.is_empty() => {
            let chosen = index.index(fields.len());
            changed(fields.values_mut().nth(chosen).unwrap(), at, other);
        }
        (value, _) => *value = other,
    }
}

type Changes = Vec<(Vec<Index>, Value)>;

/// With other values of any type.
fn changes() -> impl Strategy<Value = Changes> {
    let path = prop::collection::vec(any::<Index>(), 1..5);
    prop::collection::vec((path, any_json()), 0..3)
}

/// With other texts and numbers, so that what was in the format still is.
fn slips() -> impl Strategy<Value = Vec<(Index, &'static str)>> {
    prop::collection::vec((any::<Index>(), select(&WORDS)), 1..4)
}

/// Replaces the text at index `left`.
fn misspell(value: &mut Value, left: &mut usize, replacement: &str) {
    match value {
        Value::String(text) => {
            if *left == 0 {
                replacement.clone_into(text);
            }
            *left = left.wrapping_sub(1);
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| misspell(item, left, replacement)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| misspell(field, left, replacement)),
        _ => {}
    }
}

fn with(mut value: Value, changes: Changes) -> Value {
    for (path, other) in changes {
        changed(&mut value, &mut path.into_iter(), other);
    }
    value
}

/// Documents that are almost in the format, and some of any shape.
fn malformed_document() -> impl Strategy<Value = Value> {
    let bot = any_json().prop_map(|bot| {
        if bot.is_object() {
            bot
        } else {
            json!({"x": bot})
        }
    });
    let almost = (document(), bot, changes()).prop_map(|(mut document, bot, changes)| {
        document["bot"] = bot;
        with(document, changes)
    });
    let bot = prop::collection::vec(select(&WORDS), 0..4);
    let misspelt = (document(), bot, slips()).prop_map(|(mut document, bot, slips)| {
        document["bot"]["texts"] = json!(bot);
        for (index, replacement) in slips {
            misspell(&mut document, &mut index.index(30), replacement);
        }
        document
    });
    prop_oneof![4 => misspelt, 4 => almost, 1 => any_json()]
}

fn malformed_payload() -> impl Strategy<Value = (Platform, Value)> {
    let almost = (payload(), changes())
        .prop_map(|((platform, raw), changes)| (platform, with(raw, changes)));
    let any = (any::<bool>(), any_json()).prop_map(|(is_google, raw)| {
        let platform = if is_google {
            Platform::Google
        } else {
            Platform::Outlook
        };
        (platform, raw)
    });
    prop_oneof![9 => almost, 1 => any]
}

proptest! {
    #![proptest_config(crate::at_least(1_000))]

    #[test]
    fn no_policy_and_no_payload_panics(written in malformed_document(), event in event_of(malformed_payload()), calendar in calendar()) {
        let text = written.to_string();
        let policy = match PolicyDocument::parse(&text) {
            Ok(document) => match Policy::compile(&document) {
                Ok(policy) => policy,
                Err(problem) => {
                    prop_assert!(!problem.0.is_empty());
                    prop_assert!(problem.0.iter().all(|problem| !problem.message.is_empty()));
                    Policy::built_in()
                }
            },
            Err(message) => {
                prop_assert!(!message.is_empty());
                Policy::built_in()
            }
        };
        let situation = policy.situation(&event, &calendar);
        for fact in Fact::ALL {
            let _ = situation.value(*fact);
        }
        let now = at("2026-03-06T06:00:00Z");
        let verdict = decide(&event, &calendar, &policy, &Overrides::default(), now);
        let _ = plan(&verdict, &event, &calendar, &policy);
        let _ = policy.bot_for(&calendar).render(&situation);
        let _ = policy.explain_again(verdict.reason(), &calendar);
    }

    #[test]
    fn no_text_is_a_policy_that_panics(text in ".{0,200}") {
        let _ = PolicyDocument::parse(&text);
    }
}
