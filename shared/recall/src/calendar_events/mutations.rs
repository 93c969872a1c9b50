//! One odd field costs that field: an event in which any field is missing, null or of another
//! type is still read, unless the event cannot be told without the field.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// The fields without which an event is not read. `is_deleted` is one of them only if something
/// is stated that is neither true nor false.
const NEEDED: [&str; 7] = [
    "id",
    "calendar_id",
    "platform",
    "start_time",
    "end_time",
    "updated_at",
    "is_deleted",
];

/// A text that stands for a number out of range, which no value of JSON can be.
const OUT_OF_RANGE: &str = "@out of range@";

fn event(platform: &str, raw: Value) -> Value {
    json!({
        "id": "event-1",
        "calendar_id": "calendar-1",
        "ical_uid": "meeting@acme.example",
        "platform": platform,
        "platform_id": "4f9c",
        "start_time": "2090-03-06T10:00:00Z",
        "end_time": "2090-03-06T11:00:00Z",
        "created_at": "2090-03-01T08:00:00Z",
        "updated_at": "2090-03-02T08:00:00Z",
        "is_deleted": false,
        "meeting_platform": "zoom",
        "meeting_url": "https://acme.zoom.example/j/1",
        "bots": [{
            "bot_id": "bot-1",
            "start_time": "2090-03-06T10:00:00Z",
            "deduplication_key": "key",
            "meeting_url": "https://acme.zoom.example/j/1",
        }],
        "raw": raw,
    })
}

fn events() -> [Value; 3] {
    let address = |address| json!({"emailAddress": {"name": "", "address": address}});
    let google = json!({
        "summary": "Review",
        "status": "confirmed",
        "eventType": "default",
        "visibility": "private",
        "transparency": "opaque",
        "recurringEventId": "series-1",
        "recurrence": ["RRULE:FREQ=WEEKLY"],
        "attendeesOmitted": false,
        "guestsCanSeeOtherGuests": true,
        "organizer": {"email": "lead@acme.example", "self": false},
        "attendees": [
            {"email": "sales@acme.example", "self": true, "responseStatus": "accepted"},
            {"email": "room@acme.example", "resource": true, "optional": true, "organizer": false},
        ],
        "start": {"dateTime": "2090-03-06T10:00:00Z", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2090-03-06T11:00:00Z", "timeZone": "Europe/Berlin"},
    });
    let whole_days = json!({
        "summary": "Fair",
        "start": {"date": "2090-03-06"},
        "end": {"date": "2090-03-08"},
    });
    let mut attendee = address("buyer@globex.example");
    attendee["type"] = json!("required");
    attendee["status"] = json!({"response": "accepted"});
    let outlook = json!({
        "subject": "Review",
        "isCancelled": false,
        "isAllDay": true,
        "isOrganizer": false,
        "hideAttendees": false,
        "sensitivity": "normal",
        "showAs": "busy",
        "type": "occurrence",
        "seriesMasterId": "series-1",
        "recurrence": {"pattern": {"type": "weekly"}},
        "organizer": address("lead@acme.example"),
        "attendees": [attendee],
        "responseStatus": {"response": "accepted"},
        "originalStartTimeZone": "W. Europe Standard Time",
        "originalEndTimeZone": "W. Europe Standard Time",
        "start": {"dateTime": "2090-03-06T00:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2090-03-07T00:00:00.0000000", "timeZone": "UTC"},
    });
    [
        event("google_calendar", google),
        event("google_calendar", whole_days),
        event("microsoft_outlook", outlook),
    ]
}

/// The places of all fields and items in a value, as JSON pointers.
fn places(value: &Value) -> Vec<String> {
    fn visit(value: &Value, at: &str, places: &mut Vec<String>) {
        let parts: Vec<(String, &Value)> = match value {
            Value::Object(fields) => fields
                .iter()
                .map(|(name, part)| (name.clone(), part))
                .collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, part)| (index.to_string(), part))
                .collect(),
            _ => Vec::new(),
        };
        for (name, part) in parts {
            let place = format!("{at}/{name}");
            visit(part, &place, places);
            places.push(place);
        }
    }
    let mut found = Vec::new();
    visit(value, "", &mut found);
    found
}

/// A change of one field.
#[derive(Debug, Clone)]
enum Change {
    Drop,
    Replace(Value),
}

fn changes() -> Vec<Change> {
    let values = [
        json!(null),
        json!(true),
        json!(7),
        json!(-0.5),
        json!(""),
        json!("  "),
        json!("odd"),
        json!([]),
        json!([null]),
        json!({}),
        json!({"odd": {"odd": []}}),
        json!(OUT_OF_RANGE),
    ];
    let replaced = values.map(Change::Replace);
    std::iter::once(Change::Drop).chain(replaced).collect()
}

/// Makes the change; nothing if an earlier one has removed the place.
fn changed(event: &mut Value, place: &str, change: &Change) {
    let (parent, name) = place.rsplit_once('/').expect("a place begins with a slash");
    match (event.pointer_mut(parent), change) {
        (Some(Value::Object(fields)), Change::Drop) => drop(fields.remove(name)),
        (Some(Value::Array(items)), Change::Drop) => {
            if let Some(index) = name.parse().ok().filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        (_, Change::Replace(value)) => {
            if let Some(field) = event.pointer_mut(place) {
                *field = value.clone();
            }
        }
        _ => {}
    }
}

fn read(event: &Value) -> Result<CalendarEvent, UnreadableEvent> {
    let text = event.to_string();
    let text = text.replace(&format!("\"{OUT_OF_RANGE}\""), "1e999");
    read_event(&RawEvent::of(text.as_bytes()))
}

/// Asserts that an event is read, or says which of the `changed` needed fields it lacks.
fn assert_read(event: &Value, changed: &[&str]) {
    let field = |place: &str| place.split('/').nth(1).unwrap_or_default().to_owned();
    let changed: Vec<_> = changed.iter().map(|place| field(place)).collect();
    match read(event) {
        Ok(read) => {
            let is_kept = |field: &str| !changed.iter().any(|changed| changed == field);
            assert!(!is_kept("id") || read.id.as_str() == "event-1");
            assert!(!is_kept("start_time") || read.starts_at.to_string() == "2090-03-06T10:00:00Z");
            assert!(!is_kept("meeting_url") || read.meeting.is_some());
            assert!(!is_kept("bots") || read.bots.len() == 1);
        }
        Err(unreadable) => {
            let problem = unreadable.problem;
            let named = problem.strip_prefix("missing or not readable: ");
            let named = named.unwrap_or_else(|| panic!("no field is named: {problem}: {event}"));
            for name in named.split(", ") {
                assert!(NEEDED.contains(&name), "{name} is not needed: {event}");
                assert!(changed.iter().any(|field| field == name), "{name}: {event}");
            }
        }
    }
}

#[test]
fn one_odd_field_costs_that_field() {
    for event in events() {
        assert!(read(&event).is_ok(), "without a change");
        for place in places(&event) {
            for change in changes() {
                let mut event = event.clone();
                changed(&mut event, &place, &change);
                assert_read(&event, &[&place]);
            }
        }
    }
}

/// Each needed field is one: without it no event is read, and the problem names it.
#[test]
fn a_needed_field_that_is_missing_is_named() {
    for event in events() {
        for field in NEEDED {
            let mut event = event.clone();
            event[field] = json!({"odd": 1});
            let problem = read(&event).expect_err("it is needed").problem;
            assert_eq!(problem, format!("missing or not readable: {field}"));
        }
    }
}

proptest! {
    #[test]
    fn several_odd_fields_cost_those_fields(
        which in 0..3_usize,
        mutations in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(changes())),
            1..6,
        ),
    ) {
        let original = events()[which].clone();
        let places = places(&original);
        let mut event = original.clone();
        let mut at = Vec::new();
        for (place, change) in &mutations {
            let place = place.get(&places);
            changed(&mut event, place, change);
            at.push(place.as_str());
        }
        assert_read(&event, &at);
    }
}
