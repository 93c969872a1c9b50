//! What every implementation of `Forgetting` must do.

use callsheet_app::ports::{ActorRows, Calendars, Forgetting, NewPolicy, OverrideStore, Policies};
use callsheet_domain::{Actor, CalendarId, OverrideChoice, OverrideScope, PolicyRevision};

use crate::{With as _, a_calendar_record, an_actor, at, id};

fn event(name: &str) -> OverrideScope {
    OverrideScope::Event(id(name))
}

async fn set(store: &impl OverrideStore, calendar: &CalendarId, scope: &str, by: &Actor) {
    let (scope, choice) = (event(scope), OverrideChoice::Skip);
    let set = store.set_override(calendar, &scope, choice, by, at("09:00"));
    set.await.expect("the store answers");
}

async fn push(store: &impl Policies, by: &Actor, over: u64) {
    let policy = NewPolicy {
        document: "{}".to_owned(),
        by: by.clone(),
        at: at("09:00"),
        note: None,
        newest_used: PolicyRevision(0),
    };
    let pushed = store.push(&policy, PolicyRevision(over)).await;
    pushed.expect("the store answers");
}

/// A person's name is replaced wherever it says who made a change, whatever its case,
/// and nothing else changes.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_actor_is_forgotten_in_overrides_pauses_and_policies<S>(store: &S)
where
    S: Forgetting + OverrideStore + Policies,
{
    let (ours, theirs): (CalendarId, CalendarId) = (id("calendar-sales"), id("calendar-bo"));
    let (lead, other): (Actor, Actor) = (an_actor(), id("other@acme.example"));
    set(store, &ours, "a", &lead).await;
    set(store, &ours, "b", &other).await;
    set(store, &theirs, "a", &lead).await;
    let paused = store.pause(&ours, at("12:00"), &lead, at("09:00"));
    paused.await.expect("the store answers");
    push(store, &lead, 0).await;
    push(store, &other, 1).await;
    let name = lead.as_str().to_uppercase();
    let expected = ActorRows {
        overrides: 3,
        policies: 1,
    };
    assert_eq!(
        store.rows_by(&name).await.expect("the store answers"),
        expected
    );
    let before = store.overrides(&ours).await.expect("the store answers");
    let forgotten = store.forget_actor(&name).await;
    assert_eq!(forgotten.expect("the store answers"), expected);
    let rows = store.rows_by(&name).await.expect("the store answers");
    assert_eq!(rows, ActorRows::default());
    let after = store.overrides(&ours).await.expect("the store answers");
    assert_eq!(after.revision, before.revision);
    assert_eq!(after.by_scope[&event("a")].by, Some(Actor::forgotten()));
    assert_eq!(after.by_scope[&event("a")].choice, OverrideChoice::Skip);
    assert_eq!(after.by_scope[&event("b")], before.by_scope[&event("b")]);
    let pause = after.pause.expect("it is still paused");
    assert_eq!(
        (pause.until, pause.by),
        (at("12:00"), Some(Actor::forgotten()))
    );
    for (revision, by) in [(1, Actor::forgotten()), (2, other)] {
        let policy = store.policy(PolicyRevision(revision)).await;
        assert_eq!(
            policy.expect("the store answers").expect("it is stored").by,
            by
        );
    }
}

/// All rows of a calendar are deleted, and none of another one.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_calendar_is_forgotten_with_its_overrides<S>(store: &S)
where
    S: Forgetting + OverrideStore + Calendars,
{
    let other: CalendarId = id("calendar-bo");
    let records = [
        a_calendar_record(),
        a_calendar_record().with(|record| record.calendar.id = other.clone()),
    ];
    for record in &records {
        store.write_record(record).await.expect("the store answers");
        for scope in ["a", "b"] {
            set(store, &record.calendar.id, scope, &an_actor()).await;
        }
    }
    let ours = &records[0].calendar.id;
    let rows = async |id: &CalendarId| store.calendar_rows(id).await.expect("the store answers");
    assert_eq!((rows(ours).await, rows(&other).await), (4, 4));
    assert_eq!(
        store
            .forget_calendar(ours)
            .await
            .expect("the store answers"),
        4
    );
    assert_eq!((rows(ours).await, rows(&other).await), (0, 4));
    assert_eq!(store.record(ours).await.expect("the store answers"), None);
    let overrides = store.overrides(ours).await.expect("the store answers");
    assert_eq!(overrides, callsheet_domain::Overrides::default());
    assert_eq!(
        store
            .forget_calendar(ours)
            .await
            .expect("the store answers"),
        0
    );
}

/// Rows that expire are read as before until then, and what does not exist is not created.
///
/// # Panics
/// If the implementation does something else.
pub async fn rows_that_expire_later_are_read_as_before<S>(store: &S)
where
    S: Forgetting + OverrideStore + Calendars,
{
    let record = a_calendar_record();
    let calendar = &record.calendar.id;
    let unknown = event("unknown");
    let expired = store.expire_override(calendar, &unknown, at("12:00")).await;
    expired.expect("the store answers");
    store
        .expire(calendar, at("12:00"))
        .await
        .expect("the store answers");
    assert_eq!(
        store
            .calendar_rows(calendar)
            .await
            .expect("the store answers"),
        0
    );
    store
        .write_record(&record)
        .await
        .expect("the store answers");
    set(store, calendar, "a", &an_actor()).await;
    let before = store.overrides(calendar).await.expect("the store answers");
    let expired = store
        .expire_override(calendar, &event("a"), at("12:00"))
        .await;
    expired.expect("the store answers");
    store
        .expire(calendar, at("12:00"))
        .await
        .expect("the store answers");
    let after = store.overrides(calendar).await.expect("the store answers");
    assert_eq!(after, before);
    let stored = store.record(calendar).await.expect("the store answers");
    let stored = stored.expect("it is stored");
    assert_eq!(stored.calendar, record.calendar);
    let written = store
        .write_record(&stored)
        .await
        .expect("the store answers");
    assert_eq!(written, callsheet_app::ports::WriteOutcome::Written);
}
