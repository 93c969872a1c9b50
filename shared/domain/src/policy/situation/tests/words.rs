//! Names, and how the entry stands in the calendar.

use test_case::test_case;

use super::case::{Case, NO, UNKNOWN, YES, says, tells};
use crate::event::{EventType, Platform, ShowsAs, Visibility};
use crate::fact::{Fact, FactValue};
use crate::id::SeriesId;

#[test_case(|_| (), says("Kick-off"); "told")]
#[test_case(|c| c.facts().title = None, says(""); "without a name")]
fn title(change: fn(&mut Case), expected: FactValue) {
    tells(Fact::Title, change, expected);
}

#[test]
fn names_are_the_events_own() {
    tells(Fact::IcalUid, |_| (), says("meeting-1@acme.example"));
    tells(Fact::EventId, |_| (), says("event-1"));
    tells(Fact::CalendarId, |_| (), says("calendar-1"));
    tells(Fact::Platform, |_| (), says("google_calendar"));
    let outlook = |case: &mut Case| case.event.platform = Platform::Outlook;
    tells(Fact::Platform, outlook, says("microsoft_outlook"));
}

#[test_case(|_| (), NO, says(""); "alone")]
#[test_case(|c| c.facts().is_recurring = true, YES, says(""); "a series without a name")]
#[test_case(|c| { c.facts().is_recurring = true; c.facts().series = SeriesId::parse("s1").ok() }, YES, says("s1"); "a series")]
fn series(change: fn(&mut Case), recurring: FactValue, id: FactValue) {
    tells(Fact::Recurring, change, recurring);
    tells(Fact::SeriesId, change, id);
}

#[test_case(|_| (), says("zoom"); "told")]
#[test_case(|c| c.event.meeting_platform = None, UNKNOWN; "not told")]
fn meeting_platform(change: fn(&mut Case), expected: FactValue) {
    tells(Fact::MeetingPlatform, change, expected);
}

#[test_case(Some(true), YES; "whole days")]
#[test_case(Some(false), NO; "hours")]
#[test_case(None, UNKNOWN; "not told")]
fn all_day(told: Option<bool>, expected: FactValue) {
    tells(Fact::AllDay, |c| c.facts().is_all_day = told, expected);
}

#[test_case(Some(Visibility::Default), says("default"), NO; "default")]
#[test_case(Some(Visibility::Public), says("public"), NO; "public")]
#[test_case(Some(Visibility::Private), says("private"), YES; "private")]
#[test_case(Some(Visibility::Confidential), says("confidential"), YES; "confidential")]
#[test_case(None, UNKNOWN, UNKNOWN; "not told")]
fn visibility(told: Option<Visibility>, named: FactValue, private: FactValue) {
    tells(Fact::Visibility, |c| c.facts().visibility = told, named);
    tells(Fact::Private, |c| c.facts().visibility = told, private);
}

#[test_case(Some(ShowsAs::Free), says("free"), [NO, NO]; "free")]
#[test_case(Some(ShowsAs::Tentative), says("tentative"), [YES, NO]; "tentative")]
#[test_case(Some(ShowsAs::Busy), says("busy"), [YES, NO]; "busy")]
#[test_case(Some(ShowsAs::OutOfOffice), says("out_of_office"), [YES, YES]; "away")]
#[test_case(Some(ShowsAs::Elsewhere), says("elsewhere"), [YES, NO]; "elsewhere")]
#[test_case(None, UNKNOWN, [UNKNOWN, UNKNOWN]; "not told")]
fn shows_as(told: Option<ShowsAs>, named: FactValue, [busy, away]: [FactValue; 2]) {
    tells(Fact::ShowsAs, |c| c.facts().shows_as = told, named);
    tells(Fact::Busy, |c| c.facts().shows_as = told, busy);
    tells(Fact::OutOfOffice, |c| c.facts().shows_as = told, away);
}

#[test_case(Some(EventType::Default), says("default"), NO; "default")]
#[test_case(Some(EventType::OutOfOffice), says("out_of_office"), NO; "away")]
#[test_case(Some(EventType::FocusTime), says("focus_time"), YES; "own work")]
#[test_case(Some(EventType::WorkingLocation), says("working_location"), NO; "a place")]
#[test_case(Some(EventType::FromGmail), says("from_gmail"), NO; "a mail")]
#[test_case(Some(EventType::Birthday), says("birthday"), NO; "a birthday")]
#[test_case(None, UNKNOWN, UNKNOWN; "not told")]
fn kind(told: Option<EventType>, named: FactValue, focus: FactValue) {
    tells(Fact::EventType, |c| c.facts().kind = told, named);
    tells(Fact::FocusTime, |c| c.facts().kind = told, focus);
}
