//! A meeting has the same facts on both platforms, from the simulated payload
//! through the client that parses it.

use callsheet_app::ports::{CalendarEvents as _, EventQuery};
use callsheet_domain::{Fact, FactSource as _, FactValue, OwnDomains, Situation};
use callsheet_recall::{ApiKey, BaseUrl, RecallClient};
use callsheet_testkit::id;
use recall_simulator::{
    Attendee, EventDraft, EventType, Options, Platform, Privacy, ResponseStatus, ShowAs, Simulator,
};
use test_case::test_case;

const OWNER: &str = "sales@acme.example";

/// A meeting organized by the calendar's owner, on a Friday from 10 to 11 in UTC.
fn review() -> EventDraft {
    let at = |text: &str| text.parse().expect("an instant");
    let (start, end) = ("2026-03-06T10:00:00Z", "2026-03-06T11:00:00Z");
    EventDraft::new("Review", at(start), at(end))
        .meeting_url("https://acme.zoom.us/j/1")
        .attendee("buyer@globex.example")
}

/// The value of `fact` for `draft` in a calendar on `platform`.
async fn value_of(platform: Platform, draft: EventDraft, fact: Fact) -> FactValue {
    let simulator = Simulator::start(Options::default())
        .await
        .expect("a free port");
    let control = simulator.control();
    let calendar = control.create_calendar(platform, Some(OWNER)).await;
    let calendar = calendar.expect("the simulator").id;
    let metadata = control.set_calendar_metadata(calendar, &[("team", "sales")]);
    metadata.await.expect("the simulator");
    let created = control.create_event(calendar, draft).await;
    created.expect("the simulator");

    let base = BaseUrl::parse(&simulator.base_url()).expect("on this machine");
    let recall = RecallClient::new(base, ApiKey::parse(simulator.api_key()).expect("a key"));
    let calendar_id = id(calendar);
    let calendar = recall.calendar(&calendar_id).await.expect("an answer");
    let query = EventQuery {
        calendar_id: Some(calendar_id),
        updated_since: None,
        starts_from: None,
        starts_until: None,
    };
    let page = recall.page(&query, None).await.expect("a page");
    let [event] = page.events.try_into().expect("one event");
    let situation = Situation {
        event: &event,
        calendar: &calendar.expect("the calendar"),
        zone: None,
        ours: &OwnDomains::by_default(),
    };
    situation.value(fact)
}

fn text(text: &str) -> FactValue {
    FactValue::Text(text.to_owned())
}

const YES: FactValue = FactValue::Flag(true);
const NO: FactValue = FactValue::Flag(false);

#[test_case(review(), Fact::Title, text("Review"); "title")]
#[test_case(review(), Fact::MeetingPlatform, text("zoom"); "meeting platform")]
#[test_case(review(), Fact::Hosted, YES; "organized by the owner")]
#[test_case(review().organizer("lead@acme.example"), Fact::Hosted, NO; "organized by a colleague")]
#[test_case(review().organizer("lead@acme.example").owner_response(ResponseStatus::Tentative), Fact::OwnResponse, text("tentative"); "the owner answered tentatively")]
#[test_case(review(), Fact::OwnResponse, text("accepted"); "the organizer has accepted")]
#[test_case(review(), Fact::External, YES; "an external attendee")]
#[test_case(review().organizer("lead@acme.example").attendees_hidden(), Fact::External, FactValue::Unknown; "attendees are hidden from the owner")]
#[test_case(review().organizer("lead@acme.example").attendees_hidden(), Fact::AttendeesComplete, NO; "hidden attendees make the list incomplete")]
#[test_case(review().attendees_hidden(), Fact::External, YES; "the organizer sees hidden attendees")]
#[test_case(review(), Fact::Participants, FactValue::Number(2); "the attendee and the owner")]
#[test_case(review().attendee(Attendee::new("room@acme.example").resource()), Fact::Participants, FactValue::Number(2); "a room is no participant")]
#[test_case(review().attendee(Attendee::new("room@acme.example").resource()), Fact::Rooms, FactValue::Number(1); "a room")]
#[test_case(review(), Fact::Recurring, NO; "not in a series")]
#[test_case(review().series("series1"), Fact::Recurring, YES; "one of a series")]
#[test_case(review().series("series1"), Fact::SeriesId, text("series1"); "the series")]
#[test_case(review(), Fact::TimeZone, text("UTC"); "no zone")]
#[test_case(review().time_zone("Asia/Kolkata"), Fact::TimeZone, text("Asia/Kolkata"); "a zone")]
#[test_case(review().time_zone("Asia/Kolkata"), Fact::StartMinute, FactValue::Number(15 * 60 + 30); "the start in that zone")]
#[test_case(review(), Fact::AllDay, NO; "part of a day")]
#[test_case(review().all_day(), Fact::AllDay, YES; "whole days")]
#[test_case(review(), Fact::Visibility, text("default"); "default visibility")]
#[test_case(review().privacy(Privacy::Personal), Fact::Visibility, text("private"); "personal")]
#[test_case(review().privacy(Privacy::Confidential), Fact::Private, YES; "confidential")]
#[test_case(review(), Fact::ShowsAs, text("busy"); "shown as busy")]
#[test_case(review().show_as(ShowAs::Free), Fact::Busy, NO; "shown as free")]
#[test_case(review().event_type(EventType::OutOfOffice), Fact::OutOfOffice, YES; "out of office")]
#[tokio::test]
async fn both_platforms_give_the_same_fact(draft: EventDraft, fact: Fact, expected: FactValue) {
    let google = value_of(Platform::GoogleCalendar, draft.clone(), fact).await;
    let outlook = value_of(Platform::MicrosoftOutlook, draft, fact).await;
    assert_eq!((google, outlook), (expected.clone(), expected));
}

/// The metadata belongs to the calendar, so it is the same for each of its meetings.
#[test_case(Platform::GoogleCalendar; "google")]
#[test_case(Platform::MicrosoftOutlook; "outlook")]
#[tokio::test]
async fn the_metadata_of_the_calendar_is_a_fact(platform: Platform) {
    let fact = Fact::CalendarMetadata;
    let FactValue::Metadata(metadata) = value_of(platform, review(), fact).await else {
        panic!("the metadata is shown");
    };
    let keys = ["team", "plan"].map(|key| metadata.value(key));
    assert_eq!(keys, [Some("sales"), Some("")]);
}

#[test_case(Platform::GoogleCalendar, YES; "google")]
#[test_case(Platform::MicrosoftOutlook, NO; "outlook, which has no focus time")]
#[tokio::test]
async fn focus_time(platform: Platform, expected: FactValue) {
    let draft = review().event_type(EventType::FocusTime);
    assert_eq!(value_of(platform, draft, Fact::FocusTime).await, expected);
}

#[test_case(Platform::GoogleCalendar; "google")]
#[test_case(Platform::MicrosoftOutlook; "outlook")]
#[tokio::test]
async fn an_optional_attendee_is_marked_as_optional(platform: Platform) {
    let draft = review().attendee(Attendee::new("intern@acme.example").optional());
    let FactValue::People(people) = value_of(platform, draft, Fact::Attendees).await else {
        panic!("people are listed");
    };
    let optional = people.iter().filter(|person| person.is_optional);
    let optional: Vec<_> = optional.map(|person| person.email.as_str()).collect();
    assert_eq!(optional, ["intern@acme.example"]);
}
