//! The facts of an explanation, as a map in the row.
//!
//! They are for people to read and to judge again by, so a name that this
//! build does not know is passed over.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_domain::{Email, Fact, FactType, FactValue, FactValues, Person, ResponseStatus};

use crate::attributes::{Attributes, Reading, Unreadable, Writing, number, text};

pub(super) const FACTS: &str = "facts";

pub(super) fn written(facts: &FactValues) -> Option<Attributes> {
    let value = |(fact, value): (&Fact, &FactValue)| (fact.name().to_owned(), attribute(value));
    (!facts.is_empty()).then(|| facts.iter().map(value).collect())
}

fn attribute(value: &FactValue) -> AttributeValue {
    match value {
        FactValue::Unknown => AttributeValue::Null(true),
        FactValue::Flag(flag) => AttributeValue::Bool(*flag),
        FactValue::Number(value) => number(value),
        FactValue::Text(value) => text(value),
        FactValue::Texts(texts) => AttributeValue::L(texts.iter().map(text).collect()),
        FactValue::People(people) => AttributeValue::L(people.iter().map(person).collect()),
    }
}

fn person(person: &Person) -> AttributeValue {
    let flag = |name: &str, flag: bool| (name.to_owned(), AttributeValue::Bool(flag));
    let fields = Writing::default()
        .text("address", person.email.as_str())
        .text("answer", person.response.as_str());
    let flags = [
        flag("optional", person.is_optional),
        flag("resource", person.is_resource),
        flag("organizer", person.is_organizer),
    ];
    AttributeValue::M(fields.attributes().into_iter().chain(flags).collect())
}

pub(super) fn read(row: Reading<'_>) -> Result<FactValues, Unreadable> {
    let Some(facts) = row.values_if_any(FACTS)? else {
        return Ok(FactValues::new());
    };
    let known = facts
        .iter()
        .filter_map(|(name, value)| Some((Fact::named(name)?, value)));
    known
        .map(|(fact, stored)| Ok((fact, value(fact, stored)?)))
        .collect()
}

fn value(fact: Fact, value: &AttributeValue) -> Result<FactValue, Unreadable> {
    let read = match (fact.kind(), value) {
        (_, AttributeValue::Null(true)) => Some(FactValue::Unknown),
        (FactType::Flag, AttributeValue::Bool(flag)) => Some(FactValue::Flag(*flag)),
        (FactType::Number, AttributeValue::N(digits)) => digits.parse().ok().map(FactValue::Number),
        (FactType::Text, AttributeValue::S(text)) => Some(FactValue::Text(text.clone())),
        (FactType::Texts, AttributeValue::L(items)) => {
            let texts = items.iter().map(|item| item.as_s().ok().cloned());
            texts.collect::<Option<_>>().map(FactValue::Texts)
        }
        (FactType::People, AttributeValue::L(items)) => {
            let people = items.iter().map(|item| read_person(item.as_m().ok()?));
            people.collect::<Option<_>>().map(FactValue::People)
        }
        _ => None,
    };
    read.ok_or(Unreadable::Malformed(FACTS))
}

fn read_person(fields: &HashMap<String, AttributeValue>) -> Option<Person> {
    let row = Reading::entry(fields);
    let flag = |name: &str| fields.get(name)?.as_bool().ok().copied();
    Some(Person {
        email: Email::parse(row.text("address").ok()?).ok()?,
        response: ResponseStatus::parse(row.text("answer").ok()?)?,
        is_optional: flag("optional")?,
        is_resource: flag("resource")?,
        is_organizer: flag("organizer")?,
    })
}
