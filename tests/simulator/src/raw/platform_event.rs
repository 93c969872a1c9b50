//! Input of the payloads: an event as its calendar platform knows it.

use jiff::Timestamp;

use crate::draft::EventDraft;
use crate::model::Platform;

/// Event in the calendar of `owner`, as the platform knows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlatformEvent<'a> {
    pub(crate) platform: Platform,
    pub(crate) platform_id: &'a str,
    pub(crate) ical_uid: &'a str,
    pub(crate) draft: &'a EventDraft,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) is_deleted: bool,
    /// E-mail address of the calendar's owner.
    pub(crate) owner: &'a str,
}

/// Whether two e-mail addresses are equal, regardless of case.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}
