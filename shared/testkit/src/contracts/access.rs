//! What every implementation of `Access` must do.

use callsheet_app::ports::{Access, Denial};
use callsheet_domain::Timestamp;
use futures_util::future::join_all;

use crate::at;

fn denial(since: &str, next_probe_at: &str) -> Denial {
    Denial {
        since: at(since),
        reason: "401: check that the API key belongs to a workspace of this region".to_owned(),
        next_probe_at: at(next_probe_at),
    }
}

async fn stored(access: &impl Access) -> Option<Denial> {
    access.denial().await.expect("the store answers")
}

async fn deny(access: &impl Access, denial: &Denial) {
    access.deny(denial).await.expect("the store answers");
}

async fn claim(access: &impl Access, now: Timestamp, next_probe_at: Timestamp) -> bool {
    let claimed = access.claim_probe(now, next_probe_at).await;
    claimed.expect("the store answers")
}

/// Without a denial there is nothing to probe and nothing to end.
///
/// # Panics
/// If the implementation does something else.
pub async fn recall_admits_us_at_first(access: &impl Access) {
    assert_eq!(stored(access).await, None);
    assert!(!claim(access, at("09:30"), at("09:31")).await);
    access.admit().await.expect("the store answers");
    assert_eq!(stored(access).await, None);
}

/// A denial is read as it was stored. A later one keeps the instant of the first,
/// and an earlier probe does not replace a later one.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_denial_keeps_its_first_instant_and_its_latest_probe(access: &impl Access) {
    deny(access, &denial("09:30", "09:31")).await;
    assert_eq!(stored(access).await, Some(denial("09:30", "09:31")));
    deny(access, &denial("09:40", "09:41")).await;
    assert_eq!(stored(access).await, Some(denial("09:30", "09:41")));
    deny(access, &denial("09:35", "09:36")).await;
    assert_eq!(stored(access).await, Some(denial("09:30", "09:41")));
}

/// Of concurrent workers one claims the probe that is due, and none claims it early.
///
/// # Panics
/// If the implementation does something else.
pub async fn of_concurrent_workers_one_claims_a_probe(access: &impl Access) {
    deny(access, &denial("09:30", "09:31")).await;
    assert!(!claim(access, at("09:30:59"), at("09:32")).await);
    let claims = (0..8).map(|_| claim(access, at("09:31"), at("09:32")));
    let claimed = join_all(claims).await;
    assert_eq!(claimed.iter().filter(|claimed| **claimed).count(), 1);
    assert_eq!(stored(access).await, Some(denial("09:30", "09:32")));
    assert!(claim(access, at("09:32"), at("09:33")).await);
}

/// A probe that is returned may be claimed at once. One that another worker has claimed since
/// stays theirs, and without a denial there is none.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_probe_that_is_returned_may_be_claimed_at_once(access: &impl Access) {
    let return_it = async |now, until| {
        let returned = access.return_probe(at(now), at(until)).await;
        returned.expect("the store answers");
    };
    return_it("09:30", "09:31").await;
    assert_eq!(stored(access).await, None);
    deny(access, &denial("09:30", "09:31")).await;
    assert!(claim(access, at("09:31"), at("09:32")).await);
    return_it("09:31:05", "09:32:05").await;
    assert!(claim(access, at("09:31:05"), at("09:32:05")).await);
    return_it("09:31:06", "09:32").await;
    assert!(!claim(access, at("09:31:06"), at("09:33")).await);
}

/// After Recall admits us the denial is gone, and a new one begins anew.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_admission_ends_the_denial(access: &impl Access) {
    deny(access, &denial("09:30", "09:31")).await;
    access.admit().await.expect("the store answers");
    assert_eq!(stored(access).await, None);
    assert!(!claim(access, at("09:31"), at("09:32")).await);
    deny(access, &denial("09:50", "09:51")).await;
    assert_eq!(stored(access).await, Some(denial("09:50", "09:51")));
}
