//! The goals of a workspace at Recall's published limits, held against a week.

use std::collections::BTreeMap;

use crate::lateness::{Cause, Distance, Group, Phase, Samples};
use crate::report::{ratio, table, time};
use crate::world::Simulated;

/// So many of a hundred changes are decided in time.
const SHARE: usize = 99;
/// A change to a meeting of the next day is decided within so many seconds.
const DECIDED: f64 = 60.0;
/// After a push it takes so many times as long as at the limit, and a minute.
const RATIO: f64 = 1.15;
/// An urgent meeting has its bot within so many seconds, while the copies of a large one are due.
const URGENT: f64 = 5.0;

/// The goals as a table: what was measured, and whether it is met.
pub(crate) fn goals(simulated: &Simulated) -> String {
    let mut table = table(&["goal", "at most", "measured", "met"], 1);
    let mut add = |goal: &str, most: String, measured: Option<(String, bool)>| {
        let (measured, is_met) = measured.unwrap_or(("–".to_owned(), true));
        let met = if is_met { "yes" } else { "no" };
        table.add_row([goal, &most, &measured, met]);
    };
    let lateness = &simulated.lateness;
    for phase in [
        Phase::Usual,
        Phase::Push,
        Phase::MassConnection,
        Phase::AllHands,
        Phase::CatchUp,
    ] {
        let decided = near(&lateness.decided, phase);
        let measured = share(decided).map(|seconds| (time(seconds), seconds <= DECIDED));
        let goal = format!("a change within 24 h is decided: {}", phase.as_str());
        add(&goal, time(DECIDED), measured);
    }
    let urgent = share(near(&lateness.bots, Phase::AllHands));
    let urgent = urgent.map(|seconds| (time(seconds), seconds <= URGENT));
    add(
        "a changed meeting has its bot: all-hands moved",
        time(URGENT),
        urgent,
    );
    for within in &simulated.after_push {
        let ratio = ratio(within).map(|ratio| (format!("{ratio:.2}"), ratio <= RATIO));
        let goal = format!("after the push, {} h: times the limit's time", within.hours);
        add(&goal, RATIO.to_string(), ratio);
    }
    let text = table.trim_fmt();
    format!("{text}\n\nOf changes, {SHARE} of a hundred.\n")
}

/// The samples of meetings of the next day that changed in a phase.
fn near(samples: &BTreeMap<Group, Samples>, phase: Phase) -> Samples {
    let groups = [Distance::Hour, Distance::Day].map(|distance| (phase, Cause::Change, distance));
    let near = groups.iter().filter_map(|group| samples.get(group));
    near.flatten().copied().collect()
}

/// The number that a share of the samples does not exceed.
fn share(mut samples: Samples) -> Option<f64> {
    samples.sort_unstable_by(f32::total_cmp);
    let last = samples.len().checked_sub(1)?;
    samples
        .get(last * SHARE / 100)
        .map(|sample| f64::from(*sample))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_no_samples_is_unknown_and_of_others_it_is_one_of_them() {
        assert_eq!(share(Vec::new()), None);
        assert_eq!(share(vec![3.0, 1.0, 2.0]), Some(2.0));
    }
}
