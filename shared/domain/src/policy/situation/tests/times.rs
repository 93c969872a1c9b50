//! When it is, by the clocks where it is.

use test_case::test_case;

use super::case::{Case, UNKNOWN, at, check, count, text, zone};
use crate::event::WholeDays;
use crate::fact::{Fact, FactValue};
use jiff::civil::date;

fn in_new_york(case: &mut Case) {
    case.policy_zone = Some(zone("America/New_York"));
}

fn no_zone(case: &mut Case) {
    case.facts().zone = None;
}

/// 23:30 to 00:30 in Berlin.
fn over_midnight(case: &mut Case) {
    case.time("2026-03-06T22:30:00Z", "2026-03-06T23:30:00Z");
}

/// 01:30 to 03:30 in Berlin, an hour by the clock's jump.
fn clocks_go_forward(case: &mut Case) {
    case.time("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z");
}

/// 02:30 to 02:30 in Berlin, the hour that comes twice.
fn clocks_go_back(case: &mut Case) {
    case.time("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z");
}

#[test]
fn instants_are_in_utc() {
    check(Fact::StartsAt, in_new_york, text("2026-03-06T10:00:00Z"));
    check(Fact::EndsAt, in_new_york, text("2026-03-06T10:50:00Z"));
}

#[test_case(|_| (), count(50); "minutes")]
#[test_case(clocks_go_forward, count(60); "as time goes, not clocks")]
#[test_case(|c| c.time("2026-03-06T10:00:00Z", "2026-03-06T10:01:59Z"), count(1); "whole ones")]
#[test_case(|c| c.time("2026-03-06T10:00:00Z", "2026-03-06T09:00:00Z"), count(-60); "it ends before it starts")]
fn duration(change: fn(&mut Case), expected: FactValue) {
    check(Fact::DurationMinutes, change, expected);
}

#[test_case(|_| (), text("Europe/Berlin"); "the event's own")]
#[test_case(in_new_york, text("America/New_York"); "the policy's goes before")]
#[test_case(|c| { no_zone(c); in_new_york(c) }, text("America/New_York"); "the policy's alone")]
#[test_case(no_zone, UNKNOWN; "missing")]
fn time_zone(change: fn(&mut Case), expected: FactValue) {
    check(Fact::TimeZone, change, expected);
}

#[test_case("2026-03-02", "monday")]
#[test_case("2026-03-03", "tuesday")]
#[test_case("2026-03-04", "wednesday")]
#[test_case("2026-03-05", "thursday")]
#[test_case("2026-03-06", "friday")]
#[test_case("2026-03-07", "saturday")]
#[test_case("2026-03-08", "sunday")]
fn weekdays(date: &str, expected: &str) {
    let mut case = Case::usual();
    case.event.starts_at = at(&format!("{date}T12:00:00Z"));
    assert_eq!(case.value(Fact::Weekday), text(expected));
    assert_eq!(case.value(Fact::Date), text(date));
}

#[test_case(|c| c.time("2026-03-06T23:30:00Z", "2026-03-07T00:30:00Z"), text("saturday"), text("2026-03-07"); "tomorrow in Berlin")]
#[test_case(|c| { in_new_york(c); c.time("2026-03-06T04:59:00Z", "2026-03-06T05:30:00Z") }, text("thursday"), text("2026-03-05"); "yesterday in New York")]
#[test_case(no_zone, UNKNOWN, UNKNOWN; "missing")]
fn days(change: fn(&mut Case), weekday: FactValue, date: FactValue) {
    check(Fact::Weekday, change, weekday);
    check(Fact::Date, change, date);
}

#[test_case(|_| (), [count(11), count(660), count(710)]; "in Berlin")]
#[test_case(in_new_york, [count(5), count(300), count(350)]; "in New York")]
#[test_case(over_midnight, [count(23), count(1410), count(1470)]; "over midnight")]
#[test_case(|c| c.time("2026-03-06T22:00:00Z", "2026-03-06T23:00:00Z"), [count(23), count(1380), count(1440)]; "until midnight")]
#[test_case(|c| c.time("2026-03-05T23:00:00Z", "2026-03-08T23:00:00Z"), [count(0), count(0), count(4320)]; "three days")]
#[test_case(clocks_go_forward, [count(1), count(90), count(210)]; "clocks go forward")]
#[test_case(|c| c.time("2026-03-29T12:00:00Z", "2026-03-29T13:00:00Z"), [count(14), count(840), count(900)]; "the afternoon of that day")]
#[test_case(clocks_go_back, [count(2), count(150), count(150)]; "clocks go back")]
#[test_case(|c| c.time("2026-03-06T10:00:59Z", "2026-03-06T10:30:59Z"), [count(11), count(660), count(690)]; "whole minutes")]
#[test_case(no_zone, [UNKNOWN, UNKNOWN, UNKNOWN]; "missing")]
fn hours(change: fn(&mut Case), expected: [FactValue; 3]) {
    let facts = [Fact::Hour, Fact::StartMinute, Fact::EndMinute];
    for (fact, expected) in facts.into_iter().zip(expected) {
        check(fact, change, expected);
    }
}

/// Friday the 6th to Sunday the 8th, as instants in UTC.
fn three_whole_days(case: &mut Case) {
    case.time("2026-03-06T00:00:00Z", "2026-03-09T00:00:00Z");
    let days = WholeDays::from(date(2026, 3, 6), Some(date(2026, 3, 9)));
    case.facts().whole_days = Some(days);
    case.facts().is_all_day = Some(true);
}

/// The same without dates in the payload.
fn three_days_by_instants(case: &mut Case) {
    case.time("2026-03-06T00:00:00Z", "2026-03-09T00:00:00Z");
    case.facts().is_all_day = Some(true);
}

#[test_case(|c| { three_days_by_instants(c); in_new_york(c) }; "by midnights in UTC")]
#[test_case(|c| { three_days_by_instants(c); no_zone(c) }; "by midnights in UTC, in no zone")]
#[test_case(|c| { three_days_by_instants(c); in_new_york(c); c.time("2026-03-05T23:00:00Z", "2026-03-08T23:00:00Z") }; "by midnights in the zone it was entered in")]
#[test_case(three_whole_days; "in the event's zone")]
#[test_case(|c| { three_whole_days(c); in_new_york(c) }; "in a zone to the west")]
#[test_case(|c| { three_whole_days(c); c.policy_zone = Some(zone("Pacific/Auckland")) }; "in a zone to the east")]
#[test_case(|c| { three_whole_days(c); no_zone(c) }; "in no zone")]
#[test_case(|c| { three_whole_days(c); c.time("2026-03-05T23:00:00Z", "2026-03-08T23:00:00Z") }; "as instants in Berlin")]
fn whole_days_are_dates_in_any_zone(change: fn(&mut Case)) {
    check(Fact::Date, change, text("2026-03-06"));
    check(Fact::Weekday, change, text("friday"));
    check(Fact::Hour, change, count(0));
    check(Fact::StartMinute, change, count(0));
    check(Fact::EndMinute, change, count(3 * 24 * 60));
}

#[test]
fn an_all_day_event_of_clock_times_is_read_by_the_clocks() {
    let change = |case: &mut Case| {
        case.facts().is_all_day = Some(true);
        case.policy_zone = Some(zone("America/New_York"));
    };
    check(Fact::Hour, change, count(5));
    check(Fact::EndMinute, change, count(5 * 60 + 50));
}

#[test_case(|_| (), count(24 * 60 + 30); "the day before")]
#[test_case(|c| c.event.created_at = Some(at("2026-03-06T09:59:01Z")), count(0); "whole minutes")]
#[test_case(|c| c.event.created_at = Some(at("2026-03-06T10:05:00Z")), count(-5); "while it went on")]
#[test_case(|c| c.event.created_at = None, UNKNOWN; "missing")]
fn lead(change: fn(&mut Case), expected: FactValue) {
    check(Fact::LeadMinutes, change, expected);
}
