//! Numbers of a report: seconds, percentiles, rounding.

use callsheet_domain::Timestamp;
use serde_json::{Value, json};

/// Seconds from one time to another, to a tenth; null without the other.
pub(crate) fn seconds(from: Timestamp, to: Option<Timestamp>) -> Value {
    to.map_or(Value::Null, |to| {
        json!(tenths(to.duration_since(from).as_secs_f64()))
    })
}

/// A count as a floating-point number, which is exact for every count of a benchmark.
pub(crate) fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Median of sorted numbers.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    percentile(sorted, 50)
}

/// Percentile of sorted numbers: the smallest of them that `percent` of them do not exceed.
pub(crate) fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}

/// Rounds to a hundredth.
pub(crate) fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Rounds to a tenth.
pub(crate) fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_among_the_numbers() {
        let sorted = [1.0, 2.0, 3.0, 4.0];
        let percentiles = [1, 50, 99, 100].map(|percent| percentile(&sorted, percent).to_bits());
        assert_eq!(percentiles, [1.0, 2.0, 4.0, 4.0].map(f64::to_bits));
    }
}
