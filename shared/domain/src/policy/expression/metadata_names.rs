//! The names that stand for keys of the calendar's metadata in an expression.

use crate::event::CalendarMetadata;
use crate::fact::Fact;

/// The problem with any other use of the metadata.
pub(super) const NO_KEY: &str =
    "the metadata is read by key, as in calendar_metadata.team or calendar_metadata['cost-center']";

/// Whether a name is that of the whole metadata.
pub(super) fn is_whole(name: &str) -> bool {
    name == Fact::CalendarMetadata.name()
}

/// The name of a key. No fact and no element of a loop can have it.
pub(super) fn name(key: &str) -> String {
    format!("{}.{key}", Fact::CalendarMetadata.name())
}

/// The key of this name, if it is one's.
pub(super) fn key_named(name: &str) -> Option<&str> {
    let key = name.strip_prefix(Fact::CalendarMetadata.name())?;
    key.strip_prefix('.')
}

/// The name of the flag that a key's value is unknown.
pub(super) fn flag(key: &str) -> String {
    format!("?{}", name(key))
}

/// What is wrong with a key.
pub(super) fn key_problem(key: &str) -> Option<&'static str> {
    (!CalendarMetadata::is_key(key)).then_some("a key of the metadata has 1 to 100 characters")
}
