//! What is made of instants and durations that were seen.

use callsheet_domain::Timestamp;
use jiff::SignedDuration;
use recall_simulator::CallRecord;
use serde_json::{Value, json};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// The most of `times` that lie in one minute, its far end excluded.
pub(crate) fn peak(times: &[Timestamp]) -> usize {
    let mut times = times.to_vec();
    times.sort_unstable();
    let mut first = 0;
    let mut peak = 0;
    for (index, time) in times.iter().enumerate() {
        while time.duration_since(times[first]) >= MINUTE {
            first += 1;
        }
        peak = peak.max(index + 1 - first);
    }
    peak
}

/// Seconds from one instant to another, to a tenth; none if there is no other.
pub(crate) fn seconds(from: Timestamp, to: Option<Timestamp>) -> Value {
    to.map_or(Value::Null, |to| {
        json!(tenths(to.duration_since(from).as_secs_f64()))
    })
}

/// A count to reckon with; there are never so many that it would not be exact.
pub(crate) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The most calls that were under way at one instant.
pub(crate) fn most_at_once(calls: &[CallRecord]) -> usize {
    let begun = calls.iter().map(|call| (call.received_at, 1_isize));
    let ended = calls
        .iter()
        .filter_map(|call| Some((call.answered_at?, -1)));
    let mut steps: Vec<_> = begun.chain(ended).collect();
    steps.sort_unstable();
    let under_way = steps.iter().scan(0, |count, (_, by)| {
        *count += by;
        Some(*count)
    });
    under_way.max().unwrap_or(0).unsigned_abs()
}

/// The one in the middle of sorted numbers.
pub(crate) fn middle(sorted: &[f64]) -> f64 {
    percentile(sorted, 50)
}

/// The smallest of sorted numbers that `percent` of them do not exceed.
pub(crate) fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(place - 1).copied().unwrap_or(f64::NAN)
}

/// Rounded to a hundredth.
pub(crate) fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Rounded to a tenth.
pub(crate) fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_of_a_minute_excludes_its_far_end() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(peak(&[at(0), at(59), at(60), at(61)]), 3);
    }

    #[test]
    fn percentiles_are_numbers_that_were_seen() {
        let sorted = [1.0, 2.0, 3.0, 4.0];
        let seen = [1, 50, 99, 100].map(|percent| percentile(&sorted, percent).to_bits());
        assert_eq!(seen, [1.0, 2.0, 4.0, 4.0].map(f64::to_bits));
    }
}
