//! How long a look waits so that it answers more.
//!
//! What changes while pages are read may be on them, and has to be listed once
//! more by the next look all the same, since its notice is sent after this one
//! began. So where much is going on, many small looks list half of it twice, and
//! pages are what there is least of. Where little is going on there is nothing
//! to gain, and nobody waits. So a look waits in proportion to the share of the
//! limit that it takes to list what changes.

use jiff::SignedDuration;

use super::PAGE;
use super::state::LatestSync;
use crate::time::plus;
use jiff::Timestamp;

/// Intervals between two lists that every look waits after the one before.
const INTERVALS: i32 = 2;
/// The most that it waits: so late may be what is known of a meeting in a storm.
const LONGEST: SignedDuration = SignedDuration::from_secs(30);
/// It waits longest where changes take this share of the limit, or more: one in so many.
const MUCH: i128 = 2;

/// The earliest begin of a look after one that began at `began_at`, where lists
/// go `interval` after each other.
pub(super) fn earliest(began_at: Timestamp, interval: SignedDuration) -> Timestamp {
    plus(began_at, interval * INTERVALS)
}

/// The earliest begin of a look at the workspace after `latest`.
pub(super) fn debounced(latest: &LatestSync, interval: SignedDuration) -> Timestamp {
    // Pages of changes that came in so long a time, over the pages that may be listed in it.
    let changed = i128::from(latest.listed) * interval.as_micros();
    let allowed = i128::from(PAGE) * latest.span().as_micros();
    let wait = LONGEST.as_micros() * MUCH * changed / allowed;
    let wait = i64::try_from(wait).map_or(LONGEST, SignedDuration::from_micros);
    let began_at = latest.reach.began_at;
    plus(began_at, wait.min(LONGEST)).max(earliest(began_at, interval))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync_plan::state::WorkspaceCoverage;
    use std::collections::BTreeSet;
    use test_case::test_case;

    #[test_case(0, 300 => 2; "nothing changed")]
    #[test_case(60, 300 => 2; "little")]
    #[test_case(1_500, 300 => 3; "a page in twenty seconds")]
    #[test_case(100, 1 => 12; "a meeting of a hundred people, at once")]
    #[test_case(700, 15 => 28; "a storm")]
    #[test_case(9_000, 60 => 30; "more than can be listed")]
    fn waits_for_as_much_as_is_going_on(listed: u32, seconds: i64) -> i64 {
        let began_at = Timestamp::UNIX_EPOCH;
        let latest = LatestSync {
            reach: WorkspaceCoverage {
                began_at,
                since: Some(plus(began_at, -SignedDuration::from_secs(seconds))),
                skipped: BTreeSet::new(),
            },
            until: began_at,
            pages: 1,
            listed,
        };
        let next = debounced(&latest, SignedDuration::from_secs(1));
        next.duration_since(began_at).as_secs()
    }
}
