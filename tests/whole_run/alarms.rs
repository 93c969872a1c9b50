//! The alarms of the template, by the lines of metrics that the functions wrote.
//!
//! All tests share one stack, so what one causes is among the metrics of all. Alarms that
//! are about metrics of AWS are not seen here: the stand-in publishes none.

use std::collections::BTreeSet;

use callsheet_app::Metric;
use callsheet_tests::{Datapoint, Template, alarms, datapoints};

use crate::log_lines::lines;

/// Alarms that a test causes, whichever tests run beside it.
const CAUSED: [&str; 4] = [
    "AbandonedAlarm",
    "SpendingCapAlarm",
    "UnreadableEventsAlarm",
    "WebhooksUnreadableAlarm",
];

/// Alarms whose metrics tests cause too, but less of it than the alarm is about: one forged
/// webhook, two that are too old, a body that is too large.
const NOT_CAUSED: [&str; 3] = [
    "StrangersAlarm",
    "WebhooksOutdatedAlarm",
    "WebhooksUnmatchedAlarm",
];

fn measured() -> Vec<Datapoint> {
    let lines = lines().0.into_iter();
    lines.flat_map(|line| datapoints(&line.value)).collect()
}

#[test]
#[ignore = "it reads the logs of all other tests, so `make test` runs it last"]
fn alarms_ring_for_what_the_tests_caused() {
    let data = measured();
    let alarms = alarms(&Template::read());
    let raised = alarms.iter().filter(|alarm| alarm.is_raised_once(&data));
    let raised: BTreeSet<_> = raised.map(|alarm| alarm.name.as_str()).collect();
    for alarm in CAUSED {
        assert!(
            raised.contains(alarm),
            "{alarm} is silent; raised: {raised:?}"
        );
    }
    for alarm in NOT_CAUSED {
        assert!(!raised.contains(alarm), "{alarm} is raised");
        let alarm = alarms.iter().find(|one| one.name == alarm);
        let metrics = &alarm.expect("an alarm").metrics;
        let mut names = metrics.values().map(|metric| &metric.name);
        let is_measured = names.any(|name| data.iter().any(|point| point.metric == *name));
        assert!(is_measured, "nothing was measured for {metrics:?}");
    }
}

/// What sync and the webhook function measure in any run, so that no alarm is silent for want
/// of data.
#[test]
#[ignore = "it reads the logs of all other tests, so `make test` runs it last"]
fn what_is_measured_all_the_time_is_measured() {
    let measured: BTreeSet<_> = measured().into_iter().map(|point| point.metric).collect();
    for metric in [
        Metric::CallsDone,
        Metric::DecisionsWritten,
        Metric::DueDecisions,
        Metric::EventsListed,
        Metric::ListEventsCalls,
        Metric::MissingBots,
        Metric::OverdueSeconds,
        Metric::ScheduleBotCalls,
        Metric::Syncs,
        Metric::WebhooksAccepted,
        Metric::WebhooksMalformed,
        Metric::WebhooksOutdated,
        Metric::WebhooksUnmatched,
        Metric::WebhooksUnsigned,
    ] {
        assert!(measured.contains(metric.name()), "{}", metric.name());
    }
}
