//! Names of time zones: IANA's in drafts and Google's payload, Windows' in Outlook's.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::draft::EventDraft;

/// Time zone of a draft without one; the name is the same on both platforms.
const UTC: &str = "UTC";

/// Outlook's name of a time zone without a Windows name.
const CUSTOM: &str = "tzone://Microsoft/Custom";

/// Windows names of common IANA time zones.
const WINDOWS: [(&str, &str); 24] = [
    ("Africa/Johannesburg", "South Africa Standard Time"),
    ("America/Chicago", "Central Standard Time"),
    ("America/Denver", "Mountain Standard Time"),
    ("America/Los_Angeles", "Pacific Standard Time"),
    ("America/New_York", "Eastern Standard Time"),
    ("America/Sao_Paulo", "E. South America Standard Time"),
    ("America/Toronto", "Eastern Standard Time"),
    ("Asia/Dubai", "Arabian Standard Time"),
    ("Asia/Hong_Kong", "China Standard Time"),
    ("Asia/Jerusalem", "Israel Standard Time"),
    ("Asia/Kathmandu", "Nepal Standard Time"),
    ("Asia/Kolkata", "India Standard Time"),
    ("Asia/Seoul", "Korea Standard Time"),
    ("Asia/Shanghai", "China Standard Time"),
    ("Asia/Singapore", "Singapore Standard Time"),
    ("Asia/Tokyo", "Tokyo Standard Time"),
    ("Australia/Sydney", "AUS Eastern Standard Time"),
    ("Europe/Athens", "GTB Standard Time"),
    ("Europe/Berlin", "W. Europe Standard Time"),
    ("Europe/Helsinki", "FLE Standard Time"),
    ("Europe/London", "GMT Standard Time"),
    ("Europe/Paris", "Romance Standard Time"),
    ("Europe/Warsaw", "Central European Standard Time"),
    ("Pacific/Auckland", "New Zealand Standard Time"),
];

/// IANA name of the draft's time zone.
pub(super) fn iana_name(draft: &EventDraft) -> &str {
    draft.time_zone.as_deref().unwrap_or(UTC)
}

/// Windows name of the draft's time zone.
pub(super) fn windows_name(draft: &EventDraft) -> &'static str {
    let name = iana_name(draft);
    if name == UTC {
        return UTC;
    }
    let known = WINDOWS.iter().find(|(iana, _)| *iana == name);
    known.map_or(CUSTOM, |(_, windows)| windows)
}

/// `time` in the draft's time zone, or in UTC if the zone is unknown.
pub(super) fn local(draft: &EventDraft, time: Timestamp) -> Zoned {
    let zone = TimeZone::get(iana_name(draft)).unwrap_or(TimeZone::UTC);
    time.to_zoned(zone)
}

/// Date in the draft's time zone, such as `2025-01-29`.
pub(super) fn date(draft: &EventDraft, time: Timestamp) -> String {
    local(draft, time).date().to_string()
}
