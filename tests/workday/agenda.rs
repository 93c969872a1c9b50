//! What stands in the calendars at first, and what must come of each.

use recall_simulator::{Attendee, EventDraft, EventType, ResponseStatus};

use crate::cast::Desk::{self, Product1, Sales1, Sales2, Success1, Success2, Support1};
use crate::links::Links;
use crate::meeting::Outcome;
use crate::week::{Week, minutes};

/// A meeting to be put into a calendar.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) desk: Desk,
    pub(crate) draft: EventDraft,
    pub(crate) outcome: Outcome,
}

/// Who calls a meeting, and who else takes part.
enum By {
    Us(&'static str),
    Them(&'static str),
}

/// What everybody has in their calendar once: with outsiders, so recorded.
const USUAL: [(&str, By, i64); 8] = [
    ("Demo", By::Us("buyer@globex.example"), 30),
    ("Contract review", By::Them("legal@initech.example"), 60),
    ("Renewal", By::Us("buyer@initech.example"), 30),
    ("Kick-off", By::Them("lead@hooli.example"), 60),
    ("Onboarding", By::Us("admin@globex.example"), 45),
    ("Pricing", By::Us("purchasing@hooli.example"), 30),
    ("Quarterly review", By::Them("lead@globex.example"), 60),
    ("Integration", By::Us("architect@initech.example"), 45),
];

/// Everything.
pub(crate) fn agenda(week: &Week, links: &mut Links) -> Vec<Entry> {
    let mut entries = usual(week, links);
    entries.extend(shared(week, links));
    entries.extend(series(week, links));
    entries.extend(left_alone(week, links));
    entries
}

fn usual(week: &Week, links: &mut Links) -> Vec<Entry> {
    let mut entries = Vec::new();
    for desk in Desk::ALL {
        for (number, (title, by, length)) in USUAL.iter().enumerate() {
            // One in the morning of each day, the others in the afternoon.
            let hour = if number < 5 { 9 } else { 14 };
            let start = week.at(number + desk.number(), hour, 0);
            let draft = EventDraft::new(*title, start, start + minutes(*length));
            let draft = draft.meeting_url(links.usual(desk.platform()));
            let draft = match by {
                By::Us(guest) => draft.attendee(*guest),
                By::Them(organizer) => draft.organizer(*organizer).attendee(desk.address()),
            };
            // Who may come is recorded like who does.
            let answer = match *title {
                "Kick-off" => ResponseStatus::Tentative,
                _ => ResponseStatus::Accepted,
            };
            entries.push(Entry {
                desk,
                draft: draft.owner_response(answer),
                outcome: Outcome::EXTERNAL,
            });
        }
    }
    entries
}

/// The same meeting in several calendars: one bot each.
fn shared(week: &Week, links: &mut Links) -> Vec<Entry> {
    let meetings: [(&str, &[Desk]); 4] = [
        ("Joint proposal", &[Sales1, Sales2]),
        ("Account handover", &[Success1, Success2]),
        ("Incident review", &[Support1, Product1]),
        ("Executive briefing", &[Sales2, Success1, Support1]),
    ];
    let mut entries = Vec::new();
    for (day, (title, desks)) in meetings.into_iter().enumerate() {
        let start = week.at(day, 11, 0);
        let draft = EventDraft::new(title, start, start + minutes(60))
            .organizer("lead@globex.example")
            .meeting_url(links.zoom())
            .ical_uid(links.uid());
        let draft = desks
            .iter()
            .fold(draft, |draft, desk| draft.attendee(desk.address()));
        entries.extend(desks.iter().map(|desk| Entry {
            desk: *desk,
            draft: draft.clone(),
            outcome: Outcome::EXTERNAL,
        }));
    }
    entries
}

/// Meetings that come again, by the same link.
fn series(week: &Week, links: &mut Links) -> Vec<Entry> {
    let all = [
        (
            Success1,
            "Weekly check-in",
            "admin@globex.example",
            4,
            Outcome::EXTERNAL,
        ),
        (
            Support1,
            "Retrospective",
            "product-1@acme.example",
            3,
            Outcome::INTERNAL,
        ),
        (
            Product1,
            "Roadmap",
            "architect@hooli.example",
            3,
            Outcome::EXTERNAL,
        ),
    ];
    let mut entries = Vec::new();
    for (desk, title, guest, times, outcome) in all {
        let link = links.usual(desk.platform());
        let series = links.series();
        entries.extend((0..times).map(|day| {
            let start = week.at(day, 16, 0);
            let draft = EventDraft::new(title, start, start + minutes(30));
            Entry {
                desk,
                draft: draft.attendee(guest).meeting_url(&link).series(&series),
                outcome: outcome.clone(),
            }
        }));
    }
    entries
}

/// What must not be recorded, each for another reason.
fn left_alone(week: &Week, links: &mut Links) -> Vec<Entry> {
    let half_an_hour = |title: &str, start| EventDraft::new(title, start, start + minutes(30));
    let meeting = |title: &str, day| half_an_hour(title, week.at(day, 13, 0));
    let mut linked = |title: &str, day| meeting(title, day).meeting_url(links.zoom());
    let buyer = "buyer@globex.example";

    let room = Attendee::new("room-4@rooms.example").resource();
    let hidden = linked("Budget", 4).organizer("support-1@acme.example");
    let internal = vec![
        (
            Sales1,
            linked("Stand-up", 0).attendee("sales-2@acme.example"),
        ),
        (Sales2, linked("Interview", 0).attendee(room)),
        (
            Sales2,
            linked("Forecast", 1).attendee("sales-1@acme.example"),
        ),
        (Product1, hidden.attendees_hidden()),
    ];
    let midnight = week.at(2, 0, 0);
    let fair = EventDraft::new("Trade fair", midnight, midnight + minutes(24 * 60));
    let focus = meeting("Focus time", 3).event_type(EventType::FocusTime);
    let without_link = vec![
        (Success1, meeting("Lunch", 1).attendee(buyer)),
        (Support1, fair.attendee(buyer).all_day()),
        (Support1, focus),
    ];
    let webinar = linked("Webinar", 2).organizer(buyer);
    let declined = vec![(Success2, webinar.owner_response(ResponseStatus::Declined))];
    let briefing = linked("Vendor briefing", 3).attendee(buyer);
    let cancelled = vec![(Product1, briefing.cancelled())];
    let debriefing = half_an_hour("Debriefing", week.earlier()).attendee(buyer);
    let over = vec![(Sales1, debriefing.meeting_url(links.zoom()))];

    let all = [
        (internal, Outcome::INTERNAL),
        (without_link, Outcome::NO_MEETING),
        (declined, Outcome::DECLINED),
        (cancelled, Outcome::CANCELLED),
        (over, Outcome::OVER),
    ];
    let entries = all.into_iter().flat_map(|(drafts, outcome)| {
        let entry = move |(desk, draft)| Entry {
            desk,
            draft,
            outcome: outcome.clone(),
        };
        drafts.into_iter().map(entry)
    });
    entries.collect()
}
