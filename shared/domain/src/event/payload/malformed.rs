//! Malformed payloads, for properties that must hold for all payloads.

use proptest::prelude::*;
use serde_json::{Value, json};

/// Names and values of the platforms, in wrong places and with wrong types.
pub(crate) fn any_payload() -> impl Strategy<Value = Value> {
    let value = prop::sample::select(vec![
        "a@b.example",
        "accepted",
        "2026-03-06",
        "2026-03-06T10:00:00Z",
        "2026-03-06T00:00:00.0000000",
        "tzone://Microsoft/Utc",
        "(UTC+01:00) Amsterdam, Berlin, …",
        "GMT-03:00",
        "Kamchatka Standard Time",
        "Private",
        "Europe/Berlin",
        "W. Europe Standard Time",
        "tzone://Microsoft/Custom",
        "private",
        "personal",
        "transparent",
        "oof",
        "outOfOffice",
        "occurrence",
        "resource",
        "optional",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        value.prop_map(|value| json!(value)),
    ];
    let name = prop::sample::select(vec![
        "summary",
        "subject",
        "status",
        "isCancelled",
        "attendees",
        "attendeesOmitted",
        "guestsCanSeeOtherGuests",
        "hideAttendees",
        "organizer",
        "isOrganizer",
        "self",
        "email",
        "emailAddress",
        "address",
        "responseStatus",
        "response",
        "type",
        "resource",
        "optional",
        "recurringEventId",
        "recurrence",
        "pattern",
        "range",
        "seriesMasterId",
        "start",
        "end",
        "date",
        "dateTime",
        "timeZone",
        "originalStartTimeZone",
        "originalEndTimeZone",
        "isAllDay",
        "visibility",
        "sensitivity",
        "transparency",
        "showAs",
        "eventType",
    ]);
    // One level of names first, so that most payloads are objects with something to read in them.
    let inner = leaf.prop_recursive(3, 24, 5, {
        let name = name.clone();
        move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                object(name.clone(), inner, 0..6),
            ]
        }
    });
    prop_oneof![
        1 => inner.clone(),
        9 => object(name, inner, 0..24),
    ]
}

fn object(
    name: impl Strategy<Value = &'static str>,
    value: impl Strategy<Value = Value>,
    size: std::ops::Range<usize>,
) -> impl Strategy<Value = Value> {
    prop::collection::vec((name, value), size).prop_map(|pairs| {
        let pairs = pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        Value::Object(pairs.collect())
    })
}
