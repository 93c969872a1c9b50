//! A payload whose every field may be missing or of another type.

use serde_json::Value;

use crate::Email;

/// A place in a payload.
#[derive(Clone, Copy)]
pub(super) struct Raw<'a>(pub(super) &'a Value);

impl<'a> Raw<'a> {
    /// The place under `name`; a missing one is null.
    pub(super) fn at(self, name: &str) -> Self {
        Self(self.0.get(name).unwrap_or(&Value::Null))
    }

    /// The text here, if there is one with something in it.
    pub(super) fn text(self) -> Option<&'a str> {
        self.0
            .as_str()
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    /// Whether this is exactly `true`: platforms leave flags out when they are false.
    pub(super) fn is_true(self) -> bool {
        self.0.as_bool() == Some(true)
    }

    /// The address here.
    pub(super) fn email(self) -> Option<Email> {
        self.text().and_then(|text| Email::parse(text).ok())
    }

    /// The items of the list here; anything else has none.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        self.0.as_array().into_iter().flatten().map(Self)
    }
}
