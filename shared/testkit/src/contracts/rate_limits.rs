//! What every implementation of `RateLimits` must do.

use callsheet_app::PortError;
use callsheet_app::ports::{PermitResult, RateLimits};
use callsheet_domain::{Operation, RateLimit, Timestamp, plus};
use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::at;

const OPERATION: Operation = Operation::ListEvents;

/// Sixty a minute, of which five at once: a call each 1.08 seconds.
fn rate_limit() -> RateLimit {
    RateLimit::per_minute(60, 5)
}

/// Draws, as often as the store says that too many do.
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
            Ok(allowed) => return allowed,
            Err(PortError::Throttled { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("the store answers: {error}"),
        }
    }
}

/// When the calls go that are drawn by one who has all the time of the day.
async fn calls(
    rate_limits: &impl RateLimits,
    operation: Operation,
    count: u32,
    now: Timestamp,
) -> Vec<Timestamp> {
    match acquire(rate_limits, operation, count, now, at("23:00")).await {
        PermitResult::Granted(draw) => draw.instants().map(|instant| instant.max(now)).collect(),
        PermitResult::NotBefore(instant) => panic!("there is time enough for a call at {instant}"),
    }
}

/// However many draw at once, no sliding minute holds more than the limit, and
/// nothing of it is wasted.
///
/// # Panics
/// If the law does not hold.
pub async fn callers_share_a_budget(rate_limits: &impl RateLimits) {
    let caller = async |caller: i64| {
        let mut ours = Vec::new();
        for turn in 0..10 {
            let now = plus(
                at("10:00"),
                SignedDuration::from_millis(turn * 700 + caller),
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
        "some of the budget was wasted"
    );
}

/// Where the first call would go after the latest instant nothing is drawn,
/// and the answer is when it could go. The latest instant itself is soon enough.
///
/// # Panics
/// If the law does not hold.
pub async fn a_draw_that_would_come_too_late_draws_nothing(rate_limits: &impl RateLimits) {
    let now = at("10:00");
    assert_eq!(calls(rate_limits, OPERATION, 5, now).await, [now; 5]);
    let next = plus(now, rate_limit().interval());
    for _ in 0..3 {
        let answer = acquire(rate_limits, OPERATION, 1, now, now).await;
        assert_eq!(answer, PermitResult::NotBefore(next));
    }
    let PermitResult::Granted(drawn) = acquire(rate_limits, OPERATION, 2, now, next).await else {
        panic!("the latest instant is soon enough, though the second call goes later");
    };
    assert_eq!((drawn.first_at, drawn.count), (next, 2));
}

/// After a hold nobody calls before its end, and then one after the other.
///
/// # Panics
/// If the law does not hold.
pub async fn a_hold_moves_everybody(rate_limits: &impl RateLimits) {
    let (now, until) = (at("10:00"), at("10:02"));
    for _ in 0..2 {
        rate_limits
            .block_until(OPERATION, until)
            .await
            .expect("the store answers");
    }
    let answer = acquire(rate_limits, OPERATION, 1, now, at("10:01")).await;
    assert_eq!(answer, PermitResult::NotBefore(until));
    let callers = join_all((0..3).map(|_| calls(rate_limits, OPERATION, 1, now))).await;
    let mut all = callers.concat();
    all.sort();
    let interval = rate_limit().interval();
    assert_eq!(
        all,
        [until, plus(until, interval), plus(until, interval * 2)]
    );
}

/// A hold that ends before what is spent already changes nothing.
///
/// # Panics
/// If the law does not hold.
pub async fn a_shorter_hold_shortens_nothing(rate_limits: &impl RateLimits) {
    let now = at("10:00");
    for until in ["10:02", "10:01"] {
        rate_limits
            .block_until(OPERATION, at(until))
            .await
            .expect("the store answers");
    }
    assert_eq!(calls(rate_limits, OPERATION, 1, now).await, [at("10:02")]);
}

/// What is spent on one kind of call is not spent on another.
///
/// # Panics
/// If the law does not hold.
pub async fn operations_have_budgets_of_their_own(rate_limits: &impl RateLimits) {
    let now = at("10:00");
    let others = [
        Operation::GetCalendar,
        Operation::ScheduleBot,
        Operation::UnscheduleBot,
        Operation::ListCalendars,
        Operation::DeleteCalendar,
    ];
    rate_limits
        .block_until(OPERATION, at("11:00"))
        .await
        .expect("the store answers");
    for operation in others {
        assert_eq!(calls(rate_limits, operation, 5, now).await, [now; 5]);
    }
}
