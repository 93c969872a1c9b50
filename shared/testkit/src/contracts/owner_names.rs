//! What every implementation of `OverrideStore` must do with the names of an owner.

use callsheet_app::ports::OverrideStore;
use callsheet_domain::{CalendarOwner, OverrideChoice, Overrides, Platform};
use futures_util::future::join_all;

use super::overrides::{an_owner, another_owner, event, overrides, set_on};
use crate::{an_actor, an_email, at, id};

/// A person is known by platform and address. One whose address is not known is the owner
/// of one calendar.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_owner_is_known_by_platform_and_address(store: &impl OverrideStore) {
    let person = |platform| CalendarOwner::Person {
        platform,
        email: an_email("Lead@Acme.example"),
    };
    let owners = [
        person(Platform::Google),
        person(Platform::Outlook),
        another_owner(),
        CalendarOwner::Unknown(id("calendar-sales")),
        CalendarOwner::Unknown(id("calendar-bo")),
    ];
    for owner in &owners {
        assert_eq!(overrides(store, owner).await, Overrides::default());
        set_on(store, owner, &event("a"), OverrideChoice::Skip).await;
    }
    let same = CalendarOwner::Person {
        platform: Platform::Google,
        email: an_email("lead@acme.example"),
    };
    let again = set_on(store, &same, &event("a"), OverrideChoice::Record).await;
    assert_eq!(again, 2);
    let read = overrides(store, &owners[0]).await;
    assert_eq!(read.by_scope[&event("a")].choice, OverrideChoice::Record);
}

/// Overrides are carried over to another name of the owner: of two for one scope the one
/// that was set last holds, and each has a revision that is later than all before.
///
/// # Panics
/// If the implementation does something else.
pub async fn overrides_are_carried_over_to_another_name_of_the_owner(store: &impl OverrideStore) {
    let (former, new) = (CalendarOwner::Unknown(id("calendar-sales")), an_owner());
    let carried = store.carry_overrides(&former, &new).await;
    carried.expect("the store answers");
    assert_eq!(overrides(store, &new).await, Overrides::default());
    let by = an_actor();
    let set_at = async |owner: &CalendarOwner, scope: &str, choice, time| {
        let scope = event(scope);
        let set = store.set_override(owner, &scope, choice, &by, at(time));
        set.await.expect("the store answers");
    };
    set_at(&new, "both", OverrideChoice::Record, "09:01").await;
    set_at(&new, "later", OverrideChoice::Record, "09:05").await;
    set_at(&new, "own", OverrideChoice::Record, "09:00").await;
    for scope in ["x", "y", "only", "both", "later"] {
        set_at(&former, scope, OverrideChoice::Skip, "09:03").await;
    }
    let paused = store.pause(&former, at("12:00"), &by, at("09:03"));
    paused.await.expect("the store answers");
    let before = overrides(store, &former).await;
    for _ in 0..2 {
        let carried = store.carry_overrides(&former, &new).await;
        carried.expect("the store answers");
        let read = overrides(store, &new).await;
        let choice = |scope| read.by_scope[&event(scope)].choice;
        assert_eq!(
            ["only", "both", "later", "own"].map(choice),
            [
                OverrideChoice::Skip,
                OverrideChoice::Skip,
                OverrideChoice::Record,
                OverrideChoice::Record
            ]
        );
        assert_eq!(read.by_scope[&event("only")].at, at("09:03"));
        assert_eq!(
            read.pause.as_ref().map(|pause| pause.until),
            Some(at("12:00"))
        );
        for scope in ["x", "y", "only", "both", "later"] {
            let revision = read.by_scope[&event(scope)].revision;
            assert!(revision > before.revision, "{scope}: {revision:?}");
        }
        let pause = read.pause.as_ref().map(|pause| pause.revision);
        assert!(pause > Some(before.revision), "{pause:?}");
        assert_eq!(read.revision, read.latest_revision());
    }
    assert_eq!(overrides(store, &former).await, before);
}

/// Joins names, again and again while the store throttles.
async fn join(store: &impl OverrideStore, one: &CalendarOwner, other: &CalendarOwner) {
    let joined = store.join_names(one, other, at("09:30"));
    joined.await.expect("the store answers");
}

/// # Panics
/// If the implementation does something else.
pub async fn names_that_are_joined_mean_one_person(store: &impl OverrideStore) {
    let [one, other] = [an_owner(), another_owner()];
    set_on(store, &one, &event("a"), OverrideChoice::Skip).await;
    let last = set_on(store, &one, &event("b"), OverrideChoice::Skip).await;
    set_on(store, &other, &event("c"), OverrideChoice::Record).await;
    join(store, &one, &other).await;
    let person = store.person(&one).await.expect("the store answers");
    assert_eq!(
        store.person(&other).await.expect("the store answers"),
        person
    );
    let said = overrides(store, &one).await;
    assert_eq!(overrides(store, &other).await, said);
    assert_eq!(said.by_scope.len(), 3);
    assert!(
        said.revision.0 > last,
        "all calendars of the person need a full sync"
    );
    assert!(said.latest_revision() <= said.revision);
    // Whichever name is used from now on.
    for (name, scope) in [(&one, "d"), (&other, "e")] {
        let revision = set_on(store, name, &event(scope), OverrideChoice::Skip).await;
        let paused = store
            .pause(name, at("12:00"), &an_actor(), at("10:00"))
            .await;
        assert_eq!(paused.expect("the store answers").0, revision + 1);
    }
    let said = overrides(store, &one).await;
    assert_eq!(overrides(store, &other).await, said);
    assert_eq!(said.by_scope.len(), 5);
    join(store, &other, &one).await;
    assert_eq!(
        overrides(store, &one).await,
        said,
        "they are joined already"
    );
}

/// # Panics
/// If the implementation does something else.
pub async fn of_two_choices_of_joined_names_the_later_one_counts(store: &impl OverrideStore) {
    let names = [an_owner(), another_owner()];
    for (later, earlier, scope) in [(0, 1, "a"), (1, 0, "b")] {
        let set = |name: usize, choice, hour: &'static str| {
            let (owner, scope) = (names[name].clone(), event(scope));
            async move {
                let by = an_actor();
                let set = store.set_override(&owner, &scope, choice, &by, at(hour));
                set.await.expect("the store answers");
            }
        };
        set(later, OverrideChoice::Skip, "09:00").await;
        set(earlier, OverrideChoice::Record, "08:00").await;
    }
    for (name, (until, hour)) in names.iter().zip([("12:00", "08:00"), ("13:00", "09:00")]) {
        let paused = store.pause(name, at(until), &an_actor(), at(hour)).await;
        paused.expect("the store answers");
    }
    join(store, &names[0], &names[1]).await;
    let said = overrides(store, &names[0]).await;
    for scope in ["a", "b"] {
        assert_eq!(
            said.by_scope[&event(scope)].choice,
            OverrideChoice::Skip,
            "{scope}"
        );
    }
    assert_eq!(said.pause.map(|pause| pause.until), Some(at("13:00")));
}

/// # Panics
/// If the implementation does something else.
pub async fn names_are_joined_through_others_in_any_order(store: &impl OverrideStore) {
    let person = |name: &str| CalendarOwner::Person {
        platform: Platform::Google,
        email: an_email(&format!("{name}@acme.example")),
    };
    let names = ["d", "a", "c", "b"].map(person);
    let unknown = CalendarOwner::Unknown(id("calendar-1"));
    for (name, scope) in names
        .iter()
        .chain([&unknown])
        .zip(["d", "a", "c", "b", "e"])
    {
        set_on(store, name, &event(scope), OverrideChoice::Skip).await;
    }
    join(store, &unknown, &names[0]).await;
    join(store, &names[0], &names[2]).await;
    join(store, &names[1], &names[3]).await;
    join(store, &names[2], &names[3]).await;
    join(store, &names[0], &names[1]).await;
    let first = overrides(store, &names[0]).await;
    assert_eq!(first.by_scope.len(), 5);
    for name in names.iter().chain([&unknown]) {
        assert_eq!(overrides(store, name).await, first);
        assert_eq!(
            store.person(name).await.expect("the store answers"),
            person("a")
        );
    }
    let other = overrides(store, &person("e")).await;
    assert_eq!(other, Overrides::default(), "another person");
}

/// # Panics
/// If the implementation does something else.
pub async fn names_of_which_nothing_was_said_are_joined_without_a_revision(
    store: &impl OverrideStore,
) {
    join(store, &an_owner(), &another_owner()).await;
    let said = overrides(store, &an_owner()).await;
    assert_eq!(said, Overrides::default(), "no calendar needs a full sync");
    let revision = set_on(store, &another_owner(), &event("a"), OverrideChoice::Skip).await;
    let said = overrides(store, &an_owner()).await;
    assert_eq!((said.revision.0, said.by_scope.len()), (revision, 1));
}

/// An override that is set while the names are joined is not left behind.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_override_that_is_set_while_names_are_joined_is_kept(store: &impl OverrideStore) {
    let names = [an_owner(), another_owner()];
    let set = (0..6).map(|number| {
        let (name, scope) = (names[number % 2].clone(), event(&format!("event-{number}")));
        async move { set_on(store, &name, &scope, OverrideChoice::Skip).await }
    });
    let joined = async {
        // The store may throttle.
        for _ in 0..20 {
            let joined = store.join_names(&names[0], &names[1], at("09:30"));
            if joined.await.is_ok() {
                return;
            }
        }
        panic!("the names were not joined");
    };
    futures_util::future::join(join_all(set), joined).await;
    let said = overrides(store, &names[0]).await;
    assert_eq!(said.by_scope.len(), 6);
    assert_eq!(overrides(store, &names[1]).await, said);
}
