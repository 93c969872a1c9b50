//! What every implementation of `Policies` must do.

use std::collections::BTreeSet;

use callsheet_app::ports::Policies;
use futures_util::future::join_all;

async fn enforce(policies: &impl Policies, fingerprint: &str) -> u64 {
    let enforced = policies.enforce(fingerprint).await;
    enforced.expect("the store answers").0
}

/// Asking again, as every start of a function does, changes nothing.
///
/// # Panics
/// If the law does not hold.
pub async fn a_policy_in_force_keeps_its_revision(policies: &impl Policies) {
    for _ in 0..3 {
        assert_eq!(enforce(policies, "external/any-answer/0f").await, 1);
    }
}

/// A policy that is not in force gets the next revision.
///
/// # Panics
/// If the law does not hold.
pub async fn a_new_policy_gets_the_next_revision(policies: &impl Policies) {
    for (fingerprint, revision) in [("one", 1), ("two", 2), ("two", 2), ("three", 3)] {
        assert_eq!(enforce(policies, fingerprint).await, revision);
    }
}

/// A policy that was in force before is as new as any other: decisions made
/// meanwhile must be made again.
///
/// # Panics
/// If the law does not hold.
pub async fn a_policy_that_comes_back_is_a_new_one(policies: &impl Policies) {
    for (fingerprint, revision) in [("one", 1), ("two", 2), ("one", 3)] {
        assert_eq!(enforce(policies, fingerprint).await, revision);
    }
}

/// Functions that start at once with the same new policy agree on its revision.
///
/// # Panics
/// If the law does not hold.
pub async fn of_many_that_bring_the_same_policy_one_numbers_it(policies: &impl Policies) {
    for (fingerprint, revision) in [("one", 1), ("two", 2)] {
        let all = join_all((0..6).map(|_| enforce(policies, fingerprint))).await;
        assert_eq!(all, [revision; 6]);
    }
}

/// Different policies brought at once, as in the middle of a deployment, are
/// never the same revision.
///
/// # Panics
/// If the law does not hold.
pub async fn policies_brought_at_once_get_revisions_of_their_own(policies: &impl Policies) {
    let fingerprints = ["one", "two", "three"];
    let all = join_all(fingerprints.iter().map(|one| enforce(policies, one))).await;
    let all: BTreeSet<_> = all.into_iter().collect();
    assert_eq!(all, BTreeSet::from([1, 2, 3]));
}
