//! Statistics of calls that the simulator logged.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use recall_simulator::CallRecord;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Number of calls that were answered 429.
pub(crate) fn rate_limited(calls: &[CallRecord]) -> usize {
    calls.iter().filter(|call| call.status == Some(429)).count()
}

/// Times of arrival, in order.
pub(crate) fn arrivals(calls: &[CallRecord]) -> Vec<Timestamp> {
    let mut arrivals: Vec<_> = calls.iter().map(|call| call.received_at).collect();
    arrivals.sort_unstable();
    arrivals
}

/// Most calls that were in flight at one time.
pub(crate) fn max_in_flight(calls: &[CallRecord]) -> usize {
    let starts = calls.iter().map(|call| (call.received_at, 1_isize));
    let ends = calls
        .iter()
        .filter_map(|call| Some((call.answered_at?, -1)));
    let mut steps: Vec<_> = starts.chain(ends).collect();
    steps.sort_unstable();
    let in_flight = steps.iter().scan(0, |count, (_, by)| {
        *count += by;
        Some(*count)
    });
    in_flight.max().unwrap_or(0).unsigned_abs()
}

/// Number of events for which a bot was scheduled.
pub(crate) fn events_with_bot(calls: &[CallRecord]) -> usize {
    let succeeded = calls.iter().filter(|call| call.status == Some(200));
    succeeded
        .filter_map(|call| call.event)
        .collect::<BTreeSet<_>>()
        .len()
}

/// Most places between the first call for an event and its place in the order of start times.
pub(crate) fn max_displacement(calls: &[CallRecord]) -> usize {
    let mut first_calls = BTreeMap::new();
    for call in calls {
        first_calls
            .entry(call.event)
            .or_insert((call.sequence, call.meeting_start));
    }
    let mut by_arrival: Vec<_> = first_calls.into_values().collect();
    by_arrival.sort_unstable();
    let mut by_start: Vec<_> = by_arrival.iter().enumerate().collect();
    by_start.sort_by_key(|(_, (_, start))| *start);
    let displacements = by_start
        .iter()
        .enumerate()
        .map(|(place, (arrival, _))| place.abs_diff(*arrival));
    displacements.max().unwrap_or(0)
}

/// Fewest arrivals in any full minute between the first arrival and the last; `None` if these are
/// less than a minute apart. The arrivals are in order.
pub(crate) fn fewest_per_minute(arrivals: &[Timestamp]) -> Option<usize> {
    let (first, last) = (*arrivals.first()?, *arrivals.last()?);
    let before = |time: Timestamp| arrivals.partition_point(|arrival| *arrival < time);
    // The fewest are in a minute that starts with the first arrival or directly after an arrival.
    let after = |arrival: &Timestamp| plus(*arrival, SignedDuration::from_micros(1));
    std::iter::once(first)
        .chain(arrivals.iter().map(after))
        .take_while(|start| plus(*start, MINUTE) <= last)
        .map(|start| before(plus(start, MINUTE)) - before(start))
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_per_minute_are_counted_in_full_minutes_only() {
        let arrivals = |seconds: &[i64]| -> Vec<_> {
            let at = |second: &i64| Timestamp::from_second(*second).unwrap();
            seconds.iter().map(at).collect()
        };
        assert_eq!(fewest_per_minute(&arrivals(&[0, 30, 59])), None);
        assert_eq!(fewest_per_minute(&arrivals(&[0, 30, 60])), Some(2));
        assert_eq!(fewest_per_minute(&arrivals(&[0, 40, 80, 120])), Some(1));
    }
}
