//! A meeting as people write it says the same whichever platform it comes
//! from: the simulated payload, the client that reads it, and the facts that
//! rules ask for, end to end.

use callsheet_app::ports::{CalendarEvents as _, EventQuery};
use callsheet_domain::{CalendarId, Fact, FactSource as _, FactValue, Situation};
use callsheet_recall::{ApiKey, BaseUrl, RecallClient};
use recall_simulator::{
    Attendee, EventDraft, EventType, Options, Platform, Privacy, ResponseStatus, ShowAs, Simulator,
};
use test_case::test_case;

const OWNER: &str = "sales@acme.example";

/// A meeting that the calendar's owner called, on a Friday from 10 to 11 in UTC.
fn review() -> EventDraft {
    let at = |text: &str| text.parse().expect("an instant");
    let (start, end) = ("2026-03-06T10:00:00Z", "2026-03-06T11:00:00Z");
    EventDraft::new("Review", at(start), at(end))
        .meeting_url("https://acme.zoom.us/j/1")
        .attendee("buyer@globex.example")
}

/// What `fact` says of `draft` in a calendar of `platform`.
async fn told(platform: Platform, draft: EventDraft, fact: Fact) -> FactValue {
    let simulator = Simulator::start(Options::default())
        .await
        .expect("a free port");
    let control = simulator.control();
    let calendar = control.create_calendar(platform, Some(OWNER)).await;
    let calendar = calendar.expect("the simulator").id;
    let created = control.create_event(calendar, draft).await;
    created.expect("the simulator");

    let base = BaseUrl::parse(&simulator.base_url()).expect("on this machine");
    let recall = RecallClient::new(base, ApiKey::parse(simulator.api_key()).expect("a key"));
    let calendar_id = CalendarId::parse(calendar.to_string()).expect("an id");
    let calendar = recall.calendar(&calendar_id).await.expect("an answer");
    let query = EventQuery {
        calendar_id: Some(calendar_id),
        updated_since: None,
        starts_from: None,
    };
    let page = recall.page(&query, None).await.expect("a page");
    let [event] = page.events.try_into().expect("one event");
    let situation = Situation {
        event: &event,
        calendar: &calendar.expect("the calendar"),
        zone: None,
    };
    situation.value(fact)
}

fn says(text: &str) -> FactValue {
    FactValue::Text(text.to_owned())
}

const YES: FactValue = FactValue::Flag(true);
const NO: FactValue = FactValue::Flag(false);

#[test_case(review(), Fact::Title, says("Review"); "title")]
#[test_case(review(), Fact::MeetingPlatform, says("zoom"); "where people meet")]
#[test_case(review(), Fact::Hosted, YES; "called by the owner")]
#[test_case(review().organizer("lead@acme.example"), Fact::Hosted, NO; "called by somebody else")]
#[test_case(review().organizer("lead@acme.example").owner_response(ResponseStatus::Tentative), Fact::OwnResponse, says("tentative"); "the owner may come")]
#[test_case(review(), Fact::OwnResponse, says("accepted"); "who called it comes")]
#[test_case(review(), Fact::External, YES; "a stranger")]
#[test_case(review().organizer("lead@acme.example").attendees_hidden(), Fact::External, FactValue::Unknown; "guests are hidden from the owner")]
#[test_case(review().organizer("lead@acme.example").attendees_hidden(), Fact::AttendeesComplete, NO; "and the list says so")]
#[test_case(review().attendees_hidden(), Fact::External, YES; "who called it sees them")]
#[test_case(review(), Fact::Participants, FactValue::Number(2); "the guest and the owner")]
#[test_case(review().attendee(Attendee::new("room@acme.example").resource()), Fact::Participants, FactValue::Number(2); "a room is nobody")]
#[test_case(review().attendee(Attendee::new("room@acme.example").resource()), Fact::Rooms, FactValue::Number(1); "a room")]
#[test_case(review(), Fact::Recurring, NO; "alone")]
#[test_case(review().series("series1"), Fact::Recurring, YES; "one of a series")]
#[test_case(review().series("series1"), Fact::SeriesId, says("series1"); "the series")]
#[test_case(review(), Fact::TimeZone, says("UTC"); "no zone")]
#[test_case(review().time_zone("Asia/Kolkata"), Fact::TimeZone, says("Asia/Kolkata"); "a zone")]
#[test_case(review().time_zone("Asia/Kolkata"), Fact::StartMinute, FactValue::Number(15 * 60 + 30); "the time there")]
#[test_case(review(), Fact::AllDay, NO; "hours")]
#[test_case(review().all_day(), Fact::AllDay, YES; "whole days")]
#[test_case(review(), Fact::Visibility, says("default"); "as usual")]
#[test_case(review().privacy(Privacy::Personal), Fact::Visibility, says("private"); "personal")]
#[test_case(review().privacy(Privacy::Confidential), Fact::Private, YES; "confidential")]
#[test_case(review(), Fact::ShowsAs, says("busy"); "taken")]
#[test_case(review().show_as(ShowAs::Free), Fact::Busy, NO; "free")]
#[test_case(review().event_type(EventType::OutOfOffice), Fact::OutOfOffice, YES; "away")]
#[tokio::test]
async fn both_platforms_say(draft: EventDraft, fact: Fact, expected: FactValue) {
    let google = told(Platform::GoogleCalendar, draft.clone(), fact).await;
    let outlook = told(Platform::MicrosoftOutlook, draft, fact).await;
    assert_eq!((google, outlook), (expected.clone(), expected));
}

#[test_case(Platform::GoogleCalendar, YES; "google")]
#[test_case(Platform::MicrosoftOutlook, NO; "outlook, which does not tell")]
#[tokio::test]
async fn focus_time(platform: Platform, expected: FactValue) {
    let draft = review().event_type(EventType::FocusTime);
    assert_eq!(told(platform, draft, Fact::FocusTime).await, expected);
}

#[test_case(Platform::GoogleCalendar; "google")]
#[test_case(Platform::MicrosoftOutlook; "outlook")]
#[tokio::test]
async fn an_optional_guest_is_one(platform: Platform) {
    let draft = review().attendee(Attendee::new("intern@acme.example").optional());
    let FactValue::People(people) = told(platform, draft, Fact::Attendees).await else {
        panic!("people are listed");
    };
    let optional = people.iter().filter(|person| person.is_optional);
    let optional: Vec<_> = optional.map(|person| person.email.as_str()).collect();
    assert_eq!(optional, ["intern@acme.example"]);
}
