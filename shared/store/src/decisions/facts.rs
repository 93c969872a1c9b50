//! The facts of an explanation, as a map in the row.
//!
//! People read them, and rules are evaluated by them again. A name that this
//! build does not know is ignored.

use std::collections::BTreeMap;

use callsheet_domain::{
    CalendarMetadata, Email, Fact, FactType, FactValue, FactValues, Person, ResponseStatus,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::attributes::Unreadable;
use crate::stored_text;

/// The facts by their names.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct FactsRow(BTreeMap<String, StoredFact>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredFact {
    Unknown(()),
    Flag(bool),
    Number(i64),
    Text(String),
    Texts(Vec<String>),
    People(Vec<PersonRow>),
    /// Values of metadata; none for one that is not known.
    Metadata(BTreeMap<String, Option<String>>),
    /// A value of no known type, of a fact that this build does not know.
    #[serde(skip_serializing)]
    Other(IgnoredAny),
}

#[derive(Serialize, Deserialize)]
struct PersonRow {
    #[serde(with = "stored_text")]
    address: Email,
    #[serde(with = "stored_text")]
    response: ResponseStatus,
    optional: bool,
    resource: bool,
    organizer: bool,
}

impl FactsRow {
    pub(super) fn of(facts: &FactValues) -> Self {
        let stored = facts
            .iter()
            .map(|(fact, value)| (fact.name().to_owned(), StoredFact::of(value)));
        Self(stored.collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn values(self) -> Result<FactValues, Unreadable> {
        let known = self
            .0
            .into_iter()
            .filter_map(|(name, stored)| Some((Fact::named(&name)?, stored)));
        known
            .map(|(fact, stored)| {
                let value = stored.value(fact.kind());
                let malformed = || Unreadable::Malformed(format!("facts.{}", fact.name()));
                Ok((fact, value.ok_or_else(malformed)?))
            })
            .collect()
    }
}

impl StoredFact {
    fn of(value: &FactValue) -> Self {
        match value {
            FactValue::Unknown => Self::Unknown(()),
            FactValue::Flag(flag) => Self::Flag(*flag),
            FactValue::Number(number) => Self::Number(*number),
            FactValue::Text(text) => Self::Text(text.clone()),
            FactValue::Texts(texts) => Self::Texts(texts.clone()),
            FactValue::People(people) => Self::People(people.iter().map(PersonRow::of).collect()),
            FactValue::Metadata(metadata) => Self::Metadata(metadata.values().clone()),
        }
    }

    fn value(self, kind: FactType) -> Option<FactValue> {
        match (kind, self) {
            (_, Self::Unknown(())) => Some(FactValue::Unknown),
            (FactType::Flag, Self::Flag(flag)) => Some(FactValue::Flag(flag)),
            (FactType::Number, Self::Number(number)) => Some(FactValue::Number(number)),
            (FactType::Text, Self::Text(text)) => Some(FactValue::Text(text)),
            (FactType::Texts, Self::Texts(texts)) => Some(FactValue::Texts(texts)),
            // Of an empty list the items do not tell the type.
            (FactType::People, Self::Texts(texts)) if texts.is_empty() => {
                Some(FactValue::People(Vec::new()))
            }
            (FactType::People, Self::People(people)) => {
                let people = people.into_iter().map(PersonRow::person);
                Some(FactValue::People(people.collect()))
            }
            // Only the keys that rules read are stored, so of others nothing is known.
            (FactType::Metadata, Self::Metadata(values)) => {
                Some(FactValue::Metadata(CalendarMetadata::kept(values, false)))
            }
            _ => None,
        }
    }
}

impl PersonRow {
    fn of(person: &Person) -> Self {
        Self {
            address: person.email.clone(),
            response: person.response,
            optional: person.is_optional,
            resource: person.is_resource,
            organizer: person.is_organizer,
        }
    }

    fn person(self) -> Person {
        Person {
            email: self.address,
            response: self.response,
            is_optional: self.optional,
            is_resource: self.resource,
            is_organizer: self.organizer,
        }
    }
}
