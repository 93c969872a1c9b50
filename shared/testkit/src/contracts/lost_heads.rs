//! What every implementation of `Policies` and `OverrideStore` must do once the row is
//! lost that counts revisions: no revision is used twice.

use callsheet_app::ports::{Calendars, NewPolicy, OverrideStore, Policies, PolicyWrite};
use callsheet_domain::{
    CalendarOwner, CompletedSync, OverrideChoice, OverrideRevision, OverrideScope, PolicyRevision,
};

use super::eventually;
use crate::{With as _, a_calendar_record, an_actor, at, id};

/// A store, and a way to lose the rows that count revisions.
pub trait LosesHeads {
    /// The store.
    type Store: Policies + OverrideStore + Calendars;

    /// The store.
    fn store(&self) -> &Self::Store;

    /// Loses the row that names the active policy.
    fn lose_policy_head(&self) -> impl Future<Output = ()> + Send;

    /// Loses the head of an owner's overrides.
    fn lose_overrides_head(&self, owner: &CalendarOwner) -> impl Future<Output = ()> + Send;
}

fn policy(document: &str, newest_used: u64) -> NewPolicy {
    NewPolicy {
        document: document.to_owned(),
        by: an_actor(),
        at: at("09:00"),
        note: None,
        newest_used: PolicyRevision(newest_used),
    }
}

async fn push(store: &impl Policies, policy: &NewPolicy, over: u64) -> PolicyWrite {
    let pushed = store.push(policy, PolicyRevision(over)).await;
    pushed.expect("the store answers")
}

async fn active(store: &impl Policies) -> (u64, bool) {
    let revision = store.active_revision().await.expect("the store answers");
    let is_missing = store.is_head_missing().await.expect("the store answers");
    (revision.0, is_missing)
}

/// Without its head, the newest policy is active. The next push follows it, and
/// overwrites nothing.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_lost_policy_head_is_rebuilt_from_the_newest_policy(ends: &impl LosesHeads) {
    let store = ends.store();
    ends.lose_policy_head().await;
    assert_eq!(active(store).await, (0, false), "there is no policy");
    for over in 0..11 {
        push(store, &policy(&format!("{}", over + 1), 0), over).await;
    }
    assert_eq!(active(store).await, (11, false));
    ends.lose_policy_head().await;
    assert_eq!(active(store).await, (11, true));
    let late = policy("late", 0);
    assert_eq!(push(store, &late, 0).await, PolicyWrite::Conflict);
    let next = PolicyWrite::Active(PolicyRevision(12));
    assert_eq!(push(store, &policy("12", 0), 11).await, next);
    assert_eq!(active(store).await, (12, false));
    let history = store.history(None, 99).await.expect("the store answers");
    let documents: Vec<_> = history.iter().map(|one| one.document.clone()).collect();
    let expected: Vec<_> = (1..=12).rev().map(|one| one.to_string()).collect();
    assert_eq!(documents, expected);
}

/// A push is a later revision than any that is known to have decided, though none is stored.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_push_follows_the_newest_policy_that_decided(ends: &impl LosesHeads) {
    let store = ends.store();
    let next = PolicyWrite::Active(PolicyRevision(8));
    assert_eq!(push(store, &policy("8", 7), 0).await, next);
    assert_eq!(active(store).await, (8, false));
    let next = PolicyWrite::Active(PolicyRevision(9));
    assert_eq!(push(store, &policy("9", 7), 8).await, next);
}

/// Without their head, overrides and pauses go on from the latest of them, or from the
/// one that a calendar of the owner was last synced with.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_lost_head_of_overrides_is_rebuilt(ends: &impl LosesHeads) {
    let store = ends.store();
    let record = a_calendar_record();
    let owner = &record.calendar.owner();
    let set = async |scope: &str| {
        let scope = OverrideScope::Event(id(scope));
        let (choice, by) = (OverrideChoice::Skip, an_actor());
        let set = store.set_override(owner, &scope, choice, &by, at("09:00"));
        set.await.expect("the store answers").0
    };
    let counted = async || {
        let overrides = store.overrides(owner).await;
        overrides.expect("the store answers").revision.0
    };
    ends.lose_overrides_head(owner).await;
    assert_eq!(counted().await, 0);
    assert_eq!((set("a").await, set("b").await), (1, 2));
    let by = an_actor();
    let paused = store.pause(owner, at("12:00"), &by, at("09:00"));
    assert_eq!(paused.await.expect("the store answers").0, 3);
    ends.lose_overrides_head(owner).await;
    assert_eq!(counted().await, 3);
    assert_eq!(set("a").await, 4);
    assert_eq!(counted().await, 4);

    let synced = record.clone().with(|record| {
        record.last_sync = Some(CompletedSync {
            began_at: at("09:00"),
            since: None,
            full_sync_at: None,
            policy: PolicyRevision(0),
            overrides: OverrideRevision(9),
            holds_until: None,
        });
    });
    store
        .write_record(&synced)
        .await
        .expect("the store answers");
    eventually("the store shows the calendar", async || {
        let found = store.of_owner(owner).await.expect("the store answers");
        found.iter().any(|listed| listed.record.last_sync.is_some())
    })
    .await;
    ends.lose_overrides_head(owner).await;
    assert_eq!(
        set("b").await,
        10,
        "an override that was lost had revision 9"
    );
}
