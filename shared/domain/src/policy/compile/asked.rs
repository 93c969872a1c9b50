//! What a rule asks, out of its shorthands.

use super::contradiction::contradictions;
use super::entries::{address, answer, domain, list, phrase, platform, who};
use crate::fact::Fact;
use crate::policy::condition::Condition;
use crate::policy::expression::Expression;
use crate::policy::hours::Hours;
use crate::policy::problem::Place;
use crate::policy::when::{Shorthands, When};

/// All that must hold, expressions last.
pub(super) fn conditions(when: &When, place: &mut Place<'_>) -> Vec<Condition> {
    let asked = match when {
        When::Expression(source) => return expression(source, place).into_iter().collect(),
        When::All(asked) => asked,
    };
    if **asked == Shorthands::default() {
        place.refuse("nothing is asked; to decide about every meeting, set `default`");
    }
    for problem in contradictions(asked) {
        place.refuse(problem);
    }
    let mut conditions = flags(asked);
    conditions.extend(numbers(asked));
    conditions.extend(lists(asked, place));
    conditions.extend(hours(asked, place));
    if let Some(source) = &asked.expression {
        conditions.extend(expression(source, &mut place.at("expression")));
    }
    conditions
}

fn expression(source: &str, place: &mut Place<'_>) -> Option<Condition> {
    place
        .accept(Expression::compile(source))
        .map(Condition::Expression)
}

fn flags(asked: &Shorthands) -> Vec<Condition> {
    let flags = [
        (Fact::External, asked.external),
        (Fact::Internal, asked.internal),
        (Fact::ExternalToOrganizer, asked.external_to_organizer),
        (Fact::Hosted, asked.hosted),
        (Fact::Recurring, asked.recurring),
        (Fact::Private, asked.private),
        (Fact::AllDay, asked.all_day),
        (Fact::Busy, asked.busy),
        (Fact::OutOfOffice, asked.out_of_office),
        (Fact::FocusTime, asked.focus_time),
        (Fact::AttendeesComplete, asked.attendees_complete),
    ];
    let flags = flags
        .into_iter()
        .filter_map(|(fact, wanted)| Some(Condition::Flag(fact, wanted?)));
    let accepted = || vec!["accepted".to_owned()];
    let confirmed = asked
        .confirmed
        .map(|wanted| Condition::OneOf(Fact::OwnResponse, accepted(), wanted));
    flags.chain(confirmed).collect()
}

fn numbers(asked: &Shorthands) -> Vec<Condition> {
    let at_least = [
        (Fact::Participants, asked.participants_at_least),
        (Fact::DurationMinutes, asked.minutes_at_least),
        (Fact::LeadMinutes, asked.lead_minutes_at_least),
    ];
    let at_most = [
        (Fact::Participants, asked.participants_at_most),
        (Fact::DurationMinutes, asked.minutes_at_most),
        (Fact::LeadMinutes, asked.lead_minutes_at_most),
    ];
    let at_least = at_least
        .into_iter()
        .filter_map(|(fact, least)| Some(Condition::AtLeast(fact, i64::from(least?))));
    let at_most = at_most
        .into_iter()
        .filter_map(|(fact, most)| Some(Condition::AtMost(fact, i64::from(most?))));
    at_least.chain(at_most).collect()
}

fn lists(asked: &Shorthands, place: &mut Place<'_>) -> Vec<Condition> {
    let is_one_of = |fact| move |texts| Condition::OneOf(fact, texts, true);
    let mut read = Lists {
        place,
        conditions: Vec::new(),
    };
    read.add(
        "any_domain",
        &asked.any_domain,
        domain,
        Condition::AnyDomain,
    );
    read.add("no_domain", &asked.no_domain, domain, Condition::NoDomain);
    read.add(
        "only_domains",
        &asked.only_domains,
        domain,
        Condition::OnlyDomains,
    );
    read.add(
        "any_attendee",
        &asked.any_attendee,
        address,
        Condition::AnyAttendee,
    );
    read.add("organizer", &asked.organizer, who, Condition::Organizer);
    read.add("title_has", &asked.title_has, phrase, |words| {
        Condition::Title(words, true)
    });
    read.add("title_lacks", &asked.title_lacks, phrase, |words| {
        Condition::Title(words, false)
    });
    read.add(
        "own_response",
        &asked.own_response,
        answer,
        is_one_of(Fact::OwnResponse),
    );
    read.add(
        "meeting_platform",
        &asked.meeting_platform,
        platform,
        is_one_of(Fact::MeetingPlatform),
    );
    read.conditions
}

/// Gathers what lists ask; one that is not written asks nothing.
struct Lists<'a, 'b> {
    place: &'a mut Place<'b>,
    conditions: Vec<Condition>,
}

impl Lists<'_, '_> {
    fn add<T>(
        &mut self,
        name: &str,
        written: &[String],
        read: fn(&str) -> Result<T, String>,
        asks: impl FnOnce(Vec<T>) -> Condition,
    ) {
        if !written.is_empty() {
            let entries = list(written, &mut self.place.at(name), read);
            self.conditions.push(asks(entries));
        }
    }
}

fn hours(asked: &Shorthands, place: &mut Place<'_>) -> Vec<Condition> {
    let written = [
        ("within_hours", &asked.within_hours, true),
        ("outside_hours", &asked.outside_hours, false),
    ];
    let mut conditions = Vec::new();
    for (name, written, wanted) in written {
        if let Some(written) = written {
            let hours = place.at(name).accept(Hours::read(written));
            conditions.extend(hours.map(|hours| Condition::Hours(hours, wanted)));
        }
    }
    conditions
}
