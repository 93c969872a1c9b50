//! The sentence that says why a condition holds.

use std::collections::BTreeMap;

use super::condition::{Condition, Who, domain_among, has_other_own_domains};
use super::words::Phrase;
use crate::fact::{Fact, FactSource, FactValue};

/// The longest expression that is shown in full, in characters.
const LONGEST: usize = 120;

/// Why `condition` holds, given `facts`.
pub(super) fn explain(condition: &Condition, facts: &dyn FactSource) -> String {
    match condition {
        Condition::Flag(fact, wanted) => flag(*fact, *wanted, facts),
        Condition::OneOf(fact, texts, wanted) => one_of(*fact, &texts.join(" or "), *wanted),
        Condition::AtLeast(fact, least) => format!("{}, at least {least}", number(*fact, facts)),
        Condition::AtMost(fact, most) => format!("{}, at most {most}", number(*fact, facts)),
        Condition::AnyDomain(domains) => match domain_among(facts, domains) {
            Some(domain) => format!("a participant is from {domain}"),
            None => "a participant is from a listed domain".to_owned(),
        },
        Condition::NoDomain(_) => "no participant is from a listed domain".to_owned(),
        Condition::OnlyDomains(_) => "all participants are from listed domains".to_owned(),
        Condition::AnyAttendee(_) => "a listed address is invited".to_owned(),
        Condition::Organizer(wanted) => match &wanted[..] {
            [Who::Domain(domain)] => format!("the organizer is from {domain}"),
            _ => "the organizer is listed".to_owned(),
        },
        Condition::Title(phrases, true) => {
            format!("the title has {}", quoted(phrases))
        }
        Condition::Title(phrases, false) => {
            format!("the title does not have {}", quoted(phrases))
        }
        Condition::Hours(hours, true) => format!("it is within {}", hours.description()),
        Condition::Hours(hours, false) => format!("it is not within {}", hours.description()),
        Condition::Metadata(wanted) => {
            format!("the calendar's metadata has {}", pairs(wanted, " and "))
        }
        Condition::Expression(expression) => shortened(expression.source()),
    }
}

/// Keys and values as a person reads them: `team: sales and region: emea`.
pub(super) fn pairs(wanted: &BTreeMap<String, String>, between: &str) -> String {
    let pairs: Vec<_> = wanted
        .iter()
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    pairs.join(between)
}

fn quoted(phrases: &[Phrase]) -> String {
    let quoted: Vec<_> = phrases
        .iter()
        .map(|phrase| format!("\"{}\"", phrase.as_str()))
        .collect();
    quoted.join(" or ")
}

fn one_of(fact: Fact, texts: &str, wanted: bool) -> String {
    match (fact, wanted) {
        (Fact::OwnResponse, true) => format!("the calendar's owner responded {texts}"),
        (Fact::OwnResponse, false) => "the calendar's owner has not accepted".to_owned(),
        (fact, true) => format!("{} is {texts}", fact.name()),
        (fact, false) => format!("{} is not {texts}", fact.name()),
    }
}

fn flag(fact: Fact, wanted: bool, facts: &dyn FactSource) -> String {
    let sentence = match (fact, wanted) {
        (Fact::External, wanted) => return external(wanted, facts),
        (Fact::Internal, wanted) => return external(!wanted, facts),
        (Fact::ExternalToOrganizer, true) => "a participant is from outside the organizer's domain",
        (Fact::ExternalToOrganizer, false) => "all participants are from the organizer's domain",
        (Fact::Hosted, true) => "the calendar's owner is the organizer",
        (Fact::Hosted, false) => "the calendar's owner is not the organizer",
        (Fact::Recurring, true) => "it belongs to a series",
        (Fact::Recurring, false) => "it does not belong to a series",
        (Fact::Private, true) => "it is private",
        (Fact::Private, false) => "it is not private",
        (Fact::AllDay, true) => "it is an all-day event",
        (Fact::AllDay, false) => "it is not an all-day event",
        (Fact::Busy, true) => "the calendar shows the time as busy",
        (Fact::Busy, false) => "the calendar shows the time as free",
        (Fact::OutOfOffice, true) => "it marks the owner as out of office",
        (Fact::OutOfOffice, false) => "it does not mark the owner as out of office",
        (Fact::FocusTime, true) => "it is focus time",
        (Fact::FocusTime, false) => "it is not focus time",
        (Fact::AttendeesComplete, true) => "the list of attendees is complete",
        (Fact::AttendeesComplete, false) => "the list of attendees is incomplete",
        (fact, true) => return format!("{} is true", fact.name()),
        (fact, false) => return format!("{} is false", fact.name()),
    };
    sentence.to_owned()
}

fn external(is_external: bool, facts: &dyn FactSource) -> String {
    let own = match facts.value(Fact::OwnDomain) {
        FactValue::Text(own) => own,
        _ => "the calendar's domain".to_owned(),
    };
    match facts.value(Fact::ExternalDomains) {
        _ if !is_external && has_other_own_domains(facts) => "all participants are ours".to_owned(),
        _ if !is_external => format!("all participants are from {own}"),
        FactValue::Texts(domains) if domains.contains(&own) => {
            format!("a participant is from {own}, a public mail provider")
        }
        FactValue::Texts(domains) if !domains.is_empty() => {
            format!("a participant is from {}, outside of {own}", domains[0])
        }
        _ => format!("a participant is from outside of {own}"),
    }
}

pub(super) fn number(fact: Fact, facts: &dyn FactSource) -> String {
    let number = match (facts.value(fact), fact) {
        (FactValue::Number(number), _) => number,
        (_, Fact::Participants) => match facts.value(Fact::ParticipantsKnown) {
            FactValue::Number(known) => return format!("it has {known} participants or more"),
            _ => return fact.name().to_owned(),
        },
        _ => return fact.name().to_owned(),
    };
    match fact {
        Fact::Participants => format!("it has {number} participants"),
        Fact::DurationMinutes => format!("it lasts {number} minutes"),
        Fact::LeadMinutes => format!("it was created {number} minutes before its start"),
        fact => format!("{} is {number}", fact.name()),
    }
}

/// The source in one line, cut if it is long.
pub(super) fn shortened(source: &str) -> String {
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
