//! The alarms about expressions of metric math, evaluated by series with gaps in them.
//!
//! The expressions are those of the template. An alarm has to ring for its cause, and to be silent
//! with usual traffic and without any, whether a metric then counts zeros or nothing at all.

use std::collections::BTreeSet;

use callsheet_tests::{Datapoint, alarms};

use crate::reading::Template;

/// The values of a metric, one a period, the latest last; none where data is missing.
type Series<'a> = (&'a str, &'a [Option<f64>]);

/// What an alarm makes of data.
struct Case<'a> {
    alarm: &'a str,
    data: &'a [Series<'a>],
    /// The value of the expression in each period, the latest last.
    values: &'a [Option<f64>],
    is_raised: bool,
}

const NONE: Option<f64> = None;
const ZERO: Option<f64> = Some(0.0);
const ONE: Option<f64> = Some(1.0);

const fn failures<'a>(
    data: &'a [Series<'a>],
    values: &'a [Option<f64>],
    is_raised: bool,
) -> Case<'a> {
    let alarm = "WebhookFailuresAlarm";
    Case {
        alarm,
        data,
        values,
        is_raised,
    }
}

const fn strangers<'a>(
    data: &'a [Series<'a>],
    values: &'a [Option<f64>],
    is_raised: bool,
) -> Case<'a> {
    let alarm = "StrangersAlarm";
    Case {
        alarm,
        data,
        values,
        is_raised,
    }
}

const fn no_webhooks<'a>(
    data: &'a [Series<'a>],
    values: &'a [Option<f64>],
    is_raised: bool,
) -> Case<'a> {
    let alarm = "NoWebhooksAlarm";
    Case {
        alarm,
        data,
        values,
        is_raised,
    }
}

const CASES: [Case<'_>; 22] = [
    // One in ten fails.
    failures(
        &[("5xx", &[ONE; 5]), ("Count", &[Some(10.0); 5])],
        &[Some(10.0); 5],
        true,
    ),
    // One in twenty does, which is the threshold.
    failures(
        &[("5xx", &[ONE; 5]), ("Count", &[Some(20.0); 5])],
        &[Some(5.0); 5],
        false,
    ),
    // Usual traffic, with zeros of failures and without.
    failures(
        &[("5xx", &[ZERO; 5]), ("Count", &[Some(20.0); 5])],
        &[ZERO; 5],
        false,
    ),
    failures(&[("Count", &[Some(20.0); 5])], &[NONE; 5], false),
    // No traffic, with zeros and without.
    failures(
        &[("5xx", &[ZERO; 5]), ("Count", &[ZERO; 5])],
        &[NONE; 5],
        false,
    ),
    failures(&[], &[NONE; 5], false),
    // A delay of one of the two metrics.
    failures(&[("5xx", &[ONE; 5])], &[NONE; 5], false),
    // One webhook every other minute, each of which fails.
    failures(
        &[
            ("5xx", &[ONE, NONE, ONE, NONE, ONE]),
            ("Count", &[ONE, NONE, ONE, NONE, ONE]),
        ],
        &[Some(100.0), NONE, Some(100.0), NONE, Some(100.0)],
        true,
    ),
    // Two failures in five minutes.
    failures(
        &[
            ("5xx", &[ONE, NONE, NONE, ONE, NONE]),
            ("Count", &[ONE, NONE, NONE, ONE, ONE]),
        ],
        &[Some(100.0), NONE, NONE, Some(100.0), NONE],
        false,
    ),
    // Both kinds of requests together, and each without the other.
    strangers(
        &[
            ("webhooks_unsigned", &[Some(51.0); 3]),
            ("webhooks_malformed", &[Some(50.0); 3]),
        ],
        &[Some(101.0); 3],
        true,
    ),
    strangers(
        &[("webhooks_unsigned", &[Some(101.0); 3])],
        &[Some(101.0); 3],
        true,
    ),
    strangers(
        &[("webhooks_malformed", &[Some(101.0); 3])],
        &[Some(101.0); 3],
        true,
    ),
    strangers(
        &[
            ("webhooks_unsigned", &[Some(200.0), NONE, Some(200.0)]),
            ("webhooks_malformed", &[NONE, Some(101.0), NONE]),
        ],
        &[Some(200.0), Some(101.0), Some(200.0)],
        true,
    ),
    // As many as the threshold, a pause of five minutes, and nobody at all.
    strangers(
        &[
            ("webhooks_unsigned", &[Some(50.0); 3]),
            ("webhooks_malformed", &[Some(50.0); 3]),
        ],
        &[Some(100.0); 3],
        false,
    ),
    strangers(
        &[("webhooks_unsigned", &[Some(900.0), NONE, Some(900.0)])],
        &[Some(900.0), ZERO, Some(900.0)],
        false,
    ),
    strangers(&[], &[ZERO; 3], false),
    // A change was caught, and no webhook came: nothing was counted, or zeros were.
    no_webhooks(&[("catch_up_decisions", &[Some(3.0)])], &[ONE], true),
    no_webhooks(
        &[
            ("catch_up_decisions", &[Some(3.0)]),
            ("webhooks_accepted", &[ZERO]),
        ],
        &[ONE],
        true,
    ),
    // One webhook is enough.
    no_webhooks(
        &[
            ("catch_up_decisions", &[Some(3.0)]),
            ("webhooks_accepted", &[ONE]),
        ],
        &[ZERO],
        false,
    ),
    // Webhooks tell of all changes; nothing changes.
    no_webhooks(&[("webhooks_accepted", &[Some(900.0)])], &[ZERO], false),
    no_webhooks(&[("catch_up_decisions", &[ZERO])], &[ZERO], false),
    no_webhooks(&[], &[ZERO], false),
];

/// When the latest period ends.
const END: i64 = 86_400 * 20_000;

fn points(series: &[Series<'_>], period: i64) -> Vec<Datapoint> {
    let of = |(metric, values): &Series<'_>| {
        let latest_first = values.iter().rev().zip(1..);
        let points = latest_first.filter_map(|(value, back)| {
            Some(Datapoint {
                metric: (*metric).to_owned(),
                at: END - back * period + period / 2,
                value: (*value)?,
            })
        });
        points.collect::<Vec<_>>()
    };
    series.iter().flat_map(of).collect()
}

#[test]
fn an_expression_of_an_alarm_is_raised_by_its_cause_and_silent_without() {
    let alarms = alarms(&Template::read());
    for case in CASES {
        let Case {
            alarm: name, data, ..
        } = case;
        let alarm = alarms.iter().find(|alarm| alarm.name == name);
        let alarm = alarm.expect("an alarm");
        let points = points(data, alarm.period);
        let mut values = alarm.values(&points, END);
        values.reverse();
        assert_eq!(values, case.values, "{name}, by {data:?}");
        let is_raised = alarm.is_raised(&points, END);
        assert_eq!(is_raised, case.is_raised, "{name}, by {data:?}");
    }
}

/// Each expression of the template is evaluated for both, and with each metric missing.
#[test]
fn each_expression_is_in_the_table_above() {
    for alarm in alarms(&Template::read()) {
        if !alarm.has_expression {
            continue;
        }
        let cases = || CASES.into_iter().filter(|case| case.alarm == alarm.name);
        let results: BTreeSet<_> = cases().map(|case| case.is_raised).collect();
        assert_eq!(results.len(), 2, "{}", alarm.name);
        assert!(cases().any(|case| case.data.is_empty()), "{}", alarm.name);
        for metric in alarm.metrics.values() {
            let is_missing =
                |case: &Case<'_>| !case.data.iter().any(|(name, _)| *name == metric.name);
            let mut partial = cases().filter(|case| !case.data.is_empty());
            assert!(partial.any(|case| is_missing(&case)), "{metric:?}");
        }
    }
}
