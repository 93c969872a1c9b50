//! A page is parsed from its text, and an event that cannot be read costs no other event.

mod damaged;

use callsheet_domain::EventId;
use proptest::prelude::*;
use test_case::test_case;

use super::*;
use crate::lenient::{PageProblem, PageSplitter};

const SECRET: &str = "never-log-this";

/// Fields of an event and their values as text.
type Fields = Vec<(&'static str, String)>;

fn fields(number: usize) -> Fields {
    let text = |text: &str| format!("\"{text}\"");
    vec![
        ("id", text(&format!("event-{number}"))),
        ("calendar_id", text("calendar-1")),
        ("ical_uid", text(&format!("{number}@acme.example"))),
        ("platform", text("google_calendar")),
        ("platform_id", text("4f9c")),
        ("start_time", text("2026-03-06T10:00:00Z")),
        ("end_time", text("2026-03-06T11:00:00Z")),
        ("created_at", text("2026-03-01T08:00:00Z")),
        ("updated_at", text("2026-03-02T08:00:00Z")),
        ("is_deleted", "false".to_owned()),
        ("meeting_platform", text("zoom")),
        ("meeting_url", text("https://acme.example/never-log-this")),
        ("new_field", "1.5".to_owned()),
        (
            "raw",
            object(&[
                ("summary", text("Café never-log-this")),
                ("description", text("never-log-this")),
                ("sequence", "3".to_owned()),
                (
                    "attendees",
                    r#"[{"email": "buyer@globex.example", "additionalGuests": 2}]"#.to_owned(),
                ),
            ]),
        ),
        (
            "bots",
            format!(
                "[{}]",
                object(&[
                    ("bot_id", text("bot-1")),
                    ("start_time", text("2026-03-06T10:00:00Z")),
                    ("deduplication_key", text("key")),
                    ("meeting_url", text("https://acme.example/never-log-this")),
                ])
            ),
        ),
    ]
}

fn object(fields: &[(&'static str, String)]) -> String {
    let fields = fields
        .iter()
        .map(|(name, value)| format!("\"{name}\": {value}"));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
}

/// The text of event `number`, with `value` in `field`.
fn event_with(number: usize, field: &str, value: &str) -> Vec<u8> {
    let mut fields = fields(number);
    let mut found = fields.iter_mut().find(|(name, _)| *name == field);
    if let Some((_, text)) = &mut found {
        value.clone_into(text);
    }
    assert!(found.is_some(), "{field} is a field");
    object(&fields).into_bytes()
}

/// Reads a page of five events, of which the third is `event`.
fn page_with(event: &[u8]) -> PageOfEvents {
    let mut body =
        br#"{"next": "https://recall.example/?cursor=2", "previous": null, "results": ["#.to_vec();
    for number in 0..5 {
        if number == 2 {
            body.extend(event);
        } else {
            body.extend(object(&fields(number)).bytes());
        }
        body.extend(if number == 4 { "]}" } else { ", " }.bytes());
    }
    read(&body, body.len()).expect("a page")
}

/// Reads a page that arrives in pieces of this length.
fn read(body: &[u8], length: usize) -> Result<PageOfEvents, PageProblem> {
    let mut page = PageOfEvents {
        events: Vec::new(),
        unreadable: Vec::new(),
        next: None,
    };
    let mut splitter = PageSplitter::new(NAMES);
    let mut add = |item: Item<'_>| add(&mut page, item);
    for piece in body.chunks(length) {
        splitter.push(piece, &mut add)?;
    }
    let next = splitter.finish(&mut add)?;
    Ok(PageOfEvents { next, ..page })
}

/// Asserts that the page's cursor and the four other events are read, and that no error shows content.
fn assert_costs_no_other(page: &PageOfEvents) {
    let listed: Vec<_> = page.events.iter().map(|event| event.id.as_str()).collect();
    for other in ["event-0", "event-1", "event-3", "event-4"] {
        assert!(listed.contains(&other), "{other} is lost: {page:?}");
    }
    assert_eq!(page.events.len() + page.unreadable.len(), 5);
    assert!(page.next.is_some());
    let problems: String = page.unreadable.iter().map(ToString::to_string).collect();
    assert!(!problems.contains(SECRET), "{problems}");
}

fn nested() -> String {
    format!("{}{}", "[".repeat(200), "]".repeat(200))
}

#[test_case("raw", r#"{"summary": "Launch \ud83d"}"#, Some("Launch \u{fffd}"); "half a surrogate pair in the title")]
#[test_case("raw", r#"{"summary": "Launch", "description": "\ude00"}"#, Some("Launch"); "half a surrogate pair in the description")]
#[test_case("raw", r#"{"summary": "Launch \ud83d\ude00 \\ud83d"}"#, Some("Launch 😀 \\ud83d"); "a pair and an escaped backslash")]
#[test_case("raw", r#"{"summary": "Launch", "\ud83d": 1}"#, Some("Launch"); "half a surrogate pair in a name")]
#[test_case("raw", r#"{"summary": "Launch", "sequence": 1e999}"#, Some("Launch"); "a number out of range that is not read")]
#[test_case("raw", r#"{"summary": 1e999}"#, None; "a number out of range as the title")]
#[test_case("raw", "1e999", None; "a number out of range as the payload")]
#[test_case("raw", &format!(r#"{{"summary": "Launch", "description": {}}}"#, nested()), Some("Launch"); "nested arrays in the description")]
#[test_case("raw", &nested(), None; "nested arrays as the payload")]
#[test_case("new_field", r#"{"a": [1e999, "\ud83d"]}"#, Some("Café never-log-this"); "a field to come")]
#[test_case("new_field", &nested(), Some("Café never-log-this"); "nested arrays in a field to come")]
#[test_case("platform_id", "1e999", Some("Café never-log-this"); "a number out of range as the platform's name")]
#[test_case("meeting_platform", &nested(), Some("Café never-log-this"); "nested arrays as the platform of the meeting")]
#[test_case("bots", r#"[{"bot_id": 7}, 1e999]"#, Some("Café never-log-this"); "bots that cannot be read")]
fn an_odd_value_costs_its_field(field: &str, value: &str, title: Option<&str>) {
    let page = page_with(&event_with(2, field, value));
    assert_costs_no_other(&page);
    assert_eq!(page.unreadable, []);
    assert_eq!(page.events[2].facts.title.as_deref(), title);
}

#[test]
fn an_attendee_is_read_beside_a_number_out_of_range() {
    let raw = r#"{"attendees": [{"email": "buyer@globex.example", "additionalGuests": 1e999}]}"#;
    let page = page_with(&event_with(2, "raw", raw));
    let attendees = &page.events[2].facts.attendees.listed;
    assert_eq!(attendees[0].email.as_str(), "buyer@globex.example");
}

#[test_case("start_time", "1e999", Some("event-2"), Some("calendar-1"); "a number out of range")]
#[test_case("end_time", &nested(), Some("event-2"), Some("calendar-1"); "nested arrays")]
#[test_case("platform", r#""\ud83d""#, Some("event-2"), Some("calendar-1"); "half a surrogate pair")]
#[test_case("id", "1e999", None, Some("calendar-1"); "an id that cannot be read")]
#[test_case("id", r#""../bot never-log-this""#, None, Some("calendar-1"); "an id that is none")]
#[test_case("calendar_id", "[]", Some("event-2"), None; "a calendar that cannot be read")]
fn an_unreadable_event_costs_itself_and_is_named(
    field: &str,
    value: &str,
    id: Option<&str>,
    calendar: Option<&str>,
) {
    let page = page_with(&event_with(2, field, value));
    assert_costs_no_other(&page);
    let [unreadable] = &page.unreadable[..] else {
        panic!("one event is unreadable: {page:?}");
    };
    assert_eq!(unreadable.id.as_ref().map(EventId::as_str), id);
    let calendar_id = unreadable.calendar_id.as_ref();
    assert_eq!(calendar_id.map(CalendarId::as_str), calendar);
}

#[test_case("", "an event without an id: its text is not JSON"; "nothing between two commas")]
#[test_case("7", "an event without an id: not in the published shape"; "a number")]
#[test_case("text", "an event without an id: not in the published shape"; "a word")]
#[test_case(r#""text""#, "an event without an id: not in the published shape"; "a string")]
#[test_case("null", "an event without an id: not in the published shape"; "null")]
#[test_case("[[]]", "an event without an id: not in the published shape"; "an array")]
#[test_case("{}", "an event without an id: missing or not readable: id, calendar_id, platform, start_time, end_time, updated_at"; "an empty object")]
#[test_case(r#"{"id": "event-2"}"#, "event event-2: missing or not readable: calendar_id, platform, start_time, end_time, updated_at"; "only an id")]
#[test_case(r#"{"calendar_id": "calendar-1"}"#, "an event without an id of calendar calendar-1: missing or not readable: id, platform, start_time, end_time, updated_at"; "only a calendar")]
fn an_unreadable_event_says_what_is_wrong(event: &str, expected: &str) {
    let page = page_with(event.as_bytes());
    assert_costs_no_other(&page);
    assert_eq!(page.unreadable[0].to_string(), expected);
}

/// A change to the text of an event that leaves its quotes and brackets in pairs.
#[derive(Debug, Clone)]
enum Mutation {
    /// These bytes are inserted into a string, a name or a value.
    Insert(Vec<u8>),
    /// A number, or a string that is a value, is replaced.
    Replace(String),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let byte = any::<u8>().prop_filter("a quote ends the string", |byte| {
        !matches!(byte, b'"' | b'\\')
    });
    let piece = prop_oneof![
        byte.prop_map(|byte| vec![byte]),
        any::<u8>().prop_map(|byte| vec![b'\\', byte]),
        prop::sample::select(vec![
            r"\ud83d",
            r"\ude00",
            r"\ud83d\ude00",
            r"\\ud83d",
            r"\u12",
            r"\u"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop_oneof![
        prop::collection::vec(piece, 1..6).prop_map(|pieces| Mutation::Insert(pieces.concat())),
        prop::sample::select(vec!["1e999", "-1e999", "null", "{}"])
            .prop_map(|text| Mutation::Replace(text.to_owned())),
        (1_usize..400).prop_map(|levels| {
            Mutation::Replace(format!("{}{}", "[".repeat(levels), "]".repeat(levels)))
        }),
    ]
}

/// Where strings and numbers begin and end in JSON text without escapes; strings with their quotes.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let (mut tokens, mut rest) = (Vec::new(), 0);
    while let Some(found) = text[rest..].find(|next: char| next == '"' || next.is_ascii_digit()) {
        let start = rest + found;
        let length = if text[start..].starts_with('"') {
            text[start + 1..].find('"').map(|end| end + 2)
        } else {
            text[start..].find(|next: char| !(next.is_ascii_digit() || next == '.'))
        };
        rest = start + length.expect("the token ends");
        tokens.push((start, rest));
    }
    tokens
}

fn mutated(mutation: &Mutation, token: prop::sample::Index, place: prop::sample::Index) -> Vec<u8> {
    let text = object(&fields(2));
    let is_name = |end: usize| text[end..].starts_with(':');
    let tokens = tokens(&text).into_iter();
    let (range, by) = match mutation {
        Mutation::Insert(bytes) => {
            let strings: Vec<_> = tokens
                .filter(|(start, _)| text[*start..].starts_with('"'))
                .collect();
            let (start, end) = *token.get(&strings);
            let at = start + 1 + place.index(end - start - 1);
            (at..at, bytes.as_slice())
        }
        Mutation::Replace(by) => {
            let values: Vec<_> = tokens.filter(|(_, end)| !is_name(*end)).collect();
            let (start, end) = *token.get(&values);
            (start..end, by.as_bytes())
        }
    };
    let mut bytes = text.clone().into_bytes();
    bytes.splice(range, by.iter().copied());
    bytes
}

proptest! {
    #[test]
    fn an_event_mutated_at_random_costs_no_other(
        mutation in mutation(),
        token in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
    ) {
        assert_costs_no_other(&page_with(&mutated(&mutation, token, place)));
    }
}
