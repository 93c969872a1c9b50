//! Values of facts.

use callsheet_domain::{FactValue, Person};
use serde_json::{Value, json};

/// Represents the value of a fact: null if it is unknown.
pub(crate) fn fact_json(value: &FactValue) -> Value {
    match value {
        FactValue::Unknown => Value::Null,
        FactValue::Flag(flag) => json!(flag),
        FactValue::Number(number) => json!(number),
        FactValue::Text(text) => json!(text),
        FactValue::Texts(texts) => json!(texts),
        FactValue::People(people) => people.iter().map(person_json).collect(),
        FactValue::Metadata(metadata) => json!(metadata.values()),
    }
}

fn person_json(person: &Person) -> Value {
    json!({
        "address": person.email.as_str(),
        "response": person.response.as_str(),
        "optional": person.is_optional,
        "resource": person.is_resource,
        "organizer": person.is_organizer,
    })
}
