//! A person as a value of CEL: six fields, read on demand.

use std::any::Any;
use std::sync::Arc;

use cel::ExecutionError;
use cel::common::traits::Indexer;
use cel::common::types::{CelBool, CelString, Type};
use cel::common::value::{CowVal, StaticVal, Val};

use super::kind::Kind;
use super::problem::nearest;
use crate::fact::{Person, RESPONSES};

/// The fields and their types.
const FIELDS: [(&str, Kind); 6] = [
    ("address", Kind::TEXT),
    ("domain", Kind::TEXT),
    ("response", Kind::Text(Some(RESPONSES))),
    ("optional", Kind::Bool),
    ("resource", Kind::Bool),
    ("organizer", Kind::Bool),
];

/// The type of the field of this name.
///
/// # Errors
/// Says that there is no such field, and which one was most likely meant.
pub(super) fn field_kind(name: &str) -> Result<Kind, (String, Option<String>)> {
    let known = FIELDS.into_iter().find(|(field, _)| *field == name);
    known.map(|(_, kind)| kind).ok_or_else(|| {
        let message = format!("a person has no field \"{name}\"");
        (
            message,
            nearest(name, FIELDS.iter().map(|(field, _)| *field)),
        )
    })
}

static TYPE: Type = Type::new_unspecified_type("person");

/// Shared, because each pass of an `exists` copies its element.
#[derive(Debug)]
pub(super) struct PersonValue(pub(super) Arc<Person>);

impl PersonValue {
    fn field(&self, name: &str) -> Option<Box<dyn Val>> {
        let person = &self.0;
        Some(match name {
            "address" => text(person.email.as_str()),
            "domain" => text(person.domain().as_str()),
            "response" => text(person.response.as_str()),
            "optional" => Box::new(CelBool::from(person.is_optional)),
            "resource" => Box::new(CelBool::from(person.is_resource)),
            "organizer" => Box::new(CelBool::from(person.is_organizer)),
            _ => return None,
        })
    }
}

fn text(text: &str) -> Box<dyn Val> {
    Box::new(CelString::from(text.to_owned()))
}

impl Val for PersonValue {
    fn get_type(&self) -> &Type {
        &TYPE
    }

    fn cel_type() -> &'static Type {
        &TYPE
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        other
            .downcast_ref::<Self>()
            .is_some_and(|other| self.0 == other.0)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(Self(Arc::clone(&self.0)))
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for PersonValue {}

impl Indexer for PersonValue {
    fn get<'b, 'v>(&'b self, name: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let Some(name) = name.downcast_ref::<CelString>() else {
            return Err(ExecutionError::UnexpectedType {
                got: name.get_type().name().to_owned(),
                want: "string".to_owned(),
            });
        };
        let name = name.inner();
        let value = self.field(name).map(CowVal::Owned);
        value.ok_or_else(|| ExecutionError::no_such_key(name))
    }

    fn steal<'v>(self: Box<Self>, name: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(name).map(CowVal::into_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;
    use crate::event::ResponseStatus;

    #[test]
    fn every_field_is_there_and_of_its_type() {
        let value = PersonValue(Arc::new(Person {
            email: Email::parse("ann@acme.example").unwrap(),
            response: ResponseStatus::Pending,
            is_optional: true,
            is_resource: false,
            is_organizer: false,
        }));
        for (name, kind) in FIELDS {
            let field = value.field(name).expect(name);
            assert_eq!(
                field.downcast_ref::<CelBool>().is_some(),
                kind == Kind::Bool
            );
            assert_eq!(
                field.downcast_ref::<CelString>().is_some(),
                kind != Kind::Bool
            );
        }
    }
}
