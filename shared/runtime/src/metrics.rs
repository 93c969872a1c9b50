//! Metrics in CloudWatch's embedded metric format: JSON lines in the log, from
//! which CloudWatch extracts them.
//!
//! A line is written whatever `LOG_LEVEL` says, so that an alarm does not depend
//! on the level. It has the fields of any other line besides, since Lambda reads
//! `level` and `timestamp`.
//!
//! The values of an invocation are collected, or a scheduler run of 600 calls would write as
//! many lines. They are written when the invocation ends, and before that with the first value
//! that comes [`MOST_COLLECTED`] after the first one. An invocation that Lambda kills loses
//! what it collected since. Values outside of an invocation are written at once.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

use callsheet_app::ports::Clock as _;
use callsheet_app::{FLUSH_FIELD, METRIC_FIELD, METRICS, Metric, VALUE_FIELD};
use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;

use crate::clock::SystemClock;
use crate::environment::Environment;
use crate::request::request_id;

/// How long values are collected: shorter than the minute of an alarm.
const MOST_COLLECTED: SignedDuration = SignedDuration::from_secs(10);

/// Collects the events with the target of metrics, and writes lines of them.
///
/// Metrics have no dimension: an alarm is about the stack, whichever function counts.
pub(crate) struct MetricsLayer<W> {
    namespace: String,
    writer: W,
    collected: Mutex<Collected>,
}

/// Values that are not written yet.
#[derive(Default)]
struct Collected {
    values: BTreeMap<Metric, u64>,
    since: Option<Timestamp>,
}

impl<W> MetricsLayer<W> {
    /// In the namespace of the stack; none outside of a stack.
    pub(crate) fn of(environment: &Environment, writer: W) -> Option<Self> {
        Some(Self {
            namespace: environment.optional("STACK_NAME")?.to_owned(),
            writer,
            collected: Mutex::default(),
        })
    }

    /// Adds a value, and gives the values that are to be written now.
    fn collect(&self, seen: &Seen, request: Option<&str>, now: Timestamp) -> Values {
        let collected = self.collected.lock();
        let mut collected = collected.unwrap_or_else(PoisonError::into_inner);
        if let (Some(metric), Some(value)) = (seen.metric, seen.value) {
            let before = collected.values.remove(&metric);
            let value = before.map_or(value, |before| metric.unit().combined(before, value));
            collected.values.insert(metric, value);
        }
        let since = *collected.since.get_or_insert(now);
        if request.is_some() && !seen.is_flush && now < plus(since, MOST_COLLECTED) {
            return Values::new();
        }
        std::mem::take(&mut *collected).values
    }

    /// The line with these values.
    fn line(&self, values: &Values, request: Option<&str>, now: Timestamp) -> Value {
        let metrics = values
            .keys()
            .map(|metric| json!({"Name": metric.name(), "Unit": metric.unit().as_str()}));
        let named = values
            .iter()
            .map(|(metric, value)| format!("{} {value}", metric.name()));
        let named: Vec<_> = named.collect();
        let directive = json!({
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": self.namespace,
                "Dimensions": [[]],
                "Metrics": metrics.collect::<Vec<_>>(),
            }],
        });
        let fields = [
            ("timestamp", json!(now.to_string())),
            ("level", json!("INFO")),
            ("message", json!(format!("metrics: {}", named.join(", ")))),
            ("target", json!(METRICS)),
            ("_aws", directive),
        ];
        let request = request.map(|id| ("requestId", json!(id)));
        let values = values
            .iter()
            .map(|(metric, value)| (metric.name(), json!(value)));
        let fields = request.into_iter().chain(fields).chain(values);
        Value::Object(fields.map(owned).collect::<Map<_, _>>())
    }
}

type Values = BTreeMap<Metric, u64>;

fn owned((name, value): (&'static str, Value)) -> (String, Value) {
    (name.to_owned(), value)
}

impl<S, W> Layer<S> for MetricsLayer<W>
where
    S: Subscriber,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut seen = Seen::default();
        event.record(&mut seen);
        let (request, now) = (request_id(), SystemClock.now());
        let values = self.collect(&seen, request.as_deref(), now);
        if !values.is_empty() {
            let line = self.line(&values, request.as_deref(), now);
            // As with other lines, there is nowhere to report that one could not be written.
            let _ = self
                .writer
                .make_writer()
                .write_all(format!("{line}\n").as_bytes());
        }
    }
}

/// The fields of an event.
#[derive(Default)]
struct Seen {
    metric: Option<Metric>,
    value: Option<u64>,
    is_flush: bool,
}

impl Visit for Seen {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == VALUE_FIELD {
            self.value = Some(value);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == METRIC_FIELD {
            self.metric = Metric::parse(value);
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.is_flush |= field.name() == FLUSH_FIELD && value;
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).expect("in range")
    }

    fn layer() -> MetricsLayer<()> {
        let environment = Environment::from([("STACK_NAME", "calls")]);
        MetricsLayer::of(&environment, ()).expect("a stack")
    }

    fn seen(metric: Metric, value: u64) -> Seen {
        Seen {
            metric: Some(metric),
            value: Some(value),
            is_flush: false,
        }
    }

    const FLUSH: Seen = Seen {
        metric: None,
        value: None,
        is_flush: true,
    };

    #[test]
    fn the_values_of_an_invocation_are_written_together_when_it_ends() {
        let (layer, request) = (layer(), Some("r-1"));
        for (metric, value) in [
            (Metric::Late, 1),
            (Metric::DueDecisions, 7),
            (Metric::Late, 2),
            (Metric::DueDecisions, 3),
        ] {
            let written = layer.collect(&seen(metric, value), request, at(0));
            assert_eq!(written, Values::new());
        }
        let written = layer.collect(&FLUSH, request, at(9));
        assert_eq!(
            written,
            Values::from([(Metric::DueDecisions, 7), (Metric::Late, 3)])
        );
        let line = layer.line(&written, request, at(9));
        assert_eq!(line["requestId"], "r-1");
        assert_eq!(layer.collect(&FLUSH, request, at(9)), Values::new());
    }

    #[test]
    fn a_long_invocation_writes_its_values_meanwhile() {
        let (layer, request) = (layer(), Some("r-1"));
        assert!(
            layer
                .collect(&seen(Metric::Late, 1), request, at(0))
                .is_empty()
        );
        assert!(
            layer
                .collect(&seen(Metric::Late, 1), request, at(9))
                .is_empty()
        );
        let written = layer.collect(&seen(Metric::Late, 1), request, at(10));
        assert_eq!(written, Values::from([(Metric::Late, 3)]));
        assert!(
            layer
                .collect(&seen(Metric::Late, 1), request, at(11))
                .is_empty()
        );
    }

    #[test]
    fn a_value_outside_of_an_invocation_is_written_at_once() {
        let written = layer().collect(&seen(Metric::MissingBots, 0), None, at(0));
        assert_eq!(written, Values::from([(Metric::MissingBots, 0)]));
    }
}
