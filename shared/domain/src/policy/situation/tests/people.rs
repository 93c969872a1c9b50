//! Who takes part, and from where.

use test_case::test_case;

use super::case::{Case, NO, UNKNOWN, YES, count, email, list, says, tells};
use crate::event::ResponseStatus;
use crate::fact::{Fact, FactValue};

fn only_colleagues(case: &mut Case) {
    case.attendees(&["sales@acme.example", "Berlin@EU.acme.example"]);
}

#[test_case(|_| (), says("lead@acme.example"); "told")]
#[test_case(|c| c.facts().organizer = None, UNKNOWN; "not told")]
fn organizer(change: fn(&mut Case), expected: FactValue) {
    tells(Fact::Organizer, change, expected);
}

#[test_case(|_| (), says("acme.example"); "told")]
#[test_case(|c| c.facts().organizer = None, UNKNOWN; "not told")]
fn organizer_domain(change: fn(&mut Case), expected: FactValue) {
    tells(Fact::OrganizerDomain, change, expected);
}

#[test_case(|_| (), count(3); "without the room, each once")]
#[test_case(|c| c.attendees(&["buyer@globex.example"]), count(3); "the organizer and the owner come too")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = None }, count(1); "the owner alone")]
#[test_case(|c| { c.attendees(&["buyer@globex.example", "BUYER@globex.example"]); c.calendar.email = None }, count(2); "listed twice")]
#[test_case(Case::is_incomplete, UNKNOWN; "some may be hidden")]
fn participants(change: fn(&mut Case), expected: FactValue) {
    tells(Fact::Participants, change, expected);
}

#[test_case(|_| (), count(1); "a room")]
#[test_case(|c| c.attendees(&[]), count(0); "none")]
#[test_case(Case::is_incomplete, count(1); "those that are listed")]
fn rooms(change: fn(&mut Case), expected: FactValue) {
    tells(Fact::Rooms, change, expected);
}

#[test_case(|_| (), list(&["acme.example", "globex.example"]); "without the room, in order, each once")]
#[test_case(Case::is_incomplete, list(&["acme.example", "globex.example"]); "those that are known")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = None }, list(&["acme.example"]); "the owner's")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = None; c.calendar.email = None }, list(&[]); "none")]
fn domains(change: fn(&mut Case), expected: FactValue) {
    tells(Fact::Domains, change, expected);
}

#[test_case(|_| (), list(&["globex.example"]); "a stranger's")]
#[test_case(only_colleagues, list(&[]); "a part of the own is not one")]
#[test_case(Case::is_incomplete, list(&["globex.example"]); "those that are known")]
#[test_case(|c| c.calendar.email = None, UNKNOWN; "nobody knows whose calendar it is")]
fn external_domains(change: fn(&mut Case), expected: FactValue) {
    tells(Fact::ExternalDomains, change, expected);
}

#[test_case(|_| (), YES; "a stranger")]
#[test_case(only_colleagues, NO; "a part of the own domain is no stranger")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = Some(email("lead@globex.example")) }, YES; "the organizer is one")]
#[test_case(|c| { only_colleagues(c); c.calendar.email = Some(email("sales@eu.acme.example")) }, YES; "the whole is one to its part")]
#[test_case(|c| c.attendees(&["sales@notacme.example"]), YES; "another that ends alike")]
#[test_case(Case::is_incomplete, YES; "a stranger, whoever is hidden")]
#[test_case(|c| { only_colleagues(c); c.is_incomplete() }, UNKNOWN; "a stranger may be hidden")]
#[test_case(|c| c.calendar.email = None, UNKNOWN; "nobody knows whose calendar it is")]
fn external_and_its_contrary(change: fn(&mut Case), expected: FactValue) {
    let contrary = match expected {
        FactValue::Flag(external) => FactValue::Flag(!external),
        _ => FactValue::Unknown,
    };
    tells(Fact::Internal, change, contrary);
    tells(Fact::External, change, expected);
}

#[test_case(|_| (), YES; "a stranger")]
#[test_case(only_colleagues, NO; "everybody is of the organizer's")]
#[test_case(|c| { only_colleagues(c); c.facts().organizer = Some(email("lead@globex.example")) }, YES; "the owner is a stranger")]
#[test_case(|c| { c.facts().organizer = Some(email("lead@globex.example")); c.is_incomplete() }, YES; "a stranger, whoever is hidden")]
#[test_case(|c| { only_colleagues(c); c.is_incomplete() }, UNKNOWN; "a stranger may be hidden")]
#[test_case(|c| c.calendar.email = None, YES; "a stranger, whosever calendar it is")]
#[test_case(|c| { only_colleagues(c); c.calendar.email = None }, UNKNOWN; "the owner may be a stranger")]
#[test_case(|c| c.facts().organizer = None, UNKNOWN; "nobody knows who called it")]
fn external_to_organizer(change: fn(&mut Case), expected: FactValue) {
    tells(Fact::ExternalToOrganizer, change, expected);
}

#[test_case(|_| (), YES; "whole")]
#[test_case(Case::is_incomplete, NO; "cut or hidden")]
fn attendees_complete(change: fn(&mut Case), expected: FactValue) {
    tells(Fact::AttendeesComplete, change, expected);
}

#[test]
fn the_owners_address_may_be_unknown() {
    tells(Fact::OwnAddress, |_| (), says("sales@acme.example"));
    tells(Fact::OwnDomain, |_| (), says("acme.example"));
    tells(Fact::OwnAddress, |c| c.calendar.email = None, UNKNOWN);
    tells(Fact::OwnDomain, |c| c.calendar.email = None, UNKNOWN);
}

#[test_case(|c| c.facts().own_response = Some(ResponseStatus::Tentative), says("tentative"); "the platform tells")]
#[test_case(|c| c.facts().own_response = Some(ResponseStatus::Declined), says("declined"); "a no")]
#[test_case(|_| (), says("accepted"); "by their entry")]
#[test_case(|c| c.facts().attendees.listed[0].response = ResponseStatus::Pending, says("pending"); "by an entry without an answer")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = Some(email("sales@acme.example")) }, says("accepted"); "who called it comes")]
#[test_case(|c| c.attendees(&[]), UNKNOWN; "not told")]
#[test_case(|c| c.calendar.email = None, UNKNOWN; "nobody knows which entry is theirs")]
fn own_responses(change: fn(&mut Case), expected: FactValue) {
    tells(Fact::OwnResponse, change, expected);
}

#[test_case(|c| c.facts().is_hosted = Some(true), YES; "the platform tells")]
#[test_case(|c| { c.facts().is_hosted = Some(false); c.calendar.email = Some(email("lead@acme.example")) }, NO; "the platform goes before the address")]
#[test_case(|_| (), NO; "by the address of another")]
#[test_case(|c| c.calendar.email = Some(email("Lead@acme.example")), YES; "by the own address")]
#[test_case(|c| c.calendar.email = None, UNKNOWN; "nobody knows whose calendar it is")]
#[test_case(|c| c.facts().organizer = None, UNKNOWN; "nobody knows who called it")]
fn hosted(change: fn(&mut Case), expected: FactValue) {
    tells(Fact::Hosted, change, expected);
}
