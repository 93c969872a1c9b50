//! What every implementation of `Leases` must do.

use callsheet_app::ports::{Held, LeaseResult, Leases, Released};
use callsheet_domain::Timestamp;
use futures_util::future::{join, join_all};

use crate::at;

async fn take(leases: &impl Leases, now: &str, until: &str) -> LeaseResult {
    let taken = leases.take(at(now), at(until)).await;
    taken.expect("the store answers")
}

async fn taken(leases: &impl Leases, now: &str, until: &str) -> Held {
    match take(leases, now, until).await {
        LeaseResult::Held(held) => held,
        LeaseResult::AlreadyHeld => panic!("the lease is free at {now}"),
    }
}

async fn extended(leases: &impl Leases, held: Held, until: &str) -> Option<Held> {
    let extended = leases.extend(held, at(until)).await;
    extended.expect("the store answers")
}

async fn released(leases: &impl Leases, held: Held) -> Released {
    leases.release(held).await.expect("the store answers")
}

/// While the lease is held, no other caller takes it; each try is a wake-up.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_lease_has_one_holder(leases: &impl Leases) {
    let held = taken(leases, "10:00", "10:01").await;
    assert_eq!(held.until, at("10:01"));
    assert_eq!(
        take(leases, "10:00", "10:01").await,
        LeaseResult::AlreadyHeld
    );
    assert_eq!(
        take(leases, "10:00:59.999999", "10:02").await,
        LeaseResult::AlreadyHeld
    );
}

/// A released lease is taken at once, under a larger fence, and earlier
/// wake-ups do not count for its new holder.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_released_lease_is_free(leases: &impl Leases) {
    let mut before = taken(leases, "10:00", "10:01").await;
    for _ in 0..3 {
        assert_eq!(released(leases, before).await, Released::Free);
        let held = taken(leases, "10:00", "10:01").await;
        assert!(held.fence > before.fence);
        assert_eq!(held.wakeups, before.wakeups);
        before = held;
    }
}

/// An expired lease is taken from the instant of its expiry on, and its old
/// holder can neither extend nor release it.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_expired_lease_is_taken(leases: &impl Leases) {
    let late = taken(leases, "10:00", "10:01").await;
    let held = taken(leases, "10:01", "10:02").await;
    assert!(held.fence > late.fence);
    assert_eq!(extended(leases, late, "10:05").await, None);
    assert_eq!(released(leases, late).await, Released::Lost);
    assert_eq!(
        take(leases, "10:01", "10:05").await,
        LeaseResult::AlreadyHeld
    );
    let Released::Woken(held) = released(leases, held).await else {
        panic!("another caller tried to take it");
    };
    assert_eq!(held.until, at("10:02"), "the old holder moved nothing");
    assert_eq!(released(leases, held).await, Released::Free);
    // An expired lease that no other caller took is still its holder's.
    let alone = taken(leases, "10:00", "10:01").await;
    let alone = extended(leases, alone, "10:09").await;
    assert_eq!(alone.map(|held| held.until), Some(at("10:09")));
}

/// A wake-up prevents the lease from being released, once: the holder sees it
/// and may then release.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_wakeup_prevents_one_release(leases: &impl Leases) {
    let held = taken(leases, "10:00", "10:01").await;
    for _ in 0..3 {
        assert_eq!(
            take(leases, "10:00", "10:05").await,
            LeaseResult::AlreadyHeld
        );
    }
    let Released::Woken(woken) = released(leases, held).await else {
        panic!("there were three wake-ups");
    };
    assert_eq!((woken.fence, woken.until), (held.fence, held.until));
    assert!(woken.wakeups > held.wakeups);
    assert_eq!(
        take(leases, "10:00", "10:05").await,
        LeaseResult::AlreadyHeld,
        "it is still held"
    );
    let Released::Woken(woken) = released(leases, woken).await else {
        panic!("there was a fourth wake-up");
    };
    assert_eq!(released(leases, woken).await, Released::Free);
}

/// Extending the lease does not acknowledge the wake-ups since it was taken.
///
/// # Panics
/// If the implementation does something else.
pub async fn extending_the_lease_acknowledges_no_wakeup(leases: &impl Leases) {
    let held = taken(leases, "10:00", "10:01").await;
    assert_eq!(
        take(leases, "10:00", "10:01").await,
        LeaseResult::AlreadyHeld
    );
    let extended_lease = extended(leases, held, "10:03").await.expect("it is held");
    let expected = Held {
        until: at("10:03"),
        ..held
    };
    assert_eq!(extended_lease, expected);
    assert_eq!(
        take(leases, "10:02", "10:05").await,
        LeaseResult::AlreadyHeld
    );
    let Released::Woken(woken) = released(leases, extended_lease).await else {
        panic!("there were two wake-ups");
    };
    assert_eq!(woken.until, at("10:03"));
    assert_eq!(released(leases, woken).await, Released::Free);
}

/// A released lease cannot be extended; releasing it again does no harm.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_released_lease_is_not_extended(leases: &impl Leases) {
    let held = taken(leases, "10:00", "10:01").await;
    assert_eq!(released(leases, held).await, Released::Free);
    assert_eq!(extended(leases, held, "10:05").await, None);
    assert_eq!(released(leases, held).await, Released::Free);
    taken(leases, "10:00", "10:01").await;
    assert_eq!(extended(leases, held, "10:05").await, None);
    assert_eq!(released(leases, held).await, Released::Lost);
}

/// Of concurrent callers one takes the lease, and cannot release it before it
/// has seen the wake-ups of the others.
///
/// # Panics
/// If the implementation does something else.
pub async fn of_concurrent_callers_one_takes_the_lease_and_sees_the_others_wakeups(
    leases: &impl Leases,
) {
    let all = join_all((0..8).map(|_| take(leases, "10:00", "10:01"))).await;
    let mut holders = all.iter().filter_map(|taken| match taken {
        LeaseResult::Held(held) => Some(*held),
        LeaseResult::AlreadyHeld => None,
    });
    let held = holders.next().expect("one takes it");
    assert_eq!(holders.next(), None);
    let Released::Woken(woken) = released(leases, held).await else {
        panic!("the other callers were wake-ups");
    };
    assert_eq!(released(leases, woken).await, Released::Free);
}

/// A caller that comes while the holder releases either takes the lease or is
/// seen by the holder as a wake-up.
///
/// # Panics
/// If the implementation does something else.
pub async fn no_wakeup_is_lost(leases: &impl Leases) {
    let now: Timestamp = at("10:00");
    let mut held = taken(leases, "10:00", "10:01").await;
    for round in 0..60 {
        let (left, taken) = join(released(leases, held), leases.take(now, at("10:01"))).await;
        held = match (left, taken.expect("the store answers")) {
            (Released::Free, LeaseResult::Held(next)) => next,
            (Released::Woken(woken), LeaseResult::AlreadyHeld) => woken,
            (left, taken) => panic!("in round {round}: {left:?}, and yet {taken:?}"),
        };
    }
}
