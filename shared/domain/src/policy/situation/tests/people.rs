//! Who takes part, and from where.

use test_case::test_case;

use super::case::{Case, NO, UNKNOWN, YES, check, count, email, list, text};
use crate::event::ResponseStatus;
use crate::fact::{Fact, FactValue};

fn only_colleagues(case: &mut Case) {
    case.attendees(&["sales@acme.example", "Berlin@EU.acme.example"]);
}

#[test_case(|_| (), text("lead@acme.example"); "known")]
#[test_case(|c| c.facts().organizer = None, UNKNOWN; "missing")]
fn organizer(change: fn(&mut Case), expected: FactValue) {
    check(Fact::Organizer, change, expected);
}

#[test_case(|_| (), text("acme.example"); "known")]
#[test_case(|c| c.facts().organizer = None, UNKNOWN; "missing")]
fn organizer_domain(change: fn(&mut Case), expected: FactValue) {
    check(Fact::OrganizerDomain, change, expected);
}

#[test_case(|_| (), count(3); "without the room, each once")]
#[test_case(|c| c.attendees(&["buyer@globex.example"]), count(3); "the organizer and the owner come too")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = None }, count(1); "the owner alone")]
#[test_case(|c| { c.attendees(&["buyer@globex.example", "BUYER@globex.example"]); c.calendar.email = None }, count(2); "listed twice")]
#[test_case(Case::is_incomplete, UNKNOWN; "some may be hidden")]
fn participants(change: fn(&mut Case), expected: FactValue) {
    check(Fact::Participants, change, expected);
}

#[test_case(|_| (), count(1); "a room")]
#[test_case(|c| c.attendees(&[]), count(0); "none")]
#[test_case(Case::is_incomplete, count(1); "those that are listed")]
fn rooms(change: fn(&mut Case), expected: FactValue) {
    check(Fact::Rooms, change, expected);
}

#[test_case(|_| (), list(&["acme.example", "globex.example"]); "without the room, in order, each once")]
#[test_case(Case::is_incomplete, list(&["acme.example", "globex.example"]); "the known ones")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = None }, list(&["acme.example"]); "the owner's")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = None; c.calendar.email = None }, list(&[]); "none")]
fn domains(change: fn(&mut Case), expected: FactValue) {
    check(Fact::Domains, change, expected);
}

#[test_case(|_| (), list(&["globex.example"]); "an external domain")]
#[test_case(only_colleagues, list(&[]); "a subdomain of the own is not external")]
#[test_case(Case::is_incomplete, list(&["globex.example"]); "the known ones")]
#[test_case(|c| c.calendar.email = None, UNKNOWN; "the owner is unknown")]
fn external_domains(change: fn(&mut Case), expected: FactValue) {
    check(Fact::ExternalDomains, change, expected);
}

#[test_case(|_| (), YES; "an external participant")]
#[test_case(only_colleagues, NO; "a subdomain of the own is not external")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = Some(email("lead@globex.example")) }, YES; "the organizer is external")]
#[test_case(|c| { only_colleagues(c); c.calendar.email = Some(email("sales@eu.acme.example")) }, YES; "a domain is external to its subdomain")]
#[test_case(|c| c.attendees(&["sales@notacme.example"]), YES; "another with the same ending")]
#[test_case(Case::is_incomplete, YES; "an external participant, and others are hidden")]
#[test_case(|c| { only_colleagues(c); c.is_incomplete() }, UNKNOWN; "an external participant may be hidden")]
#[test_case(|c| c.calendar.email = None, UNKNOWN; "the owner is unknown")]
fn external_and_its_opposite(change: fn(&mut Case), expected: FactValue) {
    let opposite = match expected {
        FactValue::Flag(external) => FactValue::Flag(!external),
        _ => FactValue::Unknown,
    };
    check(Fact::Internal, change, opposite);
    check(Fact::External, change, expected);
}

#[test_case(|_| (), YES; "an external participant")]
#[test_case(only_colleagues, NO; "all are of the organizer's domain")]
#[test_case(|c| { only_colleagues(c); c.facts().organizer = Some(email("lead@globex.example")) }, YES; "the owner is external")]
#[test_case(|c| { c.facts().organizer = Some(email("lead@globex.example")); c.is_incomplete() }, YES; "an external participant, and others are hidden")]
#[test_case(|c| { only_colleagues(c); c.is_incomplete() }, UNKNOWN; "an external participant may be hidden")]
#[test_case(|c| c.calendar.email = None, YES; "an external participant, and the owner is unknown")]
#[test_case(|c| { only_colleagues(c); c.calendar.email = None }, UNKNOWN; "the owner may be external")]
#[test_case(|c| c.facts().organizer = None, UNKNOWN; "the organizer is unknown")]
fn external_to_organizer(change: fn(&mut Case), expected: FactValue) {
    check(Fact::ExternalToOrganizer, change, expected);
}

#[test_case(|_| (), YES; "complete")]
#[test_case(Case::is_incomplete, NO; "cut or hidden")]
fn attendees_complete(change: fn(&mut Case), expected: FactValue) {
    check(Fact::AttendeesComplete, change, expected);
}

#[test]
fn the_owners_address_may_be_unknown() {
    check(Fact::OwnAddress, |_| (), text("sales@acme.example"));
    check(Fact::OwnDomain, |_| (), text("acme.example"));
    check(Fact::OwnAddress, |c| c.calendar.email = None, UNKNOWN);
    check(Fact::OwnDomain, |c| c.calendar.email = None, UNKNOWN);
}

#[test_case(|c| c.facts().own_response = Some(ResponseStatus::Tentative), text("tentative"); "the platform states it")]
#[test_case(|c| c.facts().own_response = Some(ResponseStatus::Declined), text("declined"); "declined")]
#[test_case(|_| (), text("accepted"); "by their entry")]
#[test_case(|c| c.facts().attendees.listed[0].response = ResponseStatus::Pending, text("pending"); "by an entry without a response")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = Some(email("sales@acme.example")) }, text("accepted"); "an organizer has accepted")]
#[test_case(|c| c.attendees(&[]), UNKNOWN; "missing")]
#[test_case(|c| c.calendar.email = None, UNKNOWN; "the owner's entry is unknown")]
fn own_responses(change: fn(&mut Case), expected: FactValue) {
    check(Fact::OwnResponse, change, expected);
}

#[test_case(|c| c.facts().is_hosted = Some(true), YES; "the platform states it")]
#[test_case(|c| { c.facts().is_hosted = Some(false); c.calendar.email = Some(email("lead@acme.example")) }, NO; "the platform goes before the address")]
#[test_case(|_| (), NO; "by the address of another")]
#[test_case(|c| c.calendar.email = Some(email("Lead@acme.example")), YES; "by the own address")]
#[test_case(|c| c.calendar.email = None, UNKNOWN; "the owner is unknown")]
#[test_case(|c| c.facts().organizer = None, UNKNOWN; "the organizer is unknown")]
fn hosted(change: fn(&mut Case), expected: FactValue) {
    check(Fact::Hosted, change, expected);
}
