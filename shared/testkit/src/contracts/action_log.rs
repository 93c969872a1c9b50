//! What every implementation of `ActionLog` must do, and of the ports whose writes are logged.

use std::collections::BTreeSet;

use callsheet_app::PortError;
use callsheet_app::ports::{ActionLog, ActionPage, ActionPlace, OverrideStore};
use callsheet_domain::{
    Actor, CalendarId, CalendarOwner, EventId, LoggedAction, LoggedActionKind, OverrideChoice,
    OverrideRevision, OverrideScope, Timestamp, plus,
};
use futures_util::future::join_all;
use jiff::SignedDuration;

use super::eventually;
use crate::{With as _, a_calendar, an_actor, an_email, at, id};

use OverrideChoice::{Clear, Record, Skip};

pub(super) fn owner(address: &str) -> CalendarOwner {
    let calendar = a_calendar().with(|calendar| calendar.email = Some(an_email(address)));
    calendar.owner()
}

pub(super) fn an_owner() -> CalendarOwner {
    owner("sales@acme.example")
}

pub(super) fn event(name: &str) -> OverrideScope {
    OverrideScope::Event(id(name))
}

pub(super) fn guest() -> Actor {
    let guest: Actor = id("guest@globex.example");
    guest.signed_with(Some("crm".to_owned()))
}

pub(super) async fn set(
    store: &impl OverrideStore,
    owner: &CalendarOwner,
    (name, choice): (&str, OverrideChoice),
    time: &str,
) -> OverrideRevision {
    let (scope, by) = (event(name), an_actor());
    let set = store.set_override(owner, &scope, choice, &by, at(time));
    set.await.expect("the store answers")
}

/// The last entries of the log of a calendar and its owner, newest first.
pub(super) async fn logged(store: &impl ActionLog, owner: &CalendarOwner) -> Vec<LoggedAction> {
    let page = store.actions_in(&a_calendar().id, owner, None, 100).await;
    let page = page.expect("the store answers");
    assert_eq!((page.unreadable, page.next), (Vec::new(), None));
    page.entries.into_iter().map(|entry| entry.action).collect()
}

/// What was done, in words.
pub(super) fn words(logged: &[LoggedAction]) -> Vec<String> {
    let words = logged.iter().map(|action| match &action.what {
        LoggedActionKind::Override { scope, choice, .. } => match scope {
            OverrideScope::Event(name) => format!("{} {name}", choice.as_str()),
            other => panic!("events are overridden: {other:?}"),
        },
        LoggedActionKind::Pause { .. } => "pause".to_owned(),
        LoggedActionKind::Meeting(made) => format!("{:?}", made.choice),
        LoggedActionKind::Disconnection { calendar } => format!("disconnect {calendar}"),
    });
    words.collect()
}

/// Each override and each pause is logged under the revision that it gets, with everything that
/// belongs to it, and stays when it is replaced, cleared or ended.
///
/// # Panics
/// If the implementation does something else.
pub async fn each_override_and_pause_is_logged_under_its_revision<S>(store: &S)
where
    S: ActionLog + OverrideStore,
{
    let (owner, by) = (an_owner(), guest());
    assert_eq!(logged(store, &owner).await, []);
    let series = OverrideScope::PlatformSeries(id("k3v9_R20900306T100000"));
    let first = store.set_override(&owner, &series, Record, &by, at("09:00"));
    first.await.expect("the store answers");
    let events: [(CalendarId, EventId); 2] = [
        (id("calendar-sales"), id("event-1")),
        (id("calendar-again"), id("event-2")),
    ];
    for (choice, time) in [(Skip, "09:01"), (Clear, "09:02")] {
        let (event, by) = (event("a"), an_actor());
        let set = store.set_event_override(&owner, &event, &events, choice, &by, at(time));
        set.await.expect("the store answers");
    }
    for (until, time) in [("12:00", "09:03"), ("09:04", "09:04")] {
        let by = an_actor();
        let paused = store.pause(&owner, at(until), &by, at(time));
        paused.await.expect("the store answers");
    }
    let of_event = |choice| LoggedActionKind::Override {
        scope: event("a"),
        choice,
        calendars: vec![id("calendar-sales"), id("calendar-again")],
    };
    let pause = |until| LoggedActionKind::Pause { until: at(until) };
    let expected = [
        (5, "09:04", an_actor(), pause("09:04")),
        (4, "09:03", an_actor(), pause("12:00")),
        (3, "09:02", an_actor(), of_event(Clear)),
        (2, "09:01", an_actor(), of_event(Skip)),
        (
            1,
            "09:00",
            by,
            LoggedActionKind::Override {
                scope: OverrideScope::PlatformSeries(id("k3v9")),
                choice: Record,
                calendars: Vec::new(),
            },
        ),
    ];
    let expected = expected.map(|(number, time, by, what)| LoggedAction {
        number,
        at: at(time),
        by,
        what,
    });
    let log = logged(store, &owner).await;
    assert_eq!(log, expected);
    assert_eq!(log[4].by.key(), Some("crm"));
    assert_eq!(logged(store, &self::owner("bo@acme.example")).await, []);
}

/// Of writers at the same moment each gets a number of its own, and the log has all of them.
///
/// # Panics
/// If the implementation does something else.
pub async fn concurrent_writes_leave_no_gap_in_the_log<S>(store: &S)
where
    S: ActionLog + OverrideStore,
{
    let (owner, by) = (an_owner(), an_actor());
    let write = async |number: u64| loop {
        let scope = event(&format!("event-{number}"));
        let events: [(CalendarId, EventId); 1] = [(a_calendar().id, id(format!("event-{number}")))];
        let written = match number % 3 {
            0 => {
                store
                    .set_override(&owner, &scope, Skip, &by, at("09:00"))
                    .await
            }
            1 => {
                let set = store.set_event_override(&owner, &scope, &events, Skip, &by, at("09:00"));
                set.await
            }
            _ => store.pause(&owner, at("12:00"), &by, at("09:00")).await,
        };
        match written {
            Ok(revision) => return revision.0,
            Err(PortError::Throttled { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("the store failed: {error}"),
        }
    };
    let written: BTreeSet<_> = join_all((0..9).map(write)).await.into_iter().collect();
    let log = logged(store, &owner).await;
    let numbers: Vec<_> = log.iter().map(|action| action.number).collect();
    assert_eq!(numbers, (1..=9).rev().collect::<Vec<_>>());
    assert_eq!(written, (1..=9).collect());
}

/// One after the other the pages are the log, whatever has one instant.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_log_is_read_page_by_page<S>(store: &S)
where
    S: ActionLog + OverrideStore,
{
    let owner = an_owner();
    let unknown = CalendarOwner::Unknown(a_calendar().id);
    for (time, owner) in [
        ("09:00", &unknown),
        ("09:01", &owner),
        ("09:01", &owner),
        ("09:01", &unknown),
        ("09:02", &owner),
        ("09:02", &unknown),
        ("09:03", &owner),
    ] {
        set(store, owner, ("a", Skip), time).await;
    }
    let whole = logged(store, &owner).await;
    assert_eq!(whole.len(), 7);
    assert!(whole.is_sorted_by_key(|action| std::cmp::Reverse(action.at)));
    for most in 1..=4 {
        let calendar = a_calendar().id;
        let read = async |before: Option<ActionPlace>| {
            let page = store.actions_in(&calendar, &owner, before.as_ref(), most);
            page.await.expect("the store answers")
        };
        assert_eq!(pages(most, read).await, whole, "{most} a page");
    }
}

/// The actions of all pages of a log.
pub(super) async fn pages(
    most: usize,
    read: impl AsyncFn(Option<ActionPlace>) -> ActionPage,
) -> Vec<LoggedAction> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let ActionPage {
            entries,
            unreadable,
            next,
        } = read(before).await;
        assert!(entries.len() <= most && unreadable.is_empty());
        all.extend(entries.into_iter().map(|entry| entry.action));
        before = next;
        if before.is_none() {
            return all;
        }
    }
}

/// What was said under two names of a person is one log, under either of them, and nothing is in it
/// twice.
///
/// # Panics
/// If the implementation does something else.
pub async fn names_that_are_joined_have_one_log<S>(store: &S)
where
    S: ActionLog + OverrideStore,
{
    let names = ["ann@acme.example", "zoe@acme.example"].map(owner);
    let [first, later] = &names;
    set(store, first, ("a", Skip), "09:00").await;
    set(store, later, ("a", Record), "09:01").await;
    set(store, later, ("a", Clear), "09:02").await;
    set(store, first, ("b", Skip), "09:03").await;
    for _ in 0..2 {
        let joined = store.join_names(first, later, at("09:04")).await;
        joined.expect("the store answers");
    }
    set(store, later, ("c", Skip), "09:05").await;
    let expected = ["skip c", "skip b", "clear a", "record a", "skip a"];
    for name in &names {
        eventually("the names are joined", async || {
            words(&logged(store, name).await) == expected
        })
        .await;
    }
}

/// What was said before the owner of a calendar was known is in the log of the calendar, once, and
/// in no other one of the owner.
///
/// # Panics
/// If the implementation does something else.
pub async fn what_was_said_before_the_owner_was_known_stays_in_the_log<S>(store: &S)
where
    S: ActionLog + OverrideStore,
{
    let (unknown, owner) = (CalendarOwner::Unknown(a_calendar().id), an_owner());
    set(store, &unknown, ("a", Skip), "09:00").await;
    set(store, &unknown, ("a", Record), "09:01").await;
    let by = an_actor();
    let paused = store.pause(&unknown, at("12:00"), &by, at("09:02"));
    paused.await.expect("the store answers");
    for _ in 0..2 {
        let carried = store.carry_overrides(&unknown, &owner).await;
        carried.expect("the store answers");
    }
    set(store, &owner, ("b", Skip), "09:03").await;
    let log = logged(store, &owner).await;
    assert_eq!(words(&log), ["skip b", "pause", "record a", "skip a"]);
}

/// An override that holds for another person too is in that person's log, as it was set.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_override_that_is_carried_over_is_logged_as_it_was_set<S>(store: &S)
where
    S: ActionLog + OverrideStore,
{
    let (before, now) = (owner("old@acme.example"), owner("new@acme.example"));
    set(store, &before, ("a", Skip), "09:00").await;
    let (by, scope) = (guest(), event("a"));
    let again = store.set_override(&before, &scope, Record, &by, at("09:01"));
    again.await.expect("the store answers");
    set(store, &now, ("b", Skip), "09:02").await;
    let carried = store.carry_overrides(&before, &now).await;
    carried.expect("the store answers");
    let log = logged(store, &now).await;
    assert_eq!(words(&log), ["skip b", "record a"]);
    assert_eq!((&log[1].by, log[1].at), (&by, at("09:01")));
    let stored = store.overrides(&now).await.expect("the store answers");
    let stored = stored.by_scope[&scope].revision;
    assert_eq!(log[1].number, stored.0);
    assert_eq!(words(&logged(store, &before).await), ["record a", "skip a"]);
}

/// What expires with its owner's last calendar is there until then, and is kept with another one.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_log_that_expires_later_is_read_as_before<S>(store: &S)
where
    S: ActionLog + OverrideStore,
{
    let owner = an_owner();
    set(store, &owner, ("a", Skip), "09:00").await;
    set(store, &owner, ("a", Clear), "09:01").await;
    let later: Timestamp = plus(at("09:02"), SignedDuration::from_hours(24));
    store
        .expire_overrides(&owner, later)
        .await
        .expect("the store answers");
    assert_eq!(words(&logged(store, &owner).await), ["clear a", "skip a"]);
    store
        .keep_overrides(&owner)
        .await
        .expect("the store answers");
    set(store, &owner, ("b", Skip), "09:03").await;
    let log = logged(store, &owner).await;
    assert_eq!(words(&log), ["skip b", "clear a", "skip a"]);
}
