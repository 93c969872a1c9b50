//! Why a condition holds, in words for people who were in the meeting.

use super::condition::{Condition, Who, domain_among};
use crate::fact::{Fact, FactSource, FactValue};

/// The longest expression that is shown whole.
const LONGEST: usize = 120;

/// Why `condition` holds by what `facts` tell.
pub(super) fn why(condition: &Condition, facts: &dyn FactSource) -> String {
    match condition {
        Condition::Flag(fact, wanted) => flag(*fact, *wanted, facts),
        Condition::OneOf(Fact::OwnResponse, texts, true) => {
            format!("the calendar's owner answered {}", texts.join(" or "))
        }
        Condition::OneOf(Fact::OwnResponse, ..) => {
            "the calendar's owner has not accepted".to_owned()
        }
        Condition::OneOf(fact, texts, true) => format!("{} is {}", fact.name(), texts.join(" or ")),
        Condition::OneOf(fact, texts, false) => {
            format!("{} is not {}", fact.name(), texts.join(" or "))
        }
        Condition::AtLeast(fact, least) => format!("{}, at least {least}", counted(*fact, facts)),
        Condition::AtMost(fact, most) => format!("{}, at most {most}", counted(*fact, facts)),
        Condition::AnyDomain(domains) => match domain_among(facts, domains) {
            Some(domain) => format!("somebody of {domain} takes part"),
            None => "somebody of a domain in the list takes part".to_owned(),
        },
        Condition::NoDomain(_) => "nobody of a domain in the list takes part".to_owned(),
        Condition::OnlyDomains(_) => "everybody is of a domain in the list".to_owned(),
        Condition::AnyAttendee(_) => "somebody who was named is invited".to_owned(),
        Condition::Organizer(wanted) => match &wanted[..] {
            [Who::Domain(domain)] => format!("somebody of {domain} called the meeting"),
            _ => "somebody who was named called the meeting".to_owned(),
        },
        Condition::Title(words, true) => format!("the title has \"{}\"", words.join("\" or \"")),
        Condition::Title(words, false) => {
            format!("the title does not have \"{}\"", words.join("\" or \""))
        }
        Condition::Hours(hours, true) => format!("it is within {}", hours.words()),
        Condition::Hours(hours, false) => format!("it is not within {}", hours.words()),
        Condition::Expression(expression) => {
            let source = expression
                .source()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            let shown: String = source.chars().take(LONGEST).collect();
            let more = if shown.len() < source.len() {
                "…"
            } else {
                ""
            };
            format!("{shown}{more}")
        }
    }
}

fn flag(fact: Fact, wanted: bool, facts: &dyn FactSource) -> String {
    let wanted = match fact {
        Fact::Internal => return flag(Fact::External, !wanted, facts),
        _ => wanted,
    };
    let own = match facts.value(Fact::OwnDomain) {
        FactValue::Text(own) => own,
        _ => "the calendar's domain".to_owned(),
    };
    let said = match (fact, wanted) {
        (Fact::External, true) => match facts.value(Fact::ExternalDomains) {
            FactValue::Texts(domains) if !domains.is_empty() => {
                return format!("somebody of {} takes part, outside of {own}", domains[0]);
            }
            _ => return format!("somebody outside of {own} takes part"),
        },
        (Fact::External, false) => return format!("everybody is of {own}"),
        (Fact::ExternalToOrganizer, true) => {
            "somebody outside of the organizer's domain takes part"
        }
        (Fact::ExternalToOrganizer, false) => "everybody is of the organizer's domain",
        (Fact::Hosted, true) => "the calendar's owner called the meeting",
        (Fact::Hosted, false) => "somebody else than the calendar's owner called the meeting",
        (Fact::Recurring, true) => "it is one of a series",
        (Fact::Recurring, false) => "it is not one of a series",
        (Fact::Private, true) => "it is private",
        (Fact::Private, false) => "it is not private",
        (Fact::AllDay, true) => "it takes whole days",
        (Fact::AllDay, false) => "it does not take whole days",
        (Fact::Busy, true) => "the calendar shows the time as taken",
        (Fact::Busy, false) => "the calendar shows the time as free",
        (Fact::OutOfOffice, true) => "it says that the owner is away",
        (Fact::OutOfOffice, false) => "it does not say that the owner is away",
        (Fact::FocusTime, true) => "it is focus time",
        (Fact::FocusTime, false) => "it is not focus time",
        (Fact::AttendeesComplete, true) => "the list of attendees is whole",
        (Fact::AttendeesComplete, false) => "the list of attendees leaves people out",
        (fact, true) => return format!("{} is true", fact.name()),
        (fact, false) => return format!("{} is false", fact.name()),
    };
    said.to_owned()
}

fn counted(fact: Fact, facts: &dyn FactSource) -> String {
    let FactValue::Number(number) = facts.value(fact) else {
        return fact.name().to_owned();
    };
    match fact {
        Fact::Participants => format!("{number} people take part"),
        Fact::DurationMinutes => format!("it lasts {number} minutes"),
        Fact::LeadMinutes => format!("it was created {number} minutes ahead"),
        fact => format!("{} is {number}", fact.name()),
    }
}
