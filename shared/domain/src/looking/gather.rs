//! How long a look waits so that it answers more.
//!
//! Each look costs the page that it ends on, full or not. In a storm many small
//! looks cost more pages than few large ones, and the pages are what there is
//! least of. So after a look of several pages the next one waits, in proportion
//! to what the last one cost; after a look of one page hardly at all. Where
//! nothing is going on nobody waits.

use jiff::SignedDuration;

use crate::Timestamp;
use crate::time::plus;

/// Intervals between two lists that a look waits, for each page of the last one.
const INTERVALS_A_PAGE: u32 = 2;
/// The most that it waits.
const MOST_INTERVALS: u32 = 10;

/// The earliest begin of a look after one that began at `began_at` and took
/// `pages`, where lists go `interval` after each other.
pub(super) fn earliest(began_at: Timestamp, pages: u32, interval: SignedDuration) -> Timestamp {
    let intervals = pages.saturating_mul(INTERVALS_A_PAGE).min(MOST_INTERVALS);
    plus(
        began_at,
        interval * i32::try_from(intervals).unwrap_or(i32::MAX),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(0, 0; "one that read nothing")]
    #[test_case(1, 2; "one page")]
    #[test_case(4, 8; "some pages")]
    #[test_case(90, 10; "many pages")]
    fn waits_for_what_the_last_look_cost(pages: u32, seconds: i64) {
        let began_at = Timestamp::UNIX_EPOCH;
        let next = earliest(began_at, pages, SignedDuration::from_secs(1));
        assert_eq!(
            next.duration_since(began_at),
            SignedDuration::from_secs(seconds)
        );
    }
}
