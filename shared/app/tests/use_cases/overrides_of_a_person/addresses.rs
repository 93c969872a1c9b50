//! A person has several addresses: what the platform marks as the owner's own is theirs.

use callsheet_app::list_overrides::list_overrides;
use callsheet_app::ports::{Calendars as _, OverrideStore as _};
use callsheet_domain::{
    Calendar, CalendarEvent, CalendarOwner, OverrideChoice, OverrideScope, Platform, SyncReason,
};
use callsheet_testkit::{With as _, a_calendar, an_actor, an_email, an_event, at, id};
use jiff::SignedDuration;
use test_case::test_case;

use super::{connection, event_in, own_scope};
use crate::harness::Harness;

/// The address of the usual calendar.
const OLD: &str = "sales@acme.example";
const NEW: &str = "sales@new.example";

/// The mailbox under its new address, in another connection.
fn new_connection(harness: &Harness) -> Calendar {
    connection("calendar-new", harness).with(|calendar| calendar.email = Some(an_email(NEW)))
}

/// Another meeting in a calendar, whose owner it marks by an address.
fn marks(calendar: &Calendar, address: &str, harness: &Harness) -> CalendarEvent {
    event_in(calendar).with(|event| {
        event.id = id(format!("marks-{}", calendar.id));
        event.ical_uid = id(format!("marks-{}@google.com", calendar.id));
        event.platform_id = Some(id(format!("marks-{}", calendar.id)));
        event.facts.own_addresses = vec![an_email(address)];
        event.updated_at = harness.after(0);
    })
}

/// The usual connection with its event, and a new one with a copy, one of whose events
/// marks the old address.
async fn two_connections() -> (Harness, CalendarEvent) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let new = new_connection(&harness);
    let event = event_in(&new);
    harness.recall.put_event(event.clone());
    harness.recall.put_event(marks(&new, OLD, &harness));
    harness.see_calendar(new).await;
    (harness, event)
}

impl Harness {
    /// Nobody requests a sync.
    async fn resync_a_few_times(&self) {
        for _ in 0..3 {
            self.clock.advance(SignedDuration::from_secs(60));
            self.resync(self.deadline()).await;
        }
    }

    fn verdict_on(&self, event: &CalendarEvent) -> String {
        let row = self.deciding_row(event);
        let verdict = &row.verdict;
        format!("{} {}", verdict.as_str(), verdict.reason().rule)
    }

    async fn version_of(&self, calendar: &Calendar) -> u64 {
        let record = self.state.record(&calendar.id).await.expect("memory");
        record.expect("a record").version.0
    }
}

#[test_case(own_scope(), "skip event-override"; "of an event")]
#[test_case(OverrideScope::Series(an_event().ical_uid), "skip series-override"; "of a series")]
#[tokio::test]
async fn a_no_outlives_a_connection_under_another_address(scope: OverrideScope, expected: &str) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let owner = harness.state.owner_of(&a_calendar().id);
    harness.say(&owner, &scope, OverrideChoice::Skip).await;
    harness.recall.delete_calendar(&a_calendar().id);
    harness.calendar_changed(&a_calendar().id).await;
    let new = new_connection(&harness);
    let event = event_in(&new);
    harness.recall.put_event(event.clone());
    harness.see_calendar(new.clone()).await;
    assert_eq!(
        harness.verdict_on(&event),
        "record external",
        "nothing shows who it is"
    );
    harness.see(marks(&new, OLD, &harness)).await;
    harness.resync_a_few_times().await;
    assert_eq!(harness.verdict_on(&event), expected);
}

#[test_case(true; "in the new one")]
#[test_case(false; "in the old one")]
#[tokio::test]
async fn a_no_and_a_pause_in_one_connection_hold_in_one_of_another_address(in_new: bool) {
    let (harness, event) = two_connections().await;
    let said_in = if in_new {
        event.calendar_id.clone()
    } else {
        a_calendar().id
    };
    let owner = harness.state.owner_of(&said_in);
    harness
        .say(&owner, &own_scope(), OverrideChoice::Skip)
        .await;
    harness.resync_a_few_times().await;
    for event in [an_event(), event.clone()] {
        assert_eq!(harness.verdict_on(&event), "skip event-override");
    }
    harness
        .say(&owner, &own_scope(), OverrideChoice::Clear)
        .await;
    let (by, now) = (an_actor(), harness.after(0));
    let paused = harness.state.pause(&owner, at("18:00"), &by, now);
    paused.await.expect("memory");
    harness.resync_a_few_times().await;
    for event in [an_event(), event] {
        assert_eq!(harness.verdict_on(&event), "skip paused");
    }
}

/// Both were said before anybody knew that it is one person.
#[test_case(true; "a no after a yes")]
#[test_case(false; "a yes after a no")]
#[tokio::test]
async fn of_two_choices_the_newer_one_counts(no_is_newer: bool) {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let new = new_connection(&harness);
    let event = event_in(&new);
    harness.recall.put_event(event.clone());
    harness.see_calendar(new.clone()).await;
    let owners = [&a_calendar().id, &new.id].map(|calendar| harness.state.owner_of(calendar));
    let choices = if no_is_newer {
        [OverrideChoice::Record, OverrideChoice::Skip]
    } else {
        [OverrideChoice::Skip, OverrideChoice::Record]
    };
    for (owner, choice) in owners.iter().zip(choices) {
        harness.say(owner, &own_scope(), choice).await;
        harness.clock.advance(SignedDuration::from_secs(1));
    }
    harness.see(marks(&new, OLD, &harness)).await;
    harness.resync_a_few_times().await;
    let expected = if no_is_newer {
        "skip event-override"
    } else {
        "record event-override"
    };
    for event in [an_event(), event] {
        assert_eq!(harness.verdict_on(&event), expected);
    }
}

/// Two connections have no address in common, but each shares one with a third.
#[tokio::test]
async fn persons_are_one_through_a_third_connection() {
    let (harness, _) = two_connections().await;
    let third = connection("calendar-third", &harness)
        .with(|calendar| calendar.email = Some(an_email("sales@newest.example")));
    let event = event_in(&third);
    harness.recall.put_event(event.clone());
    harness.recall.put_event(marks(&third, NEW, &harness));
    harness.see_calendar(third).await;
    let owner = harness.state.owner_of(&a_calendar().id);
    harness
        .say(&owner, &own_scope(), OverrideChoice::Skip)
        .await;
    harness.resync_a_few_times().await;
    assert_eq!(harness.verdict_on(&event), "skip event-override");
}

#[tokio::test]
async fn an_owner_whose_address_recall_does_not_know_is_known_by_the_mark() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let nameless = connection("calendar-new", &harness).with(|calendar| calendar.email = None);
    let event = event_in(&nameless);
    harness.recall.put_event(event.clone());
    harness.recall.put_event(marks(&nameless, OLD, &harness));
    harness.see_calendar(nameless).await;
    let owner = harness.state.owner_of(&a_calendar().id);
    harness
        .say(&owner, &own_scope(), OverrideChoice::Skip)
        .await;
    harness.resync_a_few_times().await;
    assert_eq!(harness.verdict_on(&event), "skip event-override");
    // Now it does.
    let known = new_connection(&harness);
    harness.see_calendar(known).await;
    harness
        .say(&owner, &own_scope(), OverrideChoice::Record)
        .await;
    harness.resync_a_few_times().await;
    assert_eq!(harness.verdict_on(&event), "record event-override");
}

#[tokio::test]
async fn a_colleague_and_a_mailbox_of_another_platform_stay_others() {
    let (harness, _) = two_connections().await;
    let colleague = connection("calendar-bo", &harness)
        .with(|calendar| calendar.email = Some(an_email("bo@acme.example")));
    let outlook = new_connection(&harness).with(|calendar| {
        calendar.id = id("calendar-outlook");
        calendar.platform = Platform::Outlook;
    });
    let owner = harness.state.owner_of(&a_calendar().id);
    harness
        .say(&owner, &own_scope(), OverrideChoice::Skip)
        .await;
    for calendar in [colleague, outlook] {
        let event = event_in(&calendar).with(|event| event.platform = calendar.platform);
        harness.recall.put_event(event.clone());
        let marked = marks(&calendar, "else@acme.example", &harness);
        harness
            .recall
            .put_event(marked.with(|event| event.platform = calendar.platform));
        harness.see_calendar(calendar).await;
        harness.resync_a_few_times().await;
        assert_eq!(harness.verdict_on(&event), "record external");
    }
}

#[tokio::test]
async fn an_address_that_is_known_costs_no_write() {
    let (harness, event) = two_connections().await;
    harness.resync_a_few_times().await;
    let new = new_connection(&harness);
    harness
        .request(&event.calendar_id, SyncReason::FullSync)
        .await;
    let before = harness.version_of(&new).await;
    let again = marks(&new, OLD, &harness);
    harness.see(again).await;
    assert_eq!(
        harness.version_of(&new).await,
        before + 1,
        "only that it was synced"
    );
}

#[tokio::test]
async fn what_a_person_said_is_listed_once() {
    let (harness, _) = two_connections().await;
    let owner = harness.state.owner_of(&a_calendar().id);
    harness
        .say(&owner, &own_scope(), OverrideChoice::Skip)
        .await;
    let (by, now) = (an_actor(), harness.after(0));
    let paused = harness.state.pause(&owner, at("18:00"), &by, now);
    paused.await.expect("memory");
    for selection in [vec![], vec![OLD.to_owned()], vec![NEW.to_owned()]] {
        let stores = (&harness.state, &harness.decisions);
        let listed = list_overrides(stores, &selection, now).await;
        let listed = listed.expect("memory");
        assert_eq!(
            (listed.overrides.len(), listed.pauses.len()),
            (1, 1),
            "{selection:?}"
        );
    }
}

#[tokio::test]
async fn what_a_person_said_stays_while_one_of_their_connections_is_left() {
    let (harness, _) = two_connections().await;
    let series = OverrideScope::Series(an_event().ical_uid);
    let owners = [OLD, NEW].map(|address| CalendarOwner::Person {
        platform: Platform::Google,
        email: an_email(address),
    });
    harness.say(&owners[0], &series, OverrideChoice::Skip).await;
    let expiry = |harness: &Harness| {
        let expiries = owners
            .each_ref()
            .map(|owner| harness.state.override_expires_at(owner, &series));
        expiries.into_iter().flatten().max()
    };
    harness.recall.delete_calendar(&a_calendar().id);
    harness.calendar_changed(&a_calendar().id).await;
    assert_eq!(expiry(&harness), None, "one is left");
    harness.recall.delete_calendar(&id("calendar-new"));
    harness.calendar_changed(&id("calendar-new")).await;
    assert!(expiry(&harness).is_some());
}
