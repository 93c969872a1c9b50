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

    /// The flag here: platforms omit flags that are false. None if it cannot be read.
    pub(super) fn flag_or_false(self) -> Option<bool> {
        if self.is_missing() {
            return Some(false);
        }
        self.flag()
    }

    /// Whether nothing is here.
    pub(super) fn is_missing(self) -> bool {
        self.0.is_null()
    }

    /// The whole number here, which platforms omit if it is zero. None if it cannot be read.
    pub(super) fn count_or_zero(self) -> Option<u32> {
        if self.is_missing() {
            return Some(0);
        }
        self.0
            .as_u64()
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
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

    /// Whether an object is here.
    pub(super) fn is_object(self) -> bool {
        self.0.is_object()
    }

    /// Whether a list is here.
    pub(super) fn is_list(self) -> bool {
        self.0.is_array()
    }

    /// Whether a list of at most `length` items is here, or nothing.
    pub(super) fn is_list_within(self, length: usize) -> bool {
        self.is_missing() || self.0.as_array().is_some_and(|items| items.len() <= length)
    }

    /// The items of the list here; anything else has none.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        self.0.as_array().into_iter().flatten().map(Self)
    }
}
