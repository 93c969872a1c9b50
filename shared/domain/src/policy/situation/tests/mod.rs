//! The value of each fact. A row names only the difference from a typical meeting.

mod case;
mod names;
mod people;
mod times;

use proptest::prelude::*;

use super::*;
use crate::event::any_payload;
use crate::event::{Facts, Platform};
use crate::fact::{FactType, Person};
use case::{Case, UNKNOWN, count, text, zone};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

#[test]
fn every_listed_person_is_an_attendee() {
    let FactValue::People(people) = Case::usual().value(Fact::Attendees) else {
        panic!("people are listed");
    };
    let listed: Vec<_> = people.iter().map(description).collect();
    let expected = [
        "sales@acme.example of acme.example, accepted",
        "lead@acme.example of acme.example, accepted, organizer",
        "buyer@globex.example of globex.example, pending, optional",
        "room-4@rooms.example of rooms.example, accepted, resource",
    ];
    assert_eq!(listed, expected);
}

fn description(person: &Person) -> String {
    let flags = [
        (person.is_optional, ", optional"),
        (person.is_resource, ", resource"),
        (person.is_organizer, ", organizer"),
    ];
    let flags: String = flags
        .iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, word)| *word)
        .collect();
    let (email, domain) = (person.email.as_str(), person.domain());
    format!("{email} of {domain}, {}{flags}", person.response.as_str())
}

#[test]
fn facts_of_an_empty_event_are_unknown() {
    let mut case = Case::usual();
    *case.facts() = Facts::default();
    case.event.meeting_platform = None;
    case.calendar.email = None;
    let unknown = Fact::ALL
        .iter()
        .filter(|fact| case.value(**fact) == UNKNOWN);
    let unknown: Vec<_> = unknown.map(|fact| fact.name()).collect();
    let expected = [
        "organizer",
        "organizer_domain",
        "external_domains",
        "external",
        "internal",
        "external_to_organizer",
        "own_address",
        "own_domain",
        "own_response",
        "hosted",
        "meeting_platform",
        "time_zone",
        "weekday",
        "date",
        "hour",
        "start_minute",
        "end_minute",
        "all_day",
        "visibility",
        "private",
        "shows_as",
        "busy",
        "out_of_office",
        "focus_time",
        "kind",
    ];
    assert_eq!(unknown, expected);
}

fn kind_of(value: &FactValue) -> Option<FactType> {
    match value {
        FactValue::Unknown => None,
        FactValue::Flag(_) => Some(FactType::Flag),
        FactValue::Number(_) => Some(FactType::Number),
        FactValue::Text(_) => Some(FactType::Text),
        FactValue::Texts(_) => Some(FactType::Texts),
        FactValue::People(_) => Some(FactType::People),
        FactValue::Metadata(_) => Some(FactType::Metadata),
    }
}

fn any_instant() -> impl Strategy<Value = Timestamp> {
    let seconds = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    seconds.prop_map(|second| Timestamp::from_second(second).unwrap())
}

proptest! {
    #[test]
    fn a_fact_is_unknown_or_of_its_type(
        raw in any_payload(),
        instants in [any_instant(), any_instant(), any_instant()],
        is_google: bool,
        has_address: bool,
    ) {
        let mut case = Case::usual();
        let platform = if is_google { Platform::Google } else { Platform::Outlook };
        case.event.facts = Facts::from_payload(platform, &raw);
        let created_at;
        [created_at, case.event.starts_at, case.event.ends_at] = instants;
        case.event.created_at = Some(created_at);
        if !has_address {
            case.calendar.email = None;
        }
        for zone in [None, Some(zone("Pacific/Kiritimati"))] {
            case.policy_zone = zone;
            for fact in Fact::ALL {
                let kind = kind_of(&case.value(*fact));
                prop_assert!(kind.is_none_or(|kind| kind == fact.kind()), "{fact:?}: {kind:?}");
            }
        }
    }

    /// An all-day event takes the same days, however the payload states them and wherever the
    /// policy is.
    #[test]
    fn whole_days_do_not_depend_on_a_zone(
        day in 0..40_000_i64,
        days in 1..15_i64,
        payload in 0..3_usize,
        zone_name in prop::sample::select(vec!["America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati", "UTC-11"]),
        is_the_policys: bool,
    ) {
        let first = date(1990, 1, 1) + day.days();
        let behind = first + days.days();
        let midnight = |date: Date| json!({"dateTime": format!("{date}T00:00:00.0000000"), "timeZone": "UTC"});
        let stated = |start: Value, end: Value| json!({"isAllDay": true, "start": start, "end": end});
        let (platform, raw) = match payload {
            0 => (Platform::Google, stated(json!({"date": first.to_string()}), json!({"date": behind.to_string()}))),
            1 => (Platform::Outlook, stated(midnight(first), midnight(behind))),
            _ => (Platform::Outlook, json!({"isAllDay": true})),
        };
        let mut case = Case::usual();
        case.event.facts = Facts::from_payload(platform, &raw);
        let instant = |date: Date| date.to_zoned(TimeZone::UTC).unwrap().timestamp();
        (case.event.starts_at, case.event.ends_at) = (instant(first), instant(behind));
        if is_the_policys {
            case.policy_zone = Some(zone(zone_name));
        } else {
            case.event.facts.zone = Some(zone(zone_name));
        }
        prop_assert_eq!(case.value(Fact::Date), text(&first.to_string()));
        prop_assert_eq!(case.value(Fact::StartMinute), count(0));
        prop_assert_eq!(case.value(Fact::EndMinute), count(days * 24 * 60));
    }
}
