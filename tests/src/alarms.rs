//! The alarms of the template, and what CloudWatch would make of data.
//!
//! The stand-in creates alarms and evaluates none. So this evaluates one as CloudWatch's
//! documentation says: data by period, the statistic of each, then M of the last N periods. With
//! the lines of metrics that the functions wrote, an alarm is seen ringing for its cause.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Template;
use crate::alarm_expression::{Expression, Periods};

/// Whom an alarm tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// A person has to act at once.
    Page,
    /// It can wait until the next working day.
    Ticket,
}

/// An alarm of the template, with the parameters' defaults.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// Name of its resource.
    pub name: String,
    /// Whom it tells; none if its actions are not those of one topic.
    pub urgency: Option<Urgency>,
    /// Its description.
    pub description: String,
    /// The metrics that it is about, by the names that its expression gives them.
    pub metrics: BTreeMap<String, AlarmMetric>,
    /// The value of a period.
    expression: Expression,
    /// Whether that is an expression of metric math, and not just a metric's.
    pub has_expression: bool,
    /// Length of a period, in seconds.
    pub period: i64,
    /// Number of periods that are evaluated.
    pub periods: i64,
    /// Number of those that have to breach.
    pub breaching: usize,
    /// What a value is compared with.
    pub threshold: i64,
    comparison: String,
    /// Whether a period without data breaches.
    pub is_breached_by_missing_data: bool,
}

/// A metric of an alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmMetric {
    /// Namespace, by the template's names: `AWS::StackName` for our own metrics.
    pub namespace: String,
    /// Name of the metric.
    pub name: String,
    /// Its dimensions, by the template's names.
    pub dimensions: BTreeMap<String, String>,
    /// `Sum` or `Maximum`.
    pub statistic: String,
}

/// A value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Datapoint {
    /// Name of the metric.
    pub metric: String,
    /// When it was measured, in seconds since 1970.
    pub at: i64,
    /// The value.
    pub value: f64,
}

/// The values in a line in the embedded metric format; none in another line.
#[must_use]
pub fn datapoints(line: &Value) -> Vec<Datapoint> {
    let directive = &line["_aws"];
    let Some(at) = directive["Timestamp"].as_i64() else {
        return Vec::new();
    };
    let sets = directive["CloudWatchMetrics"].as_array().into_iter();
    let metrics = sets.flatten().filter_map(|set| set["Metrics"].as_array());
    let names = metrics
        .flatten()
        .filter_map(|metric| metric["Name"].as_str());
    names
        .map(|name| Datapoint {
            metric: name.to_owned(),
            at: at.div_euclid(1_000),
            value: line[name].as_f64().unwrap_or_default(),
        })
        .collect()
}

/// The alarms of the template.
///
/// # Panics
/// If the template has another form.
#[must_use]
pub fn alarms(template: &Template) -> Vec<Alarm> {
    let kind = |name: &String| template.text(&format!("Resources.{name}.Type"));
    let names = template.names("Resources").into_iter();
    let names = names.filter(|name| kind(name) == "AWS::CloudWatch::Alarm");
    names.map(|name| Alarm::read(template, name)).collect()
}

impl Alarm {
    fn read(template: &Template, name: String) -> Self {
        let at = |place: &str| format!("Resources.{name}.Properties.{place}");
        let has = template.names(&format!("Resources.{name}.Properties"));
        let has_expression = has.contains("Metrics");
        let (metrics, expression, period) = if has_expression {
            of_expression(template, &at("Metrics"))
        } else {
            let metric = AlarmMetric {
                namespace: template.text(&at("Namespace")).to_owned(),
                name: template.text(&at("MetricName")).to_owned(),
                dimensions: dimensions(template, &at("")),
                statistic: template.text(&at("Statistic")).to_owned(),
            };
            let period = template.number_by_default(&at("Period"));
            let metrics = BTreeMap::from([("value".to_owned(), metric)]);
            (metrics, Expression::parse("value"), period)
        };
        Self {
            urgency: urgency(template, &at("")),
            description: template.text(&at("AlarmDescription")).to_owned(),
            metrics,
            expression,
            has_expression,
            period,
            periods: template.number_by_default(&at("EvaluationPeriods")),
            breaching: usize::try_from(template.number_by_default(&at("DatapointsToAlarm")))
                .expect("a number of periods"),
            threshold: template.number_by_default(&at("Threshold")),
            comparison: template.text(&at("ComparisonOperator")).to_owned(),
            is_breached_by_missing_data: template.text(&at("TreatMissingData")) == "breaching",
            name,
        }
    }

    /// Whether the alarm is raised at `now`, in seconds since 1970, by this data of its metrics.
    #[must_use]
    pub fn is_raised(&self, data: &[Datapoint], now: i64) -> bool {
        let values = self.values(data, now).into_iter();
        let breaching = values.filter(|value| {
            value.map_or(self.is_breached_by_missing_data, |value| {
                self.breaches(value)
            })
        });
        breaching.count() >= self.breaching
    }

    /// What is compared with the threshold at `now`, in seconds since 1970: the value of each
    /// period that is evaluated, the latest first; none where data is missing.
    #[must_use]
    pub fn values(&self, data: &[Datapoint], now: i64) -> Vec<Option<f64>> {
        let end = now.div_euclid(self.period) * self.period;
        let starts = (1..=self.periods).map(|back| end - back * self.period);
        let starts: Vec<_> = starts.collect();
        let values = self
            .expression
            .evaluate(&self.by_period(data, &starts), &starts);
        starts
            .iter()
            .map(|start| values.get(start).copied())
            .collect()
    }

    /// Whether the alarm is raised at some minute from the first of these values until its
    /// periods after the last one are over.
    #[must_use]
    pub fn is_raised_once(&self, data: &[Datapoint]) -> bool {
        let instants = data.iter().map(|point| point.at);
        let (first, last) = (instants.clone().min(), instants.max());
        let (Some(first), Some(last)) = (first, last) else {
            return false;
        };
        let mut now = first;
        while now <= last + self.period + 60 {
            if self.is_raised(data, now) {
                return true;
            }
            now += 60;
        }
        false
    }

    fn breaches(&self, value: f64) -> bool {
        let threshold = f64::from(i32::try_from(self.threshold).expect("a small threshold"));
        match self.comparison.as_str() {
            "GreaterThanThreshold" => value > threshold,
            "GreaterThanOrEqualToThreshold" => value >= threshold,
            "LessThanThreshold" => value < threshold,
            other => panic!("{}: {other}", self.name),
        }
    }

    fn by_period(&self, data: &[Datapoint], starts: &[i64]) -> BTreeMap<String, Periods> {
        let mut found = BTreeMap::new();
        for (id, metric) in &self.metrics {
            let mut periods = Periods::new();
            for point in data.iter().filter(|point| point.metric == metric.name) {
                let start = point.at.div_euclid(self.period) * self.period;
                if starts.contains(&start) {
                    let value = periods.entry(start).or_insert(f64::MIN);
                    *value = match metric.statistic.as_str() {
                        "Sum" => value.max(0.0) + point.value,
                        "Maximum" => value.max(point.value),
                        other => panic!("{}: {other}", self.name),
                    };
                }
            }
            found.insert(id.clone(), periods);
        }
        found
    }
}

/// The metrics, the expression and the period of an alarm about an expression.
fn of_expression(
    template: &Template,
    place: &str,
) -> (BTreeMap<String, AlarmMetric>, Expression, i64) {
    let (mut metrics, mut expression, mut period) = (BTreeMap::new(), None, 0);
    for index in 0..template.count(place) {
        let at = |name: &str| format!("{place}.{index}.{name}");
        let has = template.names(&format!("{place}.{index}"));
        if has.contains("Expression") {
            expression = Some(Expression::parse(template.text(&at("Expression"))));
            continue;
        }
        assert!(
            !template.is_true(&at("ReturnData")),
            "{place} has one result"
        );
        period = template.number_by_default(&at("MetricStat.Period"));
        let metric = AlarmMetric {
            namespace: template.text(&at("MetricStat.Metric.Namespace")).to_owned(),
            name: template
                .text(&at("MetricStat.Metric.MetricName"))
                .to_owned(),
            dimensions: dimensions(template, &at("MetricStat.Metric.")),
            statistic: template.text(&at("MetricStat.Stat")).to_owned(),
        };
        metrics.insert(template.text(&at("Id")).to_owned(), metric);
    }
    (metrics, expression.expect("an expression"), period)
}

fn dimensions(template: &Template, place: &str) -> BTreeMap<String, String> {
    let names = template.names(place.trim_end_matches('.'));
    if !names.contains("Dimensions") {
        return BTreeMap::new();
    }
    let list = format!("{place}Dimensions");
    let text =
        |index: usize, name: &str| template.text(&format!("{list}.{index}.{name}")).to_owned();
    let all = 0..template.count(&list);
    all.map(|index| (text(index, "Name"), text(index, "Value")))
        .collect()
}

/// The topic that an alarm notifies when it is raised and when it ends.
fn urgency(template: &Template, place: &str) -> Option<Urgency> {
    let all = [
        (Urgency::Page, ["HasPageTopic", "PageTopicArn"]),
        (Urgency::Ticket, ["HasTicketTopic", "TicketTopicArn"]),
    ];
    let notifies = |actions: &str, [condition, topic]: [&str; 2]| {
        let at = |part: &str| format!("{place}{actions}.{part}");
        template.text(&at("0")) == condition
            && template.texts(&at("1")) == [topic]
            && template.text(&at("2")) == "AWS::NoValue"
    };
    let mut all = all.into_iter().filter(|(_, topic)| {
        ["AlarmActions", "OKActions"]
            .iter()
            .all(|actions| notifies(actions, *topic))
    });
    all.next().map(|(urgency, _)| urgency)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn named(name: &str) -> Alarm {
        let mut all = alarms(&Template::read()).into_iter();
        all.find(|alarm| alarm.name == name).expect("an alarm")
    }

    fn points(metric: &str, values: &[(i64, f64)]) -> Vec<Datapoint> {
        let point = |(at, value): &(i64, f64)| Datapoint {
            metric: metric.to_owned(),
            at: *at,
            value: *value,
        };
        values.iter().map(point).collect()
    }

    #[test]
    fn a_line_of_metrics_has_their_values() {
        let line = json!({
            "late": 2,
            "_aws": {"Timestamp": 61_500, "CloudWatchMetrics": [
                {"Metrics": [{"Name": "late", "Unit": "Count"}]},
            ]},
        });
        assert_eq!(datapoints(&line), points("late", &[(61, 2.0)]));
        assert_eq!(datapoints(&json!({"message": "late"})), []);
    }

    #[test]
    fn an_alarm_is_raised_by_m_of_n_periods() {
        let drift = named("DriftAlarm");
        let one = points("drifted_bots", &[(10, 1.0), (20, 5.0)]);
        assert!(!drift.is_raised_once(&one));
        let two = points("drifted_bots", &[(10, 1.0), (3_000, 1.0)]);
        assert!(drift.is_raised(&two, 3_300) && !drift.is_raised(&two, 3_299));
        assert!(!drift.is_raised(&two, 3_600 + 300));
        let far = points("drifted_bots", &[(10, 1.0), (3_700, 1.0)]);
        assert!(!drift.is_raised_once(&far));
    }

    #[test]
    fn missing_data_breaches_where_the_alarm_says_so() {
        let silent = named("SchedulerNotInvokedAlarm");
        assert!(silent.is_raised(&[], 10_000));
        let invoked = points("Invocations", &[(9_700, 1.0)]);
        assert!(!silent.is_raised(&invoked, 10_000));
        assert!(!named("AbandonedAlarm").is_raised(&[], 10_000));
    }
}
