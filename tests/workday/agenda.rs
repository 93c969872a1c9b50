//! Agenda: the initial meetings of every calendar, with their expected verdicts.

use recall_simulator::{Attendee, EventDraft, EventType, ResponseStatus};

use crate::meeting::ExpectedVerdict;
use crate::meeting_links::MeetingLinks;
use crate::people::Person::{self, Product1, Sales1, Sales2, Success1, Success2, Support1};
use crate::week::{Week, minutes};

/// Meeting to be created in a calendar.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) owner: Person,
    pub(crate) draft: EventDraft,
    pub(crate) expected: ExpectedVerdict,
}

/// Organizer of an external meeting.
enum Organizer {
    /// The calendar's owner, with this external attendee.
    Owner(&'static str),
    /// This external person, with the owner as attendee.
    External(&'static str),
}

/// External meetings that every person has once: title, organizer, length in minutes.
const STANDARD: [(&str, Organizer, i64); 8] = [
    ("Demo", Organizer::Owner("buyer@globex.example"), 30),
    (
        "Contract review",
        Organizer::External("legal@initech.example"),
        60,
    ),
    ("Renewal", Organizer::Owner("buyer@initech.example"), 30),
    ("Kick-off", Organizer::External("lead@hooli.example"), 60),
    ("Onboarding", Organizer::Owner("admin@globex.example"), 45),
    ("Pricing", Organizer::Owner("purchasing@hooli.example"), 30),
    (
        "Quarterly review",
        Organizer::External("lead@globex.example"),
        60,
    ),
    (
        "Integration",
        Organizer::Owner("architect@initech.example"),
        45,
    ),
];

const BUYER: &str = "buyer@globex.example";

/// The whole agenda.
pub(crate) fn agenda(week: &Week, links: &mut MeetingLinks) -> Vec<Entry> {
    let mut entries = standard(week, links);
    entries.extend(shared(week, links));
    entries.extend(series(week, links));
    entries.extend(internal(week, links));
    entries.extend(without_link(week));
    entries.extend(not_attended(week, links));
    entries
}

fn standard(week: &Week, links: &mut MeetingLinks) -> Vec<Entry> {
    let mut entries = Vec::new();
    for owner in Person::ALL {
        for (number, (title, organizer, length)) in STANDARD.iter().enumerate() {
            // One in the morning of each day, the others in the afternoon.
            let hour = if number < 5 { 9 } else { 14 };
            let start = week.at(number + owner.index(), hour, 0);
            let draft = EventDraft::new(*title, start, start + minutes(*length));
            let draft = draft.meeting_url(links.of_platform(owner.platform()));
            let draft = match organizer {
                Organizer::Owner(attendee) => draft.attendee(*attendee),
                Organizer::External(organizer) => {
                    draft.organizer(*organizer).attendee(owner.email())
                }
            };
            // A tentatively accepted meeting is recorded like an accepted one.
            let response = match *title {
                "Kick-off" => ResponseStatus::Tentative,
                _ => ResponseStatus::Accepted,
            };
            entries.push(Entry {
                owner,
                draft: draft.owner_response(response),
                expected: ExpectedVerdict::EXTERNAL,
            });
        }
    }
    entries
}

/// Meetings with copies in several calendars, which share one bot.
fn shared(week: &Week, links: &mut MeetingLinks) -> Vec<Entry> {
    let meetings: [(&str, &[Person]); 4] = [
        ("Joint proposal", &[Sales1, Sales2]),
        ("Account handover", &[Success1, Success2]),
        ("Incident review", &[Support1, Product1]),
        ("Executive briefing", &[Sales2, Success1, Support1]),
    ];
    let mut entries = Vec::new();
    for (day, (title, people)) in meetings.into_iter().enumerate() {
        let start = week.at(day, 11, 0);
        let draft = EventDraft::new(title, start, start + minutes(60))
            .organizer("lead@globex.example")
            .meeting_url(links.zoom())
            .ical_uid(links.ical_uid());
        let draft = people
            .iter()
            .fold(draft, |draft, person| draft.attendee(person.email()));
        entries.extend(people.iter().map(|owner| Entry {
            owner: *owner,
            draft: draft.clone(),
            expected: ExpectedVerdict::EXTERNAL,
        }));
    }
    entries
}

/// Series, whose instances have the same link.
fn series(week: &Week, links: &mut MeetingLinks) -> Vec<Entry> {
    let all = [
        (
            Success1,
            "Weekly check-in",
            "admin@globex.example",
            4,
            ExpectedVerdict::EXTERNAL,
        ),
        (
            Support1,
            "Retrospective",
            "product-1@acme.example",
            3,
            ExpectedVerdict::INTERNAL,
        ),
        (
            Product1,
            "Roadmap",
            "architect@hooli.example",
            3,
            ExpectedVerdict::EXTERNAL,
        ),
    ];
    let mut entries = Vec::new();
    for (owner, title, attendee, instances, expected) in all {
        let link = links.of_platform(owner.platform());
        let series = links.series_id();
        entries.extend((0..instances).map(|day| {
            let start = week.at(day, 16, 0);
            let draft = EventDraft::new(title, start, start + minutes(30));
            Entry {
                owner,
                draft: draft.attendee(attendee).meeting_url(&link).series(&series),
                expected: expected.clone(),
            }
        }));
    }
    entries
}

/// Half an hour at 13:00.
fn after_lunch(week: &Week, title: &str, day: usize) -> EventDraft {
    let start = week.at(day, 13, 0);
    EventDraft::new(title, start, start + minutes(30))
}

/// Meetings without an external participant.
fn internal(week: &Week, links: &mut MeetingLinks) -> Vec<Entry> {
    let mut meeting = |title: &str, day| after_lunch(week, title, day).meeting_url(links.zoom());
    let room = Attendee::new("room-4@rooms.example").resource();
    let budget = meeting("Budget", 4).organizer("support-1@acme.example");
    let drafts = [
        (
            Sales1,
            meeting("Stand-up", 0).attendee("sales-2@acme.example"),
        ),
        (Sales2, meeting("Interview", 0).attendee(room)),
        (
            Sales2,
            meeting("Forecast", 1).attendee("sales-1@acme.example"),
        ),
        (Product1, budget.attendees_hidden()),
    ];
    drafts
        .map(|(owner, draft)| Entry {
            owner,
            draft,
            expected: ExpectedVerdict::INTERNAL,
        })
        .into()
}

/// Entries without a meeting link.
fn without_link(week: &Week) -> Vec<Entry> {
    let midnight = week.at(2, 0, 0);
    let fair = EventDraft::new("Trade fair", midnight, midnight + minutes(24 * 60));
    let focus_time = after_lunch(week, "Focus time", 3).event_type(EventType::FocusTime);
    let drafts = [
        (Success1, after_lunch(week, "Lunch", 1).attendee(BUYER)),
        (Support1, fair.attendee(BUYER).all_day()),
        (Support1, focus_time),
    ];
    drafts
        .map(|(owner, draft)| Entry {
            owner,
            draft,
            expected: ExpectedVerdict::NO_MEETING,
        })
        .into()
}

/// External meetings that are declined, cancelled or over.
fn not_attended(week: &Week, links: &mut MeetingLinks) -> Vec<Entry> {
    let webinar = after_lunch(week, "Webinar", 2).organizer(BUYER);
    let briefing = after_lunch(week, "Vendor briefing", 3).attendee(BUYER);
    let past = week.past_hour();
    let debriefing = EventDraft::new("Debriefing", past, past + minutes(30)).attendee(BUYER);
    let drafts = [
        (
            Success2,
            webinar.owner_response(ResponseStatus::Declined),
            ExpectedVerdict::DECLINED,
        ),
        (Product1, briefing.cancelled(), ExpectedVerdict::CANCELLED),
        (Sales1, debriefing, ExpectedVerdict::OVER),
    ];
    drafts
        .map(|(owner, draft, expected)| Entry {
            owner,
            draft: draft.meeting_url(links.zoom()),
            expected,
        })
        .into()
}
