//! The conditions of a rule. A condition is true, false or unknown.
//!
//! It is unknown if it needs a fact that is unknown. What follows from that is up to the
//! rule.

use std::collections::BTreeMap;

use super::expression::Expression;
use super::hours::Hours;
use super::kept_metadata::{keep_metadata, metadata};
use super::text::is_of;
use super::words::{Phrase, Words};
use crate::email::{Domain, Email};
use crate::event::CalendarMetadata;
use crate::fact::{Fact, FactSource, FactValue, FactValues, Person};
use crate::spelling::normalised;

/// Whether a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    /// At least one of these facts is unknown.
    Unknown(Vec<Fact>),
    /// An expression failed, for this reason.
    Failed(String),
}

impl Truth {
    fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// Yes if found in the list of attendees; no only if the list is complete.
    fn found(is_found: bool, facts: &dyn FactSource) -> Self {
        if is_found {
            return Self::Yes;
        }
        match facts.value(Fact::AttendeesComplete) {
            FactValue::Flag(true) => Self::No,
            _ => Self::Unknown(vec![Fact::AttendeesComplete]),
        }
    }

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            other => other,
        }
    }
}

/// An organizer that a rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    Address(Email),
    Domain(Domain),
}

/// One condition of a rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    /// A flag that must be so.
    Flag(Fact, bool),
    /// A text that must be one of these, or none of them.
    OneOf(Fact, Vec<String>, bool),
    AtLeast(Fact, i64),
    AtMost(Fact, i64),
    AnyDomain(Vec<Domain>),
    NoDomain(Vec<Domain>),
    OnlyDomains(Vec<Domain>),
    AnyAttendee(Vec<Email>),
    Organizer(Vec<Who>),
    /// A title that must have one of these, or none of them.
    Title(Vec<Phrase>, bool),
    /// A meeting that must be within these hours, or must not.
    Hours(Hours, bool),
    /// Metadata of the calendar that must have all of these values.
    Metadata(BTreeMap<String, String>),
    Expression(Expression),
}

impl Condition {
    /// Whether it holds, given `facts`.
    pub(super) fn evaluate(&self, facts: &dyn FactSource) -> Truth {
        match self {
            Self::Flag(fact, wanted) => match facts.value(*fact) {
                FactValue::Flag(flag) => Truth::of(flag == *wanted),
                _ => Truth::Unknown(vec![*fact]),
            },
            Self::OneOf(fact, texts, wanted) => match facts.value(*fact) {
                FactValue::Text(text) => Truth::of(texts.contains(&text) == *wanted),
                _ => Truth::Unknown(vec![*fact]),
            },
            Self::AtLeast(fact, least) => at_least(facts, *fact, *least),
            Self::AtMost(fact, most) => at_least(facts, *fact, most.saturating_add(1)).not(),
            Self::AnyDomain(domains) => any_domain(facts, domains),
            Self::NoDomain(domains) => any_domain(facts, domains).not(),
            Self::OnlyDomains(domains) => only_domains(facts, domains),
            Self::AnyAttendee(addresses) => match attendees_named(facts, addresses) {
                Some(people) => Truth::found(!people.is_empty(), facts),
                None => Truth::Unknown(vec![Fact::Attendees]),
            },
            Self::Organizer(wanted) => match facts.value(Fact::Organizer) {
                FactValue::Text(address) => Truth::of(wanted.iter().any(|who| who.is(&address))),
                _ => Truth::Unknown(vec![Fact::Organizer]),
            },
            Self::Title(phrases, wanted) => match facts.value(Fact::Title) {
                FactValue::Text(title) => {
                    let words = Words::of(&title);
                    Truth::of(phrases.iter().any(|phrase| phrase.is_in(&words)) == *wanted)
                }
                _ => Truth::Unknown(vec![Fact::Title]),
            },
            Self::Hours(hours, wanted) => match hours.holds(facts) {
                Some(holds) => Truth::of(holds == *wanted),
                None => Truth::Unknown(vec![Fact::TimeZone]),
            },
            Self::Metadata(wanted) => has_metadata(&metadata(facts), wanted),
            Self::Expression(expression) => match expression.evaluate(facts) {
                Ok(holds) => Truth::of(holds),
                Err(failure) => Truth::Failed(failure.to_string()),
            },
        }
    }

    /// The facts that an explanation needs: to evaluate this again, and to say why.
    pub(super) fn reads(&self) -> &[Fact] {
        match self {
            Self::Flag(Fact::External | Fact::Internal, _) => &[
                Fact::External,
                Fact::Internal,
                Fact::ExternalDomains,
                Fact::OwnDomain,
            ],
            Self::AtLeast(Fact::Participants, _) | Self::AtMost(Fact::Participants, _) => {
                &[Fact::Participants, Fact::ParticipantsKnown]
            }
            Self::Flag(fact, _)
            | Self::OneOf(fact, ..)
            | Self::AtLeast(fact, _)
            | Self::AtMost(fact, _) => std::slice::from_ref(fact),
            Self::AnyDomain(_) | Self::NoDomain(_) => &[Fact::Domains, Fact::AttendeesComplete],
            Self::OnlyDomains(_) => &[
                Fact::Domains,
                Fact::ExternalDomains,
                Fact::AttendeesComplete,
            ],
            Self::AnyAttendee(_) => &[Fact::Attendees, Fact::AttendeesComplete],
            Self::Organizer(_) => &[Fact::Organizer],
            Self::Title(..) => &[Fact::Title],
            Self::Hours(..) => Hours::FACTS,
            Self::Metadata(_) => &[Fact::CalendarMetadata],
            Self::Expression(expression) => expression.facts(),
        }
    }

    /// The keys of the calendar's metadata that it reads.
    pub(super) fn metadata_keys(&self) -> Vec<&str> {
        match self {
            Self::Metadata(wanted) => wanted.keys().map(String::as_str).collect(),
            Self::Expression(expression) => {
                let keys = expression.metadata_keys().iter();
                keys.map(String::as_str).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Keeps the facts that an explanation needs.
    pub(super) fn keep(&self, facts: &dyn FactSource, kept: &mut FactValues) {
        for fact in self.reads() {
            if *fact == Fact::CalendarMetadata {
                keep_metadata(&self.metadata_keys(), facts, kept);
            } else {
                kept.insert(*fact, facts.value(*fact));
            }
        }
        if let Self::AnyAttendee(addresses) = self {
            // Only the named people: the others do not concern the explanation.
            let people =
                attendees_named(facts, addresses).map_or(FactValue::Unknown, FactValue::People);
            kept.insert(Fact::Attendees, people);
        }
        if let Self::Flag(Fact::External | Fact::Internal, _) = self
            && has_other_own_domains(facts)
        {
            kept.insert(Fact::OwnDomains, facts.value(Fact::OwnDomains));
        }
    }
}

impl Who {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Address(email) => email.as_str(),
            Self::Domain(domain) => domain.as_str(),
        }
    }

    fn is(&self, address: &str) -> bool {
        match self {
            Self::Address(email) => email.as_str() == address,
            Self::Domain(domain) => is_of(address, domain.as_str()),
        }
    }
}

/// Whether metadata has all of these values. One that differs decides, whatever is unknown of
/// the others.
pub(super) fn has_metadata(
    metadata: &CalendarMetadata,
    wanted: &BTreeMap<String, String>,
) -> Truth {
    let mut is_known = true;
    for (key, wanted) in wanted {
        match metadata.value(key) {
            Some(value) if normalised(value) == normalised(wanted) => {}
            Some(_) => return Truth::No,
            None => is_known = false,
        }
    }
    if is_known {
        Truth::Yes
    } else {
        Truth::Unknown(vec![Fact::CalendarMetadata])
    }
}

/// Whether a number is at least `least`. The number of participants may be known to be that
/// large, though it is not known itself.
fn at_least(facts: &dyn FactSource, fact: Fact, least: i64) -> Truth {
    match (facts.value(fact), fact) {
        (FactValue::Number(number), _) => Truth::of(number >= least),
        (_, Fact::Participants) => match facts.value(Fact::ParticipantsKnown) {
            FactValue::Number(known) if known >= least => Truth::Yes,
            _ => Truth::Unknown(vec![fact]),
        },
        _ => Truth::Unknown(vec![fact]),
    }
}

/// Whether other domains than the calendar's are ours.
pub(super) fn has_other_own_domains(facts: &dyn FactSource) -> bool {
    match (facts.value(Fact::OwnDomains), facts.value(Fact::OwnDomain)) {
        (FactValue::Texts(ours), FactValue::Text(own)) => ours.iter().any(|text| *text != own),
        _ => false,
    }
}

/// The first participant's domain that is within one of `domains`.
pub(super) fn domain_among(facts: &dyn FactSource, domains: &[Domain]) -> Option<String> {
    match facts.value(Fact::Domains) {
        FactValue::Texts(present) => first_among(&present, domains).cloned(),
        _ => None,
    }
}

fn first_among<'a>(present: &'a [String], domains: &[Domain]) -> Option<&'a String> {
    present.iter().find(|text| is_among(text, domains))
}

/// Whether a domain is one of `domains` or a subdomain of it.
pub(super) fn is_among(text: &str, domains: &[Domain]) -> bool {
    Domain::parse(text).is_ok_and(|parsed| domains.iter().any(|domain| parsed.is_within(domain)))
}

fn any_domain(facts: &dyn FactSource, domains: &[Domain]) -> Truth {
    let FactValue::Texts(present) = facts.value(Fact::Domains) else {
        return Truth::Unknown(vec![Fact::Domains]);
    };
    Truth::found(first_among(&present, domains).is_some(), facts)
}

/// Whether all participants who are not ours are of these domains.
fn only_domains(facts: &dyn FactSource, domains: &[Domain]) -> Truth {
    let present = |fact| match facts.value(fact) {
        FactValue::Texts(texts) => Some(texts.iter().all(|text| is_among(text, domains))),
        _ => None,
    };
    match (present(Fact::ExternalDomains), present(Fact::Domains)) {
        (Some(true), _) | (None, Some(true)) => Truth::found(false, facts).not(),
        (Some(false), _) => Truth::No,
        (None, Some(false)) => Truth::Unknown(vec![Fact::OwnDomain]),
        (None, None) => Truth::Unknown(vec![Fact::Domains]),
    }
}

/// The attendees with one of these addresses; none if the attendees are unknown.
fn attendees_named(facts: &dyn FactSource, addresses: &[Email]) -> Option<Vec<Person>> {
    let FactValue::People(mut people) = facts.value(Fact::Attendees) else {
        return None;
    };
    people.retain(|person| addresses.contains(&person.email));
    Some(people)
}
