//! What every implementation of `Calendars` must do about the work of a resync.

use callsheet_app::ports::{Calendars, DueWork, MoreDue, OverrideStore, WriteOutcome};
use callsheet_domain::{
    CalendarOwner, CalendarRecord, CalendarStatus, CompletedSync, OverrideChoice, OverrideRevision,
    OverrideScope, PolicyRevision, UnreadableEvent, Version,
};

use super::eventually;
use crate::{With as _, a_calendar_record, an_actor, an_email, an_event, at, id};

/// A calendar that was synced with these overrides, until an instant.
fn synced(name: &str, overrides: u64, until: Option<&str>) -> CalendarRecord {
    a_calendar_record().with(|record| {
        record.calendar.id = id(name);
        record.calendar.email = Some(an_email(&format!("{name}@acme.example")));
        record.last_sync = Some(CompletedSync {
            began_at: at("09:00"),
            since: None,
            full_sync_at: Some(at("09:00")),
            policy: PolicyRevision(1),
            overrides: OverrideRevision(overrides),
            holds_until: until.map(at),
        });
    })
}

fn never_synced(name: &str) -> CalendarRecord {
    synced(name, 0, None).with(|record| record.last_sync = None)
}

async fn write(store: &impl Calendars, record: &CalendarRecord) {
    let written = store.write_record(record).await;
    assert_eq!(written.expect("the store answers"), WriteOutcome::Written);
}

async fn due(store: &impl Calendars, now: &str, most: usize) -> DueWork {
    store.due(at(now), most).await.expect("the store answers")
}

fn names(work: &DueWork) -> Vec<&str> {
    let calendars = work.calendars.iter();
    let mut names: Vec<_> = calendars
        .map(|listed| listed.record.calendar.id.as_str())
        .collect();
    names.sort_unstable();
    names
}

async fn shows(store: &impl Calendars, now: &str, expected: &[&str]) {
    eventually("the store shows what is due", async || {
        names(&due(store, now, 100).await) == expected
    })
    .await;
}

async fn skip(store: &impl OverrideStore, owner: &CalendarOwner) -> OverrideRevision {
    let series = OverrideScope::Series(an_event().ical_uid);
    let (by, now) = (an_actor(), at("09:00"));
    let set = store.set_override(owner, &series, OverrideChoice::Skip, &by, now);
    set.await.expect("the store answers")
}

/// A calendar is due from the instant on that its record tells, as it was last written, and is
/// not due any more once its record tells none.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_calendar_is_due_as_its_record_tells(store: &impl Calendars) {
    assert_eq!(due(store, "09:00", 100).await, DueWork::default());
    write(store, &synced("calendar-a", 0, None)).await;
    write(store, &synced("calendar-b", 0, Some("12:00"))).await;
    write(store, &never_synced("calendar-c")).await;
    shows(store, "11:59:59", &["calendar-c"]).await;
    shows(store, "12:00", &["calendar-b", "calendar-c"]).await;
    let now_synced = synced("calendar-c", 0, None).with(|record| record.version = Version(1));
    write(store, &now_synced).await;
    shows(store, "12:00", &["calendar-b"]).await;
    let work = due(store, "12:00", 100).await;
    assert_eq!(work.heads, []);
    let shown = &work.calendars[0];
    let stored = store.record(&shown.record.calendar.id).await;
    assert_eq!(
        Some(&shown.record),
        stored.expect("the store answers").as_ref()
    );
    assert_eq!(shown.person, shown.record.calendar.owner());
}

/// The calendars of a person are due from an override on, until it is noted that all of them
/// have applied it. An override that was set meanwhile stays.
///
/// # Panics
/// If the implementation does something else.
pub async fn calendars_are_due_until_they_have_applied_an_override(
    store: &(impl Calendars + OverrideStore),
) {
    let record = synced("calendar-a", 0, None);
    let second = synced("calendar-b", 0, None)
        .with(|second| second.calendar.email.clone_from(&record.calendar.email));
    for record in [&record, &second, &synced("calendar-c", 0, None)] {
        write(store, record).await;
    }
    let owner = record.calendar.owner();
    let first = skip(store, &owner).await;
    let both = ["calendar-a", "calendar-b"];
    shows(store, "09:00", &both).await;
    let work = due(store, "09:00", 100).await;
    for listed in &work.calendars {
        assert_eq!(listed.override_revision, first);
        assert!(!listed.has_applied_overrides());
    }
    let [before] = &work.heads[..] else {
        panic!("one head is due: {:?}", work.heads);
    };
    assert_eq!(before.revision, first);
    let calendars = before
        .calendars
        .iter()
        .map(callsheet_domain::CalendarId::as_str);
    let mut calendars: Vec<_> = calendars.collect();
    calendars.sort_unstable();
    assert_eq!(calendars, both);

    let later = skip(store, &owner).await;
    let noted = store.note_applied_by_all(before).await;
    noted.expect("the store answers");
    shows(store, "09:00", &both).await;
    let work = due(store, "09:00", 100).await;
    assert_eq!(work.heads[0].revision, later);
    let noted = store.note_applied_by_all(&work.heads[0]).await;
    noted.expect("the store answers");
    shows(store, "09:00", &[]).await;
    let said = store.overrides(&owner).await.expect("the store answers");
    assert_eq!(said.revision, later, "the override stands");
}

/// After two names of a person were joined, the calendars of both are due, until that is noted
/// of both heads.
///
/// # Panics
/// If the implementation does something else.
pub async fn calendars_of_joined_names_are_due(store: &(impl Calendars + OverrideStore)) {
    let records = ["calendar-a", "calendar-b"].map(|name| synced(name, 0, None));
    for record in &records {
        write(store, record).await;
    }
    let [first, second] = records.map(|record| record.calendar.owner());
    let joined = store.join_names(&second, &first, at("09:00"));
    joined.await.expect("the store answers");
    shows(store, "09:00", &["calendar-a", "calendar-b"]).await;
    for head in due(store, "09:00", 100).await.heads {
        assert_eq!(head.calendars.len(), 2);
        let noted = store.note_applied_by_all(&head).await;
        noted.expect("the store answers");
    }
    shows(store, "09:00", &[]).await;
    let revision = skip(store, &second).await;
    shows(store, "09:00", &["calendar-a", "calendar-b"]).await;
    for listed in due(store, "09:00", 100).await.calendars {
        assert_eq!(
            (listed.person, listed.override_revision),
            (first.clone(), revision)
        );
    }
}

/// No more rows are given than are asked for, and whether there are more.
///
/// # Panics
/// If the implementation does something else.
pub async fn no_more_work_is_given_than_is_asked_for(store: &impl Calendars) {
    for number in 0..20 {
        write(store, &never_synced(&format!("calendar-{number}"))).await;
    }
    eventually("the store shows all", async || {
        due(store, "09:00", 20).await.calendars.len() == 20
    })
    .await;
    for most in [1, 19, 20] {
        let work = due(store, "09:00", most).await;
        assert_eq!(work.calendars.len(), most);
        let least = usize::from(most < 20);
        let more = match work.more {
            MoreDue::Syncs(more) => more,
            more => usize::from(more != MoreDue::Nothing) * 100,
        };
        assert!((least..=20 - most).contains(&more), "{:?}", work.more);
    }
}

/// Calendars that are due for a sync do not hide what is due at once, however many they are.
///
/// # Panics
/// If the implementation does something else.
pub async fn what_is_due_at_once_is_given_first(store: &(impl Calendars + OverrideStore)) {
    for name in ["calendar-a", "calendar-b", "calendar-y", "calendar-z"] {
        write(store, &never_synced(name)).await;
    }
    let lost = synced("calendar-l", 0, None)
        .with(|lost| lost.calendar.status = CalendarStatus::Disconnected);
    let chosen = synced("calendar-o", 0, None);
    for record in [&lost, &chosen] {
        write(store, record).await;
    }
    skip(store, &chosen.calendar.owner()).await;
    let of_syncs = ["calendar-a", "calendar-b", "calendar-y", "calendar-z"];
    let all = [&["calendar-l", "calendar-o"], &of_syncs[..]].concat();
    eventually("the store shows all", async || {
        let work = due(store, "09:00", 6).await;
        work.calendars.len() == all.len() && work.more == MoreDue::Nothing
    })
    .await;
    assert_eq!(due(store, "09:00", 1).await.more, MoreDue::Anything);
    let work = due(store, "09:00", 2).await;
    assert_eq!(names(&work), ["calendar-l", "calendar-o"]);
    assert!(
        matches!(work.more, MoreDue::Syncs(1..=4)),
        "{:?}",
        work.more
    );
}

/// The record with an event that cannot be read, tried last at each of these times.
fn with_unreadable(record: CalendarRecord, tried: &[&str]) -> CalendarRecord {
    record.with(|record| {
        let named = tried.iter().map(|time| UnreadableEvent {
            id: id(format!("event-{}", time.replace(':', "-"))),
            problem: "its start is missing".to_owned(),
            since: at("08:00"),
            seen_at: at(time),
        });
        record.unreadable_events.named = named.collect();
    })
}

async fn gives_in_turn(store: &impl Calendars, most: usize, expected: &[&str]) {
    eventually("the store shows whose turn it is", async || {
        let untried = store.untried(most).await.expect("the store answers");
        let ids = untried.iter().map(|record| record.calendar.id.as_str());
        let ids: Vec<_> = ids.collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted == expected
    })
    .await;
}

/// Connected calendars with events that cannot be read are given, those first whose events
/// were not tried for the longest time, and none of them is due for it.
///
/// # Panics
/// If the implementation does something else.
pub async fn calendars_with_unreadable_events_are_given_in_turn(store: &impl Calendars) {
    let tried: [(&str, &[&str]); 4] = [
        ("calendar-a", &["09:03", "09:30"]),
        ("calendar-b", &["09:40", "09:01"]),
        ("calendar-c", &["09:02"]),
        ("calendar-d", &[]),
    ];
    for (name, tried) in tried {
        let record = with_unreadable(synced(name, 0, None), tried);
        write(store, &record).await;
    }
    let lost = with_unreadable(synced("calendar-e", 0, None), &["09:00"]);
    let lost = lost.with(|lost| lost.calendar.status = CalendarStatus::Disconnected);
    write(store, &lost).await;
    gives_in_turn(store, 10, &["calendar-a", "calendar-b", "calendar-c"]).await;
    gives_in_turn(store, 2, &["calendar-b", "calendar-c"]).await;
    shows(store, "12:00", &["calendar-e"]).await;

    let later = with_unreadable(synced("calendar-b", 0, None), &["09:40", "09:41"]);
    let later = later.with(|later| later.version = Version(1));
    write(store, &later).await;
    gives_in_turn(store, 2, &["calendar-a", "calendar-c"]).await;
    let untried = store.untried(10).await.expect("the store answers");
    let later = later.with(|later| later.version = Version(2));
    assert!(untried.contains(&later), "{untried:?}");
    let read = synced("calendar-c", 0, None).with(|read| read.version = Version(1));
    write(store, &read).await;
    gives_in_turn(store, 2, &["calendar-a", "calendar-b"]).await;
}
