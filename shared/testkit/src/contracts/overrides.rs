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

pub(super) fn an_owner() -> CalendarOwner {
    a_calendar().owner()
}

pub(super) fn another_owner() -> CalendarOwner {
    CalendarOwner::Person {
        platform: Platform::Google,
        email: an_email("bo@acme.example"),
    }
}

pub(super) fn event(name: &str) -> OverrideScope {
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

pub(super) async fn overrides(store: &impl OverrideStore, owner: &CalendarOwner) -> Overrides {
    store.overrides(owner).await.expect("the store answers")
}

/// The latest override of a scope.
async fn latest(store: &impl OverrideStore, of: &OverrideScope) -> Option<Override> {
    overrides(store, &an_owner()).await.by_scope.remove(of)
}

/// Sets an override, again and again while the store throttles.
pub(super) async fn set_on(
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
