//! The columns of a file with overrides and pauses.

use callsheet_api::overrides::Scope;

/// The columns, in the order of an export. The last three are for people only.
pub(super) const COLUMNS: [&str; 12] = [
    "scope",
    "choice",
    "until",
    "platform",
    "owner",
    "calendar",
    "id",
    "event_id",
    "by",
    "at",
    "title",
    "starts_at",
];

/// The name of a scope in the column `scope`.
pub(crate) fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Meeting => "meeting",
        Scope::Event => "event",
        Scope::Series => "series",
        Scope::IcalUid => "ical_uid",
    }
}
