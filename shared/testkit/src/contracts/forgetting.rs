//! What every implementation of `Forgetting` must do.

use callsheet_app::ports::{
    ActorRows, Calendars, Forgetting, NewPolicy, OverrideStore, Policies, WriteOutcome,
};
use callsheet_domain::{
    Actor, CalendarId, CalendarOwner, CalendarRecord, OverrideChoice, OverrideScope,
    PolicyRevision, RequestedDisconnection,
};

use crate::{With as _, a_calendar, a_calendar_record, an_actor, an_email, at, id};

fn event(name: &str) -> OverrideScope {
    OverrideScope::Event(id(name))
}

fn owner(address: &str) -> CalendarOwner {
    let calendar = a_calendar().with(|calendar| calendar.email = Some(an_email(address)));
    calendar.owner()
}

async fn set(store: &impl OverrideStore, owner: &CalendarOwner, scope: &str, by: &Actor) {
    let (scope, choice) = (event(scope), OverrideChoice::Skip);
    let set = store.set_override(owner, &scope, choice, by, at("09:00"));
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
    S: Calendars + Forgetting + OverrideStore + Policies,
{
    let (ours, theirs) = (owner("sales@acme.example"), owner("bo@acme.example"));
    let (lead, other): (Actor, Actor) = (an_actor(), id("other@acme.example"));
    set(store, &ours, "a", &lead).await;
    set(store, &ours, "b", &other).await;
    set(store, &theirs, "a", &lead).await;
    let paused = store.pause(&ours, at("12:00"), &lead, at("09:00"));
    paused.await.expect("the store answers");
    push(store, &lead, 0).await;
    push(store, &other, 1).await;
    let disconnected = a_calendar_record().with(|record| {
        record.disconnection = Some(RequestedDisconnection {
            by: lead.clone().signed_with(Some("crm".to_owned())),
            at: at("09:00"),
        });
    });
    let written = store.write_record(&disconnected).await;
    written.expect("the store answers");
    let name = lead.as_str().to_uppercase();
    let expected = ActorRows {
        overrides: 3,
        actions: 3,
        disconnections: 1,
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
    let record = store.record(&a_calendar().id).await;
    let record = record.expect("the store answers").expect("it is stored");
    let wanted = record.disconnection.clone().expect("it is still wanted");
    assert_eq!(
        (wanted.by.as_str(), wanted.at),
        (Actor::forgotten().as_str(), at("09:00"))
    );
    let before = CalendarRecord {
        version: disconnected.version.next(),
        ..disconnected
    };
    let late = store.write_record(&before).await;
    assert_eq!(late.expect("the store answers"), WriteOutcome::Conflict);
    for (revision, by) in [(1, Actor::forgotten()), (2, other)] {
        let policy = store.policy(PolicyRevision(revision)).await;
        assert_eq!(
            policy.expect("the store answers").expect("it is stored").by,
            by
        );
    }
}

/// All rows of a calendar or of an owner are deleted, and none of another one.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_calendar_and_the_overrides_of_its_owner_are_forgotten<S>(store: &S)
where
    S: Forgetting + OverrideStore + Calendars,
{
    let other: CalendarId = id("calendar-bo");
    let records = [
        a_calendar_record(),
        a_calendar_record().with(|record| {
            record.calendar.id = other.clone();
            record.calendar.email = None;
        }),
    ];
    for record in &records {
        store.write_record(record).await.expect("the store answers");
        for scope in ["a", "b"] {
            set(store, &record.calendar.owner(), scope, &an_actor()).await;
        }
    }
    let [ours, _] = records.each_ref().map(|record| &record.calendar.id);
    let [owner, unknown] = records.each_ref().map(|record| record.calendar.owner());
    let rows = async |id: &CalendarId| store.calendar_rows(id).await.expect("the store answers");
    let said = async |owner: &CalendarOwner| {
        let rows = store.owner_rows(owner).await;
        rows.expect("the store answers")
    };
    assert_eq!((rows(ours).await, rows(&other).await), (1, 6));
    assert_eq!((said(&owner).await, said(&unknown).await), (5, 5));
    for count in [1, 0] {
        let forgotten = store.forget_calendar(ours).await;
        assert_eq!(forgotten.expect("the store answers"), count);
    }
    assert_eq!(store.record(ours).await.expect("the store answers"), None);
    assert_eq!((rows(ours).await, said(&owner).await), (0, 5));
    for count in [5, 0] {
        let forgotten = store.forget_owner(&owner).await;
        assert_eq!(forgotten.expect("the store answers"), count);
    }
    let overrides = store.overrides(&owner).await.expect("the store answers");
    assert_eq!(overrides, callsheet_domain::Overrides::default());
    assert_eq!((said(&owner).await, rows(&other).await), (0, 6));
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
    let (calendar, owner) = (&record.calendar.id, &record.calendar.owner());
    let unknown = event("unknown");
    let expired = store.expire_override(owner, &unknown, at("12:00")).await;
    expired.expect("the store answers");
    let expire = async || {
        let expired = store.expire(calendar, at("12:00")).await;
        expired.expect("the store answers");
    };
    expire().await;
    let rows = (
        store.calendar_rows(calendar).await,
        store.owner_rows(owner).await,
    );
    assert!(matches!(rows, (Ok(0), Ok(0))), "{rows:?}");
    let written = store.write_record(&record).await;
    written.expect("the store answers");
    set(store, owner, "a", &an_actor()).await;
    let before = store.overrides(owner).await.expect("the store answers");
    let expired = store.expire_override(owner, &event("a"), at("12:00")).await;
    expired.expect("the store answers");
    expire().await;
    let after = store.overrides(owner).await.expect("the store answers");
    assert_eq!(after, before);
    let stored = store.record(calendar).await.expect("the store answers");
    let stored = stored.expect("it is stored");
    assert_eq!(stored.calendar, record.calendar);
    let written = store.write_record(&stored).await;
    let written = written.expect("the store answers");
    assert_eq!(written, WriteOutcome::Written);
}
