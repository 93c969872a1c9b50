//! Compiles the conditions of a rule from its shorthands.

use super::contradiction::contradictions;
use super::entries::{address, domain, list, pairs, phrase, platform, response, who};
use crate::fact::Fact;
use crate::policy::condition::Condition;
use crate::policy::expression::Expression;
use crate::policy::hours::Hours;
use crate::policy::problem::Place;
use crate::policy::when::{Shorthands, When};

/// The conditions, of which all must hold; expressions last.
pub(in crate::policy) fn conditions(when: &When, place: &mut Place<'_>) -> Vec<Condition> {
    let shorthands = match when {
        When::Expression(source) => return expression(source, place).into_iter().collect(),
        When::All(shorthands) => shorthands,
    };
    if **shorthands == Shorthands::default() {
        place.report("there is no condition; to decide about every meeting, set `default`");
    }
    for problem in contradictions(shorthands) {
        place.report(problem);
    }
    let mut conditions = flags(shorthands);
    conditions.extend(numbers(shorthands));
    conditions.extend(lists(shorthands, place));
    conditions.extend(hours(shorthands, place));
    if !shorthands.calendar_metadata.is_empty() {
        let wanted = &shorthands.calendar_metadata;
        let wanted = pairs(wanted, &mut place.at("calendar_metadata"));
        conditions.push(Condition::Metadata(wanted));
    }
    if let Some(source) = &shorthands.expression {
        conditions.extend(expression(source, &mut place.at("expression")));
    }
    conditions
}

fn expression(source: &str, place: &mut Place<'_>) -> Option<Condition> {
    place
        .accept(Expression::compile(source))
        .map(Condition::Expression)
}

fn flags(shorthands: &Shorthands) -> Vec<Condition> {
    let flags = [
        (Fact::External, shorthands.external),
        (Fact::Internal, shorthands.internal),
        (Fact::ExternalToOrganizer, shorthands.external_to_organizer),
        (Fact::Hosted, shorthands.hosted),
        (Fact::Recurring, shorthands.recurring),
        (Fact::Private, shorthands.private),
        (Fact::AllDay, shorthands.all_day),
        (Fact::Busy, shorthands.busy),
        (Fact::OutOfOffice, shorthands.out_of_office),
        (Fact::FocusTime, shorthands.focus_time),
        (Fact::AttendeesComplete, shorthands.attendees_complete),
    ];
    let flags = flags
        .into_iter()
        .filter_map(|(fact, wanted)| Some(Condition::Flag(fact, wanted?)));
    let accepted = || vec!["accepted".to_owned()];
    let confirmed = shorthands
        .confirmed
        .map(|wanted| Condition::OneOf(Fact::OwnResponse, accepted(), wanted));
    flags.chain(confirmed).collect()
}

fn numbers(shorthands: &Shorthands) -> Vec<Condition> {
    let at_least = [
        (Fact::Participants, shorthands.participants_at_least),
        (Fact::DurationMinutes, shorthands.minutes_at_least),
        (Fact::LeadMinutes, shorthands.lead_minutes_at_least),
    ];
    let at_most = [
        (Fact::Participants, shorthands.participants_at_most),
        (Fact::DurationMinutes, shorthands.minutes_at_most),
        (Fact::LeadMinutes, shorthands.lead_minutes_at_most),
    ];
    let at_least = at_least
        .into_iter()
        .filter_map(|(fact, least)| Some(Condition::AtLeast(fact, i64::from(least?))));
    let at_most = at_most
        .into_iter()
        .filter_map(|(fact, most)| Some(Condition::AtMost(fact, i64::from(most?))));
    at_least.chain(at_most).collect()
}

fn lists(shorthands: &Shorthands, place: &mut Place<'_>) -> Vec<Condition> {
    let mut lists = Lists {
        place,
        conditions: Vec::new(),
    };
    lists.add_people(shorthands);
    lists.add_others(shorthands);
    lists.conditions
}

/// Collects the conditions of the lists that are set.
struct Lists<'a, 'b> {
    place: &'a mut Place<'b>,
    conditions: Vec<Condition>,
}

impl Lists<'_, '_> {
    fn add_people(&mut self, of: &Shorthands) {
        self.add("any_domain", &of.any_domain, domain, Condition::AnyDomain);
        self.add("no_domain", &of.no_domain, domain, Condition::NoDomain);
        self.add(
            "only_domains",
            &of.only_domains,
            domain,
            Condition::OnlyDomains,
        );
        self.add(
            "any_attendee",
            &of.any_attendee,
            address,
            Condition::AnyAttendee,
        );
        self.add("organizer", &of.organizer, who, Condition::Organizer);
    }

    fn add_others(&mut self, of: &Shorthands) {
        let title = |wanted| move |phrases| Condition::Title(phrases, wanted);
        let one_of = |fact| move |texts| Condition::OneOf(fact, texts, true);
        self.add("title_has", &of.title_has, phrase, title(true));
        self.add("title_lacks", &of.title_lacks, phrase, title(false));
        let condition = one_of(Fact::OwnResponse);
        self.add("own_response", &of.own_response, response, condition);
        let condition = one_of(Fact::MeetingPlatform);
        self.add(
            "meeting_platform",
            &of.meeting_platform,
            platform,
            condition,
        );
    }

    fn add<T>(
        &mut self,
        name: &str,
        written: &[String],
        parse: fn(&str) -> Result<T, String>,
        condition: impl FnOnce(Vec<T>) -> Condition,
    ) {
        if !written.is_empty() {
            let entries = list(written, &mut self.place.at(name), parse);
            self.conditions.push(condition(entries));
        }
    }
}

fn hours(shorthands: &Shorthands, place: &mut Place<'_>) -> Vec<Condition> {
    let written = [
        ("within_hours", &shorthands.within_hours, true),
        ("outside_hours", &shorthands.outside_hours, false),
    ];
    let mut conditions = Vec::new();
    for (name, written, wanted) in written {
        if let Some(written) = written {
            let hours = Hours::compile(written, &mut place.at(name));
            conditions.extend(hours.map(|hours| Condition::Hours(hours, wanted)));
        }
    }
    conditions
}
