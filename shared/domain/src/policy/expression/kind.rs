//! The types that a part of an expression can have.

use std::fmt;

use crate::fact::{Fact, FactType};

/// The type of a part of an expression, when every fact is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Bool,
    Int,
    Double,
    /// Any text, or one of these texts.
    Text(Option<&'static [&'static str]>),
    List(Box<Self>),
    /// A map from keys of the first type to values of the second.
    Map(Box<Self>, Box<Self>),
    Person,
    Null,
    /// The type of no value: of the elements of `[]`.
    Nothing,
}

impl Kind {
    pub(super) const TEXT: Self = Self::Text(None);

    pub(super) fn of(fact: Fact) -> Self {
        match fact.kind() {
            FactType::Flag => Self::Bool,
            FactType::Number => Self::Int,
            FactType::Text => Self::Text(fact.choices()),
            FactType::Texts => Self::List(Box::new(Self::TEXT)),
            FactType::People => Self::List(Box::new(Self::Person)),
            FactType::Metadata => Self::Map(Box::new(Self::TEXT), Box::new(Self::TEXT)),
        }
    }

    /// The type that covers both, if one does.
    pub(super) fn with(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Nothing, kind) | (kind, Self::Nothing) => Some(kind.clone()),
            (Self::Text(one), Self::Text(two)) => Some(Self::Text(one.filter(|_| one == two))),
            (Self::List(one), Self::List(two)) => Some(Self::List(Box::new(one.with(two)?))),
            (Self::Map(key, value), Self::Map(other_key, other_value)) => Some(Self::Map(
                Box::new(key.with(other_key)?),
                Box::new(value.with(other_value)?),
            )),
            (one, two) => (one == two).then(|| one.clone()),
        }
    }

    pub(super) fn is(&self, wanted: &Self) -> bool {
        self.with(wanted).is_some()
    }

    pub(super) fn is_any(&self, wanted: &[Self]) -> bool {
        wanted.iter().any(|kind| self.is(kind))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Double => "a number with a fraction",
            Self::Text(_) => "a text",
            Self::List(element) => match **element {
                Self::Person => "a list of people",
                Self::Text(_) => "a list of texts",
                Self::Int => "a list of whole numbers",
                _ => "a list",
            },
            Self::Map(..) => "a map",
            Self::Person => "a person",
            Self::Null => "null",
            Self::Nothing => "an element of an empty list",
        })
    }
}
