//! A payload in which every field may be missing or have another type.

use serde_json::Value;

use crate::email::Email;
use crate::id::SeriesId;
use crate::zone::TimeZoneName;

/// A place in a payload.
#[derive(Clone, Copy)]
pub(super) struct Raw<'a>(pub(super) &'a Value);

impl<'a> Raw<'a> {
    /// The place under `name`; a missing one is null.
    pub(super) fn at(self, name: &str) -> Self {
        Self(self.0.get(name).unwrap_or(&Value::Null))
    }

    /// The text here, unless it is empty.
    pub(super) fn text(self) -> Option<&'a str> {
        self.0
            .as_str()
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    /// Whether this is exactly `true`: platforms omit flags that are false.
    pub(super) fn is_true(self) -> bool {
        self.0.as_bool() == Some(true)
    }

    /// The flag here.
    pub(super) fn flag(self) -> Option<bool> {
        self.0.as_bool()
    }

    /// The flag under `name` of the object here; a missing one is false.
    pub(super) fn flag_or_false(self, name: &str) -> Option<bool> {
        match self.0.as_object()?.get(name) {
            None | Some(Value::Null) => Some(false),
            Some(flag) => flag.as_bool(),
        }
    }

    /// The text under `name` of the object here; `default` if it is missing.
    pub(super) fn text_or(self, name: &str, default: &'a str) -> Option<&'a str> {
        match self.0.as_object()?.get(name) {
            None | Some(Value::Null) => Some(default),
            Some(text) => Self(text).text(),
        }
    }

    /// The address here.
    pub(super) fn email(self) -> Option<Email> {
        self.text().and_then(|text| Email::parse(text).ok())
    }

    /// The series named here.
    pub(super) fn series(self) -> Option<SeriesId> {
        self.text().and_then(|text| SeriesId::parse(text).ok())
    }

    /// The time zone named here.
    pub(super) fn zone(self) -> Option<TimeZoneName> {
        self.text().and_then(|text| TimeZoneName::parse(text).ok())
    }

    /// Whether a list is here with more than `length` items.
    pub(super) fn is_longer_than(self, length: usize) -> bool {
        self.0.as_array().is_some_and(|items| items.len() > length)
    }

    /// The items of the list here; anything else has none.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        self.0.as_array().into_iter().flatten().map(Self)
    }
}
