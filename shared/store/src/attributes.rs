//! Writes and reads the attributes of a row by name.
//!
//! Instants are numbers of microseconds: text timestamps do not sort. Every row
//! carries the version of its shape, and a build reads every version before its own.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use callsheet_domain::Timestamp;

/// A row as the SDK takes and gives it.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// Which attribute says the version of the row's shape.
pub(crate) const SHAPE: &str = "v";
/// The version that is written.
pub(crate) const SHAPE_WRITTEN: u32 = 1;

/// What is wrong with a stored row, without what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// An attribute that is always written is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// An attribute is of another type, or of a value that cannot be.
    #[error("{0} is not what it should be")]
    Malformed(&'static str),
    /// Written by a later build.
    #[error("its shape is of a version that this build does not know")]
    UnknownShape,
}

/// A number as the SDK takes it.
pub(crate) fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// An instant as it is stored.
pub(crate) fn instant(at: Timestamp) -> AttributeValue {
    number(at.as_microsecond())
}

/// A text as the SDK takes it.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A row, or a map in one, that is being written.
#[derive(Debug, Default)]
pub(crate) struct Writing(Attributes);

impl Writing {
    /// A row of the version that is written.
    pub(crate) fn row() -> Self {
        Self::default().number(SHAPE, SHAPE_WRITTEN)
    }

    fn with(mut self, name: &'static str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn text(self, name: &'static str, value: impl Into<String>) -> Self {
        self.with(name, text(value))
    }

    pub(crate) fn number(self, name: &'static str, value: impl Display) -> Self {
        self.with(name, number(value))
    }

    pub(crate) fn instant(self, name: &'static str, at: Timestamp) -> Self {
        self.with(name, instant(at))
    }

    pub(crate) fn map(self, name: &'static str, inside: Self) -> Self {
        self.with(name, AttributeValue::M(inside.0))
    }

    /// Maps under one name, in order.
    pub(crate) fn list(self, name: &'static str, inside: Vec<Self>) -> Self {
        let maps = inside.into_iter().map(|map| AttributeValue::M(map.0));
        self.with(name, AttributeValue::L(maps.collect()))
    }

    /// Attributes under one name, of whatever names and types.
    pub(crate) fn values(self, name: &'static str, values: Attributes) -> Self {
        self.with(name, AttributeValue::M(values))
    }

    pub(crate) fn flag(self, name: &'static str, flag: bool) -> Self {
        self.with(name, AttributeValue::Bool(flag))
    }

    /// Writes what is there; what is not leaves no attribute.
    pub(crate) fn maybe<T>(self, value: Option<T>, write: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => write(self, value),
            None => self,
        }
    }

    pub(crate) fn attributes(self) -> Attributes {
        self.0
    }
}

/// A row, or a map in one, that is being read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a>(&'a Attributes);

impl<'a> Reading<'a> {
    /// A row of a version that this build knows.
    pub(crate) fn row(attributes: &'a Attributes) -> Result<Self, Unreadable> {
        let row = Self(attributes);
        match row.number::<u32>(SHAPE)? {
            SHAPE_WRITTEN => Ok(row),
            _ => Err(Unreadable::UnknownShape),
        }
    }

    /// What an index shows of a row: no more than the attributes it projects.
    pub(crate) fn entry(attributes: &'a Attributes) -> Self {
        Self(attributes)
    }

    pub(crate) fn text_if_any(self, name: &'static str) -> Result<Option<&'a str>, Unreadable> {
        match self.0.get(name) {
            None => Ok(None),
            Some(AttributeValue::S(text)) => Ok(Some(text)),
            Some(_) => Err(Unreadable::Malformed(name)),
        }
    }

    pub(crate) fn text(self, name: &'static str) -> Result<&'a str, Unreadable> {
        self.text_if_any(name)?.ok_or(Unreadable::Missing(name))
    }

    /// A text that means something.
    pub(crate) fn parsed<T, E>(
        self,
        name: &'static str,
        parse: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Result<T, Unreadable> {
        parse(self.text(name)?).map_err(|_| Unreadable::Malformed(name))
    }

    pub(crate) fn number_if_any<T: FromStr>(
        self,
        name: &'static str,
    ) -> Result<Option<T>, Unreadable> {
        match self.0.get(name) {
            None => Ok(None),
            Some(AttributeValue::N(digits)) => match digits.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(Unreadable::Malformed(name)),
            },
            Some(_) => Err(Unreadable::Malformed(name)),
        }
    }

    pub(crate) fn number<T: FromStr>(self, name: &'static str) -> Result<T, Unreadable> {
        self.number_if_any(name)?.ok_or(Unreadable::Missing(name))
    }

    pub(crate) fn instant_if_any(
        self,
        name: &'static str,
    ) -> Result<Option<Timestamp>, Unreadable> {
        self.number_if_any(name)?
            .map(|micros| {
                Timestamp::from_microsecond(micros).map_err(|_| Unreadable::Malformed(name))
            })
            .transpose()
    }

    pub(crate) fn instant(self, name: &'static str) -> Result<Timestamp, Unreadable> {
        self.instant_if_any(name)?.ok_or(Unreadable::Missing(name))
    }

    /// Whether a flag is set; one that is not there is not.
    pub(crate) fn is_set(self, name: &'static str) -> Result<bool, Unreadable> {
        match self.0.get(name) {
            None => Ok(false),
            Some(AttributeValue::Bool(flag)) => Ok(*flag),
            Some(_) => Err(Unreadable::Malformed(name)),
        }
    }

    /// Attributes under one name, of whatever names and types.
    pub(crate) fn values_if_any(
        self,
        name: &'static str,
    ) -> Result<Option<&'a Attributes>, Unreadable> {
        match self.0.get(name) {
            None => Ok(None),
            Some(AttributeValue::M(inside)) => Ok(Some(inside)),
            Some(_) => Err(Unreadable::Malformed(name)),
        }
    }

    /// Maps under one name, in order; none if it is not there.
    pub(crate) fn maps(self, name: &'static str) -> Result<Vec<Self>, Unreadable> {
        let malformed = Unreadable::Malformed(name);
        let maps = match self.0.get(name) {
            None => return Ok(Vec::new()),
            Some(AttributeValue::L(maps)) => maps,
            Some(_) => return Err(malformed),
        };
        let map = |value: &'a AttributeValue| value.as_m().map(Self).map_err(|_| malformed);
        maps.iter().map(map).collect()
    }

    pub(crate) fn map_if_any(self, name: &'static str) -> Result<Option<Self>, Unreadable> {
        Ok(self.values_if_any(name)?.map(Self))
    }

    pub(crate) fn map(self, name: &'static str) -> Result<Self, Unreadable> {
        self.map_if_any(name)?.ok_or(Unreadable::Missing(name))
    }
}
