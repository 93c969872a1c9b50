//! Permits to call Recall: who precedes whom, and for how long a caller waits.

use std::time::Duration;

use callsheet_app::ports::{Clock as _, RateLimits as _};
use callsheet_app::{
    AcquireError, CallTerms, PortError, Priority, RateLimiter, RecallCalls, Service,
};
use callsheet_domain::{Operation, RateLimit, Timestamp, plus};
use callsheet_testkit::{ManualClock, MemoryState, at};
use jiff::SignedDuration;
use test_case::test_case;

const OPERATION: Operation = Operation::ListEvents;

/// Three calls at once, then about one a second.
fn rate_limit() -> RateLimit {
    RateLimit::per_minute(60, 3)
}

fn terms(priority: Priority, latest: &str) -> CallTerms {
    CallTerms {
        priority,
        latest: at(latest),
    }
}

/// Acquires so many permits from half past nine on; gives the instants of the calls.
async fn acquired(priority: Priority, permits: usize) -> Vec<Timestamp> {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    let limiter = RateLimiter {
        rate_limits: &state,
        clock: &clock,
    };
    let mut instants = Vec::new();
    for _ in 0..permits {
        let acquired = limiter.acquire(OPERATION, rate_limit(), terms(priority, "09:40"));
        acquired.await.expect("there is time");
        instants.push(clock.now());
    }
    instants
}

#[test_case(Priority::Live => 3; "live work uses the whole burst")]
#[test_case(Priority::Background => 2; "background work leaves one permit unused")]
#[test_case(Priority::Operator => 1; "an operator's command leaves two permits unused")]
#[tokio::test]
async fn a_rate_limit_is_used_by_priority(priority: Priority) -> usize {
    let instants = acquired(priority, 3).await;
    instants
        .into_iter()
        .filter(|at_| *at_ == at("09:30"))
        .count()
}

#[test_case(Priority::Live)]
#[test_case(Priority::Background)]
#[test_case(Priority::Operator)]
#[tokio::test]
async fn permits_after_the_burst_are_an_interval_apart(priority: Priority) {
    let instants = acquired(priority, 6).await;
    let gap = instants[5].duration_since(instants[4]);
    assert_eq!(gap, rate_limit().interval());
}

#[tokio::test]
async fn live_work_does_not_wait_for_background_work() {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    let limiter = RateLimiter {
        rate_limits: &state,
        clock: &clock,
    };
    for _ in 0..5 {
        let acquired = limiter.acquire(
            OPERATION,
            rate_limit(),
            terms(Priority::Background, "09:40"),
        );
        acquired.await.expect("there is time");
    }
    let now = clock.now();
    let acquired = limiter.acquire(OPERATION, rate_limit(), terms(Priority::Live, "09:40"));
    acquired.await.expect("a permit was left unused");
    assert_eq!(clock.now(), now);
}

#[test_case(Priority::Live)]
#[test_case(Priority::Background)]
#[tokio::test]
async fn no_permit_is_acquired_after_the_deadline(priority: Priority) {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    let limiter = RateLimiter {
        rate_limits: &state,
        clock: &clock,
    };
    let acquired = limiter.acquire(OPERATION, rate_limit(), terms(priority, "09:29"));
    assert!(matches!(acquired.await, Err(AcquireError::DeadlineReached)));
    assert_eq!(state.next_free(OPERATION), None, "no permit is used up");
}

#[tokio::test]
async fn a_rate_limit_that_is_blocked_beyond_the_deadline_has_live_work_come_back() {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    let limiter = RateLimiter {
        rate_limits: &state,
        clock: &clock,
    };
    let blocked = state.block_until(OPERATION, at("09:50")).await;
    blocked.expect("memory");
    let acquired = limiter.acquire(OPERATION, rate_limit(), terms(Priority::Live, "09:40"));
    match acquired.await {
        Err(AcquireError::RateLimited(instant)) => assert!(instant >= at("09:50")),
        other => panic!("{other:?}"),
    }
    let acquired = limiter.acquire(
        OPERATION,
        rate_limit(),
        terms(Priority::Background, "09:40"),
    );
    assert!(matches!(acquired.await, Err(AcquireError::DeadlineReached)));
    assert_eq!(clock.now(), at("09:30"), "neither waited");
}

#[tokio::test]
async fn every_caller_backs_off_for_as_long_as_recall_asks() {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    let limiter = RateLimiter {
        rate_limits: &state,
        clock: &clock,
    };
    let throttled = PortError::Throttled {
        service: Service::Recall,
        wait: Duration::from_secs(20),
    };
    let reply = limiter.back_off::<()>(OPERATION, Err(throttled)).await;
    assert!(matches!(reply, Err(PortError::Throttled { .. })));
    let acquired = limiter.acquire(OPERATION, rate_limit(), CallTerms::OPERATOR);
    acquired.await.expect("it waits as long as it takes");
    let waited = SignedDuration::from_secs(20);
    assert!(clock.now() >= plus(at("09:30"), waited));
}

#[tokio::test]
async fn no_caller_backs_off_after_any_other_reply() {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    let limiter = RateLimiter {
        rate_limits: &state,
        clock: &clock,
    };
    let reply = limiter.back_off(OPERATION, Ok(7)).await;
    assert_eq!(reply.expect("a reply"), 7);
    let failed = PortError::Unavailable {
        service: Service::Recall,
        reason: "status 502".to_owned(),
        source: None,
    };
    let reply = limiter.back_off::<()>(OPERATION, Err(failed)).await;
    assert!(matches!(reply, Err(PortError::Unavailable { .. })));
    assert_eq!(state.next_free(OPERATION), None, "nothing is blocked");
}

/// A call that is made late would arrive among those of later permits.
#[test_case(250 => 1; "in time")]
#[test_case(251 => 2; "late: its permit is dropped")]
#[tokio::test]
async fn a_call_has_a_permit_that_is_not_older_than_a_quarter_of_a_second(millis: i64) -> usize {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    let calls = RecallCalls::admitted(&state, &clock);
    let terms = terms(Priority::Live, "09:40");
    let limit = RateLimit::per_minute(60, 1);
    let first = calls.acquire(OPERATION, limit, terms).await;
    first.expect("there is time");
    clock.advance(SignedDuration::from_millis(millis));
    let in_time = calls.be_in_time(OPERATION, limit, terms).await;
    in_time.expect("there is time");
    let again = calls.be_in_time(OPERATION, limit, terms).await;
    again.expect("it is still in time");
    let next = state.next_free(OPERATION).expect("permits were acquired");
    let acquired = next.0.duration_since(at("09:30")).as_millis() / limit.interval().as_millis();
    usize::try_from(acquired).expect("few")
}
