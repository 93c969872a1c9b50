//! The names of the fields that facts are read from.

/// Whether facts are read from fields of this name, in the payload of any platform.
///
/// A reader of payloads may leave out all others, which are most of the text.
#[must_use]
pub fn is_payload_field(name: &str) -> bool {
    FIELDS.contains(&name)
}

const FIELDS: [&str; 44] = [
    "additionalGuests",
    "address",
    "attendees",
    "attendeesOmitted",
    "date",
    "dateTime",
    "email",
    "emailAddress",
    "end",
    "eventType",
    "guestsCanSeeOtherGuests",
    "hideAttendees",
    "isAllDay",
    "isCancelled",
    "isOrganizer",
    "location",
    "locationEmailAddress",
    "locationType",
    "locationUri",
    "locations",
    "optional",
    "organizer",
    "originalEndTimeZone",
    "originalStartTimeZone",
    "pattern",
    "recurrence",
    "recurringEventId",
    "resource",
    "response",
    "responseStatus",
    "self",
    "sensitivity",
    "seriesMasterId",
    "showAs",
    "start",
    "status",
    "subject",
    "summary",
    "timeZone",
    "transparency",
    "type",
    "uniqueId",
    "uniqueIdType",
    "visibility",
];
