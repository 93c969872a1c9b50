//! Debouncing: how long a sync waits so that it covers more requests.
//!
//! A change during a sync may be on its pages, but the next sync lists it again, because
//! its request is sent after this sync started. Under load, many small syncs list half of
//! the changes twice, and pages are the scarcest resource. Without load, waiting gains
//! nothing. So a sync waits in proportion to the share of the rate limit that listing the
//! changes takes.

use jiff::SignedDuration;

use super::listing::PAGE;
use super::plan::ListingOptions;
use super::state::LatestSync;
use crate::time::plus;
use jiff::Timestamp;

/// The least wait after the previous sync, in intervals between two calls.
const INTERVALS: i32 = 2;
/// The same for each page of the previous sync while windows are urgent: requests take a twelfth
/// of the limit. A list of near events alone waits so long in all: its windows have what it
/// leaves, and with more to list it would become [too long](super::distant) itself.
const INTERVALS_BESIDE_WINDOWS: i32 = 12;
/// The longest wait: under load, decisions may be this late.
const LONGEST: SignedDuration = SignedDuration::from_secs(30);
/// The wait is longest if the changes take one part in this many of the limit, or more.
const MUCH: i128 = 2;

/// The earliest start of a sync after one that started at `began_at`, with `interval`
/// between two calls.
pub(super) fn earliest(began_at: Timestamp, interval: SignedDuration) -> Timestamp {
    plus(began_at, interval * INTERVALS)
}

/// The earliest start of a sync of the workspace after `latest`.
pub(super) fn debounced(latest: &LatestSync, options: ListingOptions) -> Timestamp {
    let interval = options.interval;
    // The pages that the changes took, over the pages that the limit allows in the same time.
    let changed = i128::from(latest.listed) * interval.as_micros();
    let allowed = i128::from(PAGE) * latest.span().as_micros();
    let wait = LONGEST.as_micros() * MUCH * changed / allowed;
    let wait = i64::try_from(wait).map_or(LONGEST, SignedDuration::from_micros);
    let began_at = latest.reach.began_at;
    let least = if options.are_windows_urgent {
        let is_of_near = latest.reach.starts_until.is_some();
        let pages = if is_of_near { 1 } else { latest.pages.max(1) };
        let pages = i32::try_from(pages).unwrap_or(i32::MAX);
        let intervals = INTERVALS_BESIDE_WINDOWS.saturating_mul(pages);
        plus(began_at, (interval * intervals).min(LONGEST))
    } else {
        earliest(began_at, interval)
    };
    plus(began_at, wait.min(LONGEST)).max(least)
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
    #[test_case(700, 15 => 28; "heavy load")]
    #[test_case(9_000, 60 => 30; "more than can be listed")]
    fn waits_longer_under_load(listed: u32, seconds: i64) -> i64 {
        waits((1, listed), seconds, false)
    }

    #[test_case(1, 0, 300 => 12; "nothing changed")]
    #[test_case(2, 150, 60 => 24; "some changes")]
    #[test_case(3, 250, 60 => 30; "many")]
    #[test_case(1, 700, 15 => 28; "heavy load")]
    fn waits_longer_while_windows_are_urgent(pages: u32, listed: u32, seconds: i64) -> i64 {
        waits((pages, listed), seconds, true)
    }

    #[test_case(1, 0, 300 => 12; "nothing changed")]
    #[test_case(3, 250, 60 => 12; "some changes")]
    #[test_case(16, 1_600, 60 => 16; "many")]
    fn a_list_of_near_events_waits_no_longer_for_its_pages(
        pages: u32,
        listed: u32,
        seconds: i64,
    ) -> i64 {
        let mut latest = latest((pages, listed), seconds);
        let began_at = latest.reach.began_at;
        latest.reach.starts_until = Some(plus(began_at, SignedDuration::from_hours(25)));
        let next = debounced(&latest, options(true));
        next.duration_since(began_at).as_secs()
    }

    fn waits((pages, listed): (u32, u32), seconds: i64, are_windows_urgent: bool) -> i64 {
        let latest = latest((pages, listed), seconds);
        let next = debounced(&latest, options(are_windows_urgent));
        next.duration_since(latest.reach.began_at).as_secs()
    }

    fn latest((pages, listed): (u32, u32), seconds: i64) -> LatestSync {
        let began_at = Timestamp::UNIX_EPOCH;
        LatestSync {
            reach: WorkspaceCoverage {
                began_at,
                since: Some(plus(began_at, -SignedDuration::from_secs(seconds))),
                starts_until: None,
                skipped: BTreeSet::new(),
                policy: crate::revision::PolicyRevision(0),
            },
            until: began_at,
            pages,
            listed,
        }
    }

    fn options(are_windows_urgent: bool) -> ListingOptions {
        ListingOptions {
            lists_workspace: true,
            interval: SignedDuration::from_secs(1),
            are_windows_urgent,
            leaves_full_syncs: false,
        }
    }
}
