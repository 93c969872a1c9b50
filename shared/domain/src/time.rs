//! Arithmetic on instants that cannot fail.

use jiff::SignedDuration;

use jiff::Timestamp;

/// The instant `by` after `at`, limited to the range of instants.
///
/// # Panics
/// Never: an exact duration has no calendar units to refuse.
#[must_use]
pub fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by)
        .expect("an exact duration has no calendar units to refuse")
}

/// `at` in whole microseconds, the precision in which instants are stored.
///
/// # Panics
/// Never: a coarser instant is still in range.
#[must_use]
pub fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).expect("a coarser instant is still in range")
}

/// An instant to the minute, as a sentence for people has it.
pub(crate) fn date_and_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
