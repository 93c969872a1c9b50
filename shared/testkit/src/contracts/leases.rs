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

/// While one holds the lease nobody else gets it; whoever asks rings.
///
/// # Panics
/// If the law does not hold.
pub async fn one_holds_the_lease(leases: &impl Leases) {
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

/// A lease given back is taken at once, under a larger fence, and what rang
/// before is heard.
///
/// # Panics
/// If the law does not hold.
pub async fn a_lease_given_back_is_free(leases: &impl Leases) {
    let mut before = taken(leases, "10:00", "10:01").await;
    for _ in 0..3 {
        assert_eq!(released(leases, before).await, Released::Free);
        let held = taken(leases, "10:00", "10:01").await;
        assert!(held.fence > before.fence);
        assert_eq!(held.wakeups, before.wakeups);
        before = held;
    }
}

/// A lease that ran out is taken from the instant on at which it did, and its
/// old holder can neither stay nor give it back.
///
/// # Panics
/// If the law does not hold.
pub async fn a_lease_that_ran_out_is_taken(leases: &impl Leases) {
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
        panic!("somebody rang");
    };
    assert_eq!(held.until, at("10:02"), "the old holder moved nothing");
    assert_eq!(released(leases, held).await, Released::Free);
    // One that ran out but was not taken is still its holder's.
    let alone = taken(leases, "10:00", "10:01").await;
    let alone = extended(leases, alone, "10:09").await;
    assert_eq!(alone.map(|held| held.until), Some(at("10:09")));
}

/// Whoever rings keeps the lease from being given back, once.
///
/// # Panics
/// If the law does not hold.
pub async fn a_ring_is_heard_before_the_release(leases: &impl Leases) {
    let held = taken(leases, "10:00", "10:01").await;
    for _ in 0..3 {
        assert_eq!(
            take(leases, "10:00", "10:05").await,
            LeaseResult::AlreadyHeld
        );
    }
    let Released::Woken(overrides_read) = released(leases, held).await else {
        panic!("three have rung");
    };
    assert_eq!(
        (overrides_read.fence, overrides_read.until),
        (held.fence, held.until)
    );
    assert!(overrides_read.wakeups > held.wakeups);
    assert_eq!(
        take(leases, "10:00", "10:05").await,
        LeaseResult::AlreadyHeld,
        "it is still held"
    );
    let Released::Woken(overrides_read) = released(leases, overrides_read).await else {
        panic!("a fourth has rung");
    };
    assert_eq!(released(leases, overrides_read).await, Released::Free);
}

/// Extending a lease does not count as having heard who rang meanwhile.
///
/// # Panics
/// If the law does not hold.
pub async fn staying_hears_nothing(leases: &impl Leases) {
    let held = taken(leases, "10:00", "10:01").await;
    assert_eq!(
        take(leases, "10:00", "10:01").await,
        LeaseResult::AlreadyHeld
    );
    let stayed = extended(leases, held, "10:03").await.expect("it is held");
    let expected = Held {
        until: at("10:03"),
        ..held
    };
    assert_eq!(stayed, expected);
    assert_eq!(
        take(leases, "10:02", "10:05").await,
        LeaseResult::AlreadyHeld
    );
    let Released::Woken(overrides_read) = released(leases, stayed).await else {
        panic!("two have rung");
    };
    assert_eq!(overrides_read.until, at("10:03"));
    assert_eq!(released(leases, overrides_read).await, Released::Free);
}

/// A lease given back cannot be extended; to give it back again does no harm.
///
/// # Panics
/// If the law does not hold.
pub async fn a_lease_given_back_is_not_held_on_to(leases: &impl Leases) {
    let held = taken(leases, "10:00", "10:01").await;
    assert_eq!(released(leases, held).await, Released::Free);
    assert_eq!(extended(leases, held, "10:05").await, None);
    assert_eq!(released(leases, held).await, Released::Free);
    taken(leases, "10:00", "10:01").await;
    assert_eq!(extended(leases, held, "10:05").await, None);
    assert_eq!(released(leases, held).await, Released::Lost);
}

/// Of many that come at once one gets the lease, and cannot leave without
/// having heard the others.
///
/// # Panics
/// If the law does not hold.
pub async fn of_many_that_come_at_once_one_gets_it_and_hears_the_others(leases: &impl Leases) {
    let all = join_all((0..8).map(|_| take(leases, "10:00", "10:01"))).await;
    let mut holders = all.iter().filter_map(|taken| match taken {
        LeaseResult::Held(held) => Some(*held),
        LeaseResult::AlreadyHeld => None,
    });
    let held = holders.next().expect("one gets it");
    assert_eq!(holders.next(), None);
    let Released::Woken(overrides_read) = released(leases, held).await else {
        panic!("the others have rung");
    };
    assert_eq!(released(leases, overrides_read).await, Released::Free);
}

/// Whoever comes just as the holder leaves either gets the lease or is heard.
///
/// # Panics
/// If the law does not hold.
pub async fn no_bell_is_unheard(leases: &impl Leases) {
    let now: Timestamp = at("10:00");
    let mut held = taken(leases, "10:00", "10:01").await;
    for round in 0..60 {
        let (left, came) = join(released(leases, held), leases.take(now, at("10:01"))).await;
        held = match (left, came.expect("the store answers")) {
            (Released::Free, LeaseResult::Held(next)) => next,
            (Released::Woken(overrides_read), LeaseResult::AlreadyHeld) => overrides_read,
            (left, came) => panic!("in round {round}: {left:?}, and yet {came:?}"),
        };
    }
}
