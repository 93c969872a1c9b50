//! The facts of both platforms side by side: one row is one fact in either payload.

use crate::event::WholeDays;
use crate::event::appearance::{EventType, ShowsAs, Visibility};
use crate::event::attendee::{Attendee, LONGEST_ATTENDEE_LIST, ResponseStatus};
use crate::id::SeriesId;
use crate::zone::TimeZoneName;
use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};
use test_case::test_case;

use super::*;
use crate::event::payload::any_payload;

fn google(raw: Value) -> Facts {
    Facts::from_payload(Platform::Google, &raw)
}

fn outlook(raw: Value) -> Facts {
    Facts::from_payload(Platform::Outlook, &raw)
}

/// A zone, by its name.
fn zone(name: Option<&str>) -> Option<TimeZoneName> {
    name.map(|name| TimeZoneName::parse(name).unwrap())
}

#[test_case(json!({"status": "cancelled"}), json!({"isCancelled": true}), true; "cancelled")]
#[test_case(json!({"status": "CANCELLED"}), json!({"isCancelled": true}), true; "in another case")]
#[test_case(json!({"status": "canceled"}), json!({"isCancelled": true}), true; "as it is spelt in America")]
#[test_case(json!({"status": "tentative"}), json!({"isCancelled": false}), false; "not cancelled")]
#[test_case(json!({"status": true}), json!({"isCancelled": "true"}), false; "of another type")]
#[test_case(json!({}), json!({}), false; "missing")]
fn cancelled(in_google: Value, in_outlook: Value, expected: bool) {
    assert_eq!(google(in_google).is_cancelled, expected);
    assert_eq!(outlook(in_outlook).is_cancelled, expected);
}

#[test_case(json!({"self": true}), json!({"isOrganizer": true}), Some(true); "by the owner")]
#[test_case(json!({"self": false}), json!({"isOrganizer": false}), Some(false); "by another person")]
#[test_case(json!({"email": "a@b.example"}), json!({"organizer": {"emailAddress": {"address": "a@b.example"}}}), None; "by somebody whose address decides")]
#[test_case(json!({"email": "c_1@group.calendar.google.com"}), json!({"organizer": {"emailAddress": {"address": "1@emea.teams.ms"}}}), Some(false); "by what is no person")]
#[test_case(json!({"self": "yes"}), json!({"isOrganizer": "yes"}), None; "of another type")]
#[test_case(json!(["self"]), json!({"isOrganizer": null}), None; "of another shape")]
#[test_case(json!(null), json!({}), None; "missing")]
fn hosted(organizer: Value, in_outlook: Value, expected: Option<bool>) {
    assert_eq!(
        google(json!({ "organizer": organizer })).is_hosted,
        expected
    );
    assert_eq!(outlook(in_outlook).is_hosted, expected);
}

#[test_case(json!({"guestsCanSeeOtherGuests": false}), json!({"hideAttendees": true}), true; "hidden from guests")]
#[test_case(json!({"guestsCanSeeOtherGuests": true}), json!({"hideAttendees": false}), false; "shown")]
#[test_case(json!({"guestsCanSeeOtherGuests": "no"}), json!({"hideAttendees": "yes"}), true; "of another type")]
#[test_case(json!({"guestsCanSeeOtherGuests": null}), json!({"hideAttendees": null}), false; "null")]
#[test_case(json!({}), json!({}), false; "missing")]
fn hidden_from_guests(in_google: Value, in_outlook: Value, expected: bool) {
    assert_eq!(google(in_google).attendees.is_hidden_from_guests, expected);
    assert_eq!(
        outlook(in_outlook).attendees.is_hidden_from_guests,
        expected
    );
}

#[test_case(json!(null), false; "nothing")]
#[test_case(json!([]), false; "nobody")]
#[test_case(json!("many"), true; "a text")]
#[test_case(json!({}), true; "an object")]
#[test_case(json!([{}]), true; "somebody without an address")]
#[test_case(json!([null]), true; "a null")]
#[test_case(json!(["ann@acme.example"]), true; "a text for an attendee")]
fn a_list_with_an_entry_that_cannot_be_read_is_incomplete(attendees: Value, expected: bool) {
    for platform in [Platform::Google, Platform::Outlook] {
        let facts = Facts::from_payload(platform, &json!({"attendees": attendees}));
        assert_eq!(facts.attendees.is_incomplete, expected, "{platform:?}");
    }
}

#[test]
fn a_list_that_google_cut_is_incomplete_even_for_the_organizer() {
    for cut in [json!(true), json!("yes"), json!(1)] {
        let facts = google(json!({"attendeesOmitted": cut, "organizer": {"self": true}}));
        assert!(facts.attendees.is_incomplete, "{cut}");
    }
}

/// The flags of one attendee: optional, resource, organizer.
#[test_case(json!({}), json!({"type": "required"}), [false, false, false]; "required")]
#[test_case(json!({"resource": true}), json!({"type": "Resource"}), [false, true, false]; "a room in another case")]
#[test_case(json!({"optional": true}), json!({"type": "optional"}), [true, false, false]; "optional")]
#[test_case(json!({"resource": true}), json!({"type": "resource"}), [false, true, false]; "a room")]
#[test_case(json!({"organizer": true, "email": "LEAD@acme.example"}), json!({"emailAddress": {"address": "LEAD@acme.example"}}), [false, false, true]; "the organizer")]
#[test_case(json!({"optional": "true", "organizer": null}), json!({"type": null}), [false, false, false]; "of another type")]
#[test_case(json!({"email": "c_1@resource.calendar.google.com"}), json!({"type": "RESOURCE"}), [false, true, false]; "a room without its flag, or in another case")]
fn attendees(in_google: Value, in_outlook: Value, expected: [bool; 3]) {
    let with = |base: Value, fields: &Value| {
        let mut attendee = base;
        let fields = fields
            .as_object()
            .expect("an attendee is an object")
            .clone();
        attendee.as_object_mut().unwrap().extend(fields);
        attendee
    };
    let flags = |facts: Facts| {
        let [attendee] = facts.attendees.listed.try_into().expect("one attendee");
        let Attendee {
            is_optional,
            is_resource,
            is_organizer,
            ..
        } = attendee;
        [is_optional, is_resource, is_organizer]
    };
    let attendee = with(json!({"email": "guest@acme.example"}), &in_google);
    let organizer = json!({"email": "lead@acme.example"});
    let facts = google(json!({"organizer": organizer, "attendees": [attendee]}));
    assert_eq!(flags(facts), expected);

    let address = |email: &str| json!({"emailAddress": {"address": email}});
    let attendee = with(address("guest@acme.example"), &in_outlook);
    let organizer = address("lead@acme.example");
    let facts = outlook(json!({"organizer": organizer, "attendees": [attendee]}));
    assert_eq!(flags(facts), expected);
}

#[test_case("Accepted", "Accepted", ResponseStatus::Accepted; "accepted")]
#[test_case("TENTATIVE", "TentativelyAccepted", ResponseStatus::Tentative; "tentative")]
#[test_case("tentative", "tentatively_accepted", ResponseStatus::Tentative; "tentative with signs")]
#[test_case("Declined", "DECLINED", ResponseStatus::Declined; "declined")]
#[test_case("needsAction", "NotResponded", ResponseStatus::Pending; "no response")]
fn responses_are_read_in_any_case(of_google: &str, of_outlook: &str, expected: ResponseStatus) {
    let raw =
        json!({"attendees": [{"email": "a@b.example", "self": true, "responseStatus": of_google}]});
    assert_eq!(google(raw).own_response, Some(expected));
    let raw = json!({"responseStatus": {"response": of_outlook}});
    assert_eq!(outlook(raw).own_response, Some(expected));
}

#[test_case(json!(null); "null")]
#[test_case(json!([]); "a list")]
#[test_case(json!("text"); "a text")]
fn without_a_payload_nothing_is_known_of_its_people(raw: Value) {
    for facts in [google(raw.clone()), outlook(raw)] {
        assert!(facts.attendees.is_incomplete && facts.has_unreadable_title);
    }
}

#[test_case(json!({"recurringEventId": "s1"}), json!({"seriesMasterId": "s1"}), (true, Some("s1")); "an instance of a named series")]
#[test_case(json!({"recurrence": ["RRULE:FREQ=DAILY"]}), json!({"type": "seriesMaster"}), (true, None); "the series itself")]
#[test_case(json!({"recurringEventId": "s1"}), json!({"type": "exception", "seriesMasterId": "s1"}), (true, Some("s1")); "an instance that was moved")]
#[test_case(json!({"recurrence": ["RRULE:FREQ=DAILY"]}), json!({"type": "occurrence", "seriesMasterId": ""}), (true, None); "a series without a name")]
#[test_case(json!({"recurrence": []}), json!({"type": "singleInstance", "seriesMasterId": null}), (false, None); "alone")]
#[test_case(json!({"recurringEventId": 7}), json!({"seriesMasterId": 7, "type": 7}), (true, None); "a series whose name cannot be read")]
#[test_case(json!({"recurrence": "RRULE:FREQ=DAILY"}), json!({"recurrence": {"pattern": {"type": "daily"}}}), (true, None); "the series itself, by its recurrence alone")]
#[test_case(json!({"recurringEventId": " ", "recurrence": null}), json!({"type": "SingleInstance", "recurrence": {}}), (false, None); "nothing that recurs")]
#[test_case(json!({"recurringEventId": "s1"}), json!({"type": "OCCURRENCE", "seriesMasterId": "s1"}), (true, Some("s1")); "in another case")]
#[test_case(json!({}), json!({}), (false, None); "missing")]
fn recurring(in_google: Value, in_outlook: Value, expected: (bool, Option<&str>)) {
    for facts in [google(in_google), outlook(in_outlook)] {
        let series = facts.series.as_ref().map(SeriesId::as_str);
        assert_eq!((facts.is_recurring, series), expected);
    }
}

#[test_case(json!({"start": {"timeZone": "Europe/Berlin"}}), json!({"originalStartTimeZone": "W. Europe Standard Time"}), Some("Europe/Berlin"); "of the start")]
#[test_case(json!({"start": {"timeZone": "europe/berlin"}, "end": {"timeZone": "Asia/Tokyo"}}), json!({"originalStartTimeZone": "Europe/Berlin", "originalEndTimeZone": "Tokyo Standard Time"}), Some("Europe/Berlin"); "the start goes before the end")]
#[test_case(json!({"start": {"date": "2026-03-06"}, "end": {"timeZone": "Asia/Tokyo"}}), json!({"originalEndTimeZone": "Tokyo Standard Time"}), Some("Asia/Tokyo"); "of the end")]
#[test_case(json!({"start": {"timeZone": "Asia/Kolkata"}}), json!({"originalStartTimeZone": "India Standard Time", "start": {"timeZone": "UTC"}}), Some("Asia/Kolkata"); "the original zone goes before that of the times")]
#[test_case(json!({"start": {"timeZone": "Asia/Tokyo"}}), json!({"start": {"timeZone": "Tokyo Standard Time"}}), Some("Asia/Tokyo"); "of times that were not converted to UTC")]
#[test_case(json!({"start": {"timeZone": "UTC"}}), json!({"originalStartTimeZone": "UTC"}), Some("UTC"); "entered in UTC")]
#[test_case(json!({"start": {}}), json!({"start": {"timeZone": "utc"}}), None; "converted to UTC")]
#[test_case(json!({"start": {"timeZone": "Mars/Olympus"}, "end": {"timeZone": "Asia/Tokyo"}}), json!({"originalStartTimeZone": "tzone://Microsoft/Custom", "originalEndTimeZone": "Tokyo Standard Time"}), Some("Asia/Tokyo"); "an unknown zone gives way to that of the end")]
#[test_case(json!({"start": {"timeZone": "Custom Start"}, "end": {"timeZone": "Custom End"}}), json!({"originalStartTimeZone": "Customized Time Zone", "start": {"timeZone": "Tokyo Standard Time"}}), None; "an unknown zone")]
#[test_case(json!({"start": {"timeZone": "GMT-03:00"}}), json!({"originalStartTimeZone": "GMT-03:00"}), Some("UTC-03:00"); "an offset")]
#[test_case(json!({"start": {}, "end": {"timeZone": "UTC"}}), json!({"originalStartTimeZone": "tzone://Microsoft/Utc"}), Some("UTC"); "UTC of the platform")]
#[test_case(json!({}), json!({"start": {"timeZone": "tzone://Microsoft/Utc"}, "end": {"timeZone": "Etc/GMT"}}), None; "converted to UTC by another name")]
#[test_case(json!({"end": {"timeZone": "Asia/Tokyo"}}), json!({"start": {}, "end": {"timeZone": "Tokyo Standard Time"}}), Some("Asia/Tokyo"); "of the end alone")]
#[test_case(json!({"start": "Europe/Berlin", "end": {"timeZone": 1}}), json!({"originalStartTimeZone": 1, "start": {"timeZone": []}}), None; "of another type")]
#[test_case(json!({}), json!({}), None; "missing")]
fn zones(in_google: Value, in_outlook: Value, expected: Option<&str>) {
    assert_eq!(google(in_google).zone, zone(expected));
    assert_eq!(outlook(in_outlook).zone, zone(expected));
}

#[test_case(json!({"date": "2026-03-06"}), json!(true), Some(true); "whole days")]
#[test_case(json!({"date": "2026-03-06T10:00:00Z"}), json!(null), None; "a clock time in place of a date")]
#[test_case(json!({"dateTime": "2026-03-06T10:00:00Z"}), json!(false), Some(false); "hours")]
#[test_case(json!({"date": 20_260_306}), json!("true"), None; "of another type")]
#[test_case(json!("2026-03-06"), json!(null), None; "missing")]
fn all_day(start: Value, in_outlook: Value, expected: Option<bool>) {
    assert_eq!(google(json!({ "start": start })).is_all_day, expected);
    assert_eq!(
        outlook(json!({ "isAllDay": in_outlook })).is_all_day,
        expected
    );
}

#[test_case("Europe/Berlin", "W. Europe Standard Time", false; "known")]
#[test_case("Customized Time Zone", "Customized Time Zone", true; "unknown")]
fn an_unknown_zone_is_told(in_google: &str, in_outlook: &str, expected: bool) {
    let facts = google(json!({"start": {"timeZone": in_google}}));
    assert_eq!(facts.has_unknown_zone, expected);
    let facts = outlook(json!({"originalEndTimeZone": in_outlook}));
    assert_eq!(facts.has_unknown_zone, expected);
    let none = json!({"start": {"dateTime": "2090-03-06T10:00:00Z", "timeZone": "UTC"}});
    assert!(!google(json!({})).has_unknown_zone && !outlook(none).has_unknown_zone);
}

/// One day from the 6th of March on, or so many.
fn days(number: i64) -> Option<WholeDays> {
    let first = date(2090, 3, 6);
    let behind = first.checked_add(number.days()).ok()?;
    Some(WholeDays::from(first, Some(behind)))
}

#[test_case(json!({"start": {"date": "2090-03-06"}, "end": {"date": "2090-03-07"}}), days(1); "one day")]
#[test_case(json!({"start": {"date": "2090-03-06"}, "end": {"date": "2090-03-09"}}), days(3); "several days")]
#[test_case(json!({"start": {"date": "2090-03-06"}, "end": {"date": "2090-03-06"}}), days(1); "an end on the same day")]
#[test_case(json!({"start": {"date": "2090-03-06"}}), days(1); "no end")]
#[test_case(json!({"start": {"date": " 2090-03-06 ", "timeZone": "Pacific/Auckland"}, "end": {"date": 7}}), days(1); "a zone beside the date")]
#[test_case(json!({"start": {"dateTime": "2090-03-06T00:00:00Z"}, "end": {"date": "2090-03-07"}}), None; "hours")]
#[test_case(json!({"start": {"date": "2090-03-06T10:30:00-07:00"}}), None; "a clock time in place of a date")]
#[test_case(json!({"start": {"date": "2090-02-30"}}), None; "a day that there is not")]
fn whole_days_of_google_are_dates(raw: Value, expected: Option<WholeDays>) {
    assert_eq!(google(raw).whole_days, expected);
}

#[test_case("2090-03-06T00:00:00.0000000", "UTC", "2090-03-07T00:00:00.0000000", None, days(1); "from midnight to midnight")]
#[test_case("2090-03-06T00:00:00.0000000", "UTC", "2090-03-09T00:00:00.0000000", Some("Pacific Standard Time"), days(3); "of several days, entered elsewhere")]
#[test_case("2090-03-06T00:00:00Z", "UTC", "2090-03-07T00:00:00Z", None, days(1); "with a sign for UTC")]
#[test_case("2090-03-06T00:00:00", "Tokyo Standard Time", "2090-03-07T00:00:00", Some("Pacific Standard Time"), days(1); "midnight in the reader's zone")]
#[test_case("2090-03-05T23:00:00.0000000", "UTC", "2090-03-06T23:00:00.0000000", Some("W. Europe Standard Time"), days(1); "converted from an eastern zone")]
#[test_case("2090-03-06T08:00:00.0000000", "UTC", "2090-03-08T08:00:00.0000000", Some("Pacific Standard Time"), days(2); "converted from a western zone")]
#[test_case("2090-03-06T06:30:00.0000000", "UTC", "2090-03-06T07:00:00.0000000", Some("India Standard Time"), None; "a clock time")]
#[test_case("2090-03-05T23:00:00.0000000", "UTC", "2090-03-06T23:00:00.0000000", Some("Customized Time Zone"), None; "converted from an unknown zone")]
#[test_case("tomorrow", "UTC", "2090-03-07T00:00:00.0000000", None, None; "no date")]
fn whole_days_of_outlook_are_dates(
    start: &str,
    zone: &str,
    end: &str,
    original: Option<&str>,
    expected: Option<WholeDays>,
) {
    let mut raw = json!({
        "isAllDay": true,
        "start": {"dateTime": start, "timeZone": zone},
        "end": {"dateTime": end, "timeZone": zone},
        "originalStartTimeZone": original,
    });
    assert_eq!(outlook(raw.clone()).whole_days, expected);
    raw["isAllDay"] = json!(false);
    assert_eq!(outlook(raw).whole_days, None);
}

#[test_case(json!("Review"), Some("Review"), false; "a title")]
#[test_case(json!("  "), None, false; "blanks")]
#[test_case(json!(null), None, false; "none")]
#[test_case(json!(7), None, true; "of another type")]
#[test_case(json!(["Review"]), None, true; "of another shape")]
fn titles(title: Value, expected: Option<&str>, is_unreadable: bool) {
    let of_both = [
        google(json!({ "summary": title })),
        outlook(json!({ "subject": title })),
    ];
    for facts in of_both {
        assert_eq!(facts.title.as_deref(), expected);
        assert_eq!(facts.has_unreadable_title, is_unreadable);
    }
    assert!(google(json!(null)).has_unreadable_title && outlook(json!([])).has_unreadable_title);
}

#[test]
fn a_title_is_read_whole_and_shown_in_part() {
    let title = format!("{}面接", "é😀".repeat(200));
    for facts in [
        google(json!({"summary": title})),
        outlook(json!({"subject": title})),
    ] {
        assert_eq!(facts.title.as_ref(), Some(&title));
        assert_eq!(facts.short_title(), Some("é😀".repeat(100)));
    }
    let endless = google(json!({"summary": "x".repeat(1_000_000)}));
    assert_eq!(endless.title.map(|title| title.len()), Some(LONGEST_TITLE));
}

#[test_case(json!({}), json!({"sensitivity": "normal"}), Some(Visibility::Default); "the default")]
#[test_case(json!({"visibility": "default"}), json!({"sensitivity": "normal"}), Some(Visibility::Default); "the default, explicitly")]
#[test_case(json!({"visibility": "private"}), json!({"sensitivity": "private"}), Some(Visibility::Private); "private")]
#[test_case(json!({"visibility": "private"}), json!({"sensitivity": "personal"}), Some(Visibility::Private); "personal")]
#[test_case(json!({"visibility": "Default"}), json!({"sensitivity": "Normal"}), Some(Visibility::Default); "the default in another case")]
#[test_case(json!({"visibility": "CONFIDENTIAL"}), json!({"sensitivity": "Confidential"}), Some(Visibility::Confidential); "confidential in another case")]
#[test_case(json!({"visibility": "confidential"}), json!({"sensitivity": "confidential"}), Some(Visibility::Confidential); "confidential")]
#[test_case(json!({"visibility": "secret"}), json!({"sensitivity": "secret"}), None; "an unknown value")]
#[test_case(json!({"visibility": 1}), json!({"sensitivity": 1}), None; "of another type")]
#[test_case(json!(null), json!({}), None; "missing")]
fn visibility(in_google: Value, in_outlook: Value, expected: Option<Visibility>) {
    assert_eq!(google(in_google).visibility, expected);
    assert_eq!(outlook(in_outlook).visibility, expected);
}

#[test]
fn only_google_has_public_events() {
    let public = json!({"visibility": "public"});
    assert_eq!(google(public).visibility, Some(Visibility::Public));
}

#[test_case(json!({}), json!({"showAs": "busy"}), Some(ShowsAs::Busy); "busy")]
#[test_case(json!({"transparency": "opaque"}), json!({"showAs": "busy"}), Some(ShowsAs::Busy); "busy, explicitly")]
#[test_case(json!({"transparency": "transparent"}), json!({"showAs": "free"}), Some(ShowsAs::Free); "free")]
#[test_case(json!({"transparency": "Transparent"}), json!({"showAs": "Free"}), Some(ShowsAs::Free); "free in another case")]
#[test_case(json!({"eventType": "OUT_OF_OFFICE"}), json!({"showAs": "OOF"}), Some(ShowsAs::OutOfOffice); "out of office in another case")]
#[test_case(json!({"eventType": "outOfOffice", "transparency": "transparent"}), json!({"showAs": "oof"}), Some(ShowsAs::OutOfOffice); "out of office, whatever else is set")]
#[test_case(json!({"transparency": "glassy"}), json!({"showAs": "unknown"}), None; "an unknown value")]
#[test_case(json!({"transparency": true}), json!({"showAs": true}), None; "of another type")]
#[test_case(json!("busy"), json!({}), None; "missing")]
fn shows_as(in_google: Value, in_outlook: Value, expected: Option<ShowsAs>) {
    assert_eq!(google(in_google).shows_as, expected);
    assert_eq!(outlook(in_outlook).shows_as, expected);
}

#[test_case("tentative", ShowsAs::Tentative; "tentative")]
#[test_case("WorkingElsewhere", ShowsAs::Elsewhere; "elsewhere in another case")]
#[test_case("workingElsewhere", ShowsAs::Elsewhere; "elsewhere")]
fn only_outlook_shows(value: &str, expected: ShowsAs) {
    assert_eq!(outlook(json!({ "showAs": value })).shows_as, Some(expected));
}

#[test_case(json!({}), Some(EventType::Default); "the default")]
#[test_case(json!({"eventType": "default"}), Some(EventType::Default); "the default, explicitly")]
#[test_case(json!({"eventType": "outOfOffice"}), Some(EventType::OutOfOffice); "out of office")]
#[test_case(json!({"eventType": "focusTime"}), Some(EventType::FocusTime); "focus time")]
#[test_case(json!({"eventType": "workingLocation"}), Some(EventType::WorkingLocation); "a place")]
#[test_case(json!({"eventType": "fromGmail"}), Some(EventType::FromGmail); "a mail")]
#[test_case(json!({"eventType": "birthday"}), Some(EventType::Birthday); "a birthday")]
#[test_case(json!({"eventType": "holiday"}), None; "an unknown value")]
#[test_case(json!({"eventType": {}}), None; "of another type")]
#[test_case(json!([]), None; "missing")]
fn only_google_has_event_types(in_google: Value, expected: Option<EventType>) {
    assert_eq!(outlook(in_google.clone()).kind, Some(EventType::Default));
    assert_eq!(google(in_google).kind, expected);
}

proptest! {
    #[test]
    fn every_malformed_payload_is_read(raw in any_payload()) {
        for platform in [Platform::Google, Platform::Outlook] {
            let facts = Facts::from_payload(platform, &raw);
            prop_assert_eq!(&facts, &Facts::from_payload(platform, &raw));
        }
    }
}

/// The payload without the fields that no fact is read from.
fn pruned(raw: &Value) -> Value {
    match raw {
        Value::Object(fields) => {
            let read = fields.iter().filter(|(name, _)| is_payload_field(name));
            read.map(|(name, value)| (name.clone(), pruned(value)))
                .collect()
        }
        Value::Array(items) => items.iter().map(pruned).collect(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn no_fact_depends_on_another_field(raw in any_payload()) {
        for platform in [Platform::Google, Platform::Outlook] {
            let facts = Facts::from_payload(platform, &pruned(&raw));
            prop_assert_eq!(facts, Facts::from_payload(platform, &raw));
        }
    }
}

#[test]
fn of_a_list_that_is_too_long_the_first_attendees_are_read_and_it_is_incomplete() {
    let of_length = |length| -> Vec<_> {
        let attendee = |number| json!({"email": format!("{number}@a.example"), "emailAddress": {"address": format!("{number}@a.example")}});
        (0..length).map(attendee).collect()
    };
    let longest = LONGEST_ATTENDEE_LIST;
    for (length, is_incomplete) in [(longest, false), (longest + 1, true)] {
        let raw = json!({ "attendees": of_length(length) });
        for platform in [Platform::Google, Platform::Outlook] {
            let attendees = Facts::from_payload(platform, &raw).attendees;
            assert_eq!(attendees.listed.len(), longest);
            assert_eq!(attendees.is_incomplete, is_incomplete);
        }
    }
}
