//! What sync measures each minute, for the alarms.

use callsheet_app::ports::DecisionOverview as _;
use callsheet_app::{Measured, Metric, Watch};
use callsheet_domain::{Abandonment, Applied, Attempts, Decision, RuleName, Verdict, Wanted};
use callsheet_testkit::{
    CountedMetrics, MemoryDecisions, With as _, a_decision, an_applied_bot, at,
};
use jiff::SignedDuration;
use test_case::test_case;

/// What is measured at an instant about one meeting, from ten to half past ten.
async fn measured(row: Decision, now: &str) -> Measured {
    let decisions = MemoryDecisions::new();
    decisions.put(row);
    let watch = Watch {
        decisions: &decisions,
    };
    watch.measure(at(now)).await.expect("memory")
}

fn applied(row: &mut Decision) {
    let Wanted::Bot(bot) = &row.wanted else {
        unreachable!("it wants a bot");
    };
    row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
}

fn abandoned(row: &mut Decision) {
    row.abandoned = Some(Abandonment {
        generation: row.generation,
        reason: "400".to_owned(),
    });
}

fn to_be_removed(row: &mut Decision) {
    applied(row);
    row.verdict = Verdict::skip(RuleName::DEFAULT, "no rule records it");
    row.wanted = Wanted::Nothing;
}

fn waiting(row: &mut Decision) {
    row.attempts = Attempts {
        not_before: Some(at("10:20")),
        ..Attempts::default()
    };
}

#[test_case(|_| (), "09:59", (1, 0, 0); "due before the start")]
#[test_case(|_| (), "10:01", (1, 60, 0); "due after the start, when the bot may be on its way")]
#[test_case(|_| (), "10:03", (1, 180, 1); "due minutes after the start")]
#[test_case(waiting, "10:03", (1, 180, 1); "waiting after a call that failed")]
#[test_case(|_| (), "10:16", (1, 960, 0); "too long ago to be saved")]
#[test_case(|row| row.ends_at = at("10:03"), "10:03", (1, 180, 0); "over")]
#[test_case(applied, "10:03", (0, 0, 0); "with its bot")]
#[test_case(abandoned, "10:03", (0, 0, 1); "abandoned")]
#[test_case(to_be_removed, "10:03", (1, 180, 0); "with a bot that is to be removed")]
#[tokio::test]
async fn a_meeting_that_began_without_its_bot_is_measured(
    change: fn(&mut Decision),
    now: &str,
    (due, overdue, missing): (usize, i64, usize),
) {
    let expected = Measured {
        due,
        overdue: SignedDuration::from_secs(overdue),
        missing,
    };
    assert_eq!(measured(a_decision().with(change), now).await, expected);
}

#[tokio::test]
async fn what_was_measured_becomes_metrics_also_if_it_is_nothing() {
    let counted = CountedMetrics::begin();
    measured(a_decision(), "10:03").await.count();
    let expected = [
        (Metric::DueDecisions, 1),
        (Metric::OverdueSeconds, 180),
        (Metric::MissingBots, 1),
    ];
    assert_eq!(counted.take(), expected.into());
    Measured::default().count();
    let expected = expected.map(|(metric, _)| (metric, 0));
    assert_eq!(counted.take(), expected.into());
}

/// A backlog of a large workspace is not read to its end each minute.
#[tokio::test]
async fn a_backlog_is_counted_up_to_a_thousand() {
    let decisions = MemoryDecisions::new();
    for number in 0..1_100 {
        decisions.put(a_decision().with(|row| {
            row.key.event_id = callsheet_testkit::id(format!("event-{number}"));
        }));
    }
    let first = decisions.first_due(1_000).await.expect("memory");
    assert!(first.has_more);
    let watch = Watch {
        decisions: &decisions,
    };
    let measured = watch.measure(at("09:00")).await.expect("memory");
    assert_eq!(measured.due, 1_000);
}
