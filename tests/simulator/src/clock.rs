//! Wall clock in whole microseconds, the precision of the service's timestamps.

use jiff::Timestamp;

/// Current time. The simulator replaces a service, which has a clock of its own.
#[expect(
    clippy::disallowed_methods,
    reason = "the only place where the simulator reads the wall clock"
)]
pub(crate) fn now() -> Timestamp {
    whole_microseconds(Timestamp::now())
}

/// Truncates to microseconds, so that a timestamp is unchanged after formatting and parsing.
pub(crate) fn whole_microseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond())
        .expect("a timestamp cut to microseconds stays in range")
}

/// Formats as RFC 3339 in UTC with six decimals, as in `2025-01-29T23:49:58.570998Z`.
pub(crate) fn precise(time: Timestamp) -> String {
    format!("{time:.6}")
}
