//! What every implementation of `OverrideStore` must do.

use std::collections::BTreeSet;

use callsheet_app::PortError;
use callsheet_app::ports::OverrideStore;
use callsheet_domain::{
    CalendarOwner, Override, OverrideChoice, OverrideRevision, OverrideScope, Overrides, Pause,
    Platform, Timestamp,
};
use futures_util::future::join_all;

use crate::{a_calendar, an_actor, an_email, an_event, at, id};

fn an_owner() -> CalendarOwner {
    a_calendar().owner()
}

fn another_owner() -> CalendarOwner {
    CalendarOwner::Person {
        platform: Platform::Google,
        email: an_email("bo@acme.example"),
    }
}

fn event(name: &str) -> OverrideScope {
    OverrideScope::Event(id(name))
}

fn series(name: &str) -> OverrideScope {
    OverrideScope::Series(id(name))
}

fn platform_series(name: &str) -> OverrideScope {
    OverrideScope::PlatformSeries(id(name))
}

fn weekly() -> OverrideScope {
    OverrideScope::Series(an_event().ical_uid)
}

async fn overrides(store: &impl OverrideStore, owner: &CalendarOwner) -> Overrides {
    store.overrides(owner).await.expect("the store answers")
}

/// The latest override of a scope.
async fn latest(store: &impl OverrideStore, of: &OverrideScope) -> Option<Override> {
    overrides(store, &an_owner()).await.by_scope.remove(of)
}

/// Sets an override, again and again while the store throttles.
async fn set_on(
    store: &impl OverrideStore,
    owner: &CalendarOwner,
    of: &OverrideScope,
    choice: OverrideChoice,
) -> u64 {
    loop {
        match store
            .set_override(owner, of, choice, &an_actor(), at("09:00"))
            .await
        {
            Ok(revision) => return revision.0,
            Err(PortError::Throttled { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("the store failed: {error}"),
        }
    }
}

async fn set(store: &impl OverrideStore, of: &OverrideScope, choice: OverrideChoice) -> u64 {
    set_on(store, &an_owner(), of, choice).await
}

async fn pause(store: &impl OverrideStore, until: Timestamp) -> u64 {
    let (owner, by) = (an_owner(), an_actor());
    let paused = store.pause(&owner, until, &by, at("09:00"));
    paused.await.expect("the store answers").0
}

fn set_as(choice: OverrideChoice, revision: u64) -> Override {
    Override {
        choice,
        revision: OverrideRevision(revision),
        by: Some(an_actor()),
        at: at("09:00"),
    }
}

/// An owner has no overrides and no pause before the first is set.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_owner_has_no_overrides_at_first(store: &impl OverrideStore) {
    assert_eq!(overrides(store, &an_owner()).await, Overrides::default());
}

/// The first override is revision one, each further one the next revision,
/// changed or repeated, and the latest one holds.
///
/// # Panics
/// If the implementation does something else.
pub async fn each_override_raises_the_revision(store: &impl OverrideStore) {
    for (choice, revision) in [
        (OverrideChoice::Record, 1),
        (OverrideChoice::Skip, 2),
        (OverrideChoice::Skip, 3),
    ] {
        assert_eq!(set(store, &weekly(), choice).await, revision);
        assert_eq!(
            latest(store, &weekly()).await,
            Some(set_as(choice, revision))
        );
    }
}

/// Overrides of all scopes and pauses share one revision for each owner:
/// each is higher than any before, and the owner's revision is the highest.
///
/// # Panics
/// If the implementation does something else.
pub async fn overrides_and_pauses_of_an_owner_share_a_revision(store: &impl OverrideStore) {
    let (ours, theirs) = (an_owner(), another_owner());
    assert_eq!(set(store, &event("a"), OverrideChoice::Skip).await, 1);
    assert_eq!(set(store, &series("a"), OverrideChoice::Record).await, 2);
    assert_eq!(pause(store, at("12:00")).await, 3);
    assert_eq!(
        set_on(store, &theirs, &series("a"), OverrideChoice::Skip).await,
        1
    );
    assert_eq!(
        set(store, &platform_series("a"), OverrideChoice::Clear).await,
        4
    );
    assert_eq!(set(store, &event("a"), OverrideChoice::Record).await, 5);
    let read = overrides(store, &ours).await;
    assert_eq!(read.revision, OverrideRevision(5));
    assert_eq!(
        read.by_scope[&event("a")],
        set_as(OverrideChoice::Record, 5)
    );
    assert_eq!(
        read.by_scope[&series("a")],
        set_as(OverrideChoice::Record, 2)
    );
    assert_eq!(
        read.by_scope[&platform_series("a")],
        set_as(OverrideChoice::Clear, 4)
    );
    let read = overrides(store, &theirs).await;
    assert_eq!((read.by_scope.len(), read.pause), (1, None));
    assert_eq!(read.revision, OverrideRevision(1));
}

/// The latest pause holds, whether it is longer, shorter, or past; it is no
/// override.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_latest_pause_replaces_the_one_before(store: &impl OverrideStore) {
    let untils = ["12:00:00.000001", "18:00", "08:00"].map(at);
    for (until, revision) in untils.into_iter().zip(1..) {
        assert_eq!(pause(store, until).await, revision);
        let read = overrides(store, &an_owner()).await;
        let expected = Pause {
            until,
            revision: OverrideRevision(revision),
            by: Some(an_actor()),
            at: at("09:00"),
        };
        assert_eq!(read.pause, Some(expected));
        assert!(read.by_scope.is_empty());
        assert_eq!(read.revision, OverrideRevision(revision));
    }
}

/// A cleared override is kept as cleared, so that the next one is later than it.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_cleared_override_is_kept(store: &impl OverrideStore) {
    set(store, &weekly(), OverrideChoice::Skip).await;
    set(store, &weekly(), OverrideChoice::Clear).await;
    let read = latest(store, &weekly()).await;
    assert_eq!(read, Some(set_as(OverrideChoice::Clear, 2)));
    assert_eq!(set(store, &weekly(), OverrideChoice::Skip).await, 3);
}

/// The actor and the instant of an override are kept as they were given.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_actor_and_the_instant_of_an_override_are_kept(store: &impl OverrideStore) {
    let by = id("Jürgen \u{1F680} \"von\" #1");
    let (owner, weekly, now) = (an_owner(), weekly(), at("09:00:00.654321"));
    let set = store.set_override(&owner, &weekly, OverrideChoice::Skip, &by, now);
    set.await.expect("the store answers");
    let read = latest(store, &weekly).await.expect("it was set");
    assert_eq!((read.by, read.at), (Some(by), now));
}

/// An override holds for one scope of one owner, whatever the scope's name looks like.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_override_holds_for_one_scope_of_one_owner(store: &impl OverrideStore) {
    let theirs = another_owner();
    let longest = "é".repeat(480);
    let names = [
        "a",
        "a#b",
        "#",
        "series#a",
        "event#a",
        "pause",
        "s",
        "ü\u{1F680}\"'",
        &longest,
    ];
    let scopes: Vec<_> = names
        .into_iter()
        .flat_map(|name| [event(name), series(name), platform_series(name)])
        .collect();
    for (scope, revision) in scopes.iter().zip(1..) {
        assert_eq!(set(store, scope, OverrideChoice::Skip).await, revision);
    }
    assert_eq!(
        set_on(store, &theirs, &series("a"), OverrideChoice::Record).await,
        1
    );
    let read = overrides(store, &an_owner()).await;
    assert_eq!(read.by_scope.len(), scopes.len());
    for (scope, revision) in scopes.iter().zip(1..) {
        assert_eq!(
            read.by_scope[scope],
            set_as(OverrideChoice::Skip, revision),
            "{scope:?}"
        );
    }
    let read = overrides(store, &theirs).await;
    assert_eq!(read.by_scope.len(), 1);
    assert_eq!(
        read.by_scope[&series("a")],
        set_as(OverrideChoice::Record, 1)
    );
}

/// Of concurrent overrides, of one scope or several, each gets a revision of
/// its own.
///
/// # Panics
/// If the implementation does something else.
pub async fn concurrent_overrides_get_a_revision_each(store: &impl OverrideStore) {
    let scopes = [weekly(), event("a"), weekly(), event("b")];
    for round in 0..2 {
        let writers = scopes
            .iter()
            .map(|scope| set(store, scope, OverrideChoice::Skip));
        let revisions: BTreeSet<_> = join_all(writers).await.into_iter().collect();
        assert_eq!(revisions, (round * 4 + 1..=round * 4 + 4).collect());
    }
    let read = overrides(store, &an_owner()).await;
    let latest = read.by_scope.values().map(|one| one.revision).max();
    assert_eq!(latest, Some(OverrideRevision(8)));
    assert_eq!(
        (read.by_scope.len(), read.revision),
        (3, OverrideRevision(8))
    );
}

/// More overrides than one response holds are read.
///
/// # Panics
/// If the implementation does something else.
pub async fn many_overrides_are_read_to_the_end(store: &impl OverrideStore) {
    // A response ends after a megabyte; the longest names come to somewhat more.
    let by = id("\u{1F680}".repeat(200));
    let owner = an_owner();
    for index in 0..600 {
        let scope = series(&format!("{index:04}{}", "x".repeat(950)));
        let set = store.set_override(&owner, &scope, OverrideChoice::Skip, &by, at("09:00"));
        set.await.expect("the store answers");
    }
    let read = overrides(store, &owner).await;
    assert_eq!(
        (read.by_scope.len(), read.revision),
        (600, OverrideRevision(600))
    );
}

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

/// An override of a series that was split is one of the series before the split.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_override_is_stored_under_the_name_before_splits(store: &impl OverrideStore) {
    for (set_by, stored_by) in [
        (
            platform_series("k3v9_R20900306T100000"),
            platform_series("k3v9"),
        ),
        (
            series("k3v9_R20900306T100000@google.com"),
            series("k3v9@google.com"),
        ),
        (
            event("k3v9_R20900306T100000_20900313T100000Z"),
            event("k3v9_20900313T100000Z"),
        ),
    ] {
        set(store, &set_by, OverrideChoice::Skip).await;
        let owner = an_owner();
        let expired = store.expire_override(&owner, &set_by, at("12:00")).await;
        expired.expect("the store answers");
        set(store, &stored_by, OverrideChoice::Record).await;
        let read = latest(store, &stored_by).await.expect("it was set");
        assert_eq!(read.choice, OverrideChoice::Record);
        assert_eq!(latest(store, &set_by).await, None);
    }
    assert_eq!(overrides(store, &an_owner()).await.by_scope.len(), 3);
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

/// Overrides of an owner without calendars are marked, and read as before; they can be kept.
///
/// # Panics
/// If the implementation does something else.
pub async fn overrides_that_expire_can_be_kept(store: &impl OverrideStore) {
    let owner = an_owner();
    let expire = async || {
        let expired = store.expire_overrides(&owner, at("12:00")).await;
        expired.expect("the store answers");
    };
    expire().await;
    assert_eq!(overrides(store, &owner).await, Overrides::default());
    for scope in [event("a"), series("b")] {
        set(store, &scope, OverrideChoice::Skip).await;
    }
    pause(store, at("12:00")).await;
    let a = event("a");
    let expired = store.expire_override(&owner, &a, at("18:00"));
    expired.await.expect("the store answers");
    let before = overrides(store, &owner).await;
    assert!(!before.are_expiring);
    expire().await;
    let read = overrides(store, &owner).await;
    assert!(read.are_expiring);
    assert_eq!(
        (&read.by_scope, &read.pause),
        (&before.by_scope, &before.pause)
    );
    let kept = store.keep_overrides(&owner).await;
    kept.expect("the store answers");
    assert_eq!(overrides(store, &owner).await, before);
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
