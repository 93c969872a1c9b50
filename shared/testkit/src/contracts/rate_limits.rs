//! What every implementation of `RateLimits` must do.

use callsheet_app::PortError;
use callsheet_app::ports::{PermitResult, RateLimitUse, RateLimits, Throttling};
use callsheet_domain::{Operation, RateLimit, Timestamp, plus};
use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::at;

const OPERATION: Operation = Operation::ListEvents;

/// Sixty calls a minute, five of them at once: one each 1.08 seconds.
fn rate_limit() -> RateLimit {
    RateLimit::per_minute(60, 5)
}

/// Acquires permits, again and again while the store throttles.
async fn acquire(
    rate_limits: &impl RateLimits,
    operation: Operation,
    count: u32,
    now: Timestamp,
    latest: Timestamp,
) -> PermitResult {
    loop {
        match rate_limits
            .acquire(operation, rate_limit(), count, now, latest)
            .await
        {
            Ok(result) => return result,
            Err(PortError::Throttled { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("the store failed: {error}"),
        }
    }
}

/// The instants of permits for a caller that can wait all day.
async fn calls(
    rate_limits: &impl RateLimits,
    operation: Operation,
    count: u32,
    now: Timestamp,
) -> Vec<Timestamp> {
    match acquire(rate_limits, operation, count, now, at("23:00")).await {
        PermitResult::Granted(permits) => {
            permits.instants().map(|instant| instant.max(now)).collect()
        }
        PermitResult::NotBefore(instant) => panic!("a permit at {instant} is not too late"),
    }
}

/// With any number of concurrent callers, no sliding minute holds more calls
/// than the limit, and no permit is wasted.
///
/// # Panics
/// If the implementation does something else.
pub async fn callers_share_a_rate_limit(rate_limits: &impl RateLimits) {
    let caller = async |caller: i64| {
        let mut ours = Vec::new();
        for round in 0..10 {
            let now = plus(
                at("10:00"),
                SignedDuration::from_millis(round * 700 + caller),
            );
            ours.extend(calls(rate_limits, OPERATION, 3, now).await);
        }
        ours
    };
    let mut all = join_all((0..4).map(caller)).await.concat();
    all.sort();
    assert_eq!(all.len(), 120);
    let minute = SignedDuration::from_secs(60);
    for (index, first) in all.iter().enumerate() {
        let in_a_minute = all[index..]
            .iter()
            .take_while(|call| **call <= plus(*first, minute));
        assert!(in_a_minute.count() <= 60);
    }
    let last = plus(at("10:00"), rate_limit().interval() * 120);
    assert!(
        all.iter().all(|call| *call <= last),
        "some permits were wasted"
    );
}

/// If the first permit would come after the latest instant, none is granted,
/// and the result is when it would come. The latest instant itself is not too late.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_permit_that_would_come_too_late_is_not_granted(rate_limits: &impl RateLimits) {
    let now = at("10:00");
    assert_eq!(calls(rate_limits, OPERATION, 5, now).await, [now; 5]);
    let next = plus(now, rate_limit().interval());
    for _ in 0..3 {
        let result = acquire(rate_limits, OPERATION, 1, now, now).await;
        assert_eq!(result, PermitResult::NotBefore(next));
    }
    let PermitResult::Granted(permits) = acquire(rate_limits, OPERATION, 2, now, next).await else {
        panic!("the latest instant is not too late, though the second permit comes later");
    };
    assert_eq!((permits.first_at, permits.count), (next, 2));
}

/// While an operation is blocked no caller gets a permit before the end of the
/// block; from then on permits come one after the other.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_block_delays_every_caller(rate_limits: &impl RateLimits) {
    let (now, until) = (at("10:00"), at("10:02"));
    for _ in 0..2 {
        rate_limits
            .block_until(OPERATION, until)
            .await
            .expect("the store answers");
    }
    let result = acquire(rate_limits, OPERATION, 1, now, at("10:01")).await;
    assert_eq!(result, PermitResult::NotBefore(until));
    let callers = join_all((0..3).map(|_| calls(rate_limits, OPERATION, 1, now))).await;
    let mut all = callers.concat();
    all.sort();
    let interval = rate_limit().interval();
    assert_eq!(
        all,
        [until, plus(until, interval), plus(until, interval * 2)]
    );
}

/// A block that ends before the next free permit changes nothing.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_shorter_block_does_not_shorten_a_longer_one(rate_limits: &impl RateLimits) {
    let now = at("10:00");
    for until in ["10:02", "10:01"] {
        rate_limits
            .block_until(OPERATION, at(until))
            .await
            .expect("the store answers");
    }
    assert_eq!(calls(rate_limits, OPERATION, 1, now).await, [at("10:02")]);
}

/// Permits and blocks of one operation do not count for another.
///
/// # Panics
/// If the implementation does something else.
pub async fn operations_have_rate_limits_of_their_own(rate_limits: &impl RateLimits) {
    let now = at("10:00");
    let others = Operation::ALL.into_iter();
    let others = others.filter(|operation| *operation != OPERATION);
    rate_limits
        .block_until(OPERATION, at("11:00"))
        .await
        .expect("the store answers");
    for operation in others {
        assert_eq!(calls(rate_limits, operation, 5, now).await, [now; 5]);
    }
}

/// Permits are counted by minutes, of each operation on its own, with the limit of the last
/// caller. A block leaves the counts, and what was not granted does not count.
///
/// # Panics
/// If the implementation does something else.
pub async fn permits_are_counted_by_minutes(store: &(impl RateLimits + RateLimitUse)) {
    let used = async |now| {
        let used = store.permit_use().await.expect("the store answers");
        let of_minute = used.into_iter().map(|(operation, used)| {
            assert_eq!(used.limit, 60);
            (operation, used.of_last_minute(now))
        });
        of_minute.collect::<Vec<_>>()
    };
    assert_eq!(used(at("10:01")).await, []);
    calls(store, OPERATION, 3, at("10:00")).await;
    calls(store, Operation::GetBot, 1, at("10:00")).await;
    calls(store, OPERATION, 5, at("10:00:50")).await;
    let late = acquire(store, OPERATION, 1, at("10:00:50"), at("10:00:50")).await;
    assert!(matches!(late, PermitResult::NotBefore(_)), "{late:?}");
    assert_eq!(
        used(at("10:01")).await,
        [(OPERATION, 8), (Operation::GetBot, 1)]
    );
    let blocked = store.block_until(OPERATION, at("10:02")).await;
    blocked.expect("the store answers");
    calls(store, OPERATION, 2, at("10:01:30")).await;
    assert_eq!(
        used(at("10:01:40")).await,
        [(OPERATION, 8), (Operation::GetBot, 1)]
    );
    assert_eq!(
        used(at("10:02")).await,
        [(OPERATION, 2), (Operation::GetBot, 0)]
    );
}

/// The end of the last block of an operation is remembered after permits were acquired. One
/// that changed nothing is not.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_end_of_the_last_block_is_remembered(store: &(impl RateLimits + Throttling)) {
    let blocked = async |operation| {
        let blocked = store.blocked_until(operation).await;
        blocked.expect("the store answers")
    };
    assert_eq!(blocked(OPERATION).await, None);
    calls(store, OPERATION, 1, at("09:00")).await;
    assert_eq!(blocked(OPERATION).await, None, "a permit is no block");
    for until in ["10:02", "10:01"] {
        let answer = store.block_until(OPERATION, at(until)).await;
        answer.expect("the store answers");
    }
    calls(store, OPERATION, 1, at("11:00")).await;
    assert_eq!(blocked(OPERATION).await, Some(at("10:02")));
    assert_eq!(blocked(Operation::GetCalendar).await, None);
}
