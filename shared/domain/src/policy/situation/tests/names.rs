//! The title, the ids, and the appearance of an event.

use test_case::test_case;

use super::case::{Case, NO, UNKNOWN, YES, check, text};
use crate::event::{EventType, Platform, ShowsAs, Visibility};
use crate::fact::{Fact, FactValue};
use crate::id::SeriesId;

#[test_case(|_| (), text("Kick-off"); "known")]
#[test_case(|c| c.facts().title = None, text(""); "without a name")]
#[test_case(|c| { c.facts().title = None; c.facts().has_unreadable_title = true }, UNKNOWN; "of a name that cannot be read")]
fn title(change: fn(&mut Case), expected: FactValue) {
    check(Fact::Title, change, expected);
}

#[test]
fn names_are_the_events_own() {
    check(Fact::IcalUid, |_| (), text("meeting-1@acme.example"));
    check(Fact::EventId, |_| (), text("event-1"));
    check(Fact::CalendarId, |_| (), text("calendar-1"));
    check(Fact::Platform, |_| (), text("google_calendar"));
    let outlook = |case: &mut Case| case.event.platform = Platform::Outlook;
    check(Fact::Platform, outlook, text("microsoft_outlook"));
}

#[test_case(|_| (), NO, text(""); "alone")]
#[test_case(|c| c.facts().is_recurring = true, YES, text(""); "a series without a name")]
#[test_case(|c| { c.facts().is_recurring = true; c.facts().series = SeriesId::parse("s1").ok() }, YES, text("s1"); "a series")]
fn series(change: fn(&mut Case), recurring: FactValue, id: FactValue) {
    check(Fact::Recurring, change, recurring);
    check(Fact::SeriesId, change, id);
}

#[test_case(|_| (), text("zoom"); "known")]
#[test_case(|c| c.event.meeting_platform = None, UNKNOWN; "missing")]
fn meeting_platform(change: fn(&mut Case), expected: FactValue) {
    check(Fact::MeetingPlatform, change, expected);
}

#[test_case(Some(true), YES; "whole days")]
#[test_case(Some(false), NO; "hours")]
#[test_case(None, UNKNOWN; "missing")]
fn all_day(stated: Option<bool>, expected: FactValue) {
    check(Fact::AllDay, |c| c.facts().is_all_day = stated, expected);
}

#[test_case(Some(Visibility::Default), text("default"), NO; "default")]
#[test_case(Some(Visibility::Public), text("public"), NO; "public")]
#[test_case(Some(Visibility::Private), text("private"), YES; "private")]
#[test_case(Some(Visibility::Confidential), text("confidential"), YES; "confidential")]
#[test_case(None, UNKNOWN, UNKNOWN; "missing")]
fn visibility(stated: Option<Visibility>, named: FactValue, private: FactValue) {
    check(Fact::Visibility, |c| c.facts().visibility = stated, named);
    check(Fact::Private, |c| c.facts().visibility = stated, private);
}

#[test_case(Some(ShowsAs::Free), text("free"), [NO, NO]; "free")]
#[test_case(Some(ShowsAs::Tentative), text("tentative"), [YES, NO]; "tentative")]
#[test_case(Some(ShowsAs::Busy), text("busy"), [YES, NO]; "busy")]
#[test_case(Some(ShowsAs::OutOfOffice), text("out_of_office"), [YES, YES]; "away")]
#[test_case(Some(ShowsAs::Elsewhere), text("elsewhere"), [YES, NO]; "elsewhere")]
#[test_case(None, UNKNOWN, [UNKNOWN, UNKNOWN]; "missing")]
fn shows_as(stated: Option<ShowsAs>, named: FactValue, [busy, away]: [FactValue; 2]) {
    check(Fact::ShowsAs, |c| c.facts().shows_as = stated, named);
    check(Fact::Busy, |c| c.facts().shows_as = stated, busy);
    check(Fact::OutOfOffice, |c| c.facts().shows_as = stated, away);
}

#[test_case(Some(EventType::Default), text("default"), NO; "default")]
#[test_case(Some(EventType::OutOfOffice), text("out_of_office"), NO; "away")]
#[test_case(Some(EventType::FocusTime), text("focus_time"), YES; "own work")]
#[test_case(Some(EventType::WorkingLocation), text("working_location"), NO; "a place")]
#[test_case(Some(EventType::FromGmail), text("from_gmail"), NO; "a mail")]
#[test_case(Some(EventType::Birthday), text("birthday"), NO; "a birthday")]
#[test_case(None, UNKNOWN, UNKNOWN; "missing")]
fn kind(stated: Option<EventType>, named: FactValue, focus: FactValue) {
    check(Fact::EventType, |c| c.facts().kind = stated, named);
    check(Fact::FocusTime, |c| c.facts().kind = stated, focus);
}
