//! The sentence that says why a condition does not hold, by the fact that it met.

use std::collections::BTreeMap;

use super::condition::{Condition, Truth, Who, domain_among, is_among};
use super::explanation::{explain, number, pairs, shortened};
use super::kept_metadata::metadata;
use super::rule::list_unknown;
use super::words::{Phrase, Words};
use crate::email::{Domain, Email};
use crate::fact::{Fact, FactSource, FactValue};
use crate::spelling::normalised;

/// The most entries of a list that are written out.
const MAX_ENTRIES: usize = 5;

/// The condition as a policy states it.
pub(super) fn written(condition: &Condition) -> String {
    match condition {
        Condition::Flag(fact, wanted) => format!("{}: {wanted}", fact.name()),
        Condition::OneOf(Fact::OwnResponse, _, false) => "confirmed: false".to_owned(),
        Condition::OneOf(fact, texts, _) => list(fact.name(), texts, |text| text),
        Condition::AtLeast(fact, least) => format!("{}_at_least: {least}", counted(*fact)),
        Condition::AtMost(fact, most) => format!("{}_at_most: {most}", counted(*fact)),
        Condition::AnyDomain(domains) => list("any_domain", domains, Domain::as_str),
        Condition::NoDomain(domains) => list("no_domain", domains, Domain::as_str),
        Condition::OnlyDomains(domains) => list("only_domains", domains, Domain::as_str),
        Condition::AnyAttendee(addresses) => list("any_attendee", addresses, Email::as_str),
        Condition::Organizer(wanted) => list("organizer", wanted, Who::as_str),
        Condition::Title(phrases, true) => list("title_has", phrases, Phrase::as_str),
        Condition::Title(phrases, false) => list("title_lacks", phrases, Phrase::as_str),
        Condition::Hours(hours, true) => format!("within_hours: {}", hours.description()),
        Condition::Hours(hours, false) => format!("outside_hours: {}", hours.description()),
        Condition::Metadata(wanted) => metadata_written(wanted),
        Condition::Expression(expression) => shortened(expression.source()),
    }
}

fn metadata_written(wanted: &BTreeMap<String, String>) -> String {
    format!("calendar_metadata: {{{}}}", pairs(wanted, ", "))
}

/// The first value that is another one.
fn other_metadata(wanted: &BTreeMap<String, String>, facts: &dyn FactSource) -> String {
    let metadata = metadata(facts);
    let other = wanted.iter().find_map(|(key, wanted)| {
        let value = metadata.value(key)?;
        let is_other = normalised(value) != normalised(wanted);
        is_other.then_some((key, value))
    });
    match other {
        Some((key, "")) => format!("the calendar's metadata has no {key}"),
        Some((key, value)) => format!("the calendar's metadata has {key}: {value}"),
        None => "the calendar's metadata has another value".to_owned(),
    }
}

fn counted(fact: Fact) -> &'static str {
    match fact {
        Fact::DurationMinutes => "minutes",
        fact => fact.name(),
    }
}

fn list<T>(name: &str, entries: &[T], text: impl Fn(&T) -> &str) -> String {
    let shown = entries.iter().take(MAX_ENTRIES).map(text);
    let shown: Vec<_> = shown.collect();
    let more = match entries.len().saturating_sub(MAX_ENTRIES) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    format!("{name}: [{}{more}]", shown.join(", "))
}

/// Why `condition` may hold or may not.
pub(super) fn unknown(condition: &Condition, facts: &dyn FactSource) -> String {
    match condition.evaluate(facts) {
        Truth::Unknown(facts) => list_unknown(&facts),
        _ => "a fact is not known".to_owned(),
    }
}

/// Why `condition` does not hold, given `facts`.
pub(super) fn why_not(condition: &Condition, facts: &dyn FactSource) -> String {
    match condition {
        // The opposite holds.
        Condition::Flag(fact, wanted) => explain(&Condition::Flag(*fact, !wanted), facts),
        Condition::Hours(hours, false) => explain(&Condition::Hours(hours.clone(), true), facts),
        Condition::Hours(_, true) => when(facts),
        Condition::OneOf(Fact::OwnResponse, ..) => {
            format!(
                "the calendar's owner responded {}",
                text(Fact::OwnResponse, facts)
            )
        }
        Condition::OneOf(fact, ..) => format!("{} is {}", fact.name(), text(*fact, facts)),
        Condition::AtLeast(fact, least) => format!("{}, less than {least}", number(*fact, facts)),
        Condition::AtMost(fact, most) => format!("{}, more than {most}", number(*fact, facts)),
        Condition::AnyDomain(_) => format!("participants are from {}", domains(facts)),
        Condition::NoDomain(listed) => match domain_among(facts, listed) {
            Some(domain) => format!("a participant is from {domain}"),
            None => "a participant is from a listed domain".to_owned(),
        },
        Condition::OnlyDomains(listed) => another_domain(listed, facts),
        Condition::AnyAttendee(_) => "no listed address is invited".to_owned(),
        Condition::Organizer(_) => format!("the organizer is {}", text(Fact::Organizer, facts)),
        Condition::Title(phrases, wanted) => title(phrases, *wanted, facts),
        Condition::Metadata(wanted) => other_metadata(wanted, facts),
        Condition::Expression(_) => "the expression is false".to_owned(),
    }
}

fn text(fact: Fact, facts: &dyn FactSource) -> String {
    match facts.value(fact) {
        FactValue::Text(text) => text,
        _ => "not known".to_owned(),
    }
}

fn domains(facts: &dyn FactSource) -> String {
    match facts.value(Fact::Domains) {
        FactValue::Texts(domains) if !domains.is_empty() => domains.join(", "),
        _ => "no known domain".to_owned(),
    }
}

/// Those who are ours may take part as well.
fn another_domain(listed: &[Domain], facts: &dyn FactSource) -> String {
    let other = match facts.value(Fact::ExternalDomains) {
        FactValue::Texts(present) => present
            .into_iter()
            // Of a long list the number of the others is kept, which is no domain.
            .find(|text| Domain::parse(text).is_ok() && !is_among(text, listed)),
        _ => None,
    };
    match other {
        Some(other) => format!("a participant is from {other}"),
        None => "a participant is from another domain".to_owned(),
    }
}

fn title(phrases: &[Phrase], wanted: bool, facts: &dyn FactSource) -> String {
    let title = text(Fact::Title, facts);
    let words = Words::of(&title);
    match phrases.iter().find(|phrase| phrase.is_in(&words)) {
        Some(phrase) if !wanted => {
            format!("the title \"{title}\" has \"{}\"", phrase.as_str())
        }
        _ if title.is_empty() => "the event has no title".to_owned(),
        _ => format!("the title is \"{title}\""),
    }
}

/// When it takes place, in the calendar's time zone.
fn when(facts: &dyn FactSource) -> String {
    let minute = |fact| match facts.value(fact) {
        FactValue::Number(minute) => format!("{:02}:{:02}", minute / 60 % 24, minute % 60),
        _ => "an unknown time".to_owned(),
    };
    format!(
        "it is on {} from {} to {} in {}",
        text(Fact::Weekday, facts),
        minute(Fact::StartMinute),
        minute(Fact::EndMinute),
        text(Fact::TimeZone, facts)
    )
}
