//! Metrics in CloudWatch's embedded metric format: JSON lines in the log, from
//! which CloudWatch extracts them.
//!
//! A line is written whatever `LOG_LEVEL` says, so that an alarm does not depend
//! on the level. It has the fields of any other line besides, since Lambda reads
//! `level` and `timestamp`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;

use callsheet_app::METRICS;
use callsheet_app::ports::Clock as _;
use callsheet_domain::Timestamp;
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;

use crate::clock::SystemClock;
use crate::environment::Environment;

/// Writes a line for each event with the target of metrics.
///
/// Metrics have no dimension: an alarm is about the stack, whichever function counts.
pub(crate) struct MetricsLayer<W> {
    namespace: String,
    writer: W,
}

impl<W> MetricsLayer<W> {
    /// In the namespace of the stack; none outside of a stack.
    pub(crate) fn of(environment: &Environment, writer: W) -> Option<Self> {
        Some(Self {
            namespace: environment.optional("STACK_NAME")?.to_owned(),
            writer,
        })
    }

    fn line(&self, counted: Counted, now: Timestamp) -> Value {
        let metrics = counted.0.keys();
        let metrics: Vec<_> = metrics
            .map(|name| json!({"Name": name, "Unit": "Count"}))
            .collect();
        let named = counted
            .0
            .iter()
            .map(|(name, count)| format!("{name} {count}"));
        let named: Vec<_> = named.collect();
        let mut line = Map::from_iter([
            ("timestamp".to_owned(), json!(now.to_string())),
            ("level".to_owned(), json!("INFO")),
            (
                "message".to_owned(),
                json!(format!("metrics: {}", named.join(", "))),
            ),
            ("target".to_owned(), json!(METRICS)),
            (
                "_aws".to_owned(),
                json!({
                    "Timestamp": now.as_millisecond(),
                    "CloudWatchMetrics": [{
                        "Namespace": self.namespace,
                        "Dimensions": [[]],
                        "Metrics": metrics,
                    }],
                }),
            ),
        ]);
        line.extend(
            counted
                .0
                .into_iter()
                .map(|(name, count)| (name.to_owned(), json!(count))),
        );
        Value::Object(line)
    }
}

impl<S, W> Layer<S> for MetricsLayer<W>
where
    S: Subscriber,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut counted = Counted::default();
        event.record(&mut counted);
        if !counted.0.is_empty() {
            let line = self.line(counted, SystemClock.now());
            // As with other lines, there is nowhere to report that one could not be written.
            let _ = self
                .writer
                .make_writer()
                .write_all(format!("{line}\n").as_bytes());
        }
    }
}

/// The fields of an event that count something: numbers other than zero.
#[derive(Default)]
struct Counted(BTreeMap<&'static str, u64>);

impl Visit for Counted {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if value > 0 {
            self.0.insert(field.name(), value);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.record_u64(field, u64::try_from(value).unwrap_or_default());
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {}
}
