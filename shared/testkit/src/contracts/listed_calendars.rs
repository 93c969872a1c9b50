//! What every implementation of `Calendars` must do about lists of calendars.

use callsheet_app::ports::{CalendarPages, Calendars, ListedCalendar, OverrideStore, WriteOutcome};
use callsheet_domain::{
    CalendarOwner, CalendarRecord, CalendarStatus, CompletedSync, OverrideChoice, OverrideRevision,
    OverrideScope, PolicyRevision, Version,
};

use super::calendars::write;
use super::eventually;
use crate::{With as _, a_calendar_record, an_actor, an_email, an_event, at, id};

/// The record of a calendar of this name.
fn named(name: &str) -> CalendarRecord {
    a_calendar_record().with(|record| record.calendar.id = id(name))
}

/// The list, in order of names.
async fn listed(calendars: &impl Calendars) -> Vec<ListedCalendar> {
    let mut listed = calendars.listed().await.expect("the store answers");
    listed.sort_by(|a, b| a.record.calendar.id.cmp(&b.record.calendar.id));
    listed
}

/// The list shows every calendar, connected or not, as it was last written.
///
/// # Panics
/// If the implementation does something else.
pub async fn every_calendar_is_listed_as_it_was_written(calendars: &impl Calendars) {
    assert_eq!(listed(calendars).await, []);
    let last_sync = CompletedSync {
        began_at: at("09:00:00.123456"),
        since: Some(at("08:00")),
        full_sync_at: Some(at("06:00")),
        policy: PolicyRevision(7),
        overrides: OverrideRevision(3),
        holds_until: Some(at("12:00")),
    };
    let disconnected = named("calendar-b").with(|record| {
        record.calendar.status = CalendarStatus::Disconnected;
        record.calendar.email = None;
    });
    for record in [named("calendar-a"), disconnected.clone()] {
        assert_eq!(write(calendars, &record).await, WriteOutcome::Written);
    }
    let synced = named("calendar-a").with(|record| {
        record.version = Version(1);
        record.last_sync = Some(last_sync);
    });
    assert_eq!(write(calendars, &synced).await, WriteOutcome::Written);
    let entry = |record: CalendarRecord, version| ListedCalendar {
        person: record.calendar.owner(),
        record: record.with(|record| record.version = Version(version)),
        override_revision: OverrideRevision(0),
        unapplied: Vec::new(),
    };
    let expected = [entry(synced, 2), entry(disconnected, 1)];
    eventually("the list shows what was written", async || {
        listed(calendars).await == expected
    })
    .await;
}

/// Overrides and pauses raise the revision that the list shows for all calendars of their
/// owner; one that has overrides and no calendar is not listed.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_calendar_is_listed_with_its_latest_override_revision(
    store: &(impl Calendars + OverrideStore),
) {
    let (by, now) = (an_actor(), at("09:00"));
    let owned = |name: &str, email: Option<&str>| {
        named(name).with(|record| record.calendar.email = email.map(an_email))
    };
    let records = [
        owned("calendar-a", Some("a@acme.example")),
        owned("calendar-b", Some("b@acme.example")),
        owned("calendar-c", None),
        owned("calendar-d", Some("A@acme.example")),
    ];
    for record in &records {
        assert_eq!(write(store, record).await, WriteOutcome::Written);
    }
    let series = OverrideScope::Series(an_event().ical_uid);
    let [a, _, c, _] = records.map(|record| record.calendar.owner());
    let gone = owned("calendar-e", Some("e@acme.example")).calendar.owner();
    for owner in [&a, &c, &gone] {
        let set = store.set_override(owner, &series, OverrideChoice::Skip, &by, now);
        set.await.expect("the store answers");
    }
    let paused = store.pause(&a, at("12:00"), &by, now);
    paused.await.expect("the store answers");
    eventually("the list shows the latest revision", async || {
        let listed = listed(store).await;
        let shown: Vec<_> = listed
            .iter()
            .map(|one| (one.record.calendar.id.as_str(), one.override_revision.0))
            .collect();
        shown
            == [
                ("calendar-a", 2),
                ("calendar-b", 0),
                ("calendar-c", 1),
                ("calendar-d", 2),
            ]
    })
    .await;
}

/// The override of one event makes no calendar need a full sync, unless too many are unapplied.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_calendar_is_listed_with_the_overrides_that_no_sync_has_applied(
    store: &(impl Calendars + OverrideStore),
) {
    let record = named("calendar-a");
    assert_eq!(write(store, &record).await, WriteOutcome::Written);
    let (owner, by) = (record.calendar.owner(), an_actor());
    let set = async |number: usize| {
        let scope = OverrideScope::Event(id(format!("platform-{number}")));
        let events = [(record.calendar.id.clone(), id(format!("event-{number}")))];
        let choice = OverrideChoice::Record;
        let set = store.set_event_override(&owner, &scope, &events, choice, &by, at("09:00"));
        set.await.expect("the store answers")
    };
    let series = OverrideScope::Series(an_event().ical_uid);
    let of_series = store.set_override(&owner, &series, OverrideChoice::Skip, &by, at("09:00"));
    let full = of_series.await.expect("the store answers");
    let shows = async |full: OverrideRevision, unapplied: &[&str]| {
        eventually("the list shows what is unapplied", async || {
            let [one] = &listed(store).await[..] else {
                return false;
            };
            let shown = one.unapplied.iter().map(|one| one.event_id.as_str());
            one.override_revision == full && shown.eq(unapplied.iter().copied())
        })
        .await;
        let said = store.overrides(&owner).await.expect("the store answers");
        assert_eq!(said.full_sync_revision, full);
    };
    let first = set(1).await;
    let second = set(2).await;
    assert_eq!((first.0, second.0), (full.0 + 1, full.0 + 2));
    shows(full, &["event-1", "event-2"]).await;
    for (event, revision) in [("event-1", first), ("event-2", first), ("event-3", second)] {
        let noted = store.note_applied(&owner, &id(event), revision).await;
        noted.expect("the store answers");
    }
    // The second one was set after that sync read the overrides.
    shows(full, &["event-2"]).await;
    set(2).await;
    shows(full, &["event-2"]).await;
    for number in 3..22 {
        set(number).await;
    }
    let last = set(22).await;
    shows(last, &[]).await;
}

/// # Panics
/// If the implementation does something else.
pub async fn calendars_of_joined_names_are_listed_as_of_one_person(
    store: &(impl Calendars + OverrideStore),
) {
    let owned = |name: &str, email: &str| {
        named(name).with(|record| record.calendar.email = Some(an_email(email)))
    };
    let records = [
        owned("calendar-a", "new@acme.example"),
        owned("calendar-b", "old@acme.example"),
        owned("calendar-c", "bo@acme.example"),
    ];
    for record in &records {
        assert_eq!(write(store, record).await, WriteOutcome::Written);
    }
    let [new, old, bo] = records.map(|record| record.calendar.owner());
    let (series, by) = (OverrideScope::Series(an_event().ical_uid), an_actor());
    let set = store.set_override(&old, &series, OverrideChoice::Skip, &by, at("09:00"));
    set.await.expect("the store answers");
    let joined = store.join_names(&old, &new, at("09:00"));
    joined.await.expect("the store answers");
    let said = store.overrides(&new).await.expect("the store answers");
    eventually("the list shows the person", async || {
        let listed = listed(store).await;
        let shown = listed
            .into_iter()
            .map(|one| (one.person, one.override_revision));
        let person = (new.clone(), said.revision);
        shown.eq([person.clone(), person, (bo.clone(), OverrideRevision(0))])
    })
    .await;
}

/// The calendars of a person are found by each of the person's names, as they were last
/// written, and no others.
///
/// # Panics
/// If the implementation does something else.
pub async fn calendars_of_a_person_are_found_by_each_name(
    store: &(impl Calendars + OverrideStore),
) {
    let owned = |name: &str, email: Option<&str>| {
        named(name).with(|record| record.calendar.email = email.map(an_email))
    };
    let records = [
        owned("calendar-a", Some("bo@acme.example")),
        owned("calendar-b", Some("older@acme.example")),
        owned("calendar-c", Some("old@acme.example")),
        owned("calendar-d", Some("new@acme.example")),
        owned("calendar-e", None),
    ];
    for record in &records {
        assert_eq!(write(store, record).await, WriteOutcome::Written);
    }
    let [bo, older, old, new, unknown] = records.clone().map(|record| record.calendar.owner());
    let finds = async |owner: &CalendarOwner, expected: &[&str]| {
        eventually("the calendars of the person are found", async || {
            let mut found = store.of_owner(owner).await.expect("the store answers");
            found.sort_by(|a, b| a.record.calendar.id.cmp(&b.record.calendar.id));
            let found = found.iter().map(|one| one.record.calendar.id.as_str());
            found.eq(expected.iter().copied())
        })
        .await;
    };
    for (owner, calendar) in [
        (&bo, "calendar-a"),
        (&old, "calendar-c"),
        (&unknown, "calendar-e"),
    ] {
        finds(owner, &[calendar]).await;
    }
    // Each name is joined with the one before.
    for (one, other) in [(&older, &old), (&old, &new)] {
        let joined = store.join_names(one, other, at("09:00"));
        joined.await.expect("the store answers");
    }
    for owner in [&older, &old, &new] {
        finds(owner, &["calendar-b", "calendar-c", "calendar-d"]).await;
    }
    finds(&bo, &["calendar-a"]).await;

    let (series, by) = (OverrideScope::Series(an_event().ical_uid), an_actor());
    let set = store.set_override(&older, &series, OverrideChoice::Skip, &by, at("09:00"));
    let revision = set.await.expect("the store answers");
    let moved = records[2].clone().with(|record| {
        record.version = Version(1);
        record.calendar.email = Some(an_email("bo@acme.example"));
    });
    assert_eq!(write(store, &moved).await, WriteOutcome::Written);
    finds(&bo, &["calendar-a", "calendar-c"]).await;
    finds(&older, &["calendar-b", "calendar-d"]).await;
    let found = store.of_owner(&older).await.expect("the store answers");
    let person = store.person(&older).await.expect("the store answers");
    for one in found {
        let shown = (one.person, one.override_revision);
        assert_eq!(shown, (person.clone(), revision));
    }
}

/// More calendars than one response holds are listed.
///
/// # Panics
/// If the implementation does something else.
pub async fn many_calendars_are_listed_to_the_end(calendars: &impl Calendars) {
    // A response ends after a megabyte; these come to somewhat more.
    let address = format!("{}@acme.example", "x".repeat(10_000));
    for index in 0..120 {
        let record = named(&format!("calendar-{index}"))
            .with(|record| record.calendar.email = Some(an_email(&address)));
        assert_eq!(write(calendars, &record).await, WriteOutcome::Written);
    }
    eventually("all are listed", async || {
        listed(calendars).await.len() == 120
    })
    .await;
}

/// Pages follow each other in order of id, whatever the heads of overrides between them, and
/// the last one has no next page.
///
/// # Panics
/// If the implementation does something else.
pub async fn calendars_are_read_page_by_page(
    store: &(impl Calendars + CalendarPages + OverrideStore),
) {
    let (names, by) = (
        ["calendar-0", "calendar-1", "calendar-10", "calendar-2"],
        an_actor(),
    );
    for name in names {
        // The overrides of an owner whose address is not known are beside the calendar.
        let record = named(name).with(|record| record.calendar.email = None);
        assert_eq!(write(store, &record).await, WriteOutcome::Written);
        let owner = record.calendar.owner();
        let paused = store.pause(&owner, at("12:00"), &by, at("09:00"));
        paused.await.expect("the store answers");
    }
    let known = named("calendar-3");
    assert_eq!(write(store, &known).await, WriteOutcome::Written);
    let owner = known.calendar.owner();
    let paused = store.pause(&owner, at("12:00"), &by, at("09:00"));
    paused.await.expect("the store answers");
    let expected = [&names[..], &["calendar-3"]].concat();
    for most in [1, 2, 3, 4, 5, 9] {
        eventually("the pages have every calendar", async || {
            let pages = pages(store, most).await;
            let are_full = pages.iter().rev().skip(1).all(|page| page.len() == most);
            let last = pages.last().is_some_and(|page| !page.is_empty());
            are_full && last && pages.concat() == expected
        })
        .await;
    }
}

/// The ids on all pages of so many calendars.
async fn pages(store: &impl CalendarPages, most: usize) -> Vec<Vec<String>> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = store.records_after(after.as_ref(), most).await;
        let page = page.expect("the store answers");
        let ids = page.records.iter();
        pages.push(ids.map(|record| record.calendar.id.to_string()).collect());
        after = page.next;
        if after.is_none() {
            return pages;
        }
    }
}
