//! The goals of a workspace at Recall's published limits, held against a week.

use std::collections::BTreeMap;

use comfy_table::Table;

use crate::lateness::{Cause, Distance, Group, Phase, Samples};
use crate::report::{at_the_limit, ratio, table, time};
use crate::week::WITHIN_HOURS;
use crate::world::Simulated;

/// So many of a hundred changes are decided in time.
const SHARE: usize = 99;
/// A change to a meeting of the next day is decided within so many seconds.
const DECIDED: f64 = 60.0;
/// After a push it takes so many times as long as at the limit, and a minute.
const RATIO: f64 = 1.15;
/// An urgent meeting has its bot so many seconds after it is decided, while the copies of a large
/// one are due.
const URGENT: f64 = 5.0;
/// Everything of calendars that are connected within an hour is decided, since each was connected,
/// within so many times the time of all their pages at the limit, and so many seconds: what
/// windows list while others are connected is listed once more.
const CONNECTED: f64 = 2.0;
const CONNECTED_AND: f64 = 15.0 * 60.0;
/// In a workspace of fewer calendars, nothing need change in a phase of minutes.
const MANY: u32 = 200;

/// What was measured for a goal.
enum Measured {
    /// The simulated days do not contain it.
    NotSimulated,
    /// There is nothing to measure, although there should be.
    Nothing,
    /// A figure, and whether it meets the goal.
    Figure(String, bool),
}

impl Measured {
    /// Of a phase that was simulated: the seconds, of which there may be so many at `most`, if
    /// nothing is `left` that should have been measured.
    fn seconds(seconds: Option<f64>, most: f64, left: usize) -> Self {
        match (seconds, left) {
            (None, 0) => Self::Nothing,
            (Some(seconds), 0) => Self::Figure(time(seconds), seconds <= most),
            (_, left) => Self::Figure(format!("{left} are not decided"), false),
        }
    }
}

/// Goals, and what was measured.
struct Goals {
    table: Table,
    missed: Vec<String>,
}

impl Goals {
    fn add(&mut self, goal: &str, most: String, measured: Measured) {
        let (measured, met) = match measured {
            Measured::NotSimulated => ("–".to_owned(), "not simulated"),
            Measured::Nothing => ("nothing".to_owned(), "no"),
            Measured::Figure(figure, true) => (figure, "yes"),
            Measured::Figure(figure, false) => (figure, "no"),
        };
        if met == "no" {
            let missed = format!("the goal is not met: {goal}: {measured}, at most {most}");
            self.missed.push(missed);
        }
        self.table.add_row([goal, &most, &measured, met]);
    }
}

/// The goals as a table, with what was measured and whether it is met; and those that are not,
/// in words.
pub(crate) fn goals(simulated: &Simulated) -> (String, Vec<String>) {
    let mut goals = Goals {
        table: table(&["goal", "at most", "measured", "met"], 1),
        missed: Vec::new(),
    };
    let lateness = &simulated.lateness;
    let of = |phase: Phase, measure: &dyn Fn() -> Measured| {
        if lateness.was_entered(phase) {
            measure()
        } else {
            Measured::NotSimulated
        }
    };
    for phase in [
        Phase::Usual,
        Phase::Push,
        Phase::MassConnection,
        Phase::AllHands,
        Phase::CatchUp,
    ] {
        let measured = of(phase, &|| {
            let decided = share(near(&lateness.decided, phase));
            if decided.is_none() && simulated.workspace.company.size.calendars < MANY {
                return Measured::NotSimulated;
            }
            Measured::seconds(decided, DECIDED, 0)
        });
        let goal = format!("a change within 24 h is decided: {}", phase.as_str());
        goals.add(&goal, time(DECIDED), measured);
    }
    let measured = of(Phase::AllHands, &|| {
        let urgent = share(near(&lateness.bots_since_decided, Phase::AllHands));
        if urgent.is_none() && simulated.workspace.company.size.calendars < MANY {
            return Measured::NotSimulated;
        }
        Measured::seconds(urgent, URGENT, 0)
    });
    let goal = "a changed meeting has its bot, once decided: all-hands moved";
    goals.add(goal, time(URGENT), measured);
    for phase in [Phase::FirstDeployment, Phase::MassConnection] {
        let group = |distance| (phase, Cause::NewCalendar, distance);
        let groups = Distance::ALL.map(group);
        let decided = groups.iter().filter_map(|it| lateness.decided.get(it));
        let decided: Samples = decided.flatten().copied().collect();
        let left = lateness.left(|it| groups.contains(it));
        let most = CONNECTED * at_the_limit(decided.len() + left) + CONNECTED_AND;
        let worst = decided.into_iter().max_by(f32::total_cmp).map(f64::from);
        let measured = of(phase, &|| Measured::seconds(worst, most, left));
        let goal = format!(
            "everything of connected calendars is decided: {}",
            phase.as_str()
        );
        goals.add(&goal, time(most), measured);
    }
    for hours in WITHIN_HOURS {
        let within = simulated.after_push.iter().find(|it| it.hours == hours);
        let measured = of(Phase::Push, &|| match within.map(ratio) {
            Some(Some(ratio)) => Measured::Figure(format!("{ratio:.2}"), ratio <= RATIO),
            Some(None) => Measured::Figure("not yet".to_owned(), false),
            None => Measured::Nothing,
        });
        let goal = format!("after the push, {hours} h: times the limit's time");
        goals.add(&goal, RATIO.to_string(), measured);
    }
    let text = goals.table.trim_fmt();
    let text = format!("{text}\n\nOf changes, {SHARE} of a hundred.\n");
    (text, goals.missed)
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
    use test_case::test_case;

    use super::*;

    #[test]
    fn a_share_of_no_samples_is_unknown_and_of_others_it_is_one_of_them() {
        assert_eq!(share(Vec::new()), None);
        assert_eq!(share(vec![3.0, 1.0, 2.0]), Some(2.0));
    }

    #[test_case(Some(59.0), 0 => Some(true); "in time")]
    #[test_case(Some(61.0), 0 => Some(false); "late")]
    #[test_case(Some(59.0), 1 => Some(false); "of which one is left")]
    #[test_case(None, 1 => Some(false); "of which all are left")]
    #[test_case(None, 0 => None; "of which there are none")]
    fn a_goal_is_met_by_what_was_measured(seconds: Option<f64>, left: usize) -> Option<bool> {
        match Measured::seconds(seconds, 60.0, left) {
            Measured::Figure(_, is_met) => Some(is_met),
            Measured::NotSimulated | Measured::Nothing => None,
        }
    }

    #[test_case(Measured::NotSimulated => 0; "what is not simulated")]
    #[test_case(Measured::Nothing => 1; "nothing")]
    #[test_case(Measured::Figure("1 s".to_owned(), true) => 0; "enough")]
    #[test_case(Measured::Figure("9 s".to_owned(), false) => 1; "too much")]
    fn a_goal_without_samples_is_missed(measured: Measured) -> usize {
        let mut goals = Goals {
            table: table(&["goal", "at most", "measured", "met"], 1),
            missed: Vec::new(),
        };
        goals.add("decided", "5 s".to_owned(), measured);
        goals.missed.len()
    }
}
