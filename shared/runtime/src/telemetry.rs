//! The log: JSON lines on standard output, which Lambda collects.

use std::io;

use callsheet_app::METRICS;
use tracing::Subscriber;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::environment::Environment;
use crate::metrics::MetricsLayer;

/// Starts the log at the level in `LOG_LEVEL`: one level, or levels by target, such
/// as `info,callsheet_app=debug`. If it is missing or malformed, at `info`. Metrics
/// are written at any level. A second start in one process has no effect.
pub fn log_to_stdout(environment: &Environment) {
    // An error means that the log was started before.
    let _ = log_to(environment, io::stdout).try_init();
}

fn log_to<W>(environment: &Environment, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Clone + Send + Sync + 'static,
{
    let chosen = environment.optional("LOG_LEVEL").and_then(parse);
    let filter = chosen.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(writer.clone())
        .with_filter(filter.with_target(METRICS, LevelFilter::OFF));
    let of_metrics = Targets::new().with_target(METRICS, LevelFilter::INFO);
    let metrics = MetricsLayer::of(environment, writer).map(|layer| layer.with_filter(of_metrics));
    tracing_subscriber::registry().with(lines).with(metrics)
}

/// The filter that `text` describes. A word that is no level would be taken for a
/// target and silence all others, so a target without a level is refused.
fn parse(text: &str) -> Option<Targets> {
    let is_level = |part: &str| part.trim().parse::<LevelFilter>().is_ok();
    let is_directive = |part: &str| part.contains('=') || is_level(part);
    let filter = text.split(',').all(is_directive).then(|| text.parse());
    filter?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::io::Write;
    use std::sync::{Arc, Mutex};
    use test_case::test_case;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Written {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    /// The lines that `work` logs at a level.
    fn logged(level: &'static str, work: impl FnOnce()) -> Vec<Value> {
        let environment = Environment::from([("LOG_LEVEL", level), ("STACK_NAME", "calls")]);
        let written = Written::default();
        tracing::subscriber::with_default(log_to(&environment, written.clone()), work);
        let bytes = written.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    }

    fn texts(lines: &[Value]) -> Vec<&str> {
        let texts = lines.iter().map(|line| line["message"].as_str().unwrap());
        texts.collect()
    }

    #[test_case("error"; "error")]
    #[test_case("off"; "off")]
    #[test_case("trace"; "trace")]
    #[test_case("callsheet=trace,callsheet::metrics=trace"; "the target's own")]
    fn a_metric_is_one_line_at_any_level(level: &'static str) {
        let lines = logged(level, || {
            tracing::info!(target: METRICS, late = 1, abandoned = 0, bots = 2_u32);
        });
        let [line] = &lines[..] else {
            panic!("{lines:?}");
        };
        let expected = json!([{
            "Namespace": "calls",
            "Dimensions": [[]],
            "Metrics": [{"Name": "bots", "Unit": "Count"}, {"Name": "late", "Unit": "Count"}],
        }]);
        assert_eq!(line["_aws"]["CloudWatchMetrics"], expected);
        assert!(line["_aws"]["Timestamp"].as_i64().unwrap() > 1_700_000_000_000);
        assert_eq!((&line["late"], &line["bots"]), (&json!(1), &json!(2)));
        assert_eq!(line["message"], "metrics: bots 2, late 1");
        assert!(
            line["timestamp"]
                .as_str()
                .unwrap()
                .parse::<jiff::Timestamp>()
                .is_ok()
        );
    }

    #[test]
    fn counts_of_zero_are_not_sent() {
        let none = logged("info", || tracing::info!(target: METRICS, late = 0));
        assert_eq!(none, [json!(null); 0]);
    }

    #[test_case("warn", &["worse"]; "one level")]
    #[test_case("warn,callsheet_runtime=debug", &["fine", "worse"]; "levels by target")]
    #[test_case("warning", &["worse"]; "info if it is no level")]
    #[test_case("info,callsheet_app", &["worse"]; "info if a target has no level")]
    #[test_case("callsheet_runtime=loud", &["worse"]; "info if a target has no such level")]
    fn the_level_filters_lines(level: &'static str, expected: &[&str]) {
        let lines = logged(level, || {
            tracing::debug!("fine");
            tracing::warn!("worse");
        });
        assert_eq!(texts(&lines), expected);
    }
}
