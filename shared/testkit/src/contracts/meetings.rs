//! What every implementation of `OverrideStore` must do with what people chose for whole meetings.

use callsheet_app::ports::{Forgetting, OverrideStore, WriteOutcome};
use callsheet_domain::{Actor, MeetingName, MeetingOverride, OverrideChoice, Timestamp, Version};

use crate::{an_actor, at, id};

fn meeting(name: &str) -> MeetingName {
    MeetingName::of(&id(name), None)
}

fn kept_until() -> Timestamp {
    at("20:00")
}

/// The choices after one more.
fn after(before: &MeetingOverride, choice: OverrideChoice, by: &Actor) -> MeetingOverride {
    let event = (id("calendar-1"), id("event-1"));
    let next = before.with_choice(choice, by, at("09:00"), &event);
    next.expect("few people").expect("another choice")
}

async fn read(store: &impl OverrideStore, name: &str) -> MeetingOverride {
    let names = [meeting(name)];
    let read = store.meeting_overrides(&names).await;
    let mut read = read.expect("the store answers");
    assert!(read.unreadable.is_empty());
    read.known.remove(&names[0]).unwrap_or_default()
}

async fn write(store: &impl OverrideStore, name: &str, chosen: &MeetingOverride) -> WriteOutcome {
    let name = meeting(name);
    let written = store.write_meeting_override(&name, chosen, None, kept_until());
    written.await.expect("the store answers")
}

/// What was written is read, of each person, with everything that belongs to it.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_choices_of_people_for_a_meeting_are_kept(store: &impl OverrideStore) {
    assert_eq!(read(store, "kick-off").await, MeetingOverride::default());
    let guest: Actor = id("guest@globex.example");
    let guest = guest.signed_with(Some("crm".to_owned()));
    let first = after(&MeetingOverride::default(), OverrideChoice::Skip, &guest);
    let second = after(&first, OverrideChoice::Record, &an_actor());
    assert_eq!(
        write(store, "kick-off", &second).await,
        WriteOutcome::Written
    );
    let stored = read(store, "kick-off").await;
    assert_eq!(
        (&stored.choices, stored.revision),
        (&second.choices, second.revision)
    );
    assert_eq!(stored.choices[0].by.key(), Some("crm"));
    assert_eq!(stored.spreads_from, second.spreads_from);
    let spread = MeetingOverride {
        spreads_from: None,
        ..stored
    };
    assert_eq!(
        write(store, "kick-off", &spread).await,
        WriteOutcome::Written
    );
    assert_eq!(read(store, "kick-off").await.spreads_from, None);
}

/// Of two writers that read the same, the second one is told.
///
/// # Panics
/// If the implementation does something else.
pub async fn no_choice_for_a_meeting_is_lost(store: &impl OverrideStore) {
    let none = MeetingOverride::default();
    let one = after(&none, OverrideChoice::Skip, &an_actor());
    let other = after(&none, OverrideChoice::Skip, &id("other@acme.example"));
    assert_eq!(write(store, "kick-off", &one).await, WriteOutcome::Written);
    assert_eq!(
        write(store, "kick-off", &other).await,
        WriteOutcome::Conflict
    );
    let stored = read(store, "kick-off").await;
    assert_ne!(stored.version, Version::NEW);
    let both = after(&stored, OverrideChoice::Skip, &id("other@acme.example"));
    assert_eq!(write(store, "kick-off", &both).await, WriteOutcome::Written);
    assert_eq!(read(store, "kick-off").await.choices.len(), 2);
    assert_eq!(
        write(store, "kick-off", &both).await,
        WriteOutcome::Conflict
    );
}

/// Those of more meetings than one request takes are read together, each once.
///
/// # Panics
/// If the implementation does something else.
pub async fn choices_for_many_meetings_are_read_at_once(store: &impl OverrideStore) {
    let chosen = after(
        &MeetingOverride::default(),
        OverrideChoice::Skip,
        &an_actor(),
    );
    for number in [3, 77, 150] {
        write(store, &format!("meeting-{number}"), &chosen).await;
    }
    let names = (0..160).map(|number| meeting(&format!("meeting-{number}")));
    let names: Vec<_> = names.chain([meeting("meeting-3")]).collect();
    let read = store.meeting_overrides(&names).await;
    let known = read.expect("the store answers").known;
    let mut found: Vec<_> = known.into_keys().collect();
    found.sort();
    let mut expected = [3, 77, 150].map(|number| meeting(&format!("meeting-{number}")));
    expected.sort();
    assert_eq!(found, expected);
    let none = store.meeting_overrides(&[]).await;
    assert!(none.expect("the store answers").known.is_empty());
}

/// The name is replaced in each choice of the person. What they chose stays.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_person_is_forgotten_in_choices_for_meetings<S>(store: &S)
where
    S: Forgetting + OverrideStore,
{
    let (lead, other): (Actor, Actor) = (an_actor(), id("other@acme.example"));
    let one = after(&MeetingOverride::default(), OverrideChoice::Skip, &lead);
    write(
        store,
        "kick-off",
        &after(&one, OverrideChoice::Record, &other),
    )
    .await;
    write(store, "review", &one).await;
    let others = after(&MeetingOverride::default(), OverrideChoice::Skip, &other);
    write(store, "planning", &others).await;
    let name = lead.as_str().to_uppercase();
    let counted = store.rows_by(&name).await.expect("the store answers");
    assert_eq!(counted.overrides, 2);
    let forgotten = store.forget_actor(&name).await.expect("the store answers");
    assert_eq!(forgotten.overrides, 2);
    let counted = store.rows_by(&name).await.expect("the store answers");
    assert_eq!(counted.overrides, 0);
    let stored = read(store, "kick-off").await;
    let by: Vec<_> = stored.choices.iter().map(|made| made.by.clone()).collect();
    assert_eq!(by, [Actor::forgotten(), other]);
    assert_eq!(stored.choice(), Some(OverrideChoice::Skip));
    assert_eq!(stored.revision, one.revision);
}
