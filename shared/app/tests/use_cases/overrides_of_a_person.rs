//! What a person said holds for the person, whatever becomes of the connections of the
//! mailbox and of the series.

mod addresses;
mod world;

use callsheet_app::Handled;
use callsheet_app::ports::OverrideStore as _;
use callsheet_domain::{
    Calendar, CalendarEvent, CalendarOwner, CalendarStatus, Decision, IcalUid, OverrideChoice,
    OverrideScope, Platform, PlatformEventId, ResponseStatus, SeriesId, SyncReason, plus,
};
use callsheet_testkit::{With as _, a_calendar, an_actor, an_email, an_event, at, id};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::Harness;

/// The mailbox of the usual calendar, under another id.
fn connection(name: &str, harness: &Harness) -> Calendar {
    a_calendar().with(|calendar| {
        calendar.id = id(name);
        calendar.updated_at = harness.after(0);
    })
}

/// The usual event in another connection of its mailbox.
fn event_in(calendar: &Calendar) -> CalendarEvent {
    an_event().with(|event| {
        event.id = id(format!("event-of-{}", calendar.id));
        event.calendar_id = calendar.id.clone();
        event.facts.own_response = Some(ResponseStatus::Accepted);
    })
}

fn own_scope() -> OverrideScope {
    OverrideScope::Event(an_event().platform_id.expect("it has one"))
}

impl Harness {
    async fn say(&self, owner: &CalendarOwner, scope: &OverrideScope, choice: OverrideChoice) {
        let (by, now) = (an_actor(), self.after(0));
        let set = self.state.set_override(owner, scope, choice, &by, now);
        set.await.expect("memory");
    }

    /// The row that decides on an event; it may be under a former `ical_uid`, too.
    fn deciding_row(&self, event: &CalendarEvent) -> Decision {
        let rows = self.decisions.all().into_iter();
        rows.filter(|row| row.key.event_id == event.id)
            .find(|row| !row.is_superseded())
            .expect("a row that decides")
    }

    /// The rule that decided on an event after a full sync of its calendar.
    async fn rule_of(&self, event: &CalendarEvent) -> String {
        let handled = self.request(&event.calendar_id, SyncReason::FullSync).await;
        assert_eq!(handled, Handled::default());
        self.deciding_row(event).verdict.reason().rule.to_string()
    }
}

#[test_case(own_scope(), "event-override"; "of an event")]
#[test_case(OverrideScope::Series(an_event().ical_uid), "series-override"; "of a series")]
#[tokio::test]
async fn a_no_outlives_a_connection_under_another_id(scope: OverrideScope, expected: &str) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let owner = harness.state.owner_of(&a_calendar().id);
    harness.say(&owner, &scope, OverrideChoice::Skip).await;
    assert_eq!(harness.rule_of(&an_event()).await, expected);
    harness.recall.delete_calendar(&a_calendar().id);
    harness.calendar_changed(&a_calendar().id).await;
    let again = connection("calendar-again", &harness);
    let event = event_in(&again);
    harness.recall.put_event(event.clone());
    harness.see_calendar(again).await;
    assert_eq!(harness.rule_of(&event).await, expected);
}

#[tokio::test]
async fn a_no_and_a_pause_in_one_connection_hold_in_another_of_the_same_mailbox() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let second = connection("calendar-second", &harness);
    let event = event_in(&second);
    harness.recall.put_event(event.clone());
    harness.see_calendar(second.clone()).await;
    let owner = harness.state.owner_of(&second.id);
    assert_eq!(owner, harness.state.owner_of(&a_calendar().id));
    harness
        .say(&owner, &own_scope(), OverrideChoice::Skip)
        .await;
    for event in [an_event(), event.clone()] {
        assert_eq!(harness.rule_of(&event).await, "event-override");
    }
    harness
        .say(&owner, &own_scope(), OverrideChoice::Clear)
        .await;
    let (by, now) = (an_actor(), harness.after(0));
    let paused = harness.state.pause(&owner, at("18:00"), &by, now);
    paused.await.expect("memory");
    // Without a request, since the list of calendars shows that an override was set.
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.resync(harness.deadline()).await;
    for event in [an_event(), event] {
        let row = harness.decision(&event.id);
        assert_eq!(row.verdict.reason().rule.as_str(), "paused");
    }
}

#[tokio::test]
async fn a_colleague_with_a_copy_of_the_meeting_has_said_nothing() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let colleague = connection("calendar-bo", &harness)
        .with(|calendar| calendar.email = Some(an_email("bo@acme.example")));
    let elsewhere = connection("calendar-outlook", &harness)
        .with(|calendar| calendar.platform = Platform::Outlook);
    let owner = harness.state.owner_of(&a_calendar().id);
    harness
        .say(&owner, &own_scope(), OverrideChoice::Skip)
        .await;
    for calendar in [colleague, elsewhere] {
        let event = event_in(&calendar);
        harness.recall.put_event(event.clone());
        harness.see_calendar(calendar).await;
        assert_eq!(harness.rule_of(&event).await, "external");
    }
    assert_eq!(harness.rule_of(&an_event()).await, "event-override");
}

/// A series of Google before "this and following events" was used, or after: its id and
/// its `ical_uid`.
const SERIES: (&str, &str) = ("k3v9", "k3v9@google.com");
const SPLIT_OFF: (&str, &str) = ("k3v9_R20900306T100000", "k3v9_R20900306T100000@google.com");
const SPLIT_AGAIN: (&str, &str) = ("k3v9_R20900313T093000", "k3v9_R20900313T093000@google.com");
/// The `ical_uid` of the split-off as Outlook shows it to an attendee.
const IN_OUTLOOK: &str = "040000008200E00074C5B7101A82E008082A0306000000000000000000000000\
    00000000310000007643616C2D556964010000006B3376395F523230393030333036543130303030304\
    0676F6F676C652E636F6D00";

fn of_series((series, ical_uid): (&str, &str)) -> CalendarEvent {
    an_event().with(|event| {
        event.platform_id = PlatformEventId::parse("k3v9_20900306T100000Z").ok();
        event.ical_uid = IcalUid::parse(ical_uid).expect("an ical_uid");
        event.facts.series = SeriesId::parse(series).ok();
    })
}

#[test_case(SERIES, SPLIT_OFF; "to what is split off")]
#[test_case(SPLIT_OFF, SERIES; "and back to the series")]
#[test_case(SPLIT_OFF, SPLIT_AGAIN; "and to what is split off later")]
#[test_case(("master-1", SERIES.1), ("master-2", IN_OUTLOOK); "to what is split off, in Outlook")]
#[test_case(("master-2", IN_OUTLOOK), ("master-1", SERIES.1); "and back, in Outlook")]
#[tokio::test]
async fn a_no_for_a_series_holds_for_its_split_offs(said: (&str, &str), shown: (&str, &str)) {
    let harness = Harness::new();
    harness.see(of_series(said)).await;
    let owner = harness.state.owner_of(&a_calendar().id);
    let ical_uid = IcalUid::parse(said.1).expect("an ical_uid");
    let series = SeriesId::parse(said.0).expect("an id");
    for scope in [
        OverrideScope::series(Some(&series), &ical_uid),
        OverrideScope::series(None, &ical_uid),
    ] {
        harness.say(&owner, &scope, OverrideChoice::Skip).await;
        let event = of_series(shown).with(|event| event.updated_at = harness.after(0));
        harness.recall.put_event(event.clone());
        assert_eq!(
            harness.rule_of(&event).await,
            "series-override",
            "{scope:?}"
        );
        harness.say(&owner, &scope, OverrideChoice::Clear).await;
        assert_eq!(harness.rule_of(&event).await, "external");
    }
}

#[tokio::test]
async fn a_no_for_an_event_outlives_a_split_of_its_series() {
    let harness = Harness::new();
    harness.see(of_series(SERIES)).await;
    let owner = harness.state.owner_of(&a_calendar().id);
    let scope = OverrideScope::Event(id("k3v9_20900306T100000Z"));
    harness.say(&owner, &scope, OverrideChoice::Skip).await;
    for name in [
        "k3v9_20900306T100000Z",
        "k3v9_R20900306T100000_20900306T100000Z",
    ] {
        let event = of_series(SPLIT_OFF).with(|event| {
            event.platform_id = PlatformEventId::parse(name).ok();
            event.updated_at = harness.after(0);
        });
        harness.recall.put_event(event.clone());
        assert_eq!(harness.rule_of(&event).await, "event-override", "{name}");
    }
}

#[tokio::test]
async fn what_was_said_before_the_address_was_known_holds_for_the_person() {
    let harness = Harness::new();
    let nameless = connection("calendar-new", &harness).with(|calendar| calendar.email = None);
    let event = event_in(&nameless);
    harness.recall.put_event(event.clone());
    harness.see_calendar(nameless.clone()).await;
    let owner = harness.state.owner_of(&nameless.id);
    assert!(!owner.is_known());
    harness
        .say(&owner, &own_scope(), OverrideChoice::Skip)
        .await;
    assert_eq!(harness.rule_of(&event).await, "event-override");
    let known = connection("calendar-new", &harness);
    harness.see_calendar(known).await;
    assert_eq!(harness.rule_of(&event).await, "event-override");
    harness.see(an_event()).await;
    assert_eq!(harness.rule_of(&an_event()).await, "event-override");
}

/// The platform does not name the address any more, or names another one.
#[test_case(None; "an address that is not given any more")]
#[test_case(Some("sales@new.example"); "another address")]
#[tokio::test]
async fn a_no_outlives_a_change_of_the_owners_address(address: Option<&str>) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let owner = harness.state.owner_of(&a_calendar().id);
    harness
        .say(&owner, &own_scope(), OverrideChoice::Skip)
        .await;
    let changed = connection(a_calendar().id.as_str(), &harness)
        .with(|calendar| calendar.email = address.map(an_email));
    harness.see_calendar(changed).await;
    assert_eq!(harness.rule_of(&an_event()).await, "event-override");
    let row = harness.decision(&an_event().id);
    assert!(row.inputs.overrides > callsheet_domain::OverrideRevision(0));
    let known = harness.state.owner_of(&a_calendar().id);
    let expected = address.unwrap_or("sales@acme.example");
    assert!(matches!(known, CalendarOwner::Person { email, .. } if email == an_email(expected)));
}

#[tokio::test]
async fn overrides_expire_a_year_after_the_last_calendar_of_their_owner_was_deleted() {
    let harness = Harness::new();
    let second = connection("calendar-second", &harness);
    harness.see(an_event()).await;
    harness.see_calendar(second.clone()).await;
    let owner = harness.state.owner_of(&second.id);
    let series = OverrideScope::Series(an_event().ical_uid);
    harness.say(&owner, &series, OverrideChoice::Skip).await;
    let expires_at = || harness.state.override_expires_at(&owner, &series);
    for calendar in [a_calendar().id, second.id] {
        assert_eq!(expires_at(), None);
        harness.recall.delete_calendar(&calendar);
        harness.calendar_changed(&calendar).await;
    }
    let in_a_year = plus(harness.after(0), SignedDuration::from_hours(365 * 24));
    let until = expires_at().expect("no calendar is left");
    assert!(until <= in_a_year && until > plus(in_a_year, SignedDuration::from_mins(-1)));
    let again = connection("calendar-again", &harness);
    assert_eq!(again.status, CalendarStatus::Connected);
    let event = event_in(&again);
    harness.recall.put_event(event.clone());
    harness.see_calendar(again).await;
    assert_eq!(expires_at(), None, "it is connected again");
    assert_eq!(harness.rule_of(&event).await, "series-override");
    assert!(harness.recall.event(&event.id).is_some());
}
