//! One rate limit, several processes: two functions, a resync and a command line
//! acquire permits from the real table, each by its own clock, and no sliding
//! minute holds more calls than the limit.

use aws_sdk_dynamodb::Client;
use callsheet_app::PortError;
use callsheet_app::ports::{PermitResult, RateLimits as _};
use callsheet_domain::{Operation, RateLimit, Timestamp, plus};
use callsheet_store::StateTable;
use jiff::SignedDuration;

use crate::servers::{local_dynamodb, second_opinion};
use crate::tables;

const LIMIT: usize = 60;
const BURST: u32 = 6;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// How long every caller acquires permits by its clock; clocks advance from call to call.
const LASTS: SignedDuration = SignedDuration::from_mins(5);

/// A process that acquires permits.
#[derive(Debug, Clone, Copy)]
struct Caller {
    /// How far its clock is ahead of the true time, in milliseconds.
    skew_ms: i64,
    /// How far ahead its permits may be; with zero it takes only permits of this instant.
    patience: SignedDuration,
    /// Number of permits it acquires at once.
    count: u32,
}

const CALLERS: [Caller; 4] = [
    Caller {
        skew_ms: 0,
        patience: SignedDuration::from_secs(52),
        count: 1,
    },
    Caller {
        skew_ms: 20,
        patience: SignedDuration::from_secs(52),
        count: 1,
    },
    Caller {
        skew_ms: 10,
        patience: SignedDuration::ZERO,
        count: 1,
    },
    Caller {
        skew_ms: -20,
        patience: SignedDuration::from_secs(20),
        count: 3,
    },
];

impl Caller {
    /// Acquires permits until its time is over; returns the true instants of its calls.
    async fn calls(self, state: StateTable, began: Timestamp) -> Vec<Timestamp> {
        let rate_limit = RateLimit::per_minute(u32::try_from(LIMIT).expect("small"), BURST);
        let ahead = SignedDuration::from_millis(self.skew_ms);
        let mut now = plus(began, ahead);
        let over = plus(now, LASTS);
        let mut calls = Vec::new();
        while now < over {
            let latest = plus(now, self.patience);
            let operation = Operation::ListEvents;
            match state
                .acquire(operation, rate_limit, self.count, now, latest)
                .await
            {
                Ok(PermitResult::Granted(permits)) => {
                    let instants: Vec<_> = permits.instants().map(|at| at.max(now)).collect();
                    calls.extend(instants.iter().map(|at| plus(*at, -ahead)));
                    // A call takes a while; the next permits are acquired after it.
                    let last = instants.last().copied().unwrap_or(now);
                    now = plus(last, SignedDuration::from_millis(200));
                }
                Ok(PermitResult::NotBefore(instant)) => now = instant.max(now),
                Err(PortError::Throttled { .. }) => tokio::task::yield_now().await,
                Err(error) => panic!("the table failed: {error}"),
            }
        }
        calls
    }
}

async fn keeps_to_the_limit(client: impl Fn() -> Client) {
    let (_, name) = tables::state_and_name(client()).await;
    let began = "2030-01-07T09:00:00Z".parse().expect("an instant");
    let callers = CALLERS.map(|caller| {
        // A client each, as each is a process of its own.
        let state = StateTable::new(client(), &name);
        tokio::spawn(caller.calls(state, began))
    });
    let mut calls = Vec::new();
    for caller in callers {
        calls.extend(caller.await.expect("it ends"));
    }
    calls.sort_unstable();
    for (index, first) in calls.iter().enumerate() {
        let end = plus(*first, MINUTE);
        let in_a_minute = calls[index..].partition_point(|call| *call < end);
        assert!(
            in_a_minute <= LIMIT,
            "{in_a_minute} calls in the minute from {first}"
        );
    }
    // Callers do not hinder each other: nearly all permits are used.
    assert!(
        calls.len() >= 5 * (LIMIT - 10),
        "only {} calls",
        calls.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sliding_minute_holds_more_calls_than_the_limit() {
    keeps_to_the_limit(local_dynamodb).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sliding_minute_holds_more_calls_than_the_limit_by_the_second_opinion() {
    keeps_to_the_limit(second_opinion).await;
}
