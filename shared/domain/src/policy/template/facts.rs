//! The values that placeholders are rendered with.

use std::collections::BTreeMap;

use minijinja::Value;

use crate::email::Email;
use crate::event::{CalendarMetadata, ResponseStatus, short_title};
use crate::fact::{Fact, FactSource, FactType, FactValue, FactValues, Person};

/// The values of the used facts, by their names.
pub(super) fn context(used: &[Fact], facts: &dyn FactSource) -> Value {
    let values: BTreeMap<&str, Value> = used
        .iter()
        .map(|fact| (fact.name(), in_template(shown(*fact, facts))))
        .collect();
    Value::from(values)
}

/// The value of a fact, of a title as much as is shown of it.
fn shown(fact: Fact, facts: &dyn FactSource) -> FactValue {
    match facts.value(fact) {
        FactValue::Text(title) if fact == Fact::Title => FactValue::Text(short_title(&title)),
        value => value,
    }
}

/// A value of each fact, for a trial rendering.
pub(super) fn samples() -> FactValues {
    let person = Email::parse("sales@acme.example").map(|email| Person {
        email,
        response: ResponseStatus::Accepted,
        is_optional: false,
        is_resource: false,
        is_organizer: false,
    });
    let of_type = |kind| match kind {
        FactType::Flag => FactValue::Flag(true),
        FactType::Number => FactValue::Number(1),
        FactType::Text => FactValue::Text("text".to_owned()),
        FactType::Texts => FactValue::Texts(vec!["text".to_owned()]),
        FactType::People => FactValue::People(person.iter().cloned().collect()),
        FactType::Metadata => FactValue::Metadata(CalendarMetadata::shown([])),
    };
    let facts = Fact::ALL.iter();
    facts.map(|fact| (*fact, of_type(fact.kind()))).collect()
}

fn in_template(value: FactValue) -> Value {
    match value {
        FactValue::Unknown => Value::UNDEFINED,
        FactValue::Flag(flag) => Value::from(flag),
        FactValue::Number(number) => Value::from(number),
        FactValue::Text(text) => Value::from(text),
        FactValue::Texts(texts) => Value::from(texts),
        FactValue::People(people) => people.iter().map(person).collect(),
        FactValue::Metadata(metadata) => known(&metadata),
    }
}

/// The values that are known. Any other key renders as nothing.
fn known(metadata: &CalendarMetadata) -> Value {
    let values = metadata.values().iter();
    Value::from_pairs(values.filter_map(|(key, value)| Some((key.as_str(), value.as_deref()?))))
}

fn person(person: &Person) -> Value {
    Value::from_pairs([
        ("address", Value::from(person.email.as_str())),
        ("domain", Value::from(person.domain().as_str())),
        ("response", Value::from(person.response.as_str())),
        ("optional", Value::from(person.is_optional)),
        ("resource", Value::from(person.is_resource)),
        ("organizer", Value::from(person.is_organizer)),
    ])
}
