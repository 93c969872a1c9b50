//! A payload in which every field may be missing or have another type.

use jiff::civil::{Date, DateTime};
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

    /// Whether the object here has something under `name` that is no text, or is no object.
    pub(super) fn has_unreadable_text(self, name: &str) -> bool {
        let Value::Object(fields) = self.0 else {
            return true;
        };
        !matches!(
            fields.get(name),
            None | Some(Value::Null | Value::String(_))
        )
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

    /// The word of an enumeration here: in lower case, and without signs, since programs
    /// write `OutOfOffice` and `out_of_office` for `outOfOffice`.
    pub(super) fn word(self) -> Option<String> {
        let letters = self
            .text()?
            .chars()
            .filter(|one| !matches!(one, '_' | '-' | ' '));
        Some(letters.map(|one| one.to_ascii_lowercase()).collect())
    }

    /// The word under `name` of the object here; `default` if it is missing.
    pub(super) fn word_or(self, name: &str, default: &str) -> Option<String> {
        match self.0.as_object()?.get(name) {
            None | Some(Value::Null) => Some(default.to_owned()),
            Some(text) => Self(text).word(),
        }
    }

    /// Whether something is stated here, though it may not be understood.
    pub(super) fn is_stated(self) -> bool {
        match self.0 {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        }
    }

    /// Whether a recurrence is stated here: rules, or a pattern.
    pub(super) fn is_recurrence(self) -> bool {
        match self.0 {
            Value::Array(rules) => !rules.is_empty(),
            Value::Object(_) => self.at("pattern").is_stated(),
            _ => self.text().is_some(),
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

    /// The date under `name`: a day of no zone.
    pub(super) fn date(self, name: &str) -> Option<Date> {
        let text = self.at(name).text()?;
        let is_date = text.len() == "2026-03-06".len();
        is_date.then(|| text.parse().ok()).flatten()
    }

    /// The local date and time here; a sign for UTC behind it is not read.
    pub(super) fn local_time(self) -> Option<DateTime> {
        self.text()?.trim_end_matches(['Z', 'z']).parse().ok()
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

/// The zone that a payload states.
#[derive(Default)]
pub(super) struct StatedZone {
    pub(super) zone: Option<TimeZoneName>,
    /// Zones are named, and no name is understood.
    pub(super) is_unknown: bool,
}

impl StatedZone {
    /// The first of these names that is understood.
    pub(super) fn of(names: [Raw<'_>; 2]) -> Self {
        let zone = names.iter().find_map(|name| name.zone());
        let is_named = names.iter().any(|name| name.text().is_some());
        Self {
            is_unknown: is_named && zone.is_none(),
            zone,
        }
    }
}
