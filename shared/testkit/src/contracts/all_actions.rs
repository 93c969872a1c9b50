//! What every implementation of `ActionLog` must do about meetings, disconnections, and everything
//! that was done.

use callsheet_app::ports::{
    ActionEntry, ActionLog, ActionPlace, Calendars, Forgetting, LogOf, OverrideStore, WriteOutcome,
};
use callsheet_domain::OverrideChoice::{Record, Skip};
use callsheet_domain::{
    Actor, CalendarId, CalendarOwner, LoggedAction, LoggedActionKind, MeetingAction, MeetingName,
    MeetingOverride, MeetingWish, RequestedDisconnection,
};

use super::action_log::{an_owner, event, guest, logged, owner, pages, set, words};
use super::eventually;
use crate::{a_calendar, a_calendar_record, a_decision, an_actor, at, id};

fn meeting(name: &str) -> MeetingName {
    MeetingName::of(&id(name), None)
}

/// A choice in a calendar, and the choices after it.
fn choice(
    before: &MeetingOverride,
    (calendar, wish): (&str, MeetingWish),
    (by, time): (&Actor, &str),
) -> (MeetingOverride, LoggedAction) {
    let key = a_decision().key;
    let of = (id(calendar), key.event_id.clone());
    let next = match wish {
        MeetingWish::Own(choice) => before.with_choice(choice, by, at(time), &of),
        MeetingWish::ClearAll => Ok(before.cleared(by, at(time), &of)),
    };
    let next = next.expect("few people").expect("another choice");
    let action = LoggedAction {
        number: next.actions,
        at: at(time),
        by: by.clone(),
        what: LoggedActionKind::Meeting(MeetingAction {
            calendar: id(calendar),
            event: key,
            choice: wish,
        }),
    };
    (next, action)
}

/// Makes a choice; gives what is stored then.
async fn choose(
    store: &impl OverrideStore,
    before: &MeetingOverride,
    (next, action): &(MeetingOverride, LoggedAction),
) -> (WriteOutcome, MeetingOverride) {
    let name = meeting("kick-off");
    let chosen = MeetingOverride {
        version: before.version,
        ..next.clone()
    };
    let written = store.write_meeting_override(&name, &chosen, Some(action), at("20:00"));
    let written = written.await.expect("the store answers");
    let read = store.meeting_overrides(std::slice::from_ref(&name)).await;
    let stored = read.expect("the store answers").known.remove(&name);
    (written, stored.unwrap_or_default())
}

async fn logged_for(store: &impl ActionLog, name: &str) -> Vec<LoggedAction> {
    let page = store.actions_for(&meeting(name), None, 100).await;
    let page = page.expect("the store answers");
    assert_eq!(page.next, None);
    let entries = page.entries.into_iter();
    let of_meeting = entries.inspect(|entry| assert_eq!(entry.log, LogOf::Meeting));
    of_meeting.map(|entry| entry.action).collect()
}

/// Each choice for a meeting is logged for the meeting and in the calendar where it was made, with
/// the write that makes it, and is counted without a gap. A write that makes none logs nothing.
///
/// # Panics
/// If the implementation does something else.
pub async fn each_choice_for_a_meeting_is_logged_with_it<S>(store: &S)
where
    S: ActionLog + OverrideStore,
{
    let none = MeetingOverride::default();
    let first = choice(
        &none,
        ("calendar-sales", MeetingWish::Own(Skip)),
        (&guest(), "09:00"),
    );
    let refused = choice(
        &none,
        ("calendar-sales", MeetingWish::Own(Skip)),
        (&an_actor(), "09:00:30"),
    );
    let (written, stored) = choose(store, &none, &first).await;
    assert_eq!((written, stored.actions), (WriteOutcome::Written, 1));
    let (written, stored) = choose(store, &none, &refused).await;
    assert_eq!((written, stored.actions), (WriteOutcome::Conflict, 1));
    let spread = MeetingOverride {
        spreads_from: None,
        ..stored
    };
    let name = meeting("kick-off");
    let written = store.write_meeting_override(&name, &spread, None, at("20:00"));
    assert_eq!(
        written.await.expect("the store answers"),
        WriteOutcome::Written
    );
    let read = store.meeting_overrides(std::slice::from_ref(&name)).await;
    let stored = read.expect("the store answers").known[&name].clone();
    // The choice that holds is the earlier one, so the revision stays.
    let second = choice(
        &stored,
        ("calendar-bo", MeetingWish::Own(Skip)),
        (&an_actor(), "09:01"),
    );
    let (written, stored) = choose(store, &stored, &second).await;
    assert_eq!((written, stored.actions), (WriteOutcome::Written, 2));
    let last = choice(
        &stored,
        ("calendar-sales", MeetingWish::ClearAll),
        (&an_actor(), "09:02"),
    );
    choose(store, &stored, &last).await;
    let all = [&last.1, &second.1, &first.1].map(Clone::clone);
    assert_eq!(logged_for(store, "kick-off").await, all);
    let numbers = all.each_ref().map(|action| action.number);
    assert_eq!(numbers, [3, 2, 1]);
    let in_calendar = logged(store, &an_owner()).await;
    assert_eq!(in_calendar, [&last.1, &first.1].map(Clone::clone));
    assert_eq!(logged_for(store, "review").await, []);
}

/// A disconnection is logged with the write of the record, or not at all.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_disconnection_is_logged_with_the_record<S>(store: &S)
where
    S: ActionLog + Calendars,
{
    let record = a_calendar_record();
    let written = store.write_record(&record).await;
    written.expect("the store answers");
    let wanted = |by: Actor, time| RequestedDisconnection { by, at: at(time) };
    let late = record.clone().wanted_gone(wanted(an_actor(), "09:00"));
    let written = store.write_disconnection(&late).await;
    assert_eq!(written.expect("the store answers"), WriteOutcome::Conflict);
    assert_eq!(logged(store, &an_owner()).await, []);
    let stored = store.record(&record.calendar.id).await;
    let stored = stored.expect("the store answers").expect("it is stored");
    let disconnected = stored.wanted_gone(wanted(guest(), "09:01"));
    let written = store.write_disconnection(&disconnected).await;
    assert_eq!(written.expect("the store answers"), WriteOutcome::Written);
    let log = logged(store, &an_owner()).await;
    assert_eq!(words(&log), ["disconnect calendar-sales"]);
    assert_eq!(
        (&log[0].by, log[0].by.key(), log[0].at),
        (&guest(), Some("crm"), at("09:01"))
    );
    let stored = store.record(&record.calendar.id).await;
    let stored = stored.expect("the store answers").expect("it is stored");
    assert_eq!(stored.disconnection, disconnected.disconnection);
}

/// Everything that was done in any calendar is in one list, each action once, newest first, and
/// each says where it was logged.
///
/// # Panics
/// If the implementation does something else.
pub async fn what_was_done_in_all_calendars_is_listed_once<S>(store: &S)
where
    S: ActionLog + Calendars + OverrideStore,
{
    let unknown = CalendarOwner::Unknown(id("calendar-new"));
    let known = owner("bo@acme.example");
    set(store, &unknown, ("a", Skip), "09:00").await;
    let carried = store.carry_overrides(&unknown, &known).await;
    carried.expect("the store answers");
    set(store, &an_owner(), ("b", Skip), "09:01").await;
    let none = MeetingOverride::default();
    let made = choice(
        &none,
        ("calendar-sales", MeetingWish::Own(Skip)),
        (&guest(), "09:02"),
    );
    choose(store, &none, &made).await;
    let disconnected = a_calendar_record().wanted_gone(RequestedDisconnection {
        by: an_actor(),
        at: at("09:03"),
    });
    let written = store.write_disconnection(&disconnected).await;
    written.expect("the store answers");
    set(store, &known, ("c", Skip), "09:04").await;
    let expected = [
        "skip c",
        "disconnect calendar-sales",
        "Own(Skip)",
        "skip b",
        "skip a",
    ];
    let read = async |before: Option<ActionPlace>, most| {
        let page = store.all_actions(before.as_ref(), most).await;
        page.expect("the store answers")
    };
    eventually("all are listed", async || {
        read(None, 9).await.entries.len() == 5
    })
    .await;
    for most in [1, 2, 9] {
        let all = pages(most, async |before| read(before, most).await).await;
        assert_eq!(words(&all), expected, "{most} a page");
    }
    let person = |owner: &CalendarOwner| LogOf::Person(owner.digest().expect("a person"));
    let logs = read(None, 9).await.entries.into_iter();
    let logs: Vec<_> = logs.map(|ActionEntry { log, .. }| log).collect();
    let in_calendar = |name: &str| LogOf::Calendar(id(name));
    assert_eq!(
        logs,
        [
            person(&known),
            in_calendar("calendar-sales"),
            LogOf::Meeting,
            person(&an_owner()),
            in_calendar("calendar-new"),
        ]
    );
}

/// A person is forgotten in the log, and the log of an owner or a calendar is deleted with what it
/// is of.
///
/// # Panics
/// If the implementation does something else.
pub async fn people_and_calendars_are_forgotten_in_the_log<S>(store: &S)
where
    S: ActionLog + Calendars + Forgetting + OverrideStore,
{
    let (owner, calendar): (_, CalendarId) = (an_owner(), a_calendar().id);
    set(store, &owner, ("a", Skip), "09:00").await;
    let (by, scope) = (guest(), event("a"));
    let again = store.set_override(&owner, &scope, Record, &by, at("09:01"));
    again.await.expect("the store answers");
    let none = MeetingOverride::default();
    let made = choice(
        &none,
        ("calendar-sales", MeetingWish::Own(Skip)),
        (&guest(), "09:02"),
    );
    choose(store, &none, &made).await;
    let name = by.as_str().to_uppercase();
    let counted = store.rows_by(&name).await.expect("the store answers");
    assert_eq!((counted.actions, counted.overrides), (3, 2));
    let forgotten = store.forget_actor(&name).await.expect("the store answers");
    assert_eq!(forgotten, counted);
    let log = logged(store, &owner).await;
    let names: Vec<_> = log.iter().map(|action| action.by.as_str()).collect();
    let nobody = Actor::forgotten();
    assert_eq!(
        names,
        [nobody.as_str(), nobody.as_str(), an_actor().as_str()]
    );
    assert_eq!(words(&log), ["Own(Skip)", "record a", "skip a"]);
    assert_eq!(
        logged_for(store, "kick-off").await[0].by.as_str(),
        nobody.as_str()
    );
    store
        .forget_calendar(&calendar)
        .await
        .expect("the store answers");
    assert_eq!(words(&logged(store, &owner).await), ["record a", "skip a"]);
    // An override, the head, and two entries.
    let forgotten = store.forget_owner(&owner).await;
    assert_eq!(forgotten.expect("the store answers"), 4);
    assert_eq!(logged(store, &owner).await, []);
}
