//! Who takes part, and from where.

use test_case::test_case;

use super::case::{Case, NO, UNKNOWN, YES, check, count, email, list, text};
use crate::email::Domain;
use crate::event::ResponseStatus;
use crate::fact::{Fact, FactValue};

/// The owner has another address, by the platform's word.
fn alias(case: &mut Case) {
    case.facts().own_addresses = vec![email("sales@acme-old.example")];
}

fn domains_of<T: FromIterator<Domain>>(texts: &[&str]) -> T {
    let parsed = texts.iter().map(|text| Domain::parse(text));
    parsed.map(|domain| domain.expect("a domain")).collect()
}

fn only_colleagues(case: &mut Case) {
    case.attendees(&["sales@acme.example", "Berlin@EU.acme.example"]);
}

#[test_case(|c| { c.facts().organizer = None; c.facts().is_hosted = Some(true) }, text("sales@acme.example"); "the owner")]
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
#[test_case(|c| c.facts().attendees.additional_guests = 3, UNKNOWN; "some are brought along")]
#[test_case(|c| c.attendees(&["sales@acme-old.example", "buyer@globex.example"]), count(4); "another address is another person")]
#[test_case(|c| { alias(c); c.attendees(&["sales@acme-old.example", "buyer@globex.example"]) }, count(3); "unless the platform says that it is the owner's")]
fn participants(change: fn(&mut Case), expected: FactValue) {
    check(Fact::Participants, change, expected);
}

#[test_case(|_| (), count(3); "all of them")]
#[test_case(Case::is_incomplete, count(3); "those that are listed")]
#[test_case(|c| c.facts().attendees.additional_guests = 3, count(6); "with those who are brought along")]
fn participants_known(change: fn(&mut Case), expected: FactValue) {
    check(Fact::ParticipantsKnown, change, expected);
}

#[test_case(|c| c.facts().attendees.rooms_without_address = 2, count(3); "rooms without an address")]
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
#[test_case(|c| { alias(c); c.attendees(&["sales@acme-old.example"]) }, NO; "the owner is not external to themselves")]
#[test_case(|c| { alias(c); c.attendees(&["sales@acme-old.example", "ann@acme-old.example"]) }, YES; "the owner's other address makes its domain not ours")]
#[test_case(|c| c.ours.named = domains_of(&["globex.example"]), NO; "a domain that the policy names as ours")]
#[test_case(|c| { c.attendees(&["buyer@eu.globex.example"]); c.ours.named = domains_of(&["globex.example"]) }, NO; "a subdomain of it")]
#[test_case(|c| { c.calendar.email = None; c.ours.named = domains_of(&["globex.example", "acme.example"]) }, NO; "all are of named domains, whoever the owner is")]
#[test_case(|c| { c.calendar.email = None; c.ours.named = domains_of(&["acme.example"]) }, UNKNOWN; "the owner may be of the other domain")]
#[test_case(|c| { only_colleagues(c); c.ours.public = domains_of(&["acme.example"]) }, YES; "all are of one public mail provider")]
#[test_case(|c| { only_colleagues(c); c.ours.public = domains_of(&["acme.example"]); c.ours.named = domains_of(&["acme.example"]) }, NO; "a provider that is ours")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = None; c.ours.public = domains_of(&["acme.example"]) }, NO; "the owner alone at a public mail provider")]
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
#[test_case(|c| c.ours.named = domains_of(&["globex.example"]), NO; "the organizer is ours, and so are all")]
#[test_case(|c| { c.facts().organizer = Some(email("lead@initech.example")); c.ours.named = domains_of(&["globex.example"]) }, YES; "our domains are not the organizer's")]
#[test_case(|c| { only_colleagues(c); c.facts().organizer = Some(email("a@gmail.com")); c.calendar.email = Some(email("b@gmail.com")) }, YES; "the organizer's provider is no company")]
#[test_case(|c| { alias(c); c.attendees(&[]); c.facts().organizer = Some(email("sales@acme-old.example")) }, NO; "the owner organizes by another address")]
fn external_to_organizer(change: fn(&mut Case), expected: FactValue) {
    check(Fact::ExternalToOrganizer, change, expected);
}

#[test_case(|_| (), YES; "complete")]
#[test_case(Case::is_incomplete, NO; "cut or hidden")]
#[test_case(|c| c.facts().attendees.is_hidden_from_guests = true, NO; "hidden from guests")]
#[test_case(|c| { c.facts().attendees.is_hidden_from_guests = true; c.facts().is_hosted = Some(true) }, YES; "the organizer sees hidden guests")]
#[test_case(|c| { c.facts().attendees.is_hidden_from_guests = true; c.facts().organizer = Some(email("sales@acme.example")) }, YES; "an organizer by address, too")]
#[test_case(|c| c.facts().attendees.additional_guests = 1, NO; "somebody is brought along")]
#[test_case(|c| c.attendees(&[]), NO; "somebody else called it, and nobody is listed")]
#[test_case(|c| c.facts().attendees.listed.retain(|attendee| attendee.is_resource), NO; "somebody else called it, and a room is listed")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = None }, YES; "nobody is known to have called it")]
#[test_case(|c| { c.attendees(&[]); c.facts().organizer = None; c.facts().is_hosted = Some(false) }, NO; "somebody unknown called it")]
#[test_case(|c| { c.attendees(&[]); c.facts().is_hosted = Some(true) }, YES; "the owner called it")]
fn attendees_complete(change: fn(&mut Case), expected: FactValue) {
    check(Fact::AttendeesComplete, change, expected);
}

#[test_case(|_| (), list(&["acme.example"]); "the calendar's")]
#[test_case(|c| c.ours.named = domains_of(&["Umbrella.example"]), list(&["acme.example", "umbrella.example"]); "with those that the policy names")]
#[test_case(|c| c.ours.public = domains_of(&["acme.example"]), list(&[]); "a public mail provider's is nobody's")]
#[test_case(|c| c.calendar.email = None, list(&[]); "the owner is unknown")]
#[test_case(|c| { alias(c); c.calendar.email = None }, list(&["acme-old.example"]); "by the platform's word")]
fn own_domains(change: fn(&mut Case), expected: FactValue) {
    check(Fact::OwnDomains, change, expected);
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
#[test_case(|c| c.attendees(&["team@acme.example"]), text("pending"); "invited by a group")]
#[test_case(|c| { c.attendees(&["team@acme.example"]); c.is_incomplete() }, UNKNOWN; "invited by a group, and the list is incomplete")]
#[test_case(|c| { c.facts().own_response = Some(ResponseStatus::Pending); c.facts().is_hosted = Some(true) }, text("accepted"); "who calls a meeting accepts it")]
#[test_case(|c| { c.facts().own_response = Some(ResponseStatus::Declined); c.facts().is_hosted = Some(true) }, text("declined"); "unless they decline it")]
#[test_case(|c| { c.facts().is_own_response_unreadable = true; c.facts().is_hosted = Some(true) }, UNKNOWN; "a response that cannot be read")]
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
