//! Arithmetic on instants that cannot fail.

use jiff::SignedDuration;

use jiff::Timestamp;

/// `by` after `at`, held within what an instant can be.
///
/// # Panics
/// Never: an exact duration has no calendar units to refuse.
#[must_use]
pub fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by)
        .expect("an exact duration has no calendar units to refuse")
}

/// `at` without what is finer than a microsecond: what is stored comes back equal.
///
/// # Panics
/// Never: a coarser instant is still in range.
#[must_use]
pub fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).expect("a coarser instant is still in range")
}
