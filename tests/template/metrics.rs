//! Metrics: each is counted somewhere, described in the runbook, and shown by an alarm or the
//! dashboard.

use std::collections::BTreeSet;

use callsheet_app::Metric;
use callsheet_domain::Operation;
use callsheet_tests::alarms;

use crate::dashboard;
use crate::log_calls::log_calls;
use crate::reading::Template;
use crate::runbook::{first_column, section};
use crate::source::{files, folders};

/// The metrics that a filter makes of the HTTP API's access log.
pub(crate) fn filtered(template: &Template) -> BTreeSet<String> {
    let kind = |name: &String| template.text(&format!("Resources.{name}.Type"));
    let names = template.names("Resources").into_iter();
    let filters = names.filter(|name| kind(name) == "AWS::Logs::MetricFilter");
    let metrics = filters.map(|name| {
        let made = format!("Resources.{name}.Properties.MetricTransformations.0");
        let namespace = template.text(&format!("{made}.MetricNamespace"));
        assert_eq!(namespace, "AWS::StackName", "{name}");
        template.text(&format!("{made}.MetricName")).to_owned()
    });
    metrics.collect()
}

/// All metrics in the namespace of the stack.
pub(crate) fn ours(template: &Template) -> BTreeSet<String> {
    let counted = Metric::ALL.iter().map(|metric| metric.name().to_owned());
    counted.chain(filtered(template)).collect()
}

#[test]
fn the_runbook_describes_the_metrics() {
    let metrics = ours(&Template::read());
    assert_eq!(
        first_column("Metrics"),
        metrics,
        "described on the left, counted on the right"
    );
}

/// A custom metric is $0.30 a month, an alarm $0.10 for each metric that it names.
#[test]
fn the_runbook_knows_what_metrics_and_alarms_cost() {
    let template = Template::read();
    let (mut by_default, mut all) = (0, 0);
    for alarm in alarms(&template) {
        let properties = template.names(&format!("Resources.{}", alarm.name));
        let is_by_default = !properties.contains("Condition");
        all += alarm.metrics.len();
        by_default += if is_by_default {
            alarm.metrics.len()
        } else {
            0
        };
    }
    let metrics = ours(&template).len();
    let dollars = |tenths: usize| format!("${}.{}0", tenths / 10, tenths % 10);
    let costs = section("Costs");
    for expected in [
        format!("the {metrics} of this page are {};", dollars(3 * metrics)),
        format!("each metric that it names, {} in all,", dollars(by_default)),
        format!("and {} with the console", dollars(all)),
    ] {
        assert!(costs.contains(&expected), "{expected}: {costs}");
    }
}

#[test]
fn each_metric_is_counted_in_the_code() {
    let calls: BTreeSet<_> = Operation::ALL
        .into_iter()
        .filter_map(Metric::calls)
        .collect();
    let folders = folders("shared").into_iter().chain(folders("functions"));
    let code: Vec<_> = folders
        .filter(|folder| !folder.ends_with("testkit"))
        .flat_map(|folder| files(&format!("{folder}/src")))
        .collect();
    // The file that declares the metrics names each, too.
    let code: Vec<_> = code
        .iter()
        .filter(|file| !file.contains("metrics!{"))
        .collect();
    assert!(
        code.iter()
            .any(|file| file.contains("Metric::calls(operation)"))
    );
    for metric in Metric::ALL {
        let named = format!("Metric::{metric:?}");
        let is_counted = calls.contains(metric) || code.iter().any(|file| file.contains(&named));
        assert!(is_counted, "{named} is counted nowhere");
    }
}

/// A metric with a name that is not in the enum would be dropped.
#[test]
fn no_event_but_those_of_the_enum_has_the_target_of_metrics() {
    let calls = log_calls().into_iter();
    let metrics = calls.filter(|call| call.target.as_deref() == Some("METRICS"));
    let fields: Vec<_> = metrics.map(|call| call.fields).collect();
    assert_eq!(fields, [vec!["metric", "value"], vec!["flush"]]);
}

#[test]
fn an_alarm_or_the_dashboard_shows_each_metric() {
    let template = Template::read();
    let alarms = alarms(&template);
    let of_alarms = alarms.iter().flat_map(|alarm| alarm.metrics.values());
    let of_alarms = of_alarms.map(|metric| metric.name.clone());
    let shown: BTreeSet<_> = of_alarms.chain(dashboard::of_stack(&template)).collect();
    for metric in ours(&template) {
        assert!(shown.contains(&metric), "nothing shows {metric}");
    }
}
