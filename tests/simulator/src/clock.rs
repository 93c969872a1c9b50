//! The wall clock, in whole microseconds, as the service writes its times.

use jiff::Timestamp;

/// Reads the wall clock: the simulator stands in for a service, which has a clock of its own.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the simulator reads the time"
)]
pub(crate) fn now() -> Timestamp {
    whole_microseconds(Timestamp::now())
}

/// Drops what is finer than a microsecond, so that a time survives being written and read.
pub(crate) fn whole_microseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond())
        .expect("a timestamp cut to microseconds stays in range")
}

/// RFC 3339 in UTC with six digits, as in `2025-01-29T23:49:58.570998Z`.
pub(crate) fn precise(time: Timestamp) -> String {
    format!("{time:.6}")
}
